"""A bench kept as a JSON file, and another held against it: an earlier version, or another machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from phusong.errors import input_error
from phusong.laboratory.report import Row
from phusong.terrain.files import write_atomically

FORMAT = "phusong bench 1"
CALIBRATION = "calibration [ns]"
_KEYS = ("model", "mode", "terrain", "reference", "program")
_COSTS = "[ns]"


def save(path: Path, record: Mapping[str, Any]) -> None:
    """Write a bench; the file appears whole."""
    write_atomically(path, json.dumps({"format": FORMAT, **record}, indent=1, ensure_ascii=False).encode())


def load(path: Path) -> dict[str, Any]:
    """Read a bench; InputError if the file is none."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise input_error(path, f"it cannot be read: {error.strerror}", "Name a file that --save wrote.") from None
    except ValueError:
        record = None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise input_error(path, "it is not a bench of this program", "Name a file that 'phusong bench --save' wrote.")
    return record


def comparison(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[Row]:
    """Return a row for every time that both benches have: before, now, their ratio, and the ratio of equal machines.

    The last divides each by the calibration loop of its machine.
    """
    machines = now["machine"][CALIBRATION] / before["machine"][CALIBRATION]
    earlier = {
        (table, _key(row), name): value for table, rows in before["tables"].items() for row in rows
        for name, value in row.items()
    }  # fmt: skip
    found: list[Row] = []
    for table, rows in now["tables"].items():
        for row in rows:
            for name, value in row.items():
                old = earlier.get((table, _key(row), name))
                if _COSTS not in name or value is None or not old:
                    continue
                found.append(
                    {
                        "what": " ".join(_key(row)),
                        "figure": name,
                        "before": old,
                        "now": value,
                        "now / before": value / old,
                        "on equal machines": value / old / machines,
                    }
                )
    return found


def _key(row: Mapping[str, Any]) -> Sequence[str]:
    return tuple(str(row[name]) for name in _KEYS if name in row)
