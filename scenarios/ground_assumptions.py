"""What a simulation assumes of the ground, as sentences: clutter, land cover and people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from phusong.kernels.models import find_model
from phusong.scenarios.ground_tables import LandCoverFile, PopulationFile, PopulationMade
from phusong.scenarios.land_cover import NO_CLASS, LandCover, LandCoverClass
from phusong.scenarios.model_arguments import takes_land_cover
from phusong.scenarios.schema import Scenario
from phusong.terrain.grid import Grid
from phusong.terrain.zones import Zones


def clutter_assumptions(
    scenario: Scenario, clutter_m: npt.NDArray[np.float32] | None, land_cover: LandCover | None
) -> Iterator[str]:
    """Yield what is assumed of clutter along the path and of the classes of land cover."""
    if land_cover is not None:
        yield from _land_cover_assumptions(scenario, land_cover)
    if scenario.clutter is not None and len(scenario.clutter.paths) > 1:
        names = ", ".join(path.name for path in scenario.clutter.paths)
        yield f"Clutter heights are the greatest of {names}; where one has no data, the others count."
    if scenario.clutter is not None and scenario.clutter.nodata_is_bare:
        yield "Clutter rasters without data inside their extent are read as bare ground."
    if clutter_m is None and land_cover is not None and takes_land_cover(scenario.propagation):
        return
    if clutter_m is None:
        yield "No clutter is modelled: neither buildings nor trees, the signal is that over bare ground."
    elif not (model := find_model(scenario.propagation.model)).knows_clutter:
        yield f"The clutter heights are not used: {model.title} does not know clutter along the path."
    elif missing := int(np.isnan(clutter_m).sum()):
        yield f"{counted(missing, 'pixel')} of the grid without clutter data: no data there."


def _land_cover_assumptions(scenario: Scenario, land_cover: LandCover) -> Iterator[str]:
    model, table = find_model(scenario.propagation.model), scenario.land_cover
    here = [one for number, one in enumerate(land_cover.classes) if (land_cover.of_pixel == number).any()]
    classes = table.classes if isinstance(table, LandCoverFile) else None
    source = "the shipped table of ESA WorldCover's classes" if classes is None else classes.name
    if land_cover.made:
        yield f"The land cover is {land_cover.source}. Settlements are made inside the zones only."
    yield from _assumed_of_classes(here, source)
    used = True
    if takes_land_cover(scenario.propagation):
        offsets = ", ".join(f"{one.name} {one.spm_offset_db:+g} dB" for one in here)
        yield (
            "The receiver's surroundings are the land cover of its pixel, over the median city, "
            f"by {source}: {offsets or 'none here'}."
        )
    elif scenario.clutter is None and model.knows_clutter and table is not None and table.heights_in_path:
        heights = ", ".join(f"{one.name} {one.clutter_height_m:g} m" for one in here)
        yield f"Clutter heights are those of the land cover classes, by {source}: {heights or 'none here'}."
    else:
        used = False
        why = f"{model.title} knows no surroundings"
        if model.knows_clutter:
            why = "clutter heights are given" if scenario.clutter is not None else "heights_in_path = false"
        yield f"The land cover does not change the path loss: {why}."
    if missing := int((land_cover.of_pixel == NO_CLASS).sum()):
        yield f"{counted(missing, 'pixel')} of the grid without land cover{': no data there' if used else ''}."


def _assumed_of_classes(classes: Sequence[LandCoverClass], source: str) -> Iterator[str]:
    """Yield the terminal classes and sigmas that the table of classes does not give."""
    terminal = [f"{one.name} {one.terminal_class}" for one in classes if "terminal_class" in one.assumed]
    if terminal:
        yield (
            f"terminal_class is assumed where {source} gives none, by the class of the Standard Propagation Model, "
            f"else rural: {', '.join(terminal)}."
        )
    sigma = [f"{one.name} {one.location_sigma_db:g} dB" for one in classes if "location_sigma_db" in one.assumed]
    if sigma:
        yield (
            f"location_sigma_db is assumed where {source} gives none, by terminal class, general engineering practice: "
            f"{', '.join(sigma)}."
        )


def population_assumptions(
    scenario: Scenario, grid: Grid, area: Zones, people: npt.NDArray[np.float64] | None
) -> Iterator[str]:
    """Yield where the people of the pixels come from, and how well they agree with those of the zones."""
    if people is None:
        return
    zone_of_pixel = area.rasterize(grid)
    inside = zone_of_pixel >= 0
    match scenario.population:
        case PopulationFile(path=path, nodata_is_zero=nodata_is_zero):
            yield f"People: {path.name} holds {_compared(float(np.nansum(people[inside])), area)}."
            if nodata_is_zero:
                yield f"Cells of {path.name} without data are read as nobody living there."
            if missing := int(np.isnan(people[inside]).sum()):
                yield f"{counted(missing, 'pixel')} of the area without population data: people there are not known."
        case PopulationMade():
            yield (
                f"People are made: those of each zone of '{area.layer}' are spread over its pixels by land cover and "
                "slope, by assumed weights. No census says where in its zone anybody lives."
            )
            has_pixel = np.bincount(zone_of_pixel[inside], minlength=len(area)) > 0
            lost = ~has_pixel & (np.nan_to_num(area.population) > 0.0)
            if lost.any():
                number = float(area.population[lost].sum())
                yield f"{counted(int(lost.sum()), 'zone')} without a pixel: their {number:,.0f} people are in none."


def _compared(held: float, area: Zones) -> str:
    """Return how many people a raster holds in the area, beside what its zones state."""
    text = f"{held:,.0f} people in the area"
    known = np.isfinite(area.population)
    if not known.any():
        return f"{text}; the zones '{area.layer}' state no population to compare"
    stated = float(area.population[known].sum())
    which = "" if known.all() else f"{int(known.sum())} of {len(area)} "
    difference = f" ({100.0 * (held / stated - 1.0):+.1f} %)" if stated > 0.0 else ""
    return f"{text}, {which or 'the '}zones '{area.layer}' state {stated:,.0f}{difference}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
