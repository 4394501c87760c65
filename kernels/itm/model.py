"""The irregular terrain model as a propagation model of the registry."""

from __future__ import annotations

from numpy.typing import ArrayLike

from phusong.kernels.arguments import FloatArray
from phusong.kernels.itm.point_to_point import itm_point_to_point
from phusong.kernels.itm.settings import LIMITS, VALIDITY
from phusong.kernels.models import Model


def path_loss(
    *,
    distance_m: ArrayLike,
    terrain_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
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
) -> float | FloatArray:
    """Return the basic transmission loss [dB] of the irregular terrain model (Longley-Rice), point to point.

    The parameters and errors are those of ``itm_point_to_point``, which returns the warnings too.

    Returns
    -------
    A float for one path, an array (paths,) for several.
    """
    return itm_point_to_point(
        distance_m=distance_m,
        terrain_m=terrain_m,
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
    ).loss_db


MODEL = Model(
    name="itm",
    title="Irregular Terrain Model (Longley-Rice) 1.2.2, NTIA",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=True,
)
