"""The two small tables that approximate zones are made from: facts of the zones, and the vertices of an outline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from phusong.errors import input_error
from phusong.terrain.columns import read_csv

FloatArray = npt.NDArray[np.float64]

_SMALLEST_KM2 = 1e-6


@dataclass(frozen=True, eq=False)
class ZoneFacts:
    """What is known of n zones; the arrays have shape (n,), population is NaN where unknown, kind "" without types."""

    code: tuple[str, ...]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    area_km2: FloatArray
    population: FloatArray
    longitude_deg: FloatArray
    latitude_deg: FloatArray


def read_outline(path: Path) -> shapely.Polygon:
    """Read the vertices of an outline in order, longitude and latitude [deg]; InputError where its sides cross."""
    columns = read_csv(path, ("longitude", "latitude"))
    longitude_deg = columns.numbers("longitude", -180.0, 180.0, required=True)
    latitude_deg = columns.numbers("latitude", -90.0, 90.0, required=True)
    columns.check()
    if len(longitude_deg) < 3:
        raise input_error(path, f"{len(longitude_deg)} vertices", "An outline needs three or more, in order.")
    polygon = shapely.Polygon(np.column_stack([longitude_deg, latitude_deg]))
    if not polygon.is_valid or polygon.area == 0.0:
        why = shapely.is_valid_reason(polygon)
        raise input_error(
            path, f"the outline is not a simple polygon ({why})", "List the vertices in order, so that no sides cross."
        )
    return polygon


def read_zone_facts(path: Path, outline: shapely.Polygon | None) -> ZoneFacts:
    """Read the facts of the zones, each with an inner point of its own, inside the outline where one is given."""
    columns = read_csv(path, ("code", "name", "area_km2", "longitude", "latitude"), optional=("type", "population"))
    has_types = any(columns.values["type"])
    code, name = columns.unique_text("code"), columns.text("name")
    facts = ZoneFacts(
        code=code,
        name=name,
        kind=columns.text("type") if has_types else ("",) * len(code),
        area_km2=columns.numbers("area_km2", _SMALLEST_KM2, required=True),
        population=columns.numbers("population", 0.0),
        longitude_deg=columns.numbers("longitude", -180.0, 180.0, required=True),
        latitude_deg=columns.numbers("latitude", -90.0, 90.0, required=True),
    )
    first: dict[tuple[float, float], int] = {}
    points = zip(facts.longitude_deg.tolist(), facts.latitude_deg.tolist(), strict=True)
    for row, point in zip(columns.rows, points, strict=True):
        if not np.isfinite(point).all():
            continue
        where = f"the inner point {point[0]:g}, {point[1]:g}"
        if first.setdefault(point, row) != row:
            message, remedy = f"{where} is that of row {first[point]}", "Give every zone its own inner point."
            columns.add(row, "longitude", message, remedy)
        if outline is not None and not shapely.intersects_xy(outline, *point):
            columns.add(row, "longitude", f"{where} lies outside the outline", "Move it inside, or mend the outline.")
    columns.check()
    return facts
