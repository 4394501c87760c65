"""The classes of land cover as a table: code, name, clutter height, offset of the SPM, sigma and terminal class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from phusong.kernels.empirical.spm import CLUTTER_OFFSETS_DB
from phusong.kernels.empirical.spm_model import LIMITS
from phusong.scenarios.land_cover import DEFAULT_SIGMA_DB, NO_CLASS, TERMINAL_CLASSES, LandCoverClass
from phusong.scenarios.suggestions import nearest
from phusong.terrain.clutter import HIGHEST_M
from phusong.terrain.columns import Columns, read_csv
from phusong.terrain.land_cover import HIGHEST_CODE

_REQUIRED = ("code", "name", "clutter_height_m")
_EITHER = ("spm_class", "spm_offset_db")
_AT_RECEIVER = ("terminal_class", "location_sigma_db")
_GREATEST_SIGMA_DB = 20.0  # as for shadow_sigma_db of a definition

# Where a table gives no terminal class, the nearest to its class of the SPM; where it gives an offset alone, "rural".
_TERMINAL_OF_SPM = {
    "dense_urban": "dense_urban",
    "woodland": "forest",
    "urban": "urban",
    "suburban": "suburban",
    "industrial": "suburban",
    "open_in_urban": "rural",
    "open": "open",
    "water": "water",
}
_TERMINAL_ELSE = "rural"


def read_classes(path: Path) -> tuple[LandCoverClass, ...]:
    """Return the classes of a CSV file: code, name, clutter_height_m, and spm_class or spm_offset_db for each.

    The columns terminal_class and location_sigma_db may be absent or have empty fields: the terminal class then follows
    from the spm_class, the sigma from the terminal class, and ``assumed`` of the class says so. Further columns, such
    as a source, are left alone.

    Raises
    ------
    InputError : every problem of the file at once.
    """
    columns = read_csv(path, _REQUIRED, (*_EITHER, *_AT_RECEIVER), kind="class")
    codes = _codes(columns)
    names = columns.text("name")
    heights_m = columns.numbers("clutter_height_m", 0.0, HIGHEST_M, required=True)
    offsets_db = _offsets(columns)
    terminal_classes = _terminal_classes(columns)
    sigmas_db = columns.numbers("location_sigma_db", 0.0, _GREATEST_SIGMA_DB)
    if len(codes) > NO_CLASS:
        columns.add(None, None, f"{len(codes)} classes", f"Give at most {NO_CLASS}.")
    columns.check()
    given = [[bool(word) for word in _words(columns, name)] for name in _AT_RECEIVER]
    assumed = [
        " ".join(name for name, is_given in zip(_AT_RECEIVER, both, strict=True) if not is_given)
        for both in zip(*given, strict=True)
    ]
    sigmas_db = np.where(np.isnan(sigmas_db), [DEFAULT_SIGMA_DB[one] for one in terminal_classes], sigmas_db)
    rows = zip(codes, names, heights_m.tolist(), offsets_db, sigmas_db.tolist(), terminal_classes, assumed, strict=True)
    return tuple(LandCoverClass(*row) for row in rows)


def _codes(columns: Columns) -> list[int]:
    """Return the codes, whole numbers, each once."""
    values = columns.numbers("code", 0, HIGHEST_CODE, required=True).tolist()
    first: dict[float, int] = {}
    for row, value in zip(columns.rows, values, strict=True):
        if np.isnan(value):
            continue  # a problem already
        if value != np.floor(value):
            columns.add(row, "code", f"{value:g} is not a whole number", f"Give a whole number to {HIGHEST_CODE}.")
        elif first.setdefault(value, row) != row:
            message = f"{value:g} stands already in row {first[value]}"
            columns.add(row, "code", message, "Give every class its own code.")
    return [0 if np.isnan(value) else int(value) for value in values]


def _offsets(columns: Columns) -> list[float]:
    """Return f(clutter) of each class [dB], given as a number or by the name of a class of the SPM."""
    allowed = LIMITS["clutter_offset_db"]
    words = _words(columns, "spm_class")
    given_db = columns.numbers("spm_offset_db", allowed.low, allowed.high).tolist()
    texts = _words(columns, "spm_offset_db")
    if not any(words) and not any(texts):
        remedy = f"Give one of the columns: {' or '.join(_EITHER)}."
        columns.add(1, _EITHER[0], "neither an spm_class nor an spm_offset_db is given", remedy)
        return [0.0] * len(words)
    offsets_db = []
    for row, word, text, offset_db in zip(columns.rows, words, texts, given_db, strict=True):
        if bool(word) == bool(text):
            message = "both an spm_class and an spm_offset_db" if word else "neither an spm_class nor an spm_offset_db"
            columns.add(row, _EITHER[0], message, "Give one of the two.")
        elif word and word not in CLUTTER_OFFSETS_DB:
            remedy = nearest(word, CLUTTER_OFFSETS_DB, "classes of the SPM")
            columns.add(row, "spm_class", f"there is no class '{word}'", remedy)
        offsets_db.append(CLUTTER_OFFSETS_DB.get(word, offset_db) if word else offset_db)
    return offsets_db


def _terminal_classes(columns: Columns) -> list[str]:
    """Return the terminal class of each class, as given or by its class of the SPM."""
    found = []
    rows = zip(columns.rows, _words(columns, "terminal_class"), _words(columns, "spm_class"), strict=True)
    for row, word, spm_class in rows:
        if word and word not in TERMINAL_CLASSES:
            remedy = nearest(word, TERMINAL_CLASSES, "terminal classes")
            columns.add(row, "terminal_class", f"there is no terminal class '{word}'", remedy)
        found.append(word if word in TERMINAL_CLASSES else _TERMINAL_OF_SPM.get(spm_class, _TERMINAL_ELSE))
    return found


def _words(columns: Columns, name: str) -> list[str]:
    """Return a column as stripped text, "" where the field is empty or the column absent."""
    return [str(value or "").strip() for value in columns.values[name]]
