"""Turning and tilting chosen sites: never worse, a local best, and as much as the footprints themselves say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.engine import simulate
from phusong.coverage.prepare import reopen
from phusong.coverage.proposals.candidate_losses import CandidateLosses
from phusong.coverage.proposals.candidates import SEARCH_GRID, CandidateRules, find_candidates
from phusong.coverage.proposals.footprints import compute_footprints
from phusong.coverage.proposals.orientation import Oriented, ascend, orient
from phusong.coverage.proposals.service import plan_candidates
from phusong.coverage.selection.footprints import Int32Array, Int64Array
from phusong.coverage.workers import open_workers
from phusong.scenarios.load import load
from tests.small_scenario import HEADER, SCENARIO, write_small_scenario

REGISTER = "\n".join([HEADER, "A,105.205,21.305,Viettel,4G,L1800,0,0,4,20,30,panel,on", ""])
PIXELS = 10


class Chosen:
    """Two new sites for a small network, and what of it they cover."""

    def __init__(self, folder: Path) -> None:
        text = SCENARIO.replace("threshold_dbm = -110.0", "threshold_dbm = -95.0")
        run = simulate(load(write_small_scenario(folder, scenario=text, register=REGISTER)), folder / "run", workers=2)
        self.prepared = reopen(run)
        needed = run.layer("covered", "4G") == 0
        found = find_candidates(run.cells(), "4G", self.prepared.ground, needed, CandidateRules(kinds=(SEARCH_GRID,)))
        some = found.sites["site"].iloc[[0, len(found) // 2]]
        self.cells = found.cells[found.cells["site"].isin(some)]
        self.losses = CandidateLosses(self.prepared, needed)
        self.weights: Int64Array = np.random.default_rng(5).integers(0, 50, int(needed.sum()))

    def covered(self, cells: pd.DataFrame) -> int:
        groups, service = plan_candidates(cells, self.prepared, "4G")
        with open_workers(workers=1) as pool:
            found = compute_footprints(groups, self.losses, service, workers=pool, progress=lambda *_: None)
        return int(self.weights[np.unique(found.pixels)].sum())

    def oriented(self, workers: int = 2) -> Oriented:
        with open_workers(workers=workers) as pool:
            return orient(
                self.cells, self.prepared, "4G", self.losses, self.weights, workers=pool, progress=lambda *_: None
            )


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Chosen:
    return Chosen(tmp_path_factory.mktemp("orientation"))


def test_turned_sites_cover_more_and_as_much_as_is_said(chosen: Chosen) -> None:
    found = chosen.oriented()
    assert found.before == chosen.covered(chosen.cells)
    assert found.after == chosen.covered(found.cells) > found.before
    same = found.cells[["azimuth_deg", "electrical_tilt_deg"]] == chosen.cells[["azimuth_deg", "electrical_tilt_deg"]]
    assert (~same.all(axis=1)).tolist() == found.changed.tolist()
    assert found.changed.any()
    off_deg = (found.cells["azimuth_deg"] - chosen.cells["azimuth_deg"] + 180.0) % 360.0 - 180.0
    assert set(off_deg) <= {-40.0, -20.0, 0.0, 20.0, 40.0}
    assert set(found.cells["electrical_tilt_deg"]) <= {0.0, 2.0, 4.0, 6.0, 8.0}
    others = [name for name in chosen.cells if name not in ("azimuth_deg", "electrical_tilt_deg")]
    pd.testing.assert_frame_equal(found.cells[others], chosen.cells[others])


def test_no_single_cell_could_still_gain(chosen: Chosen) -> None:
    found = chosen.oriented()
    for place in (0, len(found.cells) - 1):
        for turn_deg, tilt_deg in ((20.0, 0.0), (-20.0, 8.0), (0.0, 2.0)):
            azimuth_deg, electrical_tilt_deg = (
                found.cells[name].to_numpy(copy=True) for name in ("azimuth_deg", "electrical_tilt_deg")
            )
            azimuth_deg[place] = (chosen.cells["azimuth_deg"].iloc[place] + turn_deg) % 360.0
            electrical_tilt_deg[place] = tilt_deg
            other = found.cells.assign(azimuth_deg=azimuth_deg, electrical_tilt_deg=electrical_tilt_deg)
            assert chosen.covered(other) <= found.after


def test_threads_change_nothing(chosen: Chosen) -> None:
    pd.testing.assert_frame_equal(chosen.oriented(1).cells, chosen.oriented(2).cells)


def test_nothing_that_counts_leaves_all_as_it_is(chosen: Chosen) -> None:
    with open_workers(workers=1) as pool:
        found = orient(
            chosen.cells, chosen.prepared, "4G", chosen.losses, np.zeros_like(chosen.weights),
            workers=pool, progress=lambda *_: None,
        )  # fmt: skip
    assert found.before == found.after == 0
    assert not found.changed.any()


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sets(st.integers(0, PIXELS - 1)), min_size=1, max_size=4), min_size=1, max_size=4),
    st.lists(st.integers(0, 9), min_size=PIXELS, max_size=PIXELS),
)
def test_ascent_ends_where_no_cell_gains_alone(cells: list[list[set[int]]], weights: list[int]) -> None:
    footprints: dict[int, Int32Array] = {}
    of_cell: list[list[int]] = []
    for sets in cells:
        of_cell.append(list(range(len(footprints), len(footprints) + len(sets))))
        footprints |= {
            row: np.array(sorted(pixels), dtype=np.int32) for row, pixels in zip(of_cell[-1], sets, strict=True)
        }

    def value(taken: list[int]) -> int:
        return sum(weights[pixel] for pixel in {int(pixel) for row in taken for pixel in footprints[row]})

    taken, before, after = ascend(of_cell, footprints, np.array(weights, dtype=np.int64))
    assert before == value([options[0] for options in of_cell])
    assert before <= after == value(taken)
    for place, options in enumerate(of_cell):
        for option in options:
            assert value([*taken[:place], option, *taken[place + 1 :]]) <= after
    if after == before:
        assert taken == [options[0] for options in of_cell]
