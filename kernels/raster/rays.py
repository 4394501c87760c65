"""Sixteen rays at a time from the mast outwards: the ground under them, what runs along with them, their pixels."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import simd
from phusong.kernels.lanes import (
    LANES,
    Number,
    first_lane,
    floor,
    lane_numbers,
    look_up,
    maximum,
    minimum,
    permute,
    splat,
    store,
    to_float,
    transpose,
    where,
    whole,
)
from phusong.kernels.raster.p1812_lanes import Carrier
from phusong.kernels.raster.paths import LOWEST
from phusong.kernels.raster.profile import NEAREST_CROSSING, NEAREST_LEVEL
from phusong.kernels.raster.ray_list import (
    BARE_SLOPE,
    FIELDS,
    GROUND,
    HORIZON,
    HORIZON_REACH,
    MINOR,
    MOMENT,
    NEAREST,
    RAY,
    REACH,
    ROW,
    SLOPE,
    TOTAL,
    VARIABILITY,
)
from phusong.kernels.raster.ray_losses import evaluate, prune
from phusong.kernels.raster.ray_scans import prepare, scan
from phusong.kernels.raster.surface import PAD
from phusong.kernels.raster.wedges import NUDGE, Wedge

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]


@simd
def aligned(size: int) -> FloatArray:
    """Return that many numbers from the start of a cache line on."""
    numbers = np.empty(size + LANES, dtype=np.float32)
    skipped = (-(numbers.ctypes.data // 4)) % LANES
    return numbers[skipped : skipped + size]


@simd
def follow_side(
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
    tables = aligned(4 * width).reshape((4, width))
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
    woven = aligned(2 * width * LANES).reshape((2, width * LANES))
    heights = aligned(2 * stride * LANES).reshape((2, stride * LANES))
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
                prepare(first_distance, resolution_m, wedge.minor_rest, ray, rays, count, carriers, listed)
                if most_loss_db.size:
                    prune(
                        first_distance, resolution_m, wedge.minor_rest, count, carriers, most_loss_db,
                        top is not None, listed, bounds_db,
                    )  # fmt: skip
                scan(first_distance, count, top is not None, tables, per_left, size, heights, stride, listed)
                evaluate(
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
