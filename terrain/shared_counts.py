"""Counts of a raster's cells shared out over the pixels of a grid by area, so that their sum is kept.

Every pixel is cut into square parts no larger than a cell. In the raster's own columns and rows a part is taken for an
upright box, which reaches into at most two columns and two rows of cells. What a cell gives to a part is its count
times the part's share in it over the shares of all parts in it: whatever the two projections, it gives away its whole
count, no more and no less. Where the axes of both run parallel the shares are those of the areas, exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from phusong.terrain.grid import Grid
from phusong.terrain.mosaic import Tile

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Positions are transformed at nodes this far apart and interpolated between: right within a centimetre.
_NODES_M = 500.0
_STRIP_PARTS = 2_000_000  # parts looked at together: bounds the memory
_SPARE = 1.1  # a cell in the middle of the grid stands for those at its edges, which are a little larger or smaller
_LEAST_REACH = 1e-6  # of a pixel: less is rounding


def share_counts(cells: Tile, grid: Grid, *, void_value: float = math.nan) -> FloatArray:
    """Return the counts of a raster on the grid, float64 (rows, columns), NaN where no cell with data reaches.

    A pixel holds the shares of all cells with data that reach into it; at the edge of the data those of its known part.
    Cells without data count as void_value. What lies beyond the grid takes its share and is left out.
    """
    unknown = np.full(grid.shape, np.nan)
    view = _View.of(cells, grid)
    window = view.cell_window(cells.shape) if view is not None else None
    if view is None or window is None:
        return unknown
    count = cells.read(*window).astype(np.float64).ravel()
    count[np.isnan(count)] = void_value
    given = np.zeros(count.size)
    for _, cell, share in view.parts(window):
        given += np.bincount(cell, weights=share, minlength=count.size)
    known = np.isfinite(count) & (given > 0.0)
    by_share = np.divide(count, given, out=np.zeros_like(count), where=known)
    size = grid.rows * grid.columns
    people, reach = np.zeros(size), np.zeros(size)
    for pixel, cell, share in view.parts(window):
        here = (pixel >= 0) & known[cell]
        pixel, cell, share = pixel[here], cell[here], share[here]
        if pixel.size:
            first, last = int(pixel.min()), int(pixel.max()) + 1
            people[first:last] += np.bincount(pixel - first, weights=by_share[cell] * share, minlength=last - first)
            reach[first:last] += np.bincount(pixel - first, weights=share, minlength=last - first)
    reached = (reach > _LEAST_REACH * view.cuts**2) | (people > 0.0)
    return np.where(reached, people, np.nan).reshape(grid.shape)


@dataclass(frozen=True, eq=False)
class _View:
    """A grid and a margin round it, seen in the columns and rows of a raster.

    Attributes
    ----------
    grid : the grid itself.
    margin : so many pixels further to each side every cell that reaches into the grid is seen whole.
    cuts : parts of a pixel's side.
    step : pixels from node to node.
    column, row : (nodes, nodes) in the raster, whole numbers are the outer edges of cells; not finite out of reach.
    """

    grid: Grid
    margin: int
    cuts: int
    step: int
    column: FloatArray
    row: FloatArray

    @classmethod
    def of(cls, cells: Tile, grid: Grid) -> _View | None:
        """Return the view of a raster; None where its CRS does not reach the middle of the grid."""
        to_raster = Transformer.from_crs(grid.crs, cells.crs, always_xy=True)
        inverse = ~cells.transform

        def place(x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
            x, y = (np.asarray(axis) for axis in to_raster.transform(x_m, y_m))
            with np.errstate(invalid="ignore"):  # infinite positions become NaN
                return inverse.a * x + inverse.b * y + inverse.c, inverse.d * x + inverse.e * y + inverse.f

        side_m = grid.resolution_m
        west, south, east, north = grid.bounds_m
        middle_x, middle_y = (west + east) / 2.0, (south + north) / 2.0
        column, row = place(middle_x + np.array([0.0, side_m, 0.0]), middle_y + np.array([0.0, 0.0, side_m]))
        cells_by_pixel = np.array([column[1:] - column[0], row[1:] - row[0]])
        if not np.isfinite(cells_by_pixel).all() or abs(np.linalg.det(cells_by_pixel)) == 0.0:
            return None
        cuts = math.ceil(_SPARE * float(np.abs(cells_by_pixel).sum(axis=1).max()) - 1e-6)
        margin = math.ceil(_SPARE * float(np.abs(np.linalg.inv(cells_by_pixel)).sum(axis=1).max())) + 1
        step = max(int(_NODES_M // side_m), 1)
        x_m = west + side_m * np.arange(-margin, grid.columns + margin + step, step, dtype=np.float64)
        y_m = north - side_m * np.arange(-margin, grid.rows + margin + step, step, dtype=np.float64)
        return cls(grid, margin, cuts, step, *place(*np.meshgrid(x_m, y_m)))

    def cell_window(self, shape: tuple[int, int]) -> tuple[int, int, int, int] | None:
        """Return (first row, end row, first column, end column) of the cells in view; None where there are none."""
        window: list[int] = []
        for axis, size in ((self.row, shape[0]), (self.column, shape[1])):
            reached = axis[np.isfinite(axis)]
            low = max(math.floor(float(reached.min(initial=math.inf))), 0) if reached.size else size
            high = min(math.ceil(float(reached.max(initial=-math.inf))), size) if reached.size else 0
            if low >= high:
                return None
            window += [low, high]
        return window[0], window[1], window[2], window[3]

    def parts(self, window: tuple[int, int, int, int]) -> Iterator[tuple[IntArray, IntArray, FloatArray]]:
        """Yield pieces of parts, each in one cell of the window, some rows of pixels at a time.

        Flat index of its pixel in the grid, -1 in the margin; flat index of its cell in the window; share of the part.
        """
        first_row, end_row, first_column, end_column = window
        wide_rows, wide_columns = (size + 2 * self.margin for size in self.grid.shape)
        strip = max(_STRIP_PARTS // (wide_columns * self.cuts**2), 1)
        across = (np.arange(wide_columns * self.cuts) + 0.5) / self.cuts
        for start in range(0, wide_rows, strip):
            stop = min(start + strip, wide_rows)
            down = (np.arange(start * self.cuts, stop * self.cuts) + 0.5) / self.cuts
            pixel = self._pixels(down, across)
            rows = list(_two_cells(*self._spans(self.row, down, across)))
            columns = list(_two_cells(*self._spans(self.column, down, across)))
            for row, row_share in rows:
                for column, column_share in columns:
                    share = row_share * column_share
                    here = (row >= first_row) & (row < end_row) & (column >= first_column) & (column < end_column)
                    here &= share > 0.0
                    cell = (row[here] - first_row) * (end_column - first_column) + (column[here] - first_column)
                    yield pixel[here], cell.astype(np.int64), share[here]

    def _pixels(self, down: FloatArray, across: FloatArray) -> IntArray:
        """Return the pixel of the grid that each part belongs to, -1 in the margin."""
        row, column = (np.floor(axis).astype(np.int64) - self.margin for axis in (down, across))
        row_inside = (row >= 0) & (row < self.grid.rows)
        column_inside = (column >= 0) & (column < self.grid.columns)
        pixel = row[:, None] * self.grid.columns + column[None, :]
        return np.where(row_inside[:, None] & column_inside[None, :], pixel, -1)

    def _spans(self, nodes: FloatArray, down: FloatArray, across: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return middle and half width of every part along one axis of the raster."""
        by_row = _between(nodes, down / self.step)
        middle = _between(by_row.T, across / self.step).T
        # The slope inside a mesh of nodes is that of the interpolation.
        aside = np.abs(_slope(by_row.T, across / self.step).T)
        along = np.abs(_between(_slope(nodes, down / self.step).T, across / self.step).T)
        return middle, (aside + along) / (2.0 * self.step * self.cuts)


def _between(nodes: FloatArray, at: FloatArray) -> FloatArray:
    """Interpolate linearly along the first axis at fractional nodes."""
    low = np.minimum(at.astype(np.int64), len(nodes) - 2)
    weight = (at - low)[:, None]
    with np.errstate(invalid="ignore"):
        return np.asarray((1.0 - weight) * nodes[low] + weight * nodes[low + 1])


def _slope(nodes: FloatArray, at: FloatArray) -> FloatArray:
    """Return the change from node to node along the first axis, where _between interpolates."""
    low = np.minimum(at.astype(np.int64), len(nodes) - 2)
    with np.errstate(invalid="ignore"):
        return np.asarray(nodes[low + 1] - nodes[low])


def _two_cells(middle: FloatArray, half: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield the first and the next cell that each span reaches into, as whole numbers, and its share in it.

    A span that is not finite has no share anywhere.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        first = np.floor(middle - half)
        share = np.clip((first + 1.0 - (middle - half)) / (2.0 * half), 0.0, 1.0)
    finite = np.isfinite(share) & np.isfinite(first)
    yield first, np.where(finite, share, 0.0)
    yield first + 1.0, np.where(finite, 1.0 - share, 0.0)
