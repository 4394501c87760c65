"""Loads from traffic: a fixed point that hangs on no order, the shares of people, and what-if under it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from phusong.coverage.engine import simulate
from phusong.coverage.loss_store import LossStore, default_store_folder
from phusong.coverage.plan import plan_tiles
from phusong.coverage.prepare import from_inputs
from phusong.coverage.traffic import settle_loads
from phusong.coverage.what_if import LiveRun
from phusong.coverage.workers import open_workers
from phusong.errors import InputError
from phusong.scenarios.edits import Edit, switched_off
from phusong.scenarios.inputs import read_inputs
from phusong.scenarios.load import load
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import Run
from phusong.scenarios.tiled import TiledArrays
from phusong.terrain.grid import Grid
from phusong.terrain.raster import write_cog
from tests.sample_network import TEXT, differing_parts, write_network
from tests.small_scenario import EAST, NORTH, SOUTH, WEST

BUSY_MBPS = 0.03
LEAST, GREATEST = 4.0, 90.0
TABLES = TEXT[: TEXT.index("[load]")]
RESULTS = ("layers", "tables", "zones")


def write_people(path: Path, most: float) -> None:
    """Write people: most in two towns, few elsewhere, nobody in the west, unknown in a corner."""
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=100.0, margin_m=500.0)
    down, across = np.indices(grid.shape)
    people = most * np.exp(-((down - 25) ** 2 + (across - 40) ** 2) / 60.0)
    people += 0.6 * most * np.exp(-((down - 12) ** 2 + (across - 18) ** 2) / 40.0)
    people[:, :8] = 0.0
    people[:4, -4:] = np.nan
    write_cog(path, people.astype(np.float32), grid, nodata=float("nan"), units="people", description="", tags={})


def network(folder: Path, *, most: float = 40.0, **figures: object) -> Scenario:
    figures = {
        "busy_hour_mbps_per_person": BUSY_MBPS, "least_load_percent": LEAST, "greatest_load_percent": GREATEST,
        "convergence_percent": 0.05,
    } | figures  # fmt: skip
    shares = figures.pop("operator_percent", None)
    lines = ['[population]\nkind = "file"\npath = "people.tif"\n\n[load]\nkind = "traffic"']
    lines += [f"{name} = {value}" for name, value in figures.items()]
    if isinstance(shares, dict):
        lines += ["", "[load.operator_percent]", *(f"{name} = {value}" for name, value in shares.items())]
    folder.mkdir(parents=True, exist_ok=True)
    write_people(folder / "people.tif", most)
    return load(write_network(folder, text="\n".join([TABLES, *lines, ""])))


def loads_of(scenario: Scenario, *, tile_pixels: int = 256, workers: int = 1) -> npt.NDArray[np.float64]:
    """Return the loads that a scenario's traffic causes [%], without any layer."""
    prepared, store = from_inputs(read_inputs(scenario)), LossStore(default_store_folder())
    with open_workers(workers=workers) as pool:
        prepared.network.fill(store, pool, silent)
        windows = list(plan_tiles(prepared.network.wanted, tile_pixels))
        settled = settle_loads(prepared, store, pool, silent, windows)
    sectors = np.concatenate([one.sectors for one in settled.network.transmitters])
    np.testing.assert_array_equal(sectors["load"], settled.budgets.downlink_load[sectors["cell"]])
    return 100.0 * settled.budgets.downlink_load


def silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return network(tmp_path_factory.mktemp("traffic"))


