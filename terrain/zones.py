"""Zones: polygons with code, name, people and official area, on which coverage is counted and targets are set."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio.raw
import shapely
from pyproj import CRS, Geod, Transformer

from phusong.terrain.columns import Columns, read_csv
from phusong.terrain.files import write_atomically
from phusong.terrain.grid import Grid
from phusong.terrain.mosaic import IntArray
from phusong.terrain.raster import burn
from phusong.terrain.shapes import Geometries, check_layer, one_layer

FloatArray = npt.NDArray[np.float64]

_GEOD = Geod(ellps="WGS84")
_POLYGONS = ("Polygon", "MultiPolygon")
# Longer sides get vertices between before they are projected: a straight side stays where it was (within 1 cm).
_LONGEST_SIDE_DEG = 0.01
_LONGEST_SIDE_M = 1000.0
_DISC_VERTICES = 96
_LARGEST_DISC_M = 100_000.0
_SMALLEST_KM2 = 1e-6
_NAMED = 5  # mended polygons that a note names one by one


@dataclass(frozen=True, eq=False)
class Zones:
    """A layer of n zones; the arrays have shape (n,).

    Attributes
    ----------
    layer : name of the layer in the scenario.
    code, name, kind : NFC text; codes are unique, kind is "" where no type is known.
    population : people, NaN unknown.
    official_area_km2 : area as published, NaN unknown.
    geometry : shapely Polygon or MultiPolygon, WGS 84 longitude and latitude [deg].
    approximate : True where the polygons only stand in for the real ones.
    source : where the polygons come from.
    notes : sentences for the manifest.
    """

    layer: str
    code: tuple[str, ...]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    population: FloatArray
    official_area_km2: FloatArray
    geometry: Geometries
    approximate: bool
    source: str
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.code)

    def area_km2(self) -> FloatArray:
        """Return the area of every polygon on the WGS 84 ellipsoid [km2]."""
        # Normalised rings run the same way everywhere, holes against it, so that their areas subtract.
        sides = shapely.normalize(shapely.segmentize(self.geometry, _LONGEST_SIDE_DEG))
        return np.array([abs(_GEOD.geometry_area_perimeter(polygon)[0]) / 1e6 for polygon in sides], dtype=np.float64)

    def bounds_deg(self) -> tuple[float, float, float, float]:
        """Return (west, south, east, north) of all polygons [deg]."""
        west, south, east, north = (float(bound) for bound in shapely.total_bounds(self.geometry))
        return west, south, east, north

    def rasterize(self, grid: Grid) -> IntArray:
        """Return for each pixel the index of the zone that holds its centre, -1 for none; int32 (rows, columns).

        Where polygons overlap, the lowest index counts.
        """
        sides = shapely.segmentize(self.geometry, _LONGEST_SIDE_DEG)
        return burn(shapely.transform(sides, lambda lonlat: np.column_stack(grid.project(*lonlat.T))), grid)

    def select(self, mask: npt.ArrayLike) -> Zones:
        """Return the zones where the mask, shape (n,), is True."""
        chosen = np.asarray(mask)
        if chosen.dtype != np.bool_ or chosen.shape != (len(self),):
            raise ValueError(f"a mask of {len(self)} truth values is needed")

        def texts(all_texts: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(text for text, is_chosen in zip(all_texts, chosen, strict=True) if is_chosen)

        return replace(
            self,
            code=texts(self.code),
            name=texts(self.name),
            kind=texts(self.kind),
            population=self.population[chosen],
            official_area_km2=self.official_area_km2[chosen],
            geometry=self.geometry[chosen],
        )

    def to_geojson(self, path: Path) -> None:
        """Write the zones as GeoJSON (RFC 7946), whole or not at all; unknown figures are null.

        Raises MachineError where the file cannot be written.
        """
        features = [
            {
                "type": "Feature",
                "properties": {
                    "code": self.code[index],
                    "name": self.name[index],
                    "kind": self.kind[index],
                    "population": _json_number(self.population[index]),
                    "official_area_km2": _json_number(self.official_area_km2[index]),
                    "approximate": self.approximate,
                },
                "geometry": shapely.geometry.mapping(self.geometry[index]),
            }
            for index in range(len(self))
        ]
        collection = {"type": "FeatureCollection", "name": self.layer, "source": self.source, "features": features}
        write_atomically(path, json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode())


def read_zones(
    path: Path,
    layer_name: str,
    *,
    layer: str | None = None,
    code_field: str = "code",
    name_field: str = "name",
    type_field: str | None = None,
    population_field: str | None = None,
    area_field: str | None = None,
) -> Zones:
    """Read polygons of any CRS from GeoJSON, GeoPackage or any other vector file GDAL reads.

    A population or area without a value is unknown (NaN). An invalid polygon is mended and named in the notes. Raises
    one InputError with every problem; the row of a problem is the number of the feature, the first being 1.
    """
    layer = one_layer(path, layer)
    wanted = [
        field for field in (code_field, name_field, type_field, population_field, area_field) if field is not None
    ]
    crs = check_layer(path, layer, wanted)
    meta, _, wkb, values = pyogrio.raw.read(path, layer=layer, columns=list(dict.fromkeys(wanted)), force_2d=True)
    columns = Columns(path, dict(zip(meta["fields"], values, strict=True)), range(1, len(wkb) + 1))
    unknown = np.full(len(wkb), np.nan)

    code = columns.unique_text(code_field)
    name = columns.text(name_field)
    kind = columns.text(type_field) if type_field else ("",) * len(code)
    population = columns.numbers(population_field, 0.0) if population_field else unknown
    official_area_km2 = columns.numbers(area_field, _SMALLEST_KM2) if area_field else unknown
    geometry, mended = _polygons(shapely.from_wkb(wkb, on_invalid="ignore"), crs, columns)
    columns.check()

    notes = []
    if mended:
        named = [f"{code[index]} ({why})" for index, why in mended[:_NAMED]]
        named += [f"{len(mended) - _NAMED} more"] if len(mended) > _NAMED else []
        notes.append(f"invalid polygons in {path.name}, mended: {', '.join(named)}")
    if population_field and (gaps := int(np.count_nonzero(np.isnan(population)))):
        notes.append(f"zones in {path.name} without a population, kept as unknown: {gaps}")
    return Zones(layer_name, code, name, kind, population, official_area_km2, geometry, False, path.name, tuple(notes))


def read_discs(path: Path, layer_name: str) -> Zones:
    """Read a CSV of code, name, longitude [deg], latitude [deg], radius_m and, where known, population as discs.

    A disc stands for a place whose outline is not known; its area is pi times the radius squared. Raises one InputError
    with every problem; the row of a problem is the line of the file.
    """
    columns = read_csv(path, ("code", "name", "longitude", "latitude", "radius_m"), optional=("population",))
    code = columns.unique_text("code")
    name = columns.text("name")
    longitude_deg = columns.numbers("longitude", -180.0, 180.0, required=True)
    latitude_deg = columns.numbers("latitude", -90.0, 90.0, required=True)
    radius_m = columns.numbers("radius_m", 1.0, _LARGEST_DISC_M, required=True)
    population = columns.numbers("population", 0.0)
    columns.check()

    discs = np.empty(len(code), dtype=object)
    discs[:] = [_disc(*disc) for disc in zip(longitude_deg, latitude_deg, radius_m, strict=True)]
    west_deg, _, east_deg, _ = shapely.bounds(discs).T
    for index in np.flatnonzero(east_deg - west_deg > 180.0):
        columns.add(
            columns.rows[int(index)], "longitude", "the disc crosses the edge of the map", "Give a smaller radius."
        )
    columns.check()
    unknown = np.full(len(code), np.nan)
    return Zones(layer_name, code, name, ("",) * len(code), population, unknown, discs, True, path.name)


def _disc(longitude_deg: float, latitude_deg: float, radius_m: float) -> shapely.Polygon:
    """Return a polygon with the area of the disc; its vertices lie a little outside the circle."""
    azimuth_deg = np.arange(_DISC_VERTICES) * (-360.0 / _DISC_VERTICES)
    sector = 2.0 * math.pi / _DISC_VERTICES
    vertex_m = radius_m * math.sqrt(sector / math.sin(sector))
    start = np.ones(_DISC_VERTICES)
    x, y, _ = _GEOD.fwd(longitude_deg * start, latitude_deg * start, azimuth_deg, vertex_m * start)
    return shapely.Polygon(np.column_stack([x, y]))


def read_outline(path: Path) -> Any:
    """Return all polygons of a vector file of any CRS together: a shapely geometry, WGS 84 [deg].

    Raises
    ------
    InputError : the file has no polygon, or a broken one.
    """
    layer = one_layer(path, None)
    crs = check_layer(path, layer, [])
    _, _, wkb, _ = pyogrio.raw.read(path, layer=layer, columns=[], force_2d=True)
    columns = Columns(path, {}, range(1, len(wkb) + 1))
    polygons, _ = _polygons(shapely.from_wkb(wkb, on_invalid="ignore"), crs, columns)
    columns.check()
    return shapely.union_all(polygons)


def _polygons(shapes: Geometries, crs: CRS, columns: Columns) -> tuple[Geometries, list[tuple[int, str]]]:
    """Return the polygons in WGS 84, and index and reason of those that had to be mended; note the problems."""
    if crs != CRS.from_epsg(4326):
        to_wgs84 = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        sides = shapely.segmentize(shapes, _LONGEST_SIDE_DEG if crs.is_geographic else _LONGEST_SIDE_M)
        shapes = shapely.transform(sides, lambda xy: np.column_stack(to_wgs84.transform(*xy.T)))
    mended: list[tuple[int, str]] = []
    for index, shape in enumerate(shapes):
        message = _shape_problem(shape)
        if message is None and not shape.is_valid:
            why = shapely.is_valid_reason(shape)
            shapes[index] = _only_polygons(shapely.make_valid(shape))
            mended.append((index, why))
            if shapes[index].is_empty:
                message = f"the polygon has no area ({why})"
        if message is not None:
            remedy = "Give every zone a polygon in the CRS that the file states."
            columns.add(columns.rows[index], "geometry", message, remedy)
    return shapes, mended


def _shape_problem(shape: Any) -> str | None:
    if shape is None or shape.is_empty:
        return "there is no geometry, or it is broken"
    if shape.geom_type not in _POLYGONS:
        return f"a {shape.geom_type} is not a polygon"
    west, south, east, north = shape.bounds
    if not (-180.0 <= west <= east <= 180.0 and -90.0 <= south <= north <= 90.0):
        return f"positions such as {west:g}, {south:g} are not longitude and latitude"
    return None


def _only_polygons(shape: Any) -> Any:
    """Return the polygons of a mended shape, without the lines and points that mending may leave."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all([part for part in parts if part.geom_type in _POLYGONS])


def _json_number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
