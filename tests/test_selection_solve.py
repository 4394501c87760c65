"""Answers against brute force and the files of the literature: bounds hold, gaps are true, and so is every claim."""

from __future__ import annotations

import dataclasses
import time
from itertools import combinations

import numpy as np
import pytest

from phusong.coverage.selection.answer import Answer, Effort, Step
from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.problem import Demand, Problem, Target
from phusong.coverage.selection.solve import solve
from phusong.coverage.selection.verify import verify
from tests.random_problems import best_choice, random_problem

INSTANCES = 240
GAP = 0.02


def check(problem: Problem, answer: Answer, best: tuple[tuple[int, ...], int] | None) -> None:
    """Hold an answer to the best choice."""
    verification = verify(problem, answer)
    assert verification.holds, verification
    if best is None:
        assert answer.value is None
        return
    assert answer.status != "infeasible"
    is_most = problem.maximize is not None
    if answer.value is not None:
        assert not problem.faults(answer.sites)
        assert answer.value <= best[1] if is_most else answer.value >= best[1]
    if answer.bound is not None:
        assert answer.bound >= best[1] if is_most else answer.bound <= best[1]


@pytest.mark.parametrize("part", range(6))
def test_certified_answers_are_within_their_gap(part: int) -> None:
    """Every constraint that there is, both curves; about every tenth has no feasible choice."""
    for seed in range(part, INSTANCES, 6):
        problem = random_problem(seed)
        best = best_choice(problem)
        answer = solve(problem, gap=GAP, time_limit_s=20.0)
        check(problem, answer, best)
        if best is None:
            assert answer.status == "infeasible"
            continue
        assert answer.value is not None
        assert answer.gap is not None
        assert answer.gap <= GAP
        true_gap = abs(answer.value - best[1]) / max(min(abs(answer.value), abs(best[1])), 1)
        assert true_gap <= GAP


@pytest.mark.parametrize("effort", ["fast", "exact"])
def test_other_efforts_keep_their_word(effort: Effort) -> None:
    for seed in range(1000, 1060):
        problem = random_problem(seed, most_candidates=7)
        best = best_choice(problem)
        answer = solve(problem, effort=effort, time_limit_s=20.0)
        check(problem, answer, best)
        if effort == "fast":
            assert answer.bound is None
        elif best is not None:
            assert (answer.status, answer.value) == ("optimal", best[1])


def test_eighteen_candidates() -> None:
    for seed in range(3):
        problem = _wide(np.random.default_rng(seed))
        answer = solve(problem, gap=0.0, time_limit_s=20.0)
        assert answer.status == "optimal"
        assert answer.value == max(_values(problem, count=5))


def _wide(random: np.random.Generator) -> Problem:
    lists = [np.flatnonzero(random.random(60) < 0.2).astype(np.int32) for _ in range(18)]
    demand = Demand.of({"people": random.integers(0, 50, 60)})
    return Problem(Footprints.from_lists(lists, 60), demand, np.ones(18, dtype=np.int64), "people", most_sites=5)


def _values(problem: Problem, count: int) -> list[int]:
    covers = np.zeros((len(problem), problem.footprints.pixel_count), dtype=np.bool_)
    for candidate in range(len(problem)):
        covers[candidate, problem.footprints.of(candidate)] = True
    weights = problem.demand.weights["people"]
    return [int(weights[covers[list(sites)].any(axis=0)].sum()) for sites in combinations(range(len(problem)), count)]


def test_what_cannot_be_reached_is_told_before_any_search() -> None:
    problem = _wide(np.random.default_rng(1))
    everything = problem.gain(range(18), "people")
    beyond = dataclasses.replace(problem, maximize=None, targets=(Target("all", "people", None, 0, everything + 1),))
    answer = solve(beyond)
    assert (answer.status, answer.value, answer.missing) == ("infeasible", None, {0: everything})
    just = dataclasses.replace(beyond, most_sites=None, targets=(Target("all", "people", None, 0, everything),))
    assert solve(just).status == "optimal"


def test_stopping_keeps_the_best_and_tells_every_step() -> None:
    problem = _wide(np.random.default_rng(2))
    steps: list[Step] = []
    answer = solve(problem, progress=steps.append, should_stop=lambda: len(steps) >= 2)
    assert answer.status == "no certificate"
    assert answer.value is not None
    assert tuple(steps) == answer.trace
    assert [step.stage for step in steps] == ["aggregate", "greedy"]


def test_a_time_limit_ends_it() -> None:
    began = time.monotonic()
    answer = solve(_wide(np.random.default_rng(3)), time_limit_s=0.0)
    assert time.monotonic() - began < 5.0
    assert answer.value is not None


@pytest.mark.parametrize("effort", ["fast", "certified", "exact"])
def test_the_same_seed_gives_the_same_sites(effort: Effort) -> None:
    problem = _wide(np.random.default_rng(4))
    assert solve(problem, effort=effort, seed=7).sites == solve(problem, effort=effort, seed=7).sites


def test_a_further_candidate_or_site_never_lowers_the_best() -> None:
    problem = _wide(np.random.default_rng(5))
    values = []
    for most_sites in range(1, 8):
        fewer = dataclasses.replace(problem, most_sites=most_sites, forbidden=(0, 1))
        values.append(solve(fewer, gap=0.0).value)
        more = solve(dataclasses.replace(problem, most_sites=most_sites), gap=0.0).value
        assert values[-1] is not None
        assert more is not None
        assert more >= values[-1]
    assert values == sorted(values)  # type: ignore[type-var]
