"""From a place to the cells of a register that would stand there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from phusong.scenarios.registers import Register

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


def sectors_at(places: pd.DataFrame, cells: pd.DataFrame, technology: str) -> pd.DataFrame:
    """Return the cells of new sites, one for each azimuth; what a place does not say is as most cells have it.

    Parameters
    ----------
    places : a row for each site: site, kind, longitude, latitude, azimuths_deg ("0 120 240"), operator ("": that which
        has most such cells) and antenna_height_m (nan: the usual one).
    cells : the network, with at least one cell of the technology.
    """
    present = cells[cells["technology"] == technology]
    parts = []
    for operator, group in places.groupby("operator", sort=False):
        own = present[present["operator"] == operator]
        pattern = usual_cell(present if own.empty else own)
        usual_height_m = pattern.pop("antenna_height_m")
        if operator:
            del pattern["operator"]
        parts.append(group.assign(**pattern, antenna_height_m=group["antenna_height_m"].fillna(usual_height_m)))
    table = pd.concat(parts).sort_index() if parts else places.assign(**usual_cell(present))
    table = table.assign(azimuth_deg=table["azimuths_deg"].str.split()).explode("azimuth_deg", ignore_index=True)
    number = table.groupby("site").cumcount() + 1
    return table.drop(columns="azimuths_deg").assign(
        technology=technology,
        status="on",
        azimuth_deg=table["azimuth_deg"].astype(np.float64),
        cell=table["site"] + "-" + table["band"] + "-" + number.astype(str),
    )
