"""The metric grid: corners, positions and the true area of its pixels."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from phusong.terrain.grid import Grid, utm_crs

GEOD = Geod(ellps="WGS84")
PHU_THO = Grid("EPSG:32648", 478_920.0, 2_403_000.0, 90.0, 1760, 1220)


def geodesic_area_km2(pixel: Grid) -> float:
    west, south, east, north = pixel.bounds_m
    longitude_deg, latitude_deg = pixel.unproject([west, east, east, west], [south, south, north, north])
    return abs(GEOD.polygon_area_perimeter(longitude_deg, latitude_deg)[0]) / 1e6


@pytest.mark.parametrize("resolution_m", [0.0, -30.0, math.nan, math.inf])
def test_a_grid_needs_a_positive_finite_resolution(resolution_m: float) -> None:
    with pytest.raises(ValueError, match="resolution"):
        Grid("EPSG:32648", 0.0, 0.0, resolution_m, 1, 1)


def test_a_grid_needs_a_finite_corner() -> None:
    with pytest.raises(ValueError, match="corner"):
        Grid("EPSG:32648", math.nan, 0.0, 30.0, 1, 1)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2263", "EPSG:99999", "somewhere"])
def test_a_grid_needs_a_projected_crs_in_metres(crs: str) -> None:
    with pytest.raises(ValueError, match="CRS"):
        Grid(crs, 0.0, 0.0, 30.0, 1, 1)
    with pytest.raises(ValueError, match="CRS"):
        Grid.covering([105.0], [21.0], crs=crs, resolution_m=30.0)


def test_covering_refuses_positions_without_a_place() -> None:
    with pytest.raises(ValueError, match="no place"):
        Grid.covering([105.0, math.nan], [21.0, 21.0], crs="EPSG:32648", resolution_m=30.0)


@settings(deadline=None, max_examples=50)
@given(
    longitude_deg=st.lists(st.floats(104.0, 106.5), min_size=1, max_size=6),
    latitude_deg=st.floats(20.0, 22.0),
    resolution_m=st.sampled_from([10.0, 30.0, 90.0, 483.5]),
    margin_m=st.sampled_from([0.0, 1000.0]),
)
def test_covering_is_the_smallest_grid_that_holds_the_points(
    longitude_deg: list[float], latitude_deg: float, resolution_m: float, margin_m: float
) -> None:
    latitudes = [latitude_deg] * len(longitude_deg)
    grid = Grid.covering(longitude_deg, latitudes, crs="EPSG:32648", resolution_m=resolution_m, margin_m=margin_m)
    x_m, y_m = grid.project(longitude_deg, latitudes)
    west, south, east, north = grid.bounds_m
    slack = 1e-6
    assert west - slack <= x_m.min() - margin_m <= west + resolution_m
    assert east - resolution_m - slack <= x_m.max() + margin_m <= east + slack
    assert south - slack <= y_m.min() - margin_m <= south + resolution_m
    assert north - resolution_m - slack <= y_m.max() + margin_m <= north + slack
    assert math.isclose(grid.west_m / resolution_m, round(grid.west_m / resolution_m), abs_tol=1e-9)


def test_pixel_centres_are_whole_columns_and_rows() -> None:
    x_m, y_m = PHU_THO.centres_m()
    column, row = PHU_THO.column_row(x_m[[0, 5]], y_m[[0, 7]])
    np.testing.assert_allclose(column, [0, 5], atol=1e-9)
    np.testing.assert_allclose(row, [0, 7], atol=1e-9)
    step = PHU_THO.transform
    assert (step.c + 0.5 * step.a, step.f + 0.5 * step.e) == (x_m[0], y_m[0])


def test_a_window_keeps_the_place_of_its_pixels() -> None:
    x_m, y_m = PHU_THO.centres_m()
    window_x_m, window_y_m = PHU_THO.window(10, 20, 30, 50).centres_m()
    np.testing.assert_array_equal(window_x_m, x_m[30:50])
    np.testing.assert_array_equal(window_y_m, y_m[10:20])


def test_unproject_undoes_project() -> None:
    longitude_deg, latitude_deg = PHU_THO.unproject(*PHU_THO.project([104.9, 105.8], [20.4, 21.6]))
    np.testing.assert_allclose(longitude_deg, [104.9, 105.8], atol=1e-9)
    np.testing.assert_allclose(latitude_deg, [20.4, 21.6], atol=1e-9)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1759, 1219), (880, 610), (3, 1200)])
def test_pixel_area_is_the_geodesic_area(row: int, column: int) -> None:
    area_km2 = PHU_THO.pixel_area_km2()
    assert area_km2.shape == PHU_THO.shape
    assert area_km2.dtype == np.float32
    pixel = PHU_THO.window(row, row + 1, column, column + 1)
    assert area_km2[row, column] == pytest.approx(geodesic_area_km2(pixel), rel=3e-7)


@pytest.mark.parametrize("row", [0, 19])
def test_pixel_area_shrinks_northwards_under_mercator(row: int) -> None:
    grid = Grid("EPSG:3395", 11_700_000.0, 2_450_000.0, 5000.0, 20, 30)
    assert grid.pixel_area_km2()[row, 7] == pytest.approx(geodesic_area_km2(grid.window(row, row + 1, 7, 8)), rel=1e-6)


def test_pixel_area_is_not_the_area_on_the_map() -> None:
    # On the central meridian of UTM the areal scale is 0.9996 squared: true areas are 0.08 % larger than on the map.
    at_meridian = Grid("EPSG:32648", 499_985.0, 2_300_000.0, 30.0, 1, 1).pixel_area_km2()[0, 0]
    assert at_meridian == pytest.approx(0.0009 / 0.9996**2, rel=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1)])
def test_pixel_area_of_one_row_or_column(shape: tuple[int, int]) -> None:
    grid = Grid("EPSG:32648", 560_000.0, 2_300_000.0, 90.0, *shape)
    area_km2 = grid.pixel_area_km2()
    assert area_km2.shape == shape
    last = grid.window(shape[0] - 1, shape[0], shape[1] - 1, shape[1])
    assert area_km2[-1, -1] == pytest.approx(geodesic_area_km2(last), rel=3e-7)


def test_pixel_area_of_twenty_million_pixels_takes_seconds() -> None:
    start = time.perf_counter()
    Grid("EPSG:32648", 478_920.0, 2_403_000.0, 30.0, 5000, 4000).pixel_area_km2()
    assert time.perf_counter() - start < 10.0


@pytest.mark.parametrize(
    ("longitude_deg", "latitude_deg", "crs"),
    [
        (105.0, 21.0, "EPSG:32648"),
        (108.0, 16.0, "EPSG:32649"),
        (-71.5, 44.5, "EPSG:32619"),
        (180.0, -1.0, "EPSG:32701"),
    ],
)
def test_utm_zones(longitude_deg: float, latitude_deg: float, crs: str) -> None:
    assert utm_crs(longitude_deg, latitude_deg) == crs
