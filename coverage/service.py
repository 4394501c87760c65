"""What people can do where they are: one run by technology, operator and place, from the signals that it has kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.assemble import ZoneMap, sum_zones, zone_table
from phusong.coverage.evaluation import Answer, evaluate, needs_power
from phusong.coverage.ground import Ground
from phusong.coverage.places import entry
from phusong.coverage.prepare import reopen
from phusong.coverage.signals import Channel, Signals
from phusong.coverage.statistics import NO_DATA, NO_SHARE, CoveredArray, Verdicts, Weights
from phusong.coverage.technology_layers import TechnologyLayers, combine
from phusong.coverage.tile_layers import Derivation, channels_of, read_layers, read_signals
from phusong.errors import InputError, input_error
from phusong.scenarios.coverage_definition import CoverageDefinition
from phusong.scenarios.store import Run
from phusong.scenarios.suggestions import nearest
from phusong.scenarios.tiled import TiledArrays
from phusong.scenarios.toml_table import Place
from phusong.terrain.window import Window

_PLACES: tuple[Place, ...] = ("outdoors", "in a car", "indoors")
NO_LEVEL_CDB = np.int16(-32768)
"""Level and reserve where no cell reaches, or there is no data."""


class View(NamedTuple):
    """What is looked at: a technology, where the phone is, and whose network; None: the best of all operators."""

    technology: str
    place: Place = "outdoors"
    operator: str | None = None


@dataclass(frozen=True, eq=False)
class Service:
    """A view of a run; (rows, columns) each.

    Attributes
    ----------
    covered : uint8, 1 yes, 0 no, 255 no data.
    probability : uint16, share of the places of a pixel that are covered [0.01 %]; 65535 no data.
    level_cdbm : int16, RSRP that a phone receives at the definition's share of the places, behind wall or window where
        the place has one [0.01 dBm].
    reserve_cdb : int16, by how much the signal may fall before the verdict turns, negative where it must rise
        [0.01 dB].
    """

    covered: CoveredArray
    probability: npt.NDArray[np.uint16]
    level_cdbm: npt.NDArray[np.int16]
    reserve_cdb: npt.NDArray[np.int16]

    @classmethod
    def unknown(cls, shape: tuple[int, int]) -> Service:
        """Return a service of which nothing is known."""
        return cls(
            np.full(shape, NO_DATA),
            np.full(shape, NO_SHARE),
            np.full(shape, NO_LEVEL_CDB),
            np.full(shape, NO_LEVEL_CDB),
        )


class ServiceMaps:
    """A run held open for views.

    Parameters
    ----------
    run : the finished run.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._prepared = reopen(run)
        self._tiles = TiledArrays(run.signals_folder)

    @property
    def ground(self) -> Ground:
        """What the run stands on."""
        return self._prepared.ground

    @property
    def operators(self) -> tuple[str, ...]:
        """Operators that have cells, by name."""
        return tuple(sorted(set(self._prepared.register.operator.tolist())))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where the phone may be.

        A run whose added losses take the receiver indoors or into a car knows that place alone; indoors is missing
        where a band lies outside the model of building entry.
        """
        own = self._prepared.scenario.propagation.place
        if own != "outdoors":
            return (own,)
        return tuple(place for place in _PLACES if self._has_entry(place))

    def _has_entry(self, place: Place) -> bool:
        try:
            for budget in self._prepared.derivation.budgets.values():
                entry(budget, place)
        except InputError:
            return False
        return True

    @cached_property
    def _zone_maps(self) -> dict[str, ZoneMap]:
        grid = self._prepared.ground.grid
        return {name: ZoneMap.of(zones, grid) for name, zones in self._prepared.zones.items()}

    @cached_property
    def _weights(self) -> Weights:
        return self._prepared.weights()

    def views(self, *, operators: bool = True) -> list[View]:
        """Return every view of the run: all operators together first, then, if asked for, each."""
        names = (None, *self.operators) if operators and len(self.operators) > 1 else (None,)
        return [View(one, place, name) for name in names for one in self.run.technologies for place in self.places]

    def has_cells(self, view: View) -> bool:
        """Say whether any simulated cell serves a view: an operator may have none of a technology."""
        return (view.technology, view.operator) in self._served

    @cached_property
    def _served(self) -> set[tuple[str, str | None]]:
        register, on = self._prepared.register, self._prepared.is_simulated
        pairs = set(zip(register.technology[on].tolist(), register.operator[on].tolist(), strict=True))
        return {*pairs, *((technology, None) for technology, _ in pairs)}

    def check(self, view: View) -> None:
        """Raise InputError where the run has no such view."""
        for field, asked, known in (
            ("technology", view.technology, self.run.technologies),
            ("place", view.place, self.places),
            ("operator", view.operator or "", ("", *self.operators)),
        ):
            if asked not in known:
                remedy = nearest(asked, known, f"{field}s" if field != "technology" else "technologies")
                raise input_error(self.run.folder, f"the run has no {field} '{asked}'", remedy, field=field)

    def definition(self, view: View) -> CoverageDefinition:
        """Return when a pixel of a view is covered: as the run defines it, at the place of the view."""
        own: CoverageDefinition = self._prepared.scenario.coverage[view.technology]  # type: ignore[index]
        if self._prepared.scenario.propagation.place != "outdoors":
            return own  # its added losses hold the way in already
        return own.model_copy(update={"place": view.place})

    def service(self, view: View) -> Service:
        """Return one view."""
        return self.services([view])[view]

    def services(self, views: Sequence[View], window: Window | None = None) -> dict[View, Service]:
        """Return views over a window of the grid, or the whole; those of a technology share the reading of its signals.

        Raises
        ------
        InputError : the run has no such view.
        """
        for view in views:
            self.check(view)
        asked = window or self._prepared.ground.grid.whole
        found = {view: Service.unknown(asked.shape) for view in views}
        with_power = dict.fromkeys((view.technology for view in views), False)
        for view in views:
            with_power[view.technology] |= needs_power(self.definition(view))

        def fill(tile: Window) -> None:
            shared = tile.shared(asked)
            packed, derivation = self._tiles[tile], self._prepared.derivation.window(shared)
            for technology in dict.fromkeys(view.technology for view in views):
                signals = {
                    channel: read_signals(packed, channel, shared.within(tile), with_power=with_power[technology])
                    for channel in channels_of(packed)
                    if channel.technology == technology
                }
                for view in views:
                    if view.technology == technology:
                        self._fill(found[view], view, shared.within(asked), signals, derivation)

        tiles = [tile for tile in self._tiles.places if tile.meets(asked)]
        if len(tiles) == 1:
            fill(tiles[0])
            return found
        with ThreadPoolExecutor() as threads:
            list(threads.map(fill, tiles))
        return found

    def received(self, technology: str, operator: str | None, window: Window) -> TechnologyLayers:
        """Return what a phone outdoors receives of all operators, or of one, over a window that lies in one tile.

        Raises
        ------
        InputError : the run has no such technology or operator.
        """
        self.check(View(technology, self.places[0], operator))
        for tile, packed in self._tiles.meeting(window):
            part = window.within(tile)
            heard = [
                channel
                for channel in channels_of(packed)
                if channel.technology == technology and operator in (None, channel.operator)
            ]
            return combine(
                {channel: read_signals(packed, channel, part, with_power=False) for channel in heard},
                {channel: read_layers(packed, channel, part) for channel in heard},
                window.shape,
            )
        return TechnologyLayers.nothing(window.shape)

    def _fill(
        self,
        service: Service,
        view: View,
        part: tuple[slice, slice],
        signals: dict[Channel, Signals],
        derivation: Derivation,
    ) -> None:
        heard = {channel: of for channel, of in signals.items() if view.operator in (None, channel.operator)}
        in_doubt = derivation.near_stranded[view.technology].copy()
        for received in heard.values():
            in_doubt |= received.in_doubt > 0

        def ask(definition: CoverageDefinition) -> Answer:
            return evaluate(
                definition, heard, derivation.budgets, derivation.cells,
                unknown=~(derivation.wanted & derivation.is_known), in_doubt=in_doubt,
                location_sigma_db=derivation.location_sigma_db,
            )  # fmt: skip

        definition = self.definition(view)
        answer = ask(definition)
        by_level = answer
        if not definition.is_by_level:
            by_level = ask(definition.model_copy(update={"quantity": "rsrp", "also": ()}))
        no_data = answer.covered == NO_DATA
        threshold_cdbm = round(100.0 * definition.threshold_dbm)
        service.covered[part], service.probability[part] = answer.covered, answer.probability
        service.level_cdbm[part] = _narrow(by_level.reserve_cdb + threshold_cdbm, no_data)
        service.reserve_cdb[part] = _narrow(answer.reserve_cdb, no_data)

    def zones(self, services: Iterable[tuple[View, Service]]) -> pd.DataFrame:
        """Return the whole area and every zone of views, a row each: those of tables/zones.csv but for rates.

        The columns place and operator ("" all) come first.
        """
        prepared = self._prepared
        tables = []
        for view, service in services:
            sums = sum_zones(
                self._zone_maps, self._weights, {view.technology: Verdicts(service.covered, service.probability)}
            )
            table = zone_table(prepared.scenario, prepared.zones, sums, people_by_pixel=prepared.people is not None)
            table = table.drop(columns=["downlink_mbps", "uplink_mbps"])
            table.insert(0, "operator", view.operator or "")
            table.insert(0, "place", view.place)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)


def _narrow(values_cdb: npt.NDArray[np.int32], no_data: npt.NDArray[np.bool_]) -> npt.NDArray[np.int16]:
    """Return values that fit, NO_LEVEL_CDB where no cell reaches or there is no data."""
    least = np.int32(NO_LEVEL_CDB)
    narrow = np.clip(values_cdb, least, 32767)
    return np.where(no_data, least, narrow).astype(np.int16)
