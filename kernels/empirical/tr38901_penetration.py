"""Penetration into buildings and cars: 3GPP TR 38.901 (V18.0.0), clause 7.4.3.

The mean loss, without the random part, whose spread is in `BUILDING_SIGMA_DB` and `CAR_SIGMA_DB`. It adds to the loss
of the path to the mobile, whose length takes in the part indoors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.added_losses import AddedLoss
from phusong.kernels.arguments import Arguments, FloatArray, Range

BUILDINGS = {"low-loss": 0, "high-loss": 1, "below 6 GHz": 2}
LOW_LOSS, HIGH_LOSS = BUILDINGS["low-loss"], BUILDINGS["high-loss"]
BELOW_6_GHZ = BUILDINGS["below 6 GHz"]
BUILDING_SIGMA_DB: Mapping[str, float] = {"low-loss": 4.4, "high-loss": 6.5, "below 6 GHz": 0.0}  # Tables 7.4.3-2, -3
BELOW_6_GHZ_SHADOW_SIGMA_DB = 7.0
"""Standard deviation of shadow fading [dB] that goes with "below 6 GHz", in place of the scenario's (Table 7.4.3-3)."""

WINDOWS = {"plain": 0, "metallised": 1}
CAR_SIGMA_DB = 5.0

BUILDING_LIMITS: Mapping[str, Range] = {
    "frequency_mhz": Range(500.0, 100_000.0, "MHz"),
    "indoor_distance_m": Range(0.0, 1_000.0, "m"),
}
BUILDING_VALIDITY: Mapping[str, Range] = {
    "frequency_mhz": BUILDING_LIMITS["frequency_mhz"],
    "indoor_distance_m": Range(0.0, 25.0, "m"),
}
CAR_LIMITS: Mapping[str, Range] = {"frequency_mhz": Range(600.0, 60_000.0, "MHz")}


@scalar
def wall_loss_db(building: int, frequency_ghz: float) -> float:
    """Return PL_tw, the loss [dB] through the outer wall of a building of a code of `BUILDINGS`."""
    if building == BELOW_6_GHZ:
        return 20.0  # Table 7.4.3-3
    concrete_db = 5.0 + 4.0 * frequency_ghz  # Table 7.4.3-1
    if building == LOW_LOSS:
        pane_db, pane_share = 2.0 + 0.2 * frequency_ghz, 0.3
    else:
        pane_db, pane_share = 23.0 + 0.3 * frequency_ghz, 0.7  # coated against infra-red
    through = pane_share * math.pow(10.0, -0.1 * pane_db) + (1.0 - pane_share) * math.pow(10.0, -0.1 * concrete_db)
    return 5.0 - 10.0 * math.log10(through)  # Table 7.4.3-2, (7.4-3)


@scalar
def building_losses(frequency_ghz: FloatArray, indoor_distance_m: FloatArray, building: NDArray[np.int8]) -> FloatArray:
    """Return PL_tw + PL_in [dB] of each path, all (paths,); buildings are codes of `BUILDINGS`."""
    loss_db = np.empty(frequency_ghz.size)
    for i in range(frequency_ghz.size):
        loss_db[i] = wall_loss_db(building[i], frequency_ghz[i]) + 0.5 * indoor_distance_m[i]  # (7.4-2)
    return loss_db


def building_loss_tr38901(
    *, frequency_mhz: ArrayLike, building: ArrayLike, indoor_distance_m: ArrayLike = 0.0
) -> float | FloatArray:
    """Return the mean loss [dB] from outdoors into a building (TR 38.901, clause 7.4.3.1).

    Parameters
    ----------
    frequency_mhz : frequency [MHz], 500 to 100 000; at most 6000 for the building "below 6 GHz".
    building : "low-loss" (plain glass and concrete), "high-loss" (coated glass and concrete), or "below 6 GHz": 20 dB
        whatever the wall, as TR 36.873 had it.
    indoor_distance_m : way inside the building, on the map, d_2D-in [m], 0 to 1000; the report draws it from 0 to 25
        (RMa 0 to 10).

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("building_loss_tr38901", BUILDING_LIMITS)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    inside = arguments.number("indoor_distance_m", indoor_distance_m)
    kind = arguments.choice("building", building, BUILDINGS)
    shape = arguments.finish()
    frequency, kind = shape.each(frequency), shape.each(kind)
    if np.any((kind == BELOW_6_GHZ) & (frequency > 6_000.0)):
        arguments.complain("frequency_mhz", 'above 6000 MHz for the building "below 6 GHz"', "Choose another building")
        arguments.finish()
    return shape.result(building_losses(1e-3 * frequency, shape.each(inside), kind))


def car_loss_tr38901(*, frequency_mhz: ArrayLike, windows: ArrayLike = "plain") -> float | FloatArray:
    """Return the mean loss [dB] into a car (TR 38.901, clause 7.4.3.2): 9 dB, or 20 dB behind metallised windows.

    Parameters
    ----------
    frequency_mhz : frequency [MHz], 600 to 60 000; the loss does not depend on it.
    windows : "plain" or "metallised".

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("car_loss_tr38901", CAR_LIMITS)
    arguments.number("frequency_mhz", frequency_mhz)
    kind = arguments.choice("windows", windows, WINDOWS)
    shape = arguments.finish()
    return shape.result(np.where(shape.each(kind) == WINDOWS["plain"], 9.0, 20.0))  # (7.4-4)


BUILDING = AddedLoss(
    name="tr38901_building",
    title="3GPP TR 38.901 V18.0.0, building penetration",
    loss=building_loss_tr38901,
    limits=BUILDING_LIMITS,
    validity=BUILDING_VALIDITY,
)

CAR = AddedLoss(
    name="tr38901_car",
    title="3GPP TR 38.901 V18.0.0, car penetration",
    loss=car_loss_tr38901,
    limits=CAR_LIMITS,
    validity=CAR_LIMITS,
)
