"""Rectangles of a grid."""

from __future__ import annotations

from typing import NamedTuple


class Window(NamedTuple):
    """A rectangle of the grid: first row, row after the last, first column, column after the last."""

    row_start: int
    row_stop: int
    column_start: int
    column_stop: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.row_stop - self.row_start, self.column_stop - self.column_start

    @property
    def slices(self) -> tuple[slice, slice]:
        """The rectangle as an index of the whole grid's arrays."""
        return slice(self.row_start, self.row_stop), slice(self.column_start, self.column_stop)

    @property
    def is_empty(self) -> bool:
        return self.row_start >= self.row_stop or self.column_start >= self.column_stop

    def shared(self, other: Window) -> Window:
        """Return what both hold; it may be empty."""
        return Window(
            max(self.row_start, other.row_start), min(self.row_stop, other.row_stop),
            max(self.column_start, other.column_start), min(self.column_stop, other.column_stop),
        )  # fmt: skip

    def meets(self, other: Window) -> bool:
        """Say whether they share a pixel; neither may be empty."""
        return (
            self.row_start < other.row_stop
            and self.row_stop > other.row_start
            and self.column_start < other.column_stop
            and self.column_stop > other.column_start
        )

    def within(self, outer: Window) -> tuple[slice, slice]:
        """Return the rectangle as an index of an array that holds the outer one."""
        return (
            slice(self.row_start - outer.row_start, self.row_stop - outer.row_start),
            slice(self.column_start - outer.column_start, self.column_stop - outer.column_start),
        )

    def wider(self, pixels: int) -> Window:
        """Return the rectangle with so many pixels more on every side."""
        return Window(
            self.row_start - pixels, self.row_stop + pixels, self.column_start - pixels, self.column_stop + pixels
        )
