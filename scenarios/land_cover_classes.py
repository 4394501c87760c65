"""The classes of land cover as a table: code, name, clutter height, and a class or an offset of the SPM."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from phusong.kernels.empirical.spm import CLUTTER_OFFSETS_DB
from phusong.kernels.empirical.spm_model import LIMITS
from phusong.scenarios.land_cover import NO_CLASS, LandCoverClass
from phusong.scenarios.suggestions import nearest
from phusong.terrain.clutter import HIGHEST_M
from phusong.terrain.columns import Columns, read_csv
from phusong.terrain.land_cover import HIGHEST_CODE

_REQUIRED = ("code", "name", "clutter_height_m")
_EITHER = ("spm_class", "spm_offset_db")


def read_classes(path: Path) -> tuple[LandCoverClass, ...]:
    """Return the classes of a CSV file: code, name, clutter_height_m, and spm_class or spm_offset_db for each.

    Further columns, such as a source, are left alone.

    Raises
    ------
    InputError : every problem of the file at once.
    """
    columns = read_csv(path, _REQUIRED, _EITHER, kind="class")
    codes = _codes(columns)
    names = columns.text("name")
    heights_m = columns.numbers("clutter_height_m", 0.0, HIGHEST_M, required=True)
    offsets_db = _offsets(columns)
    if len(codes) > NO_CLASS:
        columns.add(None, None, f"{len(codes)} classes", f"Give at most {NO_CLASS}.")
    columns.check()
    rows = zip(codes, names, heights_m.tolist(), offsets_db, strict=True)
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
    words = [str(value or "").strip() for value in columns.values["spm_class"]]
    given_db = columns.numbers("spm_offset_db", allowed.low, allowed.high).tolist()
    texts = [str(value or "").strip() for value in columns.values["spm_offset_db"]]
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
