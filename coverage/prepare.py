"""From the inputs of a scenario, or a run, to what its tiles follow from: network, link budgets, definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.coverage.ground import Ground
from phusong.coverage.nearness import near
from phusong.coverage.network import Network
from phusong.coverage.plan import Transmitter, group_key, plan_transmitters
from phusong.coverage.propagate import LossKeys
from phusong.coverage.signals import Channel
from phusong.coverage.statistics import Weights
from phusong.coverage.tile_layers import Derivation
from phusong.errors import InputError, Problem
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.land_cover import LandCover
from phusong.scenarios.link_resolution import CellBudgets, resolve_cells, resolve_channel
from phusong.scenarios.model_arguments import takes_land_cover
from phusong.scenarios.placement import inside_grid, on_terrain, simulated
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import Run
from phusong.terrain.elevation import Elevation
from phusong.terrain.zones import Zones

BoolArray = npt.NDArray[np.bool_]


class People(NamedTuple):
    """People of every pixel, (rows, columns), nan where not known; where that is from, and whether it was made."""

    people: npt.NDArray[np.float64]
    source: str
    made: bool


@dataclass(frozen=True, eq=False)
class Prepared:
    """A network ready to be computed.

    Attributes
    ----------
    scenario : the settings.
    elevation, ground, land_cover, people, zones : what it stands on; people (rows, columns), None: not known pixel by
        pixel.
    register : all cells, whether they are on or not; a cell's number is its row.
    is_simulated : (cells,) those that are on and stand on known terrain.
    budgets : the station's side of each cell.
    network : the transmitters on the ground; loss_keys names their path losses.
    derivation : what layers follow from, over the whole grid.
    notes : what a reader of the run must know besides what its inputs assume.
    """

    scenario: Scenario
    elevation: Elevation
    ground: Ground
    land_cover: LandCover | None
    people: People | None
    zones: Mapping[str, Zones]
    register: Register
    is_simulated: BoolArray
    budgets: CellBudgets
    network: Network
    loss_keys: LossKeys
    derivation: Derivation
    notes: tuple[str, ...] = ()

    def weights(self) -> Weights:
        """Return what the pixels weigh."""
        return Weights.of(self.ground.grid, None if self.people is None else self.people.people)


def prepare(
    scenario: Scenario,
    *,
    elevation: Elevation,
    ground: Ground,
    land_cover: LandCover | None,
    people: People | None,
    zones: Mapping[str, Zones],
    register: Register,
) -> Prepared:
    """Return a network ready to be computed."""
    wanted = wanted_pixels(zones, ground)
    is_simulated = simulated(register, elevation)
    budgets = resolve_cells(scenario, register)
    transmitters = plan_transmitters(
        register, ground,
        bands=scenario.bands, antennas=scenario.antennas, budgets=budgets, which=np.flatnonzero(is_simulated),
    )  # fmt: skip
    loss_keys = LossKeys(ground, wanted, scenario.propagation)
    network = Network(
        ground=ground,
        wanted=wanted,
        propagation=scenario.propagation,
        transmitters=transmitters,
        keys=tuple(loss_keys.key(one) for one in transmitters),
        thresholds_cdbm=thresholds_cdbm(scenario),
        is_loaded=scenario.load.kind in ("cell", "traffic"),
    )
    channels = {
        Channel(*key)
        for key in zip(register.technology.tolist(), register.operator.tolist(), register.band.tolist(), strict=True)
    }
    derivation = Derivation(
        budgets={channel: resolve_channel(scenario, channel) for channel in sorted(channels)},
        cells=budgets,
        definitions=dict(scenario.coverage),  # type: ignore[arg-type]
        wanted=wanted,
        is_known=ground.is_known(),
        near_stranded={
            name: _near_stranded(register, is_simulated, name, ground, scenario) for name in scenario.coverage
        },
        location_sigma_db=None if land_cover is None else land_cover.location_sigma_db(),
    )
    return Prepared(
        scenario,
        elevation,
        ground,
        land_cover,
        people,
        zones,
        register,
        is_simulated,
        budgets,
        network,
        loss_keys,
        derivation,
    )


def thresholds_cdbm(scenario: Scenario) -> dict[str, int]:
    """Return the median RSRP from which a cell overlaps, by technology [0.01 dBm], rounded up."""
    return {
        technology: int(np.ceil(100.0 * definition.median_threshold_dbm))
        for technology, definition in scenario.coverage.items()
    }


def wanted_pixels(zones: Mapping[str, Zones], ground: Ground) -> BoolArray:
    """Return the pixels of any zone."""
    wanted = np.zeros(ground.grid.shape, dtype=np.bool_)
    for layer in zones.values():
        wanted |= layer.rasterize(ground.grid) >= 0
    return wanted


def _near_stranded(
    register: Register, is_simulated: BoolArray, technology: str, ground: Ground, scenario: Scenario
) -> BoolArray:
    """Return the pixels within reach of masts on missing terrain: what these cover is not known."""
    stranded = (
        (register.status == "on") & ~is_simulated & (register.technology == technology)
        & inside_grid(register, ground.grid)
    )  # fmt: skip
    return near(register.select(stranded), ground.grid, scenario.propagation.radius_km * 1000.0)


def from_inputs(inputs: Inputs) -> Prepared:
    """Return the network of a scenario's inputs."""
    scenario = inputs.scenario
    for_paths = inputs.land_cover if takes_land_cover(scenario.propagation) else None
    return prepare(
        scenario,
        elevation=inputs.elevation,
        ground=Ground(inputs.grid, inputs.elevation.height_m, inputs.clutter_m, for_paths),
        land_cover=inputs.land_cover,
        people=_people(inputs),
        zones=inputs.zones,
        register=inputs.register,
    )


