"""Candidate positions of the synthetic register: a jittered lattice, and how good each place is for a mast."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas
import numpy as np
import numpy.typing as npt
import shapely
from scipy.ndimage import minimum_filter, uniform_filter

from phusong.scenarios.synthetic_facts import Position
from phusong.terrain.grid import Grid, utm_crs
from phusong.terrain.relief import Relief
from phusong.terrain.zones import Zones

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

NOWHERE = -1
_HILBERT_LEVEL = 16
_LEAST_WORTH = 0.02  # even steep, high land holds a mast now and then


@dataclass(frozen=True)
class Candidates:
    """Places where a mast may stand, along a Hilbert curve: neighbours in the arrays are neighbours on the map.

    Attributes
    ----------
    longitude_deg, latitude_deg : WGS 84, rounded to six decimals, shape (candidates,).
    x_m, y_m : the same in the UTM zone of the area [m].
    zone : index of the zone that holds the place.
    park : index of the park that holds it, -1 outside parks.
    usable : how good the land is for settling, near 0 (steep or high) to 1 (flat valley floor).
    hilltop : how far the land rises above its neighbourhood's mean, zero where it does not [m].
    """

    longitude_deg: FloatArray
    latitude_deg: FloatArray
    x_m: FloatArray
    y_m: FloatArray
    zone: IntArray
    park: IntArray
    usable: FloatArray
    hilltop: FloatArray


def find_candidates(
    zones: Zones, parks: Zones | None, relief: Relief, rule: Position, random: np.random.Generator
) -> Candidates:
    """Return every place of the lattice on dry land of known height, wholly inside a zone."""
    west, south, east, north = zones.bounds_deg()
    crs = utm_crs((west + east) / 2.0, (south + north) / 2.0)
    corners = np.meshgrid(np.linspace(west, east, 5), np.linspace(south, north, 5))
    lattice = Grid.covering(
        corners[0].ravel().tolist(),
        corners[1].ravel().tolist(),
        crs=crs,
        resolution_m=rule.lattice_m,
        margin_m=rule.reach_m,
    )
    centre_x, centre_y = np.meshgrid(*lattice.centres_m())
    usable, hilltop, known = _land_form(relief, lattice, centre_x, centre_y, rule)

    # Each place moves by less than half of what the least spacing leaves of the lattice: no two come too close.
    jitter = 0.49 * (rule.lattice_m - rule.least_spacing_m) * random.uniform(-1.0, 1.0, (2, *lattice.shape))
    longitude, latitude = (np.round(axis, 6) for axis in lattice.unproject(centre_x + jitter[0], centre_y + jitter[1]))
    zone = _holder(zones, longitude, latitude)
    row, column = np.nonzero((zone != NOWHERE) & known)
    dry = ~relief.is_water(longitude[row, column], latitude[row, column])
    row, column = row[dry], column[dry]
    curve = geopandas.GeoSeries(shapely.points(column, row)).hilbert_distance(
        total_bounds=(0, 0, 2**_HILBERT_LEVEL - 1, 2**_HILBERT_LEVEL - 1), level=_HILBERT_LEVEL
    )
    order = np.argsort(curve.to_numpy(), kind="stable")
    place = row[order], column[order]
    x_m, y_m = lattice.project(longitude[place], latitude[place])
    park = np.full(len(order), NOWHERE) if parks is None else _holder(parks, longitude[place], latitude[place])
    return Candidates(longitude[place], latitude[place], x_m, y_m, zone[place], park, usable[place], hilltop[place])


def _land_form(
    relief: Relief, lattice: Grid, x_m: FloatArray, y_m: FloatArray, rule: Position
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Return usable land (0 to 1), hilltops [m], and where the height is known; each of the lattice's shape."""
    height = relief.height_m(*lattice.unproject(x_m, y_m))
    known = np.isfinite(height)
    height = np.where(known, height, np.nanmean(height) if known.any() else 0.0)
    slope_y, slope_x = np.gradient(height, lattice.resolution_m)
    slope_deg = np.degrees(np.arctan(np.hypot(slope_x, slope_y)))
    window = 2 * round(rule.reach_m / lattice.resolution_m) + 1
    above_valley = height - minimum_filter(height, window)
    usable = np.exp(-above_valley / rule.valley_height_m) / (1.0 + (slope_deg / rule.half_slope_deg) ** 2)
    hilltop = np.maximum(height - uniform_filter(height, window), 0.0)
    return np.maximum(usable, _LEAST_WORTH), hilltop, known


def _holder(zones: Zones, longitude: FloatArray, latitude: FloatArray) -> IntArray:
    """Return the index of the first zone that holds each position, -1 where none does; any shape."""
    holder = np.full(longitude.shape, NOWHERE, dtype=np.int64)
    bounds = shapely.bounds(zones.geometry)
    for index, (geometry, (west, south, east, north)) in enumerate(zip(zones.geometry, bounds, strict=True)):
        near = np.nonzero(
            (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north) & (holder == NOWHERE)
        )
        shapely.prepare(geometry)
        inside = shapely.contains_xy(geometry, longitude[near], latitude[near])
        holder[tuple(axis[inside] for axis in near)] = index
    return holder
