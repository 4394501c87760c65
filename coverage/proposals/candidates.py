"""The candidates: every place where a site could be added, with its cells, its cost and what it needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import KDTree

from phusong.coverage.ground import Ground
from phusong.coverage.nearness import within
from phusong.coverage.proposals.azimuths import azimuths_text, turns_deg
from phusong.coverage.proposals.cells import free_names, sectors_at
from phusong.coverage.proposals.costs import Costs
from phusong.coverage.proposals.hilltops import hilltops
from phusong.coverage.proposals.listed import COST, read_listed
from phusong.coverage.proposals.roads import allowed_at, road_places
from phusong.coverage.proposals.search_grid import grid_places
from phusong.coverage.proposals.surroundings import TOWN_KM, TOWN_SITES, Surroundings
from phusong.coverage.proposals.thinning import FloatArray, far_enough
from phusong.coverage.proposals.upgrades import masts_to_upgrade
from phusong.scenarios.land_cover import TERMINAL_CLASSES, LandCover
from phusong.scenarios.register_table import COLUMNS
from phusong.scenarios.schema import Band

UPGRADE, LISTED, HILLTOP, ROAD, SEARCH_GRID = "mast to upgrade", "listed", "hilltop", "road", "search grid"
KINDS = (UPGRADE, LISTED, HILLTOP, ROAD, SEARCH_GRID)
_PLACE = (
    "site", "kind", "longitude", "latitude", "operator", "band", "antenna", "antenna_height_m", "azimuths_deg",
    "requires",
)  # fmt: skip


@dataclass(frozen=True)
class CandidateRules:
    """Where candidates are looked for, and what they cost.

    Attributes
    ----------
    kinds : some of KINDS; roads and listed places only count where their file is given.
    near_km : new sites that are not listed stand no farther than this from missing coverage.
    hilltop_km, hilltop_rise_m : a hilltop is the highest place in the square of this half-width, and so much above the
        lowest.
    hilltop_mast_m : greatest antenna height there, where none is stated.
    grid_km : side of a square of the search grid.
    road_spacing_km : between two places along a road.
    roads : vector file of lines; listed : CSV of a user's own candidates, see ``listed.read_listed``.
    thin_km : hilltops, roads and the search grid, in this order, give no place this near to an earlier one.
    sector_reach_km : missing coverage as far as this turns the sectors of a new site.
    costs : by rule.
    """

    kinds: tuple[str, ...] = KINDS
    near_km: float = 1.5
    hilltop_km: float = 0.75
    hilltop_rise_m: float = 30.0
    hilltop_mast_m: float = 30.0
    grid_km: float = 1.5
    road_spacing_km: float = 2.0
    roads: Path | None = None
    listed: Path | None = None
    thin_km: float = 0.3
    sector_reach_km: float = 5.0
    costs: Costs = field(default_factory=Costs)

    def __post_init__(self) -> None:
        """Refuse kinds that there are not, and lengths that are not positive."""
        if unknown := set(self.kinds) - set(KINDS):
            raise ValueError(f"there are no candidates of the kind {', '.join(sorted(unknown))}")
        for name in ("near_km", "hilltop_km", "hilltop_mast_m", "grid_km", "road_spacing_km", "sector_reach_km"):
            if not 0.0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be positive")
        for name in ("thin_km", "hilltop_rise_m"):
            if not 0.0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} is {getattr(self, name)}; it must not be negative")


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places where a site could be added.

    Attributes
    ----------
    cells : a row for each cell, with the columns of a register and ``kind``; those of a candidate together, in the
        order of the candidates.
    sites : a row for each candidate: site, kind, longitude, latitude, operator, x_km and y_km on the grid's projection,
        row and column of its pixel, cost and its parts cost_* [thousandths of a unit], requires ("A|B": one of these
        sites; "": nothing).
    notes : what was assumed, a sentence each.
    """

    cells: pd.DataFrame
    sites: pd.DataFrame
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.sites)

    @property
    def cost(self) -> npt.NDArray[np.int64]:
        """Return the (candidates,) cost of each [thousandths of a unit]."""
        # What pandas lends is read-only, and for that everything would be compiled once more.
        return self.sites["cost"].to_numpy(dtype=np.int64, copy=True)

    @cached_property
    def _cells_of_site(self) -> dict[str, pd.DataFrame]:
        return {str(site): group for site, group in self.cells.groupby("site", sort=False)}

    def cells_of(self, numbers: Sequence[int]) -> pd.DataFrame:
        """Return the cells of some candidates, in the order given."""
        names = self.sites["site"].astype(str).to_numpy()[list(numbers)]
        groups = [self._cells_of_site[name] for name in names.tolist()]
        return pd.concat(groups, ignore_index=True) if groups else self.cells.iloc[:0].copy()


