"""The search for good choices: the rules are kept, nothing gets worse, and small problems are solved."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.selection.aggregate import aggregate
from phusong.coverage.selection.arrays import arrays_of
from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.problem import Demand, Problem, Target
from phusong.coverage.selection.search import greedy, improve
from phusong.kernels.selection.choice import turn
from tests.selection_problems import GRADED, problems

Sites = tuple[int, ...]
NO_PAIRS = np.empty((0, 2), dtype=np.int32)


def choices(problem: Problem) -> list[Sites]:
    numbers = range(len(problem))
    return [sites for count in range(len(problem) + 1) for sites in combinations(numbers, count)]


def best_value(problem: Problem) -> int | None:
    values = [problem.value(sites) for sites in choices(problem) if not problem.faults(sites)]
    if not values:
        return None
    return min(values) if problem.maximize is None else max(values)


def broken_limits(problem: Problem, sites: Sites) -> list[str]:
    """Return the faults that adding a site can only make worse."""
    loose = replace(
        problem,
        targets=(),
        forced=(),
        requirements=(),
        quotas=tuple(quota._replace(least=0) for quota in problem.quotas),
    )
    return loose.faults(sites)


@settings(deadline=None)
@given(problems(), st.lists(st.integers(0, 6), max_size=12))
def test_what_candidates_change_is_kept_up_to_date(problem: Problem, turned: list[int]) -> None:
    arrays = arrays_of(problem, seed=0)
    chosen: set[int] = set()
    for number in turned:
        candidate = number % len(problem)
        turn(*arrays, candidate)
        chosen ^= {candidate}
    asked = [target for target in problem.targets if target.at_least > 0]
    asked_for = [target.measure for target in asked] + [problem.maximize]
    measures = sorted({measure for measure in asked_for if measure is not None})
    sites = tuple(sorted(chosen))
    choice = arrays.choice
    gains = replace(problem, targets=tuple(asked)).gains_of_targets(sites).tolist()
    assert choice.gain.tolist() == gains + ([] if problem.maximize is None else [problem.value(sites)])
    assert choice.totals.tolist() == [problem.spent(sites), len(sites)]
    for candidate in range(len(problem)):
        other = tuple(sorted(chosen ^ {candidate}))
        changes = [abs(problem.gain(sites, measure) - problem.gain(other, measure)) for measure in measures]
        own = choice.change[arrays.reach.first[candidate] : arrays.reach.first[candidate + 1]]
        assert own.sum(axis=0).tolist() == changes


@settings(deadline=None)
@given(problems(), st.none() | st.lists(st.floats(0.0, 1.0), min_size=7, max_size=7))
def test_greedy_keeps_the_rules(problem: Problem, scores: list[float] | None) -> None:
    score = None if scores is None else np.array(scores[: len(problem)])
    sites = greedy(problem, score=score)
    assert list(sites) == sorted(set(sites))
    assert broken_limits(problem, sites) == []


@settings(deadline=None)
@given(problems())
def test_greedy_is_plain_greedy_where_only_a_number_is_given(problem: Problem) -> None:
    plain = replace(problem, maximize="people", targets=(), budget=None, most_sites=3, conflicts=NO_PAIRS)
    plain = replace(plain, forced=(), forbidden=(), quotas=(), requirements=())
    sites: Sites = ()
    for _ in range(3):
        values = [plain.value((*sites, one)) if one not in sites else -1 for one in range(len(plain))]
        if max(values) > plain.value(sites):
            sites = (*sites, int(np.argmax(values)))
    found = greedy(plain)
    assert plain.value(found) >= plain.value(sites)


@settings(deadline=None)
@given(problems(most_candidates=10), st.integers(0, 2**32), st.booleans())
def test_it_is_never_worse(problem: Problem, seed: int, stops: bool) -> None:
    random = np.random.default_rng(seed)
    tried = [tuple(np.flatnonzero(random.random(len(problem)) < share).tolist()) for share in np.linspace(0.1, 1.0, 10)]
    feasible = [sites for sites in tried if not problem.faults(sites)]
    for sites in feasible[:2]:
        better = improve(problem, sites, seed=seed, time_limit_s=0.0 if stops else 0.05, should_stop=lambda: stops)
        assert problem.faults(better) == []
        if problem.maximize is None:
            assert problem.value(better) <= problem.value(sites)
        else:
            assert problem.value(better) >= problem.value(sites)


def test_swaps_find_the_best_three_of_ten() -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        lists = [np.sort(random.choice(40, 8, replace=False)) for _ in range(10)]
        levels = [random.integers(1, 3, 8).astype(np.uint8) for _ in lists]
        prints = Footprints.from_lists(lists, 40, levels)
        demand = Demand.of({"area": random.integers(1, 100, 40)})
        problem = Problem(prints, demand, np.ones(10, dtype=np.int64), "area", most_sites=3, curve=GRADED)
        assert problem.value(improve(problem, (), seed=seed, time_limit_s=60.0)) == best_value(problem)


@settings(deadline=None, max_examples=300)
@given(problems(), st.integers(0, 3))
def test_small_problems_are_solved(problem: Problem, seed: int) -> None:
    small = aggregate(problem).problem
    sites = improve(small, greedy(small), seed=seed, time_limit_s=60.0)
    best = best_value(problem)
    if best is not None:
        assert problem.faults(sites) == []
        assert problem.value(sites) == best
    assert sites == improve(small, greedy(small), seed=seed, time_limit_s=60.0)


def test_a_free_candidate_that_excludes_the_only_way_is_left_out() -> None:
    """By merit per cost, nothing comes before what is free."""
    lists = [np.array([0]), np.array([0, 1])]
    problem = Problem(
        Footprints.from_lists(lists, 2),
        Demand.of({"area": np.array([5, 1])}),
        np.array([0, 7], dtype=np.int64),
        None,
        targets=(Target("all", "area", None, -1, 6),),
        conflicts=np.array([[0, 1]], dtype=np.int32),
    )
    assert problem.faults(greedy(problem)) != []
    for seed in range(20):
        assert improve(problem, greedy(problem), seed=seed, time_limit_s=60.0) == (1,)
