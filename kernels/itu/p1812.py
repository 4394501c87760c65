"""Recommendation ITU-R P.1812-8 (09/2025) for one path: the float64 definition that every faster form is held to.

A profile runs from the transmitter (point 0, distance 0) to the receiver (point n): distances [km] that rise strictly,
terrain heights [m above sea level], the surface that diffracts [m above sea level: terrain plus clutter, bare ground at
both ends] and radio-climatic zones. Equation numbers are those of the validation set of ITU-R Study Group 3; symbols of
the Recommendation stand in the comments.

What the Recommendation leaves open is settled so, here and in every faster form:

- A path of two points has no edge: the Bullington losses are 0 and diffraction is the spherical-Earth loss alone. Both
  horizons lie in the middle of the path.
- An edge exactly on the ray has nu = 0.
- Of horizon points equally high, the one nearest to its terminal counts; on a line-of-sight path the one nearest to the
  receiver.
- Distances below 0.25 km, outside the range of validity, are computed like any other; (69) keeps them at free space
  with multipath and focusing, or above.
- A terminal at sea has its coast distance set to 0; a receiver at sea has no location variability.

Outdoor terminals only: building entry loss (section 4.8) is Recommendation P.2109 and belongs to the link budget.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.itu.p526_delta_bullington import (
    bullington_loss,
    delta_bullington_loss,
    first_term_loss,
    knife_edge_loss,
    smooth_bullington_loss,
    spherical_diffraction_loss,
)
from phusong.kernels.itu.p1812_clear_air import Prediction, clear_air, standard_deviations
from phusong.kernels.itu.p1812_ducting import ducting_loss
from phusong.kernels.itu.p1812_path import (
    COASTAL,
    INLAND,
    SEA,
    Floats,
    Zones,
    beta0_percent,
    climate,
    effective_radius_beta0_km,
    effective_radius_km,
    horizons,
    smooth_earth,
    terrain_roughness_m,
)

__all__ = [
    "COASTAL",
    "INLAND",
    "SEA",
    "Prediction",
    "beta0_percent",
    "bullington_loss",
    "climate",
    "delta_bullington_loss",
    "ducting_loss",
    "effective_radius_beta0_km",
    "effective_radius_km",
    "first_term_loss",
    "horizons",
    "knife_edge_loss",
    "outdoor_location_sigma_db",
    "predict",
    "smooth_bullington_loss",
    "smooth_earth",
    "spherical_diffraction_loss",
    "standard_deviations",
    "terrain_roughness_m",
    "transmission_loss",
    "transmission_losses",
]


def outdoor_location_sigma_db(
    frequency_ghz: Floats, resolution_m: Floats, rx_height_m: Floats, clutter_height_m: Floats
) -> Floats:
    """Return sigma_L [dB], the spread of the loss among outdoor locations inside one square (section 4.7).

    resolution_m: width w_a of the square. The spread shrinks as the receiver rises above the clutter around it, to 0 at
    10 m above. Arrays that broadcast together.
    """
    height_factor = np.clip(1.0 - (rx_height_m - clutter_height_m) / 10.0, 0.0, 1.0)  # u(h)
    return (0.52 + 0.024 * frequency_ghz) * resolution_m**0.28 * height_factor


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
    location_percent: float,
    location_sigma_db: float,
    latitude_deg: float,
    delta_n: float,
    surface_refractivity: float,
    coast_distance_tx_km: float,
    coast_distance_rx_km: float,
) -> Prediction:
    """Run the whole method over one path and keep every figure on the way.

    tx_height_m, rx_height_m: antennas above ground. vertical: polarization, else horizontal. time_percent 1 to 50,
    location_percent 1 to 99. latitude_deg: of the middle of the path. delta_n: refractivity lapse rate [N-units/km,
    positive]. surface_refractivity: N_0 at sea level [N-units].
    """
    median = clear_air(
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
        gas_db_per_km=0.0,
        scatter_gas_db_per_km=0.0,
        coupling_db=0.0,
        scatter_constant_db=190.1,  # (44)
        scatter_time_db=10.125,
        weigh_terrain=False,
    )
    # Location variability (section 4.7), and never better than line of sight (section 4.9).
    location_db = 0.0
    if zone[-1] != SEA:
        location_db = -standard_deviations(location_percent / 100.0) * location_sigma_db
    loss_db = max(median.line_of_sight_p_db, median.median_location_db + location_db)  # (69)
    return Prediction(*median[:-1], loss_db)


@scalar
def transmission_loss(
    distance_km: Floats,
    terrain_m: Floats,
    surface_m: Floats,
    zone: Zones,
    frequency_ghz: float,
    tx_height_m: float,
    rx_height_m: float,
    vertical: bool,
    time_percent: float,
    location_percent: float,
    location_sigma_db: float,
    latitude_deg: float,
    delta_n: float,
    surface_refractivity: float,
    coast_distance_tx_km: float,
    coast_distance_rx_km: float,
) -> float:
    """Return L_b, the basic transmission loss [dB] of one path; arguments as in `predict`."""
    return predict(
        distance_km,
        terrain_m,
        surface_m,
        zone,
        frequency_ghz,
        tx_height_m,
        rx_height_m,
        vertical,
        time_percent,
        location_percent,
        location_sigma_db,
        latitude_deg,
        delta_n,
        surface_refractivity,
        coast_distance_tx_km,
        coast_distance_rx_km,
    ).loss_db


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
    location_percent: Floats,
    location_sigma_db: Floats,
    latitude_deg: Floats,
    delta_n: Floats,
    surface_refractivity: Floats,
    coast_distance_tx_km: Floats,
    coast_distance_rx_km: Floats,
) -> Floats:
    """Return L_b [dB] of many paths: profiles (paths, points), everything else (paths,); arguments as in `predict`."""
    losses_db = np.empty(distance_km.shape[0])
    for i in range(losses_db.size):
        losses_db[i] = transmission_loss(
            distance_km[i],
            terrain_m[i],
            surface_m[i],
            zone[i],
            frequency_ghz[i],
            tx_height_m[i],
            rx_height_m[i],
            vertical[i],
            time_percent[i],
            location_percent[i],
            location_sigma_db[i],
            latitude_deg[i],
            delta_n[i],
            surface_refractivity[i],
            coast_distance_tx_km[i],
            coast_distance_rx_km[i],
        )
    return losses_db