def _people(inputs: Inputs) -> People | None:
    population = inputs.scenario.population
    if inputs.people is None or population is None:
        return None
    if population.kind == "made":
        return People(inputs.people, "made from the people of the zones, land cover and relief", made=True)
    return People(inputs.people, population.path.name, made=False)


def _people_of(run: Run) -> People | None:
    people = run.population()
    if people is None:
        return None
    about = run.manifest["ground"]["population"]
    return People(people, about["source"], about["made"])


def reopen(run: Run) -> Prepared:
    """Return the network of a finished run, from the run's own files."""
    scenario = run.scenario.model_copy(update={"antennas": run.antennas()})
    elevation = run.elevation_model()
    land_cover = run.land_cover()
    for_paths = land_cover if takes_land_cover(scenario.propagation) else None
    prepared = prepare(
        scenario,
        elevation=elevation,
        ground=Ground(run.grid, elevation.height_m, run.clutter(), for_paths),
        land_cover=land_cover,
        people=_people_of(run),
        zones={name: run.zone_layer(name) for name in run.manifest["zones"]},
        register=run.register(),
    )
    if scenario.load.kind == "traffic":  # what the run has settled on
        return with_loads(prepared, 0.01 * run.cells()["downlink_load_percent"].to_numpy(np.float64))
    return prepared


def with_register(before: Prepared, register: Register) -> Prepared:
    """Return the network of another register on the same ground."""
    return prepare(
        before.scenario,
        elevation=before.elevation,
        ground=before.ground,
        land_cover=before.land_cover,
        people=before.people,
        zones=before.zones,
        register=register,
    )


def with_loads(prepared: Prepared, loads: npt.NDArray[np.float64]) -> Prepared:
    """Return the network with the loads of its cells replaced, (cells,) from 0 to 1."""
    budgets = prepared.budgets._replace(downlink_load=loads)

    def loaded(transmitter: Transmitter) -> Transmitter:
        sectors = transmitter.sectors.copy()
        sectors["load"] = loads[sectors["cell"]]
        return replace(transmitter, sectors=sectors)

    network = replace(prepared.network, transmitters=tuple(loaded(one) for one in prepared.network.transmitters))
    derivation = replace(prepared.derivation, cells=budgets)
    return replace(prepared, budgets=budgets, network=network, derivation=derivation)


class Groups(NamedTuple):
    """Where the transmitters of a network are: number by cell, and by what all its cells share."""

    of_cell: dict[int, int]
    by_key: dict[tuple[object, ...], int]

    @classmethod
    def of(cls, network: Network) -> Groups:
        """Return the groups of a network."""
        numbered = list(enumerate(network.transmitters))
        return cls(
            {int(cell): number for number, one in numbered for cell in one.sectors["cell"]},
            {group_key(one): number for number, one in numbered},
        )


