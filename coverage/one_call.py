"""Coverage in one call: a numpy elevation model and a few masts in, a raster out. No scenario, no files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from phusong.coverage.ground import Ground
from phusong.coverage.losses import mast_losses
from phusong.coverage.plan import Transmitter
from phusong.coverage.propagate import mast_in_window
from phusong.errors import InputError, Problem
from phusong.kernels.models import Model, find_model
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, Region
from phusong.scenarios.model_arguments import propagation_problems
from phusong.scenarios.schema import Propagation
from phusong.scenarios.wording import explain
from phusong.terrain.grid import Grid

_NEEDED = ("longitude", "latitude", "antenna_height_m", "frequency_mhz")
_PLACE = "coverage_from"


def coverage_from(
    elevation_m: npt.ArrayLike,
    grid: Grid,
    sites: Sequence[Mapping[str, float]],
    *,
    model: str = "p1812",
    mode: Literal["exact", "fast", "draft"] = "exact",
    radius_m: float = 10_000.0,
    receiver_height_m: float = 1.5,
    clutter_m: npt.ArrayLike | None = None,
    time_percent: float = 50.0,
    polarization: Literal["vertical", "horizontal"] = "vertical",
    delta_n: float = 45.0,
    surface_refractivity: float = 325.0,
    **settings: Any,
) -> npt.NDArray[np.float32]:
    """Return the least path loss, or the strongest power, that any of the sites gives at every pixel.

    Parameters
    ----------
    elevation_m : (rows, columns) of the grid [m above sea level], nan where missing.
    sites : each with longitude and latitude [deg], antenna_height_m above ground and frequency_mhz; if all of them
        also have eirp_dbm (isotropic), the power at an isotropic receiver is returned instead of the loss.
    model : a propagation model by name, as `path_loss` knows them.
    mode : raster mode of "p1812"; other models have "exact" alone.
    radius_m : greatest distance computed [m], at most 100 km.
    clutter_m : (rows, columns) representative clutter height above ground [m].
    settings : further arguments of the model's own call, such as ``environment`` or ``climate``.

    Returns
    -------
    (rows, columns) float32 of loss [dB] or power [dBm]; nan where no site reaches, or its path meets missing terrain.

    Raises
    ------
    InputError : everything that cannot be computed, at once.
    """
    height_m = np.asarray(elevation_m, dtype=np.float32)
    clutter = None if clutter_m is None else np.asarray(clutter_m, dtype=np.float32)
    problems = [*_array_problems(height_m, clutter, grid), *_limit_problems(radius_m, receiver_height_m)]
    if problems:
        raise InputError(problems)
    propagation = _propagation(
        model=model,
        settings=settings,
        mode=mode,
        radius_km=radius_m / 1000.0,
        time_percent=time_percent,
        polarization=polarization,
        delta_n=delta_n,
        surface_refractivity=surface_refractivity,
        receiver_height_m=receiver_height_m,
    )
    problems = [
        *propagation_problems(
            _PLACE, propagation, grid.resolution_m, [site["frequency_mhz"] for site in sites if "frequency_mhz" in site]
        ),
        *_site_problems(height_m, grid, sites, find_model(model)),
    ]
    if problems:
        raise InputError(problems)
    ground = Ground(grid, height_m, clutter)
    surface = Surface.lay_out(height_m, clutter)
    is_power = all("eirp_dbm" in site for site in sites)
    strongest = np.full(grid.shape, -np.inf, dtype=np.float32)
    for site in sites:
        transmitter = _transmitter(site, ground)
        loss_db = mast_losses(
            [transmitter],
            propagation,
            surface,
            mast_in_window(transmitter, 0, 0),
            region=Region(0, grid.rows, 0, grid.columns),
            resolution_m=grid.resolution_m,
        )[0]
        power_dbm = (float(site["eirp_dbm"]) if is_power else 0.0) - loss_db
        np.maximum(strongest, np.where(loss_db < NO_TERRAIN_DB, power_dbm, -np.inf), out=strongest)
    reached = np.where(np.isfinite(strongest), strongest, np.float32("nan")).astype(np.float32)
    return reached if is_power else -reached


def _propagation(**settings: Any) -> Propagation:
    """Return the settings as a scenario holds them; InputError with all that are wrong."""
    try:
        return Propagation(**settings)
    except ValidationError as error:
        findings = [explain({**details, "loc": ("propagation", *details["loc"])}) for details in error.errors()]
        raise InputError(
            [Problem(_PLACE, None, str(key[1]), message, remedy) for key, message, remedy in findings]
        ) from None


def _transmitter(site: Mapping[str, float], ground: Ground) -> Transmitter:
    grid = ground.grid
    column, row = (float(axis) for axis in grid.column_row(*grid.project(site["longitude"], site["latitude"])))
    column, row = min(max(column, 0.0), grid.columns - 1.0), min(max(row, 0.0), grid.rows - 1.0)
    return Transmitter.without_cells(
        frequency_mhz=float(site["frequency_mhz"]),
        column=column,
        row=row,
        ground_m=ground.height_at(column, row),
        height_m=float(site["antenna_height_m"]),
        latitude_deg=float(site["latitude"]),
    )


def _array_problems(
    height_m: npt.NDArray[np.float32], clutter_m: npt.NDArray[np.float32] | None, grid: Grid
) -> Iterator[Problem]:
    for name, values in (("elevation_m", height_m), ("clutter_m", clutter_m)):
        if values is not None and values.shape != grid.shape:
            message = f"its shape is {values.shape}, the grid's {grid.shape}"
            yield Problem(_PLACE, None, name, message, "Give a value for every pixel of the grid")


def _limit_problems(radius_m: float, receiver_height_m: float) -> Iterator[Problem]:
    for name, value, low, high in (
        ("radius_m", radius_m, 1.0, 100_000.0),
        ("receiver_height_m", receiver_height_m, 1.0, 3_000.0),
    ):
        if not low <= value <= high:
            yield Problem(_PLACE, None, name, f"{value:g} is out of range", f"Allowed: {low:g} to {high:g} m")


def _site_problems(
    height_m: npt.NDArray[np.float32], grid: Grid, sites: Sequence[Mapping[str, float]], model: Model
) -> Iterator[Problem]:
    if not sites:
        yield Problem(_PLACE, None, "sites", "there is none", "Give at least one site")
    for number, site in enumerate(sites, start=1):
        missing = [name for name in _NEEDED if name not in site]
        if missing:
            message = f"site {number} has no {', '.join(missing)}"
            yield Problem(_PLACE, number, "sites", message, f"Needed: {', '.join(_NEEDED)}")
            continue
        for name, argument in (("antenna_height_m", "tx_height_m"), ("frequency_mhz", "frequency_mhz")):
            allowed = model.limits[argument]
            if not allowed.low <= site[name] <= allowed.high:
                yield Problem(_PLACE, number, name, f"{site[name]:g} is out of range", f"Allowed: {allowed}")
        column, row = (float(axis) for axis in grid.column_row(*grid.project(site["longitude"], site["latitude"])))
        inside = -0.5 <= column < grid.columns - 0.5 and -0.5 <= row < grid.rows - 0.5
        if not inside or not np.isfinite(height_m[round(row), round(column)]):
            message = f"site {number} stands outside the grid or on missing terrain"
            yield Problem(_PLACE, number, "sites", message, "Move it, or give more terrain")
