"""P.1812 as a propagation model of the registry: its limits, its range of validity and its checked call."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from phusong.kernels.arguments import POLARIZATIONS, Arguments, FloatArray, Range, covered
from phusong.kernels.itu import p1812
from phusong.kernels.models import Model

ZONES = {"sea": p1812.SEA, "coast": p1812.COASTAL, "inland": p1812.INLAND}

# The Recommendation's ranges where it states them (sections 1 and 3.1), else what can be meant; a lapse rate of 157
# makes the Earth flat.
LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, 3e6, "m"),
    "terrain_m": Range(-11_000.0, 9_000.0, "m above sea level"),
    "clutter_m": Range(0.0, 1_000.0, "m above ground"),
    "frequency_mhz": Range(30.0, 6_000.0, "MHz"),
    "tx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "rx_height_m": Range(1.0, 3_000.0, "m above ground"),
    "time_percent": Range(1.0, 50.0, "%"),
    "location_percent": Range(1.0, 99.0, "%"),
    "location_sigma_db": Range(0.0, 50.0, "dB"),
    "resolution_m": Range(1.0, 1_000.0, "m"),
    "coast_distance_tx_km": Range(0.0, 20_000.0, "km"),
    "coast_distance_rx_km": Range(0.0, 20_000.0, "km"),
    "latitude_deg": Range(-90.0, 90.0, "degrees"),
    "delta_n": Range(0.0, 150.0, "N-units/km"),
    "surface_refractivity": Range(100.0, 500.0, "N-units"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": Range(250.0, 3e6, "m"),  # section 1
    "frequency_mhz": Range(30.0, 6_000.0, "MHz"),
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
    clutter_m: ArrayLike | None = None,
    time_percent: ArrayLike = 50.0,
    location_percent: ArrayLike = 50.0,
    location_sigma_db: ArrayLike | None = None,
    resolution_m: ArrayLike = 100.0,
    polarization: ArrayLike = "vertical",
    zone: ArrayLike | None = None,
    coast_distance_tx_km: ArrayLike = 500.0,
    coast_distance_rx_km: ArrayLike = 500.0,
    latitude_deg: ArrayLike = 21.0,
    delta_n: ArrayLike = 45.0,
    surface_refractivity: ArrayLike = 325.0,
) -> float | FloatArray:
    """Return the basic transmission loss L_b [dB] of Recommendation ITU-R P.1812-8, for outdoor terminals.

    Profiles are arrays (points,), or (paths, points) for many paths; everything else is a number or an array (paths,),
    and one value serves all paths.

    Parameters
    ----------
    distance_m : distance of each profile point from the transmitter [m]; rises strictly from 0, at most 3000 km.
    terrain_m : ground height [m above sea level].
    frequency_mhz : frequency [MHz], 30 to 6000.
    tx_height_m, rx_height_m : antenna heights above ground [m], 1 to 3000.
    clutter_m : clutter height above ground [m, >= 0]; None is bare ground. At the two ends it does not obstruct.
    time_percent : share of the time for which the loss is not exceeded [%], 1 to 50.
    location_percent : share of the locations for which the loss is not exceeded [%], 1 to 99.
    location_sigma_db : spread of the loss among locations [dB]; None takes the Recommendation's own (section 4.7) from
        frequency, resolution_m and the receiver's height above the clutter around it. No effect at 50 % of locations.
    resolution_m : width of the square whose locations are meant [m].
    polarization : "vertical" or "horizontal".
    zone : radio-climatic zone of each profile point: "sea", "coast" or "inland"; None is inland.
    coast_distance_tx_km, coast_distance_rx_km : distance over land from the terminal to the coast along the path [km].
    latitude_deg : latitude of the middle of the path [degrees].
    delta_n : fall of refractivity through the lowest kilometre [N-units/km].
    surface_refractivity : refractivity at sea level [N-units].

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss p1812", LIMITS)
    distance = arguments.distances("distance_m", distance_m)
    terrain = arguments.profile("terrain_m", terrain_m)
    clutter = arguments.profile("clutter_m", clutter_m) if clutter_m is not None else np.zeros(1)
    zones = arguments.choice("zone", zone, ZONES, along_profile=True) if zone is not None else np.array([p1812.INLAND])
    vertical = arguments.choice("polarization", polarization, POLARIZATIONS)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    time = arguments.number("time_percent", time_percent)
    locations = arguments.number("location_percent", location_percent)
    sigma = arguments.number("location_sigma_db", location_sigma_db) if location_sigma_db is not None else None
    resolution = arguments.number("resolution_m", resolution_m)
    coast_tx = arguments.number("coast_distance_tx_km", coast_distance_tx_km)
    coast_rx = arguments.number("coast_distance_rx_km", coast_distance_rx_km)
    latitude = arguments.number("latitude_deg", latitude_deg)
    lapse_rate = arguments.number("delta_n", delta_n)
    refractivity = arguments.number("surface_refractivity", surface_refractivity)
    shape = arguments.finish()

    if sigma is None:
        sigma = p1812.outdoor_location_sigma_db(1e-3 * frequency, resolution, rx_height, clutter[..., -1])
    surface = covered(terrain, clutter)

    losses_db = p1812.transmission_losses(
        shape.along(1e-3 * distance),
        shape.along(terrain),
        shape.along(surface),
        shape.along(zones),
        shape.each(1e-3 * frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(vertical.astype(np.bool_)),
        shape.each(time),
        shape.each(locations),
        shape.each(sigma),
        shape.each(latitude),
        shape.each(lapse_rate),
        shape.each(refractivity),
        shape.each(coast_tx),
        shape.each(coast_rx),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="p1812",
    title="Recommendation ITU-R P.1812-8 (09/2025)",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=True,
    knows_clutter=True,
)
