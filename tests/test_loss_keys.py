"""The names of path losses: another one for all they depend on, the same for all else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from phusong.coverage.ground import Ground
from phusong.coverage.loss_pieces import BLOCK
from phusong.coverage.plan import Transmitter
from phusong.coverage.propagate import LossKeys, plan_propagation, propagate
from phusong.scenarios.land_cover import LandCover, LandCoverClass
from phusong.scenarios.schema import Propagation
from phusong.scenarios.store import Run
from phusong.terrain.grid import Grid

GRID = Grid(crs="EPSG:32648", west_m=500_000.0, north_m=2_350_000.0, resolution_m=100.0, rows=600, columns=520)
HEIGHT_M = np.random.default_rng(2).uniform(0.0, 300.0, GRID.shape).astype(np.float32)
WANTED = np.ones(GRID.shape, dtype=np.bool_)
PROPAGATION = Propagation(radius_km=5.0)
GROUND = Ground(GRID, HEIGHT_M, None)
MAST = replace(
    Transmitter.without_cells(
        frequency_mhz=1842.5, column=120.25, row=130.0, ground_m=55.0, height_m=30.0, latitude_deg=21.3
    ),
    site="A",
)
"""Its reach, 50 pixels and some beyond, lies within the first block."""
FAR, NEAR = (BLOCK + 200, 300), (100, 100)


def name(
    mast: Transmitter = MAST, ground: Ground = GROUND, wanted: npt.NDArray[np.bool_] = WANTED, **settings: Any
) -> str:
    propagation = Propagation.model_validate(PROPAGATION.model_dump() | settings)
    return LossKeys(ground, wanted, propagation).key(mast)


OURS = name()


def changed(values: npt.NDArray[Any], pixel: tuple[int, int], value: float) -> npt.NDArray[Any]:
    copy = values.copy()
    copy[pixel] = value
    return copy


@pytest.mark.parametrize("pixel", [NEAR, FAR])
@pytest.mark.parametrize("what", ["height", "missing height", "wanted", "clutter", "land cover"])
def test_the_ground_within_reach_counts_and_no_other(what: str, pixel: tuple[int, int]) -> None:
    classes = (LandCoverClass(10, "trees", 12.0, 0.0, 8.0, "forest"),)
    clutter_m = np.full(GRID.shape, 5.0, dtype=np.float32)
    of_pixel = np.zeros(GRID.shape, dtype=np.uint8)
    ground = Ground(GRID, HEIGHT_M, clutter_m, LandCover(classes, of_pixel, "", False))
    before = name(ground=ground)
    assert before != OURS
    match what:
        case "height":
            other = name(ground=replace(ground, height_m=changed(HEIGHT_M, pixel, HEIGHT_M[pixel] + 1.0)))
        case "missing height":
            other = name(ground=replace(ground, height_m=changed(HEIGHT_M, pixel, np.nan)))
        case "wanted":
            other = name(ground=ground, wanted=changed(WANTED, pixel, False))
        case "clutter":
            other = name(ground=replace(ground, clutter_m=changed(clutter_m, pixel, 5.5)))
        case _:
            cover = LandCover(classes, changed(of_pixel, pixel, 1), "", False)
            other = name(ground=replace(ground, land_cover=cover))
    assert (other != before) == (pixel == NEAR)


@pytest.mark.parametrize(
    "settings",
    [
        {"radius_km": 5.01}, {"model": "hata"}, {"mode": "fast"}, {"receiver_height_m": 1.6}, {"delta_n": 46.0},
        {"time_percent": 49.0}, {"polarization": "horizontal"}, {"greatest_loss_db": 169.0},
        {"settings": {"location_percent": 60.0}},
        {"added_losses": [{"name": "p838", "settings": {"rain_rate_mm_h": 9.0}}]},
    ],
)  # fmt: skip
def test_every_setting_of_the_model_counts(settings: dict[str, Any]) -> None:
    assert name(**settings) != OURS
    assert name(**settings) == name(**settings)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("frequency_mhz", 1842.6), ("row", 130.5), ("column", 120.0), ("ground_m", 55.1), ("height_m", 30.1),
        ("latitude_deg", 21.4),
    ],
)  # fmt: skip
def test_everything_of_the_mast_counts(field: str, value: float) -> None:
    change: dict[str, Any] = {field: value}
    assert name(replace(MAST, **change)) != OURS


def test_who_radiates_what_does_not_count() -> None:
    other = replace(MAST, site="B", sectors=np.ones(3, dtype=MAST.sectors.dtype))
    assert name(other) == OURS
    assert name(replace(MAST, channel=MAST.channel._replace(operator="VNPT"))) == OURS


def test_the_resolution_counts() -> None:
    assert name(ground=Ground(replace(GRID, resolution_m=99.0), HEIGHT_M, None)) != OURS


def test_equal_names_are_equal_losses() -> None:
    """Far ground may change, and with it the window that a job is cut from: the losses stay the same to the bit."""
    far = Ground(GRID, changed(HEIGHT_M, FAR, 999.0), None)
    neighbour = replace(MAST, row=200.0, column=180.5)
    results = []
    for ground, masts in ((GROUND, {"a": MAST}), (far, {"a": MAST, "b": neighbour})):
        jobs = list(plan_propagation(masts, ground, WANTED, PROPAGATION))
        results.append(dict(pair for job in jobs for pair in propagate(job)))
    assert set(results[1]) == {"a", "b"}
    assert results[0]["a"] == results[1]["a"] != results[1]["b"]


def test_powers_tilts_azimuths_and_loads_of_a_run_do_not_count(network_run: Run) -> None:
    """Of a whole network: other figures of the antennas, and other loads, name the same losses."""
    from phusong.coverage.prepare import prepare, reopen

    before = reopen(network_run)
    register = before.register
    turned = replace(
        register,
        power_dbm=register.power_dbm - 3.0,
        electrical_tilt_deg=register.electrical_tilt_deg + 1.0,
        mechanical_tilt_deg=register.mechanical_tilt_deg + 1.0,
        azimuth_deg=(register.azimuth_deg + 7.0) % 360.0,
    )
    scenario = before.scenario.model_copy(update={"link_overrides": ()})
    given = {name: getattr(before, name) for name in ("elevation", "ground", "land_cover", "people", "zones")}
    after = prepare(scenario, register=turned, **given)
    assert after.network.keys == before.network.keys
    higher = prepare(scenario, register=replace(register, antenna_height_m=register.antenna_height_m + 1.0), **given)
    assert not set(higher.network.keys) & set(before.network.keys)
