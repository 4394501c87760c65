"""Why a site is proposed, in a line of Vietnamese or English made from plain figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from phusong.scenarios.question import KIND_WORDS, GoalTarget, Kind, Measure
from phusong.scenarios.written import Language, layer_name, number, short

_NAMED = 3


class CommuneGain(NamedTuple):
    """What a site adds in one commune."""

    name: str
    area_km2: float


class Hop(NamedTuple):
    """The backhaul hop that a site needs: over what distance, to which site or mast."""

    site: str
    distance_km: float


class SiteFacts(NamedTuple):
    """What is known of a proposed site, counted after all sites before it in the roll-out.

    Attributes
    ----------
    kind : as the table of proposals writes it, a value of ``KIND_WORDS``; else a kind of the user's list.
    gain_km2, gain_people : what it adds.
    communes : where it adds it.
    holes_km2 : of each area without coverage that it closes entirely.
    hop : None: it has an existing mast's backhaul, or none is asked for.
    is_forced : whether the question demands it.
    targets : those that are missed before it and met after it.
    """

    kind: str
    gain_km2: float
    gain_people: float
    communes: tuple[CommuneGain, ...] = ()
    holes_km2: tuple[float, ...] = ()
    hop: Hop | None = None
    is_forced: bool = False
    targets: tuple[GoalTarget, ...] = ()


class _Words(NamedTuple):
    gain: str
    people: str
    nothing: str
    others: str
    last: str
    one_hole: str
    holes: str
    hop: str
    forced: str
    target: str
    kinds: Mapping[Kind, str]
    measures: Mapping[Measure, str]
    each: str
    reachable: str


_WORDS: Mapping[Language, _Words] = {
    "vi": _Words(
        gain="Phủ sóng thêm {area} km²",
        people="khoảng {people} dân",
        nothing="Không phủ sóng thêm diện tích nào",
        others="{count} xã, phường khác",
        last=" và ",
        one_hole="xóa hẳn 1 vùng lõm sóng ({area} km²)",
        holes="xóa hẳn {count} vùng lõm sóng, lớn nhất {area} km²",
        hop="cần tuyến truyền dẫn {distance} km tới {site}",
        forced="bắt buộc chọn theo yêu cầu",
        target="đạt mục tiêu {target}",
        kinds={
            "masts": "Lắp thêm trên cột có sẵn",
            "hilltops": "Trạm mới trên đỉnh đồi",
            "grid": "Trạm mới",
            "roads": "Trạm mới cạnh đường",
            "listed": "Vị trí do người dùng đề xuất",
        },
        measures={"area": "diện tích", "people": "dân số", "villages": "thôn, bản", "roads": "đường"},
        each="từng {zones}",
        reachable=" phần có thể phủ",
    ),
    "en": _Words(
        gain="Covers {area} km² more",
        people="about {people} people",
        nothing="Covers no further area",
        others="{count} other communes",
        last=" and ",
        one_hole="closes a hole of {area} km²",
        holes="closes {count} holes, the largest of {area} km²",
        hop="needs a hop of {distance} km to {site}",
        forced="demanded by the question",
        target="reaches the target {target}",
        kinds={
            "masts": "On an existing mast",
            "hilltops": "New site on a hilltop",
            "grid": "New site",
            "roads": "New site beside a road",
            "listed": "Place from the user's list",
        },
        measures={"area": "area", "people": "people", "villages": "villages", "roads": "roads"},
        each="each of the {zones}",
        reachable=" of the reachable",
    ),
}


def reason(facts: SiteFacts, language: Language) -> str:
    """Return a sentence on what a site adds and where, and one on what it takes."""
    words = _WORDS[language]
    kinds: list[Kind] = [kind for kind, word in KIND_WORDS.items() if word == facts.kind]
    added = _gain(facts, language)
    if where := _where(facts.communes, language):
        added += f": {where}"
    holes = _holes(facts.holes_km2, language)
    targets = [words.target.format(target=target_words(target, language)) for target in facts.targets]
    first = "; ".join(filter(None, [added, holes, *targets]))
    second = [words.kinds[kinds[0] if kinds else "listed"]]
    if facts.hop is not None:
        distance = number(facts.hop.distance_km, 1, language)
        second.append(words.hop.format(distance=distance, site=facts.hop.site))
    if facts.is_forced:
        second.append(words.forced)
    return f"{first}. {', '.join(second)}."


def target_words(target: GoalTarget, language: Language) -> str:
    """Return a target for people: "từng xã, phường: diện tích ≥ 90%"."""
    words = _WORDS[language]
    share = f"{words.measures[target.measure]} ≥ {short(target.at_least_percent, language)}%"
    share += words.reachable if target.of == "reachable" else ""
    if target.zones is None:
        return share
    layer = layer_name(target.zones, language)
    zones = target.zone or target.zone_type or layer[:1].lower() + layer[1:]
    return f"{words.each.format(zones=zones) if target.each else zones}: {share}"


def _gain(facts: SiteFacts, language: Language) -> str:
    words = _WORDS[language]
    people = words.people.format(people=number(rounded_people(facts.gain_people), 0, language))
    if facts.gain_km2 <= 0.0 and facts.gain_people < 0.5:
        return words.nothing
    gain = words.gain.format(area=area_words(facts.gain_km2, language))
    return gain if facts.gain_people < 0.5 else f"{gain}{words.last}{people}"


def _where(communes: tuple[CommuneGain, ...], language: Language) -> str:
    """Return the communes with the greatest gain first, the rest as a number."""
    words = _WORDS[language]
    order = sorted(communes, key=lambda one: (-one.area_km2, one.name))
    shown = order if len(order) <= _NAMED + 1 else order[:_NAMED]
    parts = [f"{one.name} ({area_words(one.area_km2, language)} km²)" for one in shown]
    if len(order) > len(shown):
        parts.append(words.others.format(count=len(order) - len(shown)))
    return parts[0] if len(parts) == 1 else words.last.join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _holes(holes_km2: tuple[float, ...], language: Language) -> str:
    if not holes_km2:
        return ""
    words = _WORDS[language]
    hole = words.one_hole if len(holes_km2) == 1 else words.holes
    return hole.format(count=len(holes_km2), area=area_words(max(holes_km2), language))


def rounded_people(people: float) -> float:
    """Return a number of people to two figures, but never finer than one person: made counts are not known better."""
    step = 10.0 ** max(len(f"{people:.0f}") - 2, 0)
    return round(people / step) * step


def area_words(area_km2: float, language: Language) -> str:
    """Return an area with one decimal, or with as many as it takes to be more than nothing, three at most."""
    decimals = next((few for few in (1, 2) if round(area_km2, few) > 0.0), 3)
    return number(area_km2, decimals, language)
