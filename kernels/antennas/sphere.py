"""What a pattern radiates in all: the mean of its gain over the sphere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def middles(step_deg: float) -> tuple[FloatArray, FloatArray]:
    """Return the horizontal and vertical angles [deg] of the middles of cells that side by side make up the sphere."""
    vertical_deg = np.arange(-90.0 + step_deg / 2.0, 90.0, step_deg)
    horizontal_deg = np.arange(-180.0 + step_deg / 2.0, 180.0, step_deg)
    return horizontal_deg, vertical_deg


def radiated_db(gain_dbi: npt.NDArray[np.floating], vertical_deg: FloatArray) -> float:
    """Return the power radiated over the power fed [dB]; 0 for an antenna whose gain is its directivity.

    Parameters
    ----------
    gain_dbi : (vertical, horizontal) at the angles of ``middles``.
    """
    weight = np.cos(np.radians(vertical_deg))
    mean = np.average(np.mean(10.0 ** (np.asarray(gain_dbi, dtype=np.float64) / 10.0), axis=1), weights=weight)
    return 10.0 * float(np.log10(mean))
