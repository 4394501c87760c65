"""Antenna files as text: compression and encodings, numbers as people write them, and the points of a cut."""

from __future__ import annotations

import gzip
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from phusong.errors import InputError, Problem, input_error
from phusong.kernels.antennas.cuts import Cut, make_cut
from phusong.kernels.antennas.table import GREATEST_DB
from phusong.scenarios.antenna_files.pattern import DBD_DB

LONGEST_BYTES = 64_000_000
"""A file of patterns is never longer; what unpacks to more is not one."""

GREATEST_GAIN_DBI = 100.0
STEEPEST_DEG = 90.0
"""Beyond these a file's gain or tilt is a slip of the pen, even where the scenario gives others."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")
_GAIN = re.compile(rf"({_NUMBER.pattern})\s*(dBi|dBd)?", re.IGNORECASE)
_FREQUENCY = re.compile(
    rf"({_NUMBER.pattern})(?:\s*(?:-|to)\s*({_NUMBER.pattern}))?\s*(kHz|MHz|GHz)?\.?", re.IGNORECASE
)
_MHZ = {"khz": 1e-3, "mhz": 1.0, "ghz": 1e3}
COMMAS = "decimal commas are read as points"


@dataclass
class Source:
    """A file while it is read: its text, and the problems and notes that gather on the way."""

    path: Path
    text: str
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def wrong(self, message: str, remedy: str, *, row: int | None = None, field: str | None = None) -> None:
        """Add a problem of the file."""
        self.problems.append(Problem(str(self.path), row, field, message, remedy))

    def note(self, clause: str) -> None:
        """Add what was mended or assumed, once."""
        if clause not in self.notes:
            self.notes.append(clause)

    def number(self, text: str) -> float | None:
        """Return a number with a decimal point or comma; None where the text is none."""
        if _NUMBER.fullmatch(text) is None:
            return None
        if "," in text:
            self.note(COMMAS)
        return float(text.replace(",", "."))

    def raise_problems(self) -> None:
        """Raise InputError, in the order of the rows, where anything is wrong."""
        if self.problems:
            raise InputError(sorted(self.problems, key=lambda problem: problem.row or 0))


def open_source(path: Path) -> Source:
    """Return the text of a file, unpacked and decoded.

    gzip is known by its first bytes; UTF-8 and UTF-16 with or without their mark; all else is Latin-1, with a note.

    Raises
    ------
    InputError : the file cannot be read, is a broken gzip file, too long, empty, or no text.
    """
    remedy = "Give an antenna file: CSV, MSI or Planet, an Atoll table, SPLAT! .az and .el, or .ant."
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            with gzip.open(path) as packed:
                data = packed.read(LONGEST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise input_error(path, f"it cannot be read: {error}", "Copy or unpack the file anew.") from error
    if len(data) > LONGEST_BYTES:
        raise input_error(path, f"it is longer than {LONGEST_BYTES:,} bytes", remedy)
    text, encoding = _decode(data)
    if not text.strip():
        raise input_error(path, "it is empty", remedy)
    if "\0" in text:
        raise input_error(path, "it is not a text file", remedy)
    source = Source(path, unicodedata.normalize("NFC", text))  # as the names in a scenario
    if encoding != "UTF-8":
        source.note(f"the file is not UTF-8: read as {encoding}")
    return source


def _decode(data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "UTF-16"
    for zeros, name in ((data[1:400:2], "UTF-16-LE"), (data[0:400:2], "UTF-16-BE")):
        if zeros and zeros.count(0) > len(zeros) // 2:  # Latin letters, without the mark
            return data.decode(name, errors="replace"), name
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "Latin-1"


def read_gain(source: Source, text: str, unit: str, *, row: int | None, field: str) -> tuple[float | None, str]:
    """Return a gain [dBi] and how it is written; None and "" where the text is empty or wrong.

    Parameters
    ----------
    unit : "dBi" or "dBd", meant where the text names none; with "?" behind it, that is an assumption to be told.
    """
    if not text.strip():
        return None, ""
    match = _GAIN.fullmatch(text.strip())
    value = source.number(match[1]) if match is not None else None
    if match is None or value is None or abs(value) > GREATEST_GAIN_DBI:
        remedy = "Give the gain as a number, alone or with dBi or dBd, such as 17.5 dBi."
        source.wrong(f"'{text.strip()}' is not a gain", remedy, row=row, field=field)
        return None, ""
    meant = (match[2] or unit.rstrip("?")).lower()
    written = f"{value:g} {'dBd' if meant == 'dbd' else 'dBi'}"
    if match[2] is None and unit.endswith("?"):
        written = f"{value:g} without a unit, taken as dBd as is the rule of the format"
    gain_dbi = round(value + DBD_DB, 9) if meant == "dbd" else value  # 15.75, not 15.750000000000002
    return gain_dbi, written


def check_tilt(source: Source, tilt_deg: float, *, row: int, field: str) -> None:
    """Add the problem of a tilt that cannot be."""
    if abs(tilt_deg) > STEEPEST_DEG:
        remedy = f"Give degrees downwards, from {-STEEPEST_DEG:g} to {STEEPEST_DEG:g}."
        source.wrong(f"a tilt of {tilt_deg:g} is out of range", remedy, row=row, field=field)


def read_frequency(source: Source, text: str) -> float | None:
    """Return a frequency [MHz], the middle of a range; None, with a note, where the text is not one."""
    match = _FREQUENCY.fullmatch(text.strip())
    if match is None:
        if text.strip():
            source.note(f"its frequency '{text.strip()}' is not read")
        return None
    low = source.number(match[1])
    high = source.number(match[2]) if match[2] else low
    if low is None or high is None:
        return None
    return (low + high) / 2.0 * _MHZ[(match[3] or "MHz").lower()]


def read_stated(source: Source, text: str) -> float | None:
    """Return the number that a figure begins with, such as 65 of "65 deg"; None where there is none."""
    match = _NUMBER.match(text.strip())
    return source.number(match[0]) if match is not None else None


def read_cut(
    source: Source, name: str, points: Sequence[tuple[int, str, str]], *, field: str | None = None
) -> Cut | None:
    """Return a cut of points (row, angle, attenuation) as text; None, with the problems added, where any is wrong."""
    before = len(source.problems)
    angles: list[float] = []
    values: list[float] = []
    for row, angle, value in points:
        for what, text, low, high in (("angle", angle, -180.0, 360.0), ("attenuation", value, 0.0, GREATEST_DB)):
            number = source.number(text)
            if number is None or not low <= number <= high:
                wrong = "is not a number" if number is None else "is out of range"
                remedy = f"Give a number from {low:g} to {high:g}."
                if what == "attenuation":
                    remedy = f"Give dB below the gain, without a sign, from 0 to {GREATEST_DB:g}."
                source.wrong(f"{what} '{text}' of the {name} cut {wrong}", remedy, row=row, field=field)
            else:
                (angles if what == "angle" else values).append(number)
    if len(source.problems) > before:
        return None
    return close_cut(source, name, angles, values, row=points[0][0] if points else None, field=field)


def close_cut(
    source: Source, name: str, angles: list[float], values: list[float], *, row: int | None, field: str | None = None
) -> Cut | None:
    """Return a cut of its angles [deg] and attenuations [dB]; None, with the problems added, where any is wrong.

    A last point that only repeats the first, after 360 degrees, is left out.
    """
    if len(angles) > 1 and angles[-1] - angles[0] == 360.0 and values[-1] == values[0]:
        angles, values = angles[:-1], values[:-1]
        source.note("a point that repeats the first after 360 degrees is left out")
    try:
        return make_cut(angles, values, source=f"{source.path} ({name} cut)")
    except InputError as error:
        for problem in error.problems:
            source.wrong(f"{name} cut: {problem.message}", f"{problem.remedy.rstrip('.')}.", row=row, field=field)
        return None
