"""P.1546 as a propagation model of the registry: its limits, its range of validity and its checked calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from phusong.kernels.arguments import Arguments, FloatArray, Range
from phusong.kernels.itu import p1546
from phusong.kernels.itu.p1546_corrections import AT_SEA, DENSE_URBAN, RURAL, SUBURBAN, URBAN
from phusong.kernels.itu.p1546_curves import COLD_SEA, LAND, WARM_SEA, load_curves
from phusong.kernels.models import Model

ZONES = {"sea": COLD_SEA, "warm sea": WARM_SEA, "coast": COLD_SEA, "inland": LAND}
ENVIRONMENTS = {"rural": RURAL, "suburban": SUBURBAN, "urban": URBAN, "dense urban": DENSE_URBAN, "sea": AT_SEA}
CLUTTER_M = np.array([10.0, 10.0, 15.0, 20.0, 10.0])
"""Representative clutter height [m] of each environment (section 9)."""

# The Recommendation's ranges where it states them (scope, Annex 5, sections 4.1, 9 and 12), else what can be meant.
LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, 1e6, "m"),
    "terrain_m": Range(-11_000.0, 9_000.0, "m above sea level"),
    "frequency_mhz": Range(30.0, 4_000.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "tx_clutter_m": Range(0.0, 1_000.0, "m above ground"),
    "rx_clutter_m": Range(0.0, 1_000.0, "m above ground"),
    "time_percent": Range(1.0, 50.0, "%"),
    "location_percent": Range(1.0, 99.0, "%"),
    "location_sigma_db": Range(0.0, 50.0, "dB"),
    "resolution_m": Range(1.0, 1_000.0, "m"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(0.0, 1e6, "m"),  # below 1 km by section 15
    "frequency_mhz": Range(30.0, 4_000.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
}


def path_loss(
    *,
    distance_m: ArrayLike,
    terrain_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    environment: ArrayLike = "rural",
    rx_clutter_m: ArrayLike | None = None,
    tx_clutter_m: ArrayLike = 0.0,
    time_percent: ArrayLike = 50.0,
    location_percent: ArrayLike = 50.0,
    location_sigma_db: ArrayLike | None = None,
    resolution_m: ArrayLike = 100.0,
    zone: ArrayLike | None = None,
) -> float | FloatArray:
    """Return the basic transmission loss L_b [dB] of Recommendation ITU-R P.1546-6.

    The terrain gives the height of the transmitter over it and the clearance angles at both ends. Antennas less than
    1 m apart count as 1 m apart; the loss is never below that of free space (but for the enhancement over sea).
    Profiles are arrays (points,), or (paths, points) for many paths; everything else is a number or an array (paths,),
    and one value serves all paths.

    Parameters
    ----------
    distance_m : distance of each profile point from the transmitter [m]; rises strictly from 0, at most 1000 km.
    terrain_m : ground height [m above sea level].
    frequency_mhz : frequency [MHz], 30 to 4000.
    tx_height_m, rx_height_m : antenna heights above ground [m], 1 to 3000. The transmitter is the base station; the
        Recommendation asks for 3 m at a receiver on the sea.
    environment : what surrounds the receiver: "rural", "suburban", "urban", "dense urban", or "sea" for a receiver on
        the sea or beside it, where the loss does not vary with the location.
    rx_clutter_m : clutter height round the receiver [m]; None takes 10, urban 15, dense urban 20. No effect in a rural
        environment and at sea.
    tx_clutter_m : clutter height round the transmitter [m], be the antenna above it or not; 0 is an open site.
    time_percent : share of the time for which the loss is not exceeded [%], 1 to 50.
    location_percent : share of the locations for which the loss is not exceeded [%], 1 to 99.
    location_sigma_db : spread of the loss among locations [dB]; None takes the Recommendation's own (section 12) from
        frequency and resolution_m. No effect at 50 % of locations.
    resolution_m : width of the square whose locations are meant [m]; the Recommendation means 50 to 1000.
    zone : "sea" (cold), "warm sea", "coast" (counted with the sea) or "inland" at each profile point; None is inland.
        With some warm sea along a path, all its sea is warm.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss p1546", LIMITS)
    distance = arguments.distances("distance_m", distance_m)
    terrain = arguments.profile("terrain_m", terrain_m)
    zones = arguments.choice("zone", zone, ZONES, along_profile=True) if zone is not None else np.array([LAND], np.int8)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    environments = arguments.choice("environment", environment, ENVIRONMENTS)
    tx_clutter = arguments.number("tx_clutter_m", tx_clutter_m)
    rx_clutter = arguments.number("rx_clutter_m", rx_clutter_m) if rx_clutter_m is not None else CLUTTER_M[environments]
    time = arguments.number("time_percent", time_percent)
    locations = arguments.number("location_percent", location_percent)
    sigma = arguments.number("location_sigma_db", location_sigma_db) if location_sigma_db is not None else None
    resolution = arguments.number("resolution_m", resolution_m)
    shape = arguments.finish()

    if sigma is None:
        sigma = (0.024e-3 * frequency + 0.52) * resolution**0.28  # (34)
    losses_db = p1546.transmission_losses(
        load_curves(),
        shape.along(1e-3 * distance),
        shape.along(terrain),
        shape.along(zones),
        shape.each(frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(environments),
        shape.each(tx_clutter),
        shape.each(rx_clutter),
        shape.each(time),
        shape.each(locations),
        shape.each(sigma),
    )
    return shape.result(losses_db)


def field_strength_p1546(*, frequency_mhz: ArrayLike, **arguments: Any) -> float | FloatArray:
    """Return the field strength [dB(uV/m)] of a transmitter of 1 kW e.r.p. by Recommendation ITU-R P.1546-6.

    It is exceeded for ``time_percent`` of the time at ``location_percent`` of the locations. Arguments, shapes and
    errors are those of `path_loss`.
    """
    loss_db = path_loss(frequency_mhz=frequency_mhz, **arguments)
    field = 139.3 - loss_db + 20.0 * np.log10(np.asarray(frequency_mhz, dtype=np.float64))  # (40)
    return field if isinstance(loss_db, np.ndarray) else float(field)


MODEL = Model(
    name="p1546",
    title="Recommendation ITU-R P.1546-6 (08/2019)",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=True,
)
