"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from phusong.errors import MachineError


def write_atomically(path: Path, data: bytes | memoryview) -> None:
    """Write data to path: under a temporary name beside it, then renamed over it.

    Raises MachineError where the folder does not exist, the disk is full, or the right to write is missing.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise MachineError(f"{path}: cannot be written: {error.strerror or error}") from error
