"""P.1812: the validation set of ITU-R Study Group 3, and paths made with an independent program."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.kernels.models import path_loss
from phusong.laboratory.conformance.sets import Case, ReferenceSet

FloatArray = npt.NDArray[np.float64]

ZONES = {1: "sea", 3: "coast", 4: "inland"}
ROUNDING_KM = 5e-7


def itu_cases(folder: Path) -> Iterator[Case]:
    """Yield L_b of each log of the ITU's validation set [dB]."""
    for log_path in sorted((folder / "results").glob("*_log.csv")):
        with log_path.open(encoding="utf-8", newline="") as file:
            log = {row[0]: row[3] for row in csv.reader(file) if len(row) > 3 and row[3] and row[0][:1] != "#"}
        value = {name.split(" (")[0].strip(): text for name, text in log.items()}
        profile = _read_itu_profile(folder / "profiles" / f"{log_path.stem.rsplit('_', 2)[0]}.csv")
        computed_db = _loss_db(
            *profile,
            frequency_mhz=1000.0 * float(value["f"]),
            tx_height_m=float(value["htg"]),
            rx_height_m=float(value["hrg"]),
            polarization="vertical" if float(value["pol"]) == 2 else "horizontal",
            time_percent=float(value["p"]),
            latitude_deg=float(value["phi"]),
            delta_n=float(value["DN"]),
            surface_refractivity=float(value["N0"]),
            coast_distance_tx_km=float(value["dct"]),
            coast_distance_rx_km=float(value["dcr"]),
        )
        yield Case(log_path.stem, float(value["Lb"]), computed_db)


def _read_itu_profile(path: Path) -> tuple[FloatArray, FloatArray, FloatArray, list[str]]:
    """Return distance [m], ground and clutter [m] and zone of a profile of the validation set."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith("{Begin of Profile}"))
    end = next(i for i, line in enumerate(lines) if line.startswith("{End of Profile}"))
    rows = [line.split(",") for line in lines[begin + 1 : end] if line[0].isdigit()]
    distance_km, terrain_m, clutter_m = np.array([[float(row[i] or 0.0) for i in (0, 1, 3)] for row in rows]).T
    return 1000.0 * distance_km, terrain_m, clutter_m, [ZONES[int(float(row[4]))] for row in rows]


def generated_cases(folder: Path) -> Iterator[Case]:
    """Yield L_b of each path that an independent implementation made [dB].

    The table gives a length to 1e-6 km, but its profile comes from the unrounded one: of the lengths that round to the
    stated one, the nearest result counts.
    """
    for line in (folder / "p1812.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        lengths_km = case["d_km"] + np.linspace(-ROUNDING_KM, ROUNDING_KM, 11)
        losses_db = (_generated_loss_db(case, length_km) for length_km in lengths_km)
        expected_db: float = case["Lb_db"]
        yield Case(case["id"], expected_db, min(losses_db, key=lambda loss_db: abs(loss_db - expected_db)))


def _generated_loss_db(case: dict[str, Any], length_km: float) -> float:
    distance_km = np.linspace(0.0, length_km, case["n"]).round(6)
    northwards = math.copysign(1.0, case["phi_r"] - case["phi_t"])  # every path runs along a meridian
    return _loss_db(
        1000.0 * distance_km,
        np.array(case["elev_m"], dtype=float),
        np.array(case["clutter_m"], dtype=float),
        [ZONES[zone] for zone in np.broadcast_to(case["zone"], distance_km.shape).tolist()],
        frequency_mhz=1000.0 * case["f_ghz"],
        tx_height_m=case["htg"],
        rx_height_m=case["hrg"],
        polarization="vertical" if case["pol"] == 2 else "horizontal",
        time_percent=case["p_time"],
        location_percent=case["pL"],
        location_sigma_db=case["sigmaL"],
        latitude_deg=case["phi_t"] + northwards * math.degrees(0.5 * distance_km[-1] / 6371.0),
        delta_n=case["DN"],
        surface_refractivity=case["N0"],
        coast_distance_tx_km=case["dct"],
        coast_distance_rx_km=case["dcr"],
    )


def _loss_db(
    distance_m: FloatArray, terrain_m: FloatArray, clutter_m: FloatArray, zone: Sequence[str], **link: Any
) -> float:
    """Return the loss of one path through the public call [dB]."""
    return float(path_loss("p1812", distance_m=distance_m, terrain_m=terrain_m, clutter_m=clutter_m, zone=zone, **link))


SETS = (
    ReferenceSet("itu_p1812", "p1812", "validation set of ITU-R Study Group 3", 1e-6, itu_cases),
    ReferenceSet("generated_p1812", "p1812", "paths made with an independent program", 1e-4, generated_cases),
)
