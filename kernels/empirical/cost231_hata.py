"""COST 231-Hata: Hata's formula for cities taken on from 1500 to 2000 MHz.

COST Action 231, "Digital mobile radio towards future generation systems", final report EUR 18957 (1999), chapter 4,
section 4.4.1. For base antennas above the roofs around them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.empirical.free_space import at_least_free_space
from phusong.kernels.empirical.hata import distance_and_mast_loss, mobile_height_gain
from phusong.kernels.models import Model

URBAN, METROPOLITAN = range(2)
ENVIRONMENTS = {"urban": URBAN, "metropolitan": METROPOLITAN}
METROPOLITAN_DB = 3.0  # C_m

LIMITS: Mapping[str, Range] = {
    "distance_m": Range(1.0, 3e6, "m"),
    "frequency_mhz": Range(1_500.0, 2_000.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(1e3, 20e3, "m"),
    "frequency_mhz": Range(1_500.0, 2_000.0, "MHz"),
    "tx_height_m": Range(30.0, 200.0, "m above ground"),
    "rx_height_m": Range(1.0, 10.0, "m above ground"),
}


@scalar
def cost231_hata_loss(
    distance_m: float, frequency_mhz: float, mast_m: float, mobile_m: float, environment: int
) -> float:
    """Return the median loss [dB] in an environment (URBAN, METROPOLITAN); at least free space.

    distance_m: along the ground [m, > 0]; mast_m, mobile_m: heights above ground [m].
    """
    loss_db = (
        46.3
        + 33.9 * math.log10(frequency_mhz)
        - mobile_height_gain(frequency_mhz, mobile_m)
        + distance_and_mast_loss(1e-3 * distance_m, mast_m)
    )
    if environment == METROPOLITAN:
        loss_db += METROPOLITAN_DB
    return at_least_free_space(loss_db, distance_m, frequency_mhz)


@scalar
def cost231_hata_losses(
    distance_m: FloatArray,
    frequency_mhz: FloatArray,
    mast_m: FloatArray,
    mobile_m: FloatArray,
    environment: NDArray[np.int8],
) -> FloatArray:
    """Return `cost231_hata_loss` of many paths, (paths,) each."""
    loss_db = np.empty_like(distance_m)
    for i in range(distance_m.size):
        loss_db[i] = cost231_hata_loss(distance_m[i], frequency_mhz[i], mast_m[i], mobile_m[i], environment[i])
    return loss_db


def path_loss(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    environment: ArrayLike = "urban",
) -> float | FloatArray:
    """Return the median basic transmission loss [dB] of the COST 231-Hata model.

    Every argument is a number or word, or an array (paths,). Where the formula gives less than free space
    (Recommendation ITU-R P.525 over distance_m), as near the mast, the result is free space.

    Parameters
    ----------
    distance_m : length of the path along the ground [m], 1 m to 3000 km; meant for 1 to 20 km.
    frequency_mhz : frequency [MHz], 1500 to 2000.
    tx_height_m : height of the mast [m above ground], 1 to 3000; meant for 30 to 200, above the roofs.
    rx_height_m : height of the mobile [m above ground], 1 to 3000; meant for 1 to 10.
    environment : "urban" (a medium city, or the centre of a suburb with some trees) or "metropolitan" (the centre of a
        metropolis, 3 dB more).

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss cost231_hata", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    surroundings = arguments.choice("environment", environment, ENVIRONMENTS)
    shape = arguments.finish()
    losses_db = cost231_hata_losses(
        shape.each(distance),
        shape.each(frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(surroundings),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="cost231_hata",
    title="COST 231-Hata (COST 231 final report, 1999)",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=False,
)
