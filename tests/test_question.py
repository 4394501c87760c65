"""Questions: the grammar of targets, files and words, and every mistake told at once."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.scenarios.question import GoalTarget, Question
from phusong.scenarios.question_text import parse_phase, parse_target, slug, target_text
from phusong.scenarios.questions import EXAMPLE, ask, load_question

LETTERS = st.characters(codec="utf-8", categories=("L", "N"))
WORDS = st.text(LETTERS, min_size=1, max_size=8).map(lambda text: unicodedata.normalize("NFC", text))


@st.composite
def targets(draw: st.DrawFn) -> GoalTarget:
    zones = draw(st.none() | WORDS)
    each = zones is not None and draw(st.booleans())
    return GoalTarget(
        measure=draw(st.sampled_from(("area", "people", "villages", "roads"))),
        at_least_percent=draw(st.integers(1, 10_000)) / 100.0,
        of=draw(st.sampled_from(("total", "reachable"))),
        zones=zones,
        zone_type=draw(st.none() | WORDS) if zones else None,
        zone=draw(st.none() | WORDS) if zones and not each else None,
        each=each,
    )


@given(targets())
@settings(deadline=None, max_examples=200)
def test_a_target_is_read_as_it_is_written(target: GoalTarget) -> None:
    assert GoalTarget(**parse_target(target_text(target))) == target


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("area >= 98%", {"measure": "area", "at_least_percent": 98.0, "of": "total", "each": False}),
        (" People>=99.5 % ", {"measure": "people", "at_least_percent": 99.5, "of": "total", "each": False}),
        (
            "communes: each area ≥ 90%",
            {"measure": "area", "at_least_percent": 90.0, "of": "total", "each": True, "zones": "communes"},
        ),
        (
            "communes[Phường]: area >= 100% of reachable",
            {"measure": "area", "at_least_percent": 100.0, "of": "reachable", "each": False,
             "zones": "communes", "zone_type": "Phường"},
        ),
        (
            "communes/Việt Trì: villages >= 95%",
            {"measure": "villages", "at_least_percent": 95.0, "of": "total", "each": False,
             "zones": "communes", "zone": "Việt Trì"},
        ),
    ],
)  # fmt: skip
def test_targets_are_understood(text: str, expected: dict[str, Any]) -> None:
    assert parse_target(text) == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("area >= 0%", "'0%' where a share belongs"),
        ("area >= 100.1%", "'100.1%' where a share belongs"),
        ("area >= 98", "'98' where a share belongs"),
        ("area >= 98,5%", "'98,5%' where a share belongs"),
        ("area > 98%", "'>' where '>=' belongs"),
        ("houses >= 5%", "counts 'houses'"),
        ("area >= 5% of all", "of 'all'"),
        ("each area >= 5%", "'each' without a zone layer"),
        ("98%", "is not a target"),
        ("", "is not a target"),
    ],
)
def test_other_targets_are_refused(text: str, fault: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_target(text)
    (problem,) = caught.value.problems
    assert fault in problem.message
    assert problem.field == "--target"


def test_the_example_says_everything_and_loads() -> None:
    question = load_question(EXAMPLE)
    assert (question.name, question.technology, question.maximize) == ("4g-98-area", "4G", None)
    text = EXAMPLE.read_text(encoding="utf-8")
    tables: list[Any] = [Question, *(field.annotation for field in Question.model_fields.values())]
    tables += [GoalTarget]
    for model in tables:
        for name in getattr(model, "model_fields", {}):
            assert name in text, name


def test_the_commented_lines_of_the_example_load_too(tmp_path: Path) -> None:
    for name in ("villages.csv", "roads.gpkg", "places.csv"):
        (tmp_path / name).touch()
    lines = []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        bare = line.removeprefix("# ")
        is_setting = line.startswith("# ") and " = " in bare.split("#")[0]
        lines.append(bare if line.startswith("# [") or is_setting else line)
    text = "\n".join(line for line in lines if not line.startswith(("sites = 100", "budget = 120.0", "zone = ")))
    text = text.replace('"grid"]', '"grid", "roads", "listed"]')
    (tmp_path / "question.toml").write_text(text, encoding="utf-8")
    question = load_question(tmp_path / "question.toml")
    assert question.demand.villages == tmp_path / "villages.csv"
    assert question.candidates.costs.access_per_km == 0.2
    assert question.rules.quotas[0].most == 2
    assert question.limits == (("2026", 30, None),)


def test_every_problem_of_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "q.toml"
    path.write_text(
        'technology = "6G"\nsites = 0\ncolour = 1\n[[targets]]\nmeasure = "roads"\nat_least_percent = 120\n'
        '[candidates]\nlist = "none.csv"\nkinds = ["caves"]\n[rules]\nforce = ["A"]\nforbid = ["A"]\n'
        '[[rules.quotas]]\nof = "operator"\nleast = 3\nmost = 2\n[[phases]]\nname = "2026"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_question(path)
    rows = {(problem.row, problem.field) for problem in caught.value.problems}
    assert rows >= {
        (1, "technology"), (2, "sites"), (3, "colour"), (5, "targets.0.measure"), (6, "targets.0.at_least_percent"),
        (8, "candidates.list"), (9, "candidates.kinds.0"), (12, "rules.forbid"), (15, "rules.quotas.0.least"),
        (17, "phases.0"), (13, "rules.quotas.0"),
    }  # fmt: skip
    assert all(problem.remedy for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("words", "field", "message"),
    [
        ({}, "--maximize", "nothing is asked for"),
        ({"maximize": "area"}, "--maximize", "nothing limits it"),
        ({"maximize": "houses", "sites": 3}, "--maximize", '"houses" is not allowed'),
        ({"sites": 0}, "--sites", "0 is out of range"),
        ({"sites": 2, "force": ["A", "B", "C"]}, "--force", "more sites must be chosen (3)"),
        ({"sites": 2, "kinds": ["roads"]}, "--kinds", "needs a file"),
        ({"sites": 2, "phases": ["2026=3"]}, "--sites", "the phases say already"),
        ({"phases": ["2026=3", "2026=4"]}, "--phase", "2 phases are called '2026'"),
        ({"phases": ["2026"]}, "--phase", "is not a phase"),
        ({"phases": ["2026=3"], "targets": ["area >= 98%"]}, "--phase", "not what is to be gained"),
        ({"sites": 2, "spacing_km": -1.0}, "--spacing-km", "-1.0 is out of range"),
        ({"sites": 2, "gap_percent": -1.0}, "--gap", "-1.0 is out of range"),
        ({"sites": 2, "time_limit_s": 0.0}, "--time-limit", "0.0 is out of range"),
        ({"targets": ["villages >= 90%"]}, "--target", "no file says where the villages are"),
    ],
)
def test_words_that_make_no_sense_name_their_option(words: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        ask("4G", **words)
    (problem,) = caught.value.problems
    assert (problem.field, message in problem.message) == (field, True), problem


def test_what_cannot_be_parsed_does_not_hide_the_rest() -> None:
    with pytest.raises(InputError) as caught:
        ask("6G", targets=["area > 98%", "98"], phases=["x"], seed=-1)
    assert [problem.field for problem in caught.value.problems] == [
        "--target", "--target", "--phase", "--technology", "--seed",
    ]  # fmt: skip


def test_a_number_alone_asks_for_area() -> None:
    assert ask("4g", sites=5).maximize == "area"
    assert ask("4G", sites=5, maximize="both").measures == ("area", "people")
    question = ask("4G", targets=["people >= 99%"], sites=5)
    assert (question.maximize, question.measures) == (None, ("people",))


def test_kinds_follow_from_what_is_given(tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.touch()
    assert ask("5G", sites=1).kinds == ("masts",)
    assert ask("4G", sites=1).kinds == ("masts", "hilltops", "grid")
    assert ask("4G", sites=1, candidates=places).kinds == ("listed",)
    assert ask("4G", sites=1, candidates=places, kinds=["listed", "grid"]).kinds == ("listed", "grid")


def test_phases_add_up() -> None:
    assert ask("4G", phases=["2026=30", "2027=40"]).limits == (("2026", 30, None), ("2027", 70, None))
    cumulative = Question.model_validate(
        {
            "name": "a",
            "technology": "4G",
            "maximize": "area",
            "phases": [
                {"name": "1", "budget": 5.0},
                {"name": "2", "budget": 12.0, "cumulative": True},
                {"name": "3", "budget": 1.5},
            ],
        }
    )
    assert [limit.cost for limit in cumulative.limits] == [5.0, 12.0, 13.5]


def test_names_tell_questions_apart() -> None:
    assert ask("4G", targets=["area >= 98%"]).name == "4g-area-98"
    assert ask("5G", targets=["communes[Phường]: area >= 100%"]).name == "5g-communes-phuong-area-100"
    plain = ask("4G", sites=100)
    assert plain.name == "4g-most-area-100-sites"
    assert ask("4G", sites=100, effort="exact", seed=3).name == plain.name
    others = {ask("4G", sites=100, force=[site]).name for site in ("A", "B")}
    assert len(others) == 2
    assert all(name.startswith(plain.name) and name != plain.name for name in others)
    assert slug("Đề án: 5G 100 %") == "de-an-5g-100"


def test_the_digest_follows_the_content_of_files_not_their_place(tmp_path: Path) -> None:
    digests = []
    for folder, text in (("a", "site"), ("b", "site"), ("c", "sites")):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "places.csv"
        path.write_text(text)
        digests.append(ask("4G", sites=3, candidates=path).model_copy(update={"name": "q"}).digest())
    assert digests[0] == digests[1] != digests[2]
    assert Question.model_validate(ask("4G", sites=3).canonical(), strict=False) == ask("4G", sites=3)


def test_phases_are_understood() -> None:
    assert parse_phase(" 2026 = 30") == {"name": "2026", "sites": 30}
    for text in ("2026", "=3", "2026=3.5", "2026=-1"):
        with pytest.raises(InputError, match="is not a phase"):
            parse_phase(text)
