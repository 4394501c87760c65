"""Recommendation P.1812 for one path: reference vectors, laws it must keep, limits and degenerate profiles."""

import math
from collections.abc import Iterator
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from phusong.errors import InputError
from phusong.kernels.itu import p526_delta_bullington, p1812, p1812_path
from phusong.kernels.itu.p525 import free_space_loss
from phusong.kernels.itu.p1812_model import LIMITS, ZONES
from phusong.kernels.models import path_loss
from phusong.laboratory.conformance.p1812 import link_of
from phusong.laboratory.conformance.study_group_3 import Log, read_logs
from tests.rough_profile import rough_profile
from tests.shared_data import SHARED, needs_shared

Floats = NDArray[np.float64]

LOGS = list(read_logs(SHARED / "reference" / "itu_p1812"))


def run(
    distance_km: Floats, terrain_m: Floats, clutter_m: Floats | float = 0.0, zone: Any = p1812.INLAND, **changes: Any
) -> p1812.Prediction:
    """Predict one path; what is not said is an ordinary mobile link."""
    surface_m = terrain_m + clutter_m
    surface_m[[0, -1]] = terrain_m[[0, -1]]
    settings = {
        "frequency_ghz": 1.8,
        "tx_height_m": 30.0,
        "rx_height_m": 1.5,
        "vertical": True,
        "time_percent": 50.0,
        "location_percent": 50.0,
        "location_sigma_db": 0.0,
        "latitude_deg": 21.0,
        "delta_n": 45.0,
        "surface_refractivity": 325.0,
        "coast_distance_tx_km": 500.0,
        "coast_distance_rx_km": 500.0,
    } | changes
    zones = np.ascontiguousarray(np.broadcast_to(np.asarray(zone, dtype=np.int8), distance_km.shape))
    return p1812.predict(distance_km, terrain_m, surface_m, zones, *settings.values())


def leaves(value: Any) -> Iterator[float]:
    """Yield every number of a prediction."""
    if isinstance(value, tuple):
        for part in value:
            yield from leaves(part)
    else:
        yield float(value)


# Reference vectors


def intermediates(result: p1812.Prediction) -> dict[tuple[str, str], float]:
    """Return our figures under the names and equation numbers of the logs.

    The logs show the Bullington and spherical parts of the second pass, for beta_0 of the time. Their L_bd is the L_bda
    that overwrote it, and so is left out; L_b0p and L_dp, its two terms, are here.
    """
    seen, smooth, beta = result.horizons, result.smooth, result.beta_diffraction
    return {
        ("dlt", "Eq (78)"): seen.tx_horizon_km,
        ("dlr", "Eq (81a)"): seen.rx_horizon_km,
        ("th_t", "Eqs (76-78)"): seen.tx_elevation_mrad,
        ("th_r", "Eqs (79-81)"): seen.rx_elevation_mrad,
        ("th", "Eq (82)"): seen.path_angle_mrad,
        ("w", "Table 5"): result.climate.sea_fraction,
        ("dtm", "Sec 3.6"): result.climate.longest_land_km,
        ("dlm", "Sec 3.6"): result.climate.longest_inland_km,
        ("b0", "Eq (5)"): result.beta0_percent,
        ("ae", "Eq (7a)"): result.radius_km,
        ("hst", "Eq (85)"): smooth.tx_fitted_m,
        ("hsr", "Eq (86)"): smooth.rx_fitted_m,
        ("hst", "Eq (90a)"): smooth.tx_ducting_m,
        ("hsr", "Eq (90b)"): smooth.rx_ducting_m,
        ("hstd", "Eq (89)"): smooth.tx_diffraction_m,
        ("hsrd", "Eq (89)"): smooth.rx_diffraction_m,
        ("hm", "Eq (93)"): result.roughness_m,
        ("Fi", "Eq (40)"): result.time_weight,
        ("Fj", "Eq (57)"): result.angle_weight,
        ("Fk", "Eq (58)"): result.distance_weight,
        ("Lbfs", "Eq (8)"): result.free_space_db,
        ("Lb0p", "Eq (10)"): result.line_of_sight_p_db,
        ("Lb0b", "Eq (11)"): result.line_of_sight_beta_db,
        ("Lbulla", "Eq (21)"): beta.actual_db,
        ("Lbulls", "Eq (21)"): beta.smooth_db,
        ("Ldsph", "Eq (27)"): beta.spherical_db,
        ("Ld50", "Eq (39)"): result.median_diffraction.loss_db,
        ("Ldb", "Eq (39)"): beta.loss_db,
        ("Ldp", "Eq (41)"): result.diffraction_p_db,
        ("Lbd50", "Eq (42)"): result.free_space_db + result.median_diffraction.loss_db,
        ("Lminb0p", "Eq (59)"): result.least_db,
        ("Lba", "Eq (46)"): result.ducting_db,
        ("Lminbap", "Eq (60)"): result.ducting_or_sight_db,
        ("Lbda", "Eq (61)"): result.with_enhancements_db,
        ("Lbam", "Eq (62)"): result.without_scatter_db,
        ("Lbs", "Eq (44)"): result.troposcatter_db,
        ("Lbc", "Eq (63)"): result.median_location_db,
    }


