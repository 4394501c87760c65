"""The tables of a run as answers: targets, cells, proposals."""

from __future__ import annotations

from typing import Any

import pandas as pd

from phusong.scenarios.answer_words import certificate_words, question_words
from phusong.scenarios.proposal_tables import PROPOSALS, AnswerRecord, answers, rows_of
from phusong.scenarios.store import Run
from phusong.web.server.failures import RefusedError
from phusong.web.server.models import CellItem, ProposedSite
from phusong.web.server.rows import plain, rows_of_table

_WORDS = {name for name, field in ProposedSite.model_fields.items() if field.annotation is str}


def target_rows(run: Run) -> list[dict[str, Any]]:
    """Return the targets and their verdicts."""
    table = run.targets()
    return rows_of_table(table.assign(zone_type=table["zone_type"].fillna("")))


def cell_rows(cells: pd.DataFrame, site: str) -> list[dict[str, Any]]:
    """Return the cells of a site; RefusedError where there is no such site."""
    rows = cells[cells["site"].astype(str) == site]
    if not len(rows):
        raise RefusedError(404, "the run has no such site", "Ask for a site of the map", field="site")
    return [{name: row[name] for name in CellItem.model_fields} for row in rows_of_table(rows)]


def answer_rows(run: Run) -> list[dict[str, Any]]:
    """Return the answers that a run holds, each with its sites."""
    return [_answer(run, answer) for answer in answers(run)]


def _answer(run: Run, answer: AnswerRecord) -> dict[str, Any]:
    kept = (
        "technology", "status", "unit", "value", "bound", "gap_percent", "measure", "before_percent", "after_percent",
        "reachable_percent", "cost",
    )  # fmt: skip
    return {
        "question": answer["name"],
        "asked_vi": question_words(answer["question"], "vi"),
        "asked_en": question_words(answer["question"], "en"),
        "certificate_vi": certificate_words(answer, "vi"),
        "certificate_en": certificate_words(answer, "en"),
        **{name: plain(answer[name]) for name in kept},  # type: ignore[literal-required]
        "targets": [{name: plain(value) for name, value in target.items()} for target in answer["targets"]],
        "sites": [_site(row) for row in rows_of_table(rows_of(run, PROPOSALS, answer["name"]))],
    }


def _site(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _word(row[name]) if name in _WORDS else row[name] for name in ProposedSite.model_fields}


def _word(value: Any) -> str:
    """Return a text of a table: an angle alone is read as a number, an empty one as none."""
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
