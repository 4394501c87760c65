"""The engine end to end on a small network: what its result may and may not depend on."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from rio_cogeo.cogeo import cog_validate

from phusong.coverage.engine import compute_tiles, simulate
from phusong.coverage.loss_store import LossStore
from phusong.coverage.losses import carrier_of
from phusong.coverage.plan import plan_tiles
from phusong.coverage.prepare import from_inputs
from phusong.coverage.propagate import mast_in_window
from phusong.coverage.tile_store import TileStore
from phusong.coverage.workers import open_workers
from phusong.errors import InputError
from phusong.kernels.antennas.sector import Sector, sector_gain
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import sweep
from phusong.kernels.raster.wedges import Region
from phusong.scenarios.inputs import read_inputs
from phusong.scenarios.layers import BY_QUANTITY
from phusong.scenarios.load import load
from phusong.scenarios.schema import Scenario
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


def test_another_site_never_lowers_the_signal(run: Run, tmp_path: Path) -> None:
    fewer = simulate(write(tmp_path / "fewer", ROWS[:-3]), tmp_path / "run")
    gain_db = run.layer("rsrp", "4G") - fewer.layer("rsrp", "4G")
    assert (gain_db[np.isfinite(gain_db)] >= 0.0).all()
    assert (gain_db > 0.0).any()
    assert (run.layer("overlap", "4G") >= fewer.layer("overlap", "4G")).all()


def random_rows(masts: int) -> list[str]:
    rng = np.random.default_rng(masts)
    places = zip(rng.uniform(105.201, 105.249, masts), rng.uniform(21.301, 21.339, masts), strict=True)
    return [
        f"{site},{longitude:.5f},{latitude:.5f},Viettel,4G,L1800,{azimuth},0,4,30,46,panel,on"
        for site, (longitude, latitude) in enumerate(places)
        for azimuth in (0, 120, 240)
    ]


def silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def test_memory_does_not_grow_with_the_number_of_masts(tmp_path: Path) -> None:
    """Beside the plan no more is held than the packed losses of the jobs at work and of the two planned ahead."""
    peaks, packed_bytes = {}, {}
    for masts in (199, 20, 200):  # the first only loads what is loaded once
        inputs = read_inputs(write(tmp_path / str(masts), random_rows(masts), resolution_m__100="resolution_m = 40"))
        store = LossStore(tmp_path / "losses" / str(masts))
        with open_workers(workers=1) as pool, TileStore(tmp_path / f"run{masts}", resume=False) as tiles:
            tracemalloc.start()
            prepared = from_inputs(inputs)
            planned_bytes = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            prepared.network.fill(store, pool, silent)
            compute_tiles(prepared, store, pool, tiles, silent, list(plan_tiles(prepared.network.wanted, 32)))
            peaks[masts] = tracemalloc.get_traced_memory()[1] - planned_bytes
            tracemalloc.stop()
        packed_bytes[masts] = store.size_bytes()
        assert planned_bytes < 3000 * masts + 500_000
    assert peaks[200] - peaks[20] < 6.5 * (packed_bytes[200] - packed_bytes[20])
    assert packed_bytes[200] < 0.4 * 200 * 4 * inputs.grid.rows * inputs.grid.columns


def test_layers_are_what_the_definitions_say(scenario: Scenario, run: Run) -> None:
    """RSRP of every cell at some pixels, by the scalar antenna and the raster's own path loss."""
    prepared = from_inputs(read_inputs(scenario))
    ground, transmitters = prepared.ground, prepared.network.transmitters
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
        assert rsrp_dbm[row, column] == pytest.approx(each.max(), abs=0.011)
        assert each[server[row, column]] == pytest.approx(each.max(), abs=0.011)
        if np.abs(each - threshold_dbm).min() > 0.02:
            assert overlap[row, column] == (each >= threshold_dbm).sum()


def test_the_run_folder_holds_what_it_should(run: Run) -> None:
    for part in sorted(run.folder.rglob("*.tif")):
        valid, errors, warnings = cog_validate(part, strict=True)
        assert valid, (part, errors, warnings)
    for quantity in BY_QUANTITY:
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
    cells = partial.cells()
    assert len(cells) == len(ROWS)  # a cell's number is its row in the register
    assert set(cells["site"][cells["simulated"] == "yes"]) == {"B", "C", "D"}
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
    first, *_ = from_inputs(read_inputs(scenario)).network.transmitters
    convergence_deg = np.degrees(np.arctan(np.tan(np.radians(0.2051)) * np.sin(np.radians(21.3052))))
    assert first.sectors["azimuth_deg"][0] == pytest.approx(10.0 - convergence_deg, abs=1e-4)
