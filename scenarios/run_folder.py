"""What lies where in the folder of a run, and its manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from phusong.errors import input_error
from phusong.scenarios.tiled import SUFFIX as TILE_SUFFIX
from phusong.scenarios.tiled import index_digest
from phusong.terrain.grid import Grid

MANIFEST = "run.json"
SCENARIO = "scenario.toml"
CLUTTER = "layers/clutter.tif"
LAND_COVER = "layers/land_cover.tif"
SIGNALS = "signals"
REGISTER = "tables/register.csv"
POPULATION = "layers/population.tif"
FOLDERS = ("layers", "tables", "zones", "antennas", "maps", "signals")
NEEDED = ("name", "title", "created", "versions", "scenario_digest", "input_digests", "grid", "definitions")
RUN_AGAIN = "Simulate again with 'phusong run', or restore the folder from a copy"


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return run.json of a finished run."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise input_error(folder, "there is no such run folder", "Name the folder that 'phusong run' wrote with -o")
    if not path.is_file():
        raise input_error(
            folder, f"this is not a run: it has no {MANIFEST}", "Name the folder that 'phusong run' wrote with -o"
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise input_error(path, f"the manifest cannot be read: {error}", RUN_AGAIN) from error
    if not isinstance(manifest, dict) or manifest.get("state") != "finished":
        raise input_error(path, "the manifest does not describe a finished run", RUN_AGAIN)
    missing = [key for key in (*NEEDED, "zones", "files") if key not in manifest]
    if missing:
        raise input_error(path, f"the manifest lacks {', '.join(missing)}", RUN_AGAIN)
    return manifest


def layer_file(quantity: str, technology: str) -> str:
    return f"layers/{quantity}_{technology.lower()}.tif"


def antenna_file(number: int) -> str:
    return f"antennas/{number}.csv"


def json_text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False, default=_plain) + "\n"


def _plain(value: object) -> object:
    """Return what JSON can hold for the values it does not know."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Grid):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not belong in a manifest")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; of a tile, whose arrays are checked when they are read, that of its index."""
    return index_digest(path) if path.suffix == TILE_SUFFIX else sha256_of(path)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
