"""Channels put together: the two strongest cells of all, the best rates, carriers of one operator added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.channel_layers import NO_QUALITY_CDB, NO_RATE_KBPS, ChannelLayers, channel_layers
from phusong.coverage.signals import NO_SERVER, NO_SIGNAL_CDBM, Channel, Signals
from phusong.coverage.technology_layers import TechnologyLayers, combine, is_stronger
from tests.random_signals import cell_budgets, channel_budget, random_levels, signals_of

SHAPE = (6, 8)
EACH = 3
CHANNELS = [
    Channel("4G", operator, band) for operator, band in (("A", "L1800"), ("A", "L900"), ("B", "L1800"), ("C", "L2100"))
]
Whole = tuple[dict[Channel, Signals], dict[Channel, ChannelLayers], npt.NDArray[np.int16]]


def network(seed: int, channels: Sequence[Channel] = CHANNELS, *, step_cdb: int = 1) -> Whole:
    """Return signals and layers by channel, and the levels of all cells; in coarse steps many are equally strong."""
    cells = cell_budgets(EACH * len(channels))
    signals, layers, all_levels = {}, {}, []
    for number, channel in enumerate(channels):
        levels = random_levels(seed + 100 * number, EACH, SHAPE)
        levels = np.where(levels == NO_SIGNAL_CDBM, levels, levels // np.int16(step_cdb) * np.int16(step_cdb))
        received = signals_of(levels, first=EACH * number)
        doubt = (np.random.default_rng(seed + number).random(SHAPE) < 0.1).astype(np.uint16)
        signals[channel] = replace(received, in_doubt=doubt)
        layers[channel] = channel_layers(received, channel_budget(), cells)
        all_levels.append(levels)
    return signals, layers, np.concatenate(all_levels)


def assert_same(one: TechnologyLayers, other: TechnologyLayers) -> None:
    for part in fields(TechnologyLayers):
        array = getattr(one, part.name)
        assert array.dtype == getattr(other, part.name).dtype
        np.testing.assert_array_equal(array, getattr(other, part.name), err_msg=part.name)


@pytest.mark.parametrize("step_cdb", [1, 2_000])
def test_any_order_gives_the_same_bits(step_cdb: int) -> None:
    signals, layers, _ = network(1, step_cdb=step_cdb)
    first = combine(signals, layers, SHAPE)
    for order in permutations(CHANNELS):
        assert_same(combine({channel: signals[channel] for channel in order}, layers, SHAPE), first)
    tied = (first.server >= 0) & (first.rsrp_cdbm == first.second_cdbm)
    assert tied.any() == (step_cdb > 1)


@pytest.mark.parametrize("step_cdb", [1, 2_000])
def test_the_two_strongest_of_all_by_brute_force(step_cdb: int) -> None:
    signals, layers, levels = network(2, step_cdb=step_cdb)
    whole = combine(signals, layers, SHAPE)
    for i, j in np.ndindex(*SHAPE):
        heard = [(-int(level), cell) for cell, level in enumerate(levels[:, i, j]) if level != NO_SIGNAL_CDBM]
        best = [*sorted(heard), *2 * [(-int(NO_SIGNAL_CDBM), int(NO_SERVER))]][:2]
        got = [(-int(level[i, j]), int(cell[i, j])) for level, cell in
               ((whole.rsrp_cdbm, whole.server), (whole.second_cdbm, whole.second))]  # fmt: skip
        assert got == best
        if not heard:
            assert whole.sinr_cdb[i, j] == whole.rsrq_cdb[i, j] == NO_QUALITY_CDB
            continue
        serving = layers[CHANNELS[best[0][1] // EACH]]
        assert whole.sinr_cdb[i, j] == serving.sinr_cdb[i, j]
        assert whole.rsrq_cdb[i, j] == serving.rsrq_cdb[i, j]
    assert (whole.server < 0).any()


def test_rates_are_the_best_and_carriers_of_an_operator_add_up() -> None:
    signals, layers, _ = network(3)
    whole = combine(signals, layers, SHAPE)
    each = np.array([layers[channel].downlink_kbps for channel in CHANNELS])
    np.testing.assert_array_equal(whole.downlink_kbps, each.max(axis=0))
    np.testing.assert_array_equal(
        whole.uplink_kbps, np.max([layers[channel].uplink_kbps for channel in CHANNELS], axis=0)
    )
    sums = [np.maximum(each[of], 0).sum(axis=0) for of in ([0, 1], [2], [3])]
    expected = np.where((each == NO_RATE_KBPS).all(axis=0), NO_RATE_KBPS, np.max(sums, axis=0))
    np.testing.assert_array_equal(whole.downlink_aggregated_kbps, expected)
    assert (whole.downlink_aggregated_kbps > whole.downlink_kbps).any()
    assert (whole.downlink_aggregated_kbps >= whole.downlink_kbps).all()


def test_overlap_adds_up_and_doubt_spreads() -> None:
    signals, layers, levels = network(4)
    whole = combine(signals, layers, SHAPE)
    np.testing.assert_array_equal(whole.overlap, (levels >= -10_000).sum(axis=0))
    doubts = np.array([received.in_doubt > 0 for received in signals.values()])
    np.testing.assert_array_equal(whole.in_doubt, doubts.any(axis=0))
    assert whole.in_doubt.any()
    assert not whole.in_doubt.all()


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), place=st.integers(0, len(CHANNELS) - 1))
def test_a_further_channel_never_takes_anything_away(seed: int, place: int) -> None:
    signals, layers, _ = network(seed)
    fewer: Mapping[Channel, Signals] = {one: received for one, received in signals.items() if one != CHANNELS[place]}
    before, after = combine(fewer, layers, SHAPE), combine(signals, layers, SHAPE)
    for name in ("rsrp_cdbm", "second_cdbm", "overlap", "downlink_kbps", "uplink_kbps", "downlink_aggregated_kbps"):
        assert (getattr(after, name) >= getattr(before, name)).all(), name


def test_no_channel_at_all() -> None:
    assert_same(combine({}, {}, SHAPE), TechnologyLayers.nothing(SHAPE))
    nothing = TechnologyLayers.nothing(SHAPE)
    assert (nothing.server == NO_SERVER).all()
    assert (nothing.downlink_aggregated_kbps == NO_RATE_KBPS).all()
    silent = Signals.empty(SHAPE, is_loaded=False)
    layers = channel_layers(silent, channel_budget(), cell_budgets(1))
    assert_same(combine({CHANNELS[0]: silent}, {CHANNELS[0]: layers}, SHAPE), nothing)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((-9_000, 3), (-9_001, 1), True),
        ((-9_001, 1), (-9_000, 3), False),
        ((-9_000, 1), (-9_000, 3), True),
        ((-9_000, 3), (-9_000, 1), False),
        ((-9_000, -1), (-9_500, 1), False),
        ((-9_000, 1), (-8_000, -1), True),
        ((-9_000, -1), (-9_000, -1), False),
    ],
)
def test_which_cell_goes_first(one: tuple[int, int], other: tuple[int, int], expected: bool) -> None:
    assert is_stronger(*one, *other) is expected
