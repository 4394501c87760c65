"""SINR, RSRQ and rates of a channel against plain formulas in float64, pixel by pixel."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.coverage.channel_layers import NO_QUALITY_CDB, NO_RATE_KBPS, ChannelLayers, channel_layers
from phusong.coverage.rate_tables import HIGHEST_CDB, LOWEST_CDB, downlink_rates, uplink_rates
from phusong.coverage.signals import NO_SIGNAL_CDBM
from phusong.scenarios.link_budget import LteBudget, NrBudget
from phusong.scenarios.link_resolution import CellBudgets, ChannelBudget
from tests.random_signals import Levels, cell_budgets, channel_budget, random_levels, signals_of

LTE, NR = channel_budget(), channel_budget(NrBudget())
CELLS = 7


class Expected(NamedTuple):
    """What a pixel should get, in dB and kbit/s."""

    sinr_db: float
    rsrq_db: float
    uplink_snr_db: float


def shannon(ratio_db: float, alpha: float, cap: float) -> float:
    return min(cap, alpha * math.log2(1.0 + 10.0 ** (ratio_db / 10.0)))


def downlink_kbps(sinr_db: float, budget: ChannelBudget) -> float:
    if sinr_db < budget.sinr_floor_db:
        return 0.0
    layers = 1 + sum(sinr_db >= step for step in budget.layers_from_sinr_db)
    carrier_hz = 12e3 * budget.resource_blocks * budget.subcarrier_spacing_khz
    each = shannon(sinr_db - 10.0 * math.log10(layers), budget.downlink_alpha, budget.downlink_cap_bps_hz)
    symbols_per_s = 14e3 * budget.subcarrier_spacing_khz / 15.0
    peak = layers * budget.downlink_modulation_bits * 948 / 1024 * 12 * budget.resource_blocks * symbols_per_s
    return min(layers * each * carrier_hz, peak) * (1.0 - budget.downlink_overhead) * budget.downlink_share / 1000.0


def uplink_kbps(block_snr_db: float, budget: ChannelBudget) -> float:
    """Brute force over the number of blocks."""
    block_hz = 12e3 * budget.subcarrier_spacing_khz
    best = 0.0
    for blocks in range(1, budget.resource_blocks + 1):
        each_db = block_snr_db - 10.0 * math.log10(blocks)
        if each_db >= budget.sinr_floor_db - 1e-9:
            best = max(best, blocks * shannon(each_db, budget.uplink_alpha, budget.uplink_cap_bps_hz))
    symbols_per_s = 14e3 * budget.subcarrier_spacing_khz / 15.0
    peak = budget.uplink_modulation_bits * 948 / 1024 * 12 * budget.resource_blocks * symbols_per_s
    return min(best * block_hz, peak) * (1.0 - budget.uplink_overhead) * budget.uplink_share / 1000.0


def expected_of(
    levels_cdbm: npt.NDArray[np.int16], budget: ChannelBudget, cells: CellBudgets, loads: npt.NDArray[np.float64],
    entry_loss_db: float, margin_db: float,
) -> Expected:  # fmt: skip
    """Return what a pixel gets from levels (cells,): everything in mW."""
    heard = levels_cdbm != NO_SIGNAL_CDBM
    power = np.where(heard, 10.0 ** (levels_cdbm / 1000.0), 0.0)
    server = int(np.argmax(levels_cdbm))
    lost_db = entry_loss_db + budget.body_loss_db - budget.ue_gain_dbi
    spacing_hz = 1000.0 * budget.subcarrier_spacing_khz
    noise = 10.0 ** (
        (budget.thermal_noise_dbm_hz + 10 * math.log10(spacing_hz) + budget.ue_noise_figure_db + lost_db) / 10
    )
    wanted = power[server] * 10.0 ** (-margin_db / 10.0)
    others = np.arange(len(power)) != server
    radiated = budget.reference_share + (1.0 - budget.reference_share) * loads
    rssi = 12.0 * ((power * radiated)[others].sum() + wanted * radiated[server] + noise)
    block_dbm = budget.thermal_noise_dbm_hz + 10.0 * math.log10(12.0 * spacing_hz)
    path_db = cells.rs_power_dbm[server] - (levels_cdbm[server] / 100.0 - margin_db)
    noise_at_station_dbm = (
        block_dbm + cells.station_noise_figure_db[server] - 10 * math.log10(1 - cells.uplink_load[server])
    )
    return Expected(
        10.0 * math.log10(wanted / ((power * loads)[others].sum() + noise)),
        10.0 * math.log10(wanted / rssi),
        budget.ue_power_dbm - lost_db - path_db - cells.feeder_loss_db[server] - noise_at_station_dbm,
    )


def compare(
    layers: ChannelLayers, levels: Levels, budget: ChannelBudget, cells: CellBudgets, loads: npt.NDArray[np.float64],
    *, entry_loss_db: float = 0.0, margin_db: npt.ArrayLike = 0.0, is_free_share: bool = False,
) -> None:  # fmt: skip
    """Hold every pixel to the formulas: levels within a hundredth, rates between those of the levels on either side."""
    margins_db = np.broadcast_to(np.asarray(margin_db, dtype=np.float64), levels.shape[1:])
    reached = 0
    for place in np.ndindex(*levels.shape[1:]):
        here = levels[(slice(None), *place)]
        got = [
            int(array[place]) for array in (layers.sinr_cdb, layers.rsrq_cdb, layers.downlink_kbps, layers.uplink_kbps)
        ]
        if (here == NO_SIGNAL_CDBM).all():
            assert got == [NO_QUALITY_CDB, NO_QUALITY_CDB, NO_RATE_KBPS, NO_RATE_KBPS]
            continue
        reached += 1
        expected = expected_of(here, budget, cells, loads, entry_loss_db, float(margins_db[place]))
        assert got[0] == pytest.approx(100.0 * expected.sinr_db, abs=0.8)
        assert got[1] == pytest.approx(100.0 * expected.rsrq_db, abs=0.8)
        free = 1.0 - loads[int(np.argmax(here))] if is_free_share else 1.0
        low, high = (free * downlink_kbps(expected.sinr_db + shift_db, budget) for shift_db in (-0.008, 0.008))
        assert low - 1.0 <= got[2] <= high + 1.0
        low, high = (uplink_kbps(expected.uplink_snr_db + shift_db, budget) for shift_db in (-0.008, 0.008))
        assert low - 1.0 <= got[3] <= high + 1.0
    assert reached > 0.9 * margins_db.size


@pytest.mark.parametrize("budget", [LTE, NR], ids=["4G", "5G"])
@pytest.mark.parametrize("seed", [1, 2])
def test_one_load_for_all(budget: ChannelBudget, seed: int) -> None:
    levels, cells = random_levels(seed, CELLS), cell_budgets(CELLS, uplink_load=np.linspace(0.0, 0.9, CELLS))
    layers = channel_layers(signals_of(levels), budget, cells)
    compare(layers, levels, budget, cells, np.full(CELLS, 0.5))


@pytest.mark.parametrize("load", [0.0, 0.3, 1.0])
def test_a_load_asked_for(load: float) -> None:
    """It goes before the cells' own, whether these are summed or not."""
    levels, loads = random_levels(3, CELLS), np.linspace(0.05, 0.95, CELLS)
    cells = cell_budgets(CELLS, downlink_load=loads)
    for summed in (None, loads):
        layers = channel_layers(signals_of(levels, loads=summed), LTE, cells, load=load)
        compare(layers, levels, LTE, cells, np.full(CELLS, load))


