"""Demonstration relief: terrain made from a small table of facts and fractal detail. Not survey data.

A surface through the facts (linear radial basis functions, fitted to the root of the height) carries fractal detail as
strong as the roughness the facts state. It is fitted to the facts less the detail, so that the sum passes through the
facts: in geostatistics, a conditional simulation. Waters lie flat across, at the level of their line. docs/relief.md
has the method and its measured error.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.interpolate import RBFInterpolator
from scipy.ndimage import map_coordinates, spline_filter
from scipy.spatial import ConvexHull, KDTree

from phusong.terrain.elevation import Elevation
from phusong.terrain.facts import WATER, Fact, Facts, read_facts
from phusong.terrain.fractal import Fractal
from phusong.terrain.grid import Grid

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

SOURCE = "demonstration relief, not survey data"

_EARTH_RADIUS_M = 6_371_008.8
_REACH_M = 15_000.0  # how far beyond the hull of the facts the relief is still stated
_LINE_STEP_M = 1000.0  # how densely a crest or a river holds the surface
_NEAREST_M = 250.0  # a point of a line this close to another fact would kink the surface
_LATTICE_M = 800.0  # the surface through the facts has nothing finer
_DATUM_BELOW_M = 15.0  # the surface is fitted to the root of the height above a datum this far below the lowest fact
_WATER_STEP_M = 25.0  # water is looked up by points this close: its banks are right within 4 m from 20 m width on
_BANK_M = 400.0  # width of the strip where the land comes down to the water
_BLOCK_PIXELS = 256  # side of a block in which water is looked for
_STRIP_PIXELS = 500_000  # pixels computed at once: bounds the memory

# The detail, chosen so that the slopes on a 90 m grid are distributed as those of SRTM: see docs/relief.md.
_LONGEST_WAVE_M, _SHORTEST_WAVE_M = 1600.0, 150.0
_PERSISTENCE = 0.75
_FOLDED_OCTAVES = 3
_GREATEST_STRENGTH = 0.15  # of the root: the detail's deviation is at most 30 % of the height above the datum


class Relief:
    """Made terrain as a function of position. Build it with `Relief.from_facts`.

    Attributes
    ----------
    notes : what the table of facts says about itself, such as its measured error.
    """

    def __init__(self, facts: Facts, seed: int) -> None:
        """Fit the relief of a checked table of facts; see from_facts."""
        self.notes = facts.notes
        self._projection = _Projection.near(facts)
        points = _support(facts, self._projection)
        self._hull = ConvexHull(points.xy_m).equations
        west_m, south_m = points.xy_m.min(axis=0) - _REACH_M
        east_m, north_m = points.xy_m.max(axis=0) + _REACH_M
        extent_m = (float(west_m), float(south_m), float(east_m), float(north_m))
        self._datum_m = float(points.height_m.min()) - _DATUM_BELOW_M
        self._fractal = Fractal(
            extent_m,
            seed,
            longest_m=_LONGEST_WAVE_M,
            shortest_m=_SHORTEST_WAVE_M,
            persistence=_PERSISTENCE,
            folded=_FOLDED_OCTAVES,
        )
        root = np.sqrt(points.height_m - self._datum_m)
        # A small step of the root, times twice the root, is a step in height.
        strength = np.minimum(points.roughness_m / (2.0 * root), _GREATEST_STRENGTH * root)
        # Waters lie in the hollows of the land: about one standard deviation of the detail below its mean.
        at_facts = strength * np.where(points.is_water, -1.0, self._fractal(*points.xy_m.T))
        self._root, self._strength = _surfaces(points.xy_m, np.column_stack([root - at_facts, strength]), extent_m)
        self._water = _Water(facts, self._projection)

    @classmethod
    def from_facts(cls, path: Path, seed: int) -> Relief:
        """Return the relief of a table of facts.

        Parameters
        ----------
        path : CSV as `phusong.terrain.facts` describes it.
        seed : seed of the fractal detail, any whole number.

        Raises
        ------
        InputError : with every problem of the table.
        """
        return cls(read_facts(path), seed)

    def height_m(self, longitude_deg: npt.ArrayLike, latitude_deg: npt.ArrayLike) -> FloatArray:
        """Return heights above sea level [m] at WGS 84 positions [deg], broadcast against each other.

        NaN where the position is not finite or outside the convex hull of the facts with its edges moved out by 15 km.
        """
        x_m, y_m, shape = self._projection(longitude_deg, latitude_deg)
        height_m = np.full(x_m.shape, np.nan)
        inside = self._within_reach(x_m, y_m)
        x_m, y_m = x_m[inside], y_m[inside]
        height_m[inside] = self._water.flood(x_m, y_m, self._land_m(x_m, y_m))
        return height_m.reshape(shape)

    def is_water(self, longitude_deg: npt.ArrayLike, latitude_deg: npt.ArrayLike) -> BoolArray:
        """Return where WGS 84 positions [deg], broadcast against each other, lie in a river or lake of the facts."""
        x_m, y_m, shape = self._projection(longitude_deg, latitude_deg)
        water = np.zeros(x_m.shape, dtype=np.bool_)
        inside = self._within_reach(x_m, y_m)
        water[inside] = self._water.contains(x_m[inside], y_m[inside])
        return water.reshape(shape)

    def _land_m(self, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
        """Return the heights of the land without its waters."""
        root = np.maximum(self._root(x_m, y_m), 0.0)
        strength = np.clip(self._strength(x_m, y_m), 0.0, _GREATEST_STRENGTH * root)
        return self._datum_m + (root + strength * self._fractal(x_m, y_m)) ** 2

    def _within_reach(self, x_m: FloatArray, y_m: FloatArray) -> BoolArray:
        inside = np.isfinite(x_m) & np.isfinite(y_m)
        for normal_x, normal_y, offset_m in self._hull:
            inside &= normal_x * x_m + normal_y * y_m + offset_m <= _REACH_M
        return inside


def make_relief(facts: Path, grid: Grid, seed: int) -> Elevation:
    """Return demonstration relief on a grid.

    Parameters
    ----------
    facts : CSV as `phusong.terrain.facts` describes it.
    grid : the grid; pixels out of reach of the facts (see Relief.height_m) are NaN.
    seed : seed of the fractal detail.

    Raises
    ------
    InputError : with every problem of the table.
    """
    relief = Relief.from_facts(facts, seed)
    x_m, y_m = grid.centres_m()
    height_m = np.empty(grid.shape, dtype=np.float32)
    strip = max(1, _STRIP_PIXELS // grid.columns)

    def fill(row: int) -> None:
        longitude_deg, latitude_deg = grid.unproject(*np.meshgrid(x_m, y_m[row : row + strip]))
        height_m[row : row + strip] = relief.height_m(longitude_deg, latitude_deg)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(fill, range(0, grid.rows, strip)))
    return Elevation(
        grid=grid,
        height_m=height_m,
        source=SOURCE,
        is_survey=False,
        voids_filled=0,
        missing_pixels=int(np.isnan(height_m).sum()),
        notes=relief.notes,
    )


def water_on(facts: Path, grid: Grid) -> BoolArray:
    """Return which pixels have their centre in a river or lake of a table of facts, (rows, columns).

    Raises
    ------
    InputError : with every problem of the table.
    """
    table = read_facts(facts)
    projection = _Projection.near(table)
    water = _Water(table, projection)
    wet = np.zeros(grid.shape, dtype=np.bool_)
    for row in range(0, grid.rows, _BLOCK_PIXELS):
        for column in range(0, grid.columns, _BLOCK_PIXELS):
            end = min(row + _BLOCK_PIXELS, grid.rows), min(column + _BLOCK_PIXELS, grid.columns)
            block = grid.window(row, end[0], column, end[1])
            west, south, east, north = block.bounds_m
            corner_x, corner_y, _ = projection(*block.unproject([west, west, east, east], [south, north, south, north]))
            if water.reaches(corner_x, corner_y):
                x_m, y_m, shape = projection(*block.unproject(*np.meshgrid(*block.centres_m())))
                wet[row : end[0], column : end[1]] = water.contains(x_m, y_m).reshape(shape)
    return wet


@dataclass(frozen=True)
class _Projection:
    """Equirectangular map [m], true along one parallel: distances hold within 1 % up to a degree from it."""

    parallel_deg: float

    @classmethod
    def near(cls, facts: Facts) -> _Projection:
        """Return the map that is true along the whole degree nearest to the facts' mean latitude."""
        # Whole degrees: one more fact must not shift the fractal detail.
        return cls(round(float(np.mean([fact.latitude_deg for line in facts.lines for fact in line]))))

    def __call__(
        self, longitude_deg: npt.ArrayLike, latitude_deg: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray, tuple[int, ...]]:
        """Return flat x and y [m] and the shape the positions broadcast to."""
        longitude, latitude = np.broadcast_arrays(
            np.asarray(longitude_deg, np.float64), np.asarray(latitude_deg, np.float64)
        )
        degree_m = _EARTH_RADIUS_M * np.pi / 180.0
        x_m = longitude.ravel() * (degree_m * np.cos(np.radians(self.parallel_deg)))
        return x_m, latitude.ravel() * degree_m, longitude.shape

    def line(self, line: tuple[Fact, ...]) -> FloatArray:
        """Return the vertices of a line, shape (n, 2) [m]."""
        x_m, y_m, _ = self([fact.longitude_deg for fact in line], [fact.latitude_deg for fact in line])
        return np.column_stack([x_m, y_m])


