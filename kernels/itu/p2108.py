"""Clutter loss at a terminal: Recommendation ITU-R P.2108-1 (09/2021), Annex 1, sections 3.1, 3.2 and 3.3."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from phusong.kernels._jit import scalar
from phusong.kernels.added_losses import AddedLoss
from phusong.kernels.arguments import Arguments, FloatArray, Range

CLUTTERS = {"water": 0, "open": 1, "suburban": 2, "urban": 3, "trees": 4, "dense urban": 5}
DEFAULT_HEIGHTS_M = np.array([10.0, 10.0, 10.0, 15.0, 15.0, 20.0])  # Table 3, by code
LAST_OPEN = CLUTTERS["open"]  # up to here clutter is nothing that diffracts

NEAREST_KM = 0.25  # section 3.2: one terminal in clutter; 1 km if both are
LEVEL_KM = 2.0  # section 3.2: the loss is never more than that of 2 km

TERMINAL_LIMITS: Mapping[str, Range] = {
    "frequency_mhz": Range(30.0, 3_000.0, "MHz"),
    "rx_height_m": Range(0.1, 3_000.0, "m above ground"),
    "clutter_height_m": Range(0.1, 1_000.0, "m above ground"),
    "street_width_m": Range(0.1, 1_000.0, "m"),
}
TERMINAL_VALIDITY: Mapping[str, Range] = TERMINAL_LIMITS

PERCENTAGES = Range(0.001, 99.999, "%")  # the Recommendation: above 0, below 100

TERRESTRIAL_LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, 3e6, "m"),
    "frequency_mhz": Range(500.0, 67_000.0, "MHz"),
    "location_percent": PERCENTAGES,
}
TERRESTRIAL_VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(1e3 * NEAREST_KM, 3e6, "m"),
    "frequency_mhz": TERRESTRIAL_LIMITS["frequency_mhz"],
    "location_percent": PERCENTAGES,
}

SLANT_LIMITS: Mapping[str, Range] = {
    "frequency_mhz": Range(10_000.0, 100_000.0, "MHz"),
    "elevation_deg": Range(0.0, 90.0, "degrees"),
    "location_percent": PERCENTAGES,
}


@scalar
def terminal_loss_db(frequency_ghz: float, antenna_m: float, clutter_m: float, street_m: float, clutter: int) -> float:
    """Return A_h, the loss [dB] of an antenna at a height among clutter of a height and a code of `CLUTTERS`."""
    if antenna_m >= clutter_m:
        return 0.0
    if clutter <= LAST_OPEN:
        gain = 21.8 + 6.2 * math.log10(frequency_ghz)  # (2f), K_h2
        return -gain * math.log10(antenna_m / clutter_m)  # (2b)
    below_m = clutter_m - antenna_m  # (2d)
    angle_deg = math.degrees(math.atan(below_m / street_m))  # (2e)
    nu = 0.342 * math.sqrt(frequency_ghz) * math.sqrt(below_m * angle_deg)  # (2c), with K_nu of (2g)
    edge_db = 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)  # P.526, nu above -0.78
    return edge_db - 6.03  # (2a)


@scalar
def _street_loss_db(frequency_ghz: float, distance_km: float, quantile: float) -> float:
    """Return the loss [dB] of section 3.2 before it is bounded; arguments as of `terrestrial_loss_db`."""
    log_f = math.log10(frequency_ghz)
    long_db = -2.0 * math.log10(math.pow(10.0, -5.0 * log_f - 12.5) + math.pow(10.0, -16.5))  # (4a), L_l
    short_db = 32.98 + 23.9 * math.log10(distance_km) + 3.0 * log_f  # (5a), L_s
    by_long = math.pow(10.0, -0.2 * long_db)
    by_short = math.pow(10.0, -0.2 * short_db)
    sigma_db = math.sqrt((16.0 * by_long + 36.0 * by_short) / (by_long + by_short))  # (3b): 4 and 6 dB
    return -5.0 * math.log10(by_long + by_short) + sigma_db * quantile  # (3a)


@scalar
def terrestrial_loss_db(frequency_ghz: float, distance_km: float, quantile: float) -> float:
    """Return L_ctt, the loss [dB] not exceeded at a share of the locations, given as a quantile of the normal law."""
    loss_db = _street_loss_db(frequency_ghz, max(distance_km, NEAREST_KM), quantile)
    return min(loss_db, _street_loss_db(frequency_ghz, LEVEL_KM, quantile))  # (6)


@scalar
def slant_loss_db(frequency_ghz: float, elevation_deg: float, location_percent: float, quantile: float) -> float:
    """Return L_ces, the loss [dB] not exceeded at a share of the locations, which is also given as a quantile."""
    scale = -93.0 * math.pow(frequency_ghz, 0.175) * math.log(1.0 - location_percent / 100.0)
    angle = 0.05 * (1.0 - elevation_deg / 90.0) + math.radians(elevation_deg)
    exponent = 0.5 * (90.0 - elevation_deg) / 90.0
    return math.pow(scale / math.tan(angle), exponent) - 1.0 + 0.6 * quantile  # (7)


@scalar
def terminal_losses(
    frequency_ghz: FloatArray,
    antenna_m: FloatArray,
    clutter_m: FloatArray,
    street_m: FloatArray,
    clutter: NDArray[np.int8],
) -> FloatArray:
    """Return `terminal_loss_db` of each path, all (paths,)."""
    loss_db = np.empty(frequency_ghz.size)
    for i in range(frequency_ghz.size):
        loss_db[i] = terminal_loss_db(frequency_ghz[i], antenna_m[i], clutter_m[i], street_m[i], clutter[i])
    return loss_db


@scalar
def terrestrial_losses(frequency_ghz: FloatArray, distance_km: FloatArray, quantile: FloatArray) -> FloatArray:
    """Return `terrestrial_loss_db` of each path, all (paths,)."""
    loss_db = np.empty(frequency_ghz.size)
    for i in range(frequency_ghz.size):
        loss_db[i] = terrestrial_loss_db(frequency_ghz[i], distance_km[i], quantile[i])
    return loss_db


@scalar
def slant_losses(
    frequency_ghz: FloatArray, elevation_deg: FloatArray, location_percent: FloatArray, quantile: FloatArray
) -> FloatArray:
    """Return `slant_loss_db` of each path, all (paths,)."""
    loss_db = np.empty(frequency_ghz.size)
    for i in range(frequency_ghz.size):
        loss_db[i] = slant_loss_db(frequency_ghz[i], elevation_deg[i], location_percent[i], quantile[i])
    return loss_db


def terminal_clutter_loss_p2108(
    *,
    frequency_mhz: ArrayLike,
    rx_height_m: ArrayLike,
    clutter: ArrayLike,
    clutter_height_m: ArrayLike | None = None,
    street_width_m: ArrayLike = 27.0,
) -> float | FloatArray:
    """Return the median loss [dB] of an antenna below the clutter around it (P.2108-1, section 3.1).

    It adds to the loss of a path worked out to the top of the clutter, not to the antenna; once for each terminal.

    Parameters
    ----------
    frequency_mhz : frequency [MHz], 30 to 3000.
    rx_height_m : height of the terminal's antenna above ground [m], 0.1 to 3000, be it the receiver's or the
        transmitter's; at the clutter's height or above, 0 dB.
    clutter : "water", "open", "suburban", "urban", "trees" or "dense urban".
    clutter_height_m : height of the clutter, R [m], 0.1 to 1000; None takes that of Table 3: 10, and 15 for "urban"
        and "trees", 20 for "dense urban".
    street_width_m : width of the street, w_s [m], 0.1 to 1000; of no effect over water and open land.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("terminal_clutter_loss_p2108", TERMINAL_LIMITS)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    antenna = arguments.number("rx_height_m", rx_height_m)
    kind = arguments.choice("clutter", clutter, CLUTTERS)
    height = arguments.number("clutter_height_m", clutter_height_m) if clutter_height_m is not None else None
    street = arguments.number("street_width_m", street_width_m)
    shape = arguments.finish()
    if height is None:
        height = DEFAULT_HEIGHTS_M[kind]
    losses_db = terminal_losses(
        shape.each(1e-3 * frequency), shape.each(antenna), shape.each(height), shape.each(street), shape.each(kind)
    )
    return shape.result(losses_db)


