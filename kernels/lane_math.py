"""Elementary functions on sixteen lanes, in float32: logarithm, power and angle."""

from __future__ import annotations

import math

from phusong.kernels._jit import simd
from phusong.kernels.lanes import (
    Lanes,
    absolute,
    bits,
    copy_sign,
    floor,
    from_bits,
    maximum,
    minimum,
    shift_left,
    shift_right,
    to_float,
    where,
    whole,
)

_SQRT_HALF_BITS = 0x3F3504F3
_ONE_BITS = 0x3F800000
_TWO_OVER_LN2 = 2.0 / math.log(2.0)
_LN2 = math.log(2.0)
LOG2_OF_10 = math.log2(10.0)
DB_PER_LOG2 = 10.0 / LOG2_OF_10
"""10 log10(x) = DB_PER_LOG2 log2(x)."""

# atan(x) = x P(x^2) on 0..1: least squares on Chebyshev nodes; greatest error 4.1e-8 rad before rounding.
_ATAN = (0.99999944, -0.33330107, 0.19948509, -0.13915802, 0.09656256, -0.05606318, 0.02194661, -0.00407331)


@simd
def log2(x: Lanes) -> Lanes:
    """Return the binary logarithm of positive lanes; error below 3e-7 of the larger of 1 and the result.

    x = 2^e m with sqrt(1/2) <= m < sqrt(2); log2 m by the series of atanh in (m - 1)/(m + 1), to the ninth power.
    """
    pattern = bits(x)
    exponent = shift_right(pattern - _SQRT_HALF_BITS, 23)
    mantissa = from_bits(pattern - shift_left(exponent, 23))
    r = (mantissa - 1.0) / (mantissa + 1.0)
    r2 = r * r
    series = r * (1.0 + r2 * (1.0 / 3.0 + r2 * (1.0 / 5.0 + r2 * (1.0 / 7.0 + r2 * (1.0 / 9.0)))))
    return to_float(exponent) + _TWO_OVER_LN2 * series


@simd
def exp2(x: Lanes) -> Lanes:
    """Return 2^x, relative error below 3e-7; x is held within -126 .. 126."""
    bounded = maximum(minimum(x, 126.0), -126.0)
    nearest = floor(bounded + 0.5)
    y = (bounded - nearest) * _LN2
    series = 1.0 + y * (
        1.0 + y * (1.0 / 2.0 + y * (1.0 / 6.0 + y * (1.0 / 24.0 + y * (1.0 / 120.0 + y * (1.0 / 720.0)))))
    )
    return series * from_bits(shift_left(whole(nearest), 23) + _ONE_BITS)


@simd
def arc_tangent(y: Lanes, x: Lanes) -> Lanes:
    """Return the angle of (x, y) [rad], -pi .. pi; error below 1e-6 rad. (0, 0) gives 0."""
    size_x = absolute(x)
    size_y = absolute(y)
    ratio = minimum(size_x, size_y) / maximum(maximum(size_x, size_y), 1e-30)
    r2 = ratio * ratio
    c0, c1, c2, c3, c4, c5, c6, c7 = _ATAN
    angle = ratio * (c0 + r2 * (c1 + r2 * (c2 + r2 * (c3 + r2 * (c4 + r2 * (c5 + r2 * (c6 + r2 * c7)))))))
    angle = where(size_y > size_x, math.pi / 2.0 - angle, angle)
    angle = where(x < 0.0, math.pi - angle, angle)
    return copy_sign(angle, y)
