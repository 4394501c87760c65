"""A model as the laboratory runs it: one link, defaults for the rest, any set of paths."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.kernels.models import Model, find_model
from phusong.laboratory.paths import Paths

FloatArray = npt.NDArray[np.float64]

FREQUENCY_MHZ = 1800.0
TX_HEIGHT_M = 30.0
RX_HEIGHT_M = 1.5
LATITUDE_DEG = 21.0


@dataclass(frozen=True)
class Subject:
    """A model on the laboratory's link: 1.8 GHz, 30 m and 1.5 m above ground, or the nearest that it can compute."""

    model: Model

    @property
    def frequency_mhz(self) -> float:
        """The frequency of the link [MHz]."""
        allowed = self.model.validity["frequency_mhz"]
        return min(max(FREQUENCY_MHZ, allowed.low), allowed.high)

    def losses_db(self, paths: Paths, *, swapped: bool = False) -> FloatArray:
        """Return the loss of every path [dB]; ``swapped``: the low antenna transmits."""
        heights = (RX_HEIGHT_M, TX_HEIGHT_M) if swapped else (TX_HEIGHT_M, RX_HEIGHT_M)
        arguments: dict[str, Any] = {"distance_m": paths.distance_m[:, -1]}
        if self.model.follows_terrain:
            arguments = {"distance_m": paths.distance_m, "terrain_m": paths.terrain_m}
        losses_db = self.model.path_loss(
            **arguments, frequency_mhz=self.frequency_mhz, tx_height_m=heights[0], rx_height_m=heights[1]
        )
        return np.asarray(losses_db)

    @property
    def defaults(self) -> dict[str, Any]:
        """The arguments left at their defaults."""
        parameters = inspect.signature(self.model.path_loss).parameters.values()
        return {one.name: one.default for one in parameters if one.default is not inspect.Parameter.empty}


def find(name: str) -> Subject:
    """Return the model of that name as a subject."""
    return Subject(find_model(name))
