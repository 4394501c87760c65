"""Where the phone is: what the way from outdoors into a car or a building costs, and how that varies."""

from __future__ import annotations

import math
from typing import NamedTuple

from phusong.kernels.itu.p2109 import BUILDINGS, entry_loss_db
from phusong.scenarios.link_resolution import ChannelBudget
from phusong.scenarios.toml_table import Place


class Entry(NamedTuple):
    """The loss from outdoors to a place: median and standard deviation [dB]."""

    loss_db: float
    sigma_db: float


def entry_of(place: Place, budget: ChannelBudget) -> Entry:
    """Return the loss into a place at a channel's frequency.

    Buildings by Rec. ITU-R P.2109 on the level: the median, and as deviation what the loss at 84.1 % of the places
    exceeds the median by, weighted by how many buildings are of the thermally efficient kind.
    """
    if place == "outdoors":
        return Entry(0.0, 0.0)
    if place == "in a car":
        return Entry(budget.vehicle_loss_db, budget.vehicle_sigma_db)
    if budget.building_entry == "fixed":
        return Entry(budget.building_loss_db, budget.building_sigma_db)
    efficient = 0.01 * budget.efficient_buildings_percent
    shares = {"traditional": 1.0 - efficient, "thermally efficient": efficient}
    median_db, above_db = (
        sum(
            share * entry_loss_db(1e-3 * budget.frequency_mhz, quantile, 0.0, BUILDINGS[name])
            for name, share in shares.items()
        )
        for quantile in (0.0, 1.0)
    )
    return Entry(median_db, above_db - median_db)


def together_db(one_db: float, other_db: float) -> float:
    """Return the standard deviation of two independent losses together [dB]."""
    return math.hypot(one_db, other_db)
