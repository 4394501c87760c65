"""Approximate zones from facts alone: a power diagram of the zones' inner points, each cell as large as its zone.

Where no polygons may be shipped, a table of inner points and official areas still fixes a useful map. The cells of a
power diagram (a Voronoi diagram with a weight for every point) part the outline without gap or overlap; the weights
that give every cell its area are the minimum of a convex function and are found by a damped Newton iteration.

Source: Kitagawa, Mérigot and Thibert, "Convergence of a Newton algorithm for semi-discrete optimal transport", J. Eur.
Math. Soc. 21 (2019), algorithm 1; the diagram is the lower convex hull of the lifted points (Aurenhammer 1987).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from pyproj.enums import TransformDirection
from scipy.spatial import ConvexHull

from phusong.errors import InputError, input_error
from phusong.terrain.zone_facts import ZoneFacts, read_outline, read_zone_facts
from phusong.terrain.zones import Zones

FloatArray = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

_LONGEST_SIDE_DEG = 0.05  # a side that is straight in degrees bends in the plane: by less than a metre over 5 km
_AREA_TOLERANCE = 1e-6
_GREATEST_ERROR = 0.02
_MOST_STEPS = 60
_SMALLEST_DAMPING = 2.0**-20


def make_zones(facts: Path, outline: Path, layer_name: str) -> Zones:
    """Return approximate zones inside an outline, with areas in the ratio of the official ones.

    A zone holds its inner point unless it must give way to a far larger neighbour close by.

    Parameters
    ----------
    facts : CSV with columns code, name, type, area_km2, population, longitude, latitude [deg]; others are ignored.
    outline : CSV of the outline's vertices in order, columns longitude, latitude [deg].
    layer_name : name of the layer made.

    Raises
    ------
    InputError
        With every problem of both files.
    """
    table, polygon = _read(facts, outline)
    return Zones(
        layer=layer_name,
        code=table.code,
        name=table.name,
        kind=table.kind,
        population=table.population,
        official_area_km2=table.area_km2,
        geometry=_cells(facts, table, polygon),
        approximate=True,
        source=f"approximate zones from the inner points and areas in {facts.name}, inside {outline.name}",
    )


def _read(facts: Path, outline: Path) -> tuple[ZoneFacts, shapely.Polygon]:
    """Read both files; a bad outline does not hide bad facts."""
    try:
        polygon = read_outline(outline)
    except InputError as error:
        try:
            read_zone_facts(facts, None)
        except InputError as more:
            raise InputError((*more.problems, *error.problems)) from None
        raise
    return read_zone_facts(facts, polygon), polygon


def _cells(facts: Path, table: ZoneFacts, outline: shapely.Polygon) -> Geometries:
    """Return the zones' polygons in longitude and latitude, shape (zones,)."""
    centre = outline.centroid
    # In an equal-area projection the planar areas of the cells are the true ones.
    to_plane = Transformer.from_crs(
        "EPSG:4326", f"+proj=laea +lat_0={centre.y:.3f} +lon_0={centre.x:.3f} +datum=WGS84 +units=km", always_xy=True
    )
    sides = shapely.segmentize(outline, _LONGEST_SIDE_DEG)
    plane = shapely.transform(sides, lambda lonlat: np.column_stack(to_plane.transform(*lonlat.T)))
    points = np.column_stack(to_plane.transform(table.longitude_deg, table.latitude_deg))
    target_km2 = table.area_km2 * plane.area / table.area_km2.sum()
    cells = _fit(points, target_km2, plane)
    if (np.abs(shapely.area(cells) / target_km2 - 1.0) > _GREATEST_ERROR).any():
        raise input_error(
            facts, "no zones of these areas were found round the inner points", "Check the areas and the inner points."
        )
    to_degrees = partial(to_plane.transform, direction=TransformDirection.INVERSE)
    zones: Geometries = shapely.transform(cells, lambda xy: np.column_stack(to_degrees(*xy.T)))
    return zones


