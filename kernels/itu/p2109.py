"""Building entry loss: Recommendation ITU-R P.2109-2 (08/2023), Annex 1, section 3."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from phusong.kernels._jit import scalar
from phusong.kernels.added_losses import AddedLoss
from phusong.kernels.arguments import Arguments, FloatArray, Range

BUILDINGS = {"traditional": 0, "thermally efficient": 1}

COEFFICIENTS = np.array(
    [
        [12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0],
        [28.19, -3.0, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1],
    ]
)
"""Table 1: r, s, t, u, v, w, x, y, z of each building."""

LIMITS: Mapping[str, Range] = {
    "frequency_mhz": Range(80.0, 100_000.0, "MHz"),
    "probability_percent": Range(0.001, 99.999, "%"),  # the Recommendation: above 0, below 100
    "elevation_deg": Range(-90.0, 90.0, "degrees"),
}


@scalar
def entry_loss_db(frequency_ghz: float, quantile: float, elevation_deg: float, building: int) -> float:
    """Return L_BEL, the loss [dB] not exceeded with a probability, given as a quantile of the normal law."""
    r, s, t, u, v, w, x, y, z = COEFFICIENTS[building]
    log_f = math.log10(frequency_ghz)
    horizontal_db = r + s * log_f + t * log_f**2  # (9), L_h
    elevation_db = 0.212 * abs(elevation_deg)  # (10), L_e
    mean_1, sigma_1 = horizontal_db + elevation_db, u + v * log_f  # (5), (7)
    mean_2, sigma_2 = w + x * log_f, y + z * log_f  # (6), (8)
    by_1 = mean_1 + sigma_1 * quantile  # (2), A(P)
    by_2 = mean_2 + sigma_2 * quantile  # (3), B(P)
    return 10.0 * math.log10(
        math.pow(10.0, 0.1 * by_1) + math.pow(10.0, 0.1 * by_2) + math.pow(10.0, -0.3)
    )  # (1), with C = -3 of (4)


@scalar
def entry_losses(
    frequency_ghz: FloatArray, quantile: FloatArray, elevation_deg: FloatArray, building: NDArray[np.int8]
) -> FloatArray:
    """Return `entry_loss_db` of each path, all (paths,); buildings are codes of `BUILDINGS`."""
    loss_db = np.empty(frequency_ghz.size)
    for i in range(frequency_ghz.size):
        loss_db[i] = entry_loss_db(frequency_ghz[i], quantile[i], elevation_deg[i], building[i])
    return loss_db


def building_entry_loss_p2109(
    *,
    frequency_mhz: ArrayLike,
    building: ArrayLike,
    probability_percent: ArrayLike = 50.0,
    elevation_deg: ArrayLike = 0.0,
) -> float | FloatArray:
    """Return the loss [dB] from outdoors to a place anywhere in a building (P.2109-2).

    Parameters
    ----------
    frequency_mhz : frequency [MHz], 80 to 100 000.
    building : "traditional" or "thermally efficient" (metallised glass, foil-backed panels).
    probability_percent : probability with which the loss is not exceeded [%], 0.001 to 99.999.
    elevation_deg : elevation of the path at the wall [degrees], -90 to 90.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("building_entry_loss_p2109", LIMITS)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    kind = arguments.choice("building", building, BUILDINGS)
    probability = arguments.number("probability_percent", probability_percent)
    elevation = arguments.number("elevation_deg", elevation_deg)
    shape = arguments.finish()
    losses_db = entry_losses(
        shape.each(1e-3 * frequency), shape.each(ndtri(probability / 100.0)), shape.each(elevation), shape.each(kind)
    )
    return shape.result(losses_db)


ADDED_LOSS = AddedLoss(
    name="p2109",
    title="Recommendation ITU-R P.2109-2 (08/2023)",
    loss=building_entry_loss_p2109,
    limits=LIMITS,
    validity=LIMITS,
)