def find_candidates(
    cells: pd.DataFrame,
    technology: str,
    ground: Ground,
    needed: npt.NDArray[np.bool_],
    rules: CandidateRules | None = None,
    *,
    weight: npt.NDArray[np.floating] | None = None,
    land_cover: LandCover | None = None,
    bands: Mapping[str, Band] | None = None,
    antennas: Collection[str] = (),
) -> Candidates:
    """Return all candidates for a technology.

    Parameters
    ----------
    cells : of the network, as ``Run.cells`` returns them, those that are off among them if they have the column
        ``simulated``; at least one of the technology on air, whose figures new ones take.
    needed : (rows, columns) pixels whose coverage is missing.
    weight : (rows, columns) what they are worth, for the directions of new sites; none: each the same.
    land_cover : hilltops, roads and the search grid avoid its water.
    bands, antennas : of the scenario: a list may name them, and of the bands on air the lowest is that of new sites
        outside town; None: as most cells have it everywhere.

    Raises
    ------
    InputError : the roads or the list are wrong.
    """
    rules = rules or CandidateRules()
    taken = set(cells["site"])
    cells = cells[_on_terrain(cells, ground)].reset_index(drop=True)
    on_air = (cells["simulated"] == "yes").to_numpy() if "simulated" in cells else np.ones(len(cells), dtype=np.bool_)
    present = cells[on_air]
    if not (present["technology"] == technology).any():
        raise ValueError(f"the network has no {technology} cell to take the figures of a new one from")
    parts = []
    upgrades = masts_to_upgrade(cells, technology, on_air)[[*COLUMNS, "kind"]]
    if UPGRADE not in rules.kinds:
        upgrades = upgrades.iloc[:0]
    if LISTED in rules.kinds and rules.listed is not None:
        listed = read_listed(
            rules.listed, ground, technology, sites=taken, operators=set(cells["operator"]), bands=bands or {},
            antennas=antennas,
        )  # fmt: skip
        taken |= set(listed["site"])
        parts.append(listed)
    earlier = pd.concat([upgrades[["longitude", "latitude"]], *(one[["longitude", "latitude"]] for one in parts)])
    parts.append(_found(ground, needed, land_cover, rules, _project(earlier, ground), taken))
    places = pd.concat(parts, ignore_index=True)
    missing = np.where(needed, 1.0 if weight is None else weight, 0.0)
    surroundings = Surroundings(present, technology, ground.grid)
    new_cells = sectors_at(_turned(places, missing, ground, rules), present, technology, surroundings, bands or {})
    together = pd.concat([upgrades, new_cells[[*COLUMNS, "kind"]]], ignore_index=True)
    together["cell"] = free_names(together["cell"].tolist(), set(cells["cell"]))
    sites, by_rule = _sites(together, places, cells, ground, rules)
    return Candidates(together, sites, _notes(rules, technology, places, land_cover, by_rule))


def _on_terrain(cells: pd.DataFrame, ground: Ground) -> npt.NDArray[np.bool_]:
    """Return which cells stand on the grid, where the terrain is known."""
    return allowed_at(ground.grid, np.isfinite(ground.height_m), _project(cells, ground))


def _project(places: pd.DataFrame, ground: Ground) -> FloatArray:
    x_m, y_m = ground.grid.project(places["longitude"].to_numpy(np.float64), places["latitude"].to_numpy(np.float64))
    return np.column_stack([x_m, y_m])


