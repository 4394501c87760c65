"""The synthetic register: totals, places, reproducibility, and the arithmetic it is made with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import KDTree

from phusong.errors import InputError
from phusong.scenarios.registers import Register
from phusong.scenarios.sampling import apportion, interleaved, systematic
from phusong.scenarios.synthetic import make_register
from phusong.scenarios.synthetic_facts import read_register_facts
from phusong.terrain.made_zones import make_zones
from phusong.terrain.relief import Relief
from phusong.terrain.zones import Zones, read_discs

PHU_THO = Path(__file__).resolve().parents[1] / "scenarios" / "phu_tho"
FACTS = PHU_THO / "register.toml"
FloatArray = npt.NDArray[np.float64]


class Ridge(Relief):
    """A plain in the west, a steep ridge in the east, and a river through the middle; nothing is known in the north."""

    def __init__(self) -> None:
        pass

    def height_m(self, longitude_deg: npt.ArrayLike, latitude_deg: npt.ArrayLike) -> FloatArray:
        east = np.maximum(np.asarray(longitude_deg) - 10.5, 0.0)
        height = 20.0 + 900.0 * east * (1.2 + np.sin(80.0 * east))
        return np.where(np.asarray(latitude_deg) < 50.45, height, np.nan)

    def is_water(self, longitude_deg: npt.ArrayLike, latitude_deg: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        near = np.abs(np.asarray(latitude_deg) - 50.2) < 0.01
        return near & (np.asarray(longitude_deg) > 0.0)


def strip_zones(people: tuple[float, float] = (90_000.0, 2_000.0)) -> Zones:
    """A ward in the plain and a commune on the ridge, each 0.5 degrees wide."""
    geometry = np.array([shapely.box(10.0, 50.0, 10.5, 50.5), shapely.box(10.5, 50.0, 11.0, 50.5)], dtype=object)
    unknown = np.full(2, np.nan)
    return Zones(
        "communes", ("1", "2"), ("Đồng", "Núi"), ("Phường", "Xã"), np.array(people), unknown, geometry, True, "test"
    )


@pytest.fixture(scope="module")
def write_facts(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write the packaged facts with some texts replaced, as a network of 300 sites."""

    def write(*replacements: tuple[str, str]) -> Path:
        text = FACTS.read_text(encoding="utf-8")
        small = (("sites = 9283", "sites = 300"), ("sites_with_5g = 868", "sites_with_5g = 40"))
        for old, new in (*small, ("km2_per_5g_site = 1.25", "km2_per_5g_site = 2.0"), *replacements):
            assert old in text
            text = text.replace(old, new)
        folder = tmp_path_factory.mktemp("facts")
        (folder / "relief.csv").touch()
        (folder / "register.toml").write_text(text, encoding="utf-8")
        return folder / "register.toml"

    return write


@pytest.fixture(scope="module")
def small(write_facts: Callable[..., Path]) -> Register:
    return make_register(write_facts(), 7, communes=strip_zones(), parks=None, relief=Ridge())


@pytest.fixture(scope="module")
def communes() -> Zones:
    return make_zones(PHU_THO / "communes.csv", PHU_THO / "outline.csv", "communes")


@pytest.fixture(scope="module")
def parks() -> Zones:
    return read_discs(PHU_THO / "industrial_parks.csv", "industrial_parks")


@pytest.fixture(scope="module")
def relief() -> Relief:
    return Relief.from_facts(PHU_THO / "relief.csv", 1)


@pytest.fixture(scope="module")
def register(communes: Zones, parks: Zones, relief: Relief) -> Register:
    return make_register(FACTS, 1, communes=communes, parks=parks, relief=relief)


@pytest.fixture(scope="module")
def sites(register: Register) -> pd.DataFrame:
    """One row a site, with has_5g."""
    cells = register.to_frame()
    sites = cells.drop_duplicates("site").set_index("site")
    return sites.assign(has_5g=sites.index.isin(cells.site[cells.technology == "5G"]))


