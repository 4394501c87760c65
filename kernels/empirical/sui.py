"""SUI: the suburban path loss of Erceg et al. with the IEEE 802.16 corrections for frequency and receiver height.

V. Erceg et al., "Channel models for fixed wireless applications", IEEE 802.16.3c-01/29r4 (2001), section "Suburban path
loss"; V. Erceg et al., "An empirically based path loss model for wireless channels in suburban environments", IEEE
JSAC 17(7), 1999: 95 macrocells of the United States at 1.9 GHz. This is the median, without the shadowing s.
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

TERRAIN_A, TERRAIN_B, TERRAIN_C = range(3)
TERRAIN_TYPES = {"A": TERRAIN_A, "B": TERRAIN_B, "C": TERRAIN_C}
REFERENCE_M = 100.0  # d_0
LIGHT_SPEED_M_PER_S = 299_792_458.0

LIMITS: Mapping[str, Range] = {
    "distance_m": Range(1.0, 3e6, "m"),
    "frequency_mhz": Range(1_900.0, 11_000.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(100.0, 8e3, "m"),
    "frequency_mhz": Range(1_900.0, 11_000.0, "MHz"),
    "tx_height_m": Range(10.0, 80.0, "m above ground"),
    "rx_height_m": Range(2.0, 10.0, "m above ground"),
}


@scalar
def path_loss_exponent(mast_m: float, terrain_type: int) -> float:
    """Return gamma = a - b h + c / h of a base antenna h [m] above ground."""
    if terrain_type == TERRAIN_A:
        return 4.6 - 0.0075 * mast_m + 12.6 / mast_m
    if terrain_type == TERRAIN_B:
        return 4.0 - 0.0065 * mast_m + 17.1 / mast_m
    return 3.6 - 0.0050 * mast_m + 20.0 / mast_m


@scalar
def sui_loss(distance_m: float, frequency_mhz: float, mast_m: float, receiver_m: float, terrain_type: int) -> float:
    """Return the median loss [dB] over terrain of a type (TERRAIN_A, TERRAIN_B, TERRAIN_C); at least free space.

    distance_m: along the ground [m, > 0]; mast_m, receiver_m: heights above ground [m].
    """
    reference_db = 20.0 * math.log10(4.0 * math.pi * REFERENCE_M * frequency_mhz * 1e6 / LIGHT_SPEED_M_PER_S)  # A
    distance_db = 10.0 * path_loss_exponent(mast_m, terrain_type) * math.log10(distance_m / REFERENCE_M)
    frequency_db = 6.0 * math.log10(frequency_mhz / 2000.0)  # Delta PL_f
    height_slope_db = 20.0 if terrain_type == TERRAIN_C else 10.8
    height_db = -height_slope_db * math.log10(receiver_m / 2.0)  # Delta PL_h
    return at_least_free_space(reference_db + distance_db + frequency_db + height_db, distance_m, frequency_mhz)


@scalar
def sui_losses(
    distance_m: FloatArray,
    frequency_mhz: FloatArray,
    mast_m: FloatArray,
    receiver_m: FloatArray,
    terrain_type: NDArray[np.int8],
) -> FloatArray:
    """Return `sui_loss` of many paths, (paths,) each."""
    loss_db = np.empty_like(distance_m)
    for i in range(distance_m.size):
        loss_db[i] = sui_loss(distance_m[i], frequency_mhz[i], mast_m[i], receiver_m[i], terrain_type[i])
    return loss_db


def path_loss(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    terrain_type: ArrayLike = "B",
) -> float | FloatArray:
    """Return the median basic transmission loss [dB] of the SUI (Erceg) model.

    Every argument is a number or word, or an array (paths,). Where the formula gives less than free space
    (Recommendation ITU-R P.525 over distance_m), as nearer than 100 m, the result is free space.

    Parameters
    ----------
    distance_m : length of the path along the ground [m], 1 m to 3000 km; measured from 100 m to 8 km.
    frequency_mhz : frequency [MHz], 1900 to 11000.
    tx_height_m : height of the base antenna [m above ground], 1 to 3000; measured from 10 to 80.
    rx_height_m : height of the receiver [m above ground], 1 to 3000; meant for 2 to 10.
    terrain_type : "A" (hilly, moderate to dense trees), "B" (hilly with few trees, or flat with many) or "C" (mostly
        flat, few trees).

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss sui", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    terrain = arguments.choice("terrain_type", terrain_type, TERRAIN_TYPES)
    shape = arguments.finish()
    losses_db = sui_losses(
        shape.each(distance), shape.each(frequency), shape.each(tx_height), shape.each(rx_height), shape.each(terrain)
    )
    return shape.result(losses_db)


MODEL = Model(
    name="sui",
    title="SUI / Erceg (IEEE 802.16.3c-01/29r4)",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=False,
)
