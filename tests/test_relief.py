"""Demonstration relief: it keeps to its facts, is a function of position, and is as far from real land as stated."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.relief_error import FACTS, inside_outline, measure, tile_grid
from phusong.errors import InputError
from phusong.terrain.facts import COLUMNS, read_facts
from phusong.terrain.fractal import Fractal, Octave
from phusong.terrain.grid import Grid
from phusong.terrain.relief import SOURCE, Relief, make_relief
from tests.shared_data import SHARED, needs_shared

HEADER = ",".join(COLUMNS)
SMALL = f"""# A made-up valley.
{HEADER}
West hill,peak,10.00,50.05,400,30,,test
East hill,peak,10.30,50.05,600,40,,test
South plain,plain,10.15,49.90,80,2,,test
North plain,plain,10.15,50.20,100,2,,test
Brook,river,10.15,50.18,90,2,200,test
Brook,river,10.15,49.92,60,2,400,test
Pond,lake,10.05,49.95,120,5,1000,test
Pond,lake,10.06,49.95,120,5,1000,test
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("relief") / "facts.csv"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def relief(small: Path) -> Relief:
    return Relief.from_facts(small, 1)


@pytest.fixture(scope="module")
def phu_tho() -> Relief:
    return Relief.from_facts(FACTS, 1)


def problems_of(tmp_path: Path, text: str) -> list[tuple[int | None, str | None]]:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_facts(path)
    assert all(problem.file == str(path) and problem.remedy for problem in caught.value.problems)
    return [(problem.row, problem.field) for problem in caught.value.problems]


def test_the_surface_passes_through_the_facts(relief: Relief) -> None:
    stated = {(10.00, 50.05): 400.0, (10.30, 50.05): 600.0, (10.15, 49.90): 80.0, (10.15, 50.20): 100.0}
    made = relief.height_m(*np.array(list(stated)).T)
    # The surface is splined on an 800 m lattice, which rounds the very tip of a lone peak.
    np.testing.assert_allclose(made, list(stated.values()), rtol=0.1)


def test_water_lies_flat_across_at_its_level(relief: Relief) -> None:
    latitude = np.linspace(49.93, 50.17, 200)[:, None]
    offset_deg = np.array([-60.0, 0.0, 60.0]) / (111_195.0 * np.cos(np.radians(50)))
    level_m = relief.height_m(10.15 + offset_deg, latitude)
    assert relief.is_water(10.15 + offset_deg, latitude).all()
    assert np.ptp(level_m, axis=1).max() < 1e-9
    assert np.all(np.diff(level_m[:, 1]) >= 0.0)
    np.testing.assert_allclose(level_m[:, 1], np.interp(latitude[:, 0], [49.92, 50.18], [60.0, 90.0]), atol=0.05)
    assert relief.height_m(10.055, 49.952) == pytest.approx(120.0)


@pytest.mark.parametrize(("distance_m", "wet"), [(95.0, True), (155.0, False)])
def test_the_banks_are_where_the_widths_say(relief: Relief, distance_m: float, wet: bool) -> None:
    # 10 % of the way down the brook, where it is 220 m wide: the bank is 110 m from its line, stated within 4 m.
    longitude = 10.15 + distance_m / (111_195.0 * np.cos(np.radians(50)))
    assert relief.is_water(longitude, 50.154) == wet


def test_far_from_the_facts_there_is_no_terrain(relief: Relief) -> None:
    kilometre_deg = 1.0 / 111.195
    # Due north of the northernmost fact the two edges of the hull meet, 57 deg from the east each: 15 km / cos 57 deg
    # is 28 km.
    reach = relief.height_m(10.15, 50.20 + np.array([27.0, 29.0]) * kilometre_deg)
    assert np.isfinite(reach).tolist() == [True, False]
    assert np.isnan(relief.height_m([np.nan, 10.1], [50.0, np.inf])).all()
    assert not relief.is_water(0.0, 0.0)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.floats(9.9, 10.4), st.floats(49.8, 50.3)), min_size=1, max_size=20))
def test_a_height_depends_on_its_position_alone(relief: Relief, positions: list[tuple[float, float]]) -> None:
    together = relief.height_m(*np.array(positions).T)
    alone = [float(relief.height_m(longitude, latitude)) for longitude, latitude in positions]
    np.testing.assert_array_equal(together, alone)


def test_a_coarse_and_a_fine_grid_see_the_same_land(small: Path) -> None:
    fine = Grid("EPSG:32632", 570_000.0, 5_550_000.0, 30.0, 300, 270)
    coarse = Grid("EPSG:32632", 570_000.0, 5_550_000.0, 90.0, 100, 90)
    np.testing.assert_array_equal(
        make_relief(small, fine, 3).height_m[1::3, 1::3], make_relief(small, coarse, 3).height_m
    )


