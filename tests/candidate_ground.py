"""A plain with some masts, where candidates are looked for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.ground import Ground
from phusong.coverage.proposals.candidates import (
    CandidateRules,
    Candidates,
    find_candidates,
)
from phusong.scenarios.land_cover import LandCoverClass
from phusong.scenarios.register_table import COLUMNS
from phusong.scenarios.schema import Band
from phusong.terrain.grid import Grid

BoolArray = npt.NDArray[np.bool_]
GRID = Grid("EPSG:32648", 520_000.0, 2_360_000.0, 100.0, 40, 60)
EVERYWHERE = np.ones(GRID.shape, dtype=np.bool_)
WATER = LandCoverClass(80, "water", 0.0, 0.0, 6.0, "water")
OPEN = LandCoverClass(30, "grass", 0.0, 0.0, 6.0, "open")


BANDS = {
    "L1800": Band(technology="4G", frequency_mhz=1840.0, bandwidth_mhz=20.0, subcarriers=1200),
    "L900": Band(technology="4G", frequency_mhz=940.0, bandwidth_mhz=10.0, subcarriers=600),
    "L700": Band(technology="4G", frequency_mhz=768.0, bandwidth_mhz=10.0, subcarriers=600),
    "N3700": Band(technology="5G", frequency_mhz=3750.0, bandwidth_mhz=100.0, subcarriers=3276),
}


def ground_of(height_m: npt.ArrayLike = 10.0) -> Ground:
    return Ground(GRID, np.broadcast_to(np.asarray(height_m, dtype=np.float32), GRID.shape).copy(), None)


def at(row: float, column: float) -> tuple[float, float]:
    """Return x and y of a place on the grid [m]."""
    return GRID.west_m + (column + 0.5) * 100.0, GRID.north_m - (row + 0.5) * 100.0


def pixels_of(places_m: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    column, row = GRID.column_row(*places_m.T)
    return list(zip(np.rint(row).astype(int).tolist(), np.rint(column).astype(int).tolist(), strict=True))


def network(*masts: tuple[str, float, float, str, str]) -> pd.DataFrame:
    """Return cells of masts: site, row, column, operator and technology; two sectors each."""
    rows = []
    for site, row, column, operator, technology in masts:
        longitude, latitude = GRID.unproject(*at(row, column))
        band, power_dbm = ("L1800", 46.0) if technology == "4G" else ("N3700", 53.0)
        for number, azimuth_deg in enumerate((20.0, 200.0), start=1):
            cell = f"{site}-{band}-{number}"
            rows.append(
                (cell, site, float(longitude), float(latitude), operator, technology, band, azimuth_deg, 1.0, 4.0, 30.0,
                 power_dbm, "panel", "on")
            )  # fmt: skip
    columns = [
        "cell", "site", "longitude", "latitude", "operator", "technology", "band", "azimuth_deg", "mechanical_tilt_deg",
        "electrical_tilt_deg", "antenna_height_m", "power_dbm", "antenna", "status",
    ]  # fmt: skip
    assert set(columns) == set(COLUMNS)
    return pd.DataFrame(rows, columns=columns)


CELLS = network(
    ("A", 10, 10, "Viettel", "4G"), ("A", 10, 10, "Viettel", "5G"), ("B", 10, 30, "Viettel", "4G"),
    ("C", 30, 50, "MobiFone", "4G"),
)  # fmt: skip


def find(technology: str = "5G", needed: BoolArray = EVERYWHERE, **rules: object) -> Candidates:
    return find_candidates(
        CELLS, technology, ground_of(), needed, CandidateRules(**rules),  # type: ignore[arg-type]
        bands=BANDS, antennas=("panel", "slim"),
    )  # fmt: skip
