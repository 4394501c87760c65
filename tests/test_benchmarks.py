"""The benchmarks run, on sizes too small to say anything about speed."""

import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from benchmarks import __main__ as listing
from benchmarks import against_splat, exact_sweep, itm_sweep, province, report, scalar, terrain, timing
from tests.shared_data import SHARED, needs_shared

TILE = SHARED / "data" / "dem" / "N21E105.hgt"


@pytest.fixture(autouse=True)
def quick_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the calibration loop."""
    monkeypatch.setattr(report, "calibration_ns", lambda: 1.0)
    report.machine.cache_clear()


def test_every_command_is_listed_and_documented() -> None:
    names = listing.catalogue()
    assert set(names) == {"against_splat", "exact_sweep", "itm_sweep", "province", "relief_error", "scalar"}
    documented = (Path(__file__).parents[1] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    for name, sentence in names.items():
        assert sentence
        assert f"python -m benchmarks.{name}" in documented


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
def test_masts_of_a_tile_have_terrain_all_round() -> None:
    windows = terrain.windows([TILE], resolution_m=90.0, radius_m=10_000.0)
    assert len({window.name for window in windows}) == 4
    for window in windows:
        assert np.isfinite(window.height_m).all()
        reach_m = 90.0 * min(window.mast_row, window.mast_column, window.height_m.shape[0] - 1 - window.mast_row)
        assert reach_m >= 10_000.0


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
        assert 0.0 <= row["settled [%]"] <= 100.0
    accuracy = [must for must in said["musts"] if "dB" in must["what"]]
    assert len(accuracy) == 2
    assert all(must["is_met"] for must in accuracy)


def test_settled_pixels_are_counted() -> None:
    window = terrain.make("mountains", resolution_m=90.0, radius_m=8000.0)
    bare, cluttered = (
        exact_sweep.Job.of(window, 8000.0, clutter_m)
        for clutter_m in (None, terrain.clutter_patches(window.height_m.shape))
    )
    assert 0 <= bare.settled_pixels() < cluttered.settled_pixels() < cluttered.run().size


def test_scalar_speed() -> None:
    row = scalar.speed(20, paths=3, runs=1)
    assert row["points"] == 20
    assert all(isinstance(value, int | float) and value > 0 for value in row.values())


def test_conformity_without_reference_vectors(tmp_path: Path) -> None:
    assert scalar.conformity(tmp_path) == []


@needs_shared
def test_conformity() -> None:
    sets = scalar.conformity(SHARED / "reference")
    assert [differences.size for _, differences, _ in sets] == [39, 200]
    for _, differences, limit_db in sets:
        assert np.abs(differences).max() < limit_db


@needs_shared
def test_one_second_tile_keeps_the_samples(tmp_path: Path) -> None:
    path = against_splat.one_second_tile(TILE, tmp_path)
    fine_m = np.fromfile(path, dtype=">i2").reshape(3601, 3601)
    coarse_m = np.fromfile(TILE, dtype=">i2").reshape(1201, 1201)
    known = coarse_m != -32768
    assert not known.all()
    assert np.array_equal(fine_m[::3, ::3][known], coarse_m[known])
    assert fine_m.min() > -100


def test_marginal_cost_is_a_median_of_differences() -> None:
    marginal = against_splat.Marginal(large_s=(3.0, 5.0, 4.0), small_s=(1.0, 1.0, 1.0), pixels=10**9)
    assert marginal.ns == pytest.approx(3.0)
    assert against_splat.row("program", marginal)["most [ns/pixel]"] == pytest.approx(4.0)


@pytest.mark.parametrize("command", [against_splat, itm_sweep])
def test_both_comparisons_need_splat(
    command: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(against_splat, "PROGRAMS", ("no-such-program",))
    with pytest.raises(SystemExit) as stop:
        command.main([])
    assert stop.value.code == 2
    assert "apt-get install splat" in capsys.readouterr().err


def test_pixels_of_splat_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "255, 254\t; max_west, min_west\n21.3, 254.5, 39.0, -28.3, 67.09\n21.4, 254.6, 39.0, -1.7, 167.5 *\n"
    (tmp_path / "pixels.txt").write_text(listed, encoding="ascii")
    monkeypatch.setattr(against_splat.Splat, "run", lambda *_: 0.0)
    splat = against_splat.Splat(tmp_path)
    assert splat.losses(1000.0) == [(-254.5, 21.3, 67.09), (-254.6, 21.4, 167.5)]
    assert splat.pixels(1000.0) == 2


def test_exact_loss_of_the_irregular_terrain_model_is_near_the_raster() -> None:
    window = terrain.make("hills", resolution_m=90.0, radius_m=3000.0)
    loss_db = itm_sweep.itm(window, 3000.0)
    rows, columns = np.nonzero(loss_db < 1e8)
    error_db = [
        loss_db[rows[i], columns[i]] - itm_sweep.exact_loss_db(window, columns[i], rows[i])
        for i in range(0, rows.size, 23)
    ]
    assert 0.0 < float(np.sqrt(np.mean(np.square(error_db)))) < itm_sweep.MOST_RMS_DB


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
