"""The proof: search trees over what the bound by prices leaves open."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from phusong.coverage.selection.aggregate import Restricted, restrict
from phusong.coverage.selection.answer import Proof
from phusong.coverage.selection.benders import BLOCKS, LpBound, tighten
from phusong.coverage.selection.best import Best
from phusong.coverage.selection.compact import search_compact
from phusong.coverage.selection.cuts import Cuts
from phusong.coverage.selection.master import Master
from phusong.coverage.selection.prices import cost_step
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import structural_rows

COMPACT_PAIRS = 3_000
COMPACT_PAIRS_OF_FULL_COVER = 1_000_000
"""Up to how many pairs of candidate and pixel a problem is solved as one programme."""

TIGHTEN_SHARE = 0.4  # of the time, at most, for the bound at the root
ROUNDING = 1e-9


class Proven(NamedTuple):
    """What a proof found.

    Attributes
    ----------
    sites : the best choice known; None without one.
    bound : no choice is better; beyond every value where none is feasible.
    proof : "prices" where the bound given was as good, "tree" else.
    is_infeasible : whether no choice meets the problem.
    """

    sites: tuple[int, ...] | None
    bound: float
    proof: Proof
    is_infeasible: bool


def prove(
    problem: Problem,
    sites: Sequence[int] | None,
    *,
    bound: LpBound,
    time_limit_s: float,
    gap: float,
    should_stop: Callable[[], bool] = lambda: False,
    seed: int = 0,
) -> Proven:
    """Search for a better choice and a better bound until they meet.

    A choice better than the one known cannot hold candidates that cost too much of the bound, nor lack those that add
    too much: these are fixed, and pixels put together anew. What a tree proves holds within its solver's tolerance
    (1e-10 of what there is to gain).

    Parameters
    ----------
    sites : the best choice known; None without one.
    bound : by prices, of this problem.
    time_limit_s : [s]
    gap : share of the value at which to stop.
    should_stop : asked now and then.
    seed : of the solvers' choices between equals.
    """
    if bound.is_infeasible:
        return Proven(None, bound.bound, "prices", is_infeasible=True)
    deadline = time.monotonic() + time_limit_s
    best = Best(problem, sites)
    open_still = _open_still(problem, best, bound)
    inner = Best(open_still.problem, _numbers(open_still, best.sites))

    def left_s() -> float:
        return max(deadline - time.monotonic(), 0.0)

    if _is_compact(open_still.problem):
        limit = search_compact(
            open_still.problem, inner, time_limit_s=left_s(), gap=gap, should_stop=should_stop, seed=seed
        )
    else:
        limit = _search_master(open_still.problem, inner, left_s, gap, should_stop, seed)
    if inner.sites is not None:
        best.offer(open_still.former(inner.sites))
    return _proven(best, bound, limit)


def _proven(best: Best, bound: LpBound, limit: float) -> Proven:
    """Return the better of two bounds, of which the one of the tree leaves out what is no better than the best."""
    is_most = best.problem.maximize is not None
    if best.value is None and not np.isfinite(limit) and (limit < 0) == is_most:
        return Proven(None, limit, "tree", is_infeasible=True)
    if best.value is not None:
        limit = max(limit, float(best.value)) if is_most else min(limit, float(best.value))
    is_tighter = limit < bound.bound if is_most else limit > bound.bound
    return Proven(best.sites, limit if is_tighter else bound.bound, "tree" if is_tighter else "prices", False)


def _open_still(problem: Problem, best: Best, bound: LpBound) -> Restricted:
    """Fix candidates without which, or with which, no choice is better than the best; it stays a choice itself."""
    forced = np.zeros(len(problem), dtype=np.bool_)
    kept = np.ones(len(problem), dtype=np.bool_)
    kept[list(problem.forbidden)] = False
    if best.sites is not None and best.value is not None:
        is_chosen = np.zeros(len(problem), dtype=np.bool_)
        is_chosen[list(best.sites)] = True
        spare = bound.exact - best.value - 1 if problem.maximize is not None else best.value - bound.exact
        if problem.maximize is None:
            spare -= cost_step(problem)
        is_too_dear = np.abs(bound.reduced_costs) > spare + ROUNDING * abs(bound.exact)
        kept &= is_chosen | (bound.reduced_costs > 0) | ~is_too_dear
        forced = is_chosen & (bound.reduced_costs > 0) & is_too_dear
    forced[list(problem.forced)] = True
    kept |= forced
    return restrict(replace(problem, forced=tuple(np.flatnonzero(forced).tolist())), np.flatnonzero(kept))


def _numbers(restricted: Restricted, sites: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Return the new numbers of sites."""
    return None if sites is None else tuple(np.searchsorted(restricted.candidates, sites).tolist())


def _is_compact(problem: Problem) -> bool:
    """Return whether a problem is best solved as one programme: when small, or when nothing may be left uncovered."""
    pairs = problem.footprints.pixels.size
    if pairs <= COMPACT_PAIRS:
        return True
    if problem.maximize is not None or pairs > COMPACT_PAIRS_OF_FULL_COVER:
        return False
    everything = problem.gains_of_targets(range(len(problem)))
    return all(target.at_least == most for target, most in zip(problem.targets, everything.tolist(), strict=True))


def _search_master(
    problem: Problem,
    best: Best,
    left_s: Callable[[], float],
    gap: float,
    should_stop: Callable[[], bool],
    seed: int,
) -> float:
    """Return the bound by a tree over the master: in SCIP where it is installed."""
    master = Master(problem, structural_rows(problem), Cuts(problem, BLOCKS))
    point = tighten(master, value=best.value, time_limit_s=TIGHTEN_SHARE * left_s(), gap=gap, should_stop=should_stop)
    if point is not None and not point.feasible:
        return master.bound(np.inf)
    if importlib.util.find_spec("pyscipopt") is not None:
        from phusong.coverage.selection.tree import search_tree as search
    else:
        from phusong.coverage.selection.loop import search_in_rounds as search
    return search(master, best, time_limit_s=left_s(), gap=gap, should_stop=should_stop, seed=seed)
