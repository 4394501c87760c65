"""How much of a run's area is covered, all its zones together."""

from __future__ import annotations

import math
from dataclasses import dataclass

from phusong.scenarios.store import Run


@dataclass(frozen=True)
class Share:
    """Shares of the area [%]; NaN where nothing is known.

    Attributes
    ----------
    area_percent : covered part of the area that has terrain data.
    population_percent : covered part of the people, of the zones whose people and coverage are known.
    no_data_percent : part of the area without terrain data.
    """

    area_percent: float
    population_percent: float
    no_data_percent: float


def covered_share(run: Run, technology: str) -> Share:
    """Return the shares of the run's own area, the zones of `area.zones` together."""
    zones = run.zones()
    rows = zones[(zones["layer"] == run.scenario.area.zones) & (zones["technology"] == technology)]
    area_km2, known_km2 = float(rows["area_km2"].sum()), float(rows["known_area_km2"].sum())
    counted = rows[rows["covered_population"].notna() & rows["population"].notna()]
    return Share(
        area_percent=_percent(float(rows["covered_km2"].sum()), known_km2),
        population_percent=_percent(float(counted["covered_population"].sum()), float(counted["population"].sum())),
        no_data_percent=_percent(max(0.0, area_km2 - known_km2), area_km2),
    )


def _percent(part: float, whole: float) -> float:
    return 100.0 * part / whole if whole > 0.0 else math.nan
