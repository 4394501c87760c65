"""The drawn profile against numbers worked out by hand, and the Earth of the model itself."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.path_profile import effective_radius_km, fresnel_radius_m, line_on_grid, path_profile
from phusong.kernels.itu.p1812_path import effective_radius_km as radius_of_the_model_km
from tests.fake_run import GRID

FLAT = {"first_height_m": 1.5, "last_height_m": 30.0, "frequency_mhz": 1800.0, "delta_n": 40.0}


def test_the_first_fresnel_zone_is_that_of_the_recommendation() -> None:
    """P.526 (2): 550 sqrt(d1 d2 / (d f)) with km and MHz; half-way on 10 km at 1000 MHz that is 27.5 m."""
    assert fresnel_radius_m(5000.0, 10_000.0, 1000.0) == pytest.approx(
        550.0 * np.sqrt(25.0 / (10.0 * 1000.0)), rel=5e-3
    )
    assert fresnel_radius_m([0.0, 10_000.0], 10_000.0, 1000.0).tolist() == [0.0, 0.0]


def test_the_earth_is_that_of_the_model() -> None:
    for delta_n in (0.0, 40.0, 50.0, 100.0):
        assert effective_radius_km(delta_n) == pytest.approx(radius_of_the_model_km(delta_n), rel=1e-12)
    with pytest.raises(ValueError, match="157"):
        effective_radius_km(157.0)


def test_a_hill_that_cuts_the_ray_by_hand() -> None:
    """10 km of flat ground at 100 m with a hill of 60 m half-way: the ray is 115.75 m high there, the Earth bulges."""
    distance_m = np.array([0.0, 2500.0, 5000.0, 7500.0, 10_000.0])
    profile = path_profile(distance_m, [100.0, 100.0, 160.0, 100.0, 100.0], None, **FLAT)
    bulge_m = 5000.0**2 / (2.0 * 6371_000.0 * 157.0 / 117.0)
    assert profile.bulge_m[2] == pytest.approx(bulge_m)
    assert profile.ray_m[2] == pytest.approx(100.0 + (1.5 + 30.0) / 2.0)
    radius_m = np.sqrt(0.299792458 / 1.8 * 2500.0)
    assert profile.fresnel_m[2] == pytest.approx(radius_m)
    assert profile.least_clearance_ratio == pytest.approx((115.75 - 160.0 - bulge_m) / radius_m)
    assert profile.least_clearance_at_m == 5000.0
    assert profile.is_blocked is True


@pytest.mark.parametrize(("hill_m", "blocked"), [(14.2, False), (14.5, True)])
def test_blocked_turns_where_the_hill_meets_the_ray(hill_m: float, blocked: bool) -> None:
    """The ray is 15.75 m above the ground half-way, the bulge of the Earth 1.46 m."""
    profile = path_profile([0.0, 5000.0, 10_000.0], [0.0, hill_m, 0.0], None, **FLAT)
    assert profile.is_blocked is blocked


def test_clutter_stands_on_the_ground_between_the_antennas() -> None:
    bare = path_profile([0.0, 500.0, 1000.0], [0.0, 0.0, 0.0], None, **FLAT)
    trees = path_profile([0.0, 500.0, 1000.0], [0.0, 0.0, 0.0], [20.0, 15.0, 20.0], **FLAT)
    lower = 15.0 / bare.fresnel_m[1]
    assert trees.least_clearance_ratio == pytest.approx(bare.least_clearance_ratio - lower)


def test_missing_terrain_is_told_and_not_guessed() -> None:
    open_path = path_profile([0.0, 250.0, 500.0, 1000.0], [0.0, np.nan, 0.0, 0.0], None, **FLAT)
    assert (open_path.missing, open_path.is_blocked) == (1, None)
    cut = path_profile([0.0, 250.0, 500.0, 1000.0], [0.0, np.nan, 90.0, 0.0], None, **FLAT)
    assert cut.is_blocked is True
    unknown = path_profile([0.0, 250.0, 1000.0], [0.0, np.nan, 0.0], None, **FLAT)
    assert np.isnan(unknown.least_clearance_ratio)
    with pytest.raises(ValueError, match="under the antennas"):
        path_profile([0.0, 1000.0], [np.nan, 0.0], None, **FLAT)


@pytest.mark.parametrize("distance_m", [[0.0], [1.0, 2.0], [0.0, 5.0, 5.0]])
def test_distances_rise_from_zero(distance_m: list[float]) -> None:
    with pytest.raises(ValueError, match="rise from 0"):
        path_profile(distance_m, np.zeros(len(distance_m)), None, **FLAT)


def test_the_line_on_a_grid_runs_from_point_to_point() -> None:
    x_m, y_m = GRID.centres_m()
    ends = [tuple(map(float, GRID.unproject(x_m[column], y_m[row]))) for row, column in ((3, 4), (3, 24))]
    distance_m, row, column = line_on_grid(GRID, ends[0], ends[1])
    assert distance_m[[0, -1]] == pytest.approx([0.0, 20 * 500.0], abs=1e-3)
    assert row == pytest.approx(3.0, abs=1e-6)
    assert column[[0, -1]] == pytest.approx([4.0, 24.0], abs=1e-6)
    assert np.diff(distance_m).max() <= 250.0 + 1e-6
