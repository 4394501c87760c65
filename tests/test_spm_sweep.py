"""The Standard Propagation Model over a raster: held to the model's own call on every pixel's profile."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from phusong.errors import InputError
from phusong.kernels.empirical import spm_model
from phusong.kernels.raster import spm_sweep
from phusong.kernels.raster.driver import sweep_by_model
from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.spm_sweep import sweep_spm
from phusong.kernels.raster.surface import MISSING_M, Surface
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, OUT_OF_RANGE_DB, Region
from tests.real_terrain import PLACES, RESOLUTION_M, Place, window
from tests.shared_data import needs_shared
from tests.test_driver import WHOLE, scene

PLACE: dict[str, Any] = {"region": WHOLE, "resolution_m": 100.0, "radius_m": 2500.0}
LINK: dict[str, Any] = {"frequency_mhz": 1840.0, "rx_height_m": 1.5}
SWEPT: list[dict[str, Any]] = [
    {},
    {"effective_height": "spot", "clutter_class": "open", "k_clutter": 0.5},
    {"effective_height": "absolute_spot", "least_effective_height_m": 40.0, "most_effective_height_m": 60.0},
    {"near_m": 800.0, "k1_near": 10.0, "k2_near": 50.0, "k1_near_nlos": 10.0, "k2_near_nlos": 50.0},
    {"polarization": "horizontal", "delta_n": 60.0, "k4": 0.6, "k6": -0.1, "k7": 2.0, "k1": 20.0},
]
DRIVEN: list[dict[str, Any]] = [
    {"effective_height": "average_terrain", "average_from_m": 500.0, "average_to_m": 2000.0},
    {"k1_nlos": 30.0},
    {"near_m": 800.0, "k1_near": 10.0},
]


@pytest.fixture(scope="module")
def hills() -> tuple[Surface, Mast]:
    return scene(with_clutter=True)


@pytest.mark.parametrize("settings", SWEPT)
def test_every_pixel_is_the_call_on_its_profile(
    hills: tuple[Surface, Mast], settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    surface, mast = hills
    expected_db = sweep_by_model(spm_model.MODEL, surface, mast, **PLACE, **LINK, **settings)
    monkeypatch.setattr(spm_sweep, "sweep_by_model", None)  # it is not called
    loss_db = sweep_spm(surface, mast, **PLACE, **LINK, **settings)
    known = expected_db < NO_TERRAIN_DB
    assert np.ptp(expected_db[known]) > 40.0
    assert np.array_equal(loss_db[~known], expected_db[~known])
    assert np.abs(loss_db - expected_db)[known].max() < 0.03


@pytest.mark.parametrize("settings", DRIVEN)
def test_what_the_sweep_does_not_know_goes_profile_by_profile(
    hills: tuple[Surface, Mast], settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    surface, mast = hills
    monkeypatch.setattr(spm_sweep, "sweep_diffraction", None)
    region = Region(20, 40, 15, 50)
    part: dict[str, Any] = {**PLACE, "region": region}
    offset_db = np.full((20, 35), -7.0)
    offset_db[3, 4] = np.nan
    loss_db = sweep_spm(surface, mast, **part, **LINK, clutter_offset_db=offset_db, **settings)
    expected_db = sweep_by_model(spm_model.MODEL, surface, mast, **part, **LINK, clutter_offset_db=-7.0, **settings)
    expected_db[3, 4] = NO_TERRAIN_DB
    assert np.array_equal(loss_db, expected_db)


def test_each_pixel_has_its_own_offset(hills: tuple[Surface, Mast]) -> None:
    """One that is not known is no data there; beyond the radius it changes nothing."""
    surface, mast = hills
    flat_db = sweep_spm(surface, mast, **PLACE, **LINK, clutter_offset_db=20.0)
    offset_db = 20.0 + np.random.default_rng(1).uniform(0.0, 10.0, (61, 61))
    offset_db[20, 25] = offset_db[0, 0] = np.nan
    loss_db = sweep_spm(surface, mast, **PLACE, **LINK, clutter_offset_db=offset_db, k_clutter=1.0)
    assert loss_db[20, 25] == NO_TERRAIN_DB
    assert loss_db[0, 0] == flat_db[0, 0] == OUT_OF_RANGE_DB
    known = loss_db < NO_TERRAIN_DB
    assert (loss_db - flat_db)[known] == pytest.approx((offset_db - 20.0)[known], abs=1e-4)
    nowhere_db = sweep_spm(surface, mast, **PLACE, **LINK, clutter_offset_db=np.full((61, 61), np.nan))
    assert set(np.unique(nowhere_db)) == {NO_TERRAIN_DB, OUT_OF_RANGE_DB}


def test_missing_terrain_is_no_data_and_missing_clutter_is_nothing(hills: tuple[Surface, Mast]) -> None:
    surface, mast = hills
    posts = surface.ground_by_row[:, 48:-48].copy()
    posts[20, 33] = np.nan
    clutter_m = np.zeros_like(posts)
    clutter_m[40, 40] = np.nan
    pierced = Surface.lay_out(posts, clutter_m)
    assert (pierced.ground_by_row == MISSING_M).any()
    loss_db = sweep_spm(pierced, mast, **PLACE, **LINK)
    expected_db = sweep_by_model(spm_model.MODEL, pierced, mast, **PLACE, **LINK)
    assert np.array_equal(loss_db == NO_TERRAIN_DB, expected_db == NO_TERRAIN_DB)
    assert loss_db[20, 33] == NO_TERRAIN_DB
    assert loss_db[40, 40] < NO_TERRAIN_DB
    assert 1 < (loss_db == NO_TERRAIN_DB).sum() < 100


def test_a_region_gives_the_bits_of_the_whole(hills: tuple[Surface, Mast]) -> None:
    surface, mast = hills
    whole_db = sweep_spm(surface, mast, **PLACE, **LINK)
    part_db = sweep_spm(surface, mast, **{**PLACE, "region": Region(12, 40, 25, 57)}, **LINK)
    assert part_db.tobytes() == whole_db[12:40, 25:57].tobytes()


def test_everything_wrong_is_told(hills: tuple[Surface, Mast]) -> None:
    surface, mast = hills
    link = {**LINK, "frequency_mhz": 100.0}
    offset_db = np.full((61, 61), 2e3)
    with pytest.raises(InputError) as caught:
        sweep_spm(
            surface, mast, **PLACE, **link, clutter_offset_db=offset_db, clutter_class="moon", effective_height="high"
        )
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"frequency_mhz", "clutter_offset_db", "clutter_class", "effective_height"}


@needs_shared
@pytest.mark.parametrize("place", PLACES[2:5:2], ids=lambda place: place.name)
def test_on_real_terrain(place: Place) -> None:
    surface, mast = window(place, 3_000.0, with_clutter=False)
    region = Region(mast.row - 90, mast.row + 90, mast.column + 40, mast.column + 70)
    where: dict[str, Any] = {"region": region, "resolution_m": RESOLUTION_M, "radius_m": 3_000.0}
    link: dict[str, Any] = {"frequency_mhz": 950.0, "rx_height_m": 1.5, "effective_height": "spot"}
    loss_db = sweep_spm(surface, mast, **where, **link)
    expected_db = sweep_by_model(spm_model.MODEL, surface, mast, **where, **link)
    known = expected_db < NO_TERRAIN_DB
    assert known.sum() > 1_500  # one place has voids
    assert np.array_equal(known, loss_db < NO_TERRAIN_DB)
    assert np.abs(loss_db - expected_db)[known].max() < 0.03
