"""What candidates cost, in whole thousandths of a unit, such as one upgraded mast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

UNIT = 1000
"""Thousandths of a unit."""


@dataclass(frozen=True)
class Costs:
    """Costs by rule, in units; where a user's list states costs, these stand instead.

    Attributes
    ----------
    upgrade : a further technology on a mast that stands.
    new_site : a site without its tower and access.
    tower_per_m : a metre of antenna height.
    access_per_km : a kilometre to the nearest mast that stands, for road, power and backhaul.
    """

    upgrade: float = 1.0
    new_site: float = 3.0
    tower_per_m: float = 0.02
    access_per_km: float = 0.2

    def __post_init__(self) -> None:
        """Refuse costs that are negative or no number."""
        for name, value in vars(self).items():
            if not 0.0 <= value < np.inf:
                raise ValueError(f"{name} is {value}; a cost is not negative")

    def of(self, is_upgrade: pd.Series, height_m: pd.Series, nearest_mast_km: pd.Series) -> pd.DataFrame:
        """Return the parts of the cost of each candidate, int64, in thousandths."""
        is_new = ~is_upgrade
        parts = {
            "cost_upgrade": self.upgrade * is_upgrade,
            "cost_new_site": self.new_site * is_new,
            "cost_tower": self.tower_per_m * height_m * is_new,
            "cost_access": self.access_per_km * nearest_mast_km * is_new,
        }
        return pd.DataFrame({name: (UNIT * units).round() for name, units in parts.items()}).astype(np.int64)

    def note(self) -> str:
        """Return what is assumed, as a sentence."""
        return (
            f"Costs are assumed, in units: an upgraded mast {self.upgrade:g}; a new site {self.new_site:g}, with "
            f"{self.tower_per_m:g} per metre of antenna height and {self.access_per_km:g} per km to the nearest mast."
        )
