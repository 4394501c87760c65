"""Patterns by a table over the sphere, and how a raster looks any tabulated pattern up.

Angles are those of ``frame``. Attenuation is linear in dB in each angle between the posts of a table, and round the
circle the last column is followed by the first.

A raster looks up one regular table with a post every STEP_DEG, laid once over the pattern. Patterns with posts at its
multiples are met exactly; others within 0.05 dB, but at their sharpest bends.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, Problem
from phusong.kernels._jit import scalar, simd
from phusong.kernels.lane_math import arc_tangent
from phusong.kernels.lanes import Lanes, Number, gather, maximum, minimum, sqrt, to_float, whole

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]

GREATEST_DB = 100.0
"""Attenuation that a table may state at most [dB]."""
WIDEST_GAP_DEG = 45.0
"""Points of a pattern lie no farther apart: it must cover the whole circle or sphere."""

STEP_DEG = 0.25
ROWS = int(180.0 / STEP_DEG) + 1
COLUMNS = int(360.0 / STEP_DEG) + 1
"""The table that a raster looks up: row r is vertical -90 + r STEP_DEG, column c horizontal -180 + c STEP_DEG."""


class Table(NamedTuple):
    """Attenuation over the sphere: (vertical, horizontal) [dB].

    Horizontal angles rise from below -180 to above 180, so that every angle lies between two; vertical from -90 to 90.
    """

    horizontal_deg: FloatArray
    vertical_deg: FloatArray
    attenuation_db: FloatArray


def make_table(
    horizontal_deg: npt.ArrayLike, vertical_deg: npt.ArrayLike, attenuation_db: npt.ArrayLike, *, source: str = "table"
) -> Table:
    """Return a table from its columns and rows in any order.

    Parameters
    ----------
    horizontal_deg : (columns,) each once, -180 .. 180 or 0 .. 360 [deg], round the whole circle.
    vertical_deg : (rows,) each once, -90 .. 90 with both ends [deg].
    attenuation_db : (rows, columns) below the antenna's gain, 0 .. 100 [dB].
    source : what the problems call the table.

    Raises
    ------
    InputError : every problem of the table at once.
    """
    columns, rows, values = (np.asarray(a, dtype=np.float64) for a in (horizontal_deg, vertical_deg, attenuation_db))
    faults = []
    if columns.ndim != 1 or rows.ndim != 1 or values.shape != (rows.size, columns.size) or 0 in values.shape:
        message = f"the shapes are {columns.shape}, {rows.shape} and {values.shape}"
        faults.append(("attenuation_db", message, "Give a row for each vertical, a column for each horizontal angle"))
    else:
        faults += [*attenuation_faults(values), *circle_faults("horizontal_deg", columns), *_row_faults(rows)]
    if faults:
        raise InputError(Problem(source, None, *fault) for fault in faults)
    wrapped = wrap(columns)
    order, ranks = np.argsort(wrapped), np.argsort(rows)
    values = values[np.ix_(ranks, order)]
    return Table(
        np.concatenate([wrapped[order[-1:]] - 360.0, wrapped[order], wrapped[order[:1]] + 360.0]),
        rows[ranks],
        np.ascontiguousarray(np.hstack([values[:, -1:], values, values[:, :1]])),
    )


def wrap(angle_deg: FloatArray) -> FloatArray:
    """Return the angles within -180 <= a < 180."""
    wrapped: FloatArray = (angle_deg + 180.0) % 360.0 - 180.0
    return wrapped


def attenuation_faults(values: FloatArray) -> list[tuple[str, str, str]]:
    """Return what is wrong with attenuations: field, message, remedy."""
    outside = ~((values >= 0.0) & (values <= GREATEST_DB))  # so written, nan is outside
    if not outside.any():
        return []
    message = f"{values[outside][0]:g} dB is out of range"
    return [("attenuation_db", message, f"Give dB below the greatest gain, from 0 to {GREATEST_DB:g}")]


def circle_faults(field: str, angles: FloatArray) -> list[tuple[str, str, str]]:
    """Return what is wrong with angles that should go round the circle: field, message, remedy."""
    outside = ~((angles >= -180.0) & (angles <= 360.0))
    if outside.any():
        message = f"{angles[outside][0]:g} is out of range"
        return [(field, message, "Give degrees from 0 to 360, or from -180 to 180")]
    ordered = np.sort(wrap(angles))
    return _gap_faults(field, ordered, np.diff(ordered, append=ordered[0] + 360.0))


def _row_faults(angles: FloatArray) -> list[tuple[str, str, str]]:
    outside = ~((angles >= -90.0) & (angles <= 90.0))
    if outside.any():
        message = f"{angles[outside][0]:g} is out of range"
        return [("vertical_deg", message, "Give degrees from -90 (straight up) to 90 (straight down)")]
    ordered = np.sort(angles)
    if ordered[0] != -90.0 or ordered[-1] != 90.0:
        message = f"the rows go from {ordered[0]:g} to {ordered[-1]:g} degrees"
        return [("vertical_deg", message, "Give rows from -90 (straight up) to 90 (straight down)")]
    return _gap_faults("vertical_deg", ordered, np.diff(ordered))


def _gap_faults(field: str, ordered: FloatArray, gaps: FloatArray) -> list[tuple[str, str, str]]:
    faults = []
    if np.any(gaps == 0.0):
        message = f"the angle {ordered[int(np.argmin(gaps))]:g} stands twice"
        faults.append((field, message, "Give each angle once (360 is 0, -180 is 180)"))
    if np.any(gaps > WIDEST_GAP_DEG):
        start = ordered[int(np.argmax(gaps))]
        message = f"there is no point between {start:g} and {start + gaps.max():g} degrees"
        faults.append((field, message, f"Leave no gap wider than {WIDEST_GAP_DEG:g} degrees"))
    return faults


@scalar
def bracket(angles: FloatArray, angle_deg: float) -> tuple[int, float]:
    """Return the point before an angle among rising ones, and how much of the way to the next it has gone."""
    before = min(max(int(np.searchsorted(angles, angle_deg, side="right")) - 1, 0), angles.size - 2)
    return before, (angle_deg - angles[before]) / (angles[before + 1] - angles[before])


@scalar
def table_attenuation(table: Table, horizontal_deg: float, vertical_deg: float) -> float:
    """Return the attenuation in a direction of the antenna's own frame [dB]: the definition."""
    column, across = bracket(table.horizontal_deg, horizontal_deg)
    row, down = bracket(table.vertical_deg, vertical_deg)
    corners_db = table.attenuation_db
    upper_db = (1.0 - across) * corners_db[row, column] + across * corners_db[row, column + 1]
    lower_db = (1.0 - across) * corners_db[row + 1, column] + across * corners_db[row + 1, column + 1]
    attenuation_db: float = (1.0 - down) * upper_db + down * lower_db
    return attenuation_db


