"""Two runs side by side: what is refused, what is said, and what the folder holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import phusong
from phusong import cli
from phusong.errors import InputError
from phusong.scenarios.comparison import GAINED, KEPT, LACKING, LOST, UNKNOWN, compare_runs
from phusong.scenarios.deltas import WHOLE_AREA, target_deltas, zone_deltas
from phusong.scenarios.store import Run, RunWriter
from phusong.terrain.grid import Grid
from phusong.terrain.raster import read_cog
from tests import fake_run
from tests.fake_run import write_changed_run, write_fake_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    folder = tmp_path_factory.mktemp("runs")
    return write_fake_run(folder / "a"), write_changed_run(folder / "b")


def test_every_pixel_is_gained_lost_kept_lacking_or_unknown(runs: tuple[Run, Run]) -> None:
    comparison = compare_runs(*runs)
    before, after, state = fake_run.covered("5G"), fake_run.covered_later("5G"), comparison.covered("5G")
    meaning = {(0, 0): LACKING, (1, 1): KEPT, (0, 1): GAINED, (1, 0): LOST}
    for (was, now), expected in meaning.items():
        assert (state[(before == was) & (after == now)] == expected).all()
    np.testing.assert_array_equal(state == UNKNOWN, before == 255)
    assert {*np.unique(state)} == {LACKING, KEPT, GAINED, LOST, UNKNOWN}
    np.testing.assert_array_equal(comparison.covered("4G") == KEPT, fake_run.covered("4G") == 1)


def test_a_run_and_itself_do_not_differ(runs: tuple[Run, Run]) -> None:
    comparison = compare_runs(runs[0], runs[0])
    assert not comparison.warnings
    assert comparison.zones.empty
    assert comparison.cells.empty
    assert not np.nan_to_num(comparison.change("rsrp", "4G")).any()
    assert list(comparison.targets["measured_percent_change"].fillna(0.0)) == [0.0, 0.0, 0.0]


def test_the_folder_holds_layers_tables_maps_and_both_digests(runs: tuple[Run, Run], tmp_path: Path) -> None:
    comparison = phusong.compare(runs[0].folder, runs[1], tmp_path / "d")
    content = json.loads((tmp_path / "d" / "compare.json").read_text(encoding="utf-8"))
    assert [content[when]["digest"] for when in ("before", "after")] == [run.digest() for run in runs]
    assert content["cells"] == {"added": 1, "switched off": 1}
    assert content["warnings"] == ["5G counts as covered by another definition: threshold_dbm -115 before, -113 after"]
    values, grid, tags = read_cog(tmp_path / "d" / "layers" / "covered_change_5g.tif")
    np.testing.assert_array_equal(values, comparison.covered("5G"))
    assert grid == fake_run.GRID
    assert (tags["before"], tags["after"]) == (runs[0].digest(), runs[1].digest())
    change_db, _, tags = read_cog(tmp_path / "d" / "layers" / "rsrp_change_4g.tif")
    assert np.nanmax(np.abs(change_db)) == 0.0
    assert tags["units"] == "dB"
    zones = comparison.zones
    area = zones[zones["layer"] == WHOLE_AREA].iloc[0]
    expected = (fake_run.covered_later("5G") == 1).sum() - (fake_run.covered("5G") == 1).sum()
    assert area["covered_km2_change"] == pytest.approx(expected * 0.25, abs=3.0)  # some pixels lie in no zone
    for technology in ("4g", "5g"):
        with Image.open(tmp_path / "d" / "maps" / f"change_{technology}.png") as image:
            assert image.size[0] > 1000
    assert sorted(content["files"]) == sorted(
        [f"layers/{name}_change_{of}.tif" for name in ("rsrp", "sinr", "downlink", "covered") for of in ("4g", "5g")]
        + [f"tables/{name}_deltas.csv" for name in ("zone", "target", "cell")]
    )


def _other_run(folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Run:
    for name, value in changes.items():
        monkeypatch.setattr(fake_run, name, value)
    return write_fake_run(folder)


def test_what_cannot_be_compared_is_refused(
    runs: tuple[Run, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = fake_run.GRID
    moved = Grid(grid.crs, grid.west_m + 500.0, grid.north_m, grid.resolution_m, grid.rows, grid.columns)
    other = _other_run(tmp_path / "c", monkeypatch, GRID=moved, NAMES=("Hà Nội", *fake_run.NAMES[1:]))
    with pytest.raises(InputError) as error:
        compare_runs(runs[0], other)
    first, second = error.value.problems
    assert "its grid is another" in first.message
    assert "40 x 60 pixels of 500 m from 500500, 2360000" in first.message
    assert "Hà Nội" in second.message
    with pytest.raises(InputError):
        phusong.compare(runs[0], other, tmp_path / "d")
    assert os.listdir(tmp_path) == ["c"]


def test_a_comparison_is_replaced_only_with_force_and_nothing_else_ever(runs: tuple[Run, Run], tmp_path: Path) -> None:
    phusong.compare(*runs, tmp_path / "d", maps=False)
    with pytest.raises(InputError, match="a comparison is here already"):
        phusong.compare(*runs, tmp_path / "d", maps=False)
    phusong.compare(*runs, tmp_path / "d", maps=False, force=True)
    (tmp_path / "d" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="not a comparison alone"):
        phusong.compare(*runs, tmp_path / "d", maps=False, force=True)
    with pytest.raises(InputError, match="not a comparison alone"):
        phusong.compare(*runs, runs[0].folder, maps=False, force=True)
    assert os.listdir(tmp_path) == ["d"]


def test_nothing_is_left_after_an_error(runs: tuple[Run, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("no")

    monkeypatch.setattr("phusong.comparison.table_text", fail)
    with pytest.raises(ValueError, match="no"):
        phusong.compare(*runs, tmp_path / "d", maps=False)
    assert os.listdir(tmp_path) == []


def test_deltas_list_what_changed_and_only_that() -> None:
    before = fake_run.zone_table()
    row = np.arange(len(before))
    after = before.assign(
        covered_km2=before["covered_km2"] - 2.0 * (row == 3), downlink_mbps=before["downlink_mbps"] + 1.0 * (row == 4)
    )
    deltas = zone_deltas(before, after)
    assert list(deltas["name"]) == list(before.loc[[3, 4], "name"])
    assert list(deltas["covered_km2_change"]) == [-2.0, 0.0]
    assert zone_deltas(before, before).empty
    assert target_deltas(fake_run.target_table(), fake_run.target_table().iloc[:0]).empty


def test_compare_command_speaks_to_people_and_programs(runs: tuple[Run, Run], tmp_path: Path) -> None:
    runner = CliRunner()
    command = ["compare", str(runs[0].folder), str(runs[1].folder), "--no-maps", "-o"]
    result = runner.invoke(cli.app, [*command, str(tmp_path / "d")])
    assert result.exit_code == 0, result.output
    for part in ("1 added, 1 switched off", "Whole area", "Changed zones of 'communes'", "Targets"):
        assert part in result.stdout, part
    assert "Careful: 5G counts as covered by another definition" in result.stderr
    content = json.loads(runner.invoke(cli.app, [*command, str(tmp_path / "e"), "--json"]).stdout)
    assert content["after"]["digest"] == runs[1].digest()
    assert {row["technology"] for row in content["zones"]} == {"5G"}
    result = runner.invoke(cli.app, [*command, str(tmp_path / "d")])
    assert (result.exit_code, result.stdout) == (2, "")


def test_comparing_needs_no_numba(runs: tuple[Run, Run], tmp_path: Path) -> None:
    code = "import sys, phusong; phusong.compare(*sys.argv[1:4]); sys.exit('numba' in sys.modules)"
    arguments = [str(runs[0].folder), str(runs[1].folder), str(tmp_path / "d")]
    assert subprocess.run([sys.executable, "-c", code, *arguments], check=False).returncode == 0


def test_the_difference_of_technologies_is_said(runs: tuple[Run, Run], tmp_path: Path) -> None:
    definitions = fake_run.manifest()["definitions"]
    with RunWriter(tmp_path / "a") as writer:
        fake_run.fill(writer, definitions={"4G": definitions["4G"]}, versions={"phusong": "9"})
        only_4g = writer.finish()
    comparison = compare_runs(runs[0], only_4g)
    assert comparison.technologies == ("4G",)
    assert comparison.warnings == (
        "only one of the runs has 5G: not compared", "computed by version 0.1.0 before, 9 after",
    )  # fmt: skip
