"""Attenuation by gases along a path to space from what is measured at its foot: P.676-13 (08/2022), Annex 2, section 2.

The air above counts as a layer of the air at the surface, as thick as the equivalent heights of oxygen and of water
vapour say. Far cheaper than the layers of Annex 1 (`p676_slant`), for 1 to 350 GHz and elevations from 5 degrees.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from phusong.kernels.added_losses import AddedLoss
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.itu.p676 import oxygen_attenuation_db_km, vapour_attenuation_db_km, vapour_pressure_hpa

# Table 4: three lines of water vapour: frequency [GHz], a [km GHz2], b [GHz2].
_VAPOUR_LINES = ((22.235080, 2.6846, 2.7649), (183.310087, 5.8905, 4.9219), (325.152888, 2.9810, 3.0748))
_VAPOUR_SLOPE_KM_PER_GHZ, _VAPOUR_KM = 5.6585e-5, 1.8348  # A, B

LIMITS: Mapping[str, Range] = {
    "elevation_deg": Range(5.0, 90.0, "degrees"),
    "frequency_mhz": Range(1_000.0, 350_000.0, "MHz"),
    "pressure_hpa": Range(300.0, 1_100.0, "hPa"),
    "temperature_k": Range(200.0, 340.0, "K"),
    "vapour_density_g_m3": Range(0.0, 100.0, "g/m3"),
}
VALIDITY: Mapping[str, Range] = {name: LIMITS[name] for name in ("elevation_deg", "frequency_mhz")}


@cache
def _oxygen_coefficients() -> FloatArray:
    """Return the table of (31): frequency [GHz], a, b, c, d; a row a frequency."""
    with (Path(__file__).parent / "p676_oxygen_heights.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(line for line in file if not line.startswith("#"))
        next(rows)
        return np.array([list(map(float, row)) for row in rows])


def oxygen_height_km(
    frequency_ghz: FloatArray, pressure_hpa: FloatArray, temperature_k: FloatArray, vapour_density_g_m3: FloatArray
) -> FloatArray:
    """Return the equivalent height h_o [km] of oxygen; pressure_hpa of the whole air at the surface."""
    table = _oxygen_coefficients()
    a, b, c, d = (np.interp(frequency_ghz, table[:, 0], column) for column in table[:, 1:].T)
    return np.asarray(a + b * temperature_k + c * pressure_hpa + d * vapour_density_g_m3)  # (31)


def vapour_height_km(frequency_ghz: FloatArray) -> FloatArray:
    """Return the equivalent height h_w [km] of water vapour."""
    lines = sum(a / ((frequency_ghz - line) ** 2 + b) for line, a, b in _VAPOUR_LINES)
    return np.asarray(_VAPOUR_SLOPE_KM_PER_GHZ * frequency_ghz + _VAPOUR_KM + lines)  # (37)


def zenith_gas_attenuation_p676(
    *,
    elevation_deg: ArrayLike,
    frequency_mhz: ArrayLike,
    pressure_hpa: ArrayLike = 1013.25,
    temperature_k: ArrayLike = 288.15,
    vapour_density_g_m3: ArrayLike = 7.5,
) -> float | FloatArray:
    """Return the attenuation [dB] by gases along a path to space by equivalent heights (P.676-13, Annex 2).

    Parameters
    ----------
    elevation_deg : elevation of the path [degrees], 5 to 90.
    frequency_mhz : frequency [MHz], 1000 to 350 000.
    pressure_hpa : pressure of the dry air at the surface [hPa], 300 to 1100.
    temperature_k : temperature at the surface [K], 200 to 340.
    vapour_density_g_m3 : density of water vapour at the surface [g/m3], 0 to 100.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("zenith_gas_attenuation_p676", LIMITS)
    elevation = arguments.number("elevation_deg", elevation_deg)
    frequency_ghz = 1e-3 * arguments.number("frequency_mhz", frequency_mhz)
    pressure = arguments.number("pressure_hpa", pressure_hpa)
    temperature = arguments.number("temperature_k", temperature_k)
    density = arguments.number("vapour_density_g_m3", vapour_density_g_m3)
    shape = arguments.finish()
    f, p, t, rho = (shape.each(values) for values in (frequency_ghz, pressure, temperature, density))
    oxygen, vapour = (
        np.array([gamma(*air) for air in zip(f, p, rho, t, strict=True)])
        for gamma in (oxygen_attenuation_db_km, vapour_attenuation_db_km)
    )
    whole_hpa = p + np.array([vapour_pressure_hpa(*air) for air in zip(rho, t, strict=True)])
    zenith_db = oxygen * oxygen_height_km(f, whole_hpa, t, rho) + vapour * vapour_height_km(f)
    return shape.result(zenith_db / np.sin(np.radians(shape.each(elevation))))  # (41)


ADDED_LOSS = AddedLoss(
    name="p676_zenith",
    title="Recommendation ITU-R P.676-13 (08/2022), Annex 2",
    loss=zenith_gas_attenuation_p676,
    limits=LIMITS,
    validity=VALIDITY,
)
