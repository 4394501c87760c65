"""The page of one zone: its verdicts, its maps side by side, its figures, its rank and what is proposed in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from phusong.classes import PROPOSED_COLOUR
from phusong.coverage.service import View
from phusong.figures import notes
from phusong.figures.ground import Geometries, MapFrame
from phusong.figures.layout import MARGIN, TOP, Paragraph, write_notes, write_title
from phusong.figures.sheet import GREY, INK, WIDTH_IN, Column, Sheet, fitting_size, line_height
from phusong.report.comparison import place_name, share_cells, share_headings
from phusong.report.document import WIDTH
from phusong.report.small_maps import Scene, draw_map, draw_scale, write_legend
from phusong.report.tables import Heading, Row, write_table
from phusong.report.views import Views
from phusong.report.words import REPORT_WORDS, ReportWords
from phusong.report.zones import full_name
from phusong.scenarios.reasons import area_words
from phusong.scenarios.run import Run
from phusong.scenarios.toml_table import Place
from phusong.scenarios.written import Language, number, other, percent
from phusong.terrain.grid import Grid
from phusong.terrain.window import Window
from phusong.terrain.zones import Zones
from phusong.texts import WORDS

_GAP_IN = 0.2
_TALLEST_MAP_IN, _SMALLEST_MAP_IN = 3.7, 1.6
_MOST_PROPOSED = 5
_NAMED_SHARE = 0.01  # of the frame that a neighbour takes up to be named
_SCALE_IN = 0.7
_MAP_MARGIN = 1.1  # of what MapFrame.fitted leaves round the zone, and a little more
_SITE: dict[str, Any] = {
    "linestyle": "none",
    "marker": "^",
    "color": INK,
    "markeredgecolor": "white",
    "markeredgewidth": 0.3,
}


@dataclass(frozen=True, eq=False)
class SheetMaker:
    """What the pages of all zones share.

    Attributes
    ----------
    zones, borders : the zones of the area, and their polygons on the grid.
    of_pixel : index of each pixel's zone, -1 for none, (rows, columns).
    height_m : ground height [m], (rows, columns), NaN where it is missing.
    area_km2 : of the zones.
    shares_percent : of area covered by technology, in the order of the zones.
    sites : of each technology, x and y [m] of its sites.
    proposed : the proposed sites with columns x_m, y_m, technology, site, gain_km2, question.
    """

    run: Run
    language: Language
    views: Views
    zones: Zones
    borders: Geometries
    of_pixel: npt.NDArray[np.int32]
    height_m: npt.NDArray[np.float32]
    area_km2: npt.NDArray[np.float64]
    shares_percent: dict[str, npt.NDArray[np.float64]]
    sites: dict[str, npt.NDArray[np.float64]]
    proposed: pd.DataFrame

    @property
    def words(self) -> ReportWords:
        return REPORT_WORDS[self.language]

    def page(self, index: int) -> Sheet:
        """Return the page of a zone."""
        sheet, words = Sheet(), self.words
        second = f"{words.sheet} · {REPORT_WORDS[other(self.language)].sheet}"
        write_title(sheet, full_name(self.zones, index), second, notes.title(self.run, self.language))
        found, found_second = (notes.cautions(self.run, one) for one in (self.language, other(self.language)))
        bottom = write_notes(sheet, self._notes, found, found_second)
        column = Column(sheet, MARGIN, WIDTH, TOP)
        column.paragraph(self._about(index), 9.0, gap=0.07, color=GREY)
        for technology in self.run.technologies:
            text = self._verdict(index, technology)
            column.paragraph(text, fitting_size(text, WIDTH - 0.1, 11.5, "bold"), weight="bold", gap=0.04)
        proposed = self._proposed_in(index)
        foot = bottom + self._below_in(len(proposed))
        frames_bottom = self._maps(sheet, index, proposed, column.y - 0.08, foot)
        table = Column(sheet, MARGIN, WIDTH, frames_bottom)
        table = write_table(table, *self._table(index), lambda: table, bottom=0.0, size=8.0, bold=self._is_total)
        self._lists(sheet, index, proposed, table.y)
        return sheet

    @cached_property
    def _notes(self) -> list[Paragraph]:
        """What stands at the foot of every page."""
        run, language = self.run, self.language
        definitions = [notes.definition_text(run, one, language) for one in run.technologies]
        model = f"{notes.model_text(run, language)} {notes.sources_text(run, language)}"
        small: list[Paragraph] = [(text, 7.0, {}) for text in (*definitions, model)]
        return [*small, (notes.footer_text(run, language), 6.5, {"color": GREY})]

    def _about(self, index: int) -> str:
        """Return code, area and people."""
        language = self.language
        parts = [
            self.words.sheet_code.format(code=self.zones.code[index]),
            f"{number(float(self.area_km2[index]), 2, language)} km²",
        ]
        people = float(self.zones.population[index])
        if not np.isnan(people):
            parts.append(self.words.people_count.format(count=number(people, 0, language)))
        return " · ".join(parts)

    def _verdict(self, index: int, technology: str) -> str:
        words, language, views = self.words, self.language, self.views
        name = full_name(self.zones, index)

        def area(place: Place) -> float:
            return views.shares(View(technology, place), self.zones.layer, self.zones.code[index])[0]

        own = area(views.places[0])
        if np.isnan(own):
            return words.sheet_unknown.format(name=name, technology=technology) + "."
        places = WORDS[language].places
        text = words.sheet_verdict.format(
            name=name, technology=technology, area=percent(own, language), place=places[views.places[0]]
        )
        if "indoors" in views.places[1:]:
            text += f", {percent(area('indoors'), language)} {places['indoors']}"
        return text + "."

    def _below_in(self, proposed: int) -> float:
        """Return the height of all that stands below the maps, where so many sites are proposed [in]."""
        classes = 1 + max(len(served.limits_dbm) for served in self.views.served.values())
        legend = _SCALE_IN + (classes + 3) * (line_height(7.5) + 0.05) + 0.04
        rows = 1 + len(self.views.places) + len(self.views.operators)
        listed = max(len(self.run.technologies) + 1, min(proposed, _MOST_PROPOSED + 1))
        return legend + rows * (line_height(8.0) + 0.045) + 0.12 + 0.34 + listed * line_height(7.5) + 0.1

    def _maps(self, sheet: Sheet, index: int, proposed: pd.DataFrame, top: float, foot: float) -> float:
        """Draw a map with its legend for each technology; return where the page goes on [in]."""
        technologies, language = self.run.technologies, self.language
        width = (WIDTH - _GAP_IN * (len(technologies) - 1)) / len(technologies)
        height = min(_TALLEST_MAP_IN, max(_SMALLEST_MAP_IN, top - 0.22 - foot))
        scene, window = self._scene(index, width / height)
        ends = []
        for place, technology in enumerate(technologies):
            left, served = MARGIN + place * (width + _GAP_IN), self.views.served[technology]
            caption = WORDS[language].coverage_title.format(technology=technology)
            sheet.text(left, top, caption, 9.5, weight="bold")
            at = (left, top - 0.22 - height, width, height)
            classes, is_close = served.classes[window.slices], served.is_close[window.slices]
            frame = draw_map(sheet, scene, classes, is_close, at)
            frame.axes.plot(*self._sites_in(technology, scene.grid), markersize=3.6, zorder=5, **_SITE)
            self._number(frame, proposed, technology)
            self._name_neighbours(frame, index)
            draw_scale(sheet, frame, language, left, at[1] - 0.07, left + width)
            column = Column(sheet, left, width, at[1] - _SCALE_IN)
            write_legend(column, classes, scene.inside, served.limits_dbm, language, hatched=True)
            column.mark(self.words.sheet_sites.format(technology=technology), size=7.0, markersize=4.5, **_SITE)
            ends.append(column.y)
        return min(ends) - 0.04

    def _scene(self, index: int, aspect: float) -> tuple[Scene, Window]:
        """Return what the maps show of a zone, and its window; the frame is `aspect` times as wide as it is high."""
        west, south, east, north = (float(bound) for bound in shapely.bounds(self.borders[index]))
        high = max(north - south, (east - west) / aspect)
        x_m, y_m = (west + east) / 2, (south + north) / 2
        half_x, half_y = _MAP_MARGIN * high * aspect / 2, _MAP_MARGIN * high / 2
        grid, step_m = self.run.grid, self.run.grid.resolution_m
        window = Window(
            max(int((grid.north_m - y_m - half_y) / step_m), 0),
            min(int((grid.north_m - y_m + half_y) / step_m) + 1, grid.rows),
            max(int((x_m - half_x - grid.west_m) / step_m), 0),
            min(int((x_m + half_x - grid.west_m) / step_m) + 1, grid.columns),
        )
        part = Grid(
            grid.crs, grid.west_m + window.column_start * step_m, grid.north_m - window.row_start * step_m, step_m,
            *window.shape,
        )  # fmt: skip
        seen = shapely.intersects(self.borders, shapely.box(x_m - half_x, y_m - half_y, x_m + half_x, y_m + half_y))
        scene = Scene(
            part, (west, south, east, north), self.height_m[window.slices], self.of_pixel[window.slices] == index,
            self.borders[seen], self.borders[[index]],
        )  # fmt: skip
        return scene, window

    def _sites_in(self, technology: str, grid: Grid) -> npt.NDArray[np.float64]:
        """Return x and y of the sites on a part of the grid."""
        west, south, east, north = grid.bounds_m
        x_m, y_m = self.sites[technology]
        return self.sites[technology][:, (x_m >= west) & (x_m <= east) & (y_m >= south) & (y_m <= north)]

    def _name_neighbours(self, frame: MapFrame, index: int) -> None:
        """Name the zones round about where they show, so that a reader finds the way."""
        west, east, south, north = (*frame.axes.get_xlim(), *frame.axes.get_ylim())
        shown = shapely.intersection(self.borders, shapely.box(west, south, east, north))
        order = [one for one in np.argsort(-shapely.area(shown), kind="stable") if one != index]
        seen = [one for one in order if shapely.area(shown[one]) > _NAMED_SHARE * (east - west) * (north - south)]
        points = shapely.point_on_surface(shown[seen])
        names = [self.zones.name[one] for one in seen]
        frame.label_places(names, shapely.get_x(points), shapely.get_y(points), size=6.0, weight="normal")

    def _number(self, frame: MapFrame, proposed: pd.DataFrame, technology: str) -> None:
        rows = proposed[proposed["technology"] == technology]
        labels = [str(rank + 1) for rank in np.flatnonzero(proposed["technology"] == technology)]
        frame.number_points(rows["x_m"].to_numpy(), rows["y_m"].to_numpy(), colour=PROPOSED_COLOUR, labels=labels)

    def _table(self, index: int) -> tuple[tuple[Heading, ...], list[Row]]:
        """Return headings and rows: every place for all operators, then each operator at the first place."""
        words, views, language = self.words, self.views, self.language
        where = (self.zones.layer, self.zones.code[index])
        asked: list[tuple[Place, str | None]] = []
        asked.extend((place, None) for place in views.places)
        asked.extend((views.places[0], operator) for operator in views.operators)
        rows: list[Row] = [
            (
                place_name(place, language), operator or words.all_operators,
                *share_cells(views, place, operator, language, *where),
            )
            for place, operator in asked
        ]  # fmt: skip
        return share_headings(
            self.run, language, (Heading(words.where, 1.2), Heading(words.operator, 1.6)), WIDTH
        ), rows

    def _is_total(self, row: int, _place: int) -> bool:
        return row < len(self.views.places)

    def _lists(self, sheet: Sheet, index: int, proposed: pd.DataFrame, top: float) -> None:
        """Ranks on the left, proposed sites on the right."""
        words, language = self.words, self.language
        half = (WIDTH - _GAP_IN) / 2
        left = Column(sheet, MARGIN, half, top)
        left.heading(words.sheet_ranks)
        for technology, shares_percent in self.shares_percent.items():
            own = shares_percent[index]
            line = words.sheet_rank_unknown.format(technology=technology)
            if not np.isnan(own):
                rank, count = 1 + int((shares_percent > own).sum()), int(np.isfinite(shares_percent).sum())
                line = words.sheet_rank.format(technology=technology, rank=rank, count=count)
            left.paragraph(line, 7.5, gap=0.03)
        right = Column(sheet, WIDTH_IN - MARGIN - half, half, top)
        right.heading(words.sheet_proposed)
        if not len(proposed):
            right.paragraph(words.sheet_none_proposed, 7.5)
        for place, row in enumerate(proposed.head(_MOST_PROPOSED).to_dict("records"), start=1):
            gain = area_words(float(row["gain_km2"]), language)
            right.paragraph(f"{place}. {row['technology']}: {row['site']}, +{gain} km²", 7.5)
        if len(proposed) > _MOST_PROPOSED:
            more = number(len(proposed) - _MOST_PROPOSED, 0, language)
            right.paragraph(words.sheet_more_proposed.format(count=more), 7.5)

    def _proposed_in(self, index: int) -> pd.DataFrame:
        """Return the proposed sites inside a zone, those of one question after those of another."""
        x_m, y_m = (self.proposed[name].to_numpy(np.float64) for name in ("x_m", "y_m"))
        inside = shapely.intersects_xy(self.borders[index], x_m, y_m)
        return self.proposed.loc[np.flatnonzero(inside)].reset_index(drop=True)
