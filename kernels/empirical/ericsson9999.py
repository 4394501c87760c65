"""Ericsson 9999: Hata's formula over open land with four coefficients left to the planner.

The model of Ericsson's planning tools as J. Milanovic, S. Rimac-Drlje and K. Bejuk give it, "Comparison of propagation
models accuracy for WiMAX on 3.5 GHz", IEEE ICECS 2007, with the three sets of coefficients that papers on WiMAX share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.empirical.free_space import at_least_free_space
from phusong.kernels.models import Model

ENVIRONMENTS = {"urban": 0, "suburban": 1, "rural": 2}
A0_DB = np.array([36.2, 43.20, 45.95])
A1_DB = np.array([30.2, 68.93, 100.6])
A2_DB = -12.0  # some papers print 12.0; it is a gain, as -13.82 is with Hata
A3_DB = 0.1

LIMITS: Mapping[str, Range] = {
    "distance_m": Range(1.0, 3e6, "m"),
    "frequency_mhz": Range(150.0, 3_500.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "a0": Range(-1_000.0, 1_000.0, "dB"),
    "a1": Range(-1_000.0, 1_000.0, "dB per decade"),
    "a2": Range(-1_000.0, 1_000.0, "dB per decade"),
    "a3": Range(-1_000.0, 1_000.0, "dB per two decades"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(200.0, 100e3, "m"),
    "frequency_mhz": Range(150.0, 3_500.0, "MHz"),
    "tx_height_m": Range(20.0, 200.0, "m above ground"),
    "rx_height_m": Range(1.0, 10.0, "m above ground"),
}


@scalar
def ericsson9999_loss(
    distance_m: float, frequency_mhz: float, mast_m: float, mobile_m: float, a0: float, a1: float, a2: float, a3: float
) -> float:
    """Return the median loss [dB] with the coefficients a0 to a3 [dB]; at least free space.

    distance_m: along the ground [m, > 0]; mast_m, mobile_m: heights above ground [m].
    """
    log_d = math.log10(1e-3 * distance_m)  # of km
    log_h = math.log10(mast_m)
    log_f = math.log10(frequency_mhz)
    frequency_db = 44.49 * log_f - 4.78 * log_f**2  # g(f)
    mobile_gain_db = 3.2 * math.log10(11.75 * mobile_m) ** 2
    loss_db = a0 + a1 * log_d + a2 * log_h + a3 * log_h * log_d - mobile_gain_db + frequency_db
    return at_least_free_space(loss_db, distance_m, frequency_mhz)


@scalar
def ericsson9999_losses(
    distance_m: FloatArray,
    frequency_mhz: FloatArray,
    mast_m: FloatArray,
    mobile_m: FloatArray,
    a0: FloatArray,
    a1: FloatArray,
    a2: FloatArray,
    a3: FloatArray,
) -> FloatArray:
    """Return `ericsson9999_loss` of many paths, (paths,) each."""
    loss_db = np.empty_like(distance_m)
    for i in range(distance_m.size):
        loss_db[i] = ericsson9999_loss(
            distance_m[i], frequency_mhz[i], mast_m[i], mobile_m[i], a0[i], a1[i], a2[i], a3[i]
        )
    return loss_db


def path_loss(
    *,
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    environment: ArrayLike = "urban",
    a0: ArrayLike | None = None,
    a1: ArrayLike | None = None,
    a2: ArrayLike = A2_DB,
    a3: ArrayLike = A3_DB,
) -> float | FloatArray:
    """Return the median basic transmission loss [dB] of the Ericsson 9999 model.

    L = a0 + a1 log d + a2 log h_b + a3 log h_b log d - 3.2 (log 11.75 h_m)^2 + g(f), distance in km and logarithms to
    base 10. Every argument is a number or word, or an array (paths,). Where the formula gives less than free space
    (Recommendation ITU-R P.525 over distance_m), the result is free space: with the suburban and rural sets, steep at
    69 and 101 dB per decade, up to about half a kilometre.

    Parameters
    ----------
    distance_m : length of the path along the ground [m], 1 m to 3000 km; meant for 200 m to 100 km.
    frequency_mhz : frequency [MHz], 150 to 3500.
    tx_height_m : height of the mast [m above ground], 1 to 3000; meant for 20 to 200.
    rx_height_m : height of the mobile [m above ground], 1 to 3000; meant for 1 to 10.
    environment : "urban", "suburban" or "rural": chooses a0 and a1 where they are not given. Beyond some kilometres the
        published rural set gives the most loss and the urban one the least; calibrate before relying on them.
    a0, a1 : constant [dB] and slope with distance [dB per decade]; None takes those of the environment.
    a2, a3 : slope with mast height [dB per decade], and of both together.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss ericsson9999", LIMITS)
    distance = arguments.number("distance_m", distance_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    surroundings = arguments.choice("environment", environment, ENVIRONMENTS)
    constant = arguments.number("a0", a0) if a0 is not None else A0_DB[surroundings]
    slope = arguments.number("a1", a1) if a1 is not None else A1_DB[surroundings]
    height_slope = arguments.number("a2", a2)
    both_slope = arguments.number("a3", a3)
    shape = arguments.finish()
    losses_db = ericsson9999_losses(
        shape.each(distance),
        shape.each(frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(constant),
        shape.each(slope),
        shape.each(height_slope),
        shape.each(both_slope),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="ericsson9999",
    title="Ericsson 9999 (Milanovic 2007)",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=False,
)