@pytest.mark.parametrize("rate_of", ["cell", "free share"])
def test_loads_by_cell(rate_of: str) -> None:
    levels, loads = random_levels(4, CELLS), np.linspace(0.0, 1.0, CELLS)
    cells = cell_budgets(CELLS, downlink_load=loads, station_noise_figure_db=np.linspace(2.0, 8.0, CELLS))
    signals = signals_of(levels, loads=loads)
    is_free_share = rate_of == "free share"
    layers = channel_layers(signals, NR, cells, rate_of="free share" if is_free_share else "cell")
    compare(layers, levels, NR, cells, loads, is_free_share=is_free_share)


def test_behind_a_loss_and_a_margin() -> None:
    levels, cells = random_levels(5, CELLS), cell_budgets(CELLS, rs_power_dbm=np.linspace(9.0, 18.0, CELLS))
    margin_db = np.random.default_rng(0).integers(0, 1500, levels.shape[1:]).astype(np.float32) / np.float32(100.0)
    margins: Any
    for margins in (7.5, margin_db):
        layers = channel_layers(signals_of(levels), LTE, cells, entry_loss_db=17.3, wanted_margin_db=margins)
        compare(layers, levels, LTE, cells, np.full(CELLS, 0.5), entry_loss_db=17.3, margin_db=margins)


