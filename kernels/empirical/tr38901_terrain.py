"""Line of sight of TR 38.901 as the terrain has it, for the scenarios over a map: RMa and UMa.

The report draws line of sight by chance, and its loss with line of sight holds where the ground is level. Over a map
a path that a hill cuts has none, whatever the chance. What the map does not show, buildings, stays a matter of chance.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import FloatArray, Range
from phusong.kernels.empirical.tr38901 import DISTANCES, LINE_OF_SIGHT, NLOS

RADIUS_M = 4.0 / 3.0 * 6_371_000.0
"""Effective radius of the Earth [m]: the bending of rays at mid-latitudes, as radio links are laid out for."""

WHERE_CLEAR = {word: code for word, code in LINE_OF_SIGHT.items() if code != NLOS}
"""Choices of `where_clear`: the state of the paths that nothing on the map cuts."""

PROFILE_LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, DISTANCES.high, "m"),
    "terrain_m": Range(-11_000.0, 9_000.0, "m above sea level"),
    "clutter_m": Range(0.0, 1_000.0, "m above ground"),
}


@scalar
def is_cut(distance_m: FloatArray, surface_m: FloatArray, tx_height_m: float, rx_height_m: float) -> bool:
    """Return whether anything between the ends of a profile [m] reaches the straight ray between the antennas.

    Heights of the surface are above sea level [m]; at the two ends they are the ground that the antennas stand on.
    """
    last = distance_m.size - 1
    tx_m = surface_m[0] + tx_height_m
    rx_m = surface_m[last] + rx_height_m
    for i in range(1, last):
        near_m = distance_m[i]
        far_m = distance_m[last] - near_m
        ray_m = (tx_m * far_m + rx_m * near_m) / distance_m[last]
        if surface_m[i] + near_m * far_m / (2.0 * RADIUS_M) >= ray_m:
            return True
    return False


@scalar
def states_by_terrain(
    distance_m: FloatArray,
    surface_m: FloatArray,
    tx_height_m: FloatArray,
    rx_height_m: FloatArray,
    clear_state: NDArray[np.int8],
) -> NDArray[np.int8]:
    """Return the code of `LINE_OF_SIGHT` of each path: without it if cut, else that given; profiles (paths, points)."""
    state = clear_state.copy()
    for i in range(state.size):
        if is_cut(distance_m[i], surface_m[i], tx_height_m[i], rx_height_m[i]):
            state[i] = NLOS
    return state
