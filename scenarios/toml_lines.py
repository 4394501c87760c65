"""On which line of a TOML file a key stands, which tomllib does not say."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from typing import Any

Key = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(?P<open>\[\[?)(?P<name>[^\[\]]+)\]")
_ASSIGNMENT = re.compile(r"\s*(?P<name>[^=#\[{]+?)\s*=")


def key_lines(text: str) -> dict[Key, int]:
    """Return the line, counted from 1, of every table and key of a TOML text.

    The items of an array of tables are numbered from 0. Keys inside inline tables are not looked for.
    """
    lines: dict[Key, int] = {}
    table: Key = ()
    items: Counter[Key] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header["name"])
            if header["open"] == "[[":
                items[table] += 1
                lines.setdefault(table, number)
                table = (*table, items[table] - 1)
            _note(lines, table, number)
        elif assignment := _ASSIGNMENT.match(line):
            _note(lines, table + _parts(assignment["name"]), number)
    return lines


def line_of(lines: Mapping[Key, int], key: Key) -> int | None:
    """Return the line of a key, or of the nearest table round it; None where neither is written in the file."""
    return next((lines[key[:length]] for length in range(len(key), 0, -1) if key[:length] in lines), None)


def _note(lines: dict[Key, int], key: Key, number: int) -> None:
    for length in range(1, len(key) + 1):
        lines.setdefault(key[:length], number)


def _parts(name: str) -> Key:
    """Return the parts of a bare, quoted or dotted key; none where the text is not a key at all."""
    try:
        nested: Any = tomllib.loads(f"{name} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts: Key = ()
    while isinstance(nested, dict):
        [(part, nested)] = nested.items()
        parts = (*parts, part)
    return parts
