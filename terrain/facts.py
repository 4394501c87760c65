"""The table of facts that demonstration relief is made from: named places, crests and waters with their heights.

A CSV file, one fact a row: name, kind, longitude, latitude, height_m, roughness_m, width_m, source. Consecutive rows
of the same name and kind are the vertices of one line (a crest, a river, a lake drawn as a band); any other row is a
point. Lines that begin with "#" are notes, which go with everything made from the table.
"""

from __future__ import annotations

import csv
import math
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from phusong.errors import InputError, Problem, input_error

COLUMNS = ("name", "kind", "longitude", "latitude", "height_m", "roughness_m", "width_m", "source")
WATER = ("river", "lake")
KINDS = ("peak", "ridge", "saddle", "slope", "hill", "valley", "plain", "town", *WATER)

_LEAST_SPREAD_DEG = 1e-3
_LIMITS = {
    "longitude": (-180.0, 180.0),
    "latitude": (-85.0, 85.0),
    "height_m": (-500.0, 9000.0),
    "roughness_m": (0.0, 500.0),
    "width_m": (1.0, 50_000.0),
}


@dataclass(frozen=True)
class Fact:
    """One row of the table.

    Attributes
    ----------
    row : line of the file, counted from 1.
    name, kind : what stands there; kind is one of KINDS.
    longitude_deg, latitude_deg : WGS 84 [deg].
    height_m : height above sea level; of water, its surface [m].
    roughness_m : standard deviation of the fine relief round the smooth surface [m].
    width_m : width of the water across its line [m]; NaN on land.
    """

    row: int
    name: str
    kind: str
    longitude_deg: float
    latitude_deg: float
    height_m: float
    roughness_m: float
    width_m: float


@dataclass(frozen=True)
class Facts:
    """The table: its lines (a point is a line of one fact) in the order of the file, and its notes."""

    lines: tuple[tuple[Fact, ...], ...]
    notes: tuple[str, ...]


def read_facts(path: Path) -> Facts:
    """Read and check a table of facts.

    Raises
    ------
    InputError : with every problem of the table.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise input_error(path, f"cannot be read ({error})", "Name a CSV file in UTF-8 that exists") from error
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    notes = tuple(line.lstrip("# ").strip() for _, line in numbered if line.startswith("#"))
    table = [(number, line) for number, line in numbered if not line.startswith("#")]
    header = next(csv.reader([line for _, line in table[:1]]), [])
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        remedy = f"The first row names the columns {', '.join(COLUMNS)}"
        raise InputError(
            Problem(str(path), table[0][0] if table else 1, column, "the column is missing", remedy)
            for column in missing
        )

    problems: list[Problem] = []
    facts = []
    for number, line in table[1:]:
        cells = next(csv.reader([line]))  # line by line: a lost quote spoils its own row only
        if len(cells) > len(header):
            message = f"{len(cells)} values for {len(header)} columns"
            problems.append(Problem(str(path), number, None, message, "Put a value that holds a comma in quotes"))
        facts.append(_read_row(str(path), number, dict(zip(header, cells, strict=False)), problems))
    lines = tuple(tuple(line) for _, line in groupby(facts, key=lambda fact: (fact.name, fact.kind)))
    problems += _check_lines(str(path), lines)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    return Facts(lines, notes)


def _read_row(file: str, row: int, cells: dict[str, str], problems: list[Problem]) -> Fact:
    """Return the fact of one row; what is wrong with it is added to the problems and stands as NaN."""
    name = unicodedata.normalize("NFC", cells.get("name", "").strip())
    kind = cells.get("kind", "").strip()
    if not name:
        problems.append(Problem(file, row, "name", "the name is empty", "Give every fact a name"))
    if kind not in KINDS:
        problems.append(Problem(file, row, "kind", f"'{kind}' is not a kind", f"Choose one of {', '.join(KINDS)}"))
    numbers = {}
    for field, (low, high) in _LIMITS.items():
        text = cells.get(field, "").strip()
        numbers[field] = math.nan
        if field == "width_m" and kind not in WATER:
            if text:
                problems.append(
                    Problem(
                        file,
                        row,
                        field,
                        f"'{text}' is given for a {kind}",
                        "Only a river or a lake has a width: leave it empty",
                    )
                )
            continue
        with suppress(ValueError):
            numbers[field] = float(text)
        if not low <= numbers[field] <= high:
            numbers[field] = math.nan
            problems.append(
                Problem(
                    file,
                    row,
                    field,
                    f"'{text}' is not a number from {low:g} to {high:g}",
                    "Write a number in that range, with a decimal point",
                )
            )
    return Fact(
        row,
        name,
        kind,
        numbers["longitude"],
        numbers["latitude"],
        numbers["height_m"],
        numbers["roughness_m"],
        numbers["width_m"],
    )


def _check_lines(file: str, lines: tuple[tuple[Fact, ...], ...]) -> list[Problem]:
    """Return what is wrong with the facts taken together; rows whose numbers are wrong stand aside."""
    problems = []
    first: dict[tuple[float, float], Fact] = {}
    for line in lines:
        if line[0].kind in WATER and len(line) == 1:
            message, remedy = f"the {line[0].kind} '{line[0].name}' has a single row", "Give water two or more rows"
            problems.append(Problem(file, line[0].row, "name", message, remedy))
        for fact in line:
            if math.isnan(fact.longitude_deg + fact.latitude_deg + fact.height_m):
                continue
            other = first.setdefault((fact.longitude_deg, fact.latitude_deg), fact)
            if other.height_m != fact.height_m:
                message = f"{fact.height_m:g} m, but row {other.row} states {other.height_m:g} m at the same position"
                remedy = "Give one height a position: correct or remove one of the two rows"
                problems.append(Problem(file, fact.row, "height_m", message, remedy))
    if not _span_an_area(list(first)):
        message = f"the {len(first)} usable positions span no area"
        problems.append(Problem(file, None, None, message, "Give at least four facts that do not lie on one line"))
    return problems


def _span_an_area(positions: list[tuple[float, float]]) -> bool:
    """Return whether there are four or more positions [deg] that do not lie on one line."""
    if len(positions) < 4:
        return False
    spread_deg = np.linalg.svd(np.array(positions) - np.mean(positions, axis=0), compute_uv=False)
    return bool(spread_deg[1] > _LEAST_SPREAD_DEG)
