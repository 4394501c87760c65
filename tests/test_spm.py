"""The Standard Propagation Model: Hata as its default, each term alone, effective heights, pairs of coefficients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.kernels.arguments import FloatArray
from phusong.kernels.empirical import cost231_hata, hata, spm, spm_model
from phusong.kernels.itu import p1812
from phusong.kernels.itu.p525 import free_space_loss

FLAT_M = np.linspace(0.0, 4000.0, 41)
HILL_M = 50.0 + 60.0 * np.exp(-(((FLAT_M - 1500.0) / 300.0) ** 2))
LINK: dict[str, Any] = {"frequency_mhz": 1800.0, "tx_height_m": 30.0, "rx_height_m": 1.5}


def loss(terrain_m: FloatArray, distance_m: FloatArray = FLAT_M, **arguments: Any) -> float:
    loss_db = spm_model.path_loss(distance_m=distance_m, terrain_m=terrain_m, **{**LINK, **arguments})
    assert isinstance(loss_db, float)
    return loss_db


def level(distance_m: FloatArray = FLAT_M) -> FloatArray:
    return np.full(distance_m.size, 50.0)


# The formula


@pytest.mark.parametrize(
    ("frequency_mhz", "k1"), [(2300.0, 24.7), (2500.0, 25.4), (2700.0, 26.1), (3300.0, 27.8), (3500.0, 28.3)]
)
def test_default_k1_of_the_tools(frequency_mhz: float, k1: float) -> None:
    """Forsk, Atoll model calibration guide, table of K1 by frequency (WiMAX rows)."""
    assert spm.default_k1(frequency_mhz) == pytest.approx(k1, abs=0.07)


def test_default_k1_has_no_step_but_at_1500_mhz() -> None:
    assert spm.default_k1(2000.0) == pytest.approx(spm.default_k1(2000.0 + 1e-6), abs=1e-6)
    # 46.3 + 33.9 log 1500 - 69.55 - 26.16 log 1500 = -23.25 + 7.74 * 3.176091
    assert spm.default_k1(1500.0 + 1e-6) - spm.default_k1(1500.0) == pytest.approx(1.3329, abs=1e-3)


@settings(deadline=None, max_examples=40)
@given(st.floats(1000.0, 20_000.0), st.floats(150.0, 2000.0), st.floats(30.0, 200.0))
def test_without_diffraction_the_default_is_hata(distance_m: float, frequency_mhz: float, mast_m: float) -> None:
    """Hata's formula in metres: K3 = -13.82 + 3 * 6.55 and K1 = ... - 3 * 44.9; the mobile's gain is left out."""
    profile = np.array([0.0, 0.5 * distance_m, distance_m])
    link: dict[str, Any] = {"frequency_mhz": frequency_mhz, "tx_height_m": mast_m, "rx_height_m": 1.5}
    model = hata if frequency_mhz <= 1500.0 else cost231_hata
    floor_db = free_space_loss(1e-3 * distance_m, 1e-3 * frequency_mhz)
    hata_db = model.path_loss(distance_m=distance_m, **link)
    spm_db = loss(level(profile), profile, k4=0.0, **link)
    gain_db = hata.mobile_height_gain(frequency_mhz, 1.5)
    assert spm_db == pytest.approx(hata_db + gain_db, abs=1e-9) or min(spm_db, float(hata_db)) <= floor_db


def test_by_hand() -> None:
    """4 km from 100 m, all coefficients given: 20 + 40 log 4000 + 5 log 100 - 6 log 4000 log 100 + 0.2 * 2 - 3 log 2.

    log 4000 = 3.602060: 20 + 144.0824 + 10 - 43.2247 + 0.4 - 0.9031 = 130.3546; suburban -4 * 0.5.
    """
    loss_db = loss(
        level(),
        tx_height_m=100.0,
        rx_height_m=2.0,
        k1=20.0,
        k2=40.0,
        k3=5.0,
        k4=0.0,
        k5=-6.0,
        k6=0.2,
        k7=-3.0,
        clutter_class="suburban",
        k_clutter=0.5,
    )
    assert loss_db == pytest.approx(128.3546, abs=1e-3)


@pytest.mark.parametrize(
    ("field", "more", "term_db"),
    [
        ("k1", 1.0, 1.0),
        ("k2", 1.0, math.log10(4000.0)),
        ("k3", 1.0, math.log10(30.0)),
        ("k5", 1.0, math.log10(30.0) * math.log10(4000.0)),
        ("k6", 1.0, 1.5),
        ("k7", 1.0, math.log10(1.5)),
        ("clutter_offset_db", 1.0, 1.0),
    ],
)
def test_each_term(field: str, more: float, term_db: float) -> None:
    k1 = spm.default_k1(1800.0)
    base: dict[str, Any] = {
        "k1": k1,
        "k2": 44.9,
        "k3": 5.83,
        "k5": -6.55,
        "k6": 0.0,
        "k7": 0.0,
        "clutter_offset_db": 0.0,
    }
    assert loss(level(), **base) == loss(level())
    assert loss(level(), **{**base, field: base[field] + more}) - loss(level()) == pytest.approx(term_db, abs=1e-9)


@pytest.mark.parametrize("terrain_m", [level(), HILL_M])
@pytest.mark.parametrize("polarization", ["vertical", "horizontal"])
def test_diffraction_is_that_of_p1812(terrain_m: FloatArray, polarization: str) -> None:
    """K4 times L_d50 of Recommendation P.1812 over the same bare profile: of the hill, and of the flat Earth."""
    size = FLAT_M.size
    zone = np.full(size, p1812.INLAND, dtype=np.int8)
    vertical = polarization == "vertical"
    path = p1812.predict(
        1e-3 * FLAT_M, terrain_m, terrain_m.copy(), zone, 1.8, 30.0, 1.5, vertical, 50.0, 50.0, 0.0, 21.0, 45.0, 325.0,
        500.0, 500.0,
    )  # fmt: skip
    diffraction_db = path.median_diffraction.loss_db
    assert diffraction_db > 1.0
    without_db = loss(terrain_m, k4=0.0, polarization=polarization)
    assert loss(terrain_m, polarization=polarization) - without_db == pytest.approx(diffraction_db, abs=1e-9)
    assert loss(terrain_m, k4=0.6, polarization=polarization) - without_db == pytest.approx(0.6 * diffraction_db)


@pytest.mark.parametrize(("name", "offset_db"), list(spm.CLUTTER_OFFSETS_DB.items()))
def test_clutter_classes(name: str, offset_db: float) -> None:
    assert loss(level(), clutter_class=name) - loss(level()) == pytest.approx(offset_db)
    assert loss(level(), clutter_class=name, clutter_offset_db=2.0) - loss(level()) == pytest.approx(2.0)


def test_free_space_is_the_floor() -> None:
    short_m = np.array([0.0, 0.25, 0.5])
    assert loss(level(short_m), short_m) == free_space_loss(0.5e-3, 1.8)
    assert loss(level(), k1=-500.0) == free_space_loss(4.0, 1.8)


@settings(deadline=None, max_examples=30)
@given(st.floats(150.0, 3500.0), st.floats(20.0, 200.0), st.floats(1.0, 10.0))
def test_grows_with_distance_over_flat_land(frequency_mhz: float, mast_m: float, mobile_m: float) -> None:
    lengths_m = np.geomspace(100.0, 50e3, 40)
    losses_db = spm_model.path_loss(
        distance_m=lengths_m[:, None] * np.linspace(0.0, 1.0, 33),
        terrain_m=np.full((40, 33), 20.0),
        frequency_mhz=frequency_mhz,
        tx_height_m=mast_m,
        rx_height_m=mobile_m,
    )
    assert np.all(np.diff(losses_db) > 0.0)


# Pairs of K1 and K2


def test_pairs_by_line_of_sight() -> None:
    """The hill blocks the path, flat land does not: only the pair of the path's own kind counts."""
    open_db, blocked_db = loss(level()), loss(HILL_M)
    assert loss(level(), k1_nlos=0.0, k2_nlos=0.0) == open_db
    k1, k2 = spm.default_k1(1800.0), spm.K2
    more: dict[str, Any] = {"k1_nlos": k1 + 5.0, "k2_nlos": k2 + 2.0}
    assert loss(HILL_M, **more) - blocked_db == pytest.approx(5.0 + 2.0 * math.log10(4000.0))
    assert loss(HILL_M, k1=k1 + 5.0, k2=k2 + 2.0) - blocked_db == pytest.approx(5.0 + 2.0 * math.log10(4000.0))


