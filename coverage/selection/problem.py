"""The problem of choosing sites, and what a choice is worth: the definition that every solver is held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.footprints import Footprints, Int32Array, Int64Array, LevelArray

COVERED_OR_NOT = np.array([0, 1], dtype=np.int64)
"""The curve of plain coverage: one site is enough, and a second adds nothing."""


@dataclass(frozen=True, eq=False)
class Demand:
    """What there is to cover.

    Attributes
    ----------
    weights : by measure (such as "area") the (pixels,) weight of a pixel, not negative.
    labels : by layer of zones the (pixels,) number of the zone that a pixel is in; -1: none.
    base : (pixels,) the level that each pixel has without any of the candidates.
    """

    weights: Mapping[str, Int64Array]
    labels: Mapping[str, Int32Array]
    base: LevelArray

    @classmethod
    def of(cls, weights: Mapping[str, Int64Array], labels: Mapping[str, Int32Array] | None = None) -> Demand:
        """Return a demand of which nothing is covered yet."""
        size = next(iter(weights.values())).size
        return cls(weights, labels or {}, np.zeros(size, dtype=np.uint8))


class Target(NamedTuple):
    """A weight that the chosen sites must add, over all pixels or those of one zone.

    Attributes
    ----------
    name : what messages call it.
    measure : which weights count.
    layer, zone : where; no layer: everywhere.
    at_least : weight times curve, as ``Problem.gain`` counts it.
    """

    name: str
    measure: str
    layer: str | None
    zone: int
    at_least: int


class Quota(NamedTuple):
    """How many of some candidates may, and must, be chosen."""

    name: str
    members: tuple[int, ...]
    least: int
    most: int


class Requirement(NamedTuple):
    """A candidate that needs one of others beside it, such as a hop of backhaul."""

    candidate: int
    any_of: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Problem:
    """Which candidates to choose.

    Attributes
    ----------
    footprints, demand : what each covers, and of what.
    cost : (candidates,) of each, not negative.
    maximize : the measure of which as much as possible is asked for; None: all targets at the least cost.
    targets : what must be reached in either case.
    budget, most_sites : greatest cost and number of the chosen; None: no limit.
    forced, forbidden : candidates that must and must not be chosen.
    conflicts : (pairs, 2) candidates that exclude each other, such as those closer than a spacing.
    quotas, requirements : see there.
    curve : (levels + 1,) the worth of a pixel by its level, from 0, concave, never falling; the last is that of all
        levels beyond too.
    positions : (candidates, 2) where they stand, in any unit; only a hint of which are near each other.
    """

    footprints: Footprints
    demand: Demand
    cost: Int64Array
    maximize: str | None
    targets: tuple[Target, ...] = ()
    budget: int | None = None
    most_sites: int | None = None
    forced: tuple[int, ...] = ()
    forbidden: tuple[int, ...] = ()
    conflicts: Int32Array = field(default_factory=lambda: np.empty((0, 2), dtype=np.int32))
    quotas: tuple[Quota, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    curve: Int64Array = field(default_factory=lambda: COVERED_OR_NOT)
    positions: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """How many candidates there are."""
        return len(self.footprints)

    def worth(self, sites: Sequence[int]) -> Int64Array:
        """Return the (pixels,) worth that sites add to each pixel, before weights."""
        level = self.demand.base.astype(np.int64)
        for site in sites:
            level[self.footprints.of(site)] += self.footprints.levels_of(site)
        top = self.curve.size - 1
        return self.curve[np.minimum(level, top)] - self.curve[np.minimum(self.demand.base, top)]

    def pixels_of(self, target: Target) -> npt.NDArray[np.bool_]:
        """Return which pixels count for a target."""
        if target.layer is None:
            return np.ones(self.footprints.pixel_count, dtype=np.bool_)
        within: npt.NDArray[np.bool_] = self.demand.labels[target.layer] == target.zone
        return within

    def gain(self, sites: Sequence[int], measure: str) -> int:
        """Return the weight times curve that sites add."""
        return int(self.demand.weights[measure] @ self.worth(sites))

    def gains_of_targets(self, sites: Sequence[int]) -> Int64Array:
        """Return the (targets,) weight times curve that sites add to each target."""
        worth = self.worth(sites)
        gains = [
            int((self.demand.weights[target.measure] * worth)[self.pixels_of(target)].sum()) for target in self.targets
        ]
        return np.array(gains, dtype=np.int64)

    def spent(self, sites: Sequence[int]) -> int:
        """Return the cost of sites."""
        return int(self.cost[list(sites)].sum())

    def value(self, sites: Sequence[int]) -> int:
        """Return what the problem asks most or least of."""
        return self.spent(sites) if self.maximize is None else self.gain(sites, self.maximize)

    def faults(self, sites: Sequence[int]) -> list[str]:
        """Return what is wrong with a choice; none: it is feasible."""
        chosen = set(sites)
        found = []
        if len(chosen) != len(sites):
            found.append("a site is chosen twice")
        found += [f"candidate {site} must be chosen" for site in self.forced if site not in chosen]
        found += [f"candidate {site} must not be chosen" for site in self.forbidden if site in chosen]
        if self.budget is not None and self.spent(sites) > self.budget:
            found.append(f"they cost {self.spent(sites)}, more than {self.budget}")
        if self.most_sites is not None and len(sites) > self.most_sites:
            found.append(f"{len(sites)} sites are more than {self.most_sites}")
        found += [
            f"candidates {one} and {other} exclude each other"
            for one, other in self.conflicts.tolist()
            if one in chosen and other in chosen
        ]
        for quota in self.quotas:
            count = len(chosen.intersection(quota.members))
            if not quota.least <= count <= quota.most:
                found.append(f"quota {quota.name}: {count} is not within {quota.least} to {quota.most}")
        found += [
            f"candidate {need.candidate} lacks one of {need.any_of}"
            for need in self.requirements
            if need.candidate in chosen and not chosen.intersection(need.any_of)
        ]
        for target, gain in zip(self.targets, self.gains_of_targets(sites).tolist(), strict=True):
            if gain < target.at_least:
                found.append(f"target {target.name}: {gain} is less than {target.at_least}")
        return found
