"""What Recommendation ITU-R P.1546-6 takes from the terrain profile: Annex 5, sections 3, 4.3, 8 and 11.

Profiles run from the transmitter: distance [km], ground [m above sea level], zone of each point.
"""

from __future__ import annotations

import math

from phusong.kernels._jit import scalar
from phusong.kernels.itu.p1812_path import Floats, Zones

ROUNDING_KM = 1e-9  # a point that lies on a bound is within it


@scalar
def effective_height_m(distance_km: Floats, terrain_m: Floats, tx_height_m: float) -> float:
    """Return h_eff, the height of the transmitter above the mean ground at 3 to 15 km from it.

    On a path of d < 15 km it is h_b, above the mean ground from 0.2 d to d. The mean runs from the first profile point
    within those bounds to the last; with fewer than two, from bound to bound.
    """
    n = distance_km.size - 1
    d = distance_km[n]
    low_km, high_km = (3.0, 15.0) if d >= 15.0 - ROUNDING_KM else (0.2 * d, d)  # (6), (7)
    first = 0
    while distance_km[first] < low_km - ROUNDING_KM:
        first += 1
    last = n
    while distance_km[last] > high_km + ROUNDING_KM:
        last -= 1
    if first < last:
        low_km, high_km = distance_km[first], distance_km[last]

    area = 0.0
    for i in range(max(first - 1, 0), min(last + 1, n)):
        start_km, end_km = max(distance_km[i], low_km), min(distance_km[i + 1], high_km)
        if start_km < end_km:
            slope = (terrain_m[i + 1] - terrain_m[i]) / (distance_km[i + 1] - distance_km[i])
            middle_m = terrain_m[i] + slope * (0.5 * (start_km + end_km) - distance_km[i])
            area += middle_m * (end_km - start_km)
    return float(terrain_m[0] + tx_height_m - area / (high_km - low_km))


@scalar
def tx_clearance_deg(distance_km: Floats, terrain_m: Floats, tx_height_m: float) -> float:
    """Return theta_eff1, the elevation of the ray from the transmitter that just clears the ground within 15 km.

    On a flat Earth, as the Recommendation has it (section 4.3 a). The nearest point counts at any distance.
    """
    antenna_m = terrain_m[0] + tx_height_m
    slope = (terrain_m[1] - antenna_m) / distance_km[1]
    i = 2
    while i < distance_km.size and distance_km[i] <= 15.0 + ROUNDING_KM:
        slope = max(slope, (terrain_m[i] - antenna_m) / distance_km[i])
        i += 1
    return math.degrees(math.atan(1e-3 * slope))


@scalar
def rx_clearance_deg(distance_km: Floats, terrain_m: Floats, rx_height_m: float) -> float:
    """Return theta_tca, the elevation of the ray from the receiver that just clears the ground within 16 km.

    On a flat Earth, as the Recommendation has it (section 11). The nearest point counts at any distance.
    """
    n = distance_km.size - 1
    d = distance_km[n]
    antenna_m = terrain_m[n] + rx_height_m
    slope = (terrain_m[n - 1] - antenna_m) / (d - distance_km[n - 1])
    i = n - 2
    while i >= 0 and d - distance_km[i] <= 16.0 + ROUNDING_KM:
        slope = max(slope, (terrain_m[i] - antenna_m) / (d - distance_km[i]))
        i -= 1
    return math.degrees(math.atan(1e-3 * slope))


@scalar
def sea_fraction(distance_km: Floats, zone: Zones) -> float:
    """Return the share of the path over sea or coastal land; each point stands for the path half-way to the next ones.

    zone: 0 is land.
    """
    n = distance_km.size - 1
    land_km = sea_km = 0.0
    for i in range(n):
        half_km = 0.5 * (distance_km[i + 1] - distance_km[i])
        for k in range(i, i + 2):
            if zone[k] == 0:
                land_km += half_km
            else:
                sea_km += half_km
    return sea_km / (land_km + sea_km)
