"""`phusong map`: a run as one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from phusong.coverage.service import ServiceMaps
from phusong.errors import InputError, Problem, input_error
from phusong.scenarios.store import Run
from phusong.terrain.files import write_file
from phusong.web.content import page_content
from phusong.web.layers import ClassLayer, ClickLayer, class_layers, click_layer, terrain_raster
from phusong.web.mercator import MercatorGrid
from phusong.web.page import single_page

LARGEST_MB = 12.0
OVERVIEW_M = 120.0
"""Pixel of what is shown of a whole province, where a screen has no finer ones."""
_MARGIN_DEG = 0.02  # beyond the area

Progress = Callable[[str, int, int], None]


class Detail(NamedTuple):
    """How fine the rasters of a page are: side of a pixel on the ground [m]; None: that layer is left out.

    Attributes
    ----------
    classes : of all operators together; operators : of each; click : of what a click tells; terrain : of the heights.
    """

    classes: float
    operators: float | None
    click: float | None
    terrain: float


class Written(NamedTuple):
    """A page that has been written: how large it is, and how fine what it holds."""

    size_mb: float
    detail: Detail

    def words(self, path: Path) -> str:
        """Return one line for who asked for the page."""
        classes, operators, click, _ = self.detail
        coarse = [
            f"{name} {'left out' if metres is None else f'{metres:g} m'}"
            for name, metres in (("single operators", operators), ("figures at a click", click))
        ]
        return f"{path}: {self.size_mb:.1f} MB; pixels of {classes:g} m, {', '.join(coarse)}."


@dataclass
class Held:
    """A run with the layers that a page takes from it, on the run's own grid.

    Attributes
    ----------
    packed : rasters made already, by layer and resolution.
    """

    run: Run
    content: dict[str, Any]
    bounds_deg: tuple[float, float, float, float]
    layers: list[ClassLayer]
    clicks: list[ClickLayer]
    packed: dict[tuple[str, float], Any] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run, tell: Progress, *, operators: bool) -> Held:
        """Return a run's layers, those of single operators if asked for."""
        maps = ServiceMaps(run)
        layers: list[ClassLayer] = []
        clicks: list[ClickLayer] = []
        figures: dict[str, Any] = {}
        for layer, told, services in class_layers(
            maps, lambda done, total: tell("map layers", done, total), operators=operators
        ):
            layers.append(layer)
            figures |= told
            if services is not None:
                clicks.append(click_layer(maps, layer.key.split("/")[0], services))
        cells = {click.technology: click.cells for click in clicks}
        content = {**page_content(run, maps), "figures": figures, "cells": cells}
        west, south, east, north = content["bounds"]
        margin = _MARGIN_DEG
        return cls(run, content, (west - margin, south - margin, east + margin, north + margin), layers, clicks)

    def rasters(self, detail: Detail) -> dict[str, Any]:
        """Return the rasters of a page; a fine one has a coarse one beside it, which is quickly read."""
        classes, overviews, click = {}, {}, {}
        for layer in self.layers:
            fine_m = detail.classes if layer.key.endswith("/") else detail.operators
            if fine_m is not None:
                classes[layer.key] = self._packed(layer.key, fine_m, layer.packed)
                if fine_m < OVERVIEW_M / 2.0:
                    overviews[layer.key] = self._packed(layer.key, OVERVIEW_M, layer.packed)
        for one in self.clicks:
            if detail.click is not None:
                click[one.technology] = self._packed(f"click {one.technology}", detail.click, one.packed)
        height_m = self.run.elevation()
        terrain = self._packed("terrain", detail.terrain, lambda grid, onto: terrain_raster(height_m, grid, onto))
        return {"classes": classes, "overviews": overviews, "click": click, "terrain": terrain}

    def _packed(self, name: str, resolution_m: float, make: Callable[[Any, MercatorGrid], Any]) -> Any:
        key = name, resolution_m
        if key not in self.packed:
            self.packed[key] = make(self.run.grid, MercatorGrid.over(self.bounds_deg, resolution_m))
        return self.packed[key]


def write_map(
    run: Run,
    path: Path,
    *,
    others: Sequence[Run] = (),
    largest_mb: float = LARGEST_MB,
    progress: Progress | None = None,
) -> Written:
    """Write the map of a run as one HTML file, whole or not at all.

    The classes of all operators together keep the run's own pixels as long as the file may be so large; what else it
    holds becomes coarser first, and the page says how coarse.

    Parameters
    ----------
    others : runs to compare with, of the same technologies.

    Raises
    ------
    InputError : runs that cannot be compared, or not even the coarsest page is so small.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    _check_alike(run, others)
    held = [Held.of(run, tell, operators=True), *(Held.of(other, tell, operators=False) for other in others)]
    steps = details(run.grid.resolution_m)
    page = b""
    for step, detail in enumerate(steps):
        tell("map file", step, len(steps))
        contents = [{**one.content, "detail": detail._asdict()} for one in held]
        page = single_page(contents, [one.rasters(detail) for one in held]).encode()
        if len(page) <= largest_mb * 1e6:
            write_file(path, page)
            tell("map file", len(steps), len(steps))
            return Written(len(page) / 1e6, detail)
    raise input_error(
        "map", f"not even the coarsest page of this run is as small as {largest_mb:g} MB",
        f"Allow {len(page) / 1e6 + 0.1:.1f} MB or more, or simulate on a coarser grid", field="--largest-mb",
    )  # fmt: skip


def _check_alike(run: Run, others: Sequence[Run]) -> None:
    problems = [
        Problem(
            str(other.folder), None, "technologies",
            f"it has {', '.join(other.technologies)}, the first run {', '.join(run.technologies)}",
            "Compare runs of the same technologies",
        )
        for other in others
        if set(other.technologies) != set(run.technologies)
    ]  # fmt: skip
    if problems:
        raise InputError(problems)


def details(resolution_m: float) -> list[Detail]:
    """Return the details to try for a run, the finest first."""

    def least(coarse_m: float) -> float:
        return max(resolution_m, coarse_m)

    steps = [Detail(resolution_m, least(fine), least(1.5 * fine), least(150.0)) for fine in (90.0, 120.0, 150.0)]
    steps.append(Detail(resolution_m, least(200.0), least(300.0), least(200.0)))
    steps.append(Detail(resolution_m, None, least(300.0), least(250.0)))
    steps += [
        Detail(coarser * resolution_m, None, max(300.0, 5.0 * coarser * resolution_m), least(300.0))
        for coarser in (1.5, 2.0, 3.0, 5.0)
    ]
    return list(dict.fromkeys(steps))
