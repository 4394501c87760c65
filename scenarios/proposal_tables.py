"""The tables of an answer to a question, as they lie in a run: their columns, and how they replace older ones."""

from __future__ import annotations

import pandas as pd

from phusong.scenarios.store import Run

PROPOSALS = "proposals"
CURVE = "proposal_curve"
PARETO = "proposal_pareto"
UNREACHABLE = "proposal_unreachable"
CELLS = "proposed_cells"

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


def replace_answer(run: Run, table: str, rows: pd.DataFrame, question: str) -> None:
    """Write the rows of an answer into a table of a run, in place of those that the question had before."""
    kept = [earlier] if len(earlier := other_answers(run, table, question)) else []
    run.add_table(table, pd.concat([*kept, rows], ignore_index=True) if kept else rows)


def other_answers(run: Run, table: str, question: str) -> pd.DataFrame:
    """Return the rows of all questions but one; no rows where the run has no such table."""
    if f"tables/{table}.csv" not in run.manifest["files"]:
        return pd.DataFrame()
    earlier = run.table(table)
    return earlier[earlier["question"] != question] if "question" in earlier else pd.DataFrame()


def rows_of(run: Run, table: str, question: str) -> pd.DataFrame:
    """Return the rows of one question; no rows where there are none."""
    if f"tables/{table}.csv" not in run.manifest["files"]:
        return pd.DataFrame()
    earlier = run.table(table)
    return earlier[earlier["question"] == question] if "question" in earlier else pd.DataFrame()
