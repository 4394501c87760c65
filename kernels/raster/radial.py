"""Path loss from one mast to every pixel around it, modes ``fast`` and ``draft``: pixels share the profiles of rays.

Ray law. The profile of a pixel is that of ``sweep``, with its own length and its own ground at the mobile, but the
heights of its crossings are those of the nearest *ray*, a straight line from the mast. At a distance of D crossings,
2^(n-1) < D <= 2^n, the rays of a side lie at the slopes k / (q 2^n), where q is ``rays_per_pixel``: a pixel's own line
is passed by at most 1/(2q) of a pixel, and neither the radius nor the region changes a pixel's ray.

Sixteen rays are followed at a time, which makes the greatest slope from the mast and the sums for the smooth Earth
running quantities. What depends on the mobile too, the greatest slope from there or the clearance ratio, is one scan of
the ray's heights, sixteen crossings at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, Problem
from phusong.kernels._jit import scalar, simd
from phusong.kernels.lanes import (
    LANES,
    Lanes,
    Number,
    any_lane,
    first_lane,
    floor,
    greatest,
    lane_numbers,
    load,
    look_up,
    maximum,
    minimum,
    permute,
    splat,
    sqrt,
    store,
    to_float,
    transpose,
    where,
    whole,
)
from phusong.kernels.raster.p1812_lanes import (
    Carrier,
    Geometry,
    fitted_ends,
    least_loss,
    lowered_ends,
    path_terms,
    required_clearance_m,
    smooth_clearance,
    transmission_loss,
)
from phusong.kernels.raster.profile import NEAREST_CROSSING, NEAREST_LEVEL, SHORTEST_M, Mast, rays_reach
from phusong.kernels.raster.surface import PAD, Surface
from phusong.kernels.raster.sweep import (
    IMPOSSIBLE_RISE_M,
    LOWEST,
    NO_TERRAIN_DB,
    NUDGE,
    OUT_OF_RANGE_DB,
    Region,
    Wedge,
    carrier_records,
    settle,
    sides,
    sweep_pixels,
    variability_table,
)

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

CERTAIN_DB = 0.01  # by which a bound must exceed the limit, for the rounding of both

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
def _aligned(size: int) -> FloatArray:
    """Return that many numbers from the start of a cache line on."""
    numbers = np.empty(size + LANES, dtype=np.float32)
    skipped = (-(numbers.ctypes.data // 4)) % LANES
    return numbers[skipped : skipped + size]


@simd
def _radial_side(
    ground: FloatArray,
    top: FloatArray | None,
    wedge: Wedge,
    towards_higher: bool,
    ground_m: Number,
    resolution_m: Number,
    radius_pixels: float,
    rays_per_pixel: int,
    carriers: tuple[Carrier, ...],
    variability_db: FloatArray,
    most_loss_db: FloatArray,
    loss_db: FloatArray,
    disputed_db: FloatArray,
    pruned: BoolArray,
) -> None:
    """Fill the pixels of one of the four wedges; ground and top have the minor axis contiguous."""
    direction = 1 if towards_higher else -1
    first = wedge.major + 1 if towards_higher else wedge.major
    first_distance = 1.0 - wedge.major_rest if towards_higher else wedge.major_rest
    row_first = 0
    if first_distance < NEAREST_CROSSING:
        first += direction
        first_distance += 1.0
        row_first = -1
    start = max(wedge.major_start, wedge.major + 1) if towards_higher else wedge.major_start
    stop = wedge.major_stop if towards_higher else min(wedge.major_stop, wedge.major + 1)
    if start >= stop:
        return
    nearest, farthest = (start, stop - 1) if towards_higher else (stop - 1, start)
    row_first = max(row_first, (nearest - first) * direction)
    row_last = min((farthest - first) * direction, int(radius_pixels - first_distance))
    if row_first > row_last:
        return

    size = max(row_last + 1, 1) + 2 * LANES
    width = LANES * ((size + LANES - 1) // LANES)
    tables = _aligned(4 * width).reshape((4, width))
    u = (np.float64(first_distance) + np.arange(width)).astype(np.float32)
    tables[0] = u
    tables[1] = np.float32(1.0) / u
    tables[2] = u * u * np.float32(0.0005 / carriers[0].effective_radius_km)  # over 2 a, a in metres
    tables[3] = np.float32(1.0) / np.sqrt(u)
    # By the crossings that are left to the mobile: ``size`` of them at 0, one at size - 1, none at ``size``.
    left = np.arange(size, 0, -1).astype(np.float32)
    per_left = np.zeros((3, size + 2 * LANES), dtype=np.float32)
    per_left[0, :size] = np.float32(1.0) / left
    per_left[1, :size] = np.float32(1.0) / np.sqrt(left)
    per_left[2, size:] = np.float32(LOWEST)

    minor_first = np.empty(row_last + 2, dtype=np.int64)  # of the row k at k + 1
    minor_last = np.empty(row_last + 2, dtype=np.int64)
    for row in range(row_first, row_last + 1):
        span = abs((first + direction * row - wedge.major) - wedge.major_rest)
        reach = min(span, math.sqrt(max(radius_pixels * radius_pixels - span * span, 0.0))) + NUDGE
        begin = max(wedge.minor_start - wedge.minor, math.ceil(wedge.minor_rest - reach))
        end = min(wedge.minor_stop - 1 - wedge.minor, math.floor(wedge.minor_rest + reach))
        while begin <= end and not _is_in_wedge(wedge, span, begin, radius_pixels):
            begin += 1
        while begin <= end and not _is_in_wedge(wedge, span, end, radius_pixels):
            end -= 1
        minor_first[row + 1], minor_last[row + 1] = begin, end

    stride = width + LANES if width % (2 * LANES) == 0 else width  # no power of two: the cache's sets are shared evenly
    woven = _aligned(2 * width * LANES).reshape((2, width * LANES))
    heights = _aligned(2 * stride * LANES).reshape((2, stride * LANES))
    woven[:] = np.float32(0.0)
    capacity = (size + LANES) * (LANES // rays_per_pixel + 2) + LANES
    listed = np.zeros((FIELDS, capacity), dtype=np.float32)
    results = np.empty((2 * len(carriers), LANES), dtype=np.float32)
    bounds_db = np.empty((len(carriers), capacity if most_loss_db.size else 0), dtype=np.float32)
    # Where the pixel (row, minor) is stored: origin + row * per_row + minor * per_minor
    columns = wedge.major_stop - wedge.major_start if wedge.along_columns else wedge.minor_stop - wedge.minor_start
    along, per_minor = (1, columns) if wedge.along_columns else (columns, 1)
    origin = (first - wedge.major_start) * along + (wedge.minor - wedge.minor_start) * per_minor
    per_row = direction * along

    far = NEAREST_LEVEL
    near = -1.0
    while near < first_distance + row_last:
        level_first = row_first
        while level_first <= row_last and first_distance + level_first <= near:
            level_first += 1
        level_last = level_first - 1
        while level_last < row_last and first_distance + (level_last + 1) <= far:
            level_last += 1
        rays = rays_per_pixel * far  # to either side of the axis
        if level_first <= level_last:
            for ray in range(-rays, rays + 1, LANES):
                low, high = (ray - 0.5) / rays, (ray + LANES - 0.5) / rays
                last = level_last
                inner = 0.0 if low < 0.0 < high else min(abs(low), abs(high))
                outermost = radius_pixels / math.sqrt(1.0 + inner * inner) + NUDGE - first_distance
                last = min(last, int(max(outermost, -1.0)))
                count = _follow(
                    ground, top, wedge, first, direction, first_distance, ground_m, resolution_m, ray, rays,
                    level_first, last, minor_first, minor_last, carriers[0], variability_db, tables, woven, listed,
                )  # fmt: skip
                if count == 0:
                    continue
                for k in range(0, last + 1, LANES):
                    transpose(woven[0], k * LANES, heights[0], k, stride)
                    if top is not None:
                        transpose(woven[1], k * LANES, heights[1], k, stride)
                _prepare(first_distance, resolution_m, wedge.minor_rest, ray, rays, count, carriers, listed)
                if most_loss_db.size:
                    _prune(
                        first_distance, resolution_m, wedge.minor_rest, count, carriers, most_loss_db,
                        top is not None, listed, bounds_db,
                    )  # fmt: skip
                _scan(first_distance, count, top is not None, tables, per_left, size, heights, stride, listed)
                _evaluate(
                    first_distance, resolution_m, wedge.minor_rest, count, carriers, top is not None, bounds_db, listed,
                    results, origin, per_row, per_minor, loss_db, disputed_db, pruned,
                )  # fmt: skip
        near = float(far)
        far *= 2


@simd
def _is_in_wedge(wedge: Wedge, span: float, minor: int, radius_pixels: float) -> bool:
    """Say whether a pixel lies within the radius, and whether this axis is its major one."""
    across = abs(minor - wedge.minor_rest)
    is_major = across <= span if wedge.along_columns else across < span
    return is_major and across * across + span * span <= radius_pixels * radius_pixels


@simd
def _owned(minor_rest: float, low: float, high: float, span: float, first: int, last: int) -> tuple[int, int]:
    """Return the first and the last pixel of a row, ``span`` away, that belong to rays between two slopes."""
    begin = max(first, math.ceil(minor_rest + low * span)) if low > -2.0 else first
    end = min(last, math.ceil(minor_rest + high * span) - 1) if high < 2.0 else last
    return begin, end


@simd
def _follow(
    ground: FloatArray,
    top: FloatArray | None,
    wedge: Wedge,
    first: int,
    direction: int,
    first_distance: float,
    ground_m: Number,
    resolution_m: Number,
    ray: int,
    rays: int,
    level_first: int,
    level_last: int,
    minor_first: npt.NDArray[np.int64],
    minor_last: npt.NDArray[np.int64],
    carrier: Carrier,
    variability_db: FloatArray,
    tables: FloatArray,
    woven: FloatArray,
    listed: FloatArray,
) -> int:
    """Follow sixteen rays through their crossings and list their pixels; return how many pixels there are."""
    u, per_u, u_curve = tables[0], tables[1], tables[2]
    lanes = whole(lane_numbers())
    minor_rest = np.float32(wedge.minor_rest)
    slope = to_float(lanes + ray) * np.float32(1.0 / rays)
    step_curve = (slope * slope + 1.0) * (resolution_m * resolution_m)
    antenna_m = ground_m + carrier.mast_height_m
    # Half-way between the rays of two groups; the outermost rays take whatever lies beyond.
    low = (ray - 0.5) / rays if ray > -rays else -4.0
    high = (ray + LANES - 0.5) / rays if ray + LANES <= rays else 4.0

    mast_slope = horizon = bare_slope = splat(LOWEST)
    reach = horizon_reach = splat(np.float32(first_distance))
    total = moment = nearest = splat(0.0)
    count = 0
    any_pixel = False
    for row in range(level_first, level_last + 1):
        span = first_distance + row
        begin, end = _owned(wedge.minor_rest, low, high, span, minor_first[row + 1], minor_last[row + 1])
        any_pixel = any_pixel or begin <= end
    if not any_pixel:
        return 0
    for row in range(min(level_first, 0), level_last + 1):
        major = first + direction * row
        if row >= level_first:
            span = first_distance + row
            begin, end = _owned(wedge.minor_rest, low, high, span, minor_first[row + 1], minor_last[row + 1])
            if begin <= end:
                minor = to_float(lanes + begin)
                own_slope = (minor - minor_rest) / np.float32(max(span, 1e-3))
                place = floor(own_slope * np.float32(rays) + 0.5) - np.float32(ray)
                place = maximum(minimum(place, np.float32(LANES - 1)), 0.0)
                lane = whole(place)
                store(listed[RAY], count, place)
                store(listed[ROW], count, splat(np.float32(row)))
                store(listed[MINOR], count, minor)
                store(listed[VARIABILITY], count, splat(variability_db[max(int(span), 0)]))
                store(listed[GROUND], count, look_up(ground, major, PAD + wedge.minor + begin, lanes) - ground_m)
                store(listed[SLOPE], count, permute(mast_slope, lane))
                store(listed[REACH], count, permute(reach, lane))
                store(listed[BARE_SLOPE], count, permute(bare_slope, lane))
                store(listed[TOTAL], count, permute(total, lane))
                store(listed[MOMENT], count, permute(moment, lane))
                store(listed[NEAREST], count, permute(nearest, lane))
                if top is not None:
                    store(listed[HORIZON], count, permute(horizon, lane))
                    store(listed[HORIZON_REACH], count, permute(horizon_reach, lane))
                count += end + 1 - begin
        if row < 0:
            continue
        crossing_minor = slope * u[row] + minor_rest
        post = floor(crossing_minor)
        weight = crossing_minor - post
        base = first_lane(whole(post))
        offset = whole(post) - base
        column = PAD + wedge.minor + base
        above = (
            (1.0 - weight) * look_up(ground, major, column, offset)
            + weight * look_up(ground, major, column + 1, offset)
            - antenna_m
        )  # of the ground over the mast's antenna
        if row == 0:
            nearest = above
        curved = above - step_curve * u_curve[row]
        total = total + above
        moment = moment + above * u[row]
        bare_slope = maximum(bare_slope, above * per_u[row])
        store(woven[0], row * LANES, curved)
        rise = curved * per_u[row]
        if top is not None:
            horizon_reach = where(rise > horizon, u[row], horizon_reach)
            horizon = maximum(horizon, rise)
            curved = (
                (1.0 - weight) * look_up(top, major, column, offset)
                + weight * look_up(top, major, column + 1, offset)
                - antenna_m
                - step_curve * u_curve[row]
            )
            store(woven[1], row * LANES, curved)
            rise = curved * per_u[row]
        reach = where(rise > mast_slope, u[row], reach)
        mast_slope = maximum(mast_slope, rise)
    return count


@simd
def _prepare(
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
        crossings, _, distance_m = _lengths(listed, start, u0, np.float32(minor_rest), resolution_m)
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
def _lengths(
    listed: FloatArray, start: int, u0: Number, minor_rest: Number, resolution_m: Number
) -> tuple[Lanes, Lanes, Lanes]:
    """Return a path's length in crossings, the length of a crossing [m] and the path's horizontal length [m]."""
    crossings = maximum(load(listed[ROW], start) + u0, 1e-3)
    slope = (load(listed[MINOR], start) - minor_rest) / crossings
    step_m = sqrt(slope * slope + 1.0) * resolution_m
    return crossings, step_m, maximum(step_m * crossings, SHORTEST_M)


@simd
def _prune(
    first_distance: float,
    resolution_m: Number,
    minor_rest: float,
    count: int,
    carriers: tuple[Carrier, ...],
    most_loss_db: FloatArray,
    has_top: bool,
    listed: FloatArray,
    bounds_db: FloatArray,
) -> None:
    """Mark the listed pixels that lose more than ``most_loss_db`` on every carrier, and write the proof's bounds.

    The mast's horizon is one of the crossings, so the slope to it from the mobile is at most the greatest. Losses grow
    with that slope; (47) grows with the distance to the mobile's horizon too, which is at least nothing.
    """
    lowest_ghz = min([carrier.frequency_ghz for carrier in carriers])
    horizon_field, reach_field = (HORIZON, HORIZON_REACH) if has_top else (SLOPE, REACH)
    for start in range(0, count, LANES):
        crossings, step_m, distance_m = _lengths(
            listed, start, np.float32(first_distance), np.float32(minor_rest), resolution_m
        )
        mobile_curved = load(listed[CURVED], start)
        mast_slope, reach = load(listed[SLOPE], start), load(listed[REACH], start)
        mast_horizon, horizon_reach = load(listed[horizon_field], start), load(listed[reach_field], start)
        path = Geometry(
            crossings=crossings,
            first=np.float32(first_distance),
            between=maximum(load(listed[ROW], start), 0.0),
            step_m=step_m,
            distance_m=distance_m,
            mast_slope=mast_slope,
            mobile_slope=(mast_slope * reach - mobile_curved) / maximum(crossings - reach, 1e-3),
            direct_slope=load(listed[DIRECT], start),
            clearance=splat(LOWEST),
            mast_horizon=mast_horizon,
            mobile_horizon=(mast_horizon * horizon_reach - mobile_curved) / maximum(crossings - horizon_reach, 1e-3),
            mast_reach=horizon_reach,
            mobile_reach=splat(0.0),
            smooth_mast_m=load(listed[FITTED_MAST], start),  # the bound asks for nothing that they lead to
            smooth_mobile_m=load(listed[FITTED_MOBILE], start),
            mobile_ground_m=load(listed[GROUND], start),
        )
        terms = path_terms(path, carriers[0], lowest_ghz)
        rise = maximum(maximum(mast_slope, load(listed[BARE_SLOPE], start)), path.mobile_ground_m)
        excess_db = where(rise < IMPOSSIBLE_RISE_M, splat(1e9), -1.0)
        for band in range(len(carriers)):
            least_db = least_loss(terms, carriers[band], load(listed[VARIABILITY], start))
            store(bounds_db[band], start, least_db)
            excess_db = minimum(excess_db, least_db - (most_loss_db[band] + np.float32(CERTAIN_DB)))
        store(listed[PRUNED], start, where(excess_db > 0.0, splat(1.0), 0.0))


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
def _scan(
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


@simd
def _evaluate(
    first_distance: float,
    resolution_m: Number,
    minor_rest: float,
    count: int,
    carriers: tuple[Carrier, ...],
    has_top: bool,
    bounds_db: FloatArray,
    listed: FloatArray,
    results: FloatArray,
    origin: int,
    per_row: int,
    per_minor: int,
    loss_db: FloatArray,
    disputed_db: FloatArray,
    pruned: BoolArray,
) -> None:
    """Compute and store the loss of the listed pixels of sixteen rays."""
    bands = len(carriers)
    lowest_ghz = min([carrier.frequency_ghz for carrier in carriers])
    horizon_field, reach_field = (HORIZON, HORIZON_REACH) if has_top else (SLOPE, REACH)
    pixels = pruned.size
    for start in range(0, count, LANES):
        is_any_disputed = False
        if any_lane(load(listed[PRUNED], start) < 0.5):
            crossings, step_m, distance_m = _lengths(
                listed, start, np.float32(first_distance), np.float32(minor_rest), resolution_m
            )
            mobile_ground_m = load(listed[GROUND], start)
            bare_direct = load(listed[BARE_DIRECT], start)
            smooth_mast_m, smooth_mobile_m = lowered_ends(
                load(listed[FITTED_MAST], start),
                load(listed[FITTED_MOBILE], start),
                mobile_ground_m,
                load(listed[OBSTRUCTION], start),
                load(listed[BARE_SLOPE], start) - bare_direct,
                load(listed[BARE_MOBILE_SLOPE], start) + bare_direct,
            )
            path = Geometry(
                crossings=crossings,
                first=np.float32(first_distance),
                between=maximum(load(listed[ROW], start), 0.0),
                step_m=step_m,
                distance_m=distance_m,
                mast_slope=load(listed[SLOPE], start),
                mobile_slope=load(listed[MOBILE_SLOPE], start),
                direct_slope=load(listed[DIRECT], start),
                clearance=load(listed[CLEARANCE], start),
                mast_horizon=load(listed[horizon_field], start),
                mobile_horizon=load(listed[MOBILE_HORIZON], start),
                mast_reach=load(listed[reach_field], start),
                mobile_reach=load(listed[MOBILE_REACH], start),
                smooth_mast_m=smooth_mast_m,
                smooth_mobile_m=smooth_mobile_m,
                mobile_ground_m=mobile_ground_m,
            )
            terms = path_terms(path, carriers[0], lowest_ghz)
            is_pruned = load(listed[PRUNED], start) > 0.5
            rise = maximum(maximum(path.mast_slope, load(listed[BARE_SLOPE], start)), mobile_ground_m)
            is_known = rise < IMPOSSIBLE_RISE_M
            for band in range(bands):
                band_loss_db, band_disputed_db = transmission_loss(
                    terms, carriers[band], load(listed[VARIABILITY], start)
                )
                band_loss_db = where(is_known, band_loss_db, NO_TERRAIN_DB)
                if bounds_db.size:
                    band_loss_db = where(is_pruned, load(bounds_db[band], start), band_loss_db)
                band_disputed_db = where(is_known, where(is_pruned, 0.0, band_disputed_db), 0.0)
                store(results[2 * band], 0, band_loss_db)
                store(results[2 * band + 1], 0, band_disputed_db)
                is_any_disputed = is_any_disputed or any_lane(band_disputed_db > 0.0)
        else:
            for band in range(bands):
                store(results[2 * band], 0, load(bounds_db[band], start))
        for lane in range(min(LANES, count - start)):
            place = start + lane
            at = origin + int(listed[ROW, place]) * per_row + int(listed[MINOR, place]) * per_minor
            for band in range(bands):
                loss_db[band * pixels + at] = results[2 * band, lane]
            if is_any_disputed:
                for band in range(bands):
                    disputed_db[band * pixels + at] = results[2 * band + 1, lane]
            if bounds_db.size:
                pruned[at] = listed[PRUNED, place] > 0.5


@scalar
def _is_doubtful(
    loss_db: FloatArray, row: int, column: int, down: float, across: float, rays_per_pixel: int, refine_db: float
) -> bool:
    """Say whether the loss beside a pixel, across its ray, leads one to expect an error of more than ``refine_db``."""
    by_columns = abs(across) >= abs(down)
    length = max(abs(across) if by_columns else abs(down), 1e-3)
    rays = rays_per_pixel * rays_reach(length)
    place = (down if by_columns else across) / length * rays
    offset = abs(place - math.floor(place + 0.5)) / rays * length  # between the pixel and its ray [pixels]
    bands, rows, columns = loss_db.shape
    for side in (-1, 1):
        i, j = (row + side, column) if by_columns else (row, column + side)
        if not (0 <= i < rows and 0 <= j < columns) or loss_db[0, i, j] == OUT_OF_RANGE_DB:
            continue
        for band in range(bands):
            if abs(loss_db[band, i, j] - loss_db[band, row, column]) * offset > refine_db:
                return True
    return False


@scalar
def _choose(
    loss_db: FloatArray,
    pruned: BoolArray,
    mast: Mast,
    region: Region,
    radius_pixels: float,
    rays_per_pixel: int,
    refine_db: float,
) -> BoolArray:
    """Choose the pixels for the exact sweep: those whose ray meets missing terrain, and the doubtful ones."""
    _, rows, columns = loss_db.shape
    chosen = np.zeros((rows, columns), dtype=np.bool_)
    for row in range(rows):
        down = (region.row_start + row - mast.row) - mast.row_rest
        for column in range(columns):
            across = (region.column_start + column - mast.column) - mast.column_rest
            if loss_db[0, row, column] == NO_TERRAIN_DB:
                chosen[row, column] = True
            elif down * down + across * across <= radius_pixels * radius_pixels and not pruned[row, column]:
                chosen[row, column] = refine_db < math.inf and _is_doubtful(
                    loss_db, row, column, down, across, rays_per_pixel, refine_db
                )
    return chosen


def sweep_radial(
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
    rays_per_pixel: int = 4,
    most_loss_db: float | Sequence[float] | None = None,
    refine_db: float | None = None,
) -> FloatArray:
    """Compute the basic transmission loss of P.1812-8 from a mast to every pixel of a region, along shared rays.

    Every pixel's value depends on the mast, the terrain and the pixel alone, to the last bit: not on the region, the
    radius or the window.

    Parameters
    ----------
    surface : terrain round the mast; it must hold every straight line from the mast to the region and, unless the
        terrain ends there, two posts beyond.
    mast, carriers, region, resolution_m, radius_m : as in ``sweep``.
    rays_per_pixel : 2 .. 16 rays pass between two neighbouring pixels wherever rays are farthest apart, and up to twice
        as many elsewhere. 4 is mode ``fast``, 2 is mode ``draft``.
    most_loss_db : loss, of all carriers or of each, beyond which a pixel does not matter [dB]. Where a pixel is proved
        to lose more on every carrier, its value is the bound of that proof: above this, and not above the loss.
    refine_db : where the difference to the pixel beside, times the part of a pixel by which the ray passes, is more
        than this on any carrier, the pixel is computed by the exact sweep, to the same bits [dB].

    Returns
    -------
    loss_db : (carriers, rows, columns) float32 [dB]; ``OUT_OF_RANGE_DB`` beyond the radius. Where a ray passes missing
        terrain its pixels are computed by the exact sweep: the same pixels are ``NO_TERRAIN_DB``.

    Raises
    ------
    InputError : ``rays_per_pixel`` is out of range.
    """
    if not 2 <= rays_per_pixel <= LANES:
        raise InputError(
            [Problem("sweep_radial", None, "rays_per_pixel", f"{rays_per_pixel} is out of range", f"Give 2 .. {LANES}")]
        )
    margin = 0 if refine_db is None else 1  # the pixels beside tell how doubtful one is
    wider = Region(
        max(region.row_start - margin, 0),
        min(region.row_stop + margin, surface.shape[0]),
        max(region.column_start - margin, 0),
        min(region.column_stop + margin, surface.shape[1]),
    )
    records = carrier_records(carriers)
    shape = (len(carriers), wider.row_stop - wider.row_start, wider.column_stop - wider.column_start)
    loss_db = np.full(shape, OUT_OF_RANGE_DB, dtype=np.float32)
    disputed_db = np.zeros(shape, dtype=np.float32)
    pruned = np.zeros(shape[1:], dtype=np.bool_)
    radius_pixels = radius_m / resolution_m
    reached = radius_pixels + 2.0 * margin
    limits_db = np.array([] if most_loss_db is None else np.broadcast_to(most_loss_db, shape[:1]), dtype=np.float32)
    variability_db = variability_table(reached, resolution_m, carriers[0].latitude_deg)
    for posts, tops, wedge, towards_higher in sides(surface.wary, mast, wider):
        _radial_side(
            posts, tops, wedge, towards_higher, np.float32(mast.ground_m), np.float32(resolution_m),
            reached, rays_per_pixel, records, variability_db, limits_db, loss_db.reshape(-1), disputed_db.reshape(-1),
            pruned.reshape(-1),
        )  # fmt: skip
    chosen = _choose(
        loss_db, pruned, mast, wider, radius_pixels, rays_per_pixel, math.inf if refine_db is None else refine_db
    )
    if margin:
        part = np.s_[
            region.row_start - wider.row_start : region.row_stop - wider.row_start,
            region.column_start - wider.column_start : region.column_stop - wider.column_start,
        ]
        chosen = np.ascontiguousarray(chosen[part])
        loss_db, disputed_db = (np.ascontiguousarray(values[:, *part]) for values in (loss_db, disputed_db))
        _blank_beyond(loss_db, disputed_db, mast, region, radius_pixels)
    disputed_db[:, chosen] = 0.0
    ground, top = surface.ground_by_row, surface.top_by_row
    settle(
        ground, ground if top is None else top, mast, region, resolution_m, records, rays_per_pixel, disputed_db,
        loss_db,
    )  # fmt: skip
    if chosen.any():
        sweep_pixels(
            surface, mast, carriers,
            region=region, resolution_m=resolution_m, radius_m=radius_m, wanted=chosen, loss_db=loss_db,
        )  # fmt: skip
    return loss_db


@scalar
def _blank_beyond(
    loss_db: FloatArray, disputed_db: FloatArray, mast: Mast, region: Region, radius_pixels: float
) -> None:
    """Mark the pixels beyond the radius."""
    bands, rows, columns = loss_db.shape
    for row in range(rows):
        down = (region.row_start + row - mast.row) - mast.row_rest
        for column in range(columns):
            across = (region.column_start + column - mast.column) - mast.column_rest
            if down * down + across * across > radius_pixels * radius_pixels:
                for band in range(bands):
                    loss_db[band, row, column] = OUT_OF_RANGE_DB
                    disputed_db[band, row, column] = 0.0


class ModeError(NamedTuple):
    """How far losses are from those of the exact sweep: number compared, sum of squares, greatest difference [dB]."""

    count: int
    square_sum_db2: float
    worst_db: float

    @property
    def rms_db(self) -> float:
        """Root of the mean square [dB]; 0 where nothing was compared."""
        return math.sqrt(self.square_sum_db2 / self.count) if self.count else 0.0

    def together(self, other: ModeError) -> ModeError:
        """Return the error of both samples."""
        return ModeError(
            self.count + other.count,
            self.square_sum_db2 + other.square_sum_db2,
            max(self.worst_db, other.worst_db),
        )


def mode_error(
    loss_db: FloatArray,
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
    most_loss_db: float | Sequence[float] | None = None,
    pixels: int = 1000,
    seed: int = 0,
) -> ModeError:
    """Compare losses with those of the exact sweep on a random sample of their pixels.

    Parameters
    ----------
    loss_db : (carriers, rows, columns) what a mode has computed for the region [dB].
    surface, mast, carriers, region, resolution_m, radius_m : as in ``sweep``.
    most_loss_db : if given, a loss counts only where one of the two is not above this [dB].
    pixels : how many are drawn of those within the radius that are known; all if there are no more.
    seed : of the draw.
    """
    places = np.argwhere(loss_db[0] < NO_TERRAIN_DB)
    drawn = np.random.default_rng(seed).permutation(places)[:pixels]
    wanted = np.zeros(loss_db.shape[1:], dtype=np.bool_)
    wanted[drawn[:, 0], drawn[:, 1]] = True
    exact_db = np.full(loss_db.shape, OUT_OF_RANGE_DB, dtype=np.float32)
    if wanted.any():
        sweep_pixels(
            surface, mast, carriers,
            region=region, resolution_m=resolution_m, radius_m=radius_m, wanted=wanted, loss_db=exact_db,
        )  # fmt: skip
    limits_db = np.broadcast_to(np.inf if most_loss_db is None else most_loss_db, loss_db.shape[:1])
    matters = np.minimum(loss_db, exact_db) <= limits_db[:, None, None]
    error_db = (loss_db - exact_db)[matters & wanted & (exact_db < NO_TERRAIN_DB)].astype(np.float64)
    return ModeError(error_db.size, float(np.sum(error_db**2)), float(np.max(np.abs(error_db), initial=0.0)))
