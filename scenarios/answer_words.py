"""What was asked and what the answer proves, in plain sentences of Vietnamese or English."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from phusong.scenarios.proposal_tables import AnswerRecord
from phusong.scenarios.question import GoalTarget
from phusong.scenarios.reasons import target_words
from phusong.scenarios.written import Language, layer_name, number, short

_ROUNDING = 1e-6


class _Words(NamedTuple):
    sites: str
    budget: str
    limits: str
    most: str
    most_proven: str
    fewest: str
    fewest_proven: str
    cheapest: str
    cheapest_proven: str
    reached: str
    none: str
    infeasible: str
    nothing_found: str
    units: Mapping[str, str]
    maximize: str
    reach: str
    within: str
    within_sites: str
    within_budget: str
    phases: str
    least: Mapping[str, str]
    measures: Mapping[str, str]


_WORDS: Mapping[Language, _Words] = {
    "vi": _Words(
        sites=" với {count} trạm",
        budget=" với kinh phí {cost}",
        limits=" trong giới hạn đã cho",
        most="Không phương án nào{limit} tăng thêm quá {bound} {unit}; phương án này tăng thêm {value} {unit}: "
        "kém tối ưu không quá {gap}%",
        most_proven="Đã chứng minh: không phương án nào{limit} tăng thêm nhiều hơn {value} {unit} của phương án này",
        fewest="Không thể đạt mục tiêu với ít hơn {bound} trạm; phương án này dùng {value} trạm: "
        "nhiều hơn tối ưu không quá {gap}%",
        fewest_proven="Đã chứng minh: không thể đạt mục tiêu với ít hơn {value} trạm của phương án này",
        cheapest="Không phương án nào đạt mục tiêu với chi phí dưới {bound}; phương án này cần {value}: "
        "đắt hơn tối ưu không quá {gap}%",
        cheapest_proven="Đã chứng minh: không phương án nào đạt mục tiêu với chi phí thấp hơn {value}",
        reached="Không cần xây thêm trạm nào: yêu cầu đã đạt",
        none="Chưa có chứng nhận: chưa biết phương án này cách tối ưu bao xa",
        infeasible="Không phương án nào đáp ứng được yêu cầu",
        nothing_found="Chưa tìm được phương án nào trong thời gian cho phép; chưa chứng minh là không có",
        units={"km2": "km²", "people": "dân", "share": "điểm % (trung bình diện tích và dân số)"},
        maximize="phủ được nhiều {measure} nhất",
        reach="đạt {targets}",
        within="chỉ tính {zones}",
        within_sites="nhiều nhất {count} trạm",
        within_budget="kinh phí nhiều nhất {cost}",
        phases="theo các giai đoạn {names}",
        least={"cost": "với chi phí thấp nhất", "sites": "với ít trạm nhất"},
        measures={"area": "diện tích", "people": "dân số", "both": "diện tích và dân số"},
    ),
    "en": _Words(
        sites=" of {count} sites",
        budget=" within a budget of {cost}",
        limits=" within the limits given",
        most="No choice{limit} adds more than {bound} {unit}; this one adds {value}: "
        "within {gap} % of the best possible",
        most_proven="Proven: no choice{limit} adds more than the {value} {unit} of this one",
        fewest="No choice of fewer than {bound} sites reaches the targets; this one has {value}: "
        "within {gap} % of the best possible",
        fewest_proven="Proven: no choice of fewer than the {value} sites of this one reaches the targets",
        cheapest="No choice that reaches the targets costs less than {bound}; this one costs {value}: "
        "within {gap} % of the best possible",
        cheapest_proven="Proven: no choice that reaches the targets costs less than the {value} of this one",
        reached="Nothing needs to be built: what is asked for is reached already",
        none="No certificate: how far this choice is from the best possible is not known",
        infeasible="No choice of candidates meets what is asked for",
        nothing_found="No choice was found in the time given; that there is none is not proved",
        units={"km2": "km²", "people": "people", "share": "points (mean of the shares of area and people)"},
        maximize="as much {measure} as possible",
        reach="reach {targets}",
        within="in {zones} alone",
        within_sites="at most {count} sites",
        within_budget="a budget of at most {cost}",
        phases="in phases {names}",
        least={"cost": "at the least cost", "sites": "with the fewest sites"},
        measures={"area": "area", "people": "people", "both": "area and people"},
    ),
}


def certificate_words(answer: AnswerRecord, language: Language) -> str:
    """Return how good an answer is against the best possible, without a full stop."""
    words, value, bound, gap = _WORDS[language], answer["value"], answer["bound"], answer["gap_percent"]
    if answer["status"] == "infeasible":
        return words.infeasible
    if value is None:
        return words.nothing_found
    if answer["unit"] in ("sites", "cost") and value == 0.0:
        return words.reached
    if bound is None or gap is None:
        return words.none
    unit, proven = answer["unit"], answer["status"] == "optimal"
    if unit == "sites":
        sentence = words.fewest_proven if proven else words.fewest
        bound = float(math.ceil(bound - _ROUNDING))
    elif unit == "cost":
        sentence = words.cheapest_proven if proven else words.cheapest
    else:
        sentence = words.most_proven if proven else words.most
    return sentence.format(
        limit=_limit(answer, language),
        value=_figure(value, unit, language, round),
        bound=_figure(bound, unit, language, math.floor if unit in ("sites", "cost") else math.ceil),
        unit=words.units.get(unit, unit),
        gap=number(math.ceil(100.0 * gap - 1e-9) / 100.0, 2, language),
    )


def question_words(question: Mapping[str, Any], language: Language) -> str:
    """Return what was asked, in words that begin small: the question as an answer keeps it."""
    words = _WORDS[language]
    asked = [words.maximize.format(measure=words.measures[question["maximize"]])] if question["maximize"] else []
    if question["targets"]:
        targets = "; ".join(target_words(GoalTarget(**target), language) for target in question["targets"])
        asked.append(words.reach.format(targets=targets))
    if not question["maximize"]:
        asked.append(words.least[question["minimize"]])
    if question["sites"] is not None:
        asked.append(words.within_sites.format(count=number(question["sites"], 0, language)))
    if question["budget"] is not None:
        asked.append(words.within_budget.format(cost=short(question["budget"], language)))
    if question["zones"] is not None:
        zones = question["zone_type"] or layer_name(question["zones"], language)
        asked.append(words.within.format(zones=zones))
    if question["phases"]:
        asked.append(words.phases.format(names=", ".join(phase["name"] for phase in question["phases"])))
    return ", ".join(asked)


def _limit(answer: AnswerRecord, language: Language) -> str:
    """Return what limits a choice, with a blank before it; nothing where nothing does."""
    words, asked = _WORDS[language], answer["question"]
    sites, budget = asked["sites"], asked["budget"]
    if sites is not None and budget is None:
        return words.sites.format(count=number(sites, 0, language))
    if budget is not None and sites is None:
        return words.budget.format(cost=short(budget, language))
    return words.limits if asked["phases"] or sites is not None else ""


def _figure(value: float, unit: str, language: Language, rounded: Callable[[float], int]) -> str:
    """Return a figure of a unit; a bound is rounded so that it still holds."""
    decimals = {"sites": 0, "people": 0}.get(unit, 2)
    scale = 10.0**decimals
    exact = value * scale
    near = round(exact)
    return number((near if abs(exact - near) < _ROUNDING else rounded(exact)) / scale, decimals, language)
