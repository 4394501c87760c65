"""Path losses of one mast and frequency as they are kept: hundredths of a dB, in compressed pieces of the grid.

The losses do not depend on powers, patterns, tilts, loads or definitions, so that these can change without a new
propagation. A piece is what the losses cover of one *block* of the grid, blocks being the same for all masts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.coverage.receive import BEYOND_CDB
from phusong.kernels._jit import simd
from phusong.kernels.lanes import LANES
from phusong.kernels.raster.wedges import NO_TERRAIN_DB
from phusong.scenarios.packed import Bytes, Packed, pack
from phusong.terrain.window import Window

BLOCK = 256
"""Side of a block [pixels]."""


class Piece(NamedTuple):
    """A compressed piece: its place on the grid, the columns in whole groups of lanes, and its numbers."""

    window: Window
    data: Bytes


class Pieces:
    """The pieces of the path losses of a mast, each read when it is asked for.

    Parameters
    ----------
    packed : as ``pack_losses`` packed them.
    """

    def __init__(self, packed: Packed) -> None:
        self._packed = packed
        self._windows = []
        for name, member in packed.members.items():
            row, column = map(int, name.split())
            self._windows.append((Window(row, row + member.shape[0], column, column + member.shape[1]), member))

    def meet(self, window: Window) -> bool:
        """Say whether any piece has a pixel in a window of the grid."""
        return any(one.meets(window) for one, _ in self._windows)

    def within(self, window: Window) -> list[Piece]:
        """Return the pieces that have a pixel in a window of the grid."""
        some = [(one, member) for one, member in self._windows if one.meets(window)]
        if not some:
            return []
        data = self._packed.read([member for _, member in some])
        return [Piece(one, blob) for (one, _), blob in zip(some, data, strict=True)]


@simd
def _quantise(
    loss_db: npt.NDArray[np.float32], wanted: npt.NDArray[np.bool_], most_cdb: float, out: npt.NDArray[np.int16]
) -> None:
    for row in range(loss_db.shape[0]):
        for column in range(loss_db.shape[1]):
            value = loss_db[row, column]
            cdb = np.float32(100.0) * value
            whole = np.int16(min(cdb, np.float32(30000.0)) + np.float32(0.5))
            reached = np.int16(32767) if cdb > most_cdb else whole
            out[row, column] = np.int16(32766) if value == NO_TERRAIN_DB else reached
            if not wanted[row, column]:
                out[row, column] = np.int16(32767)


def pack_losses(
    loss_db: npt.NDArray[np.float32],
    wanted: npt.NDArray[np.bool_],
    *,
    row: int,
    column: int,
    greatest_loss_db: float,
) -> bytes:
    """Return the losses as they are kept.

    Parameters
    ----------
    loss_db : (rows, columns) as ``mast_losses`` returns it, marks included.
    wanted : (rows, columns) the pixels that matter; the others are kept as not reached.
    row, column : place of the first pixel on the grid.
    greatest_loss_db : greater losses are kept as not reached.
    """
    losses_cdb = np.empty(loss_db.shape, dtype=np.int16)
    _quantise(loss_db, wanted, 100.0 * greatest_loss_db, losses_cdb)
    rows, columns = loss_db.shape
    pieces: dict[str, npt.NDArray[np.int16]] = {}
    for block_row in range(row // BLOCK, (row + rows - 1) // BLOCK + 1):
        for block_column in range(column // BLOCK, (column + columns - 1) // BLOCK + 1):
            top, left = max(block_row * BLOCK - row, 0), max(block_column * BLOCK - column, 0)
            part = losses_cdb[top : (block_row + 1) * BLOCK - row, left : (block_column + 1) * BLOCK - column]
            reached = part != BEYOND_CDB
            if not reached.any():
                continue
            in_rows, in_columns = np.flatnonzero(reached.any(axis=1)), np.flatnonzero(reached.any(axis=0))
            row_start, row_stop = row + top + int(in_rows[0]), row + top + int(in_rows[-1]) + 1
            first, last = column + left + int(in_columns[0]), column + left + int(in_columns[-1])
            column_start, column_stop = first // LANES * LANES, (last // LANES + 1) * LANES
            piece = np.full((row_stop - row_start, column_stop - column_start), BEYOND_CDB)
            piece[:, first - column_start : last + 1 - column_start] = losses_cdb[
                row_start - row : row_stop - row, first - column : last + 1 - column
            ]
            pieces[f"{row_start} {column_start}"] = piece
    return pack(pieces)
