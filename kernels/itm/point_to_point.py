"""Point-to-point mode of the irregular terrain model: the checked call along terrain profiles."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from phusong.errors import input_error
from phusong.kernels._jit import scalar
from phusong.kernels.arguments import Arguments, FloatArray
from phusong.kernels.itm.diffraction import KNOWN_TERRAIN_M2
from phusong.kernels.itm.reference import link_and_statistics, path_warnings, transmission_loss
from phusong.kernels.itm.settings import LIMITS, Settings, read_settings
from phusong.kernels.itm.terrain import analyse

SPACING_TOLERANCE = 1e-3
"""How far a point of a profile may lie from its equally spaced place [intervals]."""


class Result(NamedTuple):
    """Loss [dB] and warnings (bits of ``path.Warnings``): a number for one path, arrays (paths,) for several."""

    loss_db: float | FloatArray
    warnings: int | npt.NDArray[np.int64]


@scalar
def point_to_point(
    terrain_m: FloatArray, distance_m: FloatArray, settings: Settings
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Return loss [dB] and warnings of profiles (paths, points) that are distance_m (paths,) long.

    The loss is nan where the refractivity at the ground is out of bounds.
    """
    paths, points = terrain_m.shape
    loss_db = np.empty(paths)
    warnings = np.empty(paths, dtype=np.int64)
    for i in range(paths):
        path = analyse(
            terrain_m[i],
            distance_m[i] / (points - 1),
            settings.tx_height_m[i],
            settings.rx_height_m[i],
            settings.surface_refractivity[i],
        )
        link, statistics = link_and_statistics(settings, i, KNOWN_TERRAIN_M2)
        loss_db[i] = transmission_loss(path, link, statistics)
        warnings[i] = path_warnings(path, link, statistics)
    return loss_db, warnings


def check_spacing(arguments: Arguments, distance_m: FloatArray) -> None:
    """Complain about distances that are not equally spaced."""
    if arguments.problems:
        return
    places = np.linspace(0.0, 1.0, distance_m.shape[-1]) * distance_m[..., -1:]
    interval_m = distance_m[..., -1:] / (distance_m.shape[-1] - 1)
    if np.any(np.abs(distance_m - places) > SPACING_TOLERANCE * interval_m):
        arguments.complain(
            "distance_m",
            "the points are not equally far apart",
            "This model needs equal intervals: take the heights at numpy.linspace(0, length, points)",
        )


def itm_point_to_point(
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
) -> Result:
    """Return the basic transmission loss [dB] of the irregular terrain model along profiles, and its warnings.

    Profiles are arrays (points,), or (paths, points) for many paths; everything else is a number or an array (paths,),
    and one value serves all paths.

    Parameters
    ----------
    distance_m : distance of each profile point from the transmitter [m]; rises from 0 in equal intervals, which may be
        a thousandth of an interval off; at most 3000 km.
    terrain_m : ground height [m above sea level].
    frequency_mhz : frequency [MHz], 20 to 20,000.
    tx_height_m, rx_height_m : antenna heights above ground [m], 0.5 to 3000.
    climate : 1 equatorial, 2 continental subtropical, 3 maritime subtropical, 4 desert, 5 continental temperate,
        6 maritime temperate over land, 7 maritime temperate over sea.
    surface_refractivity : refractivity at sea level, N_0 [N-units], 250 to 400.
    polarization : "vertical" or "horizontal".
    ground_permittivity : relative permittivity of the ground, above 1 to 100.
    ground_conductivity : conductivity of the ground [S/m], above 0 to 100.
    variability_mode : 0 single message, 1 accidental, 2 mobile, 3 broadcast; 10 more leaves out the variability among
        locations, 20 more the direct variability among situations.
    time_percent, location_percent, situation_percent : shares for which the loss is not exceeded [%], above 0
        and below 100.
    confidence_percent, reliability_percent : given together they take the place of the three: confidence is the share
        of the situations, reliability that of the time, at half of the locations.

    Returns
    -------
    Loss [dB] and warnings, as numbers for one path, as arrays (paths,) for several. The warnings are the bits of
    ``Warnings``, as NTIA's reference program sets them.

    Raises
    ------
    InputError : every problem of the arguments at once; or the refractivity at the ground of a path, which falls with
        its height, is outside 150 to 400 N-units.
    """
    arguments = Arguments("itm_point_to_point", LIMITS)
    distance = arguments.distances("distance_m", distance_m)
    terrain = arguments.profile("terrain_m", terrain_m)
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
    check_spacing(arguments, distance)
    shape = arguments.finish()
    loss_db, warnings = point_to_point(shape.along(terrain), shape.each(distance[..., -1]), settings.each(shape))
    return finished(arguments.source, shape.paths, loss_db, warnings)


def finished(source: str, paths: int | None, loss_db: FloatArray, warnings: npt.NDArray[np.int64]) -> Result:
    """Return the result as it was asked for; raises InputError where a loss is nan, for want of refractivity."""
    failed = np.flatnonzero(~np.isfinite(loss_db))
    if failed.size:
        raise input_error(
            source,
            f"the refractivity at the ground of path {int(failed[0])} is outside 150 to 400 N-units "
            f"({failed.size} paths in all)",
            "Give a refractivity at sea level that suits the height of the ground",
            field="surface_refractivity",
        )
    if paths is None:
        return Result(float(loss_db[0]), int(warnings[0]))
    return Result(loss_db, warnings)