@needs_shared
@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name)
def test_validation_set_of_the_itu(log: Log) -> None:
    """Its intermediate values; the losses are compared in the laboratory."""
    profile, given = log.profile, link_of(log)
    result = run(
        1e-3 * profile.distance_m,
        profile.terrain_m,
        profile.clutter_m,
        [ZONES[word] for word in profile.zone],
        frequency_ghz=1e-3 * given.pop("frequency_mhz"),
        vertical=given.pop("polarization") == "vertical",
        **given,
    )
    ours = intermediates(result)
    theirs = {name: log.value(*name) for name in ours}
    # F_i at 50 % of the time is 0; the logs have 8e-10, the rest of the normal approximation at 0.5.
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-8)


# Laws

SEEDS = st.integers(0, 2**32 - 1)
LENGTHS_KM = st.floats(0.001, 100.0)
FREQUENCIES_GHZ = st.floats(0.03, 6.0)
TIMES = st.sampled_from([1.0, 3.0, 10.0, 30.0, 50.0])


laws = settings(deadline=None, max_examples=150)


@laws
@given(SEEDS, LENGTHS_KM, FREQUENCIES_GHZ, TIMES)
def test_never_better_than_line_of_sight(seed: int, length_km: float, frequency_ghz: float, time: float) -> None:
    distance, terrain = rough_profile(seed, length_km)
    result = run(distance, terrain, frequency_ghz=frequency_ghz, time_percent=time)
    ray_km = math.hypot(length_km, 1e-3 * (terrain[0] + 30.0 - terrain[-1] - 1.5))
    assert result.free_space_db == pytest.approx(free_space_loss(ray_km, frequency_ghz), abs=1e-9)
    assert result.loss_db >= result.line_of_sight_p_db
    if time == 50.0:
        assert result.loss_db >= result.free_space_db - 1e-9


@laws
@given(SEEDS, LENGTHS_KM, TIMES, st.floats(0.0, 40.0))
def test_clutter_never_helps(seed: int, length_km: float, time: float, clutter_m: float) -> None:
    distance, terrain = rough_profile(seed, length_km)
    clutter = np.random.default_rng(seed).uniform(0.0, clutter_m, terrain.size)
    bare_db = run(distance, terrain, time_percent=time).loss_db
    assert run(distance, terrain, clutter, time_percent=time).loss_db >= bare_db - 1e-9


