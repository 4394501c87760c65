"""Coverage definitions in files: those that ship, and those that lie in a folder `definitions` beside a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.coverage_definition import Definition
from phusong.scenarios.load import parse_toml, read_text, root_causes
from phusong.scenarios.suggestions import nearest
from phusong.scenarios.toml_lines import key_lines, line_of
from phusong.scenarios.wording import explain

FOLDER = "definitions"
SHIPPED = Path(__file__).resolve().parent / FOLDER


def list_definitions(scenario_folder: Path | None = None) -> Mapping[str, Path]:
    """Return the file of each definition by its name, the stem of the file: those that ship, then the scenario's.

    Raises
    ------
    InputError : a scenario's definition has the name of one that ships.
    """
    files = {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}
    if scenario_folder is None:
        return files
    own = {path.stem: path for path in sorted((scenario_folder / FOLDER).glob("*.toml"))}
    if taken := sorted(files.keys() & own.keys()):
        raise InputError(
            Problem(f"{own[name]}", None, None, f"a definition '{name}' ships already", "Give the file another name.")
            for name in taken
        )
    return files | own


def load_definition(source: str | Path, *, scenario_folder: Path | None = None) -> Definition:
    """Read and check a definition.

    Parameters
    ----------
    source : name of one that ships or lies in the scenario's folder, or a TOML file.
    scenario_folder : where the scenario lies; None: only what ships has a name.

    Raises
    ------
    InputError : with every problem of the file: each has the line of its key.
    """
    known = list_definitions(scenario_folder)
    path = known.get(source, Path(source)) if isinstance(source, str) else source
    if not path.is_file():
        remedy = "Give a TOML file or a known definition. " + nearest(f"{source}", known, "definitions")
        raise input_error(source, "there is no such definition", remedy)
    text = read_text(path)
    tables = parse_toml(path, text)
    lines = key_lines(text)
    try:
        definition = Definition.model_validate(tables)
    except ValidationError as error:
        findings = [explain(details, Definition) for details in root_causes(error.errors())]
        problems = [
            Problem(f"{path}", line_of(lines, key), ".".join(f"{part}" for part in key) or None, message, remedy)
            for key, message, remedy in findings
        ]
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0)) from None
    if definition.name != path.stem:
        message = f"the name '{definition.name}' is not that of the file"
        raise input_error(path, message, f'Give name = "{path.stem}", or rename the file.', field="name")
    return definition
