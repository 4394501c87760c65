"""People by pixel: a raster's sum is kept whatever the projections, and zones' people are spread to the last one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from phusong.errors import InputError
from phusong.terrain.grid import Grid
from phusong.terrain.population import UNKNOWN_PEOPLE, load_population, people_fixed, spread_people
from phusong.terrain.shared_counts import share_counts

UTM = "EPSG:32648"
LONGITUDE, LATITUDE = 105.3, 21.3
WEST_M, NORTH_M = 520_000.0, 2_360_000.0


@dataclass(frozen=True, eq=False)
class Cells:
    """A raster in memory."""

    crs: CRS
    transform: Affine
    values: npt.NDArray[np.float32]
    patch: None = None

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.values.shape
        return rows, columns

    def read(self, row_start: int, row_stop: int, column_start: int, column_stop: int) -> npt.NDArray[np.float32]:
        return self.values[row_start:row_stop, column_start:column_stop]


def towns(shape: tuple[int, int], seed: int = 4) -> npt.NDArray[np.float32]:
    """Return people as they live: many in few cells, nobody in most."""
    random = np.random.default_rng(seed)
    return np.where(random.random(shape) < 0.3, random.pareto(1.1, shape), 0.0).astype(np.float32)


def utm_cells(values: npt.NDArray[Any], side_m: float = 100.0, turned_deg: float = 0.0) -> Cells:
    transform = Affine.translation(WEST_M, NORTH_M) @ Affine.rotation(turned_deg) @ Affine.scale(side_m, -side_m)
    return Cells(CRS(UTM), transform, values.astype(np.float32))


def round_grid(cells: Cells, resolution_m: float, crs: str = UTM) -> Grid:
    """Return a grid that holds all cells, its corner on none of theirs."""
    rows, columns = cells.shape
    edge = np.linspace(0.0, 1.0, 30)
    across = np.concatenate([edge, edge, np.zeros(30), np.ones(30)]) * columns
    down = np.concatenate([np.zeros(30), np.ones(30), edge, edge]) * rows
    t = cells.transform
    x, y = t.a * across + t.b * down + t.c, t.d * across + t.e * down + t.f
    x_m, y_m = Transformer.from_crs(cells.crs, crs, always_xy=True).transform(x, y)
    west, north = float(np.min(x_m)) - 1.37 * resolution_m, float(np.max(y_m)) + 1.61 * resolution_m
    size = (north - np.min(y_m)) / resolution_m + 3, (np.max(x_m) - west) / resolution_m + 3
    return Grid(crs, west, north, resolution_m, int(size[0]), int(size[1]))


def by_overlap(cells: Cells, grid: Grid) -> npt.NDArray[np.float64]:
    """Return the counts shared out by the exact areas, for axes that run parallel: the sharing's definition."""

    def shares(low: npt.NDArray[Any], high: npt.NDArray[Any], first: float, side: float, count: int) -> Any:
        edge = first + side * np.arange(count + 1)
        overlap = np.minimum(high[:, None], edge[None, 1:]) - np.maximum(low[:, None], edge[None, :-1])
        return np.maximum(overlap, 0.0) / side

    rows, columns = cells.shape
    side = cells.transform.a
    x = grid.west_m + grid.resolution_m * np.arange(grid.columns + 1)
    y = -grid.north_m + grid.resolution_m * np.arange(grid.rows + 1)
    across = shares(x[:-1], x[1:], cells.transform.c, side, columns)
    down = shares(y[:-1], y[1:], -cells.transform.f, side, rows)
    return np.asarray(down @ cells.values.astype(np.float64) @ across.T)


# From cells to pixels


@pytest.mark.parametrize("resolution_m", [30.0, 90.0, 270.0])
def test_a_raster_in_utm_keeps_its_sum(resolution_m: float) -> None:
    """50 km by 40 km of 100 m cells, finer and coarser; with parallel axes every pixel is that of the areas."""
    cells = utm_cells(towns((400, 500)))
    grid = round_grid(cells, resolution_m)
    people = share_counts(cells, grid)
    assert np.nansum(people) == pytest.approx(cells.values.sum(dtype=np.float64), rel=1e-9)
    expected = by_overlap(cells, grid)
    np.testing.assert_allclose(np.nan_to_num(people), expected, rtol=1e-6, atol=1e-6 * float(cells.values.max()))
    assert np.array_equal(np.isnan(people), by_overlap(utm_cells(np.ones((400, 500))), grid) < 1e-9)


