"""Gases, line by line: laws of the sums. The ITU's own examples are compared in the laboratory."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.kernels.itu.p676 import (
    oxygen_attenuation_db_km,
    specific_attenuation_db_km,
    vapour_attenuation_db_km,
)
from phusong.kernels.itu.p676_lines import OXYGEN, WATER_VAPOUR

FREQUENCIES_GHZ = st.floats(0.1, 1000.0)


def test_the_tables_are_whole() -> None:
    assert OXYGEN.shape == (44, 7)
    assert WATER_VAPOUR.shape == (35, 7)
    assert (OXYGEN[1:, 0] > OXYGEN[:-1, 0]).all()
    assert (WATER_VAPOUR[1:, 0] > WATER_VAPOUR[:-1, 0]).all()


@settings(deadline=None, max_examples=100)
@given(FREQUENCIES_GHZ, st.floats(1.0, 1100.0), st.floats(0.0, 30.0), st.floats(180.0, 330.0))
def test_gases_attenuate_and_more_vapour_more(
    frequency_ghz: float, pressure_hpa: float, density_g_m3: float, temperature_k: float
) -> None:
    damp_db = vapour_attenuation_db_km(frequency_ghz, pressure_hpa, density_g_m3, temperature_k)
    assert vapour_attenuation_db_km(frequency_ghz, pressure_hpa, 1.1 * density_g_m3, temperature_k) >= damp_db >= 0.0
    assert oxygen_attenuation_db_km(frequency_ghz, pressure_hpa, density_g_m3, temperature_k) > 0.0


def test_dry_air_has_no_vapour_lines() -> None:
    assert vapour_attenuation_db_km(22.235, 1013.25, 0.0, 288.15) == 0.0
    assert specific_attenuation_db_km(60.0, 1013.25, 0.0, 288.15) > 10.0
