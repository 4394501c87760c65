"""The sector pattern: hand-computed values of TR 38.901 table 7.3-1, and its vector form against its definition."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.sectors import SECTOR, SECTOR_FIELDS
from phusong.kernels._jit import simd
from phusong.kernels.antennas.sector import (
    Sector,
    directions_lanes,
    sector_gain,
    sector_gain_lanes,
    upright_gain_lanes,
)
from phusong.kernels.lanes import load, store

PANEL = Sector(17.5, 0.0, 0.0, 0.0, 65.0, 7.0, 30.0, 30.0)


def towards(sector: Sector, azimuth_deg: float, depression_deg: float) -> float:
    azimuth, depression = np.radians(azimuth_deg), np.radians(depression_deg)
    flat_m = 1000.0 * np.cos(depression)
    return sector_gain(sector, flat_m * np.sin(azimuth), flat_m * np.cos(azimuth), 1000.0 * np.sin(depression))


@simd
def _gains(
    sectors: npt.NDArray[np.void], east_m: npt.NDArray[np.float32], north_m: float, down_m: npt.NDArray[np.float32],
    out: npt.NDArray[np.float32],
) -> None:  # fmt: skip
    for start in range(0, east_m.size, 16):
        store(out, start, sector_gain_lanes(sectors[0], load(east_m, start), north_m, load(down_m, start)))


@simd
def _upright_gains(
    sectors: npt.NDArray[np.void], east_m: npt.NDArray[np.float32], north_m: float, down_m: npt.NDArray[np.float32],
    out: npt.NDArray[np.float32],
) -> None:  # fmt: skip
    for start in range(0, east_m.size, 16):
        bearing_deg, below_deg = directions_lanes(load(east_m, start), north_m, load(down_m, start))
        store(out, start, upright_gain_lanes(sectors[0], bearing_deg, below_deg))


@pytest.mark.parametrize(
    ("azimuth_deg", "depression_deg", "gain_dbi"),
    [
        (0.0, 0.0, 17.5),
        (32.5, 0.0, 14.5),  # half the beamwidth: 3 dB
        (-32.5, 0.0, 14.5),
        (65.0, 0.0, 5.5),  # 12 dB
        (102.0, 0.0, 17.5 - 12 * (102 / 65) ** 2),  # just above the floor
        (103.0, 0.0, -12.5),  # the front-to-back ratio
        (180.0, 0.0, -12.5),
        (0.0, 3.5, 14.5),
        (0.0, 11.0, 17.5 - 12 * (11 / 7) ** 2),
        (0.0, 11.2, -12.5),
        (0.0, 60.0, -12.5),
        (32.5, 3.5, 11.5),
    ],
)
def test_hand_computed_values(azimuth_deg: float, depression_deg: float, gain_dbi: float) -> None:
    assert towards(PANEL, azimuth_deg, depression_deg) == pytest.approx(gain_dbi, abs=1e-9)


def test_electrical_tilt_lowers_all_round_and_mechanical_tilt_lifts_the_back() -> None:
    wide = PANEL._replace(front_to_back_db=60.0, horizontal_beamwidth_deg=120.0, vertical_beamwidth_deg=20.0)
    electrical, mechanical = wide._replace(electrical_tilt_deg=6.0), wide._replace(mechanical_tilt_deg=6.0)
    for tilted in (electrical, mechanical):
        assert towards(tilted, 0.0, 6.0) == pytest.approx(17.5)
    assert towards(electrical, 180.0, 6.0) == pytest.approx(towards(wide, 180.0, 0.0))
    assert towards(mechanical, 180.0, -6.0) == pytest.approx(towards(wide, 180.0, 0.0))
    assert towards(mechanical, 90.0, 0.0) == pytest.approx(towards(wide, 90.0, 0.0), abs=0.2)  # the side stays level


@settings(deadline=None)
@given(st.floats(0, 360), st.floats(-10, 15), st.floats(-5, 12), st.integers(0, 2**32 - 1), st.floats(-8000, 8000))
def test_the_vector_form_equals_the_definition(
    azimuth_deg: float, mechanical_deg: float, electrical_deg: float, seed: int, north_m: float
) -> None:
    sector = PANEL._replace(
        azimuth_deg=azimuth_deg, mechanical_tilt_deg=mechanical_deg, electrical_tilt_deg=electrical_deg
    )
    rng = np.random.default_rng(seed)
    east_m = rng.uniform(-8000, 8000, 64).astype(np.float32)
    down_m = rng.uniform(-800, 800, 64).astype(np.float32)
    out = np.empty_like(east_m)
    records = np.array([(*sector, 0.0, 0.0, 0, 0, SECTOR, 0, 0)], dtype=SECTOR_FIELDS)
    _gains(records, east_m, float(np.float32(north_m)), down_m, out)
    exact = [sector_gain(sector, float(e), float(np.float32(north_m)), float(d)) for e, d in zip(east_m, down_m)]  # noqa: B905
    # Off boresight the parabola is steep: 1e-6 rad of angle is up to 0.001 dB.
    np.testing.assert_allclose(out, exact, atol=0.002)


@settings(deadline=None)
@given(st.floats(-370, 370), st.floats(-10, 12), st.integers(0, 2**32 - 1), st.floats(-8000, 8000))
def test_an_upright_sector_needs_no_more_than_two_angles(
    azimuth_deg: float, electrical_deg: float, seed: int, north_m: float
) -> None:
    """Also where the azimuth, less the convergence of the map, is no longer between 0 and 360 degrees."""
    sector = PANEL._replace(azimuth_deg=azimuth_deg, electrical_tilt_deg=electrical_deg)
    rng = np.random.default_rng(seed)
    east_m, down_m = rng.uniform(-8000, 8000, 64).astype(np.float32), rng.uniform(-800, 800, 64).astype(np.float32)
    north = float(np.float32(north_m))
    out = np.empty_like(east_m)
    _upright_gains(np.array([(*sector, 0.0, 0.0, 0, 0, SECTOR, 0, 0)], dtype=SECTOR_FIELDS), east_m, north, down_m, out)
    exact = [sector_gain(sector, e, north, d) for e, d in zip(east_m.tolist(), down_m.tolist(), strict=True)]
    np.testing.assert_allclose(out, exact, atol=0.001)


@settings(deadline=None)
@given(st.floats(-179, 179), st.floats(-80, 80))
def test_left_and_right_are_alike_and_nothing_exceeds_boresight(azimuth_deg: float, depression_deg: float) -> None:
    gain_dbi = towards(PANEL, azimuth_deg, depression_deg)
    assert gain_dbi == pytest.approx(towards(PANEL, -azimuth_deg, depression_deg), abs=1e-9)
    assert PANEL.gain_dbi - PANEL.front_to_back_db - 1e-9 <= gain_dbi <= PANEL.gain_dbi
