"""`phusong map`: a run as one page that works without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from phusong.commands.options import RunArgument
from phusong.commands.parts import progress
from phusong.errors import input_error


def map_(
    run: RunArgument,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The HTML file to write.")],
    beside: Annotated[
        list[Path] | None,
        typer.Option("--compare", metavar="RUN2", help="A further run to swipe against. May be given again."),
    ] = None,
    largest_mb: Annotated[
        float,
        typer.Option("--largest-mb", min=2.0, max=500.0, metavar="MB", help="Size to keep to, by coarser details."),
    ] = 12.0,
    open_map: Annotated[bool, typer.Option("--open", help="Open the page at the end.")] = False,
) -> None:
    """One HTML file: map, legend in words, search, table of communes; it opens from disk and asks no network.

    Example: phusong map runs/phu-tho -o map.html

    Example: phusong map runs/phu-tho --compare runs/changed -o map.html
    """
    from phusong import console
    from phusong.scenarios.store import open_run
    from phusong.web.map_file import write_map

    if out.suffix.lower() not in (".html", ".htm"):
        raise input_error(out, "a map is an HTML file", "Give a name that ends in .html, such as map.html", field="-o")
    if out.is_dir():
        raise input_error(out, "this is a folder, not a file", "Name a file, such as map.html", field="-o")
    opened = open_run(run)
    others = [open_run(one) for one in beside or []]
    with progress() as tell:
        written = write_map(opened, out, others=others, largest_mb=largest_mb, progress=tell)
    console.note(written.words(out))
    if open_map:
        typer.launch(str(out))
