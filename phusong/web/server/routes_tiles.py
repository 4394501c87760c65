"""Tiles: coverage, terrain, and what two runs gain and lose."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from phusong.web.server.parameters import (
    ChangeName,
    Opened,
    Operator,
    RunQuery,
    Runs,
    Technology,
    TilePlace,
    WherePlace,
)
from phusong.web.server.terrain_tiles import terrain_tile
from phusong.web.server.tiles import change_tile, service_tile

router = APIRouter(prefix="/api", tags=["tiles"])
_PNG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}}, "description": "256 x 256 pixels"},
    304: {"description": "as before"},
}


@router.get("/runs/{run}/tiles/{z}/{x}/{y}.png", response_class=Response, responses=_PNG)
def coverage_tile(
    request: Request,
    opened: Opened,
    place_of_tile: TilePlace,
    technology: Technology,
    place: WherePlace = None,
    operator: Operator = None,
    change: ChangeName = None,
) -> Response:
    """Classes of service: transparent outside the area, darker lines near a limit, grey stripes without data."""
    view = opened.view(technology, place, operator)
    tag = _tag(opened.digest, *view, change)
    if _is_known(request, tag):
        return Response(status_code=304, headers=_kept(tag))
    data = opened.tile(
        (tag, place_of_tile), lambda: service_tile(opened.raster(view, change), opened.run.grid, *place_of_tile)
    )
    return Response(data, media_type="image/png", headers=_kept(tag))


@router.get("/runs/{run}/terrain/{z}/{x}/{y}.png", response_class=Response, responses=_PNG)
def terrain(request: Request, opened: Opened, place_of_tile: TilePlace) -> Response:
    """Ground heights: red * 256 + green + blue / 256 - 32768 [m]; 0 m where X-Missing-Pixels counts no data."""
    tag = _tag(opened.digest, "terrain")
    if _is_known(request, tag):
        return Response(status_code=304, headers=_kept(tag))
    data, missing = terrain_tile(opened.height_m, opened.run.grid, *place_of_tile)
    return Response(data, media_type="image/png", headers={**_kept(tag), "X-Missing-Pixels": str(missing)})


@router.get("/compare/tiles/{z}/{x}/{y}.png", response_class=Response, responses=_PNG)
def comparison_tile(
    request: Request, runs: Runs, place_of_tile: TilePlace, before: RunQuery, after: RunQuery, technology: Technology
) -> Response:
    """What the second of two runs gains and loses."""
    raster = runs.comparison_raster(before, after, technology)
    tag = _tag(runs[before].digest, runs[after].digest, technology)
    if _is_known(request, tag):
        return Response(status_code=304, headers=_kept(tag))
    data = change_tile(raster, runs[after].run.grid, *place_of_tile)
    return Response(data, media_type="image/png", headers=_kept(tag))


def _tag(*parts: str | None) -> str:
    text = "\n".join(part or "" for part in parts)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _is_known(request: Request, tag: str) -> bool:
    return tag in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]


def _kept(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache"}
