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
    minimum,
    splat,
    where,
    whole,
)
from phusong.kernels.raster.p1812_chain import Duct
from phusong.kernels.raster.surface import PAD

FloatArray = npt.NDArray[np.float32]

LOWEST = -1e30


class Line(NamedTuple):
    """Sixteen paths to neighbouring pixels, seen along their major axis.

    Attributes
    ----------
    first, direction : line of posts of the first crossing, and which way the next ones lie.
    count : crossings between both ends; those from ``halfway`` on are placed from the mobiles, the others from the
        mast, so that rounding never moves a crossing that is close to either.
    first_distance : of the first crossing from the mast.
    mast_minor, mast_rest : position of the mast on the minor axis, whole and broken part.
    mobile_minor : of the first mobile.
    lanes : 0, 1, ... 15.
    slope : minor over major axis.
    """

    first: int
    direction: int
    count: int
    halfway: int
    first_distance: Number
    mast_minor: int
    mast_rest: Number
    mobile_minor: int
    lanes: WholeLanes
    slope: Lanes


class SmoothEnds(NamedTuple):
    """Ends of the smooth-Earth surface [m above the ground at the mast]: for diffraction, (89), for ducting, (90)."""

    mast_m: Lanes
    mobile_m: Lanes
    ducting_mast_m: Lanes
    ducting_mobile_m: Lanes


@simd
def crossing(line: Line, k: int) -> tuple[int, WholeLanes, Lanes]:
    """Return where the paths cross the k-th line of posts: column of a window, offset in it, weight of the next."""
    if k < line.halfway:
        at = line.slope * (line.first_distance + np.float32(k)) + line.mast_rest
        post = floor(at)
        index = whole(post)
        origin = PAD + line.mast_minor
    else:
        at = line.slope * np.float32(k - line.count)
        post = floor(at)
        index = whole(post) + line.lanes
        origin = PAD + line.mobile_minor
    base = first_lane(index)
    return origin + base, index - base, at - post


@simd
def height(posts: FloatArray, row: int, column: int, offset: WholeLanes, weight: Lanes) -> Lanes:
    """Return the heights between two neighbouring posts of a line."""
    low = look_up(posts, row, column, offset)
    high = look_up(posts, row, column + 1, offset)
    return (1.0 - weight) * low + weight * high


@simd
def smooth_ends(
    total: Lanes,
    moment: Lanes,
    nearest_m: Lanes,
    mobile_ground_m: Lanes,
    crossings: Number,
    u0: Number,
    count: int,
    obstruction_m: Lanes,
    rise_mast: Lanes,
    rise_mobile: Lanes,
) -> SmoothEnds:
    """Fit the smooth Earth to the ground, (83) to (90).

    The trapezoids of (83) and (84) are summed in closed form: all intervals are one crossing wide but the first.
    """
    d = crossings
    area = mobile_ground_m * d
    lever = mobile_ground_m * (2.0 * d * d)
    if count > 0:
        area = nearest_m * (u0 - 1.0) + total * 2.0 + mobile_ground_m  # (83)
        lever = nearest_m * (2.0 * u0 * u0 - 3.0 * u0 + 1.0) + moment * 6.0 + mobile_ground_m * (3.0 * d - 1.0)  # (84)
    per_square = 1.0 / (d * d)
    fitted_mast_m = (area * (2.0 * d) - lever) * per_square  # (85)
    fitted_mobile_m = (lever - area * d) * per_square  # (86)
    lowered_m = maximum(obstruction_m, 0.0)  # (87a), (88)
    share = maximum(rise_mast, 0.0) / maximum(maximum(rise_mast, 0.0) + maximum(rise_mobile, 0.0), 1e-12)
    return SmoothEnds(
        minimum(fitted_mast_m - lowered_m * share, 0.0),  # (89)
        minimum(fitted_mobile_m - lowered_m * (1.0 - share), mobile_ground_m),
        minimum(fitted_mast_m, 0.0),  # (90)
        minimum(fitted_mobile_m, mobile_ground_m),
    )


@simd
def look_for_duct(
    ground: FloatArray,
    ground_m: Number,
    line: Line,
    smooth: SmoothEnds,
    crossings: Number,
    antenna_m: Number,
    direct_slope: Lanes,
    step_curve: Lanes,
    in_sight: Mask,
    mast_reach: Lanes,
    mobile_reach: Lanes,
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
    antenna_m : height of the antenna above that ground [m].
    """
    rise = (smooth.ducting_mobile_m - smooth.ducting_mast_m) / crossings  # (91)
    best = roughness_m = splat(LOWEST)
    reach = splat(np.float32(0.5) * crossings)
    last = crossings - mobile_reach
    for k in range(line.count - 1, -1, -1):
        column, offset, weight = crossing(line, k)
        height_m = height(ground, line.first + line.direction * k, column, offset, weight) - ground_m
        rough_m = height_m - (smooth.ducting_mast_m + rise * u[k])  # (93)
        slack = height_m - antenna_m - step_curve * u_curve[k] - direct_slope * u[k]
        outside = maximum(mast_reach - u[k], u[k] - last) > 0.5
        score = where(outside, LOWEST, rough_m)
        score = where(in_sight, slack * (per_sqrt_u[k] * per_sqrt_remaining[line.count - k]), score)
        better = score > best
        best = maximum(best, score)
        roughness_m = where(better, rough_m, roughness_m)
        reach = where(better, u[k], reach)
    return Duct(
        mast_reach=where(in_sight, reach, mast_reach),
        mobile_reach=where(in_sight, crossings - reach, mobile_reach),
        roughness_m=roughness_m,
        smooth_mast_m=smooth.ducting_mast_m,
        smooth_mobile_m=smooth.ducting_mobile_m,
    )
