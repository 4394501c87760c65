"""P.1546: the validation set of ITU-R Study Group 3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from phusong.kernels.itu.p1546_model import field_strength_p1546
from phusong.laboratory.conformance.sets import Case, ReferenceSet
from phusong.laboratory.conformance.study_group_3 import Log, read_logs


def link_of(log: Log) -> dict[str, Any]:
    """Return what a log was given, as arguments of the model beside the profile; what is left blank is 0."""
    said = by_name(log)
    return {
        "frequency_mhz": float(said["Frequency f"]),
        "tx_height_m": float(said["Tx antenna height a. g. ha"]),
        "rx_height_m": float(said["Rx antenna height a. g. h2"]),
        "environment": said["Rx clutter type"].lower(),
        "tx_clutter_m": float(said.get("Tx clutter height R1", 0.0)),
        "rx_clutter_m": float(said.get("Rx clutter height R2", 0.0)),
        "time_percent": float(said["Percentage time t"]),
    }


def by_name(log: Log) -> dict[str, str]:
    """Return what a log says, by the names alone: no two are alike in this set."""
    return {name: text for (name, _), text in log.said.items()}


def profile_of(log: Log) -> dict[str, Any]:
    """Return the profile of a log as arguments of the model, which knows no clutter along the path."""
    return {"distance_m": log.profile.distance_m, "terrain_m": log.profile.terrain_m, "zone": log.profile.zone}


def decimals(number: str) -> int:
    """Return how many decimals a number is printed with."""
    return len(number.partition(".")[2])


def cases(folder: Path) -> Iterator[Case]:
    """Yield the field strength of 1 kW of each log [dB(uV/m)]; ours rounded as the log is: two have four decimals."""
    for log in read_logs(folder):
        printed = by_name(log)["Resulting field strength for Ptx = 1kW"]
        field = float(field_strength_p1546(**profile_of(log), **link_of(log)))
        yield Case(log.name, float(printed), round(field, decimals(printed)))


SETS = (
    ReferenceSet("itu_p1546", "p1546", "validation set of ITU-R Study Group 3", 1e-5, cases, unit="dB(uV/m)"),
)  # fmt: skip
