"""Paths through gases, Recommendation P.676-13: the ITU's examples, independent programs, limit values."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.kernels.added_losses import added_loss
from phusong.kernels.itu.p676 import (
    oxygen_attenuation_db_km,
    specific_attenuation_db_km,
    vapour_attenuation_db_km,
    vapour_pressure_hpa,
)
from phusong.kernels.itu.p676_slant import reference_air


def test_itu_example_of_the_slant_path() -> None:
    """The ITU's example of Annex 1, section 2.2.1 (CG-3M3J-13 ValEx Rev 8.3): 28 GHz, sea level to space, at 30°."""
    loss_db = added_loss("p676_slant", elevation_deg=30.0, frequency_mhz=28_000.0)
    assert loss_db == pytest.approx(0.47081173472870474, rel=1e-10)


def test_itur_up_to_1000_ghz() -> None:
    """itur 0.4.0, P.676-12, whose lines are those of P.676-13: equal to rounding in any air."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the libraries it brings in
        from itur.models import itu676 as module

        itu676: Any = module
        itu676.change_version(12)
        random = np.random.default_rng(676)
        for _ in range(60):
            f, temperature = 10.0 ** random.uniform(0.0, 3.0), random.uniform(200.0, 320.0)
            pressure, density = random.uniform(10.0, 1050.0), random.uniform(0.0, 30.0)
            air = (f, pressure, density, temperature)
            oxygen = float(itu676.gamma0_exact(f, pressure, density, temperature).value)
            vapour = float(itu676.gammaw_exact(f, pressure, density, temperature).value)
            assert oxygen_attenuation_db_km(*air) == pytest.approx(oxygen, rel=1e-11)
            assert vapour_attenuation_db_km(*air) == pytest.approx(vapour, rel=1e-11, abs=1e-15)


def test_pycraf_slant_path() -> None:
    """pycraf 2.1.0, layer by layer through the standard atmosphere: its layers and its lines (P.676-10) differ.

    Where oxygen rules, by up to 1.5 %; where water vapour does, by up to 6 %, so those frequencies are left out.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from astropy import units
        from pycraf import atm

        grid = np.array([3.5, 50.0, 60.0, 118.0]) * units.GHz
        layers = atm.atm_layers(grid, atm.profile_standard)
        for elevation_deg in (90.0, 30.0, 8.0):
            theirs = atm.atten_slant_annex1(elevation_deg * units.deg, 0.0 * units.m, layers)[0]
            ours_db = added_loss("p676_slant", elevation_deg=elevation_deg, frequency_mhz=1e3 * grid.value)
            assert ours_db == pytest.approx(np.asarray(theirs.value).ravel(), rel=0.02)


@pytest.mark.parametrize("seam_km", [11.0, 20.0, 32.0, 47.0, 51.0, 71.0])
def test_reference_air_has_no_step(seam_km: float) -> None:
    geometric_km = 6356.766 * seam_km / (6356.766 - seam_km)
    below, above = reference_air(geometric_km - 1e-9, 7.5), reference_air(geometric_km + 1e-9, 7.5)
    assert below == pytest.approx(above, rel=2e-5)  # the tabulated pressures are rounded


def test_reference_air_at_sea_level_and_aloft() -> None:
    assert reference_air(0.0, 7.5) == (1013.25, 288.15, 7.5)
    assert reference_air(2.0, 7.5)[2] == pytest.approx(7.5 / math.e)
    pressure, temperature, density = reference_air(50.0, 7.5)
    assert vapour_pressure_hpa(density, temperature) / pressure == pytest.approx(2e-6)
    assert reference_air(90.0, 7.5)[1] == 186.8673
    assert reference_air(86.0, 7.5)[0] == pytest.approx(reference_air(85.9999, 7.5)[0], rel=1e-3)


def test_terrestrial_path_and_its_limit_values() -> None:
    gamma = specific_attenuation_db_km(28.0, 1013.25, 7.5, 288.15)
    losses_db = added_loss("p676_terrestrial", distance_m=[0.0, 1000.0, 2500.0], frequency_mhz=28_000.0)
    assert losses_db == pytest.approx([0.0, gamma, 2.5 * gamma], rel=1e-12)
    vacuum: dict[str, Any] = {"pressure_hpa": 0.001, "vapour_density_g_m3": 0.0}
    assert added_loss("p676_terrestrial", distance_m=1e6, frequency_mhz=3_500.0, **vacuum) < 1e-6
    changing_db = added_loss("p676_terrestrial", distance_m=1000.0, frequency_mhz=[28e3, 28e3, 60e3, 28e3])
    assert changing_db == pytest.approx([gamma, gamma, specific_attenuation_db_km(60.0, 1013.25, 7.5, 288.15), gamma])


def test_slant_limits() -> None:
    with pytest.raises(InputError, match="less than 1 m above"):
        added_loss("p676_slant", elevation_deg=10.0, frequency_mhz=28e3, low_altitude_m=500.0, high_altitude_m=500.5)
    near_db = added_loss(
        "p676_slant", elevation_deg=90.0, frequency_mhz=28e3, low_altitude_m=0.0, high_altitude_m=1.0
    )  # fmt: skip
    pressure = 1013.25 - vapour_pressure_hpa(7.5, 288.15)
    assert near_db == pytest.approx(1e-3 * specific_attenuation_db_km(28.0, pressure, 7.5, 288.15), rel=1e-3)
    for edge in ({"low_altitude_m": 99_000.0}, {"high_altitude_m": 1e5}, {"vapour_density_g_m3": 0.0}):
        assert np.isfinite(added_loss("p676_slant", elevation_deg=0.0, frequency_mhz=28e3, **edge))


@given(st.floats(0.0, 89.0), st.floats(1e3, 1e6), st.floats(0.0, 5000.0))
@settings(max_examples=20, deadline=None)
def test_slant_laws(elevation_deg: float, frequency_mhz: float, low_m: float) -> None:
    """Higher, steeper and shorter paths lose less; a path is the sum of its halves at the zenith."""
    losses_db = np.asarray(
        added_loss(
            "p676_slant", elevation_deg=[elevation_deg, elevation_deg + 1.0], frequency_mhz=frequency_mhz,
            low_altitude_m=low_m,
        )
    )  # fmt: skip
    assert losses_db[1] < losses_db[0]
    halves: dict[str, Any] = {"elevation_deg": 90.0, "frequency_mhz": frequency_mhz}
    whole_db = added_loss("p676_slant", low_altitude_m=low_m, high_altitude_m=20_000.0, **halves)
    lower_db = added_loss("p676_slant", low_altitude_m=low_m, high_altitude_m=9_000.0, **halves)
    upper_db = added_loss("p676_slant", low_altitude_m=9_000.0, high_altitude_m=20_000.0, **halves)
    assert lower_db + upper_db == pytest.approx(whole_db, rel=2e-3)
