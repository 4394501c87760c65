"""P.1546: the tabulated curves and what lies between them, and what is taken from the terrain profile."""

from __future__ import annotations

import math

import numpy as np
import pytest

from phusong.kernels.itu.p1546_curves import (
    COLD_SEA,
    DISTANCES_KM,
    FREQUENCIES_MHZ,
    HEIGHTS_M,
    LAND,
    TIMES_PERCENT,
    WARM_SEA,
    curve_field,
    load_curves,
)
from phusong.kernels.itu.p1546_path import effective_height_m, rx_clearance_deg, sea_fraction, tx_clearance_deg

NO_LIMIT = 1e3  # an E_max that never applies


def test_the_tables_obey_the_recommendation() -> None:
    curves = load_curves()
    assert curves.shape == (3, 3, 3, 78, 9)
    fields, maximum = curves[..., :8], curves[..., 8]
    assert fields[LAND, 2, 0, 0, 0] == 89.9759
    assert fields[LAND, 2, 0, 0, 0] != fields[COLD_SEA, 2, 0, 0, 0]
    assert np.array_equal(fields[COLD_SEA, 2], fields[WARM_SEA, 2])
    assert (fields[COLD_SEA, :2] != fields[WARM_SEA, :2]).any()
    free_space = 106.9 - 20.0 * np.log10(DISTANCES_KM)  # (2)
    enhancement = 2.38 * (1.0 - np.exp(-DISTANCES_KM / 8.94)) * np.log10(50.0 / TIMES_PERCENT)[:, None]  # (3)
    assert np.allclose(maximum[LAND], free_space, rtol=0.0, atol=5.1e-5)  # four decimals
    for sea in (COLD_SEA, WARM_SEA):
        assert np.allclose(maximum[sea], (free_space + enhancement)[:, None], rtol=0.0, atol=5.1e-5)
    assert (fields <= maximum[..., None]).all()
    assert (np.diff(fields, axis=3) < 0.0).all()  # falls with distance
    assert (np.diff(fields, axis=4) >= 0.0).all()  # rises with height
    assert (np.diff(fields, axis=1) <= 0.0).all()  # more for a shorter time


def test_curves_hold_at_their_nodes_and_interpolate_between() -> None:
    curves = load_curves()

    def field(f: float, h1: float, d: float, t: float) -> float:
        return curve_field(curves, LAND, f, h1, d, t, NO_LIMIT)

    for t in range(3):
        for f in range(3):
            for d, h in [(0, 0), (20, 3), (77, 7)]:
                at_node = field(FREQUENCIES_MHZ[f], HEIGHTS_M[h], DISTANCES_KM[d], TIMES_PERCENT[t])
                assert at_node == pytest.approx(curves[LAND, t, f, d, h], abs=1e-9)
    near, far = field(600.0, 75.0, 30.0, 50.0), field(600.0, 75.0, 35.0, 50.0)
    assert field(600.0, 75.0, math.sqrt(30.0 * 35.0), 50.0) == pytest.approx(0.5 * (near + far), abs=1e-9)
    below, above = field(600.0, 37.5, 30.0, 50.0), field(600.0, 75.0, 30.0, 50.0)
    assert field(600.0, math.sqrt(37.5 * 75.0), 30.0, 50.0) == pytest.approx(0.5 * (below + above), abs=1e-9)
    lower, higher = field(600.0, 75.0, 30.0, 50.0), field(2000.0, 75.0, 30.0, 50.0)
    assert field(math.sqrt(600.0 * 2000.0), 75.0, 30.0, 50.0) == pytest.approx(0.5 * (lower + higher), abs=1e-9)
    assert field(3000.0, 75.0, 30.0, 50.0) < higher
    assert field(50.0, 75.0, 30.0, 50.0) > field(100.0, 75.0, 30.0, 50.0)
    assert field(600.0, 75.0, 200.0, 50.0) < field(600.0, 75.0, 200.0, 30.0) < field(600.0, 75.0, 200.0, 10.0)


@pytest.mark.parametrize("surface", [LAND, COLD_SEA])
def test_low_masts_join_the_curves(surface: int) -> None:
    curves = load_curves()
    for f in (100.0, 450.0, 2000.0):
        for d in (1.0, 5.0, 50.0, 300.0) if surface == LAND else (15.0, 50.0, 300.0):  # (11b) does not join, (11c) does
            below, above = (curve_field(curves, surface, f, h1, d, 50.0, NO_LIMIT) for h1 in (10.0 - 1e-9, 10.0))
            assert below == pytest.approx(above, abs=1e-6)
        if surface == LAND:  # into a valley, the field falls without a step
            deep, under, zero = (curve_field(curves, LAND, f, h1, 20.0, 50.0, NO_LIMIT) for h1 in (-100.0, -1e-9, 0.0))
            assert deep < under
            assert under == pytest.approx(zero, abs=0.01)  # J(0) is 6.03 dB to two digits only


def test_effective_height_is_that_above_the_mean_ground() -> None:
    kilometres = np.arange(0.0, 41.0)
    ramp = 10.0 * kilometres
    assert effective_height_m(kilometres, ramp, 30.0) == pytest.approx(30.0 - 90.0)  # mean of 3 to 15 km
    assert effective_height_m(kilometres[:11], ramp[:11], 30.0) == pytest.approx(30.0 - 60.0)  # 2 to 10 km
    assert effective_height_m(np.array([0.0, 40.0]), np.array([0.0, 400.0]), 30.0) == pytest.approx(30.0 - 90.0)
    assert effective_height_m(np.array([0.0, 8.0, 40.0]), np.array([0.0, 80.0, 400.0]), 30.0) == pytest.approx(-60.0)


def test_clearance_angles_see_as_far_as_the_recommendation_says() -> None:
    distance_km = np.arange(0.0, 51.0)
    ground_m = np.zeros(51)
    ground_m[16] = ground_m[50 - 17] = 500.0  # beyond 15 km of the transmitter and 16 km of the receiver
    far = math.degrees(math.atan(-10.0 / 15_000.0)), math.degrees(math.atan(-10.0 / 16_000.0))
    assert tx_clearance_deg(distance_km, ground_m, 10.0) == pytest.approx(far[0])
    assert rx_clearance_deg(distance_km, ground_m, 10.0) == pytest.approx(far[1])
    ground_m[15] = ground_m[50 - 16] = 500.0
    assert tx_clearance_deg(distance_km, ground_m, 10.0) == pytest.approx(math.degrees(math.atan(490.0 / 15_000.0)))
    assert rx_clearance_deg(distance_km, ground_m, 10.0) == pytest.approx(math.degrees(math.atan(490.0 / 16_000.0)))
    coarse = np.array([0.0, 100.0])
    assert tx_clearance_deg(coarse, np.zeros(2), 10.0) == pytest.approx(math.degrees(math.atan(-1e-4)))
    assert rx_clearance_deg(coarse, np.zeros(2), 10.0) == pytest.approx(math.degrees(math.atan(-1e-4)))


def test_share_of_sea() -> None:
    distance_km = np.array([0.0, 1.0, 3.0, 6.0])
    for codes, expected in [
        ((0, 0, 0, 0), 0.0),
        ((1, 1, 2, 1), 1.0),
        ((1, 0, 0, 0), 0.5 / 6.0),
        ((0, 0, 1, 0), 2.5 / 6),
    ]:
        assert sea_fraction(distance_km, np.array(codes, dtype=np.int8)) == pytest.approx(expected, abs=1e-12)