def test_the_figures_of_the_phone_count() -> None:
    phone = LteBudget(ue_noise_figure_db=7.0, ue_gain_dbi=2.0, body_loss_db=4.0, ue_power_dbm=26.0, sinr_floor_db=-6.0)
    budget, levels, cells = channel_budget(phone), random_levels(6, CELLS), cell_budgets(CELLS)
    compare(channel_layers(signals_of(levels), budget, cells), levels, budget, cells, np.full(CELLS, 0.5))


def test_a_lone_cell_on_strong_signal_is_at_the_peak() -> None:
    levels = np.array([[[-4_000]]], dtype=np.int16)
    for budget, peak_mbps in ((LTE, 59.4), (NR, 1729.5)):
        layers = channel_layers(signals_of(levels), budget, cell_budgets(1))
        assert layers.downlink_kbps[0, 0] == pytest.approx(1000.0 * peak_mbps, rel=1e-4)
        assert layers.downlink_kbps[0, 0] == downlink_rates(budget)[-1]


def test_no_signal_at_all_carries_nothing() -> None:
    """A cell far below the noise serves, and carries nothing; where none is, the marks stand."""
    levels = np.array([[[-15_900, NO_SIGNAL_CDBM]]], dtype=np.int16)
    layers = channel_layers(signals_of(levels), LTE, cell_budgets(1))
    assert layers.downlink_kbps.tolist() == [[0, NO_RATE_KBPS]]
    assert layers.uplink_kbps.tolist() == [[0, NO_RATE_KBPS]]
    assert layers.sinr_cdb[0, 0] < -3000 < layers.sinr_cdb[0, 0] + 10_000
    assert layers.sinr_cdb[0, 1] == layers.rsrq_cdb[0, 1] == NO_QUALITY_CDB


@given(
    own=st.integers(-12_500, -6_000), other=st.integers(-14_000, -6_000), further=st.integers(-14_000, -6_000),
    load=st.floats(0.0, 1.0),
)  # fmt: skip
def test_more_interference_never_raises_sinr(own: int, other: int, further: int, load: float) -> None:
    other, further = min(own, other), min(own, further)
    cells = cell_budgets(3)

    def layers(*levels: int, at: float = load) -> ChannelLayers:
        return channel_layers(signals_of(np.array(levels, dtype=np.int16)[:, None, None]), LTE, cells, load=at)

    alone, two, three, fuller = layers(own), layers(own, other), layers(own, other, further), layers(own, other, at=1.0)
    assert alone.sinr_cdb >= two.sinr_cdb >= three.sinr_cdb
    assert two.sinr_cdb >= fuller.sinr_cdb
    assert alone.rsrq_cdb >= two.rsrq_cdb >= three.rsrq_cdb
    assert alone.downlink_kbps >= two.downlink_kbps >= three.downlink_kbps
    assert alone.uplink_kbps == three.uplink_kbps


@given(level=st.integers(-14_000, -5_000), rise=st.integers(1, 3_000))
def test_more_power_never_hurts_a_lone_cell(level: int, rise: int) -> None:
    levels = np.array([[[level, level + rise]]], dtype=np.int16)
    layers = channel_layers(signals_of(levels), NR, cell_budgets(1))
    assert layers.sinr_cdb[0, 1] >= layers.sinr_cdb[0, 0] + (rise >= 100)
    assert layers.rsrq_cdb[0, 1] >= layers.rsrq_cdb[0, 0]
    assert layers.downlink_kbps[0, 1] >= layers.downlink_kbps[0, 0]
    assert layers.uplink_kbps[0, 1] >= layers.uplink_kbps[0, 0]


@given(
    alpha=st.floats(0.1, 1.0), cap=st.floats(0.5, 10.0), floor=st.floats(-20.0, 10.0),
    steps=st.lists(st.integers(-10, 40), max_size=7, unique=True), spacing=st.sampled_from([15, 30, 60, 120]),
)  # fmt: skip
def test_rates_never_fall_with_the_ratio(
    alpha: float, cap: float, floor: float, steps: list[int], spacing: int
) -> None:
    budget = LTE._replace(
        downlink_alpha=alpha, downlink_cap_bps_hz=cap, uplink_alpha=alpha, uplink_cap_bps_hz=cap, sinr_floor_db=floor,
        layers_from_sinr_db=tuple(map(float, sorted(steps))), subcarrier_spacing_khz=float(spacing),
    )  # fmt: skip
    for rates in (downlink_rates(budget), uplink_rates(budget)):
        assert rates.size == HIGHEST_CDB - LOWEST_CDB + 1
        assert (np.diff(rates) >= 0).all()
        assert rates[0] == 0
        assert rates[-1] > 0
