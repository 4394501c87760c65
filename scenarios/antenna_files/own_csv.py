"""Antenna patterns in our own CSV files: two cuts, or the whole sphere; one pattern or several.

Two cuts: a row a point, columns ``cut`` ("horizontal" or "vertical"), ``angle_deg`` and ``attenuation_db``. The whole
sphere: a row a direction, columns ``horizontal_deg``, ``vertical_deg`` and ``attenuation_db``. Attenuation is below the
antenna's gain. Horizontal angles count clockwise from the boresight; vertical ones downwards from the horizon, in a
cut round the whole circle (90 is straight down, 180 behind), in a table of the sphere from -90 to 90.

The columns ``pattern``, ``gain_dbi`` and ``electrical_tilt_deg`` may stand before these; all rows of a pattern say the
same in them, and an empty field states nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.errors import InputError, Problem, input_error
from phusong.kernels.antennas.cuts import Cut, make_cut
from phusong.kernels.antennas.table import GREATEST_DB, Table, make_table
from phusong.scenarios.antenna_files.pattern import AntennaFile, Pattern
from phusong.scenarios.antenna_files.text import GREATEST_GAIN_DBI, STEEPEST_DEG, Source

CUTS = ("horizontal", "vertical")
_OF_CUTS = ("cut", "angle_deg", "attenuation_db")
_OF_SPHERE = ("horizontal_deg", "vertical_deg", "attenuation_db")
_OF_PATTERN = ("pattern", "gain_dbi", "electrical_tilt_deg")
_LIMITS = {
    "angle_deg": (-180.0, 360.0),
    "horizontal_deg": (-180.0, 360.0),
    "vertical_deg": (-90.0, 90.0),
    "attenuation_db": (0.0, GREATEST_DB),
    "gain_dbi": (-GREATEST_GAIN_DBI, GREATEST_GAIN_DBI),
    "electrical_tilt_deg": (-STEEPEST_DEG, STEEPEST_DEG),
}

FloatArray = npt.NDArray[np.float64]
Numbers = dict[str, FloatArray]


def is_own(source: Source) -> bool:
    """Tell whether a text is a CSV table with a column of ours."""
    header = {name.strip().strip('"') for name in source.text.lstrip().splitlines()[0].split(",")}
    return bool(header & {*_OF_CUTS, *_OF_SPHERE})


def read_own(source: Source) -> AntennaFile:
    """Return the patterns of a file.

    Raises
    ------
    InputError : every problem of the file at once.
    """
    frame = _frame(source)
    columns = next((columns for columns in (_OF_CUTS, _OF_SPHERE) if set(columns) <= set(frame)), None)
    if columns is None:
        message = f"the columns are {', '.join(map(repr, frame.columns)) or 'none'}"
        remedy = f"Give {', '.join(_OF_CUTS)} (two cuts), or {', '.join(_OF_SPHERE)} (the sphere)."
        raise input_error(source.path, message, remedy, row=1)
    if columns is _OF_CUTS:
        frame["cut"] = frame["cut"].str.strip()
        for row in np.flatnonzero(~frame["cut"].isin(CUTS)).tolist():
            message = f"there is no cut '{frame['cut'].iloc[row]}'"
            source.wrong(message, f"Use {' or '.join(CUTS)}.", row=row + 2, field="cut")
    numbers = _numbers(source, frame, columns)
    patterns = []
    for name, rows in _by_pattern(source, frame).items():
        stated = [_stated(source, name, numbers, rows, field) for field in _OF_PATTERN[1:]]
        called = name or source.path.stem
        of_rows = {field: values[rows] for field, values in numbers.items()}
        shape: tuple[Cut, Cut] | Table | None
        if columns is _OF_CUTS:
            shape = _cuts(source, name, frame["cut"].to_numpy(dtype=np.str_)[rows], of_rows)
        else:
            shape = _sphere(source, name, of_rows)
        if shape is not None:
            gain_dbi, tilt_deg = stated
            gain_text = "" if gain_dbi is None else f"{gain_dbi:g} dBi"
            patterns.append(Pattern(called, shape, gain_dbi, gain_text, tilt_deg))
    source.raise_problems()
    return AntennaFile((source.path,), "CSV", tuple(patterns), tuple(source.notes))


def own_text(patterns: Iterable[Pattern]) -> str:
    """Return patterns as a CSV file that reads back equal to the last bit; all are cuts, or all tables."""
    lines = list(_lines(tuple(patterns)))
    return "\n".join([*lines, ""])


def _lines(patterns: tuple[Pattern, ...]) -> Iterator[str]:
    spheres = isinstance(patterns[0].shape, Table)
    yield ",".join([*_OF_PATTERN, *(_OF_SPHERE if spheres else _OF_CUTS)])
    for pattern in patterns:
        start = ",".join([_quoted(pattern.name), _text(pattern.gain_dbi), _text(pattern.electrical_tilt_deg)])
        if isinstance(pattern.shape, Table):
            table = pattern.shape  # its first and last columns only close the circle
            columns = table.horizontal_deg[1:-1].tolist()
            rows = zip(table.vertical_deg.tolist(), table.attenuation_db[:, 1:-1].tolist(), strict=True)
            for vertical, values in rows:
                for horizontal, value in zip(columns, values, strict=True):
                    yield f"{start},{_text(horizontal)},{_text(vertical)},{_text(value)}"
        else:
            for name, cut in zip(CUTS, pattern.shape, strict=True):
                points = zip(cut.angle_deg[1:-1].tolist(), cut.attenuation_db[1:-1].tolist(), strict=True)
                for angle, value in points:
                    yield f"{start},{name},{_text(angle)},{_text(value)}"


def _text(value: float | None) -> str:
    """Return the shortest text that reads back as this very number."""
    return "" if value is None else repr(float(value)).removesuffix(".0")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def _frame(source: Source) -> pd.DataFrame:
    try:
        frame = pd.read_csv(io.StringIO(source.text), dtype=str, keep_default_na=False, skip_blank_lines=False)
    except ValueError as error:
        raise input_error(source.path, f"it cannot be read: {error}", "Give a CSV file with a header.") from error
    frame.columns = frame.columns.str.strip()
    return frame


def _numbers(source: Source, frame: pd.DataFrame, columns: tuple[str, ...]) -> Numbers:
    """Return the columns as numbers within their limits, an unstated gain or tilt as nan; raise all problems so far."""
    numbers: Numbers = {}
    for name in (*columns, *_OF_PATTERN[1:]):
        if name == "cut" or name not in frame:
            continue
        low, high = _LIMITS[name]
        texts = frame[name].str.strip().tolist()
        values = np.array([_number(text) for text in texts], dtype=np.float64)
        right = (values >= low) & (values <= high)
        if name in _OF_PATTERN:
            right |= np.array([text == "" for text in texts], dtype=np.bool_)
        for row in np.flatnonzero(~right).tolist():
            what = "is not a number" if np.isnan(values[row]) else "is out of range"
            remedy = f"Give a number from {low:g} to {high:g}, with a decimal point."
            source.wrong(f"'{frame[name].iloc[row]}' {what}", remedy, row=row + 2, field=name)
        numbers[name] = values
    source.raise_problems()
    return numbers


def _number(text: str) -> float:
    try:
        return float(text)  # pandas rounds some numbers otherwise
    except ValueError:
        return float("nan")


def _by_pattern(source: Source, frame: pd.DataFrame) -> dict[str, npt.NDArray[np.int64]]:
    """Return the rows of each pattern, by its name; "" where the file names none."""
    if "pattern" not in frame:
        return {"": np.arange(len(frame))}
    names = frame["pattern"].str.strip().to_numpy(dtype=np.str_)
    for row in np.flatnonzero(names == "").tolist():
        source.wrong("the row names no pattern", "Give each row the name of its pattern.", row=row + 2, field="pattern")
    source.raise_problems()
    firsts, places = np.unique(names, return_index=True)
    return {str(firsts[place]): np.flatnonzero(names == firsts[place]) for place in np.argsort(places).tolist()}


def _stated(source: Source, name: str, numbers: Numbers, rows: npt.NDArray[np.int64], field: str) -> float | None:
    """Return what all rows of a pattern say in a field; None where they say nothing."""
    if field not in numbers or not rows.size:
        return None
    values = numbers[field][rows]
    differs = np.flatnonzero(~((values == values[0]) | (np.isnan(values) & np.isnan(values[0]))))
    if differs.size:
        called = f" '{name}'" if name else ""
        message = f"the pattern{called} has more than one {field}"
        source.wrong(message, "Say the same in all its rows.", row=int(rows[differs[0]]) + 2, field=field)
    return None if np.isnan(values[0]) else float(values[0])


def _cuts(source: Source, name: str, cut_names: npt.NDArray[np.str_], numbers: Numbers) -> tuple[Cut, Cut] | None:
    """Return both cuts; None, with the problems added, where any is wrong."""
    cuts: list[Cut] = []
    of_pattern = f" of '{name}'" if name else ""
    for cut_name in CUTS:
        of_cut = cut_names == cut_name
        if not of_cut.any():
            message = f"there is no {cut_name} cut{of_pattern}"
            source.wrong(message, f"Give rows with the cut {cut_name}.", field="cut")
            continue
        try:
            where = f"{source.path} ({cut_name} cut{of_pattern})"
            cuts.append(make_cut(numbers["angle_deg"][of_cut], numbers["attenuation_db"][of_cut], source=where))
        except InputError as error:
            source.problems += error.problems
    return (cuts[0], cuts[1]) if len(cuts) == len(CUTS) else None


def _sphere(source: Source, name: str, numbers: Numbers) -> Table | None:
    """Return the table; None, with the problems added, where it is wrong."""
    horizontal_deg, column = np.unique(numbers["horizontal_deg"], return_inverse=True)
    vertical_deg, row = np.unique(numbers["vertical_deg"], return_inverse=True)
    attenuation_db = np.full((vertical_deg.size, horizontal_deg.size), np.nan)
    attenuation_db[row, column] = numbers["attenuation_db"]
    times = np.zeros(attenuation_db.shape, dtype=np.int64)
    np.add.at(times, (row, column), 1)
    where = f"{source.path} ({name})" if name else str(source.path)
    whole = bool((times == 1).all())
    for wrong, what in ((times == 0, "is missing"), (times > 1, "stands twice")):
        if wrong.any():
            i, j = np.argwhere(wrong)[0]
            message = f"the direction horizontal {horizontal_deg[j]:g}, vertical {vertical_deg[i]:g} {what}"
            source.problems.append(
                Problem(where, None, None, message, "Give every horizontal with every vertical angle, once.")
            )
    try:
        return make_table(horizontal_deg, vertical_deg, attenuation_db, source=where) if whole else None
    except InputError as error:
        source.problems += error.problems
        return None
