"""The propagation model of a scenario: chosen by name, checked before the run, its limits counted and told."""

from __future__ import annotations

import tomllib
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phusong.coverage.engine import simulate
from phusong.coverage.one_call import coverage_from
from phusong.errors import InputError, Problem
from phusong.figures.notes import definition_text, model_text, place_suffix
from phusong.kernels.added_losses import added_loss
from phusong.kernels.models import MODELS, find_model, path_loss
from phusong.scenarios.freeze import freeze
from phusong.scenarios.inputs import read_inputs
from phusong.scenarios.load import load
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import Run
from phusong.texts import WORDS
from tests.small_scenario import REGISTER, SCENARIO, write_small_scenario
from tests.test_one_call import GRID, site

HATA = """
[propagation]
model = "cost231_hata"
settings = { environment = "metropolitan" }
radius_km = 5
"""


def with_model(folder: Path, propagation: str, *, register: str = REGISTER, scenario: str = SCENARIO) -> Scenario:
    folder.mkdir(exist_ok=True)
    return load(write_small_scenario(folder, scenario=scenario + propagation, register=register))


def problems(folder: Path, propagation: str, **options: str) -> dict[str, Problem]:
    with pytest.raises(InputError) as caught:
        read_inputs(with_model(folder, propagation, **options))
    return {str(problem.field): problem for problem in caught.value.problems}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("hata")
    return simulate(with_model(folder, HATA), folder / "run")


def test_a_run_is_by_the_model_that_the_scenario_names(run: Run, tmp_path: Path) -> None:
    other = simulate(with_model(tmp_path, HATA.replace("metropolitan", "urban")), tmp_path / "run")
    apart_db = other.layer("rsrp", "4G") - run.layer("rsrp", "4G")
    assert np.nanmax(np.abs(apart_db - 3.0)) < 1e-3  # C_m of the report


def test_the_manifest_says_which_model_with_which_arguments(run: Run) -> None:
    model = run.manifest["model"]
    assert "COST" in model["title"]
    assert model["follows_terrain"] is False
    assert model["arguments"]["environment"] == "metropolitan"
    assert model["arguments"]["rx_height_m"] == 1.5
    assert any("The terrain does not count" in sentence for sentence in run.manifest["assumptions"])


def test_pixels_outside_the_range_are_counted_and_told(run: Run) -> None:
    """COST 231-Hata holds from 1 km: the pixels nearer to their mast are outside."""
    server, cells, grid = run.layer("server", "4G"), run.cells(), run.grid
    column, row = grid.column_row(*grid.project(cells["longitude"].to_numpy(), cells["latitude"].to_numpy()))
    rows, columns = np.nonzero(server >= 0)
    cell = server[rows, columns]
    near = grid.resolution_m * np.hypot(rows - row[cell], columns - column[cell]) < 1000.0
    assert 0 < near.sum() < near.size
    assert run.manifest["counts"]["outside_validity_pixels_4g"] == near.sum()
    [sentence] = [one for one in run.manifest["assumptions"] if "outside the range of" in one]
    assert f"{near.sum():,} pixels" in sentence


def test_a_frozen_scenario_keeps_the_settings(tmp_path: Path) -> None:
    scenario = with_model(tmp_path, HATA)
    assert Scenario.model_validate(tomllib.loads(freeze(scenario))) == scenario


def test_an_unknown_model_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        with_model(tmp_path, '[propagation]\nmodel = "hatta"\n')
    [problem] = caught.value.problems
    assert problem.field == "propagation.model"
    assert "Did you mean 'hata'?" in problem.remedy
    assert "p1812" in problem.remedy


def test_everything_that_a_model_cannot_is_told_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
[propagation]
model = "hata"
mode = "fast"
radius_km = 100
time_percent = 10
settings = { enviroment = "urban", rx_height_m = 2, distance_m = 3, environment = "jungle" }
""",
    )
    assert found.keys() == {
        "propagation.mode",
        "propagation.time_percent",
        "propagation.settings.enviroment",
        "propagation.settings.environment",
        "propagation.settings.rx_height_m",
        "propagation.settings.distance_m",
        "bands.L1800.frequency_mhz",
    }
    assert "Did you mean 'environment'?" in found["propagation.settings.enviroment"].remedy
    assert "receiver_height_m under [propagation]" in found["propagation.settings.rx_height_m"].remedy
    assert "follows from the masts" in found["propagation.settings.distance_m"].remedy
    assert "1842.5 is out of range" in found["bands.L1800.frequency_mhz"].message
    assert "150 to 1500 MHz" in found["bands.L1800.frequency_mhz"].remedy
    assert "'jungle'" in found["propagation.settings.environment"].message


def test_a_setting_out_of_range_is_told(tmp_path: Path) -> None:
    found = problems(tmp_path, '[propagation]\nmodel = "spm"\nsettings = { k4 = 1000.0 }\n')
    assert found.keys() == {"propagation.settings.k4"}


def test_what_one_band_forbids_is_told_before_the_run(tmp_path: Path) -> None:
    """The older building loss of TR 38.901 ends at 6 GHz: a band beyond would stop the run half-way."""
    walls = """