def test_pairs_by_nearness() -> None:
    """A receiver exactly at near_m is near; a pair that is not given is the far one of the same line of sight."""
    k1, k2 = spm.default_k1(1800.0), spm.K2
    near: dict[str, Any] = {"k1_near": k1 + 3.0, "k2_near": k2 + 1.0}
    more_db = 3.0 + math.log10(4000.0)
    assert loss(level(), **near) == loss(level())
    assert loss(level(), **near, near_m=3999.0) == loss(level())
    assert loss(level(), **near, near_m=4000.0) - loss(level()) == pytest.approx(more_db)
    assert loss(HILL_M, **near, near_m=4000.0) == loss(HILL_M)
    blocked: dict[str, Any] = {"k1_near_nlos": k1 + 3.0, "k2_near_nlos": k2 + 1.0}
    assert loss(HILL_M, **blocked, near_m=4000.0) - loss(HILL_M) == pytest.approx(more_db)
    assert loss(level(), **blocked, near_m=4000.0) == loss(level())
    assert loss(HILL_M, k1_nlos=k1 + 3.0, near_m=4000.0) - loss(HILL_M) == pytest.approx(3.0)


# Effective height


def height(method: str, distance_m: FloatArray, terrain_m: FloatArray, tx_height_m: float = 30.0) -> float:
    code = spm_model.EFFECTIVE_HEIGHTS[method]
    return spm.effective_height_m(distance_m, terrain_m, tx_height_m, code, 3000.0, 15000.0, 20.0, 200.0)


