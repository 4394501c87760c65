"""Loads that follow from traffic: one result for any tiles and workers, and what-if equal to a full run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from phusong.coverage.engine import simulate
from phusong.coverage.what_if import LiveRun
from phusong.scenarios.edits import parse_edit
from phusong.scenarios.load import load
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import Run
from phusong.terrain.grid import Grid
from phusong.terrain.raster import write_cog
from tests.sample_network import TEXT, differing_parts, write_network
from tests.small_scenario import EAST, NORTH, SOUTH, WEST

TRAFFIC = """kind = "traffic"
busy_hour_mbps_per_person = 0.006

[population]
kind = "file"
path = "people.tif"
"""
TILE_PIXELS = 24


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("traffic")
    path = write_network(folder, text=TEXT[: TEXT.index('kind = "cell"')] + TRAFFIC)
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=100.0, margin_m=500.0)
    people = np.random.default_rng(6).uniform(0.0, 30.0, grid.shape).astype(np.float32)
    write_cog(folder / "people.tif", people, grid, nodata=-1.0, units="people", description="people", tags={})
    return load(path)


@pytest.fixture(scope="module")
def run(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return simulate(scenario, tmp_path_factory.mktemp("runs") / "run", workers=1, tile_pixels=TILE_PIXELS)


@pytest.fixture(scope="module")
def live(run: Run) -> Iterator[LiveRun]:
    opened = LiveRun(run)
    yield opened
    opened.close()


def test_cells_differ_in_load(live: LiveRun) -> None:
    loads = live.prepared.budgets.downlink_load[live.prepared.is_simulated]
    assert len(np.unique(loads)) > 6
    assert loads.min() < 0.2 < 0.5 < loads.max()


@pytest.mark.parametrize(("tile_pixels", "workers"), [(7, 2), (256, 1)])
def test_for_any_tile_and_number_of_workers(
    scenario: Scenario, run: Run, tmp_path: Path, tile_pixels: int, workers: int
) -> None:
    other = simulate(scenario, tmp_path / "run", workers=workers, tile_pixels=tile_pixels)
    assert not differing_parts(run, other, "layers", "tables")


def test_from_other_processes(scenario: Scenario, run: Run, tmp_path: Path) -> None:
    other = simulate(scenario, tmp_path / "run", workers=2, kind="processes", tile_pixels=TILE_PIXELS)
    assert not differing_parts(run, other, "layers", "tables", "signals")


@pytest.mark.parametrize(
    "edits",
    [
        ["A.power_dbm-=5"],
        ["D.status=off"],
        ["E.antenna_height_m=20", "B.azimuth_deg+=60"],
        ["F.longitude=105.2251", "F.latitude=21.3302"],
        [],
    ],
    ids=" ".join,
)
def test_a_change_moves_the_loads_of_all(live: LiveRun, tmp_path: Path, edits: list[str]) -> None:
    change = live.change([parse_edit(text) for text in edits])
    saved = change.save(tmp_path / "saved")
    full = simulate(load(tmp_path / "saved" / "scenario.toml"), tmp_path / "full", workers=1, tile_pixels=TILE_PIXELS)
    assert differing_parts(saved, full, "layers", "tables", "signals") == ["tables/register.csv"]
    for technology in full.technologies:
        for quantity in ("rsrp", "sinr", "downlink", "covered"):
            np.testing.assert_array_equal(change.layer(quantity, technology), full.layer(quantity, technology))
    moved = change.prepared.budgets.downlink_load != live.prepared.budgets.downlink_load
    assert moved.sum() > 1 if edits else not moved.any()
