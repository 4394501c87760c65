"""A plan: sites chosen on their footprints, then held to the whole network with its interference, and chosen again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from phusong.coverage.proposals.demand import AIM, UNITS, Wanted
from phusong.coverage.proposals.pose import Posed
from phusong.coverage.proposals.survey import Survey
from phusong.coverage.proposals.truth import Truth, charge_interference, tolls
from phusong.coverage.selection.answer import Answer, Step
from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.solve import solve

ROUND_LIMIT_S = 10.0
"""For each choice after the first [s]."""
SHORT_PERCENT = 0.1
"""Of all there is: where interference takes less than this of what was claimed, the plan stands."""


class Round(NamedTuple):
    """A choice and what the network is with it.

    Attributes
    ----------
    answer : the choice; truth : the network simulated with it.
    claimed_km2, confirmed_km2, served_km2 : area that it adds by its footprints, by RSRP in the whole network, and with
        SINR besides.
    short : how much of the measure it claims is not served.
    served : of the measure, gained less lost.
    meets : whether every share asked for is served too, as far as it can be reached.
    """

    answer: Answer
    truth: Truth
    claimed_km2: float
    confirmed_km2: float
    served_km2: float
    short: int
    served: int
    meets: bool


@dataclass(frozen=True, eq=False)
class Plan:
    """The choice that stands.

    Attributes
    ----------
    rounds : the choice by footprints alone first, then those that interference was charged to.
    best : number of the round that stands. Where a measure is maximised it is the one that serves the most; else the
        cheapest that serves every share asked for, and where none does the first, which is certified.
    """

    rounds: tuple[Round, ...]
    best: int

    @property
    def chosen(self) -> Round:
        return self.rounds[self.best]

    @property
    def certified(self) -> Answer:
        """Return the answer whose bound holds for what was asked: that of the footprints as they are."""
        return self.rounds[0].answer


def make_plan(
    surveyed: Survey,
    simulate: Callable[[Sequence[int]], Truth],
    *,
    progress: Callable[[Step], None],
    should_stop: Callable[[], bool],
) -> Plan:
    """Choose sites, simulate the network with them, and choose again while interference takes what was claimed.

    Parameters
    ----------
    simulate : returns the network with some candidates built.
    """
    posed, wanted, needed = surveyed.posed, surveyed.wanted, surveyed.needed
    weight, how = wanted.weights[AIM], surveyed.question.solving
    whole = int(weight.sum())
    row_column = surveyed.candidates.sites[["row", "column"]].to_numpy(dtype=np.float64)
    problem = posed.problem
    rounds: list[Round] = []
    while True:
        answer = solve(
            problem,
            effort=how.effort if not rounds else "fast",
            gap=0.01 * how.gap_percent, seed=how.seed,
            time_limit_s=how.time_limit_s if not rounds else min(how.time_limit_s, ROUND_LIMIT_S),
            progress=progress, should_stop=should_stop,
        )  # fmt: skip
        if answer.value is None and rounds:
            break  # with so much charged, nothing meets what is asked any more
        truth = simulate(answer.sites)
        rounds.append(_round(posed, wanted, answer, truth))
        if (
            len(rounds) > how.interference_rounds or rounds[-1].short <= 0.01 * SHORT_PERCENT * whole or should_stop()
            or not answer.sites or surveyed.question.probability or (problem.maximize is None and rounds[-1].meets)
        ):  # fmt: skip
            break
        lost = truth.before.served & ~truth.after.served
        toll = tolls(lost, weight, answer.sites, row_column[list(answer.sites)])
        charged = charge_interference(
            problem.footprints, answer.sites, weight[needed], truth.after.served[needed], toll
        )  # fmt: skip
        problem = _with_footprints(problem, charged)
    return Plan(tuple(rounds), _best(posed.problem, rounds))


def _round(posed: Posed, wanted: Wanted, answer: Answer, truth: Truth) -> Round:
    scale = int(posed.problem.curve[-1])
    area = wanted.weights["area"]
    served = truth.gain(wanted.weights[AIM], served=True)
    return Round(
        answer,
        truth,
        claimed_km2=posed.problem.gain(answer.sites, "area") / (scale * UNITS["area"]),
        confirmed_km2=truth.gain(area) / UNITS["area"],
        served_km2=truth.gain(area, served=True) / UNITS["area"],
        short=posed.problem.gain(answer.sites, AIM) // scale - served,
        served=served,
        meets=_meets(posed, wanted, truth),
    )


def _with_footprints(problem: Problem, footprints: Footprints) -> Problem:
    """Return the problem with other footprints; targets ask for no more than these reach."""
    from phusong.coverage.selection.aggregate import attainable

    changed = replace(problem, footprints=footprints)
    most = attainable(changed).tolist()
    targets = tuple(
        target._replace(at_least=min(target.at_least, added))
        for target, added in zip(problem.targets, most, strict=True)
    )
    return replace(changed, targets=targets)


def _meets(posed: Posed, wanted: Wanted, truth: Truth) -> bool:
    scale = int(posed.problem.curve[-1])
    for one in posed.standings:
        place = truth.after.served & wanted.pixels_of(one.ask.layer, one.ask.zone)
        if scale * int(wanted.weights[one.ask.measure][place].sum()) < min(one.goal, one.reachable):
            return False
    return True


def _best(problem: Problem, rounds: Sequence[Round]) -> int:
    feasible = [number for number, one in enumerate(rounds) if number == 0 or not problem.faults(one.answer.sites)]
    if problem.maximize is not None:
        return max(feasible, key=lambda number: (rounds[number].served, -number))
    meeting = [number for number in feasible if rounds[number].meets]
    return min(meeting, key=lambda number: (problem.value(rounds[number].answer.sites), number), default=0)
