"""The path-loss store: propagation results on disk, by the name of all they depend on, so that none is computed twice.

An entry is one file, written whole or not at all, and checked when a run first reads it; a damaged one is dropped and
computed again. Entries last used longest ago go when the store outgrows its cap, but never those of the run at work.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable
from concurrent.futures import Executor
from pathlib import Path

from phusong.coverage.loss_pieces import Pieces
from phusong.errors import MachineError
from phusong.kernels._jit import user_cache_folder
from phusong.scenarios.packed import Packed, PackedError

GIB = 1 << 30
MOST_BYTES = 20 * GIB
"""Cap of a store where none is given: some five provinces of 30 m pixels."""
_SUFFIX = ".losses"


def default_store_folder() -> Path:
    """Return the folder of the store where none is given; the environment variable PHUSONG_STORE names another."""
    given = os.environ.get("PHUSONG_STORE")
    return Path(given) if given else user_cache_folder() / "losses"


class LossStore:
    """Path losses by key.

    Parameters
    ----------
    folder : made when it is needed.
    most_bytes : the cap that ``trim`` keeps.
    """

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._pieces: dict[str, Pieces] = {}

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}{_SUFFIX}"

    def missing(self, keys: Collection[str], readers: Executor | None = None) -> list[str]:
        """Return the keys without a sound entry; entries found damaged are removed.

        Parameters
        ----------
        readers : threads that check the entries not read before.
        """
        unread = [key for key in keys if key not in self._pieces]
        sound = (map if readers is None else readers.map)(self._is_sound, unread)
        return [key for key, there in zip(unread, sound, strict=True) if not there]

    def _is_sound(self, key: str) -> bool:
        path = self._path(key)
        try:
            packed = Packed(path)
            packed.check()
            pieces = Pieces(packed)
        except FileNotFoundError:
            return False
        except (PackedError, ValueError, KeyError, OSError):
            path.unlink(missing_ok=True)
            return False
        os.utime(path)
        self._pieces[key] = pieces
        return True

    def put(self, key: str, data: bytes) -> None:
        """Keep the packed losses of a key.

        Raises
        ------
        MachineError : the disk is full or cannot be written.
        """
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".", suffix=".writing", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                os.replace(name, path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise MachineError(f"{path}: cannot write the path losses: {error.strerror or error}") from error
        self._pieces[key] = Pieces(Packed(path))

    def pieces(self, key: str) -> Pieces:
        """Return the pieces of an entry that ``missing`` has found sound or ``put`` has kept."""
        return self._pieces[key]

    def trim(self, needed: Iterable[str] = ()) -> int:
        """Remove entries last used longest ago, other than those needed, until the cap is kept; return how many."""
        kept = {self._path(key) for key in needed}
        entries = []
        for path in self.folder.glob(f"??/*{_SUFFIX}"):
            try:
                about = path.stat()
            except OSError:  # another process removed it meanwhile
                continue
            entries.append((about.st_mtime, about.st_size, path))
        total, removed = sum(size for _, size, _ in entries), 0
        for _, size, path in sorted(entries):
            if total <= self.most_bytes:
                break
            if path not in kept:
                path.unlink(missing_ok=True)
                total, removed = total - size, removed + 1
        return removed

    def size_bytes(self) -> int:
        """Return how much the entries take."""
        return sum(path.stat().st_size for path in self.folder.glob(f"??/*{_SUFFIX}"))


def open_store(folder: Path | None = None, most_gib: float | None = None) -> LossStore:
    """Return the store in a folder, none: that of the user; its cap is 20 GiB where none is given."""
    most_bytes = MOST_BYTES if most_gib is None else int(most_gib * GIB)
    return LossStore(folder or default_store_folder(), most_bytes=most_bytes)
