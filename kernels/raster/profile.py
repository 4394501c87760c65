"""The terrain profile from a mast to one pixel, point by point: the law that ``sweep`` follows, in readable float64."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar
from phusong.kernels.raster.surface import PAD

Float32Array = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]

NEAREST_CROSSING = 0.01
"""A crossing of the mast's own column or row that lies nearer than this [pixels] is left out."""
SHORTEST_M = 1.0
"""The least horizontal distance of a path [m]."""
NEAREST_LEVEL = 16
"""Crossings that the first level of rays reaches; each further level reaches twice as far, with twice as many rays."""
NEGLIGIBLE_WEIGHT = 1e-9
"""A post of less weight is left out: the path runs over its neighbour but for rounding, and it may be missing."""


class Mast(NamedTuple):
    """A mast in a window: the post at or before it, the rest of its position in pixels, its ground and its antenna.

    Whole and broken part are kept apart, so that the same mast gives the same bits in every window.
    """

    column: int
    row: int
    column_rest: float
    row_rest: float
    ground_m: float
    height_m: float


class Profile(NamedTuple):
    """Points from the mast (0) to the mobile: distance [km], ground and clutter top [m above sea level]; bare ends."""

    distance_km: FloatArray
    ground_m: FloatArray
    top_m: FloatArray


@scalar
def interpolate(posts: Float32Array, row: int, column: int, row_rest: float, column_rest: float) -> float:
    """Return the bilinear height between the post (row, column) of a padded window and the next ones."""
    height_m = 0.0
    for down in range(2):
        row_weight = row_rest if down else 1.0 - row_rest
        for across in range(2):
            weight = row_weight * (column_rest if across else 1.0 - column_rest)
            if weight > NEGLIGIBLE_WEIGHT:
                height_m += weight * posts[row + down, PAD + column + across]
    return height_m


@scalar
def rays_reach(crossings: float) -> int:
    """Return how many crossings the rays reach that serve pixels at that distance."""
    far = NEAREST_LEVEL
    while far < crossings:
        far *= 2
    return far


@scalar
def sample_profile(
    ground: Float32Array,
    top: Float32Array,
    mast: Mast,
    row: int,
    column: int,
    resolution_m: float,
    rays_per_pixel: int = 0,
) -> Profile:
    """Sample the path to the centre of a pixel by the profile law of ``sweep``, or by the ray law of ``radial``.

    Parameters
    ----------
    ground, top : (rows, columns + 2 PAD) padded windows [m]; the same array twice where there is no clutter.
    row, column : the mobile's pixel.
    resolution_m : side of a pixel [m].
    rays_per_pixel : of ``radial``, whose rays give the heights of the crossings; 0: the straight line does.
    """
    across = (column - mast.column) - mast.column_rest
    down = (row - mast.row) - mast.row_rest
    by_columns = abs(across) >= abs(down)
    along = across if by_columns else down
    rest = mast.column_rest if by_columns else mast.row_rest
    origin = mast.column if by_columns else mast.row
    target = column if by_columns else row
    direction = 1 if along > 0.0 else -1
    first = origin + 1 if along > 0.0 else origin
    first_distance = 1.0 - rest if along > 0.0 else rest
    if first_distance < NEAREST_CROSSING:
        first += direction
        first_distance += 1.0
    count = max((target - first) * direction, 0)

    length = max(abs(along), 1e-3)
    step_km = 0.001 * resolution_m * math.sqrt(1.0 + ((down if by_columns else across) / length) ** 2)
    slope = (down if by_columns else across) / length
    if rays_per_pixel:
        rays = rays_per_pixel * rays_reach(length)
        slope = math.floor(slope * rays + 0.5) / rays
    distance_km = np.empty(count + 2)
    ground_m = np.empty(count + 2)
    top_m = np.empty(count + 2)
    distance_km[0] = 0.0
    ground_m[0] = top_m[0] = mast.ground_m
    for k in range(count):
        reached = first_distance + k
        distance_km[k + 1] = step_km * reached
        if by_columns:
            at = mast.row_rest + slope * reached
            post = math.floor(at)
            ground_m[k + 1] = interpolate(ground, mast.row + post, first + direction * k, at - post, 0.0)
            top_m[k + 1] = interpolate(top, mast.row + post, first + direction * k, at - post, 0.0)
        else:
            at = mast.column_rest + slope * reached
            post = math.floor(at)
            ground_m[k + 1] = interpolate(ground, first + direction * k, mast.column + post, 0.0, at - post)
            top_m[k + 1] = interpolate(top, first + direction * k, mast.column + post, 0.0, at - post)
    distance_km[count + 1] = max(step_km * length, 0.001 * SHORTEST_M)
    ground_m[count + 1] = top_m[count + 1] = ground[row, column + PAD]
    return Profile(distance_km, ground_m, top_m)
