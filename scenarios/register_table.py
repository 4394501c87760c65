"""The text of a register: what its columns are, and the CSV file split into them with every row's line known."""

from __future__ import annotations

import csv
import io
import math
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.suggestions import nearest

# Columns in the order they are written -> fields of a Register.
COLUMNS = {
    "site": "site",
    "longitude": "longitude_deg",
    "latitude": "latitude_deg",
    "operator": "operator",
    "technology": "technology",
    "band": "band",
    "azimuth_deg": "azimuth_deg",
    "mechanical_tilt_deg": "mechanical_tilt_deg",
    "electrical_tilt_deg": "electrical_tilt_deg",
    "antenna_height_m": "antenna_height_m",
    "power_dbm": "power_dbm",
    "antenna": "antenna",
    "status": "status",
    "cell": "cell",
}
DEFAULTS = {"mechanical_tilt_deg": "0", "electrical_tilt_deg": "0", "status": "on"}
REQUIRED = tuple(column for column in COLUMNS if column not in DEFAULTS and column != "cell")

_DELIMITERS = ",;\t"
_CLOSE_QUOTES = "Close the double quotes, or take them out."


@dataclass(frozen=True)
class Column:
    """A column of text, each different value held once: what is checked or parsed is a few values, not every row.

    Attributes
    ----------
    values : the different values.
    code : index into values of every row.
    """

    values: list[str]
    code: npt.NDArray[np.intp]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Column:
        """Return the column that holds these texts."""
        code, values = pd.factorize(np.asarray(texts, dtype=object))
        return cls(list(values), code)

    def __getitem__(self, index: int) -> str:
        return self.values[int(self.code[index])]

    def __iter__(self) -> Iterator[str]:
        return map(self.values.__getitem__, self.code.tolist())

    def map(self, change: Callable[[str], str]) -> Column:
        """Return the column with every value changed."""
        changed = Column.of([change(value) for value in self.values])
        return Column(changed.values, changed.code[self.code])

    def holds(self, wanted: Collection[str]) -> npt.NDArray[np.bool_]:
        """Return where one of the wanted values stands, shape (rows,)."""
        return np.array([value in wanted for value in self.values], dtype=bool)[self.code]

    def numbers(self) -> npt.NDArray[np.float64]:
        """Return the values as numbers, NaN where one is empty or no number, shape (rows,)."""
        return np.array([_number(value) for value in self.values])[self.code]

    def text(self) -> npt.NDArray[np.str_]:
        """Return the values as text, shape (rows,)."""
        return np.array(self.values, dtype=np.str_)[self.code]


@dataclass(frozen=True)
class RegisterTable:
    """A register as text.

    Attributes
    ----------
    file : where it was read.
    rows : line of every record in the file; the header is line 1.
    columns : the known columns, without blanks round their values; a required one may be absent.
    defaulted : optional column -> where its value is a default.
    problems : what is wrong with the header and with the number of fields in a row.
    """

    file: str
    rows: list[int]
    columns: dict[str, Column]
    defaulted: dict[str, npt.NDArray[np.bool_]]
    problems: list[Problem]


def read_register_table(path: Path) -> RegisterTable:
    """Split a CSV file in UTF-8 whose separator is a comma, a semicolon or a tab.

    Raises
    ------
    InputError
        Where there is no text to split or no cell in it.
    """
    text = _decode(path)
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [name.strip() for name in next(reader, [])]
    if not any(header):
        raise input_error(path, "the file is empty", f"Give the header {','.join(COLUMNS)} and one row a cell.")
    problems = list(_header_problems(str(path), header))
    fields: list[str] = []  # of all records one after the other: a list a record would keep the garbage collector busy
    rows: list[int] = []
    row = reader.line_num + 1  # a quoted field may span lines: a record starts where the one before it ended
    try:
        for record in reader:
            if any(record):
                if len(record) == len(header):
                    fields += record
                    rows.append(row)
                else:
                    problems.append(_wrong_length(str(path), row, record, header))
            row = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(str(path), row, None, f"the row cannot be split ({error})", _CLOSE_QUOTES))
    if not rows and not problems:
        problems.append(Problem(str(path), None, None, "the register holds no cell", "Give one row a cell."))
    if not rows:
        raise InputError(problems)
    columns = {
        name: Column.of(fields[place :: len(header)]).map(str.strip)
        for place, name in enumerate(header)
        if name in COLUMNS
    }
    defaulted = _fill_defaults(columns, len(rows))
    return RegisterTable(str(path), rows, columns, defaulted, problems)


def _fill_defaults(columns: dict[str, Column], length: int) -> dict[str, npt.NDArray[np.bool_]]:
    """Fill the empty fields of the optional columns; return where, by column."""
    empty = Column([""], np.zeros(length, dtype=np.intp))
    defaulted = {}
    for name, default in DEFAULTS.items():
        column = columns.get(name, empty)
        defaulted[name] = column.holds({""})
        columns[name] = column.map(lambda value, default=default: value or default)  # type: ignore[misc]
    cells, sites, bands = (columns.get(name, empty) for name in ("cell", "site", "band"))
    defaulted["cell"] = cells.holds({""})
    before = pd.DataFrame({"site": sites.code, "band": bands.code}).groupby(["site", "band"]).cumcount()
    columns["cell"] = Column.of(
        [
            cell or f"{site}-{band}-{number}"
            for cell, site, band, number in zip(cells, sites, bands, (before + 1).tolist(), strict=True)
        ]
    )
    return defaulted


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _decode(path: Path) -> str:
    remedy = "Save it as CSV in UTF-8 (in a spreadsheet program: 'CSV UTF-8')."
    try:
        data = path.read_bytes()
    except OSError as error:
        raise input_error(path, f"the register cannot be read ({error.strerror})", "Name a file that exists.") from None
    if data.startswith(b"PK"):
        raise input_error(path, "this is a spreadsheet or zip file, not CSV text", remedy)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise input_error(path, "the text is UTF-16, not UTF-8", remedy, row=1)
    try:
        return unicodedata.normalize("NFC", data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        start = error.start
        message = f"byte 0x{data[start]:02X} at offset {start} is not UTF-8 text"
        raise input_error(path, message, remedy, row=data[:start].count(b"\n") + 1) from None


def _header_problems(file: str, header: Sequence[str]) -> list[Problem]:
    missing = [column for column in REQUIRED if column not in header]
    unknown = [name for name in dict.fromkeys(header) if name not in COLUMNS]
    repeated = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    return [
        *(
            Problem(file, 1, name, f"the column '{name}' is missing", nearest(name, unknown, "other columns here"))
            for name in missing
        ),
        *(
            Problem(file, 1, name, f"'{name}' is not a column of a register", nearest(name, COLUMNS, "columns"))
            for name in unknown
        ),
        *(Problem(file, 1, name, f"the column '{name}' stands twice", "Keep one of them.") for name in repeated),
    ]


def _wrong_length(file: str, row: int, record: Sequence[str], header: Sequence[str]) -> Problem:
    remedy = "Give every column a field, if only an empty one."
    if len(record) > len(header):
        remedy = "Write decimals with a point, and put text that holds the separator in double quotes."
    if any("\n" in value for value in record):
        remedy = _CLOSE_QUOTES
    return Problem(file, row, None, f"the row has {len(record)} fields, the header {len(header)}", remedy)
