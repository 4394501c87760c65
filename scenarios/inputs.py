"""Everything a simulation starts from, read and checked together: terrain, land cover, people, zones and register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, Problem
from phusong.kernels.models import find_model
from phusong.scenarios.agreement import disagreements
from phusong.scenarios.antenna_tables import read_tabulated
from phusong.scenarios.assumptions import list_assumptions
from phusong.scenarios.digests import input_digests
from phusong.scenarios.gathering import Gathering
from phusong.scenarios.ground_inputs import read_land_cover, read_people
from phusong.scenarios.land_cover import LandCover
from phusong.scenarios.link_resolution import load_problems, override_problems
from phusong.scenarios.made_once import Made, digest_of_file, made_once
from phusong.scenarios.model_arguments import model_problems
from phusong.scenarios.placement import inside_grid
from phusong.scenarios.registers import Register, read_register
from phusong.scenarios.schema import (
    Area,
    Scenario,
    SitesFile,
    SitesMade,
    TabulatedAntenna,
    Target,
    TerrainFiles,
    TerrainMade,
    ZonesDiscs,
    ZonesFile,
    ZonesMade,
)
from phusong.scenarios.suggestions import nearest
from phusong.scenarios.synthetic import make_register
from phusong.scenarios.synthetic_facts import read_register_facts
from phusong.terrain.clutter import load_clutter
from phusong.terrain.elevation import Elevation, load_elevation
from phusong.terrain.grid import Grid, utm_crs
from phusong.terrain.made_zones import make_zones
from phusong.terrain.relief import Relief, make_relief
from phusong.terrain.zones import Zones, read_discs, read_zones

PARKS = "parks"  # the zone layer of this name is where a synthetic register puts 5G first

# Where the area is not known the rasters are opened all the same, on a pixel, so that their problems are told too.
_ANYWHERE = Grid(crs="EPSG:32648", west_m=500_000.0, north_m=2_350_000.0, resolution_m=90.0, rows=1, columns=1)


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a simulation starts from.

    Attributes
    ----------
    scenario : the settings.
    grid : covers the area and its margin.
    elevation : terrain on the grid.
    clutter_m : float32 (rows, columns) above ground, NaN where unknown; None: no clutter is modelled.
    land_cover : class of every pixel; None: the scenario names none.
    people : float64 (rows, columns) people in each pixel, NaN where unknown; None: the scenario says nothing of them,
        they are spread evenly over the area of their zone.
    zones : by layer, as named in the scenario.
    register : every cell of the register, simulated or not.
    assumptions : a sentence for each thing assumed or left out.
    digests : short name of every input file -> its SHA-256.
    """

    scenario: Scenario
    grid: Grid
    elevation: Elevation
    clutter_m: npt.NDArray[np.float32] | None
    land_cover: LandCover | None
    people: npt.NDArray[np.float64] | None
    zones: dict[str, Zones]
    register: Register
    assumptions: tuple[str, ...]
    digests: dict[str, str]

    @property
    def made(self) -> tuple[str, ...]:
        """The inputs that are made by rule and no survey, by their tables in the scenario."""
        population = self.scenario.population
        made = {
            "terrain": not self.elevation.is_survey,
            "land_cover": self.land_cover is not None and self.land_cover.made,
            "population": population is not None and population.kind == "made",
            "zones": any(zones.approximate for zones in self.zones.values()),
            "sites": self.register.synthetic,
        }
        return tuple(name for name, is_made in made.items() if is_made)


