"""`phusong propose`: sites worth building first."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.commands.options import MapsOption, RunArgument, WorkersOption
from phusong.commands.parts import draw_proposals, progress, technology_of
from phusong.errors import input_error

if TYPE_CHECKING:
    from phusong.coverage.proposals.propose import Proposal
    from phusong.scenarios.schema import Scenario
    from phusong.scenarios.store import Run


def propose(
    run: RunArgument,
    technology: Annotated[str, typer.Option("--technology", metavar="T", help="4G or 5G.")],
    sites: Annotated[int | None, typer.Option("--sites", min=1, metavar="N", help="Propose N sites.")] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target", metavar="TEXT", help="As few sites as reach this, such as 'area >= 98%' or 'population >= 99%'."
        ),
    ] = None,
    candidates: Annotated[
        Path | None, typer.Option("--candidates", metavar="FILE", help="CSV of the only places to choose from.")
    ] = None,
    zones: Annotated[
        str | None, typer.Option("--zones", metavar="LAYER", help="Zone layer to cover; none given: the whole area.")
    ] = None,
    zone_type: Annotated[
        str | None, typer.Option("--zone-type", metavar="TYPE", help="Only the zones of this type, such as 'Phường'.")
    ] = None,
    workers: WorkersOption = None,
    maps: MapsOption = True,
) -> None:
    """Propose sites, with the gain of each, and write them into the run.

    Give --sites or --target.

    Example: phusong propose runs/phu-tho --technology 5G --sites 20

    Example: phusong propose runs/phu-tho --technology 4G --target "area >= 98%"
    """
    from phusong import console
    from phusong.scenarios.store import open_run

    if (sites is None) == (target is None):
        raise input_error(
            "propose",
            "it needs one of --sites and --target",
            "Give a number of sites, or a target such as 'area >= 98%'",
        )
    measure, target_percent = parse_target(target) if target is not None else ("area", None)
    opened = open_run(run)
    technology = technology_of(opened, technology)
    proposal = make_proposal(
        opened,
        technology,
        sites=sites,
        target_percent=target_percent,
        measure=measure,
        zones=zones,
        zone_type=zone_type,
        candidates=candidates,
        workers=workers,
    )
    if maps:
        draw_proposals(opened, technology)
    console.print_proposals(*proposal)


def parse_target(text: str) -> tuple[str, float]:
    """Return (measure, percent) of a target such as "area >= 98%"."""
    match = re.fullmatch(r"\s*(area|population)\s*>=\s*(\d+(?:\.\d+)?)\s*%\s*", text, re.IGNORECASE)
    if match is None or not 0.0 < float(match[2]) <= 100.0:
        raise input_error(
            "propose",
            f"'{text}' is not a target",
            "Write 'area >= 98%' or 'population >= 99.5%', between 0 and 100 %",
            field="--target",
        )
    return match[1].lower(), float(match[2])


def make_proposal(run: Run, technology: str, **options: Any) -> Proposal:
    """Propose sites and show how far it is."""
    from phusong.coverage.proposals.propose import propose

    with progress() as tell:
        return propose(run, technology=technology, **options, progress=tell)


def propose_for_missed(run: Run, scenario: Scenario, workers: int | None) -> list[Proposal]:
    """Propose sites for every missed target, within the scenario's budget, and draw them."""
    verdicts = dict(zip(run.targets()["name"], run.targets()["verdict"], strict=True)) if scenario.targets else {}
    missed = [target for target in scenario.targets if verdicts.get(target.name) == "missed"]
    proposals = [
        make_proposal(
            run,
            target.technology,
            sites=scenario.budget.sites,
            measure=target.measure,
            zones=target.zones,
            zone_type=target.zone_type,
            workers=workers,
        )
        for target in missed
        if scenario.budget.sites
    ]
    for technology in dict.fromkeys(target.technology for target in missed):
        draw_proposals(run, technology)
    return proposals
