"""How many pixels a model, or an added loss, was asked beyond what its source vouches for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from phusong.coverage.plan import Transmitter
from phusong.coverage.signals import NO_SERVER
from phusong.kernels.arguments import Range
from phusong.kernels.raster.profile import SHORTEST_M
from phusong.scenarios.schema import Propagation

_ROWS_AT_ONCE = 256


def outside_validity(
    validities: Sequence[Mapping[str, Range]],
    server: npt.NDArray[np.int32],
    transmitters: Sequence[Transmitter],
    propagation: Propagation,
    resolution_m: float,
) -> int:
    """Count the pixels whose strongest cell serves them over a path outside a range of validity.

    Parameters
    ----------
    validities : of the model and of the added losses: range by argument.
    server : (rows, columns) number of the strongest cell, NO_SERVER where there is none.
    transmitters : all that have cells in ``server``, their positions on the same grid.
    """
    cells = 1 + max((int(one.sectors["cell"].max()) for one in transmitters), default=-1)
    column, row = np.zeros(cells), np.zeros(cells)
    link_outside = np.zeros(cells, dtype=np.bool_)
    for one in transmitters:
        numbers = one.sectors["cell"]
        column[numbers], row[numbers] = one.column, one.row
        link = {
            "frequency_mhz": one.frequency_mhz,
            "tx_height_m": one.height_m,
            "rx_height_m": propagation.receiver_height_m,
        }
        link_outside[numbers] = any(
            not validity[name].low <= value <= validity[name].high
            for validity in validities
            for name, value in link.items()
            if name in validity
        )
    distances = [validity["distance_m"] for validity in validities if "distance_m" in validity]
    nearest_m = max((allowed.low for allowed in distances), default=0.0)
    farthest_m = min((allowed.high for allowed in distances), default=np.inf)
    count = 0
    for start in range(0, server.shape[0], _ROWS_AT_ONCE):
        rows, columns = np.nonzero(server[start : start + _ROWS_AT_ONCE] != NO_SERVER)
        cell = server[start + rows, columns]
        outside = link_outside[cell]
        distance_m = resolution_m * np.hypot(columns - column[cell], start + rows - row[cell])
        distance_m = np.maximum(distance_m, SHORTEST_M)
        count += int(np.count_nonzero(outside | (distance_m < nearest_m) | (distance_m > farthest_m)))
    return count
