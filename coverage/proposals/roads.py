"""Places along roads, which a crew and a cable can reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from phusong.coverage.proposals.thinning import FloatArray, far_enough
from phusong.terrain.grid import Grid
from phusong.terrain.shapes import LINES, read_shapes


def road_places(path: Path, grid: Grid, allowed: npt.NDArray[np.bool_], spacing_km: float) -> FloatArray:
    """Return places every so far along the lines of a vector file, longest line first, on allowed pixels.

    Lines that meet end to end count as one. One shorter than the spacing has a place at its middle. Of places closer
    than half the spacing the later is left out.

    Returns
    -------
    (places, 2) x and y [m].

    Raises
    ------
    InputError : the file cannot be read, or holds other things than lines.
    """
    lines = shapely.get_parts(read_shapes(path, LINES, "roads"))
    projected = shapely.transform(lines, lambda places: np.column_stack(grid.project(*places.T)))
    roads = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(projected)))
    spacing_m = 1000.0 * spacing_km
    length_m = shapely.length(roads)
    count = np.maximum(np.floor(length_m / spacing_m).astype(np.int64), 1)
    order = np.argsort(-length_m, kind="stable")
    which = np.repeat(order, count[order])
    step = np.concatenate([np.arange(size) for size in count[order].tolist()])
    along_m = (step + 0.5) * np.minimum(length_m, spacing_m)[which]
    places_m: FloatArray = shapely.get_coordinates(shapely.line_interpolate_point(roads[which], along_m))
    places_m = places_m[allowed_at(grid, allowed, places_m)]
    return places_m[far_enough(places_m, places_m[:0], 0.5 * spacing_m)]


def allowed_at(grid: Grid, allowed: npt.NDArray[np.bool_], places_m: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which places (places, 2) stand in an allowed pixel; none beyond the grid does."""
    column, row = (np.rint(axis).astype(np.int64) for axis in grid.column_row(*places_m.T))
    inside = (row >= 0) & (row < grid.rows) & (column >= 0) & (column < grid.columns)
    inside[inside] = allowed[row[inside], column[inside]]
    return inside
