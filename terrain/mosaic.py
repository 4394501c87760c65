"""Raster tiles as one surface, sampled bilinearly on to a metric grid.

Tiles of one CRS, sample spacing and phase share a lattice: their samples are laid side by side first and interpolated
afterwards, so there is no seam between them, whether they share an edge row (SRTM) or only touch (GLO-30). Where tiles
lie on different lattices, each lattice is interpolated on its own and every pixel takes the file listed first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import CRS, Transformer

from phusong.terrain.grid import Grid

FloatArray = npt.NDArray[np.float64]
HeightArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

# Tiles may lie this far off each other's lattice [samples]: far below the accuracy of terrain data, far above rounding.
_PHASE_TOLERANCE = 0.01
# Positions are rounded to this many decimals of a sample, so that rounding errors give no weight to a neighbour.
_POSITION_DECIMALS = 6
_BLOCK_PIXELS = 512
_BLOCK_SAMPLES = 4096
_OUTSIDE = -1
_FILLED_LATER = 1 << 24  # more than there are files


@dataclass(frozen=True, eq=False)
class Patch:
    """Values interpolated for voids of one tile: rows, columns (int32) and values (float32), each of shape (n,)."""

    rows: IntArray
    columns: IntArray
    values: HeightArray


class Tile(Protocol):
    """A raster of samples; its transform leads from (column, row) of a sample's outer corner to x, y in its CRS."""

    @property
    def crs(self) -> CRS: ...

    @property
    def transform(self) -> Affine: ...

    @property
    def shape(self) -> tuple[int, int]: ...

    @property
    def patch(self) -> Patch | None: ...

    def read(self, row_start: int, row_stop: int, column_start: int, column_stop: int) -> HeightArray:
        """Return the samples of that window, NaN where there is no data."""
        ...


@dataclass(frozen=True, eq=False)
class Sampled:
    """What came out of sampling tiles on to a grid.

    Attributes
    ----------
    value : float32 (rows, columns), NaN where there is no data.
    void_pixels : pixels without data that lie in a tile, next to a void.
    filled_pixels : pixels whose value rests on a filled void.
    """

    value: HeightArray
    void_pixels: int
    filled_pixels: int


def sample(tiles: Sequence[Tile], grid: Grid) -> Sampled:
    """Interpolate the tiles bilinearly at the pixel centres of the grid, block by block.

    Every position is transformed exactly. A pixel needs all of its (up to four) samples with weight: where one is a
    void or lies outside all tiles, the pixel has no data. Of tiles that overlap, the first with data counts.
    """
    lattices = _lattices(tiles, grid)
    value = np.full(grid.shape, np.nan, dtype=np.float32)
    void_pixels = filled_pixels = 0
    finest = max(lattice.samples_per_pixel(grid) for lattice in lattices)
    for rows, columns in _blocks(grid.shape, finest):
        block = grid.window(rows.start, rows.stop, columns.start, columns.stop)
        best = lattices[0].sample(block)
        for lattice in lattices[1:]:
            best = best.merged(lattice.sample(block))
        value[rows, columns] = best.value
        void_pixels += int(np.count_nonzero(best.is_void & np.isnan(best.value)))
        filled_pixels += int(np.count_nonzero(best.is_filled))
    return Sampled(value, void_pixels, filled_pixels)


def nearest(tile: Tile, grid: Grid) -> HeightArray:
    """Return for each pixel of the grid the sample that its centre falls into, NaN where there is none."""
    (lattice,) = _lattices([tile], grid)
    value = np.full(grid.shape, np.nan, dtype=np.float32)
    for rows, columns in _blocks(grid.shape, lattice.samples_per_pixel(grid)):
        block = grid.window(rows.start, rows.stop, columns.start, columns.stop)
        value[rows, columns] = lattice.nearest(block)
    return value


def spacing_m(tile: Tile, grid: Grid) -> float:
    """Return the distance between samples in the middle of the grid [m]; infinite where the CRS cannot reach it."""
    (lattice,) = _lattices([tile], grid)
    samples_per_pixel = lattice.samples_per_pixel(grid)
    return grid.resolution_m / math.sqrt(samples_per_pixel) if samples_per_pixel > 0.0 else math.inf


def _blocks(shape: tuple[int, int], samples_per_pixel: float) -> Iterator[tuple[slice, slice]]:
    """Yield the windows of the grid, small enough that the samples of each fit comfortably into memory."""
    side = max(int(_BLOCK_SAMPLES / max(math.sqrt(samples_per_pixel), _BLOCK_SAMPLES / _BLOCK_PIXELS)), 1)
    for row in range(0, shape[0], side):
        for column in range(0, shape[1], side):
            yield slice(row, min(row + side, shape[0])), slice(column, min(column + side, shape[1]))


