"""What is wrong with a scenario's values, in plain words: validation errors turned into findings with a remedy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import PurePath
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from phusong.scenarios.schema import Scenario
from phusong.scenarios.suggestions import nearest
from phusong.scenarios.toml_lines import Key

_LONGEST_VALUE = 60


class Finding(NamedTuple):
    """Something wrong at a key of the scenario."""

    key: Key
    message: str
    remedy: str


def explain(error: ErrorDetails, model: type[BaseModel] = Scenario) -> Finding:
    """Return a validation error of a model in plain words, with the offending value, and what is allowed there."""
    key, node, parent = _walk(error["loc"], _schema(model))
    value = toml_value(error["input"])
    context = error.get("ctx", {})
    match error["type"]:
        case "with_remedy":
            return Finding(key, context["message"], context["remedy"])
        case "missing":
            return Finding(key, f"'{key[-1]}' is missing", f"Add it: {_allowed(node)}.")
        case "extra_forbidden":
            known = list(parent.get("properties", {}))
            return Finding(key, f"'{key[-1]}' is not a known key", nearest(str(key[-1]), known, "keys here"))
        case "union_tag_not_found" | "union_tag_invalid":
            kinds = _choices(node["discriminator"]["mapping"])
            given = context.get("tag")
            message = "'kind' is missing" if given is None else f"{toml_value(given)} is not a known kind"
            return Finding((*key, "kind"), message, f"Give kind = {kinds}.")
        case "literal_error" if error["loc"][-1] == "[key]":
            allowed = parent["propertyNames"]["enum"]
            return Finding(key, f"{value} is not a known name here", f"Allowed: {_choices(allowed)}.")
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            message = f"{value} is out of range"
        case "finite_number":
            message = f"{value} is not a finite number"
        case "float_type" | "int_type" | "int_from_float" | "bool_type" | "string_type":
            message = f"{value} is not {_kind(_without_limits(node))}"
        case "too_short":
            message = "nothing is given"
        case _:
            message = f"{value} is not allowed"
    return Finding(key, message, f"Give {_allowed(node)}.")


def toml_value(value: object) -> str:
    """Return a value as a TOML file would hold it, shortened to a line."""
    match value:
        case bool():
            text = str(value).lower()
        case str() | PurePath():
            text = json.dumps(str(value), ensure_ascii=False)
        case Mapping():
            return "a table"
        case list() | tuple():
            text = f"[{', '.join(toml_value(one) for one in value)}]"
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _walk(location: tuple[str | int, ...], schema: dict[str, Any]) -> tuple[Key, dict[str, Any], dict[str, Any]]:
    """Follow an error's location through the schema; return its key without the union tags, its node and its table."""
    key: Key = ()
    parent: dict[str, Any] = {}
    node = schema
    for step in location:
        if step == "[key]":
            return key, node, parent
        if isinstance(step, str) and "discriminator" in node:
            node = _settled({"$ref": node["discriminator"]["mapping"][step]}, schema)
            continue
        parent, key = node, (*key, step)
        inner = node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step)
        if inner is None and isinstance(node.get("additionalProperties"), dict):
            inner = node["additionalProperties"]
        node = _settled(inner or {}, schema)
    return key, node, parent


def _settled(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema node with its reference followed and 'or null' left out; its own description stays."""
    described = {name: node[name] for name in ("description",) if name in node}
    if "anyOf" in node:
        node = next(choice for choice in node["anyOf"] if choice.get("type") != "null")
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return {**node, **described}


def _without_limits(node: dict[str, Any]) -> dict[str, Any]:
    return {"type": node.get("type")}


def _allowed(node: dict[str, Any]) -> str:
    kind = _kind(node)
    return f"{kind} ({node['description']})" if "description" in node else kind


def _kind(node: dict[str, Any]) -> str:
    if "enum" in node or "const" in node:
        return _choices(node.get("enum", [node.get("const")]))
    match node.get("type"):
        case "number" | "integer" as kind:
            return ("a whole number" if kind == "integer" else "a number") + _range(node)
        case "boolean":
            return "true or false"
        case "array":
            return "a list"
        case "string":
            return "a file name in quotes" if node.get("format") == "path" else "text in quotes"
        case _:
            return "a table"


def _range(node: dict[str, Any]) -> str:
    limits = []
    if "minimum" in node and "maximum" in node:
        return f" from {node['minimum']:g} to {node['maximum']:g}"
    for name, words in {
        "exclusiveMinimum": "greater than",
        "minimum": "at least",
        "exclusiveMaximum": "less than",
        "maximum": "at most",
    }.items():
        if name in node:
            limits.append(f"{words} {node[name]:g}")
    return (" " if limits else "") + " and ".join(limits)


def _choices(values: Iterable[object]) -> str:
    return " or ".join(toml_value(value) for value in values)
