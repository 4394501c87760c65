"""Patterns in pairs of SPLAT! files: field strength by azimuth (.az) and by elevation (.el), over the greatest.

    .az: rotation [deg], then an azimuth clockwise from true north and a ratio a line
    .el: mechanical tilt and the azimuth it points to [deg], then an angle below the horizon, -10 to 90, and a ratio

Everything as in the documentation of SPLAT! (data file formats): the field in a direction is the product of both
ratios, text behind a semicolon is a comment, the rotation turns the azimuths clockwise, and the tilt lowers the
elevations by its whole at its azimuth, by nothing at right angles, and lifts them behind. The files state no gain. As
their azimuths are true ones, the azimuth of the cell turns them further: it is 0 for a pattern that stands as in
SPLAT!.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, input_error
from phusong.kernels.antennas.table import GREATEST_DB, Table, circle_faults, make_table, wrap
from phusong.scenarios.antenna_files.pattern import AntennaFile, Pattern
from phusong.scenarios.antenna_files.text import Source, open_source

FloatArray = npt.NDArray[np.float64]

SUFFIXES = (".az", ".el")
_TILTED_DEG = np.linspace(-90.0, 90.0, 721)  # rows of a tilted pattern, whose points differ from azimuth to azimuth


def mate_of(path: Path) -> Path | None:
    """Return the other file of a pair, which need not exist; None where the name says nothing."""
    for suffix, other in (SUFFIXES, SUFFIXES[::-1]):
        if path.suffix.lower() == suffix:
            plain = path.with_suffix(other)
            loud = path.with_suffix(other.upper())
            return loud if not plain.exists() and loud.exists() else plain
    return None


def is_splat(source: Source) -> bool:
    """Tell whether a text is one or two numbers, then lines of two numbers."""
    lines = [line for _, line in _lines(source)]
    pairs = [len(line) == 2 and all(source.number(text) is not None for text in line) for line in lines[1:]]
    numbers = bool(lines) and all(source.number(text) is not None for text in lines[0])
    return numbers and len(lines[0]) in (1, 2) and 2 * sum(pairs) > len(pairs) > 0


def read_splat(source: Source) -> AntennaFile:
    """Return the pattern of a pair, whichever of both is given.

    Raises
    ------
    InputError : the other file is not there, or every problem of both.
    """
    mate = mate_of(source.path)
    if mate is None:
        message = "this is one of the two files of a SPLAT! pattern"
        raise input_error(source.path, message, "Name them alike, NAME.az and NAME.el, and give the path of either.")
    if not mate.is_file():
        message = f"a SPLAT! pattern is two files, and {mate.name} is not beside it"
        raise input_error(source.path, message, f"Put {mate.name} into the same folder.")
    pair = [source, open_source(mate)]
    azimuths, elevations = pair if source.path.suffix.lower() == SUFFIXES[0] else pair[::-1]
    head, azimuth_deg, azimuth_ratio = _read(azimuths, 1, (0.0, 360.0), "the rotation in degrees")
    tilt, elevation_deg, elevation_ratio = _read(elevations, 2, (-90.0, 90.0), "tilt and its azimuth in degrees")
    problems = [*azimuths.problems, *elevations.problems]
    if problems:
        raise InputError(problems)
    table, notes = _combine(azimuths.path, head[0], azimuth_deg, azimuth_ratio, tilt, elevation_deg, elevation_ratio)
    pattern = Pattern(name=azimuths.path.stem, shape=table, notes=tuple(notes))
    all_notes = tuple(dict.fromkeys([*azimuths.notes, *elevations.notes]))
    return AntennaFile((azimuths.path, elevations.path), "SPLAT!", (pattern,), all_notes)


def _lines(source: Source) -> list[tuple[int, list[str]]]:
    """Return the rows that are neither empty nor comment, in words."""
    lines = enumerate(source.text.splitlines(), start=1)
    return [(row, words) for row, line in lines if (words := line.partition(";")[0].split())]


def _read(
    source: Source, count: int, limits: tuple[float, float], what: str
) -> tuple[list[float], FloatArray, FloatArray]:
    """Return the first line, the angles rising, and the ratios; where anything is wrong the problems are added."""
    low, high = limits
    lines = _lines(source)
    if not lines:
        source.wrong("it holds nothing", f"Give {what}, then an angle and a ratio a line.")
        return [0.0] * count, np.zeros(1), np.ones(1)
    head = [source.number(text) for text in lines[0][1]]
    first = [value for value in head if value is not None]
    if len(first) != count or None in head:
        source.wrong(f"'{' '.join(lines[0][1])}' is not {what}", f"Give {what} on the first line.", row=lines[0][0])
        first = [0.0] * count
    angles, ratios = [], []
    for row, words in lines[1:]:
        numbers = [source.number(text) for text in words]
        angle, ratio = numbers if len(numbers) == 2 else (None, None)
        if angle is None or ratio is None or not low <= angle <= high or not 0.0 <= ratio <= 1.0:
            remedy = f"Give an angle from {low:g} to {high:g} and a ratio from 0 to 1, with a blank between."
            source.wrong(f"'{' '.join(words)}' is not a point", remedy, row=row)
            continue
        angles.append(angle)
        ratios.append(ratio)
    if len(angles) > 1 and angles[-1] - angles[0] == 360.0 and ratios[-1] == ratios[0]:
        del angles[-1], ratios[-1]
    _, times = np.unique(angles, return_counts=True)
    if (times > 1).any():
        source.wrong(f"the angle {np.unique(angles)[times > 1][0]:g} stands twice", "Give each angle once.")
    if not any(ratios) and not source.problems:
        source.wrong("no ratio is over 0", "Give field strength over its greatest value, which is 1.")
    if count == 1 and not source.problems:
        for field, message, remedy in circle_faults("azimuth", np.array(angles)):
            source.wrong(message, f"{remedy}.", field=field)
    order = np.argsort(angles)
    return first, np.array(angles)[order], np.array(ratios)[order]


def _combine(
    path: Path, rotation_deg: float, azimuth_deg: FloatArray, azimuth_ratio: FloatArray, tilt: list[float],
    elevation_deg: FloatArray, elevation_ratio: FloatArray,
) -> tuple[Table, list[str]]:  # fmt: skip
    """Return the table of a pair, and clauses on what was assumed."""
    notes = ["its azimuths count from true north, turned by the azimuth of the cell"]
    tilt_deg, tilt_azimuth_deg = tilt
    turned_deg = wrap(azimuth_deg + rotation_deg)
    if rotation_deg:
        notes.append(f"its azimuths are turned by {rotation_deg:g} degrees, as it says")
    if elevation_deg[0] > -90.0 or elevation_deg[-1] < 90.0:
        notes.append(
            f"beyond its elevations of {elevation_deg[0]:g} to {elevation_deg[-1]:g} degrees the nearest is taken"
        )
    if tilt_deg:
        notes.append(f"its mechanical tilt of {tilt_deg:g} degrees towards {tilt_azimuth_deg:g} is in the pattern")
        rows_deg = _TILTED_DEG
        off_deg = np.abs(wrap(turned_deg - tilt_azimuth_deg))
        lowered_deg = tilt_deg * (1.0 - off_deg / 90.0)
    else:
        above_deg = np.arange(-90.0, elevation_deg[0], 20.0)
        below_deg = np.arange(90.0, elevation_deg[-1], -20.0)
        rows_deg = np.unique(np.concatenate([above_deg, elevation_deg, below_deg]))
        lowered_deg = np.zeros(turned_deg.size)
    ratio = np.interp(rows_deg[:, None] - lowered_deg[None, :], elevation_deg, elevation_ratio) * azimuth_ratio
    faintest = 10.0 ** (-GREATEST_DB / 20.0)
    if (ratio < faintest).any():
        notes.append(f"a ratio of 0 is read as {GREATEST_DB:g} dB")
    attenuation_db = np.abs(-20.0 * np.log10(np.maximum(ratio, faintest)))  # not -0
    return make_table(turned_deg, rows_deg, np.minimum(attenuation_db, GREATEST_DB), source=str(path)), notes
