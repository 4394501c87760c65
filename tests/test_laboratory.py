"""The kernel laboratory: what it measures it can tell apart, and its tables say what they should."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from phusong.cli import app
from phusong.errors import InputError
from phusong.kernels.added_losses import ADDED_LOSSES
from phusong.kernels.itm.point_to_point import itm_point_to_point
from phusong.kernels.models import MODELS, Model, find_model
from phusong.laboratory import bench, measures, paths, records, report, shared, terrain, timing
from phusong.laboratory.conformance import itm, p2108
from phusong.laboratory.conformance.sets import Case, ReferenceSet, reference_sets
from phusong.laboratory.subjects import Subject
from tests.shared_data import SHARED, needs_shared

TILE = SHARED / "data" / "dem" / "N21E105.hgt"
TINY = bench.Effort(paths=4, length_m=1_200.0, runs=1, radius_m=300.0, steps=3)


@pytest.fixture(autouse=True)
def quick_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the calibration loop."""
    monkeypatch.setattr(report, "calibration_ns", lambda: 1.0)
    report.machine.cache_clear()


def made_model(loss: Any, *, follows_terrain: bool = False) -> Subject:
    p1812 = find_model("p1812")
    return Subject(Model("made", "made", loss, p1812.limits, p1812.validity, follows_terrain))


@pytest.fixture(scope="module")
def rays() -> paths.Rays:
    return paths.Rays(terrain.make("hills", resolution_m=30.0, radius_m=2500.0), 5)


# Paths


def test_paths_run_from_the_mast_over_the_ground_of_the_window(rays: paths.Rays) -> None:
    found = rays.paths(1500.0)
    assert found.terrain_m.shape == found.distance_m.shape == (5, 51)
    assert np.ptp(found.terrain_m[:, 0]) < 1e-6  # all begin at the mast
    assert np.all(np.abs(np.diff(found.terrain_m)) < 30.0)
    assert np.ptp(found.terrain_m[:, -1]) > 1.0
    np.testing.assert_allclose(np.diff(found.distance_m), 30.0)
    back = found.reversed()
    assert np.array_equal(back.terrain_m[:, 0], found.terrain_m[:, -1])
    longer = rays.paths(1501.0, points=found.points)
    assert 0.0 < np.abs(longer.terrain_m - found.terrain_m).max() < 5.0


# Measures


def test_a_jump_is_found_and_placed(rays: paths.Rays) -> None:
    def stair(**link: Any) -> Any:
        return np.where(link["distance_m"] > 1200.5, 107.0, 100.0) + link["distance_m"] / 1000.0

    jump = measures.largest_jump(made_model(stair), rays, [1000.0, 1200.0, 1400.0])
    assert jump.distance_m == 1200.0
    assert jump.jump_db == pytest.approx(7.001)
    assert jump.step_db == pytest.approx(7.0, abs=1e-5)


def test_a_slope_is_no_step(rays: paths.Rays) -> None:
    jump = measures.largest_jump(made_model(lambda **link: 3.0 * link["distance_m"]), rays, [1000.0, 1200.0])
    assert jump.jump_db == pytest.approx(3.0)
    assert jump.step_db == pytest.approx(0.003, rel=0.05)


def test_reciprocity_tells_which_end_transmits(rays: paths.Rays) -> None:
    def lopsided(**link: Any) -> Any:
        return np.full(len(link["distance_m"]), link["tx_height_m"])

    assert measures.reciprocity_db(made_model(lopsided), rays, 900.0) == pytest.approx(28.5)
    assert measures.reciprocity_db(Subject(find_model("p1812")), rays, 900.0) == pytest.approx(0.0, abs=1e-6)


