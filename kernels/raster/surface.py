"""Terrain laid out for the raster sweep: padded, missing posts marked, and once along rows, once along columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

PAD = 48
"""Posts added before and after the contiguous axis, so that a block of lanes may reach over the edge."""

MISSING_M = np.float32(1e28)
"""Height that stands for missing terrain: any path over it shows an impossible slope, however small its weight."""


@dataclass(frozen=True)
class Surface:
    """Ground and clutter top of a window of terrain, both ways round.

    Attributes
    ----------
    ground_by_row, top_by_row : (rows, columns + 2 PAD) [m].
    ground_by_column, top_by_column : (columns, rows + 2 PAD) [m]; the same posts with rows and columns exchanged.
    The tops are None where there is no clutter.
    """

    ground_by_row: FloatArray
    ground_by_column: FloatArray
    top_by_row: FloatArray | None
    top_by_column: FloatArray | None

    @classmethod
    def lay_out(cls, height_m: npt.ArrayLike, clutter_m: npt.ArrayLike | None = None) -> Surface:
        """Lay out a window of terrain.

        Parameters
        ----------
        height_m : (rows, columns) ground above sea level [m], nan where missing.
        clutter_m : (rows, columns) representative clutter height above ground [m], nan where missing; none: bare
            ground.
        """
        ground = np.asarray(height_m, dtype=np.float32)
        by_row, by_column = _pad(ground), _pad(ground.T)
        if clutter_m is None:
            return cls(by_row, by_column, None, None)
        top = ground + np.asarray(clutter_m, dtype=np.float32)
        return cls(by_row, by_column, _pad(top), _pad(top.T))

    def bare(self) -> Surface:
        """Return the same ground without clutter."""
        return Surface(self.ground_by_row, self.ground_by_column, None, None)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the window."""
        return self.ground_by_row.shape[0], self.ground_by_column.shape[0]

    @cached_property
    def wary(self) -> Surface:
        """The same if all is known; else the posts beside a missing one, along the contiguous axis, are missing too.

        A path that runs less than a post from another misses no hole in here that the other meets.
        """
        inner = slice(PAD, -PAD)
        layers = (self.ground_by_row, self.top_by_row)
        if not any(layer is not None and (layer[:, inner] == MISSING_M).any() for layer in layers):
            return self
        return Surface(
            ground_by_row=_widen_holes(self.ground_by_row),
            ground_by_column=_widen_holes(self.ground_by_column),
            top_by_row=None if self.top_by_row is None else _widen_holes(self.top_by_row),
            top_by_column=None if self.top_by_column is None else _widen_holes(self.top_by_column),
        )


def _widen_holes(posts: FloatArray) -> FloatArray:
    widened = posts.copy()
    missing = posts[:, PAD:-PAD] == MISSING_M
    widened[:, PAD + 1 : -PAD][missing[:, :-1]] = MISSING_M
    widened[:, PAD : -PAD - 1][missing[:, 1:]] = MISSING_M
    return widened


def _pad(posts: FloatArray) -> FloatArray:
    padded = np.full((posts.shape[0], posts.shape[1] + 2 * PAD), MISSING_M, dtype=np.float32)
    padded[:, PAD:-PAD] = np.where(np.isnan(posts), MISSING_M, posts)
    return padded
