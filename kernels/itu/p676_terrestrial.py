"""Attenuation by gases along a terrestrial path: Recommendation ITU-R P.676-13 (08/2022), Annex 1, section 2.1.

Slant paths (2.2) are in `p676_slant`. Of Annex 2, which is quicker and less exact, nothing is here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from phusong.kernels._jit import scalar
from phusong.kernels.added_losses import AddedLoss
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.itu.p676 import specific_attenuation_db_km

LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, 3e6, "m"),
    "frequency_mhz": Range(1_000.0, 1_000_000.0, "MHz"),
    "pressure_hpa": Range(0.001, 1_100.0, "hPa"),
    "vapour_density_g_m3": Range(0.0, 100.0, "g/m3"),
    "temperature_k": Range(100.0, 350.0, "K"),
}
VALIDITY: Mapping[str, Range] = {
    "frequency_mhz": LIMITS["frequency_mhz"],
    "pressure_hpa": Range(0.001, 1_100.0, "hPa"),
}


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
    pressure_hpa : pressure of dry air, without the vapour's [hPa], 0.001 to 1100.
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


ADDED_LOSS = AddedLoss(
    name="p676_terrestrial",
    title="Recommendation ITU-R P.676-13 (08/2022), Annex 1, section 2.1",
    loss=gas_attenuation_p676,
    limits=LIMITS,
    validity=VALIDITY,
)
