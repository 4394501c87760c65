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
from phusong.kernels.itu.p1812_path import INLAND, effective_radius_beta0_km
from phusong.kernels.lanes import (
    LANES,
    Number,
    any_lane,
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
    transmission_loss,
)
from phusong.kernels.raster.paths import LOWEST, Line, crossing, height, look_for_duct, smooth_ends
from phusong.kernels.raster.profile import NEAREST_CROSSING, SHORTEST_M, Mast, sample_profile
from phusong.kernels.raster.surface import PAD, Surface

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

NUDGE = 1e-6  # [pixels] by which the bounds of a row reach out: every pixel is tested for itself afterwards
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
    loss_db: FloatArray,
    doubtful: BoolArray,
) -> None:
    """Fill the pixels of one of the four wedges; ground and top have the minor axis contiguous.

    What is None is not compiled in: ``top`` without clutter, ``beta_carriers`` at p = 50 %, ``variability_db`` where
    the diffraction loss alone is wanted.
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
            beta_mobile_curved = mobile_above - step_curve * (crossings * crossings * per_beta_curve)
            beta_direct_slope = beta_mobile_curved / crossings
            line = Line(
                first, direction, count, count // 2, u0, wedge.minor, minor_rest, minor, lanes, slope
            )  # fmt: skip

            mast_slope = mobile_slope = mast_horizon = mobile_horizon = clearance = splat(LOWEST)
            bare_mast_slope = bare_mobile_slope = obstruction_m = splat(LOWEST)
            beta_mast_slope = beta_mobile_slope = beta_clearance = splat(LOWEST)
            mast_reach = mobile_reach = splat(np.float32(0.5) * crossings)
            total = moment = nearest = splat(0.0)
            for k in range(count - 1, -1, -1):  # from the mobile to the mast, so that the last height is the nearest
                column, offset, weight = crossing(line, k)
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

            smooth = smooth_ends(
                total + mast_height_m * np.float32(count),
                moment + mast_height_m * (np.float32(count) * (u0 + np.float32(0.5) * np.float32(count - 1))),
                nearest + mast_height_m,
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
                smooth_mast_m=smooth.mast_m,
                smooth_mobile_m=smooth.mobile_m,
                mobile_ground_m=mobile_ground_m,
            )
            clutter_m = splat(0.0)
            if top is not None:
                clutter_m = look_up(top, major, PAD + minor, lanes) - ground_m - mobile_ground_m
            duct = Duct(mast_reach, mobile_reach, splat(0.0), smooth.ducting_mast_m, smooth.ducting_mobile_m)
            is_duct_known = False
            unknown = maximum(maximum(mast_slope, bare_mast_slope), mobile_ground_m)
            for band in range(bands):
                carrier = carriers[band]
                band_loss_db = band_doubt = splat(0.0)
                if variability_db is None:
                    band_loss_db = diffraction_loss(path, carrier)
                else:
                    least_db = variability_db[int(span)]
                    location_db = location_loss(locations[band], mobile_height_m, clutter_m)
                    in_question = step_m > 0.0
                    if beta_carriers is None:
                        band_loss_db, in_question = transmission_loss(path, carrier, least_db, location_db)
                    if any_lane(in_question):
                        if beta_carriers is None:
                            known = mechanisms(path, carrier, None, None, least_db)
                        else:
                            beta_path = with_slopes(
                                path, beta_mast_slope, beta_mobile_slope, beta_direct_slope, beta_clearance
                            )
                            known = mechanisms(path, carrier, beta_path, beta_carriers[band], least_db)
                        ducting_db = splat(0.0)
                        if any_lane(known.ducted):
                            if not is_duct_known:
                                is_duct_known = True
                                duct = look_for_duct(
                                    ground, ground_m, line, smooth, crossings, mast_height_m, direct_slope, step_curve,
                                    known.in_sight, mast_reach, mobile_reach, u, u_curve, per_sqrt_u, per_sqrt_remaining,
                                )  # fmt: skip
                            ducting_db = ducting_loss(path, carrier, known, duct)
                        band_loss_db = where(in_question, chain_loss(known, ducting_db, location_db), band_loss_db)
                    unknown = maximum(unknown, clutter_m * locations[band].fade_per_m)
                store(flat_results, 2 * band * LANES, band_loss_db)
                store(flat_results, (2 * band + 1) * LANES, band_doubt)
            store(flat_results, 2 * bands * LANES, unknown)

            for lane in range(min(LANES, minor_last + 1 - minor)):
                across = abs((minor + lane - wedge.minor) - wedge.minor_rest)
                if across * across + span * span > radius_pixels * radius_pixels:
                    continue
                if across > span or (across == span and not wedge.along_columns):
                    continue  # the other axis is the major one
                i, j = major - wedge.major_start, minor + lane - wedge.minor_start
                row, column = (j, i) if wedge.along_columns else (i, j)
                known_here = results[2 * bands, lane] < IMPOSSIBLE_RISE_M
                for band in range(bands):
                    loss_db[band, row, column] = results[2 * band, lane] if known_here else NO_TERRAIN_DB
                    doubtful[band, row, column] = known_here and results[2 * band + 1, lane] > 0.0


@scalar
def _settle(
    ground: FloatArray,
    top: FloatArray,
    mast: Mast,
    region: Region,
    resolution_m: float,
    carriers: Sequence[Carrier],
    locations: Sequence[Locations],
    doubtful: BoolArray,
    loss_db: FloatArray,
) -> None:
    """Replace the loss of the doubtful pixels by that of the scalar definition."""
    for band in range(doubtful.shape[0]):
        carrier = carriers[band]
        for i, j in np.argwhere(doubtful[band]):
            row, column = region.row_start + i, region.column_start + j
            path = sample_profile(ground, top, mast, row, column, resolution_m)
            inland = np.full(path.distance_km.size, INLAND, dtype=np.int8)
            clutter_m = top[row, PAD + column] - ground[row, PAD + column]
            fade = 1.0 - locations[band].fade_per_m * (carrier.mobile_height_m - clutter_m)
            loss_db[band, i, j] = definition.transmission_loss(
                path.distance_km, path.ground_m, path.top_m, inland,
                carrier.frequency_ghz, carrier.mast_height_m, carrier.mobile_height_m, carrier.is_vertical,
                carrier.time_percent, carrier.location_percent, locations[band].sigma_db * max(min(fade, 1.0), 0.0),
                carrier.latitude_deg, carrier.delta_n, carrier.surface_refractivity, 500.0, 500.0,
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
    """Compute the basic transmission loss of P.1812-8 from a mast to every pixel of a region, over inland paths.

    Every pixel's value depends on the mast, the terrain and the pixel alone, to the last bit: not on the region or
    the window.

    Parameters
    ----------
    surface : terrain round the mast; it must hold every straight line from the mast to the region.
    mast : position in the window; its antenna height is that of the carriers.
    carriers : one or more carriers of one antenna, one mobile height, one time percentage and one refractivity lapse
        rate. The spread over locations, where they leave it to section 4.7, is that within a pixel.
    region : rows and columns of the window that are wanted.
    resolution_m : side of a pixel [m].
    radius_m : greatest distance computed [m].

    Returns
    -------
    loss_db : (carriers, rows, columns) float32 [dB]; ``OUT_OF_RANGE_DB`` beyond the radius, ``NO_TERRAIN_DB`` where the
        profile meets missing terrain. Within 0.03 dB of ``p1812.predict`` on the same profile, 0.001 dB RMS.

    Memory: five bytes for each carrier and pixel of the region, besides the surface.
    """
    beta = [one._replace(effective_radius_km=effective_radius_beta0_km()) for one in carriers]
    is_median = carriers[0].time_percent == 50.0
    variability_db = _variability(
        radius_m / resolution_m, resolution_m, carriers[0].latitude_deg, carriers[0].time_percent
    )
    return _sweep(surface, mast, carriers, None if is_median else beta, variability_db, region, resolution_m, radius_m)


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
    return _sweep(surface, mast, carriers, None, None, region, resolution_m, radius_m)


def _sweep(
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    beta_carriers: Sequence[Carrier] | None,
    variability_db: FloatArray | None,
    region: Region,
    resolution_m: float,
    radius_m: float,
) -> FloatArray:
    by_column = Wedge(
        mast.column, mast.row, mast.column_rest, mast.row_rest,
        region.column_start, region.column_stop, region.row_start, region.row_stop, along_columns=True,
    )  # fmt: skip
    by_row = Wedge(
        mast.row, mast.column, mast.row_rest, mast.column_rest,
        region.row_start, region.row_stop, region.column_start, region.column_stop, along_columns=False,
    )  # fmt: skip
    spreads = [_locations(one, resolution_m) for one in carriers]
    locations = _records(spreads)
    records, beta_records = (
        None if given is None else _records(
            [one._replace(location_sigma_db=spread.sigma_db) for one, spread in zip(given, spreads, strict=True)]
        )
        for given in (carriers, beta_carriers)
    )
    shape = (len(carriers), region.row_stop - region.row_start, region.column_stop - region.column_start)
    loss_db = np.full(shape, OUT_OF_RANGE_DB, dtype=np.float32)
    doubtful = np.zeros(shape, dtype=np.bool_)
    ground, top = surface.ground_by_row, surface.top_by_row
    for posts, tops, wedge in (
        (surface.ground_by_column, surface.top_by_column, by_column),
        (ground, top, by_row),
    ):
        for towards_higher in (True, False):
            _sweep_side(
                posts, tops, wedge, towards_higher, np.float32(mast.ground_m), np.float32(resolution_m),
                radius_m / resolution_m, records, beta_records, locations, variability_db, loss_db, doubtful,
            )  # fmt: skip
    _settle(ground, ground if top is None else top, mast, region, resolution_m, records, locations, doubtful, loss_db)
    return loss_db


@scalar
def _variability(radius_pixels: float, resolution_m: float, latitude_deg: float, time_percent: float) -> FloatArray:
    """Return the least time variability of ducting for pixels at least 0, 1, 2, ... pixels away [dB]."""
    variability_db = np.empty(int(radius_pixels) + 1, dtype=np.float32)
    for pixels in range(variability_db.size):
        distance_km = max(pixels, 1e-3) * 0.001 * resolution_m
        variability_db[pixels] = least_time_variability(distance_km, latitude_deg, time_percent)
    return variability_db


def _locations(carrier: Carrier, resolution_m: float) -> Locations:
    """Return how the loss varies over the locations of a pixel of that side."""
    if carrier.location_percent == 50.0:
        return Locations(0.0, 0.0, 0.0)
    deviations = standard_deviations(0.01 * carrier.location_percent)
    if carrier.location_sigma_db is not None:
        return Locations(carrier.location_sigma_db, -deviations * carrier.location_sigma_db, 0.0)
    sigma_db = float(definition.outdoor_location_sigma_db(carrier.frequency_ghz, resolution_m, 0.0, 0.0))
    return Locations(sigma_db, -deviations * sigma_db, 0.1)


def _records(values: Sequence[NamedTuple]) -> Any:
    """Return tuples of numbers as records of an array, so that any number of them is one type to the compiler."""
    kinds = [(name, np.bool_ if name == "is_vertical" else np.float64) for name in values[0]._fields]
    return np.array([tuple(value) for value in values], dtype=kinds)
