"""`phusong compare`: what changed from one run to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from phusong.commands.deltas import deltas_json, print_deltas
from phusong.commands.options import JsonOption
from phusong.commands.parts import progress


def compare(
    before: Annotated[Path, typer.Argument(metavar="RUN_A", help="Folder of the run before.")],
    after: Annotated[Path, typer.Argument(metavar="RUN_B", help="Folder of the run after.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder to write the comparison into.")],
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier comparison in DIR.")] = False,
    maps: Annotated[bool, typer.Option("--maps/--no-maps", help="Draw the maps into DIR/maps.")] = True,
    as_json: JsonOption = False,
) -> None:
    """What changed from RUN_A to RUN_B: difference layers, tables, and a map of coverage gained and lost.

    Example: phusong compare runs/phu-tho runs/changed -o runs/difference
    """
    from phusong import console
    from phusong.comparison import compare as compare_runs

    with progress() as tell:
        comparison = compare_runs(before, after, out, force=force, maps=maps, progress=tell)
    for warning in comparison.warnings:
        console.note(f"Careful: {warning}.")
    if as_json:
        console.print_json({**comparison.manifest(), **deltas_json(comparison.zones, comparison.targets)})
        return
    counts = comparison.cells["change"].value_counts().sort_index().to_dict()
    cells = ", ".join(f"{count:,} {change}" for change, count in counts.items()) or "no cell differs"
    console.say(f"From {before} to {after}: cells: {cells}")
    print_deltas(comparison.zones, comparison.targets)
    console.print_list("Maps", [str(path) for path in sorted((out / "maps").glob("*.png"))] if maps else [])
