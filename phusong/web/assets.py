"""The files that a page is made of: our own, and MapLibre's from its installed package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

from phusong.errors import MachineError

STYLES = ("maplibre-gl.css", "style.css")
SCRIPTS = (
    "maplibre-gl.js", "texts.js", "format.js", "state.js", "dom.js", "raster.js", "source.js", "map.js", "labels.js",
    "controls.js", "search.js", "details.js", "table.js", "compare.js", "share.js", "plain.js", "app.js",
)  # fmt: skip
"""In the order in which they build on each other."""
EXTRAS: tuple[str, ...] = (
    "results.js",
    "change.js",
    "cells.js",
    "whatif.js",
    "proposals.js",
    "profile.js",
    "downloads.js",
    "simulations.js",
)
"""Scripts of a served page alone: what only a program can answer."""
EXTRA_STYLES = ("extras.css",)
TEMPLATE = "page.html"
_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "html": "text/html; charset=utf-8"}


@cache
def asset(name: str) -> bytes:
    """Return a file of a page by its name.

    Raises
    ------
    MachineError : the package that should hold it is not installed as it should be.
    """
    try:
        return _folder_of(name).joinpath(name).read_bytes()
    except (OSError, ModuleNotFoundError) as error:
        raise MachineError(f"{name} is missing: install phusong anew, with the package maplibre") from error


def _folder_of(name: str) -> Traversable:
    if name.startswith("maplibre-gl."):
        # Found without importing it: the package's Python side is of no use here.
        found = find_spec("maplibre")
        if found is None or found.origin is None:
            raise ModuleNotFoundError(name)
        return Path(found.origin).with_name("srcjs")
    return files("phusong").joinpath("web", "static")


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """Return what a server hands out, by name: content and media type."""
    ours = (entry.name for entry in files("phusong").joinpath("web", "static").iterdir() if entry.name != TEMPLATE)
    names = sorted({*STYLES, *SCRIPTS, *ours})
    return {name: (asset(name), _TYPES[name.rsplit(".", 1)[-1]]) for name in names}
