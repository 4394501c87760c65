"""Ground heights as tiles, and between the pixels of the grid."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from phusong.terrain.grid import Grid
from phusong.web.mercator import TILE_PIXELS, tile_part

_HEIGHT_OFFSET_M, _HEIGHT_STEP_M = 32768.0, 0.125  # finer steps are noise, which no PNG makes small


def terrain_tile(height_m: npt.NDArray[np.float32], grid: Grid, zoom: int, x: int, y: int) -> tuple[bytes, int]:
    """Return a tile of ground heights as PNG, and how many of its pixels have none.

    Heights are encoded as red * 256 + green + blue / 256 - 32768 [m], between pixels of the grid bilinear. Where there
    is no height, or no grid, 0 m stands.
    """
    values = np.zeros((TILE_PIXELS, TILE_PIXELS))
    part = tile_part(grid, zoom, x, y)
    missing = TILE_PIXELS**2
    if part is not None:
        between = bilinear(height_m, part.row, part.column)
        known = ~np.isnan(between)
        missing -= int(known.sum())
        values[part.slices] = np.where(known, between, 0.0)
    steps = np.rint((values + _HEIGHT_OFFSET_M) / _HEIGHT_STEP_M).astype(np.int64) * round(256 * _HEIGHT_STEP_M)
    encoded = np.stack([steps >> 16, (steps >> 8) & 255, steps & 255], axis=-1).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(encoded, mode="RGB").save(file, "PNG", compress_level=3)
    return file.getvalue(), missing


def bilinear(
    values: npt.NDArray[np.float32], row: npt.NDArray[np.float64], column: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return values between the centres of pixels; NaN off the grid and where one of the four is missing."""
    rows, columns = values.shape
    on_grid = (row >= -0.5) & (row <= rows - 0.5) & (column >= -0.5) & (column <= columns - 0.5)
    down, across = np.clip(row, 0.0, rows - 1.0), np.clip(column, 0.0, columns - 1.0)
    top, left = np.floor(down).astype(np.intp), np.floor(across).astype(np.intp)
    bottom, right = np.minimum(top + 1, rows - 1), np.minimum(left + 1, columns - 1)
    below, beyond = down - top, across - left
    upper = values[top, left] * (1.0 - beyond) + values[top, right] * beyond
    lower = values[bottom, left] * (1.0 - beyond) + values[bottom, right] * beyond
    return np.where(on_grid, upper * (1.0 - below) + lower * below, np.nan)
