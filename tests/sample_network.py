"""A small network that has a bit of everything: two operators, three channels, tilts, loads, a hole in the terrain."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from phusong.scenarios.store import Run
from phusong.terrain.grid import Grid
from phusong.terrain.raster import write_cog
from tests.small_scenario import EAST, HEADER, NORTH, SCENARIO, SOUTH, WEST, write_small_scenario

HOLE = slice(5, 9), slice(20, 26)
"""Rows and columns without terrain; masts stand well away from it, but paths cross it."""
BANDS = """\
[bands.L900]
technology = "4G"
frequency_mhz = 942.5
bandwidth_mhz = 10.0
subcarriers = 600

[bands.N3700]
technology = "5G"
frequency_mhz = 3750.0
bandwidth_mhz = 100.0
subcarriers = 3276

[coverage.5G]
threshold_dbm = -100.0

[propagation]
radius_km = 2.5

[load]
kind = "cell"

[[link_overrides]]
cell = "B-L1800-1"
downlink_load_percent = 85.0

[[link_overrides]]
cell = "D-L1800-2"
downlink_load_percent = 10.0
"""
TEXT = SCENARIO.replace("threshold_dbm = -110.0", "threshold_dbm = -84.0") + BANDS
SITES = {
    "A": (105.2051, 21.3052, 35), "B": (105.2353, 21.3204, 42), "C": (105.2451, 21.3352, 30),
    "D": (105.2104, 21.3321, 25), "E": (105.2151, 21.3153, 45), "F": (105.2303, 21.3101, 20),
}  # fmt: skip
CARRIERS = (
    ("A", "Viettel", "4G", "L1800", (10, 130, 250)),
    ("A", "Viettel", "4G", "L900", (10, 130)),
    ("B", "Viettel", "4G", "L1800", (0, 120, 240)),
    ("B", "Viettel", "5G", "N3700", (0, 120)),
    ("C", "Viettel", "4G", "L900", (60, 180)),
    ("D", "VNPT", "4G", "L1800", (0, 90, 180, 270)),
    ("E", "VNPT", "4G", "L1800", (45, 45, 225)),
    ("E", "Viettel", "5G", "N3700", (90,)),
    ("F", "Viettel", "4G", "L900", (300,)),
    ("F", "Viettel", "4G", "L1800", (300,)),
)
"""Site, operator, technology, band and azimuths; the second cell of E is the twin of its first."""


def row(
    site: str, operator: str, technology: str, band: str, azimuth: float, *, tilt: float = 4, status: str = "on",
    place: tuple[float, float, float] | None = None, power: float = 44, cell: str = "",
) -> str:  # fmt: skip
    """Return a line of the register, with the cell's name at its end."""
    longitude, latitude, height = place or SITES[site]
    mechanical = 2 if site == "B" else 0
    return (
        f"{site},{longitude},{latitude},{operator},{technology},{band},{azimuth},{mechanical},{tilt},{height},{power},"
        f"panel,{status},{cell}"
    )


def rows() -> list[str]:
    """Return the lines of the register; all cells have names, one of them is off."""
    lines = [
        row(site, operator, technology, band, azimuth, cell=f"{site}-{band}-{number}")
        for site, operator, technology, band, azimuths in CARRIERS
        for number, azimuth in enumerate(azimuths)
    ]
    return [*lines, row("C", "Viettel", "4G", "L1800", 200, status="off", cell="C-L1800-0")]


def register_text(lines: list[str]) -> str:
    return "\n".join([f"{HEADER},cell", *lines, ""])


def write_network(folder: Path, *, lines: list[str] | None = None, text: str = TEXT) -> Path:
    """Write the scenario and its inputs into a folder; return the path of its scenario.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    path = write_small_scenario(folder, scenario=text, register=register_text(rows() if lines is None else lines))
    write_hills(folder / "slope.tif")
    return path


def write_hills(path: Path) -> None:
    """Write hills of some 80 m with a hole."""
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=100.0, margin_m=500.0)
    down, across = np.indices(grid.shape)
    height_m = (60.0 + 40.0 * np.sin(across / 4.0) + 40.0 * np.cos(down / 3.0 + across / 9.0)).astype(np.float32)
    height_m[HOLE] = -9999.0
    write_cog(path, height_m, grid, nodata=-9999.0, units="m", description="hills", tags={})


def differing_parts(one: Run, other: Run, *folders: str) -> list[str]:
    """Return the files below these folders of two runs that are not the same to the last byte, or in one alone."""
    contents = [
        {path.relative_to(run.folder).as_posix(): path.read_bytes() for name in folders
         for path in (run.folder / name).rglob("*") if path.is_file()}
        for run in (one, other)
    ]  # fmt: skip
    assert contents[0]
    return sorted(name for name in {*contents[0], *contents[1]} if contents[0].get(name) != contents[1].get(name))
