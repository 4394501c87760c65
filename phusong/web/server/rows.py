"""Tables as rows that JSON can hold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd


def rows_of_table(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table; what is not known is None."""
    return [{str(name): plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def plain(value: Any) -> Any:
    """Return a value that JSON can hold; None for one that is not known."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return None if value is pd.NA else value
