"""Signals of cells with given powers, added up as the contract says, for tests of what is derived from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from phusong.coverage.signals import NO_SERVER, NO_SIGNAL_CDBM, Signals
from phusong.kernels.radio.power import loaded_units, power_units
from phusong.scenarios.link_resolution import CellBudgets, ChannelBudget

LTE = ChannelBudget(
    frequency_mhz=1842.5, resource_blocks=100, subcarrier_spacing_khz=15, thermal_noise_dbm_hz=-174.0,
    ue_noise_figure_db=9.0, ue_power_dbm=23.0, ue_gain_dbi=0.0, body_loss_db=0.0, vehicle_loss_db=9.0,
    vehicle_sigma_db=5.0, building_entry="p2109", efficient_buildings_percent=0.0, building_loss_db=20.0,
    building_sigma_db=4.4, downlink_alpha=0.6, downlink_cap_bps_hz=4.4, uplink_alpha=0.4, uplink_cap_bps_hz=2.0,
    sinr_floor_db=-10.0, layers_from_sinr_db=(), downlink_modulation_bits=6, uplink_modulation_bits=4,
    downlink_overhead=0.25, uplink_overhead=0.14, downlink_share=1.0, uplink_share=1.0, reference_share=0.25,
    downlink_load=0.5, uplink_load=0.5,
)  # fmt: skip
"""A link budget of round figures: noise of a resource element -123.24 dBm, nothing lost at the body."""


def cell_budgets(count: int, **given: Sequence[float]) -> CellBudgets:
    """Return cells of 15 dBm a resource element, without a feeder, half loaded, but for what is given."""
    usual = {"rs_power_dbm": 15.0, "station_noise_figure_db": 5.0, "downlink_load": 0.5, "uplink_load": 0.5}
    figures = {name: np.full(count, usual.get(name, 0.0)) for name in CellBudgets._fields}
    return CellBudgets(**figures | {name: np.array(values, dtype=np.float64) for name, values in given.items()})


def made_signals(pixels: Sequence[Mapping[int, int]], loads: Sequence[float] | None = None) -> Signals:
    """Return signals of one row of pixels, each with the power [0.01 dBm] of its cells by their number."""
    signals = Signals.empty((1, len(pixels)), is_loaded=loads is not None)
    for column, powers in enumerate(pixels):
        ranked = sorted(powers.items(), key=lambda one: (-one[1], one[0]))
        ranked += [(int(NO_SERVER), int(NO_SIGNAL_CDBM))] * 2
        (signals.server[0, column], signals.rsrp_cdbm[0, column]) = ranked[0]
        (signals.second[0, column], signals.second_cdbm[0, column]) = ranked[1]
        signals.power[0, column] = sum(power_units(power) for power in powers.values())
        if loads is not None and signals.loaded is not None:
            signals.loaded[0, column] = sum(loaded_units(power, loads[cell]) for cell, power in powers.items())
        signals.overlap[0, column] = len(powers)
    return signals
