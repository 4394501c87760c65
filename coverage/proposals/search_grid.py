"""A search grid: the middle and the top of every square of a chessboard laid over the area."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from phusong.coverage.ground import Ground
from phusong.coverage.proposals.thinning import FloatArray


def grid_places(ground: Ground, allowed: npt.NDArray[np.bool_], spacing_km: float) -> FloatArray:
    """Return for every square the allowed pixel nearest its middle, then for every square the highest allowed one, if
    that is another; a square without an allowed pixel has no place.

    Returns
    -------
    (places, 2) x and y of pixel centres [m], either row by row from the north-west.
    """
    grid = ground.grid
    side = max(round(spacing_km * 1000.0 / grid.resolution_m), 1)
    # A middle beyond the grid's edge is that of the part within.
    middle_row, middle_column = (_middles(size, side) for size in grid.shape)
    if not allowed.any():
        return np.empty((0, 2))
    nearest: Any = ndimage.distance_transform_edt(~allowed, return_distances=False, return_indices=True)
    row, column = nearest[:, middle_row[:, np.newaxis], middle_column]
    inside = (row // side == middle_row[:, np.newaxis] // side) & (column // side == middle_column // side)
    row, column = row[inside], column[inside]
    top_row, top_column = _tops(np.where(allowed, ground.height_m, -np.inf), side, row // side, column // side)
    is_other = (top_row != row) | (top_column != column)
    row, column = np.concatenate([row, top_row[is_other]]), np.concatenate([column, top_column[is_other]])
    x_m, y_m = grid.centres_m()
    return np.column_stack([x_m[column], y_m[row]])


def _tops(
    height_m: FloatArray, side: int, square_row: npt.NDArray[np.int64], square_column: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return row and column of the highest pixel of some squares, of equal ones the first."""
    rows, columns = np.zeros(square_row.size, dtype=np.int64), np.zeros(square_row.size, dtype=np.int64)
    for place, (row, column) in enumerate(
        zip((square_row * side).tolist(), (square_column * side).tolist(), strict=True)
    ):
        square = height_m[row : row + side, column : column + side]
        down, across = divmod(int(np.argmax(square)), square.shape[1])
        rows[place], columns[place] = row + down, column + across
    return rows, columns


def _middles(size: int, side: int) -> npt.NDArray[np.int64]:
    starts = np.arange(0, size, side)
    return (starts + np.minimum(starts + side, size)) // 2
