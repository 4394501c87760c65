"""Targets against what was computed: met, missed, or not to be told from the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from phusong.scenarios.schema import Target

MET, MISSED, CANNOT_TELL = "met", "missed", "cannot tell"
# The share of a fully covered target is summed from thousands of pixels: this much may go to rounding.
_ROUNDING_PERCENT = 1e-9


class Share(NamedTuple):
    """How much of a target is covered [%]: of what is known, and at least and at most of all."""

    measured_percent: float
    low_percent: float
    high_percent: float


def measure(rows: pd.DataFrame, quantity: str) -> Share:
    """Return the covered share of the zones in these rows of the zone table.

    Parameters
    ----------
    rows : rows of one technology.
    quantity : "area", or "population" (spread evenly within each zone).

    What has no data counts as uncovered in the lowest and as covered in the highest share; so does a zone too small to
    hold the centre of a pixel. People whose number is not known are not counted.
    """
    area, known, covered = (rows[name].to_numpy(np.float64) for name in ("area_km2", "known_area_km2", "covered_km2"))
    weight = area
    if quantity == "population":
        people = rows["population"].to_numpy(np.float64)
        weight = np.where(np.isfinite(people), people, 0.0)
    whole = float(weight.sum())
    if whole <= 0.0:
        return Share(np.nan, 0.0, 100.0)
    certain, seen = (
        float(weight @ np.divide(part, area, out=np.zeros_like(area), where=area > 0.0)) for part in (covered, known)
    )
    return Share(
        measured_percent=100.0 * certain / seen if seen > 0.0 else np.nan,
        low_percent=min(100.0 * certain / whole, 100.0),
        high_percent=min(100.0 * (certain + whole - seen) / whole, 100.0),
    )


def judge(target: Target, share: Share) -> str:
    """Return the verdict: whatever the missing data hold, does the target stand?"""
    if share.low_percent >= target.at_least_percent - _ROUNDING_PERCENT:
        return MET
    if share.high_percent < target.at_least_percent - _ROUNDING_PERCENT:
        return MISSED
    return CANNOT_TELL


def target_rows(target: Target, zones: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the zone table that a target counts."""
    chosen = (zones["layer"] == target.zones) & (zones["technology"] == target.technology)
    if target.zone_type is not None:
        chosen &= zones["type"] == target.zone_type
    return zones[chosen]


def target_table(targets: Sequence[Target], zones: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each target: what is asked, what was measured and the verdict."""
    rows = []
    for target in targets:
        share = measure(target_rows(target, zones), target.measure)
        rows.append(
            {
                "name": target.name,
                "technology": target.technology,
                "zones": target.zones,
                "zone_type": target.zone_type or "",
                "measure": target.measure,
                "required_percent": target.at_least_percent,
                **share._asdict(),
                "verdict": judge(target, share),
            }
        )
    columns = [
        "name", "technology", "zones", "zone_type", "measure", "required_percent",
        "measured_percent", "low_percent", "high_percent", "verdict",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
