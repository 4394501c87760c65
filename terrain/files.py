"""Writing a file, or a folder, so that it is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phusong.errors import MachineError


def write_atomically(path: Path, data: bytes | memoryview, *, durable: bool = True) -> None:
    """Write data to path: under a temporary name beside it, then renamed over it.

    Parameters
    ----------
    durable : wait until the disk has it. Without, a power cut may spoil the file, though no other end of the program.

    Raises MachineError where the folder does not exist, the disk is full, or the right to write is missing.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with temporary.open("wb") as file:
                file.write(data)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise MachineError(f"{path}: cannot be written: {error.strerror or error}") from error


def make_folder(folder: Path) -> None:
    """Make a folder, and those that it lies in; nothing where it is there. Raises MachineError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{folder}: cannot be made: {error.strerror or error}") from error


def write_file(path: Path, data: bytes | memoryview) -> None:
    """Write data as ``write_atomically`` does, into a folder that is made if need be.

    Raises MachineError where the folder cannot be made, too.
    """
    make_folder(path.parent)
    write_atomically(path, data)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Open a temporary folder beside the target that takes its place at the end, and is removed after an error.

    Raises
    ------
    MachineError : the disk is full or cannot be written.
    """
    target = Path(os.path.abspath(target))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".writing", dir=target.parent))
        try:
            folder.chmod(0o755)
            yield folder
            move_into_place(folder, target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise MachineError(f"{target}: cannot be written: {error.strerror or error}") from error


def move_into_place(source: Path, target: Path) -> None:
    """Rename a folder to target; what stood there is removed only after the new folder has taken its place."""
    if not target.exists():
        source.rename(target)
        return
    aside = target.with_name(f".{target.name}.{os.getpid()}.replaced")
    target.rename(aside)
    try:
        source.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)
