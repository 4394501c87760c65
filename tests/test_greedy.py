"""Lazy greedy choice: against plain greedy and brute force on small instances, and its bounds."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.greedy import Choice, FloatArray, IndexArray, choose

PIXELS = 12
Instance = tuple[list[IndexArray], FloatArray]


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    sets = draw(st.lists(st.sets(st.integers(0, PIXELS - 1), max_size=6), min_size=1, max_size=7))
    weights = draw(st.lists(st.integers(0, 9), min_size=PIXELS, max_size=PIXELS))
    return [np.array(sorted(pixels), dtype=np.int32) for pixels in sets], np.array(weights, dtype=np.float64)


def value(instance: Instance, sites: tuple[int, ...]) -> float:
    footprints, weights = instance
    pixels = {int(pixel) for site in sites for pixel in footprints[site]}
    return float(sum(weights[pixel] for pixel in pixels))


def plain_greedy(instance: Instance, count: int) -> tuple[int, ...]:
    chosen: tuple[int, ...] = ()
    for _ in range(count):
        gains = [value(instance, (*chosen, site)) - value(instance, chosen) for site in range(len(instance[0]))]
        if max(gains) <= 0:
            break
        chosen = (*chosen, int(np.argmax(gains)))
    return chosen


@settings(deadline=None)
@given(instances(), st.integers(1, 5))
def test_it_is_plain_greedy_and_its_bound_holds(instance: Instance, count: int) -> None:
    choice = choose(*instance, sites=count)
    assert choice.sites == plain_greedy(instance, count)
    assert choice.value == value(instance, choice.sites) == sum(choice.gains)
    best = max(value(instance, sites) for n in range(count + 1) for sites in combinations(range(len(instance[0])), n))
    assert choice.value <= best <= choice.upper_bound
    assert choice.value >= (1 - 1 / np.e) * best - 1e-9
    assert 0.0 <= choice.gap <= 1.0


@settings(deadline=None)
@given(instances(), st.floats(0.05, 1.0))
def test_a_target_is_reached_with_no_fewer_sites_than_the_bound_says(instance: Instance, share: float) -> None:
    everything = value(instance, tuple(range(len(instance[0]))))
    weight = share * everything
    choice = choose(*instance, weight=weight)
    assert choice.value >= weight or choice.value == everything
    fewest = next(
        n
        for n in range(len(instance[0]) + 1)
        if any(value(instance, sites) >= weight for sites in combinations(range(len(instance[0])), n))
    )
    assert choice.least_sites is not None
    assert choice.least_sites <= fewest <= len(choice.sites)


def test_equal_gains_go_to_the_lower_number_and_useless_sites_are_left_out() -> None:
    footprints = [np.array(pixels, dtype=np.int32) for pixels in ([0, 1], [2, 3], [0, 1, 2, 3][:2], [])]
    choice = choose(footprints, np.ones(4), sites=4)
    assert choice == Choice((0, 1), (2.0, 2.0), 4.0, 4.0, None)


def test_nothing_to_choose_from() -> None:
    choice = choose([], np.ones(3), sites=2)
    assert (choice.sites, choice.value, choice.upper_bound, choice.gap) == ((), 0.0, 0.0, 0.0)
