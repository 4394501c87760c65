"""Arrays by name in one run of bytes: compressed, checked on reading, each readable without the others.

Layout: the magic word, the length of the index, the index as JSON, its CRC-32, then the compressed arrays one after the
other. Equal arrays give equal bytes.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numcodecs.blosc
import numpy as np
import numpy.typing as npt

Bytes = bytes | memoryview

_MAGIC = b"PHUSONG1"
_HEAD = struct.Struct("<8sII")
_CODEC, _EFFORT = b"lz4", 3
"""What reads fastest: the arrays are read more often than they are written."""

numcodecs.blosc.use_threads = False  # the callers are threads themselves


class PackedError(ValueError):
    """The bytes are not what was packed."""


class Member(NamedTuple):
    """An array: its numbers, where they lie among the bytes, and their checksum."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int
    crc: int


def compress(array: npt.NDArray[Any]) -> bytes:
    """Return the compressed numbers of an array."""
    shuffle = numcodecs.blosc.SHUFFLE if array.dtype.itemsize > 1 else numcodecs.blosc.NOSHUFFLE
    packed: bytes = numcodecs.blosc.compress(np.ascontiguousarray(array), _CODEC, _EFFORT, shuffle)
    return packed


def decompress_into(data: Bytes, out: npt.NDArray[Any]) -> None:
    """Write the numbers of a compressed array into a contiguous one of the same size."""
    numcodecs.blosc.decompress(data, out)


def pack(arrays: Mapping[str, npt.NDArray[Any]], about: Mapping[str, Any] | None = None) -> bytes:
    """Return the arrays, and what is to be told about them, as bytes.

    Parameters
    ----------
    about : anything that JSON holds.
    """
    blobs = {name: compress(array) if array.size else b"" for name, array in arrays.items()}
    members, start = {}, 0
    for name, blob in blobs.items():
        stop = start + len(blob)
        members[name] = Member(arrays[name].dtype.str, arrays[name].shape, start, stop, zlib.crc32(blob))
        start = stop
    index = json.dumps({"about": about or {}, "members": members}, separators=(",", ":")).encode()
    return b"".join([_HEAD.pack(_MAGIC, len(index), zlib.crc32(index)), index, *blobs.values()])


class Packed:
    """Arrays packed into bytes or a file; each is read and unpacked when it is asked for.

    Parameters
    ----------
    source : the bytes, or the file that holds them, which is not kept open.

    Raises
    ------
    PackedError : the bytes end too early or have been changed; here for the index, later for an array.
    OSError : the file cannot be read.
    """

    def __init__(self, source: Bytes | Path) -> None:
        self.source = source
        if isinstance(source, Path):
            with source.open("rb") as file:
                index = read_index(file)
                self.size = os.fstat(file.fileno()).st_size
        else:
            index, self.size = bytes(source[: _end_of_index(source)]), len(source)
        if len(index) < _HEAD.size:
            raise PackedError("it ends within its head")
        magic, length, crc = _HEAD.unpack(index[: _HEAD.size])
        text = index[_HEAD.size :]
        if magic != _MAGIC or len(text) < length or zlib.crc32(text) != crc:
            raise PackedError("its index is damaged")
        content = json.loads(text)
        self.about: dict[str, Any] = content["about"]
        self.members = {
            name: Member(dtype, tuple(shape), len(index) + start, len(index) + stop, crc)
            for name, (dtype, shape, start, stop, crc) in content["members"].items()
        }
        if self.size != max((member.stop for member in self.members.values()), default=len(index)):
            raise PackedError("it does not end where it should")

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        """Return an array, checked; KeyError where it is not there."""
        return self.arrays([name])[name]

    def arrays(self, names: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
        """Return several arrays by name, checked, with one opening of the file; names that it does not hold are left
        out.
        """
        members = {name: self.members[name] for name in names if name in self.members}
        arrays = {}
        for (name, member), blob in zip(members.items(), self.read(members.values()), strict=True):
            if zlib.crc32(blob) != member.crc:
                raise PackedError(f"the array {name} is damaged")
            array = np.empty(member.shape, dtype=np.dtype(member.dtype))
            if array.size:
                decompress_into(blob, array)
            arrays[name] = array
        return arrays

    def read(self, ranges: Iterable[Member]) -> list[Bytes]:
        """Return the compressed numbers of some arrays, unchecked."""
        if not isinstance(self.source, Path):
            data = memoryview(self.source)
            return [data[one.start : one.stop] for one in ranges]
        file = os.open(self.source, os.O_RDONLY)
        try:
            return [os.pread(file, one.stop - one.start, one.start) for one in ranges]
        finally:
            os.close(file)

    def check(self) -> None:
        """Raise PackedError unless all arrays are what was packed."""
        for (name, member), blob in zip(self.members.items(), self.read(self.members.values()), strict=True):
            if zlib.crc32(blob) != member.crc:
                raise PackedError(f"the array {name} is damaged")

    def data(self) -> Bytes:
        """Return all bytes."""
        return self.source.read_bytes() if isinstance(self.source, Path) else self.source


def _end_of_index(data: Bytes) -> int:
    return _HEAD.size + _HEAD.unpack(data[: _HEAD.size])[1] if len(data) >= _HEAD.size else len(data)


def read_index(file: BinaryIO) -> bytes:
    """Return the head and the index of packed arrays, as far as they are there."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return head
    return head + file.read(_HEAD.unpack(head)[1])
