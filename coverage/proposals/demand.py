"""What a proposal is to cover: pixels with their weights, and the shares that are asked for, zone by zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.coverage.proposals.places import roads_by_pixel, villages_by_pixel
from phusong.coverage.statistics import AREA_UNITS_KM2, COVERED, NO_DATA, PEOPLE_UNITS, Weights
from phusong.scenarios.question import GoalTarget, Question
from phusong.scenarios.store import Run
from phusong.terrain.zones import Zones

BoolArray = npt.NDArray[np.bool_]
WeightArray = npt.NDArray[np.int64]
UNITS = {"area": AREA_UNITS_KM2, "people": PEOPLE_UNITS, "villages": 1.0, "roads": 1e3}
"""Units of weight in a km2, a person, a village, a kilometre."""
AIM = "aim"
"""The weights by which plans are compared, and that are maximised where something is."""
UNIT_NAMES = {"area": "km2", "people": "people", "villages": "villages", "roads": "km", "both": "share"}
BOTH_UNITS = 1e12
"""Units of weight of the whole where area and people count by equal parts."""


@dataclass(frozen=True)
class Ask:
    """A share that must be covered in one place.

    Attributes
    ----------
    target : number of the target of the question that asks it.
    name : what it is called; measure : what is counted.
    layer, zone : where, as labels of the demand; no layer: the whole area.
    percent : of what: "total" or "reachable".
    """

    target: int
    name: str
    measure: str
    layer: str | None
    zone: int
    percent: float
    of: str


@dataclass(frozen=True, eq=False)
class Wanted:
    """What there is to cover on the grid, before any new site.

    Attributes
    ----------
    in_area : (rows, columns) pixels with data inside the area that the question is about.
    counted : those where something is asked for: there, or in the zones of a target.
    place : those of them of which shares are told: the area where the question has an aim or a target for it.
    covered : those that the network covers.
    share : (rows, columns) of the places of each pixel that it covers, 0 to 1.
    weights : by measure (rows, columns), in ``UNITS``; ``AIM``: those by which plans are compared, in the place.
    labels : by layer the zone of each pixel; -1: none.
    names : by layer the names of its zones.
    asks : every share asked for.
    notes : what was assumed.
    """

    in_area: BoolArray
    counted: BoolArray
    place: BoolArray
    covered: BoolArray
    share: npt.NDArray[np.float32]
    weights: dict[str, WeightArray]
    labels: dict[str, npt.NDArray[np.int32]]
    names: dict[str, tuple[str, ...]]
    asks: tuple[Ask, ...]
    notes: tuple[str, ...]

    @property
    def measures(self) -> tuple[str, ...]:
        """Return what can be counted by itself."""
        return tuple(name for name in self.weights if name in UNITS)

    @property
    def place_labels(self) -> npt.NDArray[np.int32]:
        """Return (rows, columns) 0 in the place of which shares are told and -1 outside."""
        return np.where(self.place, 0, -1).astype(np.int32)

    def place_name(self, layer: str | None, zone: int) -> str:
        """Return the name of a place; of the whole area none."""
        return "" if layer is None else self.names[layer][zone]

    def pixels_of(self, layer: str | None, zone: int) -> BoolArray:
        """Return the counted pixels of a place."""
        return self.in_area if layer is None else self.counted & (self.labels[layer] == zone)

    def whole(self, measure: str, layer: str | None = None, zone: int = 0) -> int:
        """Return what there is of a measure in a place."""
        return int(self.weights[measure][self.pixels_of(layer, zone)].sum())


def wanted_by(run: Run, question: Question) -> Wanted:
    """Return what a question counts; ``check_question`` knows its zones.

    Raises
    ------
    InputError : a file of places that cannot be read.
    """
    grid = run.grid
    state = run.layer("covered", question.technology)
    known = state != NO_DATA
    targets = question.targets
    area_layer = run.scenario.area.zones
    asked = (target.zones for target in targets)
    used = [name for name in (area_layer, question.zones, *asked) if name is not None]
    layers = {name: run.zone_layer(name) for name in dict.fromkeys(used)}
    maps = {name: zones.rasterize(grid) for name, zones in layers.items()}
    whole = question.zones or area_layer
    kinds = layers[whole].kind
    meant = [place for place, kind in enumerate(kinds) if question.zone_type in (None, kind)]
    in_area = known & np.isin(maps[whole], meant)
    asks, labels, names = _asks(targets, layers, maps)
    labels.setdefault(area_layer, maps[area_layer])
    names.setdefault(area_layer, layers[area_layer].name)
    zones_asked = np.zeros_like(known)
    for ask in asks:
        if ask.layer is not None:
            zones_asked |= known & (labels[ask.layer] == ask.zone)
    is_of_area = question.maximize is not None or any(ask.layer is None for ask in asks)
    place = in_area if is_of_area else zones_asked
    counted = place | zones_asked
    people = run.population()
    pixel_km2 = grid.pixel_area_km2().astype(np.float64)
    notes = []
    if people is None:
        people = spread_people(layers[area_layer], maps[area_layer], pixel_km2)
        notes.append("People are spread evenly over the area of their commune.")
    weighed = Weights.of(grid, people)
    if weighed.people is None:
        raise AssertionError("people are given")
    weights = {"area": weighed.area.astype(np.int64), "people": weighed.people}
    if question.demand.villages is not None:
        weights["villages"] = villages_by_pixel(question.demand.villages, grid)
    if question.demand.roads is not None:
        weights["roads"] = roads_by_pixel(question.demand.roads, grid)
    for weight in weights.values():
        weight[~counted] = 0
    weights["both"] = _both(weights["area"], weights["people"], place)
    weights[AIM] = np.where(place, weights[measure_of(question)], 0)
    share = run.layer("probability", question.technology)
    return Wanted(
        in_area=in_area, counted=counted, place=place, covered=counted & (state == COVERED),
        share=np.clip(np.nan_to_num(np.asarray(share, dtype=np.float32) * np.float32(0.01)), 0.0, 1.0),
        weights=weights, labels=labels, names=names, asks=tuple(asks), notes=tuple(notes),
    )  # fmt: skip


def measure_of(question: Question) -> str:
    """Return what plans are compared by: what is maximised, else what the first target counts."""
    return question.maximize or question.targets[0].measure


def _asks(
    targets: Sequence[GoalTarget],
    layers: Mapping[str, Zones],
    maps: Mapping[str, npt.NDArray[np.int32]],
) -> tuple[list[Ask], dict[str, npt.NDArray[np.int32]], dict[str, tuple[str, ...]]]:
    """Return every share asked for, zone by zone where each is, with the labels and names of the zones used."""
    asks: list[Ask] = []
    labels: dict[str, npt.NDArray[np.int32]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for number, target in enumerate(targets):
        if target.zones is None:
            asks.append(Ask(number, target.measure, target.measure, None, 0, target.at_least_percent, target.of))
            continue
        zones = layers[target.zones]
        chosen = [place for place in range(len(zones)) if _is_meant(zones, place, target)]
        if target.each or target.zone is not None:
            labels[target.zones], names[target.zones] = maps[target.zones], zones.name
            asks += [_ask(number, target, zones.name[place], target.zones, place) for place in chosen]
            continue
        key = f"{target.zones}[{target.zone_type}]" if target.zone_type is not None else f"{target.zones} together"
        labels[key] = np.where(np.isin(maps[target.zones], chosen), 0, -1).astype(np.int32)
        names[key] = (key,)
        asks.append(_ask(number, target, key, key, 0))
    return asks, labels, names


def _ask(number: int, target: GoalTarget, place: str, layer: str, zone: int) -> Ask:
    name = f"{target.zones}: {place}, {target.measure}"
    return Ask(number, name, target.measure, layer, zone, target.at_least_percent, target.of)


def _is_meant(zones: Zones, place: int, target: GoalTarget) -> bool:
    if target.zone_type is not None and zones.kind[place] != target.zone_type:
        return False
    return target.zone is None or target.zone in (zones.name[place], zones.code[place])


def spread_people(
    zones: Zones, zone_of_pixel: npt.NDArray[np.int32], pixel_km2: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return (rows, columns) people where only those of each zone are known: evenly over its area."""
    inside = zone_of_pixel >= 0
    zone_km2 = np.bincount(zone_of_pixel[inside], weights=pixel_km2[inside], minlength=len(zones))
    density = np.divide(np.nan_to_num(zones.population), zone_km2, out=np.zeros(len(zones)), where=zone_km2 > 0.0)
    people = np.zeros_like(pixel_km2)
    people[inside] = density[zone_of_pixel[inside]] * pixel_km2[inside]
    return people


def _both(area: WeightArray, people: WeightArray, in_area: BoolArray) -> WeightArray:
    """Return weights in which all area and all people of the area count alike."""
    parts = [0.5 * BOTH_UNITS * one / max(int(one[in_area].sum()), 1) for one in (area, people)]
    return np.rint(parts[0] + parts[1]).astype(np.int64)
