"""What a simulation assumes or leaves out, as sentences to be printed under its results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from inspect import signature

import numpy as np
import numpy.typing as npt

from phusong.kernels.models import find_model
from phusong.scenarios.antenna_patterns import antenna_notes
from phusong.scenarios.ground_assumptions import clutter_assumptions, counted, population_assumptions
from phusong.scenarios.land_cover import LandCover
from phusong.scenarios.link_assumptions import link_assumptions
from phusong.scenarios.placement import inside_grid, on_terrain
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import Scenario
from phusong.terrain.elevation import Elevation
from phusong.terrain.zones import Zones


def list_assumptions(
    scenario: Scenario,
    elevation: Elevation,
    clutter_m: npt.NDArray[np.float32] | None,
    land_cover: LandCover | None,
    people: npt.NDArray[np.float64] | None,
    zones: dict[str, Zones],
    register: Register,
) -> tuple[str, ...]:
    """Return a sentence for each thing that the inputs leave open, that was assumed in its place, or left out."""
    return (
        *_projection_assumptions(scenario, elevation),
        *_terrain_assumptions(elevation, zones[scenario.area.zones]),
        *clutter_assumptions(scenario, clutter_m, land_cover),
        *population_assumptions(scenario, elevation.grid, zones[scenario.area.zones], people),
        *_model_assumptions(scenario),
        *_zone_assumptions(zones.values()),
        *antenna_notes(scenario.antennas),
        *link_assumptions(scenario, register),
        *_register_assumptions(register),
        *_cell_assumptions(register, elevation),
    )


def _projection_assumptions(scenario: Scenario, elevation: Elevation) -> Iterator[str]:
    if scenario.area.crs is None:
        yield f"Map projection: {elevation.grid.crs}, the UTM zone of the area's middle."


def _terrain_assumptions(elevation: Elevation, area: Zones) -> Iterator[str]:
    yield f"Terrain: {elevation.source}."
    yield from (f"{note.rstrip('.')}." for note in elevation.notes)
    missing = float(np.isnan(elevation.height_m[area.rasterize(elevation.grid) >= 0]).mean())
    if missing > 0.0:
        yield f"{100 * missing:.1f} % of the area has no terrain data: no data there, and no claim of coverage."


def _model_assumptions(scenario: Scenario) -> Iterator[str]:
    model = find_model(scenario.propagation.model)
    if not model.follows_terrain:
        yield f"The terrain does not count: {model.title} knows the distance alone."
    if scenario.propagation.mode != "exact":
        yield (
            f"Raster mode '{scenario.propagation.mode}': pixels share rays. It is for drafts; its error against the "
            "mode 'exact' stands in the manifest. Where the signal is far too weak to serve, it is an upper bound."
        )
    if "zone" in signature(model.path_loss).parameters:
        yield "Every path counts as inland: maps know no sea."


def _zone_assumptions(layers: Iterable[Zones]) -> Iterator[str]:
    for layer in layers:
        if layer.approximate:
            yield f"The zones '{layer.layer}' are approximate, their borders are not the real ones: {layer.source}."
        unknown = int(np.isnan(layer.population).sum())
        if 0 < unknown < len(layer):
            yield f"{counted(unknown, 'zone')} of '{layer.layer}' without a population: people there are not counted."


def _register_assumptions(register: Register) -> Iterator[str]:
    if register.synthetic:
        yield "The site register is synthetic: real positions of masts are not public, these are made by rule."
    for field, where in register.assumed.items():
        if count := int(where.sum()):
            values = ", ".join(sorted({f"{value}" for value in getattr(register, field)[where].tolist()}))
            yield f"{field} is assumed to be {values} for {counted(count, 'cell')} where the register says nothing."


def _cell_assumptions(register: Register, elevation: Elevation) -> Iterator[str]:
    for status, count in sorted(Counter(register.status.tolist()).items()):
        if status != "on":
            yield f"{counted(count, 'cell')} of status '{status}': not simulated."
    on, inside = register.status == "on", inside_grid(register, elevation.grid)
    if count := int((on & ~inside).sum()):
        yield f"{counted(count, 'cell')} outside the grid: not simulated."
    stranded = on & inside & ~on_terrain(register, elevation)
    if stranded.any():
        masts = len(set(register.site[stranded].tolist()))
        yield (
            f"{counted(masts, 'mast')} ({counted(int(stranded.sum()), 'cell')}) where the terrain has no data: "
            "not simulated."
        )
