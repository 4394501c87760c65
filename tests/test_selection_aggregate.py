"""Aggregation against the problem itself: the same values and faults for every choice."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.selection.aggregate import aggregate, attainable, restrict
from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.problem import Demand, Problem, Quota, Requirement, Target
from tests.selection_problems import GRADED, problems


def choices(candidates: list[int]) -> list[tuple[int, ...]]:
    return [some for n in range(len(candidates) + 1) for some in combinations(candidates, n)]


def open_candidates(problem: Problem) -> list[int]:
    return [one for one in range(len(problem)) if one not in problem.forbidden]


def one_row(weights: list[int], lists: list[list[int]], **rest: object) -> Problem:
    """Return a problem of the most weight, of plain lists."""
    prints = Footprints.from_lists([np.array(one, dtype=np.int32) for one in lists], len(weights))
    demand = Demand.of({"people": np.array(weights)}, {"communes": np.arange(len(weights), dtype=np.int32) // 2})
    return Problem(prints, demand, np.ones(len(lists), dtype=np.int64), "people", **rest)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=150)
@given(problems())
def test_every_choice_is_worth_the_same_and_is_as_feasible(problem: Problem) -> None:
    small = aggregate(problem).problem
    for sites in choices(open_candidates(problem)):
        assert small.value(sites) == problem.value(sites)
        assert small.faults(sites) == problem.faults(sites)
    assert small.footprints.pixel_count <= problem.footprints.pixel_count


@settings(deadline=None)
@given(problems())
def test_groups_are_as_few_as_can_be(problem: Problem) -> None:
    """No two groups are alike in everything, and each can gain something that counts."""
    small = aggregate(problem).problem
    count = small.footprints.pixel_count
    assert np.all(_weight(small) > 0)
    assert all(any(_rises(small, group)) for group in range(count))
    base = np.minimum(small.demand.base, _top(small))
    facts = {
        (*_rises(small, group), *(zones[group] for zones in small.demand.labels.values()), base[group])
        for group in range(count)
    }
    assert len(facts) == count


def _top(problem: Problem) -> int:
    return int(np.argmax(problem.curve == problem.curve[-1]))


def _weight(problem: Problem) -> npt.NDArray[np.int64]:
    """Return what each pixel counts for, over the objective and all targets."""
    counted = np.zeros(problem.footprints.pixel_count, dtype=np.int64)
    if problem.maximize is not None:
        counted += problem.demand.weights[problem.maximize]
    for target in problem.targets:
        counted += problem.demand.weights[target.measure] * problem.pixels_of(target)
    return counted


def _rises(problem: Problem, pixel: int) -> list[int]:
    """Return by how much each candidate raises a pixel, at most to the top of the curve."""
    room = _top(problem) - int(problem.demand.base[pixel])
    levels = []
    for candidate in range(len(problem)):
        at = np.flatnonzero(problem.footprints.of(candidate) == pixel)
        levels.append(min(room, int(problem.footprints.levels_of(candidate)[at].sum())))
    return levels


@settings(deadline=None)
@given(problems(), st.data())
def test_a_restricted_problem_keeps_values_and_feasibility(problem: Problem, data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.integers(0, len(problem) - 1))) | set(problem.forced)
    restricted = restrict(problem, np.array(sorted(kept), dtype=np.int64))
    for sites in choices(list(range(len(kept)))):
        former = restricted.former(sites)
        is_feasible = not problem.faults(former)
        assert is_feasible == (not restricted.problem.faults(sites))
        if is_feasible:
            assert restricted.problem.value(sites) == problem.value(former)
            gains = restricted.problem.gains_of_targets(sites)
            np.testing.assert_array_equal(gains, problem.gains_of_targets(former))


@settings(deadline=None)
@given(problems())
def test_attainable_is_what_all_open_candidates_add(problem: Problem) -> None:
    expected = problem.gains_of_targets(open_candidates(problem))
    np.testing.assert_array_equal(attainable(problem), expected)
    np.testing.assert_array_equal(attainable(aggregate(problem).problem), expected)


def test_pixels_in_the_same_lists_are_one_group_unless_a_target_tells_them_apart() -> None:
    weights = [1, 2, 4, 8, 16, 32]
    lists = [[0, 1, 2, 3], [3, 4]]
    together = aggregate(one_row(weights, lists))
    assert together.group_of_pixel.tolist() == [0, 0, 0, 1, 2, -1]
    assert together.problem.demand.weights["people"].tolist() == [7, 8, 16]
    assert not together.problem.demand.labels
    target = Target("first commune", "people", "communes", 0, 1)
    apart = aggregate(one_row(weights, lists, targets=(target,)))
    assert apart.group_of_pixel.tolist() == [0, 0, 1, 2, 3, -1]
    assert apart.problem.demand.labels["communes"].tolist() == [0, -1, -1, -1]


def test_what_nobody_asks_for_is_dropped() -> None:
    demand = Demand({"people": np.array([1, 0, 2]), "area": np.array([1, 1, 1])}, {}, np.array([0, 0, 1], np.uint8))
    prints = Footprints.from_lists([np.arange(3)], 3)
    problem = Problem(prints, demand, np.ones(1, dtype=np.int64), "people")
    small = aggregate(problem)
    assert small.group_of_pixel.tolist() == [0, -1, -1]  # nobody lives in the second; the third is covered
    assert list(small.problem.demand.weights) == ["people"]
    nothing = aggregate(Problem(prints, demand, np.ones(1, dtype=np.int64), None)).problem
    assert nothing.footprints.pixel_count == 0
    assert nothing.value([0]) == 1


def test_levels_beyond_the_top_of_the_curve_are_alike() -> None:
    """At base 1 of a curve that is flat from 3, a level of 2 and one of 5 fill the room."""
    prints = Footprints.from_lists([np.arange(3)], 3, [np.array([2, 5, 1], dtype=np.uint8)])
    demand = Demand({"area": np.array([1, 1, 1])}, {}, np.ones(3, dtype=np.uint8))
    small = aggregate(Problem(prints, demand, np.ones(1, dtype=np.int64), "area", curve=GRADED))
    assert small.group_of_pixel.tolist() == [0, 0, 1]
    assert small.problem.footprints.levels.tolist() == [2, 1]


def test_a_restricted_problem_renumbers_what_names_candidates() -> None:
    problem = one_row(
        [1, 1, 1, 1],
        [[0], [1], [2], [3]],
        forced=(3,),
        forbidden=(2,),
        conflicts=np.array([[1, 3], [0, 1]], dtype=np.int32),
        quotas=(Quota("q", (0, 2, 3), 1, 2),),
        requirements=(Requirement(1, (0,)), Requirement(3, (0, 2)), Requirement(0, (1,))),
    )
    small = restrict(problem, np.array([3, 2, 1])).problem
    assert (small.forced, small.forbidden, small.conflicts.tolist()) == ((2,), (0, 1), [[0, 2]])
    assert small.quotas == (Quota("q", (1, 2), 1, 2),)
    assert small.requirements == (Requirement(2, (1,)),)
    with pytest.raises(ValueError, match="must be chosen"):
        restrict(problem, np.array([0, 1]))
