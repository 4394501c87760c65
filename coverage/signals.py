"""What every pixel receives from the cells of one channel, in whole numbers: the base of every layer.

A *channel* is a band of one operator in one technology: its cells share the spectrum and interfere with each other.
Powers are hundredths of a dB, and their sums whole multiples of a tiny power, so that a sum has no rounding that
depends on its order: cells can come in any order, from any tile, thread or machine, and be taken out again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.kernels.radio.power import POWER_UNIT_DBM as POWER_UNIT_DBM
from phusong.scenarios.channel import Channel as Channel

NO_SIGNAL_CDBM = np.int16(-32768)
"""Stands where no cell reaches."""
NO_SERVER = np.int32(-1)
"""Stands where there is no such cell."""


@dataclass(frozen=True, eq=False)
class Signals:
    """What the pixels of a region receive from the cells of one channel, outdoors, at the median.

    All arrays have the shape (rows, columns).

    Attributes
    ----------
    rsrp_cdbm : int16, power of a reference-signal resource element of the strongest cell [0.01 dBm]; NO_SIGNAL_CDBM
        where none reaches.
    server : int32, number of that cell in the table of cells; NO_SERVER where none reaches. Of equal powers the lower
        number serves.
    second_cdbm, second : the same of the second strongest cell.
    power : int64, sum of the same power of all cells, the strongest among them [units of ``kernels.radio.power``].
    loaded : int64, the same, each cell's power times its load (0 .. 1); None where all cells have one load.
    overlap : uint16, cells at or above the median threshold of coverage.
    in_doubt : uint16, masts whose path meets missing terrain: what they send there is not known.
    """

    rsrp_cdbm: npt.NDArray[np.int16]
    server: npt.NDArray[np.int32]
    second_cdbm: npt.NDArray[np.int16]
    second: npt.NDArray[np.int32]
    power: npt.NDArray[np.int64]
    loaded: npt.NDArray[np.int64] | None
    overlap: npt.NDArray[np.uint16]
    in_doubt: npt.NDArray[np.uint16]

    @classmethod
    def empty(cls, shape: tuple[int, int], *, is_loaded: bool) -> Signals:
        """Return signals that no cell reaches."""
        return cls(
            np.full(shape, NO_SIGNAL_CDBM, dtype=np.int16),
            np.full(shape, NO_SERVER, dtype=np.int32),
            np.full(shape, NO_SIGNAL_CDBM, dtype=np.int16),
            np.full(shape, NO_SERVER, dtype=np.int32),
            np.zeros(shape, dtype=np.int64),
            np.zeros(shape, dtype=np.int64) if is_loaded else None,
            np.zeros(shape, dtype=np.uint16),
            np.zeros(shape, dtype=np.uint16),
        )
