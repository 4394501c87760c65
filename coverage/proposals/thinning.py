"""Places that keep their distance: of two too close to each other the earlier stays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

FloatArray = npt.NDArray[np.float64]


def far_enough(places_m: FloatArray, others_m: FloatArray, least_m: float) -> npt.NDArray[np.bool_]:
    """Return which places stand more than a distance from all others, and from all earlier places that do.

    Parameters
    ----------
    places_m : (places, 2) x and y [m], the first to be kept first; others_m : (others, 2), which stay anyway.
    """
    keep = np.ones(len(places_m), dtype=np.bool_)
    if not keep.size:
        return keep
    if len(others_m):
        keep = KDTree(others_m).query(places_m)[0] > least_m
    pairs = KDTree(places_m).query_pairs(least_m, output_type="ndarray")
    for earlier, later in pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))].tolist():
        if keep[earlier]:
            keep[later] = False
    return keep
