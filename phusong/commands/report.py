"""`phusong report`: the printed report of a run, and sheets of its communes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from phusong.commands.options import RunArgument
from phusong.commands.parts import progress
from phusong.errors import input_error

if TYPE_CHECKING:
    from phusong.scenarios.written import Language

_LANGUAGES = ("vi", "en")


def report(
    run: RunArgument,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="PDF to write the report into.")
    ] = None,
    language: Annotated[
        str, typer.Option("--language", metavar="L", help="vi: Vietnamese, en: English.")
    ] = "vi",
    sheets: Annotated[
        str | None,
        typer.Option(
            "--sheets", metavar="PATH",
            help="PDF to write a page for each commune into; or a folder, whose name ends with '/', for a file each.",
        ),
    ] = None,
    zone: Annotated[
        list[str] | None,
        typer.Option(
            "--zone", metavar="NAME", help="Only the sheets of this commune, by name or code. May be given again."
        ),
    ] = None,
) -> None:  # fmt: skip
    """A4 report of a run as PDF, ready to print: verdicts, maps, tables, proposals, assumptions; sheets of communes.

    Example: phusong report runs/phu-tho -o report.pdf

    Example: phusong report runs/phu-tho --sheets sheets.pdf --zone "Việt Trì" --language en
    """
    from phusong import console
    from phusong.scenarios.store import open_run

    if out is None and sheets is None:
        raise input_error("report", "nothing says what to write", "Give -o FILE, --sheets PATH, or both", field="-o")
    if zone and sheets is None:
        raise input_error("report", "zones are for sheets, and none are asked for", "Add --sheets PATH", field="--zone")
    if out is not None and out.is_dir():
        raise input_error(out, "this is a folder, not a file", "Name a file, such as report.pdf", field="-o")
    if language not in _LANGUAGES:
        raise input_error("report", f"there is no language '{language}'", "Give vi or en", field="--language")
    from phusong.report import write_report, write_sheets

    opened, spoken = open_run(run), cast("Language", language)
    with progress() as tell:
        if out is not None:
            write_report(opened, out, spoken, progress=tell)
        if sheets is not None:
            write_sheets(opened, sheets, spoken, zone, progress=tell, workers=os.cpu_count() or 1)
    console.print_list("Written", [str(path) for path in (out, sheets) if path is not None])
