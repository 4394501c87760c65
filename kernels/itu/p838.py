"""Rain: specific attenuation of Recommendation ITU-R P.838-3, over the effective path of P.530-18, section 2.4.1."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from phusong.kernels._jit import scalar
from phusong.kernels.added_losses import AddedLoss
from phusong.kernels.arguments import Arguments, FloatArray, Range

# P.838-3, Tables 1 to 4: a row (a_j, b_j, c_j) for each term, the last (m, c, 0) of the straight line in log f.
K_HORIZONTAL = np.array(
    [
        [-5.33980, -0.10008, 1.13098],
        [-0.35351, 1.26970, 0.45400],
        [-0.23789, 0.86036, 0.15354],
        [-0.94158, 0.64552, 0.16817],
        [-0.18961, 0.71147, 0.0],
    ]
)
K_VERTICAL = np.array(
    [
        [-3.80595, 0.56934, 0.81061],
        [-3.44965, -0.22911, 0.51059],
        [-0.39902, 0.73042, 0.11899],
        [0.50167, 1.07319, 0.27195],
        [-0.16398, 0.63297, 0.0],
    ]
)
ALPHA_HORIZONTAL = np.array(
    [
        [-0.14318, 1.82442, -0.55187],
        [0.29591, 0.77564, 0.19822],
        [0.32177, 0.63773, 0.13164],
        [-5.37610, -0.96230, 1.47828],
        [16.1721, -3.29980, 3.43990],
        [0.67849, -1.95537, 0.0],
    ]
)
ALPHA_VERTICAL = np.array(
    [
        [-0.07771, 2.33840, -0.76284],
        [0.56727, 0.95545, 0.54039],
        [-0.20238, 1.14520, 0.26809],
        [-48.2991, 0.791669, 0.116226],
        [48.5833, 0.791459, 0.116479],
        [-0.053739, 0.83433, 0.0],
    ]
)

TILTS_DEG = {"horizontal": 0, "circular": 45, "vertical": 90}

LEAST_SHRINKAGE = 0.4  # P.530: the effective path is at most 2.5 times the path

LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, 1e6, "m"),
    "frequency_mhz": Range(1_000.0, 1_000_000.0, "MHz"),
    "rain_rate_mm_h": Range(0.0, 1_000.0, "mm/h"),
    "polarization_tilt_deg": Range(-180.0, 180.0, "degrees"),
    "elevation_deg": Range(-90.0, 90.0, "degrees"),
}
VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(0.0, 60_000.0, "m"),  # P.530
    "frequency_mhz": LIMITS["frequency_mhz"],  # P.838; P.530 vouches for its path up to 100 GHz
}


@scalar
def _fitted(log_f: float, terms: FloatArray) -> float:
    """Return log k (P.838 (2)) or alpha (3) at a logarithm of frequency, for one polarisation."""
    last = terms.shape[0] - 1
    total = float(terms[last, 0] * log_f + terms[last, 1])
    for j in range(last):
        total += terms[j, 0] * math.exp(-(((log_f - terms[j, 1]) / terms[j, 2]) ** 2))
    return total


@scalar
def rain_coefficients(frequency_ghz: float, elevation_deg: float, polarization_tilt_deg: float) -> tuple[float, float]:
    """Return k and alpha of the rain's specific attenuation k R^alpha [dB/km] at a rate R [mm/h]."""
    log_f = math.log10(frequency_ghz)
    k_h = math.pow(10.0, _fitted(log_f, K_HORIZONTAL))
    k_v = math.pow(10.0, _fitted(log_f, K_VERTICAL))
    ka_h = k_h * _fitted(log_f, ALPHA_HORIZONTAL)
    ka_v = k_v * _fitted(log_f, ALPHA_VERTICAL)
    across = math.cos(math.radians(elevation_deg)) ** 2 * math.cos(2.0 * math.radians(polarization_tilt_deg))
    k = 0.5 * (k_h + k_v + (k_h - k_v) * across)  # P.838 (4)
    alpha = 0.5 * (ka_h + ka_v + (ka_h - ka_v) * across) / k  # P.838 (5)
    return k, alpha


@scalar
def effective_path_km(distance_km: float, frequency_ghz: float, rain_rate_mm_h: float, alpha: float) -> float:
    """Return d_eff [km], the path over which rain of this rate everywhere would attenuate as a real shower does."""
    d = distance_km
    shrinkage = 0.477 * math.pow(d, 0.633) * math.pow(rain_rate_mm_h, 0.073 * alpha) * math.pow(
        frequency_ghz, 0.123
    ) - 10.579 * (1.0 - math.exp(-0.024 * d))  # P.530 (32), 1 / r
    return d / max(shrinkage, LEAST_SHRINKAGE)


@scalar
def rain_losses(
    distance_km: FloatArray,
    frequency_ghz: FloatArray,
    rain_rate_mm_h: FloatArray,
    polarization_tilt_deg: FloatArray,
    elevation_deg: FloatArray,
) -> FloatArray:
    """Return the rain's attenuation [dB] of each path, all (paths,)."""
    loss_db = np.empty(distance_km.size)
    for i in range(distance_km.size):
        rate = rain_rate_mm_h[i]
        k, alpha = rain_coefficients(frequency_ghz[i], elevation_deg[i], polarization_tilt_deg[i])
        path_km = effective_path_km(distance_km[i], frequency_ghz[i], rate, alpha)
        loss_db[i] = k * math.pow(rate, alpha) * path_km  # P.838 (1), P.530 (33)
    return loss_db


def rain_attenuation_p838(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    rain_rate_mm_h: ArrayLike,
    polarization: ArrayLike = "vertical",
    polarization_tilt_deg: ArrayLike | None = None,
    elevation_deg: ArrayLike = 0.0,
) -> float | FloatArray:
    """Return the attenuation [dB] by rain along a terrestrial path (P.838-3 over the effective path of P.530-18).

    With the rate exceeded for 0.01 % of the time it is the attenuation exceeded for 0.01 % of the time.

    Parameters
    ----------
    distance_m : length of the path [m], 0 to 1e6; P.530 vouches for 60 km.
    frequency_mhz : frequency [MHz], 1000 to 1 000 000.
    rain_rate_mm_h : rain rate, R_0.01 [mm/h], 0 to 1000.
    polarization : "vertical", "horizontal" or "circular".
    polarization_tilt_deg : tilt of any other polarisation against the horizontal [degrees], -180 to 180; None is that
        of the word: 0 for horizontal, 45 for circular, 90 for vertical.
    elevation_deg : elevation of the path [degrees], -90 to 90.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("rain_attenuation_p838", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    rate = arguments.number("rain_rate_mm_h", rain_rate_mm_h)
    tilt = arguments.choice("polarization", polarization, TILTS_DEG).astype(np.float64)
    if polarization_tilt_deg is not None:
        tilt = arguments.number("polarization_tilt_deg", polarization_tilt_deg)
    elevation = arguments.number("elevation_deg", elevation_deg)
    shape = arguments.finish()
    losses_db = rain_losses(
        shape.each(1e-3 * distance),
        shape.each(1e-3 * frequency),
        shape.each(rate),
        shape.each(tilt),
        shape.each(elevation),
    )
    return shape.result(losses_db)


ADDED_LOSS = AddedLoss(
    name="p838",
    title="Recommendation ITU-R P.838-3 (03/2005), path of P.530-18 (09/2021)",
    loss=rain_attenuation_p838,
    limits=LIMITS,
    validity=VALIDITY,
)
