"""Which needed pixels each candidate would cover, computed by the same kernels as the coverage itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from phusong.coverage.ground import Ground
from phusong.coverage.loss_pieces import Pieces
from phusong.coverage.network import Progress
from phusong.coverage.plan import Transmitter
from phusong.coverage.propagate import PropagationJob, propagate, reach, window_of
from phusong.coverage.signals import Channel
from phusong.coverage.tile import TileJob, channel_signals, plan_channel
from phusong.coverage.workers import Workers
from phusong.scenarios.packed import Packed
from phusong.scenarios.schema import Propagation
from phusong.terrain.window import Window

IndexArray = npt.NDArray[np.int32]
LeastPower = Callable[[Channel, Window], npt.NDArray[np.int64]]


def compute_footprints(
    groups: Sequence[Sequence[Transmitter]],
    ground: Ground,
    needed: npt.NDArray[np.bool_],
    *,
    propagation: Propagation,
    least_cdbm: LeastPower,
    workers: Workers,
    progress: Progress,
) -> list[IndexArray]:
    """Return for each candidate the numbers of the needed pixels that it covers, rising.

    Parameters
    ----------
    groups : the transmitters of each candidate, all on one mast.
    needed : (rows, columns); its pixels are numbered row by row.
    least_cdbm : returns the median RSRP from which the pixels of a window are covered by a channel [0.01 dBm].
    """
    number = np.full(needed.shape, -1, dtype=np.int32)
    number[needed] = np.arange(int(needed.sum()), dtype=np.int32)

    def cover(group: Sequence[Transmitter]) -> IndexArray:
        window = _needed_around(group, ground, needed, propagation)
        if window.is_empty:
            return np.empty(0, dtype=np.int32)
        part = number[window.slices]
        return np.sort(part[covered_by(group, ground, needed, window, propagation, least_cdbm) & (part >= 0)])

    footprints = [np.empty(0, dtype=np.int32) for _ in groups]
    for done, (candidate, pixels) in enumerate(
        workers.run(lambda candidate: cover(groups[candidate]), range(len(groups))), start=1
    ):
        footprints[candidate] = pixels
        progress("compute footprints", done, len(groups))
    return footprints


def covered_by(
    group: Sequence[Transmitter],
    ground: Ground,
    needed: npt.NDArray[np.bool_],
    window: Window,
    propagation: Propagation,
    least_cdbm: LeastPower,
) -> npt.NDArray[np.bool_]:
    """Return which pixels of a window a mast covers; right where they are needed."""
    around = window_of(group, propagation, ground)
    wanted = np.zeros(around.shape, dtype=np.bool_)
    inside = window.shared(around)
    wanted[inside.within(around)] = needed[inside.slices]
    keys = tuple(str(place) for place in range(len(group)))
    job = PropagationJob(
        ground.window(*around), wanted, around.row_start, around.column_start, tuple(group), keys, propagation
    )
    losses = {key: Pieces(Packed(data)).within(window) for key, data in propagate(job)}
    tile = TileJob(window, ground.height_m[window.slices], ground.grid.resolution_m, propagation.receiver_height_m, {})
    covered = np.zeros(window.shape, dtype=np.bool_)
    for transmitter, key in zip(group, keys, strict=True):
        channel = plan_channel([transmitter], [losses[key]], [key], threshold_cdbm=0, is_loaded=False)
        signals = channel_signals(tile, channel)
        covered |= (signals.server >= 0) & (signals.rsrp_cdbm >= least_cdbm(transmitter.channel, window))
    return covered


def _needed_around(
    group: Sequence[Transmitter], ground: Ground, needed: npt.NDArray[np.bool_], propagation: Propagation
) -> Window:
    """Return the smallest window with all needed pixels in the square round a mast; empty where there are none."""
    square = reach(group[0], propagation, ground, (0, 0))
    part = needed[square.slices]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not rows.size:
        return Window(0, 0, 0, 0)
    return Window(
        square.row_start + int(rows[0]), square.row_start + int(rows[-1]) + 1,
        square.column_start + int(columns[0]), square.column_start + int(columns[-1]) + 1,
    )  # fmt: skip
