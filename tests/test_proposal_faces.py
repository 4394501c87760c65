"""How an answer looks: reasons, certificates and questions in words, tables, the GeoPackage."""

from __future__ import annotations

import sqlite3
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.commands.answers import answer_lines, asks_more
from phusong.errors import InputError
from phusong.exports import write_geopackage
from phusong.exports.holes import LEAST_HOLE_KM2, holes
from phusong.scenarios import proposal_tables
from phusong.scenarios.answer_words import certificate_words, question_words
from phusong.scenarios.proposal_tables import answer_of, answers, replace_rows, rows_of
from phusong.scenarios.question import KIND_WORDS, GoalTarget, Question
from phusong.scenarios.question_text import parse_target
from phusong.scenarios.questions import ask
from phusong.scenarios.reasons import CommuneGain, Hop, SiteFacts, reason, rounded_people, target_words
from phusong.scenarios.store import Run, open_run
from tests import fake_run
from tests.fake_answer import CANDIDATE_COUNT, proposal_table, record, write_answer
from tests.fake_run import write_fake_run

REACHED = ask("5G", targets=["area >= 75%"])
MISSED = ask("5G", targets=["area >= 99%", "communes: each area >= 90%"])
PHASED = ask("5G", phases=["2026=6", "2027=6"])


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return write_fake_run(tmp_path / "run")


def test_reasons_name_places_holes_people_and_the_hop() -> None:
    communes = [CommuneGain(name, 9.0 / (rank + 1)) for rank, name in enumerate(fake_run.NAMES)]
    facts = SiteFacts("hilltop", 12.53, 3187.0, tuple(communes), (6.4, 1.2), Hop("PT-0031", 8.23), True)
    assert reason(facts, "vi") == (
        "Phủ sóng thêm 12,5 km² và khoảng 3.200 dân: Việt Trì (9,0 km²), Xuân Lũng (4,5 km²), Phú Hà (3,0 km²) và 3 "
        "xã, phường khác; xóa hẳn 2 vùng lõm sóng, lớn nhất 6,4 km². Trạm mới trên đỉnh đồi, cần tuyến truyền dẫn 8,2 "
        "km tới PT-0031, bắt buộc chọn theo yêu cầu."
    )
    assert reason(SiteFacts("mast to upgrade", 0.26, 0.0, (communes[3],)), "en") == (
        "Covers 0.3 km² more: Mường Bi (2.2 km²). On an existing mast."
    )
    assert reason(SiteFacts("listed", 0.0, 0.0), "vi").startswith("Không phủ sóng thêm diện tích nào.")


@given(
    st.sampled_from(sorted(KIND_WORDS.values())),
    st.floats(0.0, 500.0),
    st.floats(0.0, 1e6),
    st.lists(st.floats(0.001, 50.0), max_size=8),
    st.lists(st.floats(0.1, 50.0), max_size=4),
)
@settings(deadline=None)
def test_every_reason_is_two_sentences_without_a_gap(
    kind: str, area_km2: float, people: float, of_communes: list[float], of_holes: list[float]
) -> None:
    communes = tuple(CommuneGain(f"Xã {rank}", one) for rank, one in enumerate(of_communes))
    for language in ("vi", "en"):
        text = reason(SiteFacts(kind, area_km2, people, communes, tuple(of_holes)), language)
        assert text.endswith(".")
        assert "  " not in text
        assert ": ;" not in text
        assert "{" not in text


@given(st.floats(0.5, 1e7))
def test_people_are_told_to_two_figures(people: float) -> None:
    told = rounded_people(people)
    assert told == round(told)
    assert abs(told - people) <= max(0.5, 0.0501 * people)


@pytest.mark.parametrize(
    ("text", "vietnamese", "english"),
    [
        ("area >= 98%", "diện tích ≥ 98%", "area ≥ 98%"),
        ("communes: each area >= 90%", "từng xã, phường: diện tích ≥ 90%", "each of the communes: area ≥ 90%"),
        (
            "communes[Phường]: people >= 99.5% of reachable",
            "Phường: dân số ≥ 99,5% phần có thể phủ",
            "Phường: people ≥ 99.5% of the reachable",
        ),
    ],
)
def test_targets_in_both_languages(text: str, vietnamese: str, english: str) -> None:
    target = GoalTarget(**parse_target(text))
    assert (target_words(target, "vi"), target_words(target, "en")) == (vietnamese, english)


def _answer(question: Question, **changes: Any) -> proposal_tables.AnswerRecord:
    return record(question, proposal_table(question, 12), **changes)


