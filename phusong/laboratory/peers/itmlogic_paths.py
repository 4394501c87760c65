"""itmlogic: the irregular terrain model after the FORTRAN of 1985, path by path.

It rounds some constants otherwise, and takes the receiver's ground from the last point but one: the former makes up to
0.03 dB, the latter is felt where a profile has few points or ends on a slope.
"""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from typing import Any

import numpy as np

from phusong.laboratory.measures import speed
from phusong.laboratory.paths import Rays
from phusong.laboratory.report import Must, Row
from phusong.laboratory.subjects import RX_HEIGHT_M, TX_HEIGHT_M, find
from phusong.laboratory.terrain import cut, positions
from phusong.laboratory.timing import measure_cpu

NAME = "itmlogic"
HOW_TO_INSTALL = "pip install itmlogic"
PATHS = 60
RESOLUTION_M = 30.0


def is_here() -> bool:
    """Say whether the program is on this machine."""
    return importlib.util.find_spec(NAME) is not None


def compare(tile: Path, radius_m: float, runs: int) -> tuple[list[Row], list[Must]]:
    """Return what a path costs itmlogic and us, and how far apart the losses are: rays from one mast to the radius."""
    itm = find("itm")
    window = cut([tile], *positions(tile, radius_m)[0], resolution_m=RESOLUTION_M, radius_m=radius_m)
    rays = Rays(window, PATHS)
    paths = rays.paths(radius_m)
    link = {**itm.defaults, "frequency_mhz": itm.frequency_mhz, "tx_height_m": TX_HEIGHT_M, "rx_height_m": RX_HEIGHT_M}

    def theirs() -> list[float]:
        profiles = zip(paths.distance_m, paths.terrain_m, strict=True)
        return [loss_db(distance_m=distance_m, terrain_m=terrain_m, **link) for distance_m, terrain_m in profiles]

    apart_db = np.abs(np.array(theirs()) - itm.losses_db(paths))
    our_ns = speed(itm, rays, radius_m, runs).path_ns
    their_ns = measure_cpu(theirs, runs).median_s / PATHS * 1e9
    rows: list[Row] = [
        {
            "program": "this project, irregular terrain model", "paths": PATHS, "points": paths.points,
            "path [ns]": our_ns, "ratio": 1.0, "median difference [dB]": None, "largest difference [dB]": None,
        },
        {
            "program": "itmlogic", "paths": PATHS, "points": paths.points, "path [ns]": their_ns,
            "ratio": their_ns / our_ns, "median difference [dB]": float(np.median(apart_db)),
            "largest difference [dB]": float(apart_db.max()),
        },
    ]  # fmt: skip
    return rows, []


def loss_db(
    *,
    distance_m: Any,
    terrain_m: Any,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    climate: int,
    surface_refractivity: float,
    polarization: str,
    ground_permittivity: float,
    ground_conductivity: float,
    variability_mode: int,
    time_percent: float = 50.0,
    location_percent: float = 50.0,
    situation_percent: float = 50.0,
    confidence_percent: float | None = None,
    reliability_percent: float | None = None,
) -> float:
    """Return the loss of one path by itmlogic [dB]; the arguments are those of our model."""
    from itmlogic.misc.qerfi import qerfi
    from itmlogic.preparatory_subroutines.qlrpfl import qlrpfl
    from itmlogic.preparatory_subroutines.qlrps import qlrps
    from itmlogic.statistics.avar import avar

    heights_m = [float(height_m) for height_m in terrain_m]
    intervals = len(heights_m) - 1
    tenth = int(0.1 * intervals)
    known: dict[str, Any] = {
        "hg": [tx_height_m, rx_height_m], "pfl": [intervals, float(distance_m[-1]) / intervals, *heights_m],
        "klim": climate, "klimx": climate, "mdvar": variability_mode, "mdvarx": variability_mode,
        "kwx": 0, "lvar": 5, "mdp": -1, "dist": 0.0,
    }  # fmt: skip
    known["wn"], known["gme"], known["ens"], known["zgnd"] = qlrps(
        frequency_mhz,
        np.mean(heights_m[tenth : intervals - tenth + 1]),
        surface_refractivity,
        int(polarization == "vertical"),
        ground_permittivity,
        ground_conductivity,
    )
    shares = [time_percent, location_percent, situation_percent]
    if reliability_percent is not None and confidence_percent is not None:
        shares = [reliability_percent, 50.0, confidence_percent]
    in_time, in_place, in_situation = qerfi([0.01 * share for share in shares])
    attenuation_db, _ = avar(in_time, in_place, in_situation, qlrpfl(known))
    return float(attenuation_db + 32.45 + 20.0 * math.log10(frequency_mhz * 0.001 * float(distance_m[-1])))
