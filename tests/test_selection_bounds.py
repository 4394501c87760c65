"""Bounds: never on the wrong side of the best choice, always what their certificate proves."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.selection.benders import lp_bound
from phusong.coverage.selection.covers import cover_row
from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.prices import bound_by_prices
from phusong.coverage.selection.problem import Demand, Problem, Quota, Target
from phusong.coverage.selection.within import footprints_within
from tests.random_problems import best_choice, random_problem

SEEDS = st.integers(0, 2**32 - 1)


@settings(deadline=None, max_examples=150)
@given(SEEDS)
def test_the_relaxation_bounds_the_best_choice(seed: int) -> None:
    problem = random_problem(seed)
    best = best_choice(problem)
    points: list[float] = []

    def on_point(part: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
        assert part.min(initial=0.0) >= 0.0
        assert part.max(initial=0.0) <= 1.0
        points.append(float(part.sum()))

    found = lp_bound(problem, value=None, time_limit_s=10.0, gap=0.0, on_point=on_point)
    assert found.bound == bound_by_prices(problem, found.certificate).bound
    if best is not None:
        assert points
        assert not found.is_infeasible
        assert found.bound >= best[1] if problem.maximize is not None else found.bound <= best[1]


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_reduced_costs_bound_every_choice_against_them(seed: int) -> None:
    problem = random_problem(seed, most_candidates=7)
    found = lp_bound(problem, value=None, time_limit_s=10.0, gap=0.0)
    for site, reduced_cost in enumerate(found.reduced_costs.tolist()):
        if site in problem.forced or site in problem.forbidden:
            continue
        kept_out = reduced_cost > 0
        against = replace(problem, forced=(*problem.forced, site))
        if kept_out:
            against = replace(problem, forbidden=(*problem.forbidden, site))
        best = best_choice(against)
        if best is not None and problem.maximize is not None:
            assert best[1] <= found.exact - abs(reduced_cost) + 1e-6 * (1.0 + abs(found.exact))
        elif best is not None:
            assert best[1] >= found.exact + abs(reduced_cost) - 1e-6 * (1.0 + abs(found.exact))


def rows_of_pixels(candidates: int, width: int) -> Footprints:
    """Candidates that each cover a run of pixels and overlap the next by half."""
    lists = [
        np.arange(number * width // 2, number * width // 2 + width, dtype=np.int32) for number in range(candidates)
    ]
    return Footprints.from_lists(lists, (candidates + 1) * width // 2)


def test_known_relaxations() -> None:
    """Of a chain of half overlaps every second candidate covers all; three that pairwise share leave a half open."""
    chain = rows_of_pixels(11, 4)
    demand = Demand.of({"area": np.ones(chain.pixel_count, dtype=np.int64)})
    everything = Target("all", "area", None, 0, chain.pixel_count)
    problem = Problem(chain, demand, np.ones(11, dtype=np.int64), None, (everything,))
    assert lp_bound(problem, value=None, time_limit_s=10.0, gap=0.0).bound == 6

    odd = Footprints.from_lists([np.array(pair, dtype=np.int32) for pair in ([0, 1], [1, 2], [0, 2])], 3)
    demand = Demand.of({"area": np.ones(3, dtype=np.int64)})
    costs = np.full(3, 10, dtype=np.int64)
    found = lp_bound(Problem(odd, demand, costs, "area", budget=15), value=None, time_limit_s=10.0, gap=0.0)
    assert found.exact == pytest.approx(3.0, abs=1e-6)
    assert found.part == pytest.approx([0.5, 0.5, 0.5], abs=1e-6)
    whole = Problem(odd, demand, costs, None, (everything._replace(at_least=3),))
    found = lp_bound(whole, value=None, time_limit_s=10.0, gap=0.0)
    assert found.bound == 20  # halves of all three would do at 15, but a cover asks for two whole ones
    assert found.certificate.covers
    without = bound_by_prices(whole, replace(found.certificate, covers=()))
    assert without.bound < 20


@settings(deadline=None, max_examples=100)
@given(SEEDS)
def test_covers_hold_for_every_choice_that_reaches_the_target(seed: int) -> None:
    problem = random_problem(seed, most_candidates=7)
    random = np.random.default_rng(seed)
    choices = [np.flatnonzero(chosen).tolist() for chosen in product((False, True), repeat=len(problem))]
    gains = [problem.gains_of_targets(sites) for sites in choices]
    for number, within in footprints_within(problem, range(len(problem.targets))).items():
        for multiple in (1.0, 1.5, *random.uniform(1.001, 5.9, 3).tolist()):
            inside = tuple(np.flatnonzero(random.random(len(problem)) < 0.3).tolist())
            row = cover_row(problem.curve, number, within, inside, multiple)
            if row is None:
                assert problem.gains_of_targets(inside)[number] >= problem.targets[number].at_least * (1 - 1e-5)
                continue
            coefficient = np.zeros(len(problem))
            coefficient[row.candidates] = row.coefficients
            for sites, gain in zip(choices, gains, strict=True):
                if gain[number] >= problem.targets[number].at_least:
                    assert coefficient[sites].sum() >= 1.0 - 1e-12


@pytest.mark.parametrize("maximize", ["area", None])
@pytest.mark.parametrize("broken", ["target", "quota"])
def test_the_relaxation_shows_that_nothing_is_feasible(maximize: str | None, broken: str) -> None:
    footprints = rows_of_pixels(5, 4)
    demand = Demand.of({"area": np.full(footprints.pixel_count, 1000, dtype=np.int64)})
    problem = Problem(footprints, demand, np.full(5, 3, dtype=np.int64), maximize, most_sites=2)
    attainable = Target("reached by two", "area", None, 0, 8000)
    problem = replace(problem, targets=(attainable,))
    assert not lp_bound(problem, value=None, time_limit_s=10.0, gap=0.0).is_infeasible
    if broken == "target":
        problem = replace(problem, targets=(attainable._replace(at_least=8001),))
    else:
        problem = replace(problem, quotas=(Quota("east", (2, 3, 4), 3, 3),))
    found = lp_bound(problem, value=None, time_limit_s=10.0, gap=0.0)
    assert found.is_infeasible
    assert found.bound < 0 if maximize else found.bound > 15
    assert found.bound == bound_by_prices(problem, found.certificate).bound


def test_without_time_the_bound_is_what_all_candidates_add() -> None:
    footprints = rows_of_pixels(5, 4)
    demand = Demand.of({"area": np.ones(footprints.pixel_count, dtype=np.int64)})
    problem = Problem(footprints, demand, np.ones(5, dtype=np.int64), "area", most_sites=1)
    begun = time.monotonic()
    found = lp_bound(problem, value=None, time_limit_s=60.0, gap=0.0, should_stop=lambda: True)
    assert found.bound == footprints.pixel_count
    assert lp_bound(problem, value=None, time_limit_s=0.0, gap=0.0).bound >= 4
    assert time.monotonic() - begun < 30.0


def test_it_stops_when_the_bound_is_near_the_value() -> None:
    problem = replace(random_problem(4, 9), maximize="people", targets=(), budget=None, most_sites=3, quotas=())
    rounds: list[int] = []

    def count(_: object) -> int:
        rounds.append(1)
        return 10**9

    lp_bound(problem, value=None, time_limit_s=10.0, gap=1e9, on_point=count)
    assert len(rounds) == 1


def test_empty_problems() -> None:
    none = Footprints.from_lists([], 3)
    demand = Demand.of({"area": np.ones(3, dtype=np.int64)})
    assert lp_bound(Problem(none, demand, np.empty(0, np.int64), "area"), value=0, time_limit_s=5.0, gap=0.0).bound == 0
    target = Target("some", "area", None, 0, 1)
    problem = Problem(none, demand, np.empty(0, np.int64), None, (target,))
    assert lp_bound(problem, value=None, time_limit_s=5.0, gap=0.0).is_infeasible
