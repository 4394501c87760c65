"""Outdoors, in a car, indoors: what the way in costs, and how much that varies."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from phusong.errors import input_error
from phusong.kernels.itu.p2109 import BUILDINGS, LIMITS, entry_loss_db
from phusong.scenarios.link_resolution import ChannelBudget
from phusong.scenarios.toml_table import Place

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


def combined_sigma_db(location_sigma_db: npt.ArrayLike, entry_sigma_db: float) -> npt.NDArray[np.float64]:
    """Return the standard deviation of shadowing and entry loss together, which are taken as independent [dB]."""
    return np.asarray(np.hypot(np.asarray(location_sigma_db, dtype=np.float64), entry_sigma_db))
