"""How far the raster mode of a run is from the exact one, on a sample of the run's own masts and pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from phusong.coverage.ground import Ground
from phusong.coverage.losses import carrier_of, sweep_carriers
from phusong.coverage.plan import Transmitter, make_job
from phusong.coverage.tile import mast_in_window, most_losses_db, on_masts, reach
from phusong.kernels.raster.mode_error import ModeError, mode_error
from phusong.kernels.raster.surface import Surface
from phusong.scenarios.schema import Scenario
from phusong.terrain.grid import Grid

MASTS, PIXELS = 24, 500


def measure_mode_error(scenario: Scenario, ground: Ground, transmitters: Sequence[Transmitter]) -> dict[str, Any]:
    """Return the error of the scenario's raster mode, for its manifest; for mode "exact" that there is none.

    Masts are taken evenly from the plan, pixels at random round each. Where the mode prunes, only pixels that matter
    are compared.
    """
    propagation = scenario.propagation
    if propagation.mode == "exact":
        return {"mode": "exact", "rms_db": 0.0, "worst_db": 0.0}
    thresholds_dbm: dict[str, float] = {
        name: definition.median_threshold_dbm for name, definition in scenario.coverage.items()
    }
    resolution_m = ground.grid.resolution_m
    radius_m = 1000.0 * propagation.radius_km
    groups = on_masts(transmitters)
    taken = groups[:: max(len(groups) // MASTS, 1)][:MASTS]
    error = ModeError(0, 0.0, 0.0)
    for number, group in enumerate(taken):
        job = make_job(ground, _around(group[0], ground.grid, radius_m), group, propagation, thresholds_dbm)
        region = reach(group[0], job, radius_m / resolution_m)
        if region is None:
            continue
        surface = Surface.lay_out(job.ground.height_m, job.ground.clutter_m)
        mast = mast_in_window(group[0], job.row, job.column)
        carriers = [carrier_of(transmitter, propagation) for transmitter in group]
        limits_db = most_losses_db(group, thresholds_dbm)
        place: dict[str, Any] = {"region": region, "resolution_m": resolution_m, "radius_m": radius_m}
        loss_db = sweep_carriers(carriers, propagation, surface, mast, most_loss_db=limits_db, **place)
        error = error.together(
            mode_error(loss_db, surface, mast, carriers, **place, most_loss_db=limits_db, pixels=PIXELS, seed=number)
        )
    return {
        "mode": propagation.mode,
        "masts": len(taken),
        "losses_compared": error.compared,
        "rms_db": round(error.rms_db, 4),
        "worst_db": round(error.worst_db, 2),
    }


def _around(transmitter: Transmitter, grid: Grid, radius_m: float) -> tuple[int, int, int, int]:
    """Return the rows and columns of the grid within the radius, as ``make_job`` takes a place."""
    pixels = radius_m / grid.resolution_m
    return (
        max(math.ceil(transmitter.row - pixels), 0),
        min(math.floor(transmitter.row + pixels) + 1, grid.rows),
        max(math.ceil(transmitter.column - pixels), 0),
        min(math.floor(transmitter.column + pixels) + 1, grid.columns),
    )
