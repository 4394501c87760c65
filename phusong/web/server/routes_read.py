"""What runs say: the list, content, zones, targets, cells, proposals."""

from __future__ import annotations

import gzip
import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from phusong.scenarios.load import PACKAGED
from phusong.scenarios.register_checks import LIMITS
from phusong.web.server import answers, pages
from phusong.web.server.models import (
    AnswerItem,
    CellItem,
    PointAnswer,
    ProfileAnswer,
    RunItem,
    ServerAnswer,
    TargetItem,
    ZoneItem,
)
from phusong.web.server.parameters import (
    ChangeName,
    Latitude,
    Longitude,
    Opened,
    Operator,
    Runs,
    ServerSettings,
    Technology,
    WherePlace,
)
from phusong.web.server.point import point_answer
from phusong.web.server.profiles import profile_answer

router = APIRouter(prefix="/api", tags=["runs"])


@router.get("/runs", response_model=list[RunItem])
def list_runs(runs: Runs) -> list[dict[str, Any]]:
    """The runs of the folder."""
    return [{name: getattr(about, name) for name in RunItem.model_fields} for about in runs.folder.runs()]


@router.get("/server", response_model=ServerAnswer)
def server(runs: Runs, settings: ServerSettings) -> dict[str, Any]:
    """What this server allows."""
    is_editable = settings.edit and not runs.folder.is_run
    return {
        "editable": is_editable,
        "reports": settings.report_file is not None,
        "scenarios": [*PACKAGED, *runs.folder.scenarios()] if is_editable else [],
        "limits": {name: (limits.low, limits.high) for name, limits in LIMITS.items()},
    }


@router.get("/runs/{run}", response_model=dict[str, Any])
def run_content(opened: Opened, request: Request) -> Response:
    """Everything that the page of a run shows besides its tiles."""
    packed = opened.content(lambda: _packed(pages.page_content(opened.run, opened.maps)))
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type="application/json", headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type="application/json", headers=headers)


def _packed(content: dict[str, Any]) -> bytes:
    """Return content as compressed JSON: there may be thousands of sites in it."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


@router.get("/runs/{run}/zones", response_model=list[ZoneItem])
def zones(
    opened: Opened, runs: Runs, technology: Technology, place: WherePlace = None, operator: Operator = None
) -> list[dict[str, Any]]:
    """The whole area and every zone, as a view covers them."""
    return runs.zones(opened, opened.view(technology, place, operator))


@router.get("/runs/{run}/targets", response_model=list[TargetItem])
def targets(opened: Opened) -> list[dict[str, Any]]:
    """The targets of the scenario, and whether they are met."""
    return answers.target_rows(opened.run)


@router.get("/runs/{run}/cells", response_model=list[CellItem])
def cells(opened: Opened, site: Annotated[str, Query(max_length=100)]) -> list[dict[str, Any]]:
    """The cells of a site."""
    return answers.cell_rows(opened.cells, site)


@router.get("/runs/{run}/proposals", response_model=list[AnswerItem])
def proposals(opened: Opened) -> list[dict[str, Any]]:
    """The sites that the run proposes, question by question, and what is proved of each answer."""
    return answers.answer_rows(opened.run)


@router.get("/runs/{run}/at", response_model=PointAnswer)
def at(
    opened: Opened,
    longitude: Longitude,
    latitude: Latitude,
    technology: Technology,
    place: WherePlace = None,
    operator: Operator = None,
    change: ChangeName = None,
) -> dict[str, Any]:
    """What a view says of a point. Without data, or outside the area, that is said and figures are null."""
    return point_answer(opened, longitude, latitude, opened.view(technology, place, operator), change)


@router.get("/runs/{run}/profile", response_model=ProfileAnswer)
def profile(
    opened: Opened, longitude: Longitude, latitude: Latitude, cell: Annotated[str, Query(max_length=100)]
) -> dict[str, Any]:
    """The terrain between a point and the mast of a cell, with the ray and the first Fresnel zone."""
    return profile_answer(opened, longitude, latitude, cell)
