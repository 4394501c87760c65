"""Proposed sites: which of them add the most where a technology lacks coverage, confirmed by simulating with them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.greedy import Choice, choose
from phusong.coverage.loss_store import LossStore
from phusong.coverage.network import Progress
from phusong.coverage.proposals.candidate_losses import CandidateLosses
from phusong.coverage.proposals.candidates import HILLTOP, LISTED, SEARCH_GRID, UPGRADE, CandidateRules, find_candidates
from phusong.coverage.proposals.cells import register_from
from phusong.coverage.proposals.footprints import compute_footprints
from phusong.coverage.proposals.service import is_alone, plan_candidates, refusal
from phusong.coverage.statistics import COVERED, NO_DATA
from phusong.coverage.what_if import LiveRun
from phusong.coverage.workers import open_workers
from phusong.errors import input_error
from phusong.scenarios.store import Run
from phusong.terrain.zones import Zones

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
_KEY = ("technology", "zones", "zone_type", "measure")


class Proposal(NamedTuple):
    """Sites in the order in which they are worth building, and what is known of the choice."""

    sites: pd.DataFrame
    certificate: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Demand:
    """What is asked for, pixel by pixel of the grid.

    Attributes
    ----------
    counted : the pixels of the zones asked for, with data.
    covered : those of them that the network covers.
    area_km2, people : (rows, columns) of a pixel; where the run does not know people by pixel, they are spread evenly
        over the area of their zone.
    """

    counted: BoolArray
    covered: BoolArray
    area_km2: FloatArray
    people: FloatArray

    @property
    def needed(self) -> BoolArray:
        return self.counted & ~self.covered

    def weight(self, measure: str) -> FloatArray:
        return self.area_km2 if measure == "area" else self.people


def propose(
    run: Run,
    *,
    technology: str,
    sites: int | None = None,
    target_percent: float | None = None,
    measure: str = "area",
    zones: str | None = None,
    zone_type: str | None = None,
    candidates: Path | None = None,
    workers: int | None = None,
    store: LossStore | Path | None = None,
    progress: Progress | None = None,
) -> Proposal:
    """Propose sites for a technology and write them into the run.

    Candidates are, for 5G, the masts that have none yet; for 4G, new sites on hilltops and a search grid; or the
    user's list. They are chosen by lazy greedy maximum coverage of the pixels that the run leaves uncovered, and
    confirmed by simulating the network together with them.

    Parameters
    ----------
    sites : how many sites at most; target_percent : as few as reach this share of the zones [%]. One of the two, or
        both.
    measure : "area" or "population".
    zones, zone_type : the zone layer and the type of zone counted; none: the whole area.
    candidates : CSV of the only places to choose from: site, longitude, latitude and, if wished, antenna_height_m.

    Returns
    -------
    The sites and their certificate. tables/proposals.csv, tables/proposed_cells.csv (a register) and
    tables/proposals.json (objective, bound, gap, confirmation) hold the latest answer to each question.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    started = time.monotonic()
    live = LiveRun(run, store=store, progress=tell)
    scenario, ground = live.prepared.scenario, live.prepared.ground
    demand = _demand(run, technology, zones or scenario.area.zones, zone_type)
    cells = run.cells()
    cells = cells[cells["simulated"] == "yes"]
    if not (cells["technology"] == technology).any():
        raise input_error(
            run.folder, f"the run has no {technology} cell to take the figures of a new one from",
            f"Simulate a network with at least one {technology} cell", field="technology",
        )  # fmt: skip
    table = find_candidates(
        cells, technology, ground, demand.needed, _rules(technology, candidates),
        weight=demand.weight(measure), land_cover=live.prepared.land_cover,
    ).cells  # fmt: skip
    by_site = {str(site): group for site, group in table.groupby("site", sort=False)}
    names = list(by_site)
    if not is_alone(scenario.coverage[technology]):  # type: ignore[index]
        raise refusal(run.folder, technology)
    groups, service = plan_candidates(table, live.prepared, technology)
    with open_workers(workers=workers) as pool:
        found = compute_footprints(
            groups, CandidateLosses(live.prepared, demand.needed, live.store), service, workers=pool, progress=tell
        )
    footprints = [found.of(candidate) for candidate in range(len(found))]
    weights = demand.weight(measure)[demand.needed]
    whole = float(demand.weight(measure)[demand.counted].sum())
    present = float(demand.weight(measure)[demand.counted & demand.covered].sum())
    asked = None if target_percent is None else max(whole * target_percent / 100.0 - present, 0.0) * (1.0 - 1e-12)
    choice = choose(footprints, weights, sites=sites, weight=asked)
    reachable = np.zeros(weights.size, dtype=np.bool_)
    for footprint in footprints:
        reachable[footprint] = True

    chosen = pd.concat([by_site[names[site]] for site in choice.sites]) if choice.sites else table.iloc[:0]
    answer = _answer(choice, names, by_site, footprints, demand, (present, whole))
    question: dict[str, str] = dict(
        zip(_KEY, (technology, zones or scenario.area.zones, zone_type or "", measure), strict=True)
    )
    for place, (column, value) in enumerate(question.items()):
        answer.insert(place, column, value)
    confirmed = _confirm(live, technology, demand, chosen)
    live.close()
    unit = "km2" if measure == "area" else "people"
    certificate = {
        **question,
        "asked_sites": sites,
        "asked_percent": target_percent,
        "solver": "lazy greedy maximum coverage",
        "candidates": len(names),
        "candidate_kinds": {
            str(kind): int(count) for kind, count in table.drop_duplicates("site")["kind"].value_counts().items()
        },
        "sites": len(choice.sites),
        "unit": unit,
        "value": choice.value,
        "upper_bound": choice.upper_bound,
        "gap_percent": 100.0 * choice.gap,
        "least_sites": choice.least_sites,
        "before_percent": _percent(present, whole),
        "after_percent": _percent(present + choice.value, whole),
        "reachable_percent": _percent(present + float(weights[reachable].sum()), whole),
        "claimed_gain_km2": float(demand.area_km2[demand.needed][_union(footprints, choice, weights.size)].sum()),
        "confirmed_gain_km2": confirmed,
        "seconds": round(time.monotonic() - started, 1),
    }
    _store(run, answer, chosen, certificate, question)
    return Proposal(answer, certificate)


