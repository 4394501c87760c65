"""Troposcatter of the irregular terrain model: a line of attenuation over distance, far beyond the horizons."""

from __future__ import annotations

import math

from phusong.kernels._jit import scalar
from phusong.kernels.itm.diffraction import Line, sight_angle
from phusong.kernels.itm.path import Path, smooth_horizon_m, wavenumber

UNDEFINED_DB = 1001.0
"""Loss where both antennas are so low that scatter is not defined; any above 1000 dB means that there is none."""


@scalar
def _gain_curve(r: float, index: int) -> float:
    """Return the frequency gain [dB] at a whole scattering efficiency."""
    a = (25.0, 80.0, 177.0, 395.0, 705.0)[index - 1]
    b = (24.0, 45.0, 68.0, 80.0, 105.0)[index - 1]
    return 10.0 * math.log10(1.0 + (a / r**2 + b) / r**2)  # (6.13)


@scalar
def _frequency_gain(r: float, efficiency: float) -> float:
    """Return H_01 [dB], the frequency gain of one terminal; the efficiency counts within 1 to 5."""
    bounded = min(max(efficiency, 1.0), 5.0)
    index = int(bounded)
    share = bounded - index
    gain_db = _gain_curve(r, index)
    return gain_db if share == 0.0 else (1.0 - share) * gain_db + share * _gain_curve(r, index + 1)  # (6.12)


@scalar
def frequency_gain(distance_m: float, path: Path, frequency_mhz: float) -> float:
    """Return H_0 [dB], what low antennas lose to the ground; ``UNDEFINED_DB`` where both are too low."""
    excess_m = path.tx.horizon_m - path.rx.horizon_m
    ratio = path.rx.effective_m / path.tx.effective_m
    if excess_m < 0.0:
        excess_m = -excess_m
        ratio = 1.0 / ratio
    angle = path.tx.elevation + path.rx.elevation + distance_m * path.curvature  # (4.61)
    scale = 2.0 * wavenumber(frequency_mhz) * angle
    tx_r, rx_r = scale * path.tx.effective_m, scale * path.rx.effective_m  # (4.62)
    if tx_r < 0.2 and rx_r < 0.2:
        return UNDEFINED_DB
    asymmetry = (distance_m - excess_m) / (distance_m + excess_m)
    q = min(max(0.1, ratio / asymmetry), 10.0)
    s = max(0.1, asymmetry)
    crossing_m = 0.25 * (distance_m - excess_m) * (distance_m + excess_m) * angle / distance_m  # (4.66), h_0
    n = path.refractivity
    decay = math.exp(-(min(1.7, crossing_m / 8.0e3) ** 6))
    efficiency = crossing_m / 1.7556e3 * (1.0 + (0.031 - n * 2.32e-3 + n**2 * 5.67e-6) * decay)  # (4.67), eta_s
    mean_db = 0.5 * (_frequency_gain(tx_r, efficiency) + _frequency_gain(rx_r, efficiency))
    correction = 6.0 * (0.6 - math.log10(max(efficiency, 1.0))) * math.log10(s) * math.log10(q)
    gain_db = max(mean_db + min(mean_db, correction), 0.0)  # (6.10), (6.11)
    if efficiency < 1.0:
        root = math.sqrt(2.0)
        sum_r = tx_r + rx_r
        product = (1.0 + root / tx_r) * (1.0 + root / rx_r)
        none_db = 10.0 * math.log10(product**2 * sum_r / (sum_r + 2.0 * root))
        gain_db = efficiency * gain_db + (1.0 - efficiency) * none_db
    return gain_db


@scalar
def _distance_function(x_m: float) -> float:
    """Return F [dB] of the product of angle and distance."""
    if x_m <= 10e3:
        return 133.4 + 0.332e-3 * x_m - 10.0 * math.log10(x_m)  # (6.9)
    if x_m <= 70e3:
        return 104.6 + 0.212e-3 * x_m - 2.5 * math.log10(x_m)
    return 71.8 + 0.157e-3 * x_m + 5.0 * math.log10(x_m)


@scalar
def scatter_loss(distance_m: float, path: Path, gain_db: float, frequency_mhz: float) -> float:
    """Return A_s [dB] at a distance, with the frequency gain there."""
    angle = distance_m * path.curvature - sight_angle(path)  # (4.12)
    height_term = 10.0 * math.log10(frequency_mhz * angle**4)  # k H = f, with H of (4.63) = 47.7 m
    refractivity_term = 0.1 * (path.refractivity - 301.0) * math.exp(-angle * distance_m / 40e3)
    return _distance_function(angle * distance_m) + height_term - refractivity_term + gain_db  # (4.63)


@scalar
def beyond_horizon_loss(path: Path, diffraction: Line, frequency_mhz: float) -> float:
    """Return the reference attenuation [dB] beyond the horizons of the smooth Earth: diffraction, then scatter."""
    diffraction_db = diffraction.intercept_db + diffraction.slope_db_per_m * path.distance_m  # (4.1)
    to_horizons_m = path.tx.horizon_m + path.rx.horizon_m
    near_m, far_m = to_horizons_m + 200e3, to_horizons_m + 400e3  # (4.52), (4.53): d_5, d_6
    far_gain_db = frequency_gain(far_m, path, frequency_mhz)
    near_gain_db = far_gain_db
    if far_gain_db <= 15.0:  # more than 15 dB at the near one are replaced by what there is at the far one
        near_gain_db = frequency_gain(near_m, path, frequency_mhz)
        if near_gain_db > 15.0 and near_gain_db < UNDEFINED_DB:
            near_gain_db = far_gain_db
    if near_gain_db >= UNDEFINED_DB:
        return diffraction_db
    near_db = scatter_loss(near_m, path, near_gain_db, frequency_mhz)
    if near_db >= 1000.0:
        return diffraction_db
    far_db = scatter_loss(far_m, path, far_gain_db, frequency_mhz)
    slope = (far_db - near_db) / 200e3  # (4.57), m_s
    smooth_m = smooth_horizon_m(path.tx.effective_m, path.curvature) + smooth_horizon_m(
        path.rx.effective_m, path.curvature
    )
    scale_m = math.pow(1.0 / (path.curvature * path.curvature * frequency_mhz), 1.0 / 3.0)
    change = diffraction.slope_db_per_m - slope
    transition_m = max(
        max(smooth_m, to_horizons_m + 1.088 * scale_m * math.log(frequency_mhz)),
        (near_db - diffraction.intercept_db - slope * near_m) / change,
    )  # (4.58), d_x
    if path.distance_m <= transition_m:
        return diffraction_db
    return diffraction.intercept_db + change * transition_m + slope * path.distance_m  # (4.59), (4.1)
