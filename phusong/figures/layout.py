"""What every map sheet has: title, map frame, headline figure, borders, targets, and the notes it must carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from phusong.figures import notes
from phusong.figures.ground import (
    NO_DATA_COLOUR,
    NO_DATA_STRIPE,
    Geometries,
    MapFrame,
    north_tilt_deg,
    on_grid,
    union_outline,
)
from phusong.figures.sheet import (
    GREY,
    INK,
    WIDTH_IN,
    Column,
    Sheet,
    caution_box,
    fitting_size,
    line_height,
    north_arrow,
    scale_bar,
    text_width,
    wrapped,
)
from phusong.scenarios.comparison import Comparison
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, number, other, percent, short
from phusong.shares import covered_share
from phusong.terrain.zones import Zones
from phusong.texts import WORDS

NO_DATA_BOX = {"facecolor": NO_DATA_COLOUR, "edgecolor": NO_DATA_STRIPE, "hatch": "/////"}
_BORDER_COLOUR = "#6b7480"
MARGIN = 0.45
_SIDE_WIDTH = 2.08
TOP = 10.48
_FOOT_HEIGHT = 0.75  # scale bar and north arrow
FOOTER_TOP = 0.36 + 0.04 + line_height(6.5)
Paragraph = tuple[str, float, dict[str, Any]]


@dataclass(frozen=True)
class Drawing:
    """A sheet with its map frame and the column beside it, ready for the map's own content."""

    run: Run
    technology: str
    language: Language
    sheet: Sheet
    frame: MapFrame
    side: Column
    area: Zones
    borders: Geometries

    @classmethod
    def start(
        cls,
        run: Run,
        technology: str,
        language: Language,
        title: str,
        second_title: str,
        comparison: Comparison | None = None,
    ) -> Drawing:
        """Lay out the sheet: title on top, map on the left, column on the right, cautions and notes below.

        Parameters
        ----------
        comparison : whose later run it is that is drawn, for a sheet about two runs.
        """
        sheet, bottom = headed_sheet(run, technology, language, title, second_title, comparison)
        right = WIDTH_IN - MARGIN
        area = run.zone_layer(run.scenario.area.zones)
        borders = on_grid(area, run.grid)
        width = right - MARGIN - _SIDE_WIDTH - 0.2
        frame = MapFrame.fitted(
            sheet, run.grid, shapely.total_bounds(borders).tolist(), MARGIN, bottom, width, TOP - bottom
        )
        left = MARGIN + width + 0.2
        scale_bar(
            Column(sheet, left, 1.55, bottom + 0.32),
            frame.metres_per_inch,
            lambda value, decimals: number(value, decimals, language),
        )
        north_arrow(sheet, right - 0.16, bottom + 0.03, north_tilt_deg(run.grid), WORDS[language].north)
        return cls(run, technology, language, sheet, frame, Column(sheet, left, _SIDE_WIDTH, TOP), area, borders)

    @property
    def side_room(self) -> float:
        """Height left in the column above scale bar and north arrow [in]."""
        return self.side.y - self.frame.bottom - _FOOT_HEIGHT

    def headline(self) -> None:
        """The figure people look for: the share of the area that is covered."""
        words, language, side = WORDS[self.language], self.language, self.side
        share = covered_share(self.run, self.technology)
        value = "–" if np.isnan(share.area_percent) else percent(share.area_percent, language)
        self.sheet.text(side.left, side.y + 0.04, value, 30, weight="bold")
        side.y -= line_height(30) - 0.1
        side.paragraph(words.area_covered.format(technology=self.technology), 8.5)
        if not np.isnan(share.population_percent):
            side.paragraph(words.people_covered.format(percent=percent(share.population_percent, language)), 8.5)
        if share.no_data_percent > 0.0:
            no_data = percent(share.no_data_percent, language)
            side.paragraph(words.no_data_share.format(percent=no_data), 7.0, color=GREY)
        side.y -= 0.14

    def draw_borders(self) -> None:
        """The zones' borders and, heavier, the outline of all of them."""
        self.frame.outlines(self.borders, colors=_BORDER_COLOUR, linewidths=0.35, zorder=3)
        self.frame.outlines(union_outline(self.borders), colors=INK, linewidths=1.3, zorder=4)

    def border_legend(self) -> None:
        """Legend rows of the borders."""
        words, side = WORDS[self.language], self.side
        side.mark(words.zone_borders, color=_BORDER_COLOUR, linewidth=0.7)
        if self.area.approximate:
            self.approximate_note()
        side.mark(words.area_outline, color=INK, linewidth=1.5)

    def approximate_note(self) -> None:
        """Under a legend row: what it shows stands only near its real place."""
        self.side.y += 0.05
        self.side.fine_print(f"({WORDS[self.language].approximate})", indent=0.36)

    def targets(self) -> None:
        """The verdicts on the run's targets of this technology."""
        words, language, side = WORDS[self.language], self.language, self.side
        targets = self.run.targets()
        rows = targets[targets["technology"] == self.technology].to_dict("records") if len(targets) else []
        if rows:
            side.heading(words.targets)
        for row in rows:
            measured, verdict = float(row["measured_percent"]), str(row["verdict"])
            value = "–" if np.isnan(measured) else percent(measured, language)
            required = short(float(row["required_percent"]), language)
            side.paragraph(str(row["name"]), 7.5)
            verdict = words.verdicts.get(verdict, verdict)
            line = words.target.format(value=value, required=required, verdict=verdict)
            side.paragraph(line, 8.0, gap=0.07, weight="bold")


