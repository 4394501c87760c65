"""Patterns by two cuts, a horizontal and a vertical one, combined to a pattern over the sphere.

Angles are those of ``frame``, but the vertical cut goes round the whole circle: 0 ahead, 90 below, 180 behind. Between
the points of a cut the attenuation is linear in dB, and the last point is followed by the first.

Cuts are combined by *horizontal projection interpolation* (Altair WinProp 2021.2, user guide, AMan, equation (1)):
the horizontal cut gives the attenuation on the horizon, and the vertical cut says by how much it differs above and
below. Ahead that difference is read from the front of the vertical cut, behind from its back, and in between both
count by the angle from the boresight. So the vertical cut is met whatever its tilt, and the horizontal one where both
agree ahead and behind; where they do not, as behind many real panels, the horizon is moved by a share of that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, Problem
from phusong.kernels._jit import scalar
from phusong.kernels.antennas.table import COLUMNS, ROWS, STEP_DEG, attenuation_faults, bracket, circle_faults, wrap

FloatArray = npt.NDArray[np.float64]


class Cut(NamedTuple):
    """Attenuation round a circle: angles rise from below -180 to above 180, so that every angle lies between two."""

    angle_deg: FloatArray
    attenuation_db: FloatArray


def make_cut(angle_deg: npt.ArrayLike, attenuation_db: npt.ArrayLike, *, source: str = "cut") -> Cut:
    """Return a cut from its points in any order.

    Parameters
    ----------
    angle_deg : (points,) each once, -180 .. 180 or 0 .. 360 [deg]; round the whole circle.
    attenuation_db : (points,) below the antenna's gain, 0 .. 100 [dB].
    source : what the problems call the cut.

    Raises
    ------
    InputError : every problem of the points at once.
    """
    angles = np.asarray(angle_deg, dtype=np.float64)
    values = np.asarray(attenuation_db, dtype=np.float64)
    if angles.ndim != 1 or angles.shape != values.shape or angles.size == 0:
        message = f"the shapes are {angles.shape} and {values.shape}"
        faults = [("angle_deg", message, "Give one attenuation for each angle, and at least one")]
    else:
        faults = [*attenuation_faults(values), *circle_faults("angle_deg", angles)]
    if faults:
        raise InputError(Problem(source, None, *fault) for fault in faults)
    wrapped = wrap(angles)
    order = np.argsort(wrapped)
    wrapped, values = wrapped[order], values[order]
    return Cut(
        np.concatenate([wrapped[-1:] - 360.0, wrapped, wrapped[:1] + 360.0]),
        np.concatenate([values[-1:], values, values[:1]]),
    )


@scalar
def cut_attenuation(cut: Cut, angle_deg: float) -> float:
    """Return the attenuation of a cut at an angle of -180 .. 180 [dB]."""
    before, share = bracket(cut.angle_deg, angle_deg)
    attenuation_db: float = (1.0 - share) * cut.attenuation_db[before] + share * cut.attenuation_db[before + 1]
    return attenuation_db


@scalar
def cuts_attenuation(horizontal: Cut, vertical: Cut, horizontal_deg: float, vertical_deg: float) -> float:
    """Return the attenuation in a direction of the antenna's own frame [dB, >= 0]: the definition.

    A(phi, theta) = H(phi) - (1 - |phi|/180) (H(0) - V(theta)) - |phi|/180 (H(180) - V(180 - theta)).
    """
    behind_deg = 180.0 - vertical_deg if vertical_deg >= 0.0 else -180.0 - vertical_deg
    back = abs(horizontal_deg) / 180.0
    front_db = cut_attenuation(horizontal, 0.0) - cut_attenuation(vertical, vertical_deg)
    back_db = cut_attenuation(horizontal, 180.0) - cut_attenuation(vertical, behind_deg)
    combined_db = cut_attenuation(horizontal, horizontal_deg) - (1.0 - back) * front_db - back * back_db
    return max(combined_db, 0.0)  # cuts that disagree ahead could exceed the gain


@scalar
def lay_cuts(horizontal: Cut, vertical: Cut) -> npt.NDArray[np.float32]:
    """Return the attenuation of two cuts on the posts of ``table``, for a raster [dB].

    Cuts with points at multiples of STEP_DEG are met exactly, for ``cuts_attenuation`` is linear in each angle between
    these; but for the edge where it is cut off at 0 dB.
    """
    laid_db = np.empty(ROWS * COLUMNS, dtype=np.float32)
    for row in range(ROWS):
        for column in range(COLUMNS):
            laid_db[row * COLUMNS + column] = cuts_attenuation(
                horizontal, vertical, -180.0 + column * STEP_DEG, -90.0 + row * STEP_DEG
            )
    return laid_db
