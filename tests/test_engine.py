"""The engine end to end on a small network: what its result may and may not depend on."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from rio_cogeo.cogeo import cog_validate

from phusong.coverage.engine import simulate
from phusong.coverage.ground import Ground
from phusong.coverage.link import Layers, resource_element_power_dbm, serve
from phusong.coverage.plan import plan_transmitters
from phusong.coverage.tile import carrier_of, mast_in_window
from phusong.errors import InputError
from phusong.kernels.antenna import Sector, sector_gain
from phusong.kernels.surface import Surface
from phusong.kernels.sweep import NO_TERRAIN_DB, Region, sweep
from phusong.scenarios.inputs import read_inputs
from phusong.scenarios.load import load
from phusong.scenarios.schema import Band, Scenario
from phusong.scenarios.store import Run
from tests.small_scenario import HEADER, SCENARIO, write_slope, write_small_scenario

SITES = (
    ("A", 105.2051, 21.3052, 35), ("B", 105.2353, 21.3204, 42), ("C", 105.2451, 21.3352, 30),
    ("D", 105.2204, 21.3301, 25), ("E", 105.2151, 21.3153, 45),
)  # fmt: skip
ROWS = [
    f"{site},{longitude},{latitude},Viettel,4G,L1800,{azimuth},{2 if site == 'B' else 0},4,{height},46,panel,on"
    for site, longitude, latitude, height in SITES
    for azimuth in (10, 130, 250)
]
LAYERS = ("rsrp", "server", "overlap", "covered")


def write(folder: Path, rows: list[str], **replaced: str) -> Scenario:
    text = SCENARIO
    for old, new in replaced.items():
        text = text.replace(old.replace("__", " = "), new)
    folder.mkdir(exist_ok=True)
    return load(write_small_scenario(folder, scenario=text, register="\n".join([HEADER, *rows, ""])))


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return write(tmp_path_factory.mktemp("network"), ROWS)


@pytest.fixture(scope="module")
def run(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return simulate(scenario, tmp_path_factory.mktemp("runs") / "whole", workers=1)


def layers_of(run: Run) -> dict[str, npt.NDArray[np.generic]]:
    return {quantity: run.layer(quantity, "4G") for quantity in LAYERS}


@pytest.mark.parametrize(("tile_pixels", "workers"), [(16, 1), (37, 2), (256, 2), (7, 2)])
def test_the_same_bits_for_any_tile_and_thread(
    scenario: Scenario, run: Run, tmp_path: Path, tile_pixels: int, workers: int
) -> None:
    other = simulate(scenario, tmp_path / "run", tile_pixels=tile_pixels, workers=workers)
    for quantity, values in layers_of(other).items():
        np.testing.assert_array_equal(values, layers_of(run)[quantity])
    for part in sorted(run.manifest["files"]):
        if part.startswith(("layers", "tables", "zones")):
            assert other.manifest["files"][part] == run.manifest["files"][part], part


def test_the_same_bits_from_other_processes(scenario: Scenario, run: Run, tmp_path: Path) -> None:
    pool: Executor
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        other = simulate(scenario, tmp_path / "run", tile_pixels=20, executor=pool)
    for quantity, values in layers_of(other).items():
        np.testing.assert_array_equal(values, layers_of(run)[quantity])


def test_the_order_of_the_register_does_not_matter(run: Run, tmp_path: Path) -> None:
    # Named cells: a cell without a name is numbered in the order of the file.
    other = simulate(write(tmp_path / "turned", ROWS[::-1]), tmp_path / "run")
    np.testing.assert_array_equal(other.layer("rsrp", "4G"), run.layer("rsrp", "4G"))
    np.testing.assert_array_equal(other.layer("overlap", "4G"), run.layer("overlap", "4G"))
    azimuths = [one.cells()["site"].to_numpy()[one.layer("server", "4G")] for one in (run, other)]
    served = run.layer("server", "4G") >= 0
    np.testing.assert_array_equal(azimuths[0][served], azimuths[1][served])


def test_another_site_never_lowers_the_signal(run: Run, tmp_path: Path) -> None:
    fewer = simulate(write(tmp_path / "fewer", ROWS[:-3]), tmp_path / "run")
    gain_db = run.layer("rsrp", "4G") - fewer.layer("rsrp", "4G")
    assert (gain_db[np.isfinite(gain_db)] >= 0.0).all()
    assert (gain_db > 0.0).any()
    assert (run.layer("overlap", "4G") >= fewer.layer("overlap", "4G")).all()


def test_layers_are_what_the_definitions_say(scenario: Scenario, run: Run) -> None:
    """RSRP of every cell at some pixels, by the scalar antenna and the raster's own path loss."""
    inputs = read_inputs(scenario)
    ground = Ground(inputs.grid, inputs.elevation.height_m, None)
    transmitters = plan_transmitters(inputs.register, ground, bands=scenario.bands, antennas=scenario.antennas)
    assert len(transmitters) == len(SITES)
    surface = Surface.lay_out(ground.height_m)
    shape = ground.grid.shape
    rng = np.random.default_rng(0)
    power_dbm = np.full((len(ROWS), *shape), -np.inf)
    pixels = [(int(row), int(column)) for row, column in zip(*(rng.integers(0, n, 40) for n in shape), strict=True)]
    for transmitter in transmitters:
        mast = mast_in_window(transmitter, 0, 0)
        loss_db = sweep(
            surface, mast, [carrier_of(transmitter, scenario.propagation)],
            region=Region(0, shape[0], 0, shape[1]), resolution_m=100.0, radius_m=10_000.0,
        )[0]  # fmt: skip
        for record in transmitter.sectors:
            sector = Sector(*(float(record[name]) for name in Sector._fields))
            for row, column in pixels:
                east_m, north_m = 100.0 * (column - transmitter.column), 100.0 * (transmitter.row - row)
                down_m = transmitter.ground_m + transmitter.height_m - float(ground.height_m[row, column]) - 1.5
                gain_dbi = sector_gain(sector, east_m, north_m, down_m)
                power_dbm[record["cell"], row, column] = record["eirp_dbm"] + gain_dbi - loss_db[row, column]
    rsrp_dbm, server, overlap = (run.layer(quantity, "4G") for quantity in ("rsrp", "server", "overlap"))
    threshold_dbm = scenario.coverage["4G"].median_threshold_dbm
    wanted = np.isfinite(rsrp_dbm)
    for row, column in pixels:
        if not wanted[row, column]:
            continue
        each = power_dbm[:, row, column]
        assert rsrp_dbm[row, column] == pytest.approx(each.max(), abs=0.003)
        assert each[server[row, column]] == pytest.approx(each.max(), abs=0.003)
        if np.abs(each - threshold_dbm).min() > 0.01:
            assert overlap[row, column] == (each >= threshold_dbm).sum()