def _found(
    ground: Ground,
    needed: npt.NDArray[np.bool_],
    land_cover: LandCover | None,
    rules: CandidateRules,
    earlier_m: FloatArray,
    taken: Collection[str],
) -> pd.DataFrame:
    """Return the new sites that no list names: a row for each, with the columns of a list."""
    grid = ground.grid
    allowed = np.isfinite(ground.height_m) & within(needed, rules.near_km * 1000.0 / grid.resolution_m)
    if land_cover is not None:
        allowed &= land_cover.terminal_class_index() != TERMINAL_CLASSES.index("water")
    by_kind = {}
    if HILLTOP in rules.kinds:
        by_kind[HILLTOP] = hilltops(ground, allowed, rules.hilltop_km, rules.hilltop_rise_m)
    if ROAD in rules.kinds and rules.roads is not None:
        by_kind[ROAD] = road_places(rules.roads, grid, allowed, rules.road_spacing_km)
    if SEARCH_GRID in rules.kinds:
        by_kind[SEARCH_GRID] = grid_places(ground, allowed, rules.grid_km)
    kinds: list[str] = []
    places_m = np.empty((0, 2))
    for kind, some_m in by_kind.items():
        apart = far_enough(some_m, np.concatenate([earlier_m, places_m]), rules.thin_km * 1000.0)
        places_m = np.concatenate([places_m, some_m[apart]])
        kinds += [kind] * int(apart.sum())
    longitude, latitude = grid.unproject(*places_m.T)
    free = (name for number in count(1) if (name := f"NEW-{number:05d}") not in taken)
    return pd.DataFrame(
        {
            "site": np.array(list(islice(free, len(kinds))), dtype=object),
            "kind": np.array(kinds, dtype=object),
            "longitude": np.round(longitude, 6),
            "latitude": np.round(latitude, 6),
            "operator": "",
            "band": "",
            "antenna": "",
            "antenna_height_m": np.nan,
            "azimuths_deg": "",
            "requires": "",
        }
    )


def _turned(
    places: pd.DataFrame, weight: npt.NDArray[np.floating], ground: Ground, rules: CandidateRules
) -> pd.DataFrame:
    """Return the places with azimuths where they have none, and the greatest height of their masts."""
    free = (places["azimuths_deg"] == "").to_numpy()
    turns = turns_deg(_project(places[free], ground), weight, ground.grid, rules.sector_reach_km)
    azimuths = places["azimuths_deg"].to_numpy(dtype=object, copy=True)
    azimuths[free] = [azimuths_text(turn) for turn in turns.tolist()]
    most_height_m = np.where(places["kind"] == HILLTOP, rules.hilltop_mast_m, np.inf)
    return places[list(_PLACE)].assign(azimuths_deg=azimuths, most_height_m=most_height_m)


def _sites(
    together: pd.DataFrame, places: pd.DataFrame, cells: pd.DataFrame, ground: Ground, rules: CandidateRules
) -> tuple[pd.DataFrame, bool]:
    """Return the table of the candidates, and whether any of them is priced by rule."""
    first = together.drop_duplicates("site").reset_index(drop=True)
    sites = first[["site", "kind", "longitude", "latitude", "operator"]].copy()
    where_m = _project(sites, ground)
    column, row = ground.grid.column_row(*where_m.T)
    sites["x_km"], sites["y_km"] = 1e-3 * where_m[:, 0], 1e-3 * where_m[:, 1]
    sites["row"] = np.clip(np.rint(row), 0, ground.grid.rows - 1).astype(np.int64)
    sites["column"] = np.clip(np.rint(column), 0, ground.grid.columns - 1).astype(np.int64)
    masts_m = _project(cells.drop_duplicates("site"), ground)
    nearest_km = pd.Series(1e-3 * KDTree(masts_m).query(where_m)[0] if len(sites) else [], dtype=np.float64)
    parts = rules.costs.of(~sites["site"].isin(places["site"]), first["antenna_height_m"], nearest_km)
    of_place = places.set_index("site").reindex(sites["site"]).reset_index()
    stated = of_place[[name for name in of_place.columns if name.startswith(COST)]]
    is_stated = stated.notna().any(axis=1)
    parts = parts.mask(is_stated, 0)
    for name in stated.columns:
        parts[name] = parts.get(name, 0) + stated[name].fillna(0).astype(np.int64)
    sites["cost"] = parts.sum(axis=1).astype(np.int64)
    sites[list(parts.columns)] = parts.astype(np.int64)
    sites["requires"] = of_place["requires"].fillna("")
    return sites, not is_stated.all()


def _notes(
    rules: CandidateRules, technology: str, places: pd.DataFrame, land_cover: LandCover | None, by_rule: bool
) -> tuple[str, ...]:
    notes = []
    if len(places):
        notes.append(
            f"Where none is stated, new sites take the operator of the most usual {technology} cell, outside town its "
            "lowest band on air, in town its most usual one, and antenna, power and tilts from its cells there."
        )
        notes.append(
            f"Antennas of new sites hang at the median height of town (where {TOWN_SITES} sites stand within "
            f"{TOWN_KM:g} km) or country, on hilltops at most {rules.hilltop_mast_m:g} m high."
        )
        notes.append("Their three sectors are turned towards missing coverage where no azimuths are stated.")
    if land_cover is None and (set(places["kind"]) & {HILLTOP, ROAD, SEARCH_GRID}):
        notes.append("No land cover is known: new sites may stand on water.")
    if by_rule:
        notes.append(rules.costs.note())
    return tuple(notes)
