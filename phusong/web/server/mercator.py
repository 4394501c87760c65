"""Web Mercator tiles on the grid of a run: which pixel of the grid lies under each pixel of a tile."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.terrain.grid import Grid

TILE_PIXELS = 256
GREATEST_ZOOM = 17
_LATTICE = 17
"""Points of a side at which positions are projected; between them they are interpolated."""
_EDGE_POINTS = 33

FloatArray = npt.NDArray[np.float64]


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


def tile_exists(zoom: int, x: int, y: int) -> bool:
    """Say whether the pyramid has such a tile."""
    return 0 <= zoom <= GREATEST_ZOOM and 0 <= x < 2**zoom and 0 <= y < 2**zoom


def tile_part(grid: Grid, zoom: int, x: int, y: int) -> TilePart | None:
    """Return the part of a tile that may meet a grid, and where it lies there; None: no part of it.

    Positions are right to far less than a fifth of a pixel of the tile.
    """
    west, north, east, south = _frame(grid)
    side = TILE_PIXELS * 2**zoom
    column_start = max(0, math.floor(west * side) - 1 - TILE_PIXELS * x)
    column_stop = min(TILE_PIXELS, math.ceil(east * side) + 1 - TILE_PIXELS * x)
    row_start = max(0, math.floor(north * side) - 1 - TILE_PIXELS * y)
    row_stop = min(TILE_PIXELS, math.ceil(south * side) + 1 - TILE_PIXELS * y)
    if column_start >= column_stop or row_start >= row_stop:
        return None
    rows, columns = np.arange(row_start, row_stop) + 0.5, np.arange(column_start, column_stop) + 0.5
    at_rows, at_columns = (np.linspace(one[0], one[-1], min(len(one), _LATTICE)) for one in (rows, columns))
    longitude, latitude = mercator_to_degrees(
        (TILE_PIXELS * x + at_columns[None, :]) / side, (TILE_PIXELS * y + at_rows[:, None]) / side
    )
    grid_column, grid_row = grid.column_row(*grid.project(*np.broadcast_arrays(longitude, latitude)))
    by_row, by_column = _weights(rows, at_rows), _weights(columns, at_columns)
    return TilePart(
        row_start, row_stop, column_start, column_stop,
        row=by_row @ grid_row @ by_column.T, column=by_row @ grid_column @ by_column.T,
    )  # fmt: skip


def mercator_to_degrees(across: npt.ArrayLike, down: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude [deg] of places on the Mercator square, 0 to 1 eastwards and southwards."""
    longitude = 360.0 * np.asarray(across, dtype=np.float64) - 180.0
    latitude = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * np.asarray(down, dtype=np.float64)))))
    return longitude, latitude


def degrees_to_mercator(longitude_deg: npt.ArrayLike, latitude_deg: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the places of positions on the Mercator square, 0 to 1 eastwards and southwards."""
    across = (np.asarray(longitude_deg, dtype=np.float64) + 180.0) / 360.0
    down = 0.5 - np.arcsinh(np.tan(np.radians(np.asarray(latitude_deg, dtype=np.float64)))) / (2.0 * np.pi)
    return across, down


@lru_cache(maxsize=64)
def _frame(grid: Grid) -> tuple[float, float, float, float]:
    """Return west, north, east and south of a grid on the Mercator square."""
    west_m, south_m, east_m, north_m = grid.bounds_m
    x_m, y_m = np.linspace(west_m, east_m, _EDGE_POINTS), np.linspace(south_m, north_m, _EDGE_POINTS)
    edge_x = np.concatenate([x_m, x_m, np.full(_EDGE_POINTS, west_m), np.full(_EDGE_POINTS, east_m)])
    edge_y = np.concatenate([np.full(_EDGE_POINTS, south_m), np.full(_EDGE_POINTS, north_m), y_m, y_m])
    across, down = degrees_to_mercator(*grid.unproject(edge_x, edge_y))
    return float(across.min()), float(down.min()), float(across.max()), float(down.max())


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
