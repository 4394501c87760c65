"""The ground that a simulation stands on: terrain, clutter and land cover on one grid, and windows cut out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.scenarios.land_cover import LandCover
from phusong.scenarios.packed import Packed, pack
from phusong.terrain.grid import Grid

FloatArray = npt.NDArray[np.float32]


def _unpacked(grid: Grid, data: bytes, land_cover: LandCover | None) -> Ground:
    """Return the ground that was sent."""
    arrays = Packed(data).arrays(["height_m", "clutter_m", "of_pixel"])
    if land_cover is not None:
        land_cover = replace(land_cover, of_pixel=arrays["of_pixel"])
    return Ground(grid, arrays["height_m"], arrays.get("clutter_m"), land_cover)


@dataclass(frozen=True, eq=False)
class Ground:
    """Terrain and what stands on it, on the grid.

    Attributes
    ----------
    grid : where the values stand.
    height_m : float32 (rows, columns) above sea level, nan where missing.
    clutter_m : float32 (rows, columns) above ground, nan where missing; None: bare ground.
    land_cover : class of every pixel; None: what the receiver stands in is the same everywhere.
    """

    grid: Grid
    height_m: FloatArray
    clutter_m: FloatArray | None
    land_cover: LandCover | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what is sent to a worker: the arrays compressed, for a window is all that it has of the terrain."""
        arrays: dict[str, npt.NDArray[Any]] = {"height_m": self.height_m}
        without_pixels = None
        if self.clutter_m is not None:
            arrays["clutter_m"] = self.clutter_m
        if self.land_cover is not None:
            arrays["of_pixel"] = self.land_cover.of_pixel
            without_pixels = replace(self.land_cover, of_pixel=self.land_cover.of_pixel[:0])
        return _unpacked, (self.grid, pack(arrays), without_pixels)

    def window(self, row_start: int, row_stop: int, column_start: int, column_stop: int) -> Ground:
        """Return a part of the ground; the arrays are views."""
        part = slice(row_start, row_stop), slice(column_start, column_stop)
        place = (row_start, row_stop, column_start, column_stop)
        return Ground(
            self.grid.window(*place),
            self.height_m[part],
            None if self.clutter_m is None else self.clutter_m[part],
            None if self.land_cover is None else self.land_cover.window(*place),
        )

    def is_known(self) -> npt.NDArray[np.bool_]:
        """Return where nothing is missing, (rows, columns)."""
        known = np.isfinite(self.height_m)
        if self.clutter_m is not None:
            known &= np.isfinite(self.clutter_m)
        if self.land_cover is not None:
            known &= self.land_cover.is_known
        return known

    def height_at(self, column: float, row: float) -> float:
        """Return the bilinear height at a fractional pixel position [m]; beside missing posts that of its own pixel."""
        left, top = int(column), int(row)
        right, bottom = min(left + 1, self.grid.columns - 1), min(top + 1, self.grid.rows - 1)
        across, down = column - left, row - top
        posts = self.height_m[[top, top, bottom, bottom], [left, right, left, right]].astype(np.float64)
        weights = np.array([(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across])
        height_m = float(posts[weights > 0.0] @ weights[weights > 0.0])
        return height_m if np.isfinite(height_m) else float(self.height_m[round(row), round(column)])