def _percent(part: float, whole: float) -> float | None:
    return 100.0 * part / whole if whole > 0.0 else None


def _demand(run: Run, technology: str, layer: str, zone_type: str | None) -> Demand:
    zones = run.zone_layer(layer)
    if zone_type is not None:
        wanted = np.array([kind == zone_type for kind in zones.kind])
        if not wanted.any():
            kinds = ", ".join(sorted(set(zones.kind)))
            raise input_error(
                run.folder,
                f"zone layer '{layer}' has no zone of type '{zone_type}'",
                f"It has: {kinds}",
                field="zone_type",
            )
        zones = zones.select(wanted)
    state = run.layer("covered", technology)
    zone_of_pixel = zones.rasterize(run.grid)
    area_km2 = run.grid.pixel_area_km2().astype(np.float64)
    counted = (zone_of_pixel >= 0) & (state != NO_DATA)
    people = run.population()
    if people is None:
        return Demand(counted, state == COVERED, area_km2, _people(zones, zone_of_pixel, area_km2))
    return Demand(counted, state == COVERED, area_km2, np.nan_to_num(people))


def _people(zones: Zones, zone_of_pixel: npt.NDArray[np.int32], area_km2: FloatArray) -> FloatArray:
    inside = zone_of_pixel >= 0
    zone_km2 = np.bincount(zone_of_pixel[inside], weights=area_km2[inside], minlength=len(zones))
    density = np.divide(np.nan_to_num(zones.population), zone_km2, out=np.zeros(len(zones)), where=zone_km2 > 0.0)
    people = np.zeros_like(area_km2)
    people[inside] = density[zone_of_pixel[inside]] * area_km2[inside]
    return people


