"""What a plan gives in truth: the whole network computed with it, interference included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import KDTree

from phusong.coverage.proposals.cells import register_from
from phusong.coverage.proposals.demand import Wanted
from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.statistics import COVERED
from phusong.coverage.what_if import Change, LiveRun
from phusong.scenarios.store import Run

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class State:
    """What a network covers, (rows, columns).

    Attributes
    ----------
    covered : by the scenario's definition.
    served : those of them where SINR is enough besides.
    """

    covered: BoolArray
    served: BoolArray

    @classmethod
    def of(cls, network: Run | Change, technology: str, counted: BoolArray, least_sinr_db: float) -> State:
        """Return the state of a run, or of a changed network, over the counted pixels."""
        covered = counted & (network.layer("covered", technology) == COVERED)
        sinr_db = np.nan_to_num(network.layer("sinr", technology), nan=-np.inf)
        return cls(covered, covered & (sinr_db >= least_sinr_db))


@dataclass(frozen=True, eq=False)
class Truth:
    """A network before and after a plan.

    Attributes
    ----------
    before, after : states; change : the network after, from which it came.
    """

    before: State
    after: State
    change: Change

    def gain(self, weight: npt.NDArray[np.int64], *, served: bool = False) -> int:
        """Return what the plan adds to a (rows, columns) weight: gained less lost."""
        before, after = (self.before.served, self.after.served) if served else (self.before.covered, self.after.covered)
        return int(weight[after & ~before].sum()) - int(weight[before & ~after].sum())


def simulate_plan(
    live: LiveRun, technology: str, wanted: Wanted, cells: pd.DataFrame, before: State, least_sinr_db: float
) -> Truth:
    """Return the network with the cells of a plan, to the last bit as a simulation of the whole from zero gives it."""
    change = live.change(added=register_from(cells, "the proposed sites"))
    return Truth(before, State.of(change, technology, wanted.counted, least_sinr_db), change)


def charge_interference(
    footprints: Footprints,
    sites: Sequence[int],
    weight: npt.NDArray[np.int64],
    served: BoolArray,
    toll: Mapping[int, int],
) -> Footprints:
    """Return footprints without what interference takes from the chosen sites, for another round of choosing.

    SINR is no set function: a site may take away more than it gives, and no bound holds for it. So a pixel that chosen
    sites claim but do not serve leaves their footprints, and what a site takes from others leaves its own as well.

    Parameters
    ----------
    weight, served : (pixels,) of the footprints, with the sites built.
    toll : by site the weight that is served no more elsewhere.
    """
    keep = np.ones(footprints.pixels.size, dtype=np.bool_)
    for site in sites:
        part = slice(int(footprints.start[site]), int(footprints.start[site + 1]))
        pixels = footprints.pixels[part]
        kept = served[pixels]
        paid = np.cumsum(np.where(kept, weight[pixels], 0))
        keep[part] = kept & (paid > toll.get(site, 0))
    owner = np.repeat(np.arange(len(footprints)), np.diff(footprints.start))
    start = np.zeros(len(footprints) + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner[keep], minlength=len(footprints)), out=start[1:])
    return Footprints(start, footprints.pixels[keep], footprints.levels[keep], footprints.pixel_count)


def tolls(
    lost: BoolArray, weight: npt.NDArray[np.int64], sites: Sequence[int], row_column: npt.NDArray[np.float64]
) -> dict[int, int]:
    """Return by site the weight of lost pixels: each is put down to the chosen site nearest to it.

    Parameters
    ----------
    lost, weight : (rows, columns); row_column : (sites, 2) where the sites stand on the grid.
    """
    pixels = np.argwhere(lost)
    if not pixels.size or not len(sites):
        return {}
    _, nearest = KDTree(row_column).query(pixels)
    sums = np.bincount(nearest, weights=weight[lost].astype(np.float64), minlength=len(sites))
    return {site: round(total) for site, total in zip(sites, sums.tolist(), strict=True) if total}