def read_inputs(scenario: Scenario) -> Inputs:
    """Read every input of a scenario.

    Raises
    ------
    InputError
        With the problems of all inputs: a bad register does not hide bad zones.
    """
    place = f"scenario {scenario.scenario.name}"
    gathering = Gathering()
    for key, message, remedy in disagreements(scenario.model_dump()):
        gathering.problems.append(Problem(place, None, ".".join(map(str, key)), message, remedy))
    zones = {}
    for name, table in scenario.zones.items():
        if (layer := gathering.attempt(_read_layer, name, table)) is not None:
            zones[name] = layer
    area = zones.get(scenario.area.zones)
    grid = _grid(scenario.area, scenario.grid.resolution_m, area) if area is not None else _ANYWHERE
    elevation = gathering.attempt(_read_elevation, scenario, grid)
    clutter_m = None
    if scenario.clutter is not None:
        clutter_m = gathering.attempt(
            load_clutter, scenario.clutter.paths, grid, nodata_is_bare=scenario.clutter.nodata_is_bare
        )
    land_cover = gathering.attempt(read_land_cover, scenario, grid, elevation, area, zones.get(PARKS))
    people = gathering.attempt(read_people, place, scenario, grid, elevation, land_cover, area)
    heights_in_path = scenario.land_cover is not None and scenario.land_cover.heights_in_path
    if land_cover is not None and heights_in_path and scenario.clutter is None:
        clutter_m = land_cover.clutter_m() if find_model(scenario.propagation.model).knows_clutter else None
    for antenna in scenario.antennas.values():
        if isinstance(antenna, TabulatedAntenna):
            gathering.attempt(read_tabulated, antenna)
    register = gathering.attempt(_read_sites, scenario, zones)
    gathering.problems += model_problems(place, scenario, register)
    gathering.problems += _target_problems(place, scenario.targets, zones)
    if area is not None and elevation is not None:
        gathering.problems += _terrain_problems(place, elevation, area)
    if area is not None and register is not None:
        gathering.problems += _register_problems(place, register, grid)
    if register is not None:
        gathering.problems += [*override_problems(place, scenario, register), *load_problems(place, scenario, register)]
    if gathering.problems or area is None or elevation is None or register is None:
        raise InputError(sorted(gathering.problems, key=lambda problem: (problem.file, problem.row or 0)))
    assumptions = list_assumptions(scenario, elevation, clutter_m, land_cover, people, zones, register)
    digests = input_digests(scenario)
    return Inputs(scenario, grid, elevation, clutter_m, land_cover, people, zones, register, assumptions, digests)


def _read_layer(name: str, table: ZonesFile | ZonesMade | ZonesDiscs) -> Zones:
    match table:
        case ZonesMade():
            return make_zones(table.facts, table.outline, name)
        case ZonesDiscs():
            return read_discs(table.path, name)
        case ZonesFile():
            return read_zones(
                table.path,
                name,
                layer=table.layer,
                code_field=table.code_field,
                name_field=table.name_field,
                type_field=table.type_field,
                population_field=table.population_field,
                area_field=table.area_field,
            )


def _grid(settings: Area, resolution_m: float, area: Zones) -> Grid:
    west, south, east, north = area.bounds_deg()
    crs = settings.crs or utm_crs((west + east) / 2.0, (south + north) / 2.0)
    # A parallel is no straight line on the map: points along the edges of the bounds, not their corners alone.
    along = np.linspace(0.0, 1.0, 21)
    longitude = west + (east - west) * np.concatenate([along, along, np.zeros_like(along), np.ones_like(along)])
    latitude = south + (north - south) * np.concatenate([np.zeros_like(along), np.ones_like(along), along, along])
    return Grid.covering(
        longitude.tolist(), latitude.tolist(), crs=crs, resolution_m=resolution_m, margin_m=settings.margin_km * 1000.0
    )


def _read_elevation(scenario: Scenario, grid: Grid) -> Elevation:
    match scenario.terrain:
        case TerrainMade(facts=facts, seed=seed):
            return _made_relief(facts, grid, seed)
        case TerrainFiles(paths=paths, fill_voids=fill_voids):
            return load_elevation(paths, grid, fill_voids=fill_voids)


def _made_relief(facts: Path, grid: Grid, seed: int) -> Elevation:
    def make() -> Made:
        elevation = make_relief(facts, grid, seed)
        return Made({"height_m": elevation.height_m}, {"source": elevation.source, "notes": elevation.notes})

    made = made_once("relief", [digest_of_file(facts), asdict(grid), seed], make)
    height_m = made.arrays["height_m"]
    missing = int(np.isnan(height_m).sum())
    return Elevation(grid, height_m, made.about["source"], False, 0, missing, tuple(made.about["notes"]))


