"""`phusong show`: what a run says."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from phusong.commands.options import JsonOption, RunArgument

_ACHIEVED = "met"


def show(
    run: RunArgument,
    zones: Annotated[bool, typer.Option("--zones", help="A row a zone and technology.")] = False,
    targets: Annotated[bool, typer.Option("--targets", help="Only the verdicts on the targets.")] = False,
    as_json: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with code 1 unless every target is met.")] = False,
) -> None:
    """Statistics and target verdicts of a run: a summary, or the tables asked for.

    Example: phusong show runs/phu-tho --targets --strict
    """
    from phusong import console
    from phusong.scenarios.store import open_run

    opened = open_run(run)
    summary = not (zones or targets)
    if as_json:
        content: dict[str, Any] = {"name": opened.manifest["name"], "digest": opened.digest()}
        if summary:
            content |= {"manifest": opened.manifest, "coverage": console.summary_rows(opened).to_dict("records")}
        if summary or targets:
            content["targets"] = opened.targets().to_dict("records")
        if zones:
            content["zones"] = opened.zones().to_dict("records")
        console.print_json(content)
    else:
        if summary:
            console.print_summary(opened)
        if summary or targets:
            console.print_targets(opened)
        if zones:
            console.print_zones(opened)
        if summary:
            console.print_list("What was assumed", opened.manifest.get("assumptions", []))
    if strict and any(verdict != _ACHIEVED for verdict in opened.targets().get("verdict", ())):
        raise typer.Exit(1)