def headed_sheet(
    run: Run,
    technology: str,
    language: Language,
    title: str,
    second_title: str,
    comparison: Comparison | None = None,
) -> tuple[Sheet, float]:
    """Return a sheet with its title, and with cautions and notes at its foot; and where these end [in]."""
    sheet = Sheet()
    title, second_title = (
        (text + notes.place_suffix(run, words)).format(technology=technology)
        for text, words in ((title, WORDS[language]), (second_title, WORDS[other(language)]))
    )
    write_title(sheet, title, second_title, notes.title(run, language))
    return sheet, _notes_below(sheet, run, technology, language, comparison)


def write_title(sheet: Sheet, first: str, second: str, name: str) -> None:
    """Write a page's title with the second one below it, what it is about at the right, and a rule under them."""
    right = WIDTH_IN - MARGIN
    sheet.text(MARGIN, 11.32, first, fitting_size(first, right - MARGIN, 21, "bold"), weight="bold")
    sheet.text(MARGIN, 10.92, second, 11, color=GREY)
    size = fitting_size(name, right - MARGIN - text_width(second, 11) - 0.3, 12, "bold")
    sheet.text(right, 10.93, name, size, ha="right", weight="bold")
    sheet.rule(MARGIN, right, 10.62)


def _notes_below(sheet: Sheet, run: Run, technology: str, language: Language, comparison: Comparison | None) -> float:
    """Write definition, model, data, cautions and footer at the page's foot; return where the map may start [in]."""
    second = other(language)
    footer = notes.footer_text(run, language)
    found, found_second = (notes.cautions(run, one) for one in (language, second))
    if comparison is not None:
        footer = notes.comparison_footer(comparison, language)
        found, found_second = (notes.comparison_cautions(comparison, technology, one) for one in (language, second))
    paragraphs: list[Paragraph] = [
        (notes.definition_text(run, technology, language), 7.5, {}),
        (f"{notes.model_text(run, language)} {notes.sources_text(run, language)}", 7.5, {}),
        (notes.definition_text(run, technology, second), 6.5, {"color": GREY}),
        (f"{notes.model_text(run, second)} {notes.sources_text(run, second)}", 6.5, {"color": GREY}),
        (footer, 6.5, {"color": GREY}),
    ]
    return write_notes(sheet, paragraphs, found, found_second)


def write_notes(
    sheet: Sheet, paragraphs: Sequence[Paragraph], cautions: Sequence[str], cautions_second: Sequence[str]
) -> float:
    """Write paragraphs of (text, size, style) at the page's foot, the cautions boxed above; return where it ends [in].

    The last paragraph is the footer; its line is FOOTER_TOP high on every page, if it has but one.
    """
    width = WIDTH_IN - 2 * MARGIN
    height = sum(len(wrapped(text, width, size)) * line_height(size) + 0.04 for text, size, _ in paragraphs)
    column = Column(sheet, MARGIN, width, 0.36 + height)
    top = column.y + 0.06
    for text, size, style in paragraphs:
        column.paragraph(text, size, gap=0.04, **style)
    if not cautions:
        return top + 0.06
    return caution_box(sheet, MARGIN, top, width, [(cautions, 9.0, "bold"), (cautions_second, 7.0, "normal")]) + 0.12
