"""The irregular terrain model: an independent program, warnings, limits and properties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.kernels.itm.area import AREA_LIMITS, itm_area
from phusong.kernels.itm.path import Warnings
from phusong.kernels.itm.point_to_point import itm_point_to_point
from phusong.kernels.itm.settings import LIMITS, MODES, VALIDITY
from phusong.kernels.itm.terrain import fitted_ends, ranked_value
from phusong.kernels.itm.variability import CLIMATES, normal_deviate
from phusong.kernels.models import path_loss
from phusong.laboratory.conformance.itm import arguments_of, read_generated
from phusong.laboratory.peers import itmlogic_paths
from tests.shared_data import SHARED, needs_shared

ROLLING_M = 100.0 + 40.0 * np.sin(np.arange(101) / 6.0)
LINK: dict[str, Any] = {
    "distance_m": np.linspace(0.0, 10_000.0, 101),
    "terrain_m": ROLLING_M,
    "frequency_mhz": 900.0,
    "tx_height_m": 30.0,
    "rx_height_m": 1.5,
}
AREA: dict[str, Any] = {
    "distance_m": 10_000.0,
    "irregularity_m": 90.0,
    "frequency_mhz": 900.0,
    "tx_height_m": 30.0,
    "rx_height_m": 1.5,
}


# An independent program


@needs_shared
def test_an_independent_program_agrees_on_nearly_all_paths() -> None:
    """Its differences in kind are felt where the profile has few points or ends on a slope (see `itmlogic_paths`)."""
    generated = read_generated(SHARED / "reference" / "generated_itm_p2p")
    paths = [path for path in map(arguments_of, generated) if len(path["terrain_m"]) > 50]
    error_db = np.array([path_loss("itm", **path) - itmlogic_paths.loss_db(**path) for path in paths])
    assert error_db.size > 300
    assert np.percentile(np.abs(error_db), 95) < 0.03
    assert np.abs(error_db).max() < 1.5


# Warnings


def test_warnings_are_the_bits_of_the_reference_program() -> None:
    assert [warning.value for warning in Warnings] == [2**bit for bit in range(15)]
    assert Warnings(1536) == Warnings.TX_HORIZON_NEAR | Warnings.RX_HORIZON_NEAR


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"tx_height_m": 0.99}, Warnings.TX_HEIGHT),
        ({"tx_height_m": 1000.1}, Warnings.TX_HEIGHT),
        ({"rx_height_m": 0.99}, Warnings.RX_HEIGHT),
        ({"frequency_mhz": 39.9}, Warnings.FREQUENCY),
        ({"frequency_mhz": 10_001.0}, Warnings.FREQUENCY),
        ({"distance_m": 1_000_001.0}, Warnings.DISTANCE_ABOVE_1000_KM),
        ({"distance_m": 2_000_001.0}, Warnings.DISTANCE_ABOVE_2000_KM),
        ({"distance_m": 999.0}, Warnings.DISTANCE_BELOW_1_KM),
        ({"distance_m": 1100.0, "tx_height_m": 222.0}, Warnings.DISTANCE_SHORT_FOR_HEIGHTS),
        ({"time_percent": 0.09, "variability_mode": 3}, Warnings.EXTREME_VARIABILITY),
    ],
)
def test_both_sides_of_a_warning(changes: dict[str, Any], warning: Warnings) -> None:
    quiet = itm_area(**(AREA | {"tx_height_m": 1.0, "rx_height_m": 1.0, "frequency_mhz": 40.0, "distance_m": 1000.0}))
    assert quiet.warnings == 0
    loud = itm_area(**(AREA | changes))
    assert Warnings(int(loud.warnings)) & warning


def test_warnings_of_the_terrain() -> None:
    wall_m = np.zeros(101)
    wall_m[1] = 400.0
    loss_db, warnings = itm_point_to_point(**(LINK | {"terrain_m": wall_m}))
    assert Warnings(int(warnings)) == Warnings.TX_HORIZON_ANGLE | Warnings.TX_HORIZON_NEAR
    back_db, warnings = itm_point_to_point(
        **(LINK | {"terrain_m": wall_m[::-1], "tx_height_m": 1.5, "rx_height_m": 30.0})
    )
    assert Warnings(int(warnings)) == Warnings.RX_HORIZON_ANGLE | Warnings.RX_HORIZON_NEAR
    assert back_db == pytest.approx(loss_db, abs=3.0)  # the model is nearly, not wholly, reciprocal
    for height_m, is_thin in ((1700.0, False), (1800.0, True)):  # 301 exp(-height / 9460) is 250 at 1756 m
        _, warnings = itm_point_to_point(**(LINK | {"terrain_m": np.full(101, height_m)}))
        assert bool(Warnings(int(warnings)) & Warnings.SURFACE_REFRACTIVITY) is is_thin


# Limits


@pytest.mark.parametrize("field", [field for field in LIMITS if field not in {"distance_m", "terrain_m"}])
def test_both_sides_of_every_limit(field: str) -> None:
    pair = {"confidence_percent": 50.0, "reliability_percent": 50.0} if field[:4] in {"conf", "reli"} else {}
    limits = LIMITS[field]
    for inside in (limits.low, limits.high):
        assert np.isfinite(path_loss("itm", **(LINK | pair | {field: inside})))
    for outside in (np.nextafter(limits.low, -np.inf), np.nextafter(limits.high, np.inf), math.nan):
        with pytest.raises(InputError, match=field):
            path_loss("itm", **(LINK | pair | {field: outside}))


@pytest.mark.parametrize("field", ["distance_m", "irregularity_m"])
def test_both_sides_of_the_limits_of_area_mode(field: str) -> None:
    limits = AREA_LIMITS[field]
    for inside in (limits.low, limits.high):
        assert np.isfinite(itm_area(**(AREA | {field: inside})).loss_db)
    for outside in (np.nextafter(limits.low, -np.inf), np.nextafter(limits.high, np.inf), math.nan):
        with pytest.raises(InputError, match=field):
            itm_area(**(AREA | {field: outside}))


def test_validity_lies_within_the_limits() -> None:
    for field, valid in VALIDITY.items():
        assert LIMITS[field].low <= valid.low < valid.high <= LIMITS[field].high
    assert VALIDITY["frequency_mhz"] == LIMITS["frequency_mhz"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"variability_mode": 4}, "0 to 3, 10 to 13"),
        ({"climate": 2.5}, "climate"),
        ({"polarization": "circular"}, "circular"),
        ({"confidence_percent": 90.0}, "reliability_percent.*go together"),
        ({"confidence_percent": 90.0, "reliability_percent": 50.0, "time_percent": 10.0}, "beside a percentage"),
        ({"distance_m": LINK["distance_m"][::-1]}, "begin at 0"),
        ({"terrain_m": ROLLING_M[:-1]}, "numbers of points differ"),
        ({"terrain_m": np.where(np.arange(101) == 7, np.nan, ROLLING_M)}, "index .7"),
        ({"distance_m": [0.0], "terrain_m": [0.0]}, "two points or more"),
        ({"terrain_m": np.full(101, 7000.0)}, "refractivity at the ground of path 0"),
    ],
)
def test_a_wrong_argument_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        path_loss("itm", **(LINK | changes))


def test_points_must_be_equally_far_apart() -> None:
    shifted_m = LINK["distance_m"].copy()
    shifted_m[40] += 0.099  # of 100 m
    assert path_loss("itm", **(LINK | {"distance_m": shifted_m})) == path_loss("itm", **LINK)
    shifted_m[40] += 0.002
    with pytest.raises(InputError, match="not equally far apart"):
        path_loss("itm", **(LINK | {"distance_m": shifted_m}))


def test_area_names_what_is_wrong_all_at_once() -> None:
    with pytest.raises(InputError) as error:
        itm_area(**(AREA | {"distance_m": 0.5, "irregularity_m": -1.0, "tx_siting": "lucky"}))
    assert [problem.field for problem in error.value.problems] == ["distance_m", "irregularity_m", "tx_siting"]


def test_the_shortest_path_has_a_loss() -> None:
    two = {"distance_m": [0.0, 1.0], "terrain_m": [5.0, 5.0]}
    assert np.isfinite(path_loss("itm", **(LINK | two)))


# Properties


def test_many_paths_are_each_one_path() -> None:
    terrain_m = np.stack([ROLLING_M, ROLLING_M[::-1], np.zeros(101)])
    frequency_mhz = np.array([450.0, 900.0, 3500.0])
    together = itm_point_to_point(**(LINK | {"terrain_m": terrain_m, "frequency_mhz": frequency_mhz}))
    for i in range(3):
        alone = itm_point_to_point(**(LINK | {"terrain_m": terrain_m[i], "frequency_mhz": frequency_mhz[i]}))
        assert isinstance(alone.loss_db, float)
        assert together.loss_db[i] == alone.loss_db  # type: ignore[index]
        assert together.warnings[i] == alone.warnings  # type: ignore[index]


def test_confidence_and_reliability_are_situations_and_time() -> None:
    shares = {"confidence_percent": 90.0, "reliability_percent": 95.0, "variability_mode": 3}
    same = {"situation_percent": 90.0, "time_percent": 95.0, "variability_mode": 3}
    assert path_loss("itm", **(LINK | shares)) == path_loss("itm", **(LINK | same))
    assert itm_area(**(AREA | shares)) == itm_area(**(AREA | same))


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(MODES),
    st.integers(1, len(CLIMATES)),
    st.floats(0.1, 99.8),
    st.sampled_from(["time_percent", "location_percent", "situation_percent"]),
)
def test_a_greater_share_never_has_less_loss(mode: int, climate: int, percent: float, share: str) -> None:
    terms = LINK | {"variability_mode": mode, "climate": climate}
    less_db = path_loss("itm", **(terms | {share: percent}))
    assert path_loss("itm", **(terms | {share: percent + 0.1})) >= less_db - 1e-9


@settings(deadline=None, max_examples=60)
@given(st.floats(20.0, 2e4), st.floats(0.5, 3e3), st.floats(0.5, 3e3), st.floats(1.0, 3e6), st.floats(0.0, 9e3))
def test_area_always_has_a_loss(
    frequency_mhz: float, tx_height_m: float, rx_height_m: float, distance_m: float, irregularity_m: float
) -> None:
    loss_db, _ = itm_area(
        frequency_mhz=frequency_mhz,
        tx_height_m=tx_height_m,
        rx_height_m=rx_height_m,
        distance_m=distance_m,
        irregularity_m=irregularity_m,
    )
    assert math.isfinite(float(loss_db))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1e4, 1e4) | st.sampled_from([0.0, 5.0]), min_size=1, max_size=60), st.data())
def test_ranked_value_is_that_of_sorting(values: list[float], data: st.DataObject) -> None:
    rank = data.draw(st.integers(1, len(values)))
    array = np.array(values)
    assert ranked_value(array, rank, array.min(), array.max()) == sorted(values, reverse=True)[rank - 1]


def test_fitted_line_of_a_slope_is_the_slope() -> None:
    slope_m = 3.0 + 0.5 * np.arange(41.0, dtype=np.float64)
    assert fitted_ends(slope_m, 10.0, 55.0, 333.0) == pytest.approx((3.0, 23.0))


def test_normal_deviate() -> None:
    assert normal_deviate(10.0) == pytest.approx(1.28155, abs=4.5e-4)
    assert normal_deviate(90.0) == -normal_deviate(10.0)
