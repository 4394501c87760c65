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
from phusong.web.codes import FIRST_CLASS, NEAR, NO_DATA, OUTSIDE
from phusong.web.mercator import TILE_PIXELS, tile_part
from phusong.web.server.rasters import Raster

STRIPE = NO_DATA + 1
NEAR_STEP, STRIPE_STEP, STRIPE_WIDTH = 6, 8, 3
"""Pixels between the lines of the hatching, and the width of those that mark missing data."""
_DARKER = 0.62
_SERVICE = (*SERVICE_COLOURS, NO_SERVICE_COLOUR)
_CHANGE = (NO_SERVICE_COLOUR, STILL_COVERED_COLOUR, GAINED_COLOUR, LOST_COLOUR)  # by the states of a comparison


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
