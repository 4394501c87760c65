"""Antenna files of any format: told apart by what they hold, and the patterns chosen from them by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.antenna_files.atoll import is_atoll, read_atoll
from phusong.scenarios.antenna_files.covlib import is_covlib, read_covlib
from phusong.scenarios.antenna_files.own_csv import is_own, read_own
from phusong.scenarios.antenna_files.pattern import AntennaFile, Pattern
from phusong.scenarios.antenna_files.planet import is_planet, read_planet
from phusong.scenarios.antenna_files.splat import is_splat, read_splat
from phusong.scenarios.antenna_files.text import Source, open_source

# In this order: a header decides first, bare numbers last.
FORMATS: Sequence[tuple[Callable[[Source], bool], Callable[[Source], AntennaFile]]] = (
    (is_own, read_own),
    (is_atoll, read_atoll),
    (is_planet, read_planet),
    (is_covlib, read_covlib),
    (is_splat, read_splat),
)
_NEAREST = 5


def read_antenna_file(path: Path) -> AntennaFile:
    """Return all patterns of a file; of SPLAT! of the pair that it belongs to.

    Raises
    ------
    InputError : the format is not known, or every problem of the file at once.
    """
    source = open_source(path)
    for recognises, read in FORMATS:
        if recognises(source):
            return read(source)
    first = source.text.strip().splitlines()[0]
    remedy = (
        "Give a CSV file with the columns cut, angle_deg, attenuation_db or horizontal_deg, vertical_deg, "
        "attenuation_db; an MSI or Planet file; an Atoll table with a column Pattern; a SPLAT! pair; or an .ant file."
    )
    raise input_error(path, f"no format of antennas begins with '{first[:60]}'", remedy)


def choose_pattern(file: AntennaFile, name: str | None) -> Pattern:
    """Return the pattern of a name, or the only one of the file.

    Raises
    ------
    InputError : there is no such pattern, or several and none was named.
    """
    if name is None:
        if len(file.patterns) == 1:
            return file.patterns[0]
        message = f"the file holds {len(file.patterns)} patterns"
        remedy = f'Choose one with pattern = "NAME": {_some(file, "")}.'
        raise input_error(file.sources[0], message, remedy, field="pattern")
    for pattern in file.patterns:
        if pattern.name == name:
            return pattern
    raise InputError([_unknown(file, name, "pattern")])


def choose_patterns(file: AntennaFile, names: Sequence[str]) -> tuple[Pattern, ...]:
    """Return the patterns of these names, where `*` and `?` stand for any letters, each once, in the file's order.

    Raises
    ------
    InputError : each name that no pattern has.
    """
    chosen: set[str] = set()
    problems = []
    known = {pattern.name for pattern in file.patterns}
    for name in names:
        found = {name} if name in known else {one for one in known if fnmatchcase(one, name)}
        if not found:
            problems.append(_unknown(file, name, "patterns"))
        chosen |= found
    if problems:
        raise InputError(problems)
    return tuple(pattern for pattern in file.patterns if pattern.name in chosen)


def _unknown(file: AntennaFile, name: str, field: str) -> Problem:
    message = f"there is no pattern '{name}'"
    return Problem(str(file.sources[0]), None, field, message, f"The nearest: {_some(file, name)}.")


def _some(file: AntennaFile, name: str) -> str:
    """Return the names nearest to one, then the first ones, and how many there are beyond."""
    names = [pattern.name for pattern in file.patterns]
    folded = {one.casefold(): one for one in reversed(names)}
    near = [folded[one] for one in difflib.get_close_matches(name.casefold(), folded, n=_NEAREST, cutoff=0.4)]
    shown = list(dict.fromkeys([*near, *names]))[:_NEAREST]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more
