"""The cells that a plan builds, as chosen or turned and tilted afterwards, and the network with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from phusong.coverage.network import Progress
from phusong.coverage.proposals.demand import AIM
from phusong.coverage.proposals.orientation import orient
from phusong.coverage.proposals.survey import Survey
from phusong.coverage.proposals.truth import Truth, simulate_plan
from phusong.coverage.what_if import LiveRun
from phusong.coverage.workers import open_workers


class Built(NamedTuple):
    """What a plan builds.

    Attributes
    ----------
    cells : of all its sites, with the columns of a register; truth : the network with them.
    turned : how many of the cells were turned or tilted.
    """

    cells: pd.DataFrame
    truth: Truth
    turned: int = 0

    def in_order(self, sites: Sequence[str] | pd.Series) -> pd.DataFrame:
        """Return the cells in the order of their sites."""
        place = {site: rank for rank, site in enumerate(sites)}
        return self.cells.sort_values("site", key=lambda names: names.map(place), kind="stable", ignore_index=True)

    def azimuths(self, sites: Sequence[str] | pd.Series) -> list[str]:
        """Return the azimuths of the cells of each site, with blanks between them [deg]."""
        of_site = {site: group["azimuth_deg"] for site, group in self.cells.groupby("site", sort=False)}
        return [" ".join(f"{azimuth:g}" for azimuth in of_site[site]) for site in sites]


def turned(
    live: LiveRun, surveyed: Survey, built: Built, least_sinr_db: float, *, workers: int | None, progress: Progress
) -> Built:
    """Return the cells turned and tilted for what they cover together, if the network with them serves no less.

    Turns are chosen by what the new cells cover by themselves; interference may undo that, and then they stay.
    """
    technology, wanted = surveyed.question.technology, surveyed.wanted
    weights = surveyed.posed.problem.demand.weights[AIM]
    with open_workers(workers=workers) as pool:
        found = orient(
            built.cells, live.prepared, technology, surveyed.losses, weights, workers=pool, progress=progress
        )
    if not found.changed.any():
        return built
    truth = simulate_plan(live, technology, wanted, found.cells, built.truth.before, least_sinr_db)
    weight = wanted.weights[AIM]
    if truth.gain(weight, served=True) < built.truth.gain(weight, served=True):
        return built
    return Built(found.cells, truth, int(found.changed.sum()))
