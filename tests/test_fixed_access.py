"""ECC-33, SUI and Ericsson 9999: values by hand, a second writing of the formulas, and Hata as their relative."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.kernels.empirical import ecc33, ericsson9999, hata, sui
from phusong.kernels.itu.p525 import free_space_loss

LN10 = math.log(10.0)
LIGHT_SPEED_M_PER_S = 299_792_458.0


def bels(ratio: float) -> float:
    return math.log(ratio) / LN10


# ECC-33


def test_ecc33_by_hand() -> None:
    """At 1 km and 1 GHz every logarithm of them is 0: 92.4 + 20.41 = 112.81, mast gain log(h / 200) 13.958.

    A subscriber at 10 m gains 42.57 (1 - 0.585) = 17.66655 in a medium city and 7.59 - 1.862 = 5.728 in a large one.
    From a mast of 20 m the mast gain is -13.958.
    """
    link: dict[str, Any] = {"distance_m": 1000.0, "frequency_mhz": 1000.0, "rx_height_m": 10.0}
    assert ecc33.path_loss(**link, tx_height_m=200.0) == pytest.approx(112.81 - 17.66655)
    assert ecc33.path_loss(**link, tx_height_m=200.0, environment="large_city") == pytest.approx(112.81 - 5.728)
    assert ecc33.path_loss(**link, tx_height_m=20.0) == pytest.approx(112.81 - 17.66655 + 13.958)
    # 3.5 GHz, 5 km, 30 m, 5 m: log f = 0.544068, log d = 0.698970, log(30/200) = -0.823909, log 5 - 0.585 = 0.113970;
    # 92.4 + 13.9794 + 10.8814 = 117.2608; 20.41 + 6.8709 + 4.2949 + 2.8299 = 34.4056;
    # mast -0.823909 (13.958 + 5.8 * 0.488559) = -13.8348; subscriber (42.57 + 7.4537) 0.113970 = 5.7012
    loss_db = ecc33.path_loss(distance_m=5000.0, frequency_mhz=3500.0, tx_height_m=30.0, rx_height_m=5.0)
    assert loss_db == pytest.approx(117.2608 + 34.4056 + 13.8348 - 5.7012, abs=1e-3)


@settings(deadline=None, max_examples=60)
@given(st.floats(1.0, 10.0), st.floats(700.0, 3500.0), st.floats(20.0, 200.0), st.floats(5.0, 10.0))
def test_ecc33_agrees_with_a_polynomial(d: float, f: float, hb: float, hr: float) -> None:
    """The same model gathered by powers of log d and of log f in MHz (log GHz = log MHz - 3)."""
    x, y, z = bels(d), bels(f), bels(hb) - bels(200.0)
    # 7.894 (y - 3) + 9.56 (y - 3)^2 + 20 (y - 3) = 9.56 y^2 - 29.466 y + 2.358
    common_db = 112.81 + 29.83 * x + 9.56 * y**2 - 29.466 * y + 2.358 - z * 13.958 - 5.8 * z * x**2
    floor_db = free_space_loss(d, 1e-3 * f)
    link: dict[str, Any] = {"distance_m": 1e3 * d, "frequency_mhz": f, "tx_height_m": hb, "rx_height_m": hr}
    medium_db = common_db - (1.47 + 13.7 * y) * (bels(hr) - 0.585)  # 42.57 - 41.1 = 1.47
    large_db = common_db + 1.862 - 0.759 * hr
    assert ecc33.path_loss(**link) == pytest.approx(max(medium_db, floor_db), abs=1e-9)
    assert ecc33.path_loss(**link, environment="large_city") == pytest.approx(max(large_db, floor_db), abs=1e-9)


# SUI


@pytest.mark.parametrize(("terrain_type", "exponent"), [("A", 4.795), ("B", 4.375), ("C", 3.6 - 0.15 + 2.0 / 3.0)])
def test_sui_by_hand(terrain_type: str, exponent: float) -> None:
    """From 30 m at 2 GHz to 2 m both corrections are 0, and the loss over 1 km is A + 10 gamma.

    gamma of A: 4.6 - 0.225 + 0.42; B: 4.0 - 0.195 + 0.57; C: 3.6 - 0.15 + 0.6667. A = 20 log(4 pi 100 / 0.149896).
    """
    loss_db = sui.path_loss(
        distance_m=1000.0, frequency_mhz=2000.0, tx_height_m=30.0, rx_height_m=2.0, terrain_type=terrain_type
    )
    assert loss_db == pytest.approx(78.4684 + 10.0 * exponent, abs=1e-3)


def test_sui_corrections() -> None:
    """Twice the frequency is 26 log 2 = 7.8268 dB more; five times the height 10.8 log 5 or 20 log 5 less."""
    link: dict[str, Any] = {"distance_m": 3000.0, "tx_height_m": 30.0}
    for terrain_type, gain_db in (("A", 7.5489), ("B", 7.5489), ("C", 13.9794)):
        base_db = sui.path_loss(**link, frequency_mhz=2000.0, rx_height_m=2.0, terrain_type=terrain_type)
        assert sui.path_loss(**link, frequency_mhz=4000.0, rx_height_m=2.0, terrain_type=terrain_type) == pytest.approx(
            base_db + 7.8268, abs=1e-3
        )
        assert sui.path_loss(
            **link, frequency_mhz=2000.0, rx_height_m=10.0, terrain_type=terrain_type
        ) == pytest.approx(base_db - gain_db, abs=1e-3)


@settings(deadline=None, max_examples=60)
@given(
    st.floats(100.0, 8000.0),
    st.floats(1900.0, 11000.0),
    st.floats(10.0, 80.0),
    st.floats(2.0, 10.0),
    st.sampled_from([("A", 4.6, 7.5e-3, 12.6, 1.08), ("B", 4.0, 6.5e-3, 17.1, 1.08), ("C", 3.6, 5e-3, 20.0, 2.0)]),
)
def test_sui_agrees_with_the_power_law(
    d: float, f: float, hb: float, hr: float, terrain: tuple[str, float, float, float, float]
) -> None:
    name, a, b, c, height = terrain
    wavelength_m = LIGHT_SPEED_M_PER_S / (1e6 * f)
    ratio = (400.0 * math.pi / wavelength_m) ** 2 * (d / 100.0) ** (a - b * hb + c / hb)
    expected_db = 10.0 * bels(ratio * (f / 2000.0) ** 0.6 * (hr / 2.0) ** -height)
    loss_db = sui.path_loss(distance_m=d, frequency_mhz=f, tx_height_m=hb, rx_height_m=hr, terrain_type=name)
    assert loss_db == pytest.approx(max(expected_db, free_space_loss(1e-3 * d, 1e-3 * f)), abs=1e-9)


# Ericsson 9999


def test_ericsson_by_hand() -> None:
    """1800 MHz, 30 m, 1.5 m: log f = 3.255273, log hb = 1.477121, log 17.625 = 1.246129.

    g = 144.8271 - 50.6530 = 94.1741; mobile 3.2 * 1.552837 = 4.9691; mast -17.7255. At 1 km urban
    36.2 - 17.7255 - 4.9691 + 94.1741 = 107.6795, suburban 7.0 more, rural 9.75 more. At 10 km urban gains
    30.2 + 0.14771.
    """
    link: dict[str, Any] = {"frequency_mhz": 1800.0, "tx_height_m": 30.0, "rx_height_m": 1.5}
    for environment, more_db in (("urban", 0.0), ("suburban", 7.0), ("rural", 9.75)):
        loss_db = ericsson9999.path_loss(**link, distance_m=1000.0, environment=environment)
        assert loss_db == pytest.approx(107.6795 + more_db, abs=1e-3)
    assert ericsson9999.path_loss(**link, distance_m=1e4) == pytest.approx(107.6795 + 30.3477, abs=1e-3)


@settings(deadline=None, max_examples=60)
@given(st.floats(1.0, 20.0), st.floats(300.0, 1500.0), st.floats(30.0, 200.0), st.floats(1.0, 10.0))
def test_ericsson_with_hata_coefficients_is_hata(d: float, f: float, hb: float, hm: float) -> None:
    """Ericsson 9999 is Hata's open area with the large city's mobile gain: 69.55 - 40.94 + 4.97 = 33.58."""
    link: dict[str, Any] = {"distance_m": 1e3 * d, "frequency_mhz": f, "tx_height_m": hb, "rx_height_m": hm}
    city_db = 69.55 + 26.16 * bels(f) + hata.distance_and_mast_loss(d, hb) - hata.large_city_height_gain(f, hm)
    expected_db = max(city_db - hata.open_area_relief(f), free_space_loss(d, 1e-3 * f))
    loss_db = ericsson9999.path_loss(**link, a0=33.58, a1=44.9, a2=-13.82, a3=-6.55)
    assert loss_db == pytest.approx(expected_db, abs=1e-9)


def test_ericsson_coefficients_one_by_one() -> None:
    """A coefficient that is given wins over the environment's; each may differ from path to path."""
    link: dict[str, Any] = {"distance_m": 1e4, "frequency_mhz": 1800.0, "tx_height_m": 100.0, "rx_height_m": 1.5}
    urban_db = ericsson9999.path_loss(**link)
    assert ericsson9999.path_loss(**link, environment="rural", a0=36.2, a1=30.2) == urban_db
    changed = ericsson9999.path_loss(**link, a0=[36.2, 37.2], a1=[30.2, 31.2], a2=[-12.0, -11.0], a3=[0.1, 1.1])
    assert changed == pytest.approx([urban_db, urban_db + 1.0 + 1.0 + 2.0 + 2.0])
    with pytest.raises(InputError, match="a2"):
        ericsson9999.path_loss(**link, a2=math.nan)
