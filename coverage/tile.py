"""One tile: from the path losses that reach it to what its pixels receive. A pure function, fit to be sent away."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.coverage.loss_pieces import Piece
from phusong.coverage.plan import Transmitter
from phusong.coverage.receive import MOST_CELLS, PIECE_FIELDS, Received, receive
from phusong.coverage.sectors import Patterns, digest, joined
from phusong.coverage.signals import Channel, Signals
from phusong.scenarios.packed import Bytes, decompress_into
from phusong.terrain.window import Window

_BATCH_BYTES = 8 << 20
"""Path losses unpacked at a time."""


@dataclass(frozen=True, eq=False)
class ChannelJob:
    """The cells of a channel that reach a tile.

    Attributes
    ----------
    pieces : (pieces,) of PIECE_FIELDS, without their start; data : their compressed path losses.
    sectors : (cells,) of SECTOR_FIELDS, those of one transmitter together.
    cells : their numbers, rising.
    threshold_cdbm : median RSRP from which a cell counts as overlapping [0.01 dBm].
    is_loaded : whether powers are also summed times the loads of the cells.
    digest : of the cells, their patterns and the names of their path losses.
    """

    pieces: npt.NDArray[np.void]
    data: tuple[Bytes, ...]
    sectors: npt.NDArray[np.void]
    cells: npt.NDArray[np.int32]
    patterns: Patterns
    threshold_cdbm: int
    is_loaded: bool
    digest: bytes

    def __getstate__(self) -> dict[str, Any]:
        """Return what is sent to a worker: the file of a path loss may not be there."""
        return {**self.__dict__, "data": tuple(bytes(one) for one in self.data)}


@dataclass(frozen=True, eq=False)
class TileJob:
    """One tile with all that its signals follow from.

    Attributes
    ----------
    window : of the grid.
    ground_m : (rows, columns) of the tile, nan where missing.
    resolution_m : side of a pixel; mobile_height_m : above ground.
    channels : what reaches the tile, by channel.
    """

    window: Window
    ground_m: npt.NDArray[np.float32]
    resolution_m: float
    mobile_height_m: float
    channels: Mapping[Channel, ChannelJob]


def plan_channel(
    transmitters: Sequence[Transmitter],
    pieces: Sequence[Sequence[Piece]],
    keys: Sequence[str],
    *,
    threshold_cdbm: int,
    is_loaded: bool,
    site_numbers: Mapping[str, int] | None = None,
) -> ChannelJob:
    """Return the job of a channel's transmitters over a tile.

    Parameters
    ----------
    pieces : of each transmitter, those of its path losses that meet the tile; keys : of its path losses.
    site_numbers : number of every site, where the signals are asked for by site.
    """
    sectors, patterns = joined([one.sectors for one in transmitters], [one.patterns for one in transmitters])
    order = np.argsort(sectors["cell"], kind="stable")
    cells = sectors["cell"][order].astype(np.int32)
    if cells.size > MOST_CELLS:
        raise ValueError(f"{cells.size} cells of one channel reach one tile; {MOST_CELLS} can be told apart")
    sectors["rank"][order] = np.arange(cells.size)
    records, data, start = [], [], 0
    for transmitter, parts in zip(transmitters, pieces, strict=True):
        stop = start + transmitter.sectors.size
        row, column = math.floor(transmitter.row), math.floor(transmitter.column)
        site = 0 if site_numbers is None else site_numbers[transmitter.site]
        mast = (
            row, column, transmitter.row - row, transmitter.column - column,
            transmitter.ground_m + transmitter.height_m, start, stop, site,
        )  # fmt: skip
        for part in parts:
            records.append((0, *part.window, *mast))
            data.append(part.data)
        start = stop
    return ChannelJob(
        np.array(records, dtype=PIECE_FIELDS), tuple(data), sectors, cells, patterns, threshold_cdbm, is_loaded,
        hashlib.sha256(digest(sectors[order], patterns) + "".join(sorted(keys)).encode()).digest(),
    )  # fmt: skip


def compute_signals(job: TileJob) -> dict[Channel, Signals]:
    """Compute the signals of a tile, by channel.

    A pixel's values depend on the transmitters, the terrain and the pixel alone: any cutting into tiles gives the
    same bits.
    """
    return {channel: channel_signals(job, one) for channel, one in job.channels.items()}


def channel_signals(job: TileJob, channel: ChannelJob, asked: npt.NDArray[np.bool_] | None = None) -> Signals:
    """Compute the signals of one channel.

    Parameters
    ----------
    asked : (rows, columns) the pixels that must be right; the others may hold anything. None: all.
    """
    received = Received.nothing(
        job.ground_m, job.window.row_start, job.window.column_start, is_loaded=channel.is_loaded, asked=asked
    )
    fill(received, job, channel)
    return received.signals(channel.cells, job.window)


def fill(received: Received, job: TileJob, channel: ChannelJob) -> None:
    """Lay all cells of a channel over a tile."""
    for pieces, losses_cdb in _batches(channel):
        receive(
            received,
            losses_cdb,
            pieces,
            channel.sectors,
            channel.patterns,
            resolution_m=job.resolution_m,
            mobile_height_m=job.mobile_height_m,
            threshold_cdbm=channel.threshold_cdbm,
        )


def _batches(channel: ChannelJob) -> Iterator[tuple[npt.NDArray[np.void], npt.NDArray[np.int16]]]:
    """Yield the pieces a few at a time, with their path losses unpacked one after the other."""
    pieces = channel.pieces.copy()
    sizes = (pieces["row_stop"] - pieces["row_start"]) * (pieces["column_stop"] - pieces["column_start"])
    buffer = np.empty(max(_BATCH_BYTES // 2, int(sizes.max(initial=0))), dtype=np.int16)
    first, filled = 0, 0
    for number, size in enumerate(sizes.tolist()):
        if filled + size > buffer.size:
            yield pieces[first:number], buffer
            first, filled = number, 0
        pieces["start"][number] = filled
        decompress_into(channel.data[number], buffer[filled : filled + size])
        filled += size
    if first < pieces.size:
        yield pieces[first:], buffer
