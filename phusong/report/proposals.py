"""The answer to a question: its map and curve, what it proves, and every site with gain, cost and reason."""

from __future__ import annotations

from typing import Any

from phusong.figures.curves import curve_sheet
from phusong.figures.proposals import proposal_sheet
from phusong.figures.sheet import GREY
from phusong.report.document import WIDTH, Document
from phusong.report.tables import Heading, Row, write_table
from phusong.scenarios.answer_words import certificate_words, question_words
from phusong.scenarios.proposal_tables import CURVE, PROPOSALS, AnswerRecord, rows_of
from phusong.scenarios.reasons import area_words, rounded_people
from phusong.scenarios.written import number, percent, short
from phusong.texts import WORDS


def write_proposal(document: Document, answer: AnswerRecord) -> None:
    """Write the pages of an answer."""
    run, language, words = document.run, document.language, document.words
    document.sheets.append(proposal_sheet(run, answer["name"], language))
    if len(rows_of(run, CURVE, answer["name"])) > 1:
        document.sheets.append(curve_sheet(run, answer["name"], language))
    technology = answer["technology"]
    first, second = (f"{one.proposal_table} {technology}" for one in (words, document.second_words))
    column = document.page(first, second)
    asked = question_words(answer["question"], language)
    column.heading(words.asked)
    column.paragraph(f"{technology}: {asked}.", 9.0, gap=0.04)
    column.heading(words.certificate)
    column.paragraph(certificate_words(answer, language) + ".", 9.0, gap=0.08)
    for phase in answer["phases"]:
        share = percent(phase["covered_percent"], language)
        line = WORDS[language].phase.format(name=phase["name"], count=phase["sites"], percent=share)
        column.paragraph(line, 8.5, gap=0.03)
    sites = rows_of(run, PROPOSALS, answer["name"]).to_dict("records")
    if not sites:
        column.paragraph(words.no_sites, 9.0)
        return
    column = write_table(
        column, _headings(document), [_row(document, site) for site in sites],
        lambda: document.page(first, second), bottom=document.bottom, size=7.5,
    )  # fmt: skip
    if column.y - document.bottom < 0.5:
        column = document.page(first, second)
    column.paragraph(words.cost_note, 7.0, color=GREY)


def _headings(document: Document) -> tuple[Heading, ...]:
    words = document.words
    fixed = (
        Heading(words.rank, 0.36, right=True),
        Heading(words.site, 1.4),
        Heading(words.gain_km2, 0.6, right=True),
        Heading(words.gain_people, 0.6, right=True),
        Heading(words.cost, 0.62, right=True),
        Heading(words.so_far, 0.66, right=True),
    )
    return (*fixed, Heading(words.reason, WIDTH - sum(heading.width for heading in fixed)))


def _row(document: Document, site: dict[Any, Any]) -> Row:
    language = document.language
    height = number(float(site["antenna_height_m"]), 0, language)
    return (
        str(site["rank"]),
        f"{site['site']}\n{site['operator']}, {site['band']}, {height}\u00a0m",
        area_words(float(site["gain_km2"]), language),
        number(rounded_people(float(site["gain_people"])), 0, language),
        short(round(float(site["cost"]), 1), language),
        percent(float(site["covered_percent_after"]), language, 2),
        str(site[f"reason_{language}"]),
    )
