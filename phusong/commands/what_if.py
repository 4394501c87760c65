"""`phusong whatif`: what a change of the network would do."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from phusong.commands.deltas import deltas_json, print_deltas
from phusong.commands.options import JsonOption, MapsOption, RunArgument, StoreOption
from phusong.commands.parts import draw_maps, progress
from phusong.errors import InputError, Problem, input_error


def whatif(
    run: RunArgument,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SITE.FIELD=VALUE",
            help="Set a field of all cells of a site, or of one cell; += and -= move a number. May be given again.",
        ),
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="SITE", help="Switch a site or a cell off. May be given again."),
    ] = None,
    add: Annotated[
        Path | None, typer.Option("--add", metavar="FILE", help="CSV of further cells, written like a register.")
    ] = None,
    off_zone: Annotated[
        list[str] | None,
        typer.Option(
            "--off-zone",
            metavar="NAME",
            help="Switch off all sites inside a zone, given by its name or code. May be given again.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="RUN2", help="Write the changed network as a run, with its maps."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a finished run in RUN2.")] = False,
    maps: MapsOption = True,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """What would change: sites switched off, moved, turned, added, and every figure before and after.

    The figures are those of a full simulation of the changed network, to the last bit.

    Example: phusong whatif runs/phu-tho --set PT-0001.power_dbm=43 --set PT-0002.electrical_tilt_deg+=2

    Example: phusong whatif runs/phu-tho --remove PT-0001 --add new-cells.csv -o runs/changed
    """
    from phusong import console
    from phusong.scenarios.edits import Edit, edit_register, parse_edits, switched_off
    from phusong.scenarios.places import cells_of_zone
    from phusong.scenarios.store import open_run

    if not (changes or remove or add or off_zone):
        raise input_error("whatif", "nothing is changed", "Give --set, --remove, --add or --off-zone")
    opened = open_run(run)
    register, edits, problems = opened.register(), list[Edit](), list[Problem]()
    try:
        edits += parse_edits(changes or [])
    except InputError as error:
        problems += error.problems
    edits += switched_off(remove or [])
    zones = {name: opened.zone_layer(name) for name in opened.manifest["zones"]} if off_zone else {}
    for name in off_zone or []:
        try:
            edits += switched_off(cells_of_zone(register, zones, name))
        except InputError as error:
            problems += error.problems
    try:  # before the run is opened for questions, which takes longer
        edit_register(register, edits, opened.scenario, added=add)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)

    from phusong.coverage.what_if import open_live

    with progress() as tell:
        live = open_live(opened, store=store, progress=tell)
    with live:
        started = time.monotonic()
        change = live.change(edits, added=add)
        deltas, targets = change.deltas(), change.target_deltas()
        seconds = time.monotonic() - started
        if out is not None:
            with progress() as tell:
                saved = change.save(out, force=force, progress=tell)
            if maps:
                draw_maps(saved)
    if as_json:
        about = {"run": opened.manifest["name"], "digest": opened.digest(), "seconds": round(seconds, 3)}
        cells = change.register.cell[change.cells].tolist()
        console.print_json({**about, "cells": cells, **deltas_json(deltas, targets), "saved": out and str(out)})
        return
    console.say(f"{run}: {console.counted(len(change.cells), 'cell')} changed; computed in {seconds:.2f} s")
    print_deltas(deltas, targets)
    if out is not None:
        console.note(f"Written into {out}; compare: phusong compare {run} {out} -o DIR")
