"""The definition of the problem against plain Python sets, and the lists of what candidates cover."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.problem import Demand, Problem, Quota, Requirement, Target
from tests.selection_problems import problems


def gain_by_hand(problem: Problem, sites: tuple[int, ...], measure: str, target: Target | None = None) -> int:
    curve = problem.curve.tolist()
    gain = 0
    for pixel in range(problem.footprints.pixel_count):
        if target and target.layer and int(problem.demand.labels[target.layer][pixel]) != target.zone:
            continue
        base = int(problem.demand.base[pixel])
        level = base
        for site in sites:
            for one, by in zip(problem.footprints.of(site), problem.footprints.levels_of(site), strict=True):
                level += int(by) if one == pixel else 0
        rise = curve[min(level, len(curve) - 1)] - curve[min(base, len(curve) - 1)]
        gain += int(problem.demand.weights[measure][pixel]) * rise
    return gain


def is_feasible_by_hand(problem: Problem, sites: tuple[int, ...]) -> bool:
    chosen = set(sites)
    return (
        set(problem.forced) <= chosen
        and not chosen & set(problem.forbidden)
        and (problem.budget is None or sum(problem.cost[list(sites)].tolist()) <= problem.budget)
        and (problem.most_sites is None or len(chosen) <= problem.most_sites)
        and not any({one, other} <= chosen for one, other in problem.conflicts.tolist())
        and all(one.least <= len(chosen & set(one.members)) <= one.most for one in problem.quotas)
        and all(need.candidate not in chosen or chosen & set(need.any_of) for need in problem.requirements)
        and all(gain_by_hand(problem, sites, one.measure, one) >= one.at_least for one in problem.targets)
    )


@settings(deadline=None, max_examples=60)
@given(problems(most_candidates=5, most_pixels=8))
def test_value_and_feasibility_are_those_of_plain_sets(problem: Problem) -> None:
    for count in range(len(problem) + 1):
        for sites in combinations(range(len(problem)), count):
            for measure in problem.demand.weights:
                assert problem.gain(sites, measure) == gain_by_hand(problem, sites, measure)
            spent = sum(problem.cost[list(sites)].tolist())
            expected = spent if problem.maximize is None else gain_by_hand(problem, sites, problem.maximize)
            assert problem.value(sites) == expected
            assert (not problem.faults(sites)) == is_feasible_by_hand(problem, sites)


def test_every_fault_is_named() -> None:
    prints = Footprints.from_lists([np.array([pixel], dtype=np.int32) for pixel in range(5)], 5)
    problem = Problem(
        prints,
        Demand.of({"area": np.ones(5, dtype=np.int64)}, {"parks": np.array([0, 0, 1, 1, 1], dtype=np.int32)}),
        np.full(5, 10, dtype=np.int64),
        None,
        targets=(Target("both parks", "area", None, -1, 4), Target("second park", "area", "parks", 1, 1)),
        budget=20,
        most_sites=2,
        forced=(4,),
        forbidden=(0,),
        conflicts=np.array([[0, 1]], dtype=np.int32),
        quotas=(Quota("north", (0, 1), 0, 1),),
        requirements=(Requirement(1, (3, 4)),),
    )
    assert problem.faults((0, 1, 1)) == [
        "a site is chosen twice",
        "candidate 4 must be chosen",
        "candidate 0 must not be chosen",
        "they cost 30, more than 20",
        "3 sites are more than 2",
        "candidates 0 and 1 exclude each other",
        "quota north: 2 is not within 0 to 1",
        "candidate 1 lacks one of (3, 4)",
        "target both parks: 2 is less than 4",
        "target second park: 0 is less than 1",
    ]


def test_footprints_of_lists() -> None:
    lists = [np.array([1, 4]), np.array([], dtype=np.int64), np.array([0, 2, 4])]
    prints = Footprints.from_lists(lists, 5, [np.array([2, 1], np.uint8), np.array([], np.uint8), np.ones(3, np.uint8)])
    assert len(prints) == 3
    assert prints.start.tolist() == [0, 2, 2, 5]
    assert prints.pixels.dtype == np.int32
    assert [prints.of(one).tolist() for one in range(3)] == [[1, 4], [], [0, 2, 4]]
    assert [prints.levels_of(one).tolist() for one in range(3)] == [[2, 1], [], [1, 1, 1]]
    some = prints.select(np.array([2, 0]))
    assert [some.of(one).tolist() for one in range(2)] == [[0, 2, 4], [1, 4]]
    assert some.levels_of(1).tolist() == [2, 1]
    assert len(Footprints.from_lists([], 3)) == 0


@pytest.mark.parametrize("measure", ["area", "people"])
def test_nothing_covered_yet(measure: str) -> None:
    demand = Demand.of({"area": np.ones(3, dtype=np.int64), "people": np.arange(3)})
    assert demand.base.tolist() == [0, 0, 0]
    problem = Problem(Footprints.from_lists([np.arange(3)], 3), demand, np.ones(1, dtype=np.int64), measure)
    assert problem.value([]) == 0
    assert problem.value([0]) == 3
