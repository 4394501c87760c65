"""Where a site could be added: masts to upgrade, hilltops and a search grid, or the user's own list.

Every candidate is written as cells of a register, so that it is planned, simulated and exported like any other site.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.ground import Ground
from phusong.coverage.nearness import within
from phusong.errors import InputError, Problem
from phusong.scenarios.registers import Register

SEARCH_SPACING_KM = 1.5
"""Side of the squares of which each gives two candidates for a new site: its middle and its highest pixel."""
SECTOR_AZIMUTHS_DEG = (0.0, 120.0, 240.0)
_TEXTS = ("cell", "site", "operator", "technology", "band", "antenna", "status")


def register_from(frame: pd.DataFrame, source: str) -> Register:
    """Return a register from a table with the columns of its CSV file."""
    columns: dict[str, Any] = {}
    for name in _TEXTS:
        columns[name] = frame[name].astype(str).to_numpy(dtype=np.str_)
    for name, column in (("longitude_deg", "longitude"), ("latitude_deg", "latitude")):
        columns[name] = frame[column].to_numpy(dtype=np.float64)
    for name in ("azimuth_deg", "mechanical_tilt_deg", "electrical_tilt_deg", "antenna_height_m", "power_dbm"):
        columns[name] = frame[name].to_numpy(dtype=np.float64)
    return Register(**columns, source=source)


def masts_to_upgrade(cells: pd.DataFrame, technology: str) -> pd.DataFrame:
    """Return cells of the technology for every site that lacks it, in the place and direction of the cells it has.

    Band, antenna, power and electrical tilt are those that the site's operator uses most for the technology, or where
    it has none yet, that all operators use most.
    """
    having = set(cells.loc[cells["technology"] == technology, "site"])
    present = cells[cells["technology"] == technology]
    lacking = cells[~cells["site"].isin(having)]
    first = lacking.groupby("site")[["technology", "band"]].transform("first")
    one_layer = lacking[(lacking["technology"] == first["technology"]) & (lacking["band"] == first["band"])].copy()
    parts = []
    for operator, group in one_layer.groupby("operator", sort=True):
        pattern = usual_cell(
            present[present["operator"] == operator] if operator in set(present["operator"]) else present
        )
        parts.append(
            group.assign(**{name: pattern[name] for name in ("band", "antenna", "power_dbm", "electrical_tilt_deg")})
        )
    if not parts:
        return one_layer.assign(kind="mast to upgrade")
    upgraded = pd.concat(parts).sort_index()
    number = upgraded.groupby("site").cumcount() + 1
    return upgraded.assign(
        technology=technology,
        cell=upgraded["site"] + "-" + upgraded["band"] + "-" + number.astype(str),
        kind="mast to upgrade",
    )


def new_sites(
    cells: pd.DataFrame,
    technology: str,
    ground: Ground,
    needed: npt.NDArray[np.bool_],
    *,
    spacing_km: float = SEARCH_SPACING_KM,
) -> pd.DataFrame:
    """Return cells of new sites near the needed pixels: on the middle and the top of each square of a search grid.

    A square counts where a needed pixel lies within its own width. Each site has three sectors and otherwise the
    figures that the technology's cells have most.
    """
    grid = ground.grid
    side = max(round(spacing_km * 1000.0 / grid.resolution_m), 1)
    near = within(needed, side)
    height_m = np.where(np.isfinite(ground.height_m), ground.height_m, -np.inf)
    places: list[tuple[str, int, int]] = []
    for row in range(0, grid.rows, side):
        for column in range(0, grid.columns, side):
            part = slice(row, row + side), slice(column, column + side)
            if not (near[part] & np.isfinite(height_m[part])).any():
                continue
            block = height_m[part]
            top, left = np.unravel_index(int(np.argmax(block)), block.shape)
            middle = row + block.shape[0] // 2, column + block.shape[1] // 2
            places.append(("hilltop", row + int(top), column + int(left)))
            if np.isfinite(height_m[middle]) and middle != places[-1][1:]:
                places.append(("search grid", *middle))
    return _sites_at(cells, technology, ground, places)


def _sites_at(cells: pd.DataFrame, technology: str, ground: Ground, places: list[tuple[str, int, int]]) -> pd.DataFrame:
    x_m, y_m = ground.grid.centres_m()
    longitude, latitude = ground.grid.unproject(
        x_m[[column for _, _, column in places]], y_m[[row for _, row, _ in places]]
    )
    listed = pd.DataFrame(
        {
            "site": [f"NEW-{number:05d}" for number in range(1, len(places) + 1)],
            "longitude": np.round(longitude, 6),
            "latitude": np.round(latitude, 6),
            "kind": [kind for kind, _, _ in places],
        }
    )
    return sectors_at(listed, cells, technology)


def sectors_at(places: pd.DataFrame, cells: pd.DataFrame, technology: str) -> pd.DataFrame:
    """Return three cells for every place; what the place does not say is as most cells of the technology have it."""
    pattern = usual_cell(cells[cells["technology"] == technology])
    repeated = places.loc[places.index.repeat(len(SECTOR_AZIMUTHS_DEG))].reset_index(drop=True)
    sector = np.tile(np.arange(len(SECTOR_AZIMUTHS_DEG)), len(places))
    for name, value in pattern.items():
        if name not in repeated:
            repeated[name] = value
    return repeated.assign(
        technology=technology,
        status="on",
        azimuth_deg=np.array(SECTOR_AZIMUTHS_DEG)[sector],
        cell=[
            f"{site}-{band}-{n + 1}" for site, band, n in zip(repeated["site"], repeated["band"], sector, strict=True)
        ],
    )


def usual_cell(cells: pd.DataFrame) -> dict[str, Any]:
    """Return the band, antenna, operator and figures that cells have most; of heights and tilts the median."""
    kinds = cells.groupby(["band", "antenna", "power_dbm"], sort=True).size()
    most: Any = kinds.idxmax()  # the first of equals, in alphabetical order
    band, antenna, power_dbm = most
    alike = cells[(cells["band"] == band) & (cells["antenna"] == antenna)]
    return {
        "operator": alike["operator"].mode().iloc[0],
        "band": band,
        "antenna": antenna,
        "power_dbm": float(power_dbm),
        "antenna_height_m": float(alike["antenna_height_m"].median()),
        "mechanical_tilt_deg": float(alike["mechanical_tilt_deg"].median()),
        "electrical_tilt_deg": float(alike["electrical_tilt_deg"].median()),
    }


def listed_sites(path: Path, cells: pd.DataFrame, technology: str, ground: Ground) -> pd.DataFrame:
    """Return cells for a user's list: CSV with site, longitude, latitude and, if wished, antenna_height_m.

    Raises
    ------
    InputError : every bad row at once.
    """
    problems: list[Problem] = []
    name = str(path)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(
            [Problem(name, None, None, f"it cannot be read: {error}", "Give a CSV file in UTF-8")]
        ) from error
    for column in ("site", "longitude", "latitude"):
        if column not in table:
            problems.append(Problem(name, 1, column, "the column is missing", "Needed: site, longitude, latitude"))
    if problems:
        raise InputError(problems)
    numbers: dict[str, npt.NDArray[np.float64]] = {}
    limits = {"longitude": (-180.0, 180.0), "latitude": (-90.0, 90.0), "antenna_height_m": (1.0, 500.0)}
    for column, (low, high) in limits.items():
        if column not in table:
            continue
        values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
        numbers[column] = values
        for row in np.flatnonzero(~((values >= low) & (values <= high))).tolist():
            message = f"'{table[column].iloc[row]}' is not a number between {low:g} and {high:g}"
            problems.append(Problem(name, row + 2, column, message, "Write decimal degrees or metres with a point"))
    for row in np.flatnonzero(table["site"].duplicated()).tolist():
        message = f"site '{table['site'].iloc[row]}' stands twice"
        problems.append(Problem(name, row + 2, "site", message, "Give every candidate a name of its own"))
    if not problems:
        column_at, row_at = ground.grid.column_row(*ground.grid.project(numbers["longitude"], numbers["latitude"]))
        for row in range(len(table)):
            where = round(float(row_at[row])), round(float(column_at[row]))
            inside = 0 <= where[0] < ground.grid.rows and 0 <= where[1] < ground.grid.columns
            if not inside or not np.isfinite(ground.height_m[where]):
                message = f"site '{table['site'].iloc[row]}' stands outside the grid or on missing terrain"
                problems.append(Problem(name, row + 2, None, message, "Leave it out, or give the area more terrain"))
    if problems:
        raise InputError(problems)
    return sectors_at(pd.DataFrame({"site": table["site"], **numbers, "kind": "listed"}), cells, technology)
