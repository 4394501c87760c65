"""Recommendation ITU-R P.526-15 (10/2019) as a propagation model: free space and diffraction over a terrain profile.

Three methods: delta-Bullington and its Bullington part (section 4.5), and the cascaded knife edge method (section
4.4.2), which is Deygout's construction limited to three edges. Knife edge, Bullington and spherical Earth are in
``p526_delta_bullington``, which P.1812 and P.452 share. The median effective Earth radius holds.

What the Recommendation leaves open is settled so:

- The profile that diffracts is terrain plus clutter, bare ground at both ends; the smooth Earth is fitted to terrain.
- A profile of two points has no edge: Bullington and Deygout give free space, delta-Bullington the spherical Earth.
- Of edges equally high, the one nearest to the transmitter is the principal one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import POLARIZATIONS, Arguments, FloatArray, Range, covered
from phusong.kernels.itu.p525 import free_space_loss
from phusong.kernels.itu.p526_delta_bullington import (
    bullington_loss,
    delta_bullington_loss,
    knife_edge_loss,
    wavelength_m,
)
from phusong.kernels.itu.p1812_path import Floats, effective_radius_km, smooth_earth
from phusong.kernels.models import Model

DELTA_BULLINGTON = 0
BULLINGTON = 1
DEYGOUT = 2
METHODS = {"delta-bullington": DELTA_BULLINGTON, "bullington": BULLINGTON, "deygout": DEYGOUT}

# The spherical Earth of section 3.2 holds from 10 MHz on; above 100 GHz nothing but line of sight is left. A lapse rate
# of 157 makes the Earth flat.
LIMITS: Mapping[str, Range] = {
    "distance_m": Range(0.0, 3e6, "m"),
    "terrain_m": Range(-11_000.0, 9_000.0, "m above sea level"),
    "clutter_m": Range(0.0, 1_000.0, "m above ground"),
    "frequency_mhz": Range(10.0, 100_000.0, "MHz"),
    "tx_height_m": Range(0.1, 20_000.0, "m above ground"),
    "rx_height_m": Range(0.1, 20_000.0, "m above ground"),
    "sea_fraction": Range(0.0, 1.0, ""),
    "delta_n": Range(0.0, 150.0, "N-units/km"),
}

VALIDITY: Mapping[str, Range] = {"frequency_mhz": LIMITS["frequency_mhz"]}  # the Recommendation limits nothing else


class Edge(NamedTuple):
    """The point of a section of the profile with the highest diffraction parameter."""

    point: int  # the section's first point if it has no intermediate one
    nu: float  # minus infinity then


@scalar
def highest_edge(
    distance_km: Floats, height_m: Floats, first: int, last: int, radius_km: float, frequency_ghz: float
) -> Edge:
    """Return the edge between two points of a profile that obstructs most (section 4.4.2); of equals the first.

    height_m: of the edges [m above sea level], and of the antennas at the terminals.
    """
    length_km = distance_km[last] - distance_km[first]
    point = first
    highest = -math.inf
    for i in range(first + 1, last):
        from_first_km = distance_km[i] - distance_km[first]
        to_last_km = distance_km[last] - distance_km[i]
        bulge_m = 500.0 / radius_km * from_first_km * to_last_km
        ray_m = (height_m[first] * to_last_km + height_m[last] * from_first_km) / length_km
        above_ray_m = height_m[i] + bulge_m - ray_m  # h
        nu = above_ray_m * math.sqrt(0.002 * length_km / (wavelength_m(frequency_ghz) * from_first_km * to_last_km))
        if nu > highest:
            highest = nu
            point = i
    return Edge(point, highest)


@scalar
def cascaded_knife_edge_loss(
    distance_km: Floats, surface_m: Floats, tx_m: float, rx_m: float, radius_km: float, frequency_ghz: float
) -> float:
    """Return the diffraction loss [dB] of the principal edge and one on either side of it (section 4.4.2).

    surface_m: terrain plus clutter; tx_m, rx_m: antenna heights above sea level.
    """
    last = distance_km.size - 1
    height_m = surface_m.copy()
    height_m[0] = tx_m
    height_m[last] = rx_m
    principal = highest_edge(distance_km, height_m, 0, last, radius_km, frequency_ghz)
    if principal.nu <= -0.78:
        return 0.0
    tx_side = highest_edge(distance_km, height_m, 0, principal.point, radius_km, frequency_ghz)
    rx_side = highest_edge(distance_km, height_m, principal.point, last, radius_km, frequency_ghz)
    principal_db = knife_edge_loss(principal.nu)  # J(nu_p)
    sides_db = knife_edge_loss(tx_side.nu) + knife_edge_loss(rx_side.nu)  # J(nu_t) + J(nu_r)
    correction_db = 10.0 + 0.04 * float(distance_km[last])  # C
    share = 1.0 - math.exp(-principal_db / 6.0)  # T
    return principal_db + share * (sides_db + correction_db)


@scalar
def diffraction_loss(
    distance_km: Floats,
    terrain_m: Floats,
    surface_m: Floats,
    frequency_ghz: float,
    tx_height_m: float,
    rx_height_m: float,
    vertical: bool,
    sea_fraction: float,
    delta_n: float,
    method: int,
) -> float:
    """Return the diffraction loss [dB] of one path by one of METHODS, for the median effective Earth radius."""
    tx_m = terrain_m[0] + tx_height_m
    rx_m = terrain_m[-1] + rx_height_m
    radius_km = effective_radius_km(delta_n)
    if method == BULLINGTON:
        return bullington_loss(distance_km, surface_m, tx_m, rx_m, radius_km, frequency_ghz)
    if method == DEYGOUT:
        return cascaded_knife_edge_loss(distance_km, surface_m, tx_m, rx_m, radius_km, frequency_ghz)
    smooth = smooth_earth(distance_km, terrain_m, tx_m, rx_m)
    return delta_bullington_loss(
        distance_km,
        surface_m,
        tx_m,
        rx_m,
        smooth.tx_diffraction_m,
        smooth.rx_diffraction_m,
        radius_km,
        frequency_ghz,
        sea_fraction,
        vertical,
    ).loss_db


@scalar
def transmission_losses(
    distance_km: Floats,
    terrain_m: Floats,
    surface_m: Floats,
    frequency_ghz: Floats,
    tx_height_m: Floats,
    rx_height_m: Floats,
    vertical: NDArray[np.bool_],
    sea_fraction: Floats,
    delta_n: Floats,
    method: NDArray[np.int8],
) -> Floats:
    """Return the basic transmission loss [dB] of many paths: profiles (paths, points), everything else (paths,)."""
    losses_db = np.empty(distance_km.shape[0])
    for i in range(losses_db.size):
        rise_km = 1e-3 * (terrain_m[i, -1] + rx_height_m[i] - terrain_m[i, 0] - tx_height_m[i])
        ray_km = math.sqrt(distance_km[i, -1] ** 2 + rise_km**2)
        losses_db[i] = free_space_loss(ray_km, frequency_ghz[i]) + diffraction_loss(
            distance_km[i],
            terrain_m[i],
            surface_m[i],
            frequency_ghz[i],
            tx_height_m[i],
            rx_height_m[i],
            vertical[i],
            sea_fraction[i],
            delta_n[i],
            method[i],
        )
    return losses_db


def path_loss(
    *,
    distance_m: ArrayLike,
    terrain_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    clutter_m: ArrayLike | None = None,
    method: ArrayLike = "delta-bullington",
    polarization: ArrayLike = "vertical",
    sea_fraction: ArrayLike = 0.0,
    delta_n: ArrayLike = 45.0,
) -> float | FloatArray:
    """Return free-space loss plus the diffraction loss of Recommendation ITU-R P.526-15 [dB].

    Profiles are arrays (points,), or (paths, points) for many paths; everything else is a number or an array (paths,),
    and one value serves all paths.

    Parameters
    ----------
    distance_m : distance of each profile point from the transmitter [m]; rises strictly from 0, at most 3000 km.
    terrain_m : ground height [m above sea level].
    frequency_mhz : frequency [MHz], 10 to 100 000.
    tx_height_m, rx_height_m : antenna heights above ground [m], 0.1 to 20 000.
    clutter_m : clutter height above ground [m, >= 0]; None is bare ground. At the two ends it does not obstruct.
    method : "delta-bullington" (the Recommendation's choice for a general path), "bullington" (without the spherical
        Earth) or "deygout" (cascaded knife edges, at most three).
    polarization : "vertical" or "horizontal"; matters to the spherical Earth of delta-Bullington alone.
    sea_fraction : share of the path over sea, 0 to 1; matters to the spherical Earth alone.
    delta_n : fall of refractivity through the lowest kilometre [N-units/km]; gives the effective Earth radius.

    Returns
    -------
    A float for one path, an array (paths,) for several.

    Raises
    ------
    InputError : every problem of the arguments at once.
    """
    arguments = Arguments("path_loss p526", LIMITS)
    distance = arguments.distances("distance_m", distance_m)
    terrain = arguments.profile("terrain_m", terrain_m)
    clutter = arguments.profile("clutter_m", clutter_m) if clutter_m is not None else np.zeros(1)
    methods = arguments.choice("method", method, METHODS)
    vertical = arguments.choice("polarization", polarization, POLARIZATIONS)
    frequency = arguments.number("frequency_mhz", frequency_mhz)
    tx_height = arguments.number("tx_height_m", tx_height_m)
    rx_height = arguments.number("rx_height_m", rx_height_m)
    sea = arguments.number("sea_fraction", sea_fraction)
    lapse_rate = arguments.number("delta_n", delta_n)
    shape = arguments.finish()

    surface = covered(terrain, clutter)
    losses_db = transmission_losses(
        shape.along(1e-3 * distance),
        shape.along(terrain),
        shape.along(surface),
        shape.each(1e-3 * frequency),
        shape.each(tx_height),
        shape.each(rx_height),
        shape.each(vertical.astype(np.bool_)),
        shape.each(sea),
        shape.each(lapse_rate),
        shape.each(methods),
    )
    return shape.result(losses_db)


MODEL = Model(
    name="p526",
    title="Recommendation ITU-R P.526-15 (10/2019)",
    path_loss=path_loss,
    limits=LIMITS,
    validity=VALIDITY,
    follows_terrain=True,
    knows_clutter=True,
)
