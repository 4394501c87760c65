"""Changes of a network in words: SITE.FIELD=VALUE, sites to switch off, cells to add; checked like a register."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, Problem
from phusong.scenarios.model_arguments import model_problems
from phusong.scenarios.register_checks import LIMITS, STATUSES, far_from_the_first
from phusong.scenarios.register_table import COLUMNS
from phusong.scenarios.registers import Register, joined, read_register
from phusong.scenarios.schema import Scenario
from phusong.scenarios.suggestions import nearest

_PLACE = "what-if"
_EDIT = re.compile(r"(?P<name>.+)\.(?P<field>\w+)\s*(?P<sign>[+-]?)=\s*(?P<value>.*)")
_WORDS = ("antenna", "status")
_FIELDS = (*LIMITS, *_WORDS)
_LISTED = 12


@dataclass(frozen=True)
class Edit:
    """A field of a site, or of one cell, set to a value or moved by it.

    Attributes
    ----------
    name : of a site (all its cells) or of a cell.
    field : column of the register.
    value : a number, or a word for "antenna" and "status".
    by : whether the value is added to what stands there.
    """

    name: str
    field: str
    value: float | str
    by: bool = False


def parse_edit(text: str) -> Edit:
    """Return the edit that a text says: "PT-0001.power_dbm=43", "PT-0001.electrical_tilt_deg+=2", "X.status=off".

    Raises
    ------
    InputError : the text says no edit.
    """
    match = _EDIT.fullmatch(text.strip())
    remedy = "Write SITE.FIELD=VALUE, such as PT-0001.power_dbm=43, or += and -= to move a number."
    if match is None:
        raise InputError([Problem(_PLACE, None, "--set", f"'{text}' is not a change", remedy)])
    name, field, sign, value = (match[group].strip() for group in ("name", "field", "sign", "value"))
    if field not in _FIELDS:
        raise InputError(
            [Problem(_PLACE, None, "--set", f"{text}: there is no field '{field}'", nearest(field, _FIELDS, "fields"))]
        )
    if field in _WORDS:
        if sign:
            raise InputError([Problem(_PLACE, None, "--set", f"{text}: '{field}' is a word", "Write it with =.")])
        return Edit(name, field, value)
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        allowed = f"Give {LIMITS[field]}."
        raise InputError([Problem(_PLACE, None, "--set", f"{text}: '{value}' is not a number", allowed)])
    return Edit(name, field, -number if sign == "-" else number, by=bool(sign))


def parse_edits(texts: Iterable[Edit | str]) -> list[Edit]:
    """Return the edits that texts say; those that are edits already stay.

    Raises
    ------
    InputError : every text that says no edit.
    """
    edits: list[Edit] = []
    problems: list[Problem] = []
    for text in texts:
        try:
            edits.append(text if isinstance(text, Edit) else parse_edit(text))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return edits


def switched_off(names: Iterable[str]) -> list[Edit]:
    """Return the edits that switch sites or cells off."""
    return [Edit(name, "status", "off") for name in names]


def edit_register(
    register: Register, edits: Sequence[Edit], scenario: Scenario, *, added: Path | Register | None = None
) -> Register:
    """Return a register after edits, with further cells at its end.

    No row moves, so that a cell keeps its number: a cell taken away stays as one that is off.

    Parameters
    ----------
    added : a register, or the CSV file of one, of further cells.

    Raises
    ------
    InputError : every edit that cannot be done, and every bad row of the further cells.
    """
    problems: list[Problem] = []
    columns: dict[str, npt.NDArray[Any]] = {}
    assumed = dict(register.assumed)
    where_of = _Names(register)
    for edit in edits:
        where = where_of(edit.name)
        if where is None:
            remedy = nearest(edit.name, where_of.close(edit.name), "sites and cells")
            problems.append(Problem(_PLACE, None, edit.name, "there is no such site or cell", remedy))
            continue
        name = COLUMNS[edit.field]
        values: npt.NDArray[Any] = np.array(columns.get(name, getattr(register, name)))
        if isinstance(edit.value, str):
            known: Mapping[str, object] | tuple[str, ...] = scenario.antennas if edit.field == "antenna" else STATUSES
            if edit.value not in known:
                remedy = nearest(edit.value, known, f"{edit.field}s")
                problems.append(Problem(_PLACE, None, edit.name, f"there is no {edit.field} '{edit.value}'", remedy))
                continue
            values = values.astype(np.promote_types(values.dtype, np.array(edit.value).dtype))
            values[where] = edit.value
        else:
            changed = values[where] + edit.value if edit.by else np.full(int(where.size), edit.value)
            if edit.by and edit.field == "azimuth_deg":
                changed %= 360.0
            limits = LIMITS[edit.field]
            if not ((changed >= limits.low) & (changed <= limits.high)).all():
                wrong = changed[~((changed >= limits.low) & (changed <= limits.high))][0]
                message = f"{edit.field} of {wrong:g} is out of range"
                problems.append(Problem(_PLACE, None, edit.name, message, f"Give {limits}."))
                continue
            values[where] = changed
        columns[name] = values
        if name in assumed:
            assumed[name] = assumed[name].copy()
            assumed[name][where] = False
    more: Register | None = None
    if isinstance(added, Register):
        more = added
    elif added is not None:
        try:
            more = read_register(added, bands=scenario.bands, antennas=scenario.antennas)
        except InputError as error:
            problems += error.problems
    if more is not None:
        again = sorted(set(more.cell.tolist()) & set(register.cell.tolist()))
        for cell in again[:_LISTED]:
            message = f"the network has a cell '{cell}' already"
            problems.append(Problem(more.source, None, "cell", message, "Give the further cell another name."))
    if problems:
        raise InputError(problems)
    everything: dict[str, Any] = {**columns, "assumed": assumed}
    edited = replace(register, **everything)
    after = edited if more is None else joined(edited, more)
    problems = [*_sites_in_two_places(after), *model_problems(_PLACE, scenario, after)]
    if problems:
        raise InputError(problems)
    return after


def _sites_in_two_places(register: Register) -> Iterator[Problem]:
    everywhere = np.ones(len(register), dtype=np.bool_)
    for cell, first, apart_m in far_from_the_first(
        register.site, register.longitude_deg, register.latitude_deg, everywhere
    ):
        message = f"it would stand {apart_m:,.0f} m from '{register.cell[first]}' of the same site"
        remedy = f"Move the whole site '{register.site[cell]}', or give the second place a name of its own."
        yield Problem(_PLACE, None, str(register.cell[cell]), message, remedy)


class _Names:
    """Where the cells of a site, or a cell, stand in a register."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, name: str) -> npt.NDArray[np.intp] | None:
        for names in (self._register.site, self._register.cell):
            where = np.flatnonzero(names == name)
            if where.size:
                return where
        return None

    def close(self, name: str) -> list[str]:
        """Return the names that begin like it, for a remedy that does not list thousands."""
        names = sorted({*self._register.site.tolist(), *self._register.cell.tolist()})
        for length in range(len(name), -1, -1):
            alike = [one for one in names if one.startswith(name[:length])]
            if alike:
                return alike[:_LISTED]
        return names[:_LISTED]
