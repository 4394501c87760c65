"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    int | None, typer.Option("--workers", min=1, metavar="N", help="Threads to use; none given: one a core.")
]
SimulationWorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", min=1, metavar="N", help="Threads, or with --processes processes; none given: one a core."
    ),
]
ProcessesOption = Annotated[
    bool, typer.Option("--processes", help="Compute in processes of this machine instead of threads of this one.")
]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ADDRESS",
        help="Compute on the Dask cluster of the scheduler at ADDRESS, such as tcp://10.0.0.1:8786 "
        "(needs the extra 'cluster').",
    ),
]  # fmt: skip
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on from the tiles that an attempt which was stopped has finished, and keep them if this one stops.",
    ),
]
StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store", metavar="DIR",
        help="Folder that keeps path losses for later runs; none given: the user's cache, or $PHUSONG_STORE.",
    ),
]  # fmt: skip
StoreGbOption = Annotated[
    float | None,
    typer.Option(
        "--store-gb", min=0.0, metavar="N",
        help="Cap of that folder [GiB]; what was used longest ago goes first. None given: 20.",
    ),
]  # fmt: skip
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a finished run in RUN.")]
MapsOption = Annotated[bool, typer.Option("--maps/--no-maps", help="Draw the maps into RUN/maps.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables.")]
TechnologyOption = Annotated[str | None, typer.Option("--technology", metavar="T", help="4G or 5G; none given: all.")]
