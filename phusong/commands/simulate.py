"""`phusong demo` and `phusong run`: from a scenario to a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.commands.answers import print_answer
from phusong.commands.options import (
    ClusterOption,
    ForceOption,
    MapsOption,
    ModeOption,
    OutOption,
    ProcessesOption,
    RadiusOption,
    ResolutionOption,
    ResumeOption,
    ScenarioArgument,
    SimulationWorkersOption,
    StoreGbOption,
    StoreOption,
)
from phusong.commands.parts import draw_maps, map_path, progress
from phusong.commands.propose import propose_for_missed
from phusong.errors import InputError, input_error

if TYPE_CHECKING:
    from phusong.scenarios.schema import Scenario
    from phusong.scenarios.store import Run


def demo(
    out: OutOption = Path("runs/phu-tho"),
    open_map: Annotated[bool, typer.Option("--open", help="Open the 4G map at the end.")] = False,
    workers: SimulationWorkersOption = None,
    processes: ProcessesOption = False,
    resume: ResumeOption = False,
    store: StoreOption = None,
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
        kind = _kind(processes)
        run = _simulate(scenario, out, workers=workers, kind=kind, resume=resume, store=store, force=force)
    else:
        console.note(
            f"{out} already holds this scenario's run of {run.manifest['created']}; --force simulates it again."
        )
    draw_maps(run)
    questions = propose_for_missed(run, scenario, workers)

    console.print_summary(run)
    console.print_targets(run)
    for question in questions:
        print_answer(run, question)
    console.print_list("What was assumed", run.manifest.get("assumptions", []))
    console.print_list("Maps", [str(path) for path in sorted((run.folder / "maps").glob("*.png"))])
    next_steps = {
        "In a browser": f"phusong serve {out}",
        "As one file": f"phusong map {out} -o map.html",
        "On paper": f"phusong report {out} -o report.pdf",
    }
    console.print_list("What next", [f"{what}: {command}" for what, command in next_steps.items()])
    if open_map:
        typer.launch(str(map_path(run, "coverage", run.technologies[0])))


def run(
    scenario: ScenarioArgument,
    out: OutOption,
    resolution: ResolutionOption = None,
    mode: ModeOption = None,
    radius: RadiusOption = None,
    workers: SimulationWorkersOption = None,
    processes: ProcessesOption = False,
    cluster: ClusterOption = None,
    resume: ResumeOption = False,
    store: StoreOption = None,
    store_gb: StoreGbOption = None,
    force: ForceOption = False,
    maps: MapsOption = True,
) -> None:
    """Simulate a scenario into a run folder and print a summary.

    Example: phusong run phu-tho -o runs/fine --resolution 30 --radius 10

    Example: phusong run phu-tho -o runs/fine --resolution 30 --resume --cluster tcp://10.0.0.1:8786
    """
    from phusong import console
    from phusong.scenarios.load import load

    if cluster is not None and (processes or workers is not None):
        raise input_error(
            "run", "a cluster has its own workers", "Give --cluster alone, or --workers and --processes",
            field="--cluster",
        )  # fmt: skip
    settings = load(scenario, resolution_m=resolution, radius_km=radius, mode=mode)
    finished = _simulate(
        settings, out,
        workers=workers, kind=_kind(processes), cluster=cluster, resume=resume, store=store, store_gb=store_gb,
        force=force,
    )  # fmt: skip
    if maps:
        draw_maps(finished)
    console.print_summary(finished)
    console.print_targets(finished)


def _kind(processes: bool) -> str:
    return "processes" if processes else "threads"


def _simulate(scenario: Scenario, out: Path, **options: Any) -> Run:
    from phusong.coverage.engine import simulate

    with progress() as tell:
        return simulate(scenario, out, **options, progress=tell)


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


def _version() -> str:
    from importlib.metadata import version

    return version("phusong")
