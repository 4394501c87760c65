"""An answer to a question, made by hand for the run of ``fake_run``: sites, curves, zones out of reach, a record."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from phusong.coverage.selection.answer import Step
from phusong.scenarios.proposal_tables import (
    CANDIDATES,
    CELLS,
    CURVE,
    CURVE_COLUMNS,
    PARETO,
    PARETO_COLUMNS,
    PROPOSAL_COLUMNS,
    PROPOSALS,
    UNREACHABLE,
    UNREACHABLE_COLUMNS,
    AnswerRecord,
    add_answer,
    add_coverage,
    replace_rows,
)
from phusong.scenarios.question import KIND_WORDS, Question
from phusong.scenarios.question_text import target_text
from phusong.scenarios.reasons import CommuneGain, Hop, SiteFacts, reason
from phusong.scenarios.store import Run
from tests import fake_run

CANDIDATE_COUNT = 300
SEARCH = (Step(0.4, "greedy", 100, None), Step(2.1, "prices", 100, 104.0), Step(2.2, "swaps", 101, 104.0))
"""How a search went on."""
_KINDS = tuple(KIND_WORDS.values())


def write_answer(run: Run, question: Question, count: int = 12, **changes: Any) -> AnswerRecord:
    """Write an answer with a number of sites, and every table of it, into a run."""
    name, sites = question.name, proposal_table(question, count)
    replace_rows(run, PROPOSALS, sites, name)
    replace_rows(run, CURVE, curve_table(sites, name), name)
    replace_rows(run, PARETO, pareto_table(count, name), name)
    replace_rows(run, UNREACHABLE, unreachable_table(question), name)
    replace_rows(run, CANDIDATES, candidate_table(question), name)
    cells = fake_run.cell_table().iloc[np.full(count, 2)].drop(columns=["simulated", "assumed"])
    for column in ("site", "longitude", "latitude"):
        cells[column] = sites[column].to_numpy()
    replace_rows(run, CELLS, cells.assign(cell=[f"{site}-n41-1" for site in cells["site"]], question=name), name)
    made = record(question, sites, **changes)
    add_answer(run, made)
    state = fake_run.covered(question.technology)
    state[40:48, 5:15][state[40:48, 5:15] == 0] = 1
    add_coverage(run, name, state)
    return made


def proposal_table(question: Question, count: int) -> pd.DataFrame:
    """Sites some of which stand so near to one another that their numbers must move apart."""
    step = np.arange(count)
    x_m, y_m = 503_000.0 + 6_100.0 * (step % 3) + 60.0 * (step % 50), 2_332_000.0 + 900.0 * (step % 31)
    longitude, latitude = fake_run.GRID.unproject(x_m, y_m)
    gain_km2 = 12.5 / (step + 1.0)
    covered_percent = 71.25 + 28.0 * (1.0 - np.exp(-(step + 1.0) / 9.0))
    phases = [limit.phase for limit in question.limits]
    facts = [
        SiteFacts(
            kind=_KINDS[number % len(_KINDS)],
            gain_km2=float(gain_km2[number]),
            gain_people=40.0 * float(gain_km2[number]),
            communes=(CommuneGain(fake_run.NAMES[number % 6], float(gain_km2[number])),),
            holes_km2=(0.4,) * (number % 3),
            hop=Hop("PT-0001", 6.5) if number % 2 else None,
        )
        for number in range(count)
    ]
    table = pd.DataFrame(
        {
            "question": question.name,
            "rank": step + 1,
            "phase": [phases[number * len(phases) // max(count, 1)] for number in range(count)],
            "site": [f"NEW-{number:05d}" for number in step + 900],
            "kind": [one.kind for one in facts],
            "longitude": np.round(longitude, 6),
            "latitude": np.round(latitude, 6),
            "operator": "A",
            "band": "n41",
            "antenna_height_m": 35.0,
            "azimuths_deg": "0 120 240",
            "cost": 1.0 + step % 3 * 0.75,
            "gain_km2": gain_km2,
            "gain_people": [one.gain_people for one in facts],
            "cost_so_far": np.cumsum(1.0 + step % 3 * 0.75),
            "covered_percent_after": covered_percent,
            "bound_percent": np.minimum(covered_percent + 0.2 * np.sqrt(step), 99.6),
            "communes": [one.communes[0].name for one in facts],
            "reason_vi": [reason(one, "vi") for one in facts],
            "reason_en": [reason(one, "en") for one in facts],
        }
    )
    return table[list(PROPOSAL_COLUMNS)]


def curve_table(sites: pd.DataFrame, name: str) -> pd.DataFrame:
    start = pd.DataFrame({"sites": [0], "cost": [0.0], "covered_percent": [71.25], "bound_percent": [71.25]})
    rest = pd.DataFrame(
        {
            "sites": sites["rank"],
            "cost": sites["cost_so_far"],
            "covered_percent": sites["covered_percent_after"],
            "bound_percent": sites["bound_percent"],
        }
    )
    return pd.concat([start, rest], ignore_index=True).assign(question=name)[list(CURVE_COLUMNS)]


def pareto_table(count: int, name: str) -> pd.DataFrame:
    sites = np.unique(np.linspace(1, max(count, 1), 6).astype(int))
    covered = 71.25 + 28.0 * (1.0 - np.exp(-sites / 5.0))
    rows = {"sites": sites, "cost": 1.75 * sites, "covered_percent": covered, "bound_percent": covered + 0.4}
    gap = 100.0 * 0.4 / (covered - 71.25)
    return pd.DataFrame(rows).assign(question=name, gap_percent=gap)[list(PARETO_COLUMNS)]


def unreachable_table(question: Question) -> pd.DataFrame:
    row = (question.name, "communes", "Vân Sơn", "area", 100.0, 12.0, 81.5, 100.0, 18.5, 740.0)
    return pd.DataFrame([row] if question.targets else [], columns=list(UNREACHABLE_COLUMNS))


def candidate_table(question: Question) -> pd.DataFrame:
    step = np.arange(CANDIDATE_COUNT)
    longitude, latitude = fake_run.GRID.unproject(501_000.0 + 900.0 * (step % 20), 2_331_500.0 + 1_800.0 * (step // 20))
    return pd.DataFrame(
        {
            "question": question.name,
            "site": [f"NEW-{number:05d}" for number in step],
            "kind": [_KINDS[number % len(_KINDS)] for number in step],
            "longitude": longitude,
            "latitude": latitude,
            "cost": 1.0,
            "gain_km2": 3.0,
            "gain_people": 120.0,
        }
    )


def record(question: Question, sites: pd.DataFrame, **changes: Any) -> AnswerRecord:
    """What the answer says of itself."""
    gain_km2 = float(sites["gain_km2"].sum())
    after = float(sites["covered_percent_after"].iloc[-1]) if len(sites) else 71.25
    made: dict[str, Any] = {
        "name": question.name,
        "technology": question.technology,
        "digest": question.digest(),
        "question": question.canonical(),
        "status": "gap",
        "unit": "sites" if question.maximize is None else "km2",
        "value": float(len(sites)) if question.maximize is None else gain_km2,
        "bound": len(sites) - 1.4 if question.maximize is None else gain_km2 * 1.002,
        "gap_percent": 0.2,
        "proof": "prices",
        "certifies": "The gap holds for the 300 candidates listed and coverage by RSRP; not for other places.",
        "verified": {"holds": True, "value": gain_km2, "bound": gain_km2 * 1.002, "faults": [], "wrong": []},
        "measure": "area",
        "before_percent": 71.25,
        "after_percent": after,
        "reachable_percent": 99.6,
        "claimed_gain_km2": gain_km2,
        "confirmed_gain_km2": gain_km2 - 0.02,
        "confirmed_sinr_gain_km2": gain_km2 - 1.5,
        "least_sinr_db": -6.0,
        "round": 0,
        "rounds": [
            {
                "sites": len(sites),
                "claimed_gain_km2": gain_km2,
                "confirmed_gain_km2": gain_km2 - 0.02,
                "confirmed_sinr_gain_km2": gain_km2 - 1.5,
                "serves_all_asked": True,
            }
        ],
        "candidates": CANDIDATE_COUNT,
        "candidate_kinds": {"hilltop": 120, "search grid": 180},
        "sites": len(sites),
        "cost": float(sites["cost"].sum()),
        "targets": [
            {
                "target": target_text(target),
                "asked_percent": target.at_least_percent,
                "before_percent": 71.25,
                "after_percent": after,
                "reachable_percent": 99.6,
                "met": after >= target.at_least_percent,
                "zones": 6 if target.each else 1,
                "zones_met": 5 if target.each else int(after >= target.at_least_percent),
                "lowest_zone": "Vân Sơn" if target.each else "",
            }
            for target in question.targets
        ],
        "phases": [
            {
                "name": limit.phase,
                "sites": (number + 1) * len(sites) // len(question.limits),
                "cost": 10.0 * (number + 1),
                "covered_percent": 80.0 + 5.0 * number,
            }
            for number, limit in enumerate(question.limits)
            if limit.phase
        ],
        "trace": [[0.4, "greedy", 10.0, None], [2.1, "prices", 10.0, 12.0]],
        "seconds": 4.2,
        "assumptions": ["Costs are assumed: relative to a new site beside a road."],
    }
    answer: AnswerRecord = {**made, **changes}  # type: ignore[typeddict-item]
    return answer
