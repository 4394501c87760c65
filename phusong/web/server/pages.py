"""What the page is made of: the only place where the server meets it."""

from __future__ import annotations

from importlib import resources
from typing import Any

from phusong.coverage.service import ServiceMaps
from phusong.scenarios.store import Run

_MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_OWN = ("docs.css", "docs.js", "login.css")


def page_content(run: Run, maps: ServiceMaps) -> dict[str, Any]:
    """Return what the page of a run shows."""
    return {"name": run.manifest["name"], "digest": run.digest(), "operators": list(maps.operators)}


def served_page(base: str) -> str:
    """Return the page, whose links begin with ``base``."""
    return f'<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><title>Phủ Sóng</title><p>{base}</p></html>'


def static_files() -> dict[str, tuple[bytes, str]]:
    """Return every file under /static by its name, with its media type."""
    return own_files()


def own_files() -> dict[str, tuple[bytes, str]]:
    """Return the files of the server's own pages."""
    folder = resources.files("phusong.web") / "static"
    return {name: ((folder / name).read_bytes(), _MEDIA_TYPES[name.rsplit(".", 1)[1]]) for name in _OWN}
