"""Antennas of a scenario whose patterns stand in files: read, their gain and tilt settled, laid out for a raster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, Problem, input_error
from phusong.kernels.antennas.sphere import radiated_db
from phusong.kernels.antennas.table import COLUMNS, ROWS
from phusong.scenarios.antenna_files.own_csv import own_text
from phusong.scenarios.antenna_files.pattern import AntennaFile, Pattern, lay_shape
from phusong.scenarios.antenna_files.read import choose_pattern, choose_patterns, read_antenna_file
from phusong.scenarios.schema import TableAntenna, TabulatedAntenna

FloatArray = npt.NDArray[np.float64]

GAIN_DBI = (-10.0, 40.0)
TILT_DEG = (-90.0, 90.0)
_LISTED = 4  # notes of single beams


@dataclass(frozen=True)
class Tabulated:
    """Patterns from a file, and the figures that count.

    Attributes
    ----------
    file : what was read.
    patterns : those chosen, as the file states them: one of a table, any number of beams.
    gains_dbi : gain of each where it says 0 dB [dBi].
    electrical_tilt_deg : tilt that all of them already hold, downwards [deg].
    """

    file: AntennaFile
    patterns: tuple[Pattern, ...]
    gains_dbi: tuple[float, ...]
    electrical_tilt_deg: float

    @property
    def gain_dbi(self) -> float:
        """Gain of the strongest pattern: that of the whole where its table says 0 dB [dBi]."""
        return max(self.gains_dbi)


def read_tabulated(antenna: TabulatedAntenna) -> Tabulated:
    """Return the patterns of an antenna. A gain or tilt given in the scenario counts before those of the file.

    Raises
    ------
    InputError : the file is wrong, has no such pattern, or neither it nor the scenario states a gain.
    """
    file = read_antenna_file(antenna.path)
    if isinstance(antenna, TableAntenna):
        patterns: tuple[Pattern, ...] = (choose_pattern(file, antenna.pattern),)
    else:
        patterns = choose_patterns(file, antenna.patterns)
    tilts = {pattern.electrical_tilt_deg for pattern in patterns}
    stated = tilts.pop() if len(tilts) == 1 else None
    tilt_deg = antenna.electrical_tilt_deg if antenna.electrical_tilt_deg is not None else stated or 0.0
    gains_dbi = _gains(antenna, patterns)
    problems = [
        Problem(str(antenna.path), None, name, f"{value:g} is out of range", f"Give a number from {low:g} to {high:g}.")
        for name, values, (low, high) in (
            ("gain_dbi", gains_dbi, GAIN_DBI), ("electrical_tilt_deg", (tilt_deg,), TILT_DEG),
        )
        for value in values
        if not low <= value <= high
    ]  # fmt: skip
    if problems:
        raise InputError(problems)
    return Tabulated(file, patterns, gains_dbi, tilt_deg)


def _gains(antenna: TabulatedAntenna, patterns: tuple[Pattern, ...]) -> tuple[float, ...]:
    """Return the gain of each pattern [dBi]; one given in the scenario is that of the strongest."""
    stated = [pattern.gain_dbi for pattern in patterns if pattern.gain_dbi is not None]
    if len(stated) < len(patterns) and (stated or antenna.gain_dbi is None):
        silent = ", ".join(f"'{pattern.name}'" for pattern in patterns[:_LISTED] if pattern.gain_dbi is None)
        message = f"the file states no gain of {silent}" + ("" if stated else ", and the scenario gives none")
        remedy = "Give gain_dbi in the antenna's table of the scenario [dBi; dBd + 2.15]."
        if stated:
            remedy = "State the gain of each beam, or of none and give gain_dbi in the scenario."
        raise input_error(antenna.path, message, remedy, field="gain_dbi")
    if not stated:
        stated = [0.0] * len(patterns)
    greatest_dbi = max(stated)
    if antenna.gain_dbi is None:
        return tuple(stated)
    # so added, the strongest has the very gain that is given
    return tuple(antenna.gain_dbi + (gain_dbi - greatest_dbi) for gain_dbi in stated)


def lay_tabulated(tabulated: Tabulated) -> npt.NDArray[np.float32]:
    """Return the attenuation below ``gain_dbi`` on the posts that a raster looks up, shape (ROWS * COLUMNS,) [dB].

    Of several patterns it is that of the envelope: in each direction the strongest, by gain less attenuation.
    """
    if len(tabulated.patterns) == 1:
        return lay_shape(tabulated.patterns[0].shape)
    strongest_dbi = np.full(ROWS * COLUMNS, -np.inf)
    for pattern, gain_dbi in zip(tabulated.patterns, tabulated.gains_dbi, strict=True):
        np.maximum(strongest_dbi, gain_dbi - lay_shape(pattern.shape).astype(np.float64), out=strongest_dbi)
    return (tabulated.gain_dbi - strongest_dbi).astype(np.float32)


def beams_radiated_db(tabulated: Tabulated) -> FloatArray:
    """Return what each pattern radiates over what it is fed [dB], shape (patterns,); 0 where its gain fits it."""
    vertical_deg = np.linspace(-90.0, 90.0, ROWS)
    return np.array(
        [
            radiated_db(gain_dbi - lay_shape(pattern.shape).reshape(ROWS, COLUMNS)[:, :-1], vertical_deg)
            for pattern, gain_dbi in zip(tabulated.patterns, tabulated.gains_dbi, strict=True)
        ]  # the last column is the first
    )


def tabulated_text(antenna: TabulatedAntenna) -> str:
    """Return the patterns of an antenna as a CSV file; the antenna reads the same from it, to the last bit."""
    return own_text(read_tabulated(antenna).patterns)


def tabulated_note(antenna: TabulatedAntenna, tabulated: Tabulated) -> str:
    """Return what was read from where, what counts, and what was mended or assumed on the way."""
    file, patterns = tabulated.file, tabulated.patterns
    first, last = patterns[0], patterns[-1]
    what = f"the pattern '{first.name}'"
    gain = f"gain {tabulated.gain_dbi:g} dBi"
    written = first.gain_text
    if len(patterns) > 1:
        what = f"{len(patterns)} beams, '{first.name}' to '{last.name}',"
        gain = f"gains {min(tabulated.gains_dbi):g} to {tabulated.gain_dbi:g} dBi"
        written = first.gain_text and "each as stated"
    given = "as the scenario gives it"
    gain += (
        f" (in the file: {written})" if antenna.gain_dbi is None else f", {given} (in the file: {written or 'none'})"
    )
    if antenna.electrical_tilt_deg is not None:
        origin = given
    elif len({pattern.electrical_tilt_deg for pattern in patterns}) > 1:
        origin = "for the tilts of the beams differ, which are in their patterns"
    else:
        origin = "assumed, for the file states none" if first.electrical_tilt_deg is None else "from the file"
    tilt = f"electrical tilt {tabulated.electrical_tilt_deg:g} degrees, {origin}"
    notes = list(dict.fromkeys(note for pattern in patterns for note in pattern.notes))
    if len(notes) > _LISTED:
        notes = [*notes[:_LISTED], f"and {len(notes) - _LISTED} more such remarks on other beams"]
    frequencies_mhz = {one.frequency_mhz for one in patterns if one.frequency_mhz is not None}
    taken = f", taken at {min(frequencies_mhz):g} MHz" if len(frequencies_mhz) == 1 else ""
    names = " and ".join(path.name for path in file.sources)
    return "; ".join([f"{what} of {names} ({file.layout}){taken}", gain, tilt, *file.notes, *notes])
