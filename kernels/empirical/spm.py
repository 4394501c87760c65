"""The Standard Propagation Model of planning tools: Hata with free coefficients, effective heights and diffraction.

L = K1 + K2 log d + K3 log h_T + K4 Diff + K5 log d log h_T + K6 h_R + K7 log h_R + K_clutter f(clutter), with d in m,
h_T the effective height of the transmitter, h_R the height of the receiver, Diff the diffraction loss of the terrain.
Source: Forsk, "Atoll SPM (Standard Propagation Model) calibration guide", January 2004, and the chapter on SPM of
Atoll's technical reference guide. Diff is here the delta-Bullington loss of Recommendation ITU-R P.526.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import FloatArray
from phusong.kernels.empirical.free_space import at_least_free_space
from phusong.kernels.itu.p526_delta_bullington import delta_bullington_loss
from phusong.kernels.itu.p1812_path import effective_radius_km, horizons, smooth_earth

# How the effective height of the transmitter is found.
GROUND, SPOT, ABSOLUTE_SPOT, AVERAGE_TERRAIN = range(4)

# Loss of each clutter class over the median city [dB]: the middle of the range that the calibration guide gives.
CLUTTER_OFFSETS_DB = {
    "dense_urban": 4.5,
    "woodland": 2.5,
    "urban": 0.0,
    "suburban": -4.0,
    "industrial": -4.0,
    "open_in_urban": -5.0,
    "open": -11.0,
    "water": -13.0,
}

K2, K3, K5 = 44.90, 5.83, -6.55  # Hata's, for a distance in m: K3 = -13.82 + 3 * 6.55


class SpmCoefficients(NamedTuple):
    """The coefficients of one calibration. Constants and slopes come in pairs, by nearness and line of sight."""

    near_m: float  # a receiver up to here is near
    k1_near: float  # in line of sight
    k2_near: float
    k1_near_nlos: float  # behind terrain
    k2_near_nlos: float
    k1: float  # beyond near_m, in line of sight
    k2: float
    k1_nlos: float
    k2_nlos: float
    k3: float
    k4: float
    k5: float
    k6: float
    k7: float


@scalar
def default_k1(frequency_mhz: float) -> float:
    """Return K1 [dB] that makes the model Hata's (to 1500 MHz) or COST 231-Hata's (to 2000 MHz).

    Beyond, 20 log f goes on, as in the tools' default tables (24.7 dB at 2300 MHz, 28.3 at 3500). -3 * 44.9 turns km
    into m.
    """
    if frequency_mhz <= 1500.0:
        return 69.55 + 26.16 * math.log10(frequency_mhz) - 3.0 * K2
    city_db = 46.3 + 33.9 * math.log10(min(frequency_mhz, 2000.0)) - 3.0 * K2
    return city_db + 20.0 * math.log10(max(frequency_mhz, 2000.0) / 2000.0)


@scalar
def default_coefficients(frequency_mhz: float) -> SpmCoefficients:
    """Return the coefficients before any calibration: Hata's, everywhere alike, and the whole diffraction loss."""
    k1 = default_k1(frequency_mhz)
    return SpmCoefficients(0.0, k1, K2, k1, K2, k1, K2, k1, K2, K3, 1.0, K5, 0.0, 0.0)


@scalar
def mean_terrain_m(distance_m: FloatArray, terrain_m: FloatArray, start_m: float, end_m: float) -> float:
    """Return the mean height [m] of a profile, straight between its points, from start_m to end_m (> start_m)."""
    area = 0.0
    for i in range(1, distance_m.size):
        low = max(distance_m[i - 1], start_m)
        high = min(distance_m[i], end_m)
        if high > low:
            slope = (terrain_m[i] - terrain_m[i - 1]) / (distance_m[i] - distance_m[i - 1])
            area += (high - low) * (terrain_m[i - 1] + slope * (0.5 * (low + high) - distance_m[i - 1]))
    return area / (end_m - start_m)


