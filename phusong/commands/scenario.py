"""`phusong new` and `phusong check`: a scenario before it is simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from phusong.commands.options import JsonOption, ScenarioArgument
from phusong.errors import InputError


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write; nothing in it is ever overwritten.")],
    source: Annotated[
        str, typer.Option("--from", metavar="SCENARIO", help="'phu-tho', a folder, or a scenario.toml.")
    ] = "phu-tho",
) -> None:
    """An editable, commented scenario folder to start from.

    Example: phusong new my-province --from phu-tho
    """
    from phusong import console
    from phusong.starter import start_scenario

    written = start_scenario(folder, source)
    console.print_list(f"Written into {folder}", [path.name for path in written])
    console.note(f"Edit {folder / 'scenario.toml'}, then: phusong check {folder}")


def check(scenario: ScenarioArgument, as_json: JsonOption = False) -> None:
    """Every problem of every input, without simulating. Exit code 0, or 2 where there are problems.

    Example: phusong check my-province
    """
    from phusong import console
    from phusong.scenarios.inputs import read_inputs
    from phusong.scenarios.load import load

    try:
        inputs = read_inputs(load(scenario))
    except InputError as error:
        if not as_json:
            raise
        console.print_json({"ok": False, "problems": console.problems_json(error.problems)})
        raise typer.Exit(error.exit_code) from error
    counts: dict[str, Any] = {
        "pixels": inputs.grid.rows * inputs.grid.columns,
        "missing_pixels": inputs.elevation.missing_pixels,
        "cells": len(inputs.register),
        "zones": {layer: len(zones) for layer, zones in inputs.zones.items()},
    }
    if as_json:
        console.print_json({"ok": True, "problems": [], "counts": counts, "assumptions": list(inputs.assumptions)})
        return
    zones = ", ".join(f"{count} {layer}" for layer, count in counts["zones"].items())
    console.say(f"{scenario}: no problems. {counts['cells']:,} cells, {zones}, {counts['pixels']:,} pixels")
    if inputs.elevation.missing_pixels:
        console.note(f"{inputs.elevation.missing_pixels:,} pixels have no terrain data and stay without a figure.")
    console.print_list("What is assumed", inputs.assumptions)
