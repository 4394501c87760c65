"""Path loss from one mast to every pixel around it, mode ``exact``: a terrain profile to each pixel.

Profile law. The mast stands anywhere, the mobile at the centre of its pixel. The *major* axis is columns where the
mobile is at least as far east or west as it is north or south, else rows. The profile has a point wherever the
straight line crosses a column (row) of posts between both ends; its height is interpolated linearly between the two
posts on either side. A crossing within a hundredth of a pixel of the mast is left out. The horizontal distance is
at least one metre.

With the mast at crossing 0 and the mobile at crossing D, all distances are a multiple of ``step_m``, the path
length from one crossing to the next. Heights are taken relative to the ground at the mast, and the Earth's
curvature is taken off them, y = h - x^2/(2a), which leaves plane geometry: every quantity of the Recommendation is
a maximum or a sum over the crossings with coefficients that depend on their number alone. Sixteen neighbouring
pixels share these, and each crossing needs two look-ups in one stretch of posts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar, simd
from phusong.kernels.itu import p1812 as definition
from phusong.kernels.itu.p1812_ducting import ducting_loss
from phusong.kernels.itu.p1812_path import INLAND, beta0_percent, horizons, smooth_earth, terrain_roughness_m
from phusong.kernels.lanes import (
    LANES,
    Lanes,
    Number,
    first_lane,
    floor,
    lane_numbers,
    look_up,
    maximum,
    splat,
    sqrt,
    store,
    to_float,
    where,
    whole,
)
from phusong.kernels.raster.p1812_lanes import Carrier, Geometry, least_time_variability, transmission_loss
from phusong.kernels.raster.profile import NEAREST_CROSSING, SHORTEST_M, Mast, Profile, sample_profile
from phusong.kernels.raster.surface import PAD, Surface

FloatArray = npt.NDArray[np.float32]

LOWEST = -1e30
NUDGE = 1e-6  # [pixels] by which the bounds of a row reach out: every pixel is tested for itself afterwards
CLEAR_OF_DUCTING_DB = 0.1  # ducting so much above diffraction leaves it as it is, (61), whatever was rounded
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


def wedges(mast: Mast, region: Region) -> tuple[Wedge, Wedge]:
    """Return a mast and a region seen along the columns, and along the rows."""
    by_column = Wedge(
        mast.column, mast.row, mast.column_rest, mast.row_rest,
        region.column_start, region.column_stop, region.row_start, region.row_stop, along_columns=True,
    )  # fmt: skip
    by_row = Wedge(
        mast.row, mast.column, mast.row_rest, mast.column_rest,
        region.row_start, region.row_stop, region.column_start, region.column_stop, along_columns=False,
    )  # fmt: skip
    return by_column, by_row


@simd
def _sweep_side(
    ground: FloatArray,
    top: FloatArray | None,
    wedge: Wedge,
    towards_higher: bool,
    ground_m: Number,
    resolution_m: Number,
    radius_pixels: float,
    carriers: tuple[Carrier, ...],
    variability_db: FloatArray,
    loss_db: FloatArray,
    disputed_db: FloatArray,
) -> None:
    """Fill the pixels of one of the four wedges; ground and top have the minor axis contiguous."""
    mast_height_m = carriers[0].mast_height_m
    mobile_height_m = carriers[0].mobile_height_m
    antenna_m = ground_m + mast_height_m
    per_curve = np.float32(0.0005 / carriers[0].effective_radius_km)  # 1 / (2 a), a in metres
    direction = 1 if towards_higher else -1
    first = wedge.major + 1 if towards_higher else wedge.major
    first_distance = 1.0 - wedge.major_rest if towards_higher else wedge.major_rest
    if first_distance < NEAREST_CROSSING:
        first += direction
        first_distance += 1.0
    start = max(wedge.major_start, wedge.major + 1) if towards_higher else wedge.major_start
    stop = wedge.major_stop if towards_higher else min(wedge.major_stop, wedge.major + 1)
    start = max(start, wedge.major - int(radius_pixels) - 1)
    stop = min(stop, wedge.major + int(radius_pixels) + 3)
    longest = max(abs(start - wedge.major), abs(stop - wedge.major)) + 2

    u = (np.float64(first_distance) + np.arange(longest)).astype(np.float32)  # distance of a crossing from the mast
    per_u = np.float32(1.0) / u
    u_curve = u * u * per_curve
    per_sqrt_u = np.float32(1.0) / np.sqrt(u)
    remaining = np.maximum(np.arange(longest), 1).astype(np.float32)  # crossings from there to the mobile
    per_remaining = np.float32(1.0) / remaining
    per_sqrt_remaining = np.float32(1.0) / np.sqrt(remaining)
    bands = len(carriers)
    results = np.empty((2 * bands + 1, LANES), dtype=np.float32)
    flat_results = results.reshape(-1)
    lanes = whole(lane_numbers())
    minor_rest = np.float32(wedge.minor_rest)
    u0 = np.float32(first_distance)

    for major in range(start, stop):
        span = abs((major - wedge.major) - wedge.major_rest)
        if span > radius_pixels:
            continue
        half_width = min(span, math.sqrt(radius_pixels * radius_pixels - span * span))
        reach = half_width + NUDGE
        minor_first = max(wedge.minor_start, wedge.minor + math.ceil(wedge.minor_rest - reach))
        minor_last = min(wedge.minor_stop - 1, wedge.minor + math.floor(wedge.minor_rest + reach))
        crossings = np.float32(max(span, 1e-3))
        count = max((major - first) * direction, 0)
        for minor in range(minor_first, minor_last + 1, LANES):
            # Pixels are counted in whole numbers, exactly: the slope does not depend on the lane a pixel falls into.
            slope = (to_float(lanes + (minor - wedge.minor)) - minor_rest) / crossings
            step_m = sqrt(slope * slope + 1.0) * resolution_m
            step_curve = step_m * step_m
            mobile_ground_m = look_up(ground, major, PAD + minor, lanes) - ground_m
            mobile_above = mobile_ground_m + (mobile_height_m - mast_height_m)
            mobile_curved = mobile_above - step_curve * (crossings * crossings * per_curve)
            direct_slope = mobile_curved / crossings
            bare_slope = mobile_above / crossings

            mast_slope = mobile_slope = mast_horizon = mobile_horizon = clearance = splat(LOWEST)
            bare_mast_slope = bare_mobile_slope = obstruction_m = splat(LOWEST)
            mast_reach = mobile_reach = splat(u0)
            total = moment = above = splat(0.0)
            for k in range(count - 1, -1, -1):  # from the mobile to the mast, so that the last height is the nearest
                crossing_minor = slope * u[k] + minor_rest
                post = floor(crossing_minor)
                weight = crossing_minor - post
                base = first_lane(whole(post))
                offset = whole(post) - base
                column = PAD + wedge.minor + base
                low = look_up(ground, first + direction * k, column, offset)
                high = look_up(ground, first + direction * k, column + 1, offset)
                above = (1.0 - weight) * low + weight * high - antenna_m  # of the ground over the mast's antenna
                curved = above - step_curve * u_curve[k]
                per_ahead = per_remaining[count - k]
                total = total + above
                moment = moment + above * u[k]
                bare_mast_slope = maximum(bare_mast_slope, above * per_u[k])
                bare_mobile_slope = maximum(bare_mobile_slope, (above - mobile_above) * per_ahead)
                obstruction_m = maximum(obstruction_m, above - bare_slope * u[k])
                rise = curved * per_u[k]
                mast_reach = where(rise > mast_horizon, u[k], mast_reach)
                mast_horizon = maximum(mast_horizon, rise)
                rise = (curved - mobile_curved) * per_ahead
                mobile_reach = where(rise > mobile_horizon, remaining[count - k], mobile_reach)
                mobile_horizon = maximum(mobile_horizon, rise)
                if top is not None:
                    low = look_up(top, first + direction * k, column, offset)
                    high = look_up(top, first + direction * k, column + 1, offset)
                    curved = (1.0 - weight) * low + weight * high - antenna_m - step_curve * u_curve[k]
                    mast_slope = maximum(mast_slope, curved * per_u[k])
                    mobile_slope = maximum(mobile_slope, (curved - mobile_curved) * per_ahead)
                clearance = maximum(
                    clearance, (curved - direct_slope * u[k]) * (per_sqrt_u[k] * per_sqrt_remaining[count - k])
                )
            if top is None:
                mast_slope = mast_horizon
                mobile_slope = mobile_horizon

            smooth_mast_m, smooth_mobile_m = _smooth_ends(
                total + mast_height_m * np.float32(count),
                moment + mast_height_m * (np.float32(count) * (u0 + np.float32(0.5) * np.float32(count - 1))),
                above + mast_height_m,
                mobile_ground_m,
                crossings,
                u0,
                count,
                obstruction_m,
                bare_mast_slope - bare_slope,
                bare_mobile_slope + bare_slope,
            )
            path = Geometry(
                crossings=crossings,
                first=u0,
                between=count,
                step_m=step_m,
                distance_m=maximum(step_m * crossings, SHORTEST_M),
                mast_slope=mast_slope,
                mobile_slope=mobile_slope,
                direct_slope=direct_slope,
                clearance=clearance,
                mast_horizon=mast_horizon,
                mobile_horizon=mobile_horizon,
                mast_reach=mast_reach,
                mobile_reach=mobile_reach,
                smooth_mast_m=smooth_mast_m,
                smooth_mobile_m=smooth_mobile_m,
                mobile_ground_m=mobile_ground_m,
            )
            for band in range(bands):
                band_loss_db, band_disputed_db = transmission_loss(path, carriers[band], variability_db[int(span)])
                store(flat_results, 2 * band * LANES, band_loss_db)
                store(flat_results, (2 * band + 1) * LANES, band_disputed_db)
            store(flat_results, 2 * bands * LANES, maximum(maximum(mast_slope, bare_mast_slope), mobile_ground_m))

            for lane in range(min(LANES, minor_last + 1 - minor)):
                across = abs((minor + lane - wedge.minor) - wedge.minor_rest)
                if across * across + span * span > radius_pixels * radius_pixels:
                    continue
                if across > span or (across == span and not wedge.along_columns):
                    continue  # the other axis is the major one
                i, j = major - wedge.major_start, minor + lane - wedge.minor_start
                row, column = (j, i) if wedge.along_columns else (i, j)
                known = results[2 * bands, lane] < IMPOSSIBLE_RISE_M
                for band in range(bands):
                    loss_db[band, row, column] = results[2 * band, lane] if known else NO_TERRAIN_DB
                    disputed_db[band, row, column] = results[2 * band + 1, lane] if known else np.float32(0.0)


@simd
def _smooth_ends(
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
) -> tuple[Lanes, Lanes]:
    """Ends of the smooth-Earth surface for diffraction, (85) to (91) [m above the ground at the mast].

    The trapezoids of (85) and (86) are summed in closed form: all intervals are one crossing wide but the first.
    """
    d = crossings
    area = mobile_ground_m * d
    lever = mobile_ground_m * (2.0 * d * d)
    if count > 0:
        area = nearest_m * (u0 - 1.0) + total * 2.0 + mobile_ground_m  # (85)
        lever = nearest_m * (2.0 * u0 * u0 - 3.0 * u0 + 1.0) + moment * 6.0 + mobile_ground_m * (3.0 * d - 1.0)  # (86)
    per_square = 1.0 / (d * d)
    fitted_mast_m = (area * (2.0 * d) - lever) * per_square  # (87)
    fitted_mobile_m = (lever - area * d) * per_square  # (88)
    lowered_m = maximum(obstruction_m, 0.0)  # (89), (90)
    share = maximum(rise_mast, 0.0) / maximum(maximum(rise_mast, 0.0) + maximum(rise_mobile, 0.0), 1e-12)
    smooth_mast_m = fitted_mast_m - lowered_m * share
    smooth_mobile_m = fitted_mobile_m - lowered_m * (1.0 - share)
    return -1.0 * maximum(-1.0 * smooth_mast_m, 0.0), mobile_ground_m - maximum(
        mobile_ground_m - smooth_mobile_m, 0.0
    )  # (91)


@scalar
def _variability(radius_pixels: float, resolution_m: float, latitude_deg: float) -> FloatArray:
    """Return the least time variability of ducting for pixels at least 0, 1, 2, ... pixels away [dB]."""
    variability_db = np.empty(int(radius_pixels) + 1, dtype=np.float32)
    for pixels in range(variability_db.size):
        variability_db[pixels] = least_time_variability(max(pixels, 1e-3) * 0.001 * resolution_m, latitude_deg)
    return variability_db


@scalar
def _settle(
    ground: FloatArray,
    top: FloatArray,
    mast: Mast,
    region: Region,
    resolution_m: float,
    carriers: tuple[Carrier, ...],
    disputed_db: FloatArray,
    loss_db: FloatArray,
) -> None:
    """Replace the loss of the disputed pixels by the whole of the Recommendation where ducting does undercut it."""
    bands, rows, columns = disputed_db.shape
    for row in range(rows):
        for column in range(columns):
            for band in range(bands):
                if disputed_db[band, row, column] == 0.0:
                    continue
                carrier = carriers[band]
                path = sample_profile(
                    ground, top, mast, region.row_start + row, region.column_start + column, resolution_m
                )
                if _ducting_loss(path, carrier) > disputed_db[band, row, column] + CLEAR_OF_DUCTING_DB:
                    continue
                inland = np.full(path.distance_km.size, INLAND, dtype=np.int8)
                loss_db[band, row, column] = definition.transmission_loss(
                    path.distance_km, path.ground_m, path.top_m, inland,
                    carrier.frequency_ghz, carrier.mast_height_m, carrier.mobile_height_m, carrier.is_vertical,
                    50.0, 50.0, 0.0, carrier.latitude_deg, carrier.delta_n, carrier.surface_refractivity, 500.0, 500.0,
                )  # fmt: skip


@scalar
def _ducting_loss(path: Profile, carrier: Carrier) -> float:
    """Return L_ba, (47), of an inland path at p = 50 % [dB]: the part of the definition that settles most disputes."""
    d = path.distance_km[-1]
    tx_m = path.ground_m[0] + carrier.mast_height_m
    rx_m = path.ground_m[-1] + carrier.mobile_height_m
    seen = horizons(path.distance_km, path.ground_m, tx_m, rx_m, carrier.effective_radius_km)
    smooth = smooth_earth(path.distance_km, path.ground_m, tx_m, rx_m)
    return ducting_loss(
        d, seen.tx_horizon_km, seen.rx_horizon_km, seen.tx_elevation_mrad, seen.rx_elevation_mrad,
        tx_m, rx_m, tx_m - smooth.tx_ducting_m, rx_m - smooth.rx_ducting_m,
        terrain_roughness_m(path.distance_km, path.ground_m, smooth, seen),
        carrier.frequency_ghz, 50.0, beta0_percent(carrier.latitude_deg, d, d), carrier.effective_radius_km,
        0.0, d, 500.0, 500.0,
    )  # fmt: skip


def sweep(
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
) -> FloatArray:
    """Compute the basic transmission loss of P.1812-8 from a mast to every pixel of a region, p = 50 %, locations 50 %.

    Every pixel's value depends on the mast, the terrain and the pixel alone, to the last bit: not on the region or
    the window.

    Parameters
    ----------
    surface : terrain round the mast; it must hold every straight line from the mast to the region.
    mast : position in the window; its antenna height is that of the carriers.
    carriers : one or more carriers of one antenna and one mobile height.
    region : rows and columns of the window that are wanted.
    resolution_m : side of a pixel [m].
    radius_m : greatest distance computed [m].

    Returns
    -------
    loss_db : (carriers, rows, columns) float32 [dB]; ``OUT_OF_RANGE_DB`` beyond the radius, ``NO_TERRAIN_DB`` where the
        profile meets missing terrain. Within 0.03 dB of ``p1812.predict`` on the same profile, 0.001 dB RMS.
    """
    by_column, by_row = wedges(mast, region)
    records = _records(carriers)
    shape = (len(carriers), region.row_stop - region.row_start, region.column_stop - region.column_start)
    loss_db = np.full(shape, OUT_OF_RANGE_DB, dtype=np.float32)
    disputed_db = np.zeros(shape, dtype=np.float32)
    variability_db = _variability(radius_m / resolution_m, resolution_m, carriers[0].latitude_deg)
    ground, top = surface.ground_by_row, surface.top_by_row
    for posts, tops, wedge in (
        (surface.ground_by_column, surface.top_by_column, by_column),
        (ground, top, by_row),
    ):
        for towards_higher in (True, False):
            _sweep_side(
                posts, tops, wedge, towards_higher, np.float32(mast.ground_m), np.float32(resolution_m),
                radius_m / resolution_m, records, variability_db, loss_db, disputed_db,
            )  # fmt: skip
    _settle(ground, ground if top is None else top, mast, region, resolution_m, records, disputed_db, loss_db)
    return loss_db


def _records(carriers: Sequence[Carrier]) -> Any:
    """Return the carriers as records of an array, so that any number of them is one type to the compiler."""
    kinds = [(name, np.bool_ if name == "is_vertical" else np.float64) for name in Carrier._fields]
    return np.array([tuple(carrier) for carrier in carriers], dtype=kinds)