@pytest.mark.parametrize(
    ("method", "downhill_m", "uphill_m"),
    [("ground", 30.0, 30.0), ("spot", 70.0, 30.0), ("absolute_spot", 70.0, 70.0), ("average_terrain", 54.0, 20.0)],
)
def test_effective_heights_by_hand(method: str, downhill_m: float, uphill_m: float) -> None:
    """Over 10 km the ground falls by 40 m, or rises; its mean from 2 to 10 km is 24 m lower or higher, 6 m clamped."""
    distance_m = np.linspace(0.0, 10e3, 11)
    assert height(method, distance_m, np.linspace(140.0, 100.0, 11)) == pytest.approx(downhill_m)
    assert height(method, distance_m, np.linspace(100.0, 140.0, 11)) == pytest.approx(uphill_m)


@pytest.mark.parametrize(("fall_m", "expected_m"), [(-15.0, 20.0), (-5.0, 25.0), (169.0, 199.0), (171.0, 200.0)])
def test_effective_height_is_bounded(fall_m: float, expected_m: float) -> None:
    """A step of the ground just before 3 km: the antenna stands fall_m higher above the mean beyond, within bounds."""
    distance_m = np.array([0.0, 2999.0, 3000.0, 20e3])
    terrain_m = np.array([200.0 + fall_m, 200.0 + fall_m, 200.0, 200.0])
    assert height("average_terrain", distance_m, terrain_m) == pytest.approx(expected_m)
    assert height("ground", distance_m, terrain_m, 5.0) == 5.0


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0.0, 90.0), min_size=2, max_size=30), st.floats(500.0, 40e3), st.randoms())
def test_average_terrain_agrees_with_dense_sampling(heights_m: list[float], length_m: float, random: Any) -> None:
    steps = np.cumsum([0.0] + [random.uniform(0.2, 1.0) for _ in heights_m[1:]])
    distance_m = steps / steps[-1] * length_m
    terrain_m = np.array(heights_m)
    start_m, end_m = (3000.0, 15000.0) if length_m >= 15000.0 else (0.2 * length_m, length_m)
    middles_m = start_m + (np.arange(20_000) + 0.5) / 20_000 * (end_m - start_m)
    mean_m = np.interp(middles_m, distance_m, terrain_m).mean()
    expected_m = min(max(110.0 + terrain_m[0] - mean_m, 20.0), 200.0)
    assert height("average_terrain", distance_m, terrain_m, 110.0) == pytest.approx(expected_m, abs=1e-2)


def test_effective_height_enters_the_loss() -> None:
    falling_m = np.linspace(120.0, 50.0, FLAT_M.size)
    spot_db = loss(falling_m, k4=0.0, effective_height="spot")
    assert spot_db == pytest.approx(loss(falling_m, k4=0.0, tx_height_m=100.0), abs=1e-9)
    bounded_db = loss(falling_m, k4=0.0, effective_height="spot", most_effective_height_m=60.0)
    assert bounded_db == pytest.approx(loss(falling_m, k4=0.0, tx_height_m=60.0), abs=1e-9)
    average_db = loss(falling_m, k4=0.0, effective_height="average_terrain", average_from_m=0.0, average_to_m=4000.0)
    assert average_db == pytest.approx(loss(falling_m, k4=0.0, tx_height_m=65.0), abs=1e-9)


# The formula alone, shapes and limits


