"""Where the sites of a synthetic register stand, and which of them carry 5G."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.errors import input_error
from phusong.scenarios.sampling import apportion, systematic
from phusong.scenarios.synthetic_facts import RegisterFacts
from phusong.scenarios.synthetic_land import Candidates
from phusong.terrain.zones import Zones

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_MOST_TAKEN = 0.9  # part of the places that may be taken, so that the weights still matter


@dataclass(frozen=True)
class Sites:
    """n sites in the order of their zones, inside a zone along a Hilbert curve; arrays of shape (n,)."""

    longitude_deg: FloatArray
    latitude_deg: FloatArray
    x_m: FloatArray
    y_m: FloatArray
    has_5g: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Towns:
    """Of every zone, shape (zones,): usable land [km2] and the radius of the disc its people would fill [m].
    Of every candidate: how dense sites stand there for its distance from the middle of its zone's usable land."""

    usable_km2: FloatArray
    radius_m: FloatArray
    density: FloatArray


def place_sites(
    file: object, facts: RegisterFacts, zones: Zones, parks: Zones | None, land: Candidates, random: np.random.Generator
) -> Sites:
    """Choose the sites among the candidates, and those with 5G among the sites."""
    towns = _towns(facts, zones, land)
    park_count = 0 if parks is None else len(parks)
    stratum = np.where(land.park >= 0, len(zones) + land.park, land.zone)
    room = np.floor(_MOST_TAKEN * np.bincount(stratum, minlength=len(zones) + park_count)).astype(np.int64)
    in_parks = _park_sites(facts, parks, room[len(zones) :])
    in_zones = _zone_sites(file, facts, zones, towns, room[: len(zones)], facts.network.sites - int(in_parks.sum()))
    weight = _weight(facts, zones, land, towns)
    chosen = _sample(stratum, weight, np.concatenate([in_zones, in_parks]), random)

    zones_5g = _zone_sites_5g(file, facts, zones, towns, in_zones, facts.network.sites_with_5g - int(in_parks.sum()))
    with_5g = _sample(stratum[chosen], towns.density[chosen], np.concatenate([zones_5g, in_parks]), random)
    has_5g = np.zeros(len(chosen), dtype=np.bool_)
    has_5g[with_5g] = True
    order = np.argsort(land.zone[chosen], kind="stable")
    site = chosen[order]
    return Sites(land.longitude_deg[site], land.latitude_deg[site], land.x_m[site], land.y_m[site], has_5g[order])


def _towns(facts: RegisterFacts, zones: Zones, land: Candidates) -> _Towns:
    rule = facts.position

    def summed(values: FloatArray) -> FloatArray:
        return np.bincount(land.zone, weights=values, minlength=len(zones)).astype(np.float64)

    usable = np.maximum(summed(land.usable), 1e-12)
    middle_x, middle_y = (summed(land.usable * axis) / usable for axis in (land.x_m, land.y_m))
    population = np.nan_to_num(zones.population)
    radius_m = 1000.0 * np.sqrt(np.maximum(population, 1.0) / rule.town_density_per_km2 / np.pi)
    distance_m = np.hypot(land.x_m - middle_x[land.zone], land.y_m - middle_y[land.zone])
    density = 1.0 + rule.town_contrast * np.exp(-distance_m / radius_m[land.zone])
    return _Towns(usable * (rule.lattice_m / 1000.0) ** 2, radius_m, density)


def _weight(facts: RegisterFacts, zones: Zones, land: Candidates, towns: _Towns) -> FloatArray:
    """Return how likely each candidate holds a site, among those of its zone; shape (candidates,)."""
    settled = land.usable * towns.density
    sparse = zones.population / zones.area_km2() < facts.position.hill_density_per_km2
    hill_share = np.where(sparse, facts.position.hill_share, 0.0)[land.zone]

    def part(values: FloatArray) -> FloatArray:
        return values / np.maximum(np.bincount(land.zone, weights=values, minlength=len(zones)), 1e-12)[land.zone]

    return (1.0 - hill_share) * part(settled) + hill_share * part(land.hilltop**2)


def _park_sites(facts: RegisterFacts, parks: Zones | None, room: IntArray) -> IntArray:
    """Return the sites of every park, all with 5G; shape (parks,)."""
    if parks is None:
        return np.zeros(0, dtype=np.int64)
    by_area = np.ceil(np.round(parks.area_km2() * facts.urban.park_5g_sites_per_km2, 3)).astype(np.int64)
    return np.minimum(np.maximum(by_area, facts.urban.least_5g_sites_per_park), room)


def _zone_sites(
    file: object, facts: RegisterFacts, zones: Zones, towns: _Towns, room: IntArray, total: int
) -> IntArray:
    """Divide the sites outside parks among the zones by people, area and usable land; shape (zones,)."""
    rule = facts.spread
    weights = (
        rule.population_weight * _parts(np.nan_to_num(zones.population))
        + rule.area_weight * _parts(zones.area_km2())
        + rule.usable_land_weight * _parts(towns.usable_km2)
    )
    least = np.minimum(rule.least_sites, room)
    if not least.sum() <= total <= room.sum():
        raise input_error(
            file,
            f"{total} sites outside parks; the zones need {least.sum()} and have room for {room.sum()}",
            "Change the number of sites, least_sites, or the lattice they stand on.",
            field="network.sites",
        )
    return apportion(total, weights, least, room)


def _zone_sites_5g(
    file: object, facts: RegisterFacts, zones: Zones, towns: _Towns, sites: IntArray, total: int
) -> IntArray:
    """Divide the 5G sites outside parks: urban zones by their built-up land, the rest by people; shape (zones,)."""
    urban = np.array([kind == facts.urban.zone_type for kind in zones.kind])
    population = np.nan_to_num(zones.population)
    built_up_km2 = np.minimum(population / facts.position.town_density_per_km2, towns.usable_km2)
    wanted = np.ceil(np.round(built_up_km2 / facts.urban.km2_per_5g_site, 3)).astype(np.int64)
    room = np.floor(_MOST_TAKEN * sites).astype(np.int64)
    first = np.where(urban, np.minimum(wanted, room), 0)
    rest, room = total - int(first.sum()), np.where(urban, 0, room)
    least = np.minimum(facts.urban.least_5g_sites, room)
    if not least.sum() <= rest <= room.sum():
        raise input_error(
            file,
            f"{rest} 5G sites are left outside parks and urban zones; the other zones need {least.sum()}"
            f" and have room for {room.sum()}",
            "Change sites_with_5g, or the densities of [urban].",
            field="network.sites_with_5g",
        )
    return first + apportion(rest, np.where(urban, 0.0, _parts(population)), least, room)


def _parts(values: FloatArray) -> FloatArray:
    return values / max(float(values.sum()), 1e-12)


def _sample(stratum: IntArray, weight: FloatArray, counts: IntArray, random: np.random.Generator) -> IntArray:
    """Return the indices of a spatially balanced sample of every stratum, in rising order."""
    starts = random.random(len(counts))
    order = np.argsort(stratum, kind="stable")
    ends = np.searchsorted(stratum[order], np.arange(len(counts) + 1))
    chosen = []
    for index, (count, start) in enumerate(zip(counts, starts, strict=True)):
        members = order[ends[index] : ends[index + 1]]
        chosen.append(members[systematic(weight[members], int(count), float(start))])
    return np.sort(np.concatenate(chosen))
