"""Where the cells of a register stand on the grid, and which of them can be simulated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from phusong.scenarios.registers import Register
from phusong.terrain.elevation import Elevation
from phusong.terrain.grid import Grid

BoolArray = npt.NDArray[np.bool_]


def inside_grid(register: Register, grid: Grid) -> BoolArray:
    """Return which cells stand inside the grid, shape (cells,)."""
    column, row = _pixels(register, grid)
    inside: BoolArray = (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
    return inside


def on_terrain(register: Register, elevation: Elevation) -> BoolArray:
    """Return where the pixel that the mast stands in has a height; never outside the grid."""
    column, row = _pixels(register, elevation.grid)
    known = inside_grid(register, elevation.grid)
    known[known] = np.isfinite(elevation.height_m[row[known], column[known]])
    return known


def simulated(register: Register, elevation: Elevation) -> BoolArray:
    """Return which cells are simulated: those that are on and stand on known terrain, shape (cells,)."""
    on: BoolArray = register.status == "on"
    return on & on_terrain(register, elevation)


def _pixels(register: Register, grid: Grid) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return (column, row) of the pixel that each cell's mast stands in; outside the grid they lie beyond its shape."""
    column, row = grid.column_row(*grid.project(register.longitude_deg, register.latitude_deg))
    unreachable = ~(np.isfinite(column) & np.isfinite(row))  # the far side of the Earth has no place on the map
    column, row = (np.where(unreachable, -1.0, np.clip(np.floor(axis + 0.5), -1.0, 2.0**31)) for axis in (column, row))
    return column.astype(np.int64), row.astype(np.int64)
