"""Candidates: where each source finds them, how they are thinned, turned and priced, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.ground import Ground
from phusong.coverage.proposals.azimuths import azimuths_text, turns_deg
from phusong.coverage.proposals.candidates import (
    HILLTOP,
    LISTED,
    ROAD,
    SEARCH_GRID,
    UPGRADE,
    CandidateRules,
    Candidates,
    find_candidates,
)
from phusong.coverage.proposals.costs import Costs
from phusong.coverage.proposals.hilltops import hilltops
from phusong.coverage.proposals.roads import road_places
from phusong.coverage.proposals.search_grid import grid_places
from phusong.coverage.proposals.thinning import far_enough
from phusong.errors import InputError
from phusong.scenarios.land_cover import LandCover, LandCoverClass
from phusong.scenarios.register_table import COLUMNS
from phusong.terrain.grid import Grid

BoolArray = npt.NDArray[np.bool_]
GRID = Grid("EPSG:32648", 520_000.0, 2_360_000.0, 100.0, 40, 60)
EVERYWHERE = np.ones(GRID.shape, dtype=np.bool_)
WATER = LandCoverClass(80, "water", 0.0, 0.0, 6.0, "water")
OPEN = LandCoverClass(30, "grass", 0.0, 0.0, 6.0, "open")


def ground_of(height_m: npt.ArrayLike = 10.0) -> Ground:
    return Ground(GRID, np.broadcast_to(np.asarray(height_m, dtype=np.float32), GRID.shape).copy(), None)


def at(row: float, column: float) -> tuple[float, float]:
    """Return x and y of a place on the grid [m]."""
    return GRID.west_m + (column + 0.5) * 100.0, GRID.north_m - (row + 0.5) * 100.0


def pixels_of(places_m: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    column, row = GRID.column_row(*places_m.T)
    return list(zip(np.rint(row).astype(int).tolist(), np.rint(column).astype(int).tolist(), strict=True))


def network(*masts: tuple[str, float, float, str, str]) -> pd.DataFrame:
    """Return cells of masts: site, row, column, operator and technology; two sectors each."""
    rows = []
    for site, row, column, operator, technology in masts:
        longitude, latitude = GRID.unproject(*at(row, column))
        band, power_dbm = ("L1800", 46.0) if technology == "4G" else ("N3700", 53.0)
        for number, azimuth_deg in enumerate((20.0, 200.0), start=1):
            cell = f"{site}-{band}-{number}"
            rows.append(
                (cell, site, float(longitude), float(latitude), operator, technology, band, azimuth_deg, 1.0, 4.0, 30.0,
                 power_dbm, "panel", "on")
            )  # fmt: skip
    columns = [
        "cell", "site", "longitude", "latitude", "operator", "technology", "band", "azimuth_deg", "mechanical_tilt_deg",
        "electrical_tilt_deg", "antenna_height_m", "power_dbm", "antenna", "status",
    ]  # fmt: skip
    assert set(columns) == set(COLUMNS)
    return pd.DataFrame(rows, columns=columns)


CELLS = network(
    ("A", 10, 10, "Viettel", "4G"), ("A", 10, 10, "Viettel", "5G"), ("B", 10, 30, "Viettel", "4G"),
    ("C", 30, 50, "MobiFone", "4G"),
)  # fmt: skip


def find(technology: str = "5G", needed: BoolArray = EVERYWHERE, **rules: Any) -> Candidates:
    return find_candidates(CELLS, technology, ground_of(), needed, CandidateRules(**rules))


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
    peaks = pixels_of(hilltops(ground_of(height_m), height_m > 20.0, 1.0))
    assert peaks == [(20, 40), (5, 5), (31, 11)]
    assert (5, 12) in pixels_of(hilltops(ground_of(height_m), height_m > 20.0, 0.6))
    barred = height_m > 20.0
    barred[20, 40] = False
    assert (20, 40) not in pixels_of(hilltops(ground_of(height_m), barred, 1.0))
    assert len(hilltops(ground_of(), EVERYWHERE, 1.5)) == 1  # a plain is one top


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.2), st.integers(1, 14))
def test_every_square_of_the_search_grid_has_the_allowed_pixel_nearest_its_middle(
    seed: int, share: float, side: int
) -> None:
    allowed = np.random.default_rng(seed).random(GRID.shape) < share
    places = pixels_of(grid_places(GRID, allowed, side / 10.0))
    assert len(places) == len(set(places))
    squares = [(row // side, column // side) for row, column in places]
    assert squares == sorted(set(squares))
    for row, column in places:
        assert allowed[row, column]
        top, left = row // side * side, column // side * side
        middle = (top + min(top + side, GRID.rows)) // 2, (left + min(left + side, GRID.columns)) // 2
        in_square = np.argwhere(allowed[top : top + side, left : left + side]) + np.array([top, left])
        assert np.hypot(*(np.array([row, column]) - middle)) == np.hypot(*(in_square - middle).T).min()


def test_all_squares_of_a_free_plain_have_a_place() -> None:
    assert len(grid_places(GRID, EVERYWHERE, 1.0)) == 4 * 6
    assert len(grid_places(GRID, ~EVERYWHERE, 1.0)) == 0


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


def write_list(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def place(row: float, column: float) -> str:
    longitude, latitude = GRID.unproject(*at(row, column))
    return f"{float(longitude):.7f},{float(latitude):.7f}"


def test_a_list_says_as_much_as_it_likes(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "list.csv",
        "site,longitude,latitude,antenna_height_m,kind,operator,azimuths_deg,requires,cost_land,cost_power\n"
        f"H1,{place(20, 20)},40,school roof,MobiFone,10 190,H2|A,2.5,0.25\n"
        f"H2,{place(25, 40)},,,,,,,\n"
        f"H3,{place(25, 45)},,,,,,0,\n",
    )
    found = find(listed=path)
    assert found.sites["site"].tolist()[:5] == ["B", "C", "H1", "H2", "H3"]
    rows = {row["site"]: row for row in found.sites.to_dict("records")}
    first, second, third = rows["H1"], rows["H2"], rows["H3"]
    assert (first["kind"], first["operator"], first["requires"]) == ("school roof", "MobiFone", "H2|A")
    assert (first["cost"], first["cost_land"], first["cost_power"], first["cost_new_site"]) == (2750, 2500, 250, 0)
    assert (second["kind"], second["operator"], second["requires"]) == ("listed", "Viettel", "")
    assert second["cost"] == second["cost_new_site"] + second["cost_tower"] + second["cost_access"] > 3000
    assert third["cost"] == 0
    cells = found.cells[found.cells["site"] == "H1"]
    assert cells["azimuth_deg"].tolist() == [10.0, 190.0]
    assert (cells["antenna_height_m"] == 40.0).all()
    assert (found.cells.loc[found.cells["site"] == "H2", "antenna_height_m"] == 30.0).all()
    assert len(found.cells[found.cells["site"] == "H2"]) == 3
    others = found.sites[found.sites["kind"] == SEARCH_GRID]
    assert np.hypot(others["x_km"] - second["x_km"], others["y_km"] - second["y_km"]).min() > 0.3
    alone = find(kinds=(LISTED,), listed=path)
    assert alone.sites["site"].tolist() == ["H1", "H2", "H3"]
    assert any("Costs are assumed" in note for note in alone.notes)  # that of H2
    path.write_text(f"site,longitude,latitude,cost_all\nH1,{place(20, 20)},7\n", encoding="utf-8")
    alone = find(kinds=(LISTED,), listed=path)
    assert alone.sites["cost"].tolist() == [7000]
    assert not any("Costs are assumed" in note for note in alone.notes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("site,latitude,cost\nH1,21,3\n", {(1, "longitude"), (1, "cost")}),
        (
            "site,longitude,latitude,antenna_height_m,cost_a,operator,azimuths_deg,requires\n"
            "A,105.2,21.3,30,1,,,\n"
            "H1,,95,0,-1,Mobi,0 400,H9\n"
            "H1,x,21.3,,1,,north,H1\n"
            ",105.2,21.3,,nan,,,\n",
            {
                (2, "site"), (3, "longitude"), (3, "latitude"), (3, "antenna_height_m"), (3, "cost_a"), (3, "operator"),
                (3, "azimuths_deg"), (3, "requires"), (4, "site"), (4, "longitude"), (4, "azimuths_deg"),
                (4, "requires"), (5, "site"), (5, "cost_a"),
            },
        ),
        ("site,longitude,latitude\nH1,108.5,21.3\nH2,105.2,9\n", {(2, None), (3, None)}),
    ],
)  # fmt: skip
def test_every_bad_row_of_a_list_is_told_at_once(
    tmp_path: Path, text: str, expected: set[tuple[int, str | None]]
) -> None:
    with pytest.raises(InputError) as caught:
        find(listed=write_list(tmp_path / "list.csv", text))
    assert {(problem.row, problem.field) for problem in caught.value.problems} == expected


def test_a_list_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        find(listed=tmp_path / "none.csv")


def test_roads_are_one_more_source(tmp_path: Path) -> None:
    roads = write_roads(tmp_path / "roads.geojson", [(5, 5), (5, 55)])
    found = find(kinds=(ROAD, UPGRADE), roads=roads, road_spacing_km=1.0, thin_km=0.0)
    assert found.sites["kind"].tolist() == [UPGRADE] * 2 + [ROAD] * 5
    assert ROAD not in set(find(kinds=(ROAD, UPGRADE)).sites["kind"])


def test_rules_refuse_what_makes_no_sense() -> None:
    wrong: dict[str, Any]
    for wrong in ({"kinds": ("tower",)}, {"grid_km": 0.0}, {"thin_km": -1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong)).rstrip("s")):
            CandidateRules(**wrong)
    with pytest.raises(ValueError, match="upgrade"):
        Costs(upgrade=-1.0)
    with pytest.raises(ValueError, match="no 5G cell"):
        find_candidates(CELLS[CELLS["technology"] == "4G"], "5G", ground_of(), EVERYWHERE)
