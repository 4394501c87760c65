"""Area and people covered, by zone and technology, from sums of whole numbers.

Areas are summed in hundredths of a square metre, people in millionths, shares in hundredths of a percent and rates in
kbit/s: a sum does not depend on its order, and the part of a window can be taken out of it and put back changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.kernels._jit import scalar
from phusong.scenarios.deltas import WHOLE_AREA as WHOLE_AREA
from phusong.terrain.grid import Grid
from phusong.terrain.zones import Zones

COVERED, NOT_COVERED, NO_DATA = np.uint8(1), np.uint8(0), np.uint8(255)
CoveredArray = npt.NDArray[np.uint8]
SumArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

POPULATION_RULE = (
    "People are spread evenly over the area of their zone: the share of its people covered is that of its area covered."
)
NO_SHARE = np.uint16(65535)
"""Location probability of a pixel without data."""
SHARE_UNITS = 10_000
"""Of a location probability in a whole."""
AREA_UNITS_KM2 = 1e8
PEOPLE_UNITS = 1e6


class Sums(NamedTuple):
    """Columns of the sums of a zone: what they count, and where."""

    area: int = 0
    known: int = 1
    covered: int = 2
    expected: int = 3
    people: int = 4
    known_people: int = 5
    covered_people: int = 6
    expected_people: int = 7
    downlink: int = 8
    uplink: int = 9


OF = Sums()


@dataclass(frozen=True, eq=False)
class Weights:
    """What the pixels of the grid weigh.

    Attributes
    ----------
    area : int32 (rows, columns), true area [0.01 m2].
    people : int64 (rows, columns) [1e-6 people]; None: not known pixel by pixel.
    """

    area: npt.NDArray[np.int32]
    people: npt.NDArray[np.int64] | None

    @classmethod
    def of(cls, grid: Grid, people: FloatArray | None = None) -> Weights:
        """Return the weights of a grid; ``people`` is (rows, columns) [people], nan where not known."""
        area = np.rint(grid.pixel_area_km2().astype(np.float64) * AREA_UNITS_KM2).astype(np.int32)
        if people is None:
            return cls(area, None)
        return cls(area, np.rint(np.nan_to_num(people) * PEOPLE_UNITS).astype(np.int64))

    def window(self, part: tuple[slice, slice]) -> Weights:
        """Return the weights of a part of the grid; the arrays are views."""
        return Weights(self.area[part], None if self.people is None else self.people[part])


class Verdicts(NamedTuple):
    """What is counted of a technology; (rows, columns) each.

    Attributes
    ----------
    covered : COVERED, NOT_COVERED or NO_DATA.
    probability : uint16, location probability [0.01 %], NO_SHARE where there is no data; None: covered or not.
    downlink_kbps, uplink_kbps : int32, rates of a pixel, counted where it is covered; None: not computed.
    """

    covered: CoveredArray
    probability: npt.NDArray[np.uint16] | None = None
    downlink_kbps: npt.NDArray[np.int32] | None = None
    uplink_kbps: npt.NDArray[np.int32] | None = None

    def window(self, part: tuple[slice, slice]) -> Verdicts:
        """Return a part; the arrays are views."""
        return Verdicts(*(None if array is None else array[part] for array in self))  # type: ignore[arg-type]


_NO_SHARES = np.empty((0, 0), dtype=np.uint16)
_NO_RATES = np.empty((0, 0), dtype=np.int32)
_NOBODY = np.empty((0, 0), dtype=np.int64)


@scalar
def _add_up(
    zone_of_pixel: npt.NDArray[np.int32],
    area: npt.NDArray[np.int32],
    people: npt.NDArray[np.int64],
    covered: CoveredArray,
    probability: npt.NDArray[np.uint16],
    downlink_kbps: npt.NDArray[np.int32],
    uplink_kbps: npt.NDArray[np.int32],
    sums: SumArray,
) -> None:
    for i in range(zone_of_pixel.shape[0]):
        for j in range(zone_of_pixel.shape[1]):
            if zone_of_pixel[i, j] < 0:
                continue
            of = sums[zone_of_pixel[i, j]]
            weight = np.int64(area[i, j])
            lives = people[i, j] if people.size > 0 else np.int64(0)
            of[0] += weight
            of[4] += lives
            if covered[i, j] == 255:
                continue
            of[1] += weight
            of[5] += lives
            share = np.int64(10_000) if covered[i, j] == 1 else np.int64(0)
            if probability.size > 0 and probability[i, j] != 65535:
                share = np.int64(probability[i, j])
            of[3] += weight * share
            of[7] += lives * share
            if covered[i, j] == 1:
                of[2] += weight
                of[6] += lives
                if downlink_kbps.size > 0:
                    of[8] += weight * max(downlink_kbps[i, j], 0)
                    of[9] += weight * max(uplink_kbps[i, j], 0)


def zone_sums(zone_of_pixel: npt.NDArray[np.int32], count: int, weights: Weights, verdicts: Verdicts) -> SumArray:
    """Return the sums of every zone, (zones, fields of ``Sums``), over the pixels given.

    Parameters
    ----------
    zone_of_pixel : (rows, columns) index of the zone, -1 for none.
    count : how many zones there are.
    """
    sums = np.zeros((count, len(OF)), dtype=np.int64)
    _add_up(
        zone_of_pixel,
        weights.area,
        _NOBODY if weights.people is None else weights.people,
        verdicts.covered,
        _NO_SHARES if verdicts.probability is None else verdicts.probability,
        _NO_RATES if verdicts.downlink_kbps is None else verdicts.downlink_kbps,
        _NO_RATES if verdicts.uplink_kbps is None else verdicts.uplink_kbps,
        sums,
    )
    return sums


def zone_rows(layer: str, zones: Zones, sums: Mapping[str, SumArray], *, people_by_pixel: bool) -> pd.DataFrame:
    """Return a row for each zone and technology.

    Parameters
    ----------
    layer : name of the zone layer.
    sums : technology -> (zones, fields of ``Sums``).
    people_by_pixel : whether people were summed pixel by pixel; else POPULATION_RULE holds.

    Returns
    -------
    Columns: layer, code, name, type, technology, area_km2 (pixels of the zone, true area on the ellipsoid),
    official_area_km2, known_area_km2 (area with data), covered_km2, covered_percent (of the known area; empty where
    nothing is known), expected_percent (mean location probability over the known area), population,
    covered_population, covered_population_percent, no_data_percent, downlink_mbps and uplink_mbps (means over the
    covered area).
    """
    tables = []
    for technology, of in sums.items():
        numbers = of.astype(np.float64)
        area_km2, known_km2, covered_km2 = (numbers[:, n] / AREA_UNITS_KM2 for n in (OF.area, OF.known, OF.covered))
        share = _ratio(numbers[:, OF.covered], numbers[:, OF.known])
        of_people = _ratio(numbers[:, OF.covered_people], numbers[:, OF.known_people]) if people_by_pixel else share
        tables.append(
            pd.DataFrame(
                {
                    "layer": layer,
                    "code": zones.code,
                    "name": zones.name,
                    "type": zones.kind,
                    "technology": technology,
                    "area_km2": area_km2,
                    "official_area_km2": zones.official_area_km2,
                    "known_area_km2": known_km2,
                    "covered_km2": covered_km2,
                    "covered_percent": 100.0 * share,
                    "expected_percent": 100.0 / SHARE_UNITS * _ratio(numbers[:, OF.expected], numbers[:, OF.known]),
                    "population": zones.population,
                    "covered_population": zones.population * of_people,
                    "covered_population_percent": 100.0 * of_people,
                    "no_data_percent": 100.0 * (1.0 - _ratio(numbers[:, OF.known], numbers[:, OF.area])),
                    "downlink_mbps": _ratio(numbers[:, OF.downlink], numbers[:, OF.covered]) / 1000.0,
                    "uplink_mbps": _ratio(numbers[:, OF.uplink], numbers[:, OF.covered]) / 1000.0,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def zone_statistics(
    layer: str, zones: Zones, verdicts: Mapping[str, Verdicts], grid: Grid, people: FloatArray | None = None
) -> pd.DataFrame:
    """Return the rows of every zone of a layer, as ``zone_rows``, summed over the whole grid."""
    zone_of_pixel, weights = zones.rasterize(grid), Weights.of(grid, people)
    sums = {name: zone_sums(zone_of_pixel, len(zones), weights, one) for name, one in verdicts.items()}
    return zone_rows(layer, zones, sums, people_by_pixel=people is not None)


def whole_area(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a row for each technology that sums the zones of one layer, under the layer name WHOLE_AREA."""
    counted = ["area_km2", "official_area_km2", "known_area_km2", "covered_km2", "population", "covered_population"]
    weighted = rows.assign(
        seen=rows["population"].where(rows["covered_population"].notna()),
        expected=rows["expected_percent"] * rows["known_area_km2"],
        downlink=rows["downlink_mbps"] * rows["covered_km2"],
        uplink=rows["uplink_mbps"] * rows["covered_km2"],
    )
    columns = [*counted, "seen", "expected", "downlink", "uplink"]
    total = weighted.groupby("technology", sort=False)[columns].sum(min_count=1).reset_index()
    of = {column: total[column].to_numpy(np.float64) for column in columns}
    total["covered_percent"] = 100.0 * _ratio(of["covered_km2"], of["known_area_km2"])
    total["expected_percent"] = _ratio(of["expected"], of["known_area_km2"])
    total["covered_population_percent"] = 100.0 * _ratio(of["covered_population"], of["seen"])
    total["no_data_percent"] = 100.0 * (1.0 - _ratio(of["known_area_km2"], of["area_km2"]))
    total["downlink_mbps"] = _ratio(of["downlink"], of["covered_km2"])
    total["uplink_mbps"] = _ratio(of["uplink"], of["covered_km2"])
    return total.assign(layer=WHOLE_AREA, code="", name=name, type="")[list(rows.columns)]


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole, nan where the whole is zero."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0.0)
