"""What if: after any edits the layers, tables and tiles of a full run of the edited network, to the last byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from phusong.coverage.engine import simulate
from phusong.coverage.what_if import Change, LiveRun
from phusong.errors import InputError
from phusong.scenarios.edits import Edit, parse_edit, switched_off
from phusong.scenarios.load import load
from phusong.scenarios.store import Run
from tests.sample_network import SITES, differing_parts, register_text, row

TILE_PIXELS = 24
NEW_SITE = (105.2254, 21.3252, 33.0)


@pytest.fixture(scope="module")
def live(network_run: Run) -> Iterator[LiveRun]:
    opened = LiveRun(network_run)
    yield opened
    opened.close()


def added_register(folder: Path, lines: Sequence[str]) -> Path | None:
    if not lines:
        return None
    (folder / "added.csv").write_text(register_text(list(lines)), encoding="utf-8")
    return folder / "added.csv"


def check(live: LiveRun, folder: Path, edits: Sequence[Edit], added: Sequence[str] = ()) -> Change:
    """Compare a change with a simulation of what it saved: every file, and every answer before saving."""
    change = live.change(edits, added=added_register(folder, added))
    saved = change.save(folder / "saved")
    full = simulate(load(folder / "saved" / "scenario.toml"), folder / "full", workers=1, tile_pixels=TILE_PIXELS)
    differing = differing_parts(saved, full, "layers", "signals", "tables", "zones", "antennas")
    assert differing == ["tables/register.csv"]  # the full run finds it with the saved one
    for technology in full.technologies:
        for quantity in ("rsrp", "server", "second_server", "overlap", "sinr", "downlink_aggregated", "probability",
                         "covered"):  # fmt: skip
            np.testing.assert_array_equal(change.layer(quantity, technology), full.layer(quantity, technology))
    options: dict[str, Any] = {"check_dtype": False, "atol": 1e-6}  # tables keep six decimals
    pd.testing.assert_frame_equal(change.zones(), full.zones(), **options)
    pd.testing.assert_frame_equal(change.targets(), full.targets(), **options)
    check_deltas(change, live.run.zones(), full.zones())
    return change


def check_deltas(change: Change, before: pd.DataFrame, after: pd.DataFrame) -> None:
    """The deltas are the difference of the two tables of zones, and leave out what did not change."""
    deltas = change.deltas()
    keys = ["layer", "code", "technology"]
    both = before.merge(after, on=keys, suffixes=("_before", "_after"))
    assert len(both) == len(before)
    found = both.merge(deltas, on=keys, suffixes=("", "_delta"))
    assert len(found) == len(deltas)
    for name in ("covered_km2", "covered_percent", "expected_percent", "covered_population", "downlink_mbps"):
        for side in ("before", "after"):
            np.testing.assert_allclose(found[f"{name}_{side}_delta"], found[f"{name}_{side}"], rtol=0, atol=2e-6)
        np.testing.assert_allclose(
            found[f"{name}_change"], found[f"{name}_after"] - found[f"{name}_before"], rtol=0, atol=4e-6
        )
    unchanged = both[~both.set_index(keys).index.isin(pd.MultiIndex.from_frame(deltas[keys]))]
    np.testing.assert_allclose(unchanged["covered_km2_before"], unchanged["covered_km2_after"], rtol=0, atol=1e-6)
    assert deltas["covered_km2_change"].is_monotonic_increasing


EDITS: dict[str, list[str]] = {
    "power": ["A.power_dbm=38"],
    "power of one cell": ["D-L1800-2.power_dbm+=3"],
    "a twin stronger than its twin": ["E-L1800-1.power_dbm+=0.01"],
    "electrical tilt": ["B.electrical_tilt_deg+=2"],
    "mechanical tilt": ["E.mechanical_tilt_deg=3.5"],
    "azimuth": ["D.azimuth_deg-=100"],
    "one cell off": ["B-L1800-1.status=off"],
    "a whole site off": ["B.status=off"],
    "two sites off": ["A.status=off", "E.status=off"],
    "the only site of a technology off": ["B-N3700-0.status=off", "B-N3700-1.status=off", "E-N3700-0.status=off"],
    "a cell on that was off": ["C-L1800-0.status=on"],
    "another height": ["C.antenna_height_m+=10"],
    "a cell on its own height": ["A-L1800-1.antenna_height_m=20"],
    "a site moved": ["F.longitude=105.2251", "F.latitude=21.3302"],
    "a site moved beside the hole": ["A.longitude=105.2201", "A.latitude=21.3371"],
    "several at once": ["A.power_dbm-=6", "B.azimuth_deg+=45", "D.status=off", "C.antenna_height_m=60", "E.status=off"],
    "there and back": ["A.power_dbm+=6", "A.power_dbm-=6"],
    "nothing": [],
}


@pytest.mark.parametrize("name", EDITS)
def test_edits(live: LiveRun, tmp_path: Path, name: str) -> None:
    change = check(live, tmp_path, [parse_edit(text) for text in EDITS[name]])
    has_changed = name not in ("nothing", "there and back")
    assert bool(len(change.cells)) == has_changed == bool(change.patches)


ADDED: dict[str, list[str]] = {
    "a site": [row("N", "Viettel", "4G", "L1800", azimuth, place=NEW_SITE) for azimuth in (0, 120, 240)],
    "a new operator": [row("N", "MobiFone", "4G", "L1800", 0, place=NEW_SITE, cell="n")],
    "cells beside others on a mast": [row("A", "Viettel", "4G", "L1800", 330, cell="A-L1800-9")],
    "a band on a mast": [row("D", "VNPT", "5G", "N3700", 45)],
    "a site off": [row("N", "Viettel", "4G", "L1800", 0, place=NEW_SITE, status="off")],
    "a site beyond the grid": [row("N", "Viettel", "4G", "L1800", 0, place=(105.6, 21.32, 30.0))],
}


@pytest.mark.parametrize("name", ADDED)
def test_further_cells(live: LiveRun, tmp_path: Path, name: str) -> None:
    change = check(live, tmp_path, [], ADDED[name])
    assert len(change.register) == len(live.prepared.register) + len(ADDED[name])
    assert bool(change.patches) == (name not in ("a site off", "a site beyond the grid"))


def random_edits(rng: np.random.Generator) -> list[Edit]:
    site = str(rng.choice(list(SITES)))
    choices = (
        [Edit(site, "power_dbm", float(rng.integers(-60, 61)) / 10.0, by=True)],
        [Edit(site, "electrical_tilt_deg", float(rng.integers(-5, 15)))],
        [Edit(site, "mechanical_tilt_deg", float(rng.integers(0, 5)))],
        [Edit(site, "azimuth_deg", float(rng.integers(-180, 180)), by=True)],
        [Edit(site, "antenna_height_m", float(rng.integers(10, 80)))],
        switched_off([site]),
        [Edit(site, "longitude", rng.uniform(105.203, 105.247)), Edit(site, "latitude", rng.uniform(21.303, 21.329))],
    )
    return [edit for choice in rng.permutation(len(choices))[:3].tolist() for edit in choices[choice]]


@pytest.mark.parametrize("seed", range(10))
def test_random_edits(live: LiveRun, tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    edits = [edit for _ in range(int(rng.integers(1, 4))) for edit in random_edits(rng)]
    place = (rng.uniform(105.203, 105.247), rng.uniform(21.303, 21.329), float(rng.integers(10, 60)))
    more = [row("N", "Viettel", "4G", str(rng.choice(["L900", "L1800"])), float(rng.integers(0, 360)), place=place)]
    check(live, tmp_path, edits, more if seed % 2 else ())


def test_a_change_of_a_change(live: LiveRun, tmp_path: Path) -> None:
    """A saved run can be held open in its turn, and undone: then it is the first again."""
    first = live.change([parse_edit("A.power_dbm-=5"), *switched_off(["C"])]).save(tmp_path / "first")
    again = LiveRun(first)
    second = again.change([parse_edit("A.power_dbm+=5"), parse_edit("C.status=on"), *switched_off(["C-L1800-0"])])
    back = second.save(tmp_path / "back")
    again.close()
    assert not differing_parts(back, live.run, "layers", "signals")
    pd.testing.assert_frame_equal(back.zones(), live.run.zones())


def test_what_a_change_leaves_alone(live: LiveRun, network_run: Run) -> None:
    """The run that is held open stays as it is, and what is asked of a window is a part of the whole."""
    before = live.prepared.register.power_dbm.copy()
    change = live.change([parse_edit("F.power_dbm+=9")])
    np.testing.assert_array_equal(live.prepared.register.power_dbm, before)
    np.testing.assert_array_equal(live.change().layer("rsrp", "4G"), network_run.layer("rsrp", "4G"))
    np.testing.assert_array_equal(
        change.layer("rsrp", "4G", change.window), change.layer("rsrp", "4G")[change.window.slices]
    )
    outside = np.ones(network_run.grid.shape, dtype=np.bool_)
    outside[change.window.slices] = False
    assert outside.any()
    for quantity in ("rsrp", "sinr", "covered"):
        ours, theirs = change.layer(quantity, "4G"), network_run.layer(quantity, "4G")
        np.testing.assert_array_equal(ours[outside], theirs[outside])
    assert (change.layer("rsrp", "4G") != network_run.layer("rsrp", "4G")).any()


def test_what_cannot_be_told_is_refused(live: LiveRun, tmp_path: Path) -> None:
    """On missing terrain: what such a mast covers is not known, nor what it covered."""
    with pytest.raises(InputError, match="F-L900-0: the cell stands on missing terrain"):
        live.change([parse_edit("F.longitude=105.2170"), parse_edit("F.latitude=21.3383")])
    lines = [row("N", "Viettel", "4G", "L1800", 0, place=(105.2170, 21.3383, 30.0), cell="n")]
    with pytest.raises(InputError, match="n: the cell stands on missing terrain"):
        live.change(added=added_register(tmp_path, lines))
