"""Entry losses by place and frequency, and the share of places where a threshold is reached."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from phusong.coverage.evaluation import evaluate
from phusong.coverage.places import ONE_SIGMA, building_loss_db, combined_sigma_db, entry
from phusong.coverage.signals import Channel
from phusong.errors import InputError
from phusong.kernels.itu.p2109 import building_entry_loss_p2109
from phusong.scenarios.coverage_definition import CoverageDefinition
from tests.made_signals import LTE, cell_budgets, made_signals

VIETTEL = Channel("4G", "Viettel", "a")


def probability(rsrp_cdbm: int, threshold_dbm: float, sigma_db: float) -> int:
    rule = CoverageDefinition(threshold_dbm=threshold_dbm, shadow_sigma_db=sigma_db)
    return layer(rule, [rsrp_cdbm])[0]


def layer(rule: CoverageDefinition, powers_cdbm: list[int], **options: Any) -> list[int]:
    """Return the location probability of pixels that receive so much, -32768 for nothing."""
    signals = made_signals([{0: power} if power > -32768 else {} for power in powers_cdbm])
    options = {"unknown": np.zeros((1, len(powers_cdbm)), dtype=np.bool_)} | options
    answer = evaluate(
        rule, {VIETTEL: signals}, {VIETTEL: LTE}, cell_budgets(1), in_doubt=signals.in_doubt > 0, **options
    )
    assert answer.probability.dtype == np.uint16
    return [int(share) for share in answer.probability[0]]


def test_outdoors_and_in_a_car() -> None:
    assert entry(LTE, "outdoors") == (0.0, 0.0)
    assert entry(LTE, "in a car") == (9.0, 5.0)
    assert entry(LTE._replace(building_entry="fixed"), "indoors") == (20.0, 4.4)


@pytest.mark.parametrize("frequency_mhz", [700.0, 1842.5, 3700.0])
@pytest.mark.parametrize(("efficient", "building"), [(0.0, "traditional"), (100.0, "thermally efficient")])
def test_a_single_kind_of_building_is_the_recommendation(frequency_mhz: float, efficient: float, building: str) -> None:
    budget = LTE._replace(frequency_mhz=frequency_mhz, efficient_buildings_percent=efficient)
    median = building_entry_loss_p2109(frequency_mhz=frequency_mhz, building=building)
    high = building_entry_loss_p2109(
        frequency_mhz=frequency_mhz, building=building, probability_percent=100 * ONE_SIGMA
    )
    assert entry(budget, "indoors") == pytest.approx((median, high - median), abs=1e-9)


def test_a_mix_lies_between_and_splits_the_probability() -> None:
    alone = [building_loss_db(1842.5, share, 0.5) for share in (0.0, 1.0)]
    mixed = [building_loss_db(1842.5, share, 0.5) for share in (0.1, 0.3, 0.6)]
    assert alone[0] < mixed[0] < mixed[1] < mixed[2] < alone[1]
    # Of the traditional ones more than half, of the efficient ones less than half lose no more than the median.
    percents = [
        next(
            percent
            for percent in np.linspace(0.01, 99.99, 9999)
            if float(building_entry_loss_p2109(frequency_mhz=1842.5, building=kind, probability_percent=percent))
            >= mixed[1]
        )
        for kind in ("traditional", "thermally efficient")
    ]
    assert 0.7 * percents[0] + 0.3 * percents[1] == pytest.approx(50.0, abs=0.02)


def test_outside_the_recommendation_is_refused() -> None:
    assert entry(LTE._replace(frequency_mhz=80.0), "indoors").loss_db > 0.0
    with pytest.raises(InputError, match=r"79 MHz is out of range .* building_entry = 'fixed'"):
        entry(LTE._replace(frequency_mhz=79.0), "indoors")
    assert entry(LTE._replace(frequency_mhz=79.0, building_entry="fixed"), "indoors").loss_db == 20.0


def test_sigmas_add_as_squares() -> None:
    assert combined_sigma_db(3.0, 4.0) == 5.0
    together = combined_sigma_db(np.array([[3.0, 0.0]], dtype=np.float32), 4.0)
    assert isinstance(together, np.ndarray)
    assert together.tolist() == [[5.0, 4.0]]


def test_probability_by_hand() -> None:
    assert probability(-11500, -115.0, 8.0) == 5000
    assert probability(-11500 + 1025, -115.0, 8.0) == round(1e4 * ndtr(10.25 / 8))
    assert probability(-10700, -115.0, 8.0) == 8413
    assert probability(-12300, -115.0, 8.0) == 1587
    assert probability(-5000, -115.0, 8.0) == 10_000
    assert probability(-32768, -115.0, 8.0) == 0


def test_without_spread_it_is_all_or_nothing() -> None:
    assert probability(-11500, -115.0, 0.0) == 10_000
    assert probability(-11501, -115.0, 0.0) == 0


def test_what_is_unknown_is_marked() -> None:
    unknown = np.array([[False, True, True]])
    sigma_db = np.array([[6.0, 8.0, 8.0]], dtype=np.float32)
    rule = CoverageDefinition(threshold_dbm=-90.0)
    assert layer(rule, [-9000, -9000, -32768], unknown=unknown, location_sigma_db=sigma_db) == [5000, 65535, 65535]


def test_sigma_by_pixel_unless_the_definition_gives_its_own() -> None:
    sigma_db = np.array([[5.0, 10.0, np.nan]], dtype=np.float32)
    by_class = CoverageDefinition(threshold_dbm=-105.0)
    shares = [round(1e4 * ndtr(5.0 / sigma)) for sigma in (5.0, 10.0, 8.0)]
    assert layer(by_class, [-10000] * 3, location_sigma_db=sigma_db) == shares
    own = CoverageDefinition(threshold_dbm=-105.0, shadow_sigma_db=5.0)
    assert layer(own, [-10000] * 3, location_sigma_db=sigma_db) == [8413] * 3


def test_indoors_the_spread_of_the_buildings_adds() -> None:
    way_in = entry(LTE, "indoors")
    rule = CoverageDefinition(threshold_dbm=-115.0, shadow_sigma_db=3.0, place="indoors")
    level_cdbm = round(100.0 * (-115.0 + way_in.loss_db + 8.0))
    share = 1e4 * ndtr(8.0 / math.hypot(3.0, way_in.sigma_db))
    assert layer(rule, [level_cdbm]) == [pytest.approx(share, abs=5.0)]


@settings(deadline=None)
@given(st.integers(-14000, -5000), st.floats(-130, -90), st.floats(0, 40), st.floats(0, 15))
def test_a_higher_threshold_is_never_likelier(rsrp: int, threshold: float, more: float, sigma: float) -> None:
    assert probability(rsrp, threshold + more, sigma) <= probability(rsrp, threshold, sigma)
