"""P.452: the validation set of ITU-R Study Group 3."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from phusong.kernels.models import path_loss
from phusong.laboratory.conformance.sets import Case, ReferenceSet
from phusong.laboratory.conformance.study_group_3 import Profile

ZONES = {"1": "coast", "2": "inland", "3": "sea"}


class Table(NamedTuple):
    """A profile, and the runs over it: what each was given and what came out, by the heading of the column."""

    name: str
    profile: Profile
    rows: list[dict[str, str]]


def read_tables(folder: Path) -> Iterator[Table]:
    """Yield every table of the set."""
    for path in sorted((folder / "results").glob("*.csv")):
        with (folder / "profiles" / path.name.replace("result", "profile")).open(encoding="utf-8") as file:
            points = list(csv.reader(file))[1:]
        distance_km, terrain_m, clutter_m = np.array([[float(word) for word in point[:3]] for point in points]).T.copy()
        profile = Profile(1000.0 * distance_km, terrain_m, clutter_m, [ZONES[point[4].strip()] for point in points])
        with path.open(encoding="utf-8") as file:
            yield Table(path.stem.removeprefix("test_result_"), profile, list(csv.DictReader(file)))


def link_of(row: dict[str, str], length_m: float) -> dict[str, Any]:
    """Return what a run was given, as arguments of the model beside the profile."""
    return {
        "frequency_mhz": 1000.0 * float(row["f (GHz)"]),
        "tx_height_m": float(row["htg (m)"]),
        "rx_height_m": float(row["hrg (m)"]),
        "polarization": "vertical" if row["pol (1-h/2-v)"] == "2" else "horizontal",
        "time_percent": float(row["p (%)"]),
        "tx_gain_dbi": float(row["Gt (dBi)"]),
        "rx_gain_dbi": float(row["Gr (dBi)"]),
        "latitude_deg": _latitude_deg(row, 0.5e-3 * length_m),
        "delta_n": float(row["DN"]),
        "surface_refractivity": float(row["N0"]),
        "coast_distance_tx_km": float(row["dct (km)"]),
        "coast_distance_rx_km": float(row["dcr (km)"]),
        "pressure_hpa": float(row["press (hPa)"]),
        "temperature_c": float(row["temp (deg C)"]),
    }


def _latitude_deg(row: dict[str, str], distance_km: float) -> float:
    """Return the latitude at a distance from the transmitter along the great circle to the receiver [degrees]."""
    names = ("phit_n (deg)", "phit_e (deg)", "phir_n (deg)", "phir_e (deg)")
    lat, lon, to_lat, to_lon = (math.radians(float(row[name])) for name in names)
    across = math.sin(to_lon - lon) * math.cos(to_lat)
    ahead = math.cos(lat) * math.sin(to_lat) - math.sin(lat) * math.cos(to_lat) * math.cos(to_lon - lon)
    angle, bearing = distance_km / 6371.0, math.atan2(across, ahead)
    sine = math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing)
    return math.degrees(math.asin(sine))


def cases(folder: Path) -> Iterator[Case]:
    """Yield L_b of every run over every profile [dB]."""
    for table in read_tables(folder):
        for number, row in enumerate(table.rows, start=1):
            link = link_of(row, table.profile.distance_m[-1])
            computed_db = path_loss("p452", **table.profile._asdict(), **link)
            yield Case(f"{table.name} {number}", float(row["Lb"]), float(computed_db))


SETS = (ReferenceSet("itu_p452", "p452", "validation set of ITU-R Study Group 3", 1e-6, cases),)
