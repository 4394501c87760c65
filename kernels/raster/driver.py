"""Path loss from one mast to every pixel around it by any model: its public call over the sampled terrain profiles.

The profiles are those of ``profile.sample_profile``, the law that every raster kernel follows, and the loss is that of
the model's own checked call: a pixel of a map and a path of that profile are one computation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar
from phusong.kernels.models import Model
from phusong.kernels.raster.profile import SHORTEST_M, Mast, sample_profile
from phusong.kernels.raster.surface import PAD, Surface
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, OUT_OF_RANGE_DB, Region

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]

MOST_PATHS = 2048  # of one call of the model: their profiles fit the processor's cache
_LEAST_MISSING_M = 1e6  # no ground is so high: the mark of missing terrain takes part, however small its weight


class Profiles(NamedTuple):
    """Profiles of many paths with as many points each, (paths, points): distance, ground and clutter top [m]."""

    distance_m: FloatArray
    ground_m: FloatArray
    top_m: FloatArray


@scalar
def sample_profiles(
    ground: npt.NDArray[np.float32],
    top: npt.NDArray[np.float32],
    mast: Mast,
    rows: IndexArray,
    columns: IndexArray,
    resolution_m: float,
) -> Profiles:
    """Sample the paths to pixels that all have as many crossings as the first; arguments as in ``sample_profile``."""
    points = sample_profile(ground, top, mast, rows[0], columns[0], resolution_m).distance_km.size
    profiles = Profiles(np.empty((rows.size, points)), np.empty((rows.size, points)), np.empty((rows.size, points)))
    for i in range(rows.size):
        path = sample_profile(ground, top, mast, rows[i], columns[i], resolution_m)
        for k in range(points):
            profiles.distance_m[i, k] = 1000.0 * path.distance_km[k]
            profiles.ground_m[i, k] = path.ground_m[k]
            profiles.top_m[i, k] = path.top_m[k]
    return profiles


def sweep_by_model(
    model: Model,
    surface: Surface,
    mast: Mast,
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
    of_pixels: Mapping[str, npt.NDArray[np.floating]] | None = None,
    **arguments: object,
) -> npt.NDArray[np.float32]:
    """Compute the loss of a model from a mast to every pixel of a region.

    Parameters
    ----------
    surface : terrain round the mast; it must hold every straight line from the mast to the region.
    mast : position in the window, ground and antenna height.
    region : rows and columns of the window that are wanted.
    resolution_m : side of a pixel [m].
    radius_m : greatest distance computed [m].
    of_pixels : arguments of the model's call that differ from pixel to pixel, (rows, columns) of the region; nan where
        one is not known.
    arguments : those of the model's call, but for the profile and ``tx_height_m``.

    Returns
    -------
    loss_db : (rows, columns) float32 [dB]; ``OUT_OF_RANGE_DB`` beyond the radius, ``NO_TERRAIN_DB`` where the profile
        (or the pixel, for a model that follows no terrain) is missing, or an argument of the pixel is not known.
        Clutter counts only for models that know it.

    Raises
    ------
    InputError : an argument lies outside the model's limits.
    """
    rows, columns = np.mgrid[region.row_start : region.row_stop, region.column_start : region.column_stop]
    across = (columns - mast.column) - mast.column_rest
    down = (rows - mast.row) - mast.row_rest
    distance_m = np.maximum(np.hypot(across, down) * resolution_m, SHORTEST_M)
    within = across**2 + down**2 <= (radius_m / resolution_m) ** 2
    loss_db = np.full(rows.shape, OUT_OF_RANGE_DB, dtype=np.float32)
    arguments = {"tx_height_m": mast.height_m, **arguments}
    of_pixels = of_pixels or {}
    is_given = within.copy()
    for values in of_pixels.values():
        is_given &= np.isfinite(values)
    loss_db[within] = NO_TERRAIN_DB
    if not model.follows_terrain:
        posts = surface.ground_by_row[
            region.row_start : region.row_stop, PAD + region.column_start : PAD + region.column_stop
        ]
        known = is_given & (posts < _LEAST_MISSING_M)
        if known.any():
            there = {name: values[known] for name, values in of_pixels.items()}
            loss_db[known] = model.path_loss(distance_m=distance_m[known], **arguments, **there)
        return loss_db
    by_columns = np.abs(across) >= np.abs(down)
    major = np.where(by_columns, columns - mast.column, rows - mast.row)
    alike = np.where(by_columns, 2 * major, 2 * major + 1)  # pixels of one side at one crossing of the major axis
    order = np.flatnonzero(is_given)[np.argsort(alike[is_given], kind="stable")]
    starts = np.unique(alike.ravel()[order], return_index=True)[1]
    for start, stop in zip(starts, [*starts[1:], order.size], strict=True):
        for first in range(start, stop, MOST_PATHS):
            pixels = order[first : min(first + MOST_PATHS, stop)]
            there = {name: values.ravel()[pixels] for name, values in of_pixels.items()}
            loss_db.ravel()[pixels] = _losses(
                model, surface, mast, rows.ravel()[pixels], columns.ravel()[pixels], resolution_m, there, arguments
            )
    return loss_db


def _losses(
    model: Model,
    surface: Surface,
    mast: Mast,
    rows: IndexArray,
    columns: IndexArray,
    resolution_m: float,
    of_paths: Mapping[str, npt.NDArray[np.floating]],
    arguments: dict[str, object],
) -> npt.NDArray[np.float32]:
    ground, top = surface.ground_by_row, surface.top_by_row if model.knows_clutter else None
    profiles = sample_profiles(ground, ground if top is None else top, mast, rows, columns, resolution_m)
    known = np.maximum(profiles.ground_m, profiles.top_m).max(axis=1) < _LEAST_MISSING_M
    loss_db = np.full(rows.size, NO_TERRAIN_DB, dtype=np.float32)
    if not known.any():
        return loss_db
    arguments = {**arguments, **{name: values[known] for name, values in of_paths.items()}}
    if top is not None:
        arguments["clutter_m"] = np.maximum(profiles.top_m - profiles.ground_m, 0.0)[known]
    loss_db[known] = model.path_loss(
        distance_m=profiles.distance_m[known], terrain_m=profiles.ground_m[known], **arguments
    )
    return loss_db
