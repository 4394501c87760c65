"""Search trees: each finds the best choice of small problems and proves it; what stops them keeps the bound valid."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from phusong.coverage.selection import exact
from phusong.coverage.selection.benders import BLOCKS, lp_bound, tighten
from phusong.coverage.selection.best import Best
from phusong.coverage.selection.compact import search_compact
from phusong.coverage.selection.cuts import Cuts
from phusong.coverage.selection.exact import Proven, prove
from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.loop import search_in_rounds
from phusong.coverage.selection.master import Master
from phusong.coverage.selection.problem import Demand, Problem, Target
from phusong.coverage.selection.rows import structural_rows
from phusong.coverage.selection.tree import search_tree
from tests.random_problems import best_choice, random_problem

SEEDS = st.integers(0, 2**32 - 1)
SETTINGS: dict[str, Any] = {"time_limit_s": 20.0, "gap": 0.0, "seed": 0}
SEARCHES: dict[str, Callable[..., float]] = {
    "tree": search_tree,
    "rounds": search_in_rounds,
    "compact": search_compact,
}


def never() -> bool:
    return False


def searched(search: str, problem: Problem, best: Best, **settings: Any) -> float:
    settings = SETTINGS | {"should_stop": never} | settings
    if search == "compact":
        return search_compact(problem, best, **settings)
    master = Master(problem, structural_rows(problem), Cuts(problem, BLOCKS))
    point = tighten(master, value=None, time_limit_s=20.0, gap=0.0, should_stop=never)
    if point is not None and not point.feasible:
        return master.bound(np.inf)
    return SEARCHES[search](master, best, **settings)


@pytest.mark.parametrize("search", SEARCHES)
@settings(deadline=None, max_examples=60)
@given(seed=SEEDS)
def test_each_search_is_brute_force(search: str, seed: int) -> None:
    problem = random_problem(seed)
    expected = best_choice(problem)
    best = Best(problem, None)
    bound = searched(search, problem, best)
    if expected is None:
        assert not np.isfinite(bound)
        assert best.sites is None
    else:
        assert (best.value, bound) == (expected[1], expected[1])


@settings(deadline=None, max_examples=60)
@given(seed=SEEDS, known=st.booleans(), pairs=st.sampled_from([0, exact.COMPACT_PAIRS]))
def test_the_proof_is_brute_force(seed: int, known: bool, pairs: int) -> None:
    problem = random_problem(seed)
    expected = best_choice(problem)
    bound = lp_bound(problem, value=None, time_limit_s=20.0, gap=0.0)
    sites = None
    if known and expected is not None:  # any feasible choice; the best one is a hard case too: all else can be fixed
        random = np.random.default_rng(seed)
        tried = [np.flatnonzero(random.random(len(problem)) < 0.5).tolist() for _ in range(5)]
        sites = next((one for one in tried if not problem.faults(one)), expected[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "COMPACT_PAIRS", pairs - 1)
        proven = prove(problem, sites, bound=bound, **SETTINGS)
    if expected is None:
        assert proven.is_infeasible
        assert proven.sites is None
        return
    assert not proven.is_infeasible
    assert proven.sites is not None
    assert not problem.faults(proven.sites)
    assert problem.value(proven.sites) == expected[1] == proven.bound
    assert proven.proof == ("prices" if bound.bound == expected[1] else "tree")


def province(candidates: int, seed: int) -> Problem:
    """Discs on a square: too many to prove in an instant."""
    random = np.random.default_rng(seed)
    side = 60
    down, across = np.divmod(np.arange(side * side), side)
    at = random.uniform(0, side, (candidates, 2))
    lists = [np.flatnonzero(np.hypot(down - y, across - x) < 5.0).astype(np.int32) for y, x in at]
    people = random.integers(1, 1000, side * side)
    footprints = Footprints.from_lists(lists, side * side)
    return Problem(footprints, Demand.of({"people": people}), np.ones(candidates, np.int64), "people", most_sites=12)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_that_is_stopped_keeps_what_it_has(search: str) -> None:
    problem = province(150, 1)
    known = tuple(range(12))
    for settings_ in ({"should_stop": lambda: True}, {"time_limit_s": 0.0}, {"time_limit_s": 0.3}, {"gap": 10.0}):
        best = Best(problem, known)
        begun = time.monotonic()
        bound = searched(search, problem, best, **settings_)
        assert time.monotonic() - begun < 15.0
        assert best.value is not None
        assert best.value >= problem.value(known)
        assert best.value <= bound


def test_the_searches_agree_on_a_larger_problem() -> None:
    problem = province(60, 2)
    found = set()
    for search in SEARCHES:
        best = Best(problem, None)
        bound = searched(search, problem, best, time_limit_s=60.0)
        assert bound == best.value
        found.add(bound)
    assert len(found) == 1


def test_the_same_seed_gives_the_same_sites() -> None:
    problem = province(60, 3)
    bound = lp_bound(problem, value=None, time_limit_s=60.0, gap=0.0)
    one, other = (prove(problem, None, bound=bound, **SETTINGS) for _ in range(2))
    assert one == other


def test_without_scip_it_goes_in_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = province(40, 4)
    bound = lp_bound(problem, value=None, time_limit_s=60.0, gap=0.0)
    expected = prove(problem, None, bound=bound, **SETTINGS)
    monkeypatch.setattr(exact, "COMPACT_PAIRS", 0)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    found = prove(problem, None, bound=bound, **SETTINGS)
    assert found.bound == expected.bound
    assert found.sites is not None
    assert expected.sites is not None
    assert problem.value(found.sites) == problem.value(expected.sites)


def test_a_bound_that_is_infeasible_needs_no_tree() -> None:
    problem = replace(province(10, 5), targets=(Target("too much", "people", None, 0, 10**9),))
    bound = lp_bound(problem, value=None, time_limit_s=20.0, gap=0.0)
    assert prove(problem, None, bound=bound, **SETTINGS) == Proven(None, bound.bound, "prices", True)


@settings(deadline=None, max_examples=50)
@given(SEEDS)
def test_best_keeps_the_better_of_feasible_choices(seed: int) -> None:
    problem = random_problem(seed, most_candidates=6)
    expected = best_choice(problem)
    assume(expected is not None)
    assert expected is not None
    best = Best(problem, None)
    random = np.random.default_rng(seed)
    for _ in range(20):
        sites = np.flatnonzero(random.random(len(problem)) < 0.5).tolist()
        before = best.value
        assert best.offer(sites) == (best.value != before)
        assert best.sites is None or not problem.faults(best.sites)
    assert best.offer(expected[0]) or best.value == expected[1]
    assert best.value == expected[1]
