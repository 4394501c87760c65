"""The bound that prices prove, in closed form.

Weighted by W, a pixel's part in what is maximised and in the priced targets, its worth lies under a line over its
level: W worth <= W (conjugate + slope level). Limits of rows join with prices of their own (Lagrange). What remains is
linear in the candidates, each in or out by itself:

    objective <= sum_p W_p conjugate_p + sum_i max_y y_i r_i + sum_r price_r limit_r - sum_t price_t at_least_t
                 - sum_c price_c
    r_i = own_i + sum_p W_p slope_p level_ip - sum_r price_r coefficient_ri + sum_c price_c coefficient_ci

with rows r of the candidates and covers c of targets (``covers``: coefficients @ candidates >= 1).
Least cost is the same with own = -cost and the sign turned in the end. It holds for any prices; see M. Fisher,
Management Science 27 (1981), 1-18, for Lagrange bounds, and Cordeau, Furini and Ljubic, European Journal of Operational
Research 275 (2019), 882-896, for lines over coverage.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from phusong.coverage.selection.answer import Certificate, CoverPrice
from phusong.coverage.selection.covers import cover_row
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import Float64Array, Rows, structural_rows
from phusong.coverage.selection.within import footprints_within
from phusong.kernels.selection.covers import MOST_MULTIPLE, NEAR_WHOLE
from phusong.kernels.selection.prices import conjugate_sum, priced_worth

SCALE = 1e4
"""What the greatest gain is for a solver: its tolerances of 1e-7 are then far below, and its range is not too wide."""

TOLERANCE = 1e-6  # of a solver's objective of that scale


class PricedBound(NamedTuple):
    """A bound with what it says of each candidate.

    Attributes
    ----------
    bound : no choice is better; whole, as every value is.
    exact : the same before it is made whole, widened by the rounding of its computation.
    reduced_costs : (candidates,) r of the module's formula: positive where choosing pays. To choose against its sign
        worsens ``exact`` by as much.
    """

    bound: float
    exact: float
    reduced_costs: Float64Array


def bound_by_prices(problem: Problem, certificate: Certificate, rows: Rows | None = None) -> PricedBound:
    """Return the bound that a certificate proves; prices that make no sense count as none.

    Parameters
    ----------
    rows : ``structural_rows`` of the problem, where they are known already.
    """
    rows = rows if rows is not None else structural_rows(problem)
    slope = np.maximum(np.nan_to_num(certificate.slope), 0).astype(np.float32)
    target_price = np.maximum(np.nan_to_num(certificate.target_price), 0.0)
    row_price, limit = rows.binding(np.nan_to_num(certificate.row_price))
    weight = priced_weight(problem, target_price)

    footprints = problem.footprints
    base = problem.demand.base
    curve = problem.curve[: np.searchsorted(problem.curve, problem.curve[-1]) + 1]
    height = conjugate_sum(weight, slope, base, curve)
    own = np.zeros(len(problem)) if problem.maximize is not None else -problem.cost.astype(np.float64)
    lists = footprints.start, footprints.pixels, footprints.levels
    worth = priced_worth(*lists, weight, slope, base, curve.size - 1)
    charge = rows.charge(row_price, len(problem))
    credit, cover_price = _credit_of_covers(problem, certificate.covers)
    reduced_costs = own + worth - charge + credit

    # Each number above is a sum of products rounded a few times: one unit of rounding for each term of a weight, of a
    # charge and of a product, and some to spare.
    entries = int(np.bincount(rows.columns, minlength=1).max()) if rows.columns.size else 0
    unit = float(np.finfo(np.float64).eps) * (len(problem.targets) + entries + len(certificate.covers) + 16)
    doubt = unit * (np.abs(own) + worth + credit + rows.charge(np.abs(row_price), len(problem), absolute=True))
    least, most = box(problem)
    best = np.where(reduced_costs + doubt > 0, most, least) * (reduced_costs + doubt)
    at_least = np.array([target.at_least for target in problem.targets], dtype=np.float64)
    constants = [*(row_price * limit).tolist(), *(-target_price * at_least).tolist(), -cover_price]
    spare = unit * (height + math.fsum(map(abs, constants)) + math.fsum(np.abs(best).tolist()))
    exact = math.fsum([height, spare, *constants, *best.tolist()])
    exact = exact if problem.maximize is not None else -exact
    return PricedBound(whole_bound(problem, exact), exact, reduced_costs)


def _credit_of_covers(problem: Problem, covers: tuple[CoverPrice, ...]) -> tuple[Float64Array, float]:
    """Return the (candidates,) sum of prices times coefficients of covers, and the sum of the prices."""
    credit = np.zeros(len(problem))
    total = 0.0
    priced = [cover for cover in covers if cover.price > 0 and 0 <= cover.target < len(problem.targets)]
    within = footprints_within(problem, {cover.target for cover in priced})
    for cover in priced:
        fraction = cover.multiple - np.floor(cover.multiple)
        if not (cover.multiple == 1.0 or (1.0 < cover.multiple < MOST_MULTIPLE and fraction >= NEAR_WHOLE)):
            continue
        row = cover_row(problem.curve, cover.target, within[cover.target], cover.inside, cover.multiple)
        if row is not None:
            credit[row.candidates] += cover.price * row.coefficients
            total += cover.price
    return credit, total


def priced_weight(problem: Problem, target_price: Float64Array) -> Float64Array:
    """Return the (pixels,) weight in what is maximised and in all priced targets."""
    total = np.zeros(problem.footprints.pixel_count, dtype=np.float64)
    if problem.maximize is not None:
        total += problem.demand.weights[problem.maximize]
    kinds = sorted({(target.measure, target.layer or "") for target in problem.targets})
    for measure, layer in kinds:
        priced = [
            (target.zone, price)
            for target, price in zip(problem.targets, target_price.tolist(), strict=True)
            if (target.measure, target.layer or "") == (measure, layer) and price
        ]
        if not priced:
            continue
        weights = problem.demand.weights[measure]
        if not layer:
            total += math.fsum(price for _, price in priced) * weights
            continue
        labels = problem.demand.labels[layer]
        by_zone = np.zeros(max(int(labels.max(initial=-1)), *(zone for zone, _ in priced)) + 2)  # the last: no zone
        for zone, price in priced:
            by_zone[zone] += price
        total += by_zone[labels] * weights
    return total


def box(problem: Problem) -> tuple[Float64Array, Float64Array]:
    """Return the (candidates,) least and most of each candidate: 1 and 1 where it must be chosen, 0 and 0 where not."""
    least, most = np.zeros(len(problem)), np.ones(len(problem))
    least[list(problem.forced)] = 1.0
    most[list(problem.forbidden)] = 0.0
    return least, np.maximum(least, most)


def whole_bound(problem: Problem, exact: float) -> float:
    """Return a bound as tight as the values that there can be allow: they are whole, and costs have a step."""
    if not math.isfinite(exact):
        return exact
    if problem.maximize is not None:
        return float(math.floor(exact))
    step = cost_step(problem)
    return float(math.ceil(exact / step) * step)


def solvers_bound(problem: Problem, objective: float, unit: float) -> float:
    """Return the bound that follows from one on a solver's minimised objective, widened by the solver's tolerance.

    Parameters
    ----------
    unit : what one of the objective stands for; gains that are maximised have a minus.
    """
    widened = (
        (objective - TOLERANCE * max(1.0, abs(objective) / SCALE)) * unit if math.isfinite(objective) else objective
    )
    return whole_bound(problem, -widened if problem.maximize is not None else widened)


def cost_step(problem: Problem) -> int:
    """Return the greatest number that every cost is a multiple of."""
    return int(np.gcd.reduce(problem.cost)) or 1 if len(problem) else 1


def no_prices(problem: Problem, rows: Rows) -> Certificate:
    """Return the certificate of what all candidates together are worth."""
    return Certificate(
        np.zeros(problem.footprints.pixel_count, dtype=np.float32), np.zeros(len(problem.targets)), np.zeros(len(rows))
    )


def is_beyond_all(problem: Problem, bound: float) -> bool:
    """Return whether a bound leaves no value that a choice could have."""
    return bound < 0 if problem.maximize is not None else bound > int(problem.cost.sum())
