"""The rules of a question as rules of the problem: names become numbers, distances become pairs and hops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.proposals.structure import PlaceArray, backhaul_hops, nearest_km, too_close
from phusong.coverage.selection.problem import Quota, Requirement
from phusong.errors import InputError, Problem
from phusong.scenarios.question import Rules, SiteQuota
from phusong.scenarios.store import Run
from phusong.scenarios.suggestions import nearest

UPGRADE = "mast to upgrade"
"""The kind of candidates that stand already."""
COST_UNITS = 1000
"""Whole units of cost in one unit of a question."""


class Structure(NamedTuple):
    """What a plan must keep to, by candidates' numbers, as ``selection.Problem`` takes it."""

    forced: tuple[int, ...]
    forbidden: tuple[int, ...]
    conflicts: npt.NDArray[np.int32]
    quotas: tuple[Quota, ...]
    requirements: tuple[Requirement, ...]


def structure_of(rules: Rules, sites: pd.DataFrame, masts_km: PlaceArray, run: Run) -> Structure:
    """Return the rules of a question for its candidates.

    Parameters
    ----------
    sites : a row for each candidate: site, kind, operator, requires, x_km, y_km, row, column.
    masts_km : (masts, 2) where the masts stand that are there, on the same projection.

    Raises
    ------
    InputError : a rule names a site that is no candidate (all of them at once); ``check_question`` knows the rest.
    """
    number = {str(name): place for place, name in enumerate(sites["site"])}
    places_km = sites[["x_km", "y_km"]].to_numpy(dtype=np.float64)
    is_new = (sites["kind"] != UPGRADE).to_numpy()
    problems: list[Problem] = []
    forced = _numbers(rules.force, number, "rules.force", problems)
    forbidden = set(_numbers(rules.forbid, number, "rules.forbid", problems))
    if problems:
        raise InputError(problems)
    if rules.spacing_existing_km is not None:
        too_near = is_new & (nearest_km(places_km, masts_km) < rules.spacing_existing_km)
        forbidden |= set(np.flatnonzero(too_near).tolist()) - set(forced)
    requirements = _requirements(sites, number)
    if rules.backhaul_km is not None:
        new = np.flatnonzero(is_new)
        hops = backhaul_hops(places_km[new], masts_km, rules.backhaul_km)
        requirements += [
            Requirement(int(new[hop.candidate]), tuple(new[list(hop.any_of)].tolist())) for hop in hops.requirements
        ]
        forbidden |= set(new[list(hops.cut_off)].tolist())
    quotas = [quota for rule in rules.quotas for quota in _quotas(rule, sites, run)]
    return Structure(
        tuple(sorted(forced)), tuple(sorted(forbidden)), too_close(places_km, rules.spacing_km or 0.0),
        tuple(quotas), tuple(requirements),
    )  # fmt: skip


def _numbers(names: Sequence[str], number: dict[str, int], field: str, problems: list[Problem]) -> list[int]:
    problems += [
        Problem("question", None, field, f"there is no candidate '{name}'", nearest(name, number, "candidates"))
        for name in names
        if name not in number
    ]
    return [number[name] for name in names if name in number]


def _requirements(sites: pd.DataFrame, number: dict[str, int]) -> list[Requirement]:
    """Return what the user's list requires; its names were checked when it was read, and some may have been thinned."""
    found = []
    for place, text in enumerate(sites["requires"].astype(str)):
        if text:
            found.append(Requirement(place, tuple(sorted(number[name] for name in text.split("|") if name in number))))
    return found


def _quotas(rule: SiteQuota, sites: pd.DataFrame, run: Run) -> list[Quota]:
    groups = _groups(rule, sites, run)
    if not rule.each:
        name = rule.name or rule.zone_type or "all"
        groups = {name: tuple(sorted({one for members in groups.values() for one in members}))}
    return [
        Quota(f"{rule.of} {name}", members, rule.least, len(members) if rule.most is None else rule.most)
        for name, members in groups.items()
    ]


def _groups(rule: SiteQuota, sites: pd.DataFrame, run: Run) -> dict[str, tuple[int, ...]]:
    """Return the candidates of each operator, or of each zone, that a rule speaks of."""
    if rule.of == "operator":
        operators = sites["operator"].astype(str).to_numpy()
        meant = sorted(set(operators.tolist())) if rule.name is None else [rule.name]
        return {name: tuple(np.flatnonzero(operators == name).tolist()) for name in meant}
    zones = run.zone_layer(rule.of)
    labels = zones.rasterize(run.grid)[sites["row"].to_numpy(np.int64), sites["column"].to_numpy(np.int64)]
    return {
        f"{zones.name[zone]} ({zones.code[zone]})": tuple(np.flatnonzero(labels == zone).tolist())
        for zone in range(len(zones))
        if rule.name in (None, zones.name[zone], zones.code[zone]) and rule.zone_type in (None, zones.kind[zone])
    }
