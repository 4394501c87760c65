"""What a run says of one point: service, cells, zones; what is not known is said as such, never as a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import shapely
from pyproj import Geod

from phusong.classes import NEAR_LIMIT_DB
from phusong.coverage.service import View
from phusong.coverage.what_if import Change
from phusong.figures import notes
from phusong.scenarios.register_table import COLUMNS
from phusong.scenarios.written import Language
from phusong.terrain.window import Window
from phusong.web.codes import classes_of, outdoors_beside
from phusong.web.server.opened import OpenedRun
from phusong.web.server.rasters import has_level, has_reserve, layer_classes
from phusong.web.server.rows import plain

_GEOD = Geod(ellps="WGS84")
_SERVICES = ("video", "calls", "outdoors_only", "no_service")
_NUMBERS = ("level_dbm", "rsrp_dbm", "probability_percent", "sinr_db", "downlink_mbps")
_MESSAGES: dict[str, tuple[str, str]] = {
    "known": ("", ""),
    "no_data": ("Không có dữ liệu địa hình tại điểm này", "There is no terrain data at this point"),
    "outside": ("Điểm này nằm ngoài khu vực mô phỏng", "This point lies outside the area that was simulated"),
}


class _Cell(NamedTuple):
    number: int
    rsrp_dbm: float


class _Figures(NamedTuple):
    """What a pixel has; not a number where that is not known."""

    service: int
    level_dbm: float
    reserve_db: float
    rsrp_dbm: float
    probability_percent: float
    sinr_db: float
    downlink_mbps: float
    cells: tuple[_Cell | None, _Cell | None]


def point_answer(
    opened: OpenedRun, longitude_deg: float, latitude_deg: float, view: View, change: str | None
) -> dict[str, Any]:
    """Return what a view of a run, or of a change of it, says of a point.

    Raises
    ------
    RefusedError : the change is not kept, or not seen that way.
    """
    changed = None if change is None else opened.change(change, view)
    pixel = pixel_of(opened, longitude_deg, latitude_deg)
    state: str = "outside"
    known: _Figures | None = None
    if pixel is not None and opened.inside[pixel.row_start, pixel.column_start]:
        figures = _viewed(opened, view, pixel) if changed is None else _changed(opened, changed, view, pixel)
        known = figures if figures.service >= 0 else None
        state = "no_data" if known is None else "known"
    serving, second = (None, None) if known is None else known.cells

    def told(cell: _Cell | None) -> dict[str, Any] | None:
        return None if cell is None else _cell(_row(opened, changed, cell.number), cell, longitude_deg, latitude_deg)

    return {
        "state": state,
        "service": None if known is None else _SERVICES[known.service],
        "message_vi": _MESSAGES[state][0],
        "message_en": _MESSAGES[state][1],
        **{name: None if known is None else plain(round(float(getattr(known, name)), 3)) for name in _NUMBERS},
        "near_limit": None if known is None else _is_near(known.reserve_db),
        "serving": told(serving),
        "second": told(second),
        "elevation_m": None if pixel is None else plain(round(float(opened.height_m[pixel.slices][0, 0]), 1)),
        "zones": _zones(opened, longitude_deg, latitude_deg),
        "technology": view.technology,
        "place": view.place,
        "operator": view.operator or "",
        **opened.told(view, lambda: _about(opened, view)),
    }


def pixel_of(opened: OpenedRun, longitude_deg: float, latitude_deg: float) -> Window | None:
    """Return the pixel that a point falls into; None off the grid."""
    grid = opened.run.grid
    x_m, y_m = grid.project(longitude_deg, latitude_deg)
    if not (np.isfinite(x_m) and np.isfinite(y_m)):
        return None
    column, row = (int(np.rint(value)) for value in grid.column_row(x_m, y_m))
    pixel = Window(row, row + 1, column, column + 1)
    return pixel if pixel.shared(grid.whole) == pixel else None


def _viewed(opened: OpenedRun, view: View, pixel: Window) -> _Figures:
    """Return the figures of a pixel in a view."""
    maps = opened.maps
    services = maps.services([view, *outdoors_beside(maps, view)], pixel)
    service, heard = services[view], maps.received(view.technology, view.operator, pixel)
    return _Figures(
        service=int(classes_of(maps, view, services)[0, 0]),
        level_dbm=_scaled(service.level_cdbm, 0.01, -32768),
        reserve_db=0.01 * int(service.reserve_cdb[0, 0]),
        rsrp_dbm=_scaled(heard.rsrp_cdbm, 0.01, -32768),
        probability_percent=_scaled(service.probability, 0.01, 65535),
        sinr_db=_scaled(heard.sinr_cdb, 0.01, -32768),
        downlink_mbps=_scaled(heard.downlink_kbps, 0.001, -1),
        cells=(_heard(heard.server, heard.rsrp_cdbm), _heard(heard.second, heard.second_cdbm)),
    )


def _changed(opened: OpenedRun, change: Change, view: View, pixel: Window) -> _Figures:
    """Return the figures of a pixel after a change."""
    layers = {
        name: change.layer(name, view.technology, pixel)
        for name in ("rsrp", "server", "second_rsrp", "second_server", "probability", "sinr", "downlink", "covered")
    }
    margin_cdb = opened.margins_cdb(view.technology)[pixel.slices]
    classes, level_cdbm, reserve_cdb = layer_classes(
        opened.run, view.technology, layers["rsrp"], layers["covered"], margin_cdb
    )
    one = {name: float(values[0, 0]) for name, values in layers.items()}
    return _Figures(
        service=int(classes[0, 0]),
        level_dbm=0.01 * float(level_cdbm[0, 0])
        if np.isfinite(one["rsrp"]) and has_level(opened.run, view.technology)
        else np.nan,
        reserve_db=0.01 * float(reserve_cdb[0, 0]) if has_reserve(opened.run, view.technology) else np.nan,
        rsrp_dbm=one["rsrp"],
        probability_percent=one["probability"],
        sinr_db=one["sinr"],
        downlink_mbps=one["downlink"],
        cells=tuple(  # type: ignore[arg-type]
            None if one[number] < 0 else _Cell(int(one[number]), one[level])
            for number, level in (("server", "rsrp"), ("second_server", "second_rsrp"))
        ),
    )


def _is_near(reserve_db: float) -> bool | None:
    return None if np.isnan(reserve_db) else bool(abs(reserve_db) < NEAR_LIMIT_DB)


def _scaled(values: Any, scale: float, blank: int) -> float:
    value = int(values[0, 0])
    return np.nan if value == blank else round(scale * value, 6)


def _heard(number: Any, level_cdbm: Any) -> _Cell | None:
    return None if int(number[0, 0]) < 0 else _Cell(int(number[0, 0]), round(0.01 * int(level_cdbm[0, 0]), 2))


def _row(opened: OpenedRun, change: Change | None, number: int) -> Mapping[str, Any]:
    """Return a cell by its number, by the columns of the table of cells."""
    if change is None:
        return {str(name): value for name, value in opened.cells.iloc[number].items()}
    return {column: getattr(change.register, name)[number] for column, name in COLUMNS.items()}


def _cell(row: Mapping[str, Any], cell: _Cell, longitude_deg: float, latitude_deg: float) -> dict[str, Any]:
    _, _, distance_m = _GEOD.inv(longitude_deg, latitude_deg, float(row["longitude"]), float(row["latitude"]))
    words, numbers = ("site", "cell", "operator", "band"), ("azimuth_deg", "antenna_height_m", "longitude", "latitude")
    return {
        **{name: str(row[name]) for name in words},
        **{name: float(row[name]) for name in numbers},
        "distance_km": round(0.001 * float(distance_m), 3),
        "rsrp_dbm": round(cell.rsrp_dbm, 2),
    }


def _zones(opened: OpenedRun, longitude_deg: float, latitude_deg: float) -> dict[str, str]:
    """Return the name of the zone that holds a point, by layer; the first where they overlap."""
    found = {}
    for layer, zones in opened.zones.items():
        inside = np.flatnonzero(shapely.contains_xy(zones.geometry, longitude_deg, latitude_deg))
        if inside.size:
            found[layer] = zones.name[int(inside[0])]
    return found


def _about(opened: OpenedRun, view: View) -> dict[str, Any]:
    """Return the definition, the cautions and the digest that every figure goes with."""
    run = opened.run
    languages: tuple[Language, ...] = ("vi", "en")
    about: dict[str, Any] = {"created": run.manifest["created"], "digest": opened.digest}
    for language in languages:
        about[f"definition_{language}"] = notes.definition_text(run, view.technology, language, place=view.place)
        about[f"cautions_{language}"] = notes.cautions(run, language)
    return about
