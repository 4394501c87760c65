"""What a page says of a run, ready for JSON: names, definitions, zones with figures, sites, targets, proposals."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from phusong.classes import (
    NEAR_LIMIT_DB,
    NO_SERVICE_COLOUR,
    PROPOSED_COLOUR,
    SERVICE_COLOURS,
    SHARE_COLOURS,
    service_limits_dbm,
    share_labels,
)
from phusong.figures import notes
from phusong.figures.ground import NO_DATA_COLOUR, NO_DATA_STRIPE
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, layer_name
from phusong.terrain.grid import Grid
from phusong.terrain.raster import outlines
from phusong.terrain.zones import Zones
from phusong.web.proposals import page_proposals

if TYPE_CHECKING:
    from phusong.coverage.service import ServiceMaps, View

FORMAT = 1
LANGUAGES: tuple[Language, Language] = ("vi", "en")
FIGURES = ("covered_percent", "expected_percent", "covered_population_percent", "no_data_percent")
"""What is told of every zone in every view, in this order."""
_SIMPLIFY_M = 40.0
_LEAST_WATER_M2 = 200_000.0
_DECIMALS = 5  # of a degree: about a metre


def page_content(run: Run, maps: ServiceMaps) -> dict[str, Any]:
    """Return all that a page says of a run but its rasters and the figures of single views.

    Texts stand as {"vi": ..., "en": ...}; positions are WGS 84 [deg].
    """
    area = run.zone_layer(run.scenario.area.zones)
    views = maps.views()
    return {
        "format": FORMAT,
        "name": run.manifest["name"],
        "title": _both(lambda language: notes.title(run, language)),
        "created": run.manifest["created"],
        "version": run.manifest["versions"].get("phusong", "?"),
        "digest": run.digest(),
        "resolution_m": run.grid.resolution_m,
        "bounds": [round(bound, _DECIMALS) for bound in area.bounds_deg()],
        "model": _both(lambda language: notes.model_text(run, language)),
        "sources": _both(lambda language: notes.sources_text(run, language)),
        "cautions": {language: notes.cautions(run, language) for language in LANGUAGES},
        "assumptions": list(run.manifest.get("assumptions", [])),
        "technologies": list(run.technologies),
        "places": list(maps.places),
        "operators": list(maps.operators),
        "own_place": notes.own_place(run, run.technologies[0]),
        "views": [
            {
                "key": view_key(view),
                "technology": view.technology,
                "place": view.place,
                "operator": view.operator or "",
                "has_cells": maps.has_cells(view),
                "definition": _both(lambda language, view=view: _definition(run, view, language)),
                "location_percent": maps.definition(view).location_percent,
                "limits_dbm": list(service_limits_dbm(maps.definition(view).threshold_dbm, view.place)),
            }
            for view in views
        ],
        "palette": {
            "service": [*SERVICE_COLOURS, NO_SERVICE_COLOUR],
            "shares": list(SHARE_COLOURS),
            "share_labels": {language: share_labels(language) for language in LANGUAGES},
            "no_data": NO_DATA_COLOUR,
            "stripe": NO_DATA_STRIPE,
            "proposed": PROPOSED_COLOUR,
        },
        "near_limit_db": NEAR_LIMIT_DB,
        "area": run.scenario.area.zones,
        "zones": {name: _zones(run.zone_layer(name), run.grid) for name in run.manifest["zones"]},
        "water": _water(run),
        "targets": _records(run.targets()),
        "sites": _sites(run),
        "proposals": page_proposals(run),
    }


def view_key(view: View) -> str:
    """Return the name of a view in pages."""
    return f"{view.technology}/{view.place}/{view.operator or ''}"


def figures(table: pd.DataFrame) -> dict[str, list[list[float | None]]]:
    """Return FIGURES of one view by zone layer, in the order of its zones; the whole area stands as one zone.

    Parameters
    ----------
    table : rows of one view, of ``ServiceMaps.zones`` or a run's own zones of one technology.
    """
    layers = dict.fromkeys(table["layer"])
    return {
        str(layer): [
            [_figure(value) for value in row]
            for row in table.loc[table["layer"] == layer, list(FIGURES)].to_numpy(float).tolist()
        ]
        for layer in layers
    }


def _figure(value: float) -> float | None:
    """Return a share rounded as far as it is shown, never to a 0 or 100 that it is not."""
    if math.isnan(value):
        return None
    rounded = round(value, 2)
    if rounded >= 100.0 > value:
        return 99.99
    return 0.01 if rounded <= 0.0 < value else rounded


def _definition(run: Run, view: View, language: Language) -> str:
    return notes.definition_text(run, view.technology, language, place=view.place)


def _zones(zones: Zones, grid: Grid) -> dict[str, Any]:
    """Return a zone layer as GeoJSON features that are light enough for a page, and the points where names stand."""
    return {
        "name": _both(lambda language: layer_name(zones.layer, language)),
        "approximate": zones.approximate,
        "codes": list(zones.code),
        "names": list(zones.name),
        "kinds": list(zones.kind),
        "population": [_whole(value) for value in zones.population.tolist()],
        "area_km2": [round(float(area), 2) for area in zones.area_km2()],
        "points": _coordinates(shapely.point_on_surface(zones.geometry)),
        "geometries": [_geojson(shape) for shape in simplified(zones, grid)],
    }


def simplified(zones: Zones, grid: Grid) -> npt.NDArray[np.object_]:
    """Return the polygons without detail that a screen cannot show; neighbours keep one common border."""
    projected = shapely.transform(zones.geometry, lambda lonlat: np.column_stack(grid.project(*lonlat.T)))
    light = shapely.coverage_simplify(projected, _SIMPLIFY_M)
    back: npt.NDArray[np.object_] = shapely.transform(light, lambda xy: np.column_stack(grid.unproject(*xy.T)))
    return back


def _water(run: Run) -> list[dict[str, Any]]:
    """Return rivers and lakes as polygons, from the land cover of the run; none where it has no land cover."""
    land_cover = run.land_cover()
    if land_cover is None:
        return []
    wet = [place for place, one in enumerate(land_cover.classes) if one.terminal_class == "water"]
    polygons = outlines(np.isin(land_cover.of_pixel, wet), run.grid)
    polygons = polygons[shapely.area(polygons) >= _LEAST_WATER_M2] if polygons.size else polygons
    light = shapely.simplify(polygons, max(_SIMPLIFY_M, run.grid.resolution_m))
    grid = run.grid
    return [_geojson(shape) for shape in shapely.transform(light, lambda xy: np.column_stack(grid.unproject(*xy.T)))]


def _sites(run: Run) -> dict[str, list[Any]]:
    """Return the sites that are on, by columns: name, position, operator, technologies and greatest antenna height."""
    cells = run.cells()
    cells = cells[cells["status"] == "on"]
    grouped = cells.groupby("site", sort=True)
    first = grouped.first()
    technologies = grouped["technology"].agg(lambda values: "+".join(sorted(set(values))))
    return {
        "site": [str(name) for name in first.index],
        "longitude": [round(value, _DECIMALS) for value in first["longitude"].to_numpy(float).tolist()],
        "latitude": [round(value, _DECIMALS) for value in first["latitude"].to_numpy(float).tolist()],
        "operator": first["operator"].astype(str).tolist(),
        "technologies": technologies.tolist(),
        "height_m": [round(value, 1) for value in grouped["antenna_height_m"].max().to_numpy(float).tolist()],
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, with None where a figure is not known."""
    return [
        {str(name): None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def _both(text: Any) -> dict[str, str]:
    return {language: text(language) for language in LANGUAGES}


def _whole(value: float) -> int | None:
    return None if math.isnan(value) else round(value)


def _coordinates(points: npt.NDArray[np.object_]) -> list[list[float]]:
    rounded = np.round(shapely.get_coordinates(points), _DECIMALS)
    return [list(map(float, pair)) for pair in rounded]


def _geojson(shape: Any) -> dict[str, Any]:
    """Return a polygon as GeoJSON, its coordinates rounded."""
    parts = [
        [_ring(ring) for ring in (polygon.exterior, *polygon.interiors)]
        for polygon in shapely.get_parts(shape)
        if not polygon.is_empty
    ]
    return {"type": "MultiPolygon", "coordinates": parts}


def _ring(ring: Any) -> list[list[float]]:
    points: Iterable[tuple[float, float]] = np.round(shapely.get_coordinates(ring), _DECIMALS).tolist()
    return [list(point) for point in points]
