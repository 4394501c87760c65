"""Real input: the SRTM tile N21E105 under the 148 real communes, masts of the synthetic register."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phusong.coverage.engine import simulate
from phusong.scenarios.load import load, packaged
from phusong.scenarios.store import Run
from tests.shared_data import SHARED, needs_shared

pytestmark = needs_shared
COMMUNES = SHARED / "data" / "admin" / "phutho_communes_148.geojson"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    text = packaged("phu-tho").read_text(encoding="utf-8")
    for made, real in (
        (
            'kind = "made"\nfacts = "relief.csv"\nseed = 1',
            f'kind = "files"\npaths = ["{SHARED / "data" / "dem" / "N21E105.hgt"}"]',
        ),
        (
            'kind = "made"\nfacts = "communes.csv"\noutline = "outline.csv"',
            f'kind = "file"\npath = "{COMMUNES}"\ntype_field = "type"\npopulation_field = "population"\n'
            'area_field = "area_km2"',
        ),
    ):
        assert made in text
        text = text.replace(made, real)
    folder = tmp_path_factory.mktemp("real")
    for name in ("industrial_parks.csv", "register.toml", "relief.csv"):
        text = text.replace(f'"{name}"', f'"{packaged("phu-tho").parent / name}"')
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    return simulate(load(folder, resolution_m=360.0), folder / "run")


def test_communes_have_figures_inside_the_tile_and_none_outside(run: Run) -> None:
    zones = run.zones().query("layer == 'communes' and technology == '4G'")
    assert len(zones) == 148
    layer = run.zone_layer("communes")
    bounds = np.array([geometry.bounds for geometry in layer.geometry])
    outside = (bounds[:, 3] < 20.99) | (bounds[:, 2] < 104.99)
    inside = (bounds[:, 0] > 105.01) & (bounds[:, 1] > 21.01)
    assert outside.sum() > 30
    assert inside.sum() > 50
    assert (zones["no_data_percent"].to_numpy()[outside] == 100.0).all()
    assert zones["covered_percent"].isna().to_numpy()[outside].all()
    assert (zones["no_data_percent"].to_numpy()[inside] < 10.0).all()  # voids of the tile on Tam Đảo
    assert zones["covered_percent"].notna().to_numpy()[inside].all()


def test_areas_agree_with_the_polygons_and_the_official_sums(run: Run) -> None:
    zones = run.zones().query("layer == 'communes' and technology == '4G'")
    geodesic_km2 = run.zone_layer("communes").area_km2()
    assert zones["area_km2"].sum() == pytest.approx(geodesic_km2.sum(), rel=1e-3)
    assert zones["official_area_km2"].sum() == pytest.approx(9361.42, abs=0.005)
    assert zones["population"].sum() == 4_022_493
    assert zones["type"].value_counts().to_dict() == {"Xã": 133, "Phường": 15}


def test_what_the_tile_does_not_hold_cannot_be_told(run: Run) -> None:
    verdicts = run.targets().set_index("name")
    province = verdicts.loc["4G: 98 % diện tích tỉnh"].to_dict()
    assert province["verdict"] == "cannot tell"
    assert province["low_percent"] < 98.0 <= province["high_percent"]
    assumptions = " ".join(run.manifest["assumptions"])
    for words in ("1539 void samples", "has no terrain", "synthetic", "not simulated", "approximate"):
        assert words in assumptions


def test_no_data_is_a_layer_of_its_own(run: Run) -> None:
    covered = run.layer("covered", "4G")
    missing = np.isnan(run.elevation())
    assert (covered[missing] == 255).all()
    assert np.isnan(run.layer("rsrp", "4G")[missing]).all()
    assert {0, 1, 255} >= set(np.unique(covered).tolist())


def test_the_packaged_scenario_lies_in_the_tree() -> None:
    assert Path(packaged("phu-tho")).is_file()
