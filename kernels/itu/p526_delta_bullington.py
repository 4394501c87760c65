"""Delta-Bullington: diffraction over any profile, by Recommendation ITU-R P.526 (sections 3.2, 4.1 and 4.5).

P.1812 (section 4.3 and Attachment 4) and P.452 (section 4.2) use the same method. Equation and section numbers are
those of P.1812, which writes it out for a mixture of land and sea. Losses are in dB, distances in km, heights in m
above sea level, effective heights in m above the smooth-Earth surface.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from phusong.kernels._jit import scalar
from phusong.kernels.itu.p1812_path import Floats

LAND_PERMITTIVITY, LAND_CONDUCTIVITY = 22.0, 0.003  # relative; S/m (section 4.3.3)
SEA_PERMITTIVITY, SEA_CONDUCTIVITY = 80.0, 5.0


class DeltaBullington(NamedTuple):
    """Diffraction loss for one effective Earth radius, and its three parts [dB]."""

    loss_db: float
    actual_db: float  # L_bulla: Bullington over the profile
    smooth_db: float  # L_bulls: Bullington over the smooth Earth
    spherical_db: float  # L_dsph


class SmoothClearance(NamedTuple):
    """Where a ray comes closest to the smooth Earth."""

    clearance_m: float  # h_se
    from_tx_km: float  # d_se1
    from_rx_km: float  # d_se2


@scalar
def wavelength_m(frequency_ghz: float) -> float:
    """Return the wavelength [m], with the speed of light as the ITU-R propagation models round it."""
    return 0.2998 / frequency_ghz


@scalar
def knife_edge_loss(nu: float) -> float:
    """Return J(nu), the loss [dB] of a single knife edge; zero up to nu = -0.78, minus infinity included."""
    if nu <= -0.78:
        return 0.0
    return 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)  # (12)


@scalar
def _bullington_loss_from_edge(nu: float, distance_km: float) -> float:
    edge_db = knife_edge_loss(nu)  # (16), (20)
    return edge_db + (1.0 - math.exp(-edge_db / 6.0)) * (10.0 + 0.02 * distance_km)  # (21)


@scalar
def bullington_loss(
    distance_km: Floats, surface_m: Floats, tx_m: float, rx_m: float, radius_km: float, frequency_ghz: float
) -> float:
    """Return the Bullington part of the diffraction loss [dB] (section 4.3.1).

    surface_m holds terrain plus clutter; only its intermediate points count. Without any there is no edge and no loss.
    """
    n = distance_km.size - 1
    d = distance_km[n]
    bulge = 500.0 / radius_km
    tx_slope = -math.inf  # S_tim [m/km]
    for i in range(1, n):
        di = distance_km[i]
        tx_slope = max(tx_slope, (surface_m[i] + bulge * di * (d - di) - tx_m) / di)  # (13)
    direct_slope = (rx_m - tx_m) / d  # (14)
    fresnel = 0.002 * d / wavelength_m(frequency_ghz)

    if tx_slope < direct_slope:  # line of sight
        nu = -math.inf
        for i in range(1, n):
            di = distance_km[i]
            ray_m = (tx_m * (d - di) + rx_m * di) / d
            above_ray_m = surface_m[i] + bulge * di * (d - di) - ray_m
            nu = max(nu, above_ray_m * math.sqrt(fresnel / (di * (d - di))))  # (15)
        return _bullington_loss_from_edge(nu, d)

    rx_slope = -math.inf  # S_rim [m/km]
    for i in range(1, n):
        di = distance_km[i]
        rx_slope = max(rx_slope, (surface_m[i] + bulge * di * (d - di) - rx_m) / (d - di))  # (17)
    # (18) put into (19): the distance of the Bullington point cancels. So written, an edge exactly on the ray has
    # nu = 0 and not 0 / 0, and both factors are positive but for rounding.
    nu = math.sqrt(max(fresnel * (tx_slope - direct_slope) * (rx_slope + direct_slope), 0.0))
    return _bullington_loss_from_edge(nu, d)


@scalar
def marginal_distance_km(tx_height_m: float, rx_height_m: float, radius_km: float) -> float:
    """Return the longest line-of-sight distance over a smooth Earth."""
    return math.sqrt(2.0 * radius_km) * (math.sqrt(0.001 * tx_height_m) + math.sqrt(0.001 * rx_height_m))  # (22)


@scalar
def smooth_clearance(distance_km: float, tx_height_m: float, rx_height_m: float, radius_km: float) -> SmoothClearance:
    """Return the smallest clearance of a line-of-sight ray over the smooth Earth, and where it is."""
    heights_m = tx_height_m + rx_height_m
    c = (tx_height_m - rx_height_m) / heights_m  # (24d)
    m = 250.0 * distance_km**2 / (radius_km * heights_m)  # (24e)
    angle = math.acos(1.5 * c * math.sqrt(3.0 * m / (m + 1.0) ** 3)) / 3.0
    b = 2.0 * math.sqrt((m + 1.0) / (3.0 * m)) * math.cos(math.pi / 3.0 + angle)  # (24c)
    from_tx_km = 0.5 * distance_km * (1.0 + b)  # (24a)
    from_rx_km = distance_km - from_tx_km  # (24b)
    tx_side = (tx_height_m - 500.0 * from_tx_km**2 / radius_km) * from_rx_km
    rx_side = (rx_height_m - 500.0 * from_rx_km**2 / radius_km) * from_tx_km
    return SmoothClearance((tx_side + rx_side) / distance_km, from_tx_km, from_rx_km)  # (23)


@scalar
def _height_gain(normalized_height: float, admittance: float) -> float:
    if normalized_height > 2.0:
        excess = normalized_height - 1.1
        gain_db = 17.6 * math.sqrt(excess) - 5.0 * math.log10(excess) - 8.0  # (34)
    else:
        gain_db = 20.0 * math.log10(normalized_height + 0.1 * normalized_height**3)  # (34)
    return max(gain_db, 2.0 + 20.0 * math.log10(admittance))


@scalar
def _first_term_over_ground(
    distance_km: float,
    tx_height_m: float,
    rx_height_m: float,
    radius_km: float,
    frequency_ghz: float,
    vertical: bool,
    permittivity: float,
    conductivity: float,
) -> float:
    f = frequency_ghz
    loss_tangent = 18.0 * conductivity / f
    admittance = (
        0.036 * math.pow(radius_km * f, -1.0 / 3.0) * math.pow((permittivity - 1.0) ** 2 + loss_tangent**2, -0.25)
    )  # (29a)
    if vertical:
        admittance *= math.sqrt(permittivity**2 + loss_tangent**2)  # (29b)
    k2 = admittance**2
    beta = (1.0 + 1.6 * k2 + 0.67 * k2**2) / (1.0 + 4.5 * k2 + 1.53 * k2**2)  # (30)
    x = 21.88 * beta * math.pow(f / radius_km**2, 1.0 / 3.0) * distance_km  # (31)
    height_scale = 0.9575 * beta * math.pow(f**2 / radius_km, 1.0 / 3.0)  # (32)
    far_db = 11.0 + 10.0 * math.log10(x) - 17.6 * x
    near_db = -20.0 * math.log10(x) - 5.6488 * math.pow(x, 1.425)
    distance_db = far_db if x >= 1.6 else near_db  # (33)
    tx_gain_db = _height_gain(beta * height_scale * tx_height_m, admittance)  # (35)
    rx_gain_db = _height_gain(beta * height_scale * rx_height_m, admittance)
    return -distance_db - tx_gain_db - rx_gain_db  # (36)


@scalar
def first_term_loss(
    distance_km: float,
    tx_height_m: float,
    rx_height_m: float,
    radius_km: float,
    frequency_ghz: float,
    sea_fraction: float,
    vertical: bool,
) -> float:
    """Return the first term of the spherical-Earth diffraction loss [dB] (section 4.3.3); it may be negative."""
    land_db = _first_term_over_ground(
        distance_km, tx_height_m, rx_height_m, radius_km, frequency_ghz, vertical, LAND_PERMITTIVITY, LAND_CONDUCTIVITY
    )
    sea_db = _first_term_over_ground(
        distance_km, tx_height_m, rx_height_m, radius_km, frequency_ghz, vertical, SEA_PERMITTIVITY, SEA_CONDUCTIVITY
    )
    return sea_fraction * sea_db + (1.0 - sea_fraction) * land_db  # (28)


@scalar
def spherical_diffraction_loss(
    distance_km: float,
    tx_height_m: float,
    rx_height_m: float,
    radius_km: float,
    frequency_ghz: float,
    sea_fraction: float,
    vertical: bool,
) -> float:
    """Return the spherical-Earth diffraction loss [dB] (section 4.3.2).

    tx_height_m, rx_height_m: effective heights above the smooth-Earth surface [m, > 0].
    """
    if distance_km >= marginal_distance_km(tx_height_m, rx_height_m, radius_km):
        return first_term_loss(distance_km, tx_height_m, rx_height_m, radius_km, frequency_ghz, sea_fraction, vertical)
    closest = smooth_clearance(distance_km, tx_height_m, rx_height_m, radius_km)
    wavelength = wavelength_m(frequency_ghz)
    required_m = 17.456 * math.sqrt(closest.from_tx_km * closest.from_rx_km * wavelength / distance_km)  # (25)
    if closest.clearance_m > required_m:
        return 0.0
    marginal_radius_km = 500.0 * (distance_km / (math.sqrt(tx_height_m) + math.sqrt(rx_height_m))) ** 2  # (26)
    first_term_db = first_term_loss(
        distance_km, tx_height_m, rx_height_m, marginal_radius_km, frequency_ghz, sea_fraction, vertical
    )
    return (1.0 - closest.clearance_m / required_m) * max(first_term_db, 0.0)  # (27)


@scalar
def delta_bullington_loss(
    distance_km: Floats,
    surface_m: Floats,
    tx_m: float,
    rx_m: float,
    tx_smooth_m: float,
    rx_smooth_m: float,
    radius_km: float,
    frequency_ghz: float,
    sea_fraction: float,
    vertical: bool,
) -> DeltaBullington:
    """Return the diffraction loss over a profile for one effective Earth radius (section 4.3.4).

    surface_m: terrain plus clutter; tx_m, rx_m: antenna heights above sea level; tx_smooth_m, rx_smooth_m: the
    smooth-Earth surface at the terminals (hstd, hsrd).
    """
    tx_height_m = tx_m - tx_smooth_m  # (37a), (38a)
    rx_height_m = rx_m - rx_smooth_m  # (37b), (38b)
    flat_m = np.zeros_like(surface_m)
    actual_db = bullington_loss(distance_km, surface_m, tx_m, rx_m, radius_km, frequency_ghz)
    smooth_db = bullington_loss(distance_km, flat_m, tx_height_m, rx_height_m, radius_km, frequency_ghz)
    spherical_db = spherical_diffraction_loss(
        distance_km[-1], tx_height_m, rx_height_m, radius_km, frequency_ghz, sea_fraction, vertical
    )
    loss_db = actual_db + max(spherical_db - smooth_db, 0.0)  # (39)
    return DeltaBullington(loss_db, actual_db, smooth_db, spherical_db)


@scalar
def smooth_bullington_loss(
    distance_km: float, tx_height_m: float, rx_height_m: float, radius_km: float, frequency_ghz: float
) -> float:
    """Return the Bullington loss [dB] over a smooth Earth without its profile (Attachment 4).

    It is what bullington_loss tends to on a flat profile as the points become dense: an alternative to section 4.3.1.
    """
    d = distance_km
    fresnel = 0.002 * d / wavelength_m(frequency_ghz)
    if d < marginal_distance_km(tx_height_m, rx_height_m, radius_km):
        closest = smooth_clearance(d, tx_height_m, rx_height_m, radius_km)
        nu = -closest.clearance_m * math.sqrt(fresnel / (closest.from_tx_km * closest.from_rx_km))
        return _bullington_loss_from_edge(nu, d)
    bulge = 500.0 / radius_km
    tx_slope = bulge * d - 2.0 * math.sqrt(bulge * tx_height_m)
    rx_slope = bulge * d - 2.0 * math.sqrt(bulge * rx_height_m)
    direct_slope = (rx_height_m - tx_height_m) / d
    nu = math.sqrt(max(fresnel * (tx_slope - direct_slope) * (rx_slope + direct_slope), 0.0))
    return _bullington_loss_from_edge(nu, d)
