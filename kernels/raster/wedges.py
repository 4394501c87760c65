"""The pixels round a mast as every raster kernel goes through them: four wedges, and marks for what has no loss."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.surface import Surface

FloatArray = npt.NDArray[np.float32]

NUDGE = 1e-6  # [pixels] by which the bounds of a row reach out: every pixel is tested for itself afterwards
IMPOSSIBLE_RISE_M = np.float32(1e6)  # that only missing terrain shows, in one crossing
OUT_OF_RANGE_DB = np.float32(1e9)
"""Loss of a pixel farther away than the radius."""
NO_TERRAIN_DB = np.float32(1e8)
"""Loss of a pixel whose profile meets missing terrain: it is not known."""


class Region(NamedTuple):
    """The pixels wanted, as rows and columns of the window."""

    row_start: int
    row_stop: int
    column_start: int
    column_stop: int


class Wedge(NamedTuple):
    """A mast and a region seen along one major axis."""

    major: int
    minor: int
    major_rest: float
    minor_rest: float
    major_start: int
    major_stop: int
    minor_start: int
    minor_stop: int
    along_columns: bool


def sides(surface: Surface, mast: Mast, region: Region) -> list[tuple[FloatArray, FloatArray | None, Wedge, bool]]:
    """Return the four wedges round a mast: ground and top with the minor axis contiguous, wedge, towards higher."""
    by_column = Wedge(
        mast.column, mast.row, mast.column_rest, mast.row_rest,
        region.column_start, region.column_stop, region.row_start, region.row_stop, along_columns=True,
    )  # fmt: skip
    by_row = Wedge(
        mast.row, mast.column, mast.row_rest, mast.column_rest,
        region.row_start, region.row_stop, region.column_start, region.column_stop, along_columns=False,
    )  # fmt: skip
    return [
        (posts, tops, wedge, towards_higher)
        for posts, tops, wedge in (
            (surface.ground_by_column, surface.top_by_column, by_column),
            (surface.ground_by_row, surface.top_by_row, by_row),
        )
        for towards_higher in (True, False)
    ]
