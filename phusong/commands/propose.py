"""`phusong propose`: a question to a run, which sites to build, and the answer with its proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.commands.answers import asks_more, print_answer
from phusong.commands.options import MapsOption, RunArgument, StoreOption, WorkersOption
from phusong.commands.parts import check_csv, draw_answer, progress, stopping, write_csv
from phusong.errors import input_error

if TYPE_CHECKING:
    from phusong.scenarios.question import Question
    from phusong.scenarios.schema import Scenario
    from phusong.scenarios.store import Run


MISSED_LIMIT_S = 5.0
"""For the choice of sites for each missed target of a demonstration [s]."""


def _print_example(wanted: bool) -> None:
    if wanted:
        from phusong.scenarios.questions import EXAMPLE

        typer.echo(EXAMPLE.read_text(encoding="utf-8"), nl=False)
        raise typer.Exit


def propose(
    run: RunArgument,
    question: Annotated[
        Path | None,
        typer.Option(
            "--question", metavar="FILE", help="TOML file of the question; it can ask for more than the options."
        ),
    ] = None,
    technology: Annotated[str | None, typer.Option("--technology", metavar="T", help="4G or 5G.")] = None,
    sites: Annotated[int | None, typer.Option("--sites", metavar="N", help="Greatest number of sites.")] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", metavar="COST", help="Greatest cost, in the unit of the costs.")
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="TEXT",
            help="A share to reach, such as 'area >= 98%', 'people >= 99.5%', 'communes: each area >= 90%' or "
            "'communes[Phường]: area >= 100% of reachable'. May be given again.",
        ),
    ] = None,
    maximize: Annotated[
        str | None,
        typer.Option("--maximize", metavar="WHAT", help="area, people or both: as much as the limits allow."),
    ] = None,
    minimize: Annotated[
        str | None,
        typer.Option("--minimize", metavar="WHAT", help="cost or sites: what targets take as little as possible of."),
    ] = None,
    zones: Annotated[
        str | None, typer.Option("--zones", metavar="LAYER", help="Count only in the zones of this layer.")
    ] = None,
    zone_type: Annotated[
        str | None, typer.Option("--zone-type", metavar="TYPE", help="Only in those of this type, such as 'Phường'.")
    ] = None,
    candidates: Annotated[
        Path | None, typer.Option("--candidates", metavar="FILE", help="CSV of the only places to choose from.")
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option("--kinds", metavar="KINDS", help="Kinds of places, such as 'masts,hilltops,grid'."),
    ] = None,
    force: Annotated[
        list[str] | None, typer.Option("--force", metavar="SITE", help="Must be chosen. May be given again.")
    ] = None,
    forbid: Annotated[
        list[str] | None, typer.Option("--forbid", metavar="SITE", help="Must not be chosen. May be given again.")
    ] = None,
    spacing_km: Annotated[
        float | None, typer.Option("--spacing-km", metavar="KM", help="Least distance of two new sites [km].")
    ] = None,
    phase: Annotated[
        list[str] | None,
        typer.Option("--phase", metavar="NAME=N", help="A phase and its sites, such as '2026=30'. May be given again."),
    ] = None,
    probability: Annotated[
        bool, typer.Option("--probability", help="Count the expected share of a pixel's places, not pixels.")
    ] = False,
    orient: Annotated[
        bool, typer.Option("--orient", help="Turn and tilt the antennas of the chosen sites afterwards.")
    ] = False,
    effort: Annotated[
        str | None, typer.Option("--effort", metavar="E", help="fast: no bound; certified; exact: proven best.")
    ] = None,
    gap: Annotated[
        float | None, typer.Option("--gap", metavar="PERCENT", help="Good enough: at most this far from the best [%].")
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", metavar="S", help="Time to choose in [s].")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="The same seed, the same sites.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write the ranked sites as CSV there too.")
    ] = None,
    workers: WorkersOption = None,
    store: StoreOption = None,
    maps: MapsOption = True,
    _example: Annotated[
        bool,
        typer.Option("--example-question", is_eager=True, callback=_print_example, help="Print a question to edit."),
    ] = False,
) -> None:
    """Which sites to build: ranked, with the gain and reason of each, and how far from the best possible.

    The answer is simulated with the whole network and written into RUN: tables, maps and a GeoPackage. Ctrl-C ends the
    search early and keeps the best so far. Exit code 1: a target is missed, or cannot be reached.

    Example: phusong propose runs/phu-tho --technology 4G --sites 100

    Example: phusong propose runs/phu-tho --technology 4G --target "area >= 98%" --target "people >= 99.5%"

    Example: phusong propose runs/phu-tho --question question.toml --effort exact --time-limit 600
    """
    from phusong.scenarios.proposal_tables import PROPOSALS, answer_of, rows_of
    from phusong.scenarios.question_check import check_question
    from phusong.scenarios.questions import ask, load_question
    from phusong.scenarios.store import open_run

    if out is not None:
        check_csv(out)
    words: dict[str, Any] = {
        "technology": technology, "sites": sites, "budget": budget, "targets": target, "maximize": maximize,
        "minimize": minimize, "zones": zones, "zone_type": zone_type, "candidates": candidates,
        "kinds": None if kinds is None else [kind.strip() for kind in kinds.split(",")], "force": force,
        "forbid": forbid, "spacing_km": spacing_km, "phases": phase, "probability": probability or None,
        "orientation": orient or None,
    }  # fmt: skip
    words = {name: value for name, value in words.items() if value is not None}
    solving: dict[str, Any] = {"effort": effort, "gap_percent": gap, "time_limit_s": time_limit, "seed": seed}
    solving = {name: value for name, value in solving.items() if value is not None}
    if question is not None and words:
        given = ", ".join(words).replace("_", "-")
        remedy = "Write it into the file; only --effort, --gap, --time-limit and --seed may stand beside it"
        raise input_error("propose", f"--question comes with a question of its own, and so do options: {given}", remedy)
    if question is None and technology is None:
        raise input_error("propose", "nothing says for which technology", "Give 4G or 5G", field="--technology")
    asked = load_question(question, **solving) if question is not None else ask(**words, **solving)
    opened = open_run(run)
    check_question(asked, opened)
    answer_question(opened, asked, workers=workers, store=store)
    if maps:
        draw_answer(opened, asked.name)
    if out is not None:
        write_csv(out, rows_of(opened, PROPOSALS, asked.name))
    print_answer(opened, asked.name)
    if asks_more(answer_of(opened, asked.name)):
        raise typer.Exit(1)


def answer_question(run: Run, question: Question, *, workers: int | None = None, store: Path | None = None) -> None:
    """Have a question answered, show how far it is, and let Ctrl-C end the search with the best so far."""
    from phusong.coverage.proposals.propose import propose

    with progress() as shown, stopping() as should_stop:
        propose(
            run, question, workers=workers, store=store, progress=shown, on_step=shown.step, should_stop=should_stop
        )


def propose_for_missed(run: Run, scenario: Scenario, workers: int | None) -> list[str]:
    """Ask for the best sites for every missed target, within the scenario's budget, and draw the answers.

    Returns the names of the questions.
    """
    from phusong.scenarios.questions import ask

    verdicts = dict(zip(run.targets()["name"], run.targets()["verdict"], strict=True)) if scenario.targets else {}
    questions = [
        ask(
            target.technology,
            sites=scenario.budget.sites,
            maximize="people" if target.measure == "population" else "area",
            zones=None if target.zones == scenario.area.zones and target.zone_type is None else target.zones,
            zone_type=target.zone_type,
            time_limit_s=MISSED_LIMIT_S,
        )
        for target in scenario.targets
        if verdicts.get(target.name) == "missed" and scenario.budget.sites
    ]
    for question in questions:
        answer_question(run, question, workers=workers)
        draw_answer(run, question.name)
    return [question.name for question in questions]
