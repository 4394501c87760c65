"""The gathering of inputs: what is read, what is said about it, and all problems of all inputs at once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from phusong.errors import InputError, Problem
from phusong.scenarios.inputs import read_inputs, unknown_names
from phusong.scenarios.load import PACKAGED, load
from phusong.scenarios.placement import inside_grid, on_terrain, simulated
from tests.shared_data import SHARED, needs_shared
from tests.small_scenario import (
    EAST,
    HEADER,
    NORTH,
    REGISTER,
    SCENARIO,
    SOUTH,
    WEST,
    write_slope,
    write_small_scenario,
    write_zones,
)


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_inputs(load(folder))
    return list(caught.value.problems)


def test_reads_everything_on_one_grid(tmp_path: Path) -> None:
    write_small_scenario(tmp_path)
    inputs = read_inputs(load(tmp_path))
    assert inputs.grid.crs == "EPSG:32648"
    assert inputs.grid.resolution_m == 100.0
    assert inputs.elevation.height_m.shape == inputs.grid.shape
    assert np.isfinite(inputs.elevation.height_m).all()
    assert inputs.clutter_m is None
    assert list(inputs.zones) == ["communes"]
    assert inputs.zones["communes"].name == ("Phường Việt Trì", "Xã Hy Cương")
    assert len(inputs.register) == 3
    assert simulated(inputs.register, inputs.elevation).tolist() == [True, True, False]
    for corner in ((WEST, SOUTH), (EAST, NORTH), (WEST, NORTH), (EAST, SOUTH)):
        column, row = inputs.grid.column_row(*inputs.grid.project(*corner))
        assert -0.5 <= column <= inputs.grid.columns - 0.5
        assert -0.5 <= row <= inputs.grid.rows - 0.5


def test_margin_and_crs_are_the_scenarios(tmp_path: Path) -> None:
    area = 'zones = "communes"\nmargin_km = 0.4\ncrs = "EPSG:3405"\n'
    write_small_scenario(tmp_path, scenario=SCENARIO.replace('zones = "communes"\n', area, 1))
    wide = read_inputs(load(tmp_path))
    write_small_scenario(tmp_path)
    plain = read_inputs(load(tmp_path))
    assert wide.grid.crs == "EPSG:3405"
    assert not any("Map projection" in sentence for sentence in wide.assumptions)
    assert any("EPSG:32648, the UTM zone" in sentence for sentence in plain.assumptions)
    assert wide.grid.rows - plain.grid.rows in (8, 9)


def test_digests_are_those_of_the_files(tmp_path: Path) -> None:
    write_small_scenario(tmp_path)
    assert read_inputs(load(tmp_path)).digests == {
        name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("slope.tif", "communes.geojson", "register.csv")
    }


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    write_small_scenario(
        tmp_path, scenario=SCENARIO.replace('paths = ["slope.tif"]', 'paths = ["slope.tif", "more/slope.tif"]')
    )
    (tmp_path / "more").mkdir()
    write_slope(tmp_path / "more" / "slope.tif")
    assert {"more/slope.tif", f"{tmp_path.name}/slope.tif"} <= read_inputs(load(tmp_path)).digests.keys()


def test_a_sentence_for_everything_assumed_or_left_out(tmp_path: Path) -> None:
    far = "C,106.5,21.3,VNPT,4G,L1800,0,0,4,35,46,panel,on\nD,105.2005,21.31,VNPT,4G,L1800,0,0,4,35,46,panel,\n"
    write_small_scenario(tmp_path, register=REGISTER + far)
    write_slope(tmp_path / "slope.tif", missing_columns=10)
    inputs = read_inputs(load(tmp_path))
    said = "\n".join(inputs.assumptions)
    assert "mechanical_tilt_deg is assumed to be 0.0 for 1 cell " in said
    assert "status is assumed to be on for 1 cell " in said
    assert "1 cell of status 'planned': not simulated." in said
    assert "1 cell outside the grid: not simulated." in said
    assert "1 mast (1 cell) where the terrain has no data: not simulated." in said
    assert "of the area has no terrain data" in said
    assert "No clutter is modelled" in said
    assert all(sentence.endswith(".") for sentence in inputs.assumptions)
    assert inside_grid(inputs.register, inputs.grid).tolist() == [True, True, True, False, True]
    assert on_terrain(inputs.register, inputs.elevation).tolist() == [True, True, True, False, False]


def test_a_cell_on_the_other_side_of_the_earth_is_outside(tmp_path: Path) -> None:
    write_small_scenario(tmp_path, register=REGISTER + "C,-75,-21.3,VNPT,4G,L1800,0,0,4,35,46,panel,on\n")
    inputs = read_inputs(load(tmp_path))
    assert inside_grid(inputs.register, inputs.grid).tolist() == [True, True, True, False]


def test_one_bad_input_does_not_hide_another(tmp_path: Path) -> None:
    path = write_small_scenario(tmp_path, register=REGISTER.replace(",46,", ",146,"))
    (tmp_path / "communes.geojson").write_text("{}", encoding="utf-8")
    (tmp_path / "slope.tif").write_bytes(b"no raster")
    found = problems_of(path.parent)
    assert {Path(problem.file).name for problem in found} == {"communes.geojson", "slope.tif", "register.csv"}
    assert [(one.row, one.field) for one in found if one.file.endswith("csv")] == [(2, "power_dbm"), (3, "power_dbm")]


def test_what_does_not_fit_together_is_told(tmp_path: Path) -> None:
    people = SCENARIO + 'measure = "population"\n'
    other = SCENARIO[SCENARIO.index("\n[[targets]]") :].replace("4G, cả vùng", "thị trấn") + 'zone_type = "Thị trấn"\n'
    write_small_scenario(tmp_path, scenario=people + other, register=f"{HEADER}\n{REGISTER.splitlines()[3]}\n")
    write_zones(tmp_path / "communes.geojson", population=None)
    write_slope(tmp_path / "slope.tif", missing_columns=10_000)
    found = {problem.field: problem for problem in problems_of(tmp_path)}
    assert found.keys() == {"targets.0.measure", "targets.1.zone_type", "terrain", "sites"}
    assert {problem.file for problem in found.values()} == {"scenario small"}
    assert "counts people" in found["targets.0.measure"].message
    assert "Phường, Xã" in found["targets.1.zone_type"].remedy
    assert "105.20 to 105.25 E" in found["terrain"].remedy
    assert "no cell of the register is on" in found["sites"].message


def test_a_register_of_another_place_is_told(tmp_path: Path) -> None:
    write_small_scenario(tmp_path, register=REGISTER.replace(",105.2", ",107.2"))
    [problem] = problems_of(tmp_path)
    assert problem.field == "sites"
    assert "107.21 to 107.23 E" in problem.message


def test_clutter_is_read_on_to_the_grid(tmp_path: Path) -> None:
    path = write_small_scenario(tmp_path, scenario=SCENARIO + '\n[clutter]\npath = "clutter.tif"\n')
    write_slope(tmp_path / "clutter.tif", missing_columns=10)
    inputs = read_inputs(load(path))
    assert inputs.clutter_m is not None
    assert inputs.clutter_m.shape == inputs.grid.shape
    assert any("without clutter data" in sentence for sentence in inputs.assumptions)


MADE = """\
[scenario]
name = "made"
title = "Phú Thọ"
[area]
zones = "communes"
[grid]
resolution_m = 500.0
[terrain]
kind = "made"
facts = "FOLDER/relief.csv"
[zones.communes]
kind = "made"
facts = "FOLDER/communes.csv"
outline = "FOLDER/outline.csv"
[zones.parks]
kind = "discs"
path = "FOLDER/industrial_parks.csv"
[sites]
kind = "made"
facts = "FOLDER/register.toml"
[antennas.lte-panel]
[antennas.nr-64t64r]
[coverage.4G]
[coverage.5G]
"""
BANDS = {"4G": ("lte700", "lte900", "lte1800", "lte2100"), "5G": ("nr2600", "nr3700", "nr3800")}


def test_everything_made_is_said_to_be_made(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    facts = PACKAGED["phu-tho"].parent
    bands = [
        f'[bands.{name}]\ntechnology = "{technology}"\nfrequency_mhz = 900\nbandwidth_mhz = 20\nsubcarriers = 1200\n'
        for technology, names in BANDS.items()
        for name in names
    ]
    path.write_text(MADE.replace("FOLDER", facts.as_posix()) + "".join(bands), encoding="utf-8")
    inputs = read_inputs(load(path))
    said = "\n".join(inputs.assumptions)
    assert "demonstration relief, not survey data" in said
    assert "The site register is synthetic" in said
    assert "The zones 'communes' are approximate" in said
    assert "The zones 'parks' are approximate" in said
    assert inputs.digests.keys() == {
        "relief.csv", "communes.csv", "outline.csv", "industrial_parks.csv", "register.toml"
    }  # fmt: skip
    assert inputs.register.synthetic
    assert simulated(inputs.register, inputs.elevation).all()

    # The same register in a scenario that lacks its bands and antennas, or gives a band to another technology.
    band = inputs.scenario.bands["lte1800"].model_copy(update={"technology": "5G"})
    antenna = inputs.scenario.antennas["lte-panel"]
    poor = inputs.scenario.model_copy(update={"bands": {"lte1800": band}, "antennas": {"lte-panel": antenna}})
    found = {problem.message for problem in unknown_names(facts / "register.toml", inputs.register, poor)}
    assert "there is no band 'lte900' in the scenario" in found
    assert "there is no antenna 'nr-64t64r' in the scenario" in found
    assert "4G on band 'lte1800', which the scenario gives to 5G" in found


@needs_shared
def test_real_tile_and_real_communes(tmp_path: Path) -> None:
    data = SHARED / "data"
    communes = data / "admin" / "phutho_communes_148.geojson"
    scenario = (
        SCENARIO.replace('"slope.tif"', f'"{(data / "dem" / "N21E105.hgt").as_posix()}"')
        .replace('"communes.geojson"', f'"{communes.as_posix()}"')
        .replace("resolution_m = 100.0", "resolution_m = 500.0")
    )
    write_small_scenario(tmp_path, scenario=scenario)
    inputs = read_inputs(load(tmp_path))
    assert len(inputs.zones["communes"]) == 148
    missing = float(np.isnan(inputs.elevation.height_m[inputs.zones["communes"].rasterize(inputs.grid) >= 0]).mean())
    assert 0.5 < missing < 0.65  # the tile holds some 41 % of the province
    assert any(f"{100 * missing:.1f} % of the area has no terrain data" in sentence for sentence in inputs.assumptions)
    assert "phutho_communes_148.geojson" in inputs.digests
