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
from phusong.kernels.itu.p1812_clear_air import standard_deviations
from phusong.kernels.itu.p1812_path import effective_radius_beta0_km
from phusong.kernels.lanes import (
    LANES,
    Number,
    any_lane,
    lane_numbers,
    look_up,
    maximum,
    minimum,
    splat,
    sqrt,
    store,
    to_float,
    where,
    whole,
)
from phusong.kernels.raster.p1812_chain import (
    Duct,
    Locations,
    chain_loss,
    ducting_loss,
    location_loss,
    mechanisms,
    with_slopes,
)
from phusong.kernels.raster.p1812_lanes import (
    Carrier,
    Geometry,
    diffraction_loss,
    least_time_variability,
    path_terms,
    transmission_loss,
)
from phusong.kernels.raster.paths import LOWEST, Line, crossing, height, look_for_duct
from phusong.kernels.raster.profile import NEAREST_CROSSING, SHORTEST_M, Mast
from phusong.kernels.raster.smooth_lanes import fitted_ends, lowered_ends
from phusong.kernels.raster.surface import PAD, Surface
from phusong.kernels.raster.wedges import (
    IMPOSSIBLE_RISE_M,
    NO_TERRAIN_DB,
    NUDGE,
    OUT_OF_RANGE_DB,
    Region,
    Wedge,
    sides,
)

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

_ALL = np.empty((0, 0), dtype=np.bool_)  # pixels wanted


