"""3GPP TR 38.901 (V18.0.0), scenario UMa: urban, masts above the roofs."""

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
    MACRO_VALIDITY,
    MAST_HEIGHTS,
    MOBILE_HEIGHTS,
    loss_by_state,
    slant_distance_m,
    urban_breakpoint_m,
)
from phusong.kernels.models import Model

LIMITS: Mapping[str, Range] = {
    "distance_m": DISTANCES,
    "frequency_mhz": FREQUENCIES,
    "tx_height_m": MAST_HEIGHTS,
    "rx_height_m": MOBILE_HEIGHTS,
}

VALIDITY: Mapping[str, Range] = {**MACRO_VALIDITY, "tx_height_m": Range(25.0, 25.0, "m above ground")}

SHADOW_SIGMA_DB: Mapping[str, float] = {"los": 4.0, "nlos": 6.0}
"""Standard deviation of shadow fading [dB] with and without line of sight (Table 7.4.1-1)."""


@scalar
def los_loss_db(distance_m: float, tx_height_m: float, rx_height_m: float, frequency_ghz: float) -> float:
    """Return the loss [dB] with line of sight over a distance on the map [m]."""
    slant_m = slant_distance_m(distance_m, tx_height_m, rx_height_m)
    breakpoint_m = urban_breakpoint_m(tx_height_m, rx_height_m, frequency_ghz)
    frequency_db = 20.0 * math.log10(frequency_ghz)
    if distance_m <= breakpoint_m:
        return 28.0 + 22.0 * math.log10(slant_m) + frequency_db  # PL_1
    squared_m2 = breakpoint_m**2 + (tx_height_m - rx_height_m) ** 2
    return 28.0 + 40.0 * math.log10(slant_m) + frequency_db - 9.0 * math.log10(squared_m2)  # PL_2


@scalar
def nlos_loss_db(distance_m: float, tx_height_m: float, rx_height_m: float, frequency_ghz: float) -> float:
    """Return the loss [dB] without line of sight over a distance on the map [m]; never less than with it."""
    slant_m = slant_distance_m(distance_m, tx_height_m, rx_height_m)
    shadowed_db = (
        13.54 + 39.08 * math.log10(slant_m) + 20.0 * math.log10(frequency_ghz) - 0.6 * (rx_height_m - 1.5)
    )  # PL'
    return max(shadowed_db, los_loss_db(distance_m, tx_height_m, rx_height_m, frequency_ghz))


@scalar
def los_probability(distance_m: float, rx_height_m: float) -> float:
    """Return how probable line of sight is over a distance on the map [m] (Table 7.4.2-1).

    The table ends at a mobile 23 m high; above, the value of 23 m is kept. Just beyond 18 m its formula exceeds 1 for
    high mobiles; the probability does not.
    """
    if distance_m <= 18.0:
        return 1.0
    near = 18.0 / distance_m
    at_street = near + math.exp(-distance_m / 63.0) * (1.0 - near)
    height = math.pow(max(min(rx_height_m, 23.0) - 13.0, 0.0) / 10.0, 1.5)  # C'
    return min(at_street * (1.0 + height * 1.25 * (distance_m / 100.0) ** 3 * math.exp(-distance_m / 150.0)), 1.0)


@scalar
def transmission_losses(
    distance_m: FloatArray,
    frequency_ghz: FloatArray,
    tx_height_m: FloatArray,
    rx_height_m: FloatArray,
    state: NDArray[np.int8],
) -> FloatArray:
    """Return the loss [dB] of each path, all (paths,); states are codes of `LINE_OF_SIGHT`."""
    loss_db = np.empty(distance_m.size)
    for i in range(distance_m.size):
        d, f, h_bs, h_ut = distance_m[i], frequency_ghz[i], tx_height_m[i], rx_height_m[i]
        loss_db[i] = loss_by_state(
            state[i], los_loss_db(d, h_bs, h_ut, f), nlos_loss_db(d, h_bs, h_ut, f), los_probability(d, h_ut)
        )
    return loss_db


def path_loss(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    line_of_sight: ArrayLike = "expected",
) -> float | FloatArray:
    """Return the basic transmission loss [dB] of TR 38.901, scenario UMa (urban macro cell).

    Everything is a number or an array (paths,), and one value serves all paths. It is the mean over shadow fading,
    whose spread is in `SHADOW_SIGMA_DB`. Below 10 m and beyond 5 km the formulas are used as they stand.

    Parameters
    ----------
    distance_m : distance on the map, d_2D [m], 1 to 100 000.
    frequency_mhz : frequency [MHz], 500 to 100 000.
    tx_height_m : height of the base station above ground, h_BS [m], 1.5 to 500.
    rx_height_m : height of the mobile above ground, h_UT [m], 1.5 to 100.
    line_of_sight : "los", "nlos", or "expected": the mean of the two losses in dB, weighted by the probability of line
        of sight.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss tr38901_uma", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    state = arguments.choice("line_of_sight", line_of_sight, LINE_OF_SIGHT)
    shape = arguments.finish()
    losses_db = transmission_losses(
        shape.each(distance),
        shape.each(1e-3 * frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(state),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="tr38901_uma",
    title="3GPP TR 38.901 V18.0.0, UMa",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=False,
)
