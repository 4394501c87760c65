"""Whether a run can answer a question: its zones, operators and people, before anything slow is begun."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from phusong.errors import InputError, Problem
from phusong.scenarios.question import Question
from phusong.scenarios.question_text import target_text
from phusong.scenarios.run import Run
from phusong.scenarios.suggestions import nearest
from phusong.terrain.zones import Zones


def check_question(question: Question, run: Run) -> None:
    """Raise InputError with every name of the question that the run does not know."""
    if problems := [Problem(f"question {question.name}", None, *found) for found in _findings(question, run)]:
        raise InputError(problems)


def zones_asked(run: Run, layer: str, zone_type: str | None, zone: str | None) -> Zones:
    """Return the zones that a target or quota names, checked before.

    Parameters
    ----------
    layer : a zone layer of the run; zone_type : only those of a type; zone : only the one with this name or code.
    """
    zones = run.zone_layer(layer)
    wanted = [
        (zone_type is None or zones.kind[index] == zone_type)
        and (zone is None or zone in (zones.name[index], zones.code[index]))
        for index in range(len(zones))
    ]
    return zones.select(np.array(wanted, dtype=np.bool_))


def _findings(question: Question, run: Run) -> Iterator[tuple[str, str, str]]:
    """Yield (field, message, remedy)."""
    if question.technology not in run.technologies:
        known = f"It has: {', '.join(run.technologies)}"
        yield "technology", f"the run has no technology '{question.technology}'", known
    if question.zones is not None:
        yield from _zone_findings(run, "zones", question.zones, question.zone_type, None)
    for target in question.targets:
        if target.zones is not None:
            yield from _zone_findings(run, f"target {target_text(target)}", target.zones, target.zone_type, target.zone)
    operators = sorted(set(run.cells()["operator"]))
    for index, quota in enumerate(question.rules.quotas, start=1):
        field = f"quota {index}"
        if quota.of != "operator":
            yield from _zone_findings(run, field, quota.of, quota.zone_type, quota.name)
        elif quota.name is not None and quota.name not in operators:
            yield field, f"the run has no operator '{quota.name}'", nearest(quota.name, operators, "operators")
    if "people" in question.measures and not _knows_people(run):
        remedy = "Give the zones of its area a population, or the scenario a population raster, and simulate again"
        yield "people", "the run does not know how many people live where", remedy


def _zone_findings(
    run: Run, field: str, layer: str, zone_type: str | None, zone: str | None
) -> Iterator[tuple[str, str, str]]:
    layers = list(run.manifest["zones"])
    if layer not in layers:
        yield field, f"the run has no zone layer '{layer}'", nearest(layer, layers, "layers")
        return
    zones = run.zone_layer(layer)
    if zone_type is not None and zone_type not in zones.kind:
        known = sorted({kind for kind in zones.kind if kind})
        yield field, f"layer '{layer}' has no zone of type '{zone_type}'", nearest(zone_type, known, "types")
        return
    found = len(zones_asked(run, layer, zone_type, zone))
    if found == 0:
        names = list(dict.fromkeys(zones.name))
        close = nearest(f"{zone}", names, "zones").split("Known zones")[0]
        remedy = f"{close}Give the name or code of a zone of the layer"
        yield field, f"layer '{layer}' has no zone '{zone}'", remedy
    elif zone is not None and found > 1:
        codes = ", ".join(zones_asked(run, layer, zone_type, zone).code)
        yield field, f"{found} zones of layer '{layer}' are called '{zone}'", f"Give the code of one: {codes}"


def _knows_people(run: Run) -> bool:
    area = run.zone_layer(run.scenario.area.zones)
    return run.population() is not None or bool(np.nansum(area.population) > 0.0)
