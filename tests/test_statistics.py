"""Area and people covered, on rasters drawn by hand: sums, several layers, and when a pixel counts as covered."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.statistics import (
    COVERED,
    NO_DATA,
    NO_SHARE,
    NOT_COVERED,
    OF,
    Verdicts,
    Weights,
    whole_area,
    zone_statistics,
    zone_sums,
)
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
    rows = zone_statistics("communes", HALVES, {"4G": Verdicts(state)}, GRID)
    for half, (_, row) in zip((slice(0, 8), slice(8, 16)), rows.iterrows(), strict=True):
        part, area_km2 = state[:, half], AREA_KM2[:, half]
        known, covered = area_km2[part != NO_DATA].sum(), area_km2[part == COVERED].sum()
        assert row["area_km2"] == pytest.approx(area_km2.sum())
        assert row["known_area_km2"] == pytest.approx(known)
        assert row["covered_km2"] == pytest.approx(covered)
        assert row["no_data_percent"] == pytest.approx(100 * (1 - known / area_km2.sum()), abs=1e-6)
        if known > 0:
            assert row["covered_percent"] == pytest.approx(100 * covered / known)
            assert row["covered_population"] == pytest.approx(row["population"] * covered / known)
        else:
            assert np.isnan(row[["covered_percent", "covered_population", "covered_population_percent"]].tolist()).all()


def test_technologies_stand_apart() -> None:
    masks = {"4G": Verdicts(np.full(GRID.shape, COVERED)), "5G": Verdicts(np.full(GRID.shape, NOT_COVERED))}
    rows = zone_statistics("communes", HALVES, masks, GRID)
    assert rows.groupby("technology")["covered_percent"].unique().map(list).to_dict() == {"4G": [100.0], "5G": [0.0]}
    assert len(rows) == 4
    assert len(whole_area(rows, "all")) == 2


def test_people_are_spread_evenly_over_their_own_zone() -> None:
    state = np.full(GRID.shape, NOT_COVERED)
    state[:, :4] = COVERED  # half of the first zone's area, none of the second's
    rows = zone_statistics("communes", HALVES, {"4G": Verdicts(state)}, GRID)
    assert rows["covered_population"].to_numpy() == pytest.approx([1500.0, 0.0], rel=1e-4)
    area = whole_area(rows, "all").iloc[0]
    assert area["covered_percent"] == pytest.approx(25.0, abs=0.01)
    assert area["covered_population_percent"] == pytest.approx(100 * 1500 / 4000, abs=0.01)
    share = measure(rows, "population")
    assert share.measured_percent == pytest.approx(37.5, abs=0.01)
    assert measure(rows, "area").measured_percent == pytest.approx(25.0, abs=0.01)


def test_a_pixel_in_two_zones_is_counted_once() -> None:
    overlapping = zones((0, 10, 0, 12), (6, 16, 0, 12), people=[1.0, 1.0])
    rows = zone_statistics("communes", overlapping, {"4G": Verdicts(np.full(GRID.shape, COVERED))}, GRID)
    assert rows["area_km2"].sum() == pytest.approx(AREA_KM2.sum())
    assert rows["area_km2"].iloc[0] == pytest.approx(AREA_KM2[:, :10].sum())


def test_a_zone_between_pixel_centres_has_no_share_and_is_not_met() -> None:
    tiny = zones((0, 8, 0, 12), (9.1, 9.4, 3.1, 3.4), people=[3000.0, 1000.0])
    rows = zone_statistics("communes", tiny, {"4G": Verdicts(np.full(GRID.shape, COVERED))}, GRID)
    assert rows["area_km2"].iloc[1] == 0.0
    assert np.isnan(rows[["covered_percent", "covered_population", "no_data_percent"]].iloc[1].tolist()).all()
    alone = measure(rows.iloc[1:], "population")
    assert (alone.low_percent, alone.high_percent) == (0.0, 100.0)
    both = measure(rows, "population")  # a quarter of the people: of them nothing is known
    assert both.low_percent == pytest.approx(75.0)
    assert both.high_percent == pytest.approx(100.0)
    assert both.measured_percent == pytest.approx(100.0)


def test_half_of_all_places_needs_no_margin() -> None:
    assert CoverageDefinition(location_percent=50.0).median_threshold_dbm == -115.0
    wide = CoverageDefinition(threshold_dbm=-115.0, location_percent=90.0, shadow_sigma_db=8.0)
    assert wide.median_threshold_dbm == pytest.approx(-115.0 + 8.0 * 1.2815516)


def random_verdicts(seed: int) -> Verdicts:
    rng = np.random.default_rng(seed)
    covered = rng.choice(np.array(STATES, dtype=np.uint8), GRID.shape)
    share = rng.integers(0, 10_001, GRID.shape).astype(np.uint16)
    share[rng.random(GRID.shape) < 0.2] = NO_SHARE
    return Verdicts(covered, share, *(rng.integers(-1, 900_000, GRID.shape).astype(np.int32) for _ in range(2)))


def random_weights(seed: int) -> Weights:
    people = np.random.default_rng(seed).uniform(0.0, 300.0, GRID.shape)
    people[:2] = np.nan
    return Weights.of(GRID, people)


HALF_OF_PIXEL = HALVES.rasterize(GRID)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_sums_are_those_of_plain_whole_numbers(seed: int) -> None:
    verdicts, weights = random_verdicts(seed), random_weights(seed)
    assert verdicts.probability is not None
    assert verdicts.downlink_kbps is not None
    assert verdicts.uplink_kbps is not None
    assert weights.people is not None
    expected = [[0] * len(OF) for _ in range(2)]
    for i, j in np.ndindex(GRID.shape):
        of, area, lives = expected[HALF_OF_PIXEL[i, j]], int(weights.area[i, j]), int(weights.people[i, j])
        state, share = verdicts.covered[i, j], int(verdicts.probability[i, j])
        of[OF.area] += area
        of[OF.people] += lives
        if state == NO_DATA:
            continue
        of[OF.known] += area
        of[OF.known_people] += lives
        share = 10_000 * int(state == COVERED) if share == NO_SHARE else share
        of[OF.expected] += area * share
        of[OF.expected_people] += lives * share
        if state == COVERED:
            of[OF.covered] += area
            of[OF.covered_people] += lives
            of[OF.downlink] += area * max(int(verdicts.downlink_kbps[i, j]), 0)
            of[OF.uplink] += area * max(int(verdicts.uplink_kbps[i, j]), 0)
    assert zone_sums(HALF_OF_PIXEL, 2, weights, verdicts).tolist() == expected


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, GRID.columns - 1), max_size=4, unique=True), st.booleans())
def test_sums_of_parts_are_that_of_the_whole(seed: int, cuts: list[int], turned: bool) -> None:
    verdicts, weights = random_verdicts(seed), random_weights(seed)
    edges = [0, *sorted(cuts), GRID.columns]
    parts = [(slice(None), slice(left, right)) for left, right in pairwise(edges)]
    total = np.zeros((2, len(OF)), dtype=np.int64)
    for part in reversed(parts) if turned else parts:
        total += zone_sums(HALF_OF_PIXEL[part], 2, weights.window(part), verdicts.window(part))
    np.testing.assert_array_equal(total, zone_sums(HALF_OF_PIXEL, 2, weights, verdicts))


def test_what_was_summed_can_be_taken_out_again() -> None:
    before, after, weights, part = (
        random_verdicts(1),
        random_verdicts(2),
        random_weights(3),
        (slice(3, 9), slice(5, 16)),
    )
    parts: list[Any] = [np.array(one) for one in before]
    mixed = Verdicts(*parts)
    for one, other in zip(mixed, after, strict=True):
        assert one is not None
        assert other is not None
        one[part] = other[part]
    sums = zone_sums(HALF_OF_PIXEL, 2, weights, before)
    sums += zone_sums(HALF_OF_PIXEL[part], 2, weights.window(part), after.window(part))
    sums -= zone_sums(HALF_OF_PIXEL[part], 2, weights.window(part), before.window(part))
    np.testing.assert_array_equal(sums, zone_sums(HALF_OF_PIXEL, 2, weights, mixed))


def test_people_are_counted_where_they_live() -> None:
    """All people of the first half live in its first column, which is covered."""
    people = np.zeros(GRID.shape)
    people[:, 0], people[:, 12], people[0, 12] = 10.0, 5.0, np.nan
    state = np.full(GRID.shape, NOT_COVERED)
    state[:, 0] = COVERED
    state[6:, 12] = NO_DATA
    rows = zone_statistics("communes", HALVES, {"4G": Verdicts(state)}, GRID, people)
    assert rows["covered_population_percent"].tolist() == [100.0, 0.0]
    assert rows["covered_population"].tolist() == [3000.0, 0.0]  # the zone's people are those of its own figure
    assert rows["covered_percent"].iloc[0] == pytest.approx(12.5, rel=1e-3)


def test_the_expected_share_is_the_mean_of_the_probabilities() -> None:
    share = np.full(GRID.shape, 2_500, dtype=np.uint16)
    share[:, 4:8] = 7_500
    state = np.full(GRID.shape, NOT_COVERED)
    state[:, 4:8] = COVERED
    state[:, 12:] = NO_DATA
    share[:, 12:] = NO_SHARE
    rows = zone_statistics("communes", HALVES, {"4G": Verdicts(state, share)}, GRID)
    assert rows["expected_percent"].to_numpy() == pytest.approx([50.0, 25.0], abs=0.01)
    alone = zone_statistics("communes", HALVES, {"4G": Verdicts(state)}, GRID)
    np.testing.assert_array_equal(alone["expected_percent"], alone["covered_percent"])
    area = whole_area(rows, "all").iloc[0]
    weighted = (rows["expected_percent"] * rows["known_area_km2"]).sum() / rows["known_area_km2"].sum()
    assert area["expected_percent"] == pytest.approx(weighted)


def test_rates_are_means_over_the_covered_area() -> None:
    state = np.full(GRID.shape, NOT_COVERED)
    state[:, :2] = COVERED
    down, up = np.full(GRID.shape, 400_000, dtype=np.int32), np.full(GRID.shape, 1_000, dtype=np.int32)
    down[:, 1], up[:, 1] = 100_000, -1  # no uplink at all counts as none
    rows = zone_statistics("communes", HALVES, {"4G": Verdicts(state, None, down, up)}, GRID)
    assert rows["downlink_mbps"].iloc[0] == pytest.approx(250.0, rel=1e-3)
    assert rows["uplink_mbps"].iloc[0] == pytest.approx(0.5, rel=1e-3)
    assert np.isnan(rows[["downlink_mbps", "uplink_mbps"]].iloc[1].tolist()).all()
    assert whole_area(rows, "all").iloc[0]["downlink_mbps"] == pytest.approx(250.0, rel=1e-3)


def test_the_table_has_the_columns_of_a_run() -> None:
    rows = zone_statistics("communes", HALVES, {"4G": Verdicts(np.full(GRID.shape, COVERED))}, GRID)
    assert {"area_km2", "covered_km2", "covered_percent", "population", "covered_population"} <= set(rows.columns)
    assert isinstance(rows, pd.DataFrame)
    assert list(whole_area(rows, "all").columns) == list(rows.columns)
