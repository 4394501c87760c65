"""Loss of a path that ends in a wood: Recommendation ITU-R P.833-10 (09/2021), section 2.1.

Slant paths (2.2), single trees and radiative transfer (section 3) are not here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.added_losses import AddedLoss
from phusong.kernels.arguments import Arguments, FloatArray, Range

FORESTS = {"mixed": 0, "tropical park": 1, "wood": 2}

MOST_LOSS = np.array([[1.37, 0.42], [0.18, 0.752], [1.15, 0.43]])
"""A_1 [dB] and alpha of the greatest loss in each forest (section 2.1): near St Petersburg (106 to 2118 MHz), in Rio de
Janeiro (900 to 1800 MHz), in Mulhouse (900 to 2200 MHz); trees 15 or 16 m high, the antenna at 1.6 to 2.4 m."""

FIGURE_2 = np.array([[30.0, 0.02], [1_000.0, 0.2], [30_000.0, 6.0]])
"""Frequency [MHz] and specific attenuation [dB/m] at the bends of the curve for vertical polarisation, read off the
figure, which has no formula; between them it is straight on its logarithmic axes."""

LIMITS: Mapping[str, Range] = {
    "depth_m": Range(0.0, 100_000.0, "m"),
    "frequency_mhz": Range(30.0, 30_000.0, "MHz"),  # Figure 2
    "specific_attenuation_db_m": Range(1e-4, 100.0, "dB/m"),
}
VALIDITY: Mapping[str, Range] = {
    "frequency_mhz": Range(105.9, 2_200.0, "MHz"),  # where the greatest loss was measured
}


@scalar
def specific_attenuation_db_m(frequency_mhz: float) -> float:
    """Return gamma [dB/m] of woodland by Figure 2, vertical polarisation."""
    k = 1 if frequency_mhz <= FIGURE_2[1, 0] else 2
    f0, gamma0 = FIGURE_2[k - 1]
    f1, gamma1 = FIGURE_2[k]
    slope = math.log(gamma1 / gamma0) / math.log(f1 / f0)
    return float(gamma0 * math.pow(frequency_mhz / f0, slope))


@scalar
def greatest_loss_db(frequency_mhz: float, forest: int) -> float:
    """Return A_m, the loss [dB] deep inside a forest of a code of `FORESTS`."""
    return float(MOST_LOSS[forest, 0] * math.pow(frequency_mhz, MOST_LOSS[forest, 1]))  # (2)


@scalar
def woodland_losses(
    depth_m: FloatArray, frequency_mhz: FloatArray, specific_db_m: FloatArray, forest: NDArray[np.int8]
) -> FloatArray:
    """Return A_ev, the loss [dB] of each path, all (paths,); a specific attenuation of nan takes that of Figure 2."""
    loss_db = np.empty(depth_m.size)
    for i in range(depth_m.size):
        gamma = specific_db_m[i]
        if math.isnan(gamma):
            gamma = specific_attenuation_db_m(frequency_mhz[i])
        most_db = greatest_loss_db(frequency_mhz[i], forest[i])
        loss_db[i] = -most_db * math.expm1(-depth_m[i] * gamma / most_db)  # (1)
    return loss_db


def vegetation_loss_p833(
    *,
    depth_m: ArrayLike,
    frequency_mhz: ArrayLike,
    forest: ArrayLike = "mixed",
    specific_attenuation_db_m: ArrayLike | None = None,
) -> float | FloatArray:
    """Return the loss [dB] of a path one end of which stands in a wood (P.833-10, section 2.1).

    Parameters
    ----------
    depth_m : length of the path within the wood [m], 0 to 100 000.
    frequency_mhz : frequency [MHz], 30 to 30 000. The greatest loss was measured from 106 to 2200 MHz only.
    forest : whose greatest loss: "mixed" (conifers and broad leaves, St Petersburg), "tropical park" (Rio de Janeiro)
        or "wood" (Mulhouse).
    specific_attenuation_db_m : gamma, over a short way into the wood [dB/m], 0.0001 to 100. None takes Figure 2 for
        vertical polarisation; below 1 GHz its curve for horizontal polarisation lies lower, and is not here.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("vegetation_loss_p833", LIMITS)
    depth = arguments.number("depth_m", depth_m)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    kind = arguments.choice("forest", forest, FORESTS)
    gamma = np.array(np.nan)
    if specific_attenuation_db_m is not None:
        gamma = arguments.number("specific_attenuation_db_m", specific_attenuation_db_m)
    shape = arguments.finish()
    losses_db = woodland_losses(shape.each(depth), shape.each(frequency), shape.each(gamma), shape.each(kind))
    return shape.result(losses_db)


ADDED_LOSS = AddedLoss(
    name="p833",
    title="Recommendation ITU-R P.833-10 (09/2021), section 2.1",
    loss=vegetation_loss_p833,
    limits=LIMITS,
    validity=VALIDITY,
)
