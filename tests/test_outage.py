"""N-1 in one pass against switching every site off by itself: the same pixels, area and people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from phusong.coverage.engine import simulate
from phusong.coverage.outage import n_minus_1
from phusong.coverage.statistics import AREA_UNITS_KM2, COVERED, PEOPLE_UNITS
from phusong.coverage.what_if import LiveRun
from phusong.coverage.workers import Kind, open_workers
from phusong.errors import InputError
from phusong.scenarios.edits import switched_off
from phusong.scenarios.load import load
from phusong.scenarios.store import Run
from phusong.terrain.raster import write_cog
from tests.sample_network import SITES, TEXT, row, rows, write_network

PEOPLE = '\n[population]\nkind = "file"\npath = "people.tif"\n'


@pytest.fixture(scope="module")
def live(network_run: Run) -> Iterator[LiveRun]:
    opened = LiveRun(network_run)
    yield opened
    opened.close()


def answer(live: LiveRun, technology: str, *, workers: int = 2, kind: Kind = "threads") -> pd.DataFrame:
    with open_workers(workers=workers, kind=kind) as pool:
        return n_minus_1(live, technology, pool)


def lost_without(live: LiveRun, site: str, technology: str) -> npt.NDArray[np.bool_]:
    """Return the pixels that are covered with a site and not without it."""
    covered = live.run.layer("covered", technology) == COVERED
    after = live.change(switched_off([site])).layer("covered", technology)
    lost: npt.NDArray[np.bool_] = covered & (after != COVERED)
    assert not ((after == COVERED) & ~covered).any()
    return lost


def check(live: LiveRun, technology: str, *, sites: set[str]) -> pd.DataFrame:
    """Compare the answer with brute force, to the last digit that a sum of whole numbers has."""
    found = answer(live, technology)
    assert set(found["site"]) == sites
    prepared = live.prepared
    zone_map = live.zone_maps[prepared.scenario.area.zones]
    count = len(zone_map.zones)
    for _, line in found.iterrows():
        lost = lost_without(live, line["site"], technology) & (zone_map.of_pixel >= 0)
        area = np.bincount(zone_map.of_pixel[lost], weights=live.weights.area[lost], minlength=count) / AREA_UNITS_KM2
        assert line["lost_km2"] == pytest.approx(area.sum(), abs=1e-9)
        if live.weights.people is None:
            whole = np.bincount(zone_map.of_pixel[zone_map.of_pixel >= 0], minlength=count)
            pixels = np.bincount(zone_map.of_pixel[lost], minlength=count)
            expected = (zone_map.zones.population * pixels / whole).sum()
            assert line["lost_people"] == pytest.approx(expected, rel=1e-4)  # pixels differ a little in true area
        else:
            assert line["lost_people"] == pytest.approx(live.weights.people[lost].sum() / PEOPLE_UNITS, abs=1e-6)
        assert line["zone_lost_km2"] == pytest.approx(area.max(), abs=1e-9)
        assert line["zone"] == (zone_map.zones.name[int(area.argmax())] if area.any() else "")
        cell = prepared.register.site.tolist().index(line["site"])
        assert line["longitude"] == prepared.register.longitude_deg[cell]
    assert found["lost_km2"].is_monotonic_decreasing
    return found


def test_every_site_of_the_network(live: LiveRun) -> None:
    """Sites of two channels and two operators, twins, paths over missing terrain."""
    found = check(live, "4G", sites=set(SITES))
    assert (found["lost_km2"] > 0.0).sum() >= 4
    assert (check(live, "5G", sites={"B", "E"})["lost_km2"] > 0.0).all()


def test_area_lost_is_that_of_the_tables(live: LiveRun) -> None:
    found = answer(live, "4G").set_index("site")
    for site in ("B", "D"):
        deltas = live.change(switched_off([site])).deltas()
        area = deltas[(deltas["layer"] == "area") & (deltas["technology"] == "4G")]
        assert -area["covered_km2_change"].sum() == pytest.approx(found.loc[site, "lost_km2"], abs=1e-9)


def test_anyone_may_compute_it(live: LiveRun) -> None:
    pd.testing.assert_frame_equal(answer(live, "4G", workers=1), answer(live, "4G", kind="processes"))


def test_people_where_they_live(tmp_path: Path, network_run: Run) -> None:
    """Most live round site D; with a raster of people no one is spread."""
    grid = network_run.grid
    people = np.full(grid.shape, 2.0, dtype=np.float32)
    people[:20, :20] = 40.0
    path = write_network(tmp_path, text=TEXT + PEOPLE)
    write_cog(tmp_path / "people.tif", people, grid, nodata=-1.0, units="people", description="people", tags={})
    opened = LiveRun(simulate(load(path), tmp_path / "run", workers=2, tile_pixels=16))
    found = check(opened, "4G", sites=set(SITES))
    opened.close()
    assert found.sort_values("lost_people", ascending=False)["site"].iloc[0] == "D"
    assert found["lost_people"].sum() > 500.0


def test_sites_that_are_equal_hang_on_nobody(tmp_path: Path) -> None:
    """Two sites on one mast, with cells alike: either may go, unless both do; a third on another channel helps."""
    place = (105.2252, 21.3201, 30.0)
    lines = [row(site, "Viettel", "4G", "L1800", 90, place=place, cell=f"{site}-0") for site in ("P", "Q")]
    opened = LiveRun(simulate(load(write_network(tmp_path, lines=lines, text=plain())), tmp_path / "run", workers=1))
    assert (opened.run.layer("covered", "4G") == COVERED).sum() > 30
    found = check(opened, "4G", sites={"P", "Q"})
    opened.close()
    assert found["lost_km2"].tolist() == [0.0, 0.0]
    assert found["site"].tolist() == ["P", "Q"]
    assert found["zone"].tolist() == ["", ""]


def test_one_site_alone_takes_everything_along(tmp_path: Path) -> None:
    """On two channels: the second is no help where both go dark."""
    place = (105.2252, 21.3201, 30.0)
    lines = [row("P", "Viettel", "4G", band, 90, place=place, cell=f"P-{band}") for band in ("L1800", "L900")]
    opened = LiveRun(simulate(load(write_network(tmp_path, lines=lines, text=plain())), tmp_path / "run", workers=1))
    found = check(opened, "4G", sites={"P"})
    opened.close()
    covered = opened.run.zones().query("layer == 'area' and technology == '4G'")["covered_km2"].sum()
    assert found["lost_km2"].tolist() == pytest.approx([covered], abs=1e-6)
    assert covered > 0.3


def plain() -> str:
    """Return the scenario without the loads of cells that only the whole register has."""
    return TEXT[: TEXT.index("[[link_overrides]]")]


def test_a_network_of_many_like_sites(tmp_path: Path) -> None:
    """Cells of one site at two places of its mast and in three channels, among many of equal power."""
    rng = np.random.default_rng(8)
    lines = rows()
    for number in range(8):
        place = (105.2032 + 0.0055 * number, 21.3032 + 0.004 * (number * 5 % 9), 30.0)
        for band in ("L1800", "L900"):
            azimuth = float(rng.integers(0, 4)) * 90.0
            at = (*place[:2], place[2] + 5.0 * (band == "L900"))
            lines.append(row(f"G{number}", "VNPT", "4G", band, azimuth, place=at, power=35, cell=f"G{number}-{band}"))
    opened = LiveRun(simulate(load(write_network(tmp_path, lines=lines)), tmp_path / "run", workers=2))
    found = check(opened, "4G", sites={*SITES, *(f"G{number}" for number in range(8))})
    opened.close()
    assert (found["lost_km2"] > 0.0).sum() > 3


def test_other_definitions_than_rsrp_are_refused(tmp_path: Path) -> None:
    text = TEXT.replace("[coverage.5G]\n", '[coverage.5G]\nalso = [{ quantity = "downlink", threshold_mbps = 10.0 }]\n')
    assert text != TEXT
    opened = LiveRun(simulate(load(write_network(tmp_path, text=text)), tmp_path / "run", workers=1))
    with pytest.raises(InputError, match="coverage of 5G is not by RSRP alone"):
        answer(opened, "5G")
    assert len(answer(opened, "4G")) == len(SITES)
    opened.close()
