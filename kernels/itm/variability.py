"""Variability of the irregular terrain model: in time, among locations and among situations.

G. A. Hufford, "The ITS Irregular Terrain Model, version 1.2.2", section 5; the climates' curves are those of TN101,
figure 10.13, as table 5.1 fits them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar
from phusong.kernels.itm.path import Path, Warnings, irregularity_at, wavenumber

FloatArray = npt.NDArray[np.float64]

SINGLE_MESSAGE, ACCIDENTAL, MOBILE, BROADCAST = range(4)
"""Which kinds of variability count together, the last digit of the variability mode."""
CLIMATES = (
    "equatorial",
    "continental subtropical",
    "maritime subtropical",
    "desert",
    "continental temperate",
    "maritime temperate over land",
    "maritime temperate over sea",
)

# A row for each climate. Curves: c_1, c_2 [dB], x_1, x_2, x_3 [km].
_MEDIAN = np.array(
    [
        [-9.67, 12.7, 144.9, 190.3, 133.8],
        [-0.62, 9.19, 228.9, 205.2, 143.6],
        [1.26, 15.5, 262.6, 185.2, 99.8],
        [-9.21, 9.05, 84.1, 101.1, 98.6],
        [-0.62, 9.19, 228.9, 205.2, 143.6],
        [-0.39, 2.86, 141.7, 315.9, 167.4],
        [3.15, 857.9, 2222.0, 164.8, 116.3],
    ]
)
_MORE_LOSS = np.array(
    [
        [2.13, 159.5, 762.2, 123.6, 94.5],
        [2.66, 7.67, 100.4, 172.5, 136.4],
        [6.11, 6.65, 138.2, 242.2, 178.6],
        [1.98, 13.11, 139.1, 132.7, 193.5],
        [2.68, 7.16, 93.7, 186.8, 133.5],
        [6.86, 10.38, 187.8, 169.6, 108.9],
        [8.51, 169.8, 609.8, 119.9, 106.6],
    ]
)
_LESS_LOSS = np.array(
    [
        [2.11, 102.3, 636.9, 134.8, 95.6],
        [6.87, 15.53, 138.7, 143.7, 98.6],
        [10.08, 9.60, 165.3, 225.7, 129.7],
        [3.68, 159.3, 464.4, 93.1, 94.2],
        [4.75, 8.12, 93.2, 135.9, 113.4],
        [8.58, 13.97, 216.0, 152.0, 122.7],
        [8.43, 8.19, 136.2, 188.5, 122.9],
    ]
)
# The change with frequency: constant, height and sharpness of a peak at 2.7 GHz over 0.133.
_MORE_LOSS_GAIN = np.array([[1.0, 0.0, 0.0]] * 4 + [[0.92, 0.25, 1.77]] + [[1.0, 0.0, 0.0]] * 2)
_LESS_LOSS_GAIN = np.array(
    [
        [1.0, 0.0, 0.0],
        [0.93, 0.31, 2.00],
        [1.0, 0.0, 0.0],
        [0.93, 0.19, 1.79],
        [0.93, 0.31, 2.00],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
    ]
)
# Ducting: C_D and z_D, from where on the deviation is another.
_DUCTING = np.array(
    [[1.224, 1.282], [0.801, 2.161], [1.380, 1.282], [1.000, 20.0], [1.224, 1.282], [1.518, 1.282], [1.518, 1.282]]
)
_EXTREME = int(Warnings.EXTREME_VARIABILITY)


class Statistics(NamedTuple):
    """What share of the variability is wanted.

    Attributes
    ----------
    climate : 1 to 7, a place in ``CLIMATES``.
    mode : variability mode: 0 to 3, more 10 without location variability, more 20 without direct situation variability.
    time_deviate, location_deviate, situation_deviate : standard normal deviates, as the mode uses them (z_T, z_L, z_S).
    is_extreme : one of them is beyond 3.1.
    """

    climate: int
    mode: int
    time_deviate: float
    location_deviate: float
    situation_deviate: float
    is_extreme: bool


@scalar
def normal_deviate(percent: float) -> float:
    """Return the standard normal deviate that is exceeded with that probability [%]; error below 4.5e-4."""
    tail = 0.01 * percent if percent <= 50.0 else 1.0 - 0.01 * percent
    t = math.sqrt(-2.0 * math.log(tail))
    series = ((0.010328 * t + 0.802853) * t + 2.515516) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    deviate = t - series  # Abramowitz and Stegun, 26.2.23
    return deviate if percent <= 50.0 else -deviate


@scalar
def make_statistics(
    climate: int, mode: int, time_percent: float, location_percent: float, situation_percent: float
) -> Statistics:
    """Return the statistics of those percentages; the mode decides which of them count."""
    time_deviate = normal_deviate(time_percent)
    location_deviate = normal_deviate(location_percent)
    situation_deviate = normal_deviate(situation_percent)
    kind = mode % 10
    if kind == SINGLE_MESSAGE:
        time_deviate = situation_deviate
        location_deviate = situation_deviate
    elif kind == ACCIDENTAL:
        location_deviate = situation_deviate
    elif kind == MOBILE:
        location_deviate = time_deviate
    is_extreme = max(abs(time_deviate), abs(location_deviate), abs(situation_deviate)) > 3.10
    return Statistics(climate, mode, time_deviate, location_deviate, situation_deviate, is_extreme)


@scalar
def _curve(row: FloatArray, effective_km: float) -> float:
    """Return a climate's curve [dB] at an effective distance."""
    square = (effective_km / row[2]) ** 2
    peak = row[0] + row[1] / (1.0 + ((effective_km - row[3]) / row[4]) ** 2)
    return float(peak * square / (1.0 + square))


