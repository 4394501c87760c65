"""Noise, sums of power, SINR, RSRQ and rates against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.coverage import signals
from phusong.kernels.radio import power
from phusong.kernels.radio.noise import noise_dbm, noise_rise_db
from phusong.kernels.radio.power import POWER_UNITS, loaded_units, power_units, units_dbm
from phusong.kernels.radio.quality import radiated_share, rsrq_db, sinr_db
from phusong.kernels.radio.rates import (
    efficiency_bps_hz,
    layer_count,
    layered_efficiency_bps_hz,
    peak_rate_bps,
    uplink_blocks,
    uplink_efficiency,
)

CDBM = st.integers(-32768, 32767)
DECIBELS = st.floats(-40.0, 80.0)
NR_STEPS = np.array([10.0, 16.0, 22.0])
NO_STEPS = np.empty(0)


def test_power_units_of_known_powers() -> None:
    assert power_units(-16000) == 1
    assert power_units(-10000) == 10**6
    assert power_units(0) == 10**16
    assert power_units(-16302) == 0  # just short of half a unit
    assert power_units(-16301) == 1
    assert power_units(-32768) == 0
    assert power_units(-12320) == round(10**3.68)


def test_power_units_are_a_table_of_every_int16() -> None:
    assert POWER_UNITS.shape == (65536,)
    assert POWER_UNITS.dtype == np.int64
    assert (np.diff(POWER_UNITS) >= 0).all()
    assert power_units(32767) == power_units(2900) == POWER_UNITS.max() < 2**63 - 1
    assert power_units(2899) < power_units(2900)
    assert all(power_units(value) == POWER_UNITS[value + 32768] for value in (-32768, -9731, 0, 32767))
    assert int(signals.NO_SIGNAL_CDBM) == power.LOWEST_CDBM


@given(CDBM)
def test_a_load_of_one_or_none_is_the_power_or_nothing(cdbm: int) -> None:
    assert loaded_units(cdbm, 0.0) == 0
    assert loaded_units(cdbm, 1.0) == pytest.approx(power_units(cdbm), rel=1e-15)


@given(st.integers(-14000, 0))
def test_units_turn_back_into_decibels(cdbm: int) -> None:
    assert units_dbm(float(power_units(cdbm))) == pytest.approx(cdbm / 100.0, abs=0.03)


def test_half_a_load_is_half_to_even() -> None:
    assert loaded_units(-16000, 0.5) == 0
    assert power_units(-15523) == 3
    assert loaded_units(-15523, 0.5) == 2


def test_noise_by_hand() -> None:
    assert noise_dbm(15e3, 9.0, -174.0) == pytest.approx(-174 + 41.7609 + 9, abs=1e-4)
    assert noise_dbm(30e3, 0.0, -174.0) == pytest.approx(-129.2288, abs=1e-4)
    assert noise_dbm(1.0, 0.0, -174.0) == -174.0
    assert noise_rise_db(0.5) == pytest.approx(3.0103, abs=1e-4)
    assert noise_rise_db(0.75) == pytest.approx(6.0206, abs=1e-4)
    assert noise_rise_db(0.0) == 0.0


def test_sinr_by_hand() -> None:
    assert sinr_db(100.0, 6.0, 4.0) == pytest.approx(10.0)
    assert sinr_db(5.0, 0.0, 5.0) == 0.0
    assert sinr_db(0.0, 0.0, 5.0) == -math.inf


def test_rsrq_by_hand() -> None:
    """Alone without noise: 12 full subcarriers are -10.8 dB, two are -3 dB; an equal full neighbour costs 3 dB."""
    assert rsrq_db(1.0, radiated_share(1 / 6, 1.0), 0.0) == pytest.approx(-10.7918, abs=1e-4)
    assert rsrq_db(1.0, radiated_share(1 / 6, 0.0), 0.0) == pytest.approx(-3.0103, abs=1e-4)
    assert rsrq_db(1.0, 2.0, 0.0) == pytest.approx(-13.8021, abs=1e-4)
    assert rsrq_db(1.0, 1.0, 1.0) == pytest.approx(-13.8021, abs=1e-4)
    assert radiated_share(1 / 3, 0.5) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("sinr", "bps_hz"), [(-5.0, 0.24), (0.0, 0.60), (5.0, 1.23), (10.0, 2.08), (15.0, 3.02), (20.0, 3.99)]
)
def test_truncated_shannon_by_hand(sinr: float, bps_hz: float) -> None:
    assert efficiency_bps_hz(sinr, 0.6, 4.4, -10.0) == pytest.approx(bps_hz, abs=0.005)


def test_truncated_shannon_at_its_limits() -> None:
    assert efficiency_bps_hz(-10.0, 0.6, 4.4, -10.0) == pytest.approx(0.6 * math.log2(1.1))
    assert efficiency_bps_hz(-10.001, 0.6, 4.4, -10.0) == 0.0
    down_db, up_db = (10 * math.log10(2 ** (cap / alpha) - 1) for alpha, cap in ((0.6, 4.4), (0.4, 2.0)))
    assert (down_db, up_db) == pytest.approx((22.0, 14.9), abs=0.05)
    assert (
        efficiency_bps_hz(down_db + 0.01, 0.6, 4.4, -10.0) == 4.4 > efficiency_bps_hz(down_db - 0.01, 0.6, 4.4, -10.0)
    )
    assert efficiency_bps_hz(up_db + 0.01, 0.4, 2.0, -10.0) == 2.0 > efficiency_bps_hz(up_db - 0.01, 0.4, 2.0, -10.0)


def test_the_speed_of_the_fcc_in_100_mhz() -> None:
    """35 Mbit/s in 100 MHz, 74 % downlink, 14 % overhead, one layer: 0.55 bit/s/Hz, a SINR of -0.5 dB."""
    bps_hz = efficiency_bps_hz(-0.52, 0.6, 4.4, -10.0)
    assert bps_hz == pytest.approx(0.55, abs=0.001)
    assert bps_hz * 100.0 * 0.74 * 0.86 == pytest.approx(35.0, abs=0.05)


def test_layers_at_their_steps() -> None:
    assert [layer_count(sinr, NR_STEPS) for sinr in (9.99, 10.0, 15.99, 16.0, 21.99, 22.0)] == [1, 2, 2, 3, 3, 4]
    assert layer_count(60.0, NO_STEPS) == 1
    assert layered_efficiency_bps_hz(10.0, 0.6, 7.4, -10.0, NR_STEPS) == pytest.approx(2 * 0.6 * math.log2(1 + 5))
    assert layered_efficiency_bps_hz(-10.01, 0.6, 7.4, -10.0, NR_STEPS) == 0.0
    assert layered_efficiency_bps_hz(80.0, 0.6, 7.4, -10.0, NR_STEPS) == pytest.approx(4 * 7.4)


def test_peak_rate_by_hand() -> None:
    """The figure that every table of NR gives for 100 MHz, 30 kHz, four layers of 256QAM."""
    assert peak_rate_bps(4, 8.0, 273.0, 30.0, 0.14) / 1e6 == pytest.approx(2337.0, abs=0.1)
    assert peak_rate_bps(1, 6.0, 100.0, 15.0, 0.0) / 1e6 == pytest.approx(100.8 * 948 / 1024)


def test_uplink_blocks_by_hand() -> None:
    assert uplink_blocks(-10.0, 100, -10.0) == 1
    assert uplink_blocks(-10.01, 100, -10.0) == 0
    assert uplink_blocks(0.0, 100, -10.0) == 10
    assert uplink_blocks(-0.01, 100, -10.0) == 9
    assert uplink_blocks(10.0, 100, -10.0) == uplink_blocks(30.0, 100, -10.0) == 100
    assert uplink_efficiency(0.0, 100, 0.4, 2.0, -10.0) == pytest.approx(10 * 0.4 * math.log2(1.1))
    assert uplink_efficiency(60.0, 100, 0.4, 2.0, -10.0) == 200.0
    assert uplink_efficiency(-11.0, 100, 0.4, 2.0, -10.0) == 0.0


@given(st.floats(-12.0, 45.0), st.integers(1, 120))
def test_no_other_number_of_blocks_carries_more(snr: float, blocks: int) -> None:
    chosen = uplink_efficiency(snr, 100, 0.4, 2.0, -10.0)
    if blocks <= 100 and snr - 10 * math.log10(blocks) >= -10.0:
        each = efficiency_bps_hz(snr - 10 * math.log10(blocks), 0.4, 2.0, -10.0)
        assert blocks * each <= chosen * (1 + 1e-9)


@given(DECIBELS, st.floats(0.0, 20.0))
def test_rates_never_fall_as_the_signal_grows(sinr: float, more: float) -> None:
    rates = [
        (
            efficiency_bps_hz(ratio, 0.6, 4.4, -10.0),
            layered_efficiency_bps_hz(ratio, 0.6, 7.4, -10.0, NR_STEPS),
            uplink_efficiency(ratio, 273, 0.4, 2.0, -10.0),
        )
        for ratio in (sinr, sinr + more)
    ]
    assert all(low <= high * (1 + 1e-12) for low, high in zip(*rates, strict=True))
