"""The last pages: what was assumed, what the report is not, and how to check it."""

from __future__ import annotations

from phusong.figures.sheet import GREY, Column, line_height, text_width, wrapped
from phusong.report.assumption_words import in_vietnamese
from phusong.report.document import Document

_SIZE = 8.5


def write_assumptions(document: Document) -> None:
    """Write every assumption of the run, numbered."""
    words, english = document.words, document.run.manifest.get("assumptions", [])
    column = document.page(words.assumptions, document.second_words.assumptions)
    column.paragraph(words.assumptions_text, 9.0, gap=0.1)
    known = {one: in_vietnamese(one) if document.language == "vi" else _ended(one) for one in english}
    column = _numbered(document, column, [text for text in known.values() if text is not None], 1)
    left = [_ended(one) for one, text in known.items() if text is None]
    if left:
        if column.y - document.bottom < 1.0:
            column = document.page(words.assumptions, document.second_words.assumptions)
        column.y -= 0.08
        column.paragraph(words.assumptions_english, _SIZE, gap=0.06, color=GREY)
        _numbered(document, column, left, len(known) - len(left) + 1)


def _ended(sentence: str) -> str:
    return f"{sentence.rstrip('.')}."


def _numbered(document: Document, column: Column, sentences: list[str], first: int) -> Column:
    """Write sentences below one another, numbered from the first; return the column of the last."""
    indent = text_width("00. ", _SIZE) + 0.06
    for number, sentence in enumerate(sentences, start=first):
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
