"""A smaller problem with the same answers: pixels that no choice can tell apart are put together, exactly.

On a province it leaves a half to a quarter of the pixels, and where few candidates remain far fewer. Presolvers know
it as isomorphic aggregation (arXiv 2409.09834).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.footprints import Footprints, Int32Array, Int64Array
from phusong.coverage.selection.problem import Demand, Problem, Quota, Requirement
from phusong.kernels.selection.aggregation import (
    list_groups,
    number_groups,
    raise_levels,
    sign_candidates,
    sign_kinds,
    sum_by_group,
)

_SEED_OF_WORDS = 20190611  # of the signatures: any will do


@dataclass(frozen=True, eq=False)
class Aggregated:
    """A problem over groups of pixels.

    Attributes
    ----------
    problem : the candidates and what is asked are the same, and so is the value of every choice, and what it adds to
        every target. Only measures that are asked for remain, only layers that have targets, and of those only the
        zones that have one; forbidden candidates cover nothing.
    group_of_pixel : (pixels,) -1 where a pixel is in none: nothing can be gained there.
    """

    problem: Problem
    group_of_pixel: Int32Array


@dataclass(frozen=True, eq=False)
class Restricted:
    """A problem with some of the candidates alone.

    Attributes
    ----------
    problem : candidates are renumbered; pixels are aggregated anew.
    candidates : (candidates,) their former numbers, rising.
    """

    problem: Problem
    candidates: Int64Array

    def former(self, sites: Sequence[int]) -> tuple[int, ...]:
        """Return the former numbers of sites."""
        return tuple(self.candidates[list(sites)].tolist())


def aggregate(problem: Problem) -> Aggregated:
    """Put pixels together that the same candidates raise to the same levels, for the same targets.

    Pixels that count for nothing, that are at the top of the curve already, or that no candidate reaches that may be
    chosen, are left out.
    """
    prints, demand = problem.footprints, problem.demand
    zones = _zones_with_targets(problem)
    room = _room(problem)
    is_open = _is_open(problem)
    random = np.random.default_rng(_SEED_OF_WORDS)

    def words(count: int) -> npt.NDArray[np.uint64]:
        return random.integers(2**64, size=(count, 2), dtype=np.uint64)

    signature = np.zeros((prints.pixel_count, 2), dtype=np.uint64)
    lists = (prints.start, prints.pixels, prints.levels, is_open)
    is_reached = sign_candidates(*lists, room, words(len(prints)), signature)
    for zone in zones.values():
        sign_kinds(zone, words(1 + int(zone.max(initial=-1))), signature)
    if room.max(initial=0) > 1:
        sign_kinds(room, words(1 + int(room.max())), signature)
    group_of_pixel, first_pixel = number_groups(signature, is_reached)
    del signature
    start, groups, levels = list_groups(*lists, room, group_of_pixel, first_pixel)
    fewer = Demand(
        {name: sum_by_group(group_of_pixel, demand.weights[name], first_pixel.size) for name in _measures(problem)},
        {layer: zone[first_pixel] for layer, zone in zones.items()},
        demand.base[first_pixel],
    )
    small = replace(problem, footprints=Footprints(start, groups, levels, first_pixel.size), demand=fewer)
    return Aggregated(small, group_of_pixel)


def restrict(problem: Problem, candidates: npt.NDArray[np.integer]) -> Restricted:
    """Keep some candidates, which must include the forced ones, and aggregate the pixels again.

    Every choice among them is worth what it was and is feasible if it was. A requirement of which no candidate is left
    forbids the one that has it.
    """
    kept = np.unique(candidates).astype(np.int64)
    number = np.full(len(problem), -1, dtype=np.int64)
    number[kept] = np.arange(kept.size)
    if np.any(number[list(problem.forced)] < 0):
        raise ValueError("a candidate that must be chosen is not kept")

    def renumbered(sites: Sequence[int]) -> tuple[int, ...]:
        return tuple(new for new in number[list(sites)].tolist() if new >= 0)

    needs = [
        Requirement(int(number[need.candidate]), renumbered(need.any_of))
        for need in problem.requirements
        if number[need.candidate] >= 0
    ]
    lacking = {need.candidate for need in needs if not need.any_of}
    conflicts = number[problem.conflicts].astype(np.int32)
    fewer = replace(
        problem,
        footprints=problem.footprints.select(kept),
        cost=problem.cost[kept],
        forced=renumbered(problem.forced),
        forbidden=tuple(sorted(lacking.union(renumbered(problem.forbidden)))),
        conflicts=conflicts[np.all(conflicts >= 0, axis=1)],
        quotas=tuple(Quota(one.name, renumbered(one.members), one.least, one.most) for one in problem.quotas),
        requirements=tuple(need for need in needs if need.any_of),
        positions=None if problem.positions is None else problem.positions[kept],
    )
    return Restricted(aggregate(fewer).problem, kept)


def attainable(problem: Problem) -> Int64Array:
    """Return the (targets,) most that each target can get: from all candidates that may be chosen, limits aside."""
    prints, demand = problem.footprints, problem.demand
    base = demand.base.astype(np.int64)
    level = base.copy()
    raise_levels(prints.start, prints.pixels, prints.levels, _is_open(problem), level)
    top = problem.curve.size - 1
    worth = problem.curve[np.minimum(level, top)] - problem.curve[np.minimum(base, top)]
    sums: dict[tuple[str, str | None], Int64Array] = {}
    gains = []
    for target in problem.targets:
        key = target.measure, target.layer
        if key not in sums:
            gain = demand.weights[target.measure] * worth
            zone = np.zeros(gain.size, np.int32) if target.layer is None else demand.labels[target.layer]
            sums[key] = sum_by_group(zone, gain, 1 + int(zone.max(initial=0)))
        zone_sums = sums[key]
        number = 0 if target.layer is None else target.zone
        gains.append(int(zone_sums[number]) if number < zone_sums.size else 0)
    return np.array(gains, dtype=np.int64)


def _is_open(problem: Problem) -> npt.NDArray[np.bool_]:
    """Return which candidates may be chosen."""
    is_open = np.ones(len(problem), dtype=np.bool_)
    is_open[list(problem.forbidden)] = False
    return is_open


def _measures(problem: Problem) -> list[str]:
    """Return the measures that are asked for, each once."""
    asked = [] if problem.maximize is None else [problem.maximize]
    return list(dict.fromkeys(asked + [target.measure for target in problem.targets]))


def _zones_with_targets(problem: Problem, measure: str | None = None) -> dict[str, Int32Array]:
    """Return the labels of each layer that has targets, of one measure or of any; -1 in zones without one."""
    wanted: dict[str, list[int]] = {}
    for target in problem.targets:
        if target.layer is not None and measure in (None, target.measure):
            wanted.setdefault(target.layer, []).append(target.zone)
    kept = {}
    for layer, zones in wanted.items():
        label = problem.demand.labels[layer]
        table = np.full(2 + max(int(label.max(initial=-1)), *zones), -1, dtype=np.int32)
        table[zones] = zones
        kept[layer] = table[label]  # a label of -1 takes the last of the table
    return kept


def _room(problem: Problem) -> Int32Array:
    """Return by how much the level of each pixel can rise and add to something that is asked for, (pixels,)."""
    counts = np.zeros(problem.footprints.pixel_count, dtype=np.bool_)
    everywhere = {problem.maximize} | {target.measure for target in problem.targets if target.layer is None}
    for measure in _measures(problem):
        has_weight = problem.demand.weights[measure] > 0
        if measure in everywhere:
            counts |= has_weight
            continue
        for zone in _zones_with_targets(problem, measure).values():
            counts |= has_weight & (zone >= 0)
    top = int(np.searchsorted(problem.curve, problem.curve[-1]))  # the lowest level that is worth as much as any
    room = top - np.minimum(problem.demand.base, top).astype(np.int32)
    room[~counts] = 0
    return room
