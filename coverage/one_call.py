"""Coverage in one call: a numpy elevation model and a few masts in, a raster out. No scenario, no files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from phusong.coverage.ground import Ground
from phusong.errors import InputError, Problem
from phusong.kernels.raster.p1812_lanes import make_carrier
from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import NO_TERRAIN_DB, Region, sweep
from phusong.terrain.grid import Grid

_NEEDED = ("longitude", "latitude", "antenna_height_m", "frequency_mhz")
_LIMITS = {"antenna_height_m": (1.0, 3000.0), "frequency_mhz": (30.0, 6000.0)}


def coverage_from(
    elevation_m: npt.ArrayLike,
    grid: Grid,
    sites: Sequence[Mapping[str, float]],
    *,
    model: Literal["p1812"] = "p1812",
    radius_m: float = 10_000.0,
    receiver_height_m: float = 1.5,
    clutter_m: npt.ArrayLike | None = None,
    polarization: Literal["vertical", "horizontal"] = "vertical",
    delta_n: float = 45.0,
    surface_refractivity: float = 325.0,
) -> npt.NDArray[np.float32]:
    """Return the least path loss, or the strongest power, that any of the sites gives at every pixel.

    Parameters
    ----------
    elevation_m : (rows, columns) of the grid [m above sea level], nan where missing.
    sites : each with longitude and latitude [deg], antenna_height_m above ground and frequency_mhz; if all of them
        also have
        eirp_dbm (isotropic), the power at an isotropic receiver is returned instead of the loss.
    model : "p1812", Recommendation ITU-R P.1812-8 at 50 % of time and places.
    radius_m : greatest distance computed [m].
    clutter_m : (rows, columns) representative clutter height above ground [m].

    Returns
    -------
    (rows, columns) float32 of loss [dB] or power [dBm]; nan where no site reaches, or its path meets missing terrain.

    Raises
    ------
    InputError : every site that cannot be computed, at once.
    """
    height_m = np.asarray(elevation_m, dtype=np.float32)
    clutter = None if clutter_m is None else np.asarray(clutter_m, dtype=np.float32)
    problems = list(_problems(height_m, clutter, grid, sites, model))
    if problems:
        raise InputError(problems)
    ground = Ground(grid, height_m, clutter)
    surface = Surface.lay_out(height_m, clutter)
    is_power = all("eirp_dbm" in site for site in sites)
    strongest = np.full(grid.shape, -np.inf, dtype=np.float32)
    for site in sites:
        column, row = (float(axis) for axis in grid.column_row(*grid.project(site["longitude"], site["latitude"])))
        column, row = min(max(column, 0.0), grid.columns - 1.0), min(max(row, 0.0), grid.rows - 1.0)
        mast = Mast(
            int(column),
            int(row),
            column % 1.0,
            row % 1.0,
            ground.height_at(column, row),
            float(site["antenna_height_m"]),
        )
        carrier = make_carrier(
            frequency_mhz=float(site["frequency_mhz"]),
            mast_height_m=mast.height_m,
            mobile_height_m=receiver_height_m,
            is_vertical=polarization == "vertical",
            delta_n=delta_n,
            surface_refractivity=surface_refractivity,
            latitude_deg=float(site["latitude"]),
        )
        loss_db = sweep(
            surface, mast, [carrier],
            region=Region(0, grid.rows, 0, grid.columns), resolution_m=grid.resolution_m, radius_m=radius_m,
        )[0]  # fmt: skip
        power_dbm = (float(site["eirp_dbm"]) if is_power else 0.0) - loss_db
        np.maximum(strongest, np.where(loss_db < NO_TERRAIN_DB, power_dbm, -np.inf), out=strongest)
    reached = np.where(np.isfinite(strongest), strongest, np.float32("nan")).astype(np.float32)
    return reached if is_power else -reached


def _problems(
    height_m: npt.NDArray[np.float32],
    clutter_m: npt.NDArray[np.float32] | None,
    grid: Grid,
    sites: Sequence[Mapping[str, float]],
    model: str,
) -> list[Problem]:
    problems = []
    if model != "p1812":
        problems.append(Problem("coverage_from", None, "model", f"there is no model '{model}'", "It must be 'p1812'"))
    for name, values in (("elevation_m", height_m), ("clutter_m", clutter_m)):
        if values is not None and values.shape != grid.shape:
            message = f"its shape is {values.shape}, the grid's {grid.shape}"
            problems.append(Problem("coverage_from", None, name, message, "Give a value for every pixel of the grid"))
    if not sites:
        problems.append(Problem("coverage_from", None, "sites", "there is none", "Give at least one site"))
    if problems:
        return problems
    for number, site in enumerate(sites, start=1):
        missing = [name for name in _NEEDED if name not in site]
        if missing:
            message = f"site {number} has no {', '.join(missing)}"
            problems.append(Problem("coverage_from", number, "sites", message, f"Needed: {', '.join(_NEEDED)}"))
            continue
        for name, (low, high) in _LIMITS.items():
            if not low <= site[name] <= high:
                message = f"{site[name]:g} is out of range"
                problems.append(
                    Problem("coverage_from", number, name, message, f"It must lie between {low:g} and {high:g}")
                )
        column, row = (float(axis) for axis in grid.column_row(*grid.project(site["longitude"], site["latitude"])))
        inside = -0.5 <= column < grid.columns - 0.5 and -0.5 <= row < grid.rows - 0.5
        if not inside or not np.isfinite(height_m[round(row), round(column)]):
            message = f"site {number} stands outside the grid or on missing terrain"
            problems.append(Problem("coverage_from", number, "sites", message, "Move it, or give more terrain"))
    return problems
