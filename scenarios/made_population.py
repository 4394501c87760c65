"""The people of zones spread over their pixels by land cover and slope, where no raster of people is at hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from phusong.scenarios.land_cover import NO_CLASS, TERMINAL_CLASSES, LandCover
from phusong.terrain.elevation import Elevation
from phusong.terrain.population import spread_people
from phusong.terrain.zones import Zones

PEOPLE_DRAWN: Mapping[str, float] = {
    "open": 0.002,
    "water": 0.0,
    "rural": 0.02,
    "forest": 0.002,
    "suburban": 1.0,
    "urban": 2.0,
    "dense_urban": 4.0,
}
"""People per area by terminal class, relative to suburban land: assumption, not fitted to a census."""

_HALF_SLOPE_DEG = 8.0  # land of this slope holds half as many people: assumption


def make_people(zones: Zones, land_cover: LandCover, elevation: Elevation) -> npt.NDArray[np.float64]:
    """Return the people of every pixel, float64 (rows, columns); NaN outside the zones and where theirs are unknown.

    The pixels of a zone add up to its population, to a millionth of a person. A pixel without land cover draws as many
    as the mean of its zone; where the slope is unknown the land cover alone decides.
    """
    table = np.full(NO_CLASS + 1, np.nan, dtype=np.float32)
    table[: len(TERMINAL_CLASSES)] = [PEOPLE_DRAWN[name] for name in TERMINAL_CLASSES]
    weight = table[land_cover.terminal_class_index()]
    return spread_people(zones.population, zones.rasterize(elevation.grid), weight * _flatness(elevation))


def _flatness(elevation: Elevation) -> npt.NDArray[np.float32]:
    """Return 1 on level ground, a half at _HALF_SLOPE_DEG; 1 where the slope is not known."""
    wide = np.pad(elevation.height_m, 1, mode="edge")
    slope_y, slope_x = np.gradient(wide, elevation.grid.resolution_m)
    slope = np.hypot(slope_x, slope_y)[1:-1, 1:-1] / np.tan(np.radians(_HALF_SLOPE_DEG))
    flatness: npt.NDArray[np.float32] = np.nan_to_num(1.0 / (1.0 + slope**2), nan=1.0).astype(np.float32)
    return flatness
