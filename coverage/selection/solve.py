"""The choice of sites, from the problem to an answer with its bound."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count

import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.aggregate import Aggregated, aggregate, attainable, restrict
from phusong.coverage.selection.answer import Answer, Certificate, Effort, Proof, Status, Step
from phusong.coverage.selection.benders import LpBound, lp_bound
from phusong.coverage.selection.best import Best
from phusong.coverage.selection.exact import prove
from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.problem import Demand, Problem, Target
from phusong.coverage.selection.search import greedy, improve

CORES = (1.0, 1.5)
"""Candidates of the cores for each that the relaxation uses in part: those whose price is nearest follow it."""
LP_SHARE, CORE_SHARE, SEARCH_SHARE = 0.6, 0.4, 0.1
"""Of the time that is left, for the relaxation, each core, and all candidates."""
SLOW_POINTS, SLOW_SHARE = 40, 0.03
"""A relaxation that takes so many points is waited for no longer without a search in between, of so much of the time:
where everything can be covered, its bound is all there is from the start, and a choice may meet it long before.
"""
_PART = 1e-6

Progress = Callable[[Step], None]
FloatArray = npt.NDArray[np.float64]


@dataclass
class _State:
    """The best choice and bound so far, and how they came."""

    best: Best
    deadline: float
    tell: Progress
    stopped: Callable[[], bool]
    started: float = field(default_factory=time.monotonic)
    bound: float | None = None
    proof: Proof = ""
    trace: list[Step] = field(default_factory=list)

    def left_s(self, share: float = 1.0) -> float:
        return max(share * (self.deadline - time.monotonic()), 0.0)

    def is_over(self) -> bool:
        return self.stopped() or time.monotonic() >= self.deadline

    def offer(self, sites: Sequence[int], stage: str) -> None:
        """Keep a choice if it is feasible and better."""
        self.best.offer(sites)
        self.mark(stage)

    def mark(self, stage: str) -> None:
        step = Step(round(time.monotonic() - self.started, 3), stage, self.best.value, self.bound)
        self.trace.append(step)
        self.tell(step)

    def answer(
        self, *, status: Status | None = None, certificate: Certificate | None = None, missing: dict[int, int]
    ) -> Answer:
        found = Answer(
            self.best.sites or (), self.best.value, self.bound, "gap", self.proof, certificate, missing,
            tuple(self.trace),
        )  # fmt: skip
        if status is None:
            status = "gap" if self.bound is not None else "no certificate"
            status = "nothing found" if found.value is None else "optimal" if found.gap == 0.0 else status
        return replace(found, status=status)

    @property
    def gap(self) -> float:
        found = self.answer(missing={}).gap
        return np.inf if found is None else found


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

    Exact aggregation; lazy greedy; the stabilised Benders relaxation for the bound, and for the core of candidates that
    matter; rounding, swaps, ruin and recreate there and among all; a search tree where time is left.

    Parameters
    ----------
    effort : "fast": the search alone, without a bound; "certified": with one; "exact": on to the proof.
    gap : where "certified" is content, as ``Answer.gap`` counts it.
    time_limit_s : of all together; the best choice and bound until then are returned.
    seed : of the searches: the same seed gives the same sites where time did not end them.
    progress : is told each step; should_stop : asked often, ends the work early and keeps the best.
    """
    load_code()
    deadline = time.monotonic() + time_limit_s
    tell, stopped = progress or (lambda _step: None), should_stop or (lambda: False)
    missing = _missing(problem)
    if missing:
        return _State(Best(problem, None), deadline, tell, stopped).answer(status="infeasible", missing=missing)
    groups = aggregate(problem)
    state = _State(Best(groups.problem, None), deadline, tell, stopped)
    state.mark("aggregate")
    state.offer(greedy(groups.problem), "greedy")
    if effort == "fast" or state.is_over():
        if not state.is_over():
            _search(state, seed, 1.0)
        return state.answer(missing={})
    wanted = 0.0 if effort == "exact" else gap
    points = count(1)

    def look(part: FloatArray) -> int | None:
        if next(points) % SLOW_POINTS == 0:
            state.offer(greedy(groups.problem, score=part), "rounding")
            _search(state, seed, SLOW_SHARE)
        return state.best.value

    found = lp_bound(
        groups.problem,
        value=state.best.value, time_limit_s=state.left_s(LP_SHARE), gap=wanted, should_stop=stopped,
        on_point=look,
    )  # fmt: skip
    state.bound, state.proof = found.bound, "prices"
    certificate = _by_pixel(found.certificate, groups, problem)
    if found.is_infeasible:
        return state.answer(status="infeasible", certificate=certificate, missing={})
    state.mark("relaxation")
    steps: list[Callable[[], None]] = [
        lambda: state.offer(greedy(groups.problem, score=found.part), "rounding"),
        lambda: _search_core(state, found, CORES[0], seed),
        lambda: _search_core(state, found, CORES[1], seed),
        lambda: _search(state, seed, SEARCH_SHARE),
        lambda: _prove(state, found, wanted, seed),
    ]
    for step in steps:
        if state.is_over() or state.gap <= wanted:
            break
        step()
    is_infeasible = state.best.value is None and not np.isfinite(state.bound)
    return state.answer(status="infeasible" if is_infeasible else None, certificate=certificate, missing={})


