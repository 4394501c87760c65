"""A small finished run made by hand: six zones, two technologies, a patch without terrain, countable figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import shapely

from phusong.scenarios.packed import pack
from phusong.scenarios.store import Run, RunWriter
from phusong.terrain.elevation import Elevation
from phusong.terrain.grid import Grid
from phusong.terrain.window import Window
from phusong.terrain.zones import Zones

RESOLUTION_M = 500.0
GRID = Grid("EPSG:32648", 500_000.0, 2_360_000.0, RESOLUTION_M, rows=60, columns=40)
StateOf = Callable[[str], np.ndarray[Any, np.dtype[np.uint8]]]
TILES = (Window(0, 30, 0, 40), Window(30, 60, 0, 40))
MEDIAN_THRESHOLD_DBM = -104.74758747643948
NAMES = ("Việt Trì", "Xuân Lũng", "Phú Hà", "Mường Bi", "Thượng Cốc", "Vân Sơn")
SCENARIO = """
[scenario]
name = "thu-nghiem"
title = "Vùng thử nghiệm"
title_en = "Test area"
[area]
zones = "communes"
[grid]
resolution_m = 500
[terrain]
kind = "made"
facts = "relief.csv"
[zones.communes]
kind = "file"
path = "communes.geojson"
[zones.parks]
kind = "discs"
path = "parks.csv"
[sites]
kind = "made"
facts = "register.toml"
[antennas.panel]
[bands.B3]
technology = "4G"
frequency_mhz = 1840
bandwidth_mhz = 20
subcarriers = 1200
[bands.n41]
technology = "5G"
frequency_mhz = 2550
bandwidth_mhz = 100
subcarriers = 3276
[coverage.4G]
[coverage.5G]
[[targets]]
name = "4G toàn vùng"
technology = "4G"
zones = "communes"
at_least_percent = 30
[[targets]]
name = "5G các phường"
technology = "5G"
zones = "communes"
zone_type = "Phường"
at_least_percent = 100
[[targets]]
name = "5G khu công nghiệp"
technology = "5G"
zones = "parks"
at_least_percent = 100
[budget]
sites = 3
"""


def communes() -> Zones:
    """Six rectangles of 20 x 10 km, two beside three, that fill the grid but for its rounding."""
    boxes = []
    for index in range(6):
        west, north = 500_000.0 + index % 2 * 10_000.0, 2_360_000.0 - index // 2 * 10_000.0
        x_m, y_m = (
            np.array([west, west + 10_000, west + 10_000, west]),
            np.array([north, north, north - 10_000, north - 10_000]),
        )
        boxes.append(shapely.MultiPolygon([shapely.Polygon(np.column_stack(GRID.unproject(x_m, y_m)))]))
    return Zones(
        layer="communes",
        code=tuple(f"{index:05d}" for index in range(1, 7)),
        name=NAMES,
        kind=("Phường", "Xã", "Xã", "Xã", "Xã", "Xã"),
        population=np.array([60_000.0, 9_000.0, 8_000.0, 5_000.0, 4_000.0, np.nan]),
        official_area_km2=np.array([100.0, 100.0, 100.0, 100.0, 100.0, np.nan]),
        geometry=np.array(boxes, dtype=np.object_),
        approximate=False,
        source="six rectangles",
    )


def parks() -> Zones:
    """Two discs, approximate."""
    x_m, y_m = np.array([503_000.0, 515_000.0]), np.array([2_355_000.0, 2_344_000.0])
    longitude, latitude = GRID.unproject(x_m, y_m)
    discs = [shapely.Point(x, y).buffer(0.01) for x, y in zip(longitude, latitude, strict=True)]
    unknown = np.full(2, np.nan)
    return Zones(
        "parks",
        ("K1", "K2"),
        ("Thụy Vân", "Phú Hà"),
        ("", ""),
        unknown,
        unknown,
        np.array(discs, dtype=np.object_),
        True,
        "two discs",
    )


def elevation() -> Elevation:
    """A cone of 600 m, and 10 rows in the south-east without data."""
    row, column = np.indices(GRID.shape)
    height_m = np.maximum(20.0, 600.0 - 40.0 * np.hypot(row - 30, column - 12)).astype(np.float32)
    height_m[50:, 20:] = np.nan
    return Elevation(GRID, height_m, "demonstration relief, not survey data", False, 0, 200, ())


def rsrp_dbm(technology: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Level that falls with the distance from one mast; NaN without terrain."""
    row, column = np.indices(GRID.shape)
    start_dbm, slope_db = (-70.0, 1.5) if technology == "4G" else (-80.0, 3.0)
    level_dbm = (start_dbm - slope_db * np.hypot(row - 15, column - 12)).astype(np.float32)
    level_dbm[np.isnan(elevation().height_m)] = np.nan
    return level_dbm


