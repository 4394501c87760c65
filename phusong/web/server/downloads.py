"""Files to take away: made in a temporary folder one at a time, sent, and removed."""

from __future__ import annotations

import importlib
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from phusong.scenarios.store import Run
from phusong.scenarios.written import Language
from phusong.web.server.failures import RefusedError

_WAIT_SECONDS = 30.0
_one_at_a_time = threading.Lock()


class Asked(NamedTuple):
    """What a file is asked to hold; what a kind has no use for is left aside.

    Attributes
    ----------
    zone : code of the zone of a sheet.
    bom : whether a CSV begins with a byte order mark.
    """

    technology: str
    quantity: str = "rsrp"
    language: Language = "vi"
    zone: str = ""
    bom: bool = False


class Kind(NamedTuple):
    """A kind of file.

    Attributes
    ----------
    module, function : who writes it, called with the run, the path and ``arguments``; imported when it is asked for.
    media_type, suffix : what it is, and how its name ends.
    parts : what its name says besides run, kind, date and digest.
    """

    module: str
    function: str
    arguments: Callable[[Asked], dict[str, Any]]
    media_type: str
    suffix: str
    parts: Callable[[Asked], tuple[str, ...]] = lambda _: ()


def _in_language(asked: Asked) -> dict[str, Any]:
    return {"language": asked.language}


KINDS: dict[str, Kind] = {
    "geotiff": Kind(
        "phusong.exports", "write_geotiff",
        lambda asked: {"quantity": asked.quantity, "technology": asked.technology, "language": asked.language},
        "image/tiff", ".tif", lambda asked: (asked.quantity, asked.technology),
    ),
    "geopackage": Kind(
        "phusong.exports", "write_run_geopackage", _in_language, "application/geopackage+sqlite3", ".gpkg"
    ),
    "csv": Kind(
        "phusong.exports", "write_zone_csv", lambda asked: {"bom": asked.bom}, "text/csv; charset=utf-8", ".csv"
    ),
    "kmz": Kind("phusong.exports", "write_kmz", _in_language, "application/vnd.google-earth.kmz", ".kmz"),
    "report": Kind("phusong.report", "write_report", _in_language, "application/pdf", ".pdf"),
    "sheet": Kind(
        "phusong.report", "write_sheets", lambda asked: {"zones": [asked.zone], "language": asked.language},
        "application/pdf", ".pdf", lambda asked: (asked.zone,),
    ),
}  # fmt: skip


def made_file(run: Run, kind: str, asked: Asked) -> tuple[BinaryIO, int]:
    """Make a file and return it, open, with its size; its name is gone already, so that nothing stays behind.

    Raises
    ------
    RefusedError : another file has been in the making for too long.
    InputError : the run does not have what is asked for.
    MachineError : the file cannot be written.
    """
    about = KINDS[kind]
    write = getattr(importlib.import_module(about.module), about.function)
    if not _one_at_a_time.acquire(timeout=_WAIT_SECONDS):
        raise RefusedError(503, "another file is being made", "Ask again", seconds=10)
    try:
        with tempfile.TemporaryDirectory(prefix="phusong-") as folder:
            path = Path(folder) / f"made{about.suffix}"
            write(run, path, **about.arguments(asked))
            file = path.open("rb")
            return file, os.fstat(file.fileno()).st_size
    finally:
        _one_at_a_time.release()


def file_name(name: str, run: Run, kind: str, asked: Asked) -> str:
    """Return what a file is called: run, what it is, date, digest."""
    about = KINDS[kind]
    parts = (name, kind, *about.parts(asked), str(run.manifest["created"])[:10], run.digest()[:12])
    plain = ("".join(one if one.isalnum() or one in "-." else "-" for one in part) for part in parts)
    return f"{'_'.join(plain)}{about.suffix}"
