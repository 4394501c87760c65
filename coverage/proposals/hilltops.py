"""Hilltops: the highest ground around."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from phusong.coverage.ground import Ground
from phusong.coverage.proposals.thinning import FloatArray, far_enough


def hilltops(ground: Ground, allowed: npt.NDArray[np.bool_], radius_km: float, rise_m: float) -> FloatArray:
    """Return the places of allowed pixels that are the highest in the square of that half-width round them, and rise so
    much above the lowest of it.

    Of level ground that is highest one pixel counts, and of equal tops closer than the half-width the first from
    north-west.

    Parameters
    ----------
    allowed : (rows, columns) where a site may stand.

    Returns
    -------
    (places, 2) x and y of pixel centres [m], the highest first.
    """
    grid = ground.grid
    reach = max(round(radius_km * 1000.0 / grid.resolution_m), 1)
    height_m = np.where(np.isfinite(ground.height_m), ground.height_m, np.float32(-np.inf))
    highest = ndimage.maximum_filter(height_m, size=2 * reach + 1, mode="constant", cval=-np.inf)
    bottom_m = np.where(np.isfinite(ground.height_m), ground.height_m, np.float32(np.inf))
    lowest = ndimage.minimum_filter(bottom_m, size=2 * reach + 1, mode="constant", cval=np.inf)
    is_top = allowed & (height_m == highest) & (height_m >= lowest + rise_m)
    labelled: Any = ndimage.label(is_top, structure=np.ones((3, 3)))
    tops, count = labelled
    pixels = np.flatnonzero(tops)
    pixels = pixels[np.argsort(tops.flat[pixels], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(np.bincount(tops.flat[pixels], minlength=count + 1)[1:])])
    middles = pixels[(starts[:-1] + starts[1:]) // 2]
    middles = middles[np.lexsort((middles, -height_m.flat[middles]))]
    row, column = np.unravel_index(middles, grid.shape)
    x_m, y_m = grid.centres_m()
    places_m = np.column_stack([x_m[column], y_m[row]])
    return places_m[far_enough(places_m, places_m[:0], radius_km * 1000.0)]
