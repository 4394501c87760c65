"""The other programs of the laboratory: each comparison runs where its program is, on a small job."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from phusong.kernels.raster.wedges import NO_TERRAIN_DB
from phusong.laboratory import bench
from phusong.laboratory.peers import itmlogic_paths, splat, splat_jobs
from phusong.laboratory.rasters import rasters
from phusong.laboratory.subjects import find
from phusong.laboratory.terrain import cut, grid_round
from phusong.laboratory.timing import Child
from tests.shared_data import SHARED, needs_shared

TILE = SHARED / "data" / "dem" / "N21E105.hgt"


def test_every_peer_has_the_same_form() -> None:
    for peer in bench.PEERS:
        assert peer.NAME
        assert "install" in peer.HOW_TO_INSTALL
        assert isinstance(peer.is_here(), bool)


def test_a_peer_that_is_not_here_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splat, "PROGRAMS", ("no-such-program",))
    monkeypatch.setattr(bench, "PEERS", (splat,))
    found = bench.run_bench(["p838"], peers=True)
    assert "SPLAT! HD is not here: apt-get install splat." in found.notes


@needs_shared
def test_itmlogic_beside_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(itmlogic_paths, "PATHS", 8)
    (ours, theirs), musts = itmlogic_paths.compare(TILE, 1_500.0, 1)
    assert not musts
    assert ours["points"] == 51
    assert theirs["ratio"] == float(theirs["path [ns]"] or 0.0) / float(ours["path [ns]"] or 0.0)
    assert float(theirs["median difference [dB]"] or 9.0) < 0.1


def splat_that_adds_1_db(command: Sequence[str], *, folder: Path) -> Child:
    """Stand in for SPLAT! HD: its list of pixels holds those of our raster and their losses, 1 dB more each."""
    if command[0] != "splat-hd":
        return Child(1.0, 1.0, 0.0, "")
    radius_m = 1000.0 * float(command[command.index("-R") + 1])
    if "-ano" in command:
        _, latitude, west, _ = (folder / "mast.qth").read_text().splitlines()
        place = {"longitude_deg": -float(west), "latitude_deg": float(latitude), "resolution_m": 30.0}
        loss_db = rasters(find("itm"), cut([folder / TILE.name], radius_m=1_000.0, **place), radius_m)[0].fill()
        rows, columns = np.nonzero(loss_db < NO_TERRAIN_DB)
        grid = grid_round(radius_m=1_000.0, **place)
        x_m, y_m = grid.centres_m()
        lines = ["bounds ; of longitude", "bounds ; of latitude"] + [
            f"{north:.7f}, {-east:.7f}, 0.0, 0.0, {loss_db[row, column] + 1.0:.3f}"
            for row, column, east, north in zip(rows, columns, *grid.unproject(x_m[columns], y_m[rows]), strict=True)
        ]
        (folder / "pixels.txt").write_text("\n".join(lines))
    return Child(1.0, 2.0 if radius_m > 500.0 else 1.0, 0.0, "")


@needs_shared
def test_splat_beside_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splat, "SAMPLES", 100)
    monkeypatch.setattr(splat_jobs, "run_child", splat_that_adds_1_db)
    (p1812, itm, theirs), musts = splat.compare(TILE, 1_000.0, 1)
    pixels = np.pi * (1_000.0**2 - 500.0**2) / 30.0**2
    for row in (p1812, itm, theirs):
        assert row["pixels"] == pytest.approx(pixels, rel=0.02)
    assert theirs["pixel [ns]"] == pytest.approx(1e9 / float(theirs["pixels"] or 0))
    assert p1812["RMS error [dB]"] is None
    assert float(theirs["mean error [dB]"] or 0.0) - float(itm["mean error [dB]"] or 0.0) == pytest.approx(
        1.0, abs=0.02
    )
    assert [must.at_least for must in musts] == [True, True, False]
    assert musts[2].is_met


@needs_shared
def test_one_second_tile_keeps_the_samples(tmp_path: Path) -> None:
    path = splat_jobs.one_second_tile(TILE, tmp_path)
    fine_m = np.fromfile(path, dtype=">i2").reshape(3601, 3601)
    coarse_m = np.fromfile(TILE, dtype=">i2").reshape(1201, 1201)
    known = coarse_m != -32768
    assert not known.all()
    assert np.array_equal(fine_m[::3, ::3][known], coarse_m[known])
    assert fine_m.min() > -100


def test_marginal_cost_is_a_median_of_differences() -> None:
    marginal = splat_jobs.Marginal(large_s=(3.0, 5.0, 4.0), small_s=(1.0, 1.0, 1.0), pixels=10**9)
    assert marginal.ns == pytest.approx(3.0)
    assert max(marginal.each_ns) == pytest.approx(4.0)
