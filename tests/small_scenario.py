"""A scenario small enough to write in a test: one square of two zones in Phú Thọ, a slope, three cells."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from phusong.terrain.grid import Grid
from phusong.terrain.raster import write_cog

SCENARIO = """\
[scenario]
name = "small"
title = "Vùng thử nghiệm"

[area]
zones = "communes"

[grid]
resolution_m = 100.0

[terrain]
kind = "files"
paths = ["slope.tif"]

[zones.communes]
kind = "file"
path = "communes.geojson"
type_field = "type"
population_field = "population"

[sites]
kind = "file"
path = "register.csv"

[antennas.panel]
gain_dbi = 17.5

[bands.L1800]
technology = "4G"
frequency_mhz = 1842.5
bandwidth_mhz = 20.0
subcarriers = 1200

[coverage.4G]
threshold_dbm = -110.0

[[targets]]
name = "4G, cả vùng"
technology = "4G"
zones = "communes"
at_least_percent = 98.0
"""

HEADER = (
    "site,longitude,latitude,operator,technology,band,azimuth_deg,mechanical_tilt_deg,electrical_tilt_deg,"
    "antenna_height_m,power_dbm,antenna,status"
)
REGISTER = f"""\
{HEADER}
A,105.21,21.31,Viettel,4G,L1800,0,,4,35,46,panel,on
A,105.21,21.31,Viettel,4G,L1800,120,0,4,35,46,panel,on
B,105.23,21.32,VNPT,4G,L1800,240,2,,42,43,panel,planned
"""

WEST, EAST, SOUTH, NORTH = 105.2, 105.25, 21.3, 21.34


def write_small_scenario(folder: Path, *, scenario: str = SCENARIO, register: str = REGISTER) -> Path:
    """Write the scenario and all its inputs into a folder; return the path of its scenario.toml."""
    (folder / "scenario.toml").write_text(scenario, encoding="utf-8")
    (folder / "register.csv").write_text(register, encoding="utf-8")
    write_zones(folder / "communes.geojson")
    write_slope(folder / "slope.tif")
    return folder / "scenario.toml"


def write_zones(path: Path, *, population: int | None = 12_000) -> None:
    middle = (WEST + EAST) / 2
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "type": kind, "population": population},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[west, SOUTH], [east, SOUTH], [east, NORTH], [west, NORTH], [west, SOUTH]]],
            },
        }
        for code, name, kind, west, east in (
            ("07900", "Phường Việt Trì", "Phường", WEST, middle),
            ("07901", "Xã Hy Cương", "Xã", middle, EAST),
        )
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def write_slope(path: Path, *, missing_columns: int = 0) -> None:
    """Write a slope rising eastwards from 20 m, reaching beyond the zones; its westernmost columns may be missing."""
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=100.0, margin_m=500.0)
    height_m = np.broadcast_to(20.0 + np.arange(grid.columns, dtype=np.float32), grid.shape).copy()
    height_m[:, :missing_columns] = -9999.0
    write_cog(path, height_m, grid, nodata=-9999.0, units="m", description="slope", tags={})
