"""The vector type: arithmetic, look-ups and elementary functions against numpy, lane by lane."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.kernels import lane_math, lanes
from phusong.kernels._jit import simd
from phusong.kernels.lanes import (
    LANES,
    gather,
    greatest,
    lane_numbers,
    load,
    look_up,
    multiply_add,
    permute,
    store,
    transpose,
    whole,
)
from tests.processors import printed_by_a_plain_processor

Array = npt.NDArray[np.float32]


@simd
def _apply_log2(x: Array, out: Array) -> None:
    for start in range(0, x.size, LANES):
        store(out, start, lane_math.log2(load(x, start)))


@simd
def _apply_exp2(x: Array, out: Array) -> None:
    for start in range(0, x.size, LANES):
        store(out, start, lane_math.exp2(load(x, start)))


@simd
def _apply_arc_tangent(y: Array, x: Array, out: Array) -> None:
    for start in range(0, x.size, LANES):
        store(out, start, lane_math.arc_tangent(load(y, start), load(x, start)))


@simd
def _scale_and_pick(posts: Array, row: int, column: int, step: float, out: Array) -> None:
    picked = look_up(posts, row, column, whole(lane_numbers() * step))
    store(out, 0, 2.0 * picked - picked / 4.0 + 1.0)


@simd
def _pick_anywhere(values: Array, index: Array, out: Array) -> None:
    for start in range(0, index.size, LANES):
        store(out, start, gather(values, whole(load(index, start)) + 1))


@simd
def _permute_and_find(x: Array, places: Array, out: Array) -> float:
    store(out, 0, permute(load(x, 0), whole(load(places, 0))))
    return float(greatest(load(x, 0)))


@simd
def _turn(x: Array, start: int, out: Array, stride: int) -> None:
    transpose(x, start, out, 3, stride)


def _values(count: int, *, low: float, high: float, seed: int) -> Array:
    return np.random.default_rng(seed).uniform(low, high, count).astype(np.float32)


def test_log2_is_exact_to_float32() -> None:
    x = np.exp(_values(4096, low=-60, high=60, seed=1)).astype(np.float32)
    x[:4] = [1.0, 2.0, 0.5, np.sqrt(0.5)]
    out = np.empty_like(x)
    _apply_log2(x, out)
    exact = np.log2(x.astype(np.float64))
    assert np.max(np.abs(out - exact) / np.maximum(1.0, np.abs(exact))) < 3e-7


def test_exp2_is_exact_to_float32_and_bounded() -> None:
    x = _values(4096, low=-120, high=120, seed=2)
    x[:4] = [0.0, -500.0, 500.0, 0.5]
    out = np.empty_like(x)
    _apply_exp2(x, out)
    exact = np.exp2(np.clip(x.astype(np.float64), -126, 126))
    assert np.max(np.abs(out / exact - 1.0)) < 3e-7


def test_arc_tangent_in_all_quadrants() -> None:
    y, x = _values(4096, low=-2, high=2, seed=3), _values(4096, low=-2, high=2, seed=4)
    y[:5], x[:5] = [0, 0, 1, -1, 0], [0, 1, 0, 0, -1]
    out = np.empty_like(x)
    _apply_arc_tangent(y, x, out)
    exact = np.arctan2(y.astype(np.float64), x.astype(np.float64))
    assert np.max(np.abs(out - exact)) < 1e-6


@settings(deadline=None)
@given(row=st.integers(0, 4), column=st.integers(0, 30), step=st.floats(0.0, 2.0))
def test_look_up_takes_the_named_posts(row: int, column: int, step: float) -> None:
    posts = _values(5 * 64, low=-100, high=100, seed=5).reshape(5, 64)
    out = np.empty(LANES, dtype=np.float32)
    _scale_and_pick(posts, row, column, float(np.float32(step)), out)
    offsets = (np.arange(LANES, dtype=np.float32) * np.float32(step)).astype(int)
    picked = posts[row, column + offsets]
    np.testing.assert_allclose(out, 2 * picked - picked / 4 + 1, rtol=1e-6, atol=1e-5)


def test_gather_takes_values_from_anywhere() -> None:
    values = _values(100_000, low=-100, high=100, seed=6)
    index = np.random.default_rng(7).integers(0, values.size - 1, 8 * LANES).astype(np.float32)
    index[:2] = [0, values.size - 2]
    out = np.empty_like(index)
    _pick_anywhere(values, index, out)
    np.testing.assert_array_equal(out, values[index.astype(int) + 1])


def test_permutation_and_greatest_lane() -> None:
    x, out = _values(LANES, low=-9, high=-1, seed=6), np.empty(LANES, dtype=np.float32)
    places = np.random.default_rng(7).integers(0, LANES, LANES)
    assert _permute_and_find(x, places.astype(np.float32), out) == x.max()
    np.testing.assert_array_equal(out, x[places])


def test_sixteen_vectors_become_sixteen_columns() -> None:
    x, out = _values(20 + LANES * LANES, low=-1, high=1, seed=8), np.zeros(3 + LANES * 21, dtype=np.float32)
    _turn(x, 20, out, 21)
    square = x[20:].reshape(LANES, LANES)
    np.testing.assert_array_equal(out[3:].reshape(LANES, 21)[:, :LANES], square.T)
    assert (out[3:].reshape(LANES, 21)[:, LANES:] == 0.0).all()


def test_python_itself_cannot_call_a_vector_function() -> None:
    with pytest.raises(TypeError):
        lanes.lane_numbers()


def test_processors_without_the_permutation_get_the_same_values(tmp_path: Path) -> None:
    program = (
        "import numpy as np; from tests.test_lanes import _scale_and_pick, _values;"
        "posts = _values(5 * 64, low=-100, high=100, seed=5).reshape(5, 64); out = np.empty(16, np.float32);"
        "_scale_and_pick(posts, 2, 7, 1.7, out); print(out.tolist())"
    )
    printed = printed_by_a_plain_processor(program, tmp_path)
    posts = _values(5 * 64, low=-100, high=100, seed=5).reshape(5, 64)
    out = np.empty(LANES, dtype=np.float32)
    _scale_and_pick(posts, 2, 7, 1.7, out)
    np.testing.assert_allclose(np.array(printed, dtype=np.float32), out, rtol=1e-6)


@simd
def _between(low: Array, high: Array, weight: Array, out: Array) -> None:
    w = load(weight, 0)
    store(out, 0, multiply_add(w, load(high, 0), (1.0 - w) * load(low, 0)))


def test_a_weight_of_one_takes_nothing_of_the_other_value() -> None:
    """However great that is: low + w (high - low), which the compiler would make of the sum, loses all digits."""
    low, high = np.full(LANES, 1e28, dtype=np.float32), _values(LANES, low=-50, high=900, seed=9)
    out = np.empty(LANES, dtype=np.float32)
    _between(low, high, np.ones(LANES, dtype=np.float32), out)
    np.testing.assert_array_equal(out, high)
