"""Definitions of coverage as small files: those that ship, those beside a scenario, and any other file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.coverage_definition import Definition
from phusong.scenarios.suggestions import nearest
from phusong.scenarios.toml_lines import key_lines, line_of
from phusong.scenarios.wording import root_causes

SHIPPED = Path(__file__).resolve().parent / "definitions"
FOLDER = "definitions"
"""Of the definitions beside a scenario."""


def read_definition(path: Path) -> Definition:
    """Return the definition of a file.

    Raises
    ------
    InputError : every problem of the file.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise input_error(path, f"it cannot be read: {error}", "Give a TOML file in UTF-8.") from error
    try:
        definition = Definition.model_validate(tables)
    except ValidationError as error:
        lines = key_lines(text)
        problems = []
        for details in root_causes(error.errors()):
            key = tuple(details["loc"])
            context = details.get("ctx", {})
            message = context.get("message", details["msg"])
            remedy = context.get("remedy", "See the definitions that ship with the program.")
            problems.append(Problem(str(path), line_of(lines, key), ".".join(map(str, key)), message, remedy))
        raise InputError(problems) from None
    if definition.name != path.stem:
        raise input_error(
            path, f"its name is '{definition.name}', the file's '{path.stem}'", "Give both the same name.", field="name"
        )
    return definition


def known_definitions(folder: Path | None = None) -> Mapping[str, Path]:
    """Return the files of definitions by name: those that ship, and those in the folder ``definitions`` of a folder,
    which go first.
    """
    found = {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}
    if folder is not None:
        found |= {path.stem: path for path in sorted((folder / FOLDER).glob("*.toml"))}
    return found


def find_definition(name: str | Path, folder: Path | None = None) -> Definition:
    """Return a definition by name, or by the path of its file.

    Parameters
    ----------
    folder : of a scenario with definitions of its own.

    Raises
    ------
    InputError : there is none of that name, or its file is wrong.
    """
    known = known_definitions(folder)
    if str(name) in known:
        return read_definition(known[str(name)])
    if str(name).endswith(".toml"):
        return read_definition(Path(name))
    raise input_error(str(name), "there is no such definition", nearest(str(name), known, "definitions"))
