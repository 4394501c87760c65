"""How the tables of two runs differ: zones, targets, cells."""

from __future__ import annotations

import numpy as np
import pandas as pd

from phusong.scenarios.register_table import COLUMNS

WHOLE_AREA = "area"
"""Stands for the layer in the rows of the whole area."""
ZONE_KEYS = ["layer", "code", "name", "type", "technology"]
_ZONE_FIGURES = [
    "covered_km2", "covered_percent", "expected_percent", "covered_population", "downlink_mbps", "uplink_mbps",
]  # fmt: skip


def zone_deltas(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return how the zones of two tables with equal rows differ, those that do, greatest loss of area first.

    Returns
    -------
    Columns: layer, code, name, type, technology, and NAME_before, NAME_after, NAME_change of covered_km2,
    covered_percent, expected_percent, covered_population, downlink_mbps and uplink_mbps.
    """
    rows = before[ZONE_KEYS].copy()
    moved = np.zeros(len(before), dtype=np.bool_)
    for name in _ZONE_FIGURES:
        one, other = before[name].to_numpy(np.float64), after[name].to_numpy(np.float64)
        rows[f"{name}_before"], rows[f"{name}_after"], rows[f"{name}_change"] = one, other, other - one
        moved |= ~((one == other) | (np.isnan(one) & np.isnan(other)))
    return rows[moved].sort_values("covered_km2_change", kind="stable").reset_index(drop=True)


def target_deltas(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the targets that both tables hold, by name: required, measured and verdict, before and after."""
    keys = ["name", "technology", "zones", "zone_type", "measure", "required_percent"]
    figures = ["measured_percent", "verdict"]
    if not len(before) or not len(after):
        return pd.DataFrame(columns=[*keys, *(f"{name}_{when}" for name in figures for when in ("before", "after"))])
    both = before[keys + figures].merge(after[keys + figures], on=keys, suffixes=("_before", "_after"))
    both["measured_percent_change"] = both["measured_percent_after"] - both["measured_percent_before"]
    return both


def cell_deltas(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the cells in which two tables of cells differ, by name.

    Returns
    -------
    Columns: cell, site, technology, longitude, latitude, and change: "added", "removed", "switched on", "switched off"
    or "changed".
    """
    columns = list(COLUMNS)
    both = before[columns].merge(after[columns], on="cell", how="outer", suffixes=("", "_after"), indicator=True)
    differs = np.zeros(len(both), dtype=np.bool_)
    for name in columns:
        if name != "cell":
            differs |= (both[name] != both[f"{name}_after"]).to_numpy()
    was_on, is_on = both["status"] == "on", both["status_after"] == "on"
    change = np.select(
        [both["_merge"] == "right_only", both["_merge"] == "left_only", was_on & ~is_on, ~was_on & is_on],
        ["added", "removed", "switched off", "switched on"], default="changed",
    )  # fmt: skip
    shown = ["site", "technology", "longitude", "latitude"]
    rows = pd.DataFrame({"cell": both["cell"], **{name: both[f"{name}_after"].fillna(both[name]) for name in shown}})
    return rows.assign(change=change)[differs].reset_index(drop=True)
