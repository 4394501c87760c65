"""Choices found by local search: good, without a bound.

Pixels that are alike should have been put together before (``aggregate``), and a long search is best made among few
candidates (``restrict``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from phusong.coverage.selection.arrays import Arrays, arrays_of
from phusong.coverage.selection.footprints import Int64Array
from phusong.coverage.selection.problem import Problem
from phusong.kernels.selection.choice import shortage
from phusong.kernels.selection.fill import Scratch, enter_allowed, fill_and_drop
from phusong.kernels.selection.recreate import (
    BY_EITHER,
    BY_MERIT,
    BY_MERIT_PER_COST,
    Trail,
    note,
    return_to_best,
    ruin_and_recreate,
    value_of,
)
from phusong.kernels.selection.swap import Swaps, first_pairs, swap

FloatArray = npt.NDArray[np.float64]

SURE = 0.5  # score above which a candidate enters first
SCORE_FLOOR = 0.05  # added to a score, so that no candidate counts for nothing
NEAR = 200  # how many neighbours of a candidate are known
PATIENCE = 200  # steps without success, and more for every candidate:
PATIENCE_OF_SWAPS, PATIENCE_OF_RUINS, PATIENCE_AFTER_SWAPS = 20, 50, 10
SLACK = 0.001  # see ``ruin_and_recreate``
CHUNK_S = 0.1  # of compiled steps between looks at the clock


def greedy(problem: Problem, *, score: FloatArray | None = None) -> tuple[int, ...]:
    """Choose the candidates of greatest merit one by one, and take out those that turn out to be of no use.

    Parameters
    ----------
    score : (candidates,) 0 to 1, such as from a relaxation. Candidates above 0.5 enter first, by falling score, if
        they add anything; of the rest the merit is multiplied by the score.
    """
    found = [_greedy(problem, order, score) for order in _orders(problem)]
    return min(found, key=lambda one: one[0])[1]


def _greedy(problem: Problem, order: int, score: FloatArray | None) -> tuple[tuple[float, int], tuple[int, ...]]:
    arrays = arrays_of(problem, seed=0)
    scratch = _scratch(len(problem))
    if score is not None:
        scratch.prefer[:] = score + SCORE_FLOOR
    enter_allowed(*arrays, scratch, np.array(problem.forced, dtype=np.int64), False)
    if score is not None:
        sure = np.flatnonzero(score > SURE)
        falling = sure[np.argsort(-score[sure], kind="stable")]
        enter_allowed(*arrays, scratch, falling, True)
    fill_and_drop(*arrays, scratch, order == BY_MERIT_PER_COST)
    key = (float(shortage(arrays.terms, arrays.limits, arrays.choice)), int(value_of(arrays.terms, arrays.choice)))
    return key, _sites(arrays.choice.is_chosen)


def improve(
    problem: Problem,
    sites: Sequence[int],
    *,
    seed: int,
    time_limit_s: float,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[int, ...]:
    """Search near a choice for a better one; the best found is never worse.

    Where a number of candidates is to gain the most and no other rule holds, quick swaps come first; ruin and recreate
    then leaves the choices that swaps go round in. The search ends by itself after many steps without success. If time
    does not end it, the seed decides all.
    """
    begun = time.monotonic()
    arrays = arrays_of(problem, seed)
    scratch = _scratch(len(problem))
    trail = _start(problem, arrays, scratch, sites)
    if _is_plain(problem):
        _take(_swapper(arrays, scratch, trail), begun + time_limit_s, should_stop)
        return_to_best(*arrays, trail)
    _take(_recreator(problem, arrays, scratch, trail), begun + time_limit_s, should_stop)
    return _sites(trail.best)


def _take(take_steps: Callable[[int], int], deadline: float, should_stop: Callable[[], bool]) -> None:
    """Take steps until they end by themselves, the time is over or the search is to stop."""
    steps = 1
    while not should_stop():
        chunk_begun = time.monotonic()
        if chunk_begun >= deadline or take_steps(steps) < steps:
            break
        # What is found does not depend on how many steps are taken at a time.
        seconds = max(time.monotonic() - chunk_begun, 1e-6)
        steps = max(1, min(4 * steps, round(steps * CHUNK_S / seconds)))


def _is_plain(problem: Problem) -> bool:
    """Return whether all that is asked for is the greatest gain of some number of candidates."""
    structure = (*problem.targets, *problem.conflicts, *problem.quotas, *problem.requirements)
    return problem.maximize is not None and problem.budget is None and problem.most_sites is not None and not structure


def _swapper(arrays: Arrays, scratch: Scratch, trail: Trail) -> Callable[[int], int]:
    """Return what makes some swaps in a choice, filled up first, and tells how many."""
    fill_and_drop(*arrays, scratch, False)
    note(arrays.terms, arrays.limits, arrays.choice, trail)
    chosen = np.flatnonzero(arrays.choice.is_chosen)
    size = arrays.choice.is_chosen.size
    swaps = Swaps(
        chosen,
        np.empty((chosen.size, size), dtype=np.int64),
        np.zeros(size, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )
    first_pairs(arrays.reach, arrays.choice, swaps)
    patience = PATIENCE + PATIENCE_OF_SWAPS * size
    return lambda steps: swap(*arrays, trail, swaps, steps, patience)


def _recreator(problem: Problem, arrays: Arrays, scratch: Scratch, trail: Trail) -> Callable[[int], int]:
    """Return what takes some steps of ruin and recreate, and tells how many."""
    near = _near(problem)
    orders = _orders(problem)
    order = orders[0] if len(orders) == 1 else BY_EITHER
    patience = PATIENCE + (PATIENCE_AFTER_SWAPS if _is_plain(problem) else PATIENCE_OF_RUINS) * len(problem)
    return lambda steps: ruin_and_recreate(*arrays, scratch, trail, near, order, SLACK, steps, patience)


def _start(problem: Problem, arrays: Arrays, scratch: Scratch, sites: Sequence[int]) -> Trail:
    """Let sites enter, those that break a rule left out; return a trail of them."""
    size = len(problem)
    trail = Trail(
        best=np.zeros(size, dtype=np.bool_),
        before=np.zeros(size, dtype=np.bool_),
        value=np.zeros(2, dtype=np.int64),
        missing=np.full(2, np.inf),
        idle=np.zeros(1, dtype=np.int64),
    )
    enter_allowed(*arrays, scratch, np.array([*problem.forced, *sites], dtype=np.int64), False)
    note(arrays.terms, arrays.limits, arrays.choice, trail)
    return trail


def _orders(problem: Problem) -> tuple[int, ...]:
    """Return by what to fill in: a budget asks for merit per cost, and yet may be spent better by merit alone."""
    if problem.maximize is None:
        is_limited = problem.budget is not None or problem.most_sites is not None
        return (BY_MERIT_PER_COST, BY_MERIT) if is_limited else (BY_MERIT_PER_COST,)
    return (BY_MERIT,) if problem.budget is None else (BY_MERIT, BY_MERIT_PER_COST)


def _near(problem: Problem) -> Int64Array:
    """Return the (candidates, any) neighbours of each, nearest first: by position, else by the pixels they share."""
    most = min(NEAR, len(problem))
    if problem.positions is not None:
        nearest = KDTree(problem.positions).query(problem.positions, most)[1]
        return np.ascontiguousarray(nearest.reshape(len(problem), most), dtype=np.int64)
    near = np.full((len(problem), most), -1, dtype=np.int64)
    prints = problem.footprints
    ones = np.ones(prints.pixels.size, dtype=np.int32)
    covers = csr_array((ones, prints.pixels, prints.start), shape=(len(problem), prints.pixel_count))
    shared = (covers @ covers.T).tocsr()
    for candidate in range(len(problem)):
        row = slice(shared.indptr[candidate], shared.indptr[candidate + 1])
        order = np.argsort(-shared.data[row], kind="stable")[:most]
        near[candidate, : order.size] = shared.indices[row][order]
    return near


def _scratch(size: int) -> Scratch:
    return Scratch(np.ones(size), np.empty(size), np.empty(size + 1, dtype=np.int64))


def _sites(is_chosen: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(is_chosen).tolist())
