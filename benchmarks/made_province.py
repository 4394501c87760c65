"""A made province to choose sites in: rough terrain, people in clusters, candidates on hilltops and in villages.

Every candidate covers the pixels of least loss round it, and so many of them as are drawn for it; the loss is one of
distance and of one knife edge over the terrain. Nothing here is Phú Thọ: the instance is for timing the solvers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter
from scipy.spatial import KDTree

from phusong.coverage.selection.footprints import Footprints, Int64Array
from phusong.coverage.selection.problem import Demand, Problem
from phusong.kernels._jit import scalar
from phusong.terrain.fractal import Fractal

FloatArray = npt.NDArray[np.float32]

SIDE_M = 100_000.0
PEOPLE = 1_500_000
COMMUNES = 148
LEAST_AREA_KM2, MOST_AREA_KM2 = 10.0, 100.0  # of a footprint, drawn evenly by logarithm: 39 km2 in the mean
EMPTY_SHARE = 0.25  # of the pixels
COST_OF_VILLAGE, COST_OF_HILLTOP, COST_SPREAD = 100.0, 300.0, 0.2

_RELIEF_M, _LONGEST_M, _PERSISTENCE = 300.0, 15_000.0, 0.7
_CLUSTERING, _LOWLAND_DRAW, _EMPTINESS_NOISE = 1.2, 0.8, 1.0  # in natural logarithms of people a pixel
_MAST_M, _MOBILE_M, _WAVELENGTH_M = 30.0, 1.5, 0.1666
_WINDOW = 2.2  # radius searched, times that of a disc of the footprint's area
_HEIGHTS, _CLUSTERS, _EMPTINESS = range(3)  # noises of one seed


@dataclass(frozen=True, eq=False)
class MadeProvince:
    """A square province and its candidates.

    Attributes
    ----------
    footprints : of the candidates; pixels by row and column, all levels 1.
    demand : measures "people" [thousandths of a person] and "area" [m2]; layer "communes"; nothing covered yet.
    cost : (candidates,) about 100 in a village and 300 on a hilltop.
    position_m : (candidates, 2) east and north [m].
    resolution_m : size of a pixel [m].
    """

    footprints: Footprints
    demand: Demand
    cost: Int64Array
    position_m: npt.NDArray[np.float64]
    resolution_m: float

    def problem(self, maximize: str | None, **asked: Any) -> Problem:
        """Return a problem of this province; the rest is as ``Problem`` takes it."""
        cost = asked.pop("cost", self.cost)
        return Problem(self.footprints, self.demand, cost, maximize, positions=self.position_m, **asked)


def make_province(
    pixels: int = 1_000_000, candidates: int = 2_000, *, seed: int, speckle_db: float = 0.0
) -> MadeProvince:
    """Make the province of a seed.

    Parameters
    ----------
    pixels : about how many; the side is 100 km at any number, and so are the footprints of one size on the ground.
    candidates : half of them on hilltops, half in villages.
    seed : of everything; relief and people are the same at any resolution but for the finest detail.
    speckle_db : standard deviation of noise that is independent in every pixel of every candidate [dB].
    """
    side = round(math.sqrt(pixels))
    resolution_m = SIDE_M / side
    random = np.random.default_rng(seed)
    detail = _noise(side, 3 * seed + _HEIGHTS)
    people = _make_people(side, detail, seed)
    rows, columns = _place(detail, people, candidates, random)
    median = np.where(np.arange(candidates) < candidates // 2, COST_OF_HILLTOP, COST_OF_VILLAGE)
    cost = np.rint(median * np.exp(COST_SPREAD * random.standard_normal(candidates))).astype(np.int64)
    area_km2 = np.exp(random.uniform(math.log(LEAST_AREA_KM2), math.log(MOST_AREA_KM2), candidates))
    sizes = np.maximum(1, np.rint(area_km2 * 1e6 / resolution_m**2)).astype(np.int64)
    position_m = resolution_m * np.column_stack([columns + 0.5, side - rows - 0.5]).astype(np.float64)
    return MadeProvince(
        footprints=_make_footprints(detail * np.float32(_RELIEF_M), rows, columns, sizes, speckle_db, random),
        demand=Demand.of(
            {"people": people.ravel(), "area": np.full(side * side, round(resolution_m**2), dtype=np.int64)},
            {"communes": _make_communes(side, random)},
        ),
        cost=cost,
        position_m=position_m,
        resolution_m=resolution_m,
    )


def _noise(side: int, seed: int) -> FloatArray:
    """Return fractal detail (rows, columns) of mean 0 and standard deviation about 1."""
    resolution_m = SIDE_M / side
    extent_m = (0.0, 0.0, SIDE_M, SIDE_M)
    fractal = Fractal(
        extent_m, seed, longest_m=_LONGEST_M, shortest_m=2.0 * resolution_m, persistence=_PERSISTENCE, folded=0
    )
    at_m = (np.arange(side, dtype=np.float64) + 0.5) * resolution_m
    detail = np.empty((side, side), dtype=np.float32)
    for row in range(side):  # by rows, for the sake of memory
        detail[row] = fractal(at_m, np.full(side, at_m[row]))
    return detail


def _make_people(side: int, detail: FloatArray, seed: int) -> npt.NDArray[np.int64]:
    """Return thousandths of people (rows, columns): in clusters of all sizes, fewer in the hills, none in a quarter."""
    density = np.float32(_CLUSTERING) * _noise(side, 3 * seed + _CLUSTERS)
    density -= np.float32(_LOWLAND_DRAW) * detail
    dwelt = density + np.float32(_EMPTINESS_NOISE) * _noise(side, 3 * seed + _EMPTINESS)
    is_empty = dwelt <= np.quantile(dwelt, EMPTY_SHARE)
    people = np.exp(density, dtype=np.float64)
    people[is_empty] = 0.0
    people *= 1000.0 * PEOPLE / people.sum()
    return np.where(is_empty, 0, np.maximum(1, np.rint(people))).astype(np.int64)


def _place(
    detail: FloatArray, people: npt.NDArray[np.int64], candidates: int, random: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return row and column of every candidate: hilltops first, then villages where the people are."""
    side = len(detail)
    near = max(3, round(side / math.sqrt(8.0 * candidates)) | 1)
    tops = np.flatnonzero(maximum_filter(detail, near) == detail)
    hilltops = random.choice(tops, candidates // 2, replace=False)
    draw = np.sqrt(people.ravel().astype(np.float64))
    villages = random.choice(side * side, candidates - hilltops.size, replace=False, p=draw / draw.sum())
    rows, columns = np.divmod(np.concatenate([hilltops, villages]), side)
    return rows, columns


def _make_communes(side: int, random: np.random.Generator) -> npt.NDArray[np.int32]:
    """Return the number of the nearest of random seats, (pixels,)."""
    seats = KDTree(random.uniform(0.0, side, (COMMUNES, 2)))
    columns = np.arange(side) + 0.5
    rows = [seats.query(np.column_stack([np.full(side, row + 0.5), columns]))[1] for row in range(side)]
    return np.concatenate(rows).astype(np.int32)


def _make_footprints(
    height_m: FloatArray,
    rows: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    sizes: Int64Array,
    speckle_db: float,
    random: np.random.Generator,
) -> Footprints:
    """Return of each candidate the pixels of least loss, as many as it is to have."""
    side = len(height_m)
    start = np.zeros(sizes.size + 1, dtype=np.int64)
    np.cumsum(sizes, out=start[1:])
    pixels = np.empty(start[-1], dtype=np.int32)
    for number, (row, column, size) in enumerate(zip(rows.tolist(), columns.tolist(), sizes.tolist(), strict=True)):
        reach = 1 + math.ceil(_WINDOW * math.sqrt(size / math.pi))
        top, left = max(0, row - reach), max(0, column - reach)
        window = height_m[top : row + reach + 1, left : column + reach + 1]
        loss_db = _loss_round(np.ascontiguousarray(window), row - top, column - left, SIDE_M / side)
        if speckle_db:
            loss_db += np.float32(speckle_db) * random.standard_normal(loss_db.shape, dtype=np.float32)
        limit_db = np.partition(loss_db, size - 1, axis=None)[size - 1]
        down, across = np.divmod(np.flatnonzero(loss_db <= limit_db)[:size], window.shape[1])
        pixels[start[number] : start[number + 1]] = (top + down) * side + left + across
    return Footprints(start, pixels, np.ones(pixels.size, dtype=np.uint8), side * side)


@scalar
def _loss_round(height_m: FloatArray, row: int, column: int, resolution_m: float) -> FloatArray:
    """Return 35 log d and the loss at the horizon (P.526, equation 31), of every pixel (rows, columns) [dB].

    The horizon is the steepest way up from the mast. It is handed outward from ring to ring: each pixel takes it from
    between the two pixels of the inner ring that lie on its way to the mast.
    """
    rows, columns = height_m.shape
    steepest = np.full((rows, columns), np.float32(-1e9))
    edge_m = np.ones((rows, columns), dtype=np.float32)
    loss_db = np.zeros((rows, columns), dtype=np.float32)
    mast_m = height_m[row, column] + _MAST_M
    for ring in range(1, max(row, column, rows - row, columns - column)):
        inward = (ring - 1) / ring
        for down in range(max(-ring, -row), min(ring, rows - 1 - row) + 1):
            step = 1 if abs(down) == ring else 2 * ring  # whole rows above and below, two columns between
            for across in range(-ring, ring + 1, step):
                if not 0 <= column + across < columns:
                    continue
                r, c = row + down, column + across
                distance_m = resolution_m * math.hypot(down, across)
                inner_r, inner_c = row + down * inward, column + across * inward
                r0, c0 = int(inner_r), int(inner_c)
                r1, c1 = min(r0 + 1, rows - 1), min(c0 + 1, columns - 1)
                part = (inner_r - r0) + (inner_c - c0)  # one of the two is whole
                if inner_r == r0:
                    r1 = r0
                else:
                    c1 = c0
                slope = (1.0 - part) * steepest[r0, c0] + part * steepest[r1, c1]
                before_m = (1.0 - part) * edge_m[r0, c0] + part * edge_m[r1, c1]
                loss = 35.0 * math.log10(distance_m)
                if ring > 1:
                    above_m = (slope - (height_m[r, c] + _MOBILE_M - mast_m) / distance_m) * before_m
                    behind_m = max(distance_m - before_m, 0.5 * resolution_m)
                    nu = above_m * math.sqrt(2.0 / _WAVELENGTH_M * (1.0 / before_m + 1.0 / behind_m))
                    if nu > -0.78:
                        loss += 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)
                here = (height_m[r, c] - mast_m) / distance_m
                loss_db[r, c] = loss
                steepest[r, c] = max(slope, here)
                edge_m[r, c] = distance_m if here > slope else before_m
    return loss_db