def prepare_again(
    before: Prepared, register: Register, groups: Groups
) -> tuple[Prepared, list[int], list[Transmitter]]:
    """Return the network after a change of its register, the numbers of the transmitters that go, and the new ones.

    Parameters
    ----------
    register : the cells of the network before, in their places, and further ones behind them.
    groups : of the network before.
    """
    scenario, network = before.scenario, before.network
    changed = changed_cells(before.register, register)
    some = register.select(changed)
    _refuse_missing_terrain(before, register, changed)
    is_simulated = np.zeros(len(register), dtype=np.bool_)
    is_simulated[: len(before.register)] = before.is_simulated
    is_simulated[changed] = simulated(some, before.elevation)
    of_some = resolve_cells(scenario, some)
    budgets = CellBudgets(
        *(
            _replaced(getattr(before.budgets, name), changed, getattr(of_some, name), len(register))
            for name in CellBudgets._fields
        )
    )

    def plan(which: npt.NDArray[np.intp]) -> tuple[Transmitter, ...]:
        return plan_transmitters(
            register, before.ground,
            bands=scenario.bands, antennas=scenario.antennas, budgets=budgets, which=which,
        )  # fmt: skip

    # All transmitters that a changed cell leaves or joins are planned anew, with all of their cells.
    gone = {groups.of_cell[cell] for cell in changed.tolist() if cell in groups.of_cell}
    gone |= {
        groups.by_key[key] for one in plan(changed[is_simulated[changed]]) if (key := group_key(one)) in groups.by_key
    }
    cells = {int(cell) for number in gone for cell in network.transmitters[number].sectors["cell"]}
    cells |= set(changed.tolist())
    anew = plan(np.array([cell for cell in sorted(cells) if is_simulated[cell]], dtype=np.intp))
    kept = [number for number in range(len(network.transmitters)) if number not in gone]
    after = replace(
        network,
        transmitters=(*(network.transmitters[number] for number in kept), *anew),
        keys=(*(network.keys[number] for number in kept), *(before.loss_keys.key(one) for one in anew)),
    )
    channels = {one.channel for one in anew} - before.derivation.budgets.keys()
    of_channels = {**before.derivation.budgets, **{one: resolve_channel(scenario, one) for one in channels}}
    derivation = replace(before.derivation, cells=budgets, budgets=of_channels)
    prepared = replace(
        before, register=register, is_simulated=is_simulated, budgets=budgets, network=after, derivation=derivation
    )
    return prepared, sorted(gone), list(anew)


def _refuse_missing_terrain(before: Prepared, register: Register, changed: npt.NDArray[np.intp]) -> None:
    """Raise InputError where a cell that is on stands, or stood, on missing terrain: what it covers is not known."""
    grid, old = before.ground.grid, changed[changed < len(before.register)]
    now = register.select(changed)
    was = before.register.select(old)
    unknown = set(now.cell[(now.status == "on") & inside_grid(now, grid) & ~on_terrain(now, before.elevation)].tolist())
    unknown |= set(was.cell[(was.status == "on") & inside_grid(was, grid) & ~before.is_simulated[old]].tolist())
    if unknown:
        raise InputError(
            [
                Problem("what-if", None, cell, "the cell stands on missing terrain", "Give the scenario terrain there.")
                for cell in sorted(unknown)
            ]
        )


def changed_cells(before: Register, after: Register) -> npt.NDArray[np.intp]:
    """Return the numbers of the cells whose rows differ, and of those that came in addition."""
    count = len(before)
    differs = np.zeros(len(after), dtype=np.bool_)
    differs[count:] = True
    for part in fields(Register):
        one, other = getattr(before, part.name), getattr(after, part.name)
        if isinstance(one, np.ndarray) and one is not other:
            differs[:count] |= one != other[:count]
    return np.flatnonzero(differs)


def _replaced(
    before: npt.NDArray[np.float64], where: npt.NDArray[np.intp], values: npt.NDArray[np.float64], size: int
) -> npt.NDArray[np.float64]:
    after = np.zeros(size)
    after[: before.size] = before
    after[where] = values
    return after
