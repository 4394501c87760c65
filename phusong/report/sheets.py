"""One-page sheets of the zones of a run, all in one PDF or each in a file of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from phusong.figures import notes
from phusong.figures.ground import on_grid
from phusong.figures.sheet import STYLE, Sheet
from phusong.report.alphabet import plain_ascii
from phusong.report.document import Progress, silent, write_number
from phusong.report.pdf import make_folder, write_pdf
from phusong.report.sheet_page import SheetMaker
from phusong.report.views import Views
from phusong.report.zones import full_name
from phusong.scenarios.places import find_zone
from phusong.scenarios.proposal_tables import answers
from phusong.scenarios.run import Run
from phusong.scenarios.written import Language, date
from phusong.shares import zone_column


def write_sheets(
    run: Run,
    path: str | Path,
    language: Language = "vi",
    zones: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a page for each zone of the area, in the order of its layer, as PDF.

    Parameters
    ----------
    path : a file for all of them; or a folder, one that exists or whose name ends with "/", for a file each.
    language : "vi" or "en".
    zones : names or codes of those that are wanted; none given: all.
    progress : called with (stage, done, total).

    Raises
    ------
    InputError : no zone, or more than one, is called so.
    MachineError : a file cannot be written.
    """
    area = run.zone_layer(run.scenario.area.zones)
    chosen = list(range(len(area))) if zones is None else [find_zone({area.layer: area}, name)[1] for name in zones]
    tell, total = progress or silent, len(chosen)
    tell("sheets", 0, total)
    maker = _maker(run, language)
    words = maker.words
    day = date(run.manifest["created"], language)
    subject = words.sheet_subject.format(technologies=", ".join(run.technologies), date=day)

    def pages() -> Iterator[Sheet]:
        for done, index in enumerate(chosen, start=1):
            with matplotlib.rc_context(STYLE):
                sheet = maker.page(index)
                write_number(sheet, words, done, total)
            yield sheet
            tell("sheets", done, total)

    title = f"{words.sheet} · {notes.title(run, language)}"
    if not (str(path).endswith("/") or Path(path).is_dir()):
        write_pdf(Path(path), pages(), run, title, subject)
        return
    make_folder(Path(path))
    for index, sheet in zip(chosen, pages(), strict=True):
        name = full_name(area, index)
        file = Path(path) / f"{area.code[index]}-{plain_ascii(name)}.pdf"
        write_pdf(file, [sheet], run, f"{name} · {title}", subject)


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
