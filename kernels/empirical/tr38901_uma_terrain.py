"""3GPP TR 38.901 (V18.0.0), scenario UMa, over a map: a path that the terrain cuts has no line of sight."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from phusong.kernels.arguments import Arguments, FloatArray, Range, covered
from phusong.kernels.empirical import tr38901_uma
from phusong.kernels.empirical.tr38901 import DISTANCES
from phusong.kernels.empirical.tr38901_terrain import PROFILE_LIMITS, WHERE_CLEAR, states_by_terrain
from phusong.kernels.models import Model

LIMITS: Mapping[str, Range] = {**tr38901_uma.LIMITS, **PROFILE_LIMITS}
VALIDITY: Mapping[str, Range] = tr38901_uma.VALIDITY


def path_loss(
    *,
    distance_m: ArrayLike,
    terrain_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    clutter_m: ArrayLike | None = None,
    where_clear: ArrayLike = "expected",
) -> float | FloatArray:
    """Return the basic transmission loss [dB] of TR 38.901, scenario UMa, with line of sight by the terrain.

    Profiles are arrays (points,), or (paths, points) for many paths; everything else is a number or an array (paths,).
    A path that terrain or clutter cuts, on an Earth of 4/3 its radius, has the loss without line of sight. The loss
    itself is that of `tr38901_uma.path_loss` over the length of the path; one below 1 m counts as 1 m.

    Parameters
    ----------
    distance_m : distance of each profile point from the base station [m]; rises strictly from 0, at most 100 km.
    terrain_m : ground height [m above sea level].
    frequency_mhz, tx_height_m, rx_height_m : as of `tr38901_uma.path_loss`.
    clutter_m : clutter height above ground [m, >= 0]; None is bare ground. At the two ends it does not obstruct.
    where_clear : loss of a path that nothing cuts: "los", or "expected" where buildings are not in the clutter.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss tr38901_uma_terrain", LIMITS)
    distance = arguments.distances("distance_m", distance_m)
    terrain = arguments.profile("terrain_m", terrain_m)
    clutter = arguments.profile("clutter_m", clutter_m) if clutter_m is not None else np.zeros(1)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    clear = arguments.choice("where_clear", where_clear, WHERE_CLEAR)
    shape = arguments.finish()

    surface = covered(terrain, clutter)
    base_m, mobile_m = shape.each(tx_height), shape.each(rx_height)
    state = states_by_terrain(shape.along(distance), shape.along(surface), base_m, mobile_m, shape.each(clear))
    losses_db = tr38901_uma.transmission_losses(
        shape.each(np.maximum(distance[..., -1], DISTANCES.low)),
        shape.each(1e-3 * frequency),
        base_m,
        mobile_m,
        state,
    )
    return shape.result(losses_db)


MODEL = Model(
    name="tr38901_uma_terrain",
    title="3GPP TR 38.901 V18.0.0, UMa, line of sight by the terrain",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=True,
    knows_clutter=True,
)
