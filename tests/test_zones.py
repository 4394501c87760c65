"""Zones: reading, areas, rasterising, discs, and the 148 real communes."""

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import MultiPolygon, Point, Polygon, box

from phusong.errors import InputError, MachineError
from phusong.terrain.grid import Grid
from phusong.terrain.zones import Zones, read_discs, read_zones
from tests.shared_data import SHARED, needs_shared

COMMUNES = SHARED / "data" / "admin" / "phutho_communes_148.geojson"
SQUARES = [box(105.0, 21.0, 105.1, 21.1), box(105.1, 21.0, 105.2, 21.1)]


def write_geojson(path: Path, shapes: Sequence[Any], properties: Sequence[Mapping[str, Any]]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": dict(fields),
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
        }
        for shape, fields in zip(shapes, properties, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def squares(path: Path, **changes: Sequence[Any]) -> Path:
    """Write two squares; changes are columns."""
    columns = {"code": ["1", "2"], "name": ["Một", "Hai"], "people": [10, 20], "km2": [110.5, None]} | changes
    properties = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return write_geojson(path, SQUARES, properties)


def read(path: Path, **fields: Any) -> Zones:
    return read_zones(path, "communes", population_field="people", area_field="km2", **fields)


def problems(path: Path, **fields: Any) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(InputError) as raised:
        read(path, **fields)
    assert all(problem.file == str(path) and problem.remedy for problem in raised.value.problems)
    return [(problem.row, problem.field, problem.message) for problem in raised.value.problems]


def test_zones_are_read(tmp_path: Path) -> None:
    zones = read(squares(tmp_path / "z.geojson"))
    assert len(zones) == 2
    assert (zones.layer, zones.code, zones.name, zones.kind) == ("communes", ("1", "2"), ("Một", "Hai"), ("", ""))
    assert zones.population.tolist() == [10.0, 20.0]
    assert zones.official_area_km2[0] == 110.5
    assert math.isnan(zones.official_area_km2[1])
    assert (zones.approximate, zones.source, zones.notes) == (False, "z.geojson", ())
    assert zones.bounds_deg() == (105.0, 21.0, 105.2, 21.1)


def test_names_are_normalised(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", " Phú Thọ ")
    zones = read(squares(tmp_path / "z.geojson", name=[decomposed, "Thuỵ Vân"]))
    assert zones.name == ("Phú Thọ", "Thuỵ Vân")
    assert all(unicodedata.is_normalized("NFC", name) for name in zones.name)


@pytest.mark.parametrize("crs", ["EPSG:32648", "EPSG:3857", "EPSG:4756"])
@pytest.mark.parametrize("suffix", ["gpkg", "shp"])
def test_any_crs_and_format_come_to_wgs84(tmp_path: Path, crs: str, suffix: str) -> None:
    frame = geopandas.GeoDataFrame({"code": [101, 102], "name": ["a", "b"]}, geometry=SQUARES, crs="EPSG:4326").to_crs(
        crs
    )
    path = tmp_path / f"z.{suffix}"
    frame.to_file(path)
    zones = read_zones(path, "communes")
    assert zones.code == ("101", "102")
    for polygon, square in zip(zones.geometry, SQUARES, strict=True):
        # A straight side of 11 km bends by 1 m between the projections.
        assert polygon.symmetric_difference(square).area < 2e-4 * square.area


def test_long_sides_stay_straight_where_they_were_drawn(tmp_path: Path) -> None:
    # A side of 100 km drawn on the UTM map bends by 90 m in longitude and latitude.
    drawn = box(500_000.0, 2_300_000.0, 600_000.0, 2_400_000.0)
    path = tmp_path / "z.gpkg"
    geopandas.GeoDataFrame({"code": ["1"], "name": ["a"]}, geometry=[drawn], crs="EPSG:32648").to_file(path)
    zones = read_zones(path, "communes")
    grid = Grid("EPSG:32648", 499_000.0, 2_401_000.0, 20.0, 200, 5100)
    edge = zones.rasterize(grid.window(40, 60, 2000, 2100))
    assert np.unique(edge[:10]).tolist() == [-1]
    assert np.unique(edge[10:]).tolist() == [0]
    true_km2 = float(np.sum(Grid("EPSG:32648", 500_000.0, 2_400_000.0, 1000.0, 100, 100).pixel_area_km2(), dtype=float))
    assert zones.area_km2()[0] == pytest.approx(true_km2, rel=1e-6)


def test_a_layer_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    path = tmp_path / "z.gpkg"
    frame = geopandas.GeoDataFrame({"code": ["1"], "name": ["a"]}, geometry=SQUARES[:1], crs="EPSG:4326")
    for layer in ("first", "second"):
        frame.to_file(path, layer=layer)
    with pytest.raises(InputError, match="first, second"):
        read_zones(path, "communes")
    with pytest.raises(InputError, match="no layer 'third'"):
        read_zones(path, "communes", layer="third")
    assert len(read_zones(path, "communes", layer="second")) == 1


def test_every_problem_of_every_feature_at_once(tmp_path: Path) -> None:
    shapes = [SQUARES[0], None, Point(105, 21), Polygon(), box(500_000, 2_300_000, 500_100, 2_300_100), SQUARES[1]]
    columns: dict[str, list[Any]] = {
        "code": ["1", "2", "1", "", "5", "6"],
        "name": ["a", None, "c", "d", "e", "f"],
        "people": ["10", "many", "-1", "1 000", "inf", None],
        "km2": [1.0, 0.0, -2.0, 3.0, 4.0, 5.0],
    }
    properties = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    found = problems(write_geojson(tmp_path / "z.geojson", shapes, properties))
    assert [(row, field) for row, field, _ in found] == [
        (2, "name"),
        (2, "people"),
        (2, "km2"),
        (2, "geometry"),
        (3, "code"),
        (3, "people"),
        (3, "km2"),
        (3, "geometry"),
        (4, "code"),
        (4, "people"),
        (4, "geometry"),
        (5, "people"),
        (5, "geometry"),
    ]
    messages = {(row, field): message for row, field, message in found}
    assert "'1' stands already in row 1" in messages[3, "code"]
    assert "'many'" in messages[2, "people"]
    assert "Point" in messages[3, "geometry"]
    assert "not longitude and latitude" in messages[5, "geometry"]


def test_every_missing_field_is_named_with_those_there_are(tmp_path: Path) -> None:
    path = squares(tmp_path / "z.geojson")
    with pytest.raises(InputError) as raised:
        read_zones(path, "communes", code_field="ma", name_field="ten", type_field="loai")
    assert [problem.field for problem in raised.value.problems] == ["ma", "ten", "loai"]
    assert all("code, name, people, km2" in problem.remedy for problem in raised.value.problems)


def test_files_that_are_no_zones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_zones(tmp_path / "z.geojson", "communes")
    (tmp_path / "z.geojson").write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        read_zones(tmp_path / "z.geojson", "communes")
    with pytest.raises(InputError, match="empty"):
        read_zones(write_geojson(tmp_path / "e.geojson", [], []), "communes")
    frame = geopandas.GeoDataFrame({"code": ["1"], "name": ["a"]}, geometry=SQUARES[:1], crs="EPSG:4326")
    frame.to_file(tmp_path / "z.shp")
    (tmp_path / "z.prj").unlink()
    with pytest.raises(InputError, match="no coordinate reference system"):
        read_zones(tmp_path / "z.shp", "communes")


def test_an_invalid_polygon_is_mended_and_named(tmp_path: Path) -> None:
    bow_tie = Polygon([(105, 21), (105.1, 21.1), (105.1, 21), (105, 21.1)])
    collapsed = Polygon([(105, 21), (105.1, 21.1), (105, 21)])
    path = write_geojson(tmp_path / "z.geojson", [bow_tie, SQUARES[1]], [{"code": c, "name": c} for c in "ab"])
    zones = read_zones(path, "communes")
    assert zones.geometry[0].is_valid
    assert zones.geometry[0].area == pytest.approx(0.005)
    assert len(zones.notes) == 1
    assert "mended: a (Self-intersection" in zones.notes[0]
    path = write_geojson(tmp_path / "c.geojson", [collapsed], [{"code": "a", "name": "a"}])
    with pytest.raises(InputError, match="no area"):
        read_zones(path, "communes")


def test_unknown_population_is_noted(tmp_path: Path) -> None:
    zones = read(squares(tmp_path / "z.geojson", people=[10, None]))
    assert math.isnan(zones.population[1])
    assert zones.notes == ("zones in z.geojson without a population, kept as unknown: 1",)


def test_areas_subtract_holes_whatever_way_the_rings_run() -> None:
    west, east = box(105.0, 21.0, 105.2, 21.2), box(105.3, 21.0, 105.4, 21.1)
    hole = box(105.05, 21.05, 105.1, 21.1)
    shapes = [
        west,
        Polygon(west.exterior.coords, [hole.exterior.coords]),
        Polygon(list(west.exterior.coords)[::-1], [hole.exterior.coords]),
        MultiPolygon([west, Polygon(list(east.exterior.coords)[::-1])]),
        hole,
        east,
    ]
    whole, with_hole, reversed_ring, two, only_hole, only_east = made(shapes).area_km2()
    assert with_hole == pytest.approx(whole - only_hole, rel=1e-12)
    assert reversed_ring == pytest.approx(with_hole, rel=1e-12)
    assert two == pytest.approx(whole + only_east, rel=1e-12)
    # Authalic area of a quadrangle on a sphere as large as the ellipsoid is within half a percent.
    sphere_km2 = 6371.007**2 * math.radians(0.2) * (math.sin(math.radians(21.2)) - math.sin(math.radians(21.0)))
    assert whole == pytest.approx(sphere_km2, rel=5e-3)


def made(shapes: Sequence[Any]) -> Zones:
    numbers = np.full(len(shapes), np.nan)
    names = tuple(str(index) for index in range(len(shapes)))
    return Zones("z", names, names, names, numbers, numbers, np.array(shapes, dtype=object), True, "made")


def test_the_lowest_index_wins_where_zones_overlap() -> None:
    zones = made([box(105.0, 21.0, 105.02, 21.02), box(105.01, 21.0, 105.03, 21.02)])
    grid = Grid.covering([105.0, 105.03], [21.0, 21.02], crs="EPSG:32648", resolution_m=50.0)
    index = zones.rasterize(grid)
    assert index.dtype == np.int32
    longitude_deg, latitude_deg = grid.unproject(*np.meshgrid(*grid.centres_m()))
    expected = np.full(grid.shape, -1)
    for number in (1, 0):
        expected[shapely.contains_xy(zones.geometry[number], longitude_deg, latitude_deg)] = number
    np.testing.assert_array_equal(index, expected)
    assert set(np.unique(index)) == {-1, 0, 1}


def test_zones_elsewhere_leave_the_grid_empty() -> None:
    grid = Grid("EPSG:32648", 500_000.0, 2_300_000.0, 90.0, 20, 20)
    assert (made([box(-75.0, 10.0, -74.0, 11.0)]).rasterize(grid) == -1).all()
    assert (made(SQUARES).select(np.array([False, False])).rasterize(grid) == -1).all()


def test_select_keeps_rows_together() -> None:
    zones = made(SQUARES).select([False, True])
    assert (len(zones), zones.code, zones.geometry[0]) == (1, ("1",), SQUARES[1])
    with pytest.raises(ValueError, match="mask of 2"):
        made(SQUARES).select([1, 0])


def test_geojson_comes_back_as_written(tmp_path: Path) -> None:
    zones = read(squares(tmp_path / "z.geojson", name=["Phú Thọ", 'a "b"']))
    zones.to_geojson(tmp_path / "out.geojson")
    again = read_zones(
        tmp_path / "out.geojson", "communes", population_field="population", area_field="official_area_km2"
    )
    assert (again.code, again.name) == (zones.code, zones.name)
    np.testing.assert_array_equal(again.population, zones.population)
    np.testing.assert_array_equal(again.official_area_km2, zones.official_area_km2)
    assert all(a.equals_exact(b, 0.0) for a, b in zip(again.geometry, zones.geometry, strict=True))
    assert "Phú Thọ" in (tmp_path / "out.geojson").read_text(encoding="utf-8")
    with pytest.raises(MachineError):
        zones.to_geojson(tmp_path / "nowhere" / "out.geojson")


# ---- discs


def write_discs(path: Path, *rows: str, header: str = "code,name,longitude,latitude,radius_m") -> Path:
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


@settings(deadline=None, max_examples=40)
@given(st.floats(-177, 177), st.floats(-70, 70), st.floats(10, 50_000))
def test_discs_have_the_area_of_the_circle(
    tmp_path_factory: pytest.TempPathFactory, longitude_deg: float, latitude_deg: float, radius_m: float
) -> None:
    path = write_discs(tmp_path_factory.mktemp("d") / "d.csv", f"a,A,{longitude_deg},{latitude_deg},{radius_m}")
    zones = read_discs(path, "parks")
    assert zones.area_km2()[0] == pytest.approx(math.pi * (radius_m / 1000) ** 2, rel=1e-3)
    ring = np.asarray(zones.geometry[0].exterior.coords)
    assert len(ring) >= 65
    start = np.ones(len(ring))
    _, _, distance_m = Geod(ellps="WGS84").inv(longitude_deg * start, latitude_deg * start, ring[:, 0], ring[:, 1])
    np.testing.assert_allclose(distance_m, radius_m, rtol=2e-3)


def test_discs_are_approximate_and_may_have_people(tmp_path: Path) -> None:
    header = "code,name,longitude,latitude,radius_m,population"
    zones = read_discs(
        write_discs(tmp_path / "d.csv", "tv,Thụy Vân,105.35,21.35,900,", "ph,Phú Hà,105.2,21.4,800,5", header=header),
        "p",
    )
    assert zones.approximate
    assert (zones.layer, zones.code, zones.name, zones.source) == ("p", ("tv", "ph"), ("Thụy Vân", "Phú Hà"), "d.csv")
    assert math.isnan(zones.population[0])
    assert zones.population[1] == 5.0


def test_every_problem_of_the_discs_at_once(tmp_path: Path) -> None:
    path = write_discs(
        tmp_path / "d.csv",
        "a,A,105,21,900",
        "a,,181,-91,0",
        "",
        "c,C,x,,-5",
        "d,D, E,105,21,900",
        "e,E,179.999,21,9000",
    )
    with pytest.raises(InputError) as raised:
        read_discs(path, "p")
    assert [(problem.row, problem.field) for problem in raised.value.problems] == [(6, None)]
    text = path.read_text(encoding="utf-8").replace("d,D, E,105,21,900", 'd,"D, E",105,21,900')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_discs(path, "p")
    expected = [(3, "code"), (3, "name"), (3, "longitude"), (3, "latitude"), (3, "radius_m")]
    expected += [(5, "longitude"), (5, "latitude"), (5, "radius_m")]
    assert [(problem.row, problem.field) for problem in raised.value.problems] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"code,name\na,b\n", "column is missing"),
        (b"\xff\xfe", "cannot be read"),
        (b"code,name,longitude,latitude,radius_m\n", "no rows"),
    ],
)
def test_tables_that_are_no_discs(tmp_path: Path, text: bytes, message: str) -> None:
    (tmp_path / "d.csv").write_bytes(text)
    with pytest.raises(InputError, match=message):
        read_discs(tmp_path / "d.csv", "p")


