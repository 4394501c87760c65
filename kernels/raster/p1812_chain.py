"""The whole chain of ITU-R P.1812-8, sixteen pixels at a time: any time percentage, ducting and location variability.

``p1812_lanes`` holds what is enough at p = 50 % where ducting does not matter. Here are the rest of the mechanisms and
how they come together, for paths that are inland from end to end. Equation numbers are those of ``p1812``, which is the
definition; a *scaled slope* is that of ``p1812_lanes``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from phusong.kernels._jit import simd
from phusong.kernels.itu.p1812_clear_air import ENHANCEMENT_BLEND_DB, standard_deviations
from phusong.kernels.lane_math import DB_PER_LOG2, LOG2_OF_10, exp2, log2
from phusong.kernels.lanes import Lanes, Mask, Number, absolute, maximum, minimum, sqrt, where
from phusong.kernels.raster.p1812_lanes import Carrier, Geometry, Terms, diffraction_loss, ducting_floor

LEAST_EFFECT_DB = 0.0005
"""Ducting that changes the loss by less is left out [dB]."""
_LOG2_OF_E = 1.0 / math.log(2.0)
_LN2 = math.log(2.0)


class Locations(NamedTuple):
    """How the loss of a carrier varies over the locations of a pixel, section 4.7.

    Attributes
    ----------
    quantile_db : what is added to the median where the mobile does not stand above the clutter around it [dB].
    fade_per_m : how much of it goes with each metre that the mobile stands higher; 0 where the spread is given.
    """

    quantile_db: float
    fade_per_m: float


class Mechanisms(NamedTuple):
    """The losses that the loss of a path is put together from, but ducting, and what ducting needs to know.

    Attributes
    ----------
    sight_db : L_b0p, line of sight with multipath and focusing, (10) [dB].
    diffraction_db : L_bd, (43) [dB].
    least_db : L_minb0p, (59) [dB].
    scatter_db : L_bs, (44) [dB].
    bent : 1 - F_j, (57); far : 1 - F_k, (58).
    log2_beta0, inland : beta_0 [%], (5), as a binary logarithm, and tau, (3).
    ducted : ducting may change the loss.
    """

    sight_db: Lanes
    diffraction_db: Lanes
    least_db: Lanes
    scatter_db: Lanes
    bent: Lanes
    far: Lanes
    log2_beta0: Lanes
    inland: Lanes
    ducted: Mask


class Duct(NamedTuple):
    """What ducting depends on besides: found by a second look along those paths where it matters.

    Attributes
    ----------
    mast_reach, mobile_reach : distance from either end to its horizon, in column crossings.
    roughness_m : h_m, (93) [m].
    smooth_mast_m, smooth_mobile_m : ends of the smooth-Earth surface for ducting, (90) [m above the mast's ground].
    """

    mast_reach: Lanes
    mobile_reach: Lanes
    roughness_m: Lanes
    smooth_mast_m: Lanes
    smooth_mobile_m: Lanes


@simd
def with_slopes(
    path: Geometry, mast_slope: Lanes, mobile_slope: Lanes, direct_slope: Lanes, clearance: Lanes
) -> Geometry:
    """Return the geometry of the same paths over the Earth of another effective radius, as far as diffraction goes."""
    return Geometry(
        crossings=path.crossings,
        first=path.first,
        between=path.between,
        step_m=path.step_m,
        distance_m=path.distance_m,
        mast_slope=mast_slope,
        mobile_slope=mobile_slope,
        direct_slope=direct_slope,
        clearance=clearance,
        mast_horizon=path.mast_horizon,
        mobile_horizon=path.mobile_horizon,
        mast_reach=path.mast_reach,
        mobile_reach=path.mobile_reach,
        smooth_mast_m=path.smooth_mast_m,
        smooth_mobile_m=path.smooth_mobile_m,
        mobile_ground_m=path.mobile_ground_m,
    )


@simd
def location_loss(locations: Locations, mobile_height_m: float, clutter_m: Lanes) -> Lanes:
    """Return what is added to the median loss for the wanted share of locations, section 4.7 [dB]."""
    above = 1.0 - locations.fade_per_m * (mobile_height_m - clutter_m)
    return locations.quantile_db * maximum(minimum(above, 1.0), 0.0)


@simd
def soft_maximum(a: Lanes, b: Lanes, blend_db: float) -> Lanes:
    """Return blend ln(exp(a / blend) + exp(b / blend)), as in (60)."""
    return maximum(a, b) + (blend_db * _LN2) * log2(1.0 + exp2(absolute(a - b) * (-_LOG2_OF_E / blend_db)))


@simd
def parallel(a: Lanes, b: Lanes) -> Lanes:
    """Return -5 log10(10^(-0.2 a) + 10^(-0.2 b)), (63)."""
    return minimum(a, b) - (0.5 * DB_PER_LOG2) * log2(1.0 + exp2(absolute(a - b) * (-0.2 * LOG2_OF_10)))


@simd
def rising_step(x: Lanes, middle: float, steepness: float) -> Lanes:
    """Return a smooth step from 0 (x far below the middle) to 1: 1 - F_j, (57), and 1 - F_k, (58)."""
    return 1.0 / (1.0 + exp2((x - middle) * (-6.0 * steepness / middle * _LOG2_OF_E)))


@simd
def inland_climate(d: Lanes, log2_d: Lanes, latitude_deg: float) -> tuple[Lanes, Lanes]:
    """Return log2 of beta_0 [%], (5), and tau, (3), of a path that is inland from end to end; d [km]."""
    tau = 1.0 - exp2((-4.12e-4 * _LOG2_OF_E) * exp2(2.41 * log2_d))  # (3)
    short_land = exp2((-LOG2_OF_10 * d) / (16.0 - 6.6 * tau))
    inland = exp2((-5.0 * LOG2_OF_10) * (0.496 + 0.354 * tau))
    log2_mu1 = minimum(0.2 * log2(short_land + inland), 0.0)  # (2)
    latitude = abs(latitude_deg)
    log2_base = math.log2(4.17)
    power = 1.3
    if latitude <= 70.0:
        log2_base = LOG2_OF_10 * (1.67 - 0.015 * latitude)
        power = 0.065 + 0.0176 * latitude  # mu1 and mu4, (4)
    return log2_base + power * log2_mu1, tau  # (5)


@simd
def time_weight(log2_beta0: Lanes, time_percent: float) -> Lanes:
    """Return F_i, (40): how far the diffraction loss is from that of the median Earth to that of beta_0 of the time."""
    log_share = maximum(log2_beta0 - math.log2(100.0), math.log2(1e-6))
    t = sqrt((-2.0 * _LN2) * log_share)
    correction = ((0.010328 * t + 0.802853) * t + 2.515516698) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    weight = standard_deviations(0.01 * time_percent) / (t - correction)
    return where(log2_beta0 < math.log2(time_percent), weight, 1.0)


@simd
def sight_gain(between_km: Lanes, log2_share: Lanes | Number) -> Lanes:
    """Return E_sp, (9) [dB], for log2 of the time percentage over 50; ``between_km``: the horizons' distances added."""
    return (0.26 * DB_PER_LOG2) * (1.0 - exp2((-0.1 * _LOG2_OF_E) * between_km)) * log2_share


@simd
def mechanisms(
    path: Geometry,
    terms: Terms,
    carrier: Carrier,
    beta_terms: Terms | None,
    beta_carrier: Carrier | None,
    variability_db: Number,
) -> Mechanisms:
    """Compute all mechanisms but ducting, and say where that may matter.

    ``beta_terms`` and ``beta_carrier`` belong to the effective Earth radius of beta_0 of the time; both None at
    p = 50 %. ``variability_db`` is that of ``least_time_variability``.
    """
    d = terms.distance_km
    free_space_db = carrier.free_space_db + (2.0 * DB_PER_LOG2) * terms.log2_length  # (8)
    log2_beta0, tau = inland_climate(d, terms.log2_distance, carrier.latitude_deg)

    bending_db = diffraction_loss(terms, carrier)  # L_d50
    sight_db = free_space_db
    diffraction_db = free_space_db + bending_db  # (42)
    least_db = diffraction_db  # (59)
    if beta_terms is not None and beta_carrier is not None:
        p = carrier.time_percent
        weight = time_weight(log2_beta0, p)
        between_km = where(terms.in_sight, d, 0.001 * path.step_m * (path.mast_reach + path.mobile_reach))
        sight_db = free_space_db + sight_gain(between_km, math.log2(p / 50.0))  # (10)
        sight_beta_db = free_space_db + sight_gain(between_km, log2_beta0 - math.log2(50.0))  # (11)
        bending_p_db = bending_db + weight * (diffraction_loss(beta_terms, beta_carrier) - bending_db)  # (41)
        often_db = diffraction_db + (sight_beta_db + bending_p_db - diffraction_db) * weight
        diffraction_db = sight_db + bending_p_db  # (43)
        least_db = where(log2_beta0 < math.log2(p), often_db, diffraction_db)  # (59)

    bent = rising_step(terms.path_angle_mrad, 0.3, 0.8)
    far = rising_step(d, 20.0, 0.5)
    floor_db = ducting_floor(terms, carrier, variability_db)
    undercut_db = diffraction_db - maximum(floor_db, sight_db)  # (60), (61) at most
    return Mechanisms(
        sight_db=sight_db,
        diffraction_db=diffraction_db,
        least_db=least_db,
        scatter_db=carrier.troposcatter_db + terms.scatter_db,  # (44)
        bent=bent,
        far=far,
        log2_beta0=log2_beta0,
        inland=tau,
        ducted=undercut_db * bent * far > LEAST_EFFECT_DB,
    )


@simd
def shielding(angle_mrad: Lanes, reach_km: Lanes, carrier: Carrier) -> Lanes:
    """Loss of a duct behind a horizon, (48) [dB]."""
    over_mrad = maximum(angle_mrad - 0.1 * reach_km, 0.0)
    root = 1.0 + 0.361 * over_mrad * sqrt(carrier.frequency_ghz * reach_km)
    return (2.0 * DB_PER_LOG2) * log2(root) + (0.264 * carrier.cube_root_ghz) * over_mrad


@simd
def ducting_loss(path: Geometry, terms: Terms, carrier: Carrier, known: Mechanisms, duct: Duct) -> Lanes:
    """Return L_ba, ducting and layer reflection on an inland path, (46) [dB]."""
    a = carrier.effective_radius_km
    d = terms.distance_km
    reach_t_km = 0.001 * path.step_m * duct.mast_reach
    reach_r_km = 0.001 * path.step_m * duct.mobile_reach
    angle_t_mrad, angle_r_mrad = terms.mast_angle_mrad, terms.mobile_angle_mrad
    fixed_db = (
        carrier.ducting_db
        + (2.0 * DB_PER_LOG2) * log2(reach_t_km + reach_r_km)
        + shielding(angle_t_mrad, reach_t_km, carrier)
        + shielding(angle_r_mrad, reach_r_km, carrier)
    )  # (47)
    bent_mrad = minimum(angle_t_mrad, 0.1 * reach_t_km) + minimum(angle_r_mrad, 0.1 * reach_r_km)  # (52a)
    along_mrad = d * (1000.0 / a) + bent_mrad  # (52)
    along_db = (5e-5 * a * carrier.cube_root_ghz) * along_mrad  # (51)

    hte = carrier.mast_height_m - duct.smooth_mast_m  # (92)
    hre = path.mobile_ground_m + carrier.mobile_height_m - duct.smooth_mobile_m
    alpha = maximum(-0.6 - 3.5e-9 * exp2(3.1 * terms.log2_distance) * known.inland, -3.4)  # (55a)
    log2_curvature = math.log2(500.0 / a) + 2.0 * (terms.log2_distance - log2(sqrt(hte) + sqrt(hre)))
    log2_mu2 = minimum(alpha * log2_curvature, 0.0)  # (55)
    between_km = minimum(d - reach_t_km - reach_r_km, 40.0)  # (56a)
    log2_mu3 = (-4.6e-5 * _LOG2_OF_E) * maximum(duct.roughness_m - 10.0, 0.0) * (43.0 + 6.0 * between_km)  # (56)
    log2_beta = known.log2_beta0 + log2_mu2 + log2_mu3  # (54)

    log_beta = log2_beta * (1.0 / LOG2_OF_10)
    by_distance = (9.51 - log_beta * (4.8 - 0.198 * log_beta)) * 1e-6 * exp2(1.13 * terms.log2_distance)
    gamma = 1.076 * exp2(-1.012 * log2(2.0058 - log_beta) - _LOG2_OF_E * by_distance)  # (53a)
    log2_ratio = math.log2(carrier.time_percent) - log2_beta
    rare_db = (1.2 + 3.7e-3 * d) * (log2_ratio * (1.0 / LOG2_OF_10)) - 12.0
    return fixed_db + along_db + rare_db + 12.0 * exp2(gamma * log2_ratio)  # (46), (50), (53)


@simd
def chain_loss(known: Mechanisms, ducting_db: Lanes, location_db: Lanes) -> Lanes:
    """Put the mechanisms together, sections 4.6 to 4.9, into L_b [dB]; ``ducting_db`` counts where it matters only."""
    over_sight_db = soft_maximum(ducting_db, known.sight_db, ENHANCEMENT_BLEND_DB)  # (60)
    undercut_db = where(known.ducted, maximum(known.diffraction_db - over_sight_db, 0.0), 0.0)
    enhanced_db = known.diffraction_db - undercut_db * known.far  # (61)
    without_scatter_db = known.least_db + (enhanced_db - known.least_db) * known.bent  # (62)
    median_db = parallel(known.scatter_db, without_scatter_db)  # (63)
    return maximum(median_db + location_db, known.sight_db)  # (69)
