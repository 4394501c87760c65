"""Zones' statistics on rasters drawn by hand, and the verdicts on both sides of their limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from phusong.coverage.statistics import WHOLE_AREA, Verdicts, whole_area, zone_statistics
from phusong.coverage.targets import judge, measure, target_table
from phusong.scenarios.schema import Target
from phusong.terrain.grid import Grid
from phusong.terrain.zones import Zones

GRID = Grid(crs="EPSG:32648", west_m=500_000.0, north_m=2_350_000.0, resolution_m=1000.0, rows=4, columns=10)


def zones() -> Zones:
    """Two zones side by side: six and four columns of the grid, the second without a population."""
    boxes = []
    for west, east in ((0, 6), (6, 10)):
        x_m = 500_000.0 + 1000.0 * np.array([west, east, east, west])
        y_m = 2_350_000.0 - 1000.0 * np.array([4, 4, 0, 0])
        longitude, latitude = GRID.unproject(x_m, y_m)
        boxes.append(shapely.Polygon(np.column_stack([longitude, latitude])))
    return Zones(
        layer="communes",
        code=("1", "2"),
        name=("Một", "Hai"),
        kind=("Phường", "Xã"),
        population=np.array([2400.0, np.nan]),
        official_area_km2=np.array([24.0, 16.0]),
        geometry=np.array(boxes, dtype=np.object_),
        approximate=False,
        source="drawn",
    )


def table(covered: np.ndarray) -> pd.DataFrame:
    rows = zone_statistics("communes", zones(), {"4G": Verdicts(covered.astype(np.uint8))}, GRID)
    return pd.concat([whole_area(rows, "Cả vùng"), rows], ignore_index=True)


def test_areas_shares_and_people_add_up() -> None:
    covered = np.zeros(GRID.shape)
    covered[:, :3] = 1  # half of the first zone
    covered[:2, 6:] = 255  # half of the second has no data
    covered[2, 6:] = 1  # half of what is known of it is covered
    area, first, second = (row for _, row in table(covered).iterrows())
    assert first["area_km2"] == pytest.approx(24.0, rel=2e-3)
    assert first["covered_percent"] == pytest.approx(50.0, abs=0.01)
    assert first["covered_population"] == pytest.approx(1200.0, rel=1e-3)
    assert first["no_data_percent"] == pytest.approx(0.0, abs=1e-9)
    assert second["covered_percent"] == pytest.approx(50.0, abs=0.01)
    assert second["known_area_km2"] == pytest.approx(8.0, rel=2e-3)
    assert second["no_data_percent"] == pytest.approx(50.0, abs=0.01)
    assert np.isnan(second["covered_population"])
    assert (area["layer"], area["name"]) == (WHOLE_AREA, "Cả vùng")
    assert area["area_km2"] == pytest.approx(first["area_km2"] + second["area_km2"])
    assert area["covered_percent"] == pytest.approx(100 * 16 / 32, abs=0.01)
    assert area["covered_population_percent"] == pytest.approx(50.0, abs=0.01)


def test_a_zone_without_any_data_has_no_share() -> None:
    rows = table(np.full(GRID.shape, 255))
    assert rows["covered_percent"].isna().all()
    assert (rows["covered_km2"] == 0.0).all()
    assert rows["no_data_percent"].to_numpy() == pytest.approx(100.0)


def target(percent: float, **fields: str) -> Target:
    return Target.model_validate(
        {"name": "t", "technology": "4G", "zones": "communes", "at_least_percent": percent, **fields}
    )


@pytest.mark.parametrize(
    ("uncovered", "unknown", "percent", "verdict"),
    [
        (0, 0, 100.0, "met"),
        (1, 0, 100.0, "missed"),
        (4, 0, 90.0, "met"),  # 36 of 40 pixels: exactly 90 %
        (5, 0, 90.0, "missed"),
        (0, 4, 90.0, "met"),  # whatever the four hold
        (0, 5, 90.0, "cannot tell"),
        (1, 4, 90.0, "cannot tell"),
        (5, 4, 90.0, "missed"),  # even if all four were covered
    ],
)
def test_verdicts(uncovered: int, unknown: int, percent: float, verdict: str) -> None:
    covered = np.ones(GRID.shape).ravel()
    covered[:uncovered] = 0
    covered[uncovered : uncovered + unknown] = 255
    rows = zone_statistics("communes", zones(), {"4G": Verdicts(covered.reshape(GRID.shape).astype(np.uint8))}, GRID)
    # The pixels' true areas differ by 1e-5: a limit exactly on a count is set a hair below.
    share = measure(rows, "area")
    assert judge(target(min(percent, 100.0) * (1 - 1e-4) if verdict == "met" else percent), share) == verdict
    assert share.low_percent <= share.high_percent


def test_a_type_of_zone_and_people_are_counted_alone() -> None:
    covered = np.zeros(GRID.shape, dtype=np.uint8)
    covered[:, :3] = 1
    rows = zone_statistics("communes", zones(), {"4G": Verdicts(covered)}, GRID)
    wards, people = target(40.0, zone_type="Phường"), target(60.0, measure="population")
    verdicts = target_table([wards, people], rows)
    assert verdicts["verdict"].tolist() == ["met", "missed"]
    assert verdicts["measured_percent"].to_numpy() == pytest.approx([50.0, 50.0], abs=0.01)


def test_nothing_counted_cannot_be_told() -> None:
    rows = zone_statistics("communes", zones(), {"4G": Verdicts(np.ones(GRID.shape, dtype=np.uint8))}, GRID)
    share = measure(rows[rows["name"] == "Hai"], "population")
    assert np.isnan(share.measured_percent)
    assert judge(target(50.0, measure="population"), share) == "cannot tell"