@dataclass(frozen=True, eq=False)
class _Block:
    """A block of the grid as one lattice sees it; rank is the place in the list of the file nearest to the pixel."""

    value: HeightArray
    rank: IntArray
    is_void: BoolArray
    is_filled: BoolArray

    def merged(self, other: _Block) -> _Block:
        """Return, pixel by pixel, measured data before filled voids, and of two alike the file listed first."""
        takes_other = other._order() < self._order()
        return _Block(
            value=np.where(takes_other, other.value, self.value),
            rank=np.where(takes_other, other.rank, self.rank),
            is_void=self.is_void | other.is_void,
            is_filled=np.where(takes_other, other.is_filled, self.is_filled),
        )

    def _order(self) -> IntArray:
        """Return the order in which blocks get a pixel: the lowest first, those without data last."""
        order: IntArray = self.rank + self.is_filled * np.int32(_FILLED_LATER)
        order[np.isnan(self.value)] = np.iinfo(np.int32).max
        return order


@dataclass(frozen=True, eq=False)
class _Member:
    """A tile on a lattice: its place in the list of files, and the lattice row and column of its first sample."""

    tile: Tile
    rank: int
    row: int
    column: int


@dataclass(frozen=True, eq=False)
class _Lattice:
    """Tiles whose samples continue each other; rows and columns count from the first tile's first sample."""

    crs: CRS
    transform: Affine
    from_grid: Transformer
    members: list[_Member]

    def place(self, tile: Tile) -> tuple[int, int] | None:
        """Return the lattice (row, column) of the tile's first sample; None where it does not lie on the lattice."""
        if tile.crs != self.crs:
            return None
        rows, columns = tile.shape
        corner_row, corner_column = np.array([0, 0, rows, rows]), np.array([0, columns, 0, columns])
        lattice_column, lattice_row = _apply(~self.transform, *_apply(tile.transform, corner_column, corner_row))
        row, column = round(float(lattice_row[0])), round(float(lattice_column[0]))
        off_rows, off_columns = lattice_row - row - corner_row, lattice_column - column - corner_column
        return (row, column) if max(abs(off_rows).max(), abs(off_columns).max()) <= _PHASE_TOLERANCE else None

    def positions(self, grid: Grid) -> tuple[FloatArray, FloatArray]:
        """Return lattice (row, column) of the grid's pixel centres, flat; whole numbers are samples."""
        x_m, y_m = np.meshgrid(*grid.centres_m())
        x, y = self.from_grid.transform(x_m.ravel(), y_m.ravel())
        with np.errstate(invalid="ignore"):  # positions that the CRS cannot reach are infinite, and become NaN here
            column, row = _apply(~self.transform, np.asarray(x), np.asarray(y))
        return np.round(row - 0.5, _POSITION_DECIMALS), np.round(column - 0.5, _POSITION_DECIMALS)

    def samples_per_pixel(self, grid: Grid) -> float:
        """Return how many samples fall on a pixel in the middle of the grid; 0 where the CRS does not reach it."""
        row, column = grid.rows // 2, grid.columns // 2
        row_at, column_at = self.positions(grid.window(row, row + 2, column, column + 2))
        across = row_at[1] - row_at[0], column_at[1] - column_at[0]
        down = row_at[2] - row_at[0], column_at[2] - column_at[0]
        count = float(abs(across[0] * down[1] - across[1] * down[0]))
        return count if math.isfinite(count) else 0.0

    def sample(self, grid: Grid) -> _Block:
        """Interpolate bilinearly at the pixel centres of a (small) grid."""
        size = grid.rows * grid.columns
        value = np.full(size, np.nan, dtype=np.float32)
        rank = np.full(size, _OUTSIDE, dtype=np.int32)
        is_filled = np.zeros(size, dtype=np.bool_)
        row, column = self.positions(grid)
        within = self._within(row, column)
        if within.any():
            value[within], rank[within], is_filled[within] = self._interpolate(row[within], column[within])
        return _Block(
            value=value.reshape(grid.shape),
            rank=rank.reshape(grid.shape),
            is_void=(np.isnan(value) & (rank != _OUTSIDE)).reshape(grid.shape),
            is_filled=is_filled.reshape(grid.shape),
        )

    def nearest(self, grid: Grid) -> HeightArray:
        """Return the samples that the pixel centres of a (small) grid fall into, of the first tile alone."""
        tile = self.members[0].tile
        rows, columns = tile.shape
        value = np.full(grid.rows * grid.columns, np.nan, dtype=np.float32)
        row, column = (np.floor(position + 0.5) for position in self.positions(grid))
        within = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        if within.any():
            i, j = row[within].astype(np.int64), column[within].astype(np.int64)
            top, left = int(i.min()), int(j.min())
            value[within] = tile.read(top, int(i.max()) + 1, left, int(j.max()) + 1)[i - top, j - left]
        return value.reshape(grid.shape)

    def _within(self, row: FloatArray, column: FloatArray) -> BoolArray:
        """Return which positions lie in the rectangle round all tiles; positions the projection cannot reach do not."""
        first_row = min(member.row for member in self.members)
        first_column = min(member.column for member in self.members)
        last_row = max(member.row + member.tile.shape[0] for member in self.members) - 1
        last_column = max(member.column + member.tile.shape[1] for member in self.members) - 1
        return (row >= first_row) & (row <= last_row) & (column >= first_column) & (column <= last_column)

    def _interpolate(self, row: FloatArray, column: FloatArray) -> tuple[HeightArray, IntArray, BoolArray]:
        # On a whole row floor and ceil are the same sample: a neighbour without weight is never looked at.
        top, bottom = np.floor(row).astype(np.int64), np.ceil(row).astype(np.int64)
        left, right = np.floor(column).astype(np.int64), np.ceil(column).astype(np.int64)
        down, across = row - top, column - left
        first_row, first_column = int(top.min()), int(left.min())
        values, ranks, filled = self._assemble(first_row, int(bottom.max()) + 1, first_column, int(right.max()) + 1)
        top, bottom, left, right = top - first_row, bottom - first_row, left - first_column, right - first_column
        value = (1.0 - down) * ((1.0 - across) * values[top, left] + across * values[top, right])
        value += down * ((1.0 - across) * values[bottom, left] + across * values[bottom, right])
        rank = ranks[np.where(down < 0.5, top, bottom), np.where(across < 0.5, left, right)]
        is_filled = np.zeros(value.shape, dtype=np.bool_)
        if filled.any():
            is_filled = filled[top, left] | filled[top, right] | filled[bottom, left] | filled[bottom, right]
            is_filled &= ~np.isnan(value)
        return value.astype(np.float32), rank, is_filled

    def _assemble(
        self, row_start: int, row_stop: int, column_start: int, column_stop: int
    ) -> tuple[HeightArray, IntArray, BoolArray]:
        """Return the samples of a lattice window: values, the file each comes from, and which are filled voids.

        Measured samples go before filled ones, whatever the order of the files.
        """
        shape = row_stop - row_start, column_stop - column_start
        values = np.full(shape, np.nan, dtype=np.float32)
        ranks = np.full(shape, _OUTSIDE, dtype=np.int32)
        filled = np.zeros(shape, dtype=np.bool_)
        for member in self.members:
            rows, columns = member.tile.shape
            row_0, row_1 = max(row_start - member.row, 0), min(row_stop - member.row, rows)
            column_0, column_1 = max(column_start - member.column, 0), min(column_stop - member.column, columns)
            if row_0 >= row_1 or column_0 >= column_1:
                continue
            there = (
                slice(row_0 + member.row - row_start, row_1 + member.row - row_start),
                slice(column_0 + member.column - column_start, column_1 + member.column - column_start),
            )
            part = member.tile.read(row_0, row_1, column_0, column_1)
            new = np.isnan(values[there]) & ~np.isnan(part)
            values[there][new] = part[new]
            ranks[there][new | (ranks[there] == _OUTSIDE)] = member.rank
        for member in self.members:
            if (patch := member.tile.patch) is not None:
                row, column = patch.rows + (member.row - row_start), patch.columns + (member.column - column_start)
                here = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
                row, column, patched = row[here], column[here], patch.values[here]
                new = np.isnan(values[row, column])
                values[row[new], column[new]] = patched[new]
                filled[row[new], column[new]] = True
        return values, ranks, filled


def _lattices(tiles: Sequence[Tile], grid: Grid) -> list[_Lattice]:
    """Sort the tiles into lattices, keeping their order."""
    lattices: list[_Lattice] = []
    for rank, tile in enumerate(tiles):
        for lattice in lattices:
            if (place := lattice.place(tile)) is not None:
                lattice.members.append(_Member(tile, rank, *place))
                break
        else:
            from_grid = Transformer.from_crs(grid.crs, tile.crs, always_xy=True)
            lattices.append(_Lattice(tile.crs, tile.transform, from_grid, [_Member(tile, rank, 0, 0)]))
    return lattices


def _apply(transform: Affine, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    """Return the positions x, y after an affine transform."""
    return transform.a * x + transform.b * y + transform.c, transform.d * x + transform.e * y + transform.f
