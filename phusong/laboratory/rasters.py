"""The raster of every model round one mast: what a pixel costs, and how far a mode is from the exact one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.coverage.losses import RAYS_PER_PIXEL
from phusong.kernels.raster.driver import sweep_by_model
from phusong.kernels.raster.itm_sweep import sweep_itm
from phusong.kernels.raster.p1812_lanes import Carrier, make_carrier
from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.radial import sweep_radial
from phusong.kernels.raster.spm_sweep import sweep_spm
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import NO_TERRAIN_DB, Region, sweep
from phusong.laboratory.subjects import RX_HEIGHT_M, TX_HEIGHT_M, Subject
from phusong.laboratory.terrain import Window
from phusong.laboratory.timing import measure_cpu

FloatArray = npt.NDArray[np.float32]


class Raster(NamedTuple):
    """A way to fill the pixels round a mast."""

    mode: str
    fill: Callable[[], FloatArray]


def rasters(subject: Subject, window: Window, radius_m: float) -> list[Raster]:
    """Return the raster modes of a model round the mast of a window; the first is the exact one."""
    surface, mast = window.lay_out(TX_HEIGHT_M)
    region = Region(0, surface.shape[0], 0, surface.shape[1])
    place: dict[str, Any] = {"region": region, "resolution_m": window.resolution_m, "radius_m": radius_m}
    link: dict[str, Any] = {"frequency_mhz": subject.frequency_mhz, "rx_height_m": RX_HEIGHT_M}
    match subject.model.name:
        case "p1812":
            carriers = [
                make_carrier(
                    frequency_mhz=subject.frequency_mhz, mast_height_m=TX_HEIGHT_M, mobile_height_m=RX_HEIGHT_M
                )
            ]
            return [
                Raster("exact", lambda: sweep(surface, mast, carriers, **place)[0]),
                *(
                    Raster(mode, partial(_radial, surface, mast, carriers, rays_per_pixel=rays, **place))
                    for mode, rays in RAYS_PER_PIXEL.items()
                ),
            ]
        case "itm":
            return [Raster("exact", lambda: sweep_itm(surface, mast, **place, **link))]
        case "spm":
            return [Raster("exact", lambda: sweep_spm(surface, mast, **place, **link))]
    return [Raster("exact", lambda: sweep_by_model(subject.model, surface, mast, **place, **link))]


def _radial(surface: Surface, mast: Mast, carriers: list[Carrier], **place: Any) -> FloatArray:
    loss_db: FloatArray = sweep_radial(surface, mast, carriers, **place)[0]
    return loss_db


def pixel_ns(raster: Raster, runs: int) -> float:
    """Return the CPU time of a pixel [ns]."""
    pixels = np.count_nonzero(raster.fill() < NO_TERRAIN_DB)
    return measure_cpu(raster.fill, runs).median_s / pixels * 1e9


def rms_db(one: FloatArray, other: FloatArray) -> float:
    """Return the root mean square difference of two rasters where both are known [dB]."""
    known = (one < NO_TERRAIN_DB) & (other < NO_TERRAIN_DB)
    return float(np.sqrt(np.mean((one[known] - other[known]) ** 2.0)))
