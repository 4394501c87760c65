"""The profile law, against an independent sampling of the same surface by scipy."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from phusong.kernels.raster.profile import Mast, Profile, interpolate, sample_profile
from phusong.kernels.raster.surface import PAD, Surface

SIDE = 33
RESOLUTION_M = 30.0
HEIGHT_M = (100.0 + 40.0 * np.random.default_rng(1).normal(size=(SIDE, SIDE))).astype(np.float32)
CLUTTER_M = np.where(np.random.default_rng(2).random((SIDE, SIDE)) < 0.3, 12.0, 0.0).astype(np.float32)
SURFACE = Surface.lay_out(HEIGHT_M, CLUTTER_M)

Array = npt.NDArray[np.float64]


def bilinear(posts: npt.NDArray[np.float32], row: Array, column: Array) -> Array:
    heights_m: Array = ndimage.map_coordinates(posts.astype(np.float64), [row, column], order=1, mode="nearest")
    return heights_m


def mast_at(column: float, row: float) -> Mast:
    at = math.floor(row), math.floor(column)
    ground_m = interpolate(SURFACE.ground_by_row, *at, row - at[0], column - at[1])
    return Mast(at[1], at[0], column - at[1], row - at[0], ground_m, 30.0)


def sampled(mast: Mast, row: int, column: int) -> Profile:
    assert SURFACE.top_by_row is not None
    return sample_profile(SURFACE.ground_by_row, SURFACE.top_by_row, mast, row, column, RESOLUTION_M)


def law(mast_column: float, mast_row: float, row: int, column: int) -> Profile:
    """The law of ``sweep`` written down once more: where the straight line crosses the major axis's lines of posts."""
    across, down = column - mast_column, row - mast_row
    along, origin, target = (across, mast_column, column) if abs(across) >= abs(down) else (down, mast_row, row)
    lines = np.arange(SIDE, dtype=np.float64)
    between = (lines > min(origin, target)) & (lines < max(origin, target))
    lines = lines[between & (np.abs(lines - origin) >= 0.01)]
    # A mast exactly on a line of posts has that line's crossing at distance 0: it is left out all the same.
    share = np.sort((lines - origin) / along) if along else np.empty(0)
    length_km = 0.001 * RESOLUTION_M * math.hypot(across, down)
    rows = np.concatenate([[mast_row], mast_row + share * down, [row]])
    columns = np.concatenate([[mast_column], mast_column + share * across, [column]])
    ground_m = bilinear(HEIGHT_M, rows, columns)
    top_m = bilinear(HEIGHT_M + CLUTTER_M, rows, columns)
    top_m[[0, -1]] = ground_m[[0, -1]]
    return Profile(np.concatenate([[0.0], share * length_km, [max(length_km, 0.001)]]), ground_m, top_m)


def assert_same(found: Profile, wanted: Profile) -> None:
    assert found.distance_km.size == wanted.distance_km.size
    for name, one, other in zip(Profile._fields, found, wanted, strict=True):
        tolerance = 1e-9 if name == "distance_km" else 1e-5  # scipy and float32 posts: 1e-5 m
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance, err_msg=name)


@settings(deadline=None, max_examples=300)
@given(
    mast_column=st.floats(0, SIDE - 1), mast_row=st.floats(0, SIDE - 1),
    row=st.integers(0, SIDE - 1), column=st.integers(0, SIDE - 1),
)  # fmt: skip
def test_it_is_the_law_for_any_mast_and_mobile(mast_column: float, mast_row: float, row: int, column: int) -> None:
    assert_same(sampled(mast_at(mast_column, mast_row), row, column), law(mast_column, mast_row, row, column))


@pytest.mark.parametrize(
    "mast",
    [
        (16.0, 16.0),  # on a post
        (16.5, 16.0),  # between two posts
        (16.37, 15.81),
        (16.006, 15.994),  # within a hundredth of a pixel of a post
        (16.0099, 16.5),  # both sides of the limit at which a crossing is left out
        (16.0101, 16.5),
        (15.9899, 16.5),
        (15.9901, 16.5),
        (0.0, 0.0),  # the corners of the grid
        (32.0, 32.0),
    ],
)
def test_every_pixel_of_every_octant(mast: tuple[float, float]) -> None:
    for row in range(SIDE):
        for column in range(SIDE):
            assert_same(sampled(mast_at(*mast), row, column), law(*mast, row, column))


@pytest.mark.parametrize(("column", "points"), [(16.0099, 12), (16.0101, 12), (15.9901, 12), (15.9899, 13)])
def test_a_crossing_within_a_hundredth_of_a_pixel_is_left_out(column: float, points: int) -> None:
    """Towards column 27: crossings 17 to 26, and 16 where it lies ahead and far enough from the mast."""
    assert sampled(mast_at(column, 16.0), 16, 27).distance_km.size == points


def test_a_mobile_in_the_masts_own_pixel_is_a_path_of_two_points() -> None:
    path = sampled(mast_at(16.3, 16.4), 16, 16)
    np.testing.assert_allclose(path.distance_km, [0.0, 0.015])
    assert path.top_m.tolist() == path.ground_m.tolist()
    assert path.ground_m[1] == HEIGHT_M[16, 16]


def test_no_path_is_shorter_than_a_metre() -> None:
    path = sampled(mast_at(16.0, 16.0), 16, 16)
    assert path.distance_km.tolist() == [0.0, 0.001]


def test_ends_are_bare_and_everything_between_bears_its_clutter() -> None:
    path = sampled(mast_at(2.0, 5.0), 5, 30)
    np.testing.assert_allclose(path.ground_m, HEIGHT_M[5, 2:31])
    np.testing.assert_allclose(path.top_m[1:-1], (HEIGHT_M + CLUTTER_M)[5, 3:30])
    assert (path.top_m[0], path.top_m[-1]) == (path.ground_m[0], path.ground_m[-1])


def test_a_path_exactly_over_a_post_does_not_meet_its_missing_neighbours() -> None:
    """49 times 2/98 falls short of 1 by rounding, which would give the post before it a weight of 1e-16."""
    height_m = np.full((3, 99), 50.0, dtype=np.float32)
    height_m[[0, 2], 49] = np.nan
    ground = Surface.lay_out(height_m).ground_by_row
    path = sample_profile(ground, ground, Mast(0, 0, 0.0, 0.0, 50.0, 30.0), 2, 98, RESOLUTION_M)
    np.testing.assert_allclose(path.ground_m, 50.0)


def test_interpolation_needs_no_post_beyond_the_edge() -> None:
    last = SURFACE.ground_by_row.shape[0] - 1
    assert interpolate(SURFACE.ground_by_row, last, SIDE - 1, 0.0, 0.0) == HEIGHT_M[-1, -1]
    assert SURFACE.ground_by_row[last, PAD + SIDE] > 1e10  # which is missing
