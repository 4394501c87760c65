"""Heights of clutter (trees, buildings) above ground on the metric grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from phusong.terrain.grid import Grid
from phusong.terrain.mosaic import HeightArray, sample
from phusong.terrain.raster import open_rasters

HIGHEST_M = 150.0  # taller than the tallest trees (116 m) and than any representative height of a built-up area


def load_clutter(paths: Sequence[Path], grid: Grid, *, nodata_is_bare: bool = False) -> HeightArray:
    """Return clutter heights [m above ground] of rasters, bilinear at the pixel centres; float32, NaN where missing.

    The greatest of several rasters counts, such as canopies and buildings; where one has no data, the others count.
    Each raster is interpolated by itself: join the tiles of one raster first, as with gdalbuildvrt.
    With nodata_is_bare, samples without data inside a raster are bare ground (0 m), as in many canopy-height maps;
    outside all rasters there is still no data. Raises one InputError with the problems of all rasters, as
    raster.open_rasters does; heights must lie between 0 and 150 m.
    """
    void_value = 0.0 if nodata_is_bare else math.nan
    with open_rasters(paths, lowest_m=0.0, highest_m=HIGHEST_M, void_value=void_value) as files:
        highest_m: HeightArray = np.full(grid.shape, np.nan, dtype=np.float32)
        for file in files:
            np.fmax(highest_m, sample([file], grid).value, out=highest_m)
    return highest_m
