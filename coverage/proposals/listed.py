"""A user's own list of candidates, read from CSV and checked whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.ground import Ground
from phusong.coverage.proposals.costs import UNIT
from phusong.coverage.proposals.roads import allowed_at
from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.register_checks import LIMITS, TECHNOLOGIES
from phusong.scenarios.schema import Band
from phusong.scenarios.suggestions import nearest

NEEDED = ("site", "longitude", "latitude")
ALLOWED = (
    *NEEDED, "antenna_height_m", "kind", "operator", "technology", "band", "antenna", "azimuths_deg", "requires"
)  # fmt: skip
COST = "cost_"
"""How the names of columns with costs begin, whatever follows."""


def read_listed(
    path: Path,
    ground: Ground,
    technology: str,
    *,
    sites: Collection[str],
    operators: Collection[str],
    bands: Mapping[str, Band],
    antennas: Collection[str],
) -> pd.DataFrame:
    """Return the candidates of a list.

    Parameters
    ----------
    path : CSV with site, longitude and latitude, and if wished antenna_height_m, kind, operator, technology, band,
        antenna, azimuths_deg ("0 120 240"), requires ("A|B": a candidate of the list or a site of the network, one of
        which it needs) and any columns cost_*, in units.
    technology : asked for; rows for another are checked and left out.
    sites, operators : of the network; bands, antennas : of the scenario.

    Returns
    -------
    A row for each candidate with those columns but the technology, texts "" and the height nan where not given;
    requires is "" where a site of the network will do, which stands already; the costs in whole
    thousandths, nan in a row that states none, and no such column where the list has none.

    Raises
    ------
    InputError : with every bad column, or else every bad row.
    """
    name = str(path)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise input_error(name, f"it cannot be read: {error}", "Give a CSV file in UTF-8") from error
    if not isinstance(table.index, pd.RangeIndex):  # rows with more fields than the header would be read askew
        raise input_error(name, "every row has more fields than the header", "Name every column in the header", row=1)
    if problems := list(_column_problems(name, table)):
        raise InputError(problems)
    table = table.fillna("").apply(lambda column: column.str.strip())
    costs = [column for column in table.columns if column.startswith(COST)]
    numbers = {column: _numbers(table, column) for column in ("longitude", "latitude", "antenna_height_m", *costs)}
    problems = [*_number_problems(name, table, numbers), *_text_problems(name, table, set(sites), technology)]
    problems += _name_problems(name, table, technology, operators, bands, antennas)
    if not problems:
        places_m = np.column_stack(ground.grid.project(numbers["longitude"], numbers["latitude"]))
        known = allowed_at(ground.grid, np.isfinite(ground.height_m), places_m)
        for row in np.flatnonzero(~known).tolist():
            message = f"site '{table['site'].iloc[row]}' stands outside the grid or on missing terrain"
            problems.append(Problem(name, row + 2, None, message, "Leave it out, or give the area more terrain."))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    texts = {
        column: _texts(table, column)
        for column in ("site", "kind", "operator", "band", "antenna", "azimuths_deg", "requires")
    }
    texts["kind"] = texts["kind"].where(texts["kind"] != "", "listed")
    priced = pd.DataFrame({column: numbers.pop(column) for column in costs}, index=table.index)
    stated = priced.notna().any(axis=1)
    priced = (priced.fillna(0.0) * UNIT).round().where(stated)
    stands = [not set(sites).isdisjoint(text.split("|")) for text in texts["requires"]]
    texts["requires"] = texts["requires"].mask(pd.Series(stands, index=table.index, dtype=np.bool_), "")
    is_ours = _technologies(table, technology) == technology
    return pd.concat([pd.DataFrame({**texts, **numbers}), priced], axis=1)[is_ours].reset_index(drop=True)


def _texts(table: pd.DataFrame, column: str) -> pd.Series:
    return table[column] if column in table else pd.Series("", index=table.index, dtype=object)


def _numbers(table: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    """Return a column as numbers, nan where it is empty or no number."""
    return pd.to_numeric(_texts(table, column), errors="coerce").to_numpy(dtype=np.float64)


def _column_problems(name: str, table: pd.DataFrame) -> Iterator[Problem]:
    for column in NEEDED:
        if column not in table:
            yield Problem(name, 1, column, "the column is missing", f"Needed: {', '.join(NEEDED)}.")
    for column in table.columns:
        if column not in ALLOWED and not column.startswith(COST):
            yield Problem(name, 1, column, "the column is not known", nearest(column, [*ALLOWED, "cost_*"], "columns"))


def _number_problems(name: str, table: pd.DataFrame, numbers: dict[str, npt.NDArray[np.float64]]) -> Iterator[Problem]:
    for column, values in numbers.items():
        low, high = (0.0, 1e9) if column.startswith(COST) else (LIMITS[column].low, LIMITS[column].high)
        given = _texts(table, column) != ""
        wrong = ~((values >= low) & (values <= high)) & (given | (column in NEEDED))
        for row in np.flatnonzero(wrong).tolist():
            message = f"'{table[column].iloc[row]}' is not a number between {low:g} and {high:g}"
            yield Problem(name, row + 2, column, message, "Write the number with a point and without a unit.")


def _name_problems(
    name: str,
    table: pd.DataFrame,
    technology: str,
    operators: Collection[str],
    bands: Mapping[str, Band],
    antennas: Collection[str],
) -> Iterator[Problem]:
    """Yield every operator, technology, band and antenna that there is not, and every band of another technology."""
    of_row = _technologies(table, technology)
    known = {"operator": operators, "technology": TECHNOLOGIES, "antenna": antennas}
    for column, names in known.items():
        for row, text in enumerate(_texts(table, column)):
            if text and text not in names:
                remedy = nearest(text, sorted(names), f"{column}s")
                yield Problem(name, row + 2, column, f"there is no {column} '{text}'", remedy)
    for row, text in enumerate(_texts(table, "band")):
        its_own = sorted(one for one, band in bands.items() if band.technology == of_row[row])
        if text and text not in its_own:
            message = f"there is no band '{text}' of {of_row[row]}"
            yield Problem(name, row + 2, "band", message, nearest(text, its_own, "bands"))


def _technologies(table: pd.DataFrame, technology: str) -> pd.Series:
    """Return the technology of every row: that asked for where it names none."""
    named = _texts(table, "technology")
    return named.mask(named == "", technology)


def _text_problems(name: str, table: pd.DataFrame, sites: set[str], technology: str) -> Iterator[Problem]:
    site, of_row = table["site"], _technologies(table, technology)
    for row in np.flatnonzero(site == "").tolist():
        yield Problem(name, row + 2, "site", "the field is empty", "Name the site.")
    for row in np.flatnonzero(pd.DataFrame({"site": site, "for": of_row}).duplicated() & (site != "")).tolist():
        message = f"site '{site.iloc[row]}' stands twice"
        yield Problem(name, row + 2, "site", message, "Give every candidate a name of its own.")
    for row in np.flatnonzero(site.isin(sites)).tolist():
        message = f"the network has a site '{site.iloc[row]}' already"
        yield Problem(name, row + 2, "site", message, "Give every candidate a name of its own.")
    for row, text in enumerate(_texts(table, "azimuths_deg")):
        if not _are_azimuths(text):
            message = f"'{text}' is not a list of azimuths"
            yield Problem(name, row + 2, "azimuths_deg", message, "Write degrees from 0 to 360, such as 0 120 240.")
    known = {*sites, *site[of_row == technology]}
    for row, text in enumerate(_texts(table, "requires")):
        for other in text.split("|") if text else []:
            if other == site.iloc[row] or (of_row[row] == technology and other not in known):
                message = f"'{other}' is neither another candidate of the list nor a site of the network"
                yield Problem(name, row + 2, "requires", message, "Name those of which it needs one, such as A|B.")


def _are_azimuths(text: str) -> bool:
    values = pd.to_numeric(pd.Series(text.split(), dtype=str), errors="coerce")
    return bool(values.between(0.0, 360.0).all())
