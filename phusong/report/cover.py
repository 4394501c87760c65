"""The first page: what was simulated, one sentence a technology, the verdicts, and the province at a glance."""

from __future__ import annotations

import numpy as np
import shapely

from phusong.coverage.service import View
from phusong.figures import notes
from phusong.figures.ground import on_grid, union_outline
from phusong.figures.layout import MARGIN
from phusong.figures.sheet import GREY, WIDTH_IN, Column, Sheet, fitting_size, line_height, text_width
from phusong.report.document import WIDTH, Document, write_foot
from phusong.report.small_maps import Scene, draw_map, draw_scale, write_legend
from phusong.report.tables import Heading, write_table
from phusong.report.views import Views
from phusong.report.words import REPORT_WORDS
from phusong.report.zones import full_name
from phusong.scenarios.deltas import WHOLE_AREA
from phusong.scenarios.run import Run
from phusong.scenarios.written import Language, date, layer_name, number, percent, short
from phusong.shares import zone_column
from phusong.texts import WORDS

_WELL_COVERED_PERCENT = 99.0
_LARGE_KM2 = 1000.0
_LARGEST_MAP_IN, _SMALLEST_MAP_IN = 3.6, 1.5


def write_cover(document: Document, views: Views) -> None:
    """Write the cover."""
    run, language, words = document.run, document.language, document.words
    sheet = Sheet()
    document.sheets.append(sheet)
    bottom = write_foot(sheet, run, language)
    right = WIDTH_IN - MARGIN
    sheet.text(MARGIN, 11.3, words.series, 9, color=GREY, weight="bold")
    sheet.text(right, 11.3, date(run.manifest["created"], language), 9, color=GREY, weight="bold", ha="right")
    sheet.rule(MARGIN, right, 11.08)
    sheet.text(MARGIN, 10.96, words.report, fitting_size(words.report, WIDTH, 26, "bold"), weight="bold")
    title = notes.title(run, language)
    sheet.text(MARGIN, 10.46, title, fitting_size(title, WIDTH, 16), color="#2a5fa8", weight="bold")
    column = Column(sheet, MARGIN, WIDTH, 10.13)
    column.paragraph(_about(run, language), 9, gap=0.08, color=GREY)
    column.sheet.rule(MARGIN, right, column.y)
    column.y -= 0.1

    column.heading(words.verdicts)
    column.y -= 0.04
    for technology in run.technologies:
        _answer(column, run, views, technology, language)
    column.y -= 0.02
    _targets(column, document)
    digest = words.full_digest.format(digest=run.digest())
    sheet.text(MARGIN, bottom + 0.02, digest, fitting_size(digest, WIDTH, 7), color=GREY, va="bottom")
    _maps(sheet, run, views, language, column.y - 0.02, bottom + 0.22)


def _about(run: Run, language: Language) -> str:
    """Return when, how large, how many people, zones and sites."""
    words = REPORT_WORDS[language]
    table, area = run.zones(), run.zone_layer(run.scenario.area.zones)
    whole = table[table["layer"] == WHOLE_AREA]
    km2 = float(whole["area_km2"].iloc[0]) if len(whole) else float(np.nansum(area.official_area_km2))
    created, layer = date(run.manifest["created"], language), layer_name(area.layer, language).lower()
    parts = [words.about.format(date=created, area=number(km2, 0, language))]
    if np.isfinite(area.population).any():
        parts.append(words.people_count.format(count=number(float(np.nansum(area.population)), 0, language)))
    parts.append(words.zone_count.format(count=number(len(area), 0, language), layer=layer))
    counts = run.manifest.get("counts", {})
    sites, cells = (number(counts.get(name, 0), 0, language) for name in ("sites", "cells"))
    parts.append(words.site_count.format(sites=sites, cells=cells))
    return " · ".join(parts)


