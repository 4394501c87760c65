"""Area and people covered, by zone and technology."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.terrain.grid import Grid
from phusong.terrain.zones import Zones

COVERED, NOT_COVERED, NO_DATA = np.uint8(1), np.uint8(0), np.uint8(255)
CoveredArray = npt.NDArray[np.uint8]

POPULATION_RULE = (
    "People are spread evenly over the area of their zone: the share of its people covered is that of its area covered."
)


WHOLE_AREA = "area"
"""Stands for the layer in the rows of the whole area."""


def zone_statistics(layer: str, zones: Zones, covered: Mapping[str, CoveredArray], grid: Grid) -> pd.DataFrame:
    """Return a row for each zone and technology.

    Parameters
    ----------
    layer : name of the zone layer.
    covered : technology -> (rows, columns) of COVERED, NOT_COVERED, NO_DATA.

    Returns
    -------
    Columns: layer, code, name, type, technology, area_km2 (pixels of the zone, true area on the ellipsoid),
    official_area_km2, known_area_km2 (area with data), covered_km2, covered_percent (of the known area; empty where
    nothing is known), population, covered_population, covered_population_percent (by POPULATION_RULE over the known
    area), no_data_percent.
    """
    zone_of_pixel = zones.rasterize(grid)
    inside = zone_of_pixel >= 0
    index = zone_of_pixel[inside]
    area_km2 = grid.pixel_area_km2()[inside].astype(np.float64)

    def total(weights_km2: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        sums: npt.NDArray[np.float64] = np.bincount(index, weights=weights_km2, minlength=len(zones)).astype(np.float64)
        return sums

    all_km2 = total(area_km2)
    tables = []
    for technology, mask in covered.items():
        state = mask[inside]
        known_km2 = total(np.where(state == NO_DATA, 0.0, area_km2))
        covered_km2 = total(np.where(state == COVERED, area_km2, 0.0))
        share = _ratio(covered_km2, known_km2)
        tables.append(
            pd.DataFrame(
                {
                    "layer": layer,
                    "code": zones.code,
                    "name": zones.name,
                    "type": zones.kind,
                    "technology": technology,
                    "area_km2": all_km2,
                    "official_area_km2": zones.official_area_km2,
                    "known_area_km2": known_km2,
                    "covered_km2": covered_km2,
                    "covered_percent": 100.0 * share,
                    "population": zones.population,
                    "covered_population": zones.population * share,
                    "covered_population_percent": 100.0 * share,
                    "no_data_percent": 100.0 * (1.0 - _ratio(known_km2, all_km2)),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def whole_area(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a row for each technology that sums the zones of one layer, under the layer name WHOLE_AREA."""
    sums = ["area_km2", "official_area_km2", "known_area_km2", "covered_km2", "population", "covered_population"]
    total = rows.groupby("technology", sort=False)[sums].sum(min_count=1).reset_index()
    known, covered = total["known_area_km2"].to_numpy(np.float64), total["covered_km2"].to_numpy(np.float64)
    people = rows.assign(seen=rows["population"].where(rows["covered_population"].notna()))
    seen = people.groupby("technology", sort=False)["seen"].sum(min_count=1).to_numpy(np.float64)
    total["covered_percent"] = 100.0 * _ratio(covered, known)
    total["covered_population_percent"] = 100.0 * _ratio(total["covered_population"].to_numpy(np.float64), seen)
    total["no_data_percent"] = 100.0 * (1.0 - _ratio(known, total["area_km2"].to_numpy(np.float64)))
    return total.assign(layer=WHOLE_AREA, code="", name=name, type="")[list(rows.columns)]


def _ratio(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return part / whole, nan where the whole is zero."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0.0)
