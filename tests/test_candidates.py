"""Candidates: where each source finds them, how they are thinned, turned and priced, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.proposals.azimuths import azimuths_text, turns_deg
from phusong.coverage.proposals.candidates import (
    HILLTOP,
    ROAD,
    SEARCH_GRID,
    UPGRADE,
    CandidateRules,
    find_candidates,
)
from phusong.coverage.proposals.costs import Costs
from phusong.coverage.proposals.hilltops import hilltops
from phusong.coverage.proposals.roads import road_places
from phusong.coverage.proposals.search_grid import grid_places
from phusong.coverage.proposals.thinning import far_enough
from phusong.scenarios.land_cover import LandCover
from tests.candidate_ground import BANDS, CELLS, EVERYWHERE, GRID, OPEN, WATER, at, find, ground_of, network, pixels_of


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=25),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=5),
    st.integers(0, 8),
)
def test_thinning_keeps_the_earlier_of_two(
    places: list[tuple[int, int]], others: list[tuple[int, int]], least: int
) -> None:
    kept: list[tuple[int, int]] = []
    expected = []
    for place in places:
        stays = all(np.hypot(place[0] - one[0], place[1] - one[1]) > least for one in [*others, *kept])
        expected.append(stays)
        kept += [place] * stays
    found = far_enough(np.array(places, float).reshape(-1, 2), np.array(others, float).reshape(-1, 2), float(least))
    assert found.tolist() == expected


def test_hilltops_are_the_highest_of_their_square_highest_first() -> None:
    height_m = np.full(GRID.shape, 10.0)
    height_m[5, 5], height_m[5, 12], height_m[20, 40] = 90.0, 80.0, 120.0  # the second is 7 pixels from the first
    height_m[30:33, 10:13] = 50.0  # level: its middle counts
    height_m[35, 50] = np.nan
    peaks = pixels_of(hilltops(ground_of(height_m), height_m > 20.0, 1.0, 0.0))
    assert peaks == [(20, 40), (5, 5), (31, 11)]
    assert (5, 12) in pixels_of(hilltops(ground_of(height_m), height_m > 20.0, 0.6, 0.0))
    barred = height_m > 20.0
    barred[20, 40] = False
    assert (20, 40) not in pixels_of(hilltops(ground_of(height_m), barred, 1.0, 0.0))
    assert len(hilltops(ground_of(), EVERYWHERE, 1.5, 0.0)) == 1  # a plain is one top
    assert pixels_of(hilltops(ground_of(height_m), height_m > 20.0, 1.0, 80.0)) == [(20, 40), (5, 5)]
    assert pixels_of(hilltops(ground_of(height_m), height_m > 20.0, 1.0, 80.1)) == [(20, 40)]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.2), st.integers(1, 14))
def test_squares_of_the_search_grid_have_the_pixel_nearest_their_middle_and_the_highest(
    seed: int, share: float, side: int
) -> None:
    random = np.random.default_rng(seed)
    allowed = random.random(GRID.shape) < share
    ground = ground_of(random.integers(0, 20, GRID.shape))
    places = pixels_of(grid_places(ground, allowed, side / 10.0))
    assert len(places) == len(set(places))
    squares = [(row // side, column // side) for row, column in places]
    middles = sorted(set(squares))
    assert squares[: len(middles)] == middles
    assert squares[len(middles) :] == sorted(set(squares[len(middles) :]))
    found = {square: [place for place, one in zip(places, squares, strict=True) if one == square] for square in middles}
    for (down, across), some in found.items():
        top, left = down * side, across * side
        middle = (top + min(top + side, GRID.rows)) // 2, (left + min(left + side, GRID.columns)) // 2
        in_square = np.argwhere(allowed[top : top + side, left : left + side]) + np.array([top, left])
        assert all(allowed[place] for place in some)
        assert np.hypot(*(np.array(some[0]) - middle)) == np.hypot(*(in_square - middle).T).min()
        assert max(ground.height_m[place] for place in some) == ground.height_m[tuple(in_square.T)].max()
        assert len(some) <= 2


def test_all_squares_of_a_free_plain_have_a_middle_and_a_corner() -> None:
    assert len(grid_places(ground_of(), EVERYWHERE, 1.0)) == 2 * 4 * 6
    assert len(grid_places(ground_of(), ~EVERYWHERE, 1.0)) == 0


def write_roads(path: Path, *lines: list[tuple[float, float]]) -> Path:
    geometries = [
        {"type": "LineString", "coordinates": [[float(v) for v in GRID.unproject(*at(*place))] for place in line]}
        for line in lines
    ]
    features = [{"type": "Feature", "properties": {}, "geometry": one} for one in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_roads_have_places_at_equal_steps(tmp_path: Path) -> None:
    # Two pieces that meet are one road of 4 km; the short one has its middle; the last leaves the grid.
    path = write_roads(
        tmp_path / "roads.geojson",
        [(5, 5), (5, 25)], [(5, 25), (5, 45)], [(20, 10), (20, 14)], [(35, 50), (35, 90)],
    )  # fmt: skip
    places = pixels_of(road_places(path, GRID, EVERYWHERE, 1.0))
    assert sorted(places) == [(5, 10), (5, 20), (5, 30), (5, 40), (20, 12), (35, 55)]
    wet = EVERYWHERE.copy()
    wet[5, 20] = False
    assert (5, 20) not in pixels_of(road_places(path, GRID, wet, 1.0))


def test_places_of_roads_side_by_side_count_once(tmp_path: Path) -> None:
    path = write_roads(tmp_path / "roads.geojson", [(5, 5), (5, 45)], [(7, 5), (7, 44)])
    assert len(road_places(path, GRID, EVERYWHERE, 1.0)) == 4


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_sectors_are_turned_to_what_is_missing(seed: int) -> None:
    random = np.random.default_rng(seed)
    weight = np.where(random.random(GRID.shape) < 0.05, random.random(GRID.shape), 0.0)
    row, column = int(random.integers(0, 40)), int(random.integers(0, 60))
    (turn,) = turns_deg(np.array([at(row, column)]), weight, GRID, 1.5)
    score = {}
    for candidate in range(0, 120, 15):
        score[candidate] = 0.0
        for i, j in np.argwhere(weight > 0.0):
            if np.hypot(i - row, j - column) <= 15.0:
                bearing_deg = np.degrees(np.arctan2(j - column, row - i))
                off_deg = (bearing_deg - candidate + 60.0) % 120.0 - 60.0
                score[candidate] += weight[i, j] * np.cos(np.radians(3.0 * off_deg))
    assert score[int(turn)] == pytest.approx(max(score.values()), abs=2e-6)


def test_a_sector_looks_at_the_only_place_that_misses_coverage() -> None:
    for row, column, turn in ((5, 30, 0.0), (20, 45, 90.0), (35, 30, 60.0), (5, 45, 45.0)):
        weight = np.zeros(GRID.shape)
        weight[row, column] = 1.0
        assert turns_deg(np.array([at(20, 30)]), weight, GRID, 5.0).tolist() == [turn]
    assert turns_deg(np.array([at(20, 30)]), np.zeros(GRID.shape), GRID, 5.0).tolist() == [0.0]
    assert azimuths_text(45.0) == "45 165 285"


def test_masts_are_upgraded_in_their_own_directions() -> None:
    found = find(kinds=(UPGRADE,))
    assert found.sites["site"].tolist() == ["B", "C"]
    assert found.cells["azimuth_deg"].tolist() == [20.0, 200.0] * 2
    assert (found.cells["band"] == "N3700").all()
    assert found.sites["operator"].tolist() == ["Viettel", "MobiFone"]
    assert (found.sites["cost"] == 1000).all()
    assert len(find("4G", kinds=(UPGRADE,))) == 0


def test_sources_come_in_order_apart_and_near_what_is_missing() -> None:
    needed = np.zeros(GRID.shape, dtype=np.bool_)
    needed[10:30, 20:40] = True
    height_m = np.full(GRID.shape, 10.0)
    height_m[20, 33] = 60.0  # beside the middle of a square
    height_m[2, 2] = 99.0  # far from anything missing
    rules = CandidateRules(grid_km=1.0, near_km=0.5, hilltop_km=0.8)
    found = find_candidates(CELLS, "5G", ground_of(height_m), needed, rules)
    sites = found.sites
    order = {UPGRADE: 0, HILLTOP: 1, SEARCH_GRID: 2}
    assert np.all(np.diff([order[kind] for kind in sites["kind"]]) >= 0)
    new = sites[sites["kind"] != UPGRADE]
    assert (20, 33) in list(zip(new["row"], new["column"], strict=True))
    assert (2, 2) not in list(zip(new["row"], new["column"], strict=True))
    assert new["row"].between(5, 34).all()
    assert new["column"].between(15, 44).all()
    places = sites[["x_km", "y_km"]].to_numpy()
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    assert apart[np.triu_indices(len(places), 1)].min() > 0.3 - 1e-6
    one_cell_of_each = found.cells.drop_duplicates("site")["site"].tolist()
    assert one_cell_of_each == sites["site"].tolist()
    assert found.cells["cell"].is_unique
    np.testing.assert_allclose(places, np.column_stack(GRID.project(sites["longitude"], sites["latitude"])) / 1000.0)


def test_water_is_avoided_and_its_absence_noted() -> None:
    of_pixel = np.zeros(GRID.shape, dtype=np.uint8)
    of_pixel[:, 30:] = 1
    wet = LandCover((OPEN, WATER), of_pixel)
    rules = CandidateRules(kinds=(HILLTOP, SEARCH_GRID))
    found = find_candidates(CELLS, "5G", ground_of(), EVERYWHERE, rules, land_cover=wet)
    assert len(found)
    assert (found.sites["column"] < 30).all()
    assert not any("water" in note for note in found.notes)
    without = find_candidates(CELLS, "5G", ground_of(), EVERYWHERE, rules)
    assert any("water" in note for note in without.notes)
    assert (without.sites["column"] >= 30).any()


def test_new_names_avoid_those_in_use() -> None:
    cells = network(("A", 10, 10, "Viettel", "4G"), ("NEW-00002", 12, 12, "Viettel", "4G"))
    found = find_candidates(cells, "4G", ground_of(), EVERYWHERE, CandidateRules(kinds=(SEARCH_GRID,)))
    assert found.sites["site"].tolist()[:2] == ["NEW-00001", "NEW-00003"]


def test_new_sites_cost_by_height_and_distance() -> None:
    found = find(kinds=(SEARCH_GRID,), grid_km=2.0, costs=Costs(1.0, 2.5, 0.1, 1.0))
    masts = CELLS.drop_duplicates("site")
    x_m, y_m = GRID.project(masts["longitude"], masts["latitude"])
    for _, site in found.sites.iterrows():
        nearest_km = np.hypot(x_m / 1000.0 - site["x_km"], y_m / 1000.0 - site["y_km"]).min()
        parts = 0, 2500, 3000, round(1000.0 * nearest_km)
        assert (site["cost_upgrade"], site["cost_new_site"], site["cost_tower"], site["cost_access"]) == parts
        assert site["cost"] == sum(parts)
    assert any("2.5" in note for note in found.notes)


def test_masts_whose_cells_are_off_are_switched_on_as_they_stand() -> None:
    off = network(("D", 5, 5, "Viettel", "5G"), ("E", 7, 50, "MobiFone", "4G")).assign(simulated="no", status="planned")
    far = network(("F", 500, 5, "Viettel", "4G")).assign(simulated="no")
    cells = pd.concat([CELLS.assign(simulated="yes"), off, far], ignore_index=True)
    found = find_candidates(cells, "5G", ground_of(), EVERYWHERE, CandidateRules(kinds=(UPGRADE,)))
    assert found.sites["site"].tolist() == ["B", "C", "D", "E"]  # F stands beyond the grid
    of_d = found.cells[found.cells["site"] == "D"]
    assert of_d["cell"].tolist() == ["D-N3700-1+", "D-N3700-2+"]  # its cells are in the register already
    assert of_d["azimuth_deg"].tolist() == [20.0, 200.0]
    assert (found.cells["status"] == "on").all()
    assert (found.cells["technology"] == "5G").all()
    lacking = find_candidates(cells, "4G", ground_of(), EVERYWHERE, CandidateRules(kinds=(UPGRADE,)))
    assert lacking.sites["site"].tolist() == ["D", "E"]
    assert (lacking.cells["band"] == "L1800").all()


def town_and_country() -> pd.DataFrame:
    """Return five town sites close together and two far ones, one of which has a low band; heights tell them apart."""
    town = network(*((f"T{n}", 10, 10 + n, "Viettel", "4G") for n in range(6))).assign(antenna_height_m=22.0)
    country = network(("R1", 35, 20, "Viettel", "4G"), ("R2", 35, 50, "Viettel", "4G")).assign(antenna_height_m=45.0)
    low = network(("R2", 35, 50, "Viettel", "4G")).assign(band="L900", cell=["low-1", "low-2"], antenna_height_m=45.0)
    return pd.concat([town, country, low], ignore_index=True)


def test_new_sites_are_as_high_as_their_surroundings_and_low_in_band_in_the_country() -> None:
    hill_m = np.full(GRID.shape, 10.0)
    hill_m[30, 35] = 60.0
    rules = CandidateRules(kinds=(HILLTOP, SEARCH_GRID), grid_km=0.5, hilltop_mast_m=25.0)
    found = find_candidates(town_and_country(), "4G", ground_of(hill_m), EVERYWHERE, rules, bands=BANDS)
    first = found.cells.drop_duplicates("site").reset_index(drop=True)
    away = np.hypot(
        found.sites["row"].to_numpy()[:, None] - 10, found.sites["column"].to_numpy()[:, None] - np.arange(10, 16)
    )
    clear = (np.abs(away - 10.0) > 0.01).all(axis=1)  # positions are rounded
    in_town = (away <= 10.0).sum(axis=1) >= 5  # itself is the sixth
    assert in_town.any()
    assert not in_town.all()
    is_hill = (found.sites["kind"] == HILLTOP).to_numpy()
    assert is_hill.sum() == 1
    height_m = np.where(is_hill, 25.0, np.where(in_town, 22.0, 45.0))
    assert first["antenna_height_m"][clear].tolist() == height_m[clear].tolist()
    assert first["band"][clear].tolist() == np.where(in_town, "L1800", "L900")[clear].tolist()
    plain = find_candidates(town_and_country(), "4G", ground_of(hill_m), EVERYWHERE, rules)
    assert (plain.cells["band"] == "L1800").all()


def test_roads_are_one_more_source(tmp_path: Path) -> None:
    roads = write_roads(tmp_path / "roads.geojson", [(5, 5), (5, 55)])
    found = find(kinds=(ROAD, UPGRADE), roads=roads, road_spacing_km=1.0, thin_km=0.0)
    assert found.sites["kind"].tolist() == [UPGRADE] * 2 + [ROAD] * 5
    assert ROAD not in set(find(kinds=(ROAD, UPGRADE)).sites["kind"])


def test_rules_refuse_what_makes_no_sense() -> None:
    wrongs: tuple[dict[str, Any], ...] = (
        {"kinds": ("tower",)}, {"grid_km": 0.0}, {"thin_km": -1.0}, {"hilltop_rise_m": -0.1}
    )  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(ValueError, match=next(iter(wrong)).rstrip("s")):
            CandidateRules(**wrong)
    with pytest.raises(ValueError, match="upgrade"):
        Costs(upgrade=-1.0)
    with pytest.raises(ValueError, match="no 5G cell"):
        find_candidates(CELLS[CELLS["technology"] == "4G"], "5G", ground_of(), EVERYWHERE)
