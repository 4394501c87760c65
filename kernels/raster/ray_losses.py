"""From the list of the pixels of sixteen rays to their loss, or to a bound of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import simd
from phusong.kernels.lanes import LANES, Number, any_lane, load, maximum, minimum, splat, store, where
from phusong.kernels.raster.p1812_lanes import Carrier, Geometry, least_loss, path_terms, transmission_loss
from phusong.kernels.raster.paths import LOWEST
from phusong.kernels.raster.ray_list import (
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
    MINOR,
    MOBILE_HORIZON,
    MOBILE_REACH,
    MOBILE_SLOPE,
    OBSTRUCTION,
    PRUNED,
    REACH,
    ROW,
    SLOPE,
    VARIABILITY,
    lengths,
)
from phusong.kernels.raster.smooth_lanes import lowered_ends
from phusong.kernels.raster.wedges import IMPOSSIBLE_RISE_M, NO_TERRAIN_DB

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

CERTAIN_DB = 0.01  # by which a bound must exceed the limit, for the rounding of both


@simd
def prune(
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
        crossings, step_m, distance_m = lengths(
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
def evaluate(
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
            crossings, step_m, distance_m = lengths(
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
                    terms, carriers[band], load(listed[VARIABILITY], start), splat(0.0)
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
