"""An answer as a GeoPackage: proposed sites and cells, candidates, and what stays uncovered, with styles for QGIS."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import pyogrio.raw
import shapely

from phusong.errors import MachineError
from phusong.scenarios.proposal_tables import CANDIDATES, CELLS, PROPOSALS, coverage_with, rows_of
from phusong.scenarios.store import Run
from phusong.terrain.files import write_atomically
from phusong.terrain.grid import Grid
from phusong.terrain.raster import burn, outlines

WGS84 = "EPSG:4326"
LEAST_HOLE_KM2 = 0.1
"""Smaller areas without coverage are left out: they are no place for a site."""

_MARKER = (
    '<symbol type="marker" name="0"><layer class="SimpleMarker"><Option type="Map">'
    '<Option name="name" value="circle" type="QString"/><Option name="color" value="{fill}" type="QString"/>'
    '<Option name="outline_color" value="255,255,255,255" type="QString"/>'
    '<Option name="size" value="{size}" type="QString"/></Option></layer></symbol>'
)
_FILL = (
    '<symbol type="fill" name="0"><layer class="SimpleFill"><Option type="Map">'
    '<Option name="color" value="{fill}" type="QString"/>'
    '<Option name="outline_color" value="{line}" type="QString"/></Option></layer></symbol>'
)
_LABELS = (
    '<labeling type="simple"><settings calloutType="simple"><text-style fieldName="{field}" fontSize="8"/>'
    "<placement/></settings></labeling>"
)
_STYLES = {
    "proposals": (_MARKER.format(fill="194,65,12,255", size="4"), _LABELS.format(field="rank")),
    "cells": (_MARKER.format(fill="28,36,48,255", size="1.6"), ""),
    "candidates": (_MARKER.format(fill="147,155,166,255", size="1.6"), ""),
    "holes": (_FILL.format(fill="213,94,0,90", line="213,94,0,255"), ""),
}


def write_geopackage(run: Run, question: str, path: Path) -> None:
    """Write the layers proposals, cells, candidates and holes of the answer to a question, whole or not at all.

    Holes are the areas that stay uncovered with the proposed sites: each with its area and, where the run knows people
    by pixel, its people. Points are in WGS 84, holes in the grid's coordinates.
    """
    points = {"proposals": PROPOSALS, "cells": CELLS, "candidates": CANDIDATES}
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.gpkg"
        for layer, table in points.items():
            rows = rows_of(run, table, question)
            if len(rows):
                where = shapely.points(rows["longitude"].to_numpy(float), rows["latitude"].to_numpy(float))
                _write(made, layer, rows, np.asarray(where, dtype=np.object_), "Point", WGS84)
        rows, polygons = holes(run, question)
        _write(made, "holes", rows, polygons, "Polygon", run.grid.crs)
        _write_styles(made, str(run.manifest["created"]))
        content = made.read_bytes()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{path.parent}: cannot be made: {error.strerror or error}") from error
    write_atomically(path, content)


def holes(run: Run, question: str) -> tuple[pd.DataFrame, npt.NDArray[np.object_]]:
    """Return area [km2] and people of each hole, the largest first, and its polygon in grid coordinates [m]."""
    grid: Grid = run.grid
    state = coverage_with(run, question)
    inside = run.zone_layer(run.scenario.area.zones).rasterize(grid) >= 0
    polygons = outlines(inside & (state == 0), grid)
    of_pixel = burn(polygons, grid) if polygons.size else np.full(grid.shape, -1)
    within = of_pixel >= 0
    area_km2 = np.bincount(of_pixel[within], grid.pixel_area_km2()[within], polygons.size)
    people = run.population()
    counted = np.full(polygons.size, np.nan)
    if people is not None:
        counted = np.bincount(of_pixel[within], np.nan_to_num(people[within]), polygons.size)
    order = np.argsort(-area_km2, kind="stable")
    order = order[area_km2[order] >= LEAST_HOLE_KM2]
    rows = pd.DataFrame({"question": question, "area_km2": area_km2[order], "people": counted[order]})
    return rows, polygons[order]


def _write(
    path: Path,
    layer: str,
    rows: pd.DataFrame,
    shapes: npt.NDArray[np.object_] | None = None,
    kind: str | None = None,
    crs: str | None = None,
) -> None:
    pyogrio.raw.write(
        path,
        geometry=None if shapes is None else shapely.to_wkb(shapes),
        field_data=[_values(rows[name]) for name in rows],
        fields=[str(name) for name in rows],
        layer=layer,
        driver="GPKG",
        geometry_type=kind,
        crs=crs,
        append=path.exists(),
    )


def _values(column: pd.Series[Any]) -> npt.NDArray[Any]:
    """Return a column as GDAL takes it: numbers as they are, all else as text."""
    is_number = column.dtype.kind in "iufb"
    return column.to_numpy() if is_number else column.fillna("").astype(str).to_numpy(dtype=np.object_)


def _write_styles(path: Path, created: str) -> None:
    """Write the table in which QGIS looks for the styles of a GeoPackage."""
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    styles = pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": layers,
            "f_geometry_column": "geom",
            "styleName": layers,
            "styleQML": [_qml(*_STYLES[name]) for name in layers],
            "styleSLD": "",
            "useAsDefault": True,
            "description": "Phủ Sóng",
            "owner": "",
            "ui": "",
            "update_time": created,
        }
    )
    _write(path, "layer_styles", styles)


def _qml(symbol: str, labels: str) -> str:
    renderer = f'<renderer-v2 type="singleSymbol"><symbols>{symbol}</symbols></renderer-v2>'
    return f'<!DOCTYPE qgis><qgis version="3.28" styleCategories="Symbology|Labeling">{renderer}{labels}</qgis>'
