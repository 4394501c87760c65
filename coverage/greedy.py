"""Maximum coverage by lazy greedy choice, with an upper bound that holds for every other choice.

The covered weight is a monotone submodular function of the sites chosen: a site never adds more later than it adds
now. So a site whose gain of long ago is below another's gain of now need not be looked at again (Minoux 1978), and no
choice of k sites can cover more than what is covered plus the k greatest gains left (Nemhauser, Wolsey, Fisher 1978).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IndexArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]
# The bound holds after any number of choices and is tightest somewhere in between: it is taken at these numbers and
# at the end.
_CHECKPOINTS = frozenset({2, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560})


@dataclass(frozen=True)
class Choice:
    """Sites in the order of their choice.

    Attributes
    ----------
    sites : candidates' numbers; gains : weight that each adds.
    value : weight covered by all of them.
    upper_bound : no choice of as many sites covers more.
    least_sites : no choice of fewer sites reaches the weight asked for; None where a number of sites was asked for.
    """

    sites: tuple[int, ...]
    gains: tuple[float, ...]
    value: float
    upper_bound: float
    least_sites: int | None

    @property
    def gap(self) -> float:
        """How far the value may lie below the best possible, as a share of that."""
        return 0.0 if self.upper_bound <= 0.0 else 1.0 - self.value / self.upper_bound


def choose(
    footprints: Sequence[IndexArray], weights: FloatArray, *, sites: int | None = None, weight: float | None = None
) -> Choice:
    """Choose a number of sites that cover the most, or few sites that cover a weight.

    Parameters
    ----------
    footprints : for each candidate the numbers of the pixels that it covers.
    weights : (pixels,) not negative.
    sites : how many sites at most; weight : stop once so much is covered. One of the two, or both.

    Sites that add nothing are not chosen. Of equal gains the lower number wins, so that the same input gives the same
    sites.
    """
    covered = np.zeros(weights.size, dtype=np.bool_)

    def gain(site: int) -> float:
        pixels = footprints[site]
        return float(weights[pixels[~covered[pixels]]].sum())

    def gains_left() -> FloatArray:
        return np.array([gain(site) for site in range(len(footprints))])

    limit = len(footprints) if sites is None else sites
    first = gains_left()
    queue = [(-value, site) for site, value in enumerate(first.tolist()) if value > 0.0]
    heapq.heapify(queue)
    chosen: list[int] = []
    gains: list[float] = []
    total = 0.0
    bounds = [_most(first, limit)]
    least = 0 if weight is None else _fewest(first, weight)
    while queue and len(chosen) < limit and (weight is None or total < weight):
        _, site = heapq.heappop(queue)
        now = gain(site)
        if now <= 0.0:
            continue
        if queue and (-now, site) > queue[0]:
            heapq.heappush(queue, (-now, site))
            continue
        chosen.append(site)
        gains.append(now)
        total += now
        covered[footprints[site]] = True
        if len(chosen) in _CHECKPOINTS:
            bounds.append(total + _most(gains_left(), limit))
            if weight is not None:
                least = max(least, _fewest(gains_left(), weight - total))
    bounds.append(total + _most(gains_left(), limit if weight is None else len(chosen)))
    return Choice(
        tuple(chosen), tuple(gains), total, min(min(bounds), float(weights.sum())), None if weight is None else least
    )


def _most(gains: FloatArray, count: int) -> float:
    """Return the sum of the greatest gains."""
    return float(np.sort(gains)[::-1][:count].sum())


def _fewest(gains: FloatArray, weight: float) -> int:
    """Return how many of the greatest gains it takes to reach a weight; one more than there are where they do not."""
    return int(np.searchsorted(np.cumsum(np.sort(gains)[::-1]), weight)) + 1 if weight > 0.0 else 0
