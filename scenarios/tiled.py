"""Arrays of the whole grid kept as tiles, a packed file each: any window is read without the rest.

ROW_COLUMN.tile, named by the first pixel of the square that the tile is cut from; what a tile does not hold is blank
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, input_error
from phusong.scenarios.packed import Packed, PackedError, read_index
from phusong.terrain.window import Window

SUFFIX = ".tile"
_RUN_AGAIN = "Simulate again with 'phusong run'"


class Tile(Packed):
    """The arrays of a tile; damage to it is told with its file."""

    def __init__(self, path: Path) -> None:
        try:
            super().__init__(path)
        except PackedError as error:
            raise _damaged(path, error) from error
        self._path = path

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        """Return an array, checked."""
        try:
            return super().__getitem__(name)
        except PackedError as error:
            raise _damaged(self._path, error) from error


def _damaged(path: Path, error: PackedError) -> InputError:
    return input_error(path, f"the tile is damaged: {error}", _RUN_AGAIN)


class TiledArrays:
    """A folder of tiles.

    Parameters
    ----------
    folder : holds tiles that ``pack`` wrote with their ``place`` on the grid.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tiles = map(Tile, sorted(folder.glob(f"*{SUFFIX}")))
        self._tiles = {Window(*tile.about["place"]): tile for tile in tiles}

    @property
    def places(self) -> list[Window]:
        """Where the tiles lie on the grid."""
        return list(self._tiles)

    def __getitem__(self, place: Window) -> Tile:
        """Return the arrays of a tile."""
        return self._tiles[place]

    def meeting(self, window: Window) -> Iterator[tuple[Window, Tile]]:
        """Yield the tiles that share a pixel with a window."""
        for place, packed in self._tiles.items():
            if place.meets(window):
                yield place, packed

    def read(self, name: str, window: Window, blank: Any, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an array over a window of the grid; ``blank`` where no tile holds it."""
        values = np.full(window.shape, blank, dtype=dtype)
        for place, packed in self.meeting(window):
            if name in packed:
                part = place.shared(window)
                values[part.within(window)] = packed[name][part.within(place)]
        return values


def index_digest(path: Path) -> str:
    """Return the SHA-256 of a tile's index and size: the index has the checksum of every array."""
    with path.open("rb") as file:
        index = read_index(file)
    return hashlib.sha256(index + str(path.stat().st_size).encode()).hexdigest()