@laws
@given(SEEDS, LENGTHS_KM, FREQUENCIES_GHZ)
def test_bullington_rises_with_the_terrain(seed: int, length_km: float, frequency_ghz: float) -> None:
    distance, terrain = rough_profile(seed, length_km)
    raised = terrain + np.random.default_rng(seed).uniform(0.0, 30.0, terrain.size)
    tx_m, rx_m = terrain[0] + 30.0, terrain[-1] + 1.5
    low_db = p1812.bullington_loss(distance, terrain, tx_m, rx_m, 8495.0, frequency_ghz)
    assert p1812.bullington_loss(distance, raised, tx_m, rx_m, 8495.0, frequency_ghz) >= low_db - 1e-9


@laws
@given(SEEDS, LENGTHS_KM, TIMES)
def test_the_way_back_costs_the_same(seed: int, length_km: float, time: float) -> None:
    distance, terrain = rough_profile(seed, length_km)
    back_km = np.ascontiguousarray(distance[-1] - distance[::-1])
    back_m = np.ascontiguousarray(terrain[::-1])
    there_db = run(distance, terrain, time_percent=time).loss_db
    assert run(back_km, back_m, time_percent=time, tx_height_m=1.5, rx_height_m=30.0).loss_db == pytest.approx(
        there_db, abs=1e-7
    )


@laws
@given(SEEDS, LENGTHS_KM)
def test_points_on_straight_slopes_do_not_move_the_smooth_earth(seed: int, length_km: float) -> None:
    distance, terrain = rough_profile(seed, length_km)
    denser = np.sort(np.concatenate([distance, 0.5 * (distance[1:] + distance[:-1])]))
    coarse = p1812.smooth_earth(distance, terrain, terrain[0] + 30.0, terrain[-1] + 1.5)
    fine = p1812.smooth_earth(denser, np.interp(denser, distance, terrain), terrain[0] + 30.0, terrain[-1] + 1.5)
    assert fine == pytest.approx(coarse, abs=1e-6)


@laws
@given(LENGTHS_KM, st.floats(1.0, 200.0), st.floats(1.0, 30.0), FREQUENCIES_GHZ)
def test_flat_ground_does_not_depend_on_the_sampling(
    length_km: float, tx_height_m: float, rx_height_m: float, frequency_ghz: float
) -> None:
    """The Bullington loss of dense samples tends to Attachment 4, and the whole method to one value."""
    heights = {"tx_height_m": tx_height_m, "rx_height_m": rx_height_m, "frequency_ghz": frequency_ghz}
    fine, finer = (run(np.linspace(0.0, length_km, n), np.zeros(n), **heights) for n in (2001, 4001))
    assert finer.loss_db == pytest.approx(fine.loss_db, abs=0.02)
    closed_db = p1812.smooth_bullington_loss(length_km, tx_height_m, rx_height_m, fine.radius_km, frequency_ghz)
    assert finer.median_diffraction.smooth_db == pytest.approx(closed_db, abs=0.02)


@pytest.mark.parametrize("time", [1.0, 10.0, 50.0])
def test_rarer_times_lose_less(time: float) -> None:
    distance, terrain = rough_profile(7, 80.0)
    assert (
        run(distance, terrain, time_percent=0.5 * (time + 1.0)).loss_db
        <= run(distance, terrain, time_percent=time).loss_db
    )


def test_more_locations_lose_more() -> None:
    distance, terrain = rough_profile(7, 20.0)
    losses = [
        run(distance, terrain, location_percent=percent, location_sigma_db=5.5).loss_db
        for percent in (10.0, 50.0, 90.0)
    ]
    quantile_db = 5.5 * NormalDist().inv_cdf(0.9)
    assert np.diff(losses) == pytest.approx([quantile_db, quantile_db], abs=5.5 * 5e-4)


def test_a_receiver_at_sea_has_no_location_variability() -> None:
    distance, terrain = rough_profile(7, 20.0)
    zone = np.full(distance.size, p1812.INLAND)
    zone[-1] = p1812.SEA
    unlucky, usual = (
        run(distance, terrain, 0.0, zone, location_percent=percent, location_sigma_db=5.5) for percent in (90.0, 50.0)
    )
    assert unlucky.loss_db == usual.loss_db


