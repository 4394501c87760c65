"""The tables of an answer to a question, as they lie in a run: their columns, and how they replace older ones."""

from __future__ import annotations

from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.errors import input_error
from phusong.scenarios.store import Run
from phusong.scenarios.suggestions import nearest

PROPOSALS = "proposals"
CURVE = "proposal_curve"
PARETO = "proposal_pareto"
UNREACHABLE = "proposal_unreachable"
CELLS = "proposed_cells"
CANDIDATES = "proposal_candidates"

PROPOSAL_COLUMNS = (
    "question", "rank", "phase", "site", "kind", "longitude", "latitude", "operator", "band", "antenna_height_m",
    "azimuths_deg", "cost", "gain_km2", "gain_people", "cost_so_far", "covered_percent_after", "bound_percent",
    "communes", "reason_vi", "reason_en",
)  # fmt: skip
"""A row a chosen site, in the order of the roll-out.

`cost_so_far`, `covered_percent_after` are of this site and all before it; `bound_percent` is what no choice of as many
sites exceeds [%]; `communes` lists names, with "; " between them; `azimuths_deg` has blanks between angles.
"""
CURVE_COLUMNS = ("question", "sites", "cost", "covered_percent", "bound_percent")
"""The roll-out: after so many sites of the answer, from 0; the bound holds for any choice of as many."""
PARETO_COLUMNS = ("question", "sites", "cost", "covered_percent", "bound_percent", "gap_percent")
"""A row for each size that was solved by itself."""
UNREACHABLE_COLUMNS = (
    "question", "layer", "zone", "measure", "whole", "present_percent", "reachable_percent", "asked_percent",
    "missing_km2", "missing_people",
)  # fmt: skip
"""A row for each target that all candidates together do not reach; layer and zone are empty for the whole area.

`whole` is in the unit of the measure; what is missing is what lies between the reachable and the asked share.
"""

CANDIDATE_COLUMNS = ("question", "site", "kind", "longitude", "latitude", "cost", "gain_km2", "gain_people")
"""A row for each candidate that there was to choose from, and what it alone would add."""

_COVERED = "covered_with"


class TargetRecord(TypedDict):
    """How far a target of the question is reached; all shares in percent of what the target counts.

    For a target that each of several zones must reach, the shares are those of the zone that is lowest afterwards.
    """

    target: str
    asked_percent: float
    before_percent: float
    after_percent: float
    reachable_percent: float
    met: bool
    zones: int
    zones_met: int
    lowest_zone: str


class PhaseRecord(TypedDict):
    """What stands at the end of a phase."""

    name: str
    sites: int
    cost: float
    covered_percent: float


class RoundRecord(TypedDict):
    """A choice, by its footprints, by RSRP in the whole network, and with interference.

    serves_all_asked : whether every target is reached with interference too, as far as it can be reached at all.
    """

    sites: int
    claimed_gain_km2: float
    confirmed_gain_km2: float
    confirmed_sinr_gain_km2: float
    serves_all_asked: bool


class AnswerRecord(TypedDict):
    """An answer in tables/proposals.json: {"answers": [...]}, one a question.

    question : as ``Question.canonical``; name, technology and digest stand beside it too.
    status : of ``coverage.selection.answer.Answer``.
    unit : of value and bound: "km2", "people", "share" (both), "sites" or "cost".
    value, bound, gap_percent : null where nothing was found, or nothing is proved.
    certifies : a sentence: what the gap certifies, and what it does not.
    verified : {"holds", "value", "bound", "faults", "wrong"}, recomputed from the footprints.
    measure : what before, after, reachable_percent and the curve count.
    claimed_gain_km2 : by the footprints, by RSRP alone; confirmed_gain_km2 : by simulating the whole network again.
    proof : of the bound: "prices", "tree" or "", as of ``Answer``.
    confirmed_sinr_gain_km2 : the same of pixels with least_sinr_db besides, before and after the plan.
    cells_turned : of the chosen sites, turned or tilted after the choice; the confirmed gains are with that.
    round : which of the rounds stands; rounds : the first is the certified choice, the further ones were made anew
        because interference took coverage away.
    trace : [seconds, stage, value, bound] of the solver.
    """

    name: str
    technology: str
    digest: str
    question: dict[str, Any]
    status: str
    unit: str
    value: float | None
    bound: float | None
    gap_percent: float | None
    proof: str
    certifies: str
    verified: dict[str, Any]
    measure: str
    before_percent: float
    after_percent: float
    reachable_percent: float
    claimed_gain_km2: float
    confirmed_gain_km2: float
    confirmed_sinr_gain_km2: float
    cells_turned: int
    least_sinr_db: float
    round: int
    rounds: list[RoundRecord]
    candidates: int
    candidate_kinds: dict[str, int]
    sites: int
    cost: float
    targets: list[TargetRecord]
    phases: list[PhaseRecord]
    trace: list[list[Any]]
    seconds: float
    assumptions: list[str]


def replace_rows(run: Run, table: str, rows: pd.DataFrame, question: str) -> None:
    """Write the rows of an answer into a table of a run, in place of those that the question had before."""
    earlier = _rows(run, table)
    parts = [part for part in (earlier[earlier["question"] != question], rows) if len(part)]
    run.add_table(table, pd.concat(parts, ignore_index=True) if parts else rows)


def rows_of(run: Run, table: str, question: str) -> pd.DataFrame:
    """Return the rows of one question; no rows where there are none."""
    rows = _rows(run, table)
    return rows[rows["question"] == question].reset_index(drop=True)


def _rows(run: Run, table: str) -> pd.DataFrame:
    if f"tables/{table}.csv" not in run.manifest["files"]:
        return pd.DataFrame({"question": []})
    return run.table(table)


def answers(run: Run) -> list[AnswerRecord]:
    """Return the answers that a run holds; none before `propose`."""
    if f"tables/{PROPOSALS}.json" not in run.manifest["files"]:
        return []
    found: list[AnswerRecord] = run.json(PROPOSALS)["answers"]
    return found


def answer_of(run: Run, question: str) -> AnswerRecord:
    """Return the answer to a question, by its name.

    Raises
    ------
    InputError : the run has no such answer.
    """
    for answer in answers(run):
        if answer["name"] == question:
            return answer
    remedy = nearest(question, [answer["name"] for answer in answers(run)], "questions")
    raise input_error(run.folder, f"the run holds no answer to a question '{question}'", remedy, field="question")


def add_answer(run: Run, answer: AnswerRecord) -> None:
    """Write an answer into a run, in place of the one that its question had before."""
    kept = [earlier for earlier in answers(run) if earlier["name"] != answer["name"]]
    run.add_json(PROPOSALS, {"answers": [*kept, answer]})


def add_coverage(run: Run, question: str, state: npt.NDArray[np.uint8]) -> None:
    """Write what the network and the proposed sites cover together, (rows, columns), in the form of "covered"."""
    about = "covered with the proposed sites: 1 yes, 0 no"
    run.add_layer(f"{_COVERED}_{question}", state, nodata=255, units="1", about=about)


def coverage_with(run: Run, question: str) -> npt.NDArray[np.uint8] | None:
    """Return what ``add_coverage`` wrote; None: nothing."""
    return run.added_layer(f"{_COVERED}_{question}")