def held(zones: Zones, sites: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which zone holds which site, shape (zones, sites)."""
    shapely.prepare(zones.geometry)
    return np.array([shapely.contains_xy(zone, sites.longitude, sites.latitude) for zone in zones.geometry])


def test_totals(register: Register, sites: pd.DataFrame) -> None:
    assert len(sites) == 9283
    assert sites.has_5g.sum() == 868
    assert np.count_nonzero(register.technology == "4G") == 27_849
    assert np.count_nonzero(register.technology == "5G") == 2_604
    assert len(set(register.cell)) == len(register)
    assert register.synthetic
    assert (register.status == "on").all()


def test_same_seed_same_register_other_seed_another(
    register: Register, communes: Zones, parks: Zones, relief: Relief
) -> None:
    again = make_register(FACTS, 1, communes=communes, parks=parks, relief=relief)
    other = make_register(FACTS, 2, communes=communes, parks=parks, relief=relief)
    assert again.to_frame().to_csv() == register.to_frame().to_csv()
    assert not np.array_equal(other.longitude_deg[:100], register.longitude_deg[:100])


def test_every_site_stands_on_dry_land_in_one_commune(sites: pd.DataFrame, communes: Zones, relief: Relief) -> None:
    assert (held(communes, sites).sum(axis=0) == 1).all()
    assert not relief.is_water(sites.longitude.to_numpy(), sites.latitude.to_numpy()).any()
    assert np.isfinite(relief.height_m(sites.longitude.to_numpy(), sites.latitude.to_numpy())).all()


def test_every_commune_has_sites_and_5g(sites: pd.DataFrame, communes: Zones) -> None:
    holder = held(communes, sites)
    assert holder.sum(axis=1).min() >= 5
    assert holder[:, sites.has_5g].sum(axis=1).min() >= 1
    share = holder.sum(axis=1) / len(sites)
    assert np.corrcoef(share, communes.population)[0, 1] > 0.8


def test_sites_keep_their_distance(sites: pd.DataFrame) -> None:
    points = geopandas.GeoSeries(geopandas.points_from_xy(sites.longitude, sites.latitude), crs=4326).to_crs(32648)
    nearest_m = KDTree(points.get_coordinates()).query(points.get_coordinates(), k=2)[0][:, 1]
    assert nearest_m.min() > 119.9


def test_5g_reaches_wards_and_parks_first(sites: pd.DataFrame, communes: Zones, parks: Zones) -> None:
    with_5g = sites[sites.has_5g]
    assert held(parks, with_5g).sum(axis=1).min() >= 2
    ward = np.array([kind == "Phường" for kind in communes.kind])
    density = held(communes, with_5g).sum(axis=1) / communes.area_km2()
    assert np.median(density[ward]) > 2.0 * np.median(density[~ward])


def test_operators_bands_and_powers(register: Register, sites: pd.DataFrame) -> None:
    share = sites.operator.value_counts(normalize=True)
    for name, expected in {"Viettel": 0.45, "VinaPhone": 0.28, "MobiFone": 0.23, "Vietnamobile": 0.04}.items():
        assert share[name] == pytest.approx(expected, abs=0.001)
    cells = register.to_frame()
    bands_5g = cells[cells.technology == "5G"].groupby("operator").band.unique()
    assert {name: list(bands) for name, bands in bands_5g.items()} == {
        "Viettel": ["nr2600"],
        "VinaPhone": ["nr3700"],
        "MobiFone": ["nr3800"],
    }
    bands_4g = cells[cells.technology == "4G"].band.value_counts(normalize=True)
    assert bands_4g.idxmax() == "lte1800"
    assert set(bands_4g.index) == {"lte700", "lte900", "lte1800", "lte2100"}
    assert "lte700" not in set(cells[cells.operator == "MobiFone"].band)
    kinds = set(cells[["technology", "power_dbm", "antenna"]].itertuples(index=False, name=None))
    assert kinds == {("4G", 46.0, "lte-panel"), ("5G", 53.0, "nr-64t64r")}


def test_heights_tilts_and_sectors(register: Register, sites: pd.DataFrame) -> None:
    height = sites.antenna_height_m
    assert ((height.between(20, 30)) | (height.between(35, 45))).all()
    assert register.electrical_tilt_deg.min() >= 2
    assert register.electrical_tilt_deg.max() <= 6
    assert sites.electrical_tilt_deg[height <= 30].mean() > sites.electrical_tilt_deg[height >= 35].mean()
    azimuth = register.azimuth_deg.reshape(-1, 3)
    np.testing.assert_array_equal(np.diff(azimuth, axis=1) % 360.0, 120.0)
    assert azimuth[:, 0].min() == 0
    assert azimuth[:, 0].max() == 119


def test_land_decides_where_sites_stand(small: Register) -> None:
    sites = small.select(small.technology == "4G")
    assert len(set(sites.site)) == 300
    assert (np.abs(sites.latitude_deg - 50.2) >= 0.01).all()  # the river
    assert sites.latitude_deg.max() < 50.45  # beyond, the land is not known
    plain = sites.longitude_deg < 10.5
    assert plain.sum() > 3 * (~plain).sum()


def test_sparse_communes_also_get_hilltops(write_facts: Callable[..., Path]) -> None:
    def mean_height_m(share: str) -> float:
        facts = write_facts(("hill_share = 0.2", f"hill_share = {share}"))
        register = make_register(facts, 1, communes=strip_zones(), parks=None, relief=Ridge())
        east = register.longitude_deg > 10.5
        return float(Ridge().height_m(register.longitude_deg, register.latitude_deg)[east].mean())

    assert mean_height_m("0.8") > mean_height_m("0.0") + 20.0


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("share = 0.45", "share = 0.55", None),
        ("least_spacing_m = 120.0", "least_spacing_m = 900.0", "position"),
        ("sectors = 3", "sectors = 0", "network.sectors"),
        ('band_5g = "nr2600"\n', "", "operators.0"),
        ("town_height_m = [20, 30]", "town_height_m = [30, 20]", "mast"),
        ("relief.csv", "no such file.csv", "relief"),
        ("hill_share", "hil_share", "position.hil_share"),
    ],
)
def test_wrong_facts_are_named(write_facts: Callable[..., Path], old: str, new: str, field: str | None) -> None:
    with pytest.raises(InputError) as caught:
        read_register_facts(write_facts((old, new)))
    found = {problem.field: problem for problem in caught.value.problems}
    assert field in found
    assert field is None or found[field].row is not None


@pytest.mark.parametrize(("old", "new"), [("sites = 300", "sites = 300000"), ("_5g = 40", "_5g = 200")])
def test_more_sites_than_there_is_room_for(write_facts: Callable[..., Path], old: str, new: str) -> None:
    with pytest.raises(InputError, match="room for"):
        make_register(write_facts((old, new)), 1, communes=strip_zones(), parks=None, relief=Ridge())


weights = st.lists(st.floats(0.01, 100.0), min_size=1, max_size=30)


@settings(deadline=None)
@given(weights=weights, total=st.integers(0, 5000), low=st.integers(0, 20))
def test_apportioned_numbers_add_up_and_follow_the_weights(weights: list[float], total: int, low: int) -> None:
    parts = np.array(weights)
    free = apportion(total, parts)
    assert free.sum() == total
    assert np.abs(free - total * parts / parts.sum()).max() < 1.0 + 1e-5
    bounded = apportion(total + low * len(parts), parts, low, np.full(len(parts), total + low))
    assert bounded.sum() == total + low * len(parts)
    assert bounded.min() >= low


@settings(deadline=None)
@given(weights=weights, start=st.floats(0.0, 1.0, exclude_max=True), data=st.data())
def test_samples_hold_different_members(weights: list[float], start: float, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, len(weights)))
    chosen = systematic(np.array(weights), count, start)
    assert len(chosen) == len(set(chosen.tolist())) == count
    assert set(chosen.tolist()) <= set(range(len(weights)))


def test_a_systematic_sample_is_even() -> None:
    gaps = np.diff(systematic(np.ones(1000), 100, 0.3))
    assert set(gaps.tolist()) == {10}


def test_interleaved_is_mixed_everywhere() -> None:
    label = interleaved(np.array([60, 30, 10, 0]))
    assert np.bincount(label).tolist() == [60, 30, 10]
    for tenth in label.reshape(10, 10):
        assert abs(np.count_nonzero(tenth == 0) - 6) <= 1
