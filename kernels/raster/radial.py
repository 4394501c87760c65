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

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import simd
from phusong.kernels.lanes import (
    LANES,
    Lanes,
    Number,
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
    lowered_ends,
    path_terms,
    required_clearance_m,
    smooth_clearance,
    transmission_loss,
)
from phusong.kernels.raster.profile import NEAREST_CROSSING, SHORTEST_M, Mast
from phusong.kernels.raster.surface import PAD, Surface
from phusong.kernels.raster.sweep import (
    IMPOSSIBLE_RISE_M,
    LOWEST,
    NO_TERRAIN_DB,
    NUDGE,
    OUT_OF_RANGE_DB,
    Region,
    Wedge,
    _records,
    _variability,
)

FloatArray = npt.NDArray[np.float32]

FRONT = 2 * LANES  # numbers before the heights of a ray, so that a scan may end before its first crossing
FIRST_LEVEL = 16  # crossings that the first level of rays reaches

# What a listed pixel carries from its ray; the last two are stored where there is clutter only.
RAY, ROW, MINOR, GROUND, SLOPE, REACH, BARE_SLOPE, TOTAL, MOMENT, NEAREST, HORIZON, HORIZON_REACH = range(12)
FIELDS = 12


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
    loss_db: FloatArray,
    disputed_db: FloatArray,
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
    tables = np.ones((4, FRONT + size), dtype=np.float32)  # the crossing k stands at FRONT + k
    u = (np.float64(first_distance) + np.arange(size)).astype(np.float32)
    tables[0, FRONT:] = u
    tables[1, FRONT:] = np.float32(1.0) / u
    tables[2, FRONT:] = u * u * np.float32(0.0005 / carriers[0].effective_radius_km)  # over 2 a, a in metres
    tables[3, FRONT:] = np.float32(1.0) / np.sqrt(u)
    # Reciprocals of the crossings between a crossing and the mobile, by what is to go: [size - 1] is 1, [size] is 1/2
    left = np.arange(size, 0, -1).astype(np.float32)
    per_left = np.zeros(size + LANES, dtype=np.float32)
    per_left[:size] = np.float32(1.0) / left
    per_sqrt_left = np.zeros(size + LANES, dtype=np.float32)
    per_sqrt_left[:size] = np.float32(1.0) / np.sqrt(left)

    minor_first = np.empty(row_last + 2, dtype=np.int64)  # of the row k at k + 1
    minor_last = np.empty(row_last + 2, dtype=np.int64)
    for row in range(row_first, row_last + 1):
        span = first_distance + row
        reach = min(span, math.sqrt(max(radius_pixels * radius_pixels - span * span, 0.0))) + NUDGE
        minor_first[row + 1] = max(wedge.minor_start - wedge.minor, math.ceil(wedge.minor_rest - reach))
        minor_last[row + 1] = min(wedge.minor_stop - 1 - wedge.minor, math.floor(wedge.minor_rest + reach))

    stride = FRONT + LANES * (size // LANES + 2)
    woven = np.empty((2, stride * LANES), dtype=np.float32)
    heights = np.full((2, LANES * stride + 2 * LANES), np.float32(LOWEST))
    listed = np.empty((FIELDS, (size + LANES) * (LANES // rays_per_pixel + 2) + LANES), dtype=np.float32)
    scratch = np.empty((8 + 2 * len(carriers), LANES), dtype=np.float32)

    far = FIRST_LEVEL
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
                    level_first, last, minor_first, minor_last, carriers[0], tables, woven, listed,
                )  # fmt: skip
                if count == 0:
                    continue
                for k in range(0, last + 1, LANES):
                    transpose(woven[0], k * LANES, heights[0], FRONT + k, stride)
                    if top is not None:
                        transpose(woven[1], k * LANES, heights[1], FRONT + k, stride)
                _evaluate(
                    wedge, first, direction, first_distance, resolution_m, radius_pixels, ray, rays, count,
                    carriers, variability_db, top is not None, tables, per_left, per_sqrt_left, size, heights, stride,
                    listed, scratch, loss_db, disputed_db,
                )  # fmt: skip
        near = float(far)
        far *= 2


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
    tables: FloatArray,
    woven: FloatArray,
    listed: FloatArray,
) -> int:
    """Follow sixteen rays through their crossings and list their pixels; return how many pixels there are."""
    u, per_u, u_curve = tables[0, FRONT:], tables[1, FRONT:], tables[2, FRONT:]
    lanes = whole(lane_numbers())
    minor_rest = np.float32(wedge.minor_rest)
    slope = to_float(lanes + ray) * np.float32(1.0 / rays)
    step_curve = (slope * slope + 1.0) * (resolution_m * resolution_m)
    antenna_m = ground_m + carrier.mast_height_m
    low, high = (ray - 0.5) / rays, (ray + LANES - 0.5) / rays
    # the outermost rays take whatever lies beyond
    low, high = (-2.0 if ray == -rays else low), (2.0 if ray + LANES > rays else high)

    mast_slope = horizon = bare_slope = splat(LOWEST)
    reach = horizon_reach = splat(np.float32(first_distance))
    total = moment = nearest = splat(0.0)
    count = 0
    any_pixel = False
    for row in range(level_first, level_last + 1):
        span = first_distance + row
        begin = max(minor_first[row + 1], math.ceil(wedge.minor_rest + low * span))
        end = min(minor_last[row + 1], math.ceil(wedge.minor_rest + high * span) - 1)
        any_pixel = any_pixel or begin <= end
    if not any_pixel:
        return 0
    for row in range(min(level_first, 0), level_last + 1):
        major = first + direction * row
        if row >= level_first:
            span = first_distance + row
            begin = max(minor_first[row + 1], math.ceil(wedge.minor_rest + low * span))
            end = min(minor_last[row + 1], math.ceil(wedge.minor_rest + high * span) - 1)
            if begin <= end:
                minor = to_float(lanes + begin)
                own_slope = (minor - minor_rest) / np.float32(max(span, 1e-3))
                place = floor(own_slope * np.float32(rays) + 0.5) - np.float32(ray)
                place = maximum(minimum(place, np.float32(LANES - 1)), 0.0)
                lane = whole(place)
                store(listed[RAY], count, place)
                store(listed[ROW], count, splat(np.float32(row)))
                store(listed[MINOR], count, minor)
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
def _back_tangent(
    heights: FloatArray, base: int, begin: int, end: int, origin_m: Number, per_left: FloatArray, left_base: int
) -> tuple[np.float32, np.float32]:
    """Greatest slope from the mobile to the crossings before ``end``, and how many crossings away the nearest one is.

    Crossings before ``begin`` matter no more.
    """
    steepest = splat(LOWEST)
    place = splat(0.0)
    for k in range(end - LANES, begin - LANES, -LANES):
        rise = (load(heights, base + k) - origin_m) * load(per_left, left_base + k)
        place = where(rise > steepest, np.float32(end - k), place)
        steepest = maximum(steepest, rise)
    best = greatest(steepest)
    away = place - lane_numbers()
    return best, np.float32(-1.0) * greatest(where(steepest < best, -1e6, -1.0 * away))


@simd
def _evaluate(
    wedge: Wedge,
    first: int,
    direction: int,
    first_distance: float,
    resolution_m: Number,
    radius_pixels: float,
    ray: int,
    rays: int,
    count: int,
    carriers: tuple[Carrier, ...],
    variability_db: FloatArray,
    has_top: bool,
    tables: FloatArray,
    per_left: FloatArray,
    per_sqrt_left: FloatArray,
    size: int,
    heights: FloatArray,
    stride: int,
    listed: FloatArray,
    scratch: FloatArray,
    loss_db: FloatArray,
    disputed_db: FloatArray,
) -> None:
    """Compute and store the loss of the listed pixels of sixteen rays."""
    mast_height_m, mobile_height_m = carriers[0].mast_height_m, carriers[0].mobile_height_m
    bands = len(carriers)
    lowest_ghz = min([carrier.frequency_ghz for carrier in carriers])
    per_curve = np.float32(0.0005 / carriers[0].effective_radius_km)
    u0 = np.float32(first_distance)
    minor_rest = np.float32(wedge.minor_rest)
    u, u_curve, per_sqrt_u = tables[0], tables[2], tables[3]
    bare = heights[0]
    tall = heights[1] if has_top else heights[0]
    for start in range(0, count, LANES):
        place = load(listed[RAY], start)
        row = load(listed[ROW], start)
        mobile_ground_m = load(listed[GROUND], start)
        mast_slope = load(listed[SLOPE], start)
        bare_mast_slope = load(listed[BARE_SLOPE], start)
        between = maximum(row, 0.0)
        crossings = maximum(row + u0, 1e-3)
        slope = (load(listed[MINOR], start) - minor_rest) / crossings
        step_m = sqrt(slope * slope + 1.0) * resolution_m
        distance_m = maximum(step_m * crossings, SHORTEST_M)
        ray_slope = (place + np.float32(ray)) * np.float32(1.0 / rays)
        step_curve = (ray_slope * ray_slope + 1.0) * (resolution_m * resolution_m)
        mobile_above = mobile_ground_m + (mobile_height_m - mast_height_m)
        mobile_curved = mobile_above - step_curve * (crossings * crossings * per_curve)
        direct_slope = mobile_curved / crossings
        bare_direct = mobile_above / crossings
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
        required_m = required_clearance_m(spread_km, lowest_ghz)
        is_lowered = (clearance_m < required_m) & (bare_mast_slope > bare_direct)
        known = maximum(maximum(mast_slope, bare_mast_slope), mobile_ground_m)

        store(scratch[0], 0, mobile_curved)
        store(scratch[1], 0, direct_slope)
        store(scratch[2], 0, mobile_above)
        store(scratch[3], 0, bare_direct)
        store(scratch[4], 0, where(is_lowered, step_curve, -1.0))
        mobile_slopes, clearances = scratch[0], scratch[1]
        mobile_horizons, mobile_reaches, obstructions, bare_slopes = scratch[5], scratch[6], scratch[2], scratch[3]
        store(scratch[7], 0, known)
        for lane in range(min(LANES, count - start)):
            base = int(listed[RAY, start + lane]) * stride + FRONT
            end = max(int(listed[ROW, start + lane]), 0)
            left_base = size - end
            origin_m, direct, above_m = scratch[0, lane], scratch[1, lane], scratch[2, lane]
            direct_bare, lowered = scratch[3, lane], scratch[4, lane]
            mobile_slope = clearance = horizon = np.float32(LOWEST)
            obstruction_m = bare_slope = np.float32(LOWEST)
            reach = np.float32(0.0)
            if scratch[7, lane] < IMPOSSIBLE_RISE_M and end > 0:
                if listed[SLOPE, start + lane] < direct:
                    best = splat(LOWEST)
                    for k in range(end - LANES, -LANES, -LANES):
                        over = load(tall, base + k) - direct * load(u, FRONT + k)
                        best = maximum(best, over * load(per_sqrt_u, FRONT + k) * load(per_sqrt_left, left_base + k))
                    clearance = greatest(best)
                else:
                    begin = int(listed[REACH, start + lane] - u0)
                    mobile_slope, reach = _back_tangent(tall, base, begin, end, origin_m, per_left, left_base)
                horizon = mobile_slope
                if has_top:
                    horizon = np.float32(LOWEST)
                    if listed[HORIZON, start + lane] > direct:
                        begin = int(listed[HORIZON_REACH, start + lane] - u0)
                        horizon, reach = _back_tangent(bare, base, begin, end, origin_m, per_left, left_base)
                if lowered >= 0.0:
                    highest = steepest = splat(LOWEST)
                    for k in range(end - LANES, -LANES, -LANES):
                        height_m = load(bare, base + k) + lowered * load(u_curve, FRONT + k)
                        highest = maximum(highest, height_m - direct_bare * load(u, FRONT + k))
                        steepest = maximum(steepest, (height_m - above_m) * load(per_left, left_base + k))
                    obstruction_m = greatest(highest)
                    bare_slope = greatest(steepest)
            mobile_slopes[lane], clearances[lane] = mobile_slope, clearance
            mobile_horizons[lane], mobile_reaches[lane] = horizon, reach
            obstructions[lane], bare_slopes[lane] = obstruction_m, bare_slope
        smooth_mast_m, smooth_mobile_m = lowered_ends(
            fitted_mast_m,
            fitted_mobile_m,
            mobile_ground_m,
            load(obstructions, 0),
            bare_mast_slope - bare_direct,
            load(bare_slopes, 0) + bare_direct,
        )
        horizon_field, reach_field = (HORIZON, HORIZON_REACH) if has_top else (SLOPE, REACH)
        path = Geometry(
            crossings=crossings,
            first=u0,
            between=between,
            step_m=step_m,
            distance_m=distance_m,
            mast_slope=mast_slope,
            mobile_slope=load(mobile_slopes, 0),
            direct_slope=direct_slope,
            clearance=load(clearances, 0),
            mast_horizon=load(listed[horizon_field], start),
            mobile_horizon=load(mobile_horizons, 0),
            mast_reach=load(listed[reach_field], start),
            mobile_reach=load(mobile_reaches, 0),
            smooth_mast_m=smooth_mast_m,
            smooth_mobile_m=smooth_mobile_m,
            mobile_ground_m=mobile_ground_m,
        )
        terms = path_terms(path, carriers[0], lowest_ghz)
        for lane in range(min(LANES, count - start)):
            scratch[0, lane] = variability_db[max(int(first_distance + listed[ROW, start + lane]), 0)]
        variability = load(scratch[0], 0)
        for band in range(bands):
            band_loss_db, band_disputed_db = transmission_loss(terms, carriers[band], variability)
            store(scratch[8 + 2 * band], 0, band_loss_db)
            store(scratch[9 + 2 * band], 0, band_disputed_db)
        for lane in range(min(LANES, count - start)):
            k, minor = int(listed[ROW, start + lane]), int(listed[MINOR, start + lane])
            span = max(first_distance + k, 0.0)
            across = abs(minor - wedge.minor_rest)
            if across * across + span * span > radius_pixels * radius_pixels:
                continue
            if across > span or (across == span and not wedge.along_columns):
                continue  # the other axis is the major one
            i, j = first + direction * k - wedge.major_start, minor + wedge.minor - wedge.minor_start
            row_out, column_out = (j, i) if wedge.along_columns else (i, j)
            is_known = scratch[7, lane] < IMPOSSIBLE_RISE_M
            for band in range(bands):
                loss_db[band, row_out, column_out] = scratch[8 + 2 * band, lane] if is_known else NO_TERRAIN_DB
                disputed_db[band, row_out, column_out] = scratch[9 + 2 * band, lane] if is_known else np.float32(0.0)


def sweep_radial(
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
    rays_per_pixel: int = 4,
) -> FloatArray:
    """Compute."""
    by_column = Wedge(
        mast.column, mast.row, mast.column_rest, mast.row_rest,
        region.column_start, region.column_stop, region.row_start, region.row_stop, along_columns=True,
    )  # fmt: skip
    by_row = Wedge(
        mast.row, mast.column, mast.row_rest, mast.column_rest,
        region.row_start, region.row_stop, region.column_start, region.column_stop, along_columns=False,
    )  # fmt: skip
    records = _records(carriers)
    shape = (len(carriers), region.row_stop - region.row_start, region.column_stop - region.column_start)
    loss_db = np.full(shape, OUT_OF_RANGE_DB, dtype=np.float32)
    disputed_db = np.zeros(shape, dtype=np.float32)
    variability_db = _variability(radius_m / resolution_m, resolution_m, carriers[0].latitude_deg)
    for posts, tops, wedge in (
        (surface.ground_by_column, surface.top_by_column, by_column),
        (surface.ground_by_row, surface.top_by_row, by_row),
    ):
        for towards_higher in (True, False):
            _radial_side(
                posts, tops, wedge, towards_higher, np.float32(mast.ground_m), np.float32(resolution_m),
                radius_m / resolution_m, rays_per_pixel, records, variability_db, loss_db, disputed_db,
            )  # fmt: skip
    return loss_db
