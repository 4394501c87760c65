"""Arrays by name in one run of bytes: compressed, checked on reading, each readable without the others.

Layout: the magic word, the length of the index, the index as JSON, its CRC-32, then the compressed arrays one after the
other. Equal arrays give equal bytes.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Mapping
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
    """Where an array lies among the bytes."""

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
    """Arrays packed into bytes, such as those of a file; each is unpacked when it is asked for.

    Raises
    ------
    PackedError : the bytes end too early or have been changed; here for the index, later for an array.
    """

    def __init__(self, data: Bytes) -> None:
        self._data = memoryview(data)
        if len(self._data) < _HEAD.size:
            raise PackedError("it ends within its head")
        magic, length, crc = _HEAD.unpack(self._data[: _HEAD.size])
        index = bytes(self._data[_HEAD.size : _HEAD.size + length])
        if magic != _MAGIC or len(index) < length or zlib.crc32(index) != crc:
            raise PackedError("its index is damaged")
        content = json.loads(index)
        self.about: dict[str, Any] = content["about"]
        self.members = {
            name: Member(dtype, tuple(shape), start, stop, crc)
            for name, (dtype, shape, start, stop, crc) in content["members"].items()
        }
        self._start = _HEAD.size + length

    def compressed(self, name: str) -> memoryview:
        """Return the compressed numbers of an array, unchecked."""
        member = self.members[name]
        return self._data[self._start + member.start : self._start + member.stop]

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        """Return an array, checked."""
        member = self.members[name]
        blob = self.compressed(name)
        if len(blob) != member.stop - member.start or zlib.crc32(blob) != member.crc:
            raise PackedError(f"the array {name} is damaged")
        array = np.empty(member.shape, dtype=np.dtype(member.dtype))
        if array.size:
            decompress_into(blob, array)
        return array

    def check(self, names: Iterable[str] | None = None) -> None:
        """Raise PackedError unless these arrays, or all, are what was packed; nothing may follow them."""
        for name in self.members if names is None else names:
            blob, member = self.compressed(name), self.members[name]
            if len(blob) != member.stop - member.start or zlib.crc32(blob) != member.crc:
                raise PackedError(f"the array {name} is damaged")
        if len(self._data) != self._start + max((member.stop for member in self.members.values()), default=0):
            raise PackedError("it does not end where it should")


def read_index(file: BinaryIO) -> bytes:
    """Return the head and the index of packed arrays, as far as they are there."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return head
    return head + file.read(_HEAD.unpack(head)[1])
