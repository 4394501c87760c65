"""Rows that hold for candidates chosen whole, not in part: what a target still needs, covered.

Where a set of candidates reaches a part of a target only, the others must add the rest, and none can add more than all
of it: sum_i min(gain_i, rest) y_i >= rest, with the gains beyond the set. The cut-off gains, and rounding of multiples
of the row, make it tighter in the relaxation than the lines are. Sources: L. Wolsey, Combinatorica 2 (1982), 385-393
(submodular set cover); H. Marchand and L. Wolsey, Operations Research 49 (2001), 363-371 (rounding).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from phusong.coverage.selection.footprints import Int32Array, Int64Array
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import Float64Array
from phusong.coverage.selection.within import Within, footprints_within
from phusong.kernels.selection.covers import coefficients, gains_beyond, improve_set

THRESHOLDS = (0.2, 0.5, 0.8)
"""Sets to start from: the candidates chosen in part by so much at least."""

VIOLATED = 1e-3
MOST_ROUNDS = 12
MOST_CANDIDATES = 60  # chosen in part, of a target that rows are sought for
MOST_OF_ALL = 500  # candidates of a problem in which a target over everything may come to so few
LEAST_PART = 1e-6
LEAST_REST = 1e-6  # share of a target
CHANGED = 1e-3  # of a part, that makes a target worth another look


class Cover(NamedTuple):
    """A row: coefficients @ candidates >= 1, and what it comes from, as in ``answer.CoverPrice``."""

    candidates: Int32Array
    coefficients: Float64Array
    target: int
    inside: tuple[int, ...]
    multiple: float


def cover_row(curve: Int64Array, target: int, within: Within, inside: tuple[int, ...], multiple: float) -> Cover | None:
    """Return the row of a set of candidates; None where the set leaves nothing to cover.

    Parameters
    ----------
    curve : worth by level.
    target : its number.
    within : the footprints in it.
    inside : the set, rising; some of it may not reach the target.
    multiple : at which the row is rounded; 1: not.
    """
    top = curve.size - 1
    is_inside = np.isin(within.candidates, np.array(inside, dtype=np.int32))
    level = np.minimum(within.base, top).astype(np.int64)
    bottom = curve[level]
    for candidate in np.flatnonzero(is_inside).tolist():
        own = slice(within.start[candidate], within.start[candidate + 1])
        level[within.pixels[own]] += within.levels[own]
    level = np.minimum(level, top)
    rest = within.at_least - float(within.weight @ (curve[level] - bottom))
    if rest <= LEAST_REST * within.at_least:
        return None
    gain = np.empty(is_inside.size)
    gains_beyond(within.start, within.pixels, within.levels, within.weight, level, curve, is_inside, gain)
    kept = np.flatnonzero(gain)
    return Cover(within.candidates[kept], coefficients(gain[kept], rest, multiple), target, inside, multiple)


class Covers:
    """Finds rows of this kind for the targets of a problem."""

    def __init__(self, problem: Problem) -> None:
        self._curve = problem.curve
        is_small = len(problem) <= MOST_OF_ALL
        asked = [
            number
            for number, target in enumerate(problem.targets)
            if target.at_least > 0 and (is_small or target.layer is not None)
        ]
        self._within = footprints_within(problem, asked)
        self._settled: dict[int, Float64Array] = {}

    def violated(self, part: Float64Array) -> list[Cover]:
        """Return rows that a choice in part violates; a target is left alone while no part near it has changed."""
        found = []
        for number, within in self._within.items():
            here = part[within.candidates]
            settled = self._settled.get(number)
            if settled is not None and np.abs(settled - here).max(initial=0.0) < CHANGED:
                continue
            covers = self._of(number, within, here)
            found += covers
            if covers:
                self._settled.pop(number, None)
            else:
                self._settled[number] = here
        return found

    def _of(self, number: int, within: Within, part: Float64Array) -> list[Cover]:
        used = np.flatnonzero(part > LEAST_PART)
        if used.size > MOST_CANDIDATES:
            return []
        core = _core(within, used)
        found: dict[tuple[int, ...], Cover] = {}
        for least in THRESHOLDS:
            is_inside = part[used] >= least
            violation, multiple = improve_set(
                core.start, core.pixels, core.levels, core.weight, core.base, self._curve, core.at_least, part[used],
                is_inside, MOST_ROUNDS,
            )  # fmt: skip
            inside = tuple(core.candidates[is_inside].tolist())
            if violation > VIOLATED and inside not in found:
                cover = cover_row(self._curve, number, within, inside, multiple)
                if cover is not None:
                    found[inside] = cover
        return list(found.values())


def _core(within: Within, used: Int64Array) -> Within:
    """Return what the candidates used cover, with pixels of the same cover as one.

    Which are the same, sums of random numbers tell. Should two ever collide, the search is misled, not the row.
    """
    length = np.diff(within.start)[used]
    start = np.zeros(used.size + 1, dtype=np.int64)
    np.cumsum(length, out=start[1:])
    pairs = np.repeat(within.start[used] - start[:-1], length) + np.arange(start[-1])
    pixels, levels = within.pixels[pairs], within.levels[pairs]
    names = np.random.default_rng(0).integers(1, 2**63, used.size + 1, dtype=np.uint64)
    key = within.base * names[-1]
    np.add.at(key, pixels, levels * np.repeat(names[:-1], length))
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    is_first = first[group[pixels]] == pixels
    owner = np.repeat(np.arange(used.size), length)[is_first]
    return Within(
        within.at_least,
        within.candidates[used],
        np.searchsorted(owner, np.arange(used.size + 1)),
        group[pixels[is_first]].astype(np.int32),
        levels[is_first],
        np.bincount(group, within.weight, minlength=first.size).astype(np.float64),
        within.base[first],
    )
