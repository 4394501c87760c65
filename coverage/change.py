"""Signals after a change of some cells, from the signals before it: to the last bit those of a full computation.

Sums are whole numbers, so that what the changed cells sent is taken out and what they send now is put in. The two
strongest cells stay known unless a changed cell is one of them: those pixels alone are computed anew, from all cells.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from phusong.coverage.signals import Signals
from phusong.coverage.technology_layers import is_stronger
from phusong.kernels._jit import scalar

BoolArray = npt.NDArray[np.bool_]


@scalar
def _merge(
    rsrp_cdbm: npt.NDArray[np.int16],
    server: npt.NDArray[np.int32],
    second_cdbm: npt.NDArray[np.int16],
    second: npt.NDArray[np.int32],
    is_changed: BoolArray,
    added_cdbm: npt.NDArray[np.int16],
    added: npt.NDArray[np.int32],
    next_added_cdbm: npt.NDArray[np.int16],
    next_added: npt.NDArray[np.int32],
    is_lost: BoolArray,
) -> None:
    """Put the two strongest changed cells among the two strongest of each pixel, in place; mark where one is lost."""
    rows, columns = server.shape
    for i in range(rows):
        for j in range(columns):
            if (server[i, j] >= 0 and is_changed[server[i, j]]) or (second[i, j] >= 0 and is_changed[second[i, j]]):
                is_lost[i, j] = True
                continue
            for level, cell in ((added_cdbm[i, j], added[i, j]), (next_added_cdbm[i, j], next_added[i, j])):
                if is_stronger(level, cell, rsrp_cdbm[i, j], server[i, j]):
                    second_cdbm[i, j], second[i, j] = rsrp_cdbm[i, j], server[i, j]
                    rsrp_cdbm[i, j], server[i, j] = level, cell
                elif is_stronger(level, cell, second_cdbm[i, j], second[i, j]):
                    second_cdbm[i, j], second[i, j] = level, cell


def changed_signals(
    before: Signals,
    removed: Signals,
    added: Signals,
    doubt: npt.NDArray[np.int32],
    is_changed: BoolArray,
    recompute: Callable[[BoolArray], Signals],
) -> Signals:
    """Return the signals of a channel over a region after a change.

    Parameters
    ----------
    before : of all cells before the change.
    removed, added : of the changed cells alone, as they were and as they are.
    doubt : (rows, columns) how many masts more meet missing terrain than before.
    is_changed : (cells,) which cells changed, by number.
    recompute : returns the signals of all cells after the change, right at least where it is asked.
    """
    rsrp_cdbm, server = before.rsrp_cdbm.copy(), before.server.copy()
    second_cdbm, second = before.second_cdbm.copy(), before.second.copy()
    is_lost = np.zeros(server.shape, dtype=np.bool_)
    _merge(
        rsrp_cdbm, server, second_cdbm, second, is_changed,
        added.rsrp_cdbm, added.server, added.second_cdbm, added.second, is_lost,
    )  # fmt: skip
    if is_lost.any():
        anew = recompute(is_lost)
        for array, fresh in (
            (rsrp_cdbm, anew.rsrp_cdbm), (server, anew.server), (second_cdbm, anew.second_cdbm), (second, anew.second),
        ):  # fmt: skip
            array[is_lost] = fresh[is_lost]
    loaded = None
    if before.loaded is not None and removed.loaded is not None and added.loaded is not None:
        loaded = before.loaded - removed.loaded + added.loaded
    return Signals(
        rsrp_cdbm,
        server,
        second_cdbm,
        second,
        before.power - removed.power + added.power,
        loaded,
        before.overlap - removed.overlap + added.overlap,
        (before.in_doubt.astype(np.int32) + doubt).astype(np.uint16),
    )
