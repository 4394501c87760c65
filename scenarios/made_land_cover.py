"""Land cover made by rule from zones, their people, the relief and the waters, where no map is at hand. No survey.

Four of ESA WorldCover's classes: permanent water where the table of facts has rivers and lakes; tree cover on slopes
and high ground; built-up land, as much as the people of each zone need, nearest to the middle of its usable land;
cropland everywhere else. The figures below are assumptions, chosen for a province of plains, low hills and mountains in
northern Viet Nam; they were set by eye against what such land looks like, not fitted to any map.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import minimum_filter

from phusong.scenarios.land_cover import WORLDCOVER, LandCover, classify
from phusong.scenarios.land_cover_classes import read_classes
from phusong.terrain.elevation import Elevation
from phusong.terrain.fractal import Octave
from phusong.terrain.grid import Grid
from phusong.terrain.land_cover import NO_CODE
from phusong.terrain.relief import water_on
from phusong.terrain.zones import Zones

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int32]

TREES, CROPS, BUILT_UP, WATER = 10, 40, 50, 80

_FOREST_SLOPE_DEG = 12.0  # a slope this steep is wooded ...
_FOREST_ABOVE_VALLEY_M = 60.0  # ... and so is land this high above the lowest within reach ...
_FOREST_HEIGHT_M = 700.0  # ... or above the sea; parts of the three add up
_VALLEY_REACH_M = 1500.0
_FOREST_NOISE = 0.3  # standard deviation of the forest's edge, in parts of the three
_HALF_SLOPE_DEG = 6.0  # land of this slope is half as good to build on
_BUILT_PEOPLE_PER_KM2 = 6000.0  # houses with their gardens and streets
_MOST_BUILT = 0.7  # of the dry land of a zone
_TOWN_PEOPLE_PER_KM2 = 2500.0  # the radius of a town is that of a disc with its zone's people at this density
_HAMLET_NOISE = 0.9  # strength of the hamlets against the distance from the town, in radii of the town
_STRIP_PIXELS = 500_000  # pixels computed at once: bounds the memory
_LONG_WAVE_M, _SHORT_WAVE_M = 2400.0, 700.0


def make_land_cover(
    elevation: Elevation, zones: Zones, parks: Zones | None, waters: Path | None, seed: int
) -> LandCover:
    """Return land cover by the rules of this module on the elevation's grid; no data where the terrain has none.

    Parameters
    ----------
    zones : whose people need built-up land; beyond them, and in zones of unknown population, none is made.
    parks : zones that are built up as a whole; None: there are none.
    waters : table of facts with rivers and lakes; None: no water is made.
    seed : of the irregular edges; the same seed and grid give the same classes.

    Raises
    ------
    InputError : with every problem of the table of facts.
    """
    grid = elevation.grid
    noise = _noise(grid, seed)
    slope_deg, above_valley_m = _land_form(elevation)
    # Comparisons with unknown heights are false; those pixels are marked last.
    wooded = slope_deg / _FOREST_SLOPE_DEG + above_valley_m / _FOREST_ABOVE_VALLEY_M
    wooded += np.maximum(elevation.height_m, 0.0) / _FOREST_HEIGHT_M + _FOREST_NOISE * noise
    codes = np.where(wooded > 1.0, TREES, CROPS).astype(np.int32)
    water = np.zeros(grid.shape, dtype=np.bool_) if waters is None else water_on(waters, grid)
    usable = np.exp(-above_valley_m / _FOREST_ABOVE_VALLEY_M) / (1.0 + (slope_deg / _HALF_SLOPE_DEG) ** 2)
    usable = np.asarray(usable, dtype=np.float32)
    usable[water | np.isnan(usable)] = 0.0
    codes[_built_up(grid, zones, usable, noise)] = BUILT_UP
    if parks is not None:
        codes[parks.rasterize(grid) >= 0] = BUILT_UP
    codes[water] = WATER
    codes[np.isnan(elevation.height_m)] = NO_CODE
    source = f"made by rule from the zones '{zones.layer}', their people, the terrain"
    source += f" and the waters in {waters.name}" if waters is not None else "; without waters"
    return classify(codes, read_classes(WORLDCOVER), source=f"{source}, seed {seed}; no survey", made=True)


def _noise(grid: Grid, seed: int) -> FloatArray:
    """Return smooth noise of mean 0 and standard deviation about 1; the same position has the same value."""
    x_m, y_m = grid.centres_m()
    waves = [
        Octave(grid.bounds_m, wave_m, seed, channel) for channel, wave_m in enumerate((_LONG_WAVE_M, _SHORT_WAVE_M))
    ]
    noise = np.empty(grid.shape, dtype=np.float32)
    strip = max(1, _STRIP_PIXELS // grid.columns)
    for row in range(0, grid.rows, strip):
        place = np.meshgrid(x_m, y_m[row : row + strip])
        noise[row : row + strip] = (waves[0](*place) + waves[1](*place)) / np.sqrt(2.0)
    return noise


def _land_form(elevation: Elevation) -> tuple[FloatArray, FloatArray]:
    """Return the slope [deg] and the height above the lowest ground within reach [m]; NaN where not known."""
    height_m, resolution_m = elevation.height_m, elevation.grid.resolution_m
    wide = np.pad(height_m, 1, mode="edge")  # a grid of one row or column has a slope too: none
    slope_y, slope_x = np.gradient(wide, resolution_m)
    slope_deg = np.degrees(np.arctan(np.hypot(slope_x, slope_y)))[1:-1, 1:-1]
    window = 2 * round(_VALLEY_REACH_M / resolution_m) + 1
    lowest_m = minimum_filter(np.where(np.isnan(height_m), np.float32(np.inf), height_m), window, mode="nearest")
    above_m: FloatArray = np.asarray(height_m - lowest_m, dtype=np.float32)
    # Beside missing terrain the slope is not known; it then says nothing for forest and nothing against houses.
    slope_deg[np.isnan(slope_deg) & ~np.isnan(height_m)] = 0.0
    return slope_deg.astype(np.float32), above_m


def _built_up(grid: Grid, zones: Zones, usable: FloatArray, noise: FloatArray) -> BoolArray:
    """Return the pixels that are built up: in each zone the best, as many as its people need."""
    zone_of_pixel = zones.rasterize(grid).ravel()
    usable, noise = usable.ravel(), noise.ravel()
    candidates = np.flatnonzero((zone_of_pixel >= 0) & (usable > 0.0))
    candidates = candidates[np.argsort(zone_of_pixel[candidates], kind="stable")]
    ends = np.searchsorted(zone_of_pixel[candidates], np.arange(len(zones) + 1))
    pixel_km2 = (grid.resolution_m / 1000.0) ** 2
    built = np.zeros(usable.size, dtype=np.bool_)
    for index, people in enumerate(np.nan_to_num(zones.population).tolist()):
        pixels = candidates[ends[index] : ends[index + 1]]
        wanted = min(round(people / _BUILT_PEOPLE_PER_KM2 / pixel_km2), int(_MOST_BUILT * len(pixels)))
        if wanted == 0:
            continue
        worth = usable[pixels].astype(np.float64)
        row, column = np.divmod(pixels, grid.columns)
        middle_row, middle_column = (float((worth * axis).sum() / worth.sum()) for axis in (row, column))
        radius_m = 1000.0 * math.sqrt(people / _TOWN_PEOPLE_PER_KM2 / math.pi)
        distance_m = grid.resolution_m * np.hypot(row - middle_row, column - middle_column)
        # A town round the middle, and hamlets where the noise is high; both keep to usable land.
        score = np.log(worth) - distance_m / radius_m + _HAMLET_NOISE * noise[pixels]
        built[pixels[np.argsort(-score, kind="stable")[:wanted]]] = True
    return built.reshape(grid.shape)