@scalar
def _frequency_factor(row: FloatArray, k: float) -> float:
    """Return how the deviation in time changes with the wavenumber, g."""
    return float(row[0] + row[1] / ((row[2] * math.log(0.133 * k)) ** 2 + 1.0))


@scalar
def effective_distance_km(path: Path, k: float) -> float:
    """Return d_e [km], the distance by which the climates' curves go."""
    horizons_m = math.sqrt(2.0 * 9000e3 * path.tx.effective_m) + math.sqrt(2.0 * 9000e3 * path.rx.effective_m)
    edge_km = 1e-3 * (horizons_m + math.pow(575.7e12 / k, 1.0 / 3.0))  # (5.3), d_ex
    distance_km = 1e-3 * path.distance_m
    return 130.0 * distance_km / edge_km if distance_km < edge_km else 130.0 + distance_km - edge_km


@scalar
def time_deviation(statistics: Statistics, effective_km: float, k: float) -> float:
    """Return sigma_T [dB] on the side of the median that is asked for."""
    i = statistics.climate - 1
    z = statistics.time_deviate
    if z < 0.0:
        return _curve(_MORE_LOSS[i], effective_km) * _frequency_factor(_MORE_LOSS_GAIN[i], k)
    deviation_db = _curve(_LESS_LOSS[i], effective_km) * _frequency_factor(_LESS_LOSS_GAIN[i], k)
    factor, edge = _DUCTING[i, 0], _DUCTING[i, 1]
    if z <= edge:
        return deviation_db
    ducting_db = factor * deviation_db
    return float(ducting_db + (deviation_db - ducting_db) * edge / z)


@scalar
def attenuation_not_exceeded(path: Path, reference_db: float, statistics: Statistics, frequency_mhz: float) -> float:
    """Return A [dB], the attenuation relative to free space that the wanted share does not exceed."""
    k = wavenumber(frequency_mhz)
    kind = statistics.mode % 10
    effective_km = effective_distance_km(path, k)
    time_db = time_deviation(statistics, effective_km, k)
    location_db = 0.0  # sigma_L
    if statistics.mode // 10 % 2 == 0:
        rough = k * irregularity_at(path.distance_m, path.irregularity_m)
        location_db = 10.0 * rough / (rough + 13.0)  # (5.9)
    situation_db = 0.0 if statistics.mode >= 20 else 5.0 + 3.0 * math.exp(-effective_km / 100.0)  # (5.10), sigma_S

    z = statistics.situation_deviate
    time_part_db = time_db * statistics.time_deviate  # Y_T
    location_part_db = location_db * statistics.location_deviate  # Y_L
    square = situation_db**2 + time_part_db**2 / (7.8 + z**2) + location_part_db**2 / (24.0 + z**2)  # (5.11)
    if kind == SINGLE_MESSAGE:
        deviation_db = math.sqrt(time_db**2 + location_db**2 + square) * z
    elif kind == ACCIDENTAL:
        deviation_db = time_part_db + math.sqrt(location_db**2 + square) * z
    elif kind == MOBILE:
        deviation_db = math.sqrt(time_db**2 + location_db**2) * statistics.time_deviate + math.sqrt(square) * z
    else:
        deviation_db = time_part_db + location_part_db + math.sqrt(square) * z
    median_db = _curve(_MEDIAN[statistics.climate - 1], effective_km)  # V_med
    attenuation_db = reference_db - median_db - deviation_db
    if attenuation_db < 0.0:  # less loss than in free space is rare: (5.2)
        attenuation_db *= (29.0 - attenuation_db) / (29.0 - 10.0 * attenuation_db)
    return attenuation_db


@scalar
def variability_warnings(statistics: Statistics) -> int:
    """Return the warning of the percentages."""
    return _EXTREME if statistics.is_extreme else 0
