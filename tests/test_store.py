"""A run folder: whole or not at all, never overwritten by mistake, read back as it was written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rio_cogeo.cogeo import cog_validate

from phusong.errors import InputError, MachineError
from phusong.scenarios import store
from phusong.scenarios.store import RunWriter, open_run
from phusong.scenarios.tables import read_table, table_text
from tests import fake_run
from tests.fake_run import GRID, covered, fill, manifest, write_fake_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> store.Run:
    return write_fake_run(tmp_path_factory.mktemp("runs") / "a")


def _problem(error: pytest.ExceptionInfo[InputError]) -> str:
    return str(error.value)


def test_everything_comes_back_as_written(run: store.Run) -> None:
    assert run.grid == GRID
    assert run.technologies == ("4G", "5G")
    np.testing.assert_array_equal(run.layer("rsrp", "4G"), fake_run.rsrp_dbm("4G"))
    np.testing.assert_array_equal(run.layer("covered", "5G"), fake_run.covered("5G"))
    np.testing.assert_array_equal(run.elevation(), fake_run.elevation().height_m)
    assert run.layer("server", "4G").dtype == np.int32
    assert run.layer("server", "4G")[55, 30] == -1
    assert run.layer("overlap", "4G").dtype == np.uint16
    pd.testing.assert_frame_equal(run.zones(), fake_run.zone_table(), check_dtype=False, atol=1e-6)
    pd.testing.assert_frame_equal(run.targets(), fake_run.target_table(), check_dtype=False)
    assert run.zones()["code"].iloc[2] == "00001"
    assert run.scenario.scenario.title == "Vùng thử nghiệm"
    assert run.manifest["counts"]["missing_pixels"] == 200


@pytest.mark.parametrize("layer", ["communes", "parks"])
def test_zone_layers_come_back(run: store.Run, layer: str) -> None:
    written, read = getattr(fake_run, layer)(), run.zone_layer(layer)
    assert (read.code, read.name, read.kind) == (written.code, written.name, written.kind)
    assert (read.approximate, read.source) == (written.approximate, written.source)
    np.testing.assert_array_equal(read.population, written.population)
    np.testing.assert_array_equal(read.rasterize(GRID), written.rasterize(GRID))


def test_layers_are_valid_cogs_with_units(run: store.Run) -> None:
    for path in sorted((run.folder / "layers").glob("*.tif")):
        valid, errors, warnings = cog_validate(path)
        assert (valid, errors, warnings) == (True, [], []), path.name


def test_same_content_gives_same_bytes(run: store.Run, tmp_path: Path) -> None:
    again = write_fake_run(tmp_path / "b")
    assert again.manifest["files"] == run.manifest["files"]
    assert (again.folder / "run.json").read_bytes() == (run.folder / "run.json").read_bytes()


def test_digest_follows_what_was_computed_and_nothing_else(tmp_path: Path) -> None:
    digest = write_fake_run(tmp_path / "a").digest()
    assert write_fake_run(tmp_path / "b", created="2030-01-01T00:00:00Z", settings={"workers": 9}).digest() == digest
    assert write_fake_run(tmp_path / "c", scenario_digest="00" * 32).digest() != digest
    assert write_fake_run(tmp_path / "d", versions={"phusong": "9"}).digest() != digest


def test_a_finished_run_is_overwritten_only_with_force(tmp_path: Path) -> None:
    write_fake_run(tmp_path / "a")
    with pytest.raises(InputError, match="a finished run is here already"):
        write_fake_run(tmp_path / "a")
    assert write_fake_run(tmp_path / "a", force=True, title="Mới").manifest["title"] == "Mới"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("content", ["notes.txt", "run.json"])
def test_a_folder_that_is_not_a_run_is_never_deleted(tmp_path: Path, content: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / content).write_text("{}")
    with pytest.raises(InputError, match="not empty and is not a run"):
        write_fake_run(tmp_path / "a", force=True)
    assert (tmp_path / "a" / content).read_text() == "{}"


def test_a_run_with_files_of_others_is_never_deleted(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "a")
    (run.folder / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match=r"thesis\.docx"):
        write_fake_run(tmp_path / "a", force=True)


def test_a_file_or_link_is_no_place_for_a_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        with pytest.raises(InputError, match="not a folder"):
            RunWriter(tmp_path / name, force=True)


def test_an_empty_folder_may_become_a_run(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert write_fake_run(tmp_path / "a").folder == tmp_path / "a"


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_after_an_error(tmp_path: Path, stop: type[BaseException]) -> None:
    with pytest.raises(stop), RunWriter(tmp_path / "a") as writer:  # noqa: PT012
        fill(writer)
        raise stop
    assert os.listdir(tmp_path) == []


def test_an_error_while_replacing_leaves_the_old_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_fake_run(tmp_path / "a", title="Cũ")
    rename = Path.rename

    def refuse_the_new(self: Path, target: Path) -> Path:
        if self.name.endswith(".writing"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(MachineError, match="No space left"):
        write_fake_run(tmp_path / "a", force=True)
    assert open_run(tmp_path / "a").manifest["title"] == "Cũ"
    assert os.listdir(tmp_path) == ["a"]


def test_a_run_that_appeared_meanwhile_is_kept(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "a") as writer:
        fill(writer)
        write_fake_run(tmp_path / "a", title="Trước")
        with pytest.raises(InputError, match="finished run is here already"):
            writer.finish()
    assert open_run(tmp_path / "a").manifest["title"] == "Trước"


def test_open_run_says_what_is_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such run folder"):
        open_run(tmp_path / "none")
    (tmp_path / "a").mkdir()
    with pytest.raises(InputError, match=r"no run\.json"):
        open_run(tmp_path / "a")
    (tmp_path / "a" / "run.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        open_run(tmp_path / "a")
    (tmp_path / "a" / "run.json").write_text(json.dumps({"state": "running"}))
    with pytest.raises(InputError, match="not describe a finished run"):
        open_run(tmp_path / "a")
    (tmp_path / "a" / "run.json").write_text(json.dumps({"state": "finished", "name": "a"}))
    with pytest.raises(InputError, match="lacks title"):
        open_run(tmp_path / "a")


def test_open_run_names_every_missing_and_changed_part(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "a")
    (run.folder / "layers" / "rsrp_4g.tif").unlink()
    table = run.folder / "tables" / "zones.csv"
    table.write_text(table.read_text().replace("Việt Trì", "Viet Tri"))
    with pytest.raises(InputError) as error:
        open_run(run.folder)
    assert [Path(problem.file).name for problem in error.value.problems] == ["rsrp_4g.tif", "zones.csv"]
    assert "missing" in error.value.problems[0].message
    assert "not what the run wrote" in error.value.problems[1].message


def test_asking_for_what_a_run_has_not(run: store.Run) -> None:
    with pytest.raises(InputError, match=r"no layers/rsrq_4g\.tif"):
        run.layer("rsrq", "4G")
    with pytest.raises(InputError, match="no zone layer 'districts'"):
        run.zone_layer("districts")
    assert run.proposals().empty


def test_carriers_come_out_of_the_tiles(run: store.Run) -> None:
    assert run.channels() == [("4G", "A", "B3"), ("5G", "A", "n41")]
    for technology, band, reached in (("4G", "B3", 60), ("5G", "n41", 30)):
        level_dbm = run.channel_layer("rsrp", technology, "A", band)
        expected = fake_run.rsrp_dbm(technology)
        expected[reached:] = np.nan
        np.testing.assert_allclose(level_dbm, expected, atol=0.006)
        overlap = run.channel_layer("overlap", technology, "A", band)
        known = fake_run.covered(technology) != 255
        np.testing.assert_array_equal(overlap == 65535, ~known)
        assert (overlap[:reached][known[:reached]] == 1).all()
        assert (overlap[reached:][known[reached:]] == 0).all()


def test_asking_for_a_carrier_that_is_not_there(run: store.Run) -> None:
    with pytest.raises(InputError, match="the run has no channel 4G/A/B8") as error:
        run.channel_layer("rsrp", "4G", "A", "B8")
    assert "Did you mean '4G/A/B3'" in str(error.value)
    with pytest.raises(InputError, match="no channel has a layer 'power'"):
        run.channel_layer("power", "4G", "A", "B3")


def test_a_damaged_tile_is_told(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "a")
    tile = run.signals_folder / "0_0.tile"
    data = bytearray(tile.read_bytes())
    data[-1] ^= 1  # its index, which the digest is of, stays whole
    tile.write_bytes(data)
    damaged = open_run(tmp_path / "a")
    with pytest.raises(InputError, match="the tile is damaged"):
        damaged.channel_layer("overlap", "5G", "A", "n41")


def test_answers_are_added_to_a_finished_run(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "a")
    run.add_table("proposals", pd.DataFrame({"question": ["q"], "site": ["NEW-1"]}))
    run.add_json("proposals", {"objective": 3.5})
    state = covered("5G")
    run.add_layer("covered_with_q", state, nodata=255, units="1", about="covered")
    run.update_manifest(note="đã đề xuất")
    opened = open_run(tmp_path / "a")
    assert list(opened.proposals()["site"]) == ["NEW-1"]
    assert opened.manifest["note"] == "đã đề xuất"
    assert json.loads((opened.folder / "tables" / "proposals.json").read_text()) == {"objective": 3.5}
    np.testing.assert_array_equal(opened.added_layer("covered_with_q"), state)
    with pytest.raises(InputError, match="no layers/covered_with_other"):
        opened.added_layer("covered_with_other")


def test_a_manifest_must_be_complete(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "a") as writer:
        with pytest.raises(ValueError, match="lacks grid"):
            writer.write_manifest({key: value for key, value in manifest().items() if key != "grid"})
        with pytest.raises(ValueError, match="without a manifest"):
            writer.finish()


def test_reading_a_run_needs_no_engine() -> None:
    code = "import sys, phusong.scenarios.store; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)
_numbers = st.floats(-1e6, 1e6, allow_subnormal=False) | st.just(float("nan"))


@given(st.lists(st.tuples(_texts, _numbers), min_size=1, max_size=6))
@settings(deadline=None, max_examples=60)
def test_tables_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float]]) -> None:
    frame = pd.DataFrame(rows, columns=["name", "area_km2"])
    path = tmp_path_factory.getbasetemp() / "table.csv"
    path.write_text(table_text(frame), encoding="utf-8", newline="")
    read = read_table(path)
    assert list(read["name"]) == list(frame["name"])
    np.testing.assert_allclose(read["area_km2"].astype(float), frame["area_km2"], atol=5e-7, rtol=0)
    assert table_text(read) == table_text(frame)


def test_tables_write_numbers_plainly() -> None:
    frame = pd.DataFrame(
        {"code": ["04792", "NA"], "people": [14316.0, np.nan], "gain": [-0.0, 1 / 3], "planned": [True, False]}
    )
    assert table_text(frame) == "code,people,gain,planned\n04792,14316,0,True\nNA,,0.333333,False\n"
