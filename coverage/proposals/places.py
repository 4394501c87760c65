"""Villages and roads as weights of pixels, from a user's files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from phusong.errors import input_error
from phusong.terrain.columns import read_csv
from phusong.terrain.grid import Grid
from phusong.terrain.shapes import LINES, POINTS, read_shapes

WeightArray = npt.NDArray[np.int64]
_PIECES_OF_PIXEL = 8


def villages_by_pixel(path: Path, grid: Grid) -> WeightArray:
    """Return how many villages each pixel holds, (rows, columns).

    Parameters
    ----------
    path : CSV with the columns longitude and latitude [deg], or a vector file of points of any CRS.

    Raises
    ------
    InputError : the file is wrong, or no village stands on the grid.
    """
    if path.suffix.lower() == ".csv":
        columns = read_csv(path, ("longitude", "latitude"), kind="village")
        longitude_deg = columns.numbers("longitude", -180.0, 180.0, required=True)
        latitude_deg = columns.numbers("latitude", -90.0, 90.0, required=True)
        columns.check()
    else:
        longitude_deg, latitude_deg = shapely.get_coordinates(read_shapes(path, POINTS, "villages")).T
    villages = _sums(grid, *grid.project(longitude_deg, latitude_deg), np.ones(len(longitude_deg)))
    return _not_nothing(villages, path, "villages")


def roads_by_pixel(path: Path, grid: Grid) -> WeightArray:
    """Return the length of road in each pixel [m], (rows, columns); lines are taken in pieces of an eighth of a pixel.

    Parameters
    ----------
    path : a vector file of lines of any CRS.

    Raises
    ------
    InputError : the file is wrong, or no road lies on the grid.
    """
    piece_m = grid.resolution_m / _PIECES_OF_PIXEL
    x_m, y_m, length_m = [], [], []
    for line in shapely.get_parts(read_shapes(path, LINES, "roads")):
        corners = np.column_stack(grid.project(*shapely.get_coordinates(line).T))
        along = shapely.get_coordinates(shapely.segmentize(shapely.linestrings(corners), piece_m))
        middle, step = 0.5 * (along[1:] + along[:-1]), np.diff(along, axis=0)
        x_m.append(middle[:, 0])
        y_m.append(middle[:, 1])
        length_m.append(np.hypot(*step.T))
    roads = _sums(grid, np.concatenate(x_m), np.concatenate(y_m), np.concatenate(length_m))
    return _not_nothing(roads, path, "roads")


def _sums(
    grid: Grid, x_m: npt.NDArray[np.float64], y_m: npt.NDArray[np.float64], what: npt.NDArray[np.float64]
) -> WeightArray:
    """Return what falls into each pixel, as whole numbers."""
    column, row = (np.rint(one).astype(np.int64) for one in grid.column_row(x_m, y_m))
    inside = (row >= 0) & (row < grid.rows) & (column >= 0) & (column < grid.columns)
    flat = row[inside] * grid.columns + column[inside]
    sums = np.bincount(flat, weights=what[inside], minlength=grid.rows * grid.columns)
    return np.rint(sums).astype(np.int64).reshape(grid.shape)


def _not_nothing(weight: WeightArray, path: Path, what: str) -> WeightArray:
    if not weight.any():
        raise input_error(path, f"none of the {what} lies inside the area of the run", "Give those of this area")
    return weight
