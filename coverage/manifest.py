"""What a run says about itself: inputs, versions, settings, assumptions, counts, cost."""

from __future__ import annotations

import hashlib
import platform
import resource
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from phusong.coverage.prepare import Prepared
from phusong.coverage.signals import NO_SERVER
from phusong.coverage.statistics import NOT_COVERED, POPULATION_RULE, Verdicts
from phusong.coverage.validity import outside_validity
from phusong.kernels.added_losses import AddedLoss, find_added_loss
from phusong.kernels.models import Model, find_model
from phusong.scenarios.freeze import freeze
from phusong.scenarios.layers import BY_QUANTITY
from phusong.scenarios.model_arguments import described
from phusong.scenarios.tiled import TiledArrays

_LIBRARIES = ("numpy", "numba", "scipy", "rasterio", "pyproj", "shapely", "pydantic", "matplotlib")


def make_manifest(
    prepared: Prepared,
    about: Mapping[str, Any],
    tiles: TiledArrays,
    verdicts: Mapping[str, Verdicts],
    timings: Mapping[str, float],
    mode_error: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the manifest of a run: what was computed, from what, under which assumptions, at what cost.

    Parameters
    ----------
    about : the digests of the inputs and what they assume.
    timings : seconds by stage.
    mode_error : of the raster mode against the exact one, measured on this run.
    """
    scenario, grid = prepared.scenario, prepared.ground.grid
    propagation = scenario.propagation
    used: list[Model | AddedLoss] = [
        find_model(propagation.model),
        *(find_added_loss(loss.name) for loss in propagation.added_losses),
    ]
    unreached, outside = {}, {}
    for technology, one in verdicts.items():
        server = tiles.read(f"{technology}/server", grid.whole, BY_QUANTITY["server"].blank, np.int32)
        unreached[technology] = int(((one.covered == NOT_COVERED) & (server == NO_SERVER)).sum())
        outside[technology] = outside_validity(
            [model.validity for model in used],
            server,
            [one for one in prepared.network.transmitters if one.channel.technology == technology],
            propagation,
            grid.resolution_m,
        )
    limited = [
        f"{technology}: {count:,} pixels hear no cell (farther than {propagation.radius_km:g} km from all, or behind "
        f"more than {propagation.greatest_loss_db:g} dB) and count as not covered"
        for technology, count in unreached.items()
        if count
    ]
    ranges = "; ".join(
        f"{one.title}: {', '.join(f'{name} {allowed}' for name, allowed in one.validity.items())}" for one in used
    )
    beyond = [
        f"{technology}: {count:,} pixels are served over a path outside the range of the model or an added loss "
        f"({ranges}); the formulas are used as they stand"
        for technology, count in outside.items()
        if count
    ]
    people = [] if prepared.people is not None else [POPULATION_RULE]
    wanted = prepared.network.wanted
    return {
        "name": scenario.scenario.name,
        "title": scenario.scenario.title,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "versions": {
            "phusong": version("phusong"),
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
        "scenario_digest": hashlib.sha256(freeze(scenario).encode()).hexdigest(),
        "input_digests": about["input_digests"],
        "model": described(scenario),
        "settings": propagation.model_dump(),
        "mode_error": dict(mode_error),
        "assumptions": [*about["assumptions"], *prepared.notes, *people, *limited, *beyond],
        "demonstration": not prepared.elevation.is_survey or prepared.register.synthetic,
        "synthetic_register": prepared.register.synthetic,
        "made_inputs": list(about["made_inputs"]),
        "grid": grid,
        "definitions": {
            technology: {
                **definition.model_dump(),
                "shadow_margin_db": definition.shadow_margin_db,
                "median_threshold_dbm": definition.median_threshold_dbm,
            }
            for technology, definition in scenario.coverage.items()
        },
        "timings_s": {stage: round(seconds, 2) for stage, seconds in timings.items()},
        "peak_memory_mb": round(peak_memory_mb(), 1),
        "counts": {
            "cells": int(prepared.is_simulated.sum()),
            "sites": len(set(prepared.register.site[prepared.is_simulated].tolist())),
            "masts": len({(one.row, one.column) for one in prepared.network.transmitters}),
            "pixels": int(wanted.sum()),
            "missing_pixels": int((wanted & ~np.isfinite(prepared.elevation.height_m)).sum()),
            **{f"unreached_pixels_{technology.lower()}": count for technology, count in unreached.items()},
            **{f"outside_validity_pixels_{technology.lower()}": count for technology, count in outside.items()},
        },
    }


def peak_memory_mb() -> float:
    """Return the most memory this process has held [MB]."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
