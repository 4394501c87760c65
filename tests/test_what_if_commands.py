"""Questions to a finished run at the command line: what if, outage, carriers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import phusong
from phusong import cli
from phusong.coverage.loss_store import GIB, LossStore, open_store
from phusong.errors import InputError, MachineError
from phusong.scenarios.edits import parse_edits
from phusong.scenarios.places import cells_of_polygons, cells_of_zone
from phusong.scenarios.store import Run, open_run
from phusong.terrain.files import new_folder
from phusong.terrain.raster import read_cog
from tests.small_scenario import HEADER, SCENARIO, write_small_scenario

runner = CliRunner()
Invoke = Callable[..., Result]
ROWS = """\
A,105.21,21.31,Viettel,4G,L1800,0,,4,35,46,panel,on
A,105.21,21.31,Viettel,4G,L1800,120,0,4,35,46,panel,on
B,105.24,21.33,VNPT,4G,L1800,240,2,,42,43,panel,on
C,105.2402,21.3302,VNPT,4G,L1800,60,2,,42,20,panel,on
D,105.23,21.32,VNPT,4G,L1800,240,2,,42,43,panel,planned
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, store: Path) -> Run:
    folder = tmp_path_factory.mktemp("scenario")
    scenario = SCENARIO.replace("threshold_dbm = -110.0", "threshold_dbm = -75.0")
    path = write_small_scenario(folder, scenario=scenario, register=f"{HEADER}\n{ROWS}")
    return phusong.simulate(phusong.load(path), folder / "run", workers=1, store=store)


@pytest.fixture
def invoke(run: Run, store: Path) -> Invoke:
    def call(command: str, *options: str | Path) -> Result:
        arguments = [command, str(run.folder), *map(str, options)]
        kept = ["--store", str(store)] if command != "layers" else []
        return runner.invoke(cli.app, [*arguments, *kept], env={"COLUMNS": "200", "TERM": "dumb"})

    return call


def test_whatif_tells_figures_before_and_after(run: Run, invoke: Invoke) -> None:
    result = invoke("whatif", "--set", "B.power_dbm-=10", "--remove", "A")
    assert result.exit_code == 0, result.output
    for part in ("3 cells changed", "Whole area", "Phường Việt Trì", "Xã Hy Cương", "4G, cả vùng"):
        assert part in result.stdout, part
    assert "\x1b" not in result.output
    content = json.loads(invoke("whatif", "--remove", "A", "--json").stdout)
    assert len(content["cells"]) == 2
    area = next(row for row in content["zones"] if row["layer"] == "area")
    assert area["covered_km2_change"] < 0.0
    assert area["covered_km2_before"] == pytest.approx(run.zones()["covered_km2"][0])
    target = content["targets"][0]
    assert target["measured_percent_after"] < target["measured_percent_before"]
    assert content["saved"] is None


def test_whatif_written_as_a_run_is_the_run_of_its_own_scenario(
    run: Run, invoke: Invoke, tmp_path: Path, store: Path
) -> None:
    more = tmp_path / "more.csv"
    more.write_text(f"{HEADER}\nE,105.205,21.335,Viettel,4G,L1800,90,0,4,35,46,panel,on\n", encoding="utf-8")
    out = tmp_path / "changed"
    result = invoke("whatif", "--add", more, "--set", "A.electrical_tilt_deg+=3", "-o", out)
    assert result.exit_code == 0, result.output
    changed = open_run(out)
    assert len(list((out / "maps").glob("*.png"))) == 2
    assert "What if: 3 cells differ" in " ".join(changed.manifest["assumptions"])
    again = phusong.simulate(phusong.load(out / "scenario.toml"), tmp_path / "again", workers=1, store=store)
    for part, digest in changed.manifest["files"].items():
        if part.startswith(("layers/", "signals/")):
            assert again.manifest["files"][part] == digest, part
    pd.testing.assert_frame_equal(again.zones(), changed.zones())
    assert changed.digest() != run.digest()
    assert invoke("whatif", "--remove", "A", "-o", out).exit_code == 2
    other = tmp_path / "other"
    assert invoke("whatif", "--remove", "A", "-o", other, "--no-maps").exit_code == 0
    assert open_run(other).digest() != changed.digest()