@pytest.mark.parametrize(
    ("question", "changes", "english"),
    [
        (
            ask("5G", sites=12),
            {"value": 10.004, "bound": 10.0311, "gap_percent": 0.271},
            "No choice of 12 sites adds more than 10.04 km²; this one adds 10.00: within 0.28 % of the best possible",
        ),
        (
            ask("5G", budget=40.0),
            {"value": 10.0, "bound": 10.0, "gap_percent": 0.0, "status": "optimal"},
            "Proven: no choice within a budget of 40 adds more than the 10.00 km² of this one",
        ),
        (
            MISSED,
            {"value": 300.0, "bound": 295.74, "gap_percent": 1.351},
            "No choice of fewer than 296 sites reaches the targets; this one has 300: "
            "within 1.36 % of the best possible",
        ),
        (
            MISSED,
            {"unit": "cost", "value": 37296.0, "bound": 35433.126, "gap_percent": 5.26},
            "No choice that reaches the targets costs less than 35,433.12; this one costs 37,296.00: "
            "within 5.26 % of the best possible",
        ),
        (
            MISSED,
            {"bound": None, "gap_percent": None, "status": "no certificate"},
            "No certificate: how far this choice is from the best possible is not known",
        ),
        (
            MISSED,
            {"value": None, "bound": None, "gap_percent": None, "status": "infeasible"},
            "No choice of candidates meets what is asked for",
        ),
        (
            MISSED,
            {"value": None, "bound": 3.0, "gap_percent": None, "status": "nothing found"},
            "No choice was found in the time given; that there is none is not proved",
        ),
    ],
)
def test_what_is_proved_is_told_so_that_it_holds(question: Question, changes: dict[str, Any], english: str) -> None:
    """Bounds and gaps are rounded away from the claim, never towards it."""
    answer = _answer(question, **changes)
    assert certificate_words(answer, "en") == english
    assert "{" not in certificate_words(answer, "vi")


def test_questions_in_both_languages() -> None:
    assert question_words(MISSED.canonical(), "vi") == (
        "đạt diện tích ≥ 99%; từng xã, phường: diện tích ≥ 90%, với chi phí thấp nhất"
    )
    assert question_words(PHASED.canonical(), "en") == "as much area as possible, in phases 2026, 2027"
    assert question_words(ask("4G", sites=9, maximize="both", zones="parks").canonical(), "vi") == (
        "phủ được nhiều diện tích và dân số nhất, nhiều nhất 9 trạm, chỉ tính Khu công nghiệp"
    )


def test_an_answer_that_does_not_hold_says_so() -> None:
    wrong = {
        "holds": False,
        "value": 3,
        "bound": None,
        "faults": ["a site is chosen twice"],
        "wrong": ["the value is 3"],
    }
    lines = " ".join(answer_lines(_answer(REACHED, verified=wrong)))
    assert "does NOT hold: a site is chosen twice; the value is 3" in lines
    again = [dict(_answer(REACHED)["rounds"][0])] * 3
    assert "chosen anew 2 times" in " ".join(answer_lines(_answer(REACHED, rounds=again, round=2)))


def test_what_is_asked_and_not_reached() -> None:
    assert not asks_more(_answer(REACHED))
    assert asks_more(_answer(MISSED))
    assert asks_more(_answer(REACHED, value=None))


# ---- tables and package ----


def test_an_answer_replaces_the_one_its_question_had(run: Run) -> None:
    write_answer(run, REACHED, 12)
    write_answer(run, PHASED, 5)
    write_answer(run, REACHED, 3)
    opened = open_run(run.folder)
    assert len(rows_of(opened, "proposals", REACHED.name)) == 3
    assert list(rows_of(opened, "proposals", PHASED.name)["phase"]) == ["2026", "2026", "2026", "2027", "2027"]
    assert [answer["name"] for answer in answers(opened)] == [PHASED.name, REACHED.name]
    assert answer_of(opened, PHASED.name)["sites"] == 5
    assert tuple(opened.proposals().columns) == proposal_tables.PROPOSAL_COLUMNS
    assert set(opened.proposals()["azimuths_deg"]) == {"0 120 240"}
    with pytest.raises(InputError, match="no answer to a question 'other'"):
        answer_of(opened, "other")
    replace_rows(opened, "proposals", pd.DataFrame(), REACHED.name)
    assert len(rows_of(opened, "proposals", REACHED.name)) == 0


def test_the_package_opens_without_a_warning_and_has_styles(run: Run) -> None:
    write_answer(run, REACHED, 12)
    path = run.folder / "maps" / "a.gpkg"
    write_geopackage(run, REACHED.name, path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layers = {name: pyogrio.read_info(path, layer=name)["features"] for name, _ in pyogrio.list_layers(path)}
        table = pyogrio.read_dataframe(path, layer="proposals")
    assert {"proposals": 12, "cells": 12, "candidates": CANDIDATE_COUNT}.items() <= layers.items()
    assert list(table["reason_vi"]) == list(rows_of(run, "proposals", REACHED.name)["reason_vi"])
    assert table.crs.to_epsg() == 4326
    with sqlite3.connect(path) as base:
        styles = base.execute("SELECT f_table_name, useAsDefault, styleQML FROM layer_styles").fetchall()
    assert {name for name, _, _ in styles} == set(layers) - {"about", "layer_styles"}
    assert all(default == 1 and qml.startswith("<!DOCTYPE qgis>") for _, default, qml in styles)


def test_holes_are_what_stays_uncovered(run: Run) -> None:
    write_answer(run, REACHED, 12)
    state = proposal_tables.coverage_with(run, REACHED.name)
    rows, polygons = holes(run, state)
    pixel_km2 = (fake_run.RESOLUTION_M / 1000.0) ** 2
    assert sum(polygon.area for polygon in polygons) / 1e6 == pytest.approx((state == 0).sum() * pixel_km2)
    assert rows["area_km2"].sum() == pytest.approx(
        (state == 0).sum() * pixel_km2, rel=2e-3
    )  # true area, not of the map
    assert (rows["area_km2"] >= LEAST_HOLE_KM2).all()
    assert rows["people"].isna().all()
