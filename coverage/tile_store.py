"""Finished tiles of a run at work: each a file, written whole or not at all, so that a run that was killed goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from phusong.scenarios.packed import Bytes, Packed, PackedError
from phusong.scenarios.tiled import SUFFIX
from phusong.terrain.files import write_atomically
from phusong.terrain.window import Window


class TileStore:
    """The finished tiles of the run that is to be in a folder, beside it. They go when the run is written.

    Parameters
    ----------
    out : the run folder to be.
    resume : keep what an earlier attempt has finished, and what this one finishes if it fails; else both are removed.
    """

    def __init__(self, out: Path, *, resume: bool) -> None:
        self.folder = out.with_name(f".{out.name}.tiles")
        self._resume = resume
        if not resume:
            self.discard()
        self.folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> TileStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or not self._resume:
            self.discard()

    def _path(self, window: Window) -> Path:
        return self.folder / f"{window.row_start}_{window.column_start}{SUFFIX}"

    def has(self, window: Window, key: str) -> bool:
        """Say whether the tile is there, sound, and what that key names."""
        path = self._path(window)
        try:
            packed = Packed(path)
            packed.check()
        except (OSError, PackedError):
            return False
        return bool(packed.about.get("key") == key)

    def put(self, window: Window, data: Bytes) -> None:
        """Keep a tile.

        Raises
        ------
        MachineError : the disk is full or cannot be written.
        """
        # Not waited for until it is on the disk: a tile is checked when it is read.
        write_atomically(self._path(window), data, durable=False)

    def keep_only(self, windows: Iterable[Window]) -> None:
        """Remove what no tile of these windows is kept as: an earlier attempt may have cut the grid otherwise."""
        kept = {self._path(window) for window in windows}
        for path in self.folder.glob(f"*{SUFFIX}"):
            if path not in kept:
                path.unlink()

    def take(self, packed: Packed, window: Window) -> None:
        """Keep a tile of another run as it is."""
        self.put(window, packed.data())

    def discard(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
