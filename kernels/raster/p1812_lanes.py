"""ITU-R P.1812-8 at p = 50 %, sixteen pixels at a time: from the geometry of their profiles to the loss.

Equation numbers are those of P.1812-8, as in ``p1812``, which is the definition. Heights are relative to the ground
at the mast. A *scaled slope* is in metres per column crossing instead of metres per metre; see ``sweep`` for the
profile law.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from phusong.kernels._jit import scalar, simd
from phusong.kernels.itu.p1812_ducting import time_variability
from phusong.kernels.itu.p1812_path import beta0_percent, effective_radius_km
from phusong.kernels.lane_math import DB_PER_LOG2, LOG2_OF_10, arc_tangent, exp2, log2
from phusong.kernels.lanes import Lanes, Mask, Number, any_lane, floor, maximum, minimum, splat, sqrt, where
from phusong.kernels.raster.profile import NEAREST_CROSSING

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

    crossings: Number
    first: Number
    between: int
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
def _height_gain(y: Lanes, beta: Lanes, floor_db: Lanes) -> Lanes:
    """G(Y), (35) and (36) [dB]."""
    b = beta * y
    high = maximum(b - 1.1, 0.5)
    far_db = 17.6 * sqrt(high) - (0.5 * DB_PER_LOG2) * log2(high) - 8.0
    near_db = (2.0 * DB_PER_LOG2) * log2(maximum(b + 0.1 * b * b * b, 1e-20))
    return maximum(where(b > 2.0, far_db, near_db), floor_db)


@simd
def first_term_loss(d: Lanes, hte: Lanes, hre: Lanes, log2_radius: Lanes, carrier: Carrier) -> Lanes:
    """First term of the spherical-Earth diffraction over land, (29) to (37) [dB]; d [km], radius [km]."""
    f = carrier.frequency_ghz
    log2_f = math.log2(f)
    k = carrier.admittance * exp2(log2_radius * (-1.0 / 3.0))  # (30)
    k2 = k * k
    beta = (1.0 + k2 * (1.6 + 0.67 * k2)) / (1.0 + k2 * (4.5 + 1.53 * k2))  # (31)
    x = 21.88 * beta * exp2((log2_f - 2.0 * log2_radius) * (1.0 / 3.0)) * d  # (32)
    y_per_m = 0.9575 * beta * exp2((2.0 * log2_f - log2_radius) * (1.0 / 3.0))  # (33)
    log2_x = log2(maximum(x, 1e-20))
    far_db = 11.0 + DB_PER_LOG2 * log2_x - 17.6 * x  # (34)
    near_db = (-2.0 * DB_PER_LOG2) * log2_x - 5.6488 * exp2(1.425 * log2_x)
    distance_db = where(x < 1.6, near_db, far_db)
    floor_db = 2.0 + (2.0 * DB_PER_LOG2) * log2(k)
    return -1.0 * (
        distance_db + _height_gain(y_per_m * hte, beta, floor_db) + _height_gain(y_per_m * hre, beta, floor_db)
    )


@simd
def _crossings_around(x: Lanes, path: Geometry) -> tuple[Lanes, Lanes]:
    """Return the crossings before and after a distance from the mast; the path's first or last where there is none."""
    last = path.first + np.float32(path.between - 1)
    before = minimum(maximum(floor(x - path.first), 0.0) + path.first, last)
    return before, minimum(before + 1.0, last)


@simd
def smooth_edge(path: Geometry, closest_km: Lanes, hte: Lanes, hre: Lanes, carrier: Carrier) -> Lanes:
    """nu of the Bullington edge of the smooth profile, (38) with (13) to (20), at the crossings of the path.

    Over a smooth Earth each greatest value lies at a crossing next to that of the continuous curve: the horizons for
    the slopes, ``closest_km`` from the mast, (24a), for the clearance ratio.
    """
    if path.between == 0:
        return splat(-1.0)
    crossings = path.crossings
    curve = path.step_m * path.step_m * (0.0005 / carrier.effective_radius_km)  # y = -curve x^2 at the x-th crossing
    direct_slope = (hre - hte) / crossings - curve * crossings
    near, far = _crossings_around(sqrt(hte / curve), path)
    mast_slope = -1.0 * minimum(curve * near + hte / near, curve * far + hte / far)
    near, far = _crossings_around(crossings - sqrt(hre / curve), path)
    near, far = crossings - near, crossings - far  # from the mobile
    mobile_slope = 2.0 * crossings * curve - minimum(curve * near + hre / near, curve * far + hre / far)
    near, far = _crossings_around(closest_km * 1000.0 / path.step_m, path)
    clearance = maximum(
        (-1.0 * curve * near * near - direct_slope * near - hte) / sqrt(near * (crossings - near)),
        (-1.0 * curve * far * far - direct_slope * far - hte) / sqrt(far * (crossings - far)),
    )
    edge = sqrt(maximum((mast_slope - direct_slope) * (mobile_slope + direct_slope), 0.0))
    scale = sqrt((2.0 * carrier.frequency_ghz / 0.2998) * crossings / path.step_m)
    return where(mast_slope < direct_slope, clearance, edge) * scale


