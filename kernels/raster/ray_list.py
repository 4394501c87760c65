"""The pixels of sixteen rays in a list: what is known of each, in rows of sixteen-lane vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import simd
from phusong.kernels.lanes import Lanes, Number, load, maximum, sqrt
from phusong.kernels.raster.profile import SHORTEST_M

FloatArray = npt.NDArray[np.float32]

# What is listed of a pixel. From its ray:
RAY, ROW, MINOR, GROUND, SLOPE, REACH, BARE_SLOPE, TOTAL, MOMENT, NEAREST, HORIZON, HORIZON_REACH = range(12)
# for the scans:
CURVED, DIRECT, ABOVE, BARE_DIRECT, LOWERED, FITTED_MAST, FITTED_MOBILE = range(12, 19)
# from them:
MOBILE_SLOPE, CLEARANCE, MOBILE_HORIZON, MOBILE_REACH, OBSTRUCTION, BARE_MOBILE_SLOPE = range(19, 25)
PRUNED = 25  # whether the pixel is known to lose more than asked for
VARIABILITY = 26  # least time variability of ducting
FIELDS = 27


@simd
def lengths(
    listed: FloatArray, start: int, u0: Number, minor_rest: Number, resolution_m: Number
) -> tuple[Lanes, Lanes, Lanes]:
    """Return a path's length in crossings, the length of a crossing [m] and the path's horizontal length [m]."""
    crossings = maximum(load(listed[ROW], start) + u0, 1e-3)
    slope = (load(listed[MINOR], start) - minor_rest) / crossings
    step_m = sqrt(slope * slope + 1.0) * resolution_m
    return crossings, step_m, maximum(step_m * crossings, SHORTEST_M)
