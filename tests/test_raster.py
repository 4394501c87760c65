"""Layers out and in again, and rasters as one surface on the grid."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.errors import NotGeoreferencedWarning
from rio_cogeo.cogeo import cog_validate
from scipy.ndimage import map_coordinates

from phusong.errors import InputError, MachineError
from phusong.terrain.grid import Grid
from phusong.terrain.raster import burn, open_rasters, read_cog, read_onto, write_cog

GRID = Grid("EPSG:32648", 500_010.0, 2_350_020.0, 30.0, 40, 60)


def write_tile(
    path: Path,
    values: npt.NDArray[Any],
    transform: Affine,
    *,
    crs: str | None = "EPSG:32648",
    nodata: float | None = -32768,
) -> Path:
    """Write a plain GeoTIFF as another program would."""
    height, width = values.shape[-2:]
    profile = {"driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": values.dtype.name}
    with rasterio.open(path, "w", **profile, crs=crs, transform=transform, nodata=nodata) as dataset:
        dataset.write(values, 1)
    return path


def hills(rows: int, columns: int) -> npt.NDArray[np.float32]:
    row, column = np.mgrid[0:rows, 0:columns]
    return np.asarray(300 + 100 * np.sin(row / 3.0) * np.cos(column / 4.0) + row, dtype=np.float32)


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [
        ("float32", np.nan),
        ("float32", -9999.0),
        ("int32", -1),
        ("int16", -32768),
        ("uint16", 65535),
        ("uint8", 255),
        ("uint8", None),
    ],
)
def test_a_layer_comes_back_as_written(tmp_path: Path, dtype: str, nodata: float | None) -> None:
    values = hills(700, 1100).astype(dtype)
    grid = Grid("EPSG:32648", 500_010.0, 2_350_020.0, 483.5030350339812, 700, 1100)
    tags = {"technology": "4G", "place": "Phú Thọ", "empty-looking": "a = b; <c>"}
    write_cog(tmp_path / "a.tif", values, grid, nodata=nodata, units="dBm", description="RSRP, độ mạnh", tags=tags)
    write_cog(tmp_path / "b.tif", values, grid, nodata=nodata, units="dBm", description="RSRP, độ mạnh", tags=tags)
    read, read_grid, read_tags = read_cog(tmp_path / "a.tif")

    np.testing.assert_array_equal(read, values)
    assert read.dtype == values.dtype
    assert read_grid == grid
    expected = tags | {"units": "dBm", "description": "RSRP, độ mạnh"}
    assert read_tags == (expected if nodata is None else expected | {"nodata": str(values.dtype.type(nodata))})
    assert cog_validate(tmp_path / "a.tif", strict=True) == (True, [], [])
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tif", "b.tif"]


def test_overviews_average_heights_and_keep_categories(tmp_path: Path) -> None:
    grid = Grid("EPSG:32648", 500_010.0, 2_350_020.0, 30.0, 1024, 1024)
    checks = (np.indices(grid.shape).sum(axis=0) % 2).astype(np.float32)
    for name, values in {"mean": checks * 10, "class": (checks * 10).astype(np.uint8)}.items():
        write_cog(tmp_path / name, values, grid, nodata=None, units="", description=name, tags={})
    with (
        rasterio.open(tmp_path / "mean", overview_level=0) as mean,
        rasterio.open(tmp_path / "class", overview_level=0) as kinds,
    ):
        assert np.unique(mean.read(1)).tolist() == [5.0]
        assert set(np.unique(kinds.read(1))) <= {0, 10}


@settings(deadline=None, max_examples=15)
@given(
    tags=st.dictionaries(
        st.from_regex(r"[a-z_]{3,12}", fullmatch=True).filter(
            lambda key: key not in ("units", "description", "nodata")
        ),
        st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=20),
        max_size=4,
    ),
    crs=st.sampled_from(["EPSG:32648", "EPSG:3405", "EPSG:32719", "EPSG:3857"]),
    corner_m=st.floats(1e5, 9e5),
    resolution_m=st.floats(0.5, 999.0),
)
def test_any_tags_crs_and_place_survive(
    tmp_path_factory: pytest.TempPathFactory, tags: dict[str, str], crs: str, corner_m: float, resolution_m: float
) -> None:
    path = tmp_path_factory.mktemp("cog") / "layer.tif"
    grid = Grid(crs, corner_m, corner_m * 2, resolution_m, 3, 5)
    write_cog(path, np.ones(grid.shape, np.uint8), grid, nodata=0, units="m", description="d", tags=tags)
    _, read_grid, read_tags = read_cog(path)
    assert read_grid == grid
    assert read_tags == tags | {"units": "m", "description": "d", "nodata": "0"}


def test_write_cog_refuses_what_it_cannot_keep(tmp_path: Path) -> None:
    def write(values: npt.NDArray[Any], **tags: str) -> None:
        write_cog(tmp_path / "a.tif", values, GRID, nodata=None, units="m", description="d", tags=tags)

    with pytest.raises(ValueError, match="int64"):
        write(np.zeros(GRID.shape, np.int64))
    with pytest.raises(ValueError, match="shape"):
        write(np.zeros((3, 3), np.float32))
    with pytest.raises(ValueError, match="units"):
        write(np.zeros(GRID.shape, np.float32), units="km")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_disk_is_a_machine_error_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path) -> None:
        write_cog(path, hills(*GRID.shape), GRID, nodata=None, units="m", description="d", tags={})

    with pytest.raises(MachineError, match="cannot be written"):
        write(tmp_path / "no such folder" / "a.tif")
    (tmp_path / "a.tif").write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(MachineError, match="No space left"):
        write(tmp_path / "a.tif")
    assert (tmp_path / "a.tif").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


def test_read_cog_names_what_is_no_layer(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_cog(tmp_path / "a.tif")
    (tmp_path / "a.tif").write_text("not a raster")
    with pytest.raises(InputError, match="cannot be read"):
        read_cog(tmp_path / "a.tif")
    write_tile(tmp_path / "b.tif", hills(4, 4), Affine(0.1, 0, 105, 0, -0.1, 21), crs="EPSG:4326")
    with pytest.raises(InputError, match="projected"):
        read_cog(tmp_path / "b.tif")
    write_tile(tmp_path / "c.tif", hills(4, 4), Affine(10, 0, 5e5, 0, -20, 2e6))
    with pytest.raises(InputError, match="square"):
        read_cog(tmp_path / "c.tif")


def test_a_raster_on_the_grid_itself_is_read_unchanged(tmp_path: Path) -> None:
    values = hills(*GRID.shape)
    path = write_tile(tmp_path / "a.tif", values, GRID.transform)
    np.testing.assert_array_equal(read_onto([path], GRID), values)


def test_a_plane_is_reproduced_and_nothing_is_made_up_outside(tmp_path: Path) -> None:
    row, column = np.mgrid[0:30, 0:30]
    path = write_tile(
        tmp_path / "a.tif", (2.0 * column - 3.0 * row).astype(np.float32), Affine(70, 0, 500_000, 0, -70, 2_350_000)
    )
    grid = Grid("EPSG:32648", 499_900.0, 2_350_100.0, 30.0, 90, 90)
    x_m, y_m = np.meshgrid(*grid.centres_m())
    plane = 2.0 * ((x_m - 500_000) / 70 - 0.5) - 3.0 * ((2_350_000 - y_m) / 70 - 0.5)
    inside = (x_m >= 500_035) & (x_m <= 500_000 + 70 * 29.5) & (y_m <= 2_349_965) & (y_m >= 2_350_000 - 70 * 29.5)
    read = read_onto([path], grid)
    np.testing.assert_array_equal(np.isnan(read), ~inside)
    np.testing.assert_allclose(read[inside], plane[inside], atol=1e-4)


@pytest.mark.parametrize("overlap", [0, 1, 5])
@pytest.mark.parametrize("swap", [False, True])
def test_tiles_cut_from_one_raster_show_no_seam(tmp_path: Path, overlap: int, swap: bool) -> None:
    values, step = hills(50, 60), Affine(0.0003, 0, 105.0, 0, -0.0003, 21.25)
    whole = write_tile(tmp_path / "whole.tif", values, step, crs="EPSG:4326")
    west = write_tile(tmp_path / "west.tif", values[:, : 25 + overlap], step, crs="EPSG:4326")
    east = write_tile(tmp_path / "east.tif", values[:, 25:], step @ Affine.translation(25, 0), crs="EPSG:4326")
    parts = [east, west] if swap else [west, east]
    grid = Grid.covering([105.0, 105.02], [21.234, 21.251], crs="EPSG:32648", resolution_m=10.0)
    expected = read_onto([whole], grid)
    assert 0.3 < np.isfinite(expected).mean() < 1.0
    np.testing.assert_array_equal(read_onto(parts, grid), expected)


def test_a_void_with_weight_makes_a_pixel_missing_and_one_without_does_not(tmp_path: Path) -> None:
    values = hills(*GRID.shape)
    values[10, 20] = -32768
    path = write_tile(tmp_path / "a.tif", values, GRID.transform)
    same = read_onto([path], GRID)
    assert np.argwhere(np.isnan(same)).tolist() == [[10, 20]]
    shifted = read_onto([path], Grid(GRID.crs, GRID.west_m + 1.0, GRID.north_m - 1.0, 30.0, 39, 59))
    assert np.argwhere(np.isnan(shifted)).tolist() == [[9, 19], [9, 20], [10, 19], [10, 20]]


def test_the_first_file_counts_and_the_second_fills_its_gaps(tmp_path: Path) -> None:
    first = np.full(GRID.shape, 100.0, np.float32)
    first[:, 30:] = -32768
    one = write_tile(tmp_path / "1.tif", first, GRID.transform)
    two = write_tile(tmp_path / "2.tif", np.full(GRID.shape, 200.0, np.float32), GRID.transform)
    coarse = write_tile(
        tmp_path / "3.tif", np.full((10, 10), 300, np.int16), Affine(500, 0, 498_000, 0, -500, 2_351_000)
    )
    assert np.unique(read_onto([one, two, coarse], GRID)).tolist() == [100.0, 200.0]
    assert np.unique(read_onto([two, one, coarse], GRID)).tolist() == [200.0]
    # A file on another lattice goes between two on the same: priority is the order of the list, not of the lattices.
    between = read_onto([one, coarse, two], GRID)
    assert np.unique(between[:, :30]).tolist() == [100.0]
    assert np.unique(between[:, 30:]).tolist() == [300.0]


def test_rotated_and_south_up_rasters_are_read_where_they_lie(tmp_path: Path) -> None:
    values = hills(80, 80)
    upright = Affine(30, 0, 500_000, 0, -30, 2_352_000)
    south_up = write_tile(tmp_path / "s.tif", values[::-1].copy(), Affine(30, 0, 500_000, 0, 30, 2_352_000 - 2400))
    plain = write_tile(tmp_path / "p.tif", values, upright)
    np.testing.assert_array_equal(read_onto([south_up], GRID), read_onto([plain], GRID))
    turned = upright @ Affine.rotation(20.0)
    rotated = write_tile(tmp_path / "r.tif", values, turned)
    x_m, y_m = np.meshgrid(*GRID.centres_m())
    back = ~turned
    column, row = back.a * x_m + back.b * y_m + back.c, back.d * x_m + back.e * y_m + back.f
    expected = map_coordinates(values.astype(float), [row - 0.5, column - 0.5], order=1, cval=np.nan)
    read = read_onto([rotated], GRID)
    assert np.isfinite(read).sum() > 200
    np.testing.assert_allclose(read, expected, atol=1e-3)


def test_the_result_does_not_depend_on_the_window(tmp_path: Path) -> None:
    path = write_tile(tmp_path / "a.tif", hills(90, 90), Affine(0.0003, 0, 105.0, 0, -0.0003, 21.26), crs="EPSG:4326")
    grid = Grid.covering([105.0, 105.026], [21.234, 21.26], crs="EPSG:32648", resolution_m=4.0)
    assert min(grid.shape) > 600  # several blocks
    whole = read_onto([path], grid)
    np.testing.assert_array_equal(read_onto([path], grid.window(500, 530, 490, 540)), whole[500:530, 490:540])


def test_a_fine_raster_on_a_coarse_grid_and_one_far_away(tmp_path: Path) -> None:
    path = write_tile(tmp_path / "a.tif", hills(3000, 3000), Affine(1, 0, 500_000, 0, -1, 2_350_000))
    coarse = Grid("EPSG:32648", 500_000.0, 2_350_000.0, 1000.0, 3, 3)
    assert np.isfinite(read_onto([path], coarse)).all()
    assert np.isnan(read_onto([path], Grid("EPSG:32719", 500_000.0, 7_000_000.0, 90.0, 5, 5))).all()


def test_scale_offset_mask_and_nan_are_respected(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    values = np.arange(GRID.rows * GRID.columns, dtype=np.uint16).reshape(GRID.shape)
    profile = {"driver": "GTiff", "height": GRID.rows, "width": GRID.columns, "count": 1, "dtype": "uint16"}
    with rasterio.open(path, "w", **profile, crs=GRID.crs, transform=GRID.transform, nodata=7) as dataset:
        dataset.write(values, 1)
        dataset.scales, dataset.offsets = (0.5,), (10.0,)
    read = read_onto([path], GRID)
    assert np.isnan(read[0, 7])
    assert read[0, 8] == 14.0
    holes = np.where(values == 9, np.nan, values).astype(np.float32)
    write_tile(tmp_path / "b.tif", holes, GRID.transform, nodata=None)
    assert np.isnan(read_onto([tmp_path / "b.tif"], GRID)[0, 9])


def test_every_bad_raster_is_named_at_once(tmp_path: Path) -> None:
    step = GRID.transform
    no_crs = write_tile(tmp_path / "no_crs.tif", hills(4, 4), step, crs=None)
    broken = tmp_path / "broken.tif"
    broken.write_bytes(write_tile(tmp_path / "whole.tif", hills(200, 200), step).read_bytes()[:100_000])
    text = tmp_path / "text.tif"
    text.write_text("heights")
    feet = write_tile(tmp_path / "feet.tif", hills(4, 4), step)
    with rasterio.open(feet, "r+") as dataset:
        dataset.units = ("ft",)
    bands = tmp_path / "bands.tif"
    with rasterio.open(
        bands, "w", driver="GTiff", height=4, width=4, count=3, dtype="uint8", crs=GRID.crs, transform=step
    ):
        pass
    misnamed = tmp_path / "tile.hgt"
    misnamed.write_bytes(b"")
    short = tmp_path / "N21E105.hgt"
    short.write_bytes(bytes(100))
    with (
        pytest.raises(InputError) as raised,
        open_rasters([no_crs, broken, text, feet, bands, misnamed, short, tmp_path / "absent.tif"]),
    ):
        pass
    messages = {Path(problem.file).name: problem.message for problem in raised.value.problems}
    assert len(raised.value.problems) == 8
    assert "coordinate reference system" in messages["no_crs.tif"]
    assert "cannot be read" in messages["broken.tif"]
    assert "cannot be read" in messages["text.tif"]
    assert "'ft'" in messages["feet.tif"]
    assert "3 bands" in messages["bands.tif"]
    assert "where the tile lies" in messages["tile.hgt"]
    assert "100 bytes" in messages["N21E105.hgt"]
    assert "no such file" in messages["absent.tif"]


def test_a_picture_without_position_has_both_problems(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    with (
        pytest.warns(NotGeoreferencedWarning),
        rasterio.open(path, "w", driver="PNG", height=4, width=4, count=1, dtype="uint8") as dataset,
    ):
        dataset.write(np.ones((4, 4), np.uint8), 1)
    with pytest.raises(InputError) as raised:
        read_onto([path], GRID)
    assert [problem.field for problem in raised.value.problems] == ["CRS", "position"]


def test_burn_takes_the_pixel_centre_and_the_lowest_index() -> None:
    from shapely import box

    grid = Grid("EPSG:32648", 0.0, 100.0, 10.0, 10, 10)
    shapes = np.array([box(0, 0, 34, 100), box(30, 0, 66, 100), box(1e9, 1e9, np.inf, np.inf)], dtype=object)
    np.testing.assert_array_equal(burn(shapes, grid)[0], [0, 0, 0, 1, 1, 1, 1, -1, -1, -1])
    wider = np.array([box(0, 0, 36, 100), box(30, 0, 64, 100)], dtype=object)
    np.testing.assert_array_equal(burn(wider, grid)[9], [0, 0, 0, 0, 1, 1, -1, -1, -1, -1])
    assert (burn(np.array([], dtype=object), grid) == -1).all()
