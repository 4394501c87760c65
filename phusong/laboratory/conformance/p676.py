"""P.676: the validation examples of ITU-R Study Group 3 for gases."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from phusong.kernels.added_losses import added_loss
from phusong.kernels.itu.p676 import oxygen_attenuation_db_km, vapour_attenuation_db_km
from phusong.laboratory.conformance.sets import Case, ReferenceSet


def read_examples(path: Path) -> list[list[float]]:
    """Read a file of examples; its first row names, its second gives units."""
    with path.open(encoding="utf-8") as file:
        return [[float(word) for word in row] for row in list(csv.reader(file))[2:]]


def specific_cases(folder: Path) -> Iterator[Case]:
    """Yield the specific attenuation by oxygen, by vapour and by both [dB/km]; the sum through a path of 1 km."""
    for f, pressure, temperature, density, *expected in read_examples(folder / "ITURP676-13_gamma.csv"):
        computed = (
            oxygen_attenuation_db_km(f, pressure, density, temperature),
            vapour_attenuation_db_km(f, pressure, density, temperature),
            float(
                added_loss(
                    "p676_terrestrial",
                    distance_m=1000.0,
                    frequency_mhz=1000.0 * f,
                    pressure_hpa=pressure,
                    vapour_density_g_m3=density,
                    temperature_k=temperature,
                )
            ),
        )
        for gas, theirs, ours in zip(("oxygen", "vapour", "both"), expected, computed, strict=True):
            yield Case(f"{f:g} GHz, {gas}", theirs, ours)


def zenith_cases(folder: Path) -> Iterator[Case]:
    """Yield the loss of slant paths by Annex 2 in warm, moist air [dB]."""
    for f, elevation_deg, density, pressure, temperature, expected_db in read_examples(
        folder / "ITURP676-13_A_gas.csv"
    ):
        computed_db = added_loss(
            "p676_zenith",
            elevation_deg=elevation_deg,
            frequency_mhz=1000.0 * f,
            pressure_hpa=pressure,
            temperature_k=temperature,
            vapour_density_g_m3=density,
        )
        yield Case(f"{f:g} GHz, {temperature:g} K", expected_db, float(computed_db))


SETS = (
    ReferenceSet(
        "itu_valex_676_838", "p676_terrestrial", "ITU's examples, specific attenuation", 1e-12, specific_cases, True
    ),
    ReferenceSet("itu_valex_676_838", "p676_zenith", "ITU's examples, slant path", 1e-8, zenith_cases, True),
)
