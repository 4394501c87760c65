"""Every zone of every layer with its area, people and shares covered."""

from __future__ import annotations

import numpy as np

from phusong.report.document import WIDTH, Document
from phusong.report.tables import Heading, Row, write_table
from phusong.report.zones import by_name, full_name
from phusong.scenarios.written import layer_name, number, percent
from phusong.shares import zone_column
from phusong.terrain.zones import Zones


def write_zone_tables(document: Document) -> None:
    """Write a table for each zone layer, that of the area first."""
    run, words = document.run, document.words
    own = run.scenario.area.zones
    first, second = words.commune_tables, document.second_words.commune_tables
    column = document.page(first, second)
    column.paragraph(words.table_note, 7.5, gap=0.08)
    for layer in (own, *(name for name in run.manifest["zones"] if name != own)):
        zones = run.zone_layer(layer)
        count = number(len(zones), 0, document.language)
        if column.y - document.bottom < 1.0:
            column = document.page(first, second)
        column.heading(words.table_of.format(layer=layer_name(layer, document.language), count=count))
        column = write_table(
            column, _headings(document), _rows(document, zones), lambda: document.page(first, second),
            bottom=document.bottom,
        )  # fmt: skip


def _headings(document: Document) -> tuple[Heading, ...]:
    words, technologies = document.words, document.run.technologies
    share_width = 1.0 if len(technologies) > 1 else 1.4
    fixed = (0.45, 0.95, 0.95)
    name_width = WIDTH - sum(fixed) - 2 * share_width * len(technologies)
    shares = (
        Heading(text.format(technology=technology), share_width, right=True)
        for technology in technologies
        for text in (words.area_share, words.people_share)
    )
    return (
        Heading(words.number, fixed[0], right=True),
        Heading(words.name, name_width),
        Heading(words.area_km2, fixed[1], right=True),
        Heading(words.people, fixed[2], right=True),
        *shares,
    )


def _rows(document: Document, zones: Zones) -> list[Row]:
    run, language = document.run, document.language
    names = ("covered_percent", "covered_population_percent")
    shares = [zone_column(run, zones, technology, name) for technology in run.technologies for name in names]
    area_km2 = zone_column(run, zones, run.technologies[0], "area_km2")

    def figure(value: float, decimals: int) -> str:
        return "–" if np.isnan(value) else number(value, decimals, language)

    return [
        (
            str(place), full_name(zones, index), figure(area_km2[index], 2), figure(zones.population[index], 0),
            *("–" if np.isnan(of[index]) else percent(float(of[index]), language) for of in shares),
        )
        for place, index in enumerate(by_name(zones), start=1)
    ]  # fmt: skip