def test_whatif_tells_every_mistake_at_once_before_it_computes(invoke: Invoke, tmp_path: Path) -> None:
    options = ("--set", "A.powr=3", "--set", "nonsense", "--remove", "Z", "--off-zone", "Phường Việt Tri")
    result = invoke("whatif", *options, "--add", tmp_path / "none.csv")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "5 problems" in result.stderr
    for part in ("no field 'powr'", "is not a change", "no such site or cell", "Did you mean 'Phường Việt Trì'?"):
        assert part in result.stderr, part
    assert "store" not in result.stderr
    assert invoke("whatif").exit_code == 2


def test_whatif_switches_a_zone_off(invoke: Invoke) -> None:
    for name in ("Xã Hy Cương", "xã hy cương", "07901"):
        content = json.loads(invoke("whatif", "--off-zone", name, "--json").stdout)
        assert [cell[0] for cell in content["cells"]] == ["B", "C"]


def test_outage_ranks_the_sites(run: Run, invoke: Invoke, store: Path, tmp_path: Path) -> None:
    result = invoke("outage", "--top", "1", "-o", tmp_path / "new" / "outage.csv", "--workers", "1")
    assert result.exit_code == 0, result.output
    assert "of 3 sites" in result.stdout
    table = pd.read_csv(tmp_path / "new" / "outage.csv")
    assert sorted(table["site"]) == ["A", "B", "C"]
    assert table["lost_km2"].is_monotonic_decreasing
    assert table["site"][0] in result.stdout
    content = json.loads(invoke("outage", "--technology", "4g", "--json").stdout)
    of_4g = content["technologies"]["4G"]
    assert (of_4g["sites"], of_4g["worst"][0]["site"]) == (3, table["site"][0])
    with phusong.open_live(run, store=store) as live:  # the same from Python, by a single change
        worst = live.change([f"{table['site'][0]}.status=off"]).deltas()
        area = worst[worst["layer"] == "area"].iloc[0]
        assert -area["covered_km2_change"] == pytest.approx(table["lost_km2"][0], abs=1e-6)
        assert list(phusong.n_minus_1(live, "4G")["site"]) == list(table["site"])


