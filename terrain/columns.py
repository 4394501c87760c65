"""Columns of a table of zones or classes as checked text and numbers: every bad value is a problem, with its row."""

from __future__ import annotations

import csv
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, Problem, input_error

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of a table with n rows, and the problems found in them so far.

    Attributes
    ----------
    path : the file.
    values : the values of every column as read, by name.
    rows : what the reader calls each row: the line of a text file, the number of a feature.
    problems : grows while columns are read.
    kind : what a row is, for remedies.
    """

    path: Path
    values: dict[str, Sequence[Any]]
    rows: Sequence[int]
    problems: list[Problem] = field(default_factory=list)
    kind: str = "zone"

    def text(self, name: str) -> tuple[str, ...]:
        """Return a column as NFC text; an empty value is a problem."""
        texts = tuple(_text(value) for value in self.values[name])
        for row, text in zip(self.rows, texts, strict=True):
            if not text:
                self.add(row, name, "the value is empty", f"Give every {self.kind} a {name}.")
        return texts

    def unique_text(self, name: str) -> tuple[str, ...]:
        """Return a column as NFC text; an empty or repeated value is a problem."""
        texts = self.text(name)
        remedy = f"Give every {self.kind} its own {name}."
        first: dict[str, int] = {}
        for row, text in zip(self.rows, texts, strict=True):
            if text and first.setdefault(text, row) != row:
                self.add(row, name, f"{text!r} stands already in row {first[text]}", remedy)
        return texts

    def numbers(self, name: str, lowest: float, highest: float = math.inf, *, required: bool = False) -> FloatArray:
        """Return a column as numbers, NaN where there is no value; anything else, or out of range, is a problem."""
        allowed = f"a number from {lowest:g}" + (f" to {highest:g}" if highest < math.inf else "")
        remedy = f"Give {allowed}{'' if required else ', or leave it empty where it is unknown'}."
        numbers = np.full(len(self.rows), np.nan)
        for index, (row, value) in enumerate(zip(self.rows, self.values[name], strict=True)):
            text = _text(value)
            if not text and not required:
                continue
            try:
                numbers[index] = float(text)
            except ValueError:
                numbers[index] = math.nan
            if not (lowest <= numbers[index] <= highest and math.isfinite(numbers[index])):
                self.add(row, name, f"{text!r} is not {allowed}", remedy)
        return numbers

    def add(self, row: int | None, name: str | None, message: str, remedy: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(str(self.path), row, name, message, remedy))

    def check(self) -> None:
        """Raise an InputError with all problems noted, in the order of the rows."""
        if self.problems:
            raise InputError(sorted(self.problems, key=lambda problem: problem.row or 0))


def read_csv(path: Path, required: Sequence[str], optional: Sequence[str] = (), *, kind: str = "zone") -> Columns:
    """Read columns of a UTF-8 CSV file, "" where an optional one is absent; InputError where it is no such table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            header = list(reader.fieldnames or ())
            lines, records = [], []
            for record in reader:
                lines.append(reader.line_num)
                records.append(record)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise input_error(path, f"the table cannot be read ({error})", "Give a CSV file in UTF-8.") from error
    names = (*required, *optional)
    columns = Columns(path, {name: [record.get(name, "") for record in records] for name in names}, lines, kind=kind)
    for name in required:
        if name not in header:
            columns.add(1, name, "the column is missing", f"The header needs: {', '.join(required)}.")
    if not records:
        columns.add(None, None, "the table has no rows", "Give at least one row under the header.")
    for line, record in zip(lines, records, strict=True):
        if None in record:
            columns.add(
                line, None, f"more values than the {len(header)} columns", "Put values that hold a comma in quotes."
            )
    columns.check()
    return columns


def _text(value: Any) -> str:
    """Return a value as stripped NFC text, "" where there is none."""
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return ""
    # A column of whole numbers with gaps is read as floating-point: 4792.0 is the code 4792.
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return unicodedata.normalize("NFC", str(value)).strip()
