"""The whole problem as one mixed-integer programme: for small ones, and those where every pixel must be covered.

Its columns are the candidates and, for each pixel and step of the curve above its base, how far the step is taken.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from phusong.coverage.selection.best import Best
from phusong.coverage.selection.footprints import Int64Array
from phusong.coverage.selection.highs import Model, search
from phusong.coverage.selection.prices import SCALE, box, cost_step, solvers_bound
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import Float64Array, structural_rows


class Compact:
    """The programme of a problem.

    Attributes
    ----------
    model : of HiGHS.
    unit : what one of its objective stands for.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        curve = problem.curve
        top = int(np.searchsorted(curve, curve[-1]))
        base = np.minimum(problem.demand.base, top).astype(np.int64)
        room = top - base
        self.step_pixel = np.repeat(np.arange(room.size), room)
        first = np.cumsum(room) - room
        self.step_level = np.arange(self.step_pixel.size) - np.repeat(first, room)
        before = base[self.step_pixel] + self.step_level
        self._worth = (curve[before + 1] - curve[before]).astype(np.float64) if top else np.empty(0)
        size, steps = len(problem), self.step_pixel.size

        cost = np.concatenate([problem.cost.astype(np.float64), np.zeros(steps)])
        self.unit = float(cost_step(problem))
        if problem.maximize is not None:
            gain = self._gain(problem.maximize)
            self.unit = max(float(gain.sum()), 1.0) / SCALE
            cost = -np.concatenate([np.zeros(size), gain])
        least, most = box(problem)
        parts = [*self._structure(), self._levels(room), *self._targets()]
        lengths = np.concatenate([part[2] for part in parts])
        start = np.zeros(lengths.size + 1, dtype=np.int64)
        np.cumsum(lengths, out=start[1:])
        self.model = Model(
            cost=cost / self.unit,
            least=np.concatenate([least, np.zeros(steps)]),
            most=np.concatenate([most, np.ones(steps)]),
            is_whole=np.arange(size + steps) < size,
            row_least=np.concatenate([part[0] for part in parts]),
            row_most=np.concatenate([part[1] for part in parts]),
            start=start,
            numbers=np.concatenate([part[3] for part in parts]).astype(np.int32),
            values=np.concatenate([part[4] for part in parts]),
        )

    def _gain(self, measure: str) -> Float64Array:
        """Return the (steps,) weight times worth."""
        return self.problem.demand.weights[measure][self.step_pixel] * self._worth

    def _structure(self) -> list[tuple[Float64Array, Float64Array, Int64Array, Int64Array, Float64Array]]:
        rows = structural_rows(self.problem)
        numbers, values = rows.columns.astype(np.int64), rows.coefficients.astype(np.float64)
        return [(rows.least, rows.most, np.diff(rows.start), numbers, values)]

    def _levels(self, room: Int64Array) -> tuple[Float64Array, Float64Array, Int64Array, Int64Array, Float64Array]:
        """Return a row for each pixel: no more steps than the candidates' levels."""
        prints = self.problem.footprints
        owner = np.repeat(np.arange(len(self.problem)), np.diff(prints.start))
        pixel = np.concatenate([self.step_pixel, prints.pixels])
        numbers = np.concatenate([len(self.problem) + np.arange(self.step_pixel.size), owner])
        reached = np.minimum(prints.levels, room[prints.pixels]).astype(np.float64)
        values = np.concatenate([np.ones(self.step_pixel.size), -reached])
        order = np.argsort(pixel, kind="stable")
        lengths = np.bincount(pixel, minlength=room.size)
        return np.full(room.size, -np.inf), np.zeros(room.size), lengths, numbers[order], values[order]

    def _targets(self) -> list[tuple[Float64Array, Float64Array, Int64Array, Int64Array, Float64Array]]:
        found = []
        for target in self.problem.targets:
            steps = np.flatnonzero(self.problem.pixels_of(target)[self.step_pixel])
            gain = self._gain(target.measure)[steps]
            scale = max(float(gain.sum()), 1.0) / SCALE
            least = np.array([target.at_least / scale])
            numbers = len(self.problem) + steps
            found.append((least, np.array([np.inf]), np.array([steps.size]), numbers, gain / scale))
        return found

    def columns(self, sites: tuple[int, ...]) -> Float64Array:
        """Return the columns of a choice."""
        level = np.zeros(self.problem.footprints.pixel_count, dtype=np.int64)
        chosen = np.zeros(len(self.problem))
        for site in sites:
            chosen[site] = 1.0
            level[self.problem.footprints.of(site)] += self.problem.footprints.levels_of(site)
        return np.concatenate([chosen, (self.step_level < level[self.step_pixel]).astype(np.float64)])


def search_compact(
    problem: Problem,
    best: Best,
    *,
    time_limit_s: float,
    gap: float,
    should_stop: Callable[[], bool],
    seed: int,
) -> float:
    """Search for the best choice; return the bound as the problem counts it.

    Parameters
    ----------
    best : the best choice known; a better one is offered to it.
    time_limit_s, gap, should_stop, seed : as ``highs.search``.
    """
    compact = Compact(problem)
    known = None if best.sites is None else compact.columns(best.sites)
    found = search(compact.model, known, time_limit_s=time_limit_s, gap=gap, should_stop=should_stop, seed=seed)
    if found.columns is not None:
        best.offer(np.flatnonzero(found.columns[: len(problem)] > 0.5).tolist())
    return solvers_bound(problem, found.bound, compact.unit)
