"""Antenna patterns in CSV files: two cuts, or the whole sphere, read and checked.

Two cuts: a row a point, columns ``cut`` ("horizontal" or "vertical"), ``angle_deg`` and ``attenuation_db``. The whole
sphere: a row a direction, columns ``horizontal_deg``, ``vertical_deg`` and ``attenuation_db``. Attenuation is below the
antenna's gain. Horizontal angles count clockwise from the boresight; vertical ones downwards from the horizon, in a
cut round the whole circle (90 is straight down, 180 behind), in a table of the sphere from -90 to 90.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.errors import InputError, Problem, input_error
from phusong.kernels.antennas.cuts import Cut, lay_cuts, make_cut
from phusong.kernels.antennas.table import GREATEST_DB, Table, lay_table, make_table

CUTS = ("horizontal", "vertical")
_OF_CUTS = ("cut", "angle_deg", "attenuation_db")
_OF_SPHERE = ("horizontal_deg", "vertical_deg", "attenuation_db")
_LIMITS = {
    "angle_deg": (-180.0, 360.0),
    "horizontal_deg": (-180.0, 360.0),
    "vertical_deg": (-90.0, 90.0),
    "attenuation_db": (0.0, GREATEST_DB),
}

Numbers = dict[str, npt.NDArray[np.float64]]


def read_antenna_table(path: Path) -> tuple[Cut, Cut] | Table:
    """Return the horizontal and vertical cut, or the table over the sphere, of a file.

    Raises
    ------
    InputError : every problem of the file at once.
    """
    frame = _read(path)
    if set(_OF_CUTS) <= set(frame):
        names = frame["cut"].str.strip()
        unknown = [
            Problem(str(path), row + 2, "cut", f"there is no cut '{names.iloc[row]}'", f"Use {' or '.join(CUTS)}.")
            for row in np.flatnonzero(~names.isin(CUTS)).tolist()
        ]
        numbers = _numbers(path, frame, _OF_CUTS[1:], unknown)
        return _make_cuts(path, names.to_numpy(dtype=np.str_), numbers)
    if set(_OF_SPHERE) <= set(frame):
        return _make_sphere(path, _numbers(path, frame, _OF_SPHERE, []))
    message = f"the columns are {', '.join(map(repr, frame.columns)) or 'none'}"
    remedy = f"Give {', '.join(_OF_CUTS)} (two cuts), or {', '.join(_OF_SPHERE)} (the sphere)."
    raise input_error(path, message, remedy, row=1)


def lay_antenna_table(path: Path) -> npt.NDArray[np.float32]:
    """Return the attenuation of a file on the posts that a raster looks up, shape (ROWS * COLUMNS,) [dB]."""
    pattern = read_antenna_table(path)
    return lay_table(pattern) if isinstance(pattern, Table) else lay_cuts(*pattern)


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, skip_blank_lines=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise input_error(path, f"it cannot be read: {error}", "Give a CSV file in UTF-8, with a header.") from error


def _numbers(path: Path, frame: pd.DataFrame, columns: tuple[str, ...], problems: list[Problem]) -> Numbers:
    """Return the columns as numbers within their limits; raise these problems and all that is wrong with them."""
    numbers: Numbers = {}
    for name in columns:
        low, high = _LIMITS[name]
        values = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64)
        for row in np.flatnonzero(~((values >= low) & (values <= high))).tolist():
            text = frame[name].iloc[row]
            what = "is not a number" if np.isnan(values[row]) else "is out of range"
            remedy = f"Give a number from {low:g} to {high:g}, with a decimal point."
            problems.append(Problem(str(path), row + 2, name, f"'{text}' {what}", remedy))
        numbers[name] = values
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    return numbers


def _make_cuts(path: Path, names: npt.NDArray[np.str_], numbers: Numbers) -> tuple[Cut, Cut]:
    problems: list[Problem] = []
    cuts: list[Cut] = []
    for name in CUTS:
        of_cut = names == name
        if not of_cut.any():
            problems.append(
                Problem(str(path), None, "cut", f"there is no {name} cut", f"Give rows with the cut {name}.")
            )
            continue
        try:
            source = f"{path} ({name} cut)"
            cuts.append(make_cut(numbers["angle_deg"][of_cut], numbers["attenuation_db"][of_cut], source=source))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return cuts[0], cuts[1]


def _make_sphere(path: Path, numbers: Numbers) -> Table:
    horizontal_deg, column = np.unique(numbers["horizontal_deg"], return_inverse=True)
    vertical_deg, row = np.unique(numbers["vertical_deg"], return_inverse=True)
    attenuation_db = np.full((vertical_deg.size, horizontal_deg.size), np.nan)
    attenuation_db[row, column] = numbers["attenuation_db"]
    times = np.zeros(attenuation_db.shape, dtype=np.int64)
    np.add.at(times, (row, column), 1)
    problems = []
    for wrong, what in ((times == 0, "is missing"), (times > 1, "stands twice")):
        if wrong.any():
            i, j = np.argwhere(wrong)[0]
            message = f"the direction horizontal {horizontal_deg[j]:g}, vertical {vertical_deg[i]:g} {what}"
            remedy = "Give every horizontal with every vertical angle, once."
            problems.append(Problem(str(path), None, None, message, remedy))
    if problems:
        raise InputError(problems)
    return make_table(horizontal_deg, vertical_deg, attenuation_db, source=str(path))
