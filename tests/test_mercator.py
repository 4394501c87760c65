"""The raster of a page holds the run's own pixels, the nearest ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from phusong.terrain.grid import Grid
from phusong.web.mercator import MercatorGrid

PROVINCE = Grid("EPSG:32648", 480_000.0, 2_400_000.0, 90.0, rows=1742, columns=1212)


@pytest.mark.parametrize("resolution_m", [30.0, 90.0, 300.0])
def test_every_pixel_is_the_nearest_of_the_run(resolution_m: float) -> None:
    onto = MercatorGrid.over((104.8, 20.3, 105.9, 21.7), resolution_m)
    rows, columns = onto.nearest(PROVINCE)
    assert rows.shape == (onto.rows, onto.columns)
    random = np.random.default_rng(0)
    down, across = random.integers(0, onto.rows, 5000), random.integers(0, onto.columns, 5000)
    x_m = onto.west_m + (across + 0.5) * onto.step_m
    y_m = onto.north_m - (down + 0.5) * onto.step_m
    exact = Transformer.from_crs("EPSG:3857", PROVINCE.crs, always_xy=True).transform(x_m, y_m)
    column, row = PROVINCE.column_row(*exact)
    found_row, found_column = rows[down, across], columns[down, across]
    inside = found_row >= 0
    assert inside.mean() > 0.5
    assert np.abs(found_row - row)[inside].max() < 0.51
    assert np.abs(found_column - column)[inside].max() < 0.51
    beyond = (row < -0.51) | (row > PROVINCE.rows - 0.49) | (column < -0.51) | (column > PROVINCE.columns - 0.49)
    assert (found_row[beyond] == -1).all()
    assert not inside[beyond].any()


@given(st.floats(-179, 178), st.floats(-79, 78), st.floats(10, 500))
@settings(deadline=None, max_examples=50)
def test_it_covers_its_bounds_with_pixels_of_the_size_asked_for(west: float, south: float, resolution_m: float) -> None:
    bounds = (west, south, west + 0.2, south + 0.1)
    onto = MercatorGrid.over(bounds, resolution_m)
    x_m, y_m = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(
        [bounds[0], bounds[2]], [bounds[1], bounds[3]]
    )
    assert onto.west_m == pytest.approx(x_m[0], abs=0.01)
    assert onto.north_m == pytest.approx(y_m[1], abs=0.01)
    assert onto.west_m + onto.columns * onto.step_m >= x_m[1] - 0.01
    assert onto.north_m - onto.rows * onto.step_m <= y_m[0] + 0.01
    assert onto.step_m * np.cos(np.radians(south + 0.05)) == pytest.approx(resolution_m, rel=1e-9)
