"""The checks of a register, each telling exactly which rows are wrong and how to mend them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Geod

from phusong.errors import Problem
from phusong.scenarios.register_table import REQUIRED, RegisterTable
from phusong.scenarios.schema import Antenna, Band, Technology
from phusong.scenarios.suggestions import nearest

Numbers = Mapping[str, npt.NDArray[np.float64]]

TECHNOLOGIES: tuple[str, ...] = get_args(Technology)
STATUSES = ("on", "off", "planned")
SAME_SITE_M = 100.0  # two positions of a site further apart than this are two sites, or a mistake

_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_WATTS = re.compile(r"(\d+(?:\.\d+)?) ?[wW]")


@dataclass(frozen=True)
class Limits:
    """What a number of the register may be."""

    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        return f"a number from {self.low:g} to {self.high:g} ({self.unit})"


LIMITS = {
    "longitude": Limits(-180, 180, "degrees, WGS 84"),
    "latitude": Limits(-90, 90, "degrees, WGS 84"),
    "azimuth_deg": Limits(0, 360, "degrees clockwise from north"),
    "mechanical_tilt_deg": Limits(-20, 30, "degrees, downwards positive"),
    "electrical_tilt_deg": Limits(-10, 20, "degrees, downwards positive"),
    "antenna_height_m": Limits(1, 500, "metres above ground"),
    "power_dbm": Limits(0, 70, "dBm, the whole carrier at the radio"),
}


def check_register(
    table: RegisterTable, numbers: Numbers, bands: Mapping[str, Band], antennas: Mapping[str, Antenna]
) -> Iterator[Problem]:
    """Yield every problem of every row."""
    yield from _empty_fields(table)
    yield from _wrong_numbers(table, numbers)
    yield from _unknown_names(table, bands, antennas)
    yield from _wrong_technologies(table, bands)
    yield from _sites_in_two_places(table, numbers)
    yield from _repeated_cells(table)


def _empty_fields(table: RegisterTable) -> Iterator[Problem]:
    for name in REQUIRED:
        if name in table.columns:
            allowed = f"Give {LIMITS[name]}." if name in LIMITS else f"Name the {name}."
            for index in _where(table.columns[name].holds({""})):
                yield _problem(table, index, name, "the field is empty", allowed)


def _wrong_numbers(table: RegisterTable, numbers: Numbers) -> Iterator[Problem]:
    for name, values in numbers.items():
        column, limits = table.columns[name], LIMITS[name]
        for index in _where(np.isnan(values) & ~column.holds({""})):
            text = column[index]
            yield _problem(table, index, name, f"'{text}' is not a number", _number_remedy(name, text))
        for index in _where((values < limits.low) | (values > limits.high)):
            remedy = _range_remedy(name, float(values[index]), numbers, index)
            yield _problem(table, index, name, f"{column[index]} is out of range", remedy)


def _number_remedy(column: str, text: str) -> str:
    if _DECIMAL_COMMA.fullmatch(text):
        return f"Write decimals with a point: {text.replace(',', '.')}."
    if column == "power_dbm" and (watts := _WATTS.fullmatch(text)) and float(watts[1]) > 0:
        return _watts_remedy(float(watts[1]))
    return f"Give {LIMITS[column]}, without a unit."


def _range_remedy(column: str, value: float, numbers: Numbers, index: int) -> str:
    if column == "latitude" and "longitude" in numbers and abs(value) <= 180 and abs(numbers["longitude"][index]) <= 90:
        return "Longitude and latitude look swapped: longitude comes first, latitude is from -90 to 90 degrees."
    if column == "power_dbm" and 70 < value <= 10_000:
        return f"It looks like watts: {_watts_remedy(value)}"
    return f"Give {LIMITS[column]}."


def _watts_remedy(watts: float) -> str:
    return f"{watts:g} W is {10 * math.log10(watts * 1000):.1f} dBm; power_dbm is in dBm, from 0 to 70."


def _unknown_names(
    table: RegisterTable, bands: Mapping[str, Band], antennas: Mapping[str, Antenna]
) -> Iterator[Problem]:
    for name, known, what in (
        ("band", bands, "bands of the scenario"),
        ("antenna", antennas, "antennas of the scenario"),
        ("technology", TECHNOLOGIES, "technologies"),
        ("status", STATUSES, "statuses"),
    ):
        if name in table.columns:
            column = table.columns[name]
            for index in _where(~column.holds({*known, ""})):
                remedy = nearest(column[index], known, what)
                yield _problem(table, index, name, f"there is no {name} '{column[index]}'", remedy)


def _wrong_technologies(table: RegisterTable, bands: Mapping[str, Band]) -> Iterator[Problem]:
    if not {"band", "technology"} <= table.columns.keys():
        return
    column = table.columns["band"]
    for technology in TECHNOLOGIES:
        others = {name: band.technology for name, band in bands.items() if band.technology != technology}
        for index in _where(table.columns["technology"].holds({technology}) & column.holds(others)):
            carried = others[column[index]]
            message = f"{technology} on band '{column[index]}', which the scenario gives to {carried}"
            yield _problem(table, index, "technology", message, f"Write {carried}, or name a band of {technology}.")


def _sites_in_two_places(table: RegisterTable, numbers: Numbers) -> Iterator[Problem]:
    if not {"site", "longitude", "latitude"} <= table.columns.keys():
        return
    site = table.columns["site"]
    longitude, latitude = numbers["longitude"], numbers["latitude"]
    sound = (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)  # what is not has been told already
    for index, begin, apart_m in far_from_the_first(site.code, longitude, latitude, sound & ~site.holds({""})):
        message = f"site '{site[index]}' stands {apart_m:,.0f} m from its position in row {table.rows[begin]}"
        remedy = f"Give all cells of a site one position (within {SAME_SITE_M:g} m), or the second place its own name."
        yield _problem(table, index, "site", message, remedy)


def far_from_the_first(
    code: npt.NDArray[np.generic],
    longitude_deg: npt.NDArray[np.float64],
    latitude_deg: npt.NDArray[np.float64],
    counted: npt.NDArray[np.bool_],
) -> Iterator[tuple[int, int, float]]:
    """Yield the rows that stand more than SAME_SITE_M from the first of their code: row, first row, distance [m]."""
    first = _first_index(code)
    moved = (longitude_deg != longitude_deg[first]) | (latitude_deg != latitude_deg[first])
    indices = np.flatnonzero(moved & counted & counted[first])
    origin = first[indices]
    _, _, distance_m = Geod(ellps="WGS84").inv(
        longitude_deg[indices], latitude_deg[indices], longitude_deg[origin], latitude_deg[origin]
    )
    for index, begin, apart_m in zip(indices.tolist(), origin.tolist(), distance_m.tolist(), strict=True):
        if apart_m > SAME_SITE_M:
            yield index, begin, apart_m


def _repeated_cells(table: RegisterTable) -> Iterator[Problem]:
    """Two cells of one name; and, where we name the cells, two rows that say the same."""
    cells = table.columns["cell"]
    for index, begin in _repeats(cells.code):
        message = f"cell '{cells[index]}' is already in row {table.rows[begin]}"
        yield _problem(table, index, "cell", message, "Give each cell its own name, or take the second row out.")
    content = pd.DataFrame({name: column.code for name, column in table.columns.items() if name != "cell"})
    again = content.duplicated(keep=False).to_numpy() & table.defaulted["cell"]
    indices = np.flatnonzero(again)
    same = content[again].groupby(list(content.columns)).ngroup().to_numpy().astype(np.intp)
    for place, begin in _repeats(same):
        message = f"the row repeats row {table.rows[indices[begin]]}"
        remedy = "Take it out, or name the cells in a column 'cell'."
        yield _problem(table, int(indices[place]), None, message, remedy)


def _repeats(code: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    """Return where a code stands again, with where it stands first."""
    first = _first_index(code)
    again = np.flatnonzero(first != np.arange(len(code)))
    return list(zip(again.tolist(), first[again].tolist(), strict=True))


def _first_index(code: npt.NDArray[np.generic]) -> npt.NDArray[np.intp]:
    """Return for each row where its code stands first."""
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    of_row: npt.NDArray[np.intp] = first[inverse]
    return of_row


def _where(mask: npt.NDArray[np.bool_]) -> list[int]:
    return list(map(int, np.flatnonzero(mask)))


def _problem(table: RegisterTable, index: int, column: str | None, message: str, remedy: str) -> Problem:
    return Problem(table.file, table.rows[index], column, message, remedy)
