"""Attenuation of the irregular terrain model within line of sight: two rays near, diffraction towards the horizon."""

from __future__ import annotations

import cmath
import math

from phusong.kernels._jit import scalar
from phusong.kernels.itm.diffraction import Line
from phusong.kernels.itm.path import Path, irregularity_at, smooth_horizon_m, terrain_deviation, wavenumber


@scalar
def two_ray_attenuation(distance_m: float, path: Path, impedance: complex, frequency_mhz: float) -> float:
    """Return A_t [dB]: the direct ray and the one that the ground reflects."""
    k = wavenumber(frequency_mhz)
    deviation_m = terrain_deviation(irregularity_at(distance_m, path.irregularity_m))
    sum_m = path.tx.effective_m + path.rx.effective_m
    grazing = sum_m / math.sqrt(distance_m**2 + sum_m**2)  # (4.46), sin psi
    reflection = (
        (grazing - impedance) / (grazing + impedance) * math.exp(-min(10.0, k * deviation_m * grazing))
    )  # (4.47)
    size = reflection.real**2 + reflection.imag**2
    if size < 0.25 or size < grazing:
        reflection *= math.sqrt(grazing / size)  # (4.48)
    phase = 2.0 * k * path.tx.effective_m * path.rx.effective_m / distance_m  # (4.49)
    if phase > 0.5 * math.pi:
        phase = math.pi - (0.5 * math.pi) ** 2 / phase  # (4.50)
    field = cmath.rect(1.0, -phase) + reflection
    return -10.0 * math.log10(field.real**2 + field.imag**2)


@scalar
def sight_attenuation(
    distance_m: float, path: Path, impedance: complex, diffraction: Line, smooth_m: float, frequency_mhz: float
) -> float:
    """Return A_los [dB] at a distance within line of sight; smooth_m: d_Ls, the horizons of the smooth Earth."""
    two_ray_db = two_ray_attenuation(distance_m, path, impedance, frequency_mhz)
    diffraction_db = diffraction.intercept_db + diffraction.slope_db_per_m * distance_m
    weight = 1.0 / (1.0 + frequency_mhz * path.irregularity_m / max(10e3, smooth_m))
    return weight * two_ray_db + (1.0 - weight) * diffraction_db


@scalar
def line_of_sight_loss(path: Path, impedance: complex, diffraction: Line, frequency_mhz: float) -> float:
    """Return the reference attenuation [dB] of a path shorter than the horizons of the smooth Earth.

    A curve A_o + k_1 d + k_2 ln d through the attenuations at two distances within line of sight and at the horizon.
    """
    smooth_m = smooth_horizon_m(path.tx.effective_m, path.curvature) + smooth_horizon_m(
        path.rx.effective_m, path.curvature
    )
    to_horizons_m = path.tx.horizon_m + path.rx.horizon_m
    slope = diffraction.slope_db_per_m
    horizon_db = diffraction.intercept_db + slope * smooth_m  # A_2
    near_m = 0.04 * frequency_mhz * path.tx.effective_m * path.rx.effective_m  # (4.38), d_0
    if diffraction.intercept_db >= 0.0:
        near_m = min(near_m, 0.5 * to_horizons_m)  # (4.28)
        middle_m = near_m + 0.25 * (to_horizons_m - near_m)  # (4.29), d_1
    else:
        middle_m = max(-diffraction.intercept_db / slope, 0.25 * to_horizons_m)  # (4.39)
    middle_db = sight_attenuation(middle_m, path, impedance, diffraction, smooth_m, frequency_mhz)  # (4.31), A_1

    linear = logarithmic = 0.0  # k_1 [dB/m], k_2 [dB]
    is_curved = False
    if near_m < middle_m:
        near_db = sight_attenuation(near_m, path, impedance, diffraction, smooth_m, frequency_mhz)  # (4.30), A_0
        span = math.log(smooth_m / near_m)
        reach_m = smooth_m - near_m
        part_m = middle_m - near_m
        logarithmic = max(
            0.0,
            (reach_m * (middle_db - near_db) - part_m * (horizon_db - near_db))
            / (reach_m * math.log(middle_m / near_m) - part_m * span),
        )  # (4.32)
        is_curved = diffraction.intercept_db > 0.0 or logarithmic > 0.0
        if is_curved:
            linear = (horizon_db - near_db - logarithmic * span) / reach_m  # (4.33)
            if linear < 0.0:
                linear = 0.0  # (4.36)
                logarithmic = max(horizon_db - near_db, 0.0) / span  # (4.35)
                if logarithmic == 0.0:
                    linear = slope  # (4.37)
    if not is_curved:
        logarithmic = 0.0  # (4.41)
        linear = max(horizon_db - middle_db, 0.0) / (smooth_m - middle_m)  # (4.40)
        if linear == 0.0:
            linear = slope  # (4.37)
    return (
        horizon_db + linear * (path.distance_m - smooth_m) + logarithmic * math.log(path.distance_m / smooth_m)
    )  # (4.42), (4.1)
