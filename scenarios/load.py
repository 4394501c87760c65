"""From the name of a scenario to the checked scenario, or to everything that is wrong with its file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.agreement import disagreements
from phusong.scenarios.freeze import freeze
from phusong.scenarios.schema import Scenario
from phusong.scenarios.suggestions import nearest
from phusong.scenarios.toml_lines import key_lines, line_of
from phusong.scenarios.wording import explain

__all__ = ["FILE_NAME", "PACKAGED", "freeze", "load", "packaged"]

FILE_NAME = "scenario.toml"
PACKAGED: Mapping[str, Path] = {"phu-tho": Path(__file__).resolve().parent / "phu_tho" / FILE_NAME}


def load(
    source: str | Path,
    *,
    resolution_m: float | None = None,
    radius_km: float | None = None,
    mode: str | None = None,
) -> Scenario:
    """Read and check a scenario.

    Parameters
    ----------
    source : name of a packaged scenario ("phu-tho"), a folder that holds a scenario.toml, or a TOML file.
    resolution_m, radius_km, mode : replace the scenario's own grid.resolution_m, propagation.radius_km, .mode.

    Relative paths in the file start at its folder.

    Raises
    ------
    InputError
        With every problem of the file: each has the line of its key.
    """
    path = _find(source)
    text = read_text(path)
    tables = parse_toml(path, text)
    overrides: dict[tuple[str, str], Any] = {
        ("grid", "resolution_m"): resolution_m,
        ("propagation", "radius_km"): radius_km,
        ("propagation", "mode"): mode,
    }
    overrides = {key: value for key, value in overrides.items() if value is not None}
    for (table, name), value in overrides.items():
        if isinstance(settings := tables.setdefault(table, {}), dict):
            settings[name] = value

    findings = list(disagreements(tables))
    try:
        scenario = Scenario.model_validate(tables, context={"folder": path.parent.resolve()})
    except ValidationError as error:
        findings += [explain(details) for details in root_causes(error.errors())]
    else:
        if not findings:
            return scenario
    lines = key_lines(text)
    problems = [
        Problem(
            file=str(path),
            row=None if key in overrides else line_of(lines, key),
            field=".".join(str(part) for part in key),
            message=message,
            remedy=remedy,
        )
        for key, message, remedy in findings
    ]
    raise InputError(sorted(problems, key=lambda problem: problem.row or 0))


def root_causes(errors: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the errors without those that only follow from others: a list is not too short whose entries are wrong."""
    places = [tuple(error["loc"]) for error in errors]

    def follows(error: Mapping[str, Any]) -> bool:
        place = tuple(error["loc"])
        deeper = (other for other in places if len(other) > len(place))
        return error["type"] == "too_short" and any(other[: len(place)] == place for other in deeper)

    return [error for error in errors if not follows(error)]


def packaged(name: str) -> Path:
    """Return the scenario.toml of a packaged scenario."""
    try:
        return PACKAGED[name]
    except KeyError:
        raise input_error(
            name, "there is no packaged scenario of this name", nearest(name, PACKAGED, "packaged scenarios")
        ) from None


def _find(source: str | Path) -> Path:
    if isinstance(source, str) and source in PACKAGED:
        return packaged(source)
    path = Path(source)
    if path.is_dir():
        path /= FILE_NAME
        if not path.is_file():
            raise input_error(
                path.parent, f"the folder holds no {FILE_NAME}", f"Name a folder with a {FILE_NAME} in it."
            )
    elif not path.is_file():
        remedy = f"Give a folder with a {FILE_NAME}, a TOML file, or a packaged scenario. "
        raise input_error(
            source, "there is no such scenario", remedy + nearest(str(source), PACKAGED, "packaged scenarios")
        )
    return path


def read_text(path: Path) -> str:
    """Return a text file; raises InputError where it is not UTF-8."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise input_error(
            path,
            f"byte 0x{data[error.start]:02X} is not UTF-8 text",
            "Save the file in UTF-8.",
            row=data[: error.start].count(b"\n") + 1,
        ) from None


def parse_toml(path: Path, text: str) -> dict[str, Any]:
    """Return the tables of a TOML text; raises InputError where it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        raise input_error(
            path,
            f"not valid TOML: {message}",
            "Mend the line: key = value, text in double quotes, each key once in its table.",
            row=int(place[1]) if place else len(text.splitlines()),
        ) from None
