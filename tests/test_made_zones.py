"""Approximate zones from facts: areas, no gaps, inner points, and every bad row named."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from phusong.errors import InputError
from phusong.terrain.made_zones import make_zones
from phusong.terrain.zones import Zones
from tests.shared_data import SHARED, needs_shared

PHU_THO = Path(__file__).resolve().parents[1] / "scenarios" / "phu_tho"
HEADER = "code,name,type,area_km2,population,longitude,latitude"
SQUARE = "longitude,latitude\n10.0,50.0\n11.0,50.0\n11.0,51.0\n10.0,51.0\n"


@pytest.fixture(scope="module")
def communes() -> Zones:
    return make_zones(PHU_THO / "communes.csv", PHU_THO / "outline.csv", "communes")


def written(folder: Path, facts: str, outline: str = SQUARE) -> tuple[Path, Path]:
    paths = folder / "facts.csv", folder / "outline.csv"
    for path, text in zip(paths, (facts, outline), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def made(folder: Path, points: list[tuple[float, float]], areas: list[float]) -> Zones:
    rows = [
        f"{i},Zone {i},,{area!r},10,{x!r},{y!r}" for i, ((x, y), area) in enumerate(zip(points, areas, strict=True))
    ]
    return make_zones(*written(folder, "\n".join([HEADER, *rows])), "test")


def geodesic_area_km2(geometry: shapely.Geometry) -> float:
    return abs(float(Geod(ellps="WGS84").geometry_area_perimeter(geometry)[0])) / 1e6


def assert_partition(zones: Zones, outline: shapely.Geometry) -> None:
    whole = shapely.union_all(zones.geometry)
    assert shapely.is_valid(zones.geometry).all()
    assert shapely.area(zones.geometry).sum() == pytest.approx(whole.area, rel=1e-9)
    assert whole.symmetric_difference(outline).area < 1e-4 * whole.area
    assert not any(part.interiors for part in shapely.get_parts(whole))


def test_phu_tho_areas_are_official(communes: Zones) -> None:
    area_km2 = np.array([geodesic_area_km2(geometry) for geometry in communes.geometry])
    np.testing.assert_allclose(area_km2, communes.official_area_km2, rtol=0.001)
    assert communes.approximate
    assert len(communes) == 148


def test_phu_tho_has_no_gap_and_no_overlap(communes: Zones) -> None:
    ring = np.loadtxt(PHU_THO / "outline.csv", delimiter=",", skiprows=1)
    assert_partition(communes, shapely.Polygon(ring))
    first, second = shapely.STRtree(communes.geometry).query(communes.geometry, predicate="overlaps")
    overlap = shapely.area(shapely.intersection(communes.geometry[first], communes.geometry[second]))
    assert overlap.max(initial=0.0) < 1e-12


def test_phu_tho_zones_hold_their_inner_points(communes: Zones) -> None:
    points = np.loadtxt(PHU_THO / "communes.csv", delimiter=",", skiprows=1, usecols=(6, 7), encoding="utf-8")
    assert shapely.contains_xy(communes.geometry, points[:, 0], points[:, 1]).sum() >= 140


@needs_shared
def test_phu_tho_zones_resemble_the_real_ones(communes: Zones) -> None:
    real = geopandas.read_file(SHARED / "data" / "admin" / "phutho_communes_148.geojson").set_index("code")
    polygons = real.geometry.loc[list(communes.code)].to_numpy()
    shared = shapely.area(shapely.intersection(polygons, communes.geometry))
    assert (shared / shapely.area(shapely.union(polygons, communes.geometry))).mean() > 0.58


def test_same_input_gives_the_same_zones(communes: Zones) -> None:
    again = make_zones(PHU_THO / "communes.csv", PHU_THO / "outline.csv", "communes")
    assert shapely.to_wkb(again.geometry).tolist() == shapely.to_wkb(communes.geometry).tolist()


def test_one_zone_fills_the_outline(tmp_path: Path) -> None:
    zones = made(tmp_path, [(10.5, 50.5)], [123.0])
    assert_partition(zones, shapely.box(10, 50, 11, 51))


@pytest.mark.parametrize(
    "points",
    [
        [(10.2, 50.5), (10.5, 50.5), (10.8, 50.5)],
        [(10.25, 50.25), (10.75, 50.25), (10.25, 50.75), (10.75, 50.75)],
    ],
    ids=["collinear", "on a square"],
)
def test_degenerate_points(tmp_path: Path, points: list[tuple[float, float]]) -> None:
    areas = [float(1 + i) for i in range(len(points))]
    zones = made(tmp_path, points, areas)
    got = np.array([geodesic_area_km2(geometry) for geometry in zones.geometry])
    np.testing.assert_allclose(got / got.sum(), np.array(areas) / sum(areas), rtol=2e-3)
    assert_partition(zones, shapely.box(10, 50, 11, 51))


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_any_areas_are_met(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    cells = data.draw(st.sets(st.tuples(st.integers(1, 19), st.integers(1, 19)), min_size=2, max_size=25))
    points = [(10.0 + 0.05 * x, 50.0 + 0.05 * y) for x, y in sorted(cells)]
    areas = data.draw(st.lists(st.floats(1.0, 20.0), min_size=len(points), max_size=len(points)))
    zones = made(tmp_path_factory.mktemp("zones"), points, areas)
    got = np.array([geodesic_area_km2(geometry) for geometry in zones.geometry])
    np.testing.assert_allclose(got / got.sum(), np.array(areas) / sum(areas), rtol=0.005)


def problems(facts: Path, outline: Path) -> set[tuple[str, int | None, str | None]]:
    with pytest.raises(InputError) as caught:
        make_zones(facts, outline, "test")
    return {(Path(problem.file).name, problem.row, problem.field) for problem in caught.value.problems}


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    rows = [
        "1,Good,,10,100,10.5,50.5",
        "2,Negative area,,-3,100,10.6,50.5",
        "3,Outside,,10,100,12.5,50.5",
        "1,Same code,,10,100,10.7,50.5",
        "5,Same place,,10,100,10.5,50.5",
        "6,No number of people,,10,many,10.8,50.5",
        "7,No latitude,,10,100,10.8,",
        "8,Zero area,,0,100,10.9,50.5",
    ]
    assert problems(*written(tmp_path, "\n".join([HEADER, *rows]))) == {
        ("facts.csv", 3, "area_km2"),
        ("facts.csv", 4, "longitude"),
        ("facts.csv", 5, "code"),
        ("facts.csv", 6, "longitude"),
        ("facts.csv", 7, "population"),
        ("facts.csv", 8, "latitude"),
        ("facts.csv", 9, "area_km2"),
    }


def test_a_bad_outline_does_not_hide_bad_facts(tmp_path: Path) -> None:
    bow_tie = "longitude,latitude\n10,50\n11,51\n11,50\n10,51\n"
    facts = f"{HEADER}\n1,Negative,,-1,5,10.5,50.5\n"
    assert problems(*written(tmp_path, facts, bow_tie)) == {("facts.csv", 2, "area_km2"), ("outline.csv", None, None)}


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ("", ("facts.csv", 1, "code")),
        (HEADER, ("facts.csv", None, None)),
        (HEADER.replace("area_km2", "area"), ("facts.csv", 1, "area_km2")),
    ],
    ids=["empty", "no rows", "no area"],
)
def test_broken_tables(tmp_path: Path, facts: str, place: tuple[str, int | None, str | None]) -> None:
    assert place in problems(*written(tmp_path, facts))


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        make_zones(tmp_path / "none.csv", PHU_THO / "outline.csv", "test")
