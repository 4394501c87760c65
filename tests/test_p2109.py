"""Building entry loss, Recommendation P.2109-2: an independent program, the median by hand, limits."""

import math
import warnings
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.kernels.added_losses import added_loss


@pytest.mark.parametrize(("word", "name"), [("traditional", "TRADITIONAL"), ("thermally efficient", "THERM_EFF")])
def test_pycraf(word: str, name: str) -> None:
    """pycraf 2.1.0 (P.2109-1, the same formula): 0.01 dB, for its normal quantile is an approximation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the libraries it brings in
        from astropy import units
        from pycraf import pathprof
    random = np.random.default_rng(2109)
    for _ in range(50):
        frequency_ghz, elevation_deg = 10.0 ** random.uniform(-1.0, 2.0), random.uniform(-90.0, 90.0)
        percent = random.uniform(0.1, 99.9)
        theirs = pathprof.building_entry_loss(
            frequency_ghz * units.GHz, elevation_deg * units.deg, 0.01 * percent * units.dimensionless_unscaled,
            getattr(pathprof.BuildingType, name),
        )  # fmt: skip
        ours_db = added_loss(
            "p2109", frequency_mhz=1e3 * frequency_ghz, building=word, probability_percent=percent,
            elevation_deg=elevation_deg,
        )  # fmt: skip
        assert ours_db == pytest.approx(float(theirs.value.item()), abs=0.01)


@pytest.mark.parametrize(
    ("word", "median_db", "second_db"), [("traditional", 12.64, 9.1), ("thermally efficient", 28.19, 27.8)]
)
def test_median_at_1_ghz(word: str, median_db: float, second_db: float) -> None:
    """At 1 GHz and 50 % only r and w of Table 1 are left, with C = -3 dB."""
    total_db = 10.0 * math.log10(10 ** (0.1 * median_db) + 10 ** (0.1 * second_db) + 10**-0.3)
    assert added_loss("p2109", frequency_mhz=1000.0, building=word) == pytest.approx(total_db, abs=1e-12)


@pytest.mark.parametrize(
    ("word", "first", "second"),
    [("traditional", (12.64, 9.6), (9.1, 4.5)), ("thermally efficient", (28.19, 13.5), (27.8, 9.4))],
)
def test_spread_at_1_ghz(word: str, first: tuple[float, float], second: tuple[float, float]) -> None:
    for percent in (1.0, 20.0, 90.0):
        quantile = NormalDist().inv_cdf(0.01 * percent)
        parts_db = [mean + sigma * quantile for mean, sigma in (first, second)]
        total_db = 10.0 * math.log10(sum(10 ** (0.1 * part) for part in parts_db) + 10**-0.3)
        ours_db = added_loss("p2109", frequency_mhz=1000.0, building=word, probability_percent=percent)
        assert ours_db == pytest.approx(total_db, abs=1e-12)


@given(st.floats(80.0, 100_000.0), st.floats(0.001, 99.0), st.floats(0.0, 90.0))
@settings(max_examples=50, deadline=None)
def test_laws(frequency_mhz: float, percent: float, elevation_deg: float) -> None:
    losses_db = np.asarray(
        added_loss(
            "p2109", frequency_mhz=frequency_mhz, building="traditional",
            probability_percent=[percent, percent + 0.9, percent], elevation_deg=[elevation_deg] * 2 + [-elevation_deg],
        )
    )  # fmt: skip
    assert losses_db[0] < losses_db[1]
    assert losses_db[0] == losses_db[2]
    assert losses_db[0] >= -3.0
    efficient_db = added_loss("p2109", frequency_mhz=frequency_mhz, building="thermally efficient")
    assert efficient_db > added_loss("p2109", frequency_mhz=frequency_mhz, building="traditional")
