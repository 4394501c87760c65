"""A search grid: one place in every square of a chessboard laid over the area."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from phusong.coverage.proposals.thinning import FloatArray
from phusong.terrain.grid import Grid


def grid_places(grid: Grid, allowed: npt.NDArray[np.bool_], spacing_km: float) -> FloatArray:
    """Return for every square the allowed pixel nearest its middle; a square without one has no place.

    Returns
    -------
    (places, 2) x and y of pixel centres [m], row by row from the north-west.
    """
    side = max(round(spacing_km * 1000.0 / grid.resolution_m), 1)
    # A middle beyond the grid's edge is that of the part within.
    middle_row, middle_column = (_middles(size, side) for size in grid.shape)
    if not allowed.any():
        return np.empty((0, 2))
    nearest = ndimage.distance_transform_edt(~allowed, return_distances=False, return_indices=True)
    row, column = nearest[:, middle_row[:, np.newaxis], middle_column]
    inside = (row // side == middle_row[:, np.newaxis] // side) & (column // side == middle_column // side)
    x_m, y_m = grid.centres_m()
    return np.column_stack([x_m[column[inside]], y_m[row[inside]]])


def _middles(size: int, side: int) -> npt.NDArray[np.int64]:
    starts = np.arange(0, size, side)
    return (starts + np.minimum(starts + side, size)) // 2
