"""Between the grid of a run and Web Mercator, which maps in browsers are drawn in.

Places of the projection stand on a square from 0 to 1, eastwards and southwards, as the usual tiles divide it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.terrain.grid import Grid

TILE_PIXELS = 256
GREATEST_ZOOM = 17
WORLD_M = 2.0 * math.pi * 6_378_137.0
"""Side of the square in metres of EPSG:3857."""

_LEAST_LATTICE, _LATTICE_STEP = 17, 64
"""Positions are projected on a lattice of so many points a side, or more, no farther apart than so many pixels; between
them they are interpolated, to far less than a fifth of a pixel."""
_EDGE_POINTS = 33

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int32]


class TilePart(NamedTuple):
    """The part of a tile that may meet the grid.

    Attributes
    ----------
    row_start, row_stop, column_start, column_stop : pixels of the tile.
    row, column : (rows, columns) fractional pixel of the grid under the centre of each; whole numbers are centres.
    """

    row_start: int
    row_stop: int
    column_start: int
    column_stop: int
    row: FloatArray
    column: FloatArray

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.row_start, self.row_stop), slice(self.column_start, self.column_stop)


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
        across, down = degrees_to_mercator([west_deg, east_deg], [north_deg, south_deg])
        columns, rows = (math.ceil(float(one[1] - one[0]) * WORLD_M / step_m) for one in (across, down))
        west_m, north_m = (float(across[0]) - 0.5) * WORLD_M, (0.5 - float(down[0])) * WORLD_M
        return cls(west_m, north_m, step_m, max(rows, 1), max(columns, 1))

    def nearest(self, grid: Grid) -> tuple[IndexArray, IndexArray]:
        """Return row and column of the grid's pixel that holds each pixel's centre, (rows, columns); -1 outside."""
        centres = (np.arange(count, dtype=np.float64) + 0.5 for count in (self.rows, self.columns))
        down, across = (np.asarray(one * (self.step_m / WORLD_M)) for one in centres)
        down, across = down + 0.5 - self.north_m / WORLD_M, across + 0.5 + self.west_m / WORLD_M
        row, column = _under(grid, down, across)
        rows, columns = np.floor(row + 0.5).astype(np.int32), np.floor(column + 0.5).astype(np.int32)
        outside = (rows < 0) | (rows >= grid.rows) | (columns < 0) | (columns >= grid.columns)
        rows[outside] = columns[outside] = -1
        return rows, columns


def tile_exists(zoom: int, x: int, y: int) -> bool:
    """Say whether the pyramid has such a tile."""
    return 0 <= zoom <= GREATEST_ZOOM and 0 <= x < 2**zoom and 0 <= y < 2**zoom


def tile_part(grid: Grid, zoom: int, x: int, y: int) -> TilePart | None:
    """Return the part of a tile that may meet a grid, and where it lies there; None: no part of it."""
    west, north, east, south = _frame(grid)
    side = TILE_PIXELS * 2**zoom
    column_start = max(0, math.floor(west * side) - 1 - TILE_PIXELS * x)
    column_stop = min(TILE_PIXELS, math.ceil(east * side) + 1 - TILE_PIXELS * x)
    row_start = max(0, math.floor(north * side) - 1 - TILE_PIXELS * y)
    row_stop = min(TILE_PIXELS, math.ceil(south * side) + 1 - TILE_PIXELS * y)
    if column_start >= column_stop or row_start >= row_stop:
        return None
    down = (TILE_PIXELS * y + np.arange(row_start, row_stop) + 0.5) / side
    across = (TILE_PIXELS * x + np.arange(column_start, column_stop) + 0.5) / side
    return TilePart(row_start, row_stop, column_start, column_stop, *_under(grid, down, across))


def mercator_to_degrees(across: npt.ArrayLike, down: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude [deg] of places on the square."""
    longitude = 360.0 * np.asarray(across, dtype=np.float64) - 180.0
    latitude = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * np.asarray(down, dtype=np.float64)))))
    return longitude, latitude


def degrees_to_mercator(longitude_deg: npt.ArrayLike, latitude_deg: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the places of positions on the square."""
    across = (np.asarray(longitude_deg, dtype=np.float64) + 180.0) / 360.0
    down = 0.5 - np.arcsinh(np.tan(np.radians(np.asarray(latitude_deg, dtype=np.float64)))) / (2.0 * np.pi)
    return across, down


@lru_cache(maxsize=64)
def _frame(grid: Grid) -> tuple[float, float, float, float]:
    """Return west, north, east and south of a grid on the square."""
    west_m, south_m, east_m, north_m = grid.bounds_m
    x_m, y_m = np.linspace(west_m, east_m, _EDGE_POINTS), np.linspace(south_m, north_m, _EDGE_POINTS)
    edge_x = np.concatenate([x_m, x_m, np.full(_EDGE_POINTS, west_m), np.full(_EDGE_POINTS, east_m)])
    edge_y = np.concatenate([np.full(_EDGE_POINTS, south_m), np.full(_EDGE_POINTS, north_m), y_m, y_m])
    across, down = degrees_to_mercator(*grid.unproject(edge_x, edge_y))
    return float(across.min()), float(down.min()), float(across.max()), float(down.max())


def _under(grid: Grid, down: FloatArray, across: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the fractional row and column of the grid at evenly spaced places, (down, across)."""
    at_down, at_across = (
        np.linspace(one[0], one[-1], min(len(one), max(_LEAST_LATTICE, math.ceil(len(one) / _LATTICE_STEP) + 1)))
        for one in (down, across)
    )
    longitude, latitude = mercator_to_degrees(at_across[None, :], at_down[:, None])
    column, row = grid.column_row(*grid.project(*np.broadcast_arrays(longitude, latitude)))
    by_down, by_across = _weights(down, at_down), _weights(across, at_across)
    return by_down @ row @ by_across.T, by_down @ column @ by_across.T


def _weights(places: FloatArray, lattice: FloatArray) -> FloatArray:
    """Return the weights of the lattice's points at places, (places, points), for a line between two points each."""
    if len(lattice) == 1:
        return np.ones((len(places), 1))
    step = (places - lattice[0]) / (lattice[1] - lattice[0])
    before = np.clip(np.floor(step).astype(np.intp), 0, len(lattice) - 2)
    weights = np.zeros((len(places), len(lattice)))
    index = np.arange(len(places))
    weights[index, before] = 1.0 - (step - before)
    weights[index, before + 1] = step - before
    return weights
