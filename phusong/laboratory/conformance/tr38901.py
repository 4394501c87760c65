"""3GPP TR 38.901: the formulas of its table of path loss, evaluated once more."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from phusong.kernels.models import path_loss
from phusong.laboratory.conformance.sets import Case, ReferenceSet

NAMES = {
    "RMa": "tr38901_rma",
    "UMa": "tr38901_uma",
    "UMi-StreetCanyon": "tr38901_umi",
    "InH-Office": "tr38901_inh",
}
"""Our models by the names of the report's scenarios."""


def cases(folder: Path, scenario: str) -> Iterator[Case]:
    """Yield the loss with line of sight, without, and expected with its probability, where the rows have them [dB]."""
    with (folder / "pathloss.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["scenario"] == scenario]
    for row in rows:
        name = f"{row['f_ghz']} GHz, {row['d2d_m']} m, {row['h_bs_m']} m, {row['h_ut_m']} m"
        los_db = float(row["pl_los_db"])
        yield Case(f"{name}, los", los_db, _loss_db(row, "los"))
        if not row["pl_nlos_db"]:
            continue
        nlos_db = float(row["pl_nlos_db"])
        yield Case(f"{name}, nlos", nlos_db, _loss_db(row, "nlos"))
        if row["p_los"]:
            share = float(row["p_los"])
            yield Case(f"{name}, expected", share * los_db + (1.0 - share) * nlos_db, _loss_db(row, "expected"))


def _loss_db(row: dict[str, str], line_of_sight: str) -> float:
    link: dict[str, Any] = {
        "distance_m": float(row["d2d_m"]),
        "frequency_mhz": 1e3 * float(row["f_ghz"]),
        "tx_height_m": float(row["h_bs_m"]),
        "rx_height_m": float(row["h_ut_m"]),
    }
    return float(path_loss(NAMES[row["scenario"]], line_of_sight=line_of_sight, **link))


SETS = tuple(
    ReferenceSet("3gpp_38901", model, f"{scenario}, evaluated once more", 1e-6, partial(cases, scenario=scenario))
    for scenario, model in NAMES.items()
)
