"""Sixteen paths side by side: where they cross the lines of posts, how high the ground is there, and what follows.

Heights are relative to the ground at the mast, distances in crossings; see ``sweep`` for the profile law.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import simd
from phusong.kernels.lanes import (
    Lanes,
    Mask,
    Number,
    WholeLanes,
    first_lane,
    floor,
    look_up,
    maximum,
    multiply_add,
    splat,
    where,
    whole,
)
from phusong.kernels.raster.p1812_chain import Duct
from phusong.kernels.raster.p1812_lanes import Geometry
from phusong.kernels.raster.surface import PAD

FloatArray = npt.NDArray[np.float32]

LOWEST = -1e30
HIGHEST_M = 1e6  # no ground is so high: the mark of missing terrain takes part


class Line(NamedTuple):
    """Sixteen paths to neighbouring pixels, seen along their major axis.

    Attributes
    ----------
    first, direction : line of posts of the first crossing, and which way the next ones lie.
    mast_minor, mast_rest : position of the mast on the minor axis, whole and broken part.
    slope : minor over major axis.
    """

    first: int
    direction: int
    mast_minor: int
    mast_rest: Number
    slope: Lanes


@simd
def crossing(line: Line, reached: Number) -> tuple[int, WholeLanes, Lanes]:
    """Return where the paths cross a line of posts: column of a window, offset in it, weight of the next post."""
    at = line.slope * reached + line.mast_rest
    post = floor(at)
    base = first_lane(whole(post))
    return PAD + line.mast_minor + base, whole(post) - base, at - post


@simd
def height(posts: FloatArray, row: int, column: int, offset: WholeLanes, weight: Lanes) -> Lanes:
    """Return the heights between two neighbouring posts of a line."""
    low = look_up(posts, row, column, offset)
    high = look_up(posts, row, column + 1, offset)
    # A weight may round to 1: nothing of a missing low post may then be left in the sum.
    return multiply_add(weight, high, (1.0 - weight) * low)


@simd
def known_height(posts: FloatArray, row: int, column: int, offset: WholeLanes, weight: Lanes) -> Lanes:
    """Return the heights of paths that are known to meet no missing terrain.

    Rounding may place a crossing on the other side of a post here, beside a missing one of no weight to speak of.
    """
    low = look_up(posts, row, column, offset)
    high = look_up(posts, row, column + 1, offset)
    low = where(low > HIGHEST_M, high, low)
    return low + weight * (where(high > HIGHEST_M, low, high) - low)


@simd
def look_for_duct(
    ground: FloatArray,
    ground_m: Number,
    line: Line,
    path: Geometry,
    between: int,
    smooth_mast_m: Lanes,
    smooth_mobile_m: Lanes,
    in_sight: Mask,
    antenna_m: Number,
    u: FloatArray,
    u_curve: FloatArray,
    per_sqrt_u: FloatArray,
    per_sqrt_remaining: FloatArray,
) -> Duct:
    """Go along the paths once more for what ducting needs.

    Between the horizons, the terrain's roughness; in sight, the point nearest to blocking the ray, which stands for
    both horizons, and the roughness there.

    Parameters
    ----------
    ground : posts; ground_m : height of the ground at the mast [m].
    between : crossings between both ends.
    smooth_mast_m, smooth_mobile_m : ends of the smooth-Earth surface for ducting, (90).
    in_sight : mast and mobile see each other over bare ground.
    antenna_m : height of the antenna above that ground [m].
    """
    rise = (smooth_mobile_m - smooth_mast_m) / path.crossings  # (91)
    best = roughness_m = splat(LOWEST)
    reach = np.float32(0.5) * path.crossings
    last = path.crossings - path.mobile_reach
    step_curve = path.step_m * path.step_m
    for k in range(between - 1, -1, -1):
        column, offset, weight = crossing(line, u[k])
        height_m = known_height(ground, line.first + line.direction * k, column, offset, weight) - ground_m
        rough_m = height_m - (smooth_mast_m + rise * u[k])  # (93)
        slack = height_m - antenna_m - step_curve * u_curve[k] - path.direct_slope * u[k]
        outside = maximum(path.mast_reach - u[k], u[k] - last) > 0.5
        score = where(outside, LOWEST, rough_m)
        score = where(in_sight, slack * (per_sqrt_u[k] * per_sqrt_remaining[between - k]), score)
        better = score > best
        best = maximum(best, score)
        roughness_m = where(better, rough_m, roughness_m)
        reach = where(better, u[k], reach)
    return Duct(
        mast_reach=where(in_sight, reach, path.mast_reach),
        mobile_reach=where(in_sight, path.crossings - reach, path.mobile_reach),
        roughness_m=roughness_m,
        smooth_mast_m=smooth_mast_m,
        smooth_mobile_m=smooth_mobile_m,
    )
