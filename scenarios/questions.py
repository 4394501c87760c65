"""From a TOML file or from words to a checked question, or to everything that is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.gathering import Gathering
from phusong.scenarios.load import parse_toml, read_text, root_causes
from phusong.scenarios.question import Question
from phusong.scenarios.question_agreement import question_disagreements
from phusong.scenarios.question_text import parse_phase, parse_target, slug, target_text
from phusong.scenarios.toml_lines import Key, key_lines, line_of
from phusong.scenarios.wording import explain

EXAMPLE = Path(__file__).resolve().parent / "phu_tho" / "question.toml"
"""A question to the packaged scenario that names every key."""

_OPTIONS = {
    "candidates.list": "--candidates", "candidates.kinds": "--kinds", "rules.spacing_km": "--spacing-km",
    "solving.gap_percent": "--gap", "solving.time_limit_s": "--time-limit", "orientation": "--orient",
    "targets": "--target", "phases": "--phase",
}  # fmt: skip
_AIMS = ("technology", "zones", "zone_type", "maximize", "minimize", "sites", "budget", "targets", "phases")
_UNNAMED = ("name", "solving")  # a question asked again with more effort keeps its name
_LONGEST_NAME = 60


def load_question(path: str | Path, **changes: Any) -> Question:
    """Read and check a question.

    Parameters
    ----------
    path : TOML file; relative paths in it start at its folder.
    changes : replace entries of the table [solving].

    Raises
    ------
    InputError : with every problem of the file: each has the line of its key.
    """
    path = Path(path)
    if not path.is_file():
        raise input_error(path, "there is no such question", "Name a TOML file; --example-question prints one.")
    text = read_text(path)
    tables = parse_toml(path, text)
    if changes and isinstance(solving := tables.setdefault("solving", {}), dict):
        solving.update(changes)
    lines = key_lines(text)

    def problem(key: Key, message: str, remedy: str) -> Problem:
        row = None if key[0] == "solving" and key[-1] in changes else line_of(lines, key)
        return Problem(str(path), row, ".".join(str(part) for part in key), message, remedy)

    return _checked(tables, path.parent.resolve(), problem)


def ask(
    technology: str,
    *,
    sites: int | None = None,
    budget: float | None = None,
    targets: Sequence[str] = (),
    maximize: str | None = None,
    minimize: str | None = None,
    zones: str | None = None,
    zone_type: str | None = None,
    candidates: Path | None = None,
    kinds: Sequence[str] | None = None,
    force: Sequence[str] = (),
    forbid: Sequence[str] = (),
    spacing_km: float | None = None,
    phases: Sequence[str] = (),
    probability: bool = False,
    orientation: bool = False,
    **solving: Any,
) -> Question:
    """Make a question from words, as the command line does.

    Parameters
    ----------
    technology : "4G" or "5G".
    sites, budget : greatest number and cost; with neither targets nor `maximize`, as much area as possible is covered.
    targets : such as "area >= 98%"; see ``question_text.parse_target``.
    zones, zone_type : count only in the zones of a layer, or those of a type; none: in the whole area.
    candidates : CSV of the only places to choose from.
    phases : such as "2026=30".
    solving : effort, gap_percent, time_limit_s, seed or interference_rounds, where they are not those of the default.

    Raises
    ------
    InputError : every problem at once.
    """
    gathering = Gathering()
    parsed_targets = [gathering.attempt(parse_target, text) for text in targets]
    parsed_phases = [gathering.attempt(parse_phase, text) for text in phases]
    limited = sites is not None or budget is not None or bool(phases)
    tables: dict[str, Any] = {
        "technology": technology.upper(),
        "maximize": maximize or ("area" if limited and not targets else None),
        "minimize": minimize,
        "sites": sites,
        "budget": budget,
        "zones": zones,
        "zone_type": zone_type,
        "probability": probability or None,
        "orientation": orientation or None,
        "targets": [table for table in parsed_targets if table is not None],
        "candidates": _given(list=candidates, kinds=None if kinds is None else list(kinds)),
        "rules": _given(force=list(force), forbid=list(forbid), spacing_km=spacing_km),
        "phases": [table for table in parsed_phases if table is not None],
        "solving": _given(**solving),
    }

    def problem(key: Key, message: str, remedy: str) -> Problem:
        field = ".".join(part for part in key if isinstance(part, str))
        option = _OPTIONS.get(field) or _OPTIONS.get(str(key[0])) or "--" + str(key[-1]).replace("_", "-")
        return Problem("propose", None, option, message, remedy)

    try:
        question = _checked(_given(**tables), Path.cwd(), problem)
    except InputError as error:
        # What cannot be parsed is not in the tables: that they then ask for too little follows from it.
        aside = ("--maximize", "--phase") if gathering.problems else ()
        raise InputError([*gathering.problems, *(one for one in error.problems if one.field not in aside)]) from None
    gathering.check()
    return question


def usual_name(question: Question) -> str:
    """Return a name made of what is asked for; where more than that is said, it ends with letters of a digest."""
    aims: list[str] = [question.technology, question.zones or "", question.zone_type or ""]
    aims += [f"most {question.maximize}"] if question.maximize else []
    aims += ["fewest sites"] if question.minimize == "sites" else []
    aims += [f"{question.sites} sites"] if question.sites is not None else []
    aims += [f"cost {question.budget:g}"] if question.budget is not None else []
    aims += [target_text(target) for target in question.targets]
    aims += [f"{phase.name} {phase.budget if phase.sites is None else phase.sites}" for phase in question.phases]
    name, said = slug(" ".join(aims)), question.canonical()
    plain = Question(name="plain", technology=question.technology).canonical()
    beyond = [one for one in said if one not in (*_AIMS, *_UNNAMED) and said[one] != plain[one]]
    if not beyond and len(name) <= _LONGEST_NAME:
        return name
    content = {one: said[one] for one in (*_AIMS, *beyond)}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return f"{name[:_LONGEST_NAME].strip('-')}-{digest[:6]}"


def _given(**entries: Any) -> dict[str, Any]:
    """Return the entries that say something."""
    return {name: value for name, value in entries.items() if value is not None and value not in ([], {})}


def _checked(tables: Mapping[str, Any], folder: Path, problem: Callable[[Key, str, str], Problem]) -> Question:
    """Return the question that tables say; raises InputError with all their problems in the order of their lines."""
    findings = list(question_disagreements(tables))
    try:
        question = Question.model_validate({"name": "unnamed", **tables}, context={"folder": folder})
    except ValidationError as error:
        findings += [explain(details, Question) for details in root_causes(error.errors())]
    else:
        if not findings:
            return question if "name" in tables else question.model_copy(update={"name": usual_name(question)})
    raise InputError(sorted((problem(*finding) for finding in findings), key=lambda one: one.row or 0))
