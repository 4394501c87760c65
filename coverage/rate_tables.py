"""The rates of a channel by hundredths of a dB, worked out once: a pixel then only looks its own up.

A rate hangs on nothing but the SINR (downlink) or the SNR with all power in one block (uplink) and the link budget.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import FloatArray
from phusong.kernels.radio.rates import layer_count, layered_efficiency_bps_hz, peak_rate_bps, uplink_efficiency
from phusong.scenarios.link_resolution import ChannelBudget

LOWEST_CDB, HIGHEST_CDB = -3200, 12000
"""A table goes from one to the other [0.01 dB]: nothing is decoded below, and nothing grows above."""

Rates = npt.NDArray[np.int32]
"""(HIGHEST_CDB - LOWEST_CDB + 1,) kbit/s."""


@scalar
def _downlink_bps(
    sinr_db: FloatArray,
    bandwidth_hz: float,
    alpha: float,
    cap_bps_hz: float,
    floor_db: float,
    layers_from_sinr_db: FloatArray,
    modulation_bits: float,
    resource_blocks: float,
    spacing_khz: float,
    overhead: float,
) -> FloatArray:
    rate_bps = np.empty(sinr_db.size)
    for i in range(sinr_db.size):
        efficiency = layered_efficiency_bps_hz(sinr_db[i], alpha, cap_bps_hz, floor_db, layers_from_sinr_db)
        layers = layer_count(sinr_db[i], layers_from_sinr_db)
        peak_bps = peak_rate_bps(layers, modulation_bits, resource_blocks, spacing_khz, overhead)
        rate_bps[i] = min(efficiency * bandwidth_hz * (1.0 - overhead), peak_bps)
    return rate_bps


@scalar
def _uplink_bps(
    block_snr_db: FloatArray,
    block_hz: float,
    alpha: float,
    cap_bps_hz: float,
    floor_db: float,
    modulation_bits: float,
    resource_blocks: int,
    spacing_khz: float,
    overhead: float,
) -> FloatArray:
    rate_bps = np.empty(block_snr_db.size)
    peak_bps = peak_rate_bps(1, modulation_bits, float(resource_blocks), spacing_khz, overhead)
    for i in range(block_snr_db.size):
        efficiency = uplink_efficiency(block_snr_db[i], resource_blocks, alpha, cap_bps_hz, floor_db)
        rate_bps[i] = min(efficiency * block_hz * (1.0 - overhead), peak_bps)
    return rate_bps


@lru_cache(maxsize=64)
def downlink_rates(budget: ChannelBudget) -> Rates:
    """Return the rate of a user alone in a cell, by SINR: truncated Shannon on the used subcarriers, at most the peak.

    What control and reference signals take is off, and the uplink's time in TDD; nothing is off for load.
    """
    rate_bps = _downlink_bps(
        _decibels(), block_hz(budget) * budget.resource_blocks, budget.downlink_alpha, budget.downlink_cap_bps_hz,
        budget.sinr_floor_db, np.array(budget.layers_from_sinr_db, dtype=np.float64),
        float(budget.downlink_modulation_bits), float(budget.resource_blocks), float(budget.subcarrier_spacing_khz),
        budget.downlink_overhead,
    )  # fmt: skip
    return _whole(rate_bps * budget.downlink_share)


@lru_cache(maxsize=64)
def uplink_rates(budget: ChannelBudget) -> Rates:
    """Return the rate of a user alone, by the SNR at the station with the phone's whole power in one resource block."""
    rate_bps = _uplink_bps(
        _decibels(), block_hz(budget), budget.uplink_alpha, budget.uplink_cap_bps_hz, budget.sinr_floor_db,
        float(budget.uplink_modulation_bits), budget.resource_blocks, float(budget.subcarrier_spacing_khz),
        budget.uplink_overhead,
    )  # fmt: skip
    return _whole(rate_bps * budget.uplink_share)


def block_hz(budget: ChannelBudget) -> float:
    """Return the bandwidth of a resource block [Hz]."""
    return 12.0 * 1000.0 * budget.subcarrier_spacing_khz


def _decibels() -> FloatArray:
    return np.arange(LOWEST_CDB, HIGHEST_CDB + 1, dtype=np.float64) / 100.0


def _whole(rate_bps: FloatArray) -> Rates:
    rate_kbps = np.rint(rate_bps / 1000.0).astype(np.int32)
    rate_kbps.flags.writeable = False
    return rate_kbps
