"""Pixels near something."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from phusong.scenarios.registers import Register
from phusong.terrain.grid import Grid


def within(marked: npt.NDArray[np.bool_], pixels: float) -> npt.NDArray[np.bool_]:
    """Return the pixels no farther than that from a marked one; shape (rows, columns)."""
    if not marked.any():
        return marked
    distance: Any = ndimage.distance_transform_edt(~marked)
    reached: npt.NDArray[np.bool_] = distance <= pixels
    return reached


def near(register: Register, grid: Grid, radius_m: float) -> npt.NDArray[np.bool_]:
    """Return the pixels within a distance of any of the cells, which stand on the grid; shape (rows, columns)."""
    far = np.ones(grid.shape, dtype=np.bool_)
    column, row = grid.column_row(*grid.project(register.longitude_deg, register.latitude_deg))
    far[
        np.clip(np.rint(row).astype(np.int64), 0, grid.rows - 1),
        np.clip(np.rint(column).astype(np.int64), 0, grid.columns - 1),
    ] = False
    return within(~far, radius_m / grid.resolution_m)
