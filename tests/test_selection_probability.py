"""Levels of probability: the curve, and what independence overstates."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.probability import MOST_PROBABILITY, ProbabilityLevels
from phusong.coverage.selection.problem import Demand, Problem

HALVES = ProbabilityLevels()
FINEST = -math.log1p(-MOST_PROBABILITY) / 255


@given(st.floats(FINEST, 3.0), st.sampled_from([100, 10_000, 1_000_000]))
def test_the_curve_is_concave_never_falls_and_is_that_of_the_probability(step: float, certain: int) -> None:
    curve = ProbabilityLevels(step, certain).curve
    rises = np.diff(curve)
    assert curve[0] == 0
    assert np.all(rises > 0)
    assert np.all(np.diff(rises) <= 0)
    level = np.arange(curve.size)
    assert np.all(np.abs(curve - certain * -np.expm1(-step * level)) <= 0.5 * level + 1e-6)
    assert certain * math.exp(-step * level[-1]) * -math.expm1(-step) <= 0.5 + 1e-6


@given(st.floats(FINEST, 3.0), st.floats(0.0, 1.0))
def test_a_probability_is_off_by_half_a_step(step: float, probability: float) -> None:
    level = int(ProbabilityLevels(step).levels_of(np.array([probability]))[0])
    exact = -math.log1p(-min(probability, MOST_PROBABILITY))
    assert abs(level * step - exact) <= 0.5 * step * (1.0 + 1e-9)


def test_levels_halve_what_is_not_covered() -> None:
    assert HALVES.levels_of(np.array([0.0, 0.29, 0.3, 0.5, 0.75, 0.9, 0.999, 1.0])).tolist() == [
        *[0, 0, 1, 1, 2, 3, 10, 10]
    ]
    assert HALVES.curve[:5].tolist() == [0, 5000, 7500, 8750, 9375]


def test_the_finest_step_fits_a_byte_and_a_finer_one_is_refused() -> None:
    assert ProbabilityLevels(FINEST).levels_of(np.ones(1)).tolist() == [255]
    with pytest.raises(ValueError, match="above 255"):
        ProbabilityLevels(FINEST * 0.999)
    assert ProbabilityLevels(0.1, certain=6).curve.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="worth nothing"):
        ProbabilityLevels(0.1, certain=5)


def test_two_sites_are_worth_what_independence_makes_of_them() -> None:
    """And the docstring's example of how much that is: at a correlation of 0.5 it would be 2/3."""
    levels = HALVES.levels_of(np.array([0.5]))
    prints = Footprints.from_lists([np.zeros(1, dtype=np.int32)] * 2, 1, [levels, levels])
    demand = Demand.of({"area": np.ones(1, dtype=np.int64)})
    problem = Problem(prints, demand, np.ones(2, dtype=np.int64), "area", curve=HALVES.curve)
    assert problem.value((0, 1)) == 7500
    alike = math.sqrt(0.5)  # of either margin: what both sites share
    neither, _ = quad(lambda x: norm.pdf(x) * norm.cdf(-alike * x / math.sqrt(0.5)) ** 2, -np.inf, np.inf)
    assert 1.0 - neither == pytest.approx(2.0 / 3.0)
