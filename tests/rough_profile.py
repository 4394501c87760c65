"""Random profiles for laws that hold over any ground."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def rough_profile(seed: int, length: float, relief_m: float = 60.0) -> tuple[Floats, Floats]:
    """Return distance, in the unit of the length and exactly that at the end, and height [m] of 3 to 60 points."""
    random = np.random.default_rng(seed)
    points = int(random.integers(3, 61))
    distance = np.concatenate([[0.0], np.cumsum(random.uniform(0.2, 1.0, points - 1))])
    terrain_m = 200.0 + relief_m * np.cumsum(random.normal(size=points)) / math.sqrt(points)
    return distance / distance[-1] * length, terrain_m
