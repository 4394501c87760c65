"""Okumura-Hata: the median loss in and round cities, 150 to 1500 MHz.

M. Hata, "Empirical formula for propagation loss in land mobile radio services", IEEE Transactions on Vehicular
Technology VT-29(3), August 1980, pages 317 to 325: formulas for the curves that Okumura measured round Tokyo (1968) and
that CCIR Report 567 and Recommendation 370 took over. Between isotropic antennas, over ground that is nearly flat.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.empirical.free_space import at_least_free_space
from phusong.kernels.models import Model

URBAN, LARGE_CITY, SUBURBAN, OPEN = range(4)
ENVIRONMENTS = {"urban": URBAN, "large_city": LARGE_CITY, "suburban": SUBURBAN, "open": OPEN}
LARGE_CITY_SPLIT_MHZ = 300.0  # Hata's two formulas end at 200 MHz and begin at 400; textbooks meet in the middle

LIMITS: Mapping[str, Range] = {
    "distance_m": Range(1.0, 3e6, "m"),
    "frequency_mhz": Range(150.0, 1_500.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(1e3, 20e3, "m"),
    "frequency_mhz": Range(150.0, 1_500.0, "MHz"),
    "tx_height_m": Range(30.0, 200.0, "m above ground"),
    "rx_height_m": Range(1.0, 10.0, "m above ground"),
}


@scalar
def mobile_height_gain(frequency_mhz: float, mobile_m: float) -> float:
    """Return a(hm) [dB] of a medium or small city: 0 near 1.5 m. It serves suburbs and open land too."""
    log_f = math.log10(frequency_mhz)
    return (1.1 * log_f - 0.7) * mobile_m - (1.56 * log_f - 0.8)


@scalar
def large_city_height_gain(frequency_mhz: float, mobile_m: float) -> float:
    """Return a(hm) [dB] of a large city, whose buildings are higher than 15 m on average."""
    if frequency_mhz < LARGE_CITY_SPLIT_MHZ:
        return 8.29 * math.log10(1.54 * mobile_m) ** 2 - 1.1
    return 3.2 * math.log10(11.75 * mobile_m) ** 2 - 4.97


@scalar
def distance_and_mast_loss(distance_km: float, mast_m: float) -> float:
    """Return the part of the loss [dB] that depends on distance and mast height; it is 0 at 1 km from a mast of 1 m."""
    log_h = math.log10(mast_m)
    return -13.82 * log_h + (44.9 - 6.55 * log_h) * math.log10(distance_km)


@scalar
def suburban_relief(frequency_mhz: float) -> float:
    """Return by how much [dB] the loss in suburbs is less than in a city."""
    return 2.0 * math.log10(frequency_mhz / 28.0) ** 2 + 5.4


@scalar
def open_area_relief(frequency_mhz: float) -> float:
    """Return by how much [dB] the loss over open land is less than in a city."""
    log_f = math.log10(frequency_mhz)
    return 4.78 * log_f**2 - 18.33 * log_f + 40.94


@scalar
def hata_loss(distance_m: float, frequency_mhz: float, mast_m: float, mobile_m: float, environment: int) -> float:
    """Return the median loss [dB] in an environment (URBAN, LARGE_CITY, SUBURBAN, OPEN); at least free space.

    distance_m: along the ground [m, > 0]; mast_m, mobile_m: heights above ground [m].
    """
    gain_db = mobile_height_gain(frequency_mhz, mobile_m)
    if environment == LARGE_CITY:
        gain_db = large_city_height_gain(frequency_mhz, mobile_m)
    loss_db = 69.55 + 26.16 * math.log10(frequency_mhz) - gain_db + distance_and_mast_loss(1e-3 * distance_m, mast_m)
    if environment == SUBURBAN:
        loss_db -= suburban_relief(frequency_mhz)
    if environment == OPEN:
        loss_db -= open_area_relief(frequency_mhz)
    return at_least_free_space(loss_db, distance_m, frequency_mhz)


@scalar
def hata_losses(
    distance_m: FloatArray,
    frequency_mhz: FloatArray,
    mast_m: FloatArray,
    mobile_m: FloatArray,
    environment: NDArray[np.int8],
) -> FloatArray:
    """Return `hata_loss` of many paths, (paths,) each."""
    loss_db = np.empty_like(distance_m)
    for i in range(distance_m.size):
        loss_db[i] = hata_loss(distance_m[i], frequency_mhz[i], mast_m[i], mobile_m[i], environment[i])
    return loss_db


def path_loss(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    environment: ArrayLike = "urban",
) -> float | FloatArray:
    """Return the median basic transmission loss [dB] of Okumura and Hata.

    Every argument is a number or word, or an array (paths,). Where the formula gives less than free space
    (Recommendation ITU-R P.525 over distance_m), as near the mast, the result is free space.

    Parameters
    ----------
    distance_m : length of the path along the ground [m], 1 m to 3000 km; measured from 1 to 20 km.
    frequency_mhz : frequency [MHz], 150 to 1500.
    tx_height_m : height of the mast [m above ground], 1 to 3000; measured from 30 to 200.
    rx_height_m : height of the mobile [m above ground], 1 to 3000; measured from 1 to 10.
    environment : "urban" (medium or small city), "large_city" (buildings higher than 15 m on average), "suburban" or
        "open".

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss hata", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    surroundings = arguments.choice("environment", environment, ENVIRONMENTS)
    shape = arguments.finish()
    losses_db = hata_losses(
        shape.each(distance),
        shape.each(frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(surroundings),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="hata",
    title="Okumura-Hata (Hata 1980)",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=False,
)
