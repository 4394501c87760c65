"""Propagation by ducting and layer reflection: Recommendation ITU-R P.1812, section 4.5."""

from __future__ import annotations

import math

from phusong.kernels._jit import scalar
from phusong.kernels.itu.p1812_path import inland_factor


@scalar
def _site_shielding_loss(elevation_mrad: float, horizon_km: float, frequency_ghz: float) -> float:
    """Return the diffraction loss [dB] of the terrain that shields a terminal from the duct (A_st, A_sr)."""
    excess_mrad = elevation_mrad - 0.1 * horizon_km  # (48a)
    if excess_mrad <= 0.0:
        return 0.0
    edge_db = 20.0 * math.log10(1.0 + 0.361 * excess_mrad * math.sqrt(frequency_ghz * horizon_km))
    return edge_db + 0.264 * excess_mrad * math.pow(frequency_ghz, 1.0 / 3.0)  # (48)


@scalar
def _sea_coupling(coast_km: float, horizon_km: float, antenna_m: float, sea_fraction: float) -> float:
    """Return the correction [dB, <= 0] for coupling into surface ducts over the sea (A_ct, A_cr)."""
    if sea_fraction < 0.75 or coast_km > horizon_km or coast_km > 5.0:
        return 0.0
    return -3.0 * math.exp(-0.25 * coast_km**2) * (1.0 + math.tanh(0.07 * (50.0 - antenna_m)))  # (49)


@scalar
def time_variability(
    distance_km: float, time_percent: float, beta0_percent: float, path_factor: float, roughness_factor: float
) -> float:
    """Return A(p) [dB], the part of the loss that depends on the time percentage."""
    d = distance_km
    beta = beta0_percent * path_factor * roughness_factor  # (54)
    log_beta = math.log10(beta)
    distance_term = (9.51 - 4.8 * log_beta + 0.198 * log_beta**2) * 1e-6 * math.pow(d, 1.13)
    gamma = 1.076 / math.pow(2.0058 - log_beta, 1.012) * math.exp(-distance_term)  # (53a)
    ratio = time_percent / beta
    return -12.0 + (1.2 + 3.7e-3 * d) * math.log10(ratio) + 12.0 * math.pow(ratio, gamma)  # (53)


@scalar
def ducting_loss(
    distance_km: float,
    tx_horizon_km: float,
    rx_horizon_km: float,
    tx_elevation_mrad: float,
    rx_elevation_mrad: float,
    tx_m: float,
    rx_m: float,
    tx_effective_m: float,
    rx_effective_m: float,
    roughness_m: float,
    frequency_ghz: float,
    time_percent: float,
    beta0_percent: float,
    radius_km: float,
    sea_fraction: float,
    longest_inland_km: float,
    coast_distance_tx_km: float,
    coast_distance_rx_km: float,
) -> float:
    """Return L_ba, the basic transmission loss [dB] of ducting and layer reflection.

    *_horizon_km, *_elevation_mrad: dlt, dlr, theta_t, theta_r, as `p1812_path.horizons` finds them. tx_m, rx_m: antenna
    heights above sea level (hts, hrs). *_effective_m: heights above the smooth surface (hte, hre). roughness_m: hm.
    radius_km: the median effective Earth radius. coast_distance_*_km: from the terminal to the coast along the path
    (dct, dcr), 0 at sea.
    """
    d = distance_km
    f = frequency_ghz
    # Fixed losses: what it takes to couple into the layer and out of it.
    low_frequency_db = 45.375 - 137.0 * f + 92.5 * f**2 if f < 0.5 else 0.0  # (47a)
    fixed_db = (
        102.45
        + 20.0 * math.log10(f)
        + 20.0 * math.log10(tx_horizon_km + rx_horizon_km)
        + low_frequency_db
        + _site_shielding_loss(tx_elevation_mrad, tx_horizon_km, f)
        + _site_shielding_loss(rx_elevation_mrad, rx_horizon_km, f)
        + _sea_coupling(coast_distance_tx_km, tx_horizon_km, tx_m, sea_fraction)
        + _sea_coupling(coast_distance_rx_km, rx_horizon_km, rx_m, sea_fraction)
    )  # (47)

    # Losses along the path.
    attenuation_db_per_mrad = 5e-5 * radius_km * math.pow(f, 1.0 / 3.0)  # (51)
    tx_angle = min(tx_elevation_mrad, 0.1 * tx_horizon_km)  # (52a)
    rx_angle = min(rx_elevation_mrad, 0.1 * rx_horizon_km)
    angle_mrad = 1e3 * d / radius_km + tx_angle + rx_angle  # (52)

    # How often the layer is there: the path's curvature and the terrain's roughness make it rarer.
    tau = inland_factor(longest_inland_km)
    alpha = max(-0.6 - 3.5e-9 * math.pow(d, 3.1) * tau, -3.4)  # (55a)
    curvature = 500.0 / radius_km * d**2 / (math.sqrt(tx_effective_m) + math.sqrt(rx_effective_m)) ** 2
    path_factor = min(math.pow(curvature, alpha), 1.0)  # (55), mu_2
    between_horizons_km = min(d - tx_horizon_km - rx_horizon_km, 40.0)  # (56a)
    roughness_factor = 1.0  # mu_3
    if roughness_m > 10.0:
        roughness_factor = math.exp(-4.6e-5 * (roughness_m - 10.0) * (43.0 + 6.0 * between_horizons_km))  # (56)
    time_db = time_variability(d, time_percent, beta0_percent, path_factor, roughness_factor)
    return fixed_db + attenuation_db_per_mrad * angle_mrad + time_db  # (46), (50)