def test_memory_of_work_is_what_it_holds() -> None:
    held = measures.peak_memory_mib(lambda: np.ones(40 * 2**20 // 8).sum())
    if held is not None:
        assert 30.0 < held < 60.0


def test_speed_is_of_a_path_and_of_a_point(rays: paths.Rays) -> None:
    speed = measures.speed(Subject(find_model("p1812")), rays, 900.0, 1)
    assert speed.path_ns == pytest.approx(31 * speed.point_ns)
    assert 100.0 < speed.path_ns < 1e6


# Conformance


def test_differences_are_absolute_or_relative() -> None:
    case = Case("one", expected=-200.0, computed=-200.5)
    assert ReferenceSet("f", "m", "t", 1.0, lambda _: iter([case])).difference(case) == 0.5
    assert ReferenceSet("f", "m", "t", 1.0, lambda _: iter([case]), is_relative=True).difference(case) == 0.0025


COUNTS = [17 * 35, 39 * 5, 54, 39, 200, 3, 3, 400, 176, 240, 240, 60, 23, 12, 13, 3 * 350, 10, 64]
"""How many cases each set holds."""


@needs_shared
@pytest.mark.parametrize(
    ("one", "count"),
    list(zip(reference_sets(), COUNTS, strict=True)),
    ids=[f"{one.model}, {one.title}" for one in reference_sets()],
)
def test_every_reference_set_is_kept(one: ReferenceSet, count: int) -> None:
    cases = list(one.cases(SHARED / "reference" / one.folder))
    assert len(cases) == count
    worst = max(cases, key=one.difference)
    assert one.difference(worst) <= one.tolerance, worst


def test_every_set_is_of_a_model_that_there_is() -> None:
    assert {one.model for one in reference_sets()} <= {*MODELS, *ADDED_LOSSES}


@needs_shared
def test_every_folder_of_reference_vectors_of_a_model_has_a_set() -> None:
    folders = {path.name for path in (SHARED / "reference").iterdir() if path.is_dir()}
    assert folders - {"orlib"} == {one.folder for one in reference_sets()}  # orlib is for the choice of sites


def with_other_warnings(**arguments: Any) -> Any:
    result = itm_point_to_point(**arguments)
    return result._replace(warnings=result.warnings ^ 0x0800)


@needs_shared
def test_a_wrong_warning_is_an_infinite_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(itm, "itm_point_to_point", with_other_warnings)
    cases = list(itm.generated_cases(SHARED / "reference" / "generated_itm_p2p"))
    assert len(cases) == 400
    assert all(case.computed == math.inf for case in cases)


@needs_shared
def test_what_should_be_refused_and_is_not_is_an_infinite_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(p2108, "added_loss", lambda *_, **__: 0.0)
    cases = [
        case for name in p2108.LOSSES for case in p2108.cases(SHARED / "reference" / "ntia_p2108", name)
    ]  # fmt: skip
    assert sum(case.computed == math.inf for case in cases) == 15


# The whole


def test_every_model_has_a_row_that_says_something() -> None:
    found = bench.run_bench([], effort=TINY)
    rows = found.tables["models"]
    assert [row["model"] for row in rows] == list(MODELS)
    for row in rows:
        assert float(row["path [ns]"] or 0.0) > 0.0
        assert float(row["pixel [ns]"] or 0.0) > 0.0
        assert float(row["jump in 1 m [dB]"] or 0.0) > 0.0
    assert any("conformance was not checked" in note for note in found.notes)


def test_a_kept_bench_is_held_against_another(tmp_path: Path) -> None:
    kept, report_json = tmp_path / "kept.json", ["bench", "p1812", "--quick", "--reference", str(tmp_path), "--json"]
    said = CliRunner().invoke(app, [*report_json, "--save", str(kept)])
    assert said.exit_code == 0, said.output
    record = records.load(kept)
    assert json.loads(said.stdout)["tables"].keys() == record["tables"].keys()
    record["tables"]["models"][0]["path [ns]"] *= 2.0
    record["machine"][records.CALIBRATION] *= 2.0
    [row] = [row for row in records.comparison(records.load(kept), record) if row["figure"] == "path [ns]"]
    assert row["now / before"] == pytest.approx(0.5)
    assert row["on equal machines"] == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["", "{}", '{"format": "other"}', "[1]"])
def test_a_file_that_is_no_bench_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="not a bench"):
        records.load(tmp_path / "other.json")


def test_wrong_questions_end_with_code_2(tmp_path: Path) -> None:
    for arguments in (["p1821"], ["--terrain", str(tmp_path / "none.hgt")], ["--compare", str(tmp_path / "none.json")]):
        assert CliRunner().invoke(app, ["bench", *arguments]).exit_code == 2


# Timing