def test_outage_of_an_area(invoke: Invoke, tmp_path: Path) -> None:
    square = [[105.2, 21.3], [105.22, 21.3], [105.22, 21.32], [105.2, 21.32], [105.2, 21.3]]
    polygon = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [square]}}
    (tmp_path / "flood.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [polygon]}))
    result = invoke("outage", "--polygon", tmp_path / "flood.geojson", "-o", tmp_path / "o.csv")
    assert result.exit_code == 0, result.output
    assert "Go dark: 2 cells at 1 site\n" in result.stdout
    assert "people lose coverage" in result.stdout
    assert "Phường Việt Trì" in result.stdout
    assert pd.read_csv(tmp_path / "o.csv")["covered_km2_change"].min() < 0.0
    by_site = json.loads(invoke("outage", "--site", "A", "--json").stdout)
    by_polygon = json.loads(invoke("outage", "--polygon", tmp_path / "flood.geojson", "--json").stdout)
    assert by_site == by_polygon
    everything = json.loads(invoke("outage", "--site", "A", "--zone", "07901", "--json").stdout)
    assert everything["sites"] == ["A", "B", "C"]
    assert {row["covered_km2_after"] for row in everything["zones"]} == {0.0}


def test_outage_of_no_place(invoke: Invoke, tmp_path: Path) -> None:
    square = [[106.0, 21.0], [106.1, 21.0], [106.1, 21.1], [106.0, 21.0]]
    (tmp_path / "far.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [square]}))
    result = invoke("outage", "--polygon", tmp_path / "far.geojson", "--zone", "Nowhere", "--site", "Z")
    assert result.exit_code == 2
    for part in ("no cell that is on stands inside", "no zone is called 'Nowhere'", "no such site or cell"):
        assert part in result.stderr, part
    assert invoke("outage", "--technology", "3G").exit_code == 2
    assert invoke("outage", "-o", tmp_path).exit_code == 2
    assert "there is no such file" in invoke("outage", "--polygon", tmp_path / "none.geojson").stderr


def test_places_by_name_and_by_file(run: Run) -> None:
    register, zones = run.register(), {"communes": run.zone_layer("communes")}
    assert len(cells_of_zone(register, zones, "07900")) == 2
    twice = {**zones, "again": run.zone_layer("communes")}
    with pytest.raises(InputError, match="2 zones are called"):
        cells_of_zone(register, twice, "07900")
    with pytest.raises(InputError, match="no such file"):
        cells_of_polygons(register, Path("none.geojson"))


def test_layers_of_a_carrier(run: Run, invoke: Invoke, tmp_path: Path) -> None:
    listed = invoke("layers", "--list")
    assert listed.exit_code == 0
    assert "2 carriers" in listed.stdout
    content = json.loads(invoke("layers", "--list", "--json", "--operator", "vnpt").stdout)
    assert content["carriers"] == [{"technology": "4G", "operator": "VNPT", "band": "L1800"}]
    out = tmp_path / "out"
    result = invoke("layers", "--operator", "viettel", "--quantity", "rsrp", "--quantity", "sinr", "-o", out)
    assert result.exit_code == 0, result.output
    assert sorted(os.listdir(out)) == ["rsrp_4g_viettel_l1800.tif", "sinr_4g_viettel_l1800.tif"]
    values, grid, tags = read_cog(out / "rsrp_4g_viettel_l1800.tif")
    assert grid == run.grid
    assert (tags["units"], tags["operator"]) == ("dBm", "Viettel")
    assert (values <= run.layer("rsrp", "4G") + 1e-6)[run.layer("covered", "4G") != 255].all()
    assert len(os.listdir(out)) == 2
    assert invoke("layers", "-o", tmp_path / "all").exit_code == 0
    assert len(os.listdir(tmp_path / "all")) == 18


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "no folder to write into"),
        (("--list", "--operator", "Beeline"), "no carrier 'Beeline'"),
        (("-o", "x", "--quantity", "rssi"), "no quantity 'rssi'"),
    ],
)
def test_layers_refuses_what_is_not_there(invoke: Invoke, options: tuple[str, ...], message: str) -> None:
    result = invoke("layers", *options)
    assert result.exit_code == 2
    assert message in result.stderr


def test_edits_may_be_texts_or_edits() -> None:
    edits = parse_edits(["A.power_dbm=40", *parse_edits(["B.status=off"])])
    assert [(edit.name, edit.value) for edit in edits] == [("A", 40.0), ("B", "off")]
    with pytest.raises(InputError) as error:
        parse_edits(["x", "A.power_dbm=strong"])
    assert len(error.value.problems) == 2


def test_a_store_has_the_cap_it_is_given(tmp_path: Path) -> None:
    store = open_store(tmp_path, 1.5)
    assert (store.folder, store.most_bytes) == (tmp_path, int(1.5 * GIB))
    assert open_store(tmp_path).most_bytes == LossStore(tmp_path).most_bytes


def test_a_new_folder_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_folder(tmp_path / "deep" / "a") as folder:
        (folder / "x").write_text("1")
    assert os.listdir(tmp_path / "deep") == ["a"]
    with pytest.raises(KeyboardInterrupt), new_folder(tmp_path / "b"):
        raise KeyboardInterrupt

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(MachineError, match="No space left"), new_folder(tmp_path / "c"):
        pass
    assert os.listdir(tmp_path) == ["deep"]