def test_power_of_a_resource_element() -> None:
    lte = Band(technology="4G", frequency_mhz=1840, bandwidth_mhz=20, subcarriers=1200, feeder_loss_db=0.0)
    nr = Band(technology="5G", frequency_mhz=3750, bandwidth_mhz=100, subcarriers=3276, feeder_loss_db=0.0)
    assert resource_element_power_dbm(46.0, lte) == pytest.approx(15.2, abs=0.01)
    assert resource_element_power_dbm(53.0, nr) == pytest.approx(17.85, abs=0.01)
    boosted = lte.model_copy(update={"reference_signal_boost_db": 3.0, "feeder_loss_db": 0.5})
    assert resource_element_power_dbm(46.0, boosted) == pytest.approx(15.2 + 2.5, abs=0.01)


def test_equal_powers_go_to_the_lower_number_in_any_order() -> None:
    height_m = np.full((40, 40), 10.0, dtype=np.float32)
    surface = Surface.lay_out(height_m)
    transmitter_fields = dict.fromkeys(("azimuth_deg", "mechanical_tilt_deg", "electrical_tilt_deg"), 0.0)
    from phusong.coverage.link import SECTOR_FIELDS
    from phusong.kernels.p1812_lanes import make_carrier
    from phusong.kernels.profile import Mast

    sectors = np.zeros(2, dtype=SECTOR_FIELDS)
    for name, value in {
        **transmitter_fields, "gain_dbi": 10.0, "horizontal_beamwidth_deg": 65.0, "vertical_beamwidth_deg": 10.0,
        "front_to_back_db": 30.0, "side_lobe_db": 30.0, "eirp_dbm": 15.0,
    }.items():  # fmt: skip
        sectors[name] = value
    mast, region = Mast(20, 20, 0.0, 0.0, 10.0, 30.0), Region(0, 40, 0, 40)
    carrier = make_carrier(frequency_mhz=1840.0, mast_height_m=30.0, mobile_height_m=1.5)
    loss_db = sweep(surface, mast, [carrier], region=region, resolution_m=50.0, radius_m=600.0)[0]
    loss_db[0, 0] = NO_TERRAIN_DB
    for numbers in ([4, 9], [9, 4]):
        sectors["cell"] = numbers
        layers = Layers.empty((40, 40))
        serve(
            layers, loss_db, surface=surface, mast=mast, region=region, offset=(0, 0), resolution_m=50.0,
            mobile_height_m=1.5, threshold_dbm=-90.0, sectors=sectors,
        )  # fmt: skip
        reached = loss_db < NO_TERRAIN_DB
        assert (layers.server[reached] == 4).all()
        assert (layers.server[~reached] == -1).all()
        assert set(np.unique(layers.overlap[reached])) <= {0, 2}
        assert layers.in_doubt[0, 0]
        assert layers.in_doubt.sum() == 1


