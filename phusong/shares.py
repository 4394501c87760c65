"""How much of a run's area is covered, all its zones together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.scenarios.deltas import WHOLE_AREA
from phusong.scenarios.store import Run
from phusong.terrain.zones import Zones


@dataclass(frozen=True)
class Share:
    """Figures of the whole area; NaN where nothing is known.

    Attributes
    ----------
    area_percent : covered part of the area that has terrain data.
    expected_percent : mean location probability over the same area.
    population_percent : covered part of the people, of the zones whose people and coverage are known.
    no_data_percent : part of the area without terrain data.
    downlink_mbps, uplink_mbps : mean rates of one user over the covered area.
    """

    area_percent: float
    expected_percent: float
    population_percent: float
    no_data_percent: float
    downlink_mbps: float
    uplink_mbps: float


def inside_area(run: Run) -> npt.NDArray[np.bool_]:
    """Return the pixels of the area that a run is about, (rows, columns)."""
    return run.zone_layer(run.scenario.area.zones).rasterize(run.grid) >= 0


def covered_share(run: Run, technology: str) -> Share:
    """Return the figures of the run's own area, the zones of `area.zones` together."""
    zones = run.zones()
    rows = zones[(zones["layer"] == WHOLE_AREA) & (zones["technology"] == technology)]
    if not len(rows):
        return Share(*[math.nan] * 6)
    row = rows.iloc[0]
    return Share(
        area_percent=float(row["covered_percent"]),
        expected_percent=float(row["expected_percent"]),
        population_percent=float(row["covered_population_percent"]),
        no_data_percent=max(0.0, float(row["no_data_percent"])),
        downlink_mbps=float(row["downlink_mbps"]),
        uplink_mbps=float(row["uplink_mbps"]),
    )


def zone_column(run: Run, zones: Zones, technology: str, column: str) -> npt.NDArray[np.float64]:
    """Return a column of the run's table of zones in the order of a layer, (zones,), NaN unknown."""
    table = run.zones()
    rows = table[(table["layer"] == zones.layer) & (table["technology"] == technology)]
    by_code = dict(zip(rows["code"], rows[column].to_numpy(np.float64), strict=True))
    return np.array([by_code.get(code, np.nan) for code in zones.code])
