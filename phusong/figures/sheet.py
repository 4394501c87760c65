"""An A4 sheet measured in inches: wrapped text, legend swatches, scale bar, north arrow, and repeatable PNG bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle

from phusong.terrain.files import write_file

WIDTH_IN, HEIGHT_IN = 8.27, 11.69
DPI = 200
FONT = "DejaVu Sans"
ROW_HEIGHT = 0.18
INK, GREY, RULE = "#1c2430", "#5d6775", "#c9ced6"
STYLE: Any = {
    "font.family": FONT, "text.usetex": False, "axes.unicode_minus": True, "hatch.linewidth": 0.6,
    "text.hinting": "no_hinting",
}  # fmt: skip
"""Settings of matplotlib under which every sheet is drawn and saved, whatever the user's own are.

Letters are not moved to whole pixels, so that a line is as wide in a PDF as in a PNG.
"""

_LINE_SPACING = 1.32
_ASCENT = 0.76  # of letters such as l, in sizes of the text
_POINTS_PER_INCH = 72.0
_FONT_UNITS = 64.0
_NO_BREAK = "\u00a0"
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:dBm?|km²?|m)\b)|(?<=σ) (?==)|(?<==) (?=\d)")


@dataclass
class Sheet:
    """A4 portrait page; `page` is an axes over all of it whose data coordinates are inches from the bottom left."""

    figure: Figure = field(init=False)
    page: Axes = field(init=False)

    def __post_init__(self) -> None:
        self.figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, facecolor="white")
        FigureCanvasAgg(self.figure)
        self.page = self.figure.add_axes((0.0, 0.0, 1.0, 1.0), zorder=2)
        self.page.set_xlim(0.0, WIDTH_IN)
        self.page.set_ylim(0.0, HEIGHT_IN)
        self.page.set_axis_off()

    def map_axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Return an axes [in] with equal scales, a thin frame and no ticks."""
        axes = self.figure.add_axes(
            (left / WIDTH_IN, bottom / HEIGHT_IN, width / WIDTH_IN, height / HEIGHT_IN), zorder=1
        )
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_color(RULE)
            spine.set_linewidth(0.8)
        return axes

    def text(self, x: float, y: float, string: str, size: float, **style: Any) -> None:
        """Write one line whose top (unless `va` says otherwise) is at y [in].

        Its top is that of its letters without marks above them, so that lines of Vietnamese stand evenly.
        """
        if "va" not in style:
            y -= _ASCENT * size / _POINTS_PER_INCH
            style = {"va": "baseline", **style}
        style = {"color": INK, "ha": "left", **style}
        self.page.text(x, y, string, fontsize=size, fontfamily=FONT, **style)

    def rule(self, left: float, right: float, y: float) -> None:
        self.page.plot([left, right], [y, y], color=RULE, linewidth=0.8)

    def save(self, path: Path) -> None:
        """Write the PNG atomically, without the program's name or a time in it, so that the bytes repeat."""
        png = BytesIO()
        with matplotlib.rc_context(STYLE):
            self.figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
        write_file(path, png.getvalue())


@dataclass
class Column:
    """A column of a sheet that is filled downwards; `y` is where the next thing goes [in]."""

    sheet: Sheet
    left: float
    width: float
    y: float

    def paragraph(self, string: str, size: float, *, gap: float = 0.0, **style: Any) -> None:
        """Write text wrapped to the column's width, then leave a gap [in]."""
        for line in wrapped(string, self.width, size, style.get("weight", "normal")):
            self.sheet.text(self.left, self.y, line, size, **style)
            self.y -= line_height(size)
        self.y -= gap

    def heading(self, text: str) -> None:
        self.y -= 0.06
        self.paragraph(text, 9.5, gap=0.05, weight="bold")

    def fine_print(self, text: str, indent: float = 0.0) -> None:
        """Write small grey text, `indent` from the left [in]."""
        inner = Column(self.sheet, self.left + indent, self.width - indent, self.y)
        inner.paragraph(text, 6.5, gap=0.06, color=GREY)
        self.y = inner.y

    def numbered(self, mark: str, name: str, value: str, colour: str) -> None:
        """A row ROW_HEIGHT high: a disc with a number, a name cut to what fits, a value at the right edge."""
        size, middle = 7.5, self.y - ROW_HEIGHT / 2
        room = self.width - 0.38 - text_width(value, size)
        if text_width(name, size) > room:
            while name and text_width(name + "…", size) > room:
                name = name[:-1].rstrip()
            name += "…"
        self.sheet.page.plot([self.left + 0.09], [middle], marker="o", markersize=11, color=colour)
        style = {"va": "center_baseline"}
        self.sheet.text(self.left + 0.09, middle, mark, 6, ha="center", color="white", weight="bold", **style)
        self.sheet.text(self.left + 0.26, middle, name, size, **style)
        self.sheet.text(self.left + self.width, middle, value, size, ha="right", **style)
        self.y -= ROW_HEIGHT

    def swatch(self, label: str, *, right: str = "", second: str = "", size: float = 8.0, box: dict[str, Any]) -> None:
        """A legend row: a box 0.26 in wide, its words, a grey second line, and a figure at the right edge."""
        height = line_height(size) * (2 if second else 1)
        middle = self.y - height / 2
        self.sheet.page.add_patch(
            Rectangle((self.left, middle - 0.07), 0.26, 0.14, **{"edgecolor": GREY, "linewidth": 0.5, **box})
        )
        self._row(label, right, second, size, height)

    def mark(self, label: str, *, size: float = 8.0, **line: Any) -> None:
        """A legend row whose sign is a line or a marker."""
        height = line_height(size)
        middle = self.y - height / 2
        x = [self.left + 0.13] if line.get("marker") else [self.left, self.left + 0.26]
        self.sheet.page.plot(x, [middle] * len(x), **line)
        self._row(label, "", "", size, height)

    def _row(self, label: str, right: str, second: str, size: float, height: float) -> None:
        top = self.y
        self.sheet.text(self.left + 0.36, top, label, size)
        if second:
            self.sheet.text(self.left + 0.36, top - line_height(size), second, size - 1.5, color=GREY)
        if right:
            self.sheet.text(self.left + self.width, top, right, size, ha="right")
        self.y = top - height - 0.05


