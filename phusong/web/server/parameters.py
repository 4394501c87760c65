"""The parameters that several addresses share; what takes no time is async, which saves a way through a thread."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool

from phusong.scenarios.toml_table import Place
from phusong.web.mercator import GREATEST_ZOOM, tile_exists
from phusong.web.server.failures import RefusedError
from phusong.web.server.opened import OpenedRun, OpenedRuns
from phusong.web.server.settings import Settings

Technology = Annotated[str, Query(max_length=20, description="4G or 5G, as the run has it")]
Operator = Annotated[str | None, Query(max_length=100, description="none: the best of all operators")]
WherePlace = Annotated[Place | None, Query(description="where the phone is; none: as the run was simulated")]
ChangeName = Annotated[str | None, Query(max_length=64, description="a change that POST .../change returned")]
Longitude = Annotated[float, Query(ge=-180.0, le=180.0, allow_inf_nan=False)]
Latitude = Annotated[float, Query(ge=-90.0, le=90.0, allow_inf_nan=False)]
RunName = Annotated[str, Path(max_length=255, description="name of a run, of GET /api/runs")]
RunQuery = Annotated[str, Query(max_length=255, description="name of a run, of GET /api/runs")]


async def settings_of(request: Request) -> Settings:
    """Return what the server was told."""
    settings: Settings = request.app.state.settings
    return settings


async def runs_of(request: Request) -> OpenedRuns:
    """Return the open runs."""
    runs: OpenedRuns = request.app.state.runs
    return runs


ServerSettings = Annotated[Settings, Depends(settings_of)]
Runs = Annotated[OpenedRuns, Depends(runs_of)]


async def opened_run(run: RunName, runs: Runs) -> OpenedRun:
    """Return the run of an address, open."""
    opened = runs.if_open(run)
    return await run_in_threadpool(lambda: runs[run]) if opened is None else opened


Opened = Annotated[OpenedRun, Depends(opened_run)]


async def tile_place(
    z: Annotated[int, Path(ge=0, le=GREATEST_ZOOM)],
    x: Annotated[int, Path(ge=0, lt=2**GREATEST_ZOOM)],
    y: Annotated[int, Path(ge=0, lt=2**GREATEST_ZOOM)],
) -> tuple[int, int, int]:
    """Return zoom, x and y of a tile; RefusedError where there is none."""
    if not tile_exists(z, x, y):
        raise RefusedError(404, f"zoom {z} has no such tile", f"x and y are 0 to {2**z - 1}", place="path")
    return z, x, y


TilePlace = Annotated[tuple[int, int, int], Depends(tile_place)]


async def editing(settings: ServerSettings) -> None:
    """Refuse what writes, unless the server was started for it."""
    if not settings.edit:
        raise RefusedError(403, "this server only shows runs", "Start it with --edit to write")
