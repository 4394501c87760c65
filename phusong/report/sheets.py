"""One-page sheets of the zones of a run, all in one PDF or each in a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.figures import notes
from phusong.figures.ground import on_grid
from phusong.report.alphabet import plain_ascii
from phusong.report.document import Progress, silent
from phusong.report.drawing import Job, draw
from phusong.report.joining import joined
from phusong.report.pdf import make_folder, write_file
from phusong.report.sheet_page import SheetMaker
from phusong.report.views import Views
from phusong.report.words import REPORT_WORDS
from phusong.report.zones import full_name
from phusong.scenarios.places import find_zone
from phusong.scenarios.proposal_tables import answers
from phusong.scenarios.run import Run
from phusong.scenarios.written import Language, date
from phusong.shares import zone_column

_PAGES_A_JOB = 20


def write_sheets(
    run: Run,
    path: str | Path,
    language: Language = "vi",
    zones: Sequence[str] | None = None,
    progress: Progress | None = None,
    *,
    workers: int = 1,
) -> None:
    """Write a page for each zone of the area, in the order of its layer, as PDF.

    Parameters
    ----------
    path : a file for all of them; or a folder, one that exists or whose name ends with "/", for a file each.
    language : "vi" or "en".
    zones : names or codes of those that are wanted; none given: all.
    progress : called with (stage, done, total).
    workers : processes to draw in; the bytes do not depend on it. A script that asks for more than one must do its work
        below ``if __name__ == "__main__":``, as the processes import it.

    Raises
    ------
    InputError : no zone, or more than one, is called so.
    MachineError : a file cannot be written.
    """
    area = run.zone_layer(run.scenario.area.zones)
    chosen = [find_zone({area.layer: area}, name)[1] for name in zones or ()] or list(range(len(area)))
    words, day = REPORT_WORDS[language], date(run.manifest["created"], language)
    title = f"{words.sheet} · {notes.title(run, language)}"
    subject = words.sheet_subject.format(technologies=", ".join(run.technologies), date=day)
    tell = progress or silent
    tell("sheets", 0, len(chosen))
    maker = _maker(run, language)
    if not (str(path).endswith("/") or Path(path).is_dir()):
        numbered = list(zip(chosen, range(1, len(chosen) + 1), strict=True))
        parts = [tuple(numbered[start : start + _PAGES_A_JOB]) for start in range(0, len(numbered), _PAGES_A_JOB)]
        jobs = [Job(title, subject, part, len(chosen)) for part in parts]
        pdfs = dict(draw(maker, jobs, workers, tell))
        write_file(Path(path), joined([pdfs[job] for job in jobs]))
        return
    make_folder(Path(path))
    alone = [Job(f"{full_name(area, index)} · {title}", subject, ((index, 1),), 1) for index in dict.fromkeys(chosen)]
    for job, pdf in draw(maker, alone, workers, tell):
        index = job.pages[0][0]
        write_file(Path(path) / f"{area.code[index]}-{plain_ascii(full_name(area, index))}.pdf", pdf)


def _maker(run: Run, language: Language) -> SheetMaker:
    area = run.zone_layer(run.scenario.area.zones)
    cells = run.cells()
    sites = {}
    for technology in run.technologies:
        of = cells[cells["technology"] == technology].drop_duplicates("site")
        sites[technology] = np.array(run.grid.project(of["longitude"].to_numpy(float), of["latitude"].to_numpy(float)))
    return SheetMaker(
        run, language, Views.of(run, operators_everywhere=False), area, on_grid(area, run.grid),
        area.rasterize(run.grid), run.elevation(), zone_column(run, area, run.technologies[0], "area_km2"),
        {one: zone_column(run, area, one, "covered_percent") for one in run.technologies}, sites, _proposed(run),
    )  # fmt: skip


def _proposed(run: Run) -> pd.DataFrame:
    """Return every proposed site with its technology and its place on the grid."""
    technologies = {answer["name"]: answer["technology"] for answer in answers(run)}
    table = run.proposals()
    if not len(table):
        return pd.DataFrame({"x_m": [], "y_m": [], "technology": [], "site": [], "gain_km2": []})
    x_m, y_m = run.grid.project(table["longitude"].to_numpy(float), table["latitude"].to_numpy(float))
    return table.assign(x_m=x_m, y_m=y_m, technology=table["question"].map(technologies))
