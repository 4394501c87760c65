"""Tables that flow over pages: wrapped cells, figures to the right, the heading on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from matplotlib.patches import Rectangle

from phusong.figures.sheet import INK, Column, line_height, wrapped

_HEAD_FILL, _STRIPE_FILL = "#e4e9f0", "#f6f7f9"
_PADDING_IN = 0.05


class Heading(NamedTuple):
    """A column of a table: what stands over it, its width [in], and whether it holds figures."""

    text: str
    width: float
    right: bool = False


Row = Sequence[str]


def write_table(
    column: Column,
    headings: Sequence[Heading],
    rows: Sequence[Row],
    next_column: Callable[[], Column],
    *,
    bottom: float,
    size: float = 8.0,
    bold: Callable[[int, int], bool] = lambda _row, _place: False,
) -> Column:
    """Write rows below their headings, going on in the next column wherever one is full; return the last column.

    Parameters
    ----------
    next_column : gives the column of a new page.
    bottom : the y that no row goes below [in].
    bold : of the number of a row and the place in it, whether that cell is printed bold.
    """
    heads = [heading.text for heading in headings]
    needed = _height(headings, heads, size, "bold") + (_height(headings, rows[0], size) if rows else 0.0)
    if column.y - needed < bottom:
        column = next_column()
    _write_row(column, headings, heads, size, _HEAD_FILL, lambda _: True)
    on_page = 0
    for number, row in enumerate(rows):
        if column.y - _height(headings, row, size) < bottom:
            column, on_page = next_column(), 0
            _write_row(column, headings, heads, size, _HEAD_FILL, lambda _: True)
        fill = _STRIPE_FILL if on_page % 2 else "none"
        _write_row(column, headings, row, size, fill, lambda place, number=number: bold(number, place))  # type: ignore[misc]
        on_page += 1
    column.sheet.rule(column.left, column.left + sum(heading.width for heading in headings), column.y)
    column.y -= 0.12
    return column


def _height(headings: Sequence[Heading], row: Row, size: float, weight: str = "normal") -> float:
    """Return the height of a row [in]."""
    lines = max(len(_lines(text, heading, size, weight)) for heading, text in zip(headings, row, strict=True))
    return lines * line_height(size) + 0.045


def _lines(text: str, heading: Heading, size: float, weight: str) -> list[str]:
    """Return the lines of a cell: its own, and those that the width makes of them."""
    width = heading.width - 2 * _PADDING_IN
    return [line for part in text.split("\n") for line in wrapped(part, width, size, weight)]


def _write_row(
    column: Column,
    headings: Sequence[Heading],
    row: Row,
    size: float,
    fill: str,
    bold: Callable[[int], bool],
) -> None:
    weights = ["bold" if bold(place) else "normal" for place in range(len(row))]
    cells = [_lines(text, heading, size, weight) for heading, text, weight in zip(headings, row, weights, strict=True)]
    height = max(len(lines) for lines in cells) * line_height(size) + 0.045
    width = sum(heading.width for heading in headings)
    if fill != "none":
        column.sheet.page.add_patch(
            Rectangle((column.left, column.y - height), width, height, facecolor=fill, linewidth=0)
        )
    left = column.left
    for heading, lines, weight in zip(headings, cells, weights, strict=True):
        x = left + heading.width - _PADDING_IN if heading.right else left + _PADDING_IN
        for place, line in enumerate(lines):
            if line:
                y = column.y - 0.02 - place * line_height(size)
                column.sheet.text(x, y, line, size, ha="right" if heading.right else "left", weight=weight, color=INK)
        left += heading.width
    column.y -= height
