"""P.2108: NTIA's test data, losses printed with one decimal and codes of errors.

Where NTIA's program gives the code of an error, ours has to refuse the same argument; a loss that we compute instead is
an infinite difference. Code 49, a distance below 250 m, is the exception: ours keeps the loss of 250 m, and the
distance has to lie outside the stated validity.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from phusong.errors import InputError
from phusong.kernels.added_losses import added_loss, find_added_loss
from phusong.laboratory.conformance.sets import Case, ReferenceSet

CLUTTERS = {1: "water", 2: "open", 3: "suburban", 4: "urban", 5: "trees", 6: "dense urban"}
FIELDS = {
    32: "frequency_mhz", 33: "rx_height_m", 34: "street_width_m", 35: "clutter_height_m",
    48: "frequency_mhz", 50: "location_percent",
    64: "frequency_mhz", 65: "elevation_deg", 66: "location_percent",
}  # fmt: skip
"""Which argument each of NTIA's codes finds wrong."""
NEARER_THAN_250_M = 49
HALF_A_DIGIT_DB = 0.05 + 1e-9

Arguments = Callable[..., dict[str, Any]]


def terminal(f_ghz: float, height_m: float, street_m: float, clutter_m: float, kind: float) -> dict[str, Any]:
    """Return the arguments of section 3.1 from NTIA's, in NTIA's order."""
    return {
        "frequency_mhz": 1e3 * f_ghz, "rx_height_m": height_m, "street_width_m": street_m,
        "clutter_height_m": clutter_m, "clutter": CLUTTERS[int(kind)],
    }  # fmt: skip


def terrestrial(f_ghz: float, distance_km: float, percent: float) -> dict[str, Any]:
    """Return the arguments of section 3.2 from NTIA's, in NTIA's order."""
    return {"frequency_mhz": 1e3 * f_ghz, "distance_m": 1e3 * distance_km, "location_percent": percent}


def slant(f_ghz: float, elevation_deg: float, percent: float) -> dict[str, Any]:
    """Return the arguments of section 3.3 from NTIA's, in NTIA's order."""
    return {"frequency_mhz": 1e3 * f_ghz, "elevation_deg": elevation_deg, "location_percent": percent}


LOSSES: Mapping[str, tuple[str, str, Arguments]] = {
    "p2108_terminal": ("HeightGainTerminalCorrectionModelTestData.csv", "3.1", terminal),
    "p2108_terrestrial": ("TerrestrialStatisticalModelTestData.csv", "3.2", terrestrial),
    "p2108_slant": ("AeronauticalStatisticalModelTestData.csv", "3.3", slant),
}
"""File, section and arguments by the name of our loss."""


def cases(folder: Path, name: str) -> Iterator[Case]:
    """Yield every row of the file of a loss [dB]."""
    file_name, _, arguments = LOSSES[name]
    with (folder / file_name).open(encoding="utf-8") as file:
        rows = [[float(value) for value in row.values()] for row in csv.DictReader(file)]
    for *inputs, code, loss_db in rows:
        given = arguments(*inputs)
        title = ", ".join(f"{value:g}" for value in inputs)
        if code == 0:
            yield Case(title, loss_db, float(added_loss(name, **given)))
        elif code == NEARER_THAN_250_M:
            kept = added_loss(name, **{**given, "distance_m": 250.0}) == added_loss(name, **given)
            doubted = given["distance_m"] < find_added_loss(name).validity["distance_m"].low
            yield Case(title, 0.0, 0.0 if kept and doubted else math.inf)
        else:
            yield Case(title, 0.0, 0.0 if refused_fields(name, given) == {FIELDS[int(code)]} else math.inf)


def refused_fields(name: str, given: dict[str, Any]) -> set[str | None]:
    """Return the arguments that our loss refuses."""
    try:
        added_loss(name, **given)
    except InputError as error:
        return {problem.field for problem in error.problems}
    return set()


SETS = tuple(
    ReferenceSet("ntia_p2108", name, f"NTIA's test data, section {section}", HALF_A_DIGIT_DB, partial(cases, name=name))
    for name, (_, section, _) in LOSSES.items()
)
