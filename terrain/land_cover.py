"""Classes of land cover on the metric grid: the code of the sample that each pixel's centre falls into."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from phusong.errors import input_error
from phusong.terrain.grid import Grid
from phusong.terrain.raster import read_classes

HIGHEST_CODE = 65_535
NO_CODE = -1
"""The code of a pixel without data."""


def load_land_cover(path: Path, grid: Grid) -> npt.NDArray[np.int32]:
    """Return the codes of a classified raster in any projection; int32, NO_CODE where there is no data.

    Nearest neighbour: a code is a name, nothing lies between two of them. Raises InputError as raster.read_classes
    does; codes are whole numbers from 0 to 65535.
    """
    stored = read_classes(path, grid)
    known = np.isfinite(stored)
    wrong = known & ((stored != np.round(stored)) | (stored < 0) | (stored > HIGHEST_CODE))
    if count := int(np.count_nonzero(wrong)):
        pixels = f"{count:,} pixel{'' if count == 1 else 's'}"
        raise input_error(
            path,
            f"{pixels} with a value that is no class code, such as {stored[wrong][0]:g}",
            f"Give whole numbers from 0 to {HIGHEST_CODE}; where the value marks missing data, declare it with "
            "gdal_edit.py -a_nodata.",
            field="value",
        )
    return np.where(known, stored, NO_CODE).astype(np.int32)
