"""Painting a tile: codes to a PNG with a palette, hatched so that the hatching joins from tile to tile."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from phusong.classes import (
    GAINED_COLOUR,
    LOST_COLOUR,
    NO_SERVICE_COLOUR,
    SERVICE_COLOURS,
    STILL_COVERED_COLOUR,
)
from phusong.figures.ground import NO_DATA_COLOUR, NO_DATA_STRIPE
from phusong.terrain.grid import Grid
from phusong.web.server.mercator import TILE_PIXELS, tile_part
from phusong.web.server.rasters import FIRST_CLASS, NEAR, NO_DATA, OUTSIDE, Raster

STRIPE = NO_DATA + 1
NEAR_STEP, STRIPE_STEP, STRIPE_WIDTH = 6, 8, 3
"""Pixels between the lines of the hatching, and the width of those that mark missing data."""
_DARKER = 0.62
_SERVICE = (*SERVICE_COLOURS, NO_SERVICE_COLOUR)
_CHANGE = (NO_SERVICE_COLOUR, STILL_COVERED_COLOUR, GAINED_COLOUR, LOST_COLOUR)  # by the states of a comparison
_HEIGHT_OFFSET_M, _HEIGHT_STEP_M = 32768.0, 0.125  # finer steps are noise, which no PNG makes small


def service_tile(raster: Raster, grid: Grid, zoom: int, x: int, y: int) -> bytes:
    """Return a tile of service classes as PNG; transparent outside the area."""
    return _png(_codes(raster, grid, zoom, x, y), x, y, _palette(_SERVICE))


def change_tile(raster: Raster, grid: Grid, zoom: int, x: int, y: int) -> bytes:
    """Return a tile of what two runs gain and lose as PNG; transparent outside the area."""
    return _png(_codes(raster, grid, zoom, x, y), x, y, _palette(_CHANGE))


def _codes(raster: Raster, grid: Grid, zoom: int, x: int, y: int) -> npt.NDArray[np.uint8] | None:
    part = tile_part(grid, zoom, x, y)
    if part is None:
        return None
    codes = np.full((TILE_PIXELS, TILE_PIXELS), OUTSIDE, dtype=np.uint8)
    codes[part.slices] = raster.at(part.row, part.column)
    return codes


def _png(codes: npt.NDArray[np.uint8] | None, x: int, y: int, palette: bytes) -> bytes:
    if codes is None or not codes.any():
        return _empty()
    is_line, is_stripe = _hatching(TILE_PIXELS * (x + y) % NEAR_STEP, TILE_PIXELS * (x - y) % STRIPE_STEP)
    is_near = (codes >= FIRST_CLASS + NEAR) & (codes < NO_DATA)
    codes = np.where(is_near & ~is_line, codes - np.uint8(NEAR), codes)
    codes[(codes == NO_DATA) & is_stripe] = STRIPE
    return _encoded(codes, palette)


def _encoded(codes: npt.NDArray[np.uint8], palette: bytes) -> bytes:
    image = Image.fromarray(codes, mode="P")
    image.putpalette(palette)
    file = io.BytesIO()
    image.save(file, "PNG", transparency=OUTSIDE, compress_level=3)
    return file.getvalue()


@cache
def _empty() -> bytes:
    return _encoded(np.zeros((TILE_PIXELS, TILE_PIXELS), dtype=np.uint8), _palette(_SERVICE))


@cache
def _hatching(near_phase: int, stripe_phase: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return where the lines near a limit and the stripes of missing data run in a tile."""
    down, across = np.ogrid[:TILE_PIXELS, :TILE_PIXELS]
    return (
        (across + down + near_phase) % NEAR_STEP == 0,
        (across - down + stripe_phase) % STRIPE_STEP < STRIPE_WIDTH,
    )


@cache
def _palette(colours: tuple[str, ...]) -> bytes:
    """Return the palette by code: outside, four classes, the same near their limits, no data, its stripe."""
    plain = [_rgb(colour) for colour in colours]
    darker = [tuple(round(_DARKER * part) for part in colour) for colour in plain]
    return bytes(part for colour in ((0, 0, 0), *plain, *darker, *map(_rgb, _NO_DATA)) for part in colour)


_NO_DATA = (NO_DATA_COLOUR, NO_DATA_STRIPE)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


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
