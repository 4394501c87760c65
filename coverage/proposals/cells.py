"""From a place to the cells of a register that would stand there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from phusong.coverage.proposals.surroundings import Surroundings
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import Band

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


def sectors_at(
    places: pd.DataFrame,
    cells: pd.DataFrame,
    technology: str,
    surroundings: Surroundings,
    bands: Mapping[str, Band],
) -> pd.DataFrame:
    """Return the cells of new sites, one for each azimuth; what a place does not say is by rule.

    The operator is that of the most usual cell. Outside town the band is the lowest that the operator has on air, which
    reaches farthest, in town the one that it uses most; antenna, power and tilts are those that its cells in that band
    have most. The antenna hangs as high as usual in town or in the country, but no higher than the place
    allows.

    Parameters
    ----------
    places : a row for each site: site, kind, longitude, latitude, azimuths_deg ("0 120 240"), operator, band and
        antenna ("": by rule), antenna_height_m (nan: by rule) and most_height_m, which limits the rule.
    cells : the network, with at least one cell of the technology.
    bands : of the scenario; one that is not there is not known to be low.
    """
    present = cells[cells["technology"] == technology]
    in_town = surroundings.in_town(places)
    operators = places["operator"].mask(places["operator"] == "", usual_cell(present)["operator"])
    parts = [places.iloc[:0].assign(power_dbm=0.0, mechanical_tilt_deg=0.0, electrical_tilt_deg=0.0)]
    for key, group in places.groupby([operators, places["band"], in_town], sort=False):
        operator, band, town = str(key[0]), str(key[1]), bool(key[2])
        own = present[present["operator"] == operator]
        own = present if own.empty else own
        pattern = usual_cell(_in_band(own, band, bands, town))
        figures = {name: pattern[name] for name in ("power_dbm", "mechanical_tilt_deg", "electrical_tilt_deg")}
        parts.append(
            group.assign(
                operator=operator,
                band=band or pattern["band"],
                antenna=group["antenna"].mask(group["antenna"] == "", pattern["antenna"]),
                antenna_height_m=group["antenna_height_m"].fillna(
                    group["most_height_m"].clip(upper=surroundings.height_m[town])
                ),
                **figures,
            )
        )
    table = pd.concat([part for part in parts if len(part)] or parts).sort_index()
    table = table.assign(azimuth_deg=table["azimuths_deg"].str.split()).explode("azimuth_deg", ignore_index=True)
    number = table.groupby("site").cumcount() + 1
    return table.drop(columns="azimuths_deg").assign(
        technology=technology,
        status="on",
        azimuth_deg=table["azimuth_deg"].astype(np.float64),
        cell=table["site"] + "-" + table["band"] + "-" + number.astype(str),
    )


def _in_band(cells: pd.DataFrame, band: str, bands: Mapping[str, Band], town: bool) -> pd.DataFrame:
    """Return the cells in a band, all where there is none; no band named: outside town in the lowest."""
    known = [one for one in sorted(set(cells["band"])) if one in bands]
    if not band and known and not town:
        band = min(known, key=lambda name: bands[name].frequency_mhz)
    alike = cells[cells["band"] == band]
    return cells if alike.empty else alike


def free_names(names: Sequence[str], taken: Collection[str]) -> list[str]:
    """Return the names, those that are taken with as many "+" behind them as it needs."""
    free = []
    for name in names:
        one = name
        while one in taken:
            one += "+"
        free.append(one)
    return free
