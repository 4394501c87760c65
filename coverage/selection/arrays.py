"""A problem as the compiled search takes it: plain arrays and lists of lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from phusong.coverage.selection.blocks import cut_into_blocks
from phusong.coverage.selection.cuts import targets_of
from phusong.coverage.selection.footprints import Int64Array
from phusong.coverage.selection.problem import Problem
from phusong.kernels.selection.choice import Choice, Limits, Terms
from phusong.kernels.selection.ledger import Reach, first_changes, transpose

NO_LIMIT = 2**62


class Arrays(NamedTuple):
    """What stays as it is, and a choice of nothing."""

    reach: Reach
    terms: Terms
    limits: Limits
    choice: Choice


def arrays_of(problem: Problem, seed: int) -> Arrays:
    """Put a problem into arrays; the seed is that of the random numbers of the choice."""
    blocks = cut_into_blocks(problem, 1)
    measures = sorted({target.measure for target in problem.targets if target.at_least > 0} | {problem.maximize or ""})
    measures = [measure for measure in measures if measure]
    weights = np.empty((blocks.order.size, len(measures)), dtype=np.int64)
    for number, measure in enumerate(measures):
        weights[:, number] = problem.demand.weights[measure][blocks.order]
    begin = np.append(blocks.begin, blocks.pixels.size)
    cover_start, covers, cover_levels = transpose(begin, blocks.pixels, blocks.levels, blocks.order.size)
    reach = Reach(
        start=blocks.start,
        pixels=blocks.pixels,
        levels=blocks.levels,
        first=np.searchsorted(blocks.candidate, np.arange(len(problem) + 1)).astype(np.int64),
        begin=begin,
        block=blocks.block_of,
        owner=blocks.candidate,
        cover_start=cover_start,
        covers=covers,
        cover_levels=cover_levels,
        weights=weights,
        curve=problem.curve,
        most_level=int(blocks.levels.max(initial=0)),
    )
    asked = [
        (target, within)
        for target, within in zip(problem.targets, targets_of(problem, blocks), strict=True)
        if target.at_least > 0
    ]
    counted = [within for _, within in asked]
    measure_of = [measures.index(target.measure) for target, _ in asked]
    at_least = [target.at_least for target, _ in asked]
    price = [1.0 / limit for limit in at_least]
    if problem.maximize is not None:
        counted.append(np.arange(blocks.count))
        measure_of.append(measures.index(problem.maximize))
        at_least.append(NO_LIMIT)
        worth = int(problem.demand.weights[problem.maximize].sum()) * int(problem.curve[-1])
        price.append(1.0 / max(worth, 1))
    start, numbers = _listed(
        blocks.count, ((block, term) for term, its in enumerate(counted) for block in its.tolist())
    )
    terms = Terms(
        start,
        numbers,
        np.array(measure_of, dtype=np.int32),
        np.array(at_least, dtype=np.int64),
        np.array(price, dtype=np.float64),
        -1 if problem.maximize is None else len(asked),
    )
    limits = _limits(problem)
    level = blocks.base.astype(np.int32)
    choice = Choice(
        is_chosen=np.zeros(len(problem), dtype=np.bool_),
        level=level,
        change=first_changes(reach, level),
        gain=np.zeros(len(at_least), dtype=np.int64),
        totals=np.zeros(2, dtype=np.int64),
        excluded_by=np.zeros(len(problem), dtype=np.int32),
        quota_count=np.zeros(limits.quota_least.size, dtype=np.int64),
        help_count=np.zeros(limits.needer.size, dtype=np.int32),
        added=np.zeros(len(at_least), dtype=np.int64),
        touched=np.zeros(len(at_least), dtype=np.int32),
        random=np.array([seed], dtype=np.uint64),
    )
    return Arrays(reach, terms, limits, choice)


def _limits(problem: Problem) -> Limits:
    size = len(problem)
    pairs = {(one, other) for one, other in problem.conflicts.tolist() if one != other}
    is_open = np.ones(size, dtype=np.bool_)
    is_open[list(problem.forbidden)] = False
    is_open[problem.conflicts[problem.conflicts[:, 0] == problem.conflicts[:, 1], 0]] = False
    is_forced = np.zeros(size, dtype=np.bool_)
    is_forced[list(problem.forced)] = True
    conflict_start, conflicts = _listed(size, sorted(pairs | {(other, one) for one, other in pairs}))
    members = [(one, number) for number, quota in enumerate(problem.quotas) for one in sorted(set(quota.members))]
    quota_start, quotas = _listed(size, members)
    needs = [need for need in problem.requirements if need.candidate not in need.any_of]
    need_start, needs_of = _listed(size, [(need.candidate, number) for number, need in enumerate(needs)])
    helpers = [(number, one) for number, need in enumerate(needs) for one in sorted(set(need.any_of))]
    help_start, helps = _listed(size, [(one, number) for number, one in helpers])
    any_start, any_of = _listed(len(needs), helpers)
    return Limits(
        cost=problem.cost,
        budget=NO_LIMIT if problem.budget is None else problem.budget,
        most_sites=NO_LIMIT if problem.most_sites is None else problem.most_sites,
        is_open=is_open,
        is_forced=is_forced,
        conflict_start=conflict_start,
        conflicts=conflicts,
        quota_start=quota_start,
        quotas=quotas,
        quota_least=np.array([quota.least for quota in problem.quotas], dtype=np.int64),
        quota_most=np.array([quota.most for quota in problem.quotas], dtype=np.int64),
        need_start=need_start,
        needs=needs_of,
        help_start=help_start,
        helps=helps,
        any_start=any_start,
        any_of=any_of,
        needer=np.array([need.candidate for need in needs], dtype=np.int64),
    )


def _listed(size: int, pairs: Iterable[Sequence[int]]) -> tuple[Int64Array, Int64Array]:
    """Return where the list of each owner begins, and the members, from pairs of owner and member."""
    table = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    table = table[np.argsort(table[:, 0], kind="stable")]
    return np.searchsorted(table[:, 0], np.arange(size + 1)).astype(np.int64), np.ascontiguousarray(table[:, 1])