# Parts


def test_climate_by_hand() -> None:
    zone = np.array([1, 1, 3, 4, 4, 1, 4], dtype=np.int8)
    zones = p1812.climate(np.array([0.0, 1.0, 2.0, 3.0, 5.0, 6.0, 7.0]), zone)
    assert zones.sea_fraction == pytest.approx((1.5 + 1.0) / 7.0)
    assert zones.longest_land_km == pytest.approx(5.5 - 1.5)
    assert zones.longest_inland_km == pytest.approx(5.5 - 2.5)


def test_effective_radius() -> None:
    assert p1812.effective_radius_km(39.25) == pytest.approx(6371.0 * 4.0 / 3.0)
    assert p1812.effective_radius_beta0_km() == 3.0 * 6371.0


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_beta0_is_alike_on_both_sides_of_70_degrees_and_of_the_equator(sign: float) -> None:
    below, above = (p1812.beta0_percent(sign * latitude, 30.0, 20.0) for latitude in (70.0, 70.0001))
    assert below == pytest.approx(above, rel=1e-2)
    assert below == p1812.beta0_percent(-sign * 70.0, 30.0, 20.0)


@pytest.mark.parametrize("probability", [1e-6, 0.01, 0.3, 0.5, 0.500001, 0.9, 0.999999])
def test_normal_quantile(probability: float) -> None:
    exact = -NormalDist().inv_cdf(probability)
    assert p1812.standard_deviations(probability) == pytest.approx(exact, abs=4.5e-4)


@pytest.mark.parametrize("outside", [0.0, 1e-7, 1.0])
def test_normal_quantile_is_held_at_its_limits(outside: float) -> None:
    nearest = 1e-6 if outside < 0.5 else 1.0 - 1e-6
    assert p1812.standard_deviations(outside) == p1812.standard_deviations(nearest)


def test_knife_edge_on_both_sides_of_its_threshold() -> None:
    assert p1812.knife_edge_loss(-math.inf) == p1812.knife_edge_loss(-0.78) == 0.0
    assert 0.0 < p1812.knife_edge_loss(-0.7799) < 0.02
    assert p1812.knife_edge_loss(0.0) == pytest.approx(6.03, abs=0.01)


@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize("sea_fraction", [0.0, 0.4, 1.0])
def test_spherical_diffraction_has_no_step_at_the_horizon(vertical: bool, sea_fraction: float) -> None:
    horizon_km = p526_delta_bullington.marginal_distance_km(30.0, 10.0, 8500.0)
    before, after = (
        p1812.spherical_diffraction_loss(factor * horizon_km, 30.0, 10.0, 8500.0, 0.1, sea_fraction, vertical)
        for factor in (1.0 - 1e-9, 1.0 + 1e-9)
    )
    assert before == pytest.approx(after, abs=1e-4)
    assert after > 1.0


@pytest.mark.parametrize(
    ("above_clutter_m", "factor"), [(-5.0, 1.0), (0.0, 1.0), (2.5, 0.75), (10.0, 0.0), (20.0, 0.0)]
)
def test_location_spread(above_clutter_m: float, factor: float) -> None:
    sigma_db = p1812.outdoor_location_sigma_db(*(np.array(x) for x in (2.0, 100.0, 10.0 + above_clutter_m, 10.0)))
    assert sigma_db == pytest.approx(factor * (0.52 + 0.048) * 100.0**0.28)


