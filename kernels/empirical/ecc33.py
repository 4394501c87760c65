"""ECC-33: Okumura's curves carried on to fixed wireless access at 3.5 GHz.

CEPT ECC Report 33, "The analysis of the coexistence of FWA cells in the 3.4 - 3.8 GHz band" (2003), appendix; written
out in V. S. Abhayawardhana et al., "Comparison of empirical propagation path loss models for fixed wireless access
systems", IEEE VTC 2005 Spring. Subscriber antennas stand at roof height.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.empirical.free_space import at_least_free_space
from phusong.kernels.itu.p525 import free_space_loss
from phusong.kernels.models import Model

URBAN, LARGE_CITY = range(2)
ENVIRONMENTS = {"urban": URBAN, "large_city": LARGE_CITY}

LIMITS: Mapping[str, Range] = {
    "distance_m": Range(1.0, 3e6, "m"),
    "frequency_mhz": Range(700.0, 3_500.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(1e3, 10e3, "m"),
    "frequency_mhz": Range(700.0, 3_500.0, "MHz"),
    "tx_height_m": Range(20.0, 200.0, "m above ground"),
    "rx_height_m": Range(5.0, 10.0, "m above ground"),
}


@scalar
def ecc33_loss(distance_m: float, frequency_mhz: float, mast_m: float, subscriber_m: float, environment: int) -> float:
    """Return the median loss [dB] in an environment (URBAN, LARGE_CITY); at least free space.

    distance_m: along the ground [m, > 0]; mast_m, subscriber_m: heights above ground [m].
    """
    log_d = math.log10(1e-3 * distance_m)  # of km
    log_f = math.log10(1e-3 * frequency_mhz)  # of GHz
    free_space_db = free_space_loss(1e-3 * distance_m, 1e-3 * frequency_mhz)  # A_fs
    basic_median_db = 20.41 + 9.83 * log_d + 7.894 * log_f + 9.56 * log_f**2  # A_bm
    mast_gain_db = math.log10(mast_m / 200.0) * (13.958 + 5.8 * log_d**2)  # G_b
    if environment == LARGE_CITY:
        subscriber_gain_db = 0.759 * subscriber_m - 1.862  # G_r
    else:
        subscriber_gain_db = (42.57 + 13.7 * log_f) * (math.log10(subscriber_m) - 0.585)  # G_r
    loss_db = free_space_db + basic_median_db - mast_gain_db - subscriber_gain_db
    return at_least_free_space(loss_db, distance_m, frequency_mhz)


@scalar
def ecc33_losses(
    distance_m: FloatArray,
    frequency_mhz: FloatArray,
    mast_m: FloatArray,
    subscriber_m: FloatArray,
    environment: NDArray[np.int8],
) -> FloatArray:
    """Return `ecc33_loss` of many paths, (paths,) each."""
    loss_db = np.empty_like(distance_m)
    for i in range(distance_m.size):
        loss_db[i] = ecc33_loss(distance_m[i], frequency_mhz[i], mast_m[i], subscriber_m[i], environment[i])
    return loss_db


def path_loss(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    environment: ArrayLike = "urban",
) -> float | FloatArray:
    """Return the median basic transmission loss [dB] of the ECC-33 model.

    Every argument is a number or word, or an array (paths,). Where the formula gives less than free space
    (Recommendation ITU-R P.525 over distance_m), the result is free space. The formula is quadratic in the logarithm of
    the distance: close to a low mast the loss rises again towards it, nearer than 11 m to a mast of 10 m or 1 m to one
    of 30 m.

    Parameters
    ----------
    distance_m : length of the path along the ground [m], 1 m to 3000 km; meant for 1 to 10 km.
    frequency_mhz : frequency [MHz], 700 to 3500.
    tx_height_m : height of the mast [m above ground], 1 to 3000; meant for 20 to 200.
    rx_height_m : height of the subscriber's antenna [m above ground], 1 to 3000; meant for 5 to 10, at the roof. Lower
        down the loss of the medium city rises steeply: by 22 dB from 5 m to 1.5 m at 1 GHz.
    environment : "urban" (a medium city, as in Europe) or "large_city" (tall buildings).

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss ecc33", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    surroundings = arguments.choice("environment", environment, ENVIRONMENTS)
    shape = arguments.finish()
    losses_db = ecc33_losses(
        shape.each(distance),
        shape.each(frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(surroundings),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="ecc33",
    title="ECC-33 (CEPT ECC Report 33, 2003)",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=False,
)
