"""Clutter loss at a terminal, Recommendation P.2108-1: NTIA's program, limits, laws it must keep."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ITS.ITU.PSeries import P2108

from phusong.kernels.added_losses import added_loss
from phusong.kernels.itu import p2108
from phusong.laboratory.conformance.p2108 import slant, terminal, terrestrial


def test_ntia_program() -> None:
    """proplib-p2108 1.1.0: equal to the approximation of its normal quantile, 4.5e-4 of up to 6.6 dB."""
    random = np.random.default_rng(2108)
    for _ in range(300):
        height_m, clutter_m, street_m = random.uniform(0.5, 30.0), random.uniform(1.0, 40.0), random.uniform(5.0, 60.0)
        f_ghz, kind = 10.0 ** random.uniform(-1.5, 0.47), int(random.integers(1, 7))
        theirs_db = P2108.HeightGainTerminalCorrectionModel(
            f_ghz, height_m, street_m, clutter_m, P2108.ClutterType(kind)
        )
        ours_db = added_loss("p2108_terminal", **terminal(f_ghz, height_m, street_m, clutter_m, kind))
        assert ours_db == pytest.approx(theirs_db, abs=1e-9)
        percent = random.uniform(0.1, 99.9)
        f_ghz, distance_km = random.uniform(0.5, 67.0), 10.0 ** random.uniform(-0.6, 2.0)
        theirs_db = P2108.TerrestrialStatisticalModel(f_ghz, distance_km, percent)
        ours_db = added_loss("p2108_terrestrial", **terrestrial(f_ghz, distance_km, percent))
        assert ours_db == pytest.approx(theirs_db, abs=3e-3)
        f_ghz, elevation_deg = random.uniform(10.0, 100.0), random.uniform(0.0, 90.0)
        theirs_db = P2108.AeronauticalStatisticalModel(f_ghz, elevation_deg, percent)
        ours_db = added_loss("p2108_slant", **slant(f_ghz, elevation_deg, percent))
        assert ours_db == pytest.approx(theirs_db, abs=3e-4)


@pytest.mark.parametrize(
    ("word", "height_m"),
    [("water", 10.0), ("open", 10.0), ("suburban", 10.0), ("urban", 15.0), ("trees", 15.0), ("dense urban", 20.0)],
)
def test_heights_of_the_table(word: str, height_m: float) -> None:
    link: dict[str, Any] = {"frequency_mhz": 900.0, "rx_height_m": 1.5, "clutter": word}
    assert added_loss("p2108_terminal", **link) == added_loss("p2108_terminal", clutter_height_m=height_m, **link)
    assert added_loss("p2108_terminal", **{**link, "rx_height_m": height_m}) == 0.0


@given(st.floats(0.0, 100_000.0), st.floats(1.0, 2.0), st.floats(500.0, 67_000.0))
@settings(max_examples=50, deadline=None)
def test_the_median_grows_with_distance_up_to_2_km(distance_m: float, factor: float, frequency_mhz: float) -> None:
    near_db, far_db, level_db = np.asarray(
        added_loss(
            "p2108_terrestrial", distance_m=[distance_m, factor * distance_m, 2000.0], frequency_mhz=frequency_mhz
        )
    )
    assert near_db <= far_db + 1e-12
    assert far_db <= level_db
    assert near_db > 0.0


def test_nearer_than_250_m_the_loss_is_kept() -> None:
    losses_db = added_loss("p2108_terrestrial", distance_m=[0.0, 30.0, 250.0, 251.0], frequency_mhz=1800.0)
    assert np.ptp(np.asarray(losses_db)[:3]) == 0.0
    assert np.asarray(losses_db)[3] > np.asarray(losses_db)[2]
    assert p2108.TERRESTRIAL.validity["distance_m"].low == 250.0


@given(st.floats(0.0, 90.0), st.floats(0.001, 99.0), st.floats(10_000.0, 100_000.0))
@settings(max_examples=50, deadline=None)
def test_slant_loss_grows_with_the_share(elevation_deg: float, percent: float, frequency_mhz: float) -> None:
    losses_db = np.asarray(
        added_loss(
            "p2108_slant", elevation_deg=elevation_deg, frequency_mhz=frequency_mhz,
            location_percent=[percent, percent + 0.9],
        )
    )  # fmt: skip
    assert losses_db[0] < losses_db[1]
    assert losses_db[0] > -4.0
