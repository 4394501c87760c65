"""Path profile analysis of Recommendation ITU-R P.1812: radio climate, effective Earth, horizons, smooth surface.

Sections 3.3 to 3.8 and Attachment 1. Distances in km, heights in m above mean sea level unless said otherwise, angles
in mrad. A profile holds n + 1 >= 2 points; distance_km[0] is 0 and distances rise strictly.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phusong.kernels._jit import scalar

EARTH_RADIUS_KM = 6371.0

# Radio-climatic zones (section 3.3), ordered from sea to inland: land is whatever is not below COASTAL.
SEA = 1
COASTAL = 3
INLAND = 4

Floats = NDArray[np.float64]
Zones = NDArray[np.int8]


class Climate(NamedTuple):
    """What the radio-climatic zones along a path come to (section 3.6, Table 5)."""

    sea_fraction: float  # omega, 0 to 1
    longest_land_km: float  # dtm, coastal or inland
    longest_inland_km: float  # dlm


class Horizons(NamedTuple):
    """Where the terminals see their horizons (Attachment 1, sections 4 and 5); clutter does not count here."""

    line_of_sight: bool
    tx_horizon_km: float  # dlt, from the transmitter
    rx_horizon_km: float  # dlr, from the receiver
    tx_elevation_mrad: float  # theta_t
    rx_elevation_mrad: float  # theta_r
    path_angle_mrad: float  # theta
    first_index: int  # profile points between which the terrain roughness is taken
    last_index: int


class SmoothEarth(NamedTuple):
    """Smooth-Earth surface and effective heights (Attachment 1, section 5.6)."""

    tx_fitted_m: float  # hst, hsr: the least-squares line at the terminals
    rx_fitted_m: float
    tx_diffraction_m: float  # hstd, hsrd: the surface that the diffraction model uses
    rx_diffraction_m: float
    tx_ducting_m: float  # hst, hsr as the ducting model uses them: the line, not above the ground
    rx_ducting_m: float


@scalar
def effective_radius_km(delta_n: float) -> float:
    """Return the median effective Earth radius a_e [km] for a refractivity lapse rate [N-units/km, > 0, < 157]."""
    return EARTH_RADIUS_KM * 157.0 / (157.0 - delta_n)  # (6), (7a)


@scalar
def effective_radius_beta0_km() -> float:
    """Return the effective Earth radius a_beta [km] exceeded for beta_0 of the time."""
    return EARTH_RADIUS_KM * 3.0  # (7b)


@scalar
def _section_start_km(distance_km: Floats, i: int) -> float:
    """Return where the stretch of path that profile point i stands for begins: half-way from the point before."""
    return 0.5 * float(distance_km[max(i - 1, 0)] + distance_km[i])


@scalar
def _section_end_km(distance_km: Floats, i: int) -> float:
    """Return where the stretch of path that profile point i stands for ends: half-way to the point after."""
    return 0.5 * float(distance_km[i] + distance_km[min(i + 1, distance_km.size - 1)])


@scalar
def _longest_section_km(distance_km: Floats, zone: Zones, lowest_zone: int) -> float:
    """Return the length of the longest continuous section of the path whose zones are lowest_zone or above."""
    longest = 0.0
    start = -1.0
    for i in range(distance_km.size):
        if zone[i] < lowest_zone:
            start = -1.0
            continue
        if start < 0.0:
            start = _section_start_km(distance_km, i)
        longest = max(longest, _section_end_km(distance_km, i) - start)
    return longest


@scalar
def climate(distance_km: Floats, zone: Zones) -> Climate:
    """Return the sea fraction and the longest land and inland sections of a path."""
    sea_km = 0.0
    for i in range(distance_km.size):
        if zone[i] == SEA:
            sea_km += _section_end_km(distance_km, i) - _section_start_km(distance_km, i)
    return Climate(
        sea_fraction=sea_km / distance_km[-1],
        longest_land_km=_longest_section_km(distance_km, zone, COASTAL),
        longest_inland_km=_longest_section_km(distance_km, zone, INLAND),
    )


@scalar
def inland_factor(longest_inland_km: float) -> float:
    """Return tau, which grows from 0 to 1 with the longest inland section."""
    return 1.0 - math.exp(-4.12e-4 * math.pow(longest_inland_km, 2.41))  # (3)


@scalar
def beta0_percent(latitude_deg: float, longest_land_km: float, longest_inland_km: float) -> float:
    """Return beta_0 [% of time]: how often refractivity falls by more than 100 N-units/km in the lowest 100 m.

    latitude_deg is of the middle of the path; the result lies between 0 and 47.
    """
    tau = inland_factor(longest_inland_km)
    short_land = math.pow(10.0, -longest_land_km / (16.0 - 6.6 * tau))
    inland = math.pow(10.0, -5.0 * (0.496 + 0.354 * tau))
    mu1 = min(math.pow(short_land + inland, 0.2), 1.0)  # (2)
    latitude = abs(latitude_deg)
    if latitude <= 70.0:
        mu4 = math.pow(mu1, -0.935 + 0.0176 * latitude)  # (4)
        return math.pow(10.0, -0.015 * latitude + 1.67) * mu1 * mu4  # (5)
    mu4 = math.pow(mu1, 0.3)  # (4)
    return 4.17 * mu1 * mu4  # (5)


@scalar
def _elevation_slope(from_m: float, to_m: float, distance_km: float, radius_km: float) -> float:
    """Return the tangent of the elevation angle at which a point is seen over an Earth of an effective radius."""
    return (to_m - from_m) / (1e3 * distance_km) - distance_km / (2.0 * radius_km)


@scalar
def _horizon_index(distance_km: Floats, terrain_m: Floats, antenna_m: float, from_km: float, radius_km: float) -> int:
    """Return the intermediate point seen highest from an antenna at from_km, of equals the nearest; 0 for none."""
    n = distance_km.size - 1
    highest = -math.inf
    index = 0
    for k in range(1, n):
        i = k if from_km == 0.0 else n - k  # outwards from the antenna
        slope = _elevation_slope(antenna_m, terrain_m[i], abs(distance_km[i] - from_km), radius_km)  # (75), (80)
        if slope > highest:
            highest = slope
            index = i
    return index


@scalar
def _nearest_to_blocking(distance_km: Floats, terrain_m: Floats, tx_m: float, rx_m: float, radius_km: float) -> int:
    """Return the intermediate point with the highest diffraction parameter, of equals the last; 0 for none."""
    n = distance_km.size - 1
    d = distance_km[n]
    highest = -math.inf  # nu up to the factor sqrt(0.002 d / wavelength), which is the same at every point
    index = 0
    for i in range(1, n):
        di = distance_km[i]
        ray_m = (tx_m * (d - di) + rx_m * di) / d
        nu = (terrain_m[i] + 500.0 / radius_km * di * (d - di) - ray_m) / math.sqrt(di * (d - di))
        if nu >= highest:
            highest = nu
            index = i
    return index


@scalar
def horizons(distance_km: Floats, terrain_m: Floats, tx_m: float, rx_m: float, radius_km: float) -> Horizons:
    """Find the horizons of both terminals at heights tx_m and rx_m above sea level, over the median effective Earth.

    On a line-of-sight path the point nearest to blocking stands for both horizons; without intermediate points, the
    middle of the path.
    """
    d = distance_km[-1]
    tx_slope = _elevation_slope(tx_m, rx_m, d, radius_km)  # (76)
    rx_slope = _elevation_slope(rx_m, tx_m, d, radius_km)  # (79)
    first = _horizon_index(distance_km, terrain_m, tx_m, 0.0, radius_km)
    highest = -math.inf
    if first > 0:
        highest = _elevation_slope(tx_m, terrain_m[first], distance_km[first], radius_km)  # (74)
    line_of_sight = highest <= tx_slope
    if line_of_sight:
        first = last = _nearest_to_blocking(distance_km, terrain_m, tx_m, rx_m, radius_km)
    else:
        last = _horizon_index(distance_km, terrain_m, rx_m, d, radius_km)
        tx_slope = highest  # (77)
        rx_slope = _elevation_slope(rx_m, terrain_m[last], d - distance_km[last], radius_km)
    tx_angle = 1e3 * math.atan(tx_slope)
    rx_angle = 1e3 * math.atan(rx_slope)
    return Horizons(
        line_of_sight=line_of_sight,
        tx_horizon_km=distance_km[first] if first > 0 else 0.5 * d,  # (78)
        rx_horizon_km=d - distance_km[last] if last > 0 else 0.5 * d,  # (81), (81a)
        tx_elevation_mrad=tx_angle,
        rx_elevation_mrad=rx_angle,
        path_angle_mrad=1e3 * d / radius_km + tx_angle + rx_angle,  # (82)
        first_index=first,
        last_index=last,
    )


@scalar
def smooth_earth(distance_km: Floats, terrain_m: Floats, tx_m: float, rx_m: float) -> SmoothEarth:
    """Fit the smooth-Earth surface to the terrain and lower it where the terrain or an obstruction asks for it.

    tx_m, rx_m: antenna heights above sea level. Clutter does not count here.
    """
    n = distance_km.size - 1
    d = distance_km[n]
    v1 = 0.0
    v2 = 0.0
    for i in range(1, n + 1):
        near, far = distance_km[i - 1], distance_km[i]
        v1 += (far - near) * (terrain_m[i] + terrain_m[i - 1])  # (83)
        v2 += (far - near) * (terrain_m[i] * (2.0 * far + near) + terrain_m[i - 1] * (far + 2.0 * near))  # (84)
    tx_fitted = (2.0 * v1 * d - v2) / d**2  # (85)
    rx_fitted = (v2 - v1 * d) / d**2  # (86)

    obstruction = -math.inf
    tx_slope = -math.inf
    rx_slope = -math.inf
    for i in range(1, n):
        di = distance_km[i]
        above_ray = terrain_m[i] - (tx_m * (d - di) + rx_m * di) / d  # (87d)
        obstruction = max(obstruction, above_ray)  # (87a)
        tx_slope = max(tx_slope, above_ray / di)  # (87b)
        rx_slope = max(rx_slope, above_ray / (d - di))  # (87c)
    tx_provisional = tx_fitted  # (88a)
    rx_provisional = rx_fitted  # (88b)
    if obstruction > 0.0:
        tx_provisional -= obstruction * tx_slope / (tx_slope + rx_slope)  # (88c), (88e)
        rx_provisional -= obstruction * rx_slope / (tx_slope + rx_slope)  # (88d), (88f)
    return SmoothEarth(
        tx_fitted_m=tx_fitted,
        rx_fitted_m=rx_fitted,
        tx_diffraction_m=min(tx_provisional, terrain_m[0]),  # (89a), (89b)
        rx_diffraction_m=min(rx_provisional, terrain_m[n]),  # (89c), (89d)
        tx_ducting_m=min(tx_fitted, terrain_m[0]),  # (90a)
        rx_ducting_m=min(rx_fitted, terrain_m[n]),  # (90b)
    )


@scalar
def terrain_roughness_m(distance_km: Floats, terrain_m: Floats, smooth: SmoothEarth, seen: Horizons) -> float:
    """Return hm, the highest that the terrain stands above the smooth surface between the horizons."""
    slope = (smooth.rx_ducting_m - smooth.tx_ducting_m) / distance_km[-1]  # (91)
    roughness = -math.inf
    for i in range(seen.first_index, seen.last_index + 1):
        roughness = max(roughness, terrain_m[i] - (smooth.tx_ducting_m + slope * distance_km[i]))  # (93)
    return roughness
