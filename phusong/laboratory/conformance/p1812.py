"""P.1812: the validation set of ITU-R Study Group 3, and paths made with an independent program."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from phusong.kernels.models import path_loss
from phusong.laboratory.conformance.sets import Case, ReferenceSet
from phusong.laboratory.conformance.study_group_3 import ZONES, Log, Profile, read_logs

ROUNDING_KM = 5e-7


def itu_cases(folder: Path) -> Iterator[Case]:
    """Yield L_b of each log of the ITU's validation set [dB]."""
    for log in read_logs(folder):
        yield Case(log.name, log.value("Lb", "Eq (69)"), _loss_db(log.profile, **link_of(log)))


def link_of(log: Log) -> dict[str, Any]:
    """Return what a log of the validation set was given, as arguments of the model beside the profile."""
    return {
        "frequency_mhz": 1000.0 * log.value("f"),
        "tx_height_m": log.value("htg"),
        "rx_height_m": log.value("hrg"),
        "polarization": "vertical" if log.value("pol") == 2 else "horizontal",
        "time_percent": log.value("p"),
        "latitude_deg": log.value("phi", "Eq (4)"),
        "delta_n": log.value("DN"),
        "surface_refractivity": log.value("N0"),
        "coast_distance_tx_km": log.value("dct"),
        "coast_distance_rx_km": log.value("dcr"),
    }


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
    profile = Profile(
        1000.0 * distance_km,
        np.array(case["elev_m"], dtype=float),
        np.array(case["clutter_m"], dtype=float),
        [ZONES[zone] for zone in np.broadcast_to(case["zone"], distance_km.shape).tolist()],
    )
    return _loss_db(
        profile,
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


def _loss_db(profile: Profile, **link: Any) -> float:
    """Return the loss of one path through the public call [dB]."""
    return float(path_loss("p1812", **profile._asdict(), **link))


SETS = (
    ReferenceSet("itu_p1812", "p1812", "validation set of ITU-R Study Group 3", 1e-6, itu_cases),
    ReferenceSet("generated_p1812", "p1812", "paths made with an independent program", 1e-6, generated_cases),
)