[propagation]
model = "tr38901_uma"

[[propagation.added_losses]]
name = "tr38901_building"
settings = { building = "below 6 GHz", indoor_distance_m = 5.0 }
"""
    read_inputs(with_model(tmp_path / "low", walls))
    high = SCENARIO.replace("frequency_mhz = 1842.5", "frequency_mhz = 28000.0")
    found = problems(tmp_path / "high", walls, scenario=high)
    [(field, problem)] = found.items()
    assert field.startswith("propagation.added_losses.0")
    assert "above 6000 MHz" in problem.message


def test_a_map_knows_no_sea_and_says_so(tmp_path: Path) -> None:
    found = problems(tmp_path, "[propagation]\nsettings = { coast_distance_tx_km = 3.0 }\n")
    assert "count as inland" in found["propagation.settings.coast_distance_tx_km"].remedy
    said = read_inputs(with_model(tmp_path, "")).assumptions
    assert "Every path counts as inland: maps know no sea." in said
    assert not any("inland" in sentence for sentence in read_inputs(with_model(tmp_path, HATA)).assumptions)


def test_a_band_that_no_cell_uses_does_not_matter(tmp_path: Path) -> None:
    band = '[bands.L700]\ntechnology = "4G"\nfrequency_mhz = 768\nbandwidth_mhz = 10\nsubcarriers = 600\n'
    read_inputs(with_model(tmp_path, HATA, scenario=SCENARIO.replace("[coverage.4G]", f"{band}\n[coverage.4G]")))


def test_a_margin_for_places_counts_once(tmp_path: Path) -> None:
    found = problems(tmp_path, "[propagation]\nsettings = { location_percent = 90 }\n")
    assert found.keys() == {"coverage.4G.shadow_sigma_db"}
    once = SCENARIO.replace("threshold_dbm = -110.0", "threshold_dbm = -110.0\nshadow_sigma_db = 0")
    read_inputs(with_model(tmp_path, "[propagation]\nsettings = { location_percent = 90 }\n", scenario=once))


def test_clutter_that_a_model_does_not_know_is_told(tmp_path: Path) -> None:
    scenario = with_model(tmp_path, '[clutter]\npath = "slope.tif"\n' + HATA)
    assert any("clutter heights are not used" in sentence for sentence in read_inputs(scenario).assumptions)


RAIN_AND_WALLS = """
[[propagation.added_losses]]
name = "p838"
settings = { rain_rate_mm_h = 100.0 }

