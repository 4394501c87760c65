"""Area and people covered, on rasters drawn by hand: sums, several layers, and when a pixel counts as covered."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.combine import covered_pixels, erase_unwanted
from phusong.coverage.link import NO_SERVER, NO_SIGNAL_DBM, Layers
from phusong.coverage.statistics import COVERED, NO_DATA, NOT_COVERED, whole_area, zone_statistics
from phusong.coverage.targets import measure
from phusong.scenarios.schema import CoverageDefinition
from phusong.terrain.grid import Grid
from phusong.terrain.zones import Zones

GRID = Grid(crs="EPSG:32648", west_m=500_000.0, north_m=2_350_000.0, resolution_m=500.0, rows=12, columns=16)
AREA_KM2 = GRID.pixel_area_km2().astype(np.float64)


def zones(*boxes: tuple[float, float, float, float], people: list[float]) -> Zones:
    """Zones from (first column, last column, first row, last row) in pixels from the grid's corner."""
    polygons = []
    for left, right, upper, lower in boxes:
        x_m = GRID.west_m + 500.0 * np.array([left, right, right, left])
        y_m = GRID.north_m - 500.0 * np.array([lower, lower, upper, upper])
        polygons.append(shapely.Polygon(np.column_stack(GRID.unproject(x_m, y_m))))
    names = tuple(f"Xã {number}" for number in range(len(boxes)))
    return Zones(
        layer="communes",
        code=names,
        name=names,
        kind=("Xã",) * len(boxes),
        population=np.array(people),
        official_area_km2=np.full(len(boxes), np.nan),
        geometry=np.array(polygons, dtype=np.object_),
        approximate=False,
        source="drawn",
    )


HALVES = zones((0, 8, 0, 12), (8, 16, 0, 12), people=[3000.0, 1000.0])
STATES = (NOT_COVERED, COVERED, NO_DATA)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1), st.floats(0, 1))
def test_every_figure_is_the_sum_of_its_pixels(seed: int, covered_share: float, missing_share: float) -> None:
    rng = np.random.default_rng(seed)
    state = np.where(rng.random(GRID.shape) < covered_share, COVERED, NOT_COVERED)
    state = np.where(rng.random(GRID.shape) < missing_share, NO_DATA, state).astype(np.uint8)
    rows = zone_statistics("communes", HALVES, {"4G": state}, GRID)
    for half, (_, row) in zip((slice(0, 8), slice(8, 16)), rows.iterrows(), strict=True):
        part, area_km2 = state[:, half], AREA_KM2[:, half]
        known, covered = area_km2[part != NO_DATA].sum(), area_km2[part == COVERED].sum()
        assert row["area_km2"] == pytest.approx(area_km2.sum())
        assert row["known_area_km2"] == pytest.approx(known)
        assert row["covered_km2"] == pytest.approx(covered)
        assert row["no_data_percent"] == pytest.approx(100 * (1 - known / area_km2.sum()), abs=1e-9)
        if known > 0:
            assert row["covered_percent"] == pytest.approx(100 * covered / known)
            assert row["covered_population"] == pytest.approx(row["population"] * covered / known)
        else:
            assert np.isnan(row[["covered_percent", "covered_population", "covered_population_percent"]].tolist()).all()


def test_technologies_stand_apart() -> None:
    masks = {"4G": np.full(GRID.shape, COVERED), "5G": np.full(GRID.shape, NOT_COVERED)}
    rows = zone_statistics("communes", HALVES, masks, GRID)
    assert rows.groupby("technology")["covered_percent"].unique().map(list).to_dict() == {"4G": [100.0], "5G": [0.0]}
    assert len(rows) == 4
    assert len(whole_area(rows, "all")) == 2


def test_people_are_spread_evenly_over_their_own_zone() -> None:
    state = np.full(GRID.shape, NOT_COVERED)
    state[:, :4] = COVERED  # half of the first zone's area, none of the second's
    rows = zone_statistics("communes", HALVES, {"4G": state}, GRID)
    assert rows["covered_population"].to_numpy() == pytest.approx([1500.0, 0.0], rel=1e-4)
    area = whole_area(rows, "all").iloc[0]
    assert area["covered_percent"] == pytest.approx(25.0, abs=0.01)
    assert area["covered_population_percent"] == pytest.approx(100 * 1500 / 4000, abs=0.01)
    share = measure(rows, "population")
    assert share.measured_percent == pytest.approx(37.5, abs=0.01)
    assert measure(rows, "area").measured_percent == pytest.approx(25.0, abs=0.01)


