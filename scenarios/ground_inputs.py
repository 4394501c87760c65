"""What the ground carries, read or made: land cover and people on the grid of a simulation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.gathering import Gathering
from phusong.scenarios.ground_tables import LandCoverFile, LandCoverMade, PopulationFile, PopulationMade
from phusong.scenarios.land_cover import WORLDCOVER, LandCover, LandCoverClass, classify, unknown_codes
from phusong.scenarios.land_cover_classes import read_classes
from phusong.scenarios.made_land_cover import make_land_cover
from phusong.scenarios.made_once import Made, digest_of_file, digest_of_zones, made_once
from phusong.scenarios.made_population import make_people
from phusong.scenarios.schema import Scenario, TerrainMade
from phusong.terrain.elevation import Elevation
from phusong.terrain.grid import Grid
from phusong.terrain.land_cover import load_land_cover
from phusong.terrain.population import load_population
from phusong.terrain.zones import Zones

FloatArray = npt.NDArray[np.float64]


def read_land_cover(
    scenario: Scenario, grid: Grid, elevation: Elevation | None, area: Zones | None, parks: Zones | None
) -> LandCover | None:
    """Return the land cover of a scenario; None where it names none, or where that to make it from is missing.

    Raises
    ------
    InputError : with the problems of the raster and of its classes, or of the table of waters.
    """
    match scenario.land_cover:
        case LandCoverFile() as table:
            return _read(table, grid)
        case LandCoverMade() as table if elevation is not None and area is not None:
            return _made_land_cover(scenario, elevation, area, parks, table.seed)
    return None


def _made_land_cover(
    scenario: Scenario, elevation: Elevation, area: Zones, parks: Zones | None, seed: int
) -> LandCover:
    waters = waters_of(scenario)

    def make() -> Made:
        cover = make_land_cover(elevation, area, parks, waters, seed)
        return Made({"of_pixel": cover.of_pixel}, {"classes": cover.classes, "source": cover.source})

    of_waters = "none" if waters is None else digest_of_file(waters)
    basis = [*_basis(elevation, area), digest_of_zones(parks), of_waters, seed, digest_of_file(WORLDCOVER)]
    made = made_once("land-cover", basis, make)
    classes = tuple(LandCoverClass(*row) for row in made.about["classes"])
    return LandCover(classes, made.arrays["of_pixel"], made.about["source"], made=True)


def _basis(elevation: Elevation, area: Zones) -> list[object]:
    """Return what all made things follow from: the terrain and the zones, on the grid."""
    heights = hashlib.sha256(elevation.height_m.tobytes()).hexdigest()
    return [asdict(elevation.grid), heights, digest_of_zones(area)]


def waters_of(scenario: Scenario) -> Path | None:
    """Return the table of facts that a made land cover takes its waters from; None: there is none."""
    if isinstance(scenario.land_cover, LandCoverMade) and scenario.land_cover.waters is not None:
        return scenario.land_cover.waters
    return scenario.terrain.facts if isinstance(scenario.terrain, TerrainMade) else None


def _read(table: LandCoverFile, grid: Grid) -> LandCover:
    gathering = Gathering()
    classes_file = table.classes or WORLDCOVER
    codes = gathering.attempt(load_land_cover, table.path, grid)
    classes = gathering.attempt(read_classes, classes_file)
    if codes is not None and classes is not None:
        gathering.problems += unknown_codes(table.path, codes, classes, classes_file)
    if gathering.problems or codes is None or classes is None:
        raise InputError(gathering.problems)
    return classify(codes, classes, source=table.path.name)


def read_people(
    place: str,
    scenario: Scenario,
    grid: Grid,
    elevation: Elevation | None,
    land_cover: LandCover | None,
    area: Zones | None,
) -> FloatArray | None:
    """Return the people of every pixel, float64 (rows, columns), NaN where they are not known.

    None where the scenario says nothing of them, or where that to make them from is missing.

    Parameters
    ----------
    place : how to call the scenario in a problem.

    Raises
    ------
    InputError : with every problem of the raster, or where the zones have no people to spread.
    """
    match scenario.population:
        case PopulationFile(path=path, nodata_is_zero=nodata_is_zero):
            people = load_population(path, grid, nodata_is_zero=nodata_is_zero)
            if area is not None:
                _check_reach(path, people, grid, area)
            return people
        case PopulationMade() if elevation is not None and area is not None and land_cover is not None:
            if problems := list(_unpeopled(place, area)):
                raise InputError(problems)
            of_pixel = hashlib.sha256(land_cover.of_pixel.tobytes()).hexdigest()
            basis = [*_basis(elevation, area), land_cover.classes, of_pixel]
            made = made_once("people", basis, lambda: Made({"people": make_people(area, land_cover, elevation)}, {}))
            return made.arrays["people"]
    return None


def _check_reach(path: Path, people: FloatArray, grid: Grid, area: Zones) -> None:
    inside = area.rasterize(grid) >= 0
    if inside.any() and np.isnan(people[inside]).all():
        west, south, east, north = area.bounds_deg()
        raise input_error(
            path,
            "the raster knows of no people anywhere in the area",
            f"Give a raster of {west:.2f} to {east:.2f} E, {south:.2f} to {north:.2f} N, or mend the zones; where no "
            "data means nobody, say nodata_is_zero = true under [population].",
            field="position",
        )


def _unpeopled(place: str, area: Zones) -> Iterator[Problem]:
    if np.isnan(area.population).all():
        yield Problem(
            place,
            None,
            "population.kind",
            f"people are to be made from those of the zones '{area.layer}', which state none",
            f"Name the field with the population (population_field under [zones.{area.layer}]), give a raster "
            '(kind = "file"), or leave [population] out.',
        )
