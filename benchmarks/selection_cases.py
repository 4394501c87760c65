"""The problems that the choice of sites is timed on, each with what it must and what it aims to keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import KDTree

from benchmarks.made_province import COMMUNES, MadeProvince, make_province
from phusong.coverage.selection.aggregate import attainable
from phusong.coverage.selection.answer import Effort
from phusong.coverage.selection.problem import Problem, Quota, Requirement, Target
from phusong.laboratory.timing import MIB

PIXELS = 1_000_000
MANY_PIXELS = 10_000_000
CANDIDATES = 2_000
GB_IN_MIB = 1e9 / MIB
SMALL_PIXELS, SMALL_CANDIDATES = 10_000, 60
"""Size of the province that is solved first, so that nothing is compiled or loaded while the clock runs."""

FLOOR, WHOLE = 0.90, 0.95  # of what each commune, and all together, can get
SPACING_M = 2_000.0
QUOTA_PARTS = 4
HOP_M = 8_000.0

Make = Callable[[MadeProvince], Problem]


@dataclass(frozen=True)
class Limits:
    """What a case has to keep; None: that is not limited.

    Attributes
    ----------
    gap : of the answer, as a share; 0: proven optimal.
    wall_s : time of the whole solution [s].
    peak_mib : memory of the process at its height [MiB].
    against_greedy : cost over that of plain greedy with reverse delete.
    """

    gap: float | None = None
    wall_s: float | None = None
    peak_mib: float | None = None
    against_greedy: float | None = None


@dataclass(frozen=True)
class Case:
    """A problem in a made province, and the limits."""

    make: Make
    must: Limits
    aim: Limits
    pixels: int = PIXELS
    speckle_db: float = 0.0
    effort: Effort = "certified"

    def problem(self, seed: int) -> Problem:
        """Return the problem of a seed."""
        return self.make(make_province(self.pixels, CANDIDATES, seed=seed, speckle_db=self.speckle_db))

    def small_problem(self) -> Problem:
        """Return one like it that is solved in no time."""
        return self.make(make_province(SMALL_PIXELS, SMALL_CANDIDATES, seed=0, speckle_db=self.speckle_db))


def most_people(sites: int) -> Make:
    """Ask for the most people with so many sites."""
    return lambda province: province.problem("people", most_sites=sites)


def least(share: float, *, floor: float | None = None, unit_cost: bool) -> Make:
    """Ask for a share of the people that can be covered, of all and, with a floor, of each commune."""

    def make(province: MadeProvince) -> Problem:
        targets = [Target("everywhere", "people", None, -1, 0)]
        if floor is not None:
            targets += [Target(f"commune {zone}", "people", "communes", zone, 0) for zone in range(COMMUNES)]
        cost = np.ones_like(province.cost) if unit_cost else province.cost
        problem = province.problem(None, targets=tuple(targets), cost=cost)
        shares = [share, *[floor or 0.0] * (len(targets) - 1)]
        return replace(problem, targets=_with_shares(problem, shares))

    return make


def _with_shares(problem: Problem, shares: list[float]) -> tuple[Target, ...]:
    most = attainable(problem).tolist()
    asked = zip(problem.targets, shares, most, strict=True)
    return tuple(target._replace(at_least=int(np.ceil(share * gain))) for target, share, gain in asked)


def with_everything(*, maximize: bool) -> Make:
    """Ask with unequal costs, spacing, quotas, forced and forbidden candidates, and hops.

    The candidates count as of four operators in turn, each with a least and a greatest number. Every hilltop needs a
    village within a hop. Every fiftieth candidate is forbidden.
    """

    def make(province: MadeProvince) -> Problem:
        count = len(province.footprints)
        near = KDTree(province.position_m)
        conflicts = near.query_pairs(SPACING_M, output_type="ndarray").astype(np.int32)
        villages = np.arange(count // 2, count)
        hops = KDTree(province.position_m[villages]).query_ball_point(province.position_m[: count // 2], HOP_M)
        quotas = [Quota(f"operator {n}", tuple(range(n, count, QUOTA_PARTS)), 1, 60) for n in range(QUOTA_PARTS)]
        problem = province.problem(
            "people" if maximize else None,
            targets=() if maximize else (Target("everywhere", "people", None, -1, 0),),
            budget=10_000 if maximize else None,
            forced=(1,),
            forbidden=tuple(range(0, count, 50)),
            conflicts=conflicts,
            quotas=tuple(quotas),
            requirements=tuple(
                Requirement(top, tuple(villages[beside].tolist())) for top, beside in enumerate(hops) if beside
            ),
        )
        return replace(problem, targets=_with_shares(problem, [] if maximize else [0.80]))

    return make


_FLOORS_60_S, _FLOORS_180_S = Limits(0.09, 60.0), Limits(0.065, 180.0)
_GREEDY = 0.95

CASES = {
    "choose-50": Case(most_people(50), Limits(0.005, 15.0, GB_IN_MIB), Limits(0.002, 4.0)),
    "choose-100": Case(most_people(100), Limits(0.005, 15.0, GB_IN_MIB), Limits(0.002, 4.0)),
    "speckle-100": Case(most_people(100), Limits(0.015, 30.0), Limits(0.01, 30.0), speckle_db=6.0),
    "10M-100": Case(most_people(100), Limits(0.005, 60.0, 3.0 * GB_IN_MIB), Limits(0.0025, 25.0), pixels=MANY_PIXELS),
    "98-percent": Case(least(0.98, unit_cost=True), Limits(0.02, 60.0), Limits(0.013, 60.0)),
    "floors-count-60": Case(least(WHOLE, floor=FLOOR, unit_cost=True), _FLOORS_60_S, Limits(0.05, 60.0)),
    "floors-count-180": Case(least(WHOLE, floor=FLOOR, unit_cost=True), _FLOORS_180_S, Limits(0.05, 180.0)),
    "floors-cost-60": Case(
        least(WHOLE, floor=FLOOR, unit_cost=False), replace(_FLOORS_60_S, against_greedy=_GREEDY), Limits(0.05, 60.0)
    ),
    "floors-cost-180": Case(
        least(WHOLE, floor=FLOOR, unit_cost=False), replace(_FLOORS_180_S, against_greedy=_GREEDY), Limits(0.05, 180.0)
    ),
    "exact-50": Case(most_people(50), Limits(0.0, 120.0), Limits(0.0, 30.0), effort="exact"),
    "budget": Case(lambda province: province.problem("people", budget=10_000), Limits(wall_s=60.0), Limits()),
    "everything-most": Case(with_everything(maximize=True), Limits(wall_s=60.0), Limits()),
    "everything-least": Case(with_everything(maximize=False), Limits(wall_s=60.0), Limits()),
}
