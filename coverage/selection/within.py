"""What the candidates cover of one target alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from phusong.coverage.selection.footprints import Int32Array, Int64Array, LevelArray
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import Float64Array


class Within(NamedTuple):
    """The footprints within a target.

    Attributes
    ----------
    at_least : gain that the target asks for.
    candidates : those that reach into it, rising.
    start, pixels, levels : (candidates + 1,) and (pairs,) twice: their lists, of pixels numbered within the target.
    weight, base : (pixels,) of the pixels that any of them reaches.
    """

    at_least: float
    candidates: Int32Array
    start: Int64Array
    pixels: Int32Array
    levels: LevelArray
    weight: Float64Array
    base: LevelArray


def footprints_within(problem: Problem, numbers: Iterable[int]) -> dict[int, Within]:
    """Return the footprints within the targets of some numbers."""
    by_layer: dict[str | None, list[int]] = {}
    for number in numbers:
        by_layer.setdefault(problem.targets[number].layer, []).append(number)
    found: dict[int, Within] = {}
    for layer, targets in by_layer.items():
        if layer is None:
            everything = np.arange(problem.footprints.pixels.size)
            found |= {number: _within(problem, number, everything) for number in targets}
            continue
        zones = problem.demand.labels[layer][problem.footprints.pixels]
        order = np.argsort(zones, kind="stable")
        zones = zones[order]
        for number in targets:
            first, end = np.searchsorted(zones, [problem.targets[number].zone, problem.targets[number].zone + 1])
            found[number] = _within(problem, number, order[first:end])
    return found


def _within(problem: Problem, number: int, pairs: Int64Array) -> Within:
    target, footprints = problem.targets[number], problem.footprints
    owner = np.searchsorted(footprints.start, pairs, side="right") - 1
    candidates, length = np.unique(owner, return_counts=True)
    pixels, numbers = np.unique(footprints.pixels[pairs], return_inverse=True)
    start = np.zeros(candidates.size + 1, dtype=np.int64)
    np.cumsum(length, out=start[1:])
    return Within(
        float(target.at_least),
        candidates.astype(np.int32),
        start,
        numbers.astype(np.int32),
        footprints.levels[pairs],
        problem.demand.weights[target.measure][pixels].astype(np.float64),
        problem.demand.base[pixels],
    )
