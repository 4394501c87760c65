"""Arrays of elements and their beams: the composite pattern of Recommendation ITU-R M.2101-0, section 5.2.

A beam is the element's gain plus the gain of the superposed elements (M.2101 table 4, correlation 1). The double sum
over rows and columns is the product of two single sums, for the phases of both are a sum: a column of elements, which
sees the cosine to the downward axis, times a row, which sees the cosine to the rightward axis. Each is a function of
one number, so a raster needs a table a column and a table a row, not one over the sphere.

Rows may be sub-arrays: columns of elements fed with a fixed tilt, a third factor that sees the same cosine as the
column (extended pattern, ITU-R document 5D/716 (2021), annex 4.4; 3GPP TR 38.803 section 5.2.3.2.4). Beams that a cell
sends one after the other (SSB) are mapped by their envelope: in each direction the strongest beam.

M.2101 does not normalise the composite pattern. Integrated over the sphere a beam may radiate more or less than it is
fed (8 x 8 elements of 8 dBi half a wavelength apart: 2.6 dB more straight ahead); ``sphere`` tells how much, and a
caller may take that excess off.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar, simd
from phusong.kernels.antennas.element import Element, element_gain, element_gain_lanes
from phusong.kernels.lanes import Lanes, gather, maximum, minimum, splat, sqrt, to_float, whole

FloatArray = npt.NDArray[np.float64]
Factors = npt.NDArray[np.float32]

NULL_DB = -100.0
"""Stands where the elements cancel each other, which M.2101 gives no floor."""
LOWEST_DB = -1e4
"""Below any superposition."""
HALF_POINTS = 4096
POINTS = 2 * HALF_POINTS + 2
"""Points of a factor over the cosine -1 .. 1, and one more, to interpolate to at 1."""


class Array(NamedTuple):
    """A rectangular array of elements, upright in its own frame.

    Attributes
    ----------
    rows, columns : elements (or sub-arrays) above and beside each other (N_V, N_H).
    vertical_spacing, horizontal_spacing : from one to the next [wavelengths] (d_V, d_H).
    subarray_rows : elements of a sub-array (M_sub); 1: every element is fed by itself.
    subarray_spacing : between the elements of a sub-array [wavelengths] (d_V,sub).
    subarray_tilt_deg : their fixed tilt, downwards positive [deg] (theta_subtilt).
    """

    rows: int
    columns: int
    vertical_spacing: float
    horizontal_spacing: float
    subarray_rows: int
    subarray_spacing: float
    subarray_tilt_deg: float


class Beam(NamedTuple):
    """Where a beam is steered in the antenna's frame, down and clockwise positive [deg] (theta_etilt, phi_escan)."""

    tilt_deg: float
    azimuth_deg: float


@scalar
def line_gain(count: int, spacing: float, off_cosine: float) -> float:
    """Return the gain of a line of elements over one of them [dB], 10 log10 |sum of w v|^2 of M.2101 table 4.

    off_cosine: cosine of the angle to the line, less that of the direction in which the elements are in phase.
    """
    real = imaginary = 0.0
    for n in range(count):
        phase = 2.0 * math.pi * n * spacing * off_cosine
        real += math.cos(phase)
        imaginary += math.sin(phase)
    power = (real**2 + imaginary**2) / count  # the weights' 1 / sqrt(N)
    return max(10.0 * math.log10(power), NULL_DB) if power > 0.0 else NULL_DB


@scalar
def column_gain(array: Array, tilt_deg: float, below_cosine: float) -> float:
    """Return the gain of a column over one element [dB].

    below_cosine: cosine of the angle to the downward axis (-cos theta).
    """
    steered_db = line_gain(array.rows, array.vertical_spacing, below_cosine - math.sin(math.radians(tilt_deg)))
    fixed = math.sin(math.radians(array.subarray_tilt_deg))
    return steered_db + line_gain(array.subarray_rows, array.subarray_spacing, below_cosine - fixed)


@scalar
def row_gain(array: Array, beam: Beam, right_cosine: float) -> float:
    """Return the gain of a row over one element [dB]; right_cosine: cosine of the angle to the rightward axis."""
    steered = math.cos(math.radians(beam.tilt_deg)) * math.sin(math.radians(beam.azimuth_deg))
    return line_gain(array.columns, array.horizontal_spacing, right_cosine - steered)


