"""Attenuation by atmospheric gases, line by line: Recommendation ITU-R P.676-13 (08/2022), Annex 1.

Frequencies 1 to 1000 GHz; below, where Recommendations that start at 100 MHz ask for it, the same sums are taken.
Pressure is that of the dry air.
"""

from __future__ import annotations

import math

from phusong.kernels._jit import scalar
from phusong.kernels.itu.p676_lines import OXYGEN, WATER_VAPOUR


@scalar
def vapour_pressure_hpa(vapour_density_g_m3: float, temperature_k: float) -> float:
    """Return the partial pressure of water vapour e [hPa]."""
    return vapour_density_g_m3 * temperature_k / 216.7  # (4)


@scalar
def _line_shape(frequency_ghz: float, line_ghz: float, width_ghz: float, interference: float) -> float:
    """Return F_i [1/GHz]; interference: delta, of the lines with each other."""
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
    """Return gamma_o [dB/km], the attenuation by dry air; arguments as in `specific_attenuation_db_km`."""
    f = frequency_ghz
    p = pressure_hpa
    e = vapour_pressure_hpa(vapour_density_g_m3, temperature_k)
    theta = 300.0 / temperature_k
    pressure_term = (p + e) * math.pow(theta, 0.8)
    refractivity = 0.0  # imaginary part N''
    for line in OXYGEN:
        strength = line[1] * 1e-7 * p * theta**3 * math.exp(line[2] * (1.0 - theta))  # (3)
        width = line[3] * 1e-4 * (p * math.pow(theta, 0.8 - line[4]) + 1.1 * e * theta)  # (6a)
        width = math.sqrt(width**2 + 2.25e-6)  # (6b)
        interference = (line[5] + line[6] * theta) * 1e-4 * pressure_term  # (7)
        refractivity += strength * _line_shape(f, line[0], width, interference)
    debye_ghz = 5.6e-4 * pressure_term  # (9)
    refractivity += (
        f
        * p
        * theta**2
        * (
            6.14e-5 / (debye_ghz * (1.0 + (f / debye_ghz) ** 2))
            + 1.4e-12 * p * math.pow(theta, 1.5) / (1.0 + 1.9e-5 * math.pow(f, 1.5))
        )
    )  # (8)
    return 0.182 * f * refractivity  # (1)


@scalar
def vapour_attenuation_db_km(
    frequency_ghz: float, pressure_hpa: float, vapour_density_g_m3: float, temperature_k: float
) -> float:
    """Return gamma_w [dB/km], the attenuation by water vapour; arguments as in `specific_attenuation_db_km`."""
    f = frequency_ghz
    p = pressure_hpa
    e = vapour_pressure_hpa(vapour_density_g_m3, temperature_k)
    theta = 300.0 / temperature_k
    refractivity = 0.0  # imaginary part N''
    for line in WATER_VAPOUR:
        strength = line[1] * 1e-1 * e * math.pow(theta, 3.5) * math.exp(line[2] * (1.0 - theta))  # (3)
        width = line[3] * 1e-4 * (p * math.pow(theta, line[4]) + line[5] * e * math.pow(theta, line[6]))  # (6a)
        width = 0.535 * width + math.sqrt(0.217 * width**2 + 2.1316e-12 * line[0] ** 2 / theta)  # (6b)
        refractivity += strength * _line_shape(f, line[0], width, 0.0)
    return 0.182 * f * refractivity  # (1)


@scalar
def specific_attenuation_db_km(
    frequency_ghz: float, pressure_hpa: float, vapour_density_g_m3: float, temperature_k: float
) -> float:
    """Return the specific attenuation [dB/km] by oxygen and water vapour.

    pressure_hpa: of the dry air (p); vapour_density_g_m3: rho; temperature_k: T.
    """
    dry_db = oxygen_attenuation_db_km(frequency_ghz, pressure_hpa, vapour_density_g_m3, temperature_k)
    return dry_db + vapour_attenuation_db_km(frequency_ghz, pressure_hpa, vapour_density_g_m3, temperature_k)
