"""Patterns in antenna tables of Atoll: a row an antenna or a beam, separated by tabs, commas or semicolons.

The column Pattern holds numbers: how many cuts; of each its kind (0 horizontal, 1 vertical), the angle at which it was
taken, how many points follow, and their angles and attenuations; at the end likewise the cuts of the other
polarisation, mostly 0. Vertical angles count downwards: beams of a stated tilt are strongest there.

A pattern goes by its Name. Where names repeat, as with beams of one array, it goes by the first other column of text
that tells all rows apart, such as ANTENNA_ELEMENT; failing that, by "row 2", "row 3" and so on.
"""

from __future__ import annotations

import csv
import io
import re

from phusong.kernels.antennas.cuts import Cut
from phusong.scenarios.antenna_files.pattern import AntennaFile, Pattern
from phusong.scenarios.antenna_files.planet import level_notes, tilt_notes
from phusong.scenarios.antenna_files.text import Source, check_tilt, close_cut, read_frequency, read_gain, read_stated

_DELIMITERS = "\t,;"
_KINDS = ("horizontal", "vertical")
_HEADER = re.compile(r"\s*(?P<name>[^(\[]*?)\s*(?:[(\[](?P<unit>.*)[)\]])?\s*")
_DEGREES = {"", "°", "deg", "degrees", "º"}
_PATTERN = "pattern"
_TILT = "pattern electrical tilt"
_MORE_POINTS = 100_000

Row = tuple[int, dict[str, str]]


def is_atoll(source: Source) -> bool:
    """Tell whether a text is laid out so: its header names a column Pattern."""
    header = source.text.lstrip().splitlines()[0]
    return any(_column(name)[0] == _PATTERN for name in re.split(f"[{_DELIMITERS}]", header))


def read_atoll(source: Source) -> AntennaFile:
    """Return the patterns of a table.

    Raises
    ------
    InputError : every problem of the file at once.
    """
    units, rows = _rows(source)
    if not rows:
        source.wrong("the table has no rows", "Give a row for each antenna.", row=1)
    names = _names(source, rows)
    patterns = [_pattern(source, name, row, units) for name, row in zip(names, rows, strict=True)]
    source.raise_problems()
    whole = tuple(pattern for pattern in patterns if pattern is not None)
    return AntennaFile((source.path,), "Atoll table", whole, tuple(source.notes))


def _column(text: str) -> tuple[str, str]:
    """Return the name of a column, in small letters, and the unit that stands in brackets behind it."""
    match = _HEADER.fullmatch(text.strip().strip('"'))
    return (match["name"].casefold(), (match["unit"] or "").strip()) if match is not None else (text.casefold(), "")


