"""Recommendation ITU-R P.1546-6: validation set of Study Group 3, its own tables, limits and properties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from phusong.errors import InputError
from phusong.kernels.itu import p1546
from phusong.kernels.itu.p1546_corrections import RURAL, rx_height_correction, tx_clutter_correction
from phusong.kernels.itu.p1546_curves import (
    COLD_SEA,
    LAND,
    load_curves,
)
from phusong.kernels.itu.p1546_model import CLUTTER_M, ENVIRONMENTS, LIMITS, VALIDITY, field_strength_p1546
from phusong.kernels.models import find_model, path_loss
from phusong.kernels.raster.driver import sweep_by_model
from phusong.kernels.raster.profile import Mast, sample_profile
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, Region
from phusong.laboratory.conformance.p1546 import by_name, decimals, link_of, profile_of
from phusong.laboratory.conformance.study_group_3 import Log, read_logs
from tests.shared_data import SHARED, needs_shared

LOGS = list(read_logs(SHARED / "reference" / "itu_p1546"))
NO_LIMIT = 1e3  # an E_max that never applies
LINK: dict[str, Any] = {"frequency_mhz": 900.0, "tx_height_m": 30.0, "rx_height_m": 1.5}

FloatArray = NDArray[np.float64]


def flat(distance_km: float, points: int = 41) -> dict[str, Any]:
    return {"distance_m": np.linspace(0.0, 1000.0 * distance_km, points), "terrain_m": np.zeros(points)}


@needs_shared
@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name)
def test_validation_set(log: Log) -> None:
    """Its intermediate values and its loss; the field strength is compared in the laboratory."""
    said, given = by_name(log), link_of(log)
    profile = log.profile
    codes = np.array([LAND if zone == "inland" else COLD_SEA for zone in profile.zone], dtype=np.int8)
    ours = p1546.predict(
        load_curves(), 1e-3 * profile.distance_m, profile.terrain_m, codes, location_percent=50.0,
        location_sigma_db=0.0, **{**given, "environment": ENVIRONMENTS[given["environment"]]},
    )  # fmt: skip
    printed = {
        "Tx antenna height h1": ours.h1_m,
        "Tx effective TCA  theta_eff1": ours.tx_clearance_deg,
        "Terrain clearance angle tca": ours.rx_clearance_deg,
        "Maximum field strength Emax": ours.maximum,
        "Field strength": ours.curve_field,
        "TCA correction": ours.clearance_db,
        "Path scattering theta_s": ours.scatter_angle_deg,
        "Trop. Scatt. field strength Ets": ours.scatter_field,
        "Rx repr. clutter height R2'": ours.ray_clutter_m,
        "Rx antenna height correction": ours.rx_height_db,
        "Tx clutter correction": ours.tx_clutter_db,
        "Rx slope-path correction": ours.slope_db,
    }
    theirs = {name: float(said[name]) for name in printed}
    assert printed == pytest.approx(theirs, rel=6e-6, abs=1e-9)  # six digits are printed
    if "Field strength for d < 1 km" in said:
        assert ours.median_field == pytest.approx(float(said["Field strength for d < 1 km"]), abs=1e-5)
    loss_db = path_loss("p1546", **profile_of(log), **given)
    printed_db = said["Resulting basic transmission loss"]
    assert loss_db == pytest.approx(float(printed_db), abs=max(1e-5, 0.5 * 10.0 ** -decimals(printed_db)))


@needs_shared
def test_the_validation_set_is_whole() -> None:
    assert len({log.name.rsplit("_", 1)[0] for log in LOGS}) == 24


# E of 1 kW over flat ground of 41 points by Py1546 6.1 (I. Stevanovic, OFCOM): what the validation set does not hold,
# as low masts at sea (11), sea below 100 MHz (15), warm sea, locations and h1 above 1200 m. The programs differ by 2e-7
# dB: the constants of the normal distribution have six decimals in P.1546 and nine in P.1812, whose function ours is.
# For the first two its natural logarithm in (11c) was made decimal and its frequency in (10) nominal, as in P.1546.
OTHER_PROGRAM = [
    ("sea", 50.0, 2000.0, 50.0, 5.0, 10.0, "sea", 0.0, 10.0, 50.0, 28.116804),
    ("sea", 20.0, 250.0, 50.0, 4.0, 10.0, "sea", 0.0, 10.0, 50.0, 54.424122),
    ("sea", 4.0, 600.0, 50.0, 5.0, 10.0, "sea", 0.0, 10.0, 50.0, 86.035531),
    ("sea", 8.0, 2000.0, 1.0, 5.0, 5.0, "sea", 0.0, 10.0, 50.0, 84.197171),
    ("sea", 2.0, 2000.0, 50.0, 8.0, 4.0, "sea", 0.0, 10.0, 50.0, 100.879383),
    ("sea", 20.0, 40.0, 10.0, 100.0, 10.0, "sea", 0.0, 10.0, 50.0, 60.466640),
    ("sea", 1.5, 60.0, 50.0, 80.0, 5.0, "sea", 0.0, 10.0, 50.0, 100.243536),
    ("warm sea", 300.0, 200.0, 1.0, 150.0, 10.0, "sea", 0.0, 10.0, 50.0, 36.070738),
    ("warm sea", 300.0, 200.0, 5.0, 150.0, 10.0, "sea", 0.0, 10.0, 50.0, 24.081517),
    ("most warm sea", 100.0, 2000.0, 10.0, 60.0, 10.0, "rural", 0.0, 10.0, 90.0, 30.526186),
    ("most sea", 100.0, 2000.0, 10.0, 60.0, 10.0, "rural", 0.0, 10.0, 90.0, 29.851297),
    ("inland", 5.0, 3500.0, 50.0, 25.0, 1.5, "urban", 15.0, 15.0, 50.0, 43.189399),
    ("inland", 40.0, 3500.0, 50.0, 4.0, 1.5, "suburban", 10.0, 10.0, 99.0, -36.406286),
    ("inland", 12.0, 700.0, 30.0, 300.0, 30.0, "dense urban", 20.0, 20.0, 10.0, 82.190410),
    ("inland", 70.0, 450.0, 50.0, 2000.0, 1.5, "rural", 0.0, 10.0, 50.0, 51.461785),
    ("inland", 0.5, 900.0, 50.0, 30.0, 1.5, "rural", 20.0, 10.0, 90.0, 89.006765),
    ("inland", 0.02, 900.0, 50.0, 30.0, 1.5, "rural", 20.0, 10.0, 50.0, 136.064078),
]


@pytest.mark.parametrize("case", OTHER_PROGRAM)
def test_agrees_with_another_program(case: tuple[Any, ...]) -> None:
    zone, d, f, t, h1, h2, environment, r1, r2, q, expected = case
    zones = ["inland"] * 8 + [zone.removeprefix("most ")] * 33 if zone.startswith("most") else [zone] * 41
    field = field_strength_p1546(
        **flat(d), zone=zones, frequency_mhz=f, time_percent=t, location_percent=q, tx_height_m=h1, rx_height_m=h2,
        environment=environment, tx_clutter_m=r1, rx_clutter_m=r2,
    )  # fmt: skip
    assert field == pytest.approx(expected, abs=1e-6)


def test_heights_above_3000_m_count_as_3000_m() -> None:
    distance_km = np.array([0.0, 1.0, 3.0, 9.0, 15.0, 40.0])
    loss = [
        path_loss("p1546", distance_m=1e3 * distance_km, terrain_m=np.array([top, 0, 0, 0, 0, 0]), **LINK)
        for top in (2970.0, 4000.0)
    ]
    assert loss[0] == pytest.approx(loss[1], abs=0.1)  # but for the longer slope


def test_over_sea_a_mast_counts_as_3_m_at_least() -> None:
    def field(mast_m: float, land_points: int) -> float:
        zones = ["inland"] * land_points + ["sea"] * (41 - land_points)
        return float(field_strength_p1546(**flat(20.0), **LINK | {"tx_height_m": mast_m}, zone=zones))

    assert field(1.0, 0) == pytest.approx(field(3.0, 0), abs=1e-3)
    assert field(3.5, 0) > field(3.0, 0) + 0.1
    assert field(1.0, 5) < field(3.0, 5) - 0.1  # on the land part it counts as it is


def test_a_mixed_path_lies_between_land_and_sea() -> None:
    profile = flat(100.0)
    link = {"frequency_mhz": 2000.0, "tx_height_m": 60.0, "rx_height_m": 10.0, "time_percent": 10.0}

    def field(sea_points: int, word: str) -> float:
        zones = ["inland"] * (41 - sea_points) + [word] * sea_points
        return float(field_strength_p1546(**profile, **link, zone=zones))

    land, little, much, sea = (field(n, "sea") for n in (0, 26, 30, 41))
    assert land < little < much < sea
    assert field(30, "coast") == much
    assert field(30, "warm sea") > much
    mixed_seas = ["sea"] * 20 + ["warm sea"] * 21
    assert field_strength_p1546(**profile, **link, zone=mixed_seas) == field(41, "warm sea")


def test_the_environment_at_the_receiver() -> None:
    def loss(**changes: Any) -> float:
        return float(path_loss("p1546", **flat(10.0), **LINK | changes))

    rural, suburban, urban, dense = (loss(environment=word) for word in ENVIRONMENTS if word != "sea")
    assert rural < urban < dense
    assert suburban < urban
    for word, code in ENVIRONMENTS.items():
        assert loss(environment=word) == loss(environment=word, rx_clutter_m=CLUTTER_M[code])
    assert loss(environment="urban", rx_clutter_m=30.0) > urban
    assert loss(environment="rural", rx_clutter_m=30.0) == rural
    assert rx_height_correction(RURAL, 10.0, 10.0, 50.0, 5.0, 900.0) == 0.0
    # At sea near the mast a low antenna loses nothing, far away as much as in the open, and between some of it.
    place: dict[str, Any] = {"zone": ["sea"] * 41, "environment": "sea", "tx_height_m": 100.0}
    for d, share in [(2.0, 0.0), (12.0, 0.5), (60.0, 1.0)]:
        gains = [
            float(field_strength_p1546(**flat(d), **LINK | place | {"environment": word, "rx_height_m": h2}))
            for word, h2 in [("sea", 10.0), ("sea", 5.0), ("rural", 10.0), ("rural", 5.0)]
        ]
        at_sea, in_the_open = gains[1] - gains[0], gains[3] - gains[2]
        assert in_the_open - 1e-9 <= at_sea <= 0.0
        assert share == 0.5 or at_sea == pytest.approx(share * in_the_open, abs=0.01)


def test_clutter_at_the_transmitter() -> None:
    assert tx_clutter_correction(900.0, 10.0, 0.0) == 0.0
    assert tx_clutter_correction(900.0, 10.0, 10.0) == pytest.approx(-6.03, abs=0.01)
    assert tx_clutter_correction(900.0, 10.0, 20.0) < -6.1
    assert -6.0 < tx_clutter_correction(900.0, 11.0, 10.0) < 0.0
    assert tx_clutter_correction(900.0, 60.0, 10.0) == 0.0
    bare, built = (path_loss("p1546", **flat(10.0), **LINK, tx_clutter_m=r1) for r1 in (0.0, 40.0))
    assert built - bare == pytest.approx(-tx_clutter_correction(900.0, 30.0, 40.0), abs=1e-9)


def test_locations() -> None:
    def loss(**changes: Any) -> float:
        return float(path_loss("p1546", **flat(10.0), **LINK | changes))

    assert loss(location_percent=10.0) < loss() < loss(location_percent=90.0)
    sigma = (0.52 + 0.024 * 0.9) * 100.0**0.28  # (34)
    assert loss(location_percent=84.134) - loss() == pytest.approx(sigma, abs=0.01)
    assert loss(location_percent=84.134, location_sigma_db=7.0) - loss() == pytest.approx(7.0, abs=0.01)
    assert loss(location_percent=90.0, resolution_m=500.0) > loss(location_percent=90.0)
    at_sea: dict[str, Any] = {"environment": "sea", "rx_height_m": 5.0}
    assert loss(location_percent=90.0, **at_sea) == loss(**at_sea)


def test_short_paths_end_in_free_space() -> None:
    """Up to 40 m a path is free space between the antennas; nearer than 1 m counts as 1 m; at 1 km nothing jumps."""
    level: dict[str, Any] = {"frequency_mhz": 900.0, "tx_height_m": 10.0, "rx_height_m": 10.0}
    for d_m in (1e-6, 0.5, 1.0):
        field = field_strength_p1546(distance_m=np.array([0.0, d_m]), terrain_m=np.zeros(2), **level)
        assert field == pytest.approx(166.9, abs=1e-9)
    for d_m in (10.0, 40.0):
        slope_km = math.hypot(d_m, 28.5) / 1e3
        field = field_strength_p1546(distance_m=np.array([0.0, d_m]), terrain_m=np.zeros(2), **LINK)
        assert field == pytest.approx(106.9 - 20.0 * math.log10(slope_km), abs=1e-9)
    for d_km in (0.04, 1.0, 15.0):
        before, after = (path_loss("p1546", **flat(d_km * (1.0 + step)), **LINK) for step in (-1e-9, 1e-9))
        assert before == pytest.approx(after, abs=1e-5)


@pytest.mark.parametrize("name", ["frequency_mhz", "tx_height_m", "rx_height_m", "time_percent", "location_percent",
                                  "location_sigma_db", "resolution_m", "tx_clutter_m", "rx_clutter_m"])  # fmt: skip
def test_both_sides_of_each_limit(name: str) -> None:
    allowed = LIMITS[name]
    for end, beyond in ((allowed.low, -1e-6), (allowed.high, 1e-6)):
        assert np.isfinite(path_loss("p1546", **flat(5.0), **LINK | {name: end}))
        with pytest.raises(InputError, match=name):
            path_loss("p1546", **flat(5.0), **LINK | {name: end + beyond})


def test_the_longest_path() -> None:
    assert np.isfinite(path_loss("p1546", **flat(1000.0), **LINK))
    with pytest.raises(InputError, match="distance_m"):
        path_loss("p1546", **flat(1000.001), **LINK)
    assert VALIDITY.keys() <= LIMITS.keys()
    assert VALIDITY["frequency_mhz"] == LIMITS["frequency_mhz"]


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as raised:
        path_loss(
            "p1546", distance_m=[0.0, 500.0, 400.0], terrain_m=[0.0, math.nan, 0.0], frequency_mhz=10.0,
            tx_height_m=-5.0, rx_height_m=0.0, environment="village", zone=["inland", "lake", "inland"],
        )  # fmt: skip
    fields = {problem.field for problem in raised.value.problems}
    assert fields == {"distance_m", "terrain_m", "frequency_mhz", "tx_height_m", "rx_height_m", "environment", "zone"}
    for distance_m in ([0.0], [0.0, 0.0], [5.0, 10.0]):
        with pytest.raises(InputError, match="distance_m"):
            path_loss("p1546", distance_m=distance_m, terrain_m=np.zeros(len(distance_m)), **LINK)


@settings(deadline=None, max_examples=60)
@given(
    st.floats(1e-4, 1000.0),
    st.floats(30.0, 4000.0),
    st.floats(1.0, 3000.0),
    st.floats(1.0, 3000.0),
    st.floats(1.0, 50.0),
    st.sampled_from(sorted(ENVIRONMENTS)),
    st.sampled_from(["inland", "coast", "sea", "warm sea"]),
    st.integers(0, 2**32 - 1),
    st.integers(2, 40),
)
def test_many_paths_are_finite_bounded_and_each_itself(
    d: float, f: float, h1: float, h2: float, t: float, environment: str, zone: str, seed: int, points: int
) -> None:
    random = np.random.default_rng(seed)
    terrain = random.uniform(-400.0, 3000.0, (3, points)) * np.array([[0.0], [0.1], [1.0]])
    zones = np.where(random.random(points) < 0.5, zone, "inland")
    link: dict[str, Any] = {
        "distance_m": np.linspace(0.0, 1000.0 * d, points), "frequency_mhz": f, "tx_height_m": h1, "rx_height_m": h2,
        "time_percent": t, "environment": environment, "zone": zones,
    }  # fmt: skip
    losses = path_loss("p1546", terrain_m=terrain, **link)
    assert isinstance(losses, np.ndarray)
    for k in range(3):
        assert losses[k] == path_loss("p1546", terrain_m=terrain[k], **link)
        slope_km = max(math.hypot(d, (terrain[k, 0] + h1 - terrain[k, -1] - h2) / 1e3), 1e-3)
        free_space_db = 139.3 - 106.9 + 20.0 * math.log10(f * slope_km)
        assert free_space_db - 2.38 * math.log10(50.0 / t) - 1e-9 <= losses[k] < 500.0


def test_every_pixel_of_a_map_is_the_call_on_its_profile() -> None:
    rows, columns = np.mgrid[0:41, 0:41]
    height_m = (100.0 + 60.0 * np.sin(rows / 7.0) * np.cos(columns / 5.0)).astype(np.float32)
    surface = Surface.lay_out(height_m)
    mast = Mast(20, 20, 0.0, 0.0, float(height_m[20, 20]), 30.0)
    link: dict[str, Any] = {"frequency_mhz": 900.0, "rx_height_m": 1.5, "environment": "urban", "tx_clutter_m": 15.0}
    loss_db = sweep_by_model(
        find_model("p1546"), surface, mast, region=Region(0, 41, 0, 41), resolution_m=200.0, radius_m=3900.0, **link
    )
    assert np.isfinite(loss_db).all()
    assert (loss_db < NO_TERRAIN_DB).sum() > 1000
    for row, column in [(20, 20), (20, 21), (5, 20), (12, 33)]:
        path = sample_profile(surface.ground_by_row, surface.ground_by_row, mast, row, column, 200.0)
        alone = path_loss(
            "p1546", distance_m=1000.0 * path.distance_km, terrain_m=path.ground_m, tx_height_m=30.0, **link
        )
        assert loss_db[row, column] == np.float32(alone)