@dataclass(frozen=True)
class _Support:
    """The points that hold the surface: positions (n, 2), heights and roughness (n,) [m], and which are water."""

    xy_m: FloatArray
    height_m: FloatArray
    roughness_m: FloatArray
    is_water: BoolArray


def _support(facts: Facts, projection: _Projection) -> _Support:
    """Return the facts and, between the vertices of lines, further points whose height is interpolated."""
    rows, between = [], []
    for line in facts.lines:
        values = np.array([[fact.height_m, fact.roughness_m, fact.kind in WATER] for fact in line])
        vertices = np.hstack([projection.line(line), values])
        rows.append(vertices)
        between.append(_densify(vertices, _LINE_STEP_M))
    stated, added = np.concatenate(rows), np.concatenate(between)
    _, first = np.unique(stated[:, :2], axis=0, return_index=True)  # rivers share the vertex where they meet
    stated = stated[np.sort(first)]
    distance_m, _ = KDTree(stated[:, :2]).query(added[:, :2])
    added = added[distance_m > _NEAREST_M]
    crowded = {second for _, second in KDTree(added[:, :2]).query_pairs(_NEAREST_M)} if len(added) else set()
    kept = np.concatenate([stated, np.delete(added, sorted(crowded), axis=0)])
    return _Support(kept[:, :2], kept[:, 2], kept[:, 3], kept[:, 4] > 0.5)