@simd
def spherical_excess(path: Geometry, d: Lanes, hte: Lanes, hre: Lanes, carrier: Carrier) -> Lanes:
    """How much the smooth Earth loses more than its Bullington edge, max(L_dsph - L_bulls, 0) of (39) [dB]."""
    a = carrier.effective_radius_km
    wavelength_m = 0.2998 / carrier.frequency_ghz
    roots = sqrt(hte) + sqrt(hre)
    line_of_sight_km = math.sqrt(0.002 * a) * roots  # (22)
    sees = d < line_of_sight_km

    total = hte + hre
    c = (hte - hre) / total  # (24d)
    m = minimum(250.0 * d * d / (a * total), 1.0)  # (24e); not above 1 within sight
    over = 1.0 / (m + 1.0)
    b = c * over
    b = b * (1.0 + m * b * b * over)
    for _ in range(4):  # (24c) is the middle root of m b^3 - (m + 1) b + c: by Newton's method
        b = b - (b * (m * b * b - (m + 1.0)) + c) / minimum(3.0 * m * b * b - (m + 1.0), -0.05)
    b = maximum(minimum(b, 0.99999), -0.99999)
    d1 = 0.5 * d * (1.0 + b)  # (24a)
    d2 = d - d1  # (24b)
    clearance_m = ((hte - (500.0 / a) * d1 * d1) * d2 + (hre - (500.0 / a) * d2 * d2) * d1) / d  # (23)
    spread = d1 * d2 * wavelength_m / d
    required_m = 17.456 * sqrt(spread)  # (26)
    excess_db = splat(0.0)
    if any_lane(clearance_m < required_m) or any_lane(line_of_sight_km < d):
        edge_db = bullington_loss(smooth_edge(path, d1, hte, hre, carrier), d)
        within_radius = 2.0 * log2(d / roots) + math.log2(500.0)  # (27)
        radius = where(sees, within_radius, math.log2(a))
        first_db = first_term_loss(d, hte, hre, radius, carrier)
        within_db = maximum(1.0 - clearance_m / required_m, 0.0) * maximum(first_db, 0.0)  # (28)
        excess_db = maximum(where(sees, within_db, first_db) - edge_db, 0.0)  # (39)
    return excess_db


@simd
def shielding(angle_mrad: Lanes, reach_km: Lanes, frequency_ghz: float) -> Lanes:
    """Loss of a duct behind a horizon, (48) [dB]."""
    over_mrad = maximum(angle_mrad - 0.1 * reach_km, 0.0)
    root = 1.0 + 0.361 * over_mrad * sqrt(frequency_ghz * reach_km)
    return (2.0 * DB_PER_LOG2) * log2(root) + (0.264 * math.pow(frequency_ghz, 1.0 / 3.0)) * over_mrad


@scalar
def least_time_variability(distance_km: float, latitude_deg: float, time_percent: float) -> float:
    """Return what A(p), (53), cannot be below on an inland path of that length or longer [dB].

    Ducting is the stronger the larger beta; terrain and the length of the path only make that smaller, (54).
    """
    beta0 = beta0_percent(latitude_deg, distance_km, distance_km)
    return time_variability(distance_km, time_percent, beta0, 1.0, 1.0)


