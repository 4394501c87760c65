"""What a scenario's propagation table says to its model: the arguments of the call, and what is wrong with them.

Tables and functions meet here by name. A model takes of `TABLE` what its call knows; everything else that it knows may
stand under ``settings``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from phusong.errors import InputError, Problem
from phusong.kernels.added_losses import find_added_loss
from phusong.kernels.arguments import Range
from phusong.kernels.models import Model, find_model
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import Propagation, Scenario
from phusong.scenarios.suggestions import nearest

TABLE: Mapping[str, str] = {
    "rx_height_m": "receiver_height_m",
    "time_percent": "time_percent",
    "polarization": "polarization",
    "delta_n": "delta_n",
    "surface_refractivity": "surface_refractivity",
}
"""Arguments that have a key of their own in [propagation], and that key."""
PLACED = ("distance_m", "terrain_m", "clutter_m", "frequency_mhz", "tx_height_m", "latitude_deg", "resolution_m")
"""Arguments that follow from the mast, the band, the grid and the terrain."""
OF_THE_SEA = ("zone", "coast_distance_tx_km", "coast_distance_rx_km")
"""Arguments that a map cannot give: its paths are inland from end to end."""
OF_LAND_COVER = ("clutter_class", "clutter_offset_db")
"""Arguments that say what the receiver stands in; where the scenario has a land cover, they follow from it."""

RASTER_MODES = ("p1812",)
"""The models that have more raster modes than "exact"."""

_MEDIAN_PERCENT = 50.0


def call_arguments(
    call: Callable[..., Any], settings: Mapping[str, Any], propagation: Propagation, **placed: Any
) -> dict[str, Any]:
    """Return the arguments of a model's or an added loss's call: settings, table and place, as far as it knows them."""
    known = inspect.signature(call).parameters
    table = {name: getattr(propagation, key) for name, key in TABLE.items()}
    return {**{name: value for name, value in {**table, **placed}.items() if name in known}, **settings}


def takes_land_cover(propagation: Propagation) -> bool:
    """Whether the model has a loss for what the receiver stands in."""
    return set(OF_LAND_COVER) <= set(_known(find_model(propagation.model).path_loss))


def described(scenario: Scenario) -> dict[str, Any]:
    """Return the model and all arguments of its call as they are used, defaults included, for a manifest."""
    propagation = scenario.propagation
    model = find_model(propagation.model)
    follows = PLACED if scenario.land_cover is None else (*PLACED, *OF_LAND_COVER)
    own = {
        name: parameter.default
        for name, parameter in inspect.signature(model.path_loss).parameters.items()
        if parameter.default is not inspect.Parameter.empty and name not in follows
    }
    return {
        "title": model.title,
        "follows_terrain": model.follows_terrain,
        "validity": {name: str(allowed) for name, allowed in model.validity.items()},
        "arguments": {**own, **call_arguments(model.path_loss, propagation.settings, propagation)},
        "added_losses": [
            {"title": find_added_loss(loss.name).title, **loss.settings} for loss in propagation.added_losses
        ],
    }


def model_problems(place: str, scenario: Scenario, register: Register | None) -> Iterator[Problem]:
    """Yield everything in a scenario that its propagation model cannot compute.

    Parameters
    ----------
    place : how to call the scenario in a problem.
    register : its cells, if they could be read.
    """
    used = scenario.bands.keys() if register is None else set(register.band.tolist())
    bands = {name: band for name, band in scenario.bands.items() if name in used}
    frequencies_mhz = sorted({band.frequency_mhz for band in bands.values()})
    yield from propagation_problems(place, scenario.propagation, scenario.grid.resolution_m, frequencies_mhz)
    yield from _place_problems(place, scenario)
    model = find_model(scenario.propagation.model)
    for name, band in bands.items():
        yield from _range_problems(place, model, "frequency_mhz", f"bands.{name}.frequency_mhz", [band.frequency_mhz])
        for number, loss in enumerate(scenario.propagation.added_losses):
            allowed = find_added_loss(loss.name).limits.get("frequency_mhz")
            if allowed is not None and not allowed.low <= band.frequency_mhz <= allowed.high:
                message = f"{band.frequency_mhz:g} MHz, of the band '{name}', is out of range of '{loss.name}'"
                field = f"propagation.added_losses.{number}.name"
                yield Problem(place, None, field, message, f"Allowed: {allowed}")
    if register is not None:
        heights_m = register.antenna_height_m.tolist()
        yield from _range_problems(place, model, "tx_height_m", "sites.antenna_height_m", heights_m)


def propagation_problems(
    place: str, propagation: Propagation, resolution_m: float, frequencies_mhz: Sequence[float]
) -> Iterator[Problem]:
    """Yield what is wrong with a propagation table, whatever the masts; at each frequency that is in range."""
    model = find_model(propagation.model)
    yield from _mode_problems(place, propagation)
    if propagation.time_percent != _MEDIAN_PERCENT and "time_percent" not in _known(model.path_loss):
        message = f"the model '{model.name}' knows no time percentage"
        yield Problem(
            place, None, "propagation.time_percent", message, f"Leave {_MEDIAN_PERCENT:g}, or take another model."
        )
    farthest_m = model.limits["distance_m"].high
    if 1000.0 * propagation.radius_km > farthest_m:
        message = f"{propagation.radius_km:g} km is beyond the model '{model.name}'"
        remedy = f"Give at most {farthest_m / 1000.0:g} km."
        yield Problem(place, None, "propagation.radius_km", message, remedy)
    link = propagation, resolution_m, frequencies_mhz
    yield from _call_problems(place, "propagation", model.path_loss, model.limits, propagation.settings, *link)
    for number, loss in enumerate(propagation.added_losses):
        added = find_added_loss(loss.name)
        where = f"propagation.added_losses.{number}"
        yield from _call_problems(place, where, added.loss, added.limits, loss.settings, *link)


def _mode_problems(place: str, propagation: Propagation) -> Iterator[Problem]:
    if propagation.mode != "exact" and propagation.model not in RASTER_MODES:
        message = f"the mode '{propagation.mode}' exists for {', '.join(RASTER_MODES)} only"
        yield Problem(place, None, "propagation.mode", message, 'Give mode = "exact".')
    elif propagation.mode != "exact" and propagation.time_percent != _MEDIAN_PERCENT:
        message = f"the mode '{propagation.mode}' computes {_MEDIAN_PERCENT:g} % of time only"
        yield Problem(place, None, "propagation.mode", message, 'Give mode = "exact", or time_percent = 50.')
    if propagation.mode != "exact" and propagation.model in RASTER_MODES and propagation.settings:
        message = f"the mode '{propagation.mode}' computes the median alone, without further settings"
        yield Problem(place, None, "propagation.settings", message, 'Give mode = "exact", or leave the settings out.')
    if propagation.refine_db > 0.0 and propagation.mode != "fast":
        message = f"there is nothing to refine in the mode '{propagation.mode}'"
        yield Problem(place, None, "propagation.refine_db", message, 'Leave it out, or give mode = "fast".')


def _place_problems(place: str, scenario: Scenario) -> Iterator[Problem]:
    """Yield what would count twice: the land cover, or the variability of places (in the loss and in the margin)."""
    if scenario.land_cover is not None and takes_land_cover(scenario.propagation):
        for name in OF_LAND_COVER:
            if name in scenario.propagation.settings:
                message = "the land cover says what the receiver stands in, pixel by pixel"
                remedy = "Leave it out, or take [land_cover] out of the scenario."
                yield Problem(place, None, f"propagation.settings.{name}", message, remedy)
    percent = scenario.propagation.settings.get("location_percent", _MEDIAN_PERCENT)
    for technology, definition in scenario.coverage.items():
        if percent != _MEDIAN_PERCENT and definition.shadow_margin_db > 0.0:
            message = f"the model already computes {percent:g} % of places, and this adds a margin for them again"
            remedy = "Give shadow_sigma_db = 0 here, or take location_percent out of propagation.settings."
            yield Problem(place, None, f"coverage.{technology}.shadow_sigma_db", message, remedy)


def _known(call: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(call).parameters)


def _range_problems(place: str, model: Model, argument: str, field: str, values: Sequence[float]) -> Iterator[Problem]:
    allowed: Range = model.limits[argument]
    beyond = [value for value in values if not allowed.low <= value <= allowed.high]
    if beyond:
        shown = ", ".join(f"{value:g}" for value in sorted(set(beyond))[:5])
        count = f" ({len(beyond)} cells)" if len(beyond) > 1 else ""
        message = f"{shown}{count} is out of range of the model '{model.name}' ({model.title})"
        yield Problem(place, None, field, message, f"Allowed: {allowed}, or take another model.")


def _allowed(limits: Mapping[str, Range], name: str) -> str:
    return f": {limits[name]}" if name in limits else ""


def _call_problems(
    place: str,
    table: str,
    call: Callable[..., Any],
    limits: Mapping[str, Range],
    settings: Mapping[str, Any],
    propagation: Propagation,
    resolution_m: float,
    frequencies_mhz: Sequence[float],
) -> Iterator[Problem]:
    """Yield the problems of the settings of a call: names it does not know, and what it says to a path of 1 km."""
    free = [name for name in _known(call) if name not in (*PLACED, *TABLE, *OF_THE_SEA)]
    wrong = [name for name in settings if name not in free]
    for name in wrong:
        field = f"{table}.settings.{name}"
        if name in TABLE:
            remedy = f"Give it as {TABLE[name]} under [propagation]."
        elif name in OF_THE_SEA:
            remedy = "Leave it out: the paths of a map count as inland."
        elif name in PLACED:
            remedy = "Leave it out: it follows from the masts, the bands and the terrain."
        else:
            remedy = nearest(name, free, "settings")
        yield Problem(place, None, field, f"'{name}' is not a setting here", remedy)
    kept = {name: value for name, value in settings.items() if name not in wrong}
    required = [
        name
        for name, parameter in inspect.signature(call).parameters.items()
        if name in free and name not in kept and parameter.default is inspect.Parameter.empty
    ]
    for name in required:
        field = f"{table}.settings.{name}"
        yield Problem(place, None, field, f"'{name}' is missing", f"Add it to settings{_allowed(limits, name)}.")
    if required:
        return

    def inside(name: str, wanted: float) -> float:
        allowed = limits.get(name)
        return wanted if allowed is None else min(max(wanted, allowed.low), allowed.high)

    path = np.linspace(0.0, inside("distance_m", 1000.0), 21)
    allowed = limits.get("frequency_mhz")
    in_range = [one for one in frequencies_mhz if allowed is None or allowed.low <= one <= allowed.high]
    told: set[Problem] = set()
    for frequency_mhz in in_range or [inside("frequency_mhz", 1800.0)]:
        placed: dict[str, Any] = {
            "distance_m": path if "terrain_m" in _known(call) else float(path[-1]),
            "terrain_m": np.full(path.size, 10.0),
            "frequency_mhz": frequency_mhz,
            "tx_height_m": inside("tx_height_m", 30.0),
            "latitude_deg": 21.0,
            "resolution_m": resolution_m,
        }
        try:
            call(**call_arguments(call, kept, propagation, **placed))
        except InputError as error:
            for problem in error.problems:
                key = problem.field or ""
                field = f"propagation.{TABLE[key]}" if key in TABLE else f"{table}.settings.{key}"
                told.add(Problem(place, None, field, problem.message, problem.remedy))
    yield from sorted(told, key=str)
