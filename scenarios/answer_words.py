"""What an answer proves, in a plain sentence of Vietnamese or English."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from phusong.scenarios.proposal_tables import AnswerRecord
from phusong.scenarios.written import Language, number, short

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
    none: str
    infeasible: str
    nothing_found: str
    units: Mapping[str, str]


_WORDS: Mapping[Language, _Words] = {
    "vi": _Words(
        sites=" {count} trạm",
        budget=" với kinh phí {cost}",
        limits=" trong giới hạn đã cho",
        most="Không phương án{limit} nào tăng thêm quá {bound} {unit}; phương án này tăng thêm {value} {unit}: "
        "kém tối ưu không quá {gap}%",
        most_proven="Đã chứng minh: không phương án{limit} nào tăng thêm nhiều hơn {value} {unit} của phương án này",
        fewest="Không thể đạt mục tiêu với ít hơn {bound} trạm; phương án này dùng {value} trạm: "
        "nhiều hơn tối ưu không quá {gap}%",
        fewest_proven="Đã chứng minh: không thể đạt mục tiêu với ít hơn {value} trạm của phương án này",
        cheapest="Không phương án nào đạt mục tiêu với chi phí dưới {bound}; phương án này cần {value}: "
        "đắt hơn tối ưu không quá {gap}%",
        cheapest_proven="Đã chứng minh: không phương án nào đạt mục tiêu với chi phí thấp hơn {value}",
        none="Chưa có chứng nhận: chưa biết phương án này cách tối ưu bao xa",
        infeasible="Không phương án nào đáp ứng được yêu cầu",
        nothing_found="Chưa tìm được phương án nào trong thời gian cho phép; chưa chứng minh là không có",
        units={"km2": "km²", "people": "dân", "share": "điểm % (trung bình diện tích và dân số)"},
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
        none="No certificate: how far this choice is from the best possible is not known",
        infeasible="No choice of candidates meets what is asked for",
        nothing_found="No choice was found in the time given; that there is none is not proved",
        units={"km2": "km²", "people": "people", "share": "points (mean of the shares of area and people)"},
    ),
}


def certificate_words(answer: AnswerRecord, language: Language) -> str:
    """Return how good an answer is against the best possible, without a full stop."""
    words, value, bound, gap = _WORDS[language], answer["value"], answer["bound"], answer["gap_percent"]
    if answer["status"] == "infeasible":
        return words.infeasible
    if value is None:
        return words.nothing_found
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
