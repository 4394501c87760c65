"""What the scenarios of 3GPP TR 38.901 (V18.0.0, clause 7.4) share: their geometry and the state of the line of sight.

Table 7.4.1-1 gives a loss with line of sight and one without, Table 7.4.2-1 how probable line of sight is. Formulas
take distances and heights in metres and the frequency in GHz.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import Range

LIGHT_M_S = 3.0e8  # the speed of light as notes 1 and 5 of Table 7.4.1-1 round it

LINE_OF_SIGHT = {"los": 0, "nlos": 1, "expected": 2}
"""Choices of `line_of_sight`: with it, without it, or the mean of the two losses [dB] by how probable each is."""
LOS, NLOS = LINE_OF_SIGHT["los"], LINE_OF_SIGHT["nlos"]

DISTANCES = Range(1.0, 100_000.0, "m")
FREQUENCIES = Range(500.0, 100_000.0, "MHz")  # note 2
MAST_HEIGHTS = Range(1.5, 500.0, "m above ground")
MOBILE_HEIGHTS = Range(1.5, 100.0, "m above ground")

MACRO_VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(10.0, 5_000.0, "m"),
    "frequency_mhz": FREQUENCIES,
    "rx_height_m": Range(1.5, 22.5, "m above ground"),
}
"""Where Table 7.4.1-1 vouches for UMa and UMi, but for the mast's height."""


@scalar
def slant_distance_m(distance_m: float, tx_height_m: float, rx_height_m: float) -> float:
    """Return d_3D, the distance [m] between antennas this far apart on the map and at these heights [m]."""
    return math.hypot(distance_m, tx_height_m - rx_height_m)  # (7.4-1)


@scalar
def urban_breakpoint_m(tx_height_m: float, rx_height_m: float, frequency_ghz: float) -> float:
    """Return d'_BP [m] of UMa and UMi: where the ground reflection begins to weaken the line of sight.

    The effective environment height h_E is 1 m. The table wants that for UMi, and for UMa below 13 m; above, it draws
    h_E by chance, from which a mean loss cannot be had in closed form, and 1 m stays the most probable value.
    """
    environment_m = 1.0
    tx_effective_m = tx_height_m - environment_m
    rx_effective_m = rx_height_m - environment_m
    return 4.0 * tx_effective_m * rx_effective_m * frequency_ghz * 1e9 / LIGHT_M_S  # note 1


@scalar
def loss_by_state(state: int, los_db: float, nlos_db: float, los_probability: float) -> float:
    """Return the loss [dB] of a code of `LINE_OF_SIGHT` from the losses with and without line of sight."""
    if state == LOS:
        return los_db
    if state == NLOS:
        return nlos_db
    return los_probability * los_db + (1.0 - los_probability) * nlos_db
