"""The smooth Earth of ITU-R P.1812-8, sixteen pixels at a time: its ends, its clearance, its Bullington edge.

Equation numbers are those of P.1812-8. Lengths in crossings and heights relative to the mast's ground are those of
``p1812_lanes.Geometry``.
"""

from __future__ import annotations

from phusong.kernels._jit import simd
from phusong.kernels.lane_math import DB_PER_LOG2, log2
from phusong.kernels.lanes import Lanes, Number, floor, maximum, minimum, sqrt, where


@simd
def fitted_ends(
    total: Lanes, moment: Lanes, nearest_m: Lanes, mobile_ground_m: Lanes, crossings: Lanes, u0: Number, count: Lanes
) -> tuple[Lanes, Lanes]:
    """Ends of the least-squares line through the ground, (85) to (88) [m above the ground at the mast].

    The trapezoids of (85) and (86) are summed in closed form: all intervals are one crossing wide but the first.

    Parameters
    ----------
    total, moment : sums over the crossings of the ground's height, and of that times the distance from the mast.
    nearest_m : height of the crossing nearest to the mast.
    crossings, u0, count : as in ``Geometry``.
    """
    d = crossings
    area = nearest_m * (u0 - 1.0) + total * 2.0 + mobile_ground_m  # (85)
    lever = nearest_m * (2.0 * u0 * u0 - 3.0 * u0 + 1.0) + moment * 6.0 + mobile_ground_m * (3.0 * d - 1.0)  # (86)
    area = where(count < 0.5, mobile_ground_m * d, area)
    lever = where(count < 0.5, mobile_ground_m * (2.0 * d * d), lever)
    per_square = 1.0 / (d * d)
    return (area * (2.0 * d) - lever) * per_square, (lever - area * d) * per_square  # (87), (88)


@simd
def lowered_ends(
    fitted_mast_m: Lanes,
    fitted_mobile_m: Lanes,
    mobile_ground_m: Lanes,
    obstruction_m: Lanes,
    rise_mast: Lanes,
    rise_mobile: Lanes,
) -> tuple[Lanes, Lanes]:
    """Ends of the smooth-Earth surface for diffraction, (89) to (91) [m above the ground at the mast]."""
    lowered_m = maximum(obstruction_m, 0.0)  # (89), (90)
    share = maximum(rise_mast, 0.0) / maximum(maximum(rise_mast, 0.0) + maximum(rise_mobile, 0.0), 1e-12)
    smooth_mast_m = fitted_mast_m - lowered_m * share
    smooth_mobile_m = fitted_mobile_m - lowered_m * (1.0 - share)
    return minimum(smooth_mast_m, 0.0), minimum(smooth_mobile_m, mobile_ground_m)  # (91)


@simd
def required_clearance_m(spread_km: Lanes, frequency_ghz: Number) -> Lanes:
    """Clearance over the smooth Earth beyond which it bends nothing, (26) [m]."""
    return 17.456 * sqrt(spread_km * (0.2998 / frequency_ghz))


@simd
def smooth_clearance(d: Lanes, hte: Lanes, hre: Lanes, effective_radius_km: float) -> tuple[Lanes, Lanes, Lanes]:
    """Return the least clearance over the smooth Earth, (23) [m], where it is, (24a), and d1 d2 / d [km]."""
    a = effective_radius_km
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
    return clearance_m, d1, d1 * d2 / d


@simd
def _crossings_around(x: Lanes, first: Number, between: Lanes) -> tuple[Lanes, Lanes]:
    """Return the crossings before and after a distance from the mast; the path's first or last where there is none."""
    last = first + (between - 1.0)
    before = minimum(maximum(floor(x - first), 0.0) + first, last)
    return before, minimum(before + 1.0, last)


@simd
def smooth_edge(
    crossings: Lanes,
    first: Number,
    between: Lanes,
    step_m: Lanes,
    closest_km: Lanes,
    hte: Lanes,
    hre: Lanes,
    effective_radius_km: float,
) -> Lanes:
    """nu at 1 GHz of the Bullington edge of the smooth profile, (38) with (13) to (20), at the crossings of the path.

    Over a smooth Earth each greatest value lies at a crossing next to that of the continuous curve: the horizons for
    the slopes, ``closest_km`` from the mast, (24a), for the clearance ratio.
    """
    curve = step_m * step_m * (0.0005 / effective_radius_km)  # y = -curve x^2 at the x-th crossing
    direct_slope = (hre - hte) / crossings - curve * crossings
    near, far = _crossings_around(sqrt(hte / curve), first, between)
    mast_slope = -1.0 * minimum(curve * near + hte / near, curve * far + hte / far)
    near, far = _crossings_around(crossings - sqrt(hre / curve), first, between)
    near, far = crossings - near, crossings - far  # from the mobile
    mobile_slope = 2.0 * crossings * curve - minimum(curve * near + hre / near, curve * far + hre / far)
    near, far = _crossings_around(closest_km * 1000.0 / step_m, first, between)
    clearance = maximum(
        (-1.0 * curve * near * near - direct_slope * near - hte) / sqrt(near * (crossings - near)),
        (-1.0 * curve * far * far - direct_slope * far - hte) / sqrt(far * (crossings - far)),
    )
    edge = sqrt(maximum((mast_slope - direct_slope) * (mobile_slope + direct_slope), 0.0))
    nu = where(mast_slope < direct_slope, clearance, edge) * sqrt((2.0 / 0.2998) * crossings / step_m)
    return where(between < 0.5, -1.0, nu)


@simd
def height_gain(y: Lanes, beta: Lanes, floor_db: Lanes) -> Lanes:
    """G(Y), (35) and (36) [dB]."""
    b = beta * y
    is_high = b > 2.0
    high = maximum(b - 1.1, 0.5)
    logarithm = log2(where(is_high, high, maximum(b + 0.1 * b * b * b, 1e-20)))
    far_db = 17.6 * sqrt(high) - (0.5 * DB_PER_LOG2) * logarithm - 8.0
    return maximum(where(is_high, far_db, (2.0 * DB_PER_LOG2) * logarithm), floor_db)