def test_horizons_by_hand() -> None:
    distance = np.array([0.0, 2.0, 5.0, 8.0, 10.0])
    hidden = p1812.horizons(distance, np.array([0.0, 40.0, 0.0, 60.0, 0.0]), 10.0, 10.0, 8500.0)
    assert (hidden.line_of_sight, hidden.tx_horizon_km, hidden.rx_horizon_km) == (False, 2.0, 2.0)
    open_path = p1812.horizons(distance, np.array([0.0, 2.0, 5.0, 3.0, 0.0]), 10.0, 10.0, 8500.0)
    assert (open_path.line_of_sight, open_path.tx_horizon_km, open_path.rx_horizon_km) == (True, 5.0, 5.0)


# Degenerate profiles


def test_two_points_have_no_edge() -> None:
    result = run(np.array([0.0, 60.0]), np.array([5.0, 5.0]))
    assert result.median_diffraction.actual_db == result.median_diffraction.smooth_db == 0.0
    assert result.median_diffraction.loss_db == result.median_diffraction.spherical_db > 0.0
    assert result.horizons.tx_horizon_km == result.horizons.rx_horizon_km == 30.0
    assert all(map(math.isfinite, leaves(result)))


def test_an_edge_on_the_ray_is_half_the_field() -> None:
    """With the Earth's bulge taken out, the middle point lies exactly on the ray: nu = 0."""
    bulge_m = 500.0 / 8500.0 * 5.0 * 5.0
    surface = np.array([0.0, 20.0 - bulge_m, 0.0])
    loss_db = p1812.bullington_loss(np.array([0.0, 5.0, 10.0]), surface, 20.0, 20.0, 8500.0, 1.0)
    edge_db = p1812.knife_edge_loss(0.0)
    assert loss_db == pytest.approx(edge_db + (1.0 - math.exp(-edge_db / 6.0)) * 10.2, abs=1e-6)


@laws
@given(
    SEEDS,
    st.floats(0.001, 3000.0),
    FREQUENCIES_GHZ,
    st.floats(1.0, 3000.0),
    st.floats(1.0, 3000.0),
    TIMES,
    st.sampled_from([0.0, 1.0, 100.0, 4000.0]),
    st.booleans(),
    st.floats(0.0, 150.0),
)
def test_every_figure_is_finite(
    seed: int,
    length_km: float,
    frequency_ghz: float,
    tx_height_m: float,
    rx_height_m: float,
    time: float,
    relief_m: float,
    vertical: bool,
    delta_n: float,
) -> None:
    distance, terrain = rough_profile(seed, length_km, relief_m)
    zone = np.random.default_rng(seed).choice([p1812.SEA, p1812.COASTAL, p1812.INLAND], distance.size)
    result = run(
        distance,
        terrain,
        10.0,
        zone,
        frequency_ghz=frequency_ghz,
        tx_height_m=tx_height_m,
        rx_height_m=rx_height_m,
        time_percent=time,
        vertical=vertical,
        delta_n=delta_n,
    )
    assert all(map(math.isfinite, leaves(result)))


# The public call

LINK: dict[str, Any] = {
    "distance_m": np.linspace(0.0, 10e3, 50),
    "terrain_m": 30.0 + 25.0 * np.sin(np.linspace(0.0, 9.0, 50)),
    "frequency_mhz": 1800.0,
    "tx_height_m": 30.0,
    "rx_height_m": 1.5,
}


def test_public_call_is_the_definition() -> None:
    loss_db = path_loss("p1812", **LINK, clutter_m=np.full(50, 8.0), location_percent=90.0, location_sigma_db=6.0)
    expected = run(1e-3 * LINK["distance_m"], LINK["terrain_m"], 8.0, location_percent=90.0, location_sigma_db=6.0)
    assert isinstance(loss_db, float)
    assert loss_db == expected.loss_db


