"""How far the raster mode of a run is from the exact one, on a sample of the run's own masts and pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from phusong.coverage.ground import Ground
from phusong.coverage.losses import carrier_of, sweep_carriers
from phusong.coverage.plan import Transmitter, on_masts
from phusong.coverage.propagate import mast_in_window, reach, window_of
from phusong.kernels.raster.mode_error import ModeError, mode_error
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.wedges import Region
from phusong.scenarios.schema import Scenario

MASTS, PIXELS = 24, 500


def measure_mode_error(scenario: Scenario, ground: Ground, transmitters: Sequence[Transmitter]) -> dict[str, Any]:
    """Return the error of the scenario's raster mode, for its manifest; for mode "exact" that there is none.

    Masts are taken evenly from the plan, pixels at random round each. Where the mode prunes, only pixels that matter
    are compared.
    """
    propagation = scenario.propagation
    if propagation.mode == "exact":
        return {"mode": "exact", "rms_db": 0.0, "worst_db": 0.0}
    resolution_m = ground.grid.resolution_m
    groups = on_masts(transmitters)
    taken = groups[:: max(len(groups) // MASTS, 1)][:MASTS]
    error = ModeError(0, 0.0, 0.0)
    for number, group in enumerate(taken):
        window = window_of(group, propagation, ground)
        around = ground.window(*window)
        origin = window.row_start, window.column_start
        surface = Surface.lay_out(around.height_m, around.clutter_m)
        mast = mast_in_window(group[0], *origin)
        carriers = [carrier_of(transmitter, propagation) for transmitter in group]
        place: dict[str, Any] = {
            "region": Region(*reach(group[0], propagation, around, origin)),
            "resolution_m": resolution_m,
            "radius_m": 1000.0 * propagation.radius_km,
        }
        loss_db = sweep_carriers(carriers, propagation, surface, mast, **place)
        limits_db = [propagation.greatest_loss_db] * len(carriers)
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
