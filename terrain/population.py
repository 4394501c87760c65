"""People on the metric grid: a raster of counts brought on to it with its sum kept, or the people of zones spread."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.terrain.grid import Grid
from phusong.terrain.mosaic import IntArray
from phusong.terrain.raster import open_counts
from phusong.terrain.shared_counts import share_counts

FloatArray = npt.NDArray[np.float64]

PARTS_OF_A_PERSON = 1_000_000
UNKNOWN_PEOPLE = -1
"""Stands in people_fixed where the people are not known."""


def load_population(path: Path, grid: Grid, *, nodata_is_zero: bool = False) -> FloatArray:
    """Return the people of every pixel, from a raster of people per cell in any projection; float64, NaN unknown.

    The people of a cell go to the pixels that it overlaps, in proportion to the area shared, so that a raster that lies
    in the grid keeps its sum. A pixel that the raster knows in part holds the people of that part. With nodata_is_zero
    nobody lives in cells without data; outside the raster people are still unknown. Raises InputError as
    raster.open_counts does.
    """
    with open_counts(path) as file:
        return share_counts(file, grid, void_value=0.0 if nodata_is_zero else math.nan)


def people_fixed(people: FloatArray) -> npt.NDArray[np.int64]:
    """Return people in millionths of a person, UNKNOWN_PEOPLE where they are NaN.

    Sums of whole numbers are the same in any order, on any machine.
    """
    known = np.isfinite(people)
    fixed = np.full(people.shape, UNKNOWN_PEOPLE, dtype=np.int64)
    fixed[known] = np.rint(people[known] * PARTS_OF_A_PERSON).astype(np.int64)
    return fixed


def spread_people(population: FloatArray, zone_of_pixel: IntArray, weight: npt.NDArray[np.floating[Any]]) -> FloatArray:
    """Return the people of zones spread over their pixels by weight; float64 (rows, columns), NaN unknown.

    The people_fixed of the pixels of a zone add up to its population to a millionth, wherever it has a pixel.

    Parameters
    ----------
    population : people of each zone, NaN unknown, shape (zones,).
    zone_of_pixel : int32 (rows, columns), -1 outside all zones: unknown there.
    weight : (rows, columns) how many people a pixel draws, not negative; NaN: as many as the mean pixel of its zone.
        A zone without any weight is spread evenly.
    """
    inside = np.flatnonzero(zone_of_pixel.ravel() >= 0)
    zone = zone_of_pixel.ravel()[inside]
    order = np.argsort(zone, kind="stable")
    inside, zone = inside[order], zone[order]
    count = np.bincount(zone, minlength=len(population))
    drawn = weight.ravel()[inside].astype(np.float64)
    known = np.isfinite(drawn)
    sums = np.bincount(zone[known], weights=drawn[known], minlength=len(population))
    known_count = np.bincount(zone[known], minlength=len(population))
    mean = np.divide(sums, known_count, out=np.ones(len(population)), where=sums > 0.0)
    drawn = np.where(known & (sums > 0.0)[zone], drawn, mean[zone])
    ends = np.cumsum(count)
    people = np.full(zone_of_pixel.size, np.nan)
    for index, (start, end) in enumerate(zip(ends - count, ends, strict=True)):
        if end > start and np.isfinite(population[index]):
            people[inside[start:end]] = _divided(float(population[index]), drawn[start:end]) / PARTS_OF_A_PERSON
    return people.reshape(zone_of_pixel.shape)


def _divided(total: float, weight: FloatArray) -> npt.NDArray[np.int64]:
    """Divide a number of people by weights into millionths that add up to it: the running sum is what is rounded."""
    running = np.cumsum(weight)
    whole = round(total * PARTS_OF_A_PERSON)
    up_to = np.rint(running * (whole / running[-1])).astype(np.int64)
    up_to[-1] = whole
    return np.asarray(np.diff(up_to, prepend=np.int64(0)))
