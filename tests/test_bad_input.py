"""Bad input to any model's public call: one clear error, or the documented limit value; never nan, never infinity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from phusong.errors import InputError
from phusong.kernels.models import MODELS, Model, find_model, path_loss


def link_of(model: Model, **changes: Any) -> dict[str, Any]:
    """Return an ordinary link of a model, over 3 km of rolling ground if it follows any, with changes."""
    distance_m = np.linspace(0.0, 3000.0, 31)
    limits = model.limits
    link: dict[str, Any] = {
        "distance_m": distance_m if model.follows_terrain else min(3000.0, limits["distance_m"].high),
        "frequency_mhz": min(max(1800.0, limits["frequency_mhz"].low), limits["frequency_mhz"].high),
        "tx_height_m": min(max(30.0, limits["tx_height_m"].low), limits["tx_height_m"].high),
        "rx_height_m": min(max(1.5, limits["rx_height_m"].low), limits["rx_height_m"].high),
    }
    if model.follows_terrain:
        link["terrain_m"] = 50.0 + 10.0 * np.sin(distance_m / 300.0)
    return link | changes


def says(name: str, **changes: Any) -> str:
    """Return what the call complains of, or "" where it gives a finite loss."""
    try:
        loss_db = path_loss(name, **link_of(find_model(name), **changes))
    except InputError as error:
        return str(error)
    assert np.isfinite(loss_db).all()
    return ""


FLAT = np.full(31, 50.0)
TERRAIN = [name for name in MODELS if find_model(name).follows_terrain]


@pytest.mark.parametrize("name", MODELS)
def test_an_ordinary_link_has_a_loss(name: str) -> None:
    assert says(name) == ""


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("field", ["distance_m", "frequency_mhz", "tx_height_m", "rx_height_m"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, "far"], ids=str)
def test_no_number_or_a_senseless_one_is_refused_by_name(name: str, field: str, value: Any) -> None:
    assert field in says(name, **{field: value})


@pytest.mark.parametrize("name", MODELS)
def test_frequencies_outside_are_refused_with_what_is_allowed(name: str) -> None:
    allowed = find_model(name).limits["frequency_mhz"]
    for frequency_mhz in (0.999 * allowed.low, 1.001 * allowed.high):
        assert f"Allowed: {allowed}" in says(name, frequency_mhz=frequency_mhz)


@pytest.mark.parametrize("name", MODELS)
def test_a_mobile_on_the_ground_and_a_mast_below_it(name: str) -> None:
    """Either is refused by name or, where a model knows them, has a finite loss."""
    limits = find_model(name).limits
    for field, value in (("rx_height_m", 0.0), ("tx_height_m", -5.0)):
        assert (field in says(name, **{field: value})) == (value < limits[field].low)


@pytest.mark.parametrize("name", TERRAIN)
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("terrain_m", {"terrain_m": np.where(np.arange(31) == 7, np.nan, FLAT)}),
        ("distance_m", {"distance_m": np.linspace(3000.0, 0.0, 31)}),
        ("distance_m", {"distance_m": np.where(np.arange(31) == 9, 100.0, np.linspace(0.0, 3000.0, 31))}),
        ("distance_m", {"distance_m": np.linspace(100.0, 3100.0, 31)}),
        ("distance_m", {"distance_m": np.zeros(31)}),
        ("distance_m", {"distance_m": [0.0], "terrain_m": [50.0]}),
        ("terrain_m", {"terrain_m": FLAT[:-1]}),
        ("terrain_m", {"terrain_m": 1e6 * FLAT}),
    ],
    ids=["nan height", "falling", "unsorted", "no start", "no length", "one point", "too short", "in space"],
)
def test_a_wrong_profile_is_refused_by_name(name: str, field: str, changes: dict[str, Any]) -> None:
    assert field in says(name, **changes)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in TERRAIN])
def test_a_path_without_length_has_the_limit_value(name: str) -> None:
    """Some take it as the least distance that they know; none gives nan."""
    allowed = find_model(name).limits["distance_m"]
    assert ("distance_m" in says(name, distance_m=0.0)) == (allowed.low > 0.0)


@pytest.mark.parametrize("name", TERRAIN)
def test_the_shortest_paths_are_finite(name: str) -> None:
    for length_m in (1.0, 30.0):
        assert says(name, distance_m=[0.0, 0.5 * length_m, length_m], terrain_m=[50.0, 50.0, 50.0]) == ""
        assert says(name, distance_m=[0.0, length_m], terrain_m=[50.0, 50.0]) == ""
