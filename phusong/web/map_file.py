"""`phusong map`: a run as one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phusong.coverage.service import ServiceMaps
from phusong.errors import MachineError, input_error
from phusong.scenarios.store import Run
from phusong.terrain.files import write_atomically
from phusong.web.content import page_content
from phusong.web.layers import ClassLayer, ClickLayer, class_layers, click_layer, terrain_raster
from phusong.web.mercator import MercatorGrid
from phusong.web.page import single_page

LARGEST_MB = 12.0
_MARGIN = 0.02  # of a degree beyond the area

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Detail:
    """How fine the rasters of a page are: side of a pixel on the ground [m]; none: that layer is left out.

    Attributes
    ----------
    classes : of all operators together; operators : of each; click : of what a click tells; terrain : of the heights.
    """

    classes: float
    operators: float | None
    click: float | None
    terrain: float


def write_map(
    run: Run, path: Path, *, largest_mb: float = LARGEST_MB, progress: Progress | None = None
) -> tuple[Detail, float]:
    """Write the map of a run as one HTML file, whole or not at all; return its detail and its size [MB].

    The classes of all operators together keep the run's own pixels as long as the file may be so large; what else it
    holds becomes coarser first, and the page says how coarse.

    Raises
    ------
    InputError : not even the coarsest page is so small.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    maps = ServiceMaps(run)
    layers: list[ClassLayer] = []
    clicks: list[ClickLayer] = []
    figures: dict[str, Any] = {}
    for layer, told, services in class_layers(maps, lambda done, total: tell("map layers", done, total)):
        layers.append(layer)
        figures |= told
        if services is not None:
            clicks.append(click_layer(maps, layer.key.split("/")[0], services))
    content = {**page_content(run, maps), "figures": figures}
    height_m = run.elevation()
    west, south, east, north = content["bounds"]
    bounds = (west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
    packed: dict[tuple[str, float], Any] = {}

    def pack(name: str, resolution_m: float, make: Callable[[MercatorGrid], Any]) -> Any:
        key = name, resolution_m
        if key not in packed:
            packed[key] = make(MercatorGrid.over(bounds, resolution_m))
        return packed[key]

    for step, detail in enumerate(details(run.grid.resolution_m)):
        tell("map file", step, len(details(run.grid.resolution_m)))
        rasters: dict[str, Any] = {"classes": {}, "click": {}}
        for layer in layers:
            fine = detail.classes if layer.key.endswith("/") else detail.operators
            if fine is not None:
                rasters["classes"][layer.key] = pack(
                    layer.key, fine, lambda onto, layer=layer: layer.packed(run.grid, onto)  # type: ignore[misc]
                )
        for click in clicks if detail.click is not None else []:
            rasters["click"][click.technology] = pack(
                f"click {click.technology}", detail.click, lambda onto, click=click: click.packed(run.grid, onto)  # type: ignore[misc, arg-type]
            )
        rasters["terrain"] = pack("terrain", detail.terrain, lambda onto: terrain_raster(height_m, run.grid, onto))
        page = single_page(content, rasters).encode()
        if len(page) <= largest_mb * 1e6:
            break
    else:
        raise input_error(
            "map", f"not even the coarsest page of this run is as small as {largest_mb:g} MB",
            f"Allow {len(page) / 1e6 + 0.1:.1f} MB or more, or simulate on a coarser grid", field="--largest-mb",
        )  # fmt: skip
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{path.parent}: cannot be made: {error.strerror or error}") from error
    write_atomically(path, page)
    tell("map file", 1, 1)
    return detail, len(page) / 1e6


def details(resolution_m: float) -> list[Detail]:
    """Return the details to try for a run, the finest first."""

    def at_least(coarse_m: float) -> float:
        return max(resolution_m, coarse_m)

    steps = [Detail(resolution_m, at_least(fine), at_least(1.5 * fine), at_least(150.0)) for fine in (90.0, 120.0, 150.0)]
    steps += [Detail(resolution_m, at_least(200.0), at_least(300.0), at_least(200.0))]
    steps += [Detail(resolution_m, None, at_least(300.0), at_least(250.0))]
    steps += [Detail(factor * resolution_m, None, 5 * factor * resolution_m, at_least(300.0)) for factor in (1.5, 2.0, 3.0, 5.0)]
    return list(dict.fromkeys(steps))
