"""Which way the sectors of a new site look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from phusong.coverage.proposals.thinning import FloatArray
from phusong.terrain.grid import Grid

SECTORS = 3
STEP_DEG = 15.0
"""The sectors of a site are turned together by multiples of this."""


def turns_deg(places_m: FloatArray, weight: npt.NDArray[np.floating], grid: Grid, reach_km: float) -> FloatArray:
    """Return how far the three evenly spaced sectors of each site are turned from north, (places,), below 120 [deg].

    The turn is the one of 0, 15, ..., 105 deg with the greatest sum of weight * cos(3 * off), off being the angle from
    a pixel to the nearest boresight: 1 on it, -1 midway between two. Of equal ones it is the least. Grid north stands
    for true north, which is less than a step away.

    Parameters
    ----------
    places_m : (places, 2) x and y [m].
    weight : (rows, columns) what each pixel is worth, 0 where nothing is missing.
    reach_km : pixels farther away do not count.
    """
    candidates_deg = np.arange(0.0, 360.0 / SECTORS, STEP_DEG)
    phase = np.exp(-1j * SECTORS * np.radians(candidates_deg))
    column, row = grid.column_row(*places_m.T)
    radius = reach_km * 1000.0 / grid.resolution_m
    turns = np.zeros(len(places_m))
    for place, (x, y) in enumerate(zip(column.tolist(), row.tolist(), strict=True)):
        rows = np.arange(max(int(np.ceil(y - radius)), 0), min(int(y + radius) + 1, grid.rows))
        columns = np.arange(max(int(np.ceil(x - radius)), 0), min(int(x + radius) + 1, grid.columns))
        part = weight[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        at_row, at_column = np.nonzero(part)
        north, east = y - rows[at_row], columns[at_column] - x
        near = np.hypot(north, east) <= radius
        worth = part[at_row, at_column][near].astype(np.float64)
        bearing = np.arctan2(east[near], north[near])
        pull = (worth * np.exp(1j * SECTORS * bearing)).sum()
        score = np.round((pull * phase).real, 6)
        turns[place] = candidates_deg[int(np.argmax(score))]
    return turns


def azimuths_text(turn_deg: float) -> str:
    """Return the azimuths of a site turned so far, such as "15 135 255"."""
    return " ".join(f"{turn_deg + sector * 360.0 / SECTORS:g}" for sector in range(SECTORS))
