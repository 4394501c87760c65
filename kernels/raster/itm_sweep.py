"""Path loss of the irregular terrain model from one mast to every pixel around it: a terrain profile to each pixel.

The profile of a pixel is that of ``profile.sample_profile``, whose first interval is shorter than the others (or, by a
hundredth, longer). The model needs equal intervals, so the heights are taken again between those points, at as many
points that are equally far apart; both ends stay as they are. The loss is that of the model's own definition.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.errors import input_error
from phusong.kernels._jit import fmax, scalar, simd
from phusong.kernels.arguments import Arguments
from phusong.kernels.itm.diffraction import KNOWN_TERRAIN_M2
from phusong.kernels.itm.reference import Link, link_and_statistics, transmission_loss
from phusong.kernels.itm.settings import LIMITS, read_settings
from phusong.kernels.itm.terrain import analyse
from phusong.kernels.itm.variability import Statistics
from phusong.kernels.raster.profile import NEAREST_CROSSING, NEGLIGIBLE_WEIGHT, SHORTEST_M, Mast, Profile
from phusong.kernels.raster.surface import PAD, Surface
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, OUT_OF_RANGE_DB, Region, Wedge, sides

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]

_IMPOSSIBLE_M = 1e6  # a height that only the mark of missing terrain makes, however small its weight


class EqualProfile(NamedTuple):
    """Ground [m above sea level] at equally spaced points from the mast to the mobile, and how long the path is [m]."""

    distance_m: float
    ground_m: FloatArray


@scalar
def equally_spaced(path: Profile) -> EqualProfile:
    """Return the profile at as many points, equally far apart.

    Point i lies between the points i and i + 1 of the profile: its first interval is ``first`` of the others long, so
    the points are (1 - first) / intervals closer together and have (1 - first) (1 - i / intervals) still to catch up.
    """
    intervals = path.distance_km.size - 1
    ground_m = path.ground_m.copy()
    if intervals > 1:
        first = path.distance_km[1] / (path.distance_km[2] - path.distance_km[1])
        for i in range(1, intervals):
            weight = (1.0 - first) * (1.0 - i / intervals)
            ground_m[i] += weight * (path.ground_m[i + 1] - path.ground_m[i])
    return EqualProfile(1000.0 * path.distance_km[intervals], ground_m)


class _Workspace(NamedTuple):
    """What the profile of one pixel needs: of each crossing the place of its posts, their heights and their mix."""

    places: npt.NDArray[np.uint64]
    before_m: Float32Array
    after_m: Float32Array
    weights: FloatArray
    crossings_m: FloatArray


@simd
def _place(
    minor_rest: float, slope: float, first: float, start: int, stride: int, count: int, work: _Workspace
) -> None:
    """Fill in the post before each crossing, as its place in the window laid out flat, and the weight of the next."""
    for k in range(count):
        at = minor_rest + slope * (first + k)
        post = math.floor(at)
        weight = at - post
        weight = 0.0 if weight < NEGLIGIBLE_WEIGHT else weight
        work.weights[k] = 1.0 if weight > 1.0 - NEGLIGIBLE_WEIGHT else weight
        work.places[k] = np.uint64(start + k * stride + int(post))


@scalar
def _look_up(flat: Float32Array, count: int, work: _Workspace) -> None:
    """Fill in the heights of the posts on either side of each crossing."""
    for k in range(count):
        work.before_m[k] = flat[work.places[k]]
        work.after_m[k] = flat[work.places[k] + np.uint64(1)]


@simd
def _mix(count: int, first: float, mobile_m: float, work: _Workspace, inner_m: FloatArray) -> None:
    """Fill in the heights of the crossings, and those of the equally spaced points between the ends."""
    crossings_m = work.crossings_m
    for k in range(count):
        weight = work.weights[k]
        crossings_m[k] = (1.0 - weight) * work.before_m[k] + weight * work.after_m[k]
    crossings_m[count] = mobile_m
    catch_up = (1.0 - first) / (count + 1)
    for k in range(count):
        inner_m[k] = crossings_m[k] + catch_up * (count - k) * (crossings_m[k + 1] - crossings_m[k])


@simd
def _highest(terrain_m: FloatArray) -> float:
    highest_m = float(terrain_m[0])
    for i in range(terrain_m.size):
        highest_m = fmax(highest_m, terrain_m[i])
    return highest_m


@scalar
def _sweep_wedge(
    posts: Float32Array,
    wedge: Wedge,
    ground_m: float,
    resolution_m: float,
    radius_pixels: float,
    mast_height_m: float,
    mobile_height_m: float,
    refractivity: float,
    link: Link,
    statistics: Statistics,
    loss_db: Float32Array,
) -> None:
    """Fill the pixels whose major axis is that of the wedge; posts have the minor axis contiguous."""
    most = posts.shape[0] + 2
    work = _Workspace(
        np.empty(most, dtype=np.uint64),
        np.empty(most, dtype=np.float32),
        np.empty(most, dtype=np.float32),
        np.empty(most),
        np.empty(most),
    )
    workspace_m = np.empty(most)
    workspace_m[0] = ground_m
    flat = posts.reshape(-1)
    for major in range(wedge.major_start, wedge.major_stop):
        along = (major - wedge.major) - wedge.major_rest
        span = abs(along)
        if span > radius_pixels:
            continue
        direction = 1 if along > 0.0 else -1
        start = wedge.major + 1 if along > 0.0 else wedge.major
        first = 1.0 - wedge.major_rest if along > 0.0 else wedge.major_rest
        if first < NEAREST_CROSSING:
            start += direction
            first += 1.0
        count = max((major - start) * direction, 0)
        length = max(span, 1e-3)
        flat_start = start * posts.shape[1] + PAD + wedge.minor
        for minor in range(wedge.minor_start, wedge.minor_stop):
            aside = (minor - wedge.minor) - wedge.minor_rest
            if aside * aside + along * along > radius_pixels * radius_pixels:
                continue
            if abs(aside) > span or (abs(aside) == span and not wedge.along_columns):
                continue  # the other axis is the major one
            slope = aside / length
            _place(wedge.minor_rest, slope, first, flat_start, direction * posts.shape[1], count, work)
            _look_up(flat, count, work)
            terrain_m = workspace_m[: count + 2]
            terrain_m[count + 1] = posts[major, PAD + minor]
            _mix(count, first, terrain_m[count + 1], work, terrain_m[1 : count + 1])
            i, j = major - wedge.major_start, minor - wedge.minor_start
            row, column = (j, i) if wedge.along_columns else (i, j)
            if _highest(terrain_m) > _IMPOSSIBLE_M:
                loss_db[row, column] = NO_TERRAIN_DB
                continue
            step_km = 0.001 * resolution_m * math.sqrt(1.0 + slope**2)
            distance_m = 1000.0 * max(step_km * length, 0.001 * SHORTEST_M)
            path = analyse(terrain_m, distance_m / (count + 1), mast_height_m, mobile_height_m, refractivity)
            loss_db[row, column] = transmission_loss(path, link, statistics)


def sweep_itm(
    surface: Surface,
    mast: Mast,
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
    frequency_mhz: float,
    rx_height_m: float,
    climate: int = 5,
    surface_refractivity: float = 301.0,
    polarization: str = "vertical",
    ground_permittivity: float = 15.0,
    ground_conductivity: float = 0.005,
    variability_mode: int = 12,
    time_percent: float = 50.0,
    location_percent: float = 50.0,
    situation_percent: float = 50.0,
    confidence_percent: float | None = None,
    reliability_percent: float | None = None,
) -> Float32Array:
    """Compute the basic transmission loss of the irregular terrain model from a mast to every pixel of a region.

    Every pixel's value depends on the mast, the terrain and the pixel alone, to the last bit: not on the region or
    the window. The model knows no clutter: that of the surface is left out.

    Parameters
    ----------
    surface : terrain round the mast; it must hold every straight line from the mast to the region.
    mast : position in the window, ground and antenna height.
    region : rows and columns of the window that are wanted.
    resolution_m : side of a pixel [m].
    radius_m : greatest distance computed [m].

    The others are those of ``itm_point_to_point``, one value each.

    Returns
    -------
    loss_db : (rows, columns) float32 [dB]; ``OUT_OF_RANGE_DB`` beyond the radius, ``NO_TERRAIN_DB`` where the profile
        meets missing terrain. It is the loss of ``itm_point_to_point`` on ``equally_spaced(sample_profile(...))``.

    Raises
    ------
    InputError : an argument is outside the model's limits; or the refractivity at the ground of a path is.
    """
    arguments = Arguments("sweep_itm", LIMITS)
    settings = read_settings(
        arguments,
        frequency_mhz=frequency_mhz,
        tx_height_m=mast.height_m,
        rx_height_m=rx_height_m,
        climate=climate,
        surface_refractivity=surface_refractivity,
        polarization=polarization,
        ground_permittivity=ground_permittivity,
        ground_conductivity=ground_conductivity,
        variability_mode=variability_mode,
        time_percent=time_percent,
        location_percent=location_percent,
        situation_percent=situation_percent,
        confidence_percent=confidence_percent,
        reliability_percent=reliability_percent,
    )
    one = settings.each(arguments.finish())
    link, statistics = link_and_statistics(one, 0, KNOWN_TERRAIN_M2)
    shape = (region.row_stop - region.row_start, region.column_stop - region.column_start)
    loss_db = np.full(shape, OUT_OF_RANGE_DB, dtype=np.float32)
    for posts, _, wedge, towards_higher in sides(surface, mast, region):
        if not towards_higher:
            continue  # a wedge here holds both directions
        _sweep_wedge(
            posts, wedge, mast.ground_m, resolution_m, radius_m / resolution_m, float(one.tx_height_m[0]),
            float(one.rx_height_m[0]), float(one.surface_refractivity[0]), link, statistics, loss_db,
        )  # fmt: skip
    failed = int(np.count_nonzero(np.isnan(loss_db)))
    if failed:
        raise input_error(
            "sweep_itm",
            f"the refractivity at the ground is outside 150 to 400 N-units on the way to {failed} pixels",
            "Give a refractivity at sea level that suits the height of the ground",
            field="surface_refractivity",
        )
    return loss_db