@simd
def _sweep_side(
    ground: FloatArray,
    top: FloatArray | None,
    wedge: Wedge,
    towards_higher: bool,
    ground_m: Number,
    resolution_m: Number,
    radius_pixels: float,
    carriers: Sequence[Carrier],
    beta_carriers: Sequence[Carrier] | None,
    locations: Sequence[Locations],
    variability_db: FloatArray | None,
    whole_chain: bool | None,
    wanted: BoolArray,
    loss_db: FloatArray,
    disputed: BoolArray,
) -> None:
    """Fill the pixels of one of the four wedges; ground and top have the minor axis contiguous.

    What is None is not compiled in: ``top`` without clutter, ``beta_carriers`` at p = 50 %, ``variability_db`` where
    the diffraction loss alone is wanted. Without ``whole_chain`` (p = 50 % only), ducting is left out and the pixels
    where it may matter are marked as disputed; with it, at p = 50 %, only those are filled.
    """
    mast_height_m = carriers[0].mast_height_m
    mobile_height_m = carriers[0].mobile_height_m
    antenna_m = ground_m + mast_height_m
    per_curve = np.float32(0.0005 / carriers[0].effective_radius_km)  # 1 / (2 a), a in metres
    per_beta_curve = np.float32(0.0)
    if beta_carriers is not None:
        per_beta_curve = np.float32(0.0005 / beta_carriers[0].effective_radius_km)
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
    u_beta_curve = u * u * per_beta_curve
    per_sqrt_u = (1.0 / np.sqrt(u)).astype(np.float32)
    remaining = np.maximum(np.arange(longest), 1).astype(np.float32)  # crossings from there to the mobile
    per_remaining = np.float32(1.0) / remaining
    per_sqrt_remaining = (1.0 / np.sqrt(remaining)).astype(np.float32)
    bands = len(carriers)
    lowest_ghz = min([carrier.frequency_ghz for carrier in carriers])
    results = np.zeros((2 * bands + 1, LANES), dtype=np.float32)
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
        minor = _next_wanted(wanted, wedge, major, minor_first, minor_last)
        while minor <= minor_last:
            # Pixels are counted in whole numbers, exactly: the slope does not depend on the lane a pixel falls into.
            slope = (to_float(lanes + (minor - wedge.minor)) - minor_rest) / crossings
            step_m = sqrt(slope * slope + 1.0) * resolution_m
            step_curve = step_m * step_m
            mobile_ground_m = look_up(ground, major, PAD + minor, lanes) - ground_m
            mobile_above = mobile_ground_m + (mobile_height_m - mast_height_m)
            mobile_curved = mobile_above - step_curve * (crossings * crossings * per_curve)
            direct_slope = mobile_curved / crossings
            bare_slope = mobile_above / crossings
            beta_mobile_curved = mobile_above - step_curve * (crossings * crossings * per_beta_curve)
            beta_direct_slope = beta_mobile_curved / crossings
            line = Line(first, direction, wedge.minor, minor_rest, slope)

            mast_slope = mobile_slope = mast_horizon = mobile_horizon = clearance = splat(LOWEST)
            bare_mast_slope = bare_mobile_slope = obstruction_m = splat(LOWEST)
            beta_mast_slope = beta_mobile_slope = beta_clearance = splat(LOWEST)
            mast_reach = mobile_reach = splat(np.float32(0.5) * crossings)
            total = moment = nearest = splat(0.0)
            for k in range(count - 1, -1, -1):  # from the mobile to the mast, so that the last height is the nearest
                column, offset, weight = crossing(line, u[k])
                above = height(ground, first + direction * k, column, offset, weight) - antenna_m  # over the antenna
                nearest = above
                curved = above - step_curve * u_curve[k]
                per_ahead = per_remaining[count - k]
                total = total + above
                moment = moment + above * u[k]
                bare_mast_slope = maximum(bare_mast_slope, above * per_u[k])
                bare_mobile_slope = maximum(bare_mobile_slope, (above - mobile_above) * per_ahead)
                obstruction_m = maximum(obstruction_m, above - bare_slope * u[k])
                rise = curved * per_u[k]
                mast_reach = where(rise < mast_horizon, mast_reach, u[k])
                mast_horizon = maximum(mast_horizon, rise)
                rise = (curved - mobile_curved) * per_ahead
                mobile_reach = where(rise > mobile_horizon, remaining[count - k], mobile_reach)
                mobile_horizon = maximum(mobile_horizon, rise)
                if top is not None:
                    above = height(top, first + direction * k, column, offset, weight) - antenna_m
                    curved = above - step_curve * u_curve[k]
                    mast_slope = maximum(mast_slope, curved * per_u[k])
                    mobile_slope = maximum(mobile_slope, (curved - mobile_curved) * per_ahead)
                per_root = per_sqrt_u[k] * per_sqrt_remaining[count - k]
                clearance = maximum(clearance, (curved - direct_slope * u[k]) * per_root)
                if beta_carriers is not None:
                    curved = above - step_curve * u_beta_curve[k]
                    beta_mast_slope = maximum(beta_mast_slope, curved * per_u[k])
                    beta_mobile_slope = maximum(beta_mobile_slope, (curved - beta_mobile_curved) * per_ahead)
                    beta_clearance = maximum(beta_clearance, (curved - beta_direct_slope * u[k]) * per_root)
            if top is None:
                mast_slope = mast_horizon
                mobile_slope = mobile_horizon

            fitted_mast_m, fitted_mobile_m = fitted_ends(
                total + mast_height_m * np.float32(count),
                moment + mast_height_m * (np.float32(count) * (u0 + np.float32(0.5) * np.float32(count - 1))),
                nearest + mast_height_m,
                mobile_ground_m,
                splat(crossings),
                u0,
                splat(count),
            )
            smooth_mast_m, smooth_mobile_m = lowered_ends(
                fitted_mast_m,
                fitted_mobile_m,
                mobile_ground_m,
                obstruction_m,
                bare_mast_slope - bare_slope,
                bare_mobile_slope + bare_slope,
            )
            path = Geometry(
                crossings=splat(crossings),
                first=u0,
                between=splat(count),
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
            clutter_m = splat(0.0)
            if top is not None:
                clutter_m = look_up(top, major, PAD + minor, lanes) - ground_m - mobile_ground_m
            ducting_mast_m = minimum(fitted_mast_m, 0.0)  # (90)
            ducting_mobile_m = minimum(fitted_mobile_m, mobile_ground_m)
            duct = Duct(mast_reach, mobile_reach, splat(0.0), ducting_mast_m, ducting_mobile_m)
            is_duct_known = False
            unknown = maximum(maximum(mast_slope, bare_mast_slope), mobile_ground_m)
            terms = beta_terms = path_terms(path, carriers[0], lowest_ghz)
            if beta_carriers is not None:
                beta_path = with_slopes(path, beta_mast_slope, beta_mobile_slope, beta_direct_slope, beta_clearance)
                beta_terms = path_terms(beta_path, beta_carriers[0], lowest_ghz)
            for band in range(bands):
                carrier = carriers[band]
                if variability_db is None:
                    store(flat_results, 2 * band * LANES, diffraction_loss(terms, carrier))
                    continue
                least_db = variability_db[int(span)]
                location_db = location_loss(locations[band], mobile_height_m, clutter_m)
                unknown = maximum(unknown, clutter_m * locations[band].fade_per_m)
                if whole_chain is None:
                    band_loss_db, band_disputed_db = transmission_loss(terms, carrier, least_db, location_db)
                    store(flat_results, 2 * band * LANES, band_loss_db)
                    store(flat_results, (2 * band + 1) * LANES, band_disputed_db)
                    continue
                if beta_carriers is None:
                    known = mechanisms(path, terms, carrier, None, None, least_db)
                else:
                    known = mechanisms(path, terms, carrier, beta_terms, beta_carriers[band], least_db)
                ducting_db = splat(0.0)
                if any_lane(known.ducted):
                    if not is_duct_known:
                        is_duct_known = True
                        duct = look_for_duct(
                            ground, ground_m, line, path, count, ducting_mast_m, ducting_mobile_m, terms.in_sight,
                            mast_height_m, u, u_curve, per_sqrt_u, per_sqrt_remaining,
                        )  # fmt: skip
                    ducting_db = ducting_loss(path, terms, carrier, known, duct)
                store(flat_results, 2 * band * LANES, chain_loss(known, ducting_db, location_db))
            store(flat_results, 2 * bands * LANES, unknown)

            for lane in range(min(LANES, minor_last + 1 - minor)):
                across = abs((minor + lane - wedge.minor) - wedge.minor_rest)
                if across * across + span * span > radius_pixels * radius_pixels:
                    continue
                if across > span or (across == span and not wedge.along_columns):
                    continue  # the other axis is the major one
                i, j = major - wedge.major_start, minor + lane - wedge.minor_start
                row, column = (j, i) if wedge.along_columns else (i, j)
                if wanted.size and not wanted[row, column]:
                    continue
                is_known = results[2 * bands, lane] < IMPOSSIBLE_RISE_M
                for band in range(bands):
                    if whole_chain is None:
                        disputed[band, row, column] = is_known and results[2 * band + 1, lane] > 0.0
                    elif beta_carriers is None and not disputed[band, row, column]:
                        continue
                    loss_db[band, row, column] = results[2 * band, lane] if is_known else NO_TERRAIN_DB
            minor = _next_wanted(wanted, wedge, major, minor + LANES, minor_last)


@simd
def _next_wanted(wanted: BoolArray, wedge: Wedge, major: int, minor: int, minor_last: int) -> int:
    """Return the first wanted pixel from ``minor`` on, or one past the last; an empty array wants them all."""
    if wanted.size:
        i, j = major - wedge.major_start, minor - wedge.minor_start
        while minor <= minor_last and not (wanted[j, i] if wedge.along_columns else wanted[i, j]):
            minor, j = minor + 1, j + 1
    return minor


@scalar
def variability_table(
    radius_pixels: float, resolution_m: float, latitude_deg: float, time_percent: float
) -> FloatArray:
    """Return the least time variability of ducting for pixels at least 0, 1, 2, ... pixels away [dB]."""
    variability_db = np.empty(int(radius_pixels) + 1, dtype=np.float32)
    for pixels in range(variability_db.size):
        distance_km = max(pixels, 1e-3) * 0.001 * resolution_m
        variability_db[pixels] = least_time_variability(distance_km, latitude_deg, time_percent)
    return variability_db


def sweep(
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
    wanted: BoolArray | None = None,
) -> FloatArray:
    """Compute the basic transmission loss of P.1812-8 from a mast to every pixel of a region, over inland paths.

    Every pixel's value depends on the mast, the terrain and the pixel alone, to the last bit: not on the region or
    the window.

    Parameters
    ----------
    surface : terrain round the mast; it must hold every straight line from the mast to the region.
    mast : position in the window; its antenna height is that of the carriers.
    carriers : one or more carriers that differ in frequency, polarisation and locations only. The spread over
        locations, where they leave it to section 4.7, is that within a pixel.
    region : rows and columns of the window that are wanted.
    resolution_m : side of a pixel [m].
    radius_m : greatest distance computed [m].
    wanted : (rows, columns) the pixels of the region that matter; none: all.

    Returns
    -------
    loss_db : (carriers, rows, columns) float32 [dB]; ``OUT_OF_RANGE_DB`` beyond the radius and where it does not
        matter, ``NO_TERRAIN_DB`` where the profile meets missing terrain. Within 0.03 dB of ``p1812.predict`` on the
        same profile, 0.001 dB RMS.

    Memory: five bytes for each carrier and pixel of the region, besides the surface.
    """
    loss_db = _blank(carriers, region)
    sweep_pixels(
        surface, mast, carriers, region=region, resolution_m=resolution_m, radius_m=radius_m,
        wanted=_ALL if wanted is None else wanted, loss_db=loss_db,
    )  # fmt: skip
    return loss_db


def sweep_diffraction(
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
) -> FloatArray:
    """Compute the diffraction loss L_d of P.1812-8 for the median effective Earth radius alone; as ``sweep``."""
    loss_db = _blank(carriers, region)
    disputed = np.zeros(loss_db.shape, dtype=np.bool_)
    _sweep(surface, mast, carriers, None, None, None, region, resolution_m, radius_m, _ALL, loss_db, disputed)
    return loss_db


def sweep_pixels(
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
    wanted: BoolArray,
    loss_db: FloatArray,
) -> None:
    """Do the same as ``sweep`` for some pixels of the region, to the same bits.

    Parameters
    ----------
    wanted : (rows, columns) which of them; an empty array is all.
    loss_db : (carriers, rows, columns) [dB]; written at the wanted pixels within the radius.
    """
    variability_db = variability_table(
        radius_m / resolution_m, resolution_m, carriers[0].latitude_deg, carriers[0].time_percent
    )
    disputed = np.zeros(loss_db.shape, dtype=np.bool_)
    place = region, resolution_m, radius_m
    if carriers[0].time_percent != 50.0:
        beta = [one._replace(effective_radius_km=effective_radius_beta0_km()) for one in carriers]
        _sweep(surface, mast, carriers, beta, variability_db, True, *place, wanted, loss_db, disputed)
        return
    _sweep(surface, mast, carriers, None, variability_db, None, *place, wanted, loss_db, disputed)
    if disputed.any():
        # Of a pixel only the carriers in question are settled: the others keep the value that they have alone.
        in_question = disputed.copy()
        settled_db = loss_db.copy()
        pixels = np.ascontiguousarray(in_question.any(axis=0))
        _sweep(surface, mast, carriers, None, variability_db, True, *place, pixels, settled_db, disputed)
        loss_db[in_question] = settled_db[in_question]


def _blank(carriers: Sequence[Carrier], region: Region) -> FloatArray:
    shape = (len(carriers), region.row_stop - region.row_start, region.column_stop - region.column_start)
    return np.full(shape, OUT_OF_RANGE_DB, dtype=np.float32)


def _sweep(
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    beta_carriers: Sequence[Carrier] | None,
    variability_db: FloatArray | None,
    whole_chain: bool | None,
    region: Region,
    resolution_m: float,
    radius_m: float,
    wanted: BoolArray,
    loss_db: FloatArray,
    disputed: BoolArray,
) -> None:
    """Fill the four wedges; what is None is as ``_sweep_side`` says."""
    shared = {
        (one.mast_height_m, one.mobile_height_m, one.delta_n, one.latitude_deg, one.time_percent) for one in carriers
    }
    if len(shared) > 1:
        raise ValueError("the carriers of one sweep share heights, radio climate and time percentage")
    records = carrier_records(carriers)
    beta_records = None if beta_carriers is None else carrier_records(beta_carriers)
    locations = carrier_records([_locations(one, resolution_m) for one in carriers])
    for posts, tops, wedge, towards_higher in sides(surface, mast, region):
        _sweep_side(
            posts, tops, wedge, towards_higher, np.float32(mast.ground_m), np.float32(resolution_m),
            radius_m / resolution_m, records, beta_records, locations, variability_db, whole_chain, wanted,
            loss_db, disputed,
        )  # fmt: skip


def _locations(carrier: Carrier, resolution_m: float) -> Locations:
    """Return how the loss varies over the locations of a pixel of that side."""
    if carrier.location_percent == 50.0:
        return Locations(0.0, 0.0)
    deviations = standard_deviations(0.01 * carrier.location_percent)
    if carrier.location_sigma_db is not None:
        return Locations(-deviations * carrier.location_sigma_db, 0.0)
    level = np.zeros(())
    sigma_db = definition.outdoor_location_sigma_db(
        np.array(carrier.frequency_ghz), np.array(resolution_m), level, level
    )
    return Locations(-deviations * float(sigma_db), 0.1)


def carrier_records(values: Sequence[NamedTuple]) -> Any:
    """Return tuples of numbers as records of an array, so that any number of them is one type to the compiler."""
    kinds = [(name, np.bool_ if name == "is_vertical" else np.float64) for name in values[0]._fields]
    return np.array([tuple(0.0 if one is None else one for one in value) for value in values], dtype=kinds)
