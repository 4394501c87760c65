"""The ground that a simulation stands on: terrain and clutter on one grid, and windows cut out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.terrain.grid import Grid

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Ground:
    """Terrain and clutter on the grid.

    Attributes
    ----------
    grid : where the values stand.
    height_m : float32 (rows, columns) above sea level, nan where missing.
    clutter_m : float32 (rows, columns) above ground, nan where missing; None: bare ground.
    """

    grid: Grid
    height_m: FloatArray
    clutter_m: FloatArray | None

    def window(self, row_start: int, row_stop: int, column_start: int, column_stop: int) -> Ground:
        """Return a part of the ground; the arrays are views."""
        part = slice(row_start, row_stop), slice(column_start, column_stop)
        clutter_m = None if self.clutter_m is None else self.clutter_m[part]
        return Ground(self.grid.window(row_start, row_stop, column_start, column_stop), self.height_m[part], clutter_m)

    def height_at(self, column: float, row: float) -> float:
        """Return the bilinear height at a fractional pixel position [m]; beside missing posts that of its own pixel."""
        left, top = int(column), int(row)
        right, bottom = min(left + 1, self.grid.columns - 1), min(top + 1, self.grid.rows - 1)
        across, down = column - left, row - top
        posts = self.height_m[[top, top, bottom, bottom], [left, right, left, right]].astype(np.float64)
        weights = np.array([(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across])
        height_m = float(posts[weights > 0.0] @ weights[weights > 0.0])
        return height_m if np.isfinite(height_m) else float(self.height_m[round(row), round(column)])
