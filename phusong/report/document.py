"""The pages of a report: title, cautions and footer on each, numbered once all of them are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from phusong.figures import notes
from phusong.figures.layout import FOOTER_TOP, MARGIN, TOP, write_notes, write_title
from phusong.figures.sheet import GREY, WIDTH_IN, Column, Sheet
from phusong.report.words import REPORT_WORDS, ReportWords
from phusong.scenarios.run import Run
from phusong.scenarios.written import Language, other

WIDTH = WIDTH_IN - 2 * MARGIN
Progress = Callable[[str, int, int], None]


@dataclass
class Document:
    """Pages in their order; `bottom` is where the text of the page begun last must end [in]."""

    run: Run
    language: Language
    sheets: list[Sheet] = field(default_factory=list)
    bottom: float = 0.0

    @property
    def words(self) -> ReportWords:
        return REPORT_WORDS[self.language]

    @property
    def second_words(self) -> ReportWords:
        return REPORT_WORDS[other(self.language)]

    def page(self, title: str, second: str) -> Column:
        """Begin a page and return the column of its text."""
        sheet = Sheet()
        self.sheets.append(sheet)
        write_title(sheet, title, second, notes.title(self.run, self.language))
        self.bottom = write_foot(sheet, self.run, self.language)
        return Column(sheet, MARGIN, WIDTH, TOP)

    def number_pages(self) -> None:
        """Write on every page which it is of how many."""
        number_pages(self.sheets, self.words)


def write_foot(sheet: Sheet, run: Run, language: Language) -> float:
    """Write cautions and footer; return where they end [in]."""
    found, second = (notes.cautions(run, one) for one in (language, other(language)))
    return write_notes(sheet, [(notes.footer_text(run, language), 6.5, {"color": GREY})], found, second)


def number_pages(sheets: Sequence[Sheet], words: ReportWords) -> None:
    """Write on every sheet which it is of how many."""
    for number, sheet in enumerate(sheets, start=1):
        write_number(sheet, words, number, len(sheets))


def write_number(sheet: Sheet, words: ReportWords, number: int, count: int) -> None:
    """Write which page a sheet is, at the right end of its footer."""
    text = words.page.format(number=number, count=count)
    sheet.text(WIDTH_IN - MARGIN, FOOTER_TOP, text, 6.5, ha="right", color=GREY)


def silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody how far the work is."""
