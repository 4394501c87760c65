"""The verification: true answers pass, and each false claim is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from phusong.coverage.selection.aggregate import aggregate
from phusong.coverage.selection.answer import Answer, Certificate, CoverPrice
from phusong.coverage.selection.benders import LpBound, lp_bound
from phusong.coverage.selection.prices import bound_by_prices
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import cliques, structural_rows
from phusong.coverage.selection.verify import verify
from tests.random_problems import best_choice, random_problem

SEEDS = st.integers(0, 2**32 - 1)


def true_answer(problem: Problem) -> tuple[Answer, LpBound] | None:
    best = best_choice(problem)
    if best is None:
        return None
    found = lp_bound(problem, value=None, time_limit_s=10.0, gap=0.0)
    status: Any = "optimal" if found.bound == best[1] else "gap"
    return Answer(best[0], best[1], found.bound, status, "prices", found.certificate, {}, ()), found


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_a_true_answer_holds_and_false_ones_do_not(seed: int) -> None:
    problem = random_problem(seed)
    answered = true_answer(problem)
    assume(answered is not None)
    assert answered is not None
    answer, found = answered
    checked = verify(problem, answer)
    assert checked.holds, checked
    assert (checked.value, checked.bound) == (answer.value, found.bound)

    assert answer.value is not None
    assert answer.bound is not None
    sign = 1 if problem.maximize is not None else -1
    assert not verify(problem, replace(answer, value=answer.value + sign)).holds
    assert not verify(problem, replace(answer, value=answer.value - sign)).holds
    assert not verify(problem, replace(answer, bound=answer.bound - sign, status="gap")).holds
    assert not verify(problem, replace(answer, proof="")).holds
    assert not verify(problem, replace(answer, certificate=None)).holds
    assert not verify(problem, replace(answer, value=None)).holds or not answer.sites
    assert verify(problem, replace(answer, bound=answer.bound + sign, status="gap")).holds
    assert not verify(problem, replace(answer, bound=answer.bound + sign, status="optimal")).holds
    assert not verify(problem, replace(answer, sites=(*answer.sites, len(problem)))).holds
    for site in range(len(problem)):
        other = tuple(sorted(set(answer.sites) ^ {site}))
        claim = replace(answer, sites=other, value=problem.value(other), bound=answer.bound, status="gap")
        assert verify(problem, claim).faults == tuple(problem.faults(other))


def test_a_certificate_of_another_shape_is_refused() -> None:
    problem = random_problem(3)
    certificate = Certificate(np.zeros(1 + problem.footprints.pixel_count, dtype=np.float32), np.zeros(9), np.zeros(9))
    checked = verify(problem, Answer((), None, 0.0, "gap", "prices", certificate, {}, ()))
    assert checked.bound is None
    assert any("slopes" in claim for claim in checked.wrong)
    assert any("missing" in claim for claim in checked.wrong)


def test_a_bound_by_a_tree_may_be_better_than_prices_but_not_than_the_value() -> None:
    problem = replace(random_problem(4), maximize="people", targets=())
    answered = true_answer(problem)
    assert answered is not None
    answer = replace(answered[0], certificate=None, bound=float(answered[0].value or 0), proof="tree", status="optimal")
    assert verify(problem, answer).holds
    assert not verify(problem, replace(answer, bound=float(answer.value or 0) - 1.0, status="gap")).holds


@settings(deadline=None, max_examples=150)
@given(SEEDS)
def test_any_prices_prove_a_bound(seed: int) -> None:
    problem = random_problem(seed)
    best = best_choice(problem)
    assume(best is not None)
    assert best is not None
    random = np.random.default_rng(seed)
    for _ in range(5):
        unit = float(random.choice([0.1, 1.0, 10.0]))
        certificate = Certificate(
            (random.random(problem.footprints.pixel_count) * problem.curve[1]).astype(np.float32),
            unit * random.exponential(1.0, len(problem.targets)),
            unit * random.normal(0.0, 5.0, len(structural_rows(problem))),
            tuple(
                CoverPrice(
                    int(random.integers(-1, len(problem.targets) + 1)),
                    tuple(np.flatnonzero(random.random(len(problem)) < 0.3).tolist()),
                    float(random.choice([1.0, 1.5, 2.0, 2.7, np.nan])),
                    unit * float(random.normal(3.0, 5.0)),
                )
                for _ in range(3)
            ),
        )
        bound = bound_by_prices(problem, certificate).bound
        assert bound >= best[1] if problem.maximize is not None else bound <= best[1]


def test_prices_that_make_no_sense_still_prove_a_bound() -> None:
    problem = random_problem(5)
    best = best_choice(problem)
    assert best is not None
    rows = len(structural_rows(problem))
    for wrong in (-1.0, np.nan, -np.inf):
        certificate = Certificate(
            np.full(problem.footprints.pixel_count, wrong, dtype=np.float32),
            np.full(len(problem.targets), wrong),
            np.full(rows, wrong),
        )
        bound = bound_by_prices(problem, certificate).bound
        assert bound >= best[1] if problem.maximize is not None else bound <= best[1]


@settings(deadline=None, max_examples=100)
@given(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=25))
def test_cliques_hold_the_pairs_and_no_others(pairs: set[tuple[int, int]]) -> None:
    found = cliques(np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2))
    held = {(one, other) for clique in found for one in clique for other in clique if one < other}
    assert held == {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}


@settings(deadline=None, max_examples=100)
@given(SEEDS)
def test_rows_hold_exactly_where_no_structure_is_broken(seed: int) -> None:
    problem = replace(random_problem(seed), targets=(), maximize="people")
    rows = structural_rows(problem)
    random = np.random.default_rng(seed)
    for _ in range(20):
        chosen = random.random(len(problem)) < 0.5
        chosen[list(problem.forced)] = True
        chosen[list(problem.forbidden)] = False
        matrix = np.zeros((len(rows), len(problem)), dtype=np.int64)
        matrix[np.repeat(np.arange(len(rows)), np.diff(rows.start)), rows.columns] = rows.coefficients
        sums = matrix @ chosen
        holds = bool(np.all((sums >= rows.least) & (sums <= rows.most)))
        assert holds == (not problem.faults(np.flatnonzero(chosen).tolist()))


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_always_the_same(seed: int) -> None:
    one, other = (structural_rows(random_problem(seed)) for _ in range(2))
    assert one.names == other.names
    assert one.columns.tolist() == other.columns.tolist()


@settings(deadline=None, max_examples=100)
@given(SEEDS)
def test_a_certificate_of_groups_proves_the_same_of_pixels(seed: int) -> None:
    problem = random_problem(seed)
    groups = aggregate(problem)
    found = lp_bound(groups.problem, value=None, time_limit_s=10.0, gap=0.0)
    steepest = np.float32(problem.curve[1])
    slope = np.append(found.certificate.slope, steepest)[groups.group_of_pixel]
    of_pixels = bound_by_prices(problem, replace(found.certificate, slope=slope))
    assert of_pixels.exact == pytest.approx(found.exact, rel=1e-9, abs=1e-6)
    assert of_pixels.bound == pytest.approx(found.bound, abs=1.0 if problem.maximize else 7.0)
