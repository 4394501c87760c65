"""The irregular terrain model over a raster: each pixel is the call on its equally spaced profile."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.kernels.models import path_loss
from phusong.kernels.raster.itm_sweep import equally_spaced, sweep_itm
from phusong.kernels.raster.profile import Mast, Profile, interpolate, sample_profile
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, OUT_OF_RANGE_DB, Region
from tests import real_terrain
from tests.shared_data import needs_shared

RESOLUTION_M = 100.0
RADIUS_M = 2500.0
LINK: dict[str, Any] = {"frequency_mhz": 900.0, "rx_height_m": 1.5}
PLACE: dict[str, Any] = {"resolution_m": RESOLUTION_M, "radius_m": RADIUS_M}
WHOLE = Region(0, 61, 0, 61)


def scene(seed: int = 3, column_rest: float = 0.25, row_rest: float = 0.6) -> tuple[Surface, Mast]:
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:61, 0:61]
    hills_m = 100.0 + 60.0 * np.sin(rows / 7.0) * np.cos(columns / 5.0) + random.normal(size=(61, 61))
    surface = Surface.lay_out(hills_m.astype(np.float32))
    ground_m = interpolate(surface.ground_by_row, 31, 28, row_rest, column_rest)
    return surface, Mast(28, 31, column_rest, row_rest, ground_m, 30.0)


def loss_by_call(
    surface: Surface, mast: Mast, row: int, column: int, resolution_m: float = RESOLUTION_M, **arguments: Any
) -> np.float32:
    """Return the loss of one pixel by the checked call on its profile."""
    ground = surface.ground_by_row
    path = equally_spaced(sample_profile(ground, ground, mast, row, column, resolution_m))
    return np.float32(
        path_loss(
            "itm",
            distance_m=np.linspace(0.0, path.distance_m, path.ground_m.size),
            terrain_m=path.ground_m,
            tx_height_m=mast.height_m,
            **(LINK | arguments),
        )
    )


# The equally spaced profile


@settings(deadline=None, max_examples=100)
@given(st.floats(0.01, 1.0), st.integers(1, 30), st.integers(0, 100))
def test_points_lie_on_the_profile(first: float, count: int, seed: int) -> None:
    distance_km = 0.03 * np.concatenate([[0.0], first + np.arange(count + 1)])
    ground_m = np.random.default_rng(seed).uniform(0.0, 500.0, count + 2)
    equal = equally_spaced(Profile(distance_km, ground_m, ground_m))
    places_km = np.linspace(0.0, distance_km[-1], count + 2)
    assert equal.distance_m == pytest.approx(1000.0 * distance_km[-1])
    assert equal.ground_m == pytest.approx(np.interp(places_km, distance_km, ground_m), abs=1e-9)


def test_an_equally_spaced_profile_stays_as_it_is() -> None:
    ground_m = np.array([3.0, 7.0, 1.0, 4.0])
    equal = equally_spaced(Profile(np.arange(4.0), ground_m, ground_m))
    assert np.array_equal(equal.ground_m, ground_m)


# The raster


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 1000), st.floats(0.0, 0.999), st.floats(0.0, 0.999))
def test_every_pixel_is_the_call_on_its_profile(seed: int, column_rest: float, row_rest: float) -> None:
    surface, mast = scene(seed, column_rest, row_rest)
    loss_db = sweep_itm(surface, mast, region=WHOLE, **PLACE, **LINK)
    within = loss_db < NO_TERRAIN_DB
    assert np.count_nonzero(within) == pytest.approx(np.pi * 25.0**2, rel=0.02)
    rows, columns = np.nonzero(within)
    for i in range(0, rows.size, 37):
        alone_db = loss_by_call(surface, mast, rows[i], columns[i])
        assert loss_db[rows[i], columns[i]] == pytest.approx(alone_db, abs=1e-4)
    assert loss_db[31, 28] == loss_by_call(surface, mast, 31, 28)
    assert loss_db[31, 29] == loss_by_call(surface, mast, 31, 29)


@pytest.mark.parametrize(
    "arguments",
    [
        {"polarization": "horizontal", "climate": 1, "surface_refractivity": 360.0, "ground_permittivity": 25.0},
        {"ground_conductivity": 0.02, "variability_mode": 3, "time_percent": 10.0, "location_percent": 90.0},
        {"situation_percent": 80.0, "variability_mode": 0},
        {"confidence_percent": 90.0, "reliability_percent": 70.0, "frequency_mhz": 3500.0, "rx_height_m": 10.0},
    ],
)
def test_every_setting_reaches_the_pixels(arguments: dict[str, Any]) -> None:
    surface, mast = scene()
    region = Region(20, 24, 40, 44)
    loss_db = sweep_itm(surface, mast, region=region, **PLACE, **(LINK | arguments))
    for row in range(4):
        for column in range(4):
            assert loss_db[row, column] == pytest.approx(
                loss_by_call(surface, mast, 20 + row, 40 + column, **arguments), abs=1e-4
            )
    assert (loss_db != sweep_itm(surface, mast, region=region, **PLACE, **LINK)).any()


def test_a_part_of_the_window_has_the_same_bits() -> None:
    surface, mast = scene()
    whole_db = sweep_itm(surface, mast, region=WHOLE, **PLACE, **LINK)
    part_db = sweep_itm(surface, mast, region=Region(12, 40, 25, 57), **PLACE, **LINK)
    assert np.array_equal(part_db, whole_db[12:40, 25:57])


def test_another_window_has_the_same_bits() -> None:
    surface, mast = scene()
    whole_db = sweep_itm(surface, mast, region=WHOLE, **PLACE, **LINK)
    smaller = Surface.lay_out(surface.ground_by_row[4:58, 48 + 2 : 48 + 55])
    moved = mast._replace(column=mast.column - 2, row=mast.row - 4)
    smaller_db = sweep_itm(smaller, moved, region=Region(0, 54, 0, 53), **PLACE, **LINK)
    assert np.array_equal(smaller_db, whole_db[4:58, 2:55])


def test_clutter_is_left_out() -> None:
    surface, mast = scene()
    cluttered = Surface.lay_out(surface.ground_by_row[:, 48:-48], np.full((61, 61), 15.0))
    bare_db = sweep_itm(surface, mast, region=WHOLE, **PLACE, **LINK)
    assert np.array_equal(sweep_itm(cluttered, mast, region=WHOLE, **PLACE, **LINK), bare_db)


def test_missing_terrain_stays_missing() -> None:
    surface, mast = scene()
    height_m = surface.ground_by_row[:, 48:-48].copy()
    height_m[20, 28:30] = np.nan
    loss_db = sweep_itm(Surface.lay_out(height_m), mast, region=WHOLE, **PLACE, **LINK)
    whole_db = sweep_itm(surface, mast, region=WHOLE, **PLACE, **LINK)
    missing = loss_db == NO_TERRAIN_DB
    assert missing[20, 28]
    assert missing[8, 28]
    assert 10 < missing.sum() < 80
    assert np.array_equal(loss_db[~missing], whole_db[~missing])
    assert (loss_db[0] == OUT_OF_RANGE_DB).all()


def test_a_path_along_the_edge_of_the_window_needs_nothing_beyond() -> None:
    surface, mast = scene(row_rest=0.0, column_rest=0.0)
    edge = Surface.lay_out(surface.ground_by_row[31:, 48 + 28 : -48])
    corner = mast._replace(row=0, column=0)
    whole_db = sweep_itm(surface, mast, region=WHOLE, **PLACE, **LINK)
    edge_db = sweep_itm(edge, corner, region=Region(0, 30, 0, 33), **PLACE, **LINK)
    assert np.array_equal(edge_db, whole_db[31:, 28:])


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"frequency_mhz": 19.0}, "frequency_mhz"), ({"climate": 8}, "climate"), ({"rx_height_m": 0.4}, "rx_height_m")],
)
def test_an_argument_outside_the_limits_is_named(arguments: dict[str, Any], field: str) -> None:
    surface, mast = scene()
    with pytest.raises(InputError, match=field):
        sweep_itm(surface, mast, region=WHOLE, **PLACE, **(LINK | arguments))


def test_ground_too_high_for_the_refractivity_is_an_error() -> None:
    surface, mast = scene()
    height_m = surface.ground_by_row[:, 48:-48] + 6800.0
    with pytest.raises(InputError, match="outside 150 to 400 N-units"):
        sweep_itm(
            Surface.lay_out(height_m), mast._replace(ground_m=mast.ground_m + 6800.0), region=WHOLE, **PLACE, **LINK
        )


@needs_shared
@pytest.mark.parametrize("place", real_terrain.PLACES[::3], ids=lambda place: place.name)
def test_real_terrain(place: real_terrain.Place) -> None:
    surface, mast = real_terrain.window(place, 10_000.0, with_clutter=False)
    middle = surface.shape[0] // 2
    region = Region(middle - 330, middle + 330, middle + 100, middle + 103)
    loss_db = sweep_itm(surface, mast, region=region, resolution_m=30.0, radius_m=10_000.0, **LINK)
    rows, columns = np.nonzero(loss_db < NO_TERRAIN_DB)
    assert rows.size > 1500
    error_db = [
        loss_db[rows[i], columns[i]]
        - loss_by_call(surface, mast, region.row_start + rows[i], region.column_start + columns[i], 30.0)
        for i in range(0, rows.size, 9)
    ]
    assert np.abs(error_db).max() < 1e-4
