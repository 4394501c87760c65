"""The benchmarks run, on sizes too small to say anything about speed."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as listing
from benchmarks import exact_sweep, first_call, kill_and_resume, province, publishing, raster_modes
from phusong.laboratory import report, terrain, timing
from phusong.scenarios.store import Run
from tests.sample_network import write_network


@pytest.fixture(autouse=True)
def quick_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the calibration loop."""
    monkeypatch.setattr(report, "calibration_ns", lambda: 1.0)
    report.machine.cache_clear()


def test_every_command_is_listed_and_documented() -> None:
    names = listing.catalogue()
    assert set(names) == {
        "exact_sweep", "first_call", "kill_and_resume", "outages", "province", "publishing", "raster_modes",
        "relief_error", "scale", "selection", "server_load", "what_if",
    }  # fmt: skip
    documented = (Path(__file__).parents[1] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    for name, sentence in names.items():
        assert sentence
        assert f"python -m benchmarks.{name}" in documented


# Benchmarks


def test_exact_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    exact_sweep.main(["--made", "--radius", "0.6", "--runs", "1", "--samples", "40", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert [(row["terrain"], row["clutter"]) for row in said["rows"]] == [
        (f"made {name}", clutter) for name in terrain.MADE for clutter in ("none", "patches")
    ]
    for row in said["rows"]:
        assert row["pixels"] == pytest.approx(np.pi * 20.0**2, rel=0.02)
        assert row["CPU [ns/pixel]"] > 0.0
    accuracy = [must for must in said["musts"] if "dB" in must["what"]]
    assert len(accuracy) == 2
    assert all(must["is_met"] for must in accuracy)


def test_raster_modes(capsys: pytest.CaptureFixture[str]) -> None:
    raster_modes.main(["--made", "--radius", "0.9", "--runs", "1", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert [(row["terrain"], row["clutter"]) for row in said["rows"]] == [
        (f"made {name}", clutter) for name in terrain.MADE for clutter in ("none", "patches")
    ]
    for row in said["rows"]:
        assert row["pixels"] == pytest.approx(np.pi * 30.0**2, rel=0.02)
        assert row["exact [ns]"] > 0.0
        assert row["refined [dB]"] <= row["fast [dB]"] < row["draft [dB]"] + 0.01 < 5.0
        assert row["lost"] == 0
    lost = [must for must in said["musts"] if "lost" in must["what"]]
    assert [must["is_met"] for must in lost] == [True]
    assert len(said["musts"]) == 9


def test_province_measures_phusong(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    speaker = "import os, sys; print(*sys.argv[1:], os.environ.get('NUMBA_CACHE_DIR'))"
    monkeypatch.setattr(province, "PHUSONG", (sys.executable, "-c", speaker))
    children = province.measure(["run", "phu-tho"], province.STATES)
    cold, warm = (children[state].output.split() for state in province.STATES)
    assert cold[:3] == warm[:3] == ["run", "phu-tho", "--out"]
    assert cold[3] != warm[3]
    assert cold[4] == warm[4]  # one folder for compiled code, empty at first
    province.main(["--demo", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert [row["compiled code"] for row in said["rows"]] == ["cold", "warm"]
    assert [must["is_met"] for must in said["musts"]] == [True, True]


def test_kill_and_resume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_network(tmp_path)
    kill_and_resume.main(["--scenario", str(path), "--resolution", "100", "--tile", "9", "--moments", "1", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert [(row["all sound"], row["same bytes"]) for row in said["rows"]] == [("yes", "yes")]
    assert [must["is_met"] for must in said["musts"]] == [True, True]


def test_first_call_measures_fresh_processes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    speaker = "import os; print(os.environ['NUMBA_CACHE_DIR'])"
    monkeypatch.setattr(first_call, "PROGRAMS", {"one": speaker, "other": speaker})
    first_call.main(["--runs", "2", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert [(row["call"], row["compiled code"]) for row in said["rows"]] == [
        ("one", "cold"), ("one", "warm"), ("other", "cold"), ("other", "warm"),
    ]  # fmt: skip
    assert [must["limit"] for must in said["musts"]] == [1.5, 1.5]


def test_first_call_of_a_path_works() -> None:
    loss = timing.run_child([sys.executable, "-c", first_call.PROGRAMS["path_loss"] + "; print(loss_db)"])
    assert 100.0 < float(loss.output) < 130.0


def test_publishing(network_run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    publishing.main([str(network_run.folder), "--views", "0", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert [row["file"] for row in said["rows"]] == ["map.html", "report.pdf", "sheets.pdf"]
    assert all(row["size [MB]"] > 0.01 for row in said["rows"])
    assert all(must["is_met"] for must in said["musts"])
