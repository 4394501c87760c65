"""The irregular terrain model: NTIA's test files, and paths made with NTIA's program.

Of the paths made with NTIA's program, the return code and every bit of its warnings have to be ours, too: a difference
in these counts as an infinite difference of the loss. Its return code is 1 where there is any warning.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from phusong.kernels.itm.area import itm_area
from phusong.kernels.itm.point_to_point import itm_point_to_point
from phusong.laboratory.conformance.sets import Case, ReferenceSet

POLARIZATIONS = ("horizontal", "vertical")
SITING = ("random", "careful", "very careful")
HALF_OF_TWO_DECIMALS_DB, HALF_OF_ONE_DECIMAL_DB = 0.005 + 1e-9, 0.05 + 1e-9


def point_to_point_cases(folder: Path) -> Iterator[Case]:
    """Yield the losses of NTIA's file of paths; each takes the profile in the same row of another file [dB]."""
    with (folder / "pfls.csv").open(encoding="utf-8") as file:
        profiles = [[float(word) for word in row if word.strip()] for row in csv.reader(file) if row]
    with (folder / "p2p.csv").open(encoding="utf-8") as file:
        rows = [{name: float(text) for name, text in row.items()} for row in csv.DictReader(file)]
    for number, (row, profile) in enumerate(zip(rows, profiles, strict=True), start=1):
        result = itm_point_to_point(**_profile(profile[1], profile[2:]), **_settings(row))
        yield Case(f"row {number}", row["A__db"], float(result.loss_db))


def area_cases(folder: Path) -> Iterator[Case]:
    """Yield the losses of NTIA's file of areas [dB]."""
    with (folder / "area.csv").open(encoding="utf-8") as file:
        rows = [{name: float(text) for name, text in row.items()} for row in csv.DictReader(file)]
    for number, row in enumerate(rows, start=1):
        result = itm_area(
            distance_m=1000.0 * row["d__km"],
            irregularity_m=row["delta_h__meter"],
            tx_siting=SITING[int(row["tx_siting_criteria"])],
            rx_siting=SITING[int(row["rx_siting_criteria"])],
            **_settings(row),
        )
        yield Case(f"row {number}", row["A__db"], float(result.loss_db))


def _settings(row: dict[str, float]) -> dict[str, Any]:
    return {
        "tx_height_m": row["h_tx__meter"],
        "rx_height_m": row["h_rx__meter"],
        "ground_permittivity": row["epsilon"],
        "ground_conductivity": row["sigma"],
        "surface_refractivity": row["N_0"],
        "frequency_mhz": row["f__mhz"],
        "polarization": POLARIZATIONS[int(row["pol"])],
        "climate": row["climate"],
        "time_percent": row["time"],
        "location_percent": row["location"],
        "situation_percent": row["situation"],
        "variability_mode": row["mdvar"],
    }


def generated_cases(folder: Path) -> Iterator[Case]:
    """Yield the losses that NTIA's program gave [dB]; ours is infinite if its return code or a warning is not ours."""
    for path in read_generated(folder):
        result = itm_point_to_point(**arguments_of(path))
        flags = (1 if result.warnings else 0, result.warnings)
        agree = flags == (path["rc"], path["warnings"])
        yield Case(path["id"], path["A_db"], float(result.loss_db) if agree else math.inf)


def read_generated(folder: Path) -> list[dict[str, Any]]:
    """Read the paths made with NTIA's program."""
    text = (folder / "itm_p2p.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def arguments_of(path: dict[str, Any]) -> dict[str, Any]:
    """Return a path made with NTIA's program as arguments of the model."""
    shares = ("confidence", "reliability") if path["mode"] == "CR" else ("time", "location", "situation")
    return {
        **_profile(path["step_m"], path["elev_m"]),
        "frequency_mhz": path["f_mhz"],
        "tx_height_m": path["h_tx"],
        "rx_height_m": path["h_rx"],
        "climate": path["climate"],
        "surface_refractivity": path["N_0"],
        "polarization": POLARIZATIONS[path["pol"]],
        "ground_permittivity": path["epsilon"],
        "ground_conductivity": path["sigma"],
        "variability_mode": path["mdvar"],
        **{f"{share}_percent": path[share] for share in shares},
    }


def _profile(step_m: float, terrain_m: list[float]) -> dict[str, Any]:
    return {"distance_m": step_m * np.arange(len(terrain_m)), "terrain_m": np.array(terrain_m)}


SETS = (
    ReferenceSet("ntia_itm", "itm", "NTIA's paths", HALF_OF_TWO_DECIMALS_DB, point_to_point_cases),
    ReferenceSet("ntia_itm", "itm", "NTIA's areas", HALF_OF_ONE_DECIMAL_DB, area_cases),
    ReferenceSet("generated_itm_p2p", "itm", "paths of NTIA's program, and warnings", 1e-4, generated_cases),
)
