"""Two runs side by side: what changed from the one to the other, pixel by pixel and zone by zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.errors import InputError, Problem
from phusong.scenarios.deltas import WHOLE_AREA, ZONE_KEYS, cell_deltas, target_deltas, zone_deltas
from phusong.scenarios.layers import BY_QUANTITY
from phusong.scenarios.run import Run
from phusong.scenarios.run_folder import CLUTTER, LAND_COVER, POPULATION
from phusong.terrain.grid import Grid

LACKING, KEPT, GAINED, LOST, UNKNOWN = np.uint8(0), np.uint8(1), np.uint8(2), np.uint8(3), np.uint8(255)
"""What became of the coverage of a pixel: none before and after, still there, new, gone; no data in one of the runs."""
COVERED_MEANING = "0: not covered in either, 1: covered in both, 2: gained, 3: lost, 255: no data in one of them"
QUANTITIES = ("rsrp", "sinr", "downlink")
"""Layers whose difference is taken: the later less the earlier, in their unit (of rsrp: dB)."""
_INPUTS = {
    "layers/elevation.tif": "terrain",
    CLUTTER: "clutter",
    LAND_COVER: "land cover",
    POPULATION: "population",
}
_SETTINGS = ("propagation", "bands", "link", "link_overrides", "load")
_DERIVED = ("shadow_margin_db", "median_threshold_dbm")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two runs on one grid. Get one from ``compare_runs``.

    Attributes
    ----------
    before, after : the runs; differences are those from the first to the second.
    technologies : that both simulated.
    warnings : what differs besides the cells, so that a difference of the figures may come from it.
    """

    before: Run
    after: Run
    technologies: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def grid(self) -> Grid:
        return self.after.grid

    def same_definition(self, technology: str) -> bool:
        """Say whether both runs count a pixel as covered by the same definition."""
        before, after = (run.manifest["definitions"][technology] for run in (self.before, self.after))
        return bool(before == after)

    @property
    def redefined(self) -> list[str]:
        """The technologies whose definitions differ; each has a warning."""
        return [name for name in self.technologies if not self.same_definition(name)]

    def change(self, quantity: str, technology: str) -> npt.NDArray[np.float32]:
        """Return after less before, (rows, columns), NaN where one of them has no data."""
        change: npt.NDArray[np.float32] = self.after.layer(quantity, technology) - self.before.layer(
            quantity, technology
        )
        return change

    def covered(self, technology: str) -> npt.NDArray[np.uint8]:
        """Return what became of the coverage of each pixel: LACKING, KEPT, GAINED, LOST or UNKNOWN."""
        before, after = (run.layer("covered", technology) for run in (self.before, self.after))
        nodata = BY_QUANTITY["covered"].nodata
        states = np.array([[LACKING, GAINED], [LOST, KEPT]])
        known = (before != nodata) & (after != nodata)
        return np.where(known, states[np.minimum(before, 1), np.minimum(after, 1)], UNKNOWN)

    @cached_property
    def zones(self) -> pd.DataFrame:
        """The zones whose figures differ, greatest loss of area first: ``zone_deltas``."""
        before, after = (
            pd.concat([table[table["technology"] == name] for name in self.technologies], ignore_index=True)
            for table in (self.before.zones(), self.after.zones())
        )
        return zone_deltas(before, after)

    @cached_property
    def targets(self) -> pd.DataFrame:
        """The targets of both runs, before and after."""
        return target_deltas(self.before.targets(), self.after.targets())

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The cells that differ."""
        return cell_deltas(self.before.cells(), self.after.cells())

    def manifest(self) -> dict[str, Any]:
        """Return what was compared, for compare.json."""
        return {
            "before": _described(self.before),
            "after": _described(self.after),
            "grid": self.before.manifest["grid"],
            "technologies": list(self.technologies),
            "definitions": {
                when: {name: run.manifest["definitions"][name] for name in self.technologies}
                for when, run in (("before", self.before), ("after", self.after))
            },
            "demonstration": bool(self.before.manifest["demonstration"] or self.after.manifest["demonstration"]),
            "warnings": list(self.warnings),
            "cells": {
                str(name): int(count) for name, count in self.cells["change"].value_counts().sort_index().items()
            },
            "covered": COVERED_MEANING,
        }


def compare_runs(before: Run, after: Run) -> Comparison:
    """Return two runs side by side.

    Raises
    ------
    InputError : they cannot be compared: another grid, other zones, no technology in common.
    """
    problems = list(_obstacles(before, after))
    if problems:
        raise InputError(problems)
    technologies = tuple(name for name in before.technologies if name in after.technologies)
    return Comparison(before, after, technologies, tuple(_differences(before, after, technologies)))


def _obstacles(before: Run, after: Run) -> Iterator[Problem]:
    place = str(after.folder)
    if before.grid != after.grid:
        message = (
            f"its grid is another than that of {before.folder}: {_grid_text(after.grid)} instead of "
            f"{_grid_text(before.grid)}"
        )
        yield Problem(place, None, "grid", message, "Simulate both at one --resolution, over the same area")
    if not set(before.technologies) & set(after.technologies):
        message = f"it has {', '.join(after.technologies)}, and {before.folder} has {', '.join(before.technologies)}"
        yield Problem(place, None, "coverage", message, "Name two runs that share a technology")
    keys = [name for name in ZONE_KEYS if name != "technology"]
    one, other = (_rows(run, keys) for run in (before, after))
    if one != other:
        message = f"its zones are others than those of {before.folder} ({len(other)} instead of {len(one)} rows)"
        if len(one) == len(other):
            first = next(pair for pair in zip(one, other, strict=True) if pair[0] != pair[1])
            message = f"its zones are others than those of {before.folder}: {first[1]} instead of {first[0]}"
        yield Problem(place, None, "zones", message, "Simulate both with the same zones")


def _rows(run: Run, keys: list[str]) -> list[str]:
    table = run.zones()
    rows = table[(table["technology"] == run.technologies[0]) & (table["layer"] != WHOLE_AREA)]
    return [" / ".join(filter(None, row)) for row in rows[keys].itertuples(index=False, name=None)]


def _grid_text(grid: Grid) -> str:
    return f"{grid.columns} x {grid.rows} pixels of {grid.resolution_m:g} m from {grid.west_m:.0f}, {grid.north_m:.0f}"


def _differences(before: Run, after: Run, technologies: tuple[str, ...]) -> Iterator[str]:
    """Yield what differs besides the cells."""
    for technology in technologies:
        one, other = (run.manifest["definitions"][technology] for run in (before, after))
        changes = [
            f"{name} {_plain(one.get(name))} before, {_plain(other.get(name))} after"
            for name in dict.fromkeys((*one, *other))
            if name not in _DERIVED and one.get(name) != other.get(name)
        ]
        if changes:
            yield f"{technology} counts as covered by another definition: {'; '.join(changes)}"
    lone = [name for name in (*before.technologies, *after.technologies) if name not in technologies]
    if lone:
        yield f"only one of the runs has {', '.join(dict.fromkeys(lone))}: not compared"
    for part, what in _INPUTS.items():
        if before.manifest["files"].get(part) != after.manifest["files"].get(part):
            yield f"the {what} differs"
    settings = [f"[{name}]" for name in _SETTINGS if getattr(before.scenario, name) != getattr(after.scenario, name)]
    if settings:
        yield f"the settings of {', '.join(settings)} differ"
    one, other = (run.manifest["versions"].get("phusong") for run in (before, after))
    if one != other:
        yield f"computed by version {one} before, {other} after"


def _plain(value: object) -> str:
    if isinstance(value, list | tuple) and not value:
        return "none"
    return f"{value:g}" if isinstance(value, float) else "none" if value is None else str(value)


def _described(run: Run) -> dict[str, Any]:
    return {
        "folder": run.folder.name,
        "title": run.manifest["title"],
        "created": run.manifest["created"],
        "digest": run.digest(),
        "scenario_digest": run.manifest["scenario_digest"],
    }
