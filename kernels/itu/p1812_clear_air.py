"""Every mechanism of propagation in clear air along one path, and all of them together.

Recommendations ITU-R P.1812-8 (sections 3 and 4.2 to 4.6) and P.452-18 (sections 3 and 4.1 to 4.5) share it; what P.452
has otherwise are arguments. Equation and section numbers are those of P.1812.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from phusong.kernels._jit import scalar
from phusong.kernels.itu.p525 import free_space_loss
from phusong.kernels.itu.p526_delta_bullington import DeltaBullington, delta_bullington_loss
from phusong.kernels.itu.p1812_ducting import ducting_loss
from phusong.kernels.itu.p1812_path import (
    SEA,
    Climate,
    Floats,
    Horizons,
    SmoothEarth,
    Zones,
    beta0_percent,
    climate,
    effective_radius_beta0_km,
    effective_radius_km,
    horizons,
    smooth_earth,
    terrain_roughness_m,
)

ENHANCEMENT_BLEND_DB = 2.5  # eta of (60)
PARALLEL_BLEND_DB = -5.0 / math.log(10.0)  # (63) written with natural logarithms


class Prediction(NamedTuple):
    """The loss of one path and every intermediate figure of the method, in the order of the Recommendation."""

    climate: Climate
    beta0_percent: float
    radius_km: float  # a_e
    horizons: Horizons
    smooth: SmoothEarth
    roughness_m: float  # hm
    time_weight: float  # F_i
    angle_weight: float  # F_j
    distance_weight: float  # F_k
    free_space_db: float  # L_bfs; with gases in P.452
    line_of_sight_p_db: float  # L_b0p
    line_of_sight_beta_db: float  # L_b0beta
    median_diffraction: DeltaBullington  # L_d50
    beta_diffraction: DeltaBullington  # L_dbeta
    diffraction_p_db: float  # L_dp
    least_db: float  # L_minb0p
    ducting_db: float  # L_ba
    ducting_or_sight_db: float  # L_minbap
    with_enhancements_db: float  # L_bda
    without_scatter_db: float  # L_bam
    troposcatter_db: float  # L_bs
    median_location_db: float  # L_bc
    loss_db: float  # L_b


@scalar
def standard_deviations(probability: float) -> float:
    """Return I(x), how many standard deviations a normal variable exceeds with a probability (Attachment 2).

    The probability is held within 1e-6 and 1 - 1e-6.
    """
    x = min(max(probability, 1e-6), 1.0 - 1e-6)
    tail = min(x, 1.0 - x)
    t = math.sqrt(-2.0 * math.log(tail))
    correction = ((0.010328 * t + 0.802853) * t + 2.515516698) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return t - correction if x <= 0.5 else correction - t


@scalar
def line_of_sight_gain(tx_horizon_km: float, rx_horizon_km: float, percent: float) -> float:
    """Return the correction [dB] for multipath and focusing at a time percentage (E_sp, E_sbeta), <= 0 up to 50 %."""
    return 2.6 * (1.0 - math.exp(-0.1 * (tx_horizon_km + rx_horizon_km))) * math.log10(percent / 50.0)  # (9)


@scalar
def troposcatter_loss(
    distance_km: float,
    path_angle_mrad: float,
    frequency_ghz: float,
    time_percent: float,
    surface_refractivity: float,
    constant_db: float,
    time_db: float,
) -> float:
    """Return L_bs, the basic transmission loss [dB] by tropospheric scatter (section 4.4); N_0 in N-units.

    constant_db, time_db: the constant and the factor of the time percentage: 190.1 and 10.125 in P.1812.
    """
    frequency_db = 25.0 * math.log10(frequency_ghz) - 2.5 * math.log10(0.5 * frequency_ghz) ** 2  # (45)
    return (
        constant_db
        + frequency_db
        + 20.0 * math.log10(distance_km)
        + 0.573 * path_angle_mrad
        - 0.15 * surface_refractivity
        - time_db * math.pow(math.log10(50.0 / time_percent), 0.7)
    )  # (44)


@scalar
def _log_sum(a_db: float, b_db: float, scale_db: float) -> float:
    """Return scale * ln(exp(a / scale) + exp(b / scale)), free of overflow: a smooth maximum; minimum if scale < 0."""
    nearest = max(a_db, b_db) if scale_db > 0.0 else min(a_db, b_db)
    return nearest + scale_db * math.log1p(math.exp(-abs((a_db - b_db) / scale_db)))


@scalar
def _falling_step(x: float, middle: float, steepness: float) -> float:
    """Return a smooth step from 1 (x far below the middle) to 0 (far above)."""
    return 1.0 - 0.5 * (1.0 + math.tanh(3.0 * steepness * (x - middle) / middle))


@scalar
def _highest_above_direct_mrad(
    distance_km: Floats, terrain_m: Floats, tx_m: float, rx_m: float, radius_km: float
) -> float:
    """Return by how much the steepest ray from the transmitter to the terrain is steeper than that to the receiver.

    Minus infinity if there is no intermediate point. It is S_tim - S_tr of P.452 [m/km], over the terrain.
    """
    d = float(distance_km[-1])
    direct_slope = (rx_m - tx_m) / d
    tx_slope = -math.inf
    for i in range(1, distance_km.size - 1):
        di = float(distance_km[i])
        tx_slope = max(tx_slope, (terrain_m[i] + 500.0 / radius_km * di * (d - di) - tx_m) / di)
    return tx_slope - direct_slope


@scalar
def clear_air(
    distance_km: Floats,
    terrain_m: Floats,
    surface_m: Floats,
    zone: Zones,
    frequency_ghz: float,
    tx_height_m: float,
    rx_height_m: float,
    vertical: bool,
    time_percent: float,
    latitude_deg: float,
    delta_n: float,
    surface_refractivity: float,
    coast_distance_tx_km: float,
    coast_distance_rx_km: float,
    gas_db_per_km: float,
    scatter_gas_db_per_km: float,
    coupling_db: float,
    scatter_constant_db: float,
    scatter_time_db: float,
    weigh_terrain: bool,
) -> Prediction:
    """Run the method over one path and keep every figure on the way; the loss is the median over locations.

    tx_height_m, rx_height_m: antennas above ground. vertical: polarization, else horizontal. time_percent: up to 50.
    latitude_deg: of the middle of the path. delta_n: refractivity lapse rate [N-units/km, positive].
    surface_refractivity: N_0 at sea level [N-units].

    Where the two Recommendations differ: gas_db_per_km along the path and scatter_gas_db_per_km along the scattered
    ray, coupling_db of the antennas to the scattering volume (0 in P.1812); scatter_constant_db, scatter_time_db as in
    `troposcatter_loss`; weigh_terrain: F_j from the slope to the terrain (P.452), else from the path angle (P.1812).
    """
    d = distance_km[-1]
    tx_m = terrain_m[0] + tx_height_m  # hts
    rx_m = terrain_m[-1] + rx_height_m  # hrs
    if zone[0] == SEA:
        coast_distance_tx_km = 0.0
    if zone[-1] == SEA:
        coast_distance_rx_km = 0.0

    # The path (section 3, Attachment 1).
    zones = climate(distance_km, zone)
    beta0 = beta0_percent(latitude_deg, zones.longest_land_km, zones.longest_inland_km)
    radius_km = effective_radius_km(delta_n)
    seen = horizons(distance_km, terrain_m, tx_m, rx_m, radius_km)
    smooth = smooth_earth(distance_km, terrain_m, tx_m, rx_m)
    roughness_m = terrain_roughness_m(distance_km, terrain_m, smooth, seen)

    # Line of sight (section 4.2).
    ray_km = math.sqrt(d**2 + ((tx_m - rx_m) / 1000.0) ** 2)  # (8a)
    free_space_db = free_space_loss(ray_km, frequency_ghz) + gas_db_per_km * ray_km  # (8)
    sight_p_db = free_space_db + line_of_sight_gain(seen.tx_horizon_km, seen.rx_horizon_km, time_percent)  # (10)
    sight_beta_db = free_space_db + line_of_sight_gain(seen.tx_horizon_km, seen.rx_horizon_km, beta0)  # (11)

    # Diffraction for the median Earth and for beta_0 of the time, and between the two (section 4.3).
    median = delta_bullington_loss(
        distance_km,
        surface_m,
        tx_m,
        rx_m,
        smooth.tx_diffraction_m,
        smooth.rx_diffraction_m,
        radius_km,
        frequency_ghz,
        zones.sea_fraction,
        vertical,
    )
    beta = delta_bullington_loss(
        distance_km,
        surface_m,
        tx_m,
        rx_m,
        smooth.tx_diffraction_m,
        smooth.rx_diffraction_m,
        effective_radius_beta0_km(),
        frequency_ghz,
        zones.sea_fraction,
        vertical,
    )
    time_weight = 1.0  # F_i
    if time_percent == 50.0:
        time_weight = 0.0
    elif time_percent > beta0:
        time_weight = standard_deviations(time_percent / 100.0) / standard_deviations(beta0 / 100.0)  # (40)
    diffraction_p_db = median.loss_db + time_weight * (beta.loss_db - median.loss_db)  # (41)

    # Troposcatter and ducting (sections 4.4 and 4.5).
    scatter_db = troposcatter_loss(
        d,
        seen.path_angle_mrad,
        frequency_ghz,
        time_percent,
        surface_refractivity,
        scatter_constant_db,
        scatter_time_db,
    )
    scatter_db += coupling_db + scatter_gas_db_per_km * d
    ducting_db = ducting_loss(
        distance_km=d,
        tx_horizon_km=seen.tx_horizon_km,
        rx_horizon_km=seen.rx_horizon_km,
        tx_elevation_mrad=seen.tx_elevation_mrad,
        rx_elevation_mrad=seen.rx_elevation_mrad,
        tx_m=tx_m,
        rx_m=rx_m,
        tx_effective_m=tx_m - smooth.tx_ducting_m,  # (92a)
        rx_effective_m=rx_m - smooth.rx_ducting_m,  # (92b)
        roughness_m=roughness_m,
        frequency_ghz=frequency_ghz,
        time_percent=time_percent,
        beta0_percent=beta0,
        radius_km=radius_km,
        sea_fraction=zones.sea_fraction,
        longest_inland_km=zones.longest_inland_km,
        coast_distance_tx_km=coast_distance_tx_km,
        coast_distance_rx_km=coast_distance_rx_km,
    )
    ducting_db += gas_db_per_km * d

    # All mechanisms together (section 4.6).
    obstruction_mrad = seen.path_angle_mrad
    if weigh_terrain:
        obstruction_mrad = 0.3 + _highest_above_direct_mrad(distance_km, terrain_m, tx_m, rx_m, radius_km)
    angle_weight = _falling_step(obstruction_mrad, 0.3, 0.8)  # (57), F_j
    distance_weight = _falling_step(d, 20.0, 0.5)  # (58), F_k
    median_db = free_space_db + median.loss_db  # (42)
    diffraction_db = sight_p_db + diffraction_p_db  # (43)
    over_land_db = (1.0 - zones.sea_fraction) * diffraction_p_db
    least_db = sight_p_db + over_land_db  # (59)
    if time_percent >= beta0:
        least_db = median_db + (sight_beta_db + over_land_db - median_db) * time_weight  # (59)
    ducting_or_sight_db = _log_sum(ducting_db, sight_p_db, ENHANCEMENT_BLEND_DB)  # (60)
    with_enhancements_db = diffraction_db  # (61)
    if ducting_or_sight_db <= diffraction_db:
        with_enhancements_db = ducting_or_sight_db + (diffraction_db - ducting_or_sight_db) * distance_weight
    without_scatter_db = with_enhancements_db + (least_db - with_enhancements_db) * angle_weight  # (62)
    median_location_db = _log_sum(scatter_db, without_scatter_db, PARALLEL_BLEND_DB)  # (63)

    return Prediction(
        climate=zones,
        beta0_percent=beta0,
        radius_km=radius_km,
        horizons=seen,
        smooth=smooth,
        roughness_m=roughness_m,
        time_weight=time_weight,
        angle_weight=angle_weight,
        distance_weight=distance_weight,
        free_space_db=free_space_db,
        line_of_sight_p_db=sight_p_db,
        line_of_sight_beta_db=sight_beta_db,
        median_diffraction=median,
        beta_diffraction=beta,
        diffraction_p_db=diffraction_p_db,
        least_db=least_db,
        ducting_db=ducting_db,
        ducting_or_sight_db=ducting_or_sight_db,
        with_enhancements_db=with_enhancements_db,
        without_scatter_db=without_scatter_db,
        troposcatter_db=scatter_db,
        median_location_db=median_location_db,
        loss_db=median_location_db,
    )
