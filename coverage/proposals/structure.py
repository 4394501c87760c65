"""Rules between sites from where they stand: a least spacing, and hops of backhaul to the network that there is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from phusong.coverage.selection.problem import Requirement

PlaceArray = npt.NDArray[np.float64]


def too_close(places_km: PlaceArray, spacing_km: float) -> npt.NDArray[np.int32]:
    """Return the (pairs, 2) sites nearer to each other than a spacing, in rising order.

    Parameters
    ----------
    places_km : (sites, 2) on the map projection [km].
    """
    if len(places_km) < 2 or spacing_km <= 0.0:
        return np.empty((0, 2), dtype=np.int32)
    pairs = KDTree(places_km).query_pairs(spacing_km, output_type="ndarray")
    apart_km = np.hypot(*(places_km[pairs[:, 0]] - places_km[pairs[:, 1]]).T)
    pairs = np.sort(pairs[apart_km < spacing_km], axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].astype(np.int32)


def nearest_km(places_km: PlaceArray, others_km: PlaceArray) -> npt.NDArray[np.float64]:
    """Return how far each site is from the nearest of the others [km]; infinite where there are none."""
    if not len(others_km) or not len(places_km):
        return np.full(len(places_km), np.inf)
    apart_km, _ = KDTree(others_km).query(places_km)
    return np.asarray(apart_km)


class Hops(NamedTuple):
    """What backhaul asks of sites.

    Attributes
    ----------
    requirements : sites that need one of others, each a hop nearer to the network than they are.
    cut_off : sites that no chain of hops joins to the network.
    """

    requirements: tuple[Requirement, ...]
    cut_off: tuple[int, ...]


def backhaul_hops(places_km: PlaceArray, network_km: PlaceArray, hop_km: float) -> Hops:
    """Return the hops that join sites to the network: each to a mast that stands, or to a chosen site nearer to it.

    Nearer is counted in hops, over all candidates: so no ring of chosen sites can hang in the air by itself.

    Parameters
    ----------
    places_km : (sites, 2) candidates; network_km : (masts, 2) what stands already, both on the map projection.
    """
    count = len(places_km)
    hops = np.where(nearest_km(places_km, network_km) <= hop_km, 1, 0)
    neighbours = KDTree(places_km).query_ball_point(places_km, hop_km) if count else []
    frontier, distance = np.flatnonzero(hops == 1).tolist(), 1
    while frontier:
        distance += 1
        found = sorted({other for site in frontier for other in neighbours[site] if hops[other] == 0})
        hops[found] = distance
        frontier = found
    requirements = tuple(
        Requirement(site, tuple(sorted(other for other in neighbours[site] if hops[other] == hops[site] - 1)))
        for site in np.flatnonzero(hops > 1).tolist()
    )
    return Hops(requirements, tuple(np.flatnonzero(hops == 0).tolist()))
