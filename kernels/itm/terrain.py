"""What the irregular terrain model reads from a profile: horizons, effective heights and the terrain's irregularity.

Sources: see ``path``; the reduction of a profile is that of the FORTRAN program of 1985 and of its successor at NTIA.
A profile is the heights [m] of points that are equally far apart; the first is the transmitter's ground.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import fmax, scalar, simd
from phusong.kernels.itm.path import (
    Path,
    Terminal,
    effective_curvature,
    ground_refractivity,
    rough_horizon_elevation,
    rough_horizon_m,
)

FloatArray = npt.NDArray[np.float64]

LEAST_DECILE, MOST_DECILE = 4, 25


@simd
def _mean(heights_m: FloatArray) -> float:
    total = 0.0
    for i in range(heights_m.size):
        total += heights_m[i]
    return total / heights_m.size


@scalar
def mean_height(terrain_m: FloatArray) -> float:
    """Return the mean height [m] of the profile without a tenth of its points at either end."""
    tenth = int(0.1 * (terrain_m.size - 1))
    return _mean(terrain_m[tenth : terrain_m.size - tenth])


@simd
def _fit_sums(heights_m: FloatArray) -> tuple[float, float]:
    """Return the sum of the heights and their moment about the middle, those at both ends by half."""
    last = heights_m.size - 1
    middle = 0.5 * last
    total = 0.0
    moment = 0.0
    for i in range(heights_m.size):
        total += heights_m[i]
        moment += heights_m[i] * (i - middle)
    total -= 0.5 * (heights_m[0] + heights_m[last])
    moment -= 0.5 * (heights_m[last] - heights_m[0]) * middle
    return total, moment


@scalar
def fitted_ends(terrain_m: FloatArray, interval_m: float, start_m: float, end_m: float) -> tuple[float, float]:
    """Return the heights [m] at both ends of the profile of the line fitted to it between two distances."""
    intervals = terrain_m.size - 1
    first = int(max(start_m / interval_m, 0.0))
    last = intervals - int(max(intervals - end_m / interval_m, 0.0))
    if last <= first:  # nothing lies between: take one interval or two
        first = max(first - 1, 0)
        last = min(last + 1, intervals)
    length = float(last - first)
    centre = 0.5 * (first + last)
    total, moment = _fit_sums(terrain_m[first : last + 1])
    level_m = total / length
    slope_m = 12.0 * moment / ((length * length + 2.0) * length)
    return level_m - slope_m * centre, level_m + slope_m * (intervals - centre)


@simd
def _bounds(values: FloatArray) -> tuple[float, float]:
    least = -values[0]
    most = values[0]
    for i in range(values.size):
        least = fmax(least, -values[i])
        most = fmax(most, values[i])
    return -least, most


@simd
def _count_above(values: FloatArray, level: float) -> int:
    above = 0
    for i in range(values.size):
        above += 1 if values[i] > level else 0
    return above


@simd
def _greatest_up_to(values: FloatArray, level: float, least: float) -> float:
    greatest = least
    for i in range(values.size):
        greatest = fmax(greatest, values[i] if values[i] <= level else least)
    return greatest


@scalar
def ranked_value(values: FloatArray, rank: int, least: float, most: float) -> float:
    """Return the value of that rank, 1 being the greatest; least and most are the bounds of all.

    Found by halving the range and counting, which processors do many values at a time, unlike sorting.
    """
    low, high = least, most
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        above = _count_above(values, middle)
        if above >= rank:
            low = middle
        else:
            high = middle
            if above == rank - 1:
                break
    return _greatest_up_to(values, high, least)


@simd
def _resample(
    terrain_m: FloatArray, start: float, step: float, places: npt.NDArray[np.uint64], samples_m: FloatArray
) -> None:
    """Fill in the heights between the points, from the place ``start`` on, ``step`` points apart."""
    last = terrain_m.size - 2
    for j in range(samples_m.size):  # apart from the look-up, so that a processor does it many at a time
        at = start + j * step
        places[j] = np.uint64(min(int(at), last))
        samples_m[j] = at - places[j]
    for j in range(samples_m.size):
        before_m = terrain_m[places[j]]
        samples_m[j] = before_m + (terrain_m[places[j] + np.uint64(1)] - before_m) * samples_m[j]


@simd
def _take_line(samples_m: FloatArray, first_m: float, step_m: float) -> None:
    for j in range(samples_m.size):
        samples_m[j] -= first_m + j * step_m


@scalar
def terrain_irregularity(terrain_m: FloatArray, interval_m: float, start_m: float, end_m: float) -> float:
    """Return delta h [m]: the interdecile range about the fitted line between two distances, as on a long path."""
    start, end = start_m / interval_m, end_m / interval_m
    if end - start < 2.0:
        return 0.0
    decile = min(max(LEAST_DECILE, int(0.1 * (end - start + 8.0))), MOST_DECILE)
    count = 10 * decile - 5
    samples_m = np.empty(count)
    _resample(terrain_m, start, (end - start) / (count - 1), np.empty(count, dtype=np.uint64), samples_m)
    first_m, last_m = fitted_ends(samples_m, 1.0, 0.0, count - 1.0)
    _take_line(samples_m, first_m, (last_m - first_m) / (count - 1))
    least_m, most_m = _bounds(samples_m)
    upper_m = ranked_value(samples_m, decile, least_m, most_m)
    lower_m = ranked_value(samples_m, count - decile + 1, least_m, most_m)
    return (upper_m - lower_m) / (1.0 - 0.8 * math.exp(-(end_m - start_m) / 50e3))  # (3.9) solved for delta h


@simd
def _rises(inner_m: FloatArray, tx_m: float, rx_m: float, bulge: float, rises_m: FloatArray) -> None:
    """Fill in how steeply every inner point is seen from both antennas [m for an interval]; TN101 (6.15)."""
    count = inner_m.size
    for i in range(count):
        rises_m[0, i] = (inner_m[i] - tx_m) / (i + 1) - bulge * (i + 1)
        rises_m[1, i] = (inner_m[i] - rx_m) / (count - i) - bulge * (count - i)


@scalar
def _horizon_point(rises_m: FloatArray, direct_m: float) -> tuple[int, float]:
    """Return the first point that is seen most steeply, and how steeply; point 0 where the direct line is as steep."""
    if rises_m.size == 0:
        return 0, direct_m
    _, greatest_m = _bounds(rises_m)
    if greatest_m <= direct_m:
        return 0, direct_m
    i = 0
    while rises_m[i] != greatest_m:
        i += 1
    return i + 1, greatest_m


@scalar
def _reached(start_m: float, interval_m: float, count: int) -> float:
    """Return where that many intervals lead [m].

    The reference program adds them up one by one. Where a tenth of the way falls on a point, the rounding of that sum
    decides whether the point counts, so there it is added up here too.
    """
    if round((start_m + count * interval_m) / abs(interval_m)) % 10 != 0:
        return start_m + count * interval_m
    at_m = start_m
    for _ in range(count):
        at_m += interval_m
    return at_m


@scalar
def horizons(
    terrain_m: FloatArray, interval_m: float, tx_height_m: float, rx_height_m: float, curvature: float
) -> tuple[float, float, float, float]:
    """Return the distance [m] and elevation [rad] of both horizons: tx distance, rx distance, tx and rx elevation.

    Each terminal's horizon is the other terminal where the terrain does not rise into the line between them.
    """
    intervals = terrain_m.size - 1
    distance_m = intervals * interval_m
    tx_m = terrain_m[0] + tx_height_m
    rx_m = terrain_m[intervals] + rx_height_m
    bulge = 0.5 * curvature * interval_m * interval_m
    rises_m = np.empty((2, intervals - 1))
    _rises(terrain_m[1:intervals], tx_m, rx_m, bulge, rises_m)
    # The horizon is the other terminal where nothing rises above the line to it.
    tx_point, tx_rise_m = _horizon_point(rises_m[0], (rx_m - tx_m) / intervals - bulge * intervals)
    rx_point, rx_rise_m = _horizon_point(rises_m[1], (tx_m - rx_m) / intervals - bulge * intervals)
    tx_horizon_m = _reached(0.0, interval_m, tx_point) if tx_point > 0 else distance_m
    rx_horizon_m = _reached(distance_m, -interval_m, rx_point)
    return tx_horizon_m, rx_horizon_m, tx_rise_m / interval_m, rx_rise_m / interval_m


@scalar
def analyse(
    terrain_m: FloatArray, interval_m: float, tx_height_m: float, rx_height_m: float, sea_level_refractivity: float
) -> Path:
    """Return the path that a profile makes."""
    distance_m = (terrain_m.size - 1) * interval_m
    refractivity = ground_refractivity(sea_level_refractivity, mean_height(terrain_m))
    curvature = effective_curvature(refractivity)
    tx_horizon_m, rx_horizon_m, tx_elevation, rx_elevation = horizons(
        terrain_m, interval_m, tx_height_m, rx_height_m, curvature
    )
    # What is close to an antenna is left out: 15 times its height, or a tenth of the way to its horizon.
    start_m = min(15.0 * tx_height_m, 0.1 * tx_horizon_m)
    end_m = distance_m - min(15.0 * rx_height_m, 0.1 * rx_horizon_m)
    irregularity_m = terrain_irregularity(terrain_m, interval_m, start_m, end_m)
    tx_ground_m, rx_ground_m = terrain_m[0], terrain_m[terrain_m.size - 1]
    if tx_horizon_m + rx_horizon_m > 1.5 * distance_m:  # well within line of sight
        tx_fit_m, rx_fit_m = fitted_ends(terrain_m, interval_m, start_m, end_m)
        tx_effective_m = tx_height_m + max(tx_ground_m - tx_fit_m, 0.0)
        rx_effective_m = rx_height_m + max(rx_ground_m - rx_fit_m, 0.0)
        tx_horizon_m = rough_horizon_m(tx_effective_m, curvature, irregularity_m)
        rx_horizon_m = rough_horizon_m(rx_effective_m, curvature, irregularity_m)
        if tx_horizon_m + rx_horizon_m <= distance_m:  # raise the antennas until they see each other
            raising = (distance_m / (tx_horizon_m + rx_horizon_m)) ** 2
            tx_effective_m *= raising
            rx_effective_m *= raising
            tx_horizon_m = rough_horizon_m(tx_effective_m, curvature, irregularity_m)
            rx_horizon_m = rough_horizon_m(rx_effective_m, curvature, irregularity_m)
        tx_elevation = rough_horizon_elevation(tx_effective_m, curvature, irregularity_m, tx_horizon_m)
        rx_elevation = rough_horizon_elevation(rx_effective_m, curvature, irregularity_m, rx_horizon_m)
    else:
        tx_fit_m, _ = fitted_ends(terrain_m, interval_m, start_m, 0.9 * tx_horizon_m)
        _, rx_fit_m = fitted_ends(terrain_m, interval_m, distance_m - 0.9 * rx_horizon_m, end_m)
        tx_effective_m = tx_height_m + max(tx_ground_m - tx_fit_m, 0.0)
        rx_effective_m = rx_height_m + max(rx_ground_m - rx_fit_m, 0.0)
    return Path(
        distance_m,
        Terminal(tx_height_m, tx_effective_m, tx_horizon_m, tx_elevation),
        Terminal(rx_height_m, rx_effective_m, rx_horizon_m, rx_elevation),
        irregularity_m,
        curvature,
        refractivity,
    )