def test_the_run_folder_holds_what_it_should(run: Run) -> None:
    for part in sorted(run.folder.rglob("*.tif")):
        valid, errors, warnings = cog_validate(part, strict=True)
        assert valid, (part, errors, warnings)
    for quantity in LAYERS:
        assert (run.folder / "layers" / f"{quantity}_4g.tif").is_file()
    threshold_dbm = np.float32(run.manifest["definitions"]["4G"]["median_threshold_dbm"])
    rsrp_dbm, covered = run.layer("rsrp", "4G"), run.layer("covered", "4G")
    known = covered != 255
    np.testing.assert_array_equal(covered[known] == 1, rsrp_dbm[known] >= threshold_dbm)
    cells = run.cells()
    assert len(cells) == len(ROWS)
    assert run.manifest["counts"]["sites"] == len(SITES)
    assert run.manifest["peak_memory_mb"] > 0
    assert run.manifest["assumptions"]
    assert set(run.zones()["layer"]) == {"area", "communes"}


def test_what_was_filled_in_is_marked(tmp_path: Path) -> None:
    rows = [ROWS[0].replace(",0,4,35", ",,4,35").removesuffix("on"), *ROWS[3:]]
    filled = simulate(write(tmp_path / "gaps", rows), tmp_path / "run")
    assert filled.cells()["assumed"].iloc[0].split() == ["mechanical_tilt_deg", "status"]
    assert any("mechanical_tilt_deg is assumed" in sentence for sentence in filled.manifest["assumptions"])


def test_missing_terrain_is_no_data_and_not_sea_level(tmp_path: Path) -> None:
    holed = write(tmp_path / "holed", ROWS)
    write_slope(tmp_path / "holed" / "slope.tif", missing_columns=22)  # the west, with masts A and E
    partial = simulate(holed, tmp_path / "run")
    assert any("2 masts" in sentence for sentence in partial.manifest["assumptions"])
    assert set(partial.cells()["site"]) == {"B", "C", "D"}
    covered = partial.layer("covered", "4G")
    missing = np.isnan(partial.elevation())
    assert missing.any()
    assert (covered[missing] == 255).all()
    assert (partial.layer("overlap", "4G")[missing] == 65535).all()
    assert not (covered == 0).any()  # all land lies within reach of a mast on missing terrain: nothing is claimed
    west = partial.zones().query("layer == 'communes'").iloc[0]
    assert west["no_data_percent"] > 50.0
    assert west["known_area_km2"] < west["area_km2"]


def test_wrong_input_leaves_nothing_behind(tmp_path: Path) -> None:
    bad = write(tmp_path / "bad", ROWS)
    (tmp_path / "bad" / "register.csv").write_text(f"{HEADER}\nA,far,21.3,V,4G,L1800,0,0,0,30,46,panel,on\n")
    with pytest.raises(InputError):
        simulate(bad, tmp_path / "out" / "run")
    assert not any((tmp_path / "out").iterdir())


def test_azimuths_count_from_true_north(scenario: Scenario) -> None:
    """East of the zone's central meridian grid north lies east of true north, so a grid azimuth is smaller."""
    inputs = read_inputs(scenario)
    ground = Ground(inputs.grid, inputs.elevation.height_m, None)
    first, *_ = plan_transmitters(inputs.register, ground, bands=scenario.bands, antennas=scenario.antennas)
    convergence_deg = np.degrees(np.arctan(np.tan(np.radians(0.2051)) * np.sin(np.radians(21.3052))))
    assert first.sectors["azimuth_deg"][0] == pytest.approx(10.0 - convergence_deg, abs=1e-4)