def line_height(size: float) -> float:
    """Distance between lines of text of a size in points [in]."""
    return size * _LINE_SPACING / _POINTS_PER_INCH


@lru_cache(maxsize=16384)
def text_width(string: str, size: float, weight: str = "normal") -> float:
    """Return the printed width of a line [in]."""
    font = _font(weight)
    font.set_size(size, DPI)
    font.set_text(string, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / _FONT_UNITS / DPI


def fitting_size(string: str, width: float, largest: float, weight: str = "normal") -> float:
    """Return the greatest text size, no larger than `largest`, at which a line fits the width [in]."""
    return largest * min(1.0, width / max(text_width(string, largest, weight), 1e-6))


def wrapped(string: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Break text at spaces into lines that are no wider than `width` [in]; a longer word stands alone."""
    return packed(_BEFORE_UNIT.sub(_NO_BREAK, string).split(" "), " ", width, size, weight)


def packed(items: Sequence[str], separator: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Join items into as few lines as possible, none wider than `width` [in] unless a single item is."""
    lines: list[str] = []
    for item in items:
        if lines and text_width(lines[-1] + separator + item, size, weight) <= width:
            lines[-1] += separator + item
        else:
            lines.append(item)
    return lines


def scale_bar(column: Column, metres_per_inch: float, number: Callable[[float, int], str]) -> None:
    """Draw a two-tone bar of a round length that fits the column, with its kilometres."""
    length_km = _round_length(0.8 * column.width * metres_per_inch / 1000.0)
    inches = length_km * 1000.0 / metres_per_inch
    top = column.y - line_height(7.5) - 0.02
    for quarter in range(4):
        column.sheet.page.add_patch(
            Rectangle(
                (column.left + quarter * inches / 4, top - 0.07),
                inches / 4,
                0.07,
                facecolor=INK if quarter % 2 == 0 else "white",
                edgecolor=INK,
                linewidth=0.6,
            )
        )
    decimals = 0 if length_km / 2 == int(length_km / 2) else 1
    for share, unit in ((0.0, ""), (0.5, ""), (1.0, " km")):
        label = number(length_km * share, decimals if share == 0.5 else 0) + unit
        column.sheet.text(column.left + share * inches, column.y, label, 7.5, ha="left" if share == 0 else "center")
    column.y = top - 0.17


def north_arrow(sheet: Sheet, x: float, y: float, tilt_deg: float, letter: str) -> None:
    """Draw an arrow with its foot at (x, y) [in] towards true north, `tilt_deg` clockwise of the page's top."""
    from matplotlib.transforms import Affine2D

    turn = Affine2D().rotate_deg_around(x, y + 0.2, -tilt_deg) + sheet.page.transData
    for side, colour in ((-1, INK), (1, "white")):
        corners = [(x, y + 0.4), (x + side * 0.1, y), (x, y + 0.08)]
        sheet.page.add_patch(
            Polygon(corners, closed=True, facecolor=colour, edgecolor=INK, linewidth=0.7, transform=turn)
        )
    sheet.text(x, y + 0.43, letter, 9, ha="center", va="bottom", weight="bold")


def caution_box(
    sheet: Sheet, left: float, bottom: float, width: float, blocks: Sequence[tuple[Sequence[str], float, str]]
) -> float:
    """Draw a tinted box of centred lines from blocks of (sentences, size, weight); return the y of its top [in].

    A line breaks only between sentences, unless one is wider than the box.
    """
    inner = width - 0.24
    rows = [
        (row, size, weight)
        for sentences, size, weight in blocks
        for line in packed(sentences, " · ", inner, size, weight)
        for row in wrapped(line, inner, size, weight)
    ]
    height = sum(line_height(size) for _, size, _ in rows) + 0.16
    sheet.page.add_patch(
        FancyBboxPatch(
            (left + 0.03, bottom + 0.03),
            width - 0.06,
            height - 0.06,
            boxstyle="round,pad=0.03",
            facecolor="#fff4dc",
            edgecolor="#d9a441",
            linewidth=0.8,
        )
    )
    y = bottom + height - 0.08
    for row, size, weight in rows:
        sheet.text(left + width / 2, y, row, size, ha="center", weight=weight, color="#5c3d00")
        y -= line_height(size)
    return bottom + height


def _round_length(limit_km: float) -> float:
    """Return the greatest of 1, 2, 5 x 10^n that is no more than the limit."""
    step = 1e-3
    best = step
    while step <= limit_km:
        best = max(best, *(step * factor for factor in (1.0, 2.0, 5.0) if step * factor <= limit_km))
        step *= 10.0
    return round(best, 3)


@lru_cache(maxsize=2)
def _font(weight: str) -> Any:
    return get_font(findfont(FontProperties(family=FONT, weight=weight)))
