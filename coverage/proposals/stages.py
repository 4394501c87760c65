"""Plans in phases: what is built by each date, every phase holding those before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from phusong.coverage.proposals.rules import COST_UNITS
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.solve import solve
from phusong.scenarios.question import Limit


class Stage(NamedTuple):
    """A phase of a plan.

    Attributes
    ----------
    name, sites : of the phase, all sites built by then.
    gain : what they add to the measure, weight times curve.
    """

    name: str
    sites: tuple[int, ...]
    gain: int


def plan_stages(
    problem: Problem,
    final: Sequence[int],
    phases: Sequence[Limit],
    measure: str,
    *,
    seed: int,
    time_limit_s: float,
    should_stop: Callable[[], bool],
) -> list[Stage]:
    """Choose the sites of every phase among those of the phase after it, the last among the final plan's.

    So each phase leads to the best end; what that costs on the way shows in the curve against the bound for as many.
    """
    stages: list[Stage] = []
    later = tuple(sorted(final))
    for phase in reversed(phases):
        limit = replace(
            problem,
            maximize=measure, targets=(),
            most_sites=phase.sites,
            budget=None if phase.cost is None else round(COST_UNITS * phase.cost),
            forced=(),
            forbidden=tuple(site for site in range(len(problem)) if site not in set(later)),
            quotas=tuple(quota._replace(least=0) for quota in problem.quotas),
        )  # fmt: skip
        if not limit.faults(later):
            chosen = later
        else:
            chosen = solve(
                limit, effort="certified", time_limit_s=time_limit_s, seed=seed, should_stop=should_stop
            ).sites
        stages.append(Stage(phase.phase, chosen, problem.gain(chosen, measure)))
        later = chosen
    return stages[::-1]