@simd
def ducting_floor(
    path: Geometry,
    d: Lanes,
    angle_t_mrad: Lanes,
    angle_r_mrad: Lanes,
    sees: Mask,
    carrier: Carrier,
    variability_db: Number,
) -> Lanes:
    """A loss that (47), ducting and layer reflection, cannot be below on an inland path [dB]."""
    f = carrier.frequency_ghz
    step_km = 0.001 * path.step_m
    # Within sight the horizon is the point next to blocking the ray; its place is not known here, so take the least
    # favourable.
    reach_t_km = step_km * where(sees, NEAREST_CROSSING, path.mast_reach)
    reach_r_km = step_km * where(sees, NEAREST_CROSSING, path.mobile_reach)
    between_km = where(sees, d, reach_t_km + reach_r_km)
    bent_mrad = minimum(angle_t_mrad, 0.1 * reach_t_km) + minimum(angle_r_mrad, 0.1 * reach_r_km)  # (52a)
    along_mrad = d * (1000.0 / carrier.effective_radius_km) + bent_mrad  # (52)
    angle_loss_db = (5e-5 * carrier.effective_radius_km * math.pow(f, 1.0 / 3.0)) * along_mrad  # (51)
    shielding_db = shielding(angle_t_mrad, reach_t_km, f) + shielding(angle_r_mrad, reach_r_km, f)
    fixed_db = carrier.ducting_db + variability_db
    return fixed_db + (2.0 * DB_PER_LOG2) * log2(between_km) + shielding_db + angle_loss_db


@simd
def diffraction_loss(path: Geometry, carrier: Carrier) -> Lanes:
    """L_d, the delta-Bullington diffraction loss over land for one effective Earth radius, (39) [dB]."""
    # (18) and (20) in closed form: nu^2 = (2 d / wavelength) (M - s) (S + s), no division by the edge's distances
    edge = sqrt(maximum((path.mast_slope - path.direct_slope) * (path.mobile_slope + path.direct_slope), 0.0))
    clear = path.mast_slope < path.direct_slope
    scale = sqrt((2.0 * carrier.frequency_ghz / 0.2998) * path.crossings / path.step_m)
    nu = where(clear, path.clearance, edge) * scale
    hte = carrier.mast_height_m - path.smooth_mast_m  # (38a)
    hre = path.mobile_ground_m + carrier.mobile_height_m - path.smooth_mobile_m  # (38b)
    d = 0.001 * path.distance_m
    return bullington_loss(nu, d) + spherical_excess(path, d, hte, hre, carrier)  # (39)


@simd
def transmission_loss(
    path: Geometry, carrier: Carrier, variability_db: Number, location_db: Lanes
) -> tuple[Lanes, Mask]:
    """Basic transmission loss at p = 50 % without ducting [dB], and where that is disputed.

    Ducting or layer reflection may undercut a disputed diffraction loss, (61): those pixels need the whole chain of
    ``p1812_chain``. ``variability_db`` is that of ``least_time_variability``; ``location_db`` is added for locations.
    """
    f = carrier.frequency_ghz
    d = 0.001 * path.distance_m
    rise_km = 0.001 * (path.mobile_ground_m + (carrier.mobile_height_m - carrier.mast_height_m))
    log2_distance = 0.5 * log2(d * d + rise_km * rise_km)  # (8a)
    free_space_db = (92.4 + 20.0 * math.log10(f)) + (2.0 * DB_PER_LOG2) * log2_distance  # (8)

    bending_db = diffraction_loss(path, carrier)
    diffraction_db = free_space_db + bending_db  # (42)

    per_step = 1.0 / path.step_m
    curve = path.crossings * path.step_m * path.step_m * (0.001 / carrier.effective_radius_km)
    sees = path.mast_horizon < path.direct_slope  # over bare ground, (150)
    slope_t = where(sees, path.direct_slope, path.mast_horizon)
    slope_r = where(sees, -1.0 * path.direct_slope, path.mobile_horizon) - curve
    angle_t_mrad = 1000.0 * arc_tangent(slope_t * per_step, splat(1.0))  # (79)
    angle_r_mrad = 1000.0 * arc_tangent(slope_r * per_step, splat(1.0))  # (82), (83)
    theta_mrad = d * (1000.0 / carrier.effective_radius_km) + angle_t_mrad + angle_r_mrad  # (84)
    scatter_db = carrier.troposcatter_db + (2.0 * DB_PER_LOG2) * log2(d) + 0.573 * theta_mrad  # (44)
    gain_db = (0.5 * DB_PER_LOG2) * log2(1.0 + exp2((diffraction_db - scatter_db) * (0.2 * LOG2_OF_10)))
    loss_db = maximum(diffraction_db - gain_db + location_db, free_space_db)  # (63), (69)

    floor_db = ducting_floor(path, d, angle_t_mrad, angle_r_mrad, sees, carrier, variability_db)
    # Ducting never undercuts free space, (60): without bending there is nothing to undercut.
    return loss_db, (floor_db < diffraction_db) & (bending_db > NEGLIGIBLE_BENDING_DB)
