"""Vector files: one layer of shapes of some kinds, in WGS 84, whatever the file's format and CRS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from phusong.errors import InputError, Problem, input_error

Geometries = npt.NDArray[np.object_]
LINES = ("LineString", "MultiLineString")
POINTS = ("Point", "MultiPoint")


def read_shapes(path: Path, kinds: Sequence[str], what: str) -> Geometries:
    """Return the shapes of the only layer of a vector file, WGS 84 longitude and latitude [deg].

    Parameters
    ----------
    kinds : allowed, such as ``LINES``; what : they are, for messages, such as "roads".

    Raises
    ------
    InputError : the file cannot be read, or has shapes of another kind (all of them at once).
    """
    layer = one_layer(path, None, what)
    crs = check_layer(path, layer, [], what)
    _, _, wkb, _ = pyogrio.raw.read(path, layer=layer, columns=[], force_2d=True)
    shapes: Geometries = shapely.from_wkb(wkb, on_invalid="ignore")
    problems = []
    for row, shape in enumerate(shapes, start=1):
        kind = "nothing that can be read" if shape is None or shape.is_empty else shape.geom_type
        if kind not in kinds:
            allowed = f"The {what} should be of type {' or '.join(kinds)}."
            problems.append(Problem(str(path), row, "geometry", f"this is {kind}", allowed))
    if problems:
        raise InputError(problems)
    if crs == CRS.from_epsg(4326):
        return shapes
    to_wgs84 = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    moved: Geometries = shapely.transform(shapes, lambda xy: np.column_stack(to_wgs84.transform(*xy.T)))
    return moved


def one_layer(path: Path, layer: str | None, what: str = "zones") -> str:
    """Return the name of a layer of a vector file: the one asked for, or its only one.

    Raises
    ------
    InputError : the file or the layer is not there, or there are several to choose from.
    """
    if not path.exists():
        raise input_error(
            path, "there is no such file", "Name an existing vector file; relative paths start at the scenario."
        )
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
    except DataSourceError as error:
        raise input_error(
            path,
            f"the {what} cannot be read ({_reason_of(error)})",
            "Give a vector file, such as GeoJSON or GeoPackage.",
        ) from error
    known = ", ".join(names) or "none"
    if layer is None and len(names) == 1:
        return names[0]
    if layer is None:
        raise input_error(
            path, f"{len(names)} layers to choose from", f"Name one of its layers: {known}.", field="layer"
        )
    if layer not in names:
        raise input_error(path, f"there is no layer {layer!r}", f"Its layers are: {known}.", field="layer")
    return layer


def check_layer(path: Path, layer: str, wanted: Sequence[str], what: str = "zones") -> CRS:
    """Return the CRS; raise an InputError for everything that keeps the whole layer from being read."""
    try:
        info = pyogrio.read_info(path, layer=layer, force_feature_count=True)
    except (DataSourceError, DataLayerError) as error:
        raise input_error(
            path, f"the {what} cannot be read ({_reason_of(error)})", "Get the file again, or convert it to GeoPackage."
        ) from error
    if not info["features"]:
        raise input_error(path, f"the layer {layer} is empty", f"There should be {what} in it.")
    fields = [str(field) for field in info["fields"]]
    problems = [
        Problem(
            str(path), None, field, f"there is no field {field!r}", f"Its fields are: {', '.join(fields) or 'none'}."
        )
        for field in wanted
        if field not in fields
    ]
    crs = CRS.from_user_input(info["crs"]) if info["crs"] else None
    try:
        Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except (CRSError, ProjError):
        message = (
            f"{crs.name} cannot be converted to WGS 84" if crs else "the layer states no coordinate reference system"
        )
        problems.append(
            Problem(str(path), None, "CRS", message, "State a CRS that PROJ knows, as with ogr2ogr -a_srs.")
        )
    if problems or crs is None:
        raise InputError(problems)
    return crs


def _reason_of(error: Exception) -> str:
    return str(error).split(";")[0].rstrip(".")