def test_a_disc_over_the_edge_of_the_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="edge of the map"):
        read_discs(write_discs(tmp_path / "d.csv", "a,A,179.999,21,9000"), "p")


# ---- the real communes


@pytest.fixture(scope="module")
def communes() -> Zones:
    return read_zones(COMMUNES, "communes", type_field="type", population_field="population", area_field="area_km2")


@needs_shared
def test_the_communes_of_phu_tho(communes: Zones) -> None:
    assert len(communes) == 148
    assert communes.population.sum() == 4_022_493
    assert communes.official_area_km2.sum() == pytest.approx(9361.42, abs=0.005)
    assert (communes.kind.count("Phường"), communes.kind.count("Xã")) == (15, 133)
    assert communes.notes == ()
    west, south, east, north = communes.bounds_deg()
    np.testing.assert_allclose([west, south, east, north], [104.81, 20.31, 105.86, 21.72], atol=0.02)
    assert communes.area_km2().sum() == pytest.approx(9361.42, rel=2e-3)


@needs_shared
def test_the_communes_on_a_raster_keep_their_area(communes: Zones) -> None:
    west, south, east, north = communes.bounds_deg()
    grid = Grid.covering([west, east, west, east], [south, south, north, north], crs="EPSG:32648", resolution_m=90.0)
    index = communes.rasterize(grid)
    inside = index >= 0
    raster_km2 = np.bincount(index[inside], weights=grid.pixel_area_km2()[inside], minlength=148)
    polygon_km2 = communes.area_km2()
    assert raster_km2.sum() == pytest.approx(polygon_km2.sum(), rel=1e-3)
    np.testing.assert_allclose(raster_km2, polygon_km2, rtol=0.01)