def test_many_paths_are_each_path() -> None:
    terrain = LINK["terrain_m"] * np.array([[1.0], [0.2], [3.0]])
    zones = np.where(np.arange(50) < 20, "sea", "inland")
    together = path_loss(
        "p1812",
        **LINK
        | {
            "terrain_m": terrain,
            "frequency_mhz": [450.0, 1800.0, 3500.0],
            "polarization": ["vertical", "horizontal", "vertical"],
            "zone": zones,
            "location_percent": 80.0,
        },
    )
    one_by_one = [
        path_loss(
            "p1812",
            **LINK
            | {
                "terrain_m": terrain[i],
                "frequency_mhz": frequency,
                "polarization": polarization,
                "zone": zones,
                "location_percent": 80.0,
            },
        )
        for i, (frequency, polarization) in enumerate(
            [(450.0, "vertical"), (1800.0, "horizontal"), (3500.0, "vertical")]
        )
    ]
    assert isinstance(together, np.ndarray)
    assert together.tolist() == one_by_one


def test_location_spread_is_the_recommendations_own_unless_given() -> None:
    own_db = path_loss("p1812", **LINK, location_percent=95.0, resolution_m=50.0)
    sigma_db = 0.85 * (0.52 + 0.024 * 1.8) * 50.0**0.28  # 1.5 m above bare ground
    assert own_db == pytest.approx(
        path_loss("p1812", **LINK, location_percent=95.0, location_sigma_db=sigma_db), abs=1e-9
    )
    assert own_db > path_loss("p1812", **LINK, location_percent=95.0, location_sigma_db=0.0)


BOUNDS = [
    (field, value, beyond)
    for field, allowed in LIMITS.items()
    if field not in ("distance_m", "terrain_m", "clutter_m")
    for value, beyond in ((allowed.low, -math.inf), (allowed.high, math.inf))
]


@pytest.mark.parametrize(("field", "limit", "beyond"), BOUNDS)
def test_both_sides_of_each_limit(field: str, limit: float, beyond: float) -> None:
    assert math.isfinite(float(path_loss("p1812", **LINK | {field: limit})))
    with pytest.raises(InputError) as caught:
        path_loss("p1812", **LINK | {field: float(np.nextafter(limit, beyond))})
    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"distance_m": np.linspace(0.0, 3_000_001.0, 50)}, "distance_m", "out of range"),
        ({"distance_m": np.linspace(10.0, 1e4, 50)}, "distance_m", "begin at 0"),
        ({"distance_m": np.zeros(50)}, "distance_m", "rise strictly"),
        ({"distance_m": [0.0], "terrain_m": [1.0]}, "distance_m", "shape"),
        ({"terrain_m": np.full(50, np.nan)}, "terrain_m", "nan"),
        ({"terrain_m": np.zeros(49)}, "distance_m", "numbers of points differ"),
        ({"terrain_m": np.zeros((2, 2, 50))}, "terrain_m", "shape"),
        ({"clutter_m": np.full(50, -0.1)}, "clutter_m", "out of range"),
        ({"zone": ["lake"] * 50}, "zone", "'lake'"),
        ({"polarization": "circular"}, "polarization", "'circular'"),
        ({"tx_height_m": "high"}, "tx_height_m", "not numeric"),
        ({"tx_height_m": [30.0, 20.0], "time_percent": [1.0, 2.0, 3.0]}, "tx_height_m", "numbers of paths differ"),
    ],
)
def test_bad_arguments(change: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        path_loss("p1812", **LINK | change)
    assert field in [problem.field for problem in caught.value.problems]


def test_all_problems_at_once() -> None:
    with pytest.raises(InputError) as caught:
        path_loss(
            "p1812", **LINK | {"frequency_mhz": 7000.0, "zone": "lake", "time_percent": [10.0, 60.0], "delta_n": np.nan}
        )
    assert {problem.field for problem in caught.value.problems} == {"frequency_mhz", "zone", "time_percent", "delta_n"}


def test_unknown_model() -> None:
    with pytest.raises(InputError, match=r"'hatta'.*p1812"):
        path_loss("hatta")


def test_zones_of_the_path_module_are_ordered_from_sea_to_inland() -> None:
    assert p1812_path.SEA < p1812_path.COASTAL < p1812_path.INLAND
