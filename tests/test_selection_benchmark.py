"""The benchmark of the choice of sites runs, on provinces too small to say anything about speed."""

from __future__ import annotations

import json

import pytest

from benchmarks import selection, selection_cases, selection_runs
from benchmarks.selection_cases import CASES, Limits
from phusong.laboratory import report
from phusong.laboratory.report import Row

# spopt's modelling library asks for a part of setuptools that is going away.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make everything small, and stay in this process."""
    monkeypatch.setattr(report, "calibration_ns", lambda: 1.0)
    report.machine.cache_clear()
    monkeypatch.setattr(selection_cases, "CANDIDATES", 60)
    for case in CASES.values():
        monkeypatch.setitem(case.__dict__, "pixels", 10_000)
    monkeypatch.setattr(selection_runs, "SPOPT_PIXELS", 900)
    monkeypatch.setattr(selection_runs, "SPOPT_CANDIDATES", 40)
    monkeypatch.setattr(selection_runs, "SPOPT_SITES", 5)

    def in_child(name: str, seed: int | None) -> list[Row]:
        made = [selection_runs.run_case(name, seed or 0)] if name in CASES else selection_runs.LIBRARIES[name]()
        return list(json.loads(json.dumps(list(made))))

    monkeypatch.setattr(selection, "in_child", in_child)


def run(capsys: pytest.CaptureFixture[str], *names: str) -> dict[str, list[Row]]:
    selection.main(["--only", *names, "--seeds", "2", "--json"])
    said: dict[str, list[Row]] = json.loads(capsys.readouterr().out)
    return said


def test_cases(capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "choose-50", "floors-cost-60")
    assert [(row["test"], row["of"]) for row in said["rows"]] == [
        (name, f"seed {seed}") for name in ("choose-50", "floors-cost-60") for seed in (0, 1)
    ]
    assert all(row["faults"] == 0 for row in said["rows"])
    assert all(row["yardstick"] for row in said["rows"][2:])
    assert [must["what"] for must in said["musts"]] == [
        "choose-50: gap [%]",
        "choose-50: wall time [s]",
        "choose-50: peak memory [MiB]",
        "floors-cost-60: gap [%]",
        "floors-cost-60: wall time [s]",
        "floors-cost-60: cost over that of greedy with reverse delete",
        "answers that the verification finds fault with",
    ]


def test_spopt_finds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = run(capsys, "spopt")["rows"]
    assert ours["value"] == theirs["value"] == ours["yardstick"]
    assert ours["gap [%]"] == pytest.approx(0.0, abs=1e-6)


def row(**figures: object) -> Row:
    return {"of": "scp41", "gap [%]": 0.0, "bound": 10.0, "value": 10, "yardstick": 10} | figures  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("rows", "is_met"),
    [
        ([row()], [True, True, True]),
        ([row(value=11, bound=9.0)], [False, True, True]),
        ([row(bound=11.0, value=12)], [False, False, True]),
        ([row(**{"gap [%]": 0.1})], [True, True, False]),
        ([row(of="scpd1", **{"gap [%]": 0.1})], [True, True, True]),
        ([row(value=None)], [False, True, True]),
    ],
)
def test_judgement_of_set_cover(rows: list[Row], is_met: list[bool]) -> None:
    assert [must.is_met for must in selection.of_covers(rows, "set-cover", 2.0)] == is_met


@pytest.mark.parametrize(
    ("rows", "is_met"),
    [
        ([row()], [True, True, True]),
        ([row(value=9)], [False, False, True]),
        ([row(bound=9.0)], [True, True, False]),
        ([row(bound=None)], [True, True, False]),
    ],
)
def test_judgement_of_maximal_covering(rows: list[Row], is_met: list[bool]) -> None:
    assert [must.is_met for must in selection.of_maximal(rows)] == is_met


def test_limits_take_the_worst_seed() -> None:
    kept = Limits(gap=0.05, wall_s=60.0)
    rows = [row(**{"gap [%]": 4.0, "wall [s]": 61.0}), row(**{"gap [%]": 5.0, "wall [s]": 1.0})]
    assert [(must.measured, must.is_met) for must in selection.limits("case", rows, kept)] == [
        (5.0, True),
        (61.0, False),
    ]
    assert selection.limits("case", [row(**{"gap [%]": None})], Limits(gap=0.05))[0].measured == float("inf")
