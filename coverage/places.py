"""Outdoors, in a car, indoors: what the way in costs, how much that varies, and how likely a threshold is reached."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from phusong.coverage.signals import NO_SIGNAL_CDBM
from phusong.errors import input_error
from phusong.kernels._jit import scalar
from phusong.kernels.itu.p2109 import BUILDINGS, LIMITS, entry_loss_db
from phusong.scenarios.link_resolution import ChannelBudget
from phusong.scenarios.toml_table import Place

NO_PROBABILITY = np.uint16(65535)
"""Stands in a layer of location probability where nothing is known."""
PROBABILITY_STEPS = 10_000
"""A location probability counts hundredths of a percent."""
ONE_SIGMA = float(ndtr(1.0))
_FARTHEST_QUANTILE = 6.0


class Entry(NamedTuple):
    """What the way from outdoors to a place costs.

    Attributes
    ----------
    loss_db : its median [dB].
    sigma_db : its standard deviation over the buildings or cars [dB].
    """

    loss_db: float
    sigma_db: float


OUTDOORS = Entry(0.0, 0.0)


def entry(budget: ChannelBudget, place: Place) -> Entry:
    """Return the entry loss of a place in a channel.

    Outdoors it is nothing; in a car and with a fixed figure the budget's own; by Rec. ITU-R P.2109 the median over its
    mix of buildings, and for the spread the way from there to the 84.13 % quantile: the distribution is skewed, and
    this is the half that counts where more than half of the places are asked for.

    Raises
    ------
    InputError : the frequency is outside P.2109.
    """
    if place == "outdoors":
        return OUTDOORS
    if place == "in a car":
        return Entry(budget.vehicle_loss_db, budget.vehicle_sigma_db)
    if budget.building_entry == "fixed":
        return Entry(budget.building_loss_db, budget.building_sigma_db)
    allowed = LIMITS["frequency_mhz"]
    if not allowed.low <= budget.frequency_mhz <= allowed.high:
        raise input_error(
            "link",
            f"{budget.frequency_mhz:g} MHz is out of range of ITU-R P.2109 ({allowed})",
            "Give building_entry = 'fixed' and a building_loss_db.",
            field="building_entry",
        )
    efficient = 0.01 * budget.efficient_buildings_percent
    median_db = building_loss_db(budget.frequency_mhz, efficient, 0.5)
    return Entry(median_db, building_loss_db(budget.frequency_mhz, efficient, ONE_SIGMA) - median_db)


@lru_cache(maxsize=256)
def building_loss_db(frequency_mhz: float, efficient: float, probability: float) -> float:
    """Return the loss [dB] not exceeded with a probability (0 to 1) over a mix of the two buildings of P.2109-2.

    ``efficient`` is the share of thermally efficient ones (0 to 1). The probability of the mix is that of the two
    laws, each by its share; the loss follows by inversion. Horizontal paths.
    """
    frequency_ghz = 1e-3 * frequency_mhz
    laws = {"traditional": 1.0 - efficient, "thermally efficient": efficient}
    quantile = float(ndtri(probability))
    alone = {
        kind: entry_loss_db(frequency_ghz, quantile, 0.0, BUILDINGS[kind]) for kind, share in laws.items() if share
    }
    low_db, high_db = min(alone.values()), max(alone.values())
    if high_db - low_db < 1e-9:
        return low_db

    def excess(loss_db: float) -> float:
        return sum(laws[kind] * _probability(frequency_ghz, loss_db, BUILDINGS[kind]) for kind in alone) - probability

    found_db: Any = brentq(excess, low_db, high_db, xtol=1e-9)
    return float(found_db)


def _probability(frequency_ghz: float, loss_db: float, building: int) -> float:
    """Return the probability that the loss into a building does not exceed ``loss_db``."""

    def excess_db(quantile: float) -> float:
        return entry_loss_db(frequency_ghz, quantile, 0.0, building) - loss_db

    if excess_db(-_FARTHEST_QUANTILE) >= 0.0:
        return 0.0
    if excess_db(_FARTHEST_QUANTILE) <= 0.0:
        return 1.0
    quantile: Any = brentq(excess_db, -_FARTHEST_QUANTILE, _FARTHEST_QUANTILE, xtol=1e-12)
    return float(ndtr(quantile))


def combined_sigma_db(
    location_sigma_db: float | npt.NDArray[np.float32], entry_sigma_db: float
) -> float | npt.NDArray[np.float32]:
    """Return the standard deviation of shadowing and entry loss together, which are taken as independent [dB]."""
    if isinstance(location_sigma_db, np.ndarray):
        sigma_db: npt.NDArray[np.float32] = np.hypot(location_sigma_db, np.float32(entry_sigma_db))
        return sigma_db
    return math.hypot(location_sigma_db, entry_sigma_db)


@scalar
def _probabilities(
    rsrp_cdbm: npt.NDArray[np.int16],
    unknown: npt.NDArray[np.bool_],
    needed_dbm: float,
    sigma_db: npt.NDArray[np.float32],
    result: npt.NDArray[np.uint16],
) -> None:
    step = 1 if sigma_db.size > 1 else 0
    for i in range(rsrp_cdbm.size):
        if unknown[i]:
            result[i] = NO_PROBABILITY
        elif rsrp_cdbm[i] == NO_SIGNAL_CDBM:
            result[i] = 0
        else:
            above_db, sigma = 0.01 * rsrp_cdbm[i] - needed_dbm, sigma_db[step * i]
            if sigma == 0.0:
                share = 1.0 if above_db >= 0.0 else 0.0
            else:
                share = 0.5 * math.erfc(-above_db / (math.sqrt(2.0) * sigma))
            result[i] = np.uint16(np.rint(PROBABILITY_STEPS * share))


def location_probability(
    rsrp_cdbm: npt.NDArray[np.int16],
    *,
    threshold_dbm: float,
    sigma_db: float | npt.NDArray[np.float32],
    entry: Entry = OUTDOORS,
    unknown: npt.NDArray[np.bool_],
) -> npt.NDArray[np.uint16]:
    """Return the share of the places in each pixel where RSRP reaches a threshold [0.01 %], uint16 (rows, columns).

    Parameters
    ----------
    rsrp_cdbm : (rows, columns), median, outdoors.
    sigma_db : standard deviation of shadowing [dB], a number or (rows, columns); that of the entry adds to it.
    entry : way in to where the phone is.
    unknown : (rows, columns) where nothing is known: NO_PROBABILITY there. Where no cell reaches the share is 0.
    """
    sigma: npt.NDArray[np.float32] = np.asarray(combined_sigma_db(sigma_db, entry.sigma_db), dtype=np.float32)
    result = np.empty(rsrp_cdbm.shape, dtype=np.uint16)
    _probabilities(
        np.ascontiguousarray(rsrp_cdbm).reshape(-1), np.ascontiguousarray(unknown).reshape(-1),
        threshold_dbm + entry.loss_db, sigma.reshape(-1), result.reshape(-1),
    )  # fmt: skip
    return result
