"""The order in which chosen sites are worth building, and how coverage grows with them under its bound."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.answer import Certificate
from phusong.coverage.selection.prices import bound_by_prices
from phusong.coverage.selection.problem import Problem

Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RollOut:
    """Sites in the order in which to build them.

    Attributes
    ----------
    sites : candidates' numbers; measure : whose gain ordered them.
    gains : by measure what each site adds to those before it, weight times curve.
    """

    sites: tuple[int, ...]
    measure: str
    gains: dict[str, tuple[int, ...]]


def roll_out(problem: Problem, sites: Sequence[int], measure: str, *, stages: Sequence[Sequence[int]] = ()) -> RollOut:
    """Return sites in the order of their gain for each unit of cost, those of an earlier stage first.

    A site comes after one of those that it requires. What a site adds never grows as others are built, so that a gain
    known from before is looked at again only where it is the greatest (Minoux 1978).

    Parameters
    ----------
    measure : whose gain counts.
    stages : sets of sites that each contain the one before; none: all are of one stage.
    """
    needs: dict[int, list[frozenset[int]]] = {}
    for need in problem.requirements:
        needs.setdefault(need.candidate, []).append(frozenset(need.any_of))
    level = problem.demand.base.astype(np.int64)
    top = problem.curve.size - 1
    weights = problem.demand.weights
    order: list[int] = []
    gains: dict[str, list[int]] = {name: [] for name in weights}

    def added(site: int) -> tuple[npt.NDArray[np.int32], Int64Array]:
        pixels = problem.footprints.of(site)
        now = level[pixels]
        after = np.minimum(now + problem.footprints.levels_of(site), top)
        return pixels, problem.curve[after] - problem.curve[np.minimum(now, top)]

    def merit(site: int) -> float:
        pixels, worth = added(site)
        return float(weights[measure][pixels] @ worth) / max(int(problem.cost[site]), 1)

    left = set(sites)
    for stage in (*stages, sites):
        ready: list[tuple[float, int]] = []
        waiting = sorted(left.intersection(stage))
        while waiting or ready:
            free = [site for site in waiting if all(some & set(order) for some in needs.get(site, []))]
            if not free and not ready:  # they require each other, or something that was not chosen
                free = waiting
            for site in free:
                heapq.heappush(ready, (-merit(site), site))
            waiting = [site for site in waiting if site not in set(free)]
            _, site = heapq.heappop(ready)
            now = -merit(site)
            if ready and (now, site) > ready[0]:
                heapq.heappush(ready, (now, site))
                continue
            pixels, worth = added(site)
            for name, weight in weights.items():
                gains[name].append(int(weight[pixels] @ worth))
            level[pixels] += problem.footprints.levels_of(site)
            order.append(site)
            left.discard(site)
    return RollOut(tuple(order), measure, {name: tuple(of) for name, of in gains.items()})


@dataclass(frozen=True, eq=False)
class CoverBound:
    """The most that any choice can add to a measure, for every number of sites at once.

    The lines that prove one bound prove one for each: valid everywhere, and tightest near the number they were made
    for. Only sites that are allowed at all are counted; rules between sites are left out, which keeps it a bound.

    Attributes
    ----------
    height : of the lines without any site.
    worth : (candidates,) at most so much each site adds to that, falling.
    everything : what all candidates together add.
    """

    height: float
    worth: npt.NDArray[np.float64]
    everything: int

    @classmethod
    def of(cls, problem: Problem, certificate: Certificate, measure: str) -> CoverBound:
        """Return the bound that the lines of a certificate prove for a measure."""
        allowed = np.ones(len(problem), dtype=np.bool_)
        allowed[list(problem.forbidden)] = False
        free = Problem(
            problem.footprints, problem.demand, problem.cost, measure,
            forbidden=problem.forbidden, curve=problem.curve,
        )  # fmt: skip
        lines = Certificate(certificate.slope, np.empty(0), np.empty(0))
        priced = bound_by_prices(free, lines)
        worth = np.maximum(priced.reduced_costs[allowed], 0.0)
        everything = free.gain(np.flatnonzero(allowed).tolist(), measure)
        height = priced.exact - float(worth.sum())
        return cls(height, np.sort(worth)[::-1], everything)

    def of_sites(self, count: int) -> float:
        """Return the most that so many sites add."""
        return min(self.height + float(self.worth[:count].sum()), float(self.everything))
