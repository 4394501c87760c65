"""The command line: exit codes, what goes where, and no tracebacks for what a user can mend."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from phusong import cli
from phusong.commands.propose import propose_for_missed
from phusong.errors import InputError, MachineError, Problem
from phusong.scenarios.load import load
from phusong.scenarios.proposal_tables import answers
from phusong.scenarios.question import Question
from phusong.scenarios.store import Run
from tests import fake_run
from tests.fake_answer import SEARCH, write_answer
from tests.fake_run import write_fake_run

runner = CliRunner()


def invoke(*arguments: str | Path) -> Result:
    return runner.invoke(cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "200", "TERM": "dumb"})


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_run(tmp_path_factory.mktemp("runs") / "a").folder


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Stand-ins for the engine and the proposals, which note what they were asked for."""
    made: list[tuple[str, dict[str, Any]]] = []

    def simulate(scenario: Any, out: Path, **options: Any) -> Run:
        made.append(("simulate", {"scenario": scenario, "out": out, **options}))
        for done in range(0, 101, 5):
            options["progress"]("masts", done, 100)
        return write_fake_run(out, force=options["force"])

    def propose(run: Run, question: Question, **options: Any) -> None:
        made.append(("propose", {"run": run, "question": question, **options}))
        for step in SEARCH:
            options["on_step"](step)
        write_answer(run, question, 3)

    for name, function in (("engine", simulate), ("proposals.propose", propose)):
        module = types.ModuleType(f"phusong.coverage.{name}")
        module.__dict__[function.__name__] = function
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return made


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Maps asked for; drawing them is tested elsewhere."""
    import phusong.figures

    names: list[str] = []

    def draw(run: Run, subject: str, path: Path) -> None:
        assert run.folder in path.parents
        assert subject in (*run.technologies, *(answer["name"] for answer in answers(run)))
        names.append(path.name)
        path.write_bytes(b"")

    for kind in ("coverage_map", "commune_map", "proposal_map", "curve_figure"):
        monkeypatch.setattr(phusong.figures, kind, draw)
    return names


def test_help_is_there_at_once_and_gives_examples() -> None:
    for command in ("demo", "new", "check", "run", "show", "propose", "whatif", "outage", "compare", "layers"):
        result = invoke(command, "--help")
        assert result.exit_code == 0
        assert f"phusong {command}" in result.stdout, command
    code = "import sys, phusong.cli; print({'numba', 'rasterio', 'matplotlib', 'pandas', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_show_prints_summary_and_targets(finished: Path) -> None:
    result = invoke("show", finished)
    assert result.exit_code == 0
    for part in (
        "Vùng thử nghiệm",
        "Demonstration data",
        "4G toàn vùng",
        "met",
        "missed",
        "cannot tell",
        "The relief is made",
    ):
        assert part in result.stdout, part


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 1), (("--targets", "--strict", "--json"), 1)])
def test_strict_fails_where_a_target_is_missed(finished: Path, options: tuple[str, ...], code: int) -> None:
    assert invoke("show", finished, *options).exit_code == code


def test_strict_passes_where_all_targets_are_met(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_run, "target_table", lambda table=fake_run.target_table: table().assign(verdict="met"))
    assert invoke("show", write_fake_run(tmp_path / "a").folder, "--strict").exit_code == 0


def test_show_json_is_json_with_null_for_the_unknown(finished: Path) -> None:
    content = json.loads(invoke("show", finished, "--zones", "--targets", "--json").stdout)
    assert content["targets"][2]["measured_percent"] is None
    assert (content["zones"][0]["layer"], content["zones"][2]["code"]) == ("area", "00001")
    assert len(content["zones"]) == 18
    summary = json.loads(invoke("show", finished, "--json").stdout)
    assert [row["technology"] for row in summary["coverage"]] == ["4G", "5G"]
    assert {"expected_percent", "downlink_mbps", "uplink_mbps"} <= summary["coverage"][0].keys()


def test_show_of_no_run_is_the_users_mistake(tmp_path: Path) -> None:
    result = invoke("show", tmp_path / "none")
    assert result.exit_code == 2
    assert "no such run folder" in result.stderr
    assert result.stdout == ""


def test_run_passes_the_options_and_prints_a_summary(tmp_path: Path, calls: list[Any], drawn: list[str]) -> None:
    result = invoke(
        "run",
        "phu-tho",
        "-o",
        tmp_path / "r",
        "--resolution",
        "30",
        "--radius",
        "7",
        "--workers",
        "2",
        "--mode",
        "exact",
    )
    assert result.exit_code == 0, result.output
    (_, asked), *_ = calls
    assert asked["scenario"] == load("phu-tho", resolution_m=30, radius_km=7, mode="exact")
    assert (asked["out"], asked["workers"], asked["force"]) == (tmp_path / "r", 2, False)
    assert (asked["kind"], asked["cluster"], asked["resume"]) == ("threads", None, False)
    assert (asked["store"], asked["store_gb"]) == (None, None)
    assert drawn == ["coverage_4g.png", "communes_4g.png", "coverage_5g.png", "communes_5g.png"]
    assert "Coverage of the area" in result.stdout
    assert "masts: 100 %" not in result.stdout


def test_run_passes_where_to_compute_and_what_to_keep(tmp_path: Path, calls: list[Any]) -> None:
    run = ("run", "phu-tho", "--no-maps", "-o")
    kept = ("--resume", "--store", tmp_path / "s", "--store-gb", "1.5")
    assert invoke(*run, tmp_path / "a", "--processes", "--workers", "3", *kept).exit_code == 0
    assert invoke(*run, tmp_path / "b", "--cluster", "tcp://10.0.0.1:8786").exit_code == 0
    first, second = (asked for _, asked in calls)
    assert (first["kind"], first["workers"], first["resume"]) == ("processes", 3, True)
    assert (first["store"], first["store_gb"]) == (tmp_path / "s", 1.5)
    assert second["cluster"] == "tcp://10.0.0.1:8786"
    result = invoke(*run, tmp_path / "c", "--cluster", "tcp://10.0.0.1:8786", "--workers", "3")
    assert (result.exit_code, len(calls)) == (2, 2)
    assert "a cluster has its own workers" in result.stderr


def test_progress_without_a_terminal_is_a_line_each_tenth(tmp_path: Path, calls: list[Any], drawn: list[str]) -> None:
    result = invoke("run", "phu-tho", "-o", tmp_path / "r", "--no-maps")
    lines = [line for line in result.stderr.splitlines() if line.startswith("masts")]
    assert [line.split("(")[0] for line in lines] == [f"masts: {tenth} % " for tenth in range(0, 101, 10)]
    assert "\x1b" not in result.output
    assert calls
    assert not drawn


def test_a_finished_run_needs_force(finished: Path, calls: list[Any]) -> None:
    result = invoke("run", "phu-tho", "-o", finished, "--no-maps")
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert calls


def test_run_without_out_and_with_a_wrong_mode(tmp_path: Path) -> None:
    assert invoke("run", "phu-tho").exit_code == 2
    assert invoke("run", "phu-tho", "-o", tmp_path / "r", "--mode", "guess").exit_code == 2
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (
            InputError([Problem("sites.csv", 3, "azimuth_deg", "'x' is no number", "Give degrees")]),
            2,
            "row 3, azimuth_deg",
        ),
        (MachineError("/disk: cannot be written: No space left"), 3, "No space left"),
        (MemoryError(), 3, "too little memory"),
        (KeyboardInterrupt(), 130, "Stopped"),
    ],
)
def test_errors_end_in_their_exit_code_without_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str
) -> None:
    def simulate(*_: Any, **__: Any) -> None:
        raise error

    module = types.ModuleType("phusong.coverage.engine")
    module.__dict__["simulate"] = simulate
    monkeypatch.setitem(sys.modules, module.__name__, module)
    result = invoke("run", "phu-tho", "-o", tmp_path / "r")
    assert result.exit_code == code
    assert message in result.stderr
    assert "Traceback" not in result.output


def _many_problems(count: int) -> InputError:
    return InputError(Problem(f"f{row % 2}.csv", row, "name", f"problem {row}", "Mend it") for row in range(count))


@pytest.mark.parametrize(("count", "shown", "rest"), [(50, 50, ""), (51, 50, "and 1 more"), (70, 50, "and 20 more")])
def test_problems_are_listed_by_file_and_capped(
    monkeypatch: pytest.MonkeyPatch, count: int, shown: int, rest: str
) -> None:
    import phusong.scenarios.load

    def fail(*_: Any, **__: Any) -> None:
        raise _many_problems(count)

    monkeypatch.setattr(phusong.scenarios.load, "load", fail)
    result = invoke("check", "any")
    assert result.exit_code == 2
    assert result.stderr.count("Mend it") == shown
    assert rest in result.stderr
    assert [line for line in result.stderr.splitlines() if line.startswith("f")] == ["f0.csv", "f1.csv"]
    everything = invoke("check", "any", "--json")
    assert everything.exit_code == 2
    content = json.loads(everything.stdout)
    assert content["ok"] is False
    assert len(content["problems"]) == count


def test_demo_goes_from_end_to_end_and_does_not_simulate_twice(
    tmp_path: Path, calls: list[Any], drawn: list[str]
) -> None:
    out = tmp_path / "runs" / "phu-tho"
    result = invoke("demo", "-o", out)
    assert result.exit_code == 0, result.output
    assert [name for name, _ in calls] == ["simulate"]  # the fake run knows none of the packaged targets
    assert "What was assumed" in result.stdout
    assert "coverage_4g.png" in result.stdout
    assert drawn
    assert invoke("demo", "-o", out).exit_code == 2  # the fake run is another scenario's: it is not overwritten


def test_demo_proposes_for_every_missed_target(tmp_path: Path, calls: list[Any], drawn: list[str]) -> None:
    run = write_fake_run(tmp_path / "a")
    (name,) = propose_for_missed(run, run.scenario, None)
    assert name == "5g-communes-phuong-most-area-3-sites"
    (_, asked), *_ = calls
    question = asked["question"]
    assert (question.technology, question.sites, question.zones, question.zone_type) == ("5G", 3, "communes", "Phường")
    assert drawn == [f"proposals_{name}.png", f"curve_{name}.png"]
    assert (run.folder / "maps" / f"proposals_{name}.gpkg").is_file()


def test_new_writes_a_scenario_that_loads(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert invoke("new", folder).exit_code == 0
    text = (folder / "scenario.toml").read_text(encoding="utf-8")
    assert "#" in text
    assert load(folder).scenario == load("phu-tho").scenario
    assert not list(folder.glob("*.py"))
    (folder / "communes.csv").write_text("mine")
    result = invoke("new", folder)
    assert result.exit_code == 2
    assert "exists already" in result.stderr
    assert (folder / "communes.csv").read_text() == "mine"


def test_new_from_a_folder_writes_out_every_default(tmp_path: Path) -> None:
    invoke("new", tmp_path / "mine")
    assert invoke("new", tmp_path / "copy", "--from", tmp_path / "mine").exit_code == 0
    assert load(tmp_path / "copy") == load(tmp_path / "mine")
    assert "default:" in (tmp_path / "copy" / "scenario.toml").read_text(encoding="utf-8")
    assert os.listdir(tmp_path / "copy") == ["scenario.toml"]
