"""Areas without coverage as polygons, with their size and people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.scenarios.store import Run
from phusong.shares import inside_area
from phusong.terrain.raster import burn, outlines

LEAST_HOLE_KM2 = 0.1
"""Smaller areas without coverage are left out: they are no place for a site."""


def holes(run: Run, covered: npt.NDArray[np.uint8]) -> tuple[pd.DataFrame, npt.NDArray[np.object_]]:
    """Return area_km2 and people of each hole in the run's area, the largest first, and its polygon on the grid [m].

    Parameters
    ----------
    covered : (rows, columns), 1 yes, 0 no, 255 no data. Where data are missing is no hole.
    """
    grid = run.grid
    inside = inside_area(run)
    polygons = outlines(inside & (covered == 0), grid)
    of_pixel = burn(polygons, grid) if polygons.size else np.full(grid.shape, -1)
    within = of_pixel >= 0
    area_km2 = np.bincount(of_pixel[within], grid.pixel_area_km2()[within], polygons.size)
    people = run.population()
    counted = np.full(polygons.size, np.nan)
    if people is not None:
        counted = np.bincount(of_pixel[within], np.nan_to_num(people[within]), polygons.size)
    order = np.argsort(-area_km2, kind="stable")
    order = order[area_km2[order] >= LEAST_HOLE_KM2]
    return pd.DataFrame({"area_km2": area_km2[order], "people": counted[order]}), polygons[order]