@pytest.fixture(scope="module")
def run(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return simulate(scenario, tmp_path_factory.mktemp("runs") / "run", workers=1, tile_pixels=24)


def by_hand(run: Run, share_5g: float) -> npt.NDArray[np.float64]:
    """Return the loads [%] that the rates of a run ask for: pixel by pixel, in plain loops."""
    tiles, whole, cells = TiledArrays(run.signals_folder), run.grid.whole, run.cells()
    people = run.population()
    assert people is not None
    carriers = sorted({tuple(one) for one in cells[["technology", "operator", "band"]].to_numpy().tolist()})
    blanks = {"rsrp_cdbm": (-32768, "int16"), "server": (-1, "int32"), "downlink_kbps": (-1, "int32")}
    read = {
        carrier: {name: tiles.read("/".join((*carrier, name)), whole, *blank) for name, blank in blanks.items()}
        for carrier in carriers
    }
    operators = sorted(set(cells["operator"]))
    time = np.zeros(len(cells))
    for place in zip(*np.nonzero(np.nan_to_num(people)), strict=True):
        for operator in operators:
            traffic_kbps = people[place] / len(operators) * 1000.0 * BUSY_MBPS
            serving = {}
            for technology in ("4G", "5G"):
                heard = [
                    (
                        -int(arrays["rsrp_cdbm"][place]),
                        int(arrays["server"][place]),
                        int(arrays["downlink_kbps"][place]),
                    )
                    for carrier, arrays in read.items()
                    if carrier[:2] == (technology, operator) and arrays["downlink_kbps"][place] > 0
                ]
                if heard:
                    serving[technology] = min(heard)
            for technology, (_, cell, rate_kbps) in serving.items():
                share = share_5g if technology == "5G" else 1.0 - share_5g
                time[cell] += (1.0 if len(serving) == 1 else share) * traffic_kbps / rate_kbps
    return np.clip(100.0 * time, LEAST, GREATEST)


def test_the_loads_are_a_fixed_point(run: Run) -> None:
    cells = run.cells()
    loads = cells["downlink_load_percent"].to_numpy(np.float64)
    np.testing.assert_allclose(by_hand(run, 0.3), loads, atol=0.05)
    between = (loads > LEAST) & (loads < GREATEST)
    assert between.sum() > 5
    assert (loads >= LEAST).all()
    assert (loads <= GREATEST).all()
    assert (loads[(cells["simulated"] == "no").to_numpy()] == LEAST).all()


@pytest.mark.parametrize(("tile_pixels", "workers"), [(7, 2), (32, 1), (64, 2), (256, 1)])
def test_the_same_loads_for_any_tile_and_thread(scenario: Scenario, run: Run, tile_pixels: int, workers: int) -> None:
    loads = loads_of(scenario, tile_pixels=tile_pixels, workers=workers)
    np.testing.assert_array_equal(np.round(loads, 2), run.cells()["downlink_load_percent"])
    np.testing.assert_array_equal(loads, loads_of(scenario))


def test_the_same_run_from_other_processes(scenario: Scenario, run: Run, tmp_path: Path) -> None:
    other = simulate(scenario, tmp_path / "run", workers=2, kind="processes", tile_pixels=64)
    assert not differing_parts(run, other, *RESULTS)


def test_nobody_leaves_all_cells_at_the_least_load(tmp_path: Path) -> None:
    assert (loads_of(network(tmp_path / "empty", most=0.0)) == LEAST).all()
    assert (loads_of(network(tmp_path / "silent", busy_hour_mbps_per_person=0.0)) == LEAST).all()


def test_too_many_fill_the_cells_that_serve_them(tmp_path: Path) -> None:
    """Even so many that their sum, in billionths of a cell, would not fit a whole number."""
    before = np.zeros(1)
    for most in (1e3, 1e5, 9e7):
        loads = loads_of(network(tmp_path / f"{most:.0f}", most=most, busy_hour_mbps_per_person=100.0))
        assert (loads >= before).all()
        before = loads
    assert (before == GREATEST).sum() > 10


def test_more_traffic_is_more_load(scenario: Scenario, tmp_path: Path) -> None:
    before = loads_of(scenario)
    after = loads_of(network(tmp_path, busy_hour_mbps_per_person=1.5 * BUSY_MBPS))
    assert (after >= before).all()
    assert (after > before).sum() > 5


def test_the_share_of_5g(scenario: Scenario, tmp_path: Path) -> None:
    is_5g = read_inputs(scenario).register.technology == "5G"
    none, all_of_it = (loads_of(network(tmp_path / str(share), share_5g_percent=share)) for share in (0.0, 100.0))
    assert (all_of_it[is_5g] > none[is_5g]).any()
    assert (all_of_it[is_5g] >= none[is_5g]).all()
    assert all_of_it[~is_5g].sum() < none[~is_5g].sum()


def test_shares_of_operators(tmp_path: Path) -> None:
    one = network(tmp_path / "one", operator_percent={"Viettel": 100.0})
    operator = read_inputs(one).register.operator
    loads = loads_of(one)
    assert (loads[operator == "VNPT"] == LEAST).all()
    assert (loads[operator == "Viettel"] > LEAST).any()
    said = read_inputs(one).assumptions
    assert "No people are given to VNPT: their cells stay at the least load." in said
    halves = network(tmp_path / "halves", operator_percent={"Viettel": 50.0, "VNPT": 50.0})
    np.testing.assert_array_equal(loads_of(halves), loads_of(network(tmp_path / "alike")))
    with pytest.raises(InputError, match="there is no operator 'Vietel'") as caught:
        read_inputs(network(tmp_path / "wrong", operator_percent={"Vietel": 40.0, "VNPT": 60.0}))
    assert "Viettel" in caught.value.problems[0].remedy


def test_a_load_given_to_a_cell_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    network(tmp_path)
    with path.open("a", encoding="utf-8") as file:
        file.write('\n[[link_overrides]]\ncell = "B-L1800-1"\ndownlink_load_percent = 85.0\n')
    with pytest.raises(InputError, match="does not count with \\[load\\] kind = 'traffic'"):
        read_inputs(load(path))


def test_the_iteration_ends_when_it_should(scenario: Scenario, tmp_path: Path) -> None:
    """One round is what the least load everywhere asks for: less than the end of it."""
    first = loads_of(network(tmp_path, greatest_rounds=1))
    settled = loads_of(scenario)
    assert (first <= settled).all()
    assert (first < settled - 0.05).any()


def test_loads_that_have_not_settled_are_told(tmp_path: Path, run: Run) -> None:
    short = simulate(network(tmp_path, greatest_rounds=1), tmp_path / "short")
    assert any("had not settled after 1 rounds" in sentence for sentence in short.manifest["assumptions"])
    assert not any("had not settled" in sentence for sentence in run.manifest["assumptions"])


def test_the_run_says_which_load_it_has(run: Run) -> None:
    (said,) = [one for one in run.manifest["assumptions"] if one.startswith("Downlink load")]
    assert "0.03 Mbit/s an inhabitant in the busy hour, 30 % (default) of it by 5G" in said
    assert "all operators alike (default)" in said


@pytest.mark.parametrize("removed", [True, False])
def test_what_if_equals_a_simulation_of_its_own_scenario(run: Run, tmp_path: Path, removed: bool) -> None:
    live = LiveRun(run)
    edits = switched_off(["F"]) if removed else [Edit("B", "electrical_tilt_deg", 2.0, by=True)]
    change = live.change(edits)
    saved = change.save(tmp_path / "saved")
    live.close()
    again = simulate(saved.scenario, tmp_path / "again", workers=1, tile_pixels=24)
    assert differing_parts(saved, again, *RESULTS, "signals") == ["tables/register.csv"]
    before, after = (one.cells()["downlink_load_percent"].to_numpy() for one in (run, saved))
    assert (before != after).sum() > 1  # others than those that were changed move too
    for technology in run.technologies:
        for quantity in ("rsrp", "sinr", "downlink", "probability"):
            np.testing.assert_array_equal(change.layer(quantity, technology), saved.layer(quantity, technology))


def test_what_if_of_nothing_changes_nothing(run: Run) -> None:
    live = LiveRun(run)
    change = live.change([])
    live.close()
    assert not change.patches
    np.testing.assert_array_equal(change.prepared.budgets.downlink_load, live.prepared.budgets.downlink_load)