[[propagation.added_losses]]
name = "p2109"
settings = { building = "traditional", probability_percent = 50.0 }
"""


def test_added_losses_are_added_to_every_pixel_and_told(tmp_path: Path) -> None:
    plain = simulate(with_model(tmp_path / "plain", ""), tmp_path / "plain_run")
    scenario = with_model(tmp_path / "added", RAIN_AND_WALLS)
    assert Scenario.model_validate(tomllib.loads(freeze(scenario))) == scenario
    added = simulate(scenario, tmp_path / "added_run")
    lost_db = plain.layer("rsrp", "4G") - added.layer("rsrp", "4G")
    wall_db = added_loss("p2109", frequency_mhz=1842.5, building="traditional", probability_percent=50.0)
    assert isinstance(wall_db, float)
    assert np.nanmin(lost_db) > wall_db - 0.01
    assert np.nanmax(lost_db) < wall_db + 0.5
    titles = [loss["title"] for loss in added.manifest["model"]["added_losses"]]
    assert ["P.838" in titles[0], "P.2109" in titles[1]] == [True, True]
    assert added.scenario.propagation.place == "indoors"
    assert "trong nhà" in definition_text(added, "4G", "vi")
    assert place_suffix(added, WORDS["vi"]) == " · trong nhà"
    assert place_suffix(plain, WORDS["vi"]) == ""
    assert "P.2109" in model_text(added, "en")


def test_wrong_added_losses_are_told_at_once(tmp_path: Path) -> None:
    wrong = RAIN_AND_WALLS.replace("rain_rate_mm_h = 100.0", "rain = 3").replace('"traditional"', '"hut"')
    found = problems(tmp_path, wrong)
    assert found.keys() == {
        "propagation.added_losses.0.settings.rain",
        "propagation.added_losses.0.settings.rain_rate_mm_h",
        "propagation.added_losses.1.settings.building",
    }
    assert "mm/h" in found["propagation.added_losses.0.settings.rain_rate_mm_h"].remedy
    with pytest.raises(InputError) as caught:
        with_model(tmp_path, '[[propagation.added_losses]]\nname = "p839"\n')
    assert "Did you mean 'p838'?" in caught.value.problems[0].remedy


@pytest.mark.parametrize("name", MODELS)
def test_map_and_point_are_one_for_every_model(name: str) -> None:
    """The raster of every model, on hills, is finite everywhere within the radius and the model's call at a pixel."""
    model = find_model(name)
    allowed = model.limits["frequency_mhz"]
    frequency_mhz = min(max(1800.0, allowed.low), allowed.high)
    hills = (200.0 + 40.0 * np.sin(np.arange(GRID.columns) / 4.0) * np.ones(GRID.shape)).astype(np.float32)
    mast = site(10, 30, frequency_mhz=frequency_mhz)
    loss_db = coverage_from(hills, GRID, [mast], model=name, radius_m=5_000.0, delta_n=45.0)
    rows, columns = np.mgrid[0 : GRID.rows, 0 : GRID.columns]
    within = np.hypot(rows - 30, columns - 10) * GRID.resolution_m <= 5_000.0 - 1e-6
    assert np.isfinite(loss_db[within]).all()
    distance_m = np.arange(0.0, 4_001.0, 100.0)
    path: dict[str, Any] = {"distance_m": 4_000.0}
    if model.follows_terrain:
        path = {"distance_m": distance_m, "terrain_m": hills[30, 10:51].astype(float)}
    given = {"latitude_deg": mast["latitude"], "surface_refractivity": 325.0, "delta_n": 45.0}
    known = signature(model.path_loss).parameters
    point_db = path_loss(
        name, **path, frequency_mhz=frequency_mhz, tx_height_m=30.0, rx_height_m=1.5,
        **{key: value for key, value in given.items() if key in known},
    )  # fmt: skip
    assert loss_db[30, 50] == pytest.approx(point_db, abs=0.03)


@pytest.mark.parametrize("mode", ["fast", "draft"])
def test_a_mode_tells_its_error_and_keeps_its_bits(tmp_path: Path, mode: str) -> None:
    """The same bits for any tile; near the exact run; the error against it measured on this very run."""
    exact = simulate(with_model(tmp_path / "exact", ""), tmp_path / "exact_run")
    scenario = with_model(tmp_path / mode, f'[propagation]\nmode = "{mode}"\n')
    one, other = (
        simulate(scenario, tmp_path / f"run{tile}", tile_pixels=tile, workers=workers)
        for tile, workers in ((256, 1), (13, 2))
    )
    for quantity in ("rsrp", "server", "overlap", "covered"):
        np.testing.assert_array_equal(one.layer(quantity, "4G"), other.layer(quantity, "4G"))
    apart_db = np.abs(one.layer("rsrp", "4G") - exact.layer("rsrp", "4G"))
    assert np.nanmean(apart_db) < 0.2
    error = one.manifest["mode_error"]
    assert error["mode"] == mode
    assert error["losses_compared"] > 100
    assert 0.0 <= error["rms_db"] <= error["worst_db"] < 5.0
    assert exact.manifest["mode_error"] == {"mode": "exact", "rms_db": 0.0, "worst_db": 0.0}
    assert any(f"Raster mode '{mode}'" in sentence for sentence in one.manifest["assumptions"])


def test_time_and_places_reach_the_raster(tmp_path: Path) -> None:
    """Less of the time the loss is less, at more of the places it is more."""
    once = SCENARIO.replace("threshold_dbm = -110.0", "threshold_dbm = -110.0\nshadow_sigma_db = 0")
    median, rare, most_places = (
        simulate(with_model(tmp_path / name, table, scenario=once), tmp_path / f"{name}_run").layer("rsrp", "4G")
        for name, table in (
            ("median", ""),
            ("rare", "[propagation]\ntime_percent = 1.0\n"),
            ("places", "[propagation]\nsettings = { location_percent = 95.0 }\n"),
        )
    )
    assert np.nanmin(rare - median) > -0.01
    assert np.nanmax(rare - median) > 0.1
    assert np.nanmax(most_places - median) < 0.01
    assert np.nanmin(most_places - median) < -1.0