def test_a_pixel_in_two_zones_is_counted_once() -> None:
    overlapping = zones((0, 10, 0, 12), (6, 16, 0, 12), people=[1.0, 1.0])
    rows = zone_statistics("communes", overlapping, {"4G": np.full(GRID.shape, COVERED)}, GRID)
    assert rows["area_km2"].sum() == pytest.approx(AREA_KM2.sum())
    assert rows["area_km2"].iloc[0] == pytest.approx(AREA_KM2[:, :10].sum())


def test_a_zone_between_pixel_centres_has_no_share_and_is_not_met() -> None:
    tiny = zones((0, 8, 0, 12), (9.1, 9.4, 3.1, 3.4), people=[3000.0, 1000.0])
    rows = zone_statistics("communes", tiny, {"4G": np.full(GRID.shape, COVERED)}, GRID)
    assert rows["area_km2"].iloc[1] == 0.0
    assert np.isnan(rows[["covered_percent", "covered_population", "no_data_percent"]].iloc[1].tolist()).all()
    alone = measure(rows.iloc[1:], "population")
    assert (alone.low_percent, alone.high_percent) == (0.0, 100.0)
    both = measure(rows, "population")  # a quarter of the people: of them nothing is known
    assert both.low_percent == pytest.approx(75.0)
    assert both.high_percent == pytest.approx(100.0)
    assert both.measured_percent == pytest.approx(100.0)


def layers_of(rsrp_dbm: npt.NDArray[np.float32], in_doubt: npt.NDArray[np.bool_]) -> Layers:
    shape = rsrp_dbm.shape
    return Layers(rsrp_dbm, np.zeros(shape, dtype=np.int32), np.ones(shape, dtype=np.uint16), in_doubt)


def test_a_pixel_is_covered_from_the_threshold_on() -> None:
    definition = CoverageDefinition(threshold_dbm=-115.0, location_percent=90.0, shadow_sigma_db=8.0)
    assert definition.median_threshold_dbm == pytest.approx(-115.0 + 8.0 * 1.2815516)
    limit = np.float32(definition.median_threshold_dbm)
    below = np.nextafter(limit, np.float32(-200.0))
    rsrp_dbm = np.array([[limit, below, limit, below, limit, NO_SIGNAL_DBM, limit]], dtype=np.float32)
    in_doubt = np.array([[False, False, True, True, False, False, False]])
    has_terrain = np.array([[True, True, True, True, False, True, True]])
    wanted = np.array([[True, True, True, True, True, True, False]])
    covered = covered_pixels(layers_of(rsrp_dbm, in_doubt), definition, has_terrain, wanted)
    assert covered.tolist() == [[COVERED, NOT_COVERED, COVERED, NO_DATA, NO_DATA, NOT_COVERED, NO_DATA]]
    assert covered.dtype == np.uint8


def test_half_of_all_places_needs_no_margin() -> None:
    assert CoverageDefinition(location_percent=50.0).median_threshold_dbm == -115.0


def test_nothing_stays_where_nothing_was_asked() -> None:
    layers = layers_of(np.full((2, 2), -80.0, dtype=np.float32), np.ones((2, 2), dtype=np.bool_))
    wanted = np.array([[True, False], [False, True]])
    erase_unwanted(layers, wanted)
    assert layers.rsrp_dbm[~wanted].tolist() == [NO_SIGNAL_DBM, NO_SIGNAL_DBM]
    assert layers.server[~wanted].tolist() == [NO_SERVER, NO_SERVER]
    assert layers.overlap.tolist() == [[1, 0], [0, 1]]
    assert layers.in_doubt.tolist() == wanted.tolist()


def test_the_table_has_the_columns_of_a_run() -> None:
    rows = zone_statistics("communes", HALVES, {"4G": np.full(GRID.shape, COVERED)}, GRID)
    assert {"area_km2", "covered_km2", "covered_percent", "population", "covered_population"} <= set(rows.columns)
    assert isinstance(rows, pd.DataFrame)
    assert list(whole_area(rows, "all").columns) == list(rows.columns)
