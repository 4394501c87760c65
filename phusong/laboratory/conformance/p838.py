"""P.838: the validation examples of ITU-R Study Group 3 for rain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from phusong.kernels.itu.p838 import rain_coefficients
from phusong.laboratory.conformance.p676 import read_examples
from phusong.laboratory.conformance.sets import Case, ReferenceSet

FILE = "ITURP838-3_rain_specific_attenuation.csv"


def cases(folder: Path) -> Iterator[Case]:
    """Yield the specific attenuation by rain of each example [dB/km]."""
    for elevation_deg, frequency_ghz, rate, tilt_deg, _, _, gamma in read_examples(folder / FILE):
        k, alpha = rain_coefficients(frequency_ghz, elevation_deg, tilt_deg)
        yield Case(f"{frequency_ghz:g} GHz, {rate:g} mm/h, {tilt_deg:g} degrees", gamma, k * rate**alpha)


SETS = (ReferenceSet("itu_valex_676_838", "p838", "ITU's examples", 1e-8, cases, is_relative=True),)
