"""Coverage in one call, and the public names."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import phusong
from phusong.coverage.one_call import coverage_from
from phusong.errors import InputError
from phusong.terrain.grid import Grid

GRID = Grid(crs="EPSG:32648", west_m=520_000.0, north_m=2_350_000.0, resolution_m=100.0, rows=60, columns=80)
FLAT = np.full(GRID.shape, 20.0, dtype=np.float32)


def site(column: float, row: float, **figures: float) -> dict[str, float]:
    x_m, y_m = GRID.west_m + (column + 0.5) * 100.0, GRID.north_m - (row + 0.5) * 100.0
    longitude, latitude = (float(axis) for axis in GRID.unproject(x_m, y_m))
    return {"longitude": longitude, "latitude": latitude, "antenna_height_m": 30.0, "frequency_mhz": 1800.0, **figures}


def test_loss_on_flat_land_near_the_mast_is_free_space() -> None:
    loss_db = coverage_from(FLAT, GRID, [site(40, 30)], radius_m=2_000.0)
    distance_km = np.hypot(0.5, 0.0285)
    assert loss_db[30, 45] == pytest.approx(92.4 + 20 * np.log10(1.8) + 20 * np.log10(distance_km), abs=0.05)
    assert np.isfinite(loss_db[30, 40])
    assert np.isnan(loss_db[30, 61])
    assert np.isfinite(loss_db[30, 59])


def test_two_sites_give_the_better_of_each_and_power_follows_eirp() -> None:
    one, two = site(20, 30), site(60, 30, frequency_mhz=900.0)
    each = [coverage_from(FLAT, GRID, [alone], radius_m=4_000.0) for alone in (one, two)]
    both = coverage_from(FLAT, GRID, [one, two], radius_m=4_000.0)
    np.testing.assert_array_equal(both, np.fmin(*each))
    power_dbm = coverage_from(FLAT, GRID, [{**one, "eirp_dbm": 60.0}], radius_m=4_000.0)
    np.testing.assert_allclose(power_dbm, 60.0 - each[0], atol=1e-4)


def test_point_and_raster_agree() -> None:
    """One code path, or the map lies: the raster's value is that of the point-to-point model on the same profile."""
    rng = np.random.default_rng(1)
    hills = (np.cumsum(rng.normal(0, 6, GRID.shape), axis=1) + 200.0).astype(np.float32)
    loss_db = coverage_from(hills, GRID, [site(10, 30)], radius_m=9_000.0)
    distance_m = np.arange(0.0, 6_001.0, 100.0)
    point_db = phusong.path_loss(
        "p1812", distance_m=distance_m, terrain_m=hills[30, 10:71].astype(float), frequency_mhz=1800.0,
        tx_height_m=30.0, rx_height_m=1.5, latitude_deg=site(10, 30)["latitude"],
    )  # fmt: skip
    assert loss_db[30, 70] == pytest.approx(point_db, abs=0.02)


def test_every_bad_site_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        coverage_from(FLAT, GRID, [site(40, 30, frequency_mhz=9_000.0), site(400, 30), {"longitude": 105.0}])
    assert [problem.row for problem in caught.value.problems] == [1, 2, 3]
    with pytest.raises(InputError, match="shape"):
        coverage_from(FLAT[1:], GRID, [site(40, 30)])


def test_the_package_offers_its_names_and_is_quick_to_import() -> None:
    for name in phusong.__all__:
        assert getattr(phusong, name) is not None
    with pytest.raises(AttributeError):
        phusong.nothing  # noqa: B018
    program = (
        "import sys, phusong; print([m for m in ('numba', 'rasterio', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_every_bad_setting_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        coverage_from(FLAT, GRID, [site(40, 30)], mode="quick", polarization="slant", time_percent=0.0)  # type: ignore[arg-type]
    said = {problem.field: problem for problem in caught.value.problems}
    assert said.keys() == {"mode", "polarization", "time_percent"}
    assert '"exact"' in said["mode"].remedy
    with pytest.raises(InputError, match="'hata'"):
        coverage_from(FLAT, GRID, [site(40, 30)], model="hatta")