@pytest.mark.parametrize(
    ("crs", "arc_seconds", "resolution_m"),
    [("EPSG:32648", 3.0, 90.0), ("EPSG:32648", 30.0, 30.0), ("EPSG:32648", 3.0, 1000.0), ("EPSG:32649", 3.0, 90.0)],
)
def test_a_raster_in_degrees_keeps_its_sum(crs: str, arc_seconds: float, resolution_m: float) -> None:
    """Three seconds as WorldPop has them, 30 as GHS-POP; in the neighbouring zone north is turned by two degrees."""
    step = arc_seconds / 3600.0
    side = round(0.3 / step)
    cells = Cells(CRS("EPSG:4326"), Affine(step, 0.0, LONGITUDE, 0.0, -step, LATITUDE), towns((side, side)))
    grid = round_grid(cells, resolution_m, crs)
    people = share_counts(cells, grid)
    assert np.nansum(people) == pytest.approx(cells.values.sum(dtype=np.float64), rel=1e-9)
    # The people are where they were: so is their middle, within a small part of a pixel.
    x_m, y_m = grid.centres_m()
    rows, columns = np.mgrid[:side, :side]
    place = grid.project(LONGITUDE + step * (columns + 0.5), LATITUDE - step * (rows + 0.5))
    for centre, weight, axis in (
        (x_m, np.nansum(people, axis=0), place[0]),
        (y_m, np.nansum(people, axis=1), place[1]),
    ):
        expected = np.average(axis, weights=cells.values)
        assert np.average(centre, weights=weight) == pytest.approx(
            expected, abs=0.03 * max(resolution_m, 30.0 * arc_seconds)
        )


@pytest.mark.parametrize("turned_deg", [0.0, 1.0, 30.0, 45.0, 90.0, 180.0])
def test_a_turned_raster_keeps_its_sum(turned_deg: float) -> None:
    cells = utm_cells(towns((80, 60)), turned_deg=turned_deg)
    for resolution_m in (30.0, 100.0, 270.0):
        people = share_counts(cells, round_grid(cells, resolution_m))
        assert np.nansum(people) == pytest.approx(cells.values.sum(dtype=np.float64), rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 12), st.integers(1, 12), st.floats(20.0, 1500.0), st.floats(20.0, 1500.0), st.floats(-5.0, 5.0),
    st.integers(0, 10_000), st.sampled_from([UTM, "EPSG:32647", "EPSG:3857", "EPSG:3405"]),
)  # fmt: skip
def test_no_person_is_lost_or_made(
    rows: int, columns: int, side_m: float, resolution_m: float, turned_deg: float, seed: int, crs: str
) -> None:
    """Any cells, any pixels, nearly all people in one cell."""
    values = towns((rows, columns), seed)
    values[seed % rows, seed % columns] = 1e6
    cells = utm_cells(values, side_m, turned_deg)
    people = share_counts(cells, round_grid(cells, resolution_m, crs))
    assert np.nansum(people) == pytest.approx(values.sum(dtype=np.float64), rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.floats(-30.0, 30.0), st.floats(-30.0, 30.0), st.floats(20.0, 400.0))
def test_pixels_of_a_part_are_those_of_the_whole(east: float, south: float, resolution_m: float) -> None:
    """A grid that holds half of the raster has the same people in its pixels as a larger one."""
    cells = utm_cells(towns((40, 40)))
    whole = round_grid(cells, resolution_m)
    row, column = round(20 + south / 2), round(20 + east / 2)
    row, column = min(row, whole.rows - 1), min(column, whole.columns - 1)
    part = share_counts(cells, whole.window(row, whole.rows, column, whole.columns))
    np.testing.assert_allclose(part, share_counts(cells, whole)[row:, column:], rtol=1e-6, atol=1e-6)


def test_cells_without_data_give_nothing_and_are_not_zero() -> None:
    values = np.full((20, 20), 9.0)
    values[:, 10:] = np.nan
    cells = utm_cells(values)
    grid = Grid(UTM, WEST_M, NORTH_M, 100.0 / 3.0, 60, 60)
    people = share_counts(cells, grid)
    assert people[:, :30] == pytest.approx(np.ones((60, 30)))
    assert np.isnan(people[:, 30:]).all()
    bare = share_counts(cells, grid, void_value=0.0)
    assert (bare[:, 30:] == 0.0).all()
    # A pixel across the edge of the data holds the people of its known part.
    across = share_counts(cells, Grid(UTM, WEST_M, NORTH_M, 400.0, 5, 5))
    assert across[0] == pytest.approx([144.0, 144.0, 72.0, np.nan, np.nan], nan_ok=True)


