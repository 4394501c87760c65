"""Terrain laid out for the raster sweep: padded, missing posts marked, and once along rows, once along columns."""

from __future__ import annotations

from dataclasses import dataclass

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


def _pad(posts: FloatArray) -> FloatArray:
    padded = np.full((posts.shape[0], posts.shape[1] + 2 * PAD), MISSING_M, dtype=np.float32)
    padded[:, PAD:-PAD] = np.where(np.isnan(posts), MISSING_M, posts)
    return padded
