"""What was computed, from what, by which definition and model, and what the classes on the maps mean."""

from __future__ import annotations

from phusong.classes import NEAR_LIMIT_DB, NO_SERVICE, NO_SERVICE_COLOUR, SERVICE_COLOURS
from phusong.figures import notes
from phusong.figures.layout import NO_DATA_BOX
from phusong.figures.sheet import GREY, Column, line_height
from phusong.report.document import WIDTH, Document
from phusong.report.tables import Heading, Row, write_table
from phusong.report.views import Views
from phusong.report.words import REPORT_WORDS
from phusong.scenarios.run import Run
from phusong.scenarios.written import Language, number, short
from phusong.texts import WORDS

_SIZE = 8.5
_CLASS_SIZE = 8.0
_CLASSES_IN = 2.3


def write_method(document: Document, views: Views, contents: int) -> Column:
    """Write the page, or pages, of the method; return where the table of contents of so many lines belongs."""
    run, language, words = document.run, document.language, document.words
    column = document.page(words.method, document.second_words.method)
    column.heading(words.contents)
    reserved = Column(column.sheet, column.left, column.width, column.y)
    column.y -= contents * line_height(_SIZE) + 0.08
    column.sheet.rule(column.left, column.left + column.width, column.y)
    column.y -= 0.04

    column.heading(words.computed)
    column.paragraph(_computed(run, views, language), _SIZE, gap=0.06)
    column.heading(words.inputs)
    column.paragraph(notes.sources_text(run, language), _SIZE, gap=0.05)
    column = write_table(
        column, _band_headings(document), _bands(run, language), lambda: document.page(words.method, ""),
        bottom=document.bottom, size=7.5,
    )  # fmt: skip
    files = ", ".join(f"{name} {digest[:12]}" for name, digest in run.manifest["input_digests"].items())
    if files:
        column.fine_print(words.files.format(files=files))
    column.heading(words.definition)
    for technology in run.technologies:
        column.paragraph(notes.definition_text(run, technology, language), _SIZE, gap=0.03)
    for text in _plainly(run, language):
        column.paragraph(text, _SIZE, gap=0.05, color=GREY)
    column.heading(words.model)
    column.paragraph(f"{notes.model_text(run, language)} {words.outside_unknown}", _SIZE, gap=0.06)
    if column.y - document.bottom < _CLASSES_IN:
        column = document.page(words.method, document.second_words.method)
    column.heading(words.classes)
    _classes(column, views, language)
    column.paragraph(words.close.format(limit=short(NEAR_LIMIT_DB, language)), 7.5, gap=0.05, color=GREY)
    return reserved


def write_contents(column: Column, sections: list[tuple[str, int]]) -> None:
    """Write the sections with their first pages."""
    for title, page in sections:
        column.sheet.text(column.left, column.y, title, _SIZE)
        column.sheet.text(column.left + column.width, column.y, str(page), _SIZE, ha="right")
        column.y -= line_height(_SIZE)


def _computed(run: Run, views: Views, language: Language) -> str:
    words, counts = REPORT_WORDS[language], run.manifest.get("counts", {})
    operators = views.operators or tuple(sorted(set(run.cells()["operator"].astype(str))))
    return words.computed_text.format(
        resolution=short(run.grid.resolution_m, language),
        technologies=", ".join(run.technologies),
        operators=", ".join(operators),
        **{name: number(counts.get(name, 0), 0, language) for name in ("pixels", "cells", "sites")},
    )


def _band_headings(document: Document) -> tuple[Heading, ...]:
    name, technology, frequency, width, cells = document.words.bands
    return (
        Heading(name, 1.6), Heading(technology, 1.2), Heading(frequency, 1.5, right=True),
        Heading(width, 1.5, right=True), Heading(cells, WIDTH - 5.8, right=True),
    )  # fmt: skip


def _bands(run: Run, language: Language) -> list[Row]:
    count = run.cells()["band"].value_counts()
    return [
        (
            name, band.technology, short(band.frequency_mhz, language), short(band.bandwidth_mhz, language),
            number(int(count.get(name, 0)), 0, language),
        )
        for name, band in run.scenario.bands.items()
    ]  # fmt: skip


def _plainly(run: Run, language: Language) -> list[str]:
    """Return the definitions in plain words, one for all technologies that share it."""
    words, propagation = REPORT_WORDS[language], run.scenario.propagation
    alike: dict[tuple[float, float], list[str]] = {}
    for technology in run.technologies:
        rule = notes.definition(run, technology)
        alike.setdefault((rule.location_percent, rule.threshold_dbm), []).append(technology)
    return [
        words.plainly.format(
            technology=", ".join(names), place=WORDS[language].places[propagation.place],
            height=short(propagation.receiver_height_m, language), location=f"{short(location_percent, language)}%",
            threshold=short(threshold_dbm, language),
        )
        for (location_percent, threshold_dbm), names in alike.items()
    ]  # fmt: skip


def _classes(column: Column, views: Views, language: Language) -> None:
    """A row for each class: its colour, its words with its levels, and what they mean."""
    words, meaning = WORDS[language], REPORT_WORDS[language].class_meaning
    kinds = zip((*words.service, words.no_service), ("video", "calls", "outdoors", "none"), strict=True)
    colours = (*SERVICE_COLOURS, NO_SERVICE_COLOUR)
    for index, ((name, kind), colour) in enumerate(zip(kinds, colours, strict=True)):
        levels = {one: _level(index, served.limits_dbm, language) for one, served in views.served.items()}
        levels = {technology: level for technology, level in levels.items() if level}
        if not levels:
            continue
        alike = len(set(levels.values())) == 1 and len(levels) == len(views.served)
        said = [next(iter(levels.values()))] if alike else [f"{one} {level}" for one, level in levels.items()]
        label = f"{name}: {'; '.join(said)}"
        column.swatch(label, second=meaning[kind], size=_CLASS_SIZE, box={"facecolor": colour})
    column.swatch(words.no_terrain, second=meaning["unknown"], size=_CLASS_SIZE, box=NO_DATA_BOX)


def _level(index: int, limits_dbm: tuple[float, ...], language: Language) -> str:
    """Return the levels of a class; nothing where there is no such class."""
    if index == NO_SERVICE:
        return f"< {short(limits_dbm[-1], language)} dBm"
    return f"≥ {short(limits_dbm[index], language)} dBm" if index < len(limits_dbm) else ""