def covered(technology: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    level_dbm = rsrp_dbm(technology)
    return np.where(np.isnan(level_dbm), 255, level_dbm >= MEDIAN_THRESHOLD_DBM).astype(np.uint8)


def tile(window: Window) -> dict[str, np.ndarray[Any, Any]]:
    """What a tile of the run keeps: the covered layers, and two carriers; 5G reaches only the first tile."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for technology, band in (("4G", "B3"), ("5G", "n41")):
        arrays[f"{technology}/covered"] = covered(technology)[window.slices]
        if technology == "4G" or window == TILES[0]:
            level_cdbm = np.rint(100.0 * np.nan_to_num(rsrp_dbm(technology)[window.slices], nan=-327.68))
            arrays[f"{technology}/A/{band}/rsrp_cdbm"] = level_cdbm.astype(np.int16)
            arrays[f"{technology}/A/{band}/overlap"] = np.ones(window.shape, dtype=np.uint16)
    return arrays


def downlink_mbps(technology: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Rate that falls with the level; NaN without terrain."""
    rate_mbps: np.ndarray[Any, np.dtype[np.float32]] = np.maximum(rsrp_dbm(technology) + 130.0, 0.0).astype(np.float32)
    return rate_mbps


def zone_table(state_of: StateOf | None = None) -> pd.DataFrame:
    """tables/zones.csv, counted from the layers: the whole area, then the zones."""
    pixel_km2 = (RESOLUTION_M / 1000.0) ** 2
    tables = []
    for technology in ("4G", "5G"):
        state, rate = (state_of or covered)(technology), downlink_mbps(technology)
        for zones in (communes(), parks()):
            where = zones.rasterize(GRID)
            rows = []
            for index in range(len(zones)):
                inside = where == index
                known, served = inside & (state != 255), inside & (state == 1)
                rows.append((inside.sum(), known.sum(), served.sum(), rate[served].sum()))
            area, known, served, rates = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
            figures = {"area": area, "known": known, "served": served, "rates": rates, "people": zones.population}
            names = {"layer": zones.layer, "code": zones.code, "name": zones.name, "type": zones.kind}
            tables.append(_zone_rows(names, technology, zones.official_area_km2, figures, pixel_km2))
            if zones.layer == "communes":
                whole = {name: np.array([np.nansum(column)]) for name, column in figures.items()}
                names = {"layer": "area", "code": "", "name": "Vùng thử nghiệm", "type": ""}
                official = np.array([np.nansum(zones.official_area_km2)])
                tables.insert(0, _zone_rows(names, technology, official, whole, pixel_km2))
    return pd.concat(tables, ignore_index=True)


def _zone_rows(
    names: dict[str, Any], technology: str, official_km2: Any, figures: dict[str, Any], pixel_km2: float
) -> pd.DataFrame:
    with np.errstate(invalid="ignore"):
        share, rate = figures["served"] / figures["known"], figures["rates"] / figures["served"]
    return pd.DataFrame(
        {
            **names,
            "technology": technology,
            "area_km2": figures["area"] * pixel_km2,
            "official_area_km2": official_km2,
            "known_area_km2": figures["known"] * pixel_km2,
            "covered_km2": figures["served"] * pixel_km2,
            "covered_percent": 100.0 * share,
            "expected_percent": 95.0 * share,
            "population": figures["people"],
            "covered_population": figures["people"] * share,
            "covered_population_percent": np.where(figures["people"] > 0, 100.0 * share, np.nan),
            "no_data_percent": 100.0 * (1.0 - figures["known"] / figures["area"]),
            "downlink_mbps": rate,
            "uplink_mbps": 0.1 * rate,
        }
    )


def target_table() -> pd.DataFrame:
    columns = ("name", "technology", "zones", "zone_type", "measure", "required_percent", "measured_percent")
    rows = [
        ("4G toàn vùng", "4G", "communes", "", "area", 30.0, 62.1, 56.9, 65.2, "met"),
        ("5G các phường", "5G", "communes", "Phường", "area", 100.0, 71.25, 71.25, 71.25, "missed"),
        ("5G khu công nghiệp", "5G", "parks", "", "area", 100.0, np.nan, 0.0, 100.0, "cannot tell"),
    ]
    return pd.DataFrame(rows, columns=[*columns, "low_percent", "high_percent", "verdict"])


def cell_table() -> pd.DataFrame:
    longitude, latitude = GRID.unproject(506_250.0, 2_352_250.0)
    return pd.DataFrame(
        {
            "site": "PT-0001",
            "longitude": float(longitude),
            "latitude": float(latitude),
            "operator": "A",
            "technology": ["4G", "4G", "5G"],
            "band": ["B3", "B3", "n41"],
            "azimuth_deg": [0.0, 120.0, 0.0],
            "mechanical_tilt_deg": 0.0,
            "electrical_tilt_deg": 4.0,
            "antenna_height_m": 35.0,
            "power_dbm": 46.0,
            "antenna": "panel",
            "status": "on",
            "cell": ["PT-0001-1", "PT-0001-2", "PT-0001-3"],
            "simulated": "yes",
            "assumed": "",
        }
    )


def manifest(**changes: Any) -> dict[str, Any]:
    definition = {
        "threshold_dbm": -115.0,
        "location_percent": 90.0,
        "shadow_sigma_db": 8.0,
        "shadow_margin_db": 10.25241252356052,
        "median_threshold_dbm": MEDIAN_THRESHOLD_DBM,
    }
    return {
        "name": "thu-nghiem",
        "title": "Vùng thử nghiệm",
        "created": "2025-11-23T09:30:00Z",
        "versions": {"phusong": "0.1.0", "python": "3.11"},
        "scenario_digest": "ab" * 32,
        "input_digests": {"relief.csv": "cd" * 32},
        "model": {
            "title": "Recommendation ITU-R P.1812-8 (09/2025)",
            "follows_terrain": True,
            "added_losses": [],
        },
        "settings": {"workers": 2},
        "assumptions": ["The relief is made, not measured."],
        "demonstration": True,
        "synthetic_register": True,
        "grid": GRID,
        "definitions": {"4G": definition, "5G": definition},
        "timings_s": {"total": 1.0},
        "peak_memory_mb": 100.0,
        "counts": {"cells": 3, "sites": 1, "masts": 1, "pixels": 2400, "missing_pixels": np.int64(200)},
        **changes,
    }


def fill(
    writer: RunWriter, *, state_of: StateOf | None = None, cells: pd.DataFrame | None = None, **changes: Any
) -> None:
    """Write everything a run has but leave it unfinished."""
    for technology in ("4G", "5G"):
        level_dbm, state = rsrp_dbm(technology), (state_of or covered)(technology)
        layers: tuple[tuple[str, Any, float, str], ...] = (
            ("rsrp", level_dbm, float("nan"), "dBm"),
            ("covered", state, 255, "1"),
            ("server", np.where(state == 255, -1, 0).astype(np.int32), -1, "1"),
            ("sinr", level_dbm + np.float32(110.0), float("nan"), "dB"),
            ("downlink", downlink_mbps(technology), float("nan"), "Mbit/s"),
            ("overlap", (state == 1).astype(np.uint16), 65535, "1"),
        )
        for quantity, values, nodata, units in layers:
            writer.write_layer(quantity, technology, values, GRID, nodata=nodata, units=units, description=quantity)
    with TemporaryDirectory() as folder:
        for window in TILES:
            name = f"{window.row_start}_{window.column_start}.tile"
            (Path(folder) / name).write_bytes(pack(tile(window), {"place": list(window), "key": "00"}))
        writer.take_tiles(Path(folder))
    writer.write_elevation(elevation())
    writer.write_zones({"communes": communes(), "parks": parks()})
    writer.write_table("zones", zone_table(state_of))
    writer.write_table("targets", target_table())
    writer.write_table("cells", cell_table() if cells is None else cells)
    writer.write_scenario(SCENARIO)
    writer.write_manifest(manifest(**changes))


def write_fake_run(out: Path, *, force: bool = False, **changes: Any) -> Run:
    """Return a finished run in `out`."""
    with RunWriter(out, force=force) as writer:
        fill(writer, **changes)
        return writer.finish()


def write_changed_run(out: Path, **changes: Any) -> Run:
    """Return a run of the same place: a cell off, one more, 5G only within 2.5 km, by a stricter definition of it."""
    definitions = manifest()["definitions"]
    definitions["5G"] = {**definitions["5G"], "threshold_dbm": -113.0}
    cells = cell_table()
    cells.loc[1, "status"] = "off"
    more = cells.iloc[[0]].assign(cell="PT-0002-1", site="PT-0002", longitude=105.05)
    changes = {"definitions": definitions, "scenario_digest": "cd" * 32, **changes}
    with RunWriter(out) as writer:
        fill(writer, state_of=covered_later, cells=pd.concat([cells, more], ignore_index=True), **changes)
        return writer.finish()


def covered_later(technology: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Coverage of the changed run: 5G is lost but near the mast, and gained in two pixels."""
    row, column = np.indices(GRID.shape)
    state = covered(technology)
    if technology == "5G":
        state[(state == 1) & (np.hypot(row - 15, column - 12) > 5)] = 0
        state[0, :2] = 1
    return state
