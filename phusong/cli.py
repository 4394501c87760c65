"""The command `phusong`. Engine, rasters and figures are imported inside the commands, so that help comes at once."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.errors import InputError, MachineError, PhusongError, input_error
from phusong.laboratory.command import bench

if TYPE_CHECKING:
    from phusong.coverage.proposals import Proposal
    from phusong.scenarios.schema import Scenario
    from phusong.scenarios.store import Run

_ACHIEVED = "met"
_INTERRUPTED = 130

app = typer.Typer(
    name="phusong",
    help="Phủ Sóng: mobile-network coverage over real terrain, computed from the physics up.",
    epilog="Start with: phusong demo. Exit codes: 0 done, 1 done but what was asked for does not hold, "
    "2 the input is wrong, 3 the machine failed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ScenarioArgument = Annotated[str, typer.Argument(metavar="SCENARIO", help="'phu-tho', a folder, or a scenario.toml.")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="Folder that 'phusong run' wrote.")]
OutOption = Annotated[Path, typer.Option("-o", "--out", metavar="RUN", help="Folder to write the run into.")]
ResolutionOption = Annotated[
    float | None, typer.Option("--resolution", metavar="M", help="Side of a pixel [m], instead of the scenario's.")
]
RadiusOption = Annotated[
    float | None,
    typer.Option("--radius", metavar="KM", help="Greatest distance round a mast [km], instead of the scenario's."),
]
ModeOption = Annotated[str | None, typer.Option("--mode", help="Raster mode, not the scenario's: exact, fast, draft.")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, metavar="N", help="Processes to use; none given: one a core.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a finished run in RUN.")]
MapsOption = Annotated[bool, typer.Option("--maps/--no-maps", help="Draw the maps into RUN/maps.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables.")]


def _command(function: Callable[..., None]) -> Callable[..., None]:
    """Register a command that ends with the exit code of the error it met, and never with a traceback of one."""

    @functools.wraps(function)
    def guarded(*arguments: Any, **options: Any) -> None:
        from phusong import console

        try:
            function(*arguments, **options)
        except InputError as error:
            console.print_problems(error)
            raise typer.Exit(error.exit_code) from error
        except PhusongError as error:
            console.print_error(str(error))
            raise typer.Exit(error.exit_code) from error
        except MemoryError as error:
            console.print_error(
                "The machine has too little memory for this: use a coarser --resolution or fewer --workers."
            )
            raise typer.Exit(MachineError.exit_code) from error
        except KeyboardInterrupt as error:
            console.print_error("Stopped: nothing was left half written.")
            raise typer.Exit(_INTERRUPTED) from error

    app.command()(guarded)
    return guarded


@_command
def demo(
    out: OutOption = Path("runs/phu-tho"),
    open_map: Annotated[bool, typer.Option("--open", help="Open the 4G map at the end.")] = False,
    workers: WorkersOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Simulate again where RUN already holds this scenario's run.")
    ] = False,
) -> None:
    """The packaged Phú Thọ scenario at 90 m, end to end: simulate, check the targets, propose sites, draw maps.

    Example: phusong demo --open
    """
    from phusong import console
    from phusong.scenarios.load import load

    scenario = load("phu-tho")
    run = None if force else _same_run(out, scenario)
    if run is None:
        run = _simulate(scenario, out, workers=workers, force=force)
    else:
        console.note(
            f"{out} already holds this scenario's run of {run.manifest['created']}; --force simulates it again."
        )
    _draw_maps(run)
    proposals = _propose_for_missed(run, scenario, workers)

    console.print_summary(run)
    console.print_targets(run)
    for proposal in proposals:
        console.print_proposals(*proposal)
    console.print_list("What was assumed", run.manifest.get("assumptions", []))
    console.print_list("Maps", [str(path) for path in sorted((run.folder / "maps").glob("*.png"))])
    if open_map:
        typer.launch(str(_map_path(run, "coverage", run.technologies[0])))


@_command
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


@_command
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


@_command
def run(
    scenario: ScenarioArgument,
    out: OutOption,
    resolution: ResolutionOption = None,
    mode: ModeOption = None,
    radius: RadiusOption = None,
    workers: WorkersOption = None,
    force: ForceOption = False,
    maps: MapsOption = True,
) -> None:
    """Simulate a scenario into a run folder and print a summary.

    Example: phusong run phu-tho -o runs/fine --resolution 30 --radius 10
    """
    from phusong import console
    from phusong.scenarios.load import load

    settings = load(scenario, resolution_m=resolution, radius_km=radius, mode=mode)
    finished = _simulate(settings, out, workers=workers, force=force)
    if maps:
        _draw_maps(finished)
    console.print_summary(finished)
    console.print_targets(finished)


@_command
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


@_command
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
    known = ", ".join(opened.technologies)
    if technology.upper() not in opened.technologies:
        raise input_error(run, f"the run has no technology '{technology}'", f"It has: {known}", field="--technology")
    proposal = _propose(
        opened,
        technology.upper(),
        sites=sites,
        target_percent=target_percent,
        measure=measure,
        zones=zones,
        zone_type=zone_type,
        candidates=candidates,
        workers=workers,
    )
    if maps:
        _draw_proposals(opened, technology.upper())
    console.print_proposals(*proposal)


_command(bench)


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


def main() -> None:
    """Entry point of the command."""
    app()


def _simulate(scenario: Scenario, out: Path, *, workers: int | None, force: bool) -> Run:
    from phusong.coverage.engine import simulate

    with _progress() as progress:
        return simulate(scenario, out, workers=workers, force=force, progress=progress)


def _propose(run: Run, technology: str, **options: Any) -> Proposal:
    from phusong.coverage.proposals import propose

    with _progress() as progress:
        return propose(run, technology=technology, **options, progress=progress)


def _propose_for_missed(run: Run, scenario: Scenario, workers: int | None) -> list[Proposal]:
    """Propose sites for every missed target, within the scenario's budget, and draw them."""
    verdicts = dict(zip(run.targets()["name"], run.targets()["verdict"], strict=True)) if scenario.targets else {}
    missed = [target for target in scenario.targets if verdicts.get(target.name) == "missed"]
    proposals = [
        _propose(
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
        _draw_proposals(run, technology)
    return proposals


def _same_run(out: Path, scenario: Scenario) -> Run | None:
    """Return the run in a folder if this version of the program simulated this very scenario, else None."""
    from phusong.scenarios.freeze import freeze
    from phusong.scenarios.store import SCENARIO, open_run

    try:
        run = open_run(out)
    except InputError:
        return None
    same = (run.folder / SCENARIO).read_text(encoding="utf-8") == freeze(scenario)
    return run if same and run.manifest["versions"].get("phusong") == _version() else None


def _draw_maps(run: Run) -> None:
    from phusong.figures import commune_map, coverage_map

    with _progress() as progress:
        for done, technology in enumerate(run.technologies):
            progress("maps", done, len(run.technologies))
            coverage_map(run, technology, _map_path(run, "coverage", technology))
            commune_map(run, technology, _map_path(run, "communes", technology))
        progress("maps", len(run.technologies), len(run.technologies))


def _draw_proposals(run: Run, technology: str) -> None:
    from phusong.figures import proposal_map

    proposal_map(run, technology, _map_path(run, "proposals", technology))


def _map_path(run: Run, kind: str, technology: str) -> Path:
    return run.folder / "maps" / f"{kind}_{technology.lower()}.png"


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    from phusong.console import Progress

    with Progress() as progress:
        yield progress


def _version() -> str:
    from importlib.metadata import version

    return version("phusong")