@cache
def load_code() -> None:
    """Compile, or read from disk, what a choice runs, so that no time limit counts it."""
    footprints = Footprints.from_lists([np.arange(3), np.arange(2, 5)], 5)
    demand = Demand.of({"all": np.ones(5, dtype=np.int64)}, {"zone": np.zeros(5, dtype=np.int32)})
    most = Problem(footprints, demand, np.ones(2, dtype=np.int64), "all", most_sites=1)
    least = replace(most, maximize=None, most_sites=None, targets=(Target("", "all", "zone", 0, 4),))
    for problem in (most, replace(most, most_sites=None, budget=1), least):
        groups = aggregate(problem).problem
        start = greedy(groups, score=np.ones(2))
        improve(groups, start, seed=0, time_limit_s=1.0)
        lp_bound(groups, value=None, time_limit_s=1.0, gap=0.0)


def _missing(problem: Problem) -> dict[int, int]:
    """Return by target what all candidates together add to it, where that is not enough."""
    most = attainable(problem).tolist()
    return {
        number: added
        for number, (target, added) in enumerate(zip(problem.targets, most, strict=True))
        if added < target.at_least
    }


def _search(state: _State, seed: int, share: float) -> None:
    better = improve(
        state.best.problem, state.best.sites or (),
        seed=seed, time_limit_s=state.left_s(share), should_stop=state.stopped,
    )  # fmt: skip
    state.offer(better, "search")


def _search_core(state: _State, found: LpBound, width: float, seed: int) -> None:
    """Search among the candidates that matter: chosen ones, those in the relaxation, and those nearest to it by price.

    With few candidates many more pixels are alike, so that the same search goes a hundred times further.
    """
    problem, sites = state.best.problem, state.best.sites or ()
    inside = found.part > _PART
    inside[list(sites)] = True
    wanted = min(round(width * int(inside.sum())), len(inside))
    nearness = np.where(inside, np.inf, found.reduced_costs)
    inside[np.argsort(-nearness, kind="stable")[:wanted]] = True
    inside[list(problem.forbidden)] = False
    inside[list(problem.forced)] = True
    core = restrict(problem, np.flatnonzero(inside))
    number = {former: place for place, former in enumerate(core.candidates.tolist())}
    better = improve(
        core.problem, tuple(number[site] for site in sites),
        seed=seed, time_limit_s=state.left_s(CORE_SHARE), should_stop=state.stopped,
    )  # fmt: skip
    state.offer(core.former(better), "search of the core")


def _prove(state: _State, found: LpBound, gap: float, seed: int) -> None:
    proven = prove(
        state.best.problem, state.best.sites,
        bound=found, time_limit_s=state.left_s(), gap=gap, should_stop=state.stopped, seed=seed,
    )  # fmt: skip
    if proven.sites is not None:
        state.best.offer(proven.sites)
    state.bound, state.proof = proven.bound, proven.proof
    state.mark("search tree")


def _by_pixel(certificate: Certificate, groups: Aggregated, problem: Problem) -> Certificate:
    """Return the certificate of groups for the pixels; under the steepest line what nothing can reach is nothing."""
    slope = np.full(groups.group_of_pixel.size, problem.curve[1], dtype=np.float32)
    is_grouped = groups.group_of_pixel >= 0
    slope[is_grouped] = certificate.slope[groups.group_of_pixel[is_grouped]]
    return replace(certificate, slope=slope)