@scalar
def beam_gain(element: Element, array: Array, beam: Beam, horizontal_deg: float, vertical_deg: float) -> float:
    """Return the gain of a beam in a direction of the array's own frame [dBi]: the definition (A_A,Beam)."""
    below_cosine = math.sin(math.radians(vertical_deg))
    right_cosine = math.cos(math.radians(vertical_deg)) * math.sin(math.radians(horizontal_deg))
    return (
        element_gain(element, horizontal_deg, vertical_deg)
        + column_gain(array, beam.tilt_deg, below_cosine)
        + row_gain(array, beam, right_cosine)
    )


@scalar
def beam_gains(
    element: Element, array: Array, beam: Beam, horizontal_deg: FloatArray, vertical_deg: FloatArray
) -> FloatArray:
    """Return ``beam_gain`` for every vertical with every horizontal angle, shape (vertical, horizontal)."""
    gain_dbi = np.empty((vertical_deg.size, horizontal_deg.size))
    for i in range(vertical_deg.size):
        for j in range(horizontal_deg.size):
            gain_dbi[i, j] = beam_gain(element, array, beam, horizontal_deg[j], vertical_deg[i])
    return gain_dbi


@scalar
def envelope_gain(
    element: Element,
    array: Array,
    tilts_deg: FloatArray,
    azimuths_deg: FloatArray,
    excess_db: FloatArray,
    horizontal_deg: float,
    vertical_deg: float,
) -> float:
    """Return the gain of the strongest of the beams, every tilt with every azimuth [dBi]: the definition.

    excess_db: (tilts, azimuths) taken off each beam; what it radiates too much, or 0 for M.2101 as it stands.
    """
    strongest_dbi = -math.inf
    for i in range(tilts_deg.size):
        for j in range(azimuths_deg.size):
            beam = Beam(tilts_deg[i], azimuths_deg[j])
            gain_dbi = beam_gain(element, array, beam, horizontal_deg, vertical_deg) - excess_db[i, j]
            strongest_dbi = max(strongest_dbi, gain_dbi)
    return strongest_dbi


@scalar
def envelope_factors(array: Array, tilts_deg: FloatArray, azimuths_deg: FloatArray, excess_db: FloatArray) -> Factors:
    """Return the tables of the beams, shape (tilts, 2, POINTS) [dB]: the column, and the best row of all azimuths.

    Point k stands for the cosine k / HALF_POINTS - 1. excess_db: as in ``envelope_gain``.
    """
    factors = np.empty((tilts_deg.size, 2, POINTS), dtype=np.float32)
    for tilt in range(tilts_deg.size):
        for k in range(POINTS):
            cosine = k / HALF_POINTS - 1.0
            best_db = -math.inf
            for azimuth in range(azimuths_deg.size):
                beam = Beam(tilts_deg[tilt], azimuths_deg[azimuth])
                best_db = max(best_db, row_gain(array, beam, cosine) - excess_db[tilt, azimuth])
            factors[tilt, 0, k] = column_gain(array, tilts_deg[tilt], cosine)
            factors[tilt, 1, k] = best_db
    return factors


@simd
def _factor_lanes(factor: npt.NDArray[np.float32], cosine: Lanes) -> Lanes:
    position = maximum(minimum((cosine + 1.0) * HALF_POINTS, 2.0 * HALF_POINTS), 0.0)
    point = whole(position)
    low = gather(factor, point)
    return low + (position - to_float(point)) * (gather(factor, point + 1) - low)


@simd
def array_gain_lanes(element: Element, factors: Factors, along_m: Lanes, right_m: Lanes, below_m: Lanes) -> Lanes:
    """Return the gain of the strongest beam towards sixteen points of the frame [dBi].

    Down to 20 dB below the peak within 0.01 dB of ``envelope_gain``, for arrays up to 8 wavelengths high and wide;
    within 0.03 dB up to 24. factors: those of ``envelope_factors``.
    """
    per_distance = 1.0 / maximum(sqrt(along_m * along_m + right_m * right_m + below_m * below_m), 1e-6)
    below_cosine = below_m * per_distance
    right_cosine = right_m * per_distance
    superposed_db = splat(LOWEST_DB)
    for tilt in range(factors.shape[0]):
        superposed_db = maximum(
            superposed_db, _factor_lanes(factors[tilt, 0], below_cosine) + _factor_lanes(factors[tilt, 1], right_cosine)
        )
    return element_gain_lanes(element, 0.0, along_m, right_m, below_m) + superposed_db
