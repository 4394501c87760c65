"""The Standard Propagation Model from one mast to every pixel around it, its diffraction loss by the raster sweep.

The sweep gives the diffraction loss of each pixel's own terrain profile, and the model needs beside it the distance and
the ground at both ends. Two things it does not give: the mean terrain along the path, and the line of sight of the bare
profile. One rule follows: with ``effective_height = "average_terrain"``, or coefficients that differ in and out of line
of sight, the model's own call is made profile by profile (``driver``); else the sweep serves.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar
from phusong.kernels.empirical import spm, spm_model
from phusong.kernels.raster.driver import sweep_by_model
from phusong.kernels.raster.p1812_lanes import make_carrier
from phusong.kernels.raster.profile import SHORTEST_M, Mast
from phusong.kernels.raster.surface import PAD, Surface
from phusong.kernels.raster.sweep import sweep_diffraction
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, Region

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]

_DEFAULTS: Mapping[str, Any] = {
    name: parameter.default
    for name, parameter in inspect.signature(spm_model.path_loss).parameters.items()
    if parameter.default is not inspect.Parameter.empty
}


def sweep_spm(
    surface: Surface,
    mast: Mast,
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
    frequency_mhz: float,
    rx_height_m: float,
    clutter_offset_db: npt.ArrayLike | None = None,
    **settings: Any,
) -> Float32Array:
    """Compute the loss of the Standard Propagation Model from a mast to every pixel of a region.

    Parameters
    ----------
    surface, mast, region, resolution_m, radius_m : as for ``sweep.sweep``; clutter of the surface does not count.
    frequency_mhz : carrier frequency [MHz]; rx_height_m : of the mobile above ground [m].
    clutter_offset_db : f(clutter) [dB], a number or (rows, columns) of the region, nan where it is not known; None:
        that of the setting ``clutter_class``.
    settings : further arguments of the model's own call, `spm_model.path_loss`, each one number or word.

    Returns
    -------
    loss_db : (rows, columns) float32 [dB]; ``OUT_OF_RANGE_DB`` beyond the radius, ``NO_TERRAIN_DB`` where the profile
        meets missing terrain or f(clutter) is not known. Within 0.03 dB of the model's own call on the same profile,
        for a k4 up to 1.

    Raises
    ------
    InputError : an argument lies outside the model's limits.
    """
    shape = region.row_stop - region.row_start, region.column_stop - region.column_start
    offset_db = _offsets(clutter_offset_db, settings, shape)
    place: dict[str, Any] = {"region": region, "resolution_m": resolution_m, "radius_m": radius_m}
    link = {"frequency_mhz": frequency_mhz, "rx_height_m": rx_height_m, **settings}
    known_db = offset_db[np.isfinite(offset_db)]
    spm_model.path_loss(  # for its complaints
        distance_m=[0.0, 1000.0], terrain_m=[0.0, 0.0], tx_height_m=mast.height_m,
        clutter_offset_db=[known_db.min(), known_db.max()] if known_db.size else None, **link,
    )  # fmt: skip
    full = {**_DEFAULTS, **settings}
    k = _coefficients(frequency_mhz, full)
    if full["effective_height"] == "average_terrain" or _heeds_sight(k):
        return sweep_by_model(
            spm_model.MODEL, surface, mast, **place, of_pixels={"clutter_offset_db": offset_db}, **link
        )
    carrier = make_carrier(
        frequency_mhz=frequency_mhz,
        mast_height_m=mast.height_m,
        mobile_height_m=rx_height_m,
        is_vertical=full["polarization"] == "vertical",
        delta_n=full["delta_n"],
    )
    loss_db: Float32Array = sweep_diffraction(surface.bare(), mast, [carrier], **place)[0]
    _add_up(
        loss_db,
        surface.ground_by_row,
        mast,
        region,
        resolution_m,
        full["k_clutter"] * offset_db,
        spm_model.EFFECTIVE_HEIGHTS[full["effective_height"]],
        full["least_effective_height_m"],
        full["most_effective_height_m"],
        rx_height_m,
        k,
        frequency_mhz,
    )
    return loss_db


def _offsets(
    clutter_offset_db: npt.ArrayLike | None, settings: Mapping[str, Any], shape: tuple[int, int]
) -> FloatArray:
    if clutter_offset_db is None:
        name = settings.get("clutter_class", _DEFAULTS["clutter_class"])
        clutter_offset_db = spm.CLUTTER_OFFSETS_DB.get(name, 0.0)  # an unknown class is complained of
    return np.array(np.broadcast_to(np.asarray(clutter_offset_db, dtype=np.float64), shape), order="C")


def _coefficients(frequency_mhz: float, full: Mapping[str, Any]) -> spm.SpmCoefficients:
    given = {
        field: np.asarray(full[field], dtype=np.float64)
        for field in spm.SpmCoefficients._fields
        if full[field] is not None
    }
    k = spm_model.all_coefficients(np.asarray(frequency_mhz), given)
    return spm.SpmCoefficients(**{field: float(value) for field, value in k.items()})


def _heeds_sight(k: spm.SpmCoefficients) -> bool:
    """Return whether the loss differs in and out of line of sight."""
    far = (k.k1, k.k2) != (k.k1_nlos, k.k2_nlos)
    return far or (k.near_m > 0.0 and (k.k1_near, k.k2_near) != (k.k1_near_nlos, k.k2_near_nlos))


@scalar
def _add_up(
    loss_db: Float32Array,
    ground: Float32Array,
    mast: Mast,
    region: Region,
    resolution_m: float,
    offset_db: FloatArray,
    method: int,
    least_m: float,
    most_m: float,
    rx_height_m: float,
    coefficients: spm.SpmCoefficients,
    frequency_mhz: float,
) -> None:
    """Turn the diffraction loss of every pixel into the loss of the model, in place; offset_db is nan if unknown."""
    ends_m = np.empty(2)
    ends_m[0] = mast.ground_m
    along_m = np.zeros(2)
    for i in range(loss_db.shape[0]):
        for j in range(loss_db.shape[1]):
            if loss_db[i, j] >= NO_TERRAIN_DB:
                continue
            if math.isnan(offset_db[i, j]):
                loss_db[i, j] = NO_TERRAIN_DB
                continue
            row, column = region.row_start + i, region.column_start + j
            across = (column - mast.column) - mast.column_rest
            down = (row - mast.row) - mast.row_rest
            along_m[1] = max(resolution_m * math.hypot(across, down), SHORTEST_M)
            ends_m[1] = ground[row, PAD + column]
            effective_m = spm.effective_height_m(along_m, ends_m, mast.height_m, method, 0.0, 1.0, least_m, most_m)
            loss_db[i, j] = spm.spm_loss(
                along_m[1], loss_db[i, j], effective_m, rx_height_m, coefficients, offset_db[i, j], True, frequency_mhz
            )
