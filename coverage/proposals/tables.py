"""The answer of a proposal as tables: roll-out with reasons, curve under its bound, what is out of reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import ndimage

from phusong.coverage.proposals.demand import UNITS
from phusong.coverage.proposals.pose import Share, out_of_reach
from phusong.coverage.proposals.rollout import CoverBound, RollOut
from phusong.coverage.proposals.rules import COST_UNITS
from phusong.coverage.proposals.survey import Survey
from phusong.coverage.selection.problem import Problem
from phusong.scenarios.proposal_tables import CANDIDATE_COLUMNS, CURVE_COLUMNS, PROPOSAL_COLUMNS, UNREACHABLE_COLUMNS
from phusong.scenarios.reasons import CommuneGain, Hop, SiteFacts, reason

BoolArray = npt.NDArray[np.bool_]
_LATER = ("azimuths_deg", "covered_percent_after", "bound_percent")
_LEAST_KM2 = 0.005
"""What rounds to no area is not named."""


def curve_table(share: Share, order: RollOut, problem: Problem, bounds: Sequence[CoverBound]) -> pd.DataFrame:
    """Return the roll-out site by site, from none: cost, share covered, and the most that as many sites could [%].

    A gain counts where shares are told; a bound counts all of what is needed, which is no less.
    """
    cost = np.concatenate([[0], np.cumsum(problem.cost[list(order.sites)])])
    gained = np.concatenate([[0], np.cumsum(order.gains[order.measure], dtype=np.int64)])
    rows = []
    for count, (spent, gain) in enumerate(zip(cost.tolist(), gained.tolist(), strict=True)):
        percent = share.percent(gain)
        most = min((share.percent(bound.of_sites(count)) for bound in bounds), default=np.nan)
        rows.append({"sites": count, "cost": spent / COST_UNITS, "covered_percent": percent, "bound_percent": most})
    return pd.DataFrame(rows, columns=list(CURVE_COLUMNS[1:]))


def candidate_table(surveyed: Survey, problem: Problem) -> pd.DataFrame:
    """Return a row for each candidate: what it is, what it costs, and what it alone would add."""
    footprints, demand, top = problem.footprints, problem.demand, problem.curve.size - 1
    base = demand.base[footprints.pixels].astype(np.int64)
    worth = problem.curve[np.minimum(base + footprints.levels, top)] - problem.curve[np.minimum(base, top)]

    def added(measure: str) -> npt.NDArray[np.float64]:
        of_pair = demand.weights[measure][footprints.pixels] * worth
        running = np.concatenate([[0], np.cumsum(of_pair, dtype=np.int64)])
        gains = running[footprints.start[1:]] - running[footprints.start[:-1]]
        amount: npt.NDArray[np.float64] = gains / (int(problem.curve[-1]) * UNITS[measure])
        return amount

    sites = surveyed.candidates.sites
    table = sites[["site", "kind", "longitude", "latitude"]].reset_index(drop=True)
    table = table.assign(cost=problem.cost / COST_UNITS, gain_km2=added("area"), gain_people=added("people"))
    return table[list(CANDIDATE_COLUMNS[1:])]


def unreachable_table(surveyed: Survey) -> pd.DataFrame:
    """Return the places of which no choice of candidates covers all: what there is, what is covered, what can be [%].

    A row for every ask that is beyond reach, and for the area and each zone of the layers used where a measure is.
    """
    wanted, needed, posed = surveyed.wanted, surveyed.needed, surveyed.posed
    problem = posed.problem
    measures = [name for name in wanted.measures if name in surveyed.question.measures]
    missed = out_of_reach(problem.footprints, needed)
    scale = int(problem.curve[-1])
    top = problem.curve.size - 1
    forbidden = set(problem.forbidden)
    gained = problem.worth([site for site in range(len(problem)) if site not in forbidden])
    standing = problem.curve[np.minimum(problem.demand.base, top)]
    asked = {(one.ask.layer, one.ask.zone, one.ask.measure): one for one in posed.standings}
    rows: list[dict[str, Any]] = []
    for layer, names in ((None, ("",)), *wanted.names.items()):
        labels = wanted.place_labels if layer is None else np.where(wanted.counted, wanted.labels[layer], -1)

        def by_zone(
            amount: npt.NDArray[Any], where: BoolArray, labels: npt.NDArray[np.int32] = labels, count: int = len(names)
        ) -> npt.NDArray[np.float64]:
            of_pixel = labels[where]
            inside = of_pixel >= 0
            sums = np.bincount(of_pixel[inside], weights=amount[inside].astype(np.float64), minlength=count)
            return sums.astype(np.float64)

        lost = {name: by_zone(wanted.weights[name][missed], missed) for name in ("area", "people")}
        for measure in measures:
            weight = wanted.weights[measure]
            of_needed = weight[needed]
            whole = scale * by_zone(weight[wanted.counted], wanted.counted)
            met = wanted.counted & ~needed
            present = scale * by_zone(weight[met], met) + by_zone(of_needed * standing, needed)
            reachable = present + by_zone(of_needed * gained, needed)
            for zone in range(len(names)):
                one = asked.get((layer, zone, measure))
                is_short = reachable[zone] < whole[zone] if one is None else one.is_beyond_reach
                if not whole[zone] or not is_short:
                    continue
                rows.append(
                    {
                        "layer": layer or "",
                        "zone": names[zone],
                        "measure": measure,
                        "whole": whole[zone] / scale / UNITS[measure],
                        "present_percent": 100.0 * present[zone] / whole[zone],
                        "reachable_percent": 100.0 * reachable[zone] / whole[zone],
                        "asked_percent": np.nan if one is None else one.ask.percent,
                        "missing_km2": lost["area"][zone] / UNITS["area"],
                        "missing_people": lost["people"][zone] / UNITS["people"],
                    }
                )
    return pd.DataFrame(rows, columns=list(UNREACHABLE_COLUMNS[1:]))


def site_table(
    surveyed: Survey, problem: Problem, order: RollOut, zone_layer: str, phase_of: Sequence[str]
) -> pd.DataFrame:
    """Return a row for each chosen site, in the order of the roll-out: what it is, what it adds, and why.

    Parameters
    ----------
    problem : that of the survey with the true costs; zone_layer : whose zones a reason names.
    phase_of : (chosen,) the phase of each.
    """
    wanted, needed, sites = surveyed.wanted, surveyed.needed, surveyed.candidates.sites
    scale = int(problem.curve[-1])
    zone_of = wanted.labels[zone_layer][needed]
    names = wanted.names[zone_layer]
    area, people = (problem.demand.weights[name] for name in ("area", "people"))
    holes = Holes.of(needed, area)
    cells = {str(site): group for site, group in surveyed.candidates.cells.groupby("site", sort=False)}
    level = problem.demand.base.astype(np.int64)
    built: set[int] = set()
    rows: list[dict[str, Any]] = []
    cost = 0
    for rank, site in enumerate(order.sites, start=1):
        pixels = problem.footprints.of(site)
        worth = _raised(problem, level, site)
        zone_km2 = np.bincount(
            zone_of[pixels] + 1, weights=(area[pixels] * worth).astype(np.float64), minlength=len(names) + 1
        )[1:] / (scale * UNITS["area"])  # fmt: skip
        about = sites.iloc[site]
        group = cells[str(about["site"])]
        facts = SiteFacts(
            kind=str(about["kind"]),
            gain_km2=int(area[pixels] @ worth) / (scale * UNITS["area"]),
            gain_people=int(people[pixels] @ worth) / (scale * UNITS["people"]),
            communes=tuple(CommuneGain(names[zone], zone_km2[zone]) for zone in _falling(zone_km2)),
            holes_km2=holes.close(pixels[level[pixels] >= problem.curve.size - 1]),
            hop=_hop(problem, sites, site, built),
            is_forced=site in problem.forced,
        )
        built.add(site)
        cost += int(problem.cost[site])
        rows.append(
            {
                "rank": rank,
                "phase": phase_of[rank - 1],
                "site": about["site"],
                "kind": about["kind"],
                "longitude": about["longitude"],
                "latitude": about["latitude"],
                "operator": group["operator"].iloc[0],
                "band": group["band"].iloc[0],
                "antenna_height_m": group["antenna_height_m"].iloc[0],
                "cost": int(problem.cost[site]) / COST_UNITS,
                "gain_km2": facts.gain_km2,
                "gain_people": facts.gain_people,
                "cost_so_far": cost / COST_UNITS,
                "communes": "; ".join(commune.name for commune in facts.communes),
                "reason_vi": reason(facts, "vi"),
                "reason_en": reason(facts, "en"),
            }
        )
    columns = [name for name in PROPOSAL_COLUMNS[1:] if name not in _LATER]
    return pd.DataFrame(rows, columns=columns)


def _raised(problem: Problem, level: npt.NDArray[np.int64], site: int) -> npt.NDArray[np.int64]:
    """Raise the levels by a site, and return the worth that it adds to each of its pixels."""
    top = problem.curve.size - 1
    pixels = problem.footprints.of(site)
    before = problem.curve[np.minimum(level[pixels], top)]
    level[pixels] += problem.footprints.levels_of(site)
    worth: npt.NDArray[np.int64] = problem.curve[np.minimum(level[pixels], top)] - before
    return worth


def _falling(zone_km2: npt.NDArray[np.float64]) -> list[int]:
    order = np.argsort(-zone_km2, kind="stable")
    return [zone for zone in order.tolist() if zone_km2[zone] >= _LEAST_KM2]


def _hop(problem: Problem, sites: pd.DataFrame, site: int, built: set[int]) -> Hop | None:
    """Return the nearest of the built sites that a site requires; None where it requires none."""
    ways = {other for need in problem.requirements if need.candidate == site for other in need.any_of} & built
    if not ways:
        return None
    x_km, y_km = (sites[name].to_numpy(dtype=np.float64) for name in ("x_km", "y_km"))
    apart_km = {other: float(np.hypot(x_km[other] - x_km[site], y_km[other] - y_km[site])) for other in ways}
    nearest = min(apart_km, key=lambda other: (apart_km[other], other))
    return Hop(str(sites["site"].iloc[nearest]), apart_km[nearest])


class Holes:
    """The gaps of coverage: connected pixels that are needed, and what is left of each."""

    def __init__(self, of_pixel: npt.NDArray[np.int32], area: npt.NDArray[np.int64]) -> None:
        self._of_pixel = of_pixel
        self._left = np.bincount(of_pixel)
        self._is_open = np.ones(of_pixel.size, dtype=np.bool_)
        self._km2 = np.bincount(of_pixel, weights=area.astype(np.float64)) / UNITS["area"]

    @classmethod
    def of(cls, needed: BoolArray, area: npt.NDArray[np.int64]) -> Holes:
        """Return the gaps of (rows, columns) needed pixels; area of each of these, row by row."""
        labels = np.zeros(needed.shape, dtype=np.int32)
        ndimage.label(needed, structure=np.ones((3, 3), dtype=np.int8), output=labels)
        return cls(labels[needed], area)

    def close(self, pixels: npt.NDArray[np.int32]) -> tuple[float, ...]:
        """Cover pixels, and return the size of every gap of which nothing is left [km2]."""
        new = pixels[self._is_open[pixels]]
        self._is_open[new] = False
        closed, count = np.unique(self._of_pixel[new], return_counts=True)
        self._left[closed] -= count
        return tuple(self._km2[closed[self._left[closed] == 0]].tolist())
