"""The facts of the packaged scenario: totals, names, and where the industrial parks lie."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from tests.shared_data import SHARED, needs_shared

FOLDER = Path(__file__).resolve().parents[1] / "scenarios" / "phu_tho"
OFFICIAL_AREA_KM2 = 9361.42


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, dtype={"code": str, "commune_code": str})


@pytest.fixture(scope="module")
def communes() -> pd.DataFrame:
    return table("communes.csv")


@pytest.fixture(scope="module")
def outline() -> shapely.Polygon:
    return shapely.Polygon(table("outline.csv").to_numpy())


@pytest.fixture(scope="module")
def parks() -> geopandas.GeoDataFrame:
    """The parks as discs in UTM zone 48 N [m]."""
    facts = table("industrial_parks.csv")
    centre = geopandas.GeoSeries(geopandas.points_from_xy(facts.longitude, facts.latitude), crs=4326).to_crs(32648)
    return geopandas.GeoDataFrame(facts, geometry=centre.buffer(facts.radius_m))


def test_totals(communes: pd.DataFrame) -> None:
    assert len(communes) == 148
    assert communes.area_km2.sum() == pytest.approx(OFFICIAL_AREA_KM2, abs=1e-6)
    assert communes.population.sum() == 4_022_493
    assert communes.type.value_counts().to_dict() == {"Xã": 133, "Phường": 15}
    assert communes.old_province.value_counts().to_dict() == {"Phú Thọ": 66, "Hòa Bình": 46, "Vĩnh Phúc": 36}


def test_codes_and_names_are_clean(communes: pd.DataFrame) -> None:
    assert communes.code.is_unique
    assert communes.code.str.fullmatch(r"\d{5}").all()
    for column in ("name", "type", "old_province"):
        assert all(text == unicodedata.normalize("NFC", text).strip() for text in communes[column])


def test_outline_is_coarse_and_has_the_official_area(outline: shapely.Polygon, communes: pd.DataFrame) -> None:
    assert outline.is_valid
    assert 60 <= len(outline.exterior.coords) - 1 <= 120
    area_km2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(outline)[0]) / 1e6
    assert area_km2 == pytest.approx(OFFICIAL_AREA_KM2, rel=0.003)
    assert shapely.contains_xy(outline, communes.longitude, communes.latitude).all()


def test_parks_are_approximate_discs_inside_the_province(
    parks: geopandas.GeoDataFrame, outline: shapely.Polygon, communes: pd.DataFrame
) -> None:
    known = {"Thụy Vân", "Phú Hà", "Khai Quang", "Bình Xuyên", "Bá Thiện", "Bá Thiện II", "Thăng Long Vĩnh Phúc"}
    known |= {"Lương Sơn", "Bờ Trái Sông Đà", "Trung Hà", "Cẩm Khê", "Tam Dương"}
    assert known <= set(parks.name)
    assert parks.code.is_unique
    assert (parks.position == "approximate").all()
    assert parks.commune_code.isin(communes.code).all()
    assert parks.radius_m.between(600, 1000).all()
    province = geopandas.GeoSeries([outline], crs=4326).to_crs(32648)[0]
    assert parks.geometry.within(province).all()


def test_parks_do_not_overlap(parks: geopandas.GeoDataFrame) -> None:
    first, second = parks.sindex.query(parks.geometry, predicate="intersects")
    np.testing.assert_array_equal(first, second)


@needs_shared
def test_facts_are_those_of_their_source(communes: pd.DataFrame) -> None:
    source = pd.read_csv(SHARED / "data" / "admin" / "phutho_communes_148.csv", dtype={"code": str})
    source = source.set_index("code").loc[communes.code].reset_index()
    assert [unicodedata.normalize("NFC", name) for name in source.name] == list(communes.name)
    for column, theirs in {
        "area_km2": "area_km2",
        "population": "population",
        "longitude": "lon",
        "latitude": "lat",
    }.items():
        np.testing.assert_array_equal(communes[column], source[theirs])


@needs_shared
def test_every_park_lies_in_the_real_polygon_of_its_commune(parks: geopandas.GeoDataFrame) -> None:
    real = (
        geopandas.read_file(SHARED / "data" / "admin" / "phutho_communes_148.geojson").to_crs(32648).set_index("code")
    )
    homes = real.geometry.loc[parks.commune_code]
    assert shapely.contains(homes.to_numpy(), parks.geometry.to_numpy()).all()


@needs_shared
def test_outline_follows_the_real_one(outline: shapely.Polygon) -> None:
    real = geopandas.read_file(SHARED / "data" / "admin" / "phutho_communes_148.geojson").union_all()
    assert outline.intersection(real).area / outline.union(real).area > 0.97
