"""Two runs side by side, and files to take away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from phusong.web.server.downloads import KINDS, Asked, file_name, made_file
from phusong.web.server.failures import RefusedError
from phusong.web.server.models import ComparisonAnswer
from phusong.web.server.parameters import Opened, RunQuery, Runs
from phusong.web.server.rows import rows_of_table

router = APIRouter(prefix="/api")
_PIECE = 256 * 1024
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind.media_type.split(";")[0]: {} for kind in KINDS.values()}, "description": "the file"}
}


@router.get("/compare", response_model=ComparisonAnswer, tags=["runs"])
def compare(runs: Runs, before: RunQuery, after: RunQuery) -> dict[str, Any]:
    """The zones that differ between two runs, all targets, and what else differs."""
    comparison = runs.comparison(before, after)
    targets = comparison.targets
    return {
        "before": before,
        "after": after,
        "technologies": list(comparison.technologies),
        "warnings": list(comparison.warnings),
        "zones": rows_of_table(comparison.zones),
        "targets": rows_of_table(targets.assign(zone_type=targets["zone_type"].fillna(""))),
        "digest_before": comparison.before.digest(),
        "digest_after": comparison.after.digest(),
    }


@router.get(
    "/runs/{run}/download/{kind}",
    response_class=StreamingResponse,
    responses=_FILE,
    tags=["files"],
)
def download(
    opened: Opened,
    kind: Annotated[Literal["geotiff", "geopackage", "csv", "kmz", "report", "sheet"], Path()],
    quantity: Annotated[str, Query(max_length=40, description="layer of a GeoTIFF, such as rsrp")] = "rsrp",
    technology: Annotated[str | None, Query(max_length=20, description="of a GeoTIFF; none: the first")] = None,
    language: Annotated[Literal["vi", "en"], Query(description="of a report or sheet")] = "vi",
    zone: Annotated[str | None, Query(max_length=100, description="code of the zone of a sheet")] = None,
    bom: Annotated[bool, Query(description="whether a CSV begins with a byte order mark, for Excel")] = False,
) -> StreamingResponse:
    """A file made of the run; its name has the run, the date and the digest."""
    if kind == "sheet" and zone is None:
        raise RefusedError(422, "a sheet is of one zone", "Name its code with zone=", field="zone")
    asked = Asked(technology or opened.run.technologies[0], quantity, language, zone or "", bom)
    name = file_name(opened.name, opened.run, kind, asked)
    file, size = made_file(opened.run, kind, asked)

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(_PIECE):
                yield piece

    ascii_name = name.encode("ascii", "replace").decode().replace("?", "-")
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}",
    }
    return StreamingResponse(pieces(), media_type=KINDS[kind].media_type, headers=headers)
