"""How the validation sets of ITU-R Study Group 3 for P.1812 and P.1546 are written: profiles, and a log of each run."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

ZONES = {1: "sea", 3: "coast", 4: "inland"}


class Profile(NamedTuple):
    """Distance from the transmitter, ground and clutter height [m] of each point, and its zone in a word."""

    distance_m: FloatArray
    terrain_m: FloatArray
    clutter_m: FloatArray
    zone: list[str]


class Log(NamedTuple):
    """A run: what it was given and what came out, as written, by parameter and reference; and its profile."""

    name: str
    said: dict[tuple[str, str], str]
    profile: Profile

    def value(self, name: str, reference: str = "") -> float:
        """Return the value of a parameter; in P.1812, inputs have no reference."""
        return float(self.said[name, reference])


def read_logs(folder: Path) -> Iterator[Log]:
    """Yield every run of a set; what follows a bracket in the name of a parameter, as its unit, is left out."""
    for path in sorted((folder / "results").glob("*_log.csv")):
        text = path.read_text(encoding="utf-8-sig").replace(";", ",")
        rows = [row for row in csv.reader(text.splitlines()) if len(row) > 3 and row[0][:1] != "#"]
        said = {(row[0].split(" (")[0].strip(), row[1].strip()): row[3] for row in rows if row[3]}
        profile = read_profile(folder / "profiles" / f"{path.stem.rsplit('_', 2)[0]}.csv")
        yield Log(path.stem.removesuffix("_log"), said, profile)


def read_profile(path: Path) -> Profile:
    """Read a profile; some begin at the receiver."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    lines = text.split("{Begin of Profile}")[1].split("{End of Profile}")[0].splitlines()
    rows = [line.split(",") for line in lines if line.strip()[:1].isdigit()]
    columns = [[float(row[i].strip() or 0.0) for row in rows] for i in (0, 1, 3)]
    distance_km, terrain_m, clutter_m = map(np.array, columns)
    zone = [ZONES[int(float(row[4]))] for row in rows]
    if "First Point TX or RX:,R" in text:
        distance_km = distance_km[-1] - distance_km[::-1]
        terrain_m, clutter_m, zone = terrain_m[::-1].copy(), clutter_m[::-1].copy(), zone[::-1]
    return Profile(1000.0 * distance_km, terrain_m, clutter_m, zone)