@pytest.mark.parametrize("crs", [UTM, "EPSG:3857"])
def test_a_grid_elsewhere_knows_nobody(crs: str) -> None:
    people = share_counts(utm_cells(np.ones((5, 5))), Grid(crs, 700_000.0, 2_000_000.0, 100.0, 4, 5))
    assert people.shape == (4, 5)
    assert np.isnan(people).all()


# Files


def write_people(path: Path, values: npt.NDArray[Any], *, nodata: float | None = -200.0) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype=values.dtype.name,
        crs=UTM, transform=Affine(100.0, 0.0, WEST_M, 0.0, -100.0, NORTH_M), nodata=nodata,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def test_a_file_is_read_with_its_nodata(tmp_path: Path) -> None:
    values = towns((30, 30))
    values[:5] = -200.0
    path = write_people(tmp_path / "people.tif", values)
    grid = Grid(UTM, WEST_M, NORTH_M, 90.0, 34, 35)
    people = load_population(path, grid)
    assert np.nansum(people) == pytest.approx(values[5:].sum(dtype=np.float64), rel=1e-9)
    assert np.isnan(people[:5]).all()
    zero = load_population(path, grid, nodata_is_zero=True)
    assert (zero[:5, :33] == 0.0).all()
    assert np.isnan(zero[:, 34:]).all()  # outside the raster nothing is known
    assert np.nansum(zero) == pytest.approx(np.nansum(people), rel=1e-12)


@pytest.mark.parametrize(("value", "is_good"), [(0.0, True), (-0.5, False), (1e8, True), (1.1e8, False)])
def test_counts_have_limits(tmp_path: Path, value: float, is_good: bool) -> None:
    values = np.zeros((6, 6), dtype=np.float32)
    values[2, 2] = value
    path = write_people(tmp_path / "people.tif", values)
    grid = Grid(UTM, WEST_M, NORTH_M, 100.0, 6, 6)
    if is_good:
        assert load_population(path, grid)[2, 2] == pytest.approx(value)
        return
    with pytest.raises(InputError, match=r"1 sample outside 0 to 1e\+08, such as") as caught:
        load_population(path, grid)
    assert (caught.value.problems[0].file, caught.value.problems[0].field) == (str(path), "value")


def test_a_mark_that_is_not_declared_is_told(tmp_path: Path) -> None:
    values = np.full((6, 6), -200.0, dtype=np.float32)
    with pytest.raises(InputError, match=r"36 samples outside 0 .*such as -200.*gdal_edit"):
        load_population(write_people(tmp_path / "people.tif", values, nodata=None), Grid(UTM, 0.0, 0.0, 1.0, 1, 1))


# Whole numbers, and people of zones


def test_millionths_of_a_person() -> None:
    fixed = people_fixed(np.array([[0.0, 1.0, 2.5], [1e-6, 0.4e-6, np.nan]]))
    assert fixed.dtype == np.int64
    assert fixed.tolist() == [[0, 1_000_000, 2_500_000], [1, 0, UNKNOWN_PEOPLE]]


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.integers(0, 2_000_000), min_size=1, max_size=5),
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_zones_keep_their_people(population: list[int], seed: int, unknown_share: float) -> None:
    """To the last one, wherever a zone has a pixel, whatever the weights."""
    random = np.random.default_rng(seed)
    zone = random.integers(-1, len(population), (13, 17)).astype(np.int32)
    weight = random.pareto(1.0, zone.shape) * (random.random(zone.shape) < 0.5)
    weight[random.random(zone.shape) < unknown_share] = np.nan
    people = spread_people(np.array(population, dtype=np.float64), zone, weight)
    assert np.array_equal(np.isnan(people), zone < 0)
    fixed = people_fixed(people)
    assert (fixed[zone >= 0] >= 0).all()
    for index, total in enumerate(population):
        if (zone == index).any():
            assert int(fixed[zone == index].sum()) == total * 1_000_000


def test_weights_share_out_and_unknown_ones_draw_the_mean() -> None:
    zone = np.array([[0, 0, 0, 0], [1, 1, 2, -1]], dtype=np.int32)
    weight = np.array([[1.0, 3.0, np.nan, 0.0], [0.0, 0.0, 1.0, 1.0]])
    people = spread_people(np.array([1600.0, 10.0, np.nan]), zone, weight)
    expected = [[300.0, 900.0, 400.0, 0.0], [5.0, 5.0, np.nan, np.nan]]
    assert people == pytest.approx(np.array(expected), nan_ok=True)
