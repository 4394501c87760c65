"""3GPP TR 38.901 (V18.0.0), scenario RMa: rural, masts above the roofs."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.empirical.tr38901 import (
    DISTANCES,
    LIGHT_M_S,
    LINE_OF_SIGHT,
    MAST_HEIGHTS,
    loss_by_state,
    slant_distance_m,
)
from phusong.kernels.models import Model

LIMITS: Mapping[str, Range] = {
    "distance_m": DISTANCES,
    "frequency_mhz": Range(500.0, 30_000.0, "MHz"),  # note 2
    "tx_height_m": MAST_HEIGHTS,
    "rx_height_m": Range(1.0, 100.0, "m above ground"),
    "building_height_m": Range(5.0, 50.0, "m"),
    "street_width_m": Range(5.0, 50.0, "m"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(10.0, 5_000.0, "m"),  # with line of sight, 10 km
    "frequency_mhz": Range(500.0, 30_000.0, "MHz"),
    "tx_height_m": Range(10.0, 150.0, "m above ground"),
    "rx_height_m": Range(1.0, 10.0, "m above ground"),
    "building_height_m": Range(5.0, 50.0, "m"),
    "street_width_m": Range(5.0, 50.0, "m"),
}

SHADOW_SIGMA_DB: Mapping[str, float] = {"los": 4.0, "los beyond the breakpoint": 6.0, "nlos": 8.0}
"""Standard deviation of shadow fading [dB] with and without line of sight (Table 7.4.1-1)."""


@scalar
def breakpoint_m(tx_height_m: float, rx_height_m: float, frequency_ghz: float) -> float:
    """Return d_BP [m], where the ground reflection begins to weaken the line of sight."""
    return 2.0 * math.pi * tx_height_m * rx_height_m * frequency_ghz * 1e9 / LIGHT_M_S  # note 5


@scalar
def near_loss_db(slant_m: float, building_height_m: float, frequency_ghz: float) -> float:
    """Return PL_1, the loss [dB] with line of sight before the breakpoint, over a distance in space [m]."""
    power = math.pow(building_height_m, 1.72)
    return (
        20.0 * math.log10(40.0 * math.pi * slant_m * frequency_ghz / 3.0)
        + min(0.03 * power, 10.0) * math.log10(slant_m)
        - min(0.044 * power, 14.77)
        + 0.002 * math.log10(building_height_m) * slant_m
    )  # PL_1


@scalar
def los_loss_db(
    distance_m: float, tx_height_m: float, rx_height_m: float, building_height_m: float, frequency_ghz: float
) -> float:
    """Return the loss [dB] with line of sight over a distance on the map [m]."""
    slant_m = slant_distance_m(distance_m, tx_height_m, rx_height_m)
    turn_m = breakpoint_m(tx_height_m, rx_height_m, frequency_ghz)
    if distance_m <= turn_m:
        return near_loss_db(slant_m, building_height_m, frequency_ghz)
    return near_loss_db(turn_m, building_height_m, frequency_ghz) + 40.0 * math.log10(slant_m / turn_m)  # PL_2


@scalar
def nlos_loss_db(
    distance_m: float,
    tx_height_m: float,
    rx_height_m: float,
    building_height_m: float,
    street_width_m: float,
    frequency_ghz: float,
) -> float:
    """Return the loss [dB] without line of sight over a distance on the map [m]; never less than with it."""
    slant_m = slant_distance_m(distance_m, tx_height_m, rx_height_m)
    log_mast = math.log10(tx_height_m)
    shadowed_db = (
        161.04
        - 7.1 * math.log10(street_width_m)
        + 7.5 * math.log10(building_height_m)
        - (24.37 - 3.7 * (building_height_m / tx_height_m) ** 2) * log_mast
        + (43.42 - 3.1 * log_mast) * (math.log10(slant_m) - 3.0)
        + 20.0 * math.log10(frequency_ghz)
        - (3.2 * math.log10(11.75 * rx_height_m) ** 2 - 4.97)
    )  # PL'
    return max(shadowed_db, los_loss_db(distance_m, tx_height_m, rx_height_m, building_height_m, frequency_ghz))


@scalar
def los_probability(distance_m: float) -> float:
    """Return how probable line of sight is over a distance on the map [m] (Table 7.4.2-1)."""
    return math.exp(-max(distance_m - 10.0, 0.0) / 1000.0)


@scalar
def transmission_losses(
    distance_m: FloatArray,
    frequency_ghz: FloatArray,
    tx_height_m: FloatArray,
    rx_height_m: FloatArray,
    building_height_m: FloatArray,
    street_width_m: FloatArray,
    state: NDArray[np.int8],
) -> FloatArray:
    """Return the loss [dB] of each path, all (paths,); states are codes of `LINE_OF_SIGHT`."""
    loss_db = np.empty(distance_m.size)
    for i in range(distance_m.size):
        d, f, h_bs, h_ut, h = distance_m[i], frequency_ghz[i], tx_height_m[i], rx_height_m[i], building_height_m[i]
        loss_db[i] = loss_by_state(
            state[i],
            los_loss_db(d, h_bs, h_ut, h, f),
            nlos_loss_db(d, h_bs, h_ut, h, street_width_m[i], f),
            los_probability(d),
        )
    return loss_db


def path_loss(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    building_height_m: ArrayLike = 5.0,
    street_width_m: ArrayLike = 20.0,
    line_of_sight: ArrayLike = "expected",
) -> float | FloatArray:
    """Return the basic transmission loss [dB] of TR 38.901, scenario RMa (rural macro cell).

    Everything is a number or an array (paths,), and one value serves all paths. It is the mean over shadow fading,
    whose spread is in `SHADOW_SIGMA_DB`. Below 10 m and beyond 5 km (10 km with line of
    sight) the formulas are used as they stand.

    Parameters
    ----------
    distance_m : distance on the map, d_2D [m], 1 to 100 000.
    frequency_mhz : frequency [MHz], 500 to 30 000.
    tx_height_m : height of the base station above ground, h_BS [m], 1.5 to 500.
    rx_height_m : height of the mobile above ground, h_UT [m], 1 to 100.
    line_of_sight : "los", "nlos", or "expected": the mean of the two losses in dB, weighted by the probability of line
        of sight.
    building_height_m : mean height of the buildings, h [m], 5 to 50.
    street_width_m : mean width of the streets, W [m], 5 to 50.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss tr38901_rma", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    building_height = arguments.number("building_height_m", building_height_m)
    street_width = arguments.number("street_width_m", street_width_m)
    state = arguments.choice("line_of_sight", line_of_sight, LINE_OF_SIGHT)
    shape = arguments.finish()
    losses_db = transmission_losses(
        shape.each(distance),
        shape.each(1e-3 * frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(building_height),
        shape.each(street_width),
        shape.each(state),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="tr38901_rma",
    title="3GPP TR 38.901 V18.0.0, RMa",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=False,
)
