"""Free-space loss."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.kernels.itu.p525 import free_space_loss

DISTANCES_KM = st.floats(1e-3, 3000.0)
FREQUENCIES_GHZ = st.floats(0.03, 6.0)


def test_constant_of_the_recommendation() -> None:
    assert free_space_loss(1.0, 1.0) == 92.4


@given(DISTANCES_KM, FREQUENCIES_GHZ)
def test_agrees_with_the_spreading_of_a_sphere(distance_km: float, frequency_ghz: float) -> None:
    exact_db = 20.0 * math.log10(4.0 * math.pi * distance_km * 1e3 * frequency_ghz * 1e9 / 299_792_458.0)
    assert free_space_loss(distance_km, frequency_ghz) == pytest.approx(exact_db, abs=0.05)  # 92.4 for 92.448


@given(DISTANCES_KM, FREQUENCIES_GHZ, st.floats(1.001, 10.0))
def test_grows_with_distance_and_frequency_alike(distance_km: float, frequency_ghz: float, factor: float) -> None:
    near_db = free_space_loss(distance_km, frequency_ghz)
    assert free_space_loss(factor * distance_km, frequency_ghz) > near_db
    assert free_space_loss(distance_km, factor * frequency_ghz) == pytest.approx(
        free_space_loss(factor * distance_km, frequency_ghz), abs=1e-9
    )