@scalar
def effective_height_m(
    distance_m: FloatArray,
    terrain_m: FloatArray,
    tx_height_m: float,
    method: int,
    average_from_m: float,
    average_to_m: float,
    least_m: float,
    most_m: float,
) -> float:
    """Return the effective height [m] of the transmitter over a profile by a method.

    GROUND: above its own ground, as it is. The others depend on the terrain and are kept between least_m and most_m.
    SPOT: above the receiver's ground where that is lower, else above its own. ABSOLUTE_SPOT: its height plus the
    difference of the two grounds, whichever is higher. AVERAGE_TERRAIN: above the mean terrain between two distances
    from it, 3 and 15 km in Recommendation ITU-R P.1546; on a path shorter than average_to_m both shrink with it, to
    0.2 d and d.
    """
    if method == GROUND:
        return tx_height_m
    fall_m = float(terrain_m[0] - terrain_m[-1])
    if method == SPOT:
        height_m = tx_height_m + max(fall_m, 0.0)
    elif method == ABSOLUTE_SPOT:
        height_m = tx_height_m + abs(fall_m)
    else:
        share = min(distance_m[-1] / average_to_m, 1.0)
        mean_m = mean_terrain_m(distance_m, terrain_m, share * average_from_m, share * average_to_m)
        height_m = tx_height_m + float(terrain_m[0]) - mean_m
    return min(max(height_m, least_m), most_m)


@scalar
def spm_loss(
    distance_m: float,
    diffraction_db: float,
    tx_effective_height_m: float,
    rx_height_m: float,
    coefficients: SpmCoefficients,
    clutter_offset_db: float,
    line_of_sight: bool,
    frequency_mhz: float,
) -> float:
    """Return the loss [dB] of a path; at least free space.

    distance_m > 0, heights [m, > 0]; clutter_offset_db: K_clutter f(clutter), the loss of the receiver's surroundings
    over the median city; frequency_mhz: for free space alone, the coefficients hold its part of the loss.
    """
    k = coefficients
    if distance_m <= k.near_m:
        k1, k2 = (k.k1_near, k.k2_near) if line_of_sight else (k.k1_near_nlos, k.k2_near_nlos)
    else:
        k1, k2 = (k.k1, k.k2) if line_of_sight else (k.k1_nlos, k.k2_nlos)
    log_d = math.log10(distance_m)
    log_h = math.log10(tx_effective_height_m)
    loss_db = (
        k1
        + k2 * log_d
        + k.k3 * log_h
        + k.k4 * diffraction_db
        + k.k5 * log_d * log_h
        + k.k6 * rx_height_m
        + k.k7 * math.log10(rx_height_m)
        + clutter_offset_db
    )
    return at_least_free_space(loss_db, distance_m, frequency_mhz)


@scalar
def profile_losses(
    distance_m: FloatArray,
    terrain_m: FloatArray,
    frequency_mhz: FloatArray,
    tx_height_m: FloatArray,
    rx_height_m: FloatArray,
    method: NDArray[np.int8],
    average_m: FloatArray,
    bounds_m: FloatArray,
    clutter_offset_db: FloatArray,
    delta_n: FloatArray,
    vertical: NDArray[np.bool_],
    coefficients: FloatArray,
) -> FloatArray:
    """Return `spm_loss` [dB] of many paths with their diffraction loss, effective heights and lines of sight.

    distance_m, terrain_m: (paths, points); average_m, bounds_m: (paths, 2), the distances of AVERAGE_TERRAIN and the
    bounds of the effective height; coefficients: (paths, 14), as SpmCoefficients orders them; the others (paths,).
    """
    loss_db = np.empty_like(frequency_mhz)
    for i in range(frequency_mhz.size):
        distance_km = 1e-3 * distance_m[i]
        terrain = terrain_m[i]
        tx_m = terrain[0] + tx_height_m[i]
        rx_m = terrain[-1] + rx_height_m[i]
        radius_km = effective_radius_km(delta_n[i])
        smooth = smooth_earth(distance_km, terrain, tx_m, rx_m)
        diffraction = delta_bullington_loss(
            distance_km,
            terrain,
            tx_m,
            rx_m,
            smooth.tx_diffraction_m,
            smooth.rx_diffraction_m,
            radius_km,
            1e-3 * frequency_mhz[i],
            0.0,  # all land
            vertical[i],
        )
        seen = horizons(distance_km, terrain, tx_m, rx_m, radius_km)
        effective_m = effective_height_m(
            distance_m[i],
            terrain,
            tx_height_m[i],
            method[i],
            average_m[i, 0],
            average_m[i, 1],
            bounds_m[i, 0],
            bounds_m[i, 1],
        )
        k = coefficients[i]
        loss_db[i] = spm_loss(
            distance_m[i, -1],
            diffraction.loss_db,
            effective_m,
            rx_height_m[i],
            SpmCoefficients(k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7], k[8], k[9], k[10], k[11], k[12], k[13]),
            clutter_offset_db[i],
            seen.line_of_sight,
            frequency_mhz[i],
        )
    return loss_db
