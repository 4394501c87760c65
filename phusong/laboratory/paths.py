"""The paths that every model is run over: profiles of made or real terrain, the same for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.kernels.raster.profile import interpolate
from phusong.kernels.raster.surface import Surface
from phusong.laboratory.terrain import Window

FloatArray = npt.NDArray[np.float64]

SPACING_M = 30.0
"""Distance between the points of a profile [m], the same all along it: the irregular terrain model wants that."""


@dataclass(frozen=True, eq=False)
class Paths:
    """Profiles of one length over one terrain.

    Attributes
    ----------
    name : of the terrain.
    distance_m : (paths, points) from the transmitter [m], evenly spaced.
    terrain_m : (paths, points) [m above sea level].
    """

    name: str
    distance_m: FloatArray
    terrain_m: FloatArray

    @property
    def points(self) -> int:
        """Points of a profile."""
        return int(self.distance_m.shape[1])

    def reversed(self) -> Paths:
        """Return the same paths from their other ends."""
        return Paths(self.name, self.distance_m, np.ascontiguousarray(self.terrain_m[:, ::-1]))


class Rays:
    """Rays from the mast of a window in evenly spread directions; heights are bilinear between posts."""

    def __init__(self, window: Window, count: int) -> None:
        self.name = window.name
        self._window = window
        self._posts = Surface.lay_out(window.height_m).ground_by_row
        azimuth = 2.0 * np.pi * (np.arange(count) + 0.37) / count
        self._per_m = np.column_stack([np.sin(azimuth), -np.cos(azimuth)]) / window.resolution_m  # columns, rows

    def paths(self, length_m: float, points: int | None = None, *, only: int | None = None) -> Paths:
        """Return one path along each ray, or along one of them.

        Parameters
        ----------
        length_m : of each path [m].
        points : of each profile; none: about one every SPACING_M.
        only : number of a ray.
        """
        per_m = self._per_m if only is None else self._per_m[only : only + 1]
        points = points or max(round(length_m / SPACING_M), 2) + 1
        distance_m = np.tile(length_m * np.linspace(0.0, 1.0, points), (len(per_m), 1))
        columns = self._window.mast_column + distance_m * per_m[:, :1]
        rows = self._window.mast_row + distance_m * per_m[:, 1:]
        terrain_m = np.empty(distance_m.shape)
        for i, k in np.ndindex(*distance_m.shape):
            column, row = float(columns[i, k]), float(rows[i, k])
            terrain_m[i, k] = interpolate(self._posts, int(row), int(column), row % 1.0, column % 1.0)
        return Paths(self.name, distance_m, terrain_m)
