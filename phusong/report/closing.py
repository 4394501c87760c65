"""The last pages: what was assumed, what the report is not, and how to check it."""

from __future__ import annotations

from phusong.figures.sheet import GREY, Column, line_height, text_width, wrapped
from phusong.report.document import Document

_SIZE = 8.5


def write_assumptions(document: Document) -> None:
    """Write every assumption of the run, numbered."""
    words, sentences = document.words, document.run.manifest.get("assumptions", [])
    column = document.page(words.assumptions, document.second_words.assumptions)
    column.paragraph(words.assumptions_text, 9.0, gap=0.1)
    if words.assumptions_english:
        column.paragraph(words.assumptions_english, _SIZE, gap=0.06, color=GREY)
    _numbered(document, column, sentences)


def _numbered(document: Document, column: Column, sentences: list[str]) -> Column:
    indent = text_width("00. ", _SIZE) + 0.06
    for number, sentence in enumerate(sentences, start=1):
        needed = len(wrapped(sentence, column.width - indent, _SIZE)) * line_height(_SIZE)
        if column.y - needed < document.bottom:
            column = document.page(document.words.assumptions, document.second_words.assumptions)
        column.sheet.text(column.left + indent - 0.08, column.y, f"{number}.", _SIZE, ha="right", color=GREY)
        inner = Column(column.sheet, column.left + indent, column.width - indent, column.y)
        inner.paragraph(sentence, _SIZE, gap=0.05)
        column.y = inner.y
    return column


def write_limits(document: Document) -> None:
    """Write what the report is not, and how its digest is checked."""
    words, run = document.words, document.run
    column = document.page(words.limits, document.second_words.limits)
    for heading, text in words.limits_text:
        column.heading(heading)
        column.paragraph(text, 9.5, gap=0.1)
    column.paragraph(words.full_digest.format(digest=run.digest()), 8.0, weight="bold")
