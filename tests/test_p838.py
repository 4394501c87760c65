"""Rain, Recommendations P.838-3 and P.530-18: the ITU's examples, an independent program, limit values."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.kernels.added_losses import added_loss
from phusong.kernels.itu.p838 import effective_path_km, rain_coefficients
from phusong.laboratory.conformance.p676 import read_examples
from phusong.laboratory.conformance.p838 import FILE
from tests.shared_data import SHARED, needs_shared

EXAMPLES = SHARED / "reference" / "itu_valex_676_838" / FILE


@needs_shared
def test_itu_examples() -> None:
    """Their k and alpha hold eight decimals; the attenuation is compared in the laboratory."""
    for elevation_deg, frequency_ghz, _, tilt_deg, k, alpha, _ in read_examples(EXAMPLES):
        assert rain_coefficients(frequency_ghz, elevation_deg, tilt_deg) == pytest.approx((k, alpha), abs=5.01e-9)


def test_itur() -> None:
    """itur 0.4.0, P.838-3: equal to rounding, over all its frequencies, elevations and tilts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the libraries it brings in
        from itur.models import itu838

        random = np.random.default_rng(838)
        for _ in range(100):
            frequency_ghz = 10.0 ** random.uniform(0.0, 3.0)
            elevation_deg, tilt_deg = random.uniform(0.0, 90.0), random.uniform(0.0, 90.0)
            theirs = itu838.rain_specific_attenuation_coefficients(frequency_ghz, elevation_deg, tilt_deg)
            assert rain_coefficients(frequency_ghz, elevation_deg, tilt_deg) == pytest.approx(theirs, rel=1e-12)


def test_effective_path_of_itur() -> None:
    """itur 0.4.0 has P.530-17, whose effective path is that of P.530-18: its loss at 0.01 % of the time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from itur.models import itu530

        for distance_km, frequency_ghz, rate in [(2.0, 38.0, 100.0), (10.0, 13.0, 60.0), (40.0, 7.0, 95.0)]:
            theirs: Any = itu530.rain_attenuation(21.0, 105.0, distance_km, frequency_ghz, 0.0, 0.01, tau=90, R001=rate)
            # It scales to the percentage even at 0.01 %, where the factor misses 1 by a little.
            c0 = 0.12 + 0.4 * math.log10(frequency_ghz / 10.0) ** 0.8 if frequency_ghz >= 10.0 else 0.12
            c1 = 0.07**c0 * 0.12 ** (1.0 - c0)
            c2, c3 = 0.855 * c0 + 0.546 * (1.0 - c0), 0.139 * c0 + 0.043 * (1.0 - c0)
            factor = c1 * 0.01 ** -(c2 + c3 * math.log10(0.01))
            ours_db = added_loss(
                "p838", distance_m=1e3 * distance_km, frequency_mhz=1e3 * frequency_ghz, rain_rate_mm_h=rate
            )  # fmt: skip
            assert ours_db * factor == pytest.approx(float(theirs.value), rel=1e-9)
            assert factor == pytest.approx(1.0, abs=0.01)


def test_limit_values() -> None:
    link: dict[str, Any] = {"frequency_mhz": 38_000.0}
    assert added_loss("p838", distance_m=0.0, rain_rate_mm_h=80.0, **link) == 0.0
    assert added_loss("p838", distance_m=5000.0, rain_rate_mm_h=0.0, **link) == 0.0
    assert effective_path_km(0.01, 38.0, 80.0, 0.9) == pytest.approx(0.025, rel=1e-12)  # 2.5 times, at most
    assert effective_path_km(20.0, 38.0, 80.0, 0.9) < 20.0
    high, low = (
        added_loss("p838", distance_m=5000.0, rain_rate_mm_h=80.0, polarization_tilt_deg=tilt, **link)
        for tilt in (0.0, 90.0)
    )
    assert high > low  # drops are flat: horizontal polarisation suffers more
    words = ["horizontal", "circular", "vertical"]
    by_word = added_loss("p838", distance_m=5000.0, rain_rate_mm_h=80.0, polarization=words, **link)
    by_tilt = added_loss("p838", distance_m=5000.0, rain_rate_mm_h=80.0, polarization_tilt_deg=[0, 45, 90], **link)
    assert np.array_equal(by_word, by_tilt)
    assert np.array_equal(np.asarray(by_word)[[0, 2]], np.asarray([high, low]))


@given(st.floats(0.0, 60_000.0), st.floats(0.0, 200.0), st.floats(1_000.0, 1e6))
@settings(max_examples=50, deadline=None)
def test_grows_with_the_rate(distance_m: float, rate: float, frequency_mhz: float) -> None:
    dry_db, wet_db = np.asarray(
        added_loss("p838", distance_m=distance_m, rain_rate_mm_h=[rate, 1.1 * rate], frequency_mhz=frequency_mhz)
    )
    assert 0.0 <= dry_db <= wet_db
    assert np.isfinite(wet_db)
