"""SINR, RSRQ and rates of pixels: hand-worked values, what must never rise or fall, and the technology's layers."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.channel_layers import NO_QUALITY_CDB, NO_RATE_KBPS, ChannelLayers, channel_layers
from phusong.coverage.rate_tables import downlink_rates, uplink_rates
from phusong.coverage.signals import NO_SERVER, NO_SIGNAL_CDBM, Channel, Signals
from phusong.coverage.technology_layers import TechnologyLayers, combine
from tests.made_signals import LTE, cell_budgets, made_signals

NOISE_DBM = -174 + 10 * math.log10(15e3) + 9
POWERS = st.dictionaries(st.integers(0, 5), st.integers(-14000, -5000), max_size=5)


def milliwatt(dbm: float) -> float:
    return float(10.0 ** (dbm / 10.0))


def one(pixel: dict[int, int], loads: list[float] | None = None, **options: Any) -> tuple[float, float, int, int]:
    cells = cell_budgets(6) if loads is None else cell_budgets(6, downlink_load=loads)
    layers = channel_layers(made_signals([pixel], loads), LTE, cells, **options)
    sinr, rsrq = int(layers.sinr_cdb[0, 0]), int(layers.rsrq_cdb[0, 0])
    return sinr / 100, rsrq / 100, int(layers.downlink_kbps[0, 0]), int(layers.uplink_kbps[0, 0])


def test_a_cell_alone_has_noise_only() -> None:
    sinr, rsrq, downlink, _ = one({0: -11000})
    assert sinr == pytest.approx(-110.0 - NOISE_DBM, abs=0.01)
    assert rsrq == pytest.approx(-10 * math.log10(12 * (0.625 + milliwatt(NOISE_DBM) / milliwatt(-110))), abs=0.01)
    rate_kbps = 18000 * 0.75 * 0.6 * math.log2(1 + 10 ** (sinr / 10))
    assert downlink == pytest.approx(rate_kbps, abs=1.0)


def test_a_neighbour_interferes_by_its_load() -> None:
    sinr, rsrq, downlink, _ = one({0: -8000, 3: -8300})
    noise, wanted, other = milliwatt(NOISE_DBM), milliwatt(-80), milliwatt(-83)
    assert sinr == pytest.approx(10 * math.log10(wanted / (0.5 * other + noise)), abs=0.01)
    assert rsrq == pytest.approx(10 * math.log10(wanted / 12 / (0.625 * (wanted + other) + noise)), abs=0.01)
    assert downlink == pytest.approx(18000 * 0.75 * 0.6 * math.log2(1 + 10 ** (sinr / 10)), abs=1.0)


def test_loads_of_single_cells() -> None:
    loads = [1.0, 0.0, 0.25, 0.5, 0.0, 0.0]
    sinr, rsrq, _, _ = one({0: -8000, 2: -8500, 3: -9000}, loads)
    noise, wanted = milliwatt(NOISE_DBM), milliwatt(-80)
    interference = 0.25 * milliwatt(-85) + 0.5 * milliwatt(-90)
    assert sinr == pytest.approx(10 * math.log10(wanted / (interference + noise)), abs=0.01)
    received = wanted + (0.25 + 0.75 * 0.25) * milliwatt(-85) + (0.25 + 0.75 * 0.5) * milliwatt(-90)
    assert rsrq == pytest.approx(10 * math.log10(wanted / 12 / (received + noise)), abs=0.01)
    assert one({0: -8000, 2: -8500, 3: -9000}, loads, load=0.5)[0] == one({0: -8000, 2: -8500, 3: -9000})[0]
    assert one({0: -8000, 1: -8000, 4: -8500}, loads)[0] == one({0: -8000}, loads)[0]


def test_uplink_by_hand() -> None:
    """-95 dBm from 15 dBm: 110 dB of path; 23 dBm less it, over -121.45 + 5 + 3.01 dBm of noise in a block."""
    snr = 23 - 110 - (-174 + 10 * math.log10(180e3) + 5 + 10 * math.log10(2))
    assert snr == pytest.approx(26.44, abs=0.01)
    each = 0.4 * math.log2(1 + 10 ** (snr / 10) / 100)
    assert one({0: -9500})[3] == pytest.approx(100 * 180 * each * 0.86, rel=1e-3)
    weak_snr = snr - 30  # 10 log10(0.1) = -10: 4 blocks stay above the floor
    assert one({0: -12500})[3] == pytest.approx(
        4 * 180 * 0.86 * 0.4 * math.log2(1 + 10 ** (weak_snr / 10) / 4), abs=0.5
    )
    assert one({0: -13500})[3] == 0
    feeder = channel_layers(made_signals([{0: -12500}]), LTE, cell_budgets(1, feeder_loss_db=[3.0]))
    assert feeder.uplink_kbps[0, 0] < one({0: -12500})[3]


def test_a_place_weakens_signals_and_not_noise() -> None:
    assert one({0: -9000}, entry_loss_db=20.0)[0] == pytest.approx(one({0: -11000})[0], abs=0.01)
    near, behind = {0: -5000, 1: -5300}, one({0: -5000, 1: -5300}, entry_loss_db=20.0)
    assert behind[0] == pytest.approx(one(near)[0], abs=0.02)  # interference is as weak
    assert one({0: -9000}, entry_loss_db=20.0)[3] == one({0: -11000})[3]


def test_a_margin_weakens_what_is_wanted_alone() -> None:
    sinr, _, _, uplink = one({0: -8000, 1: -8300}, wanted_margin_db=10.0)
    assert sinr == pytest.approx(one({0: -8000, 1: -8300})[0] - 10.0, abs=0.02)
    assert uplink == one({0: -9000})[3]
    margins = np.array([[0.0, 10.0]], dtype=np.float32)
    layers = channel_layers(made_signals([{0: -8000}] * 2), LTE, cell_budgets(1), wanted_margin_db=margins)
    assert layers.sinr_cdb[0, 0] - layers.sinr_cdb[0, 1] == pytest.approx(1000, abs=1)


def test_the_free_share_is_what_the_load_leaves() -> None:
    whole = one({0: -8000})[2]
    assert one({0: -8000}, rate_of="free share")[2] == pytest.approx(whole / 2, abs=1)
    assert one({0: -8000}, load=1.0, rate_of="free share")[2] == 0


def test_no_cell_is_marked_and_a_weak_one_is_zero() -> None:
    layers = channel_layers(made_signals([{}, {0: -13500}]), LTE, cell_budgets(1))
    assert layers.sinr_cdb[0, 0] == layers.rsrq_cdb[0, 0] == NO_QUALITY_CDB
    assert layers.downlink_kbps[0, 0] == layers.uplink_kbps[0, 0] == NO_RATE_KBPS
    assert layers.sinr_cdb[0, 1] == pytest.approx(100 * (-135 - NOISE_DBM), abs=1)
    assert layers.downlink_kbps[0, 1] == layers.uplink_kbps[0, 1] == 0
    faint = channel_layers(made_signals([{0: -32767}]), LTE, cell_budgets(1))
    assert faint.sinr_cdb[0, 0] == faint.rsrq_cdb[0, 0] == -32767


def test_rates_at_the_floor_and_the_cap() -> None:
    budget = LTE._replace(downlink_overhead=0.0, downlink_share=0.5)
    rates = downlink_rates(budget)
    assert rates[3200 - 1000] == round(9000 * 0.6 * math.log2(1.1))
    assert rates[3200 - 1001] == 0
    assert rates[-1] == 18000 * 4.4 / 2
    peak = downlink_rates(budget._replace(downlink_cap_bps_hz=10.0))
    assert peak[-1] == pytest.approx(0.5 * 100_800 * 948 / 1024, abs=1)
    assert (np.diff(peak) >= 0).all()
    assert (np.diff(uplink_rates(LTE)) >= 0).all()


@settings(deadline=None)
@given(POWERS.filter(bool), st.integers(0, 5), st.integers(-14000, -5000), st.booleans())
def test_more_interference_never_helps(pixel: dict[int, int], cell: int, power: int, by_cell: bool) -> None:
    loads = [0.9, 0.1, 0.5, 0.0, 1.0, 0.3] if by_cell else None
    server = min(pixel, key=lambda number: (-pixel[number], number))
    power = min(power, pixel[server] - 1)
    before, after = pixel, pixel | {cell: max(power, pixel.get(cell, power))}
    if cell == server:
        return
    worse, better = one(after, loads), one(before, loads)
    assert worse[0] <= better[0]
    assert worse[1] <= better[1]
    assert worse[2] <= better[2]
    assert worse[3] == better[3]


@settings(deadline=None)
@given(POWERS.filter(bool), st.floats(0, 1), st.floats(0, 1))
def test_more_load_never_helps(pixel: dict[int, int], load: float, other: float) -> None:
    low, high = sorted((load, other))
    assert one(pixel, load=high)[0] <= one(pixel, load=low)[0]
    assert one(pixel, load=high)[2] <= one(pixel, load=low)[2]


PIXEL = (1, 1)
CHANNELS = [Channel("4G", operator, band) for operator in ("Viettel", "VNPT") for band in ("a", "b")]


def of_channels(powers: list[dict[int, int]]) -> tuple[dict[Channel, Signals], dict[Channel, ChannelLayers]]:
    """Cells 0-5 of the first channel become 0, 4, 8, ...; those of the second 1, 5, 9, ..."""
    signals = {
        channel: made_signals([{4 * cell + place: power for cell, power in pixel.items()}])
        for place, (channel, pixel) in enumerate(zip(CHANNELS, powers, strict=False))
    }
    cells = cell_budgets(24)
    return signals, {channel: channel_layers(one, LTE, cells) for channel, one in signals.items()}


def values(layers: TechnologyLayers) -> list[int]:
    return [int(array[0, 0]) for array in vars(layers).values()]


@settings(deadline=None, max_examples=40)
@given(st.lists(POWERS, min_size=1, max_size=4))
def test_combining_is_free_of_order_and_exact(powers: list[dict[int, int]]) -> None:
    signals, layers = of_channels(powers)
    results = [values(combine({one: signals[one] for one in order}, layers, PIXEL)) for order in permutations(signals)]
    assert all(result == results[0] for result in results)
    ranked = (
        sorted((-power, 4 * cell + place) for place, pixel in enumerate(powers) for cell, power in pixel.items())
        + [(-int(NO_SIGNAL_CDBM), int(NO_SERVER))] * 2
    )
    assert results[0][:4] == [-ranked[0][0], ranked[0][1], -ranked[1][0], ranked[1][1]]
    assert results[0][4] == sum(len(pixel) for pixel in powers)


@settings(deadline=None, max_examples=40)
@given(st.lists(POWERS, min_size=2, max_size=4))
def test_another_channel_never_takes_away(powers: list[dict[int, int]]) -> None:
    signals, layers = of_channels(powers)
    fewer = combine({one: signals[one] for one in list(signals)[:-1]}, layers, PIXEL)
    more = combine(signals, layers, PIXEL)
    for name in ("rsrp_cdbm", "second_cdbm", "overlap", "downlink_kbps", "uplink_kbps", "downlink_aggregated_kbps"):
        assert getattr(more, name)[0, 0] >= getattr(fewer, name)[0, 0]


def test_carriers_of_one_operator_add_up() -> None:
    signals, layers = of_channels([{0: -9000}, {0: -9500}, {0: -8500}, {}])
    kbps = [int(layers[channel].downlink_kbps[0, 0]) for channel in CHANNELS]
    both = combine(signals, layers, PIXEL)
    assert both.downlink_kbps[0, 0] == max(kbps) == kbps[2]
    assert both.downlink_aggregated_kbps[0, 0] == max(kbps[0] + kbps[1], kbps[2])
    assert both.server[0, 0] == 2
    assert both.sinr_cdb[0, 0] == layers[CHANNELS[2]].sinr_cdb[0, 0]
    empty = combine({CHANNELS[3]: signals[CHANNELS[3]]}, layers, PIXEL)
    assert values(empty)[:5] == [int(NO_SIGNAL_CDBM), -1, int(NO_SIGNAL_CDBM), -1, 0]
    assert empty.downlink_aggregated_kbps[0, 0] == NO_RATE_KBPS
    assert values(combine({}, {}, PIXEL)) == values(empty)
    signals[CHANNELS[3]].in_doubt[0, 0] = True
    assert combine(signals, layers, PIXEL).in_doubt[0, 0]
