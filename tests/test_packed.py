"""Packed arrays and tiles of them: they come back as they were, and no damage goes unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from phusong.errors import InputError
from phusong.scenarios.packed import Packed, PackedError, pack
from phusong.scenarios.tiled import TiledArrays, index_digest
from phusong.terrain.files import write_atomically
from phusong.terrain.window import Window

DTYPES = ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64")
ARRAYS = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays.arrays(np.dtype(dtype), arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=20))
)
SMALL: dict[str, npt.NDArray[Any]] = {
    "4G/rsrp": np.arange(12, dtype=np.int16).reshape(3, 4) - 9_000,
    "4G/covered": np.eye(3, 4, dtype=np.uint8),
    "none": np.empty((0, 4), dtype=np.float32),
}
ABOUT = {"place": [3, 6, 32, 36], "key": "k" * 8}


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), ARRAYS, max_size=4))
def test_arrays_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, some: dict[str, Any]) -> None:
    data = pack(some, ABOUT)
    path = tmp_path_factory.getbasetemp() / "arrays.packed"
    path.write_bytes(data)
    for packed in (Packed(data), Packed(memoryview(data)), Packed(path)):
        packed.check()
        assert packed.about == ABOUT
        assert list(packed.members) == list(some)
        for name, array in some.items():
            assert name in packed
            read = packed[name]
            assert (read.dtype, read.shape) == (array.dtype, array.shape)
            assert read.tobytes() == array.tobytes()  # nan and -0.0 too
        assert bytes(packed.data()) == data
        assert packed.size == len(data)


def test_equal_arrays_give_equal_bytes_wherever_they_lie() -> None:
    values = np.random.default_rng(1).integers(-9000, -8000, (64, 48)).astype(np.int16)
    laid = [values, np.asfortranarray(values), np.pad(values, 3)[3:-3, 3:-3], values[::-1][::-1]]
    assert len({pack({"a": one}, ABOUT) for one in laid}) == 1
    assert pack({"a": values}, ABOUT) != pack({"a": values}, {**ABOUT, "key": "other"})
    assert len(pack({"a": values})) < values.nbytes


def read_everything(source: bytes | Path) -> None:
    packed = Packed(source)
    packed.check()


def test_every_changed_byte_is_seen(tmp_path: Path) -> None:
    data = pack(SMALL, ABOUT)
    path = tmp_path / "a.packed"
    for place in range(len(data)):
        for flip in (0x01, 0x80, 0xFF):
            changed = bytearray(data)
            changed[place] ^= flip
            with pytest.raises(PackedError):
                read_everything(bytes(changed))
        path.write_bytes(changed)
        with pytest.raises(PackedError):
            read_everything(path)


def test_every_end_too_early_or_too_late_is_seen(tmp_path: Path) -> None:
    data = pack(SMALL, ABOUT)
    path = tmp_path / "a.packed"
    for changed in (*(data[:stop] for stop in range(len(data))), data + b"\0", data + data):
        path.write_bytes(changed)
        for source in (changed, path):
            with pytest.raises(PackedError):
                read_everything(source)


def test_an_array_is_checked_when_it_is_read() -> None:
    data = bytearray(pack(SMALL, ABOUT))
    last = Packed(bytes(data)).members["4G/covered"]
    data[last.start] ^= 1
    packed = Packed(bytes(data))
    np.testing.assert_array_equal(packed["4G/rsrp"], SMALL["4G/rsrp"])
    with pytest.raises(PackedError, match="4G/covered is damaged"):
        packed["4G/covered"]


# Tiles


def write_tiles(folder: Path) -> npt.NDArray[np.int16]:
    """Write a grid of 30 x 40 pixels as tiles of 16, one of them missing, one without the array; return the array."""
    folder.mkdir()
    whole = np.arange(1200, dtype=np.int16).reshape(30, 40)
    for row in (0, 16):
        for column in (0, 16, 32):
            place = Window(row, min(row + 16, 30), column, min(column + 16, 40))
            if (row, column) == (16, 16):
                whole[place.slices] = -1
                continue
            name = "a"
            if (row, column) == (0, 32):
                whole[place.slices] = -1
                name = "b"
            data = pack({name: whole[place.slices]}, {"place": list(place)})
            write_atomically(folder / f"{row}_{column}.tile", data)
    return whole


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 40), st.integers(0, 40))
def test_any_window_is_read_without_the_rest(
    tmp_path_factory: pytest.TempPathFactory, top: int, bottom: int, left: int, right: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "tiles"
    if not folder.exists():
        write_tiles(folder)
    whole = np.arange(1200, dtype=np.int16).reshape(30, 40)
    whole[16:, 16:32] = whole[:16, 32:] = -1
    window = Window(min(top, bottom), max(top, bottom), min(left, right), max(left, right))
    read = TiledArrays(folder).read("a", window, -1, np.int16)
    np.testing.assert_array_equal(read, whole[window.slices])
    assert read.dtype == np.int16


def test_a_damaged_tile_says_so(tmp_path: Path) -> None:
    write_tiles(tmp_path / "tiles")
    path = tmp_path / "tiles" / "16_0.tile"
    whole = path.read_bytes()
    digest = index_digest(path)
    path.write_bytes(whole[:-1])
    assert index_digest(path) != digest
    with pytest.raises(InputError, match=r"16_0\.tile: the tile is damaged"):
        TiledArrays(tmp_path / "tiles")
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert index_digest(path) == digest  # its arrays are checked when they are read
    with pytest.raises(InputError, match=r"16_0\.tile: the tile is damaged: the array a"):
        TiledArrays(tmp_path / "tiles").read("a", Window(16, 30, 0, 16), -1, np.int16)


# Windows

WINDOWS = st.builds(
    lambda row, rows, column, columns: Window(row, row + rows, column, column + columns),
    st.integers(-9, 9), st.integers(0, 9), st.integers(-9, 9), st.integers(0, 9),
)  # fmt: skip


def pixels(window: Window) -> set[tuple[int, int]]:
    return {
        (row, column)
        for row in range(window.row_start, window.row_stop)
        for column in range(window.column_start, window.column_stop)
    }


@given(WINDOWS, WINDOWS)
def test_windows_share_the_pixels_that_both_have(one: Window, other: Window) -> None:
    both = pixels(one) & pixels(other)
    assert pixels(one.shared(other)) == both
    if not (one.is_empty or other.is_empty):
        assert one.meets(other) == other.meets(one) == bool(both)
    assert one.is_empty == (not pixels(one))
    assert pixels(one) <= pixels(one.wider(2))
    if not one.is_empty:
        assert one.wider(1).shape == (one.shape[0] + 2, one.shape[1] + 2)


@given(WINDOWS)
def test_a_window_within_another_is_an_index_of_its_array(outer: Window) -> None:
    values = np.arange(outer.shape[0] * outer.shape[1]).reshape(outer.shape)
    inner = Window(outer.row_start + 1, outer.row_stop, outer.column_start, outer.column_stop - 1)
    if not inner.is_empty:
        np.testing.assert_array_equal(values[inner.within(outer)], values[1:, :-1])
