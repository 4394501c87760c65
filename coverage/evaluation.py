"""A definition of coverage asked of signals: is a pixel covered, and at what share of its places.

Every condition is turned into a *margin*: by how many dB the wanted signal may fall before the condition fails, the
other cells staying at their median. A channel covers where its least margin is at least the shadow margin, and a pixel
is covered where any channel of any operator covers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from phusong.coverage.channel_layers import ChannelLayers, channel_layers, uplink_offset_cdb, wanted_and_besides
from phusong.coverage.places import Entry, combined_sigma_db, entry
from phusong.coverage.rate_tables import LOWEST_CDB, Rates, downlink_rates, uplink_rates
from phusong.coverage.signals import Channel, Signals
from phusong.coverage.statistics import COVERED, NO_DATA, NO_SHARE, NOT_COVERED, SHARE_UNITS, CoveredArray
from phusong.scenarios.coverage_definition import CoverageDefinition, Limit
from phusong.scenarios.link_resolution import CellBudgets, ChannelBudget

MarginArray = npt.NDArray[np.int32]
_BY_SINR = ("sinr", "downlink")
NEVER_CDB = np.int32(-1_000_000)
"""Margin where no cell reaches, or where no power would be enough."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What a definition says of the pixels of a region.

    Attributes
    ----------
    covered : uint8 (rows, columns), COVERED, NOT_COVERED or NO_DATA.
    probability : uint16 (rows, columns), share of the places of a pixel that one channel covers [0.01 %]; NO_SHARE
        where there is no data.
    reserve_cdb : int32 (rows, columns), by how much the wanted signal may fall before the verdict turns, negative where
        the pixel is not covered [0.01 dB]; NEVER_CDB and less where no cell reaches.
    """

    covered: CoveredArray
    probability: npt.NDArray[np.uint16]
    reserve_cdb: MarginArray


def evaluate(
    definition: CoverageDefinition,
    signals: Mapping[Channel, Signals],
    budgets: Mapping[Channel, ChannelBudget],
    cells: CellBudgets,
    *,
    unknown: npt.NDArray[np.bool_],
    in_doubt: npt.NDArray[np.bool_],
    location_sigma_db: npt.NDArray[np.float32] | None = None,
    layers: Mapping[Channel, ChannelLayers] | None = None,
) -> Answer:
    """Ask a definition of the channels of one technology over a region.

    Parameters
    ----------
    signals, budgets : by channel; cells : the station's side of all cells.
    unknown : (rows, columns) where there is no data whatever the signals are.
    in_doubt : (rows, columns) where the path of a cell, or its mast, stands on missing terrain: without data unless
        covered by the cells that are known.
    location_sigma_db : (rows, columns) shadowing by land cover, nan where unknown; it counts where the definition asks
        for it.
    layers : quality and rates outdoors at the run's load, where they are at hand.
    """
    shape = unknown.shape
    reserve_cdb = np.full(shape, 2 * NEVER_CDB, dtype=np.int32)
    best = np.full(shape, -np.inf)
    quantile = NormalDist().inv_cdf(0.01 * definition.location_percent)
    for channel, received in signals.items():
        way_in = entry(budgets[channel], definition.place)
        margin_cdb = margins_cdb(
            definition, received, budgets[channel], cells, way_in=way_in,
            layers=None if layers is None else layers.get(channel),
        )  # fmt: skip
        sigma_db = spread_db(definition, way_in, location_sigma_db)
        own_cdb = margin_cdb - shadow_margins_cdb(quantile, sigma_db).astype(np.int32)
        np.maximum(reserve_cdb, own_cdb, out=reserve_cdb)
        np.maximum(best, _in_sigmas(margin_cdb, sigma_db), out=best)
    is_covered = reserve_cdb >= 0
    no_data = unknown | (in_doubt & ~is_covered)
    share = np.rint(SHARE_UNITS * ndtr(best)).astype(np.uint16)
    return Answer(
        np.where(no_data, NO_DATA, np.where(is_covered, COVERED, NOT_COVERED)).astype(np.uint8),
        np.where(no_data, NO_SHARE, share),
        reserve_cdb,
    )


def _in_sigmas(margin_cdb: MarginArray, sigma_db: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return margins in standard deviations; where nothing varies, all places are as the median is."""
    sure = np.where(margin_cdb >= 0, np.inf, -np.inf)
    return np.asarray(np.divide(0.01 * margin_cdb, sigma_db, out=sure, where=sigma_db > 1e-6))


def needs_power(definition: CoverageDefinition) -> bool:
    """Say whether a definition asks for the sums of power: for RSRQ, or SINR at a place or load not the run's."""
    quantities = {limit.quantity for limit in definition.limits}
    as_run = definition.place == "outdoors" and definition.load == "run"
    return "rsrq" in quantities or (not as_run and not quantities.isdisjoint(_BY_SINR))


def spread_db(
    definition: CoverageDefinition, way_in: Entry, location_sigma_db: npt.NDArray[np.float32] | None
) -> npt.NDArray[np.float64]:
    """Return the standard deviation over the places of a pixel, () or (rows, columns) [dB].

    By land cover, where that is known and the definition asks for it; with that of the way inside.
    """
    sigma_db = definition.shadow_sigma_db
    if location_sigma_db is None or not definition.sigma_by_land_cover:
        return combined_sigma_db(sigma_db, way_in.sigma_db)
    by_land_cover = location_sigma_db.astype(np.float64)
    return combined_sigma_db(np.where(np.isnan(by_land_cover), sigma_db, by_land_cover), way_in.sigma_db)


