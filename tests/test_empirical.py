"""What all empirical models share: their limits, free space as the floor, growth with distance, and the raster."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.kernels.itu.p525 import free_space_loss
from phusong.kernels.models import MODELS, find_model
from phusong.kernels.raster.driver import sweep_by_model
from phusong.kernels.raster.profile import Mast, interpolate, sample_profile
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.wedges import OUT_OF_RANGE_DB, Region

CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "hata": ("environment", ("urban", "large_city", "suburban", "open")),
    "cost231_hata": ("environment", ("urban", "metropolitan")),
    "extended_hata": ("environment", ("urban", "suburban", "open")),
    "ecc33": ("environment", ("urban", "large_city")),
    "sui": ("terrain_type", ("A", "B", "C")),
    "ericsson9999": ("environment", ("urban", "suburban", "rural")),
}
LENGTH_MODELS = list(CHOICES)
EMPIRICAL = [*LENGTH_MODELS, "spm"]
LINK: dict[str, Any] = {"distance_m": 3000.0, "frequency_mhz": 1500.0, "tx_height_m": 30.0, "rx_height_m": 2.0}


def link_of(model: str) -> dict[str, Any]:
    return {**LINK, "frequency_mhz": 2000.0} if model == "sui" else dict(LINK)


def test_registry_holds_them() -> None:
    in_folder = {name for name, module in MODELS.items() if ".empirical." in module and not name.startswith("tr38901")}
    assert in_folder == set(EMPIRICAL)


@pytest.mark.parametrize("name", EMPIRICAL)
def test_validity_lies_within_the_limits(name: str) -> None:
    model = find_model(name)
    assert set(model.validity) <= set(model.limits)
    for field, valid in model.validity.items():
        limit = model.limits[field]
        assert limit.low <= valid.low < valid.high <= limit.high
        assert limit.unit == valid.unit
    assert model.validity["frequency_mhz"] == model.limits["frequency_mhz"]
    assert model.follows_terrain == (name == "spm")


@pytest.mark.parametrize("name", LENGTH_MODELS)
def test_both_sides_of_every_limit(name: str) -> None:
    model = find_model(name)
    link = link_of(name)
    for field, limit in model.limits.items():
        for inside in (limit.low, limit.high):
            loss_db = model.path_loss(**{**link, field: inside})
            assert isinstance(loss_db, float)
            assert math.isfinite(loss_db)
        for outside in (np.nextafter(limit.low, -np.inf), np.nextafter(limit.high, np.inf), math.nan, math.inf):
            with pytest.raises(InputError, match=field):
                model.path_loss(**{**link, field: outside})


@pytest.mark.parametrize("name", LENGTH_MODELS)
def test_all_problems_at_once(name: str) -> None:
    word = CHOICES[name][0]
    wrong = {"distance_m": 0.0, "frequency_mhz": 10.0, "tx_height_m": -5.0, "rx_height_m": "high", word: "moon"}
    with pytest.raises(InputError) as caught:
        find_model(name).path_loss(**wrong)
    assert [problem.field for problem in caught.value.problems] == list(wrong)


@pytest.mark.parametrize("name", LENGTH_MODELS)
def test_many_paths_are_the_single_ones(name: str) -> None:
    model = find_model(name)
    word, choices = CHOICES[name]
    link = link_of(name)
    link["distance_m"] = np.geomspace(10.0, 30e3, len(choices))
    link["tx_height_m"] = np.linspace(20.0, 60.0, len(choices))
    many_db = model.path_loss(**link, **{word: list(choices)})
    assert isinstance(many_db, np.ndarray)
    assert many_db.shape == (len(choices),)
    for i, choice in enumerate(choices):
        alone = {**link, "distance_m": link["distance_m"][i], "tx_height_m": link["tx_height_m"][i], word: choice}
        assert model.path_loss(**alone) == many_db[i]
    assert model.path_loss(**{**link_of(name), "distance_m": [3000.0]}) == pytest.approx(
        [model.path_loss(**link_of(name))]
    )
    with pytest.raises(InputError, match="paths differ"):
        model.path_loss(**{**link, "rx_height_m": np.full(len(choices) + 1, 2.0)})


@pytest.mark.parametrize("name", LENGTH_MODELS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_finite_and_at_least_free_space(name: str, data: st.DataObject) -> None:
    model = find_model(name)
    word, choices = CHOICES[name]
    link: dict[str, float] = {}
    for field in ("distance_m", "tx_height_m", "rx_height_m"):
        limit = model.limits[field]
        link[field] = min(10.0 ** data.draw(st.floats(math.log10(limit.low), math.log10(limit.high))), limit.high)
    frequencies = model.limits["frequency_mhz"]
    link["frequency_mhz"] = data.draw(st.floats(frequencies.low, frequencies.high))
    loss_db = model.path_loss(**link, **{word: data.draw(st.sampled_from(choices))})
    assert isinstance(loss_db, float)
    assert math.isfinite(loss_db)
    assert loss_db >= free_space_loss(1e-3 * link["distance_m"], 1e-3 * link["frequency_mhz"])


@pytest.mark.parametrize("name", LENGTH_MODELS)
def test_the_floor_is_free_space_near_the_mast(name: str) -> None:
    """ECC-33 alone is never at the floor with a mast and a mobile that are meant: it begins with free space."""
    link = link_of(name)
    loss_db = find_model(name).path_loss(**{**link, "distance_m": 2.0, "tx_height_m": 2.0})
    floor_db = free_space_loss(2e-3, 1e-3 * link["frequency_mhz"])
    if name == "ecc33":
        assert loss_db > floor_db + 10.0
    else:
        assert loss_db == floor_db


@pytest.mark.parametrize("name", LENGTH_MODELS)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_grows_with_distance(name: str, data: st.DataObject) -> None:
    """From 100 m on: nearer, the extended Hata model may fall towards 100 m and ECC-33 rises to the mast."""
    model = find_model(name)
    word, choices = CHOICES[name]
    link = {
        field: data.draw(st.floats(model.validity[field].low, model.validity[field].high))
        for field in ("frequency_mhz", "tx_height_m", "rx_height_m")
    }
    losses_db = model.path_loss(
        **link, distance_m=np.geomspace(100.0, 100e3, 60), **{word: data.draw(st.sampled_from(choices))}
    )
    assert np.all(np.diff(losses_db) > 0.0)


@pytest.mark.parametrize("name", EMPIRICAL)
def test_runs_over_a_raster(name: str) -> None:
    """Each pixel is the model's own call, by distance or on its profile; beyond the radius is marked."""
    rows, columns = np.mgrid[0:41, 0:41]
    height_m = (100.0 + 40.0 * np.sin(rows / 5.0) * np.cos(columns / 4.0)).astype(np.float32)
    surface = Surface.lay_out(height_m)
    mast = Mast(20, 21, 0.25, 0.5, interpolate(surface.ground_by_row, 21, 20, 0.5, 0.25), 30.0)
    model = find_model(name)
    link = {field: value for field, value in link_of(name).items() if field not in ("distance_m", "tx_height_m")}
    loss_db = sweep_by_model(
        model, surface, mast, region=Region(0, 41, 0, 41), resolution_m=100.0, radius_m=1500.0, **link
    )
    assert loss_db.dtype == np.float32
    beyond = np.hypot(rows - 21.5, columns - 20.25) > 15.0
    assert np.array_equal(loss_db == OUT_OF_RANGE_DB, beyond)
    for row, column in [(21, 20), (10, 20), (30, 28)]:
        path: dict[str, Any] = {"distance_m": 100.0 * math.hypot(row - 21.5, column - 20.25), "tx_height_m": 30.0}
        if model.follows_terrain:
            profile = sample_profile(surface.ground_by_row, surface.ground_by_row, mast, row, column, 100.0)
            path |= {"distance_m": 1000.0 * profile.distance_km, "terrain_m": profile.ground_m}
        assert loss_db[row, column] == pytest.approx(model.path_loss(**link, **path), abs=1e-4)