def clutter_loss_p2108(
    *, distance_m: ArrayLike, frequency_mhz: ArrayLike, location_percent: ArrayLike = 50.0
) -> float | FloatArray:
    """Return the clutter loss [dB] of a terminal well below the roofs of a town (P.2108-1, section 3.2).

    It adds to the loss of a path worked out without clutter; once for each terminal among clutter.

    Parameters
    ----------
    distance_m : length of the path [m], 0 to 3e6. Below 250 m the loss of 250 m is kept: nearer, the Recommendation
        says nothing, and its formula falls below zero.
    frequency_mhz : frequency [MHz], 500 to 67 000.
    location_percent : share of the locations at which the loss is not exceeded [%], 0.001 to 99.999.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("clutter_loss_p2108", TERRESTRIAL_LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    locations = arguments.number("location_percent", location_percent)
    shape = arguments.finish()
    losses_db = terrestrial_losses(
        shape.each(1e-3 * frequency), shape.each(1e-3 * distance), shape.each(ndtri(locations / 100.0))
    )
    return shape.result(losses_db)


def slant_clutter_loss_p2108(
    *, elevation_deg: ArrayLike, frequency_mhz: ArrayLike, location_percent: ArrayLike = 50.0
) -> float | FloatArray:
    """Return the clutter loss [dB] between a terminal in a town and an aircraft or satellite (P.2108-1, section 3.3).

    High up and at few locations it falls below zero by up to 3 dB, as the Recommendation has it.

    Parameters
    ----------
    elevation_deg : elevation of the other end, seen from the terminal [degrees], 0 to 90.
    frequency_mhz : frequency [MHz], 10 000 to 100 000.
    location_percent : share of the locations at which the loss is not exceeded [%], 0.001 to 99.999.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("slant_clutter_loss_p2108", SLANT_LIMITS)
    elevation = arguments.number("elevation_deg", elevation_deg)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    locations = arguments.number("location_percent", location_percent)
    shape = arguments.finish()
    losses_db = slant_losses(
        shape.each(1e-3 * frequency),
        shape.each(elevation),
        shape.each(locations),
        shape.each(ndtri(locations / 100.0)),
    )
    return shape.result(losses_db)


TERMINAL = AddedLoss(
    name="p2108_terminal",
    title="Recommendation ITU-R P.2108-1 (09/2021), section 3.1",
    loss=terminal_clutter_loss_p2108,
    limits=TERMINAL_LIMITS,
    validity=TERMINAL_VALIDITY,
)

TERRESTRIAL = AddedLoss(
    name="p2108_terrestrial",
    title="Recommendation ITU-R P.2108-1 (09/2021), section 3.2",
    loss=clutter_loss_p2108,
    limits=TERRESTRIAL_LIMITS,
    validity=TERRESTRIAL_VALIDITY,
)

SLANT = AddedLoss(
    name="p2108_slant",
    title="Recommendation ITU-R P.2108-1 (09/2021), section 3.3",
    loss=slant_clutter_loss_p2108,
    limits=SLANT_LIMITS,
    validity=SLANT_LIMITS,
)