def _read_sites(scenario: Scenario, zones: Mapping[str, Zones]) -> Register | None:
    match scenario.sites:
        case SitesFile(path=path, synthetic=synthetic):
            register = read_register(path, bands=scenario.bands, antennas=scenario.antennas)
            return replace(register, synthetic=synthetic)
        case SitesMade(facts=facts, seed=seed):
            rules = read_register_facts(facts)
            relief = Relief.from_facts(rules.relief, rules.relief_seed)
            if scenario.area.zones not in zones or (PARKS in scenario.zones and PARKS not in zones):
                return None  # the zones' own problems are being told
            communes = zones[scenario.area.zones]
            register = make_register(facts, seed, communes=communes, parks=zones.get(PARKS), relief=relief)
            unknown = list(unknown_names(facts, register, scenario))
            if unknown:
                raise InputError(unknown)
            return register


def unknown_names(facts: Path, register: Register, scenario: Scenario) -> Iterator[Problem]:
    """Yield the bands and antennas of a synthetic register that the scenario lacks or gives another technology."""
    for field, used, known in (
        ("band", register.band, scenario.bands),
        ("antenna", register.antenna, scenario.antennas),
    ):
        for name in sorted(set(used.tolist()) - known.keys()):
            remedy = nearest(name, known, f"{field}s of the scenario")
            yield Problem(str(facts), None, field, f"there is no {field} '{name}' in the scenario", remedy)
    for band, technology in sorted(set(zip(register.band.tolist(), register.technology.tolist(), strict=True))):
        if band in scenario.bands and scenario.bands[band].technology != technology:
            message = f"{technology} on band '{band}', which the scenario gives to {scenario.bands[band].technology}"
            yield Problem(str(facts), None, "band", message, f"Name a band of {technology}, or mend the scenario.")


def _target_problems(place: str, targets: Iterable[Target], zones: Mapping[str, Zones]) -> Iterator[Problem]:
    for number, target in enumerate(targets):
        layer = zones.get(target.zones)
        if layer is None:
            continue
        kinds = np.array(layer.kind, dtype=object)
        counted = np.ones(len(layer), dtype=bool) if target.zone_type is None else kinds == target.zone_type
        if not counted.any():
            known = sorted(set(layer.kind) - {""})
            message = f"the layer '{target.zones}' has no zone of type '{target.zone_type}'"
            remedy = nearest(str(target.zone_type), known, "types in the layer")
            if not known:
                remedy = f"Name the field with the zones' type: type_field under [zones.{target.zones}]."
            yield Problem(place, None, f"targets.{number}.zone_type", message, remedy)
        elif target.measure == "population" and np.isnan(layer.population[counted]).all():
            message = f"target '{target.name}' counts people, and the layer '{target.zones}' has no population"
            remedy = (
                f"Name the field with the population (population_field under [zones.{target.zones}]), or measure area."
            )
            yield Problem(place, None, f"targets.{number}.measure", message, remedy)


def _terrain_problems(place: str, elevation: Elevation, area: Zones) -> Iterator[Problem]:
    inside = area.rasterize(elevation.grid) >= 0
    if not inside.any():
        message = f"no pixel of {elevation.grid.resolution_m:g} m has its centre inside the area"
        yield Problem(place, None, "grid.resolution_m", message, "Give a finer resolution, or a larger area.")
    elif np.isnan(elevation.height_m[inside]).all():
        west, south, east, north = area.bounds_deg()
        message = f"{elevation.source} has no terrain anywhere in the area"
        remedy = (
            f"Give elevation files for {west:.2f} to {east:.2f} E, {south:.2f} to {north:.2f} N, or mend the zones."
        )
        yield Problem(place, None, "terrain", message, remedy)


def _register_problems(place: str, register: Register, grid: Grid) -> Iterator[Problem]:
    on = register.status == "on"
    if not on.any():
        yield Problem(place, None, "sites", "no cell of the register is on", 'Give at least one cell the status "on".')
    elif not (on & inside_grid(register, grid)).any():
        west, east = float(register.longitude_deg.min()), float(register.longitude_deg.max())
        south, north = float(register.latitude_deg.min()), float(register.latitude_deg.max())
        message = (
            "no cell that is on stands inside the area: "
            f"the register lies at {west:.2f} to {east:.2f} E, {south:.2f} to {north:.2f} N"
        )
        remedy = "Check that the register is of this area and its longitude and latitude are not swapped."
        yield Problem(place, None, "sites", message, remedy)
