"""What a proposal is asked for: frozen models, one a table of a question's TOML file, every default with its source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, Strict

from phusong.scenarios.fields import InputPath, Text, sourced
from phusong.scenarios.run_folder import sha256_of
from phusong.scenarios.toml_table import GK, Table, Technology

Measure = Literal["area", "people", "villages", "roads"]
Kind = Literal["masts", "hilltops", "grid", "roads", "listed"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]

KIND_WORDS: Mapping[Kind, str] = {
    "masts": "mast to upgrade", "hilltops": "hilltop", "grid": "search grid", "roads": "road", "listed": "listed",
}  # fmt: skip
"""How tables name a candidate of each kind."""
_NO_PRICE_LIST = "assumed, no price list is behind it; " + GK
_USUAL_KINDS: Mapping[Technology, tuple[Kind, ...]] = {"4G": ("masts", "hilltops", "grid"), "5G": ("masts",)}


class GoalTarget(Table):
    """[[targets]]: a share that must be covered, of the whole area, of some zones together, or of each of them."""

    measure: Measure = Field(description="what is counted: area, people, villages, or length of roads")
    at_least_percent: float = Field(gt=0, le=100, description="share that must be covered [%]")
    of: Literal["total", "reachable"] = sourced(
        "total", "share of all there is, or of what the network and all candidates together can cover", "all there is"
    )
    zones: Text | None = sourced(None, "a zone layer of the run", "none: wherever the question counts")
    zone_type: Text | None = sourced(None, "only the zones of this type", "none: all zones of the layer")
    zone: Text | None = sourced(None, "only the zone with this name or code", "none: all zones of the layer")
    each: bool = sourced(False, "each zone by itself must reach it, not all of them together", "together")


class DemandFiles(Table):
    """[demand]: what there is to cover beyond area and people."""

    villages: InputPath | None = sourced(
        None, "villages as points: CSV with name, longitude and latitude, or a vector file", "none: not counted"
    )
    roads: InputPath | None = sourced(None, "roads as lines: any vector file GDAL reads", "none: not counted")


class CandidateCosts(Table):
    """[candidates.costs]: what a site costs where the list of candidates does not say it, in any one unit."""

    upgrade: float = sourced(1.0, "a technology more on a mast that stands", "the unit of the others", ge=0, le=1e9)
    new_site: float = sourced(3.0, "a new site without its tower and access", _NO_PRICE_LIST, ge=0, le=1e9)
    tower_per_m: float = sourced(0.02, "each metre of its antenna height", _NO_PRICE_LIST, ge=0, le=1e9)
    access_per_km: float = sourced(
        0.2, "each km to the nearest mast that stands, for road, power and backhaul", _NO_PRICE_LIST, ge=0, le=1e9
    )


class CandidatePlaces(Table):
    """[candidates]: where a site could be added, and what it costs."""

    kinds: Annotated[tuple[Kind, ...], Strict(False)] | None = sourced(
        None, "kinds of places", "a list or roads given: those; else 5G on masts, 4G on masts, hilltops and a grid"
    )
    list: InputPath | None = sourced(
        None, "CSV of places: site, longitude, latitude; if wished heights, azimuths, operators, costs", "none"
    )
    roads: InputPath | None = sourced(None, "roads along which places are taken: any vector file GDAL reads", "none")
    road_spacing_km: float = sourced(1.0, "distance of places along a road [km]", "a first look, " + GK, gt=0, le=100)
    grid_km: float = sourced(1.5, "side of the squares of the search grid [km]", "a first look, " + GK, gt=0, le=100)
    costs: CandidateCosts = CandidateCosts()


class SiteQuota(Table):
    """[[rules.quotas]]: how many of the chosen sites may, and must, be of one operator or stand in some zones."""

    of: Text = Field(description='a zone layer of the run, or "operator"')
    name: Text | None = sourced(None, "one zone by name or code, or one operator", "none: the whole layer")
    zone_type: Text | None = sourced(None, "only the zones of this type", "none: all zones of the layer")
    each: bool = sourced(False, "each zone or operator by itself, not all of them together", "together")
    least: int = sourced(0, "least number of chosen sites", "none needed", ge=0)
    most: int | None = sourced(None, "greatest number of chosen sites", "no limit", ge=0)


class Rules(Table):
    """[rules]: what every choice must obey."""

    force: Annotated[tuple[Text, ...], Strict(False)] = sourced((), "names of sites that must be chosen", "none")
    forbid: Annotated[tuple[Text, ...], Strict(False)] = sourced((), "names of sites that must not be chosen", "none")
    spacing_km: float | None = sourced(None, "least distance of two chosen new sites [km]", "none", gt=0, le=100)
    spacing_existing_km: float | None = sourced(
        None, "least distance of a new site from an existing mast [km]", "none", gt=0, le=100
    )
    backhaul_km: float | None = sourced(
        None, "a new site needs an existing mast or another chosen site within this distance [km]", "none", gt=0, le=200
    )
    quotas: Annotated[tuple[SiteQuota, ...], Strict(False)] = sourced((), "quotas by zone or operator", "none")


class Phase(Table):
    """[[phases]]: a part of the roll-out; every phase builds on those before it."""

    name: Text = Field(description='what it is called, such as "2026"')
    sites: int | None = sourced(None, "greatest number of sites", "none: by budget", ge=0)
    budget: float | None = sourced(None, "greatest cost", "none: by number", ge=0)
    cumulative: bool = sourced(False, "the figure counts the phases before it too", "off: of this phase alone")


class Solving(Table):
    """[solving]: how hard to look, and how long."""

    effort: Literal["fast", "certified", "exact"] = sourced(
        "certified", "no bound, a bound, or a search for the proven best", "every answer says how good it is"
    )
    gap_percent: float = sourced(
        0.5, "good enough: no answer is better by more than this [%]", "below the error of any simulation", ge=0, le=100
    )
    time_limit_s: float = sourced(60.0, "time to choose in, beside footprints and simulation [s]", "a minute", gt=0)
    seed: int = sourced(0, "seed of the search: the same seed, the same sites", "any number", ge=0)
    least_sinr_db: float = sourced(
        -6.0, "SINR that a served phone needs, where the plan is simulated with interference [dB]",
        "near the lowest rate of 3GPP TS 36.213, " + GK, ge=-20, le=40,
    )  # fmt: skip
    interference_rounds: int = sourced(
        3, "times to choose anew where the simulation with interference falls short", "2 to 4 rounds settle it, " + GK,
        ge=0, le=20,
    )  # fmt: skip


class Limit(NamedTuple):
    """How many sites, and of what cost, stand at the end of a phase at most; None: no limit."""

    phase: str
    sites: int | None
    cost: float | None


class Question(Table):
    """A whole question. Relative paths have been resolved against the folder of its file."""

    name: Name = Field(description="small letters, digits, '-' and '_': what its answer is filed under")
    technology: Technology = Field(description="technology that must cover")
    maximize: Literal["area", "people", "both"] | None = sourced(
        None, "cover as much of this as possible; both: shares of area and of people count alike",
        "none: all targets at the least cost",
    )  # fmt: skip
    minimize: Literal["cost", "sites"] = sourced(
        "cost", "where nothing is maximised, what the targets are reached with as little as possible of", "money counts"
    )
    sites: int | None = sourced(None, "greatest number of sites", "no limit", ge=1, le=100_000)
    budget: float | None = sourced(None, "greatest cost, in the unit of the costs", "no limit", gt=0)
    zones: Text | None = sourced(None, "a zone layer: count only in its zones", "none: the whole area of the run")
    zone_type: Text | None = sourced(None, "count only in the zones of this type", "none: all zones of the layer")
    probability: bool = sourced(
        False, "count the expected share of the places of a pixel, not pixels covered or not", "the definition alone"
    )
    orientation: bool = sourced(False, "turn and tilt the antennas of the chosen sites afterwards", "as planned")
    targets: Annotated[tuple[GoalTarget, ...], Strict(False)] = ()
    demand: DemandFiles = DemandFiles()
    candidates: CandidatePlaces = CandidatePlaces()
    rules: Rules = Rules()
    phases: Annotated[tuple[Phase, ...], Strict(False)] = ()
    solving: Solving = Solving()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of candidates, those of the default resolved."""
        if self.candidates.kinds is not None:
            return self.candidates.kinds
        files: dict[Kind, Path | None] = {"listed": self.candidates.list, "roads": self.candidates.roads}
        return tuple(kind for kind, file in files.items() if file) or _USUAL_KINDS[self.technology]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is counted by the objective or a target, each once."""
        objective: tuple[Measure, ...] = ()
        if self.maximize is not None:
            objective = ("area", "people") if self.maximize == "both" else (self.maximize,)
        return tuple(dict.fromkeys((*objective, *(target.measure for target in self.targets))))

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What may stand at the end of each phase; without phases one limit for all."""
        if not self.phases:
            return (Limit("", self.sites, self.budget),)
        limits: list[Limit] = []
        sites, cost = 0, 0.0
        for phase in self.phases:
            if phase.sites is not None:
                sites = phase.sites if phase.cumulative else sites + phase.sites
            if phase.budget is not None:
                cost = phase.budget if phase.cumulative else cost + phase.budget
            by_sites = phase.sites is not None
            limits.append(Limit(phase.name, sites if by_sites else self.sites, self.budget if by_sites else cost))
        return tuple(limits)

    def canonical(self) -> dict[str, Any]:
        """Return the question as plain data, in an order that is always the same; paths as text."""
        return self.model_dump(mode="json")

    def digest(self) -> str:
        """Return the SHA-256 of the question and of the files it names, wherever they lie."""
        content = self.canonical()
        for entries, name in product((content["demand"], content["candidates"]), ("villages", "list", "roads")):
            if entries.get(name) is not None:
                entries[name] = sha256_of(Path(entries[name]))
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
