"""A scenario written out whole: beside every value, whether the user gave it or where the default comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from pydantic import BaseModel

from phusong.scenarios.schema import Scenario

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def freeze(scenario: Scenario) -> str:
    """Return the scenario as TOML with nothing left to a default; `load` reads an equal scenario from it.

    Behind each value stands "given" or "default: <source>". TOML has no empty value: a field that is not set stands
    as a comment.
    """
    lines = ["# Every setting of this scenario, written out by Phủ Sóng."]
    for name in Scenario.model_fields:
        lines += _lines((name,), getattr(scenario, name))
    return "\n".join(lines) + "\n"


def _lines(key: tuple[str, ...], part: object) -> Iterator[str]:
    """Yield the lines of a part of the scenario: a table, tables by name, a list of tables, or nothing."""
    header = ".".join(_key(name) for name in key)
    match part:
        case BaseModel():
            yield from ("", f"[{header}]", *_fields(part))
        case Mapping():
            for name, table in part.items():
                yield from _lines((*key, name), table)
        case tuple() if part:
            for table in part:
                yield from ("", f"[[{header}]]", *_fields(table))
        case _:
            yield from ("", f"# {header}: none")


def _fields(table: BaseModel) -> Iterator[str]:
    for name, field in type(table).model_fields.items():
        value = getattr(table, name)
        extra = field.json_schema_extra
        source = extra["source"] if isinstance(extra, dict) else "the only choice"
        origin = "given" if name in table.model_fields_set else f"default: {source}"
        yield f"# {name} is not set  # {origin}" if value is None else f"{name} = {_value(value)}  # {origin}"


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | PurePath():
            # A JSON string is a TOML string, but for the delete character, which TOML wants escaped.
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
        case BaseModel():
            return _value({name: one for name in type(value).model_fields if (one := getattr(value, name)) is not None})
        case Mapping():
            return "{" + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + "}"
        case tuple():
            return f"[{', '.join(_value(one) for one in value)}]"
        case _:
            return repr(value)
