"""What depends on the mobile of a pixel and on all crossings of its ray: one scan of the ray's heights each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import simd
from phusong.kernels.lanes import LANES, Number, greatest, lane_numbers, load, maximum, minimum, splat, store, where
from phusong.kernels.raster.p1812_lanes import Carrier
from phusong.kernels.raster.paths import LOWEST
from phusong.kernels.raster.ray_list import (
    ABOVE,
    BARE_DIRECT,
    BARE_MOBILE_SLOPE,
    BARE_SLOPE,
    CLEARANCE,
    CURVED,
    DIRECT,
    FITTED_MAST,
    FITTED_MOBILE,
    GROUND,
    HORIZON,
    HORIZON_REACH,
    LOWERED,
    MOBILE_HORIZON,
    MOBILE_REACH,
    MOBILE_SLOPE,
    MOMENT,
    NEAREST,
    OBSTRUCTION,
    PRUNED,
    RAY,
    REACH,
    ROW,
    SLOPE,
    TOTAL,
    lengths,
)
from phusong.kernels.raster.smooth_lanes import fitted_ends, required_clearance_m, smooth_clearance
from phusong.kernels.raster.wedges import IMPOSSIBLE_RISE_M

FloatArray = npt.NDArray[np.float32]


@simd
def prepare(
    first_distance: float,
    resolution_m: Number,
    minor_rest: float,
    ray: int,
    rays: int,
    count: int,
    carriers: tuple[Carrier, ...],
    listed: FloatArray,
) -> None:
    """Compute what the scans of the listed pixels need to know."""
    mast_height_m, mobile_height_m = carriers[0].mast_height_m, carriers[0].mobile_height_m
    lowest_ghz = min([carrier.frequency_ghz for carrier in carriers])
    per_curve = np.float32(0.0005 / carriers[0].effective_radius_km)
    u0 = np.float32(first_distance)
    for start in range(0, count, LANES):
        mobile_ground_m = load(listed[GROUND], start)
        between = maximum(load(listed[ROW], start), 0.0)
        crossings, _, distance_m = lengths(listed, start, u0, np.float32(minor_rest), resolution_m)
        ray_slope = (load(listed[RAY], start) + np.float32(ray)) * np.float32(1.0 / rays)
        step_curve = (ray_slope * ray_slope + 1.0) * (resolution_m * resolution_m)
        mobile_above = mobile_ground_m + (mobile_height_m - mast_height_m)
        mobile_curved = mobile_above - step_curve * (crossings * crossings * per_curve)
        per_crossings = 1.0 / crossings
        bare_direct = mobile_above * per_crossings
        fitted_mast_m, fitted_mobile_m = fitted_ends(
            load(listed[TOTAL], start) + mast_height_m * between,
            load(listed[MOMENT], start) + mast_height_m * (between * (u0 + 0.5 * (between - 1.0))),
            load(listed[NEAREST], start) + mast_height_m,
            mobile_ground_m,
            crossings,
            u0,
            between,
        )
        # Without obstruction the smooth Earth lies higher: what it does not bend then it never does.
        clearance_m, _, spread_km = smooth_clearance(
            0.001 * distance_m,
            mast_height_m - minimum(fitted_mast_m, 0.0),
            mobile_height_m + mobile_ground_m - minimum(fitted_mobile_m, mobile_ground_m),
            carriers[0].effective_radius_km,
        )
        is_lowered = (clearance_m < required_clearance_m(spread_km, lowest_ghz)) & (
            load(listed[BARE_SLOPE], start) > bare_direct
        )
        store(listed[CURVED], start, mobile_curved)
        store(listed[DIRECT], start, mobile_curved * per_crossings)
        store(listed[ABOVE], start, mobile_above)
        store(listed[BARE_DIRECT], start, bare_direct)
        store(listed[LOWERED], start, where(is_lowered, step_curve, -1.0))
        store(listed[FITTED_MAST], start, fitted_mast_m)
        store(listed[FITTED_MOBILE], start, fitted_mobile_m)


@simd
def _back_tangent(
    heights: FloatArray,
    base: int,
    begin: int,
    end: int,
    origin_m: Number,
    per_left: FloatArray,
    beyond: FloatArray,
    left: int,
) -> tuple[np.float32, np.float32]:
    """Greatest slope from the mobile to the crossings before ``end``, and how many crossings away the nearest one is.

    Crossings before ``begin`` matter no more.
    """
    k = (end - 1) // LANES * LANES
    steepest = (load(heights, base + k) - origin_m) * load(per_left, left + k) + load(beyond, left + k)
    place = splat(np.float32(end - k))
    k -= LANES
    while k > begin - LANES:
        rise = (load(heights, base + k) - origin_m) * load(per_left, left + k)
        place = where(rise > steepest, np.float32(end - k), place)
        steepest = maximum(steepest, rise)
        k -= LANES
    best = greatest(steepest)
    return best, np.float32(-1.0) * greatest(where(steepest < best, -1e6, lane_numbers() - place))


@simd
def _clearance(
    heights: FloatArray,
    base: int,
    end: int,
    direct_slope: Number,
    u: FloatArray,
    per_sqrt_u: FloatArray,
    per_sqrt_left: FloatArray,
    beyond: FloatArray,
    left: int,
) -> np.float32:
    """Greatest clearance ratio of the crossings before ``end``, (15) without its wavelength."""
    k = (end - 1) // LANES * LANES
    over = load(heights, base + k) - direct_slope * load(u, k)
    best = over * load(per_sqrt_u, k) * load(per_sqrt_left, left + k) + load(beyond, left + k)
    k -= LANES
    while k >= 0:
        over = load(heights, base + k) - direct_slope * load(u, k)
        best = maximum(best, over * load(per_sqrt_u, k) * load(per_sqrt_left, left + k))
        k -= LANES
    return greatest(best)


@simd
def _obstruction(
    heights: FloatArray,
    base: int,
    begin: int,
    end: int,
    mobile_m: Number,
    bare_direct: Number,
    step_curve: Number,
    u: FloatArray,
    u_curve: FloatArray,
    per_left: FloatArray,
    beyond: FloatArray,
    left: int,
) -> tuple[np.float32, np.float32]:
    """Greatest height over the straight line, (89), and slope from the mobile, (90), of the bare ground, uncurved.

    Both lie between the horizons over the curved Earth: ``begin`` is the mast's, ``end`` follows the mobile's.
    """
    highest = steepest = splat(LOWEST)
    k = (end - 1) // LANES * LANES
    while k > begin - LANES:
        height_m = load(heights, base + k) + step_curve * load(u_curve, k) + load(beyond, left + k)
        highest = maximum(highest, height_m - bare_direct * load(u, k))
        steepest = maximum(steepest, (height_m - mobile_m) * load(per_left, left + k) + load(beyond, left + k))
        k -= LANES
    return greatest(highest), greatest(steepest)


@simd
def scan(
    first_distance: float,
    count: int,
    has_top: bool,
    tables: FloatArray,
    left_tables: FloatArray,
    size: int,
    heights: FloatArray,
    stride: int,
    listed: FloatArray,
) -> None:
    """Compute what depends on the mobile's height, or on the direct line, and on all crossings of a path."""
    u0 = np.float32(first_distance)
    u, u_curve, per_sqrt_u = tables[0], tables[2], tables[3]
    per_left, per_sqrt_left, beyond = left_tables[0], left_tables[1], left_tables[2]
    bare = heights[0]
    tall = heights[1] if has_top else heights[0]
    horizon_field, reach_field = (HORIZON, HORIZON_REACH) if has_top else (SLOPE, REACH)
    for i in range(count):
        end = max(int(listed[ROW, i]), 0)
        mobile_slope = clearance = mobile_horizon = np.float32(LOWEST)
        obstruction_m = bare_slope = np.float32(LOWEST)
        reach = np.float32(0.0)
        is_known = max(listed[SLOPE, i], listed[BARE_SLOPE, i]) < IMPOSSIBLE_RISE_M
        if end > 0 and is_known and listed[PRUNED, i] == 0.0:
            base = int(listed[RAY, i]) * stride
            left = size - end
            origin_m, direct = listed[CURVED, i], listed[DIRECT, i]
            if listed[SLOPE, i] < direct:
                clearance = _clearance(tall, base, end, direct, u, per_sqrt_u, per_sqrt_left, beyond, left)
            else:
                begin = int(listed[REACH, i] - u0)
                mobile_slope, reach = _back_tangent(tall, base, begin, end, origin_m, per_left, beyond, left)
            mobile_horizon = mobile_slope
            if not listed[horizon_field, i] < direct:
                begin = int(listed[reach_field, i] - u0)
                if has_top:
                    mobile_horizon, reach = _back_tangent(bare, base, begin, end, origin_m, per_left, beyond, left)
                if listed[LOWERED, i] >= 0.0:
                    obstruction_m, bare_slope = _obstruction(
                        bare, base, begin, end + 1 - int(reach), listed[ABOVE, i], listed[BARE_DIRECT, i],
                        listed[LOWERED, i], u, u_curve, per_left, beyond, left,
                    )  # fmt: skip
        listed[MOBILE_SLOPE, i], listed[CLEARANCE, i] = mobile_slope, clearance
        listed[MOBILE_HORIZON, i], listed[MOBILE_REACH, i] = mobile_horizon, reach
        listed[OBSTRUCTION, i], listed[BARE_MOBILE_SLOPE, i] = obstruction_m, bare_slope
