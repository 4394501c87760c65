"""Recommendation P.526: knife edge, Bullington, spherical Earth, delta-Bullington and cascaded knife edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import fresnel

from phusong.errors import InputError
from phusong.kernels.itu.p525 import free_space_loss
from phusong.kernels.itu.p526 import LIMITS, METHODS, VALIDITY, cascaded_knife_edge_loss, highest_edge
from phusong.kernels.itu.p526_delta_bullington import knife_edge_loss
from phusong.kernels.models import find_model, path_loss
from tests.rough_profile import rough_profile

Floats = NDArray[np.float64]

LINK: dict[str, Any] = {"frequency_mhz": 900.0, "tx_height_m": 30.0, "rx_height_m": 1.5}


def diffraction_db(distance_m: Floats, terrain_m: Floats, **changes: Any) -> float:
    """Return what the model adds to free space along the ray between the antennas."""
    link = LINK | changes
    rise_m = terrain_m[-1] + link["rx_height_m"] - terrain_m[0] - link["tx_height_m"]
    ray_km = 1e-3 * math.hypot(distance_m[-1], rise_m)
    total_db = path_loss("p526", distance_m=distance_m, terrain_m=terrain_m, **link)
    assert isinstance(total_db, float)
    return total_db - free_space_loss(ray_km, 1e-3 * link["frequency_mhz"])


# Reference values


def exact_edge_db(nu: Floats) -> Floats:
    """Return the loss of a knife edge by the Fresnel integrals."""
    s, c = fresnel(nu)
    return np.asarray(-20.0 * np.log10(0.5 * np.hypot(1.0 - c - s, c - s)))


def test_the_knife_edge_formula_is_within_0_13_db_of_the_fresnel_integrals() -> None:
    nu = np.linspace(-0.78, 50.0, 20_001)
    error_db = np.array([knife_edge_loss(x) for x in nu]) - exact_edge_db(nu)
    assert 0.10 < np.abs(error_db).max() < 0.13


def test_what_the_knife_edge_formula_drops_below_its_threshold() -> None:
    """Far above the edge the field swings about free space by up to 1.4 dB; the formula says 0."""
    loss_db = exact_edge_db(np.linspace(-10.0, -0.78, 20_001))
    assert (loss_db.min(), loss_db.max()) == pytest.approx((-1.37, 1.09), abs=0.01)


def test_a_single_edge_by_hand() -> None:
    """An edge on the ray, over an Earth that is flat but for delta_n = 150: nu = 0 once the bulge is taken out."""
    bulge_m = 500.0 / (6371.0 * 157.0 / 7.0) * 5.0 * 5.0
    distance_m = np.array([0.0, 5000.0, 10_000.0])
    terrain_m = np.array([0.0, 20.0 - bulge_m, 0.0])
    edge_db = 6.9 + 20.0 * math.log10(math.sqrt(1.01) - 0.1)
    share = 1.0 - math.exp(-edge_db / 6.0)
    heights = {"tx_height_m": 20.0, "rx_height_m": 20.0, "delta_n": 150.0}
    found_db = {name: diffraction_db(distance_m, terrain_m, method=name, **heights) for name in METHODS}
    assert found_db["deygout"] == pytest.approx(edge_db + share * (10.0 + 0.04 * 10.0), abs=1e-6)
    assert found_db["bullington"] == pytest.approx(edge_db + share * (10.0 + 0.02 * 10.0), abs=1e-6)


def cascade_by_arrays(distance_km: Floats, height_m: Floats, radius_km: float, frequency_ghz: float) -> float:
    """Return the loss of cascaded knife edges, written once more with arrays and in metres."""
    wavelength_m = 0.2998 / frequency_ghz

    def edges(a: int, b: int) -> Floats:
        x = 1000.0 * distance_km
        d1, d2 = x[a + 1 : b] - x[a], x[b] - x[a + 1 : b]
        above_m = height_m[a + 1 : b] + d1 * d2 / (2000.0 * radius_km)
        above_m -= np.interp(x[a + 1 : b], x[[a, b]], height_m[[a, b]])
        return np.asarray(above_m * np.sqrt(2.0 * (d1 + d2) / (wavelength_m * d1 * d2)))

    last = distance_km.size - 1
    p = 1 + int(np.argmax(edges(0, last)))
    main_db = knife_edge_loss(edges(0, last).max())
    sides_db = sum(knife_edge_loss(edges(a, b).max(initial=-math.inf)) for a, b in ((0, p), (p, last)))
    length_km = float(distance_km[-1])
    return main_db + (1.0 - math.exp(-main_db / 6.0)) * (sides_db + 10.0 + 0.04 * length_km)


# Laws

SEEDS = st.integers(0, 2**32 - 1)
LENGTHS_KM = st.floats(0.01, 200.0)
laws = settings(deadline=None, max_examples=80)


@laws
@given(SEEDS, LENGTHS_KM, st.floats(0.03, 30.0))
def test_the_cascade_written_twice(seed: int, length_km: float, frequency_ghz: float) -> None:
    distance, terrain = rough_profile(seed, length_km)
    tx_m, rx_m = terrain[0] + 30.0, terrain[-1] + 1.5
    heights = np.concatenate([[tx_m], terrain[1:-1], [rx_m]])
    ours_db = cascaded_knife_edge_loss(distance, terrain, tx_m, rx_m, 8495.0, frequency_ghz)
    assert ours_db == pytest.approx(cascade_by_arrays(distance, heights, 8495.0, frequency_ghz), abs=1e-7)


@laws
@given(SEEDS, LENGTHS_KM)
def test_the_way_back_costs_the_same(seed: int, length_km: float) -> None:
    distance, terrain = rough_profile(seed, length_km)
    back_m, back_terrain = 1000.0 * (distance[-1] - distance[::-1]), terrain[::-1]
    for name in METHODS:
        there_db = diffraction_db(1000.0 * distance, terrain, method=name)
        back_db = diffraction_db(back_m, back_terrain, method=name, tx_height_m=1.5, rx_height_m=30.0)
        assert back_db == pytest.approx(there_db, abs=1e-6)


@laws
@given(SEEDS, LENGTHS_KM, st.floats(1.0, 40.0))
def test_delta_bullington_is_never_below_bullington_and_clutter_never_helps(
    seed: int, length_km: float, clutter_m: float
) -> None:
    distance, terrain = rough_profile(seed, length_km)
    bullington_db = diffraction_db(1000.0 * distance, terrain, method="bullington")
    assert bullington_db >= -1e-9
    assert diffraction_db(1000.0 * distance, terrain) >= bullington_db - 1e-9
    cluttered_db = diffraction_db(1000.0 * distance, terrain, method="bullington", clutter_m=terrain * 0.0 + clutter_m)
    assert cluttered_db >= bullington_db - 1e-9


@laws
@given(
    SEEDS,
    st.floats(1e-3, 3000.0),
    st.sampled_from(["frequency_mhz", "tx_height_m", "rx_height_m", "delta_n", "sea_fraction"]),
    st.booleans(),
    st.sampled_from(sorted(METHODS)),
    st.sampled_from(["vertical", "horizontal"]),
)
def test_every_limit_gives_a_finite_loss(
    seed: int, length_km: float, field: str, low: bool, method: str, polarization: str
) -> None:
    distance, terrain = rough_profile(seed, length_km)
    changes: dict[str, Any] = {field: LIMITS[field].low if low else LIMITS[field].high}
    loss_db = diffraction_db(1000.0 * distance, terrain, method=method, polarization=polarization, **changes)
    assert math.isfinite(loss_db)
    assert loss_db > -1e-9


# Limit values and refusals


def test_a_cleared_path_costs_nothing() -> None:
    distance_m = np.linspace(0.0, 5000.0, 51)
    for name in METHODS:
        assert diffraction_db(distance_m, np.zeros(51), method=name, tx_height_m=200.0, rx_height_m=200.0) == 0.0


def test_two_points_have_no_edge() -> None:
    distance_m, terrain_m = np.array([0.0, 60_000.0]), np.array([5.0, 5.0])
    assert diffraction_db(distance_m, terrain_m, method="bullington") == 0.0
    assert diffraction_db(distance_m, terrain_m, method="deygout") == 0.0
    assert diffraction_db(distance_m, terrain_m) > 20.0
    assert highest_edge(0.001 * distance_m, terrain_m, 0, 1, 8500.0, 1.0) == (0, -math.inf)


def test_many_paths_at_once_by_different_methods() -> None:
    distance, terrain = rough_profile(3, 20.0)
    together = path_loss(
        "p526", distance_m=1000.0 * distance, terrain_m=np.stack([terrain] * 3), **LINK, method=list(METHODS)
    )
    alone = [path_loss("p526", distance_m=1000.0 * distance, terrain_m=terrain, **LINK, method=m) for m in METHODS]
    assert together == pytest.approx(alone, abs=0.0)
    assert len(set(alone)) == 3


def test_the_source_vouches_only_within_what_can_be_computed() -> None:
    assert set(VALIDITY) <= set(LIMITS)
    assert find_model("p526").knows_clutter


@pytest.mark.parametrize("field", ["frequency_mhz", "tx_height_m", "rx_height_m", "delta_n", "sea_fraction"])
def test_outside_a_limit_is_refused(field: str) -> None:
    profile = {"distance_m": [0.0, 500.0, 1000.0], "terrain_m": [1.0, 2.0, 3.0]}
    for value in (LIMITS[field].low - 0.01, LIMITS[field].high * 1.01, math.nan):
        with pytest.raises(InputError, match=field):
            path_loss("p526", **profile, **(LINK | {field: value}))


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        path_loss(
            "p526", distance_m=[0.0, 100.0, 100.0], terrain_m=[1.0, math.nan, 2.0], clutter_m=[0.0, -1.0, 0.0],
            method="epstein", **LINK,
        )  # fmt: skip
    assert {problem.field for problem in caught.value.problems} == {"distance_m", "terrain_m", "clutter_m", "method"}
