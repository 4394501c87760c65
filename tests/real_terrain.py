"""Windows of real terrain for tests of the kernels: a mast anywhere in a tile, 30 m posts around it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from phusong.kernels.raster.profile import Mast, interpolate
from phusong.kernels.raster.surface import Surface
from phusong.terrain.elevation import load_elevation
from phusong.terrain.grid import Grid, utm_crs
from tests.shared_data import SHARED

RESOLUTION_M = 30.0


@dataclass(frozen=True, eq=False)
class Place:
    """A mast on real terrain: tile, position, antenna height, and what stands there."""

    name: str
    tile: str
    longitude: float
    latitude: float
    height_m: float


PLACES = (
    Place("Việt Trì, plain", "N21E105.hgt", 105.4013, 21.3227, 30.0),
    Place("Thanh Ba, low hills", "N21E105.hgt", 105.1871, 21.4712, 42.0),
    Place("Tam Đảo, ridge", "N21E105.hgt", 105.6452, 21.4561, 20.0),
    Place("Ba Vì, foot", "N21E105.hgt", 105.3391, 21.1108, 60.0),
    Place("Mount Washington, peak", "N44W072.hgt", -71.3033, 44.2705, 30.0),
    Place("Pinkham Notch, valley", "N44W072.hgt", -71.2531, 44.2572, 45.0),
    Place("Conway, valley floor", "N44W072.hgt", -71.1268, 44.0529, 25.0),
    Place("Lancaster, hills", "N44W072.hgt", -71.5693, 44.4901, 35.0),
)


@cache
def heights(place: Place, radius_m: float, resolution_m: float) -> tuple[Grid, npt.NDArray[np.float32]]:
    """Return the grid and the heights of a window round a place."""
    grid = Grid.covering(
        [place.longitude],
        [place.latitude],
        crs=utm_crs(place.longitude, place.latitude),
        resolution_m=resolution_m,
        margin_m=radius_m + 3 * resolution_m,
    )
    return grid, load_elevation([SHARED / "data" / "dem" / place.tile], grid).height_m


def window(
    place: Place, radius_m: float, *, with_clutter: bool, resolution_m: float = RESOLUTION_M
) -> tuple[Surface, Mast]:
    """Return a window as the sweep takes it; the clutter is made: patches of 6 to 18 m on a third of the land."""
    grid, height_m = heights(place, radius_m, resolution_m)
    clutter_m = None
    if with_clutter:
        noise = ndimage.gaussian_filter(np.random.default_rng(7).normal(size=grid.shape), 4.0)
        rank = noise / noise.std()
        clutter_m = np.where(rank > 0.43, np.clip(6.0 * rank + 4.0, 6.0, 18.0), 0.0)
    surface = Surface.lay_out(height_m, clutter_m)
    column, row = (float(axis) for axis in grid.column_row(*grid.project(place.longitude, place.latitude)))
    at = math.floor(row), math.floor(column)
    ground_m = interpolate(surface.ground_by_row, *at, row - at[0], column - at[1])
    return surface, Mast(at[1], at[0], column - at[1], row - at[0], ground_m, place.height_m)
