"""From what is wanted and what candidates cover to the problem of choosing among them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from phusong.coverage.proposals.demand import Ask, Wanted
from phusong.coverage.selection.aggregate import attainable
from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.problem import Demand, Problem, Target

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """How an ask stands, all in weight times curve.

    Attributes
    ----------
    ask : what was asked.
    whole : all there is; present : what the network covers of it; reachable : with all candidates together.
    goal : what the share asked for comes to, of the whole or of what can be reached.
    """

    ask: Ask
    whole: int
    present: int
    reachable: int
    goal: int

    @property
    def is_beyond_reach(self) -> bool:
        """Whether no choice of candidates can get there."""
        return self.goal > self.reachable

    def percent(self, amount: float) -> float | None:
        """Return an amount as a share of all there is [%]."""
        return 100.0 * amount / self.whole if self.whole else None


@dataclass(frozen=True, eq=False)
class Posed:
    """A problem and the shares that it stands for.

    Attributes
    ----------
    problem : with a target for each ask that is not met yet, as far as candidates can reach.
    standings : of every ask.
    """

    problem: Problem
    standings: tuple[Standing, ...]


def demand_of(wanted: Wanted, needed: BoolArray, base: npt.NDArray[np.uint8] | None) -> Demand:
    """Return what is wanted of the needed pixels, row by row.

    Parameters
    ----------
    needed : (rows, columns); base : (rows, columns) level that each has already; none: 0.
    """
    size = int(needed.sum())
    return Demand(
        weights={name: weight[needed] for name, weight in wanted.weights.items()},
        labels={name: label[needed] for name, label in wanted.labels.items()},
        base=np.zeros(size, dtype=np.uint8) if base is None else base[needed],
    )


def pose(wanted: Wanted, needed: BoolArray, bare: Problem) -> Posed:
    """Add the targets that the asks come to.

    Parameters
    ----------
    needed : (rows, columns) the pixels of the problem, row by row.
    bare : the problem without its targets; its limits of number and budget play no part in what can be reached.
    """
    scale = int(bare.curve[-1])
    probes = tuple(Target(ask.name, ask.measure, ask.layer, ask.zone, 0) for ask in wanted.asks)
    most = attainable(replace(bare, targets=probes)) if probes else np.zeros(0, dtype=np.int64)
    standings = []
    for ask, added in zip(wanted.asks, most.tolist(), strict=True):
        whole = scale * wanted.whole(ask.measure, ask.layer, ask.zone)
        present = _present(wanted, needed, bare, ask)
        reachable = present + added
        of = whole if ask.of == "total" else reachable
        standings.append(Standing(ask, whole, present, reachable, math.ceil(Fraction(str(ask.percent)) * of / 100)))
    targets = tuple(
        probe._replace(at_least=min(one.goal, one.reachable) - one.present)
        for probe, one in zip(probes, standings, strict=True)
        if one.goal > one.present
    )
    return Posed(replace(bare, targets=_named(targets)), tuple(standings))


def present_of(wanted: Wanted, needed: BoolArray, bare: Problem, measure: str, place: BoolArray) -> int:
    """Return what the network covers of a measure in a place, weight times curve: all pixels that are not needed, and
    what their level is worth of those that are.
    """
    weight = wanted.weights[measure]
    met = place & ~needed
    worth = bare.curve[np.minimum(bare.demand.base, bare.curve.size - 1)]
    return int(bare.curve[-1]) * int(weight[met].sum()) + int((weight[needed] * worth)[place[needed]].sum())


@dataclass(frozen=True)
class Share:
    """How much of a measure is covered in a place, in weight times curve.

    Attributes
    ----------
    whole : all there is; present : what the network covers; reachable : with all candidates together.
    """

    whole: int
    present: int
    reachable: int

    def percent(self, gain: float) -> float:
        """Return the share covered with a gain [%]; all of nothing is covered."""
        return 100.0 * (self.present + gain) / self.whole if self.whole else 100.0

    @property
    def reachable_percent(self) -> float:
        """Return the share covered with all candidates [%]."""
        return self.percent(self.reachable - self.present)


def _present(wanted: Wanted, needed: BoolArray, bare: Problem, ask: Ask) -> int:
    return present_of(wanted, needed, bare, ask.measure, wanted.pixels_of(ask.layer, ask.zone))


def _named(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return the targets, of those that ask the same of the same pixels the greatest."""
    kept: dict[tuple[str, str | None, int], Target] = {}
    for target in targets:
        key = target.measure, target.layer, target.zone
        if key not in kept or kept[key].at_least < target.at_least:
            kept[key] = target
    return tuple(kept.values())


def out_of_reach(footprints: Footprints, needed: BoolArray) -> BoolArray:
    """Return the (rows, columns) needed pixels that no candidate covers at all."""
    reached = np.zeros(footprints.pixel_count, dtype=np.bool_)
    reached[footprints.pixels] = True
    left = needed.copy()
    left[needed] = ~reached
    return left
