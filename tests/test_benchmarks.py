"""The benchmarks run, on sizes too small to say anything about speed."""

import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from benchmarks import __main__ as listing
<<<<<<< HEAD
from benchmarks import exact_sweep, province
from phusong.laboratory import report, terrain
=======
from benchmarks import against_splat, exact_sweep, itm_sweep, province, report, scalar, terrain, timing
from tests.shared_data import SHARED, needs_shared

TILE = SHARED / "data" / "dem" / "N21E105.hgt"
>>>>>>> itm


@pytest.fixture(autouse=True)
def quick_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the calibration loop."""
    monkeypatch.setattr(report, "calibration_ns", lambda: 1.0)
    report.machine.cache_clear()


def test_every_command_is_listed_and_documented() -> None:
    names = listing.catalogue()
<<<<<<< HEAD
    assert set(names) == {"exact_sweep", "province", "relief_error"}
=======
    assert set(names) == {"against_splat", "exact_sweep", "itm_sweep", "province", "relief_error", "scalar"}
>>>>>>> itm
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


<<<<<<< HEAD
=======
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


>>>>>>> itm
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
