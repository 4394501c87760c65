"""The comparison of two runs as a folder: difference layers, tables, maps, and compare.json over all of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from phusong.errors import input_error
from phusong.scenarios.comparison import COVERED_MEANING, QUANTITIES, UNKNOWN, Comparison, compare_runs
from phusong.scenarios.layers import BY_QUANTITY
from phusong.scenarios.run import Run, open_run
from phusong.scenarios.run_folder import json_text, sha256_of
from phusong.scenarios.tables import table_text
from phusong.terrain.files import new_folder, write_atomically
from phusong.terrain.raster import write_cog

MANIFEST = "compare.json"
_FOLDERS = ("layers", "tables", "maps")
_UNITS = {"rsrp": "dB"}


def compare(
    before: Run | Path | str,
    after: Run | Path | str,
    out: Path | str,
    *,
    force: bool = False,
    maps: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> Comparison:
    """Compare two runs and write what changed from the first to the second into a folder, whole or not at all.

    The folder holds layers/QUANTITY_change_TECHNOLOGY.tif of rsrp, sinr, downlink and covered, tables/zone_deltas.csv,
    target_deltas.csv and cell_deltas.csv, maps/change_TECHNOLOGY.png, and compare.json.

    Parameters
    ----------
    before, after : runs, or their folders.
    out : the folder to be; absent or empty, or with ``force`` an earlier comparison, which is replaced.
    maps : draw them.

    Raises
    ------
    InputError : the runs cannot be compared, or ``out`` is not free.
    """
    runs = (run if isinstance(run, Run) else open_run(run) for run in (before, after))
    comparison = compare_runs(*runs)
    out = Path(os.path.abspath(out))
    _check_free(out, force)
    tell = progress or (lambda _stage, _done, _total: None)
    with new_folder(out) as folder:
        for name in _FOLDERS[: 3 if maps else 2]:
            (folder / name).mkdir()
        total = len(comparison.technologies)
        for done, technology in enumerate(comparison.technologies):
            tell("compare", done, total)
            _write_layers(comparison, technology, folder / "layers")
            if maps:
                from phusong.figures import change_map

                change_map(comparison, technology, folder / "maps" / f"change_{technology.lower()}.png")
        tables = {"zone": comparison.zones, "target": comparison.targets, "cell": comparison.cells}
        for name, table in tables.items():
            write_atomically(folder / "tables" / f"{name}_deltas.csv", table_text(table).encode())
        files = {
            path.relative_to(folder).as_posix(): sha256_of(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.parent.name != "maps"
        }
        write_atomically(folder / MANIFEST, json_text({**comparison.manifest(), "files": files}).encode())
        _check_free(out, force)
        tell("compare", total, total)
    return comparison


def _write_layers(comparison: Comparison, technology: str, folder: Path) -> None:
    tags: dict[str, str] = {
        "technology": technology,
        "before": comparison.before.digest(),
        "after": comparison.after.digest(),
    }

    def write(quantity: str, values: Any, nodata: float, units: str, description: str) -> None:
        path = folder / f"{quantity}_change_{technology.lower()}.tif"
        own = {"quantity": f"{quantity}_change", **tags}
        write_cog(path, values, comparison.grid, nodata=nodata, units=units, description=description, tags=own)

    place = comparison.after.scenario.propagation.place
    for quantity in QUANTITIES:
        layer = BY_QUANTITY[quantity]
        description = f"change of the {layer.description.format(place=place)}: after less before"
        change = comparison.change(quantity, technology)
        write(quantity, change, float("nan"), _UNITS.get(quantity, layer.units), description)
    write("covered", comparison.covered(technology), int(UNKNOWN), "1", COVERED_MEANING)


def _check_free(out: Path, force: bool) -> None:
    """Raise InputError unless ``out`` is absent, an empty folder, or (with force) a comparison and nothing else."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise input_error(out, "this is a file or a link, not a folder", "Name a folder that does not exist yet")
    there = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if not there:
        return
    foreign = sorted(there - {MANIFEST, *_FOLDERS})
    if MANIFEST not in there or foreign:
        raise input_error(
            out, "the folder is not empty and is not a comparison alone",
            "Name another folder: it is never overwritten, not even with --force",
        )  # fmt: skip
    if not force:
        raise input_error(out, "a comparison is here already", "Name another folder, or replace it with --force")