@pytest.mark.parametrize(("ground_m", "offset_db", "in_sight"), [(level(), 0.0, True), (HILL_M, -11.0, False)])
def test_the_formula_alone_is_the_call(ground_m: FloatArray, offset_db: float, in_sight: bool) -> None:
    """A raster hands in what the call finds for itself: diffraction, effective height and line of sight."""
    coefficients = spm.default_coefficients(1800.0)
    diffraction_db = loss(ground_m) - loss(ground_m, k4=0.0)
    alone_db = spm.spm_loss(4000.0, diffraction_db, 30.0, 1.5, coefficients, offset_db, in_sight, 1800.0)
    assert alone_db == pytest.approx(loss(ground_m, clutter_offset_db=offset_db))


def test_near_receivers_have_pairs_of_their_own() -> None:
    split = spm.default_coefficients(1800.0)._replace(
        near_m=5000.0, k1_near=30.0, k2_near=40.0, k1_near_nlos=31.0, k2_near_nlos=41.0
    )
    seen_db, hidden_db = (
        spm.spm_loss(4000.0, 0.0, 30.0, 1.5, split, 0.0, in_sight, 1800.0) for in_sight in (True, False)
    )
    assert hidden_db - seen_db == pytest.approx(1.0 + math.log10(4000.0))


def test_many_paths_are_the_single_ones() -> None:
    terrain_m = np.array([level(), HILL_M, HILL_M[::-1]])
    many_db = spm_model.path_loss(
        distance_m=FLAT_M,
        terrain_m=terrain_m,
        **{**LINK, "frequency_mhz": [900.0, 1800.0, 2600.0], "k4": [1.0, 0.5, 0.3], "clutter_class": "open"},
    )
    expected = [
        loss(terrain_m[i], frequency_mhz=mhz, k4=k4, clutter_class="open")
        for i, (mhz, k4) in enumerate([(900.0, 1.0), (1800.0, 0.5), (2600.0, 0.3)])
    ]
    assert np.array_equal(many_db, expected)


def test_both_sides_of_every_limit() -> None:
    ends = {"distance_m": np.array([0.0, 3e6]), "terrain_m": np.array([50.0, 50.0])}
    link = {**LINK, **ends}
    assert math.isfinite(float(spm_model.path_loss(**link)))
    for field, limit in spm_model.LIMITS.items():
        if field == "distance_m":
            too_long = {**link, field: np.array([0.0, np.nextafter(3e6, np.inf)])}
            with pytest.raises(InputError, match=field):
                spm_model.path_loss(**too_long)
            continue
        for inside in (limit.low, limit.high):
            value = np.full(2, inside) if field == "terrain_m" else inside
            helper = {"average_from_m": {"average_to_m": 1e6}, "average_to_m": {"average_from_m": 0.0}}.get(field, {})
            if field == "average_from_m" and inside == limit.high:
                continue  # nothing lies beyond it
            if field in ("least_effective_height_m", "most_effective_height_m"):
                helper = {"least_effective_height_m": 1.0, "most_effective_height_m": 10_000.0}
            loss_db = spm_model.path_loss(**{**link, **helper, field: value, "effective_height": "spot"})
            assert math.isfinite(float(loss_db))
        for outside in (np.nextafter(limit.low, -np.inf), np.nextafter(limit.high, np.inf), math.nan):
            value = np.full(2, outside) if field == "terrain_m" else outside
            with pytest.raises(InputError, match=field):
                spm_model.path_loss(**{**link, field: value})


def test_all_problems_at_once() -> None:
    wrong: dict[str, Any] = {
        "distance_m": [0.0, 200.0, 100.0],
        "terrain_m": [0.0, 1.0],
        "frequency_mhz": 28_000.0,
        "clutter_class": "moon",
        "k2": math.nan,
        "average_from_m": 5000.0,
        "average_to_m": 4000.0,
        "least_effective_height_m": 90.0,
        "most_effective_height_m": 80.0,
    }
    with pytest.raises(InputError) as caught:
        spm_model.path_loss(**{**LINK, **wrong})
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {
        "distance_m", "frequency_mhz", "clutter_class", "k2", "average_from_m", "least_effective_height_m",
    }  # fmt: skip
    messages = " ".join(problem.message for problem in caught.value.problems)
    assert "numbers of points differ" in messages


def test_one_point_is_no_path() -> None:
    with pytest.raises(InputError, match="shape"):
        spm_model.path_loss(distance_m=[0.0], terrain_m=[10.0], **LINK)
