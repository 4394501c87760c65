"""The printed report of a run, from the verdicts to the limits of use."""

from __future__ import annotations

from pathlib import Path

import matplotlib

from phusong.figures import notes
from phusong.figures.maps import commune_sheet, coverage_sheet
from phusong.figures.sheet import STYLE
from phusong.report.closing import write_assumptions, write_limits
from phusong.report.comparison import write_comparison
from phusong.report.cover import write_cover
from phusong.report.document import Document, Progress, silent
from phusong.report.method import write_contents, write_method
from phusong.report.pdf import pdf_of, write_file
from phusong.report.proposals import write_proposal
from phusong.report.views import Views
from phusong.report.zone_tables import write_zone_tables
from phusong.scenarios.proposal_tables import answers
from phusong.scenarios.run import Run
from phusong.scenarios.written import Language, date


def write_report(run: Run, path: str | Path, language: Language = "vi", progress: Progress | None = None) -> None:
    """Write the report of a run as one PDF, A4; the same run gives the same bytes.

    Parameters
    ----------
    language : "vi" or "en".
    progress : called with (stage, done, total).

    Raises
    ------
    MachineError : the file cannot be written.
    """
    with matplotlib.rc_context(STYLE):
        document = _drawn(run, language, progress or silent)
    words = document.words
    title = f"{words.report} · {notes.title(run, language)}"
    day = date(run.manifest["created"], language)
    subject = words.report_subject.format(technologies=", ".join(run.technologies), date=day)
    write_file(Path(path), pdf_of(document.sheets, run, title, subject))


def _drawn(run: Run, language: Language, progress: Progress) -> Document:
    document, found = Document(run, language), answers(run)
    words = document.words
    technologies = run.technologies
    total = 5 + 2 * len(technologies) + len(found)
    steps = iter(range(1, total + 1))
    progress("report", 0, total)

    def done() -> None:
        progress("report", next(steps), total)

    views = Views.of(run, operators_everywhere=True)
    done()
    write_cover(document, views)
    sections = [words.coverage_maps, words.commune_maps, words.comparison, words.commune_tables]
    sections += [words.proposals] if found else []
    sections += [words.assumptions, words.limits]
    contents = write_method(document, views, len(sections))
    starts = []

    starts.append(len(document.sheets) + 1)
    for technology in technologies:
        document.sheets.append(coverage_sheet(run, technology, language))
        done()
    starts.append(len(document.sheets) + 1)
    for technology in technologies:
        document.sheets.append(commune_sheet(run, technology, language))
        done()
    starts.append(len(document.sheets) + 1)
    write_comparison(document, views)
    done()
    starts.append(len(document.sheets) + 1)
    write_zone_tables(document)
    done()
    if found:
        starts.append(len(document.sheets) + 1)
    for answer in found:
        write_proposal(document, answer)
        done()
    starts.append(len(document.sheets) + 1)
    write_assumptions(document)
    done()
    starts.append(len(document.sheets) + 1)
    write_limits(document)
    write_contents(contents, list(zip(sections, starts, strict=True)))
    document.number_pages()
    done()
    return document
