"""Heights of clutter (trees, buildings) above ground on the metric grid."""

from __future__ import annotations

import math
from pathlib import Path

from phusong.terrain.grid import Grid
from phusong.terrain.mosaic import HeightArray, sample
from phusong.terrain.raster import open_rasters

HIGHEST_M = 150.0  # taller than the tallest trees (116 m) and than any representative height of a built-up area


def load_clutter(path: Path, grid: Grid, *, nodata_is_bare: bool = False) -> HeightArray:
    """Return clutter heights [m above ground] of a raster, bilinear at the pixel centres; float32, NaN where missing.

    With nodata_is_bare, samples without data inside the raster are bare ground (0 m), as in many canopy-height maps;
    outside the raster there is still no data. Raises InputError as raster.open_rasters does; heights must lie between
    0 and 150 m.
    """
    void_value = 0.0 if nodata_is_bare else math.nan
    with open_rasters([path], lowest_m=0.0, highest_m=HIGHEST_M, void_value=void_value) as files:
        return sample(files, grid).value
