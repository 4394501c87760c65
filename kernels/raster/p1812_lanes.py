"""ITU-R P.1812-8 at p = 50 %, sixteen pixels at a time: from the geometry of their profiles to the loss.

What no frequency changes is computed once for all carriers of a mast, ``Terms``; the rest is ``transmission_loss``.

Equation numbers are those of P.1812-8, as in ``p1812``, which is the definition. Heights are relative to the ground
at the mast. A *scaled slope* is in metres per column crossing instead of metres per metre; see ``sweep`` for the
profile law.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from phusong.kernels._jit import scalar, simd
from phusong.kernels.itu.p1812_ducting import time_variability
from phusong.kernels.itu.p1812_path import beta0_percent, effective_radius_km
from phusong.kernels.lane_math import DB_PER_LOG2, LOG2_OF_10, arc_tangent, exp2, log2
from phusong.kernels.lanes import Lanes, Mask, Number, any_lane, maximum, minimum, splat, sqrt, where
from phusong.kernels.raster.profile import NEAREST_CROSSING
from phusong.kernels.raster.smooth_lanes import height_gain, required_clearance_m, smooth_clearance, smooth_edge

LAND_PERMITTIVITY, LAND_CONDUCTIVITY = 22.0, 0.003  # section 4.3.2
NEGLIGIBLE_BENDING_DB = 0.1
"""Diffraction loss under which ducting changes the loss by less than 0.001 dB, (57) and (62) [dB]."""
_LOG2_OF_E = 1.0 / math.log(2.0)


class Geometry(NamedTuple):
    """What the path loss of sixteen pixels depends on, whatever the frequency.

    Attributes
    ----------
    crossings : distance from mast to mobile in column crossings; first : to the first of them; between : how many there
        are between both ends.
    step_m : length of the path between two crossings [m].
    distance_m : horizontal distance [m].
    mast_slope, mobile_slope : greatest scaled slope from the mast, and from the mobile, over the curved profile, (13)
        and (17).
    direct_slope : scaled slope from mast to mobile over the curved Earth, (14).
    clearance : greatest clearance ratio, (15) without its wavelength.
    mast_horizon, mobile_horizon : as the slopes, over bare ground, for the horizon angles (77) and (82).
    mast_reach, mobile_reach : distance from either end to its horizon on bare ground, in column crossings, (80) and
        (83).
    smooth_mast_m, smooth_mobile_m : ends of the smooth-Earth surface for diffraction, (91).
    mobile_ground_m : ground at the mobile [m].
    """

    crossings: Lanes
    first: Number
    between: Lanes
    step_m: Lanes
    distance_m: Lanes
    mast_slope: Lanes
    mobile_slope: Lanes
    direct_slope: Lanes
    clearance: Lanes
    mast_horizon: Lanes
    mobile_horizon: Lanes
    mast_reach: Lanes
    mobile_reach: Lanes
    smooth_mast_m: Lanes
    smooth_mobile_m: Lanes
    mobile_ground_m: Lanes


class Terms(NamedTuple):
    """What the loss of sixteen paths depends on besides the carrier, from ``path_terms``.

    Attributes
    ----------
    distance_km : horizontal distance [km].
    log2_length, log2_distance : binary logarithms of the lengths in space and over ground, in km.
    edge : nu of the Bullington edge at 1 GHz, (15) and (20).
    mast_m, mobile_m : effective antenna heights over the smooth Earth, (38) [m].
    smooth_edge : nu of the Bullington edge of the smooth profile at 1 GHz.
    beyond_smooth : whether the smooth Earth hides the mobile from the mast, (22).
    clearance_m : least clearance over the smooth Earth, (23) [m].
    spread_km : d1 d2 / d of (26) [km].
    log2_radius, per_cube_root_radius : of the Earth radius for the first term, (27), in km.
    scatter_db : all of (44) that depends on distance and angles [dB].
    between_km : distance from either end to its horizon, together, for (47) [km].
    mast_root, mobile_root : what the square root of (48) depends on besides frequency [mrad km^1/2].
    bent_db : angular losses of (48) and (51) at 1 GHz [dB].
    in_sight : whether mast and mobile see each other over bare ground.
    mast_angle_mrad, mobile_angle_mrad : elevation of either horizon over bare ground, (77) [mrad].
    path_angle_mrad : theta, (82) [mrad].
    """

    distance_km: Lanes
    log2_length: Lanes
    log2_distance: Lanes
    edge: Lanes
    mast_m: Lanes
    mobile_m: Lanes
    smooth_edge: Lanes
    beyond_smooth: Mask
    clearance_m: Lanes
    spread_km: Lanes
    log2_radius: Lanes
    per_cube_root_radius: Lanes
    scatter_db: Lanes
    between_km: Lanes
    mast_root: Lanes
    mobile_root: Lanes
    bent_db: Lanes
    in_sight: Mask
    mast_angle_mrad: Lanes
    mobile_angle_mrad: Lanes
    path_angle_mrad: Lanes


class Carrier(NamedTuple):
    """Everything of a carrier and its surroundings that is the same for all pixels of a mast.

    Attributes
    ----------
    frequency_ghz : carrier frequency [GHz].
    mast_height_m, mobile_height_m : antennas above ground [m].
    is_vertical : vertical polarisation, else horizontal.
    delta_n : refractivity lapse rate [N-units/km]; surface_refractivity : N_0 at sea level [N-units].
    latitude_deg : of the mast, which stands for the middle of each path.
    effective_radius_km : median effective Earth radius, (7a) [km].
    admittance : normalised surface admittance of land at an effective radius of 1 km, (30).
    log2_admittance : its binary logarithm.
    cube_root_ghz : cube root of the frequency in GHz.
    free_space_db : all of (8) that does not depend on the distance [dB].
    troposcatter_db : all of (44) that depends neither on distance nor on angle [dB].
    ducting_db : all of (47) that depends neither on the horizons nor on the angles [dB].
    time_percent : share of the time for which the loss is not exceeded, 1 to 50 [%].
    location_percent : share of the locations for which the loss is not exceeded, 1 to 99 [%].
    location_sigma_db : spread of the loss among the locations of a pixel [dB]; None: by section 4.7.
    """

    frequency_ghz: float
    mast_height_m: float
    mobile_height_m: float
    is_vertical: bool
    delta_n: float
    surface_refractivity: float
    latitude_deg: float
    effective_radius_km: float
    admittance: float
    log2_admittance: float
    cube_root_ghz: float
    free_space_db: float
    troposcatter_db: float
    ducting_db: float
    time_percent: float
    location_percent: float
    location_sigma_db: float | None


def make_carrier(
    *,
    frequency_mhz: float,
    mast_height_m: float,
    mobile_height_m: float,
    is_vertical: bool = True,
    delta_n: float = 45.0,
    surface_refractivity: float = 325.0,
    latitude_deg: float = 21.0,
    time_percent: float = 50.0,
    location_percent: float = 50.0,
    location_sigma_db: float | None = None,
) -> Carrier:
    """Compute the constants of a carrier."""
    f = frequency_mhz / 1000.0
    conduction = 18.0 * LAND_CONDUCTIVITY / f
    admittance = 0.036 * f ** (-1.0 / 3.0) * ((LAND_PERMITTIVITY - 1.0) ** 2 + conduction**2) ** -0.25  # (30a)
    if is_vertical:
        admittance *= math.sqrt(LAND_PERMITTIVITY**2 + conduction**2)  # (30b)
    frequency_loss_db = 25.0 * math.log10(f) - 2.5 * math.log10(f / 2.0) ** 2  # (45)
    time_gain_db = 10.125 * math.log10(50.0 / time_percent) ** 0.7  # (44)
    low_band_db = 45.375 - 137.0 * f + 92.5 * f * f if f < 0.5 else 0.0  # (47a)
    return Carrier(
        frequency_ghz=f,
        mast_height_m=mast_height_m,
        mobile_height_m=mobile_height_m,
        is_vertical=is_vertical,
        delta_n=delta_n,
        surface_refractivity=surface_refractivity,
        latitude_deg=latitude_deg,
        effective_radius_km=effective_radius_km(delta_n),
        admittance=admittance,
        log2_admittance=math.log2(admittance),
        cube_root_ghz=f ** (1.0 / 3.0),
        free_space_db=92.4 + 20.0 * math.log10(f),  # (8)
        troposcatter_db=190.1 + frequency_loss_db - 0.15 * surface_refractivity - time_gain_db,
        ducting_db=102.45 + 20.0 * math.log10(f) + low_band_db,
        time_percent=time_percent,
        location_percent=location_percent,
        location_sigma_db=location_sigma_db,
    )


@simd
def knife_edge_loss(nu: Lanes) -> Lanes:
    """J(nu), (12) [dB]; nothing below nu = -0.78."""
    x = maximum(nu, -0.8) - 0.1
    loss_db = 6.9 + (2.0 * DB_PER_LOG2) * log2(sqrt(x * x + 1.0) + x)
    return where(nu > -0.78, loss_db, 0.0)


@simd
def bullington_loss(nu: Lanes, distance_km: Lanes) -> Lanes:
    """Bullington loss from the parameter of its edge, (21) [dB]."""
    edge_db = knife_edge_loss(nu)
    return edge_db + (1.0 - exp2(edge_db * (-_LOG2_OF_E / 6.0))) * (10.0 + 0.02 * distance_km)


@simd
def first_term_loss(terms: Terms, carrier: Carrier) -> Lanes:
    """First term of the spherical-Earth diffraction over land, (29) to (37) [dB]."""
    per_root = terms.per_cube_root_radius
    k = carrier.admittance * per_root  # (30)
    k2 = k * k
    beta = (1.0 + k2 * (1.6 + 0.67 * k2)) / (1.0 + k2 * (4.5 + 1.53 * k2))  # (31)
    x = (21.88 * carrier.cube_root_ghz) * beta * per_root * per_root * terms.distance_km  # (32)
    y_per_m = (0.9575 * carrier.cube_root_ghz * carrier.cube_root_ghz) * beta * per_root  # (33)
    log2_x = log2(maximum(x, 1e-20))
    far_db = 11.0 + DB_PER_LOG2 * log2_x - 17.6 * x  # (34)
    near_db = (-2.0 * DB_PER_LOG2) * log2_x - 5.6488 * exp2(1.425 * log2_x)
    distance_db = where(x < 1.6, near_db, far_db)
    floor_db = 2.0 + (2.0 * DB_PER_LOG2) * (carrier.log2_admittance - terms.log2_radius * (1.0 / 3.0))
    gain_db = height_gain(y_per_m * terms.mast_m, beta, floor_db)
    return -1.0 * (distance_db + gain_db + height_gain(y_per_m * terms.mobile_m, beta, floor_db))


@simd
def spherical_excess(terms: Terms, carrier: Carrier) -> Lanes:
    """How much the smooth Earth loses more than its Bullington edge, max(L_dsph - L_bulls, 0) of (39) [dB]."""
    required_m = required_clearance_m(terms.spread_km, carrier.frequency_ghz)
    excess_db = splat(0.0)
    if any_lane(terms.clearance_m < required_m) or any_lane(terms.beyond_smooth):
        edge_db = bullington_loss(terms.smooth_edge * math.sqrt(carrier.frequency_ghz), terms.distance_km)
        first_db = first_term_loss(terms, carrier)
        within_db = maximum(1.0 - terms.clearance_m / required_m, 0.0) * maximum(first_db, 0.0)  # (28)
        excess_db = maximum(where(terms.beyond_smooth, first_db, within_db) - edge_db, 0.0)  # (39)
    return excess_db


@scalar
def least_time_variability(distance_km: float, latitude_deg: float, time_percent: float) -> float:
    """Return what A(p), (53), cannot be below on an inland path of that length or longer [dB].

    Ducting is the stronger the larger beta; terrain and the length of the path only make that smaller, (54).
    """
    beta0 = beta0_percent(latitude_deg, distance_km, distance_km)
    return time_variability(distance_km, time_percent, beta0, 1.0, 1.0)


@simd
def path_terms(path: Geometry, carrier: Carrier, lowest_ghz: Number) -> Terms:
    """Compute what no frequency changes.

    Of the carrier, only what all carriers of a mast share is used; ``lowest_ghz`` is the lowest of their frequencies.
    """
    a = carrier.effective_radius_km
    d = 0.001 * path.distance_m
    rise_km = 0.001 * (path.mobile_ground_m + (carrier.mobile_height_m - carrier.mast_height_m))
    log2_distance = log2(d)
    log2_length = 0.5 * log2(d * d + rise_km * rise_km)  # (8a)

    # (18) and (20) in closed form: nu^2 = (2 d / wavelength) (M - s) (S + s), no division by the edge's distances
    edge = sqrt(maximum((path.mast_slope - path.direct_slope) * (path.mobile_slope + path.direct_slope), 0.0))
    clear = path.mast_slope < path.direct_slope
    nu = where(clear, path.clearance, edge) * sqrt((2.0 / 0.2998) * path.crossings / path.step_m)

    hte = carrier.mast_height_m - path.smooth_mast_m  # (38a)
    hre = path.mobile_ground_m + carrier.mobile_height_m - path.smooth_mobile_m  # (38b)
    roots = sqrt(hte) + sqrt(hre)
    beyond_smooth = math.sqrt(0.002 * a) * roots < d  # (22)
    clearance_m, closest_km, spread_km = smooth_clearance(d, hte, hre, a)
    smooth_nu, log2_radius, per_cube_root = splat(-1.0), splat(0.0), splat(1.0)
    if any_lane(clearance_m < required_clearance_m(spread_km, lowest_ghz)) or any_lane(beyond_smooth):
        smooth_nu = smooth_edge(path.crossings, path.first, path.between, path.step_m, closest_km, hte, hre, a)
        within = 2.0 * (log2_distance - log2(roots)) + math.log2(500.0)  # (27)
        log2_radius = where(beyond_smooth, math.log2(a), within)
        per_cube_root = exp2(log2_radius * (-1.0 / 3.0))

    per_step = 1.0 / path.step_m
    curve = path.crossings * path.step_m * path.step_m * (0.001 / a)
    sees = path.mast_horizon < path.direct_slope  # over bare ground, (150)
    slope_t = where(sees, path.direct_slope, path.mast_horizon)
    slope_r = where(sees, -1.0 * path.direct_slope, path.mobile_horizon) - curve
    angle_t_mrad = 1000.0 * arc_tangent(slope_t * per_step, splat(1.0))  # (79)
    angle_r_mrad = 1000.0 * arc_tangent(slope_r * per_step, splat(1.0))  # (82), (83)
    over_earth_mrad = d * (1000.0 / a)
    theta_mrad = over_earth_mrad + angle_t_mrad + angle_r_mrad  # (84)

    # Within sight the horizon is the point next to blocking the ray; its place is not known here, so take the least
    # favourable.
    step_km = 0.001 * path.step_m
    reach_t_km = step_km * where(sees, NEAREST_CROSSING, path.mast_reach)
    reach_r_km = step_km * where(sees, NEAREST_CROSSING, path.mobile_reach)
    least_t_mrad, least_r_mrad = 0.1 * reach_t_km, 0.1 * reach_r_km
    over_t_mrad = maximum(angle_t_mrad - least_t_mrad, 0.0)
    over_r_mrad = maximum(angle_r_mrad - least_r_mrad, 0.0)
    bent_mrad = minimum(angle_t_mrad, least_t_mrad) + minimum(angle_r_mrad, least_r_mrad)  # (52a)
    return Terms(
        distance_km=d,
        log2_length=log2_length,
        log2_distance=log2_distance,
        edge=nu,
        mast_m=hte,
        mobile_m=hre,
        smooth_edge=smooth_nu,
        beyond_smooth=beyond_smooth,
        clearance_m=clearance_m,
        spread_km=spread_km,
        log2_radius=log2_radius,
        per_cube_root_radius=per_cube_root,
        scatter_db=(2.0 * DB_PER_LOG2) * log2_distance + 0.573 * theta_mrad,  # (44)
        between_km=where(sees, d, reach_t_km + reach_r_km),
        mast_root=over_t_mrad * sqrt(reach_t_km),
        mobile_root=over_r_mrad * sqrt(reach_r_km),
        bent_db=0.264 * (over_t_mrad + over_r_mrad) + (5e-5 * a) * (over_earth_mrad + bent_mrad),  # (48), (51), (52)
        in_sight=sees,
        mast_angle_mrad=angle_t_mrad,
        mobile_angle_mrad=angle_r_mrad,
        path_angle_mrad=theta_mrad,
    )


@simd
def ducting_floor(terms: Terms, carrier: Carrier, variability_db: Number | Lanes) -> Lanes:
    """A loss that (47), ducting and layer reflection, cannot be below on an inland path at p = 50 % [dB]."""
    per_root = 0.361 * math.sqrt(carrier.frequency_ghz)  # (48)
    product = terms.between_km * (1.0 + per_root * terms.mast_root) * (1.0 + per_root * terms.mobile_root)
    return (
        (carrier.ducting_db + variability_db)
        + (2.0 * DB_PER_LOG2) * log2(product)
        + carrier.cube_root_ghz * terms.bent_db
    )


@simd
def with_troposcatter(diffraction_db: Lanes, scatter_db: Lanes) -> Lanes:
    """Loss of diffraction and troposcatter together, (63) [dB]."""
    gain_db = (0.5 * DB_PER_LOG2) * log2(1.0 + exp2((diffraction_db - scatter_db) * (0.2 * LOG2_OF_10)))
    return diffraction_db - gain_db


@simd
def diffraction_loss(terms: Terms, carrier: Carrier) -> Lanes:
    """L_d, the delta-Bullington diffraction loss over land for one effective Earth radius, (39) [dB]."""
    nu = terms.edge * math.sqrt(carrier.frequency_ghz)
    return bullington_loss(nu, terms.distance_km) + spherical_excess(terms, carrier)


@simd
def transmission_loss(
    terms: Terms, carrier: Carrier, variability_db: Number | Lanes, location_db: Lanes
) -> tuple[Lanes, Lanes]:
    """Basic transmission loss at p = 50 % without ducting, and its diffraction part, (42), where disputed, else 0 [dB].

    Ducting or layer reflection may undercut a disputed diffraction loss, (61): those pixels need the whole chain of
    ``p1812_chain``. ``variability_db`` is that of ``least_time_variability``; ``location_db`` is added for locations.
    """
    free_space_db = carrier.free_space_db + (2.0 * DB_PER_LOG2) * terms.log2_length  # (8)
    bending_db = diffraction_loss(terms, carrier)
    diffraction_db = free_space_db + bending_db  # (42)
    median_db = with_troposcatter(diffraction_db, carrier.troposcatter_db + terms.scatter_db)
    floor_db = ducting_floor(terms, carrier, variability_db)
    # Ducting never undercuts free space, (60): without bending there is nothing to undercut.
    disputed = (floor_db < diffraction_db) & (bending_db > NEGLIGIBLE_BENDING_DB)
    return maximum(median_db + location_db, free_space_db), where(disputed, diffraction_db, 0.0)  # (63), (69)


@simd
def least_loss(terms: Terms, carrier: Carrier, variability_db: Number | Lanes) -> Lanes:
    """Loss that no path with these terms or greater ones falls below, whatever its smooth Earth and ducting [dB]."""
    free_space_db = carrier.free_space_db + (2.0 * DB_PER_LOG2) * terms.log2_length  # (8)
    bending_db = bullington_loss(terms.edge * math.sqrt(carrier.frequency_ghz), terms.distance_km)
    floor_db = ducting_floor(terms, carrier, variability_db)
    least_db = minimum(free_space_db + bending_db, floor_db)
    return maximum(with_troposcatter(least_db, carrier.troposcatter_db + terms.scatter_db), free_space_db)
