"""One result, to the last byte, for any tiles, workers, order of the register, and state of the path-loss store."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from phusong.coverage.engine import simulate
from phusong.coverage.loss_store import LossStore
from phusong.errors import InputError
from phusong.scenarios.load import load
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import Run, open_run
from phusong.scenarios.tiled import TiledArrays
from phusong.terrain.window import Window
from tests.sample_network import differing_parts, rows, write_network

RESULTS = ("layers", "tables", "zones")
EVERYTHING = (*RESULTS, "signals")
TILE_PIXELS = 24
"""Of ``network_run``."""


def test_the_run_has_what_the_tests_need(network_run: Run) -> None:
    tiles = sorted(path.name for path in network_run.signals_folder.iterdir())
    assert len(tiles) == 6
    assert "28_27.tile" not in tiles
    covered, doubt = network_run.layer("covered", "4G"), np.isnan(network_run.elevation())
    assert {0, 1, 255} == set(np.unique(covered).tolist())
    assert ((covered == 255) & ~doubt).sum() > 100
    cells = network_run.cells()
    assert cells["simulated"].value_counts().to_dict() == {"yes": len(rows()) - 1, "no": 1}
    assert cells["cell"].tolist() == [line.rsplit(",", 1)[1] for line in rows()]


@pytest.mark.parametrize("tile_pixels", [7, 16, 37, 256])
@pytest.mark.parametrize("workers", [1, 2])
def test_for_any_tile_and_number_of_threads(
    network: Scenario, network_run: Run, tmp_path: Path, tile_pixels: int, workers: int
) -> None:
    other = simulate(network, tmp_path / "run", workers=workers, tile_pixels=tile_pixels)
    assert not differing_parts(network_run, other, *RESULTS)
    for part in network_run.manifest["files"]:
        assert part.startswith("signals/") or other.manifest["files"][part] == network_run.manifest["files"][part]


def test_from_an_empty_store_and_from_a_full_one(network: Scenario, network_run: Run, tmp_path: Path) -> None:
    store = LossStore(tmp_path / "losses")
    for name in ("empty", "known", "reopened"):
        given = LossStore(tmp_path / "losses") if name == "reopened" else store
        other = simulate(network, tmp_path / name, workers=2, tile_pixels=TILE_PIXELS, store=given)
        assert not differing_parts(network_run, other, *EVERYTHING)
    assert store.size_bytes() > 0


def test_from_other_processes(network: Scenario, network_run: Run, tmp_path: Path) -> None:
    other = simulate(
        network, tmp_path / "run", workers=2, kind="processes", tile_pixels=TILE_PIXELS, store=tmp_path / "losses"
    )
    assert not differing_parts(network_run, other, *EVERYTHING)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Any]:
    """A Dask cluster of two processes on this machine."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'phusong[cluster]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(tmp_path)
    ) as opened:
        yield opened


def test_from_a_cluster(network: Scenario, network_run: Run, tmp_path: Path, cluster: Any) -> None:
    other = simulate(
        network, tmp_path / "run", cluster=cluster.scheduler_address, tile_pixels=TILE_PIXELS, store=tmp_path / "losses"
    )
    assert not differing_parts(network_run, other, *EVERYTHING)


def test_a_cluster_needs_dask(network: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="Dask is not installed"):
        simulate(network, tmp_path / "run", cluster="tcp://127.0.0.1:1")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seed", [0, 1])
def test_for_any_order_of_the_register(network_run: Run, tmp_path: Path, seed: int) -> None:
    """Cells keep their place within a pair of twins: there the lower number serves."""
    lines = rows()
    order = np.random.default_rng(seed).permutation(len(lines))
    twins = [place for place, line in enumerate(lines) if line.endswith(("E-L1800-0", "E-L1800-1"))]
    at = np.flatnonzero(np.isin(order, twins))
    order[at] = np.sort(order[at])
    shuffled = [lines[place] for place in order]
    other = simulate(load(write_network(tmp_path, lines=shuffled)), tmp_path / "run", tile_pixels=TILE_PIXELS)
    names, others = network_run.cells()["cell"].to_numpy(), other.cells()["cell"].to_numpy()
    assert others.tolist() == [line.rsplit(",", 1)[1] for line in shuffled]
    for technology in network_run.technologies:
        # Behind a mast two of its sectors are at their floor, equally strong: there the register's first cell serves.
        tied = network_run.layer("rsrp", technology) == network_run.layer("second_rsrp", technology)
        for quantity in ("rsrp", "second_rsrp", "overlap", "covered", "probability", "sinr", "rsrq"):
            one, another = (run.layer(quantity, technology) for run in (network_run, other))
            same = ~tied if quantity in ("sinr", "rsrq") else np.ones_like(tied)  # the load of the serving cell counts
            np.testing.assert_array_equal(one[same], another[same], err_msg=quantity)
        server, another = (run.layer("server", technology) for run in (network_run, other))
        served = server >= 0
        np.testing.assert_array_equal(served, another >= 0)
        clear = served & ~tied
        np.testing.assert_array_equal(names[server[clear]], others[another[clear]])
        assert clear.sum() > 500
    ours, theirs = (run.zones().drop(columns=["downlink_mbps", "uplink_mbps"]) for run in (network_run, other))
    pd.testing.assert_frame_equal(ours, theirs)


def test_nothing_is_left_beside_the_run(network: Scenario, tmp_path: Path) -> None:
    simulate(network, tmp_path / "run", workers=1, resume=True)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert open_run(tmp_path / "run").technologies == ("4G", "5G")


def test_a_run_misses_its_tiles(network_run: Run, tmp_path: Path) -> None:
    """A tile's index has the checksum of every array: what is damaged behind it is told when it is read."""
    folder = tmp_path / "run"
    shutil.copytree(network_run.folder, folder)
    tile = folder / "signals" / "0_24.tile"
    whole = tile.read_bytes()
    for damaged in (whole[:-1], whole + b"\0", whole[:20] + bytes([whole[20] ^ 1]) + whole[21:]):
        tile.write_bytes(damaged)
        with pytest.raises(InputError, match=r"0_24\.tile: the file is not what the run wrote"):
            open_run(folder)
    tile.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    tiles = TiledArrays(open_run(folder).signals_folder)
    place = Window(0, 24, 24, 48)
    with pytest.raises(InputError, match=r"0_24\.tile: the tile is damaged"):
        [tiles.read(name, place, 0, np.int64) for name in tiles[place].members]
    tile.unlink()
    with pytest.raises(InputError, match=r"0_24\.tile: the file is missing"):
        open_run(folder)