def _rows(source: Source) -> tuple[dict[str, str], list[Row]]:
    """Return the unit of each column, and every row with its line and its texts by column."""
    text = source.text.lstrip()
    above = source.text[: len(source.text) - len(text)].count("\n")
    header = text.splitlines()[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = [_column(name) for name in next(reader)]
    for name, unit in columns:
        if name.endswith(("tilt", "azimuth")) and unit.casefold() not in _DEGREES:
            source.note(f"the degree sign of the column '{name}' is broken: read as degrees")
    rows = []
    start = reader.line_num
    try:
        for fields in reader:
            line, start = start + 1 + above, reader.line_num
            if not any(field.strip() for field in fields):
                continue
            if len(fields) != len(columns):
                remedy = "Put a field that holds the separator in double quotes, and leave out no field."
                source.wrong(f"there are {len(fields)} fields under {len(columns)} columns", remedy, row=line)
                continue
            rows.append((line, {name: field.strip() for (name, _), field in zip(columns, fields, strict=True)}))
    except csv.Error as error:
        source.wrong(f"the row cannot be read: {error}", "Mend its quotes.", row=start + 1 + above)
    return dict(columns), rows


def _names(source: Source, rows: list[Row]) -> list[str]:
    """Return what each row goes by."""
    lines = [f"row {line}" for line, _ in rows]
    if not rows:
        return []
    columns = [name for name in rows[0][1] if name not in ("name", _PATTERN)]
    for column in ("name", *columns):
        texts = [row.get(column, "") for _, row in rows]
        numbers = column != "name" and all(source.number(text) is not None for text in texts)
        if all(texts) and len(set(texts)) == len(texts) and not numbers:
            if column != "name":
                source.note(f"names repeat: patterns go by the column {column.upper()}")
            return texts
    source.note("names repeat: patterns go by their rows")
    return lines


def _pattern(source: Source, name: str, numbered: Row, units: dict[str, str]) -> Pattern | None:
    line, row = numbered
    shape = _shape(source, row[_PATTERN], line)
    unit = units.get("gain", "")
    gain_dbi, gain_text = read_gain(
        source, row.get("gain", ""), "dBd" if unit.lower() == "dbd" else "dBi", row=line, field="Gain"
    )
    tilt_text = row.get(_TILT, "")
    tilt_deg = source.number(tilt_text)
    if tilt_deg is not None:
        check_tilt(source, tilt_deg, row=line, field="Pattern Electrical Tilt")
    elif tilt_text:
        remedy = "Give degrees, downwards."
        source.wrong(f"'{tilt_text}' is not a number", remedy, row=line, field="Pattern Electrical Tilt")
    if shape is None:
        return None
    notes = level_notes(*shape) if tilt_deg is None else [*level_notes(*shape), *tilt_notes(tilt_deg, shape[1])]
    frequency = row.get("frequency") or "-".join(
        text for end in ("min", "max") if (text := row.get(f"{end} frequency") or row.get(f"f{end}"))
    )
    return Pattern(
        name=name,
        shape=shape,
        gain_dbi=gain_dbi,
        gain_text=gain_text,
        electrical_tilt_deg=tilt_deg,
        frequency_mhz=read_frequency(source, frequency),
        polarization=row.get("polarization") or None,
        horizontal_beamwidth_deg=_first_stated(source, row, "h_width", "beamwidth", "half-power beamwidth"),
        vertical_beamwidth_deg=_first_stated(source, row, "v_width"),
        notes=tuple(notes),
    )


def _first_stated(source: Source, row: dict[str, str], *columns: str) -> float | None:
    return next((value for name in columns if (value := read_stated(source, row.get(name, ""))) is not None), None)


def _shape(source: Source, text: str, line: int) -> tuple[Cut, Cut] | None:
    """Return both cuts of a pattern string; None, with the problems added, where it is wrong."""
    before = len(source.problems)
    remedy = (
        "Give 2, then for each cut its kind (0 horizontal, 1 vertical), 0, how many points, their angles and "
        "attenuations, and 0 at the end, with blanks between."
    )
    numbers: list[float] = []
    for token in text.split():
        number = source.number(token)
        if number is None:
            source.wrong(f"'{token}' in the pattern is not a number", remedy, row=line, field="Pattern")
            return None
        numbers.append(number)
    cuts: dict[str, Cut | None] = {}
    place = 1
    for _ in range(int(numbers[0]) if numbers and 0.0 <= numbers[0] < _MORE_POINTS else 0):
        head = numbers[place : place + 3]
        count = int(head[2]) if len(head) == 3 and 0.0 <= head[2] < _MORE_POINTS else -1
        points = numbers[place + 3 : place + 3 + 2 * count]
        if len(head) < 3 or head[0] not in (0.0, 1.0) or count < 0 or len(points) < 2 * count:
            message = "the pattern ends before all its points, or its counts are wrong"
            source.wrong(message, remedy, row=line, field="Pattern")
            return None
        kind = _KINDS[int(head[0])]
        if kind in cuts:
            source.wrong(f"the pattern has two {kind} cuts", remedy, row=line, field="Pattern")
            return None
        cuts[kind] = close_cut(source, kind, points[0::2], points[1::2], row=line, field="Pattern")
        place += 3 + 2 * count
    if numbers[place : place + 1] not in ([], [0.0]):
        source.note("the cuts of the other polarisation are left out")
    elif len(numbers) > place + 1:
        message = f"{len(numbers) - place} numbers follow the last point, its counts are wrong"
        source.wrong(message, remedy, row=line, field="Pattern")
    for kind in _KINDS:
        if kind not in cuts:
            source.wrong(f"the pattern has no {kind} cut", remedy, row=line, field="Pattern")
    horizontal, vertical = cuts.get("horizontal"), cuts.get("vertical")
    if len(source.problems) > before or horizontal is None or vertical is None:
        return None
    return horizontal, vertical
