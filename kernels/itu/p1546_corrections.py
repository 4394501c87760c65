"""Corrections to the field strength: Recommendation ITU-R P.1546-6, Annex 5, sections 9 to 15.

Heights in m, distances in km, frequencies in MHz, angles in degrees, corrections in dB to be added to the field
strength.
"""

from __future__ import annotations

import math

from phusong.kernels._jit import scalar
from phusong.kernels.itu.p1546_curves import clear_distance_km
from phusong.kernels.itu.p1812_diffraction import knife_edge_loss

RURAL, SUBURBAN, URBAN, DENSE_URBAN, AT_SEA = 0, 1, 2, 3, 4
SHORTEST_KM = 0.001  # antennas nearer to one another count as 1 m apart
STREET_KM = 0.04  # up to here a path is free of obstacles (section 15)


@scalar
def _clutter_nu(frequency_mhz: float, height_m: float) -> float:
    """Return nu for clutter that rises by a height [m, >= 0] above the antenna, 27 m away."""
    angle_deg = math.degrees(math.atan(height_m / 27.0))  # (28e)
    return 0.0108 * math.sqrt(frequency_mhz) * math.sqrt(height_m * angle_deg)  # (28c), (28f)


@scalar
def ray_clutter_m(environment: int, rx_clutter_m: float, h1_m: float, distance_km: float) -> float:
    """Return R2' [m, >= 1], the clutter height at the receiver allowing for the elevation of the arriving ray.

    environment: RURAL, SUBURBAN, URBAN, DENSE_URBAN or AT_SEA; in the open it is 10 m.
    """
    if environment in (RURAL, AT_SEA):
        return 10.0
    return max((1000.0 * distance_km * rx_clutter_m - 15.0 * h1_m) / (1000.0 * distance_km - 15.0), 1.0)  # (27)


@scalar
def rx_height_correction(
    environment: int, ray_clutter: float, rx_height_m: float, h1_m: float, distance_km: float, frequency_mhz: float
) -> float:
    """Return the correction for a receiving antenna that is not at the height of the clutter, R2' (section 9)."""
    h2, d = rx_height_m, distance_km
    gain = 3.2 + 6.2 * math.log10(frequency_mhz)  # (28g), K_h2
    over_clutter = gain * math.log10(h2 / ray_clutter)  # (28b)
    if environment == RURAL:
        return over_clutter
    if environment == AT_SEA:
        clear10_km = clear_distance_km(frequency_mhz, h1_m, 10.0)
        if h2 >= 10.0 or d >= clear10_km:
            return over_clutter
        clear_km = clear_distance_km(frequency_mhz, h1_m, h2)
        if d <= clear_km:
            return 0.0
        return over_clutter * math.log(d / clear_km) / math.log(clear10_km / clear_km)  # (29)
    correction = over_clutter
    if h2 < ray_clutter:
        correction = 6.03 - knife_edge_loss(_clutter_nu(frequency_mhz, ray_clutter - h2))  # (28a)
    if ray_clutter < 10.0:
        correction -= gain * math.log10(10.0 / ray_clutter)
    return correction


@scalar
def tx_clutter_correction(frequency_mhz: float, tx_height_m: float, tx_clutter_m: float) -> float:
    """Return the correction [<= 0] for clutter around the transmitter, even if lower than the antenna (section 10).

    tx_clutter_m: R1; 0 is an open site, without correction.
    """
    if tx_clutter_m <= 0.0:
        return 0.0
    nu = math.copysign(_clutter_nu(frequency_mhz, abs(tx_height_m - tx_clutter_m)), tx_clutter_m - tx_height_m)
    return -knife_edge_loss(nu)  # (30)


@scalar
def clearance_correction(frequency_mhz: float, clearance_deg: float) -> float:
    """Return the correction [<= 0.1] for the terrain clearance angle at the receiver (section 11)."""
    angle_deg = min(max(clearance_deg, 0.55), 40.0)
    root = math.sqrt(frequency_mhz)
    return knife_edge_loss(0.036 * root) - knife_edge_loss(0.065 * angle_deg * root)  # (32)


@scalar
def scatter_field(distance_km: float, frequency_mhz: float, time_percent: float, angle_deg: float) -> float:
    """Return E_ts [dB(uV/m)], the field strength by tropospheric scatter (section 13).

    angle_deg: the scatter angle theta_s of `scatter_angle_deg`. The surface refractivity is the Recommendation's 325.
    """
    log_f = math.log10(frequency_mhz)
    frequency_db = 5.0 * log_f - 2.5 * (log_f - 3.3) ** 2  # (36a), L_f
    time_db = 10.1 * math.pow(max(-math.log10(0.02 * time_percent), 0.0), 0.7)  # (36b), G_t
    return 24.4 - 20.0 * math.log10(distance_km) - 10.0 * angle_deg - frequency_db + 0.15 * 325.0 + time_db  # (36)


@scalar
def scatter_angle_deg(distance_km: float, tx_clearance_deg: float, rx_clearance_deg: float) -> float:
    """Return theta_s [degrees, >= 0], with an effective Earth radius of 4/3 of 6370 km."""
    return max(math.degrees(distance_km * 3.0 / (4.0 * 6370.0)) + tx_clearance_deg + rx_clearance_deg, 0.0)  # (35)


@scalar
def slope_km(distance_km: float, difference_m: float) -> float:
    """Return the distance between the antennas, whose heights above sea level differ by so much; 1 m at least."""
    return max(math.hypot(distance_km, 1e-3 * difference_m), SHORTEST_KM)  # (37a), (37b)


@scalar
def short_path_field(distance_km: float, difference_m: float, at_1km: float) -> float:
    """Return the field strength [dB(uV/m)] of a path below 1 km from that at 1 km (section 15)."""
    d_slope = slope_km(distance_km, difference_m)
    if distance_km <= STREET_KM:
        return 106.9 - 20.0 * math.log10(d_slope)  # (38a)
    near_slope, far_slope = slope_km(STREET_KM, difference_m), slope_km(1.0, difference_m)
    near = 106.9 - 20.0 * math.log10(near_slope)
    return near + (at_1km - near) * math.log(d_slope / near_slope) / math.log(far_slope / near_slope)  # (38b)
