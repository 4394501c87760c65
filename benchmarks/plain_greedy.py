"""What a program does that is greedy alone: the yardstick for the cost of targets."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.footprints import Int64Array
from phusong.coverage.selection.problem import Problem


class PlainGreedy:
    """Greedy with reverse delete, for targets of zones of which each has one target of a measure at most.

    Pixels are covered or not; nothing but targets and cost is heeded.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._need = np.array([target.at_least for target in problem.targets], dtype=np.int64)
        self._numbers: list[tuple[Int64Array, npt.NDArray[np.int32]]] = []  # weight and target of every pixel
        for measure, layer in dict.fromkeys((target.measure, target.layer) for target in problem.targets):
            target_of_pixel = np.full(problem.footprints.pixel_count, -1, dtype=np.int32)
            for number, target in enumerate(problem.targets):
                if (target.measure, target.layer) == (measure, layer):
                    target_of_pixel[problem.pixels_of(target)] = number
            self._numbers.append((problem.demand.weights[measure], target_of_pixel))

    def choose(self) -> tuple[int, ...]:
        """Take the most gain for the money until all targets are met, then drop what is not needed, dearest first.

        The gain of a candidate is what it adds to all targets, to each no more than that still lacks.
        """
        problem = self._problem
        covered_by = problem.demand.base.astype(np.int32)
        lacking = self._need.copy()

        def worth(site: int) -> float:
            pixels = problem.footprints.of(site)
            adds = self._weight_of(pixels[covered_by[pixels] == 0])
            return float(np.minimum(adds, lacking).sum()) / max(1, int(problem.cost[site]))

        queue = [(-worth(site), site) for site in range(len(problem))]
        heapq.heapify(queue)
        chosen: list[int] = []
        while lacking.any() and queue:
            _, site = heapq.heappop(queue)
            now = (-worth(site), site)
            if queue and now > queue[0]:  # gains only fall: the next may be worth more
                heapq.heappush(queue, now)
                continue
            pixels = problem.footprints.of(site)
            lacking -= np.minimum(self._weight_of(pixels[covered_by[pixels] == 0]), lacking)
            covered_by[pixels] += 1
            chosen.append(site)
        return self._without_the_needless(chosen, covered_by)

    def _without_the_needless(self, chosen: list[int], covered_by: npt.NDArray[np.int32]) -> tuple[int, ...]:
        problem = self._problem
        spare = problem.gains_of_targets(chosen) - self._need
        kept = set(chosen)
        for site in sorted(chosen, key=lambda one: (-int(problem.cost[one]), one)):
            pixels = problem.footprints.of(site)
            loses = self._weight_of(pixels[covered_by[pixels] == 1])
            if np.all(loses <= spare):
                spare -= loses
                covered_by[pixels] -= 1
                kept.remove(site)
        return tuple(sorted(kept))

    def _weight_of(self, pixels: npt.NDArray[np.int32]) -> Int64Array:
        """Return the (targets,) weight of pixels; exact, as it stays below 2**53."""
        total = np.zeros(self._need.size, dtype=np.int64)
        for weight, target_of_pixel in self._numbers:
            target = target_of_pixel[pixels]
            counts = target >= 0
            sums = np.bincount(target[counts], weight[pixels[counts]], minlength=total.size)
            total += sums.astype(np.int64)
        return total
