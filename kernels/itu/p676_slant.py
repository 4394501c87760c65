"""Attenuation by gases along a slant path: Recommendation ITU-R P.676-13 (08/2022), Annex 1, section 2.2.1.

The air is the mean annual global reference atmosphere of Recommendation ITU-R P.835-6, Annex 1. A ray that leaves the
lower end at or above the horizontal is bent from layer to layer. Rays that leave downwards (2.2.2) are not here.

A path to space sums 79 lines in each of 922 layers, some 2 ms: for links, not for each pixel of a map.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from phusong.kernels._jit import scalar
from phusong.kernels.added_losses import AddedLoss
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.itu.p676 import specific_attenuation_db_km, vapour_pressure_hpa

EARTH_KM = 6371.0
TOP_KM = 100.0  # above, space begins
GROWTH = math.exp(0.01)  # each layer is so much thicker than the one below

# P.835-6, (2) and (3), up to 84.852 km of geopotential height: base of each layer [km], pressure [hPa] and temperature
# [K] there, change of temperature [K/km].
LAYERS = np.array(
    [
        [0.0, 1013.25, 288.15, -6.5],
        [11.0, 226.3226, 216.65, 0.0],
        [20.0, 54.74980, 216.65, 1.0],
        [32.0, 8.680422, 228.65, 2.8],
        [47.0, 1.109106, 270.65, 0.0],
        [51.0, 0.6694167, 270.65, -2.8],
        [71.0, 0.03956649, 214.65, -2.0],
    ]
)

LIMITS: Mapping[str, Range] = {
    "elevation_deg": Range(0.0, 90.0, "degrees"),
    "frequency_mhz": Range(1_000.0, 1_000_000.0, "MHz"),
    "low_altitude_m": Range(0.0, 99_000.0, "m above sea level"),
    "high_altitude_m": Range(1.0, 1e9, "m above sea level"),
    "vapour_density_g_m3": Range(0.0, 100.0, "g/m3"),
}
VALIDITY: Mapping[str, Range] = {"frequency_mhz": LIMITS["frequency_mhz"]}


@scalar
def reference_air(height_km: float, sea_level_density_g_m3: float) -> tuple[float, float, float]:
    """Return the pressure [hPa], vapour included, the temperature [K] and the vapour density [g/m3] at a height [km].

    Heights are geometric, 0 to 100 km. The density of vapour falls by 1/e in every 2 km, down to 2e-6 of the pressure.
    """
    if height_km < 86.0:
        h = 6356.766 * height_km / (6356.766 + height_km)  # (1a), geopotential height
        k = 0
        while k + 1 < LAYERS.shape[0] and h > LAYERS[k + 1, 0]:
            k += 1
        base_km, base_hpa, base_k, lapse = LAYERS[k]
        temperature = base_k + lapse * (h - base_km)  # (2)
        if lapse == 0.0:
            pressure = base_hpa * math.exp(-34.1632 * (h - base_km) / base_k)  # (3)
        else:
            pressure = base_hpa * math.pow(base_k / temperature, 34.1632 / lapse)  # (3)
    else:
        h = height_km
        temperature = 186.8673  # (4a)
        if h > 91.0:
            temperature = 263.1905 - 76.3232 * math.sqrt(1.0 - ((h - 91.0) / 19.9429) ** 2)  # (4b)
        exponent = 95.571899 - 4.011801 * h + 6.424731e-2 * h**2 - 4.789660e-4 * h**3 + 1.340543e-6 * h**4
        pressure = math.exp(exponent)  # (5)
    least_density = 2e-6 * pressure * 216.7 / temperature
    return pressure, temperature, max(sea_level_density_g_m3 * math.exp(-0.5 * height_km), least_density)  # (6)


@scalar
def _refractive_index(dry_hpa: float, vapour_hpa: float, temperature_k: float) -> float:
    """Return n of Recommendation ITU-R P.453-14, (1) and (2)."""
    t = temperature_k
    return 1.0 + 1e-6 * (77.6 * dry_hpa / t + 72.0 * vapour_hpa / t + 3.75e5 * vapour_hpa / t**2)


@scalar
def _layer_index(height_km: float) -> float:
    """Return how many layers, not a whole number, lie below a height, if the lowest is 10 cm thick."""
    return 100.0 * math.log(1e4 * height_km * (GROWTH - 1.0) + 1.0) + 1.0


@scalar
def slant_loss_db(
    frequency_ghz: float, elevation_deg: float, low_km: float, high_km: float, sea_level_density_g_m3: float
) -> float:
    """Return A_gas [dB] from a height up to another [km] by a ray of this apparent elevation at the lower end."""
    top_km = min(high_km, TOP_KM)
    first = math.floor(_layer_index(low_km))  # (16a)
    last = math.ceil(_layer_index(top_km))  # (16b)
    scale = (GROWTH**2 - GROWTH) / (math.exp(0.01 * last) - math.exp(0.01 * first)) * (top_km - low_km)  # (16c), m
    if low_km == 0.0 and high_km >= TOP_KM:
        scale = 1e-4  # (14)
    bottom_km = low_km
    invariant = 0.0  # n r sin(beta) is the same all along the ray
    loss_db = 0.0
    for i in range(first, last):
        thickness_km = scale * math.exp(0.01 * (i - 1))  # (14), (16d)
        pressure, temperature, density = reference_air(bottom_km + 0.5 * thickness_km, sea_level_density_g_m3)
        vapour_hpa = vapour_pressure_hpa(density, temperature)
        index = _refractive_index(pressure - vapour_hpa, vapour_hpa, temperature)
        radius_km = EARTH_KM + bottom_km
        if i == first:
            invariant = index * radius_km * math.cos(math.radians(elevation_deg))
        sine = min(invariant / (index * radius_km), 1.0)  # (19b)
        falling_km = radius_km * math.sqrt(1.0 - sine**2)
        step_km = -falling_km + math.sqrt(falling_km**2 + 2.0 * radius_km * thickness_km + thickness_km**2)  # (17)
        loss_db += step_km * specific_attenuation_db_km(
            frequency_ghz, pressure - vapour_hpa, density, temperature
        )  # (13)
        bottom_km += thickness_km  # (15)
    return loss_db


@scalar
def slant_losses(
    frequency_ghz: FloatArray,
    elevation_deg: FloatArray,
    low_km: FloatArray,
    high_km: FloatArray,
    sea_level_density_g_m3: FloatArray,
) -> FloatArray:
    """Return `slant_loss_db` of each path, all (paths,)."""
    loss_db = np.empty(frequency_ghz.size)
    for i in range(frequency_ghz.size):
        loss_db[i] = slant_loss_db(frequency_ghz[i], elevation_deg[i], low_km[i], high_km[i], sea_level_density_g_m3[i])
    return loss_db


def slant_gas_attenuation_p676(
    *,
    elevation_deg: ArrayLike,
    frequency_mhz: ArrayLike,
    low_altitude_m: ArrayLike = 0.0,
    high_altitude_m: ArrayLike = 1e9,
    vapour_density_g_m3: ArrayLike = 7.5,
) -> float | FloatArray:
    """Return the attenuation [dB] by gases along a rising path through the reference atmosphere (P.676-13, 2.2.1).

    Parameters
    ----------
    elevation_deg : apparent elevation of the path at its lower end [degrees], 0 to 90.
    frequency_mhz : frequency [MHz], 1000 to 1 000 000.
    low_altitude_m : altitude of the lower end [m above sea level], 0 to 99 000.
    high_altitude_m : altitude of the upper end, above the lower one [m above sea level], 1 to 1e9; above 100 km the
        air is left behind.
    vapour_density_g_m3 : density of water vapour at sea level [g/m3], 0 to 100.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("slant_gas_attenuation_p676", LIMITS)
    elevation = arguments.number("elevation_deg", elevation_deg)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    low = arguments.number("low_altitude_m", low_altitude_m)
    high = arguments.number("high_altitude_m", high_altitude_m)
    density = arguments.number("vapour_density_g_m3", vapour_density_g_m3)
    shape = arguments.finish()
    low, high = shape.each(low), shape.each(high)
    if np.any(high - low < 1.0):
        arguments.complain("high_altitude_m", "less than 1 m above low_altitude_m", "Give the higher end of the path")
        arguments.finish()
    losses_db = slant_losses(
        shape.each(1e-3 * frequency), shape.each(elevation), 1e-3 * low, 1e-3 * high, shape.each(density)
    )
    return shape.result(losses_db)


ADDED_LOSS = AddedLoss(
    name="p676_slant",
    title="Recommendation ITU-R P.676-13 (08/2022), Annex 1, section 2.2.1",
    loss=slant_gas_attenuation_p676,
    limits=LIMITS,
    validity=VALIDITY,
)
