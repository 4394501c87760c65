"""Outdoors, in a car and indoors side by side, and each operator by itself."""

from __future__ import annotations

import numpy as np

from phusong.classes import NEAR_LIMIT_DB
from phusong.coverage.service import View
from phusong.figures.sheet import GREY
from phusong.report.document import WIDTH, Document
from phusong.report.tables import Heading, Row, write_table
from phusong.report.views import Views
from phusong.report.words import REPORT_WORDS
from phusong.scenarios.deltas import WHOLE_AREA
from phusong.scenarios.run import Run
from phusong.scenarios.toml_table import Place
from phusong.scenarios.written import Language, percent, short
from phusong.shares import covered_share
from phusong.texts import WORDS


def write_comparison(document: Document, views: Views) -> None:
    """Write the page of comparisons."""
    run, language, words = document.run, document.language, document.words
    column = document.page(words.comparison, document.second_words.comparison)

    column.heading(words.by_place)
    first = Heading(words.where, 2.2)
    rows: list[Row] = [
        (place_name(place, language), *share_cells(views, place, None, language)) for place in views.places
    ]
    column = write_table(
        column, share_headings(run, language, (first,), WIDTH), rows, lambda: document.page(words.comparison, ""),
        bottom=document.bottom, size=9.0,
    )  # fmt: skip
    column.paragraph(words.place_note, 7.5, gap=0.12, color=GREY)
    if views.operators:
        column.heading(words.by_operator)
        rows = [
            (
                place_name(place, language),
                operator or words.all_operators,
                *share_cells(views, place, operator, language),
            )
            for place in views.places
            for operator in (None, *views.operators)
        ]  # fmt: skip
        headings = share_headings(run, language, (Heading(words.where, 1.2), Heading(words.operator, 1.6)), WIDTH)
        column = write_table(
            column, headings, rows, lambda: document.page(words.comparison, ""), bottom=document.bottom, size=9.0,
            bold=lambda row, _: row % (1 + len(views.operators)) == 0,
        )  # fmt: skip
        column.paragraph(words.operator_note, 7.5, gap=0.12, color=GREY)
    area = run.zone_layer(run.scenario.area.zones)
    inside = area.rasterize(run.grid) >= 0
    limit = short(NEAR_LIMIT_DB, language)
    for technology in run.technologies:
        close = views.close_percent(technology, inside)
        if not np.isnan(close):
            line = words.close_share.format(technology=technology, percent=percent(close, language), limit=limit)
            column.paragraph(line, 8.5, gap=0.02)
        expected = covered_share(run, technology).expected_percent
        if not np.isnan(expected):
            line = words.expected_share.format(technology=technology, percent=percent(expected, language))
            column.paragraph(line, 8.5, gap=0.05)


def share_headings(run: Run, language: Language, first: tuple[Heading, ...], width: float) -> tuple[Heading, ...]:
    """Return the headings of a table of shares, its first columns given, as wide as said [in]."""
    words, technologies = REPORT_WORDS[language], run.technologies
    room = (width - sum(heading.width for heading in first)) / (2 * len(technologies))
    return (
        *first,
        *(
            Heading(text.format(technology=technology), room, right=True)
            for technology in technologies
            for text in (words.area_share, words.people_share)
        ),
    )


def share_cells(
    views: Views, place: Place, operator: str | None, language: Language, layer: str = WHOLE_AREA, code: str = ""
) -> list[str]:
    """Return the shares of area and people of every technology, as a row of a table."""
    cells: list[str] = []
    for technology in views.run.technologies:
        if operator is not None and (technology, operator) not in views.carriers:
            cells += [REPORT_WORDS[language].no_cells] * 2
            continue
        shares = views.shares(View(technology, place, operator), layer, code)
        cells += ["–" if np.isnan(share) else percent(share, language) for share in shares]
    return cells


def place_name(place: Place, language: Language) -> str:
    """Return where a phone is, as the beginning of a row."""
    name = WORDS[language].places[place]
    return name[:1].upper() + name[1:]
