"""Which pixels a model was asked beyond what its source vouches for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from phusong.coverage.link import NO_SERVER
from phusong.coverage.plan import Transmitter
from phusong.kernels.models import Model
from phusong.kernels.raster.profile import SHORTEST_M
from phusong.scenarios.schema import Propagation

_ROWS_AT_ONCE = 256


def outside_validity(
    model: Model,
    server: npt.NDArray[np.int32],
    transmitters: Sequence[Transmitter],
    propagation: Propagation,
    resolution_m: float,
) -> int:
    """Count the pixels whose strongest cell serves them over a path outside the model's range of validity.

    Parameters
    ----------
    server : (rows, columns) number of the strongest cell, NO_SERVER where there is none.
    transmitters : all that have cells in ``server``, their positions on the same grid.
    """
    cells = 1 + max((int(one.sectors["cell"].max()) for one in transmitters), default=-1)
    column, row = np.zeros(cells), np.zeros(cells)
    link_outside = np.zeros(cells, dtype=np.bool_)
    for one in transmitters:
        numbers = one.sectors["cell"]
        column[numbers], row[numbers] = one.column, one.row
        link_outside[numbers] = any(
            not model.validity[name].low <= value <= model.validity[name].high
            for name, value in {
                "frequency_mhz": one.frequency_mhz,
                "tx_height_m": one.height_m,
                "rx_height_m": propagation.receiver_height_m,
            }.items()
            if name in model.validity
        )
    allowed_m = model.validity.get("distance_m")
    count = 0
    for start in range(0, server.shape[0], _ROWS_AT_ONCE):
        rows, columns = np.nonzero(server[start : start + _ROWS_AT_ONCE] != NO_SERVER)
        cell = server[start + rows, columns]
        outside = link_outside[cell]
        if allowed_m is not None:
            distance_m = resolution_m * np.hypot(columns - column[cell], start + rows - row[cell])
            distance_m = np.maximum(distance_m, SHORTEST_M)
            outside = outside | (distance_m < allowed_m.low) | (distance_m > allowed_m.high)
        count += int(np.count_nonzero(outside))
    return count
