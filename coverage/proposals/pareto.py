"""The trade of cost against coverage: the best plan for several numbers of sites, each with its bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from phusong.coverage.proposals.pose import Share
from phusong.coverage.proposals.rules import COST_UNITS
from phusong.coverage.selection.answer import Certificate
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.solve import solve
from phusong.scenarios.proposal_tables import PARETO_COLUMNS

_PARTS = (0.125, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Of the number of sites of the plan: where the curve is computed."""


class Trade(NamedTuple):
    """The trade as a table, and the certificates of its points."""

    table: pd.DataFrame
    certificates: list[Certificate]


def trade_off(
    problem: Problem,
    measure: str,
    share: Share,
    *,
    count: int,
    seed: int,
    time_limit_s: float,
    should_stop: Callable[[], bool],
) -> Trade:
    """Return for several numbers of sites the most that a plan under the same rules covers, and could cover [%].

    Unlike the roll-out, plans of different size need have no site in common.

    Parameters
    ----------
    problem : with the true costs; share : of the measure that is covered; count : sites of the plan.
    """
    rows, certificates = [], []
    for sites in sorted({max(round(part * count), 1) for part in _PARTS}) if count else []:
        if should_stop():
            break
        limited = replace(problem, maximize=measure, targets=(), most_sites=sites, budget=None)
        answer = solve(limited, time_limit_s=time_limit_s, seed=seed, should_stop=should_stop)
        if answer.value is None:
            continue
        if answer.certificate is not None:
            certificates.append(answer.certificate)
        rows.append(
            {
                "sites": len(answer.sites),
                "cost": limited.spent(answer.sites) / COST_UNITS,
                "covered_percent": share.percent(answer.value),
                "bound_percent": np.nan if answer.bound is None else share.percent(answer.bound),
                "gap_percent": np.nan if answer.gap is None else 100.0 * answer.gap,
            }
        )
    return Trade(pd.DataFrame(rows, columns=list(PARETO_COLUMNS[1:])), certificates)
