"""`phusong bench`: the kernel laboratory at the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from phusong.errors import input_error
from phusong.laboratory.shared import REFERENCE, found_tiles


def bench(
    models: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODEL]...", help="Models, and losses that add to them; none given: all."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Shorter paths, fewer of them: figures are rougher.")] = False,
    reference: Annotated[
        Path,
        typer.Option(
            "--reference",
            metavar="DIR",
            help="Folder of the reference vectors.",
            show_default="shared/reference beside the checkout",
        ),
    ] = REFERENCE,
    terrain: Annotated[
        list[Path] | None,
        typer.Option("--terrain", metavar="TILE", help="HGT or GeoTIFF tile to run on, may be given again."),
    ] = None,
    peers: Annotated[
        bool, typer.Option("--peers", help="Run the other programs found on this machine, too, on the first tile.")
    ] = False,
    save: Annotated[Path | None, typer.Option("--save", metavar="FILE", help="Keep the bench as JSON.")] = None,
    compare: Annotated[
        Path | None, typer.Option("--compare", metavar="FILE", help="Hold it against a bench that was kept.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with code 1 unless every limit is kept.")] = False,
) -> None:
    """The kernel laboratory: every model on the same paths: conformance, speed, memory, continuity, reciprocity, range.

    Example: phusong bench --quick

    Example: phusong bench p1812 itm --terrain N21E105.hgt --peers --save today.json
    """
    from phusong import console
    from phusong.kernels.added_losses import ADDED_LOSSES
    from phusong.kernels.models import find_model
    from phusong.laboratory import records, report
    from phusong.laboratory.bench import FULL, QUICK, run_bench

    for name in models or []:
        if name not in ADDED_LOSSES:
            find_model(name)
    for tile in terrain or []:
        if not tile.is_file():
            raise input_error(tile, "there is no such tile", "Name an HGT or GeoTIFF file.", field="--terrain")
    before = records.load(compare) if compare is not None else None
    tiles = terrain or (found_tiles()[:1] if peers else [])
    found = run_bench(
        models or [], effort=QUICK if quick else FULL, reference=reference, tiles=tiles, peers=peers, tell=console.note
    )
    record = found.record()
    if before is not None:
        found.tables["against " + str(compare)] = records.comparison(record, before)
        record = found.record()
    if save is not None:
        records.save(save, record)
    if as_json:
        console.print_json(record)
    else:
        for title, rows in found.tables.items():
            if rows:
                report.print_table(title, rows)
        report.print_musts(found.musts, found.notes)
    if strict and not found.keeps_every_limit:
        raise typer.Exit(1)
