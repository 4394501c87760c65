"""Noise, rates, quality and whole powers against figures of the standards and plain formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.kernels.radio.noise import noise_dbm, noise_rise_db, noise_rises_db
from phusong.kernels.radio.power import (
    LARGEST_DBM,
    LOWEST_CDBM,
    POWER_UNIT_DBM,
    POWER_UNITS,
    loaded_units,
    power_units,
    units_dbm,
)
from phusong.kernels.radio.quality import radiated_share, rsrq_db, sinr_db
from phusong.kernels.radio.rates import (
    efficiency_bps_hz,
    layer_count,
    layered_efficiency_bps_hz,
    peak_rate_bps,
    uplink_blocks,
    uplink_efficiency,
)

STEPS = np.array([10.0, 16.0, 22.0])
NO_STEPS = np.array([])


@pytest.mark.parametrize(
    ("bandwidth_hz", "figure_db", "expected_dbm"),
    [
        (1.0, 0.0, -174.0),
        (15_000.0, 0.0, -132.239),
        (15_000.0, 9.0, -123.239),
        (30_000.0, 0.0, -129.229),
        (30_000.0, 3.0, -126.229),
        (180_000.0, 5.0, -116.447),
        (20e6, 9.0, -91.990),
    ],
)
def test_noise_of_a_bandwidth(bandwidth_hz: float, figure_db: float, expected_dbm: float) -> None:
    assert noise_dbm(bandwidth_hz, figure_db, -174.0) == pytest.approx(expected_dbm, abs=6e-4)


def test_thermal_noise_is_that_of_290_kelvin() -> None:
    assert 10.0 * math.log10(1.380649e-23 * 290.0 * 1000.0) == pytest.approx(noise_dbm(1.0, 0.0, -174.0), abs=0.03)


def test_noise_rise_by_load() -> None:
    assert noise_rise_db(0.0) == 0.0
    assert noise_rise_db(0.5) == pytest.approx(3.0103, abs=1e-4)
    assert noise_rise_db(0.9) == pytest.approx(10.0, abs=1e-12)
    loads = np.array([0.0, 0.25, 0.5, 0.95])
    np.testing.assert_allclose(noise_rises_db(loads), -10.0 * np.log10(1.0 - loads), atol=1e-12)


@pytest.mark.parametrize(
    ("sinr", "expected"), [(-5, 0.24), (0, 0.60), (5, 1.23), (10, 2.08), (15, 3.02), (20, 3.99)], ids=str
)
def test_truncated_shannon_downlink(sinr: float, expected: float) -> None:
    assert efficiency_bps_hz(sinr, 0.6, 4.4, -10.0) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize(("alpha", "cap", "from_db"), [(0.6, 4.4, 22.0), (0.4, 2.0, 14.9)])
def test_the_cap_is_reached_where_it_should(alpha: float, cap: float, from_db: float) -> None:
    assert efficiency_bps_hz(from_db + 0.1, alpha, cap, -10.0) == cap
    assert efficiency_bps_hz(from_db - 0.1, alpha, cap, -10.0) < cap
    assert efficiency_bps_hz(90.0, alpha, cap, -10.0) == cap


def test_the_floor_cuts_from_below() -> None:
    assert efficiency_bps_hz(-10.0, 0.6, 4.4, -10.0) == pytest.approx(0.6 * math.log2(1.1))
    assert efficiency_bps_hz(math.nextafter(-10.0, -20.0), 0.6, 4.4, -10.0) == 0.0
    assert layered_efficiency_bps_hz(-10.0, 0.6, 4.4, -10.0, STEPS) > 0.0
    assert layered_efficiency_bps_hz(-10.01, 0.6, 4.4, -10.0, STEPS) == 0.0
    # The floor is of the whole SINR: many layers of little each are not cut by it.
    assert layered_efficiency_bps_hz(0.0, 0.6, 4.4, -1.0, np.array([-20.0, -19.0])) > 0.0


def test_layers_start_at_their_steps() -> None:
    found = [layer_count(sinr, STEPS) for sinr in (-30.0, 9.99, 10.0, 15.99, 16.0, 21.99, 22.0, 60.0)]
    assert found == [1, 1, 2, 2, 3, 3, 4, 4]
    assert layer_count(60.0, NO_STEPS) == 1


def test_layers_share_the_power() -> None:
    ratio = 10.0**1.9
    three = 3 * 0.6 * math.log2(1.0 + ratio / 3.0)
    assert layered_efficiency_bps_hz(19.0, 0.6, 7.4, -10.0, STEPS) == pytest.approx(three, rel=1e-12)
    assert layered_efficiency_bps_hz(60.0, 0.6, 7.4, -10.0, STEPS) == 4 * 7.4
    one = layered_efficiency_bps_hz(19.0, 0.6, 7.4, -10.0, NO_STEPS)
    assert one == efficiency_bps_hz(19.0, 0.6, 7.4, -10.0) < three


def test_a_better_ratio_never_carries_less() -> None:
    rates = [layered_efficiency_bps_hz(sinr, 0.6, 7.4, -10.0, STEPS) for sinr in np.arange(-12.0, 70.0, 0.01)]
    assert (np.diff(rates) >= 0.0).all()
    assert rates[0] == 0.0
    assert rates[-1] == 29.6


def test_peak_rate_as_the_standard_writes_it() -> None:
    """TS 38.306 clause 4.1.2: 1e-6 v Q_m f R_max N_PRB 12 / T_s (1 - OH), T_s = 1e-3 / (14 2^mu)."""
    nr_symbol_s = 1e-3 / (14 * 2**1)
    nr_mbps = 1e-6 * 4 * 8 * 1.0 * (948 / 1024) * (273 * 12) / nr_symbol_s * (1 - 0.14)
    assert nr_mbps == pytest.approx(2337.0, abs=0.5)
    assert peak_rate_bps(4, 8.0, 273.0, 30.0, 0.14) == pytest.approx(1e6 * nr_mbps, rel=1e-12)
    lte_symbol_s = 1e-3 / 14
    lte_mbps = 1e-6 * 1 * 6 * 1.0 * (948 / 1024) * (100 * 12) / lte_symbol_s * (1 - 0.25)
    assert lte_mbps == pytest.approx(70.0, abs=0.05)
    assert peak_rate_bps(1, 6.0, 100.0, 15.0, 0.25) == pytest.approx(1e6 * lte_mbps, rel=1e-12)


def test_the_worked_example_of_the_fcc() -> None:
    """35 Mbit/s at the edge in 100 MHz: 74 % downlink, 14 % overhead, one layer: 0.55 bit/s/Hz, at -0.5 dB of SINR."""
    asked = 35e6 / (100e6 * 0.74 * 0.86)
    assert asked == pytest.approx(0.55, abs=0.002)
    needed_db = 10.0 * math.log10(2.0 ** (asked / 0.6) - 1.0)
    assert needed_db == pytest.approx(-0.5, abs=0.05)
    assert (
        efficiency_bps_hz(needed_db + 1e-9, 0.6, 7.4, -10.0)
        >= asked
        > efficiency_bps_hz(needed_db - 0.01, 0.6, 7.4, -10.0)
    )


@given(
    snr_cdb=st.integers(-3000, 6000),
    blocks=st.integers(1, 273), floor_cdb=st.integers(-2000, 500), cap=st.floats(0.5, 8.0),
)  # fmt: skip
def test_the_uplink_spreads_over_as_many_blocks_as_pay(snr_cdb: int, blocks: int, floor_cdb: int, cap: float) -> None:
    """Brute force over all numbers of blocks: none that is still decoded carries more."""
    snr, floor, alpha = snr_cdb / 100.0, floor_cdb / 100.0, 0.4
    possible = np.arange(1, blocks + 1)
    each_db = snr - 10.0 * np.log10(possible)
    rates = possible * np.minimum(cap, alpha * np.log2(1.0 + 10.0 ** (0.1 * each_db)))
    best = float(np.where(each_db >= floor - 1e-9, rates, 0.0).max(initial=0.0))
    assert uplink_efficiency(snr, blocks, alpha, cap, floor) == pytest.approx(best, rel=1e-9, abs=1e-12)
    used = uplink_blocks(snr, blocks, floor)
    assert 0 <= used <= blocks
    if used:
        assert snr - 10.0 * math.log10(used) >= floor - 1e-9
    if used < blocks:
        assert snr - 10.0 * math.log10(used + 1) < floor


def test_uplink_blocks_at_the_floor() -> None:
    assert uplink_blocks(-10.01, 100, -10.0) == 0
    assert uplink_blocks(-10.0, 100, -10.0) == 1
    assert uplink_blocks(0.0, 100, -10.0) == 10
    assert uplink_blocks(-0.01, 100, -10.0) == 9
    assert uplink_blocks(10.0, 100, -10.0) == 100
    assert uplink_blocks(40.0, 100, -10.0) == 100


def test_rsrq_of_full_and_empty_cells() -> None:
    full, one_port, two_ports = (
        radiated_share(share, load) for share, load in ((0.33, 1.0), (2 / 12, 0.0), (4 / 12, 0.0))
    )
    assert rsrq_db(1.0, full, 0.0) == pytest.approx(-10.79, abs=0.005)
    assert rsrq_db(1.0, one_port, 0.0) == pytest.approx(-3.01, abs=0.005)
    assert rsrq_db(1.0, two_ports, 0.0) == pytest.approx(-6.02, abs=0.005)
    assert radiated_share(0.25, 0.5) == 0.625
    assert rsrq_db(1.0, 1.0, 1.0) == pytest.approx(-10.0 * math.log10(24.0), abs=1e-12)


def test_sinr_of_powers() -> None:
    assert sinr_db(100.0, 9.0, 1.0) == pytest.approx(10.0, abs=1e-12)
    assert sinr_db(0.0, 1.0, 1.0) == -math.inf


def test_the_table_of_powers() -> None:
    """Whole multiples of the unit, half to even, never falling, within half a unit of the power itself."""
    assert POWER_UNITS.size == 65536
    assert power_units(LOWEST_CDBM) == 0
    assert (np.diff(POWER_UNITS) >= 0).all()
    cdbm = np.arange(LOWEST_CDBM + 1, 32768)
    exact = 10.0 ** ((np.minimum(cdbm / 100.0, LARGEST_DBM) - POWER_UNIT_DBM) / 10.0)
    assert (np.abs(POWER_UNITS[1:] - exact) <= 0.5 + 1e-15 * exact).all()
    assert power_units(-16_000) == 1
    assert power_units(-15_000) == 10
    assert power_units(-16_302) == 0  # below half a unit
    assert power_units(-16_301) == 1
    assert power_units(2_900) == power_units(32_767)
    assert units_dbm(10.0) == pytest.approx(-150.0, abs=1e-12)
    assert units_dbm(0.0) == -math.inf


def test_loaded_powers_round_half_to_even() -> None:
    by_units = {
        int(value): cdbm for cdbm, value in zip(range(-16_400, -14_000), POWER_UNITS[16_368:18_768], strict=True)
    }
    for count, expected in ((1, 0), (3, 2), (5, 2), (7, 4), (9, 4)):
        assert power_units(by_units[count]) == count
        assert loaded_units(by_units[count], 0.5) == expected
    assert loaded_units(-9_000, 0.0) == 0
    assert loaded_units(-9_000, 1.0) == power_units(-9_000)


@given(st.lists(st.integers(-16_000, 2_900), min_size=1, max_size=60), st.integers(0, 2**32 - 1))
def test_sums_have_no_order_and_are_half_a_unit_a_cell_exact(levels: list[int], seed: int) -> None:
    total = sum(power_units(level) for level in levels)
    turned = np.random.default_rng(seed).permutation(levels).tolist()
    assert sum(power_units(level) for level in turned) == total
    exact = math.fsum(10.0 ** ((level / 100.0 - POWER_UNIT_DBM) / 10.0) for level in levels)
    assert abs(total - exact) <= 0.5 * len(levels) + 1e-12 * exact
    assert 1000 * power_units(-1_000) < 2**63  # a thousand cells, far stronger than any is
