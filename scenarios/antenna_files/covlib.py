"""Patterns in .ant files of Radio Mobile, crc-covlib and CloudRF: 720 lines, a gain each [dB].

The first 360 are the horizontal cut, clockwise from the boresight in degrees. The others are the vertical cut, from
straight up over ahead to straight down and back behind (crc-covlib, example antenna-pattern). Each cut counts from its
own greatest value; the file states no gain.
"""

from __future__ import annotations

from phusong.scenarios.antenna_files.pattern import AntennaFile, Pattern
from phusong.scenarios.antenna_files.text import Source, close_cut

DEGREES = 360
_STARTS_DEG = {"horizontal": 0, "vertical": -90}


def is_covlib(source: Source) -> bool:
    """Tell whether a text is one number a line."""
    lines = [line.split() for line in source.text.splitlines() if line.strip()]
    return all(len(line) == 1 for line in lines) and source.number(lines[0][0]) is not None


def read_covlib(source: Source) -> AntennaFile:
    """Return the pattern of a file.

    Raises
    ------
    InputError : every problem of the file at once.
    """
    lines = [(row, line.strip()) for row, line in enumerate(source.text.splitlines(), start=1) if line.strip()]
    gains: list[float] = []
    for row, text in lines:
        gain_db = source.number(text)
        if gain_db is None:
            source.wrong(f"'{text}' is not a number", "Give a gain in dB, 0 or less, on each line.", row=row)
        else:
            gains.append(gain_db)
    if len(lines) != 2 * DEGREES:
        remedy = "Give 360 gains of the horizontal cut, then 360 of the vertical one."
        source.wrong(f"there are {len(lines)} lines, not {2 * DEGREES}", remedy)
    source.raise_problems()
    cuts = []
    for start, (name, first_deg) in zip((0, DEGREES), _STARTS_DEG.items(), strict=True):
        part = gains[start : start + DEGREES]
        greatest_db = max(part)
        if greatest_db != 0.0:
            source.note(f"the {name} cut is counted from its greatest value, {greatest_db:g} dB")
        angles = [float((first_deg + place) % DEGREES) for place in range(DEGREES)]
        values = [greatest_db - gain_db for gain_db in part]
        cuts.append(close_cut(source, name, angles, values, row=lines[start][0]))
    source.raise_problems()
    horizontal, vertical = cuts
    assert horizontal is not None
    assert vertical is not None
    pattern = Pattern(name=source.path.stem, shape=(horizontal, vertical))
    return AntennaFile((source.path,), "Radio Mobile .ant", (pattern,), tuple(source.notes))
