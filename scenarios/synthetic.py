"""A synthetic register of sites, made from totals and rules where real positions are not public.

The same seed gives the same register.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from phusong.scenarios.registers import Register
from phusong.scenarios.sampling import apportion, interleaved
from phusong.scenarios.synthetic_facts import Mast, RegisterFacts, read_register_facts
from phusong.scenarios.synthetic_land import find_candidates
from phusong.scenarios.synthetic_sites import Sites, place_sites
from phusong.terrain.relief import Relief
from phusong.terrain.zones import Zones

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_TOWN_REACH_M = 1000.0
_SPACING_REACH_M = 2000.0


def make_register(facts: Path, seed: int, *, communes: Zones, parks: Zones | None, relief: Relief) -> Register:
    """Return a register of made sites, one row a cell.

    Parameters
    ----------
    facts : TOML of totals and rules, see `phusong.scenarios.synthetic_facts`.
    seed : any whole number; the same seed gives the same register.
    communes : zones with population and type, which part the area.
    parks : zones where 5G comes first; None: there are none.
    relief : the land that decides where masts stand.

    Raises
    ------
    InputError
        With every problem of the file, or where the zones have no room for the sites.
    """
    rules = read_register_facts(facts)
    random = np.random.Generator(np.random.PCG64(seed))
    land = find_candidates(communes, parks, relief, rules.position, random)
    sites = place_sites(facts, rules, communes, parks, land, random)

    within_1km, spacing_m = _neighbourhood(sites)
    town = within_1km >= rules.mast.town_sites_within_1km
    operator = _operators(rules, sites.has_5g)
    height_m = _heights(rules.mast, town, random)
    return _cells(
        rules,
        sites,
        operator=operator,
        band_4g=_bands_4g(rules, operator, town, random),
        height_m=height_m,
        tilt_deg=_tilts(rules.mast, height_m, spacing_m),
        azimuth_deg=random.integers(0, 360 // rules.network.sectors, len(town)),
        source=f"synthetic register, seed {seed}, by the rules in {facts.name}; real positions are not public",
    )


def _neighbourhood(sites: Sites) -> tuple[IntArray, FloatArray]:
    """Return how many sites stand within 1 km of each, itself counted, and the mean distance of sites near it [m]."""
    position = np.column_stack([sites.x_m, sites.y_m])
    tree = KDTree(position)
    within_1km = np.asarray(tree.query_ball_point(position, _TOWN_REACH_M, return_length=True))
    near = np.asarray(tree.query_ball_point(position, _SPACING_REACH_M, return_length=True))
    return within_1km, np.sqrt(np.pi * _SPACING_REACH_M**2 / near)


def _operators(rules: RegisterFacts, has_5g: BoolArray) -> IntArray:
    """Return the operator of each site, evenly mixed on the map: first of the 5G sites, then of the others."""
    total = apportion(rules.network.sites, np.array([operator.share for operator in rules.operators]))
    with_5g = np.zeros(len(total), dtype=np.int64)
    if has_5g.any():
        shares_5g = np.array([operator.share_5g for operator in rules.operators])
        with_5g = apportion(rules.network.sites_with_5g, shares_5g, high=total)
    operator = np.empty(len(has_5g), dtype=np.int64)
    operator[has_5g] = interleaved(with_5g)
    operator[~has_5g] = interleaved(total - with_5g)
    return operator


def _bands_4g(
    rules: RegisterFacts, operator: IntArray, town: BoolArray, random: np.random.Generator
) -> npt.NDArray[np.str_]:
    """Return the 4G band of each site, in its operator's shares for town and country."""
    band = np.full(len(operator), "", dtype="U16")
    for index, rule in enumerate(rules.operators):
        for shares, place in ((rule.town, town), (rule.rural, ~town)):
            members = np.flatnonzero((operator == index) & place)
            counts = apportion(len(members), np.array(list(shares.values())))
            band[random.permutation(members)] = np.repeat(list(shares), counts)
    return band


def _heights(rule: Mast, town: BoolArray, random: np.random.Generator) -> IntArray:
    """Return whole metres above ground, evenly spread over the range of roof-tops or of lattice masts."""
    in_town, in_country = (
        random.integers(low, high, len(town), endpoint=True) for low, high in (rule.town_height_m, rule.rural_height_m)
    )
    return np.where(town, in_town, in_country)


def _tilts(rule: Mast, height_m: IntArray, spacing_m: FloatArray) -> IntArray:
    """Return whole degrees below the horizon that aim the beam at a set part of the distance to the next sites."""
    aimed = np.degrees(np.arctan(height_m / (rule.tilt_aim * spacing_m)))
    return np.clip(np.rint(aimed), rule.least_tilt_deg, rule.most_tilt_deg).astype(np.int64)


def _cells(
    rules: RegisterFacts,
    sites: Sites,
    *,
    operator: IntArray,
    band_4g: npt.NDArray[np.str_],
    height_m: IntArray,
    tilt_deg: IntArray,
    azimuth_deg: IntArray,
    source: str,
) -> Register:
    """Return a row for every sector of every technology, sorted by site, 4G before 5G."""
    count, sectors = len(operator), rules.network.sectors
    width = max(5, len(str(count)))
    name = np.array([f"{rules.network.site_prefix}{number:0{width}d}" for number in range(1, count + 1)])
    technologies = np.array(["4G", "5G"])
    place = np.concatenate([np.arange(count), np.flatnonzero(sites.has_5g)])
    is_5g = np.repeat([False, True], [count, int(sites.has_5g.sum())])
    order = np.lexsort((is_5g, place))
    site = np.repeat(place[order], sectors)
    is_5g = np.repeat(is_5g[order], sectors)
    sector = np.tile(np.arange(sectors), len(order))

    band_5g = np.array([rule.band_5g or "" for rule in rules.operators])[operator[site]]
    band = np.where(is_5g, band_5g, band_4g[site])
    power, antenna = (
        np.array([getattr(rules.cells.get(technology, rules.cells["4G"]), field) for technology in technologies])
        for field in ("power_dbm", "antenna")
    )
    kind = is_5g.astype(np.int64)
    return Register(
        cell=np.array([f"{s}-{b}-{number}" for s, b, number in zip(name[site], band, sector + 1, strict=True)]),
        site=name[site],
        operator=np.array([rule.name for rule in rules.operators])[operator[site]],
        technology=technologies[kind],
        band=band,
        antenna=antenna[kind],
        status=np.full(len(site), "on"),
        longitude_deg=sites.longitude_deg[site],
        latitude_deg=sites.latitude_deg[site],
        azimuth_deg=(azimuth_deg[site] + sector * (360.0 / sectors)) % 360.0,
        mechanical_tilt_deg=np.zeros(len(site)),
        electrical_tilt_deg=tilt_deg[site].astype(np.float64),
        antenna_height_m=height_m[site].astype(np.float64),
        power_dbm=power[kind],
        source=source,
        synthetic=True,
    )
