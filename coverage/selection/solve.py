"""The choice of sites, from the problem to an answer with its bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from phusong.coverage.selection.aggregate import Aggregated, aggregate, attainable, restrict
from phusong.coverage.selection.answer import Answer, Certificate, Effort, Proof, Status, Step
from phusong.coverage.selection.benders import LpBound, lp_bound
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.search import greedy, improve

CORE_SHARE = 1.6
"""Candidates of the core for each that the linear programme uses in part: those whose price is nearest follow it."""
_SETTLE_SHARE, _CORE_SHARE, _LP_SHARE = 0.1, 0.35, 0.6
_PART = 1e-6

Progress = Callable[[Step], None]
Sites = tuple[int, ...]


@dataclass
class _State:
    """The best so far, and how it came."""

    problem: Problem
    deadline: float
    tell: Progress
    stopped: Callable[[], bool]
    started: float = field(default_factory=time.monotonic)
    sites: Sites = ()
    value: int | None = None
    bound: float | None = None
    trace: list[Step] = field(default_factory=list)

    @property
    def is_most(self) -> bool:
        return self.problem.maximize is not None

    def left_s(self, share: float = 1.0) -> float:
        return max(share * (self.deadline - time.monotonic()), 0.0)

    def is_over(self) -> bool:
        return self.stopped() or time.monotonic() >= self.deadline

    def offer(self, sites: Sites, stage: str) -> None:
        """Keep a choice if it is feasible and better."""
        if not self.problem.faults(sites):
            value = self.problem.value(sites)
            if self.value is None or (value > self.value if self.is_most else value < self.value):
                self.sites, self.value = tuple(sorted(sites)), value
        self.mark(stage)

    def offer_bound(self, bound: float | None, stage: str) -> None:
        if bound is not None and (self.bound is None or (bound < self.bound if self.is_most else bound > self.bound)):
            self.bound = bound
        self.mark(stage)

    def mark(self, stage: str) -> None:
        step = Step(round(time.monotonic() - self.started, 3), stage, self.value, self.bound)
        self.trace.append(step)
        self.tell(step)

    def gap(self) -> float:
        if self.value is None or self.bound is None:
            return np.inf
        least = min(abs(self.value), abs(self.bound))
        return 0.0 if self.value == self.bound else abs(self.bound - self.value) / least if least else np.inf


def solve(
    problem: Problem,
    *,
    effort: Effort = "certified",
    gap: float = 0.002,
    time_limit_s: float = 60.0,
    seed: int = 0,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Answer:
    """Choose sites and bound what the best choice could be.

    Exact aggregation; lazy greedy, swaps, ruin and recreate; the stabilised Benders linear programme for the bound and
    for the core of candidates that matter; search on the core; search trees where they are worth their time.

    Parameters
    ----------
    effort : "fast": the search alone, without a bound; "certified": with one; "exact": on to the proof.
    gap : where "certified" is content, as ``Answer.gap`` counts it.
    time_limit_s : of all together; the best choice and bound until then are returned.
    seed : of the searches: the same seed gives the same sites where time did not end them.
    progress : is told each step; should_stop : asked often, ends the work early and keeps the best.
    """
    state = _State(problem, time.monotonic() + time_limit_s, progress or (lambda _step: None), should_stop or _never)
    missing = _missing(problem)
    if missing:
        return Answer((), None, None, "infeasible", "", None, missing, tuple(state.trace))
    groups = aggregate(problem)
    state.problem = groups.problem
    state.mark("aggregate")
    state.offer(greedy(groups.problem), "greedy")
    if effort == "fast" or state.is_over():
        _search(state, groups.problem, seed, 1.0)
        return _answer(state, None, "", groups)
    found = lp_bound(
        groups.problem,
        value=state.value, time_limit_s=state.left_s(_LP_SHARE), gap=gap, should_stop=state.stopped,
    )  # fmt: skip
    if found.is_infeasible:
        return Answer((), None, None, "infeasible", "", None, {}, tuple(state.trace))
    state.offer_bound(found.bound, "linear programme")
    if not state.is_over():
        state.offer(greedy(groups.problem, score=found.part), "rounding")
    if not state.is_over() and state.gap() > 0.0:
        _search_core(state, found, seed)
        _search(state, groups.problem, seed, _SETTLE_SHARE)
    return _answer(state, found.certificate, "prices", groups)


def _never() -> bool:
    return False


def _missing(problem: Problem) -> dict[int, int]:
    """Return by target what all candidates together add to it, where that is not enough."""
    most = attainable(problem).tolist()
    return {
        number: added
        for number, (target, added) in enumerate(zip(problem.targets, most, strict=True))
        if added < target.at_least
    }


def _search(state: _State, problem: Problem, seed: int, share: float) -> None:
    better = improve(
        problem, state.sites, seed=seed, time_limit_s=state.left_s(share), should_stop=state.stopped
    )  # fmt: skip
    state.offer(better, "search")


def _search_core(state: _State, found: LpBound, seed: int) -> None:
    """Search among the candidates that matter: chosen ones, those in the relaxation, and those nearest to it by price.

    With few candidates many more pixels are alike, so that the same search goes a hundred times further.
    """
    inside = found.part > _PART
    inside[list(state.sites)] = True
    wanted = min(round(CORE_SHARE * int(inside.sum())), len(inside))
    worst = np.where(inside, np.inf, found.reduced_costs)
    inside[np.argsort(-worst, kind="stable")[:wanted]] = True
    inside[list(state.problem.forbidden)] = False
    inside[list(state.problem.forced)] = True
    core = restrict(state.problem, np.flatnonzero(inside))
    number = {former: place for place, former in enumerate(core.candidates.tolist())}
    start = tuple(number[site] for site in state.sites)
    better = improve(
        core.problem, start, seed=seed, time_limit_s=state.left_s(_CORE_SHARE), should_stop=state.stopped
    )  # fmt: skip
    state.offer(core.former(better), "search of the core")


def _answer(state: _State, certificate: Certificate | None, proof: Proof, groups: Aggregated) -> Answer:
    if certificate is not None:
        steepest = float(state.problem.curve[1])  # under it a pixel that nothing can reach counts for nothing
        slope = np.where(groups.group_of_pixel >= 0, certificate.slope[groups.group_of_pixel], steepest)
        certificate = replace(certificate, slope=slope.astype(np.float32))
    bound = state.bound
    status: Status
    if state.value is None:
        status = "nothing found"
    elif bound is None:
        status = "no certificate"
    else:
        status = "optimal" if state.gap() == 0.0 else "gap"
    return Answer(
        state.sites, state.value, bound, status, proof if bound is not None else "", certificate, {}, tuple(state.trace)
    )