@scalar
def lay_table(table: Table) -> Float32Array:
    """Return the attenuation of a table on the posts that a raster looks up, shape (ROWS * COLUMNS,) [dB].

    A table with all its posts at multiples of STEP_DEG is met exactly.
    """
    laid_db = np.empty(ROWS * COLUMNS, dtype=np.float32)
    for row in range(ROWS):
        for column in range(COLUMNS):
            laid_db[row * COLUMNS + column] = table_attenuation(
                table, -180.0 + column * STEP_DEG, -90.0 + row * STEP_DEG
            )
    return laid_db


@simd
def table_gain_lanes(
    gain_dbi: Number, tilt_deg: Number, laid_db: Float32Array, along_m: Lanes, right_m: Lanes, below_m: Lanes
) -> Lanes:
    """Return the gain of a table towards sixteen points of the frame [dBi], the table lowered by ``tilt_deg``."""
    per_step = math.degrees(1.0) / STEP_DEG
    across = minimum(maximum(arc_tangent(right_m, along_m) * per_step + 180.0 / STEP_DEG, 0.0), COLUMNS - 1.0)
    flat_m = sqrt(along_m * along_m + right_m * right_m)
    below = arc_tangent(below_m, flat_m) * per_step + (90.0 - tilt_deg) / STEP_DEG
    below = minimum(maximum(below, 0.0), ROWS - 1.0)
    column = to_float(whole(minimum(across, COLUMNS - 2.0)))
    row = to_float(whole(minimum(below, ROWS - 2.0)))
    index = whole(row * COLUMNS + column)
    share = across - column
    upper_db = gather(laid_db, index)
    upper_db = upper_db + share * (gather(laid_db, index + 1) - upper_db)
    lower_db = gather(laid_db, index + COLUMNS)
    lower_db = lower_db + share * (gather(laid_db, index + (COLUMNS + 1)) - lower_db)
    return gain_dbi - (upper_db + (below - row) * (lower_db - upper_db))
