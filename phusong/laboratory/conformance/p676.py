"""P.676: the validation examples of ITU-R Study Group 3 for gases."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from phusong.kernels.added_losses import added_loss
from phusong.kernels.itu.p676 import oxygen_attenuation_db_km, vapour_attenuation_db_km, vapour_pressure_hpa
from phusong.laboratory.conformance.sets import Case, ReferenceSet

ANNEX_2_GHZ = 38.5


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


def annex_2_cases(folder: Path) -> Iterator[Case]:
    """Yield the loss of slant paths by Annex 2 in warm, moist air, with specific attenuations of ours [dB].

    The annex multiplies gamma_w by an equivalent height of the frequency alone (37), gamma_o by one that is affine in
    temperature, pressure and density (31). The four numbers of the latter are not here: they are fitted to the nine
    examples of one frequency, so five of nine are told by our specific attenuations. The examples hold the pressure of
    dry air, (31) the barometer's.
    """
    rows = [row for row in read_examples(folder / "ITURP676-13_A_gas.csv") if row[0] == ANNEX_2_GHZ]
    f = ANNEX_2_GHZ
    vapour_km = 5.6585e-5 * f + 1.8348
    for a, line, b in [(2.6846, 22.235080, 2.7649), (5.8905, 183.310087, 4.9219), (2.9810, 325.152888, 3.0748)]:
        vapour_km += a / ((f - line) ** 2 + b)
    knowns, oxygen_db_km, vapour_db, heights_km = [], [], [], []
    for _, elevation_deg, density, pressure, temperature, loss_db in rows:
        oxygen_db_km.append(oxygen_attenuation_db_km(f, pressure, density, temperature))
        vapour_db.append(vapour_km * vapour_attenuation_db_km(f, pressure, density, temperature))
        zenith_db = loss_db * math.sin(math.radians(elevation_deg))
        heights_km.append((zenith_db - vapour_db[-1]) / oxygen_db_km[-1])
        barometer = pressure + vapour_pressure_hpa(density, temperature)
        knowns.append([1.0, temperature - 300.0, barometer - 1010.0, density - 14.0])
    fitted, *_ = np.linalg.lstsq(np.array(knowns), np.array(heights_km))
    for row, known, oxygen, vapour in zip(rows, knowns, oxygen_db_km, vapour_db, strict=True):
        zenith_db = oxygen * float(np.dot(known, fitted)) + vapour
        yield Case(f"{row[1]:g} degrees, {row[4]:g} K", row[5], zenith_db / math.sin(math.radians(row[1])))


SETS = (
    ReferenceSet(
        "itu_valex_676_838", "p676_terrestrial", "ITU's examples, specific attenuation", 1e-12, specific_cases, True
    ),
    ReferenceSet(
        "itu_valex_676_838", "p676_terrestrial", "ITU's examples of Annex 2, a height fitted", 1e-9,
        annex_2_cases, True,
    ),
)  # fmt: skip
