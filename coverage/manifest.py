"""What a run says about itself: inputs, versions, settings, assumptions, counts, cost."""

from __future__ import annotations

import hashlib
import platform
import resource
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.coverage.combine import Network
from phusong.coverage.link import NO_SIGNAL_DBM
from phusong.coverage.plan import Transmitter
from phusong.coverage.statistics import NOT_COVERED, POPULATION_RULE
from phusong.coverage.validity import outside_validity
from phusong.kernels.added_losses import AddedLoss, find_added_loss
from phusong.kernels.models import Model, find_model
from phusong.scenarios.freeze import freeze
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.model_arguments import described
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import Scenario

_LIBRARIES = ("numpy", "numba", "scipy", "rasterio", "pyproj", "shapely", "pydantic", "matplotlib")


def make_manifest(
    scenario: Scenario,
    inputs: Inputs,
    network: Network,
    cells: Register,
    transmitters: Sequence[Transmitter],
    wanted: npt.NDArray[np.bool_],
    timings: Mapping[str, float],
    mode_error: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the manifest of a run: what was computed, from what, under which assumptions, at what cost.

    Parameters
    ----------
    cells : of the register, those that were simulated.
    wanted : (rows, columns) the pixels that layers were asked for.
    timings : seconds by stage.
    mode_error : of the raster mode against the exact one, measured on this run.
    """
    unreached = {
        technology: int(((network.covered[technology] == NOT_COVERED) & (layers.rsrp_dbm == NO_SIGNAL_DBM)).sum())
        for technology, layers in network.layers.items()
    }
    radius_km = scenario.propagation.radius_km
    limited = [
        f"{technology}: {count:,} pixels lie farther than {radius_km:g} km from every cell and count as not covered"
        for technology, count in unreached.items()
        if count
    ]
    propagation = scenario.propagation
    used: list[Model | AddedLoss] = [
        find_model(propagation.model),
        *(find_added_loss(loss.name) for loss in propagation.added_losses),
    ]
    outside = {
        technology: outside_validity(
            [one.validity for one in used],
            layers.server,
            [transmitter for transmitter in transmitters if transmitter.technology == technology],
            propagation,
            inputs.grid.resolution_m,
        )
        for technology, layers in network.layers.items()
    }
    ranges = "; ".join(
        f"{one.title}: {', '.join(f'{name} {allowed}' for name, allowed in one.validity.items())}" for one in used
    )
    beyond = [
        f"{technology}: {count:,} pixels are served over a path outside the range of the model or an added loss "
        f"({ranges}); the formulas are used as they stand"
        for technology, count in outside.items()
        if count
    ]
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
        "input_digests": inputs.digests,
        "model": described(scenario),
        "settings": scenario.propagation.model_dump(),
        "mode_error": dict(mode_error),
        "assumptions": [*inputs.assumptions, POPULATION_RULE, *limited, *beyond],
        "demonstration": not inputs.elevation.is_survey or inputs.register.synthetic,
        "grid": inputs.grid,
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
            "cells": len(cells),
            "sites": len(set(cells.site.tolist())),
            "masts": len({(transmitter.row, transmitter.column) for transmitter in transmitters}),
            "pixels": int(wanted.sum()),
            "missing_pixels": int((wanted & ~np.isfinite(inputs.elevation.height_m)).sum()),
            **{f"unreached_pixels_{technology.lower()}": count for technology, count in unreached.items()},
            **{f"outside_validity_pixels_{technology.lower()}": count for technology, count in outside.items()},
        },
    }


def peak_memory_mb() -> float:
    """Return the most memory this process has held [MB]."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