def test_seeds_change_the_land_and_repeat_it(small: Path) -> None:
    longitude, latitude = np.meshgrid(np.linspace(10.0, 10.3, 40), np.linspace(49.9, 50.2, 40))
    first, again, other = (Relief.from_facts(small, seed).height_m(longitude, latitude) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 5.0


def test_made_elevation_says_what_it_is(small: Path) -> None:
    elevation = make_relief(small, Grid("EPSG:32632", 570_000.0, 5_650_000.0, 500.0, 300, 40), 1)
    assert elevation.source == SOURCE
    assert not elevation.is_survey
    assert elevation.notes == ("A made-up valley.",)
    assert elevation.height_m.dtype == np.float32
    assert 0 < elevation.missing_pixels == int(np.isnan(elevation.height_m).sum()) < elevation.height_m.size


def test_noise_has_unit_power_and_no_seam_between_extents() -> None:
    x_m, y_m = (axis.ravel() for axis in np.meshgrid(np.arange(0.0, 60_000.0, 170.0), np.arange(0.0, 60_000.0, 170.0)))
    for folded in (0, 3):
        fractal = Fractal((0, 0, 60_000, 60_000), 5, longest_m=1600, shortest_m=150, persistence=0.75, folded=folded)
        detail = fractal(x_m, y_m)
        assert abs(detail.mean()) < 0.02
        assert detail.std() == pytest.approx(1.0, abs=0.08)
    wide, narrow = (Octave(extent, 800.0, 5, 0) for extent in ((-5e4, -5e4, 5e4, 5e4), (0.0, 0.0, 2e4, 2e4)))
    inside = (x_m < 2e4) & (y_m < 2e4)
    np.testing.assert_allclose(wide(x_m[inside], y_m[inside]), narrow(x_m[inside], y_m[inside]), atol=1e-9)


def test_every_bad_row_is_reported_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("West hill,peak", ",mountain").replace("10.30,50.05,600", "190,50.05,9001")
    text = text.replace("80,2,,test", "high,-1,10,test").replace("90,2,200", "90,501,0.9")
    assert problems_of(tmp_path, text) == [
        (3, "name"),
        (3, "kind"),
        (4, "longitude"),
        (4, "height_m"),
        (5, "height_m"),
        (5, "roughness_m"),
        (5, "width_m"),
        (7, "roughness_m"),
        (7, "width_m"),
    ]


def test_limits_themselves_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "limits.csv"
    path.write_text(
        SMALL.replace("600,40", "9000,500").replace("80,2,,", "-500,0,,").replace("90,2,200", "90,2,1"),
        encoding="utf-8",
    )
    assert len(read_facts(path).lines) == 6


def test_a_table_must_make_sense_as_a_whole(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "name,kind\nA,peak\n") == [(1, column) for column in COLUMNS[2:]]
    assert problems_of(tmp_path, SMALL.replace("Brook,river,10.15,49.92", "Creek,river,10.15,49.92")) == [
        (7, "name"),
        (8, "name"),
    ]
    assert problems_of(tmp_path, SMALL.replace("10.30,50.05", "10.00,50.05")) == [(4, "height_m")]
    assert problems_of(tmp_path, f"{HEADER}\nA,peak,1,1,1,1,,\nB,peak,2,2,1,1,,\n") == [(None, None)]
    assert problems_of(tmp_path, "") == [(1, column) for column in COLUMNS]
    assert problems_of(tmp_path, SMALL.replace("80,2,,test", "80,2,,test, and more")) == [(5, None)]
    assert problems_of(tmp_path, f"{HEADER}\n" + "".join(f"P{i},hill,{i},{i},1,1,,\n" for i in range(5))) == [
        (None, None)
    ]
    assert problems_of(tmp_path, SMALL.replace("West hill", '"West hill')) == [
        (3, "kind"),
        *((3, field) for field in COLUMNS[2:6]),
    ]
    with pytest.raises(InputError, match="cannot be read"):
        read_facts(tmp_path / "absent.csv")


def test_the_packaged_table_is_small_and_complete(phu_tho: Relief) -> None:
    facts = read_facts(FACTS)
    rows = [fact for line in facts.lines for fact in line]
    assert 150 <= len(rows) <= 400
    assert str(len(rows)) in facts.notes[0]  # the note states how many facts the figures were measured with
    assert {fact.kind for fact in rows} >= {"peak", "ridge", "valley", "plain", "town", "river", "lake"} - {"plain"}
    longitude, latitude = np.meshgrid(np.linspace(104.81, 105.86, 80), np.linspace(20.30, 21.73, 80))
    height_m = phu_tho.height_m(longitude, latitude)
    assert np.isfinite(height_m).all()
    assert -10.0 < height_m.min() < 20.0
    assert 1200.0 < height_m.max() < 1800.0


def test_known_places_of_phu_tho(phu_tho: Relief) -> None:
    assert phu_tho.is_water(105.150, 20.7635)  # the reservoir of Hòa Bình, at its level
    assert phu_tho.height_m(105.150, 20.7635) == pytest.approx(115.0)
    assert not phu_tho.is_water(105.40, 21.33)  # Việt Trì
    assert phu_tho.height_m(105.544, 21.573) > 1300.0  # the northern summit of Tam Đảo


@needs_shared
def test_error_against_the_real_tile() -> None:
    tile = SHARED / "data" / "dem" / "N21E105.hgt"
    outline = FACTS.with_name("outline.csv")
    errors = measure(tile, FACTS, outline, 1)
    inside = errors["inside the outline"]
    assert inside.pixels > 0.98 * inside_outline(outline, tile_grid(tile)).sum()
    assert inside.rmse_m < 80.0
    assert abs(inside.bias_m) < 5.0
    assert inside.correlation > 0.9
    np.testing.assert_allclose(inside.made_slope_deg[1:], inside.real_slope_deg[1:], rtol=0.35)
    assert errors["whole tile"].rmse_m < 90.0
    note = read_facts(FACTS).notes[0]
    assert f"RMSE {inside.rmse_m:.0f} m, bias {inside.bias_m:.0f} m, correlation {inside.correlation:.2f}" in note
