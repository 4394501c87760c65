"""Recommendation ITU-R P.452-18 (10/2023): clear-air interference between stations, as a propagation model.

The mechanisms are those of P.1812 (``p1812_clear_air``) with gases, antenna coupling to the scattering volume, and
other weights. Equation numbers are those of the reference program of ITU-R Study Group 3.

What the Recommendation leaves open is settled as in P.1812 (see ``p1812``). Hydrometeor scatter (section 5) and the
building entry and clutter losses of other Recommendations belong elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import POLARIZATIONS, Arguments, FloatArray, Range
from phusong.kernels.itu.p676 import specific_attenuation_db_km
from phusong.kernels.itu.p1812_clear_air import Prediction, clear_air
from phusong.kernels.itu.p1812_path import COASTAL, INLAND, SEA, Floats, Zones, climate
from phusong.kernels.models import Model

ZONES = {"sea": SEA, "coast": COASTAL, "inland": INLAND}
NEAR_TERMINAL_M = 50.0  # closer to a terminal, clutter does not count (section 3.2, step 4)

# The Recommendation's ranges of frequency, time and distance (section 1), else what can be meant.
LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, 1e7, "m"),
    "terrain_m": Range(-11_000.0, 9_000.0, "m above sea level"),
    "clutter_m": Range(0.0, 1_000.0, "m above ground"),
    "frequency_mhz": Range(100.0, 50_000.0, "MHz"),
    "tx_height_m": Range(0.1, 10_000.0, "m above ground"),
    "rx_height_m": Range(0.1, 10_000.0, "m above ground"),
    "time_percent": Range(0.001, 50.0, "%"),
    "tx_gain_dbi": Range(-50.0, 100.0, "dBi"),
    "rx_gain_dbi": Range(-50.0, 100.0, "dBi"),
    "coast_distance_tx_km": Range(0.0, 20_000.0, "km"),
    "coast_distance_rx_km": Range(0.0, 20_000.0, "km"),
    "latitude_deg": Range(-90.0, 90.0, "degrees"),
    "delta_n": Range(0.0, 150.0, "N-units/km"),
    "surface_refractivity": Range(100.0, 500.0, "N-units"),
    "pressure_hpa": Range(300.0, 1_100.0, "hPa"),
    "temperature_c": Range(-60.0, 60.0, "degrees Celsius"),
}

VALIDITY: Mapping[str, Range] = {
    "distance_m": LIMITS["distance_m"],
    "frequency_mhz": LIMITS["frequency_mhz"],
    "time_percent": LIMITS["time_percent"],
}


@scalar
def predict(
    distance_km: Floats,
    terrain_m: Floats,
    surface_m: Floats,
    zone: Zones,
    frequency_ghz: float,
    tx_height_m: float,
    rx_height_m: float,
    vertical: bool,
    time_percent: float,
    tx_gain_dbi: float,
    rx_gain_dbi: float,
    latitude_deg: float,
    delta_n: float,
    surface_refractivity: float,
    coast_distance_tx_km: float,
    coast_distance_rx_km: float,
    pressure_hpa: float,
    temperature_c: float,
) -> Prediction:
    """Run the whole method over one path and keep every figure on the way.

    tx_height_m, rx_height_m: antennas above ground. vertical: polarization, else horizontal. time_percent 0.001 to 50.
    *_gain_dbi: towards the horizon along the path. latitude_deg: of the middle of the path. delta_n: refractivity lapse
    rate [N-units/km, positive]. surface_refractivity: N_0 at sea level [N-units]. pressure_hpa: of the dry air.
    """
    temperature_k = temperature_c + 273.15
    path_vapour_g_m3 = 7.5 + 2.5 * climate(distance_km, zone).sea_fraction  # (9a)
    scatter_vapour_g_m3 = 3.0  # section 4.3
    return clear_air(
        distance_km,
        terrain_m,
        surface_m,
        zone,
        frequency_ghz,
        tx_height_m,
        rx_height_m,
        vertical,
        time_percent,
        latitude_deg,
        delta_n,
        surface_refractivity,
        coast_distance_tx_km,
        coast_distance_rx_km,
        gas_db_per_km=specific_attenuation_db_km(frequency_ghz, pressure_hpa, path_vapour_g_m3, temperature_k),  # (9)
        scatter_gas_db_per_km=specific_attenuation_db_km(
            frequency_ghz, pressure_hpa, scatter_vapour_g_m3, temperature_k
        ),
        coupling_db=0.051 * math.exp(0.055 * (tx_gain_dbi + rx_gain_dbi)),  # (45b)
        scatter_constant_db=190.0,  # (45)
        scatter_time_db=10.1,
        weigh_terrain=True,
    )


@scalar
def transmission_losses(
    distance_km: Floats,
    terrain_m: Floats,
    surface_m: Floats,
    zone: Zones,
    frequency_ghz: Floats,
    tx_height_m: Floats,
    rx_height_m: Floats,
    vertical: NDArray[np.bool_],
    time_percent: Floats,
    tx_gain_dbi: Floats,
    rx_gain_dbi: Floats,
    latitude_deg: Floats,
    delta_n: Floats,
    surface_refractivity: Floats,
    coast_distance_tx_km: Floats,
    coast_distance_rx_km: Floats,
    pressure_hpa: Floats,
    temperature_c: Floats,
) -> Floats:
    """Return L_b [dB] of many paths: profiles (paths, points), everything else (paths,); arguments as in `predict`."""
    losses_db = np.empty(distance_km.shape[0])
    for i in range(losses_db.size):
        losses_db[i] = predict(
            distance_km[i],
            terrain_m[i],
            surface_m[i],
            zone[i],
            frequency_ghz[i],
            tx_height_m[i],
            rx_height_m[i],
            vertical[i],
            time_percent[i],
            tx_gain_dbi[i],
            rx_gain_dbi[i],
            latitude_deg[i],
            delta_n[i],
            surface_refractivity[i],
            coast_distance_tx_km[i],
            coast_distance_rx_km[i],
            pressure_hpa[i],
            temperature_c[i],
        ).loss_db
    return losses_db


def path_loss(
    *,
    distance_m: ArrayLike,
    terrain_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    clutter_m: ArrayLike | None = None,
    time_percent: ArrayLike = 50.0,
    polarization: ArrayLike = "vertical",
    zone: ArrayLike | None = None,
    coast_distance_tx_km: ArrayLike = 500.0,
    coast_distance_rx_km: ArrayLike = 500.0,
    latitude_deg: ArrayLike = 21.0,
    delta_n: ArrayLike = 45.0,
    surface_refractivity: ArrayLike = 325.0,
    pressure_hpa: ArrayLike = 1013.0,
    temperature_c: ArrayLike = 15.0,
    tx_gain_dbi: ArrayLike = 0.0,
    rx_gain_dbi: ArrayLike = 0.0,
) -> float | FloatArray:
    """Return the basic transmission loss L_b [dB] of Recommendation ITU-R P.452-18 in clear air.

    Profiles are arrays (points,), or (paths, points) for many paths; everything else is a number or an array (paths,),
    and one value serves all paths.

    Parameters
    ----------
    distance_m : distance of each profile point from the transmitter [m]; rises strictly from 0, at most 10 000 km.
    terrain_m : ground height [m above sea level].
    frequency_mhz : frequency [MHz], 100 to 50 000.
    tx_height_m, rx_height_m : antenna heights above ground [m], 0.1 to 10 000.
    clutter_m : clutter height above ground [m, >= 0]; None is bare ground. Closer than 50 m to a terminal it does not
        obstruct.
    time_percent : share of the time for which the loss is not exceeded [%], 0.001 to 50.
    polarization : "vertical" or "horizontal".
    zone : radio-climatic zone of each profile point: "sea", "coast" or "inland"; None is inland.
    coast_distance_tx_km, coast_distance_rx_km : distance over land from the terminal to the coast along the path [km].
    latitude_deg : latitude of the middle of the path [degrees].
    delta_n : fall of refractivity through the lowest kilometre [N-units/km].
    surface_refractivity : refractivity at sea level [N-units].
    pressure_hpa : pressure of the dry air [hPa], 300 to 1100.
    temperature_c : air temperature [degrees Celsius], -60 to 60.
    tx_gain_dbi, rx_gain_dbi : antenna gains towards the horizon along the path [dBi]; they do not lower the loss, but
        narrow beams couple worse to the scattering volume.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss p452", LIMITS)
    distance = arguments.distances("distance_m", distance_m)
    terrain = arguments.profile("terrain_m", terrain_m)
    clutter = arguments.profile("clutter_m", clutter_m) if clutter_m is not None else np.zeros(1)
    zones = arguments.choice("zone", zone, ZONES, along_profile=True) if zone is not None else np.array([INLAND])
    vertical = arguments.choice("polarization", polarization, POLARIZATIONS)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    time = arguments.number("time_percent", time_percent)
    tx_gain = arguments.number("tx_gain_dbi", tx_gain_dbi)
    rx_gain = arguments.number("rx_gain_dbi", rx_gain_dbi)
    coast_tx = arguments.number("coast_distance_tx_km", coast_distance_tx_km)
    coast_rx = arguments.number("coast_distance_rx_km", coast_distance_rx_km)
    latitude = arguments.number("latitude_deg", latitude_deg)
    lapse_rate = arguments.number("delta_n", delta_n)
    refractivity = arguments.number("surface_refractivity", surface_refractivity)
    pressure = arguments.number("pressure_hpa", pressure_hpa)
    temperature = arguments.number("temperature_c", temperature_c)
    shape = arguments.finish()

    to_end = distance[..., -1:] - distance
    counts = np.minimum(distance, to_end) >= NEAR_TERMINAL_M
    surface = terrain + np.where(counts, clutter, 0.0)
    losses_db = transmission_losses(
        shape.along(1e-3 * distance),
        shape.along(terrain),
        shape.along(surface),
        shape.along(zones),
        shape.each(1e-3 * frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(vertical.astype(np.bool_)),
        shape.each(time),
        shape.each(tx_gain),
        shape.each(rx_gain),
        shape.each(latitude),
        shape.each(lapse_rate),
        shape.each(refractivity),
        shape.each(coast_tx),
        shape.each(coast_rx),
        shape.each(pressure),
        shape.each(temperature),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="p452",
    title="Recommendation ITU-R P.452-18 (10/2023), clear air",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=True,
    knows_clutter=True,
)
