"""3GPP TR 38.901 (V18.0.0), scenario InH office: base station and mobile in one storey."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.empirical.tr38901 import (
    DISTANCES,
    FREQUENCIES,
    LINE_OF_SIGHT,
    loss_by_state,
    slant_distance_m,
)
from phusong.kernels.models import Model

OFFICES = {"mixed": 0, "open": 1}
MIXED = OFFICES["mixed"]

LIMITS: Mapping[str, Range] = {
    "distance_m": DISTANCES,
    "frequency_mhz": FREQUENCIES,
    "tx_height_m": Range(0.5, 100.0, "m above the floor"),
    "rx_height_m": Range(0.5, 100.0, "m above the floor"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(1.0, 150.0, "m"),  # the table says so of d_3D
    "frequency_mhz": FREQUENCIES,
}

SHADOW_SIGMA_DB: Mapping[str, float] = {"los": 3.0, "nlos": 8.03}
"""Standard deviation of shadow fading [dB] with and without line of sight (Table 7.4.1-1)."""


@scalar
def los_loss_db(slant_m: float, frequency_ghz: float) -> float:
    """Return the loss [dB] with line of sight over a distance in space [m]."""
    return 32.4 + 17.3 * math.log10(slant_m) + 20.0 * math.log10(frequency_ghz)


@scalar
def nlos_loss_db(slant_m: float, frequency_ghz: float) -> float:
    """Return the loss [dB] without line of sight over a distance in space [m]; never less than with it."""
    shadowed_db = 17.3 + 38.3 * math.log10(slant_m) + 24.9 * math.log10(frequency_ghz)  # PL'
    return max(shadowed_db, los_loss_db(slant_m, frequency_ghz))


@scalar
def los_probability(distance_m: float, office: int) -> float:
    """Return how probable line of sight is over a distance on the floor [m], in an office of a code of `OFFICES`."""
    if office == MIXED:
        if distance_m < 6.5:
            return math.exp(-max(distance_m - 1.2, 0.0) / 4.7)
        return 0.32 * math.exp(-(distance_m - 6.5) / 32.6)
    if distance_m <= 49.0:
        return math.exp(-max(distance_m - 5.0, 0.0) / 70.8)
    return 0.54 * math.exp(-(distance_m - 49.0) / 211.7)


@scalar
def transmission_losses(
    distance_m: FloatArray,
    frequency_ghz: FloatArray,
    tx_height_m: FloatArray,
    rx_height_m: FloatArray,
    state: NDArray[np.int8],
    office: NDArray[np.int8],
) -> FloatArray:
    """Return the loss [dB] of each path, all (paths,); states and offices are codes."""
    loss_db = np.empty(distance_m.size)
    for i in range(distance_m.size):
        slant_m = slant_distance_m(distance_m[i], tx_height_m[i], rx_height_m[i])
        loss_db[i] = loss_by_state(
            state[i],
            los_loss_db(slant_m, frequency_ghz[i]),
            nlos_loss_db(slant_m, frequency_ghz[i]),
            los_probability(distance_m[i], office[i]),
        )
    return loss_db


def path_loss(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    line_of_sight: ArrayLike = "expected",
    office: ArrayLike = "mixed",
) -> float | FloatArray:
    """Return the basic transmission loss [dB] of TR 38.901, scenario InH office.

    Everything is a number or an array (paths,), and one value serves all paths. It is the mean over shadow fading,
    whose spread is in `SHADOW_SIGMA_DB`. Beyond 150 m the formulas are used as they stand.

    Parameters
    ----------
    distance_m : distance on the map, d_2D [m], 1 to 100 000.
    frequency_mhz : frequency [MHz], 500 to 100 000.
    tx_height_m : height of the base station above the floor, h_BS [m], 0.5 to 100.
    rx_height_m : height of the mobile above the floor, h_UT [m], 0.5 to 100.
    line_of_sight : "los", "nlos", or "expected": the mean of the two losses in dB, weighted by the probability of line
        of sight.
    office : "mixed" (rooms and corridors) or "open": decides how probable line of sight is.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss tr38901_inh", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    state = arguments.choice("line_of_sight", line_of_sight, LINE_OF_SIGHT)
    kind = arguments.choice("office", office, OFFICES)
    shape = arguments.finish()
    losses_db = transmission_losses(
        shape.each(distance),
        shape.each(1e-3 * frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(state),
        shape.each(kind),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="tr38901_inh",
    title="3GPP TR 38.901 V18.0.0, InH office",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=False,
)