def shadow_margins_cdb(quantile: float, sigma_db: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the margin that the stated share of the places asks for [0.01 dB], rounded up."""
    margins: npt.NDArray[np.int64] = np.ceil(np.round(100.0 * quantile * sigma_db, 6)).astype(np.int64)
    return margins


def least_rsrp_cdbm(
    definition: CoverageDefinition, budget: ChannelBudget, location_sigma_db: npt.NDArray[np.float32] | None
) -> npt.NDArray[np.int64]:
    """Return the median RSRP outdoors that a definition by RSRP alone asks for, () or (rows, columns) [0.01 dBm]."""
    way_in = entry(budget, definition.place)
    quantile = NormalDist().inv_cdf(0.01 * definition.location_percent)
    asked = shadow_margins_cdb(quantile, spread_db(definition, way_in, location_sigma_db))
    return asked + _least_cdbm(definition.threshold_dbm, way_in)


def margins_cdb(
    definition: CoverageDefinition,
    signals: Signals,
    budget: ChannelBudget,
    cells: CellBudgets,
    *,
    way_in: Entry,
    layers: ChannelLayers | None = None,
) -> MarginArray:
    """Return the least margin of a channel over all conditions of a definition, (rows, columns) [0.01 dB]."""
    load: float | None
    match definition.load:
        case "run":
            load = None
        case "full":
            load = 1.0
        case percent:
            load = 0.01 * percent
    as_run = definition.place == "outdoors" and load is None
    if any(limit.quantity in _BY_SINR for limit in definition.limits) and (layers is None or not as_run):
        layers = channel_layers(signals, budget, cells, entry_loss_db=way_in.loss_db, load=load)
    margin_cdb = np.full(signals.server.shape, np.iinfo(np.int32).max, dtype=np.int32)
    for limit in definition.limits:
        np.minimum(margin_cdb, _margin(limit, signals, layers, budget, cells, way_in, load), out=margin_cdb)
    margin_cdb[signals.server < 0] = NEVER_CDB
    if not definition.is_by_level:
        # A cell whose path is not known may interfere, or serve better: nothing is known but that RSRP is enough.
        margin_cdb[signals.in_doubt > 0] = NEVER_CDB
    return margin_cdb


def _margin(
    limit: Limit,
    signals: Signals,
    layers: ChannelLayers | None,
    budget: ChannelBudget,
    cells: CellBudgets,
    way_in: Entry,
    load: float | None,
) -> MarginArray:
    """Return the margin of one condition; anything where no cell reaches."""
    server = np.maximum(signals.server, 0)
    match limit.quantity:
        case "rsrp":
            return signals.rsrp_cdbm.astype(np.int32) - np.int32(_least_cdbm(limit.threshold, way_in))
        case "uplink":
            lost_db = way_in.loss_db + budget.body_loss_db - budget.ue_gain_dbi
            offset_cdb = uplink_offset_cdb(budget, cells, lost_db)[server].astype(np.int32)
            return signals.rsrp_cdbm.astype(np.int32) + offset_cdb - _least_ratio(uplink_rates(budget), limit.threshold)
        case "rsrq":
            return _rsrq_margin(limit.threshold, signals, budget, cells, way_in, load)
    if layers is None:
        raise AssertionError("SINR is at hand")
    match limit.quantity:
        case "sinr":
            return layers.sinr_cdb.astype(np.int32) - np.int32(np.ceil(round(100.0 * limit.threshold, 6)))
        case _:
            return layers.sinr_cdb.astype(np.int32) - _least_ratio(downlink_rates(budget), limit.threshold)


def _least_cdbm(threshold_dbm: float, way_in: Entry) -> int:
    return int(np.ceil(round(100.0 * (threshold_dbm + way_in.loss_db), 6)))


def _least_ratio(rates: Rates, threshold_mbps: float) -> np.int32:
    """Return the least ratio in a table of rates that carries so much [0.01 dB]; no ratio does: an unreachable one."""
    enough = np.flatnonzero(rates >= 1000.0 * threshold_mbps)
    return np.int32(enough[0] + LOWEST_CDB) if enough.size else np.int32(-NEVER_CDB)


def _rsrq_margin(
    threshold_db: float,
    signals: Signals,
    budget: ChannelBudget,
    cells: CellBudgets,
    way_in: Entry,
    load: float | None,
) -> MarginArray:
    """Return by how much the wanted signal may fall until RSRQ is at a threshold; it is part of the RSSI itself."""
    wanted, besides, own_share = wanted_and_besides(signals, budget, cells, entry_loss_db=way_in.loss_db, load=load)
    asked = 12.0 * 10.0 ** (0.1 * threshold_db)
    room = 1.0 - asked * own_share
    with np.errstate(divide="ignore", invalid="ignore"):
        margin_cdb = np.floor(np.round(1000.0 * np.log10(wanted * room / (asked * besides)), 6))
    margin_cdb = np.where((room > 0.0) & (wanted > 0.0), margin_cdb, NEVER_CDB)
    return np.clip(margin_cdb, NEVER_CDB, -NEVER_CDB).astype(np.int32)
