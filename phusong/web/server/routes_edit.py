"""What users try out and write: changes, simulations, reports of errors."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from phusong.scenarios.load import PACKAGED
from phusong.web.server.changes import save_change, try_change
from phusong.web.server.failures import RefusedError
from phusong.web.server.models import (
    ChangeAnswer,
    ChangeRequest,
    ErrorReport,
    NewRun,
    ReportItem,
    SimulationItem,
    SimulationRequest,
    Written,
)
from phusong.web.server.parameters import Opened, Runs, ServerSettings, editing
from phusong.web.server.reports import append_report, read_reports
from phusong.web.server.simulations import Simulations

router = APIRouter(prefix="/api")
_EDITING = [Depends(editing)]
_Id = Annotated[str, Path(max_length=64)]


def simulations_of(request: Request) -> Simulations:
    """Return the simulations of the server."""
    found: Simulations = request.app.state.simulations
    return found


_Simulations = Annotated[Simulations, Depends(simulations_of)]


@router.post("/runs/{run}/change", response_model=ChangeAnswer, tags=["changes"])
def change(opened: Opened, request: ChangeRequest) -> dict[str, Any]:
    """What a change of the network would do. Nothing is written; tiles and points of it are asked for by its name."""
    return try_change(opened, request)


@router.post(
    "/runs/{run}/change/{id}/save", response_model=Written, status_code=201, dependencies=_EDITING, tags=["changes"]
)
def save(opened: Opened, id: _Id, request: NewRun, runs: Runs) -> dict[str, Any]:
    """Write the network after a change as a run of its own; only with --edit."""
    kept = opened.change(id)
    saved = save_change(opened, kept, runs.folder.free(request.name))
    return {"name": request.name, "digest": saved.digest()}


@router.post("/runs/{run}/reports", response_model=ReportItem, status_code=201, tags=["reports"])
def report(opened: Opened, request: ErrorReport, settings: ServerSettings, http: Request) -> dict[str, Any]:
    """Report that the map is wrong at a place; only with --edit or --reports."""
    if settings.report_file is None:
        raise RefusedError(403, "this server takes no reports", "Start it with --reports FILE")
    if request.technology not in opened.run.technologies:
        known = ", ".join(opened.run.technologies)
        raise RefusedError(422, "the run has no such technology", f"It has: {known}", field="technology")
    http.app.state.buckets.take(http.client.host if http.client else "?", "report")
    return append_report(settings.report_file, request, opened.name, opened.digest)


@router.get("/runs/{run}/reports", response_model=list[ReportItem], dependencies=_EDITING, tags=["reports"])
def reports(opened: Opened, settings: ServerSettings) -> list[dict[str, Any]]:
    """The errors reported of a run, the newest last; only with --edit."""
    rows = [] if settings.report_file is None else read_reports(settings.report_file)
    return [row for row in rows if row["run"] in (opened.name, f"'{opened.name}")]


@router.get("/simulations", response_model=list[SimulationItem], tags=["simulations"])
def simulations(found: _Simulations) -> list[dict[str, Any]]:
    """The simulations that wait, run or are over, the newest last."""
    return found.listed()


@router.post(
    "/simulations", response_model=SimulationItem, status_code=202, dependencies=_EDITING, tags=["simulations"]
)
def simulate(request: SimulationRequest, found: _Simulations, runs: Runs, settings: ServerSettings) -> dict[str, Any]:
    """Simulate a scenario into a new run; only with --edit. One runs at a time, a few may wait."""
    folders = runs.folder.scenarios()
    if request.scenario not in PACKAGED and request.scenario not in folders:
        known = ", ".join([*PACKAGED, *folders])
        raise RefusedError(422, "there is no such scenario", f"There are: {known}", field="scenario")
    source = request.scenario if request.scenario in PACKAGED else str(folders[request.scenario])
    options = request.model_dump(include={"resolution_m", "radius_km", "mode"})
    return found.start(request.scenario, source, runs.folder.free(request.name), options, settings.store)


@router.get("/simulations/{id}", response_model=SimulationItem, tags=["simulations"])
def simulation(id: _Id, found: _Simulations) -> dict[str, Any]:
    """How far a simulation is."""
    return found.find(id).told()


@router.delete("/simulations/{id}", response_model=SimulationItem, dependencies=_EDITING, tags=["simulations"])
def cancel(id: _Id, found: _Simulations) -> dict[str, Any]:
    """Call a simulation off; only with --edit. Nothing of it stays."""
    return found.cancel(id)
