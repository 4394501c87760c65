"""Elevation and clutter: made tiles, and the real SRTM tiles."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from scipy.ndimage import map_coordinates

from phusong.errors import InputError
from phusong.terrain.clutter import load_clutter
from phusong.terrain.elevation import Elevation, fill_enclosed, load_elevation
from phusong.terrain.grid import Grid
from tests.shared_data import SHARED, needs_shared
from tests.test_raster import GRID, hills, write_tile

DEM = SHARED / "data" / "dem"
ON_TILE = Grid.covering([105.0, 106.0], [21.0, 22.0], crs="EPSG:32648", resolution_m=90.0)
VOIDS = 1539  # of N21E105.hgt, SRTM3


def write_hgt(path: Path, height_m: npt.NDArray[np.int16]) -> Path:
    path.write_bytes(height_m.astype(">i2").tobytes())
    return path


def read_hgt(path: Path) -> npt.NDArray[np.int16]:
    """Read a tile without any raster library."""
    samples = np.fromfile(path, dtype=">i2").astype(np.int16)
    side = int(np.sqrt(samples.size))
    return samples.reshape(side, side)


def has_note(elevation: Elevation, *words: str) -> bool:
    return any(all(word in note for word in words) for note in elevation.notes)


# ---- made tiles


def test_an_srtm_tile_stands_on_whole_degrees(tmp_path: Path) -> None:
    # Heights rise by 1 m a sample eastwards: the height is the longitude.
    row = np.tile(np.arange(1201, dtype=np.int16), (1201, 1))
    path = write_hgt(tmp_path / "S08W036.hgt", row)
    grid = Grid.covering([-36.0, -35.9], [-7.9, -7.8], crs="EPSG:32725", resolution_m=90.0)
    longitude_deg, latitude_deg = grid.unproject(*np.meshgrid(*grid.centres_m()))
    height_m = load_elevation([path], grid).height_m
    inside = (longitude_deg >= -36.0) & (latitude_deg >= -8.0)
    assert inside.sum() > 10_000
    np.testing.assert_allclose(height_m[inside], (longitude_deg[inside] + 36.0) * 1200.0, atol=2e-3)


def test_srtm1_and_srtm3_tiles_of_one_surface_agree(tmp_path: Path) -> None:
    fine = np.add.outer(np.arange(3601) // 3, np.arange(3601) // 3).astype(np.int16)
    (tmp_path / "1").mkdir()
    one = write_hgt(tmp_path / "1" / "N21E105.hgt", fine)
    three = write_hgt(tmp_path / "N21E105.hgt", fine[::3, ::3])
    grid = Grid.covering([105.4, 105.5], [21.4, 21.5], crs="EPSG:32648", resolution_m=200.0)
    difference = load_elevation([one], grid).height_m - load_elevation([three], grid).height_m
    assert np.abs(difference).max() <= 2.0


def test_neighbouring_tiles_share_an_edge_without_seam(tmp_path: Path) -> None:
    row, column = np.mgrid[0:1201, 0:2401]
    surface = (row + 0.5 * column).astype(np.int16)
    west = write_hgt(tmp_path / "N21E105.hgt", surface[:, :1201])
    east = write_hgt(tmp_path / "N21E106.hgt", surface[:, 1200:])
    grid = Grid.covering([105.95, 106.05], [21.45, 21.5], crs="EPSG:32648", resolution_m=60.0)
    elevation = load_elevation([east, west], grid)
    assert elevation.missing_pixels == 0
    assert np.abs(np.diff(elevation.height_m, axis=1)).max() < 2.0


def test_voids_are_reported_and_filled_only_when_asked(tmp_path: Path) -> None:
    row, column = np.mgrid[0 : GRID.rows, 0 : GRID.columns]
    plane = (100.0 + 2.0 * row + 3.0 * column).astype(np.float32)
    holes = plane.copy()
    holes[5:9, 10:15] = -32768  # enclosed
    holes[0, 40:43] = -32768  # reaches the edge
    path = write_tile(tmp_path / "a.tif", holes, GRID.transform)

    left = load_elevation([path], GRID)
    assert (left.voids_filled, left.missing_pixels) == (0, 23)
    assert "23 void samples in a.tif, left without data" in left.notes
    assert has_note(left, "% of the grid has no terrain", "23 pixels")
    assert left.is_survey
    assert left.source == "a.tif"

    filled = load_elevation([path], GRID, fill_voids=True)
    assert (filled.voids_filled, filled.missing_pixels) == (20, 3)
    np.testing.assert_allclose(filled.height_m[5:9, 10:15], plane[5:9, 10:15], atol=1e-3)
    assert np.isnan(filled.height_m[0, 40:43]).all()
    assert has_note(filled, "20 void samples in a.tif, interpolated")
    assert has_note(filled, "3 void samples in a.tif, left without data")
    assert has_note(filled, "20 pixels of the grid rest on interpolated voids")
    assert has_note(filled, "3 pixels of the grid have no terrain because of voids")


def test_measured_heights_of_another_file_go_before_filled_ones(tmp_path: Path) -> None:
    first = np.full(GRID.shape, 100, np.int16)
    first[5:9, 10:15] = -32768
    one = write_tile(tmp_path / "1.tif", first, GRID.transform)
    same = write_tile(tmp_path / "2.tif", np.full(GRID.shape, 200, np.int16), GRID.transform)
    other = write_tile(
        tmp_path / "3.tif", np.full((20, 20), 300, np.int16), Affine(120, 0, 499_980, 0, -120, 2_350_140)
    )
    assert np.unique(load_elevation([one, same], GRID, fill_voids=True).height_m).tolist() == [100.0, 200.0]
    assert np.unique(load_elevation([one, other], GRID, fill_voids=True).height_m).tolist() == [100.0, 300.0]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.5))
def test_filled_voids_stay_within_their_surroundings(seed: int, share: float) -> None:
    random = np.random.default_rng(seed)
    height_m = random.uniform(0.0, 500.0, (14, 17)).astype(np.float32)
    is_void = random.random(height_m.shape) < share
    height_m[is_void] = np.nan
    patch = fill_enclosed(height_m)
    assert is_void[patch.rows, patch.columns].all()
    assert np.isfinite(patch.values).all()
    if patch.values.size:
        assert np.nanmin(height_m) - 1e-3 <= patch.values.min()
        assert patch.values.max() <= np.nanmax(height_m) + 1e-3


@pytest.mark.parametrize(("height_m", "is_good"), [(-500, True), (-501, False), (9000, True), (9001, False)])
def test_heights_beyond_the_earth_are_refused(tmp_path: Path, height_m: int, is_good: bool) -> None:
    values = np.full(GRID.shape, 100, np.int16)
    values[3, 4] = height_m
    path = write_tile(tmp_path / "a.tif", values, GRID.transform)
    if is_good:
        assert load_elevation([path], GRID).missing_pixels == 0
    else:
        with pytest.raises(InputError, match=rf"1 samples? outside -500 to 9000 m, such as {height_m}"):
            load_elevation([path], GRID)


def test_notes_tell_a_finer_source_and_the_datum(tmp_path: Path) -> None:
    step = Affine(10, 0, 500_000, 0, -10, 2_350_050)
    path = write_tile(tmp_path / "fine.tif", hills(200, 200), step)
    egm = write_tile(
        tmp_path / "egm.tif", hills(200, 200), Affine(0.0003, 0, 105.0, 0, -0.0003, 21.3), crs="EPSG:4326+3855"
    )
    elevation = load_elevation([path, egm], GRID)
    assert has_note(elevation, "fine.tif has a sample every 10 m", "sampled at the pixel centres, not averaged")
    assert not has_note(elevation, "egm.tif has a sample")
    assert has_note(elevation, "no vertical datum is stated in fine.tif", "EGM96", "not converted")
    assert has_note(elevation, "heights of egm.tif", "EGM2008", "not converted")


def test_nothing_to_report_is_not_reported(tmp_path: Path) -> None:
    path = write_tile(tmp_path / "a.tif", hills(*GRID.shape), GRID.transform)
    assert len(load_elevation([path], GRID).notes) == 1  # the datum


def test_a_grid_beside_all_tiles_has_no_terrain(tmp_path: Path) -> None:
    path = write_tile(tmp_path / "a.tif", hills(*GRID.shape), GRID.transform)
    elevation = load_elevation([path], Grid("EPSG:32648", 600_000.0, 2_000_000.0, 30.0, 4, 5))
    assert elevation.missing_pixels == 20
    assert has_note(elevation, "100 % of the grid has no terrain")


@pytest.mark.parametrize(("height_m", "is_good"), [(0.0, True), (-0.1, False), (150.0, True), (150.5, False)])
def test_clutter_heights_have_limits(tmp_path: Path, height_m: float, is_good: bool) -> None:
    values = np.full(GRID.shape, 10.0, np.float32)
    values[3, 4] = height_m
    path = write_tile(tmp_path / "a.tif", values, GRID.transform)
    if is_good:
        assert load_clutter([path], GRID)[3, 4] == height_m
    else:
        with pytest.raises(InputError, match="outside 0 to 150 m"):
            load_clutter([path], GRID)


def test_clutter_without_data_is_bare_only_when_asked(tmp_path: Path) -> None:
    values = np.full(GRID.shape, 20, np.uint8)
    values[:, 30:] = 255
    path = write_tile(tmp_path / "a.tif", values, GRID.transform, nodata=255)
    wider = Grid(GRID.crs, GRID.west_m, GRID.north_m, 30.0, GRID.rows, GRID.columns + 1)
    unknown = load_clutter([path], wider)
    assert np.isnan(unknown[:, 30:]).all()
    bare = load_clutter([path], wider, nodata_is_bare=True)
    assert np.unique(bare[:, :30]).tolist() == [20.0]
    assert np.unique(bare[:, 30:-1]).tolist() == [0.0]
    assert np.isnan(bare[:, -1]).all()  # outside the raster nothing is known


# ---- real tiles


@needs_shared
@pytest.mark.parametrize(
    ("name", "grid", "void_samples"),
    [
        ("N21E105.hgt", ON_TILE, VOIDS),
        ("N44W072.hgt", Grid.covering([-72.0, -71.0], [44.0, 45.0], crs="EPSG:32619", resolution_m=150.0), 0),
    ],
)
def test_real_tiles_equal_an_independent_interpolation(name: str, grid: Grid, void_samples: int) -> None:
    samples = read_hgt(DEM / name)
    assert (samples == -32768).sum() == void_samples
    x_m, y_m = np.meshgrid(*grid.centres_m())
    to_degrees = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    longitude_deg, latitude_deg = to_degrees.transform(x_m, y_m)
    row = (int(name[1:3]) + 1 - latitude_deg) * 1200.0
    column = (longitude_deg - int(name[4:7]) * (1 if name[3] == "E" else -1)) * 1200.0
    measured = np.where(samples == -32768, 0.0, samples.astype(np.float64))
    expected = map_coordinates(measured, [row, column], order=1, cval=np.nan)
    void_weight = map_coordinates((samples == -32768).astype(np.float64), [row, column], order=1, cval=np.nan)
    expected[void_weight > 0.0] = np.nan

    elevation = load_elevation([DEM / name], grid)
    np.testing.assert_allclose(elevation.height_m, expected, atol=1e-3)
    assert elevation.missing_pixels == np.isnan(expected).sum()
    assert has_note(elevation, f"{VOIDS} void samples in N21E105.hgt, left without data") == (void_samples > 0)


@needs_shared
def test_a_height_of_the_real_tile_computed_by_hand() -> None:
    # A grid of one pixel whose centre is 105.5 E 21.5 N and a third of a sample further east and south.
    longitude_deg, latitude_deg = 105.5 + 1 / 3600, 21.5 - 1 / 3600
    to_utm = Transformer.from_crs("EPSG:4326", "EPSG:32648", always_xy=True)
    x_m, y_m = to_utm.transform(longitude_deg, latitude_deg)
    grid = Grid("EPSG:32648", x_m - 5.0, y_m + 5.0, 10.0, 1, 1)
    (nw, ne), (sw, se) = read_hgt(DEM / "N21E105.hgt")[600:602, 600:602].astype(float)
    by_hand = (4 * nw + 2 * ne + 2 * sw + se) / 9
    assert load_elevation([DEM / "N21E105.hgt"], grid).height_m[0, 0] == pytest.approx(by_hand, abs=1e-3)


@needs_shared
def test_the_real_tile_with_voids_filled() -> None:
    left = load_elevation([DEM / "N21E105.hgt"], ON_TILE)
    filled = load_elevation([DEM / "N21E105.hgt"], ON_TILE, fill_voids=True)
    assert filled.voids_filled == VOIDS - 170  # four voids reach the edge of the tile
    assert filled.missing_pixels < left.missing_pixels
    known = np.isfinite(left.height_m)
    np.testing.assert_array_equal(filled.height_m[known], left.height_m[known])
    assert -60.0 <= np.nanmin(filled.height_m) < -45.0
    assert 1500.0 < np.nanmax(filled.height_m) <= 1582.0


@needs_shared
def test_the_province_is_whole_with_the_mosaic_under_the_tile() -> None:
    grid = Grid.covering([104.82, 105.85], [20.31, 21.72], crs="EPSG:32648", resolution_m=270.0)
    tile, mosaic = DEM / "N21E105.hgt", DEM / "phutho_dem_3s_mixed.tif"
    alone = load_elevation([tile], grid)
    both = load_elevation([tile, mosaic], grid)
    assert alone.missing_pixels > 0.5 * grid.rows * grid.columns
    assert both.missing_pixels == 0
    measured = np.isfinite(alone.height_m)
    np.testing.assert_array_equal(both.height_m[measured], alone.height_m[measured])
    assert both.source == "N21E105.hgt, phutho_dem_3s_mixed.tif"


@needs_shared
def test_a_real_tile_cut_in_two_has_no_seam(tmp_path: Path) -> None:
    samples = read_hgt(DEM / "N21E105.hgt")
    step = Affine(1 / 1200, 0, 105 - 1 / 2400, 0, -1 / 1200, 22 + 1 / 2400)
    north = write_tile(tmp_path / "north.tif", samples[:500], step, crs="EPSG:4326")
    south = write_tile(tmp_path / "south.tif", samples[500:], step @ Affine.translation(0, 500), crs="EPSG:4326")
    grid = Grid.covering([105.2, 105.6], [21.5, 21.65], crs="EPSG:32648", resolution_m=60.0)
    whole = load_elevation([DEM / "N21E105.hgt"], grid)
    for parts in ([north, south], [south, north]):
        np.testing.assert_allclose(load_elevation(parts, grid).height_m, whole.height_m, atol=1e-3)


@needs_shared
def test_srtm1_of_da_nang_is_sampled_not_averaged() -> None:
    path = DEM / "srtm1_danang_1s.tif"
    coarse = Grid.covering([108.1, 108.3], [15.9, 16.1], crs="EPSG:32648", resolution_m=90.0)
    elevation = load_elevation([path], coarse)
    assert elevation.missing_pixels == 0
    assert has_note(elevation, "sample every 30.", "not averaged")
    assert 330.0 < elevation.height_m.max() <= 353.0  # the highest sample there
    fine = Grid(coarse.crs, coarse.west_m, coarse.north_m, 30.0, coarse.rows * 3, coarse.columns * 3)
    np.testing.assert_allclose(load_elevation([path], fine).height_m[1::3, 1::3], elevation.height_m, atol=1e-3)
