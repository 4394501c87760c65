"""Classes of service as pictures in longitude and latitude, in pieces that a globe can take one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.interpolate import RectBivariateSpline

from phusong.classes import NO_SERVICE_COLOUR, SERVICE_COLOURS, UNKNOWN
from phusong.figures.ground import NO_DATA_COLOUR, NO_DATA_STRIPE
from phusong.figures.sheet import INK
from phusong.terrain.grid import Grid

MOST_PIXELS = 2048
"""Longest side of a picture."""
COLOURS = (*SERVICE_COLOURS, NO_SERVICE_COLOUR, NO_DATA_COLOUR, NO_DATA_STRIPE, INK)
"""Of the palette: the classes, ground and stripes of no data, lines near the limit. One more, the last, is outside."""
OPACITIES = (190, 190, 190, 160, 200, 200, 150)
_NO_DATA, _STRIPE, _NEAR, _OUTSIDE = 4, 5, 6, 7
_NEAR_PIXELS = 6
_STRIPE_PIXELS = 3
_METRES_PER_DEGREE = 111_195.0
_LATTICE = 24
_SWITCH_PIXELS = 1600.0  # side on the screen from which the pieces take the place of the overview


@dataclass(frozen=True)
class Box:
    """Bounds [deg], and a number of pixels in each direction."""

    west: float
    south: float
    east: float
    north: float
    rows: int
    columns: int

    def piece(self, rows: tuple[int, int], columns: tuple[int, int]) -> Box:
        """Return the part between two rows and two columns of pixels, the first included."""
        across, down = (self.east - self.west) / self.columns, (self.north - self.south) / self.rows
        return Box(
            self.west + columns[0] * across,
            self.north - rows[1] * down,
            self.west + columns[1] * across,
            self.north - rows[0] * down,
            rows[1] - rows[0],
            columns[1] - columns[0],
        )

    def at_most(self, pixels: int) -> Box:
        """Return the same bounds with no more pixels on a side."""
        scale = min(1.0, pixels / max(self.rows, self.columns))
        rows, columns = (max(1, math.floor(count * scale)) for count in (self.rows, self.columns))
        return Box(self.west, self.south, self.east, self.north, rows, columns)


@dataclass(frozen=True)
class Overlay:
    """A picture and where it lies.

    Attributes
    ----------
    png : of a palette, transparent outside the area.
    least_pixels, most_pixels : the side on the screen from and up to which it is shown; 0 and -1: always.
    """

    box: Box
    png: bytes
    least_pixels: int
    most_pixels: int


def overlays(
    classes: npt.NDArray[np.int8],
    near: npt.NDArray[np.bool_],
    inside: npt.NDArray[np.bool_],
    grid: Grid,
    bounds_deg: tuple[float, ...],
) -> list[Overlay]:
    """Return one picture, or an overview and pieces of equal size where one would have too many pixels.

    Parameters
    ----------
    classes, near, inside : (rows, columns) of the grid; what is near the limit has lines, what is not inside is
        transparent.
    bounds_deg : west, south, east, north of what is inside.
    """
    whole = _box(grid, bounds_deg)
    down, across = (-(-count // MOST_PIXELS) for count in (whole.rows, whole.columns))
    if down * across == 1:
        return [Overlay(whole, _png(classes, near, inside, grid, whole), 0, -1)]
    coarse = whole.at_most(MOST_PIXELS)
    found = [Overlay(coarse, _png(classes, near, inside, grid, coarse), 0, round(_SWITCH_PIXELS))]
    least = round(_SWITCH_PIXELS / math.sqrt(down * across))  # a piece is this large when the whole is at its switch
    edges = [
        np.linspace(0, count, parts + 1).round().astype(int)
        for count, parts in ((whole.rows, down), (whole.columns, across))
    ]
    for top, bottom in zip(edges[0], edges[0][1:], strict=False):
        for left, right in zip(edges[1], edges[1][1:], strict=False):
            box = whole.piece((int(top), int(bottom)), (int(left), int(right)))
            found.append(Overlay(box, _png(classes, near, inside, grid, box), least, -1))
    return found


def _box(grid: Grid, bounds_deg: tuple[float, ...]) -> Box:
    """Return a box whose pixels are as large as those of the grid, a pixel wider than the bounds."""
    west, south, east, north = bounds_deg
    down = grid.resolution_m / _METRES_PER_DEGREE
    across = down / math.cos(math.radians((south + north) / 2))
    rows, columns = math.ceil((north - south) / down) + 2, math.ceil((east - west) / across) + 2
    return Box(west - across, north + down - rows * down, west - across + columns * across, north + down, rows, columns)


def _png(
    classes: npt.NDArray[np.int8],
    near: npt.NDArray[np.bool_],
    inside: npt.NDArray[np.bool_],
    grid: Grid,
    box: Box,
) -> bytes:
    row, column = _pixels(grid, box)
    on_grid = (row >= 0) & (row < grid.rows) & (column >= 0) & (column < grid.columns)
    row, column = np.clip(row, 0, grid.rows - 1), np.clip(column, 0, grid.columns - 1)
    shown = classes[row, column].astype(np.uint8)
    unknown = classes[row, column] == UNKNOWN
    across = np.arange(box.columns)
    down = np.arange(box.rows)[:, np.newaxis]
    striped = (down + across) // _STRIPE_PIXELS % 3 == 0
    shown[near[row, column] & ((down - across) % _NEAR_PIXELS == 0)] = _NEAR
    shown[unknown] = _NO_DATA
    shown[unknown & striped] = _STRIPE
    shown[~(on_grid & inside[row, column])] = _OUTSIDE
    return palette_png(shown)


def palette_png(shown: npt.NDArray[np.uint8]) -> bytes:
    """Return a picture of numbers of ``COLOURS``, (rows, columns); what is none of these is transparent."""
    image = Image.fromarray(shown)
    image.putpalette(b"".join(bytes.fromhex(colour[1:]) for colour in COLOURS) + bytes(3))
    file = BytesIO()
    image.save(file, format="PNG", optimize=True, transparency=bytes((*OPACITIES, 0)))
    return file.getvalue()


def _pixels(grid: Grid, box: Box) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return row and column of the grid under the middle of each pixel of a box.

    The projection is computed on a lattice and interpolated by cubic splines, to far less than a pixel.
    """
    longitude, latitude = np.linspace(box.west, box.east, _LATTICE), np.linspace(box.south, box.north, _LATTICE)
    x_m, y_m = grid.project(*np.meshgrid(longitude, latitude))
    across = box.west + (np.arange(box.columns) + 0.5) * ((box.east - box.west) / box.columns)
    down = box.south + (np.arange(box.rows) + 0.5) * ((box.north - box.south) / box.rows)
    places = (RectBivariateSpline(latitude, longitude, values)(down, across)[::-1] for values in (x_m, y_m))
    west, _, _, north = grid.bounds_m
    x_m, y_m = places
    column = np.floor((x_m - west) / grid.resolution_m).astype(np.intp)
    row = np.floor((north - y_m) / grid.resolution_m).astype(np.intp)
    return row, column
