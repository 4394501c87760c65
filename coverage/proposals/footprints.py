"""Which needed pixels each candidate would cover, computed by the same code as the coverage itself."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.coverage.loss_pieces import Piece
from phusong.coverage.network import Progress
from phusong.coverage.plan import Transmitter
from phusong.coverage.proposals.candidate_losses import CandidateLosses
from phusong.coverage.proposals.service import Service
from phusong.coverage.selection.footprints import Footprints, Int32Array, LevelArray
from phusong.coverage.signals import Channel, Signals
from phusong.coverage.statistics import COVERED, SHARE_UNITS
from phusong.coverage.tile import TileJob, channel_signals, plan_channel
from phusong.coverage.workers import Workers, ahead
from phusong.terrain.window import Window

Levels = Callable[[npt.NDArray[np.float64]], LevelArray]
"""Returns the level of each probability of service, 0 to 1; 0: the pixel is not in the footprint."""


class Footprint(NamedTuple):
    """The pixels of one candidate, numbers rising, and by how much it raises the level of each, at least 1."""

    pixels: Int32Array
    levels: LevelArray


NOTHING = Footprint(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.uint8))
Part = tuple[Transmitter, str, Sequence[Piece]]


def compute_footprints(
    groups: Sequence[Sequence[Transmitter]],
    losses: CandidateLosses,
    service: Service,
    *,
    levels: Levels | None = None,
    workers: Workers,
    progress: Progress,
) -> Footprints:
    """Return what each candidate would cover of the needed pixels, which are numbered row by row.

    Only a few candidates are worked on at a time, and each is packed as soon as it is done.

    Parameters
    ----------
    groups : the transmitters of each candidate, at whatever heights; the numbers of their cells are those of
        ``service.cells``.
    losses : of the masts, and the needed pixels.
    levels : of the probability with which a pixel is served, as the location probability of a run; ``levels_of`` of
        ``selection.probability``. None: a pixel is covered or not, by the definition.
    workers : threads.
    """
    number, count = numbered(losses.needed)
    results = ahead(
        workers.pool, lambda group: footprint_of(group, losses, service, number, levels), groups,
        count=2 * workers.count,
    )  # fmt: skip
    return _packed(results, len(groups), count, progress)


def numbered(needed: npt.NDArray[np.bool_]) -> tuple[Int32Array, int]:
    """Return the (rows, columns) number of every needed pixel, row by row, -1 elsewhere; and how many there are."""
    count = int(needed.sum())
    number = np.full(needed.shape, -1, dtype=np.int32)
    number[needed] = np.arange(count, dtype=np.int32)
    return number, count


def _packed(results: Iterator[Footprint], count: int, pixel_count: int, progress: Progress) -> Footprints:
    start = np.zeros(count + 1, dtype=np.int64)
    pixels, levels = array("i"), array("B")
    for done, one in enumerate(results, start=1):
        pixels.frombytes(one.pixels.tobytes())
        levels.frombytes(one.levels.tobytes())
        start[done] = len(pixels)
        progress("compute footprints", done, count)
    return Footprints(
        start, np.frombuffer(pixels, dtype=np.int32), np.frombuffer(levels, dtype=np.uint8), pixel_count
    )  # fmt: skip


def footprint_of(
    group: Sequence[Transmitter],
    losses: CandidateLosses,
    service: Service,
    number: Int32Array,
    levels: Levels | None,
) -> Footprint:
    """Return the footprint of one candidate.

    Parameters
    ----------
    number : (rows, columns) of every needed pixel, -1 elsewhere.
    """
    window = losses.needed_around(group)
    if window.is_empty:
        return NOTHING
    parts = [(one, key, pieces.within(window)) for one, (key, pieces) in zip(group, losses.of(group), strict=True)]
    return served(parts, window, losses, service, number, levels)


def served(
    parts: Sequence[Part],
    window: Window,
    losses: CandidateLosses,
    service: Service,
    number: Int32Array,
    levels: Levels | None,
) -> Footprint:
    """Return what transmitters of one mast serve of the needed pixels of a window.

    Parameters
    ----------
    parts : each transmitter with the name of its path losses and those of their pieces that meet the window.
    """
    ground, propagation = losses.ground, losses.propagation
    needed = losses.needed[window.slices]
    tile = TileJob(window, ground.height_m[window.slices], ground.grid.resolution_m, propagation.receiver_height_m, {})
    of_channel: dict[Channel, Signals] = {}
    for channel in dict.fromkeys(one.channel for one, _, _ in parts):
        some, keys, pieces = zip(*(part for part in parts if part[0].channel == channel), strict=True)
        job = plan_channel(some, pieces, keys, threshold_cdbm=0, is_loaded=False)
        of_channel[channel] = channel_signals(tile, job, needed)
    heard = needed & np.logical_or.reduce([one.server >= 0 for one in of_channel.values()])
    if not heard.any():
        return NOTHING
    rows, columns = (place + start for place, start in zip(np.nonzero(heard), (window[0], window[2]), strict=True))
    answer = service.ask({channel: _at(signals, heard) for channel, signals in of_channel.items()}, rows, columns)
    if levels is None:
        level = (answer.covered[0] == COVERED).astype(np.uint8)
    else:
        level = levels(answer.probability[0] / SHARE_UNITS)
    inside = level > 0
    return Footprint(number[rows[inside], columns[inside]], level[inside])


def _at(signals: Signals, where: npt.NDArray[np.bool_]) -> Signals:
    """Return the signals of some pixels, (1, pixels)."""
    arrays = {name: values[where][np.newaxis] for name, values in vars(signals).items() if values is not None}
    return replace(signals, **arrays)
