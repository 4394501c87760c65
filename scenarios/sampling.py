"""Dividing a whole number by weights, and spatially balanced samples: the arithmetic of the synthetic register.

Decisions are made on whole numbers: the last bit of a weight, which may differ between machines, hardly ever turns one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_BISECTIONS = 80
_PARTS = 2**36  # of a chance; 10,000 places in one list stay below 2**63
_LEAST_CHANCE = 1e-9  # of the greatest: a sample may have to take what nothing speaks for


def scaled(weights: FloatArray, total: float, low: npt.ArrayLike, high: npt.ArrayLike) -> FloatArray:
    """Return clip(s * weights, low, high), with s such that they add up to the total.

    Raises
    ------
    ValueError
        Where no s does.
    """
    weights, lowest, highest = np.broadcast_arrays(weights, np.asarray(low, np.float64), np.asarray(high, np.float64))
    reachable = highest[weights > 0].sum() + lowest[weights <= 0].sum()
    if not lowest.sum() <= total <= reachable + 1e-9:
        raise ValueError(f"no scale brings the sum to {total:g}: it runs from {lowest.sum():g} to {reachable:g}")
    if not weights.any():
        return lowest.astype(np.float64)
    least, most = 0.0, float(highest.max() / weights[weights > 0].min())
    for _ in range(_BISECTIONS):
        scale = (least + most) / 2.0
        if np.clip(scale * weights, lowest, highest).sum() < total:
            least = scale
        else:
            most = scale
    return np.asarray(np.clip(most * weights, lowest, highest), dtype=np.float64)


def apportion(
    total: int, weights: FloatArray, low: npt.NDArray[np.integer] | int = 0, high: npt.NDArray[np.integer] | None = None
) -> IntArray:
    """Divide a number by weights into whole numbers between low and high: the largest remainders are rounded up."""
    highest = np.full(len(weights), total) if high is None else high
    quota = np.round(scaled(weights, total, low, highest), 6)
    count = np.floor(quota).astype(np.int64)
    order = np.argsort(count - quota, kind="stable")
    order = order[(count < highest)[order]]
    count[order[: total - count.sum()]] += 1
    return count


def systematic(weights: FloatArray, count: int, start: float) -> IntArray:
    """Return `count` different indices in rising order, spread evenly along the cumulated weights.

    Where neighbours in the list are neighbours on the map, the sample is balanced in space: no clumps, no holes.
    An item whose weight deserves a whole place or more is certain to be taken.
    Source: Madow, "On the theory of systematic sampling, II", Ann. Math. Stat. 20 (1949).

    Parameters
    ----------
    weights : relative chances, shape (candidates,).
    count : size of the sample, at most the number of candidates.
    start : random start in [0, 1).
    """
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    greatest = float(weights.max()) or 1.0
    chance = scaled(np.maximum(weights, greatest * _LEAST_CHANCE), count, 0.0, 1.0)
    certain = chance > 1.0 - 1e-6
    cumulated = np.cumsum(np.where(certain, 0.0, np.rint(chance * _PARTS)).astype(np.int64))
    rest = count - int(np.count_nonzero(certain))
    whole = int(cumulated[-1])
    marks = (int(start * whole) + np.arange(rest, dtype=np.int64) * whole) // max(rest, 1)
    return np.sort(np.concatenate([np.flatnonzero(certain), np.searchsorted(cumulated, marks, side="right")]))


def interleaved(counts: IntArray) -> IntArray:
    """Return each index as often as its count, evenly mixed: every stretch of the list holds about its share."""
    label = np.repeat(np.arange(len(counts)), counts)
    place = np.concatenate([(np.arange(count) + 0.5) / max(int(count), 1) for count in counts])
    return label[np.argsort(place, kind="stable")]
