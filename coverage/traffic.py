"""Loads from traffic: how busy each cell is in the busy hour, where more load is more interference, and so more load.

A pixel's people are shared among the operators; their traffic takes of the serving cell the share of its time that the
pixel's rate makes of it. These shares are summed in billionths, exactly, and the loads that follow give the next
round's interference, until no load moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from phusong.coverage.channel_layers import channel_layers
from phusong.coverage.loss_store import LossStore
from phusong.coverage.network import Progress
from phusong.coverage.prepare import Prepared, with_loads
from phusong.coverage.tile import TileJob, compute_signals
from phusong.coverage.tile_layers import Derivation
from phusong.coverage.workers import Workers
from phusong.kernels._jit import scalar
from phusong.scenarios.cell_load import TrafficLoad
from phusong.terrain.window import Window

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
TIME_UNITS = 1_000_000_000
"""Of a cell's time in a whole."""


@dataclass(frozen=True, eq=False)
class TrafficJob:
    """A tile, its people and how they use the network; it can be pickled and computed anywhere.

    Attributes
    ----------
    people : (rows, columns), 0 where none are known.
    operator_share : of the people, by operator.
    """

    tile: TileJob
    derivation: Derivation
    people: FloatArray
    operator_share: Mapping[str, float]
    traffic: TrafficLoad


@scalar
def _serve(
    rsrp_cdbm: npt.NDArray[np.int16],
    server: npt.NDArray[np.int32],
    rate_kbps: npt.NDArray[np.int32],
    best_cdbm: npt.NDArray[np.int16],
    best: npt.NDArray[np.int32],
    best_kbps: npt.NDArray[np.int32],
) -> None:
    """Put a channel among those of an operator so far: the strongest that carries anything serves, in place."""
    for i in range(server.shape[0]):
        for j in range(server.shape[1]):
            if server[i, j] < 0 or rate_kbps[i, j] <= 0:
                continue
            level, cell = rsrp_cdbm[i, j], server[i, j]
            if best[i, j] < 0 or level > best_cdbm[i, j] or (level == best_cdbm[i, j] and cell < best[i, j]):
                best_cdbm[i, j], best[i, j], best_kbps[i, j] = level, cell, rate_kbps[i, j]


@scalar
def _take_time(
    traffic_kbps: FloatArray,
    share: float,
    is_alone: npt.NDArray[np.bool_],
    server: npt.NDArray[np.int32],
    rate_kbps: npt.NDArray[np.int32],
    time: IntArray,
) -> None:
    """Add the time that traffic takes of its cells; a technology that is alone in a pixel carries all of it."""
    for i in range(server.shape[0]):
        for j in range(server.shape[1]):
            if server[i, j] >= 0 and traffic_kbps[i, j] > 0.0:
                part = 1.0 if is_alone[i, j] else share
                # No more than all the time of the cell, so that no sum overflows.
                time[server[i, j]] += np.int64(np.rint(min(1e9 * part * traffic_kbps[i, j] / rate_kbps[i, j], 1e9)))


def times_of_cells(job: TrafficJob) -> tuple[IntArray, IntArray]:
    """Return the numbers of the cells that serve anybody in a tile, and the time that it takes of them [1e-9]."""
    shape, cells = job.tile.window.shape, job.derivation.cells
    time = np.zeros(cells.downlink_load.size, dtype=np.int64)
    signals = compute_signals(job.tile)
    for operator, share in job.operator_share.items():
        served: dict[str, tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]] = {}
        for technology in ("4G", "5G"):
            best_cdbm, best = np.full(shape, -32768, dtype=np.int16), np.full(shape, -1, dtype=np.int32)
            best_kbps = np.zeros(shape, dtype=np.int32)
            for channel, received in signals.items():
                if (channel.technology, channel.operator) == (technology, operator):
                    rate_kbps = channel_layers(received, job.derivation.budgets[channel], cells).downlink_kbps
                    _serve(received.rsrp_cdbm, received.server, rate_kbps, best_cdbm, best, best_kbps)
            served[technology] = best, best_kbps
        traffic_kbps = job.people * (share * 1000.0 * job.traffic.busy_hour_mbps_per_person)
        share_5g = 0.01 * job.traffic.share_5g_percent
        for technology, other, part in (("4G", "5G", 1.0 - share_5g), ("5G", "4G", share_5g)):
            _take_time(traffic_kbps, part, served[other][0] < 0, *served[technology], time)
    used = np.flatnonzero(time)
    return used, time[used]


def settle_loads(
    prepared: Prepared, losses: LossStore, pool: Workers, tell: Progress, windows: Sequence[Window]
) -> Prepared:
    """Return the network with the loads that its traffic causes.

    Parameters
    ----------
    windows : the tiles.
    """
    load = prepared.scenario.load
    if not isinstance(load, TrafficLoad):
        return prepared
    if prepared.people is None:
        raise AssertionError("a scenario whose loads follow from traffic says where its people are")
    people = np.nan_to_num(prepared.people.people)
    share = operator_shares(prepared, load)
    moved = 0.0
    settled = with_loads(prepared, np.full(len(prepared.register), 0.01 * load.least_load_percent))
    for number in range(1, load.greatest_rounds + 1):

        def jobs(now: Prepared = settled) -> Iterator[TrafficJob]:
            for window in windows:
                tile = now.network.tile(window, losses)
                yield TrafficJob(tile, now.derivation.window(window), people[window.slices], share, load)

        time = np.zeros(len(prepared.register), dtype=np.int64)
        for done, (_, (cells, taken)) in enumerate(pool.run(times_of_cells, jobs()), start=1):
            np.add.at(time, cells, taken)
            tell(f"settle loads, round {number}", done, len(windows))
        percent = np.clip(100.0 * time / TIME_UNITS, load.least_load_percent, load.greatest_load_percent)
        # Whole hundredths of a percent: what is written down is what was computed with.
        loads = 0.01 * np.round(percent, 2)
        moved = float(np.abs(loads - settled.budgets.downlink_load).max(initial=0.0))
        settled = with_loads(settled, loads)
        if 100.0 * moved <= load.convergence_percent:
            return settled
    note = (
        f"The loads had not settled after {load.greatest_rounds} rounds: the last one still moved one by "
        f"{100.0 * moved:.1f} %."
    )
    return replace(settled, notes=(note,))


def operator_shares(prepared: Prepared, load: TrafficLoad) -> dict[str, float]:
    """Return the share of the people by operator; all alike where the scenario does not say."""
    names = sorted(set(prepared.register.operator[prepared.is_simulated].tolist()))
    if not load.operator_percent:
        return {name: 1.0 / len(names) for name in names}
    return {name: 0.01 * load.operator_percent.get(name, 0.0) for name in names}
