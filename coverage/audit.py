"""One run under many definitions: the stored signals answer each of them, without a new simulation."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd

from phusong.coverage.assemble import ZoneMap, sum_zones, zone_table
from phusong.coverage.evaluation import evaluate
from phusong.coverage.prepare import Prepared, reopen
from phusong.coverage.statistics import NO_DATA, NO_SHARE, Verdicts
from phusong.coverage.tile_layers import channels_of, read_signals
from phusong.errors import InputError, Problem
from phusong.scenarios.coverage_definition import CoverageDefinition, Definition
from phusong.scenarios.store import Run
from phusong.scenarios.tiled import TiledArrays
from phusong.scenarios.toml_table import Place
from phusong.terrain.window import Window


class Refusal(NamedTuple):
    """A definition that a run cannot answer, and why."""

    name: str
    reason: str


def refusal(
    definition: Definition, *, receiver_height_m: float, resolution_m: float, place: Place = "outdoors"
) -> str | None:
    """Return why a run cannot answer a definition, as a sentence; None where it can.

    Parameters
    ----------
    receiver_height_m, resolution_m : of the run.
    place : where the run's added losses took the receiver.
    """
    height_m, coarsest_m = definition.receiver_height_m, definition.greatest_resolution_m
    if height_m is not None and height_m != receiver_height_m:
        return (
            f"'{definition.name}' needs a run at {height_m:g} m above ground; this one is at {receiver_height_m:g} m."
        )
    if coarsest_m is not None and resolution_m > coarsest_m:
        return f"'{definition.name}' needs a run at {coarsest_m:g} m or finer; this one is at {resolution_m:g} m."
    if place != "outdoors":
        return f"'{definition.name}' needs a run outdoors; the added losses of this one take the receiver {place}."
    return None


class Audit:
    """A run held open for definitions.

    Parameters
    ----------
    run : the finished run.
    operator : count the cells of this operator alone; None: any operator serves.
    """

    def __init__(self, run: Run, *, operator: str | None = None) -> None:
        self.run = run
        self._prepared: Prepared = reopen(run)
        self._tiles = TiledArrays(run.signals_folder)
        self._operator = operator
        known = sorted(set(self._prepared.register.operator.tolist()))
        if operator is not None and operator not in known:
            raise InputError(
                [Problem(str(run.folder), None, "operator", f"there is no operator '{operator}'", ", ".join(known))]
            )

    def refusal(self, definition: Definition) -> Refusal | None:
        """Return why the run cannot answer a definition; None where it can."""
        scenario = self._prepared.scenario
        reason = refusal(
            definition,
            receiver_height_m=scenario.propagation.receiver_height_m,
            resolution_m=scenario.grid.resolution_m,
            place=scenario.propagation.place,
        )
        if reason is None and not set(definition.technologies) & set(self.run.technologies):
            reason = f"'{definition.name}' is for {' and '.join(definition.technologies)}, which the run has not."
        return None if reason is None else Refusal(definition.name, reason)

    def verdicts(self, definition: CoverageDefinition, technology: str) -> Verdicts:
        """Return what a definition says of a technology over the whole grid."""
        prepared, grid = self._prepared, self._prepared.ground.grid
        covered = np.full(grid.shape, NO_DATA)
        probability = np.full(grid.shape, NO_SHARE)

        def answer(tile: Window) -> None:
            packed, derivation = self._tiles[tile], prepared.derivation.window(tile)
            signals = {
                channel: read_signals(packed, channel, ...)
                for channel in channels_of(packed)
                if channel.technology == technology and self._operator in (None, channel.operator)
            }
            in_doubt = derivation.near_stranded[technology].copy()
            for received in signals.values():
                in_doubt |= received.in_doubt > 0
            said = evaluate(
                definition, signals, derivation.budgets, derivation.cells,
                unknown=~(derivation.wanted & derivation.is_known), in_doubt=in_doubt,
                location_sigma_db=derivation.location_sigma_db,
            )  # fmt: skip
            covered[tile.slices], probability[tile.slices] = said.covered, said.probability

        with ThreadPoolExecutor() as threads:
            list(threads.map(answer, self._tiles.places))
        return Verdicts(covered, probability)

    def zones(self, definition: CoverageDefinition, technologies: Sequence[str]) -> pd.DataFrame:
        """Return the whole area and every zone under a definition, a row each and technology."""
        prepared = self._prepared
        maps = {name: ZoneMap.of(zones, prepared.ground.grid) for name, zones in prepared.zones.items()}
        verdicts = {name: self.verdicts(definition, name) for name in technologies}
        sums = sum_zones(maps, prepared.weights(), verdicts)
        table = zone_table(prepared.scenario, prepared.zones, sums, people_by_pixel=prepared.people is not None)
        return table.drop(columns=["downlink_mbps", "uplink_mbps"])

    def ask(self, definitions: Sequence[Definition]) -> tuple[pd.DataFrame, list[Refusal]]:
        """Return the whole area and the zones under each definition, and the definitions that are refused.

        The table has the columns of ``zones`` after those of the definition: definition, title.
        """
        tables, refused = [], []
        for definition in definitions:
            if (refusal := self.refusal(definition)) is not None:
                refused.append(refusal)
                continue
            asked = [name for name in definition.technologies if name in self.run.technologies]
            table = self.zones(definition, asked)
            table.insert(0, "title", definition.title)
            table.insert(0, "definition", definition.name)
            tables.append(table)
        return (pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()), refused
