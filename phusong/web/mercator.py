"""Between the grid of a run and Web Mercator, which maps in browsers are drawn in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.terrain.grid import Grid

EARTH_RADIUS_M = 6_378_137.0
HALF_WORLD_M = math.pi * EARTH_RADIUS_M
# Pixels between positions that are projected exactly; the others are off by less than a hundredth of one.
_LATTICE = 64

IndexArray = npt.NDArray[np.int32]


@dataclass(frozen=True)
class MercatorGrid:
    """A raster in Web Mercator (EPSG:3857).

    Attributes
    ----------
    west_m, north_m : outer corner of the north-west pixel [m of the projection].
    step_m : side of a pixel [m of the projection, not of the ground].
    rows, columns : shape.
    """

    west_m: float
    north_m: float
    step_m: float
    rows: int
    columns: int

    @classmethod
    def over(cls, bounds_deg: tuple[float, float, float, float], resolution_m: float) -> MercatorGrid:
        """Return the raster over (west, south, east, north) whose pixels are ``resolution_m`` wide on the ground."""
        west_deg, south_deg, east_deg, north_deg = bounds_deg
        step_m = resolution_m / math.cos(math.radians((south_deg + north_deg) / 2.0))
        west_m, south_m = to_mercator(west_deg, south_deg)
        east_m, north_m = to_mercator(east_deg, north_deg)
        columns, rows = math.ceil((east_m - west_m) / step_m), math.ceil((north_m - south_m) / step_m)
        return cls(west_m, north_m, step_m, max(rows, 1), max(columns, 1))

    @classmethod
    def tile(cls, zoom: int, x: int, y: int, pixels: int = 256) -> MercatorGrid:
        """Return the raster of a tile of the usual scheme."""
        side_m = 2.0 * HALF_WORLD_M / 2**zoom
        return cls(x * side_m - HALF_WORLD_M, HALF_WORLD_M - y * side_m, side_m / pixels, pixels, pixels)

    def nearest(self, grid: Grid) -> tuple[IndexArray, IndexArray]:
        """Return row and column of the grid's pixel that holds each pixel's centre, (rows, columns); -1 outside."""
        down, across = _lattice(self.rows), _lattice(self.columns)
        y_m = self.north_m - (down + 0.5) * self.step_m
        x_m = self.west_m + (across + 0.5) * self.step_m
        longitude, latitude = to_degrees(*np.meshgrid(x_m, y_m))
        column, row = grid.column_row(*grid.project(longitude, latitude))
        row, column = (_between(values, down, across, (self.rows, self.columns)) for values in (row, column))
        rows, columns = np.floor(row + 0.5).astype(np.int32), np.floor(column + 0.5).astype(np.int32)
        outside = (rows < 0) | (rows >= grid.rows) | (columns < 0) | (columns >= grid.columns)
        rows[outside] = columns[outside] = -1
        return rows, columns


def to_mercator(longitude_deg: float, latitude_deg: float) -> tuple[float, float]:
    """Return x and y [m] of a WGS 84 position."""
    y_m = EARTH_RADIUS_M * math.asinh(math.tan(math.radians(latitude_deg)))
    return EARTH_RADIUS_M * math.radians(longitude_deg), y_m


def to_degrees(
    x_m: npt.NDArray[np.float64], y_m: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return WGS 84 longitude and latitude [deg] of positions in Web Mercator."""
    return np.degrees(x_m / EARTH_RADIUS_M), np.degrees(np.arctan(np.sinh(y_m / EARTH_RADIUS_M)))


def _lattice(count: int) -> npt.NDArray[np.float64]:
    """Return pixel numbers from the first to the last, at most ``_LATTICE`` apart."""
    return np.linspace(0.0, max(count - 1, 1), max(2, math.ceil(count / _LATTICE) + 1))


def _between(
    values: npt.NDArray[np.float64],
    down: npt.NDArray[np.float64],
    across: npt.NDArray[np.float64],
    shape: tuple[int, int],
) -> npt.NDArray[np.float64]:
    """Return values at every pixel, bilinear between those of a lattice."""
    rows, columns = np.arange(shape[0]), np.arange(shape[1])
    along = np.stack([np.interp(columns, across, line) for line in values])
    place = np.clip(np.searchsorted(down, rows, side="right") - 1, 0, down.size - 2)
    share = ((rows - down[place]) / (down[place + 1] - down[place]))[:, None]
    filled: npt.NDArray[np.float64] = along[place] * (1.0 - share) + along[place + 1] * share
    return filled
