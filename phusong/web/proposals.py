"""The proposals of a run as a page shows them: each question with its answer, and the sites in their order."""

from __future__ import annotations

from typing import Any

from phusong.scenarios.answer_words import certificate_words, question_words
from phusong.scenarios.proposal_tables import PROPOSALS, answer_of, rows_of
from phusong.scenarios.store import Run


def page_proposals(run: Run) -> list[dict[str, Any]]:
    """Return the answers that a run holds, none before ``phusong.propose``."""
    table = run.proposals()
    names = [] if table.empty else list(dict.fromkeys(table["question"].astype(str)))
    return [_answer(run, name) for name in names]


def _answer(run: Run, name: str) -> dict[str, Any]:
    answer = answer_of(run, name)
    sites = rows_of(run, PROPOSALS, name)
    return {
        "name": name,
        "technology": answer["technology"],
        "measure": answer["measure"],
        "before_percent": answer["before_percent"],
        "after_percent": answer["after_percent"],
        "question": {"vi": question_words(answer["question"], "vi"), "en": question_words(answer["question"], "en")},
        "certificate": {"vi": certificate_words(answer, "vi"), "en": certificate_words(answer, "en")},
        "sites": [
            {
                "rank": int(row["rank"]),
                "site": str(row["site"]),
                "longitude": float(row["longitude"]),
                "latitude": float(row["latitude"]),
                "operator": str(row["operator"]),
                "antenna_height_m": float(row["antenna_height_m"]),
                "cost": float(row["cost"]),
                "gain_km2": float(row["gain_km2"]),
                "gain_people": float(row["gain_people"]),
                "reason": {"vi": str(row["reason_vi"]), "en": str(row["reason_en"])},
            }
            for row in sites.to_dict("records")
        ],
    }
