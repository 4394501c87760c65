"""Signals of a channel from the power of each of its cells, by brute force, and link budgets to go with them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.coverage.signals import NO_SERVER, NO_SIGNAL_CDBM, Signals
from phusong.scenarios.link_budget import LinkBudget, LteBudget, NrBudget
from phusong.scenarios.link_resolution import CellBudgets, ChannelBudget

Levels = npt.NDArray[np.int16]
UNIT_DBM = -160.0


def units(cdbm: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return powers in whole units, by the definition."""
    level = np.asarray(cdbm, dtype=np.float64)
    whole = np.rint(10.0 ** ((np.minimum(level / 100.0, 29.0) - UNIT_DBM) / 10.0)).astype(np.int64)
    return np.where(level == NO_SIGNAL_CDBM, 0, whole)


def signals_of(
    levels: Levels, *, loads: npt.NDArray[np.float64] | None = None, first: int = 0, threshold_cdbm: int = -10_000
) -> Signals:
    """Return the signals of cells whose levels are (cells, rows, columns) [0.01 dBm].

    Parameters
    ----------
    loads : (cells,) where the sums are also taken times the load.
    first : number of the first cell; the others follow.
    """
    count, *shape = levels.shape
    order = np.argsort(-levels.astype(np.int32), axis=0, kind="stable")
    power = units(levels)
    ranked = [np.take_along_axis(levels, order[[place]], axis=0)[0] for place in range(min(2, count))]
    if count == 1:
        order = np.concatenate([order, order])
        ranked.append(np.full(shape, NO_SIGNAL_CDBM))
    best, second = (
        np.where(level == NO_SIGNAL_CDBM, NO_SERVER, order[place] + first).astype(np.int32)
        for place, level in enumerate(ranked)
    )
    loaded = None
    if loads is not None:
        loaded = np.rint(loads[:, None, None] * power).astype(np.int64).sum(axis=0)
    heard = (levels >= threshold_cdbm) & (levels != NO_SIGNAL_CDBM)
    return Signals(
        ranked[0].astype(np.int16), best, ranked[1].astype(np.int16), second, power.sum(axis=0), loaded,
        heard.sum(axis=0).astype(np.uint16), np.zeros(shape, dtype=np.uint16),
    )  # fmt: skip


def random_levels(
    seed: int, cells: int, shape: tuple[int, int] = (9, 11), *, low_dbm: float = -125, high_dbm: float = -65
) -> Levels:
    """Return levels of cells, a tenth of them not heard, and one pixel that nobody reaches."""
    rng = np.random.default_rng(seed)
    levels = rng.integers(round(100 * low_dbm), round(100 * high_dbm), (cells, *shape)).astype(np.int16)
    levels[rng.random(levels.shape) < 0.1] = NO_SIGNAL_CDBM
    levels[:, 0, 0] = NO_SIGNAL_CDBM
    return levels


def channel_budget(table: LinkBudget | None = None, **figures: Any) -> ChannelBudget:
    """Return the budget of a channel: LTE of 20 MHz at 1800 MHz or NR of 100 MHz at 3700 MHz, with figures replaced."""
    table = LteBudget() if table is None else table
    is_nr = isinstance(table, NrBudget)
    same = {name: getattr(table, name) for name in ChannelBudget._fields if name in type(table).model_fields}
    budget = ChannelBudget(
        frequency_mhz=3700.0 if is_nr else 1800.0, resource_blocks=273 if is_nr else 100,
        downlink_share=0.74 if is_nr else 1.0, uplink_share=0.23 if is_nr else 1.0,
        downlink_load=0.5, uplink_load=0.5, **same,
    )  # fmt: skip
    return budget._replace(**figures)


def cell_budgets(count: int, **figures: npt.ArrayLike) -> CellBudgets:
    """Return the station's side of cells: 46 dBm over 1200 subcarriers, with figures replaced."""
    alike = {
        "rs_power_dbm": 15.2, "feeder_loss_db": 0.5, "reference_signal_boost_db": 0.0, "station_noise_figure_db": 5.0,
        "downlink_load": 0.5, "uplink_load": 0.5,
    }  # fmt: skip
    return CellBudgets(
        **{
            name: np.broadcast_to(np.asarray(one, dtype=np.float64), count).copy()
            for name, one in (alike | figures).items()
        }
    )


def is_equal(one: Signals, other: Signals) -> bool:
    """Say whether two signals are the same to the last bit."""
    return all(
        (a is None and b is None) or (a is not None and b is not None and np.array_equal(a, b))
        for a, b in ((getattr(one, part.name), getattr(other, part.name)) for part in fields(Signals))
    )