def _rules(technology: str, listed: Path | None) -> CandidateRules:
    if listed is not None:
        return CandidateRules(kinds=(LISTED,), listed=listed)
    return CandidateRules(kinds=(UPGRADE,) if technology == "5G" else (HILLTOP, SEARCH_GRID))


def _union(footprints: Sequence[npt.NDArray[np.int32]], choice: Choice, size: int) -> BoolArray:
    covered = np.zeros(size, dtype=np.bool_)
    for site in choice.sites:
        covered[footprints[site]] = True
    return covered


def _answer(
    choice: Choice,
    names: Sequence[str],
    by_site: dict[str, pd.DataFrame],
    footprints: Sequence[npt.NDArray[np.int32]],
    demand: Demand,
    share: tuple[float, float],
) -> pd.DataFrame:
    """Return a row for each chosen site: what it is, and what it adds to those before it."""
    area_km2, people = demand.area_km2[demand.needed], demand.people[demand.needed]
    covered = np.zeros(area_km2.size, dtype=np.bool_)
    present, whole = share
    rows: list[dict[str, Any]] = []
    for rank, (site, gain) in enumerate(zip(choice.sites, choice.gains, strict=True), start=1):
        added = footprints[site][~covered[footprints[site]]]
        covered[added] = True
        present += gain
        group = by_site[names[site]]
        first = group.iloc[0]
        rows.append(
            {
                "rank": rank,
                "site": names[site],
                "kind": first["kind"],
                "longitude": first["longitude"],
                "latitude": first["latitude"],
                "operator": first["operator"],
                "band": first["band"],
                "antenna_height_m": first["antenna_height_m"],
                "azimuths_deg": " ".join(f"{azimuth:g}" for azimuth in group["azimuth_deg"]),
                "gain_km2": float(area_km2[added].sum()),
                "gain_people": float(people[added].sum()),
                "covered_percent_after": _percent(present, whole),
            }
        )
    columns = [
        "rank", "site", "kind", "longitude", "latitude", "operator", "band", "antenna_height_m", "azimuths_deg",
        "gain_km2", "gain_people", "covered_percent_after",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _confirm(live: LiveRun, technology: str, demand: Demand, chosen: pd.DataFrame) -> float:
    """Return the area that the network gains by the new sites, as a simulation of the whole would [km2]."""
    if chosen.empty:
        return 0.0
    change = live.change(added=register_from(chosen, "the proposed sites"))
    covered = change.layer("covered", technology) == COVERED
    gained = covered & demand.needed
    lost = demand.covered & demand.counted & ~covered
    return float(demand.area_km2[gained].sum() - demand.area_km2[lost].sum())


def _store(
    run: Run, answer: pd.DataFrame, chosen: pd.DataFrame, certificate: dict[str, Any], question: dict[str, str]
) -> None:
    """Write the answer into the run in place of an earlier one to the same question."""
    run.add_table("proposals", _replaced(run, "proposals", answer, question))
    run.add_table("proposed_cells", _replaced(run, "proposed_cells", chosen.assign(**question), question))
    earlier = run.json("proposals")["answers"] if "tables/proposals.json" in run.manifest["files"] else []
    kept = [entry for entry in earlier if any(entry[name] != question[name] for name in _KEY)]
    run.add_json("proposals", {"answers": [*kept, certificate]})


def _replaced(run: Run, name: str, rows: pd.DataFrame, question: dict[str, str]) -> pd.DataFrame:
    if f"tables/{name}.csv" not in run.manifest["files"]:
        return rows
    earlier = run.table(name)
    if earlier.empty:
        return rows
    same = np.logical_and.reduce([earlier[column].fillna("").astype(str) == question[column] for column in _KEY])
    parts = [part for part in (earlier[~same], rows) if not part.empty]
    return pd.concat(parts, ignore_index=True) if parts else rows
