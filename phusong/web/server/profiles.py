"""The terrain from a point to a mast, as an answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from phusong.coverage.path_profile import line_on_grid, path_profile
from phusong.web.server.failures import RefusedError
from phusong.web.server.opened import OpenedRun
from phusong.web.server.point import pixel_of
from phusong.web.server.rows import plain
from phusong.web.server.terrain_tiles import bilinear


def profile_answer(opened: OpenedRun, longitude_deg: float, latitude_deg: float, cell: str) -> dict[str, Any]:
    """Return the terrain from a point to the mast of a cell.

    Raises
    ------
    RefusedError : there is no such cell, or no terrain under the point or the mast.
    """
    run, table = opened.run, opened.cells
    rows = table[table["cell"].astype(str) == cell]
    if not len(rows):
        raise RefusedError(404, "the run has no such cell", "Ask for one that GET .../at names", field="cell")
    row, propagation = rows.iloc[0], run.scenario.propagation
    mast = float(row["longitude"]), float(row["latitude"])
    if pixel_of(opened, longitude_deg, latitude_deg) is None:
        raise RefusedError(422, "the point lies outside the grid of the run", "Choose a point in the area")
    distance_m, down, across = line_on_grid(run.grid, (longitude_deg, latitude_deg), mast)
    if distance_m[-1] < 1.0:
        raise RefusedError(422, "the point is the foot of the mast", "Choose a point away from it")
    clutter = opened.maps.ground.clutter_m
    frequency_mhz = run.scenario.bands[str(row["band"])].frequency_mhz
    ground_m = bilinear(opened.height_m, down, across)
    if not np.isfinite(ground_m[[0, -1]]).all():
        raise RefusedError(422, "there is no terrain data at the point or at the mast", "Choose another point")
    profile = path_profile(
        distance_m, ground_m, None if clutter is None else bilinear(clutter, down, across),
        first_height_m=propagation.receiver_height_m, last_height_m=float(row["antenna_height_m"]),
        frequency_mhz=frequency_mhz, delta_n=propagation.delta_n,
    )  # fmt: skip
    return {
        "cell": cell,
        "site": str(row["site"]),
        "frequency_mhz": frequency_mhz,
        **{
            name: _listed(getattr(profile, name))
            for name in ("distance_m", "ground_m", "bulge_m", "ray_m", "fresnel_m")
        },
        "clutter_m": None if profile.clutter_m is None else _listed(profile.clutter_m),
        "effective_radius_km": round(profile.effective_radius_km, 1),
        "least_clearance_ratio": plain(profile.least_clearance_ratio),
        "least_clearance_at_m": plain(profile.least_clearance_at_m),
        "blocked": profile.is_blocked,
        "missing": profile.missing,
        "created": run.manifest["created"],
        "digest": opened.digest,
    }


def _listed(values: Any) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 2) for value in values]
