"""Area mode of the irregular terrain model: no profile, only how irregular the terrain is and how sites are chosen."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.itm.path import (
    Path,
    Terminal,
    effective_curvature,
    rough_horizon_elevation,
    rough_horizon_m,
)
from phusong.kernels.itm.point_to_point import Result, finished
from phusong.kernels.itm.reference import link_and_statistics, path_warnings, transmission_loss
from phusong.kernels.itm.settings import LIMITS, Settings, read_settings

SITING = {"random": 0, "careful": 1, "very careful": 2}
AREA_LIMITS = {**LIMITS, "distance_m": Range(1.0, 3e6, "m"), "irregularity_m": Range(0.0, 9_000.0, "m")}
_GAIN_M = (0.0, 4.0, 9.0)  # B of (3.2): what careful siting adds


@scalar
def _terminal(height_m: float, siting: int, irregularity_m: float, curvature: float) -> Terminal:
    """Return an end of the path, sited with that care."""
    effective_m = height_m
    if siting > 0:
        gain_m = _GAIN_M[siting]
        if height_m < 5.0:
            gain_m *= math.sin(0.1 * math.pi * height_m)
        falling = math.exp(-min(20.0, 2.0 * height_m / max(1e-3, irregularity_m)))
        effective_m = height_m + (1.0 + gain_m) * falling  # (3.2)
    horizon_m = rough_horizon_m(effective_m, curvature, irregularity_m)
    elevation = rough_horizon_elevation(effective_m, curvature, irregularity_m, horizon_m)
    return Terminal(height_m, effective_m, horizon_m, elevation)


@scalar
def area(
    distance_m: FloatArray,
    irregularity_m: FloatArray,
    tx_siting: npt.NDArray[np.int8],
    rx_siting: npt.NDArray[np.int8],
    settings: Settings,
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Return loss [dB] and warnings (paths,)."""
    loss_db = np.empty(distance_m.size)
    warnings = np.empty(distance_m.size, dtype=np.int64)
    for i in range(distance_m.size):
        curvature = effective_curvature(settings.surface_refractivity[i])
        path = Path(
            distance_m[i],
            _terminal(settings.tx_height_m[i], tx_siting[i], irregularity_m[i], curvature),
            _terminal(settings.rx_height_m[i], rx_siting[i], irregularity_m[i], curvature),
            irregularity_m[i],
            curvature,
            settings.surface_refractivity[i],
        )
        link, statistics = link_and_statistics(settings, i, 0.0)
        loss_db[i] = transmission_loss(path, link, statistics)
        warnings[i] = path_warnings(path, link, statistics)
    return loss_db, warnings


def itm_area(
    *,
    distance_m: ArrayLike,
    irregularity_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    tx_siting: ArrayLike = "random",
    rx_siting: ArrayLike = "random",
    climate: ArrayLike = 5,
    surface_refractivity: ArrayLike = 301.0,
    polarization: ArrayLike = "vertical",
    ground_permittivity: ArrayLike = 15.0,
    ground_conductivity: ArrayLike = 0.005,
    variability_mode: ArrayLike = 12,
    time_percent: ArrayLike = 50.0,
    location_percent: ArrayLike = 50.0,
    situation_percent: ArrayLike = 50.0,
    confidence_percent: ArrayLike | None = None,
    reliability_percent: ArrayLike | None = None,
) -> Result:
    """Return the basic transmission loss [dB] of the irregular terrain model over an area, and its warnings.

    Everything is a number or an array (paths,); one value serves all paths.

    Parameters
    ----------
    distance_m : length of the path [m], 1 to 3,000,000.
    irregularity_m : interdecile range of the terrain, delta h [m], 0 to 9000: 0 water, 30 plains, 90 hills,
        200 mountains, 500 rugged mountains.
    tx_siting, rx_siting : care in choosing the site: "random", "careful" or "very careful".
    surface_refractivity : refractivity at the ground, N_s [N-units], 250 to 400.

    The other parameters are those of ``itm_point_to_point``, as are the result and the errors.
    """
    arguments = Arguments("itm_area", AREA_LIMITS)
    distance = arguments.number("distance_m", distance_m)
    irregularity = arguments.number("irregularity_m", irregularity_m)
    tx_care = arguments.choice("tx_siting", tx_siting, SITING)
    rx_care = arguments.choice("rx_siting", rx_siting, SITING)
    settings = read_settings(
        arguments,
        frequency_mhz=frequency_mhz,
        tx_height_m=tx_height_m,
        rx_height_m=rx_height_m,
        climate=climate,
        surface_refractivity=surface_refractivity,
        polarization=polarization,
        ground_permittivity=ground_permittivity,
        ground_conductivity=ground_conductivity,
        variability_mode=variability_mode,
        time_percent=time_percent,
        location_percent=location_percent,
        situation_percent=situation_percent,
        confidence_percent=confidence_percent,
        reliability_percent=reliability_percent,
    )
    shape = arguments.finish()
    loss_db, warnings = area(
        shape.each(distance),
        shape.each(irregularity),
        shape.each(tx_care),
        shape.each(rx_care),
        settings.each(shape),
    )
    return finished(arguments.source, shape.paths, loss_db, warnings)