@dataclass(frozen=True, eq=False)
class _PowerDiagram:
    """The power diagram of weighted points inside an outline: cell i is nearest to i by |x - p_i|^2 - w_i [km2]."""

    points: FloatArray
    weights: FloatArray
    outline: shapely.Polygon

    @cached_property
    def _edges(self) -> tuple[FloatArray, npt.NDArray[np.int64]]:
        """Every edge once: its ends, shape (edges, 2, 2), and the pair of cells it parts, shape (edges, 2)."""
        count = len(self.points)
        low, high = shapely.bounds(self.outline).reshape(2, 2)
        middle, reach = (low + high) / 2.0, 20.0 * (high - low).max()
        # Four points far away close every cell, well outside the outline.
        far = middle + reach * np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
        sites = np.vstack([self.points, far]) - middle
        lift = (sites**2).sum(axis=1)
        lift[:count] -= self.weights
        hull = ConvexHull(np.column_stack([sites, lift]))
        normal = hull.equations[:, :3]
        corner = -normal[:, :2] / (2.0 * normal[:, 2:]) + middle
        facet, opposite = np.nonzero((hull.neighbors > np.arange(len(normal))[:, None]) & (normal[:, 2] < 0.0)[:, None])
        neighbour = hull.neighbors[facet, opposite]
        pair = np.column_stack([hull.simplices[facet, (opposite + k) % 3] for k in (1, 2)])
        inner = (normal[neighbour, 2] < 0.0) & (pair.min(axis=1) < count)
        return np.stack([corner[facet], corner[neighbour]], axis=1)[inner], pair[inner].astype(np.int64)

    @cached_property
    def cells(self) -> Geometries:
        """The cells inside the outline, shape (points,); empty where a cell has vanished."""
        ends, pair = self._edges
        count = len(self.points)
        owner, corner = np.repeat(pair, 2), np.repeat(ends, 2, axis=0).reshape(-1, 2)
        order = np.argsort(owner, kind="stable")[: np.count_nonzero(owner < count)]
        # A cell is convex: it is the hull of its corners.
        clouds = shapely.multipoints(corner[order], indices=owner[order], out=np.full(count, None))
        return np.asarray(shapely.intersection(shapely.convex_hull(clouds), self.outline))

    @cached_property
    def areas_km2(self) -> FloatArray:
        """Areas of the cells, shape (points,) [km2]."""
        areas_km2: FloatArray = shapely.area(self.cells)
        return areas_km2

    def area_slopes(self) -> FloatArray:
        """d area_i / d weight_j [km2/km2]: minus the edge's length over twice its points' distance; rows sum to 0."""
        ends, pair = self._edges
        both = (pair < len(self.points)).all(axis=1)
        ends, (first, second) = ends[both], pair[both].T
        length_km = shapely.length(shapely.intersection(shapely.linestrings(ends), self.outline))
        distance_km = np.hypot(*(self.points[first] - self.points[second]).T)
        slopes = np.zeros((len(self.points), len(self.points)))
        np.subtract.at(slopes, (first, second), length_km / (2.0 * distance_km))
        slopes += slopes.T
        np.fill_diagonal(slopes, -slopes.sum(axis=1))
        return slopes


def _fit(points: FloatArray, target_km2: FloatArray, outline: shapely.Polygon) -> Geometries:
    """Return cells of the target areas: a damped Newton iteration on the weights."""
    diagram = _PowerDiagram(points, np.zeros(len(points)), outline)
    least_km2 = 0.5 * min(diagram.areas_km2.min(), target_km2.min())
    for _ in range(_MOST_STEPS):
        error_km2 = target_km2 - diagram.areas_km2
        if (np.abs(error_km2 / target_km2) < _AREA_TOLERANCE).all():
            break
        # Weights count only by their differences: the last one stands still.
        step = np.zeros(len(points))
        step[:-1] = np.linalg.solve(diagram.area_slopes()[:-1, :-1], error_km2[:-1])
        diagram = _advanced(diagram, step, target_km2, least_km2)
    return diagram.cells


def _advanced(diagram: _PowerDiagram, step: FloatArray, target_km2: FloatArray, least_km2: float) -> _PowerDiagram:
    """Take the step, halved until the error falls as it should and no cell all but vanishes."""
    error_km2 = np.linalg.norm(target_km2 - diagram.areas_km2)
    damping = 1.0
    while True:
        trial = replace(diagram, weights=diagram.weights + damping * step)
        falls = np.linalg.norm(target_km2 - trial.areas_km2) <= (1.0 - damping / 2.0) * error_km2
        if (falls and trial.areas_km2.min() >= least_km2) or damping < _SMALLEST_DAMPING:
            return trial
        damping /= 2.0
