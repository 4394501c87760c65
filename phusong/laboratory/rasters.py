"""The raster of every model round one mast: what a pixel costs, and how far a mode is from the exact one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.coverage.losses import RAYS_PER_PIXEL, mast_losses
from phusong.coverage.plan import Transmitter
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, Region
from phusong.laboratory.subjects import LATITUDE_DEG, RX_HEIGHT_M, TX_HEIGHT_M, Subject
from phusong.laboratory.terrain import Window
from phusong.laboratory.timing import measure_cpu
from phusong.scenarios.model_arguments import RASTER_MODES, TABLE
from phusong.scenarios.schema import Propagation

FloatArray = npt.NDArray[np.float32]
Mode = Literal["exact", "fast", "draft"]


class Raster(NamedTuple):
    """A way to fill the pixels round a mast."""

    mode: Mode
    fill: Callable[[], FloatArray]


def rasters(subject: Subject, window: Window, radius_m: float) -> list[Raster]:
    """Return the raster modes of a model round the mast of a window, as a run takes them; the first is the exact one.

    What the link leaves open is left to the defaults of the model's call.
    """
    surface, mast = window.lay_out(TX_HEIGHT_M)
    transmitter = Transmitter.without_cells(
        frequency_mhz=subject.frequency_mhz,
        column=window.mast_column,
        row=window.mast_row,
        ground_m=mast.ground_m,
        height_m=TX_HEIGHT_M,
        latitude_deg=LATITUDE_DEG,
    )
    link = {key: subject.defaults[name] for name, key in TABLE.items() if name in subject.defaults}

    def fill(mode: Mode) -> FloatArray:
        propagation = Propagation(
            model=subject.model.name, mode=mode, radius_km=radius_m / 1000.0, **link, receiver_height_m=RX_HEIGHT_M
        )
        region = Region(0, surface.shape[0], 0, surface.shape[1])
        loss_db: FloatArray = mast_losses(
            [transmitter], propagation, surface, mast, region=region, resolution_m=window.resolution_m
        )[0]
        return loss_db

    modes: list[Mode] = ["exact"]
    if subject.model.name in RASTER_MODES:
        modes += RAYS_PER_PIXEL
    return [Raster(mode, partial(fill, mode)) for mode in modes]


def pixel_ns(raster: Raster, runs: int) -> float:
    """Return the CPU time of a pixel [ns]."""
    pixels = np.count_nonzero(raster.fill() < NO_TERRAIN_DB)
    return measure_cpu(raster.fill, runs).median_s / pixels * 1e9


def rms_db(one: FloatArray, other: FloatArray) -> float:
    """Return the root mean square difference of two rasters where both are known [dB]."""
    known = (one < NO_TERRAIN_DB) & (other < NO_TERRAIN_DB)
    return float(np.sqrt(np.mean((one[known] - other[known]) ** 2.0)))