def _densify(vertices: FloatArray, step_m: float) -> FloatArray:
    """Return the line with a point at least every step_m; columns 0 and 1 are its position, all are interpolated."""
    lengths_m = np.hypot(*np.diff(vertices[:, :2], axis=0).T)
    along_m = np.concatenate([[0.0], np.cumsum(lengths_m)])
    stations_m = np.concatenate(
        [[0.0]]
        + [
            start + np.arange(1, int(np.ceil(length / step_m)) + 1) * length / np.ceil(length / step_m)
            for start, length in zip(along_m[:-1], lengths_m, strict=True)
        ]
    )
    return np.column_stack([np.interp(stations_m, along_m, column) for column in vertices.T])


class _Surface:
    """A cubic spline through values on a square lattice."""

    def __init__(self, west_m: float, south_m: float, values: FloatArray) -> None:
        self._west_m, self._south_m = west_m, south_m
        self._coefficients = spline_filter(values, order=3, mode="nearest")

    def __call__(self, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
        rows = (y_m - self._south_m) / _LATTICE_M
        columns = (x_m - self._west_m) / _LATTICE_M
        return np.asarray(
            map_coordinates(self._coefficients, [rows, columns], order=3, mode="nearest", prefilter=False)
        )


def _surfaces(xy_m: FloatArray, values: FloatArray, extent_m: tuple[float, float, float, float]) -> list[_Surface]:
    """Return, for every column of values (n, k), the surface of linear radial basis functions through it."""
    west_m, south_m, east_m, north_m = extent_m
    columns = np.arange(int(np.ceil((east_m - west_m) / _LATTICE_M)) + 1)
    rows = np.arange(int(np.ceil((north_m - south_m) / _LATTICE_M)) + 1)
    x_m, y_m = np.meshgrid(west_m + columns * _LATTICE_M, south_m + rows * _LATTICE_M)
    lattice = RBFInterpolator(xy_m, values, kernel="linear")(np.column_stack([x_m.ravel(), y_m.ravel()]))
    return [_Surface(west_m, south_m, column.reshape(x_m.shape)) for column in lattice.T]


class _Water:
    """The rivers and lakes: bands about lines, with a level and a width at every point of the line."""

    def __init__(self, facts: Facts, projection: _Projection) -> None:
        bands = [
            _densify(
                np.hstack([projection.line(line), np.array([[fact.height_m, fact.width_m] for fact in line])]),
                _WATER_STEP_M,
            )
            for line in facts.lines
            if line[0].kind in WATER
        ]
        points = np.concatenate([np.empty((0, 4)), *bands])
        self._level_m, self._half_width_m = points[:, 2], points[:, 3] / 2.0
        self._tree = KDTree(points[:, :2])
        self._reach_m = float(self._half_width_m.max(initial=0.0)) + _BANK_M

    def reaches(self, x_m: FloatArray, y_m: FloatArray) -> bool:
        """Return whether any water may lie between map positions, the corners of a block some kilometres wide."""
        within = np.ones(len(self._level_m), dtype=np.bool_)
        for axis, position in ((0, x_m), (1, y_m)):
            place = np.asarray(self._tree.data)[:, axis]
            within &= (place >= position.min() - self._reach_m) & (place <= position.max() + self._reach_m)
        return bool(within.any())

    def contains(self, x_m: FloatArray, y_m: FloatArray) -> BoolArray:
        """Return where map positions lie in water."""
        water = np.zeros(x_m.shape, dtype=np.bool_)
        near, shore_m, _ = self._nearest(x_m, y_m)
        water[near] = shore_m <= 0.0
        return water

    def flood(self, x_m: FloatArray, y_m: FloatArray, land_m: FloatArray) -> FloatArray:
        """Return the heights with the waters at their level and the land coming down to them along the banks."""
        near, shore_m, level_m = self._nearest(x_m, y_m)
        rise = np.clip(shore_m / _BANK_M, 0.0, 1.0)
        rise *= rise * (3.0 - 2.0 * rise)
        flooded_m = land_m.copy()
        flooded_m[near] = level_m + rise * (land_m[near] - level_m)
        return flooded_m

    def _nearest(self, x_m: FloatArray, y_m: FloatArray) -> tuple[npt.NDArray[np.intp], FloatArray, FloatArray]:
        """Return which positions are near water and, of these, distance to the shore (negative in it) and level [m]."""
        if not len(self._level_m):
            nothing = np.empty(0)
            return np.empty(0, dtype=np.intp), nothing, nothing
        distance_m, index = self._tree.query(np.column_stack([x_m, y_m]), distance_upper_bound=self._reach_m)
        near = np.flatnonzero(np.isfinite(distance_m))
        index = np.asarray(index)[near]
        return near, np.asarray(distance_m)[near] - self._half_width_m[index], self._level_m[index]