def test_cpu_time_grows_with_the_work() -> None:
    calls = []
    cpu = timing.measure_cpu(lambda: calls.append(sum(range(10_000))), 3)
    assert len(calls) == 4  # one to warm up
    assert len(cpu.runs_s) == 3
    assert min(cpu.runs_s) <= cpu.median_s <= max(cpu.runs_s)


def test_calibration_is_a_time() -> None:
    assert 0.01 < timing.calibration_ns() < 1000.0


def test_child_is_measured_with_its_children() -> None:
    hold = "import time; held = bytearray(80_000_000); time.sleep(0.5)"
    two = f"import subprocess, sys; both = [subprocess.Popen([sys.executable, '-c', {hold!r}]) for _ in 'ab']"
    child = timing.run_child([sys.executable, "-c", f"{two}; [one.wait() for one in both]"])
    assert child.wall_s > 0.5
    assert child.cpu_s > 0.0
    assert child.peak_mib > 80.0
    if Path("/proc/self/smaps_rollup").is_file():
        assert child.peak_mib > 150.0  # both blocks at once


def test_child_gets_folder_and_environment_and_tells_its_output(tmp_path: Path) -> None:
    words = "import os; print(os.getcwd(), os.environ['ANSWER'])"
    child = timing.run_child([sys.executable, "-c", words], environment={"ANSWER": "42"}, folder=tmp_path)
    assert child.output.split() == [str(tmp_path.resolve()), "42"]


def test_failed_child_is_an_error_with_its_words() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)ended with code 3.*no terrain"):
        timing.run_child([sys.executable, "-c", "print('no terrain'); raise SystemExit(3)"])


# Report


@pytest.mark.parametrize(
    ("measured", "at_least", "met"), [(8.0, True, True), (7.9, True, False), (8.0, False, True), (8.1, False, False)]
)
def test_both_sides_of_a_must(measured: float, at_least: bool, met: bool) -> None:
    assert report.Must("figure", measured, 8.0, at_least).is_met is met


def test_table_and_json_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[report.Row] = [{"terrain": "hills", "CPU [ns/pixel]": 251.4, "peak": None, "pixels": 349_069}]
    musts = [report.Must("CPU [ns/pixel]", 251.4, 200.0)]
    report.show("Sweep", rows, musts, ["a note"], as_json=False)
    text = capsys.readouterr().out
    for words in (
        "Sweep",
        "CPU [ns/pixel]",
        "hills",
        "251",
        "349,069",
        "must be at most 200: MISSED",
        "a note",
        "processor",
    ):
        assert words in text
    report.show("Sweep", rows, musts, ["a note"], as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["rows"] == rows
    assert said["musts"][0]["is_met"] is False
    assert said["machine"]["cores"] >= 1


# Terrain


@pytest.mark.parametrize("name", terrain.MADE)
def test_made_terrain_is_whole_and_keeps_its_deviation(name: str) -> None:
    window = terrain.make(name, resolution_m=30.0, radius_m=3000.0)
    assert np.isfinite(window.height_m).all()
    assert 0.3 < float(window.height_m.std()) / terrain.MADE[name][0] < 3.0
    surface, mast = window.lay_out(30.0)
    assert mast.column_rest == pytest.approx(0.37)
    assert mast.row_rest == pytest.approx(0.81)
    assert window.height_m.min() <= mast.ground_m <= window.height_m.max()
    assert surface.shape == window.height_m.shape


def test_clutter_covers_about_half() -> None:
    clutter_m = terrain.clutter_patches((200, 200))
    assert set(np.unique(clutter_m)) == {0.0, 12.0}
    assert 0.4 < float((clutter_m > 0).mean()) < 0.6


@needs_shared
def test_tiles_beside_the_checkout_are_found() -> None:
    assert shared.found_tiles()[0] == TILE


@needs_shared
def test_masts_of_a_tile_have_terrain_all_round() -> None:
    windows = terrain.windows([TILE], resolution_m=90.0, radius_m=3_000.0)
    assert len({window.name for window in windows}) == 4
    for window in windows:
        assert np.isfinite(window.height_m).all()
        reach_m = 90.0 * min(window.mast_row, window.mast_column, window.height_m.shape[0] - 1 - window.mast_row)
        assert reach_m >= 3_000.0
