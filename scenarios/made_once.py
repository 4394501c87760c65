"""What is made by rule, made once: arrays kept in the user's cache by the name of all that they follow from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy.typing as npt
import shapely

from phusong.errors import MachineError
from phusong.kernels._jit import sources_digest, user_cache_folder
from phusong.scenarios.packed import Packed, PackedError, pack
from phusong.terrain import files
from phusong.terrain.files import write_atomically
from phusong.terrain.zones import Zones

KEPT = 24
"""Made things that stay on disk; those not used for longest go."""
_SUFFIX = ".made"


class Made(NamedTuple):
    """Arrays by name, and what is to be told about them, as JSON holds it."""

    arrays: Mapping[str, npt.NDArray[Any]]
    about: Mapping[str, Any]


def made_once(what: str, basis: object, make: Callable[[], Made]) -> Made:
    """Return what ``make`` makes, from the cache where it has been made before.

    Parameters
    ----------
    what : begins the name of the file.
    basis : all that it follows from besides the program, as JSON holds it.
    """
    folder = user_cache_folder() / "made"
    text = json.dumps([basis, _program()], sort_keys=True, default=str)
    path = folder / f"{what}-{hashlib.sha256(text.encode()).hexdigest()[:32]}{_SUFFIX}"
    try:
        packed = Packed(path)
        arrays = {name: packed[name] for name in packed.members}
        os.utime(path)
        return Made(arrays, packed.about)
    except (OSError, PackedError):
        made = make()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, pack(made.arrays, made.about))
        _trim(folder)
    except (OSError, MachineError):  # no place to keep it: it is made again next time
        pass
    return made


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest_of_zones(zones: Zones | None) -> str:
    """Return a digest of the shapes and people of zones."""
    if zones is None:
        return "none"
    shapes = b"".join(shapely.to_wkb(zones.geometry).tolist())
    return hashlib.sha256(shapes + zones.population.tobytes() + repr(zones.kind).encode()).hexdigest()


@cache
def _program() -> list[str]:
    """Return what stands for the code that makes things."""
    here = Path(__file__).resolve().parent
    terrain = Path(files.__file__).resolve().parent
    return [sources_digest(here), sources_digest(terrain), *(f"{name} {version(name)}" for name in ("numpy", "scipy"))]


def _trim(folder: Path) -> None:
    by_last_use = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in by_last_use[KEPT:]:
        path.unlink(missing_ok=True)
