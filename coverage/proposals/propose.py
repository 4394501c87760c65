"""Proposed sites: which are worth building, how good the choice is, and what the network is with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from phusong.coverage.loss_store import LossStore
from phusong.coverage.network import Progress
from phusong.coverage.proposals.built import Built, turned
from phusong.coverage.proposals.demand import AIM
from phusong.coverage.proposals.pareto import trade_off
from phusong.coverage.proposals.plan import Plan, make_plan
from phusong.coverage.proposals.record import phase_records, record_of
from phusong.coverage.proposals.rollout import CoverBound, roll_out
from phusong.coverage.proposals.stages import plan_stages
from phusong.coverage.proposals.survey import Survey, survey
from phusong.coverage.proposals.tables import candidate_table, curve_table, site_table, unreachable_table
from phusong.coverage.proposals.truth import State, Truth, simulate_plan
from phusong.coverage.selection.answer import Step
from phusong.coverage.selection.verify import Verification, verify
from phusong.coverage.what_if import LiveRun
from phusong.scenarios.proposal_tables import (
    CANDIDATES,
    CELLS,
    CURVE,
    PARETO,
    PROPOSAL_COLUMNS,
    PROPOSALS,
    UNREACHABLE,
    AnswerRecord,
    add_answer,
    add_coverage,
    replace_rows,
)
from phusong.scenarios.question import Question
from phusong.scenarios.question_check import check_question
from phusong.scenarios.questions import ask
from phusong.scenarios.store import Run

SIDE_LIMIT_S = 5.0
"""For the choice of the sites of a phase, and for each point of the Pareto curve, at most [s]."""


class Proposal(NamedTuple):
    """Sites in the order in which they are worth building, and what is known of the choice.

    Attributes
    ----------
    sites : the rows of tables/proposals.csv for this question.
    certificate : its entry in tables/proposals.json.
    """

    sites: pd.DataFrame
    certificate: AnswerRecord


def propose(
    run: Run,
    question: Question | None = None,
    *,
    workers: int | None = None,
    store: LossStore | Path | None = None,
    progress: Progress | None = None,
    on_step: Callable[[Step], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    **words: Any,
) -> Proposal:
    """Propose sites and write them into the run.

    Candidates come from masts that stand, hilltops, a search grid, roads or a list; what each covers of that which is
    missing is computed by the engine; the choice is made with a bound on the best possible, verified from the
    footprints, and simulated with the whole network.

    Parameters
    ----------
    question : what is asked; or in words, as ``questions.ask`` takes them: ``technology="5G", sites=10`` or
        ``technology="4G", targets=["area >= 98%"]``.
    store : of path losses, or its folder; none: that of the user.
    progress : told how far each stage is; on_step : told each better choice and bound.
    should_stop : asked often; where it says so, the best choice so far is kept.

    Raises
    ------
    InputError : the question does not fit the run, or a file that it names is wrong; all problems at once.
    """
    question = ask(**words) if question is None else question
    check_question(question, run)
    started, least_sinr_db = time.monotonic(), question.solving.least_sinr_db
    tell = progress or (lambda _stage, _done, _total: None)
    stopped = should_stop or (lambda: False)
    with LiveRun(run, store=store, progress=tell) as live:
        surveyed = survey(live, question, workers=workers, progress=tell)
        before = State.of(run, question.technology, surveyed.wanted.counted, least_sinr_db)

        def simulate(sites: Sequence[int]) -> Truth:
            cells = surveyed.candidates.cells_of(sites)
            return simulate_plan(live, question.technology, surveyed.wanted, cells, before, least_sinr_db)

        plan = make_plan(surveyed, simulate, progress=on_step or (lambda _step: None), should_stop=stopped)
        built = Built(surveyed.candidates.cells_of(plan.chosen.answer.sites), plan.chosen.truth)
        if question.orientation and len(built.cells):
            built = turned(live, surveyed, built, least_sinr_db, workers=workers, progress=tell)
        verified = verify(surveyed.posed.problem, plan.certified)
        return _write(run, surveyed, plan, built, verified, started, stopped)


def _write(
    run: Run,
    surveyed: Survey,
    plan: Plan,
    built: Built,
    verified: Verification,
    started: float,
    should_stop: Callable[[], bool],
) -> Proposal:
    """Write the answer into the run in place of an earlier one to the same question."""
    question = surveyed.question
    problem = replace(surveyed.posed.problem, cost=surveyed.candidates.cost)
    sites = plan.chosen.answer.sites
    limit_s = min(question.solving.time_limit_s, SIDE_LIMIT_S)
    stages = plan_stages(
        problem, sites, question.limits if question.phases else (), AIM,
        seed=question.solving.seed, time_limit_s=limit_s, should_stop=should_stop,
    )  # fmt: skip
    order = roll_out(problem, sites, AIM, stages=[stage.sites for stage in stages])
    phase_of = [next((stage.name for stage in stages if site in stage.sites), "") for site in order.sites]
    share = surveyed.share(problem)
    trade = trade_off(
        problem, AIM, share,
        count=len(sites), seed=question.solving.seed, time_limit_s=limit_s, should_stop=should_stop,
    )  # fmt: skip
    proofs = [one for one in (plan.certified.certificate, *trade.certificates) if one is not None]
    curve = curve_table(share, order, problem, [CoverBound.of(problem, one, AIM) for one in proofs])
    rows = site_table(surveyed, problem, order, run.scenario.area.zones, phase_of)
    percents = curve["covered_percent"].tolist()
    rows["covered_percent_after"], rows["bound_percent"] = percents[1:], curve["bound_percent"].tolist()[1:]
    rows["azimuths_deg"] = built.azimuths(rows["site"])
    tables = {
        PROPOSALS: rows[list(PROPOSAL_COLUMNS[1:])],
        CELLS: built.in_order(rows["site"]),
        CURVE: curve,
        PARETO: trade.table,
        UNREACHABLE: unreachable_table(surveyed),
        CANDIDATES: candidate_table(surveyed, problem),
    }
    for name, table in tables.items():
        table.insert(0, "question", question.name)
        replace_rows(run, name, table, question.name)
    record = record_of(
        surveyed, plan, built, verified, phase_records(stages, share, problem),
        percent=(percents[0], percents[-1], share.reachable_percent), seconds=time.monotonic() - started,
    )  # fmt: skip
    add_coverage(run, question.name, built.truth.change.layer("covered", question.technology))
    add_answer(run, record)
    return Proposal(tables[PROPOSALS], record)
