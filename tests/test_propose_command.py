"""`phusong propose`: options and files make the question; what is printed, written and refused; exit codes."""

from __future__ import annotations

import signal
import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from phusong import cli
from phusong.commands.parts import stopping
from phusong.errors import InputError
from phusong.scenarios import proposal_tables
from phusong.scenarios.proposal_tables import answers
from phusong.scenarios.question import Question
from phusong.scenarios.question_check import check_question, zones_asked
from phusong.scenarios.questions import EXAMPLE, ask
from phusong.scenarios.store import Run, open_run
from tests import fake_run
from tests.fake_answer import SEARCH, write_answer
from tests.fake_run import write_fake_run

runner = CliRunner()


def invoke(*arguments: str | Path) -> Result:
    return runner.invoke(cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "200", "TERM": "dumb"})


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return write_fake_run(tmp_path / "run")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A stand-in for the flow, which notes what it was asked and answers with twelve sites."""
    made: list[dict[str, Any]] = []

    def propose(run: Run, question: Question, **options: Any) -> None:
        made.append({"question": question, **options})
        for step in SEARCH:
            options["on_step"](step)
        write_answer(run, question, 12)

    module = types.ModuleType("phusong.coverage.proposals.propose")
    module.__dict__["propose"] = propose
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return made


def test_options_make_the_question(run: Run, asked: list[dict[str, Any]]) -> None:
    result = invoke(
        "propose", run.folder, "--technology", "5g", "--sites", "12", "--budget", "40.5", "--target", "area >= 75%",
        "--target", "communes[Phường]: area >= 80% of reachable", "--maximize", "people", "--kinds", "masts, hilltops",
        "--force", "NEW-00001", "--forbid", "NEW-00002", "--spacing-km", "1.5", "--probability", "--orient",
        "--effort", "exact", "--gap", "0.1", "--time-limit", "9", "--seed", "3", "--workers", "2", "--no-maps",
        "--zones", "communes", "--zone-type", "Xã",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    (call,) = asked
    question = call["question"]
    assert (question.technology, question.sites, question.budget, question.maximize) == ("5G", 12, 40.5, "people")
    assert (question.probability, question.orientation, question.kinds) == (True, True, ("masts", "hilltops"))
    assert (question.zones, question.zone_type, len(question.targets)) == ("communes", "Xã", 2)
    assert question.rules.model_dump(exclude_defaults=True) == {
        "force": ("NEW-00001",), "forbid": ("NEW-00002",), "spacing_km": 1.5,
    }  # fmt: skip
    solving = question.solving
    assert (solving.effort, solving.gap_percent, solving.time_limit_s, solving.seed) == ("exact", 0.1, 9.0, 3)
    assert (call["workers"], call["should_stop"]()) == (2, False)


def test_the_answer_is_printed_drawn_and_written(run: Run, asked: list[dict[str, Any]], tmp_path: Path) -> None:
    out = tmp_path / "plan" / "sites.csv"
    result = invoke("propose", run.folder, "--technology", "5G", "--phase", "2026=6", "--phase", "2027=6", "-o", out)
    assert result.exit_code == 0, result.output
    for part in (
        "12 proposed sites", "NEW-00900", "within 0.20 % of the best possible", "not for other places", "they hold",
        "with interference (SINR of -6 dB or more)", "Phases", "2027", "Costs are assumed",
    ):  # fmt: skip
        assert part in result.stdout, part
    assert asked
    assert "prices: no more than 4 % from the best possible (2 s)" in result.stderr
    assert "swaps: no more than 3 % from the best possible (2 s)" in result.stderr
    (name,) = [answer["name"] for answer in answers(open_run(run.folder))]
    assert sorted(path.name for path in (run.folder / "maps").iterdir()) == [
        f"curve_{name}.png", f"proposals_{name}.gpkg", f"proposals_{name}.png",
    ]  # fmt: skip
    assert list(pd.read_csv(out).columns) == list(proposal_tables.PROPOSAL_COLUMNS)


def test_a_missed_target_ends_in_1_and_names_what_is_out_of_reach(run: Run, asked: list[dict[str, Any]]) -> None:
    words = ("--target", "area >= 99%", "--target", "communes: each area >= 90%")
    result = invoke("propose", run.folder, "--technology", "5G", "--no-maps", *words)
    assert result.exit_code == 1, result.output
    assert asked
    for part in ("missed", "5 of 6", "Out of reach of all candidates together", "Vân Sơn"):
        assert part in result.stdout, part


def test_a_file_asks_and_options_only_say_how_hard_to_look(
    run: Run, asked: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "q.toml"
    path.write_text('name = "de-an"\ntechnology = "5G"\nmaximize = "area"\nsites = 12\n', encoding="utf-8")
    result = invoke("propose", run.folder, "--question", path, "--effort", "fast", "--no-maps")
    assert result.exit_code == 0, result.output
    assert (asked[0]["question"].name, asked[0]["question"].solving.effort) == ("de-an", "fast")
    result = invoke("propose", run.folder, "--question", path, "--sites", "3", "--technology", "5G")
    assert result.exit_code == 2
    assert "technology, sites" in result.stderr
    result = invoke("propose", run.folder, "--question", path, "--effort", "slow", "--gap", "-1")
    assert result.exit_code == 2
    assert "2 problems" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "nothing says for which technology"),
        (("--technology", "5G"), "nothing is asked for"),
        (("--technology", "3G", "--sites", "3"), '"3G" is not allowed'),
        (("--technology", "5G", "--target", "area > 9%"), "has '>' where '>=' belongs"),
        (("--technology", "5G", "--sites", "3", "--zones", "lakes"), "no zone layer 'lakes'"),
        (("--technology", "5G", "--sites", "3", "-o", "."), "this is a folder"),
        (("--question", "none.toml"), "there is no such question"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Run, options: tuple[str, ...], message: str) -> None:
    result = invoke("propose", run.folder, *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_the_example_question_is_printed_as_it_is() -> None:
    result = invoke("propose", "any", "--example-question")
    assert (result.exit_code, result.stdout) == (0, EXAMPLE.read_text(encoding="utf-8"))


def test_ctrl_c_asks_to_stop_and_a_second_one_stops() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stopping() as should_stop:
        assert not should_stop()
        signal.raise_signal(signal.SIGINT)
        assert should_stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"targets": ["communes[Thị trấn]: area >= 9%"]}, "no zone of type 'Thị trấn'"),
        ({"targets": ["communes/Việt Tri: area >= 9%"]}, "no zone 'Việt Tri'"),
        ({"targets": ["lakes: area >= 9%"]}, "no zone layer 'lakes'"),
        ({"sites": 3, "zones": "communes", "zone_type": "Quận"}, "no zone of type 'Quận'"),
    ],
)
def test_names_that_the_run_does_not_know_are_refused(run: Run, words: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        check_question(ask("5G", **words), run)
    assert all(problem.remedy for problem in caught.value.problems)


def test_a_question_to_what_the_run_knows_passes(run: Run) -> None:
    question = ask("5G", targets=["communes[Phường]: people >= 9%", "communes/00002: area >= 9%", "parks: area >= 9%"])
    check_question(question, run)
    assert zones_asked(run, "communes", "Xã", None).name == fake_run.NAMES[1:]
    assert zones_asked(run, "communes", None, "Xuân Lũng").code == ("00002",)


def test_people_are_asked_for_only_where_they_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zones = replace(fake_run.communes(), population=np.full(6, np.nan))
    monkeypatch.setattr(fake_run, "communes", lambda: zones)
    unpeopled = write_fake_run(tmp_path / "run")
    check_question(ask("5G", sites=3), unpeopled)
    with pytest.raises(InputError, match="does not know how many people"):
        check_question(ask("5G", sites=3, maximize="both"), unpeopled)
