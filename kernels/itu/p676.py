"""Attenuation by oxygen and water vapour, line by line: Recommendation ITU-R P.676-13 (08/2022), Annex 1.

Here is the specific attenuation (section 1) and the terrestrial path (2.1); slant paths (2.2) are in `p676_slant`. Of
Annex 2, which is quicker and less exact, nothing is here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from phusong.kernels._jit import scalar
from phusong.kernels.added_losses import AddedLoss
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.itu.p676_lines import OXYGEN, VAPOUR

LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, 3e6, "m"),
    "frequency_mhz": Range(1_000.0, 1_000_000.0, "MHz"),
    "pressure_hpa": Range(0.0, 1_100.0, "hPa"),
    "vapour_density_g_m3": Range(0.0, 100.0, "g/m3"),
    "temperature_k": Range(100.0, 350.0, "K"),
}
VALIDITY: Mapping[str, Range] = {
    "frequency_mhz": LIMITS["frequency_mhz"],
    "pressure_hpa": Range(0.0, 1_100.0, "hPa"),
}


@scalar
def vapour_pressure_hpa(vapour_density_g_m3: float, temperature_k: float) -> float:
    """Return e, the partial pressure of water vapour [hPa]."""
    return vapour_density_g_m3 * temperature_k / 216.7  # (4)


@scalar
def _shape(frequency_ghz: float, line_ghz: float, width_ghz: float, interference: float) -> float:
    """Return F_i, how much of a line is felt at a frequency."""
    below = line_ghz - frequency_ghz
    above = line_ghz + frequency_ghz
    return (frequency_ghz / line_ghz) * (
        (width_ghz - interference * below) / (below**2 + width_ghz**2)
        + (width_ghz - interference * above) / (above**2 + width_ghz**2)
    )  # (5)


@scalar
def oxygen_attenuation_db_km(
    frequency_ghz: float, pressure_hpa: float, vapour_density_g_m3: float, temperature_k: float
) -> float:
    """Return gamma_o, the specific attenuation [dB/km] of dry air; arguments as of `specific_attenuation_db_km`."""
    f, p = frequency_ghz, pressure_hpa
    e = vapour_pressure_hpa(vapour_density_g_m3, temperature_k)
    theta = 300.0 / temperature_k
    refractivity = 0.0
    for i in range(OXYGEN.shape[0]):
        line, a1, a2, a3, a4, a5, a6 = OXYGEN[i]
        strength = a1 * 1e-7 * p * theta**3 * math.exp(a2 * (1.0 - theta))  # (3)
        width = a3 * 1e-4 * (p * math.pow(theta, 0.8 - a4) + 1.1 * e * theta)  # (6a)
        width = math.sqrt(width**2 + 2.25e-6)  # (6b): Zeeman splitting
        interference = (a5 + a6 * theta) * 1e-4 * (p + e) * math.pow(theta, 0.8)  # (7)
        refractivity += strength * _shape(f, line, width, interference)  # (2a)
    debye_ghz = 5.6e-4 * (p + e) * math.pow(theta, 0.8)  # (9)
    debye = 0.0  # in a vacuum
    if debye_ghz > 0.0:
        debye = 6.14e-5 / (debye_ghz * (1.0 + (f / debye_ghz) ** 2))
    nitrogen = 1.4e-12 * p * math.pow(theta, 1.5) / (1.0 + 1.9e-5 * math.pow(f, 1.5))
    refractivity += f * p * theta**2 * (debye + nitrogen)  # (8)
    return 0.1820 * f * refractivity  # (1)


@scalar
def vapour_attenuation_db_km(
    frequency_ghz: float, pressure_hpa: float, vapour_density_g_m3: float, temperature_k: float
) -> float:
    """Return gamma_w, the specific attenuation [dB/km] of vapour; arguments as of `specific_attenuation_db_km`."""
    e = vapour_pressure_hpa(vapour_density_g_m3, temperature_k)
    theta = 300.0 / temperature_k
    refractivity = 0.0
    for i in range(VAPOUR.shape[0]):
        line, b1, b2, b3, b4, b5, b6 = VAPOUR[i]
        strength = b1 * 0.1 * e * math.pow(theta, 3.5) * math.exp(b2 * (1.0 - theta))  # (3)
        width = b3 * 1e-4 * (pressure_hpa * math.pow(theta, b4) + b5 * e * math.pow(theta, b6))  # (6a)
        width = 0.535 * width + math.sqrt(0.217 * width**2 + 2.1316e-12 * line**2 / theta)  # (6b): Doppler broadening
        refractivity += strength * _shape(frequency_ghz, line, width, 0.0)  # (2b), (7)
    return 0.1820 * frequency_ghz * refractivity  # (1)


@scalar
def specific_attenuation_db_km(
    frequency_ghz: float, pressure_hpa: float, vapour_density_g_m3: float, temperature_k: float
) -> float:
    """Return gamma = gamma_o + gamma_w, the specific attenuation [dB/km] of air, 1 to 1000 GHz.

    The pressure [hPa] is that of *dry air*, as p of Annex 1 is: the barometer's reading less the vapour pressure e.
    """
    oxygen = oxygen_attenuation_db_km(frequency_ghz, pressure_hpa, vapour_density_g_m3, temperature_k)
    vapour = vapour_attenuation_db_km(frequency_ghz, pressure_hpa, vapour_density_g_m3, temperature_k)
    return oxygen + vapour  # (1)


@scalar
def gas_losses(
    distance_km: FloatArray,
    frequency_ghz: FloatArray,
    pressure_hpa: FloatArray,
    vapour_density_g_m3: FloatArray,
    temperature_k: FloatArray,
) -> FloatArray:
    """Return the attenuation [dB] along each path, all (paths,); the lines are summed anew where the air changes."""
    loss_db = np.empty(distance_km.size)
    gamma = 0.0
    for i in range(distance_km.size):
        f, p, rho, t = frequency_ghz[i], pressure_hpa[i], vapour_density_g_m3[i], temperature_k[i]
        j = i - 1
        same = j >= 0 and f == frequency_ghz[j] and p == pressure_hpa[j]
        if not (same and rho == vapour_density_g_m3[j] and t == temperature_k[j]):
            gamma = specific_attenuation_db_km(f, p, rho, t)
        loss_db[i] = gamma * distance_km[i]  # (10)
    return loss_db


def gas_attenuation_p676(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    pressure_hpa: ArrayLike = 1013.25,
    vapour_density_g_m3: ArrayLike = 7.5,
    temperature_k: ArrayLike = 288.15,
) -> float | FloatArray:
    """Return the attenuation [dB] by gases along a terrestrial path, or one a little inclined (P.676-13, section 2.1).

    Parameters
    ----------
    distance_m : length of the path [m], 0 to 3e6.
    frequency_mhz : frequency [MHz], 1000 to 1 000 000.
    pressure_hpa : pressure of dry air, without the vapour's [hPa], 0 to 1100.
    vapour_density_g_m3 : density of water vapour [g/m3], 0 to 100.
    temperature_k : temperature [K], 100 to 350.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("gas_attenuation_p676", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    pressure = arguments.number("pressure_hpa", pressure_hpa)
    density = arguments.number("vapour_density_g_m3", vapour_density_g_m3)
    temperature = arguments.number("temperature_k", temperature_k)
    shape = arguments.finish()
    losses_db = gas_losses(
        shape.each(1e-3 * distance),
        shape.each(1e-3 * frequency),
        shape.each(pressure),
        shape.each(density),
        shape.each(temperature),
    )
    return shape.result(losses_db)


TERRESTRIAL = AddedLoss(
    name="p676_terrestrial",
    title="Recommendation ITU-R P.676-13 (08/2022), Annex 1, section 2.1",
    loss=gas_attenuation_p676,
    limits=LIMITS,
    validity=VALIDITY,
)
