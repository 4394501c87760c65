"""The tables of a run as CSV: the same figures give the same bytes, and codes such as "04792" stay text."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from phusong.errors import input_error

DECIMALS = 6
_TEXT = frozenset(
    {"layer", "code", "name", "type", "technology", "zones", "zone_type", "measure", "verdict", "zone", "kind", "note"}
    | {"question", "phase", "azimuths_deg", "communes", "reason_vi", "reason_en"}
    | {"site", "cell", "operator", "band", "antenna", "status", "source", "candidate", "assumed", "terminal_class"}
)


def table_text(frame: pd.DataFrame, *, separator: str = ",", decimal: str = ".") -> str:
    """Return a table as CSV; numbers have up to six decimals (0.1 m in a longitude), unknown ones are empty."""

    def number_text(value: object) -> str:
        return _number_text(value).replace(".", decimal)

    return frame.to_csv(index=False, lineterminator="\n", sep=separator, float_format=number_text)


def read_table(path: Path) -> pd.DataFrame:
    """Return a table: text columns as text, numbers with NaN where the field is empty, True and False as booleans."""
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (ValueError, OSError) as error:
        raise input_error(
            path, f"the table cannot be read: {error}", "It must be a UTF-8 CSV file with a header"
        ) from error
    return pd.DataFrame({str(name): column if name in _TEXT else _parsed(column) for name, column in raw.items()})


def _number_text(value: object) -> str:
    assert isinstance(value, float)
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _parsed(column: pd.Series[str]) -> pd.Series[Any]:
    """Return the column as booleans or numbers where every field is one, else as text."""
    if len(column) and column.isin(("True", "False")).all():
        return column == "True"
    try:
        numbers = pd.to_numeric(column.where(column != ""))
    except ValueError:
        return column
    return numbers.astype(np.int64) if pd.api.types.is_integer_dtype(numbers) else numbers.astype(np.float64)
