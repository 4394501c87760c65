"""What prices make of the pixels: the sums of which a bound consists, compensated for rounding."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar

Float64Array = npt.NDArray[np.float64]


@scalar
def conjugate_sum(
    weight: Float64Array, slope: npt.NDArray[np.float32], base: npt.NDArray[np.uint8], curve: npt.NDArray[np.int64]
) -> float:
    """Return the sum over pixels of weight times the greatest height of the worth above the line of that slope.

    Parameters
    ----------
    weight, slope, base : (pixels,) slope not negative.
    curve : (levels + 1,) worth by level.

    Source: the compensated sum of A. Neumaier, Zeitschrift für Angewandte Mathematik und Mechanik 54 (1974), 39-51.
    """
    top = curve.size - 1
    total, lost = 0.0, 0.0
    for pixel in range(weight.size):
        if weight[pixel] == 0.0:
            continue
        bottom = min(int(base[pixel]), top)
        height = 0.0
        for level in range(bottom + 1, top + 1):
            height = max(height, float(curve[level] - curve[bottom]) - np.float64(slope[pixel]) * (level - bottom))
        term = weight[pixel] * height
        summed = total + term
        if total >= term:
            lost += (total - summed) + term
        else:
            lost += (term - summed) + total
        total = summed
    return total + lost


@scalar
def priced_worth(
    start: npt.NDArray[np.int64],
    pixels: npt.NDArray[np.int32],
    levels: npt.NDArray[np.uint8],
    weight: Float64Array,
    slope: npt.NDArray[np.float32],
    base: npt.NDArray[np.uint8],
    top: int,
) -> Float64Array:
    """Return for each candidate the sum over its pixels of weight times slope times level; no term is negative.

    Levels count as far as they can matter: from base to top.
    """
    worth = np.empty(start.size - 1, dtype=np.float64)
    for candidate in range(worth.size):
        total, lost = 0.0, 0.0
        for place in range(start[candidate], start[candidate + 1]):
            pixel = pixels[place]
            level = min(int(levels[place]), max(top - int(base[pixel]), 0))
            term = weight[pixel] * np.float64(slope[pixel]) * level
            summed = total + term
            if total >= term:
                lost += (total - summed) + term
            else:
                lost += (term - summed) + total
            total = summed
        worth[candidate] = total + lost
    return worth
