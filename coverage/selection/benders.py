"""The bound of the linear relaxation, by Benders' decomposition, and what covers of whole candidates add to it.

Lines are made between the master's solution and an inner point that follows it, not at the solution itself, which
jumps. Sources: W. Ben-Ameur and J. Neto, Networks 49 (2007), 3-17 (in-out separation); M. Fischetti, I. Ljubic and
M. Sinnl, Management Science 63 (2017), 2146-2162 (the same for Benders' cuts of facility location).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from phusong.coverage.selection.answer import Certificate
from phusong.coverage.selection.covers import Covers
from phusong.coverage.selection.cuts import Cuts
from phusong.coverage.selection.master import Master, MasterPoint
from phusong.coverage.selection.prices import SCALE, PricedBound, bound_by_prices, is_beyond_all, no_prices
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import Float64Array, structural_rows

BLOCKS = 160
"""About how many blocks of pixels: more make stronger masters of more rows."""

OUTWARD = 0.5
"""How far from the inner point towards the master's solution lines are made."""

PROGRESS, COVER_PROGRESS, PROGRESS_OVER = 1e-4, 5e-4, 5
SETTLED = 1e-3
"""The bound stands when it moved by less than this share over so many solutions while the lines were so near; covers
are dearer to find."""

CONVERGED = 1e-8
"""A violation of lines, as a share of everything, that is none."""


class LpBound(NamedTuple):
    """A bound by prices and how it was found.

    Attributes
    ----------
    bound : as of ``prices.PricedBound``; where no choice meets the problem, beyond every value there could be.
    exact : as there.
    part : (candidates,) how far each is chosen in the relaxation.
    reduced_costs : (candidates,) as there.
    certificate : that proves it.
    is_infeasible : whether it shows that no choice meets the problem.
    seconds : that it took.
    """

    bound: float
    exact: float
    part: Float64Array
    reduced_costs: Float64Array
    certificate: Certificate
    is_infeasible: bool
    seconds: float


def lp_bound(
    problem: Problem,
    *,
    value: int | None,
    time_limit_s: float,
    gap: float,
    should_stop: Callable[[], bool] = lambda: False,
    on_point: Callable[[Float64Array], int | None] | None = None,
) -> LpBound:
    """Return the bound of the linear relaxation, or what is known of it when the time is over.

    Parameters
    ----------
    value : of the best choice known; None without one.
    time_limit_s : [s]
    gap : share of the value from which a bound is near enough to stop.
    should_stop : asked once a round.
    on_point : told the (candidates,) parts of each solution; returns the value of the best choice known.
    """
    begun = time.monotonic()
    master = Master(problem, structural_rows(problem), Cuts(problem, BLOCKS))
    last = tighten(master, value=value, time_limit_s=time_limit_s, gap=gap, should_stop=should_stop, on_point=on_point)
    certificate, priced, is_infeasible = _proof(problem, master, last)
    part = np.zeros(len(problem)) if last is None else last.part
    seconds = time.monotonic() - begun
    return LpBound(priced.bound, priced.exact, part, priced.reduced_costs, certificate, is_infeasible, seconds)


def tighten(
    master: Master,
    *,
    value: int | None,
    time_limit_s: float,
    gap: float,
    should_stop: Callable[[], bool],
    on_point: Callable[[Float64Array], int | None] | None = None,
) -> MasterPoint | None:
    """Add lines to a master until its bound stands, then covers of its targets until it stands again.

    Returns its last solution; None without one. Parameters: as ``lp_bound``.
    """
    begun = time.monotonic()
    problem = master.problem
    covers: Covers | None = None
    inner: Float64Array | None = None
    last: MasterPoint | None = None
    objectives: list[float] = []
    while not should_stop():
        point = master.solve(time_limit_s - (time.monotonic() - begun))
        if point is None:
            break
        last = point
        if not point.feasible:
            break
        objectives.append(point.objective)
        if on_point is not None:
            value = on_point(point.part)
        inner = point.part if inner is None or covers is not None else (inner + point.part) / 2
        lines = master.lines_violated(OUTWARD * point.part + (1 - OUTWARD) * inner, point.part, point.gain)
        if lines.excess.sum() <= CONVERGED * SCALE:
            lines = master.lines_violated(point.part, point.part, point.gain)
        master.add(lines)
        violated = float(lines.excess.sum())
        found = covers.violated(point.part) if covers is not None else []
        master.add_covers(found)
        if _is_near(point.objective, value, gap):
            break
        progress = PROGRESS if covers is None else COVER_PROGRESS
        if (violated <= CONVERGED * SCALE and not found) or _stands(objectives, violated, progress):
            if covers is not None or not problem.targets:
                break
            covers = Covers(problem)
            objectives.clear()
        master.purge()
    return last


def _stands(objectives: list[float], violated: float, progress: float) -> bool:
    if len(objectives) <= PROGRESS_OVER or violated > SETTLED * SCALE:
        return False
    return abs(objectives[-1] - objectives[-1 - PROGRESS_OVER]) <= progress * abs(objectives[-1])


def _is_near(bound: float, value: int | None, gap: float) -> bool:
    return value is not None and abs(bound - value) <= gap * min(abs(bound), abs(value))


def _proof(problem: Problem, master: Master, point: MasterPoint | None) -> tuple[Certificate, PricedBound, bool]:
    """Return what a solution of the master, or a ray of one that has none, proves of the problem."""
    if point is not None and point.feasible:
        certificate = master.certificate(point)
        return certificate, bound_by_prices(problem, certificate, master.rows), False
    if point is not None:
        for power in range(0, 16, 2):
            certificate = master.certificate(point, stretch=10.0**power)
            priced = bound_by_prices(problem, certificate, master.rows)
            if is_beyond_all(problem, priced.bound):
                return certificate, priced, True
    certificate = no_prices(problem, master.rows)
    return certificate, bound_by_prices(problem, certificate, master.rows), False