def _answer(column: Column, run: Run, views: Views, technology: str, language: Language) -> None:
    """One technology: a large figure, a sentence beside it, and what it comes to indoors and by zone."""
    words, table = REPORT_WORDS[language], run.zones()
    rows = table[(table["layer"] == WHOLE_AREA) & (table["technology"] == technology)]
    area_percent = float(rows["covered_percent"].iloc[0]) if len(rows) else np.nan
    top, indent = column.y, 1.55
    value = "–" if np.isnan(area_percent) else percent(area_percent, language)
    column.sheet.text(column.left, top + 0.02, value, fitting_size(value, indent - 0.15, 24, "bold"), weight="bold")
    text = Column(column.sheet, column.left + indent, column.width - indent, top)
    if np.isnan(area_percent):
        text.paragraph(words.covers_nothing.format(technology=technology) + ".", 11, weight="bold")
        column.y = min(text.y, top - line_height(24)) - 0.06
        return
    decimals = 0 if float(rows["known_area_km2"].iloc[0]) >= _LARGE_KM2 else 1
    covered, known = (
        number(float(rows[name].iloc[0]), decimals, language) for name in ("covered_km2", "known_area_km2")
    )
    place = WORDS[language].places[views.places[0]]
    sentence = words.covers.format(technology=technology, percent=value, covered=covered, known=known, place=place)
    people_percent = float(rows["covered_population_percent"].iloc[0])
    if not np.isnan(people_percent):
        sentence += words.covers_people.format(percent=percent(people_percent, language))
    text.paragraph(sentence + ".", 10.5, weight="bold", gap=0.03)
    text.paragraph(" ".join(_more(run, views, technology, language)), 8.5, gap=0.05, color=GREY)
    column.y = min(text.y, top - line_height(24)) - 0.04


def _more(run: Run, views: Views, technology: str, language: Language) -> list[str]:
    """Return sentences on the other places and on the zones."""
    words = REPORT_WORDS[language]
    found = []
    for place in views.places[1:]:
        shares = views.shares(View(technology, place))
        area, people = ("–" if np.isnan(share) else percent(share, language) for share in shares)
        name = WORDS[language].places[place]
        found.append(words.place_share.format(place=name[:1].upper() + name[1:], area=area, people=people) + ".")
    area_zones = run.zone_layer(run.scenario.area.zones)
    shares_percent = zone_column(run, area_zones, technology, "covered_percent")
    if len(area_zones) > 1 and np.isfinite(shares_percent).any():
        reached = words.zones_reached.format(
            count=int((np.nan_to_num(shares_percent) >= _WELL_COVERED_PERCENT).sum()), all=len(area_zones),
            layer=layer_name(area_zones.layer, language).lower(),
        )  # fmt: skip
        least = int(np.nanargmin(shares_percent))
        lowest = percent(float(shares_percent[least]), language)
        found.append(f"{reached}; {words.lowest.format(name=full_name(area_zones, least), percent=lowest)}.")
    return found


def _targets(column: Column, document: Document) -> None:
    """The targets with their verdicts in words, those that are not met first."""
    run, language, words = document.run, document.language, document.words
    column.heading(words.targets)
    targets = run.targets()
    if not len(targets):
        column.paragraph(words.no_targets, 8.5, gap=0.06)
        return
    verdict_width = 0.2 + max(text_width(word, 8.5, "bold") for word in words.verdict_words.values())
    headings = (
        Heading(words.target, WIDTH - 2.0 - verdict_width),
        Heading(words.required, 1.0, right=True),
        Heading(words.reached, 1.0, right=True),
        Heading(words.verdict, verdict_width),
    )
    order = {"missed": 0, "cannot tell": 1, "met": 2}
    rows = []
    for row in sorted(targets.to_dict("records"), key=lambda one: order.get(str(one["verdict"]), 1)):
        measured, verdict = float(row["measured_percent"]), str(row["verdict"])
        value = "–" if np.isnan(measured) else percent(measured, language, 2)
        required = f"≥ {short(float(row['required_percent']), language)}%"
        rows.append((str(row["name"]), required, value, words.verdict_words.get(verdict, verdict)))
    write_table(column, headings, rows, lambda: column, bottom=0.0, size=8.5, bold=lambda _, place: place == 3)


def _maps(sheet: Sheet, run: Run, views: Views, language: Language, top: float, bottom: float) -> None:
    """The whole area, a map for each technology; none where there is no room."""
    area = run.zone_layer(run.scenario.area.zones)
    borders = on_grid(area, run.grid)
    inside = area.rasterize(run.grid) >= 0
    bounds = tuple(shapely.total_bounds(borders).tolist())
    scene = Scene(run.grid, bounds, run.elevation(), inside, borders, union_outline(borders))
    gap = 0.2
    width = (WIDTH - gap) / 2
    legend = 1.62
    height = min(_LARGEST_MAP_IN, top - 0.22 - legend - bottom)
    if height < _SMALLEST_MAP_IN:
        return
    for place, technology in enumerate(run.technologies):
        left = MARGIN + place * (width + gap)
        served = views.served[technology]
        caption = WORDS[language].coverage_title.format(technology=technology)
        sheet.text(left, top, caption, 9.5, weight="bold")
        at = (left, top - 0.22 - height, width, height)
        frame = draw_map(sheet, scene, served.classes, None, at)
        draw_scale(sheet, frame, language, left, at[1] - 0.07, left + width)
        column = Column(sheet, left, width, at[1] - 0.7)
        write_legend(column, served.classes, inside, served.limits_dbm, language, hatched=False)
