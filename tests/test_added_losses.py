"""The registry of losses that add: every entry, both sides of every limit, pixel by pixel."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import InputError
from phusong.kernels.added_losses import ADDED_LOSSES, added_loss, find_added_loss

# An ordinary call of each.
CALLS: dict[str, dict[str, Any]] = {
    "tr38901_building": {"frequency_mhz": 1800.0, "building": "low-loss", "indoor_distance_m": 5.0},
    "tr38901_car": {"frequency_mhz": 1800.0},
    "p2108_terminal": {
        "frequency_mhz": 1800.0, "rx_height_m": 1.5, "clutter": "urban", "clutter_height_m": 15.0,
        "street_width_m": 27.0,
    },
    "p2108_terrestrial": {"distance_m": 900.0, "frequency_mhz": 1800.0, "location_percent": 50.0},
    "p2108_slant": {"elevation_deg": 30.0, "frequency_mhz": 28_000.0, "location_percent": 50.0},
    "p2109": {
        "frequency_mhz": 1800.0, "building": "traditional", "probability_percent": 50.0, "elevation_deg": 0.0,
    },
    "p833": {"depth_m": 40.0, "frequency_mhz": 1800.0, "specific_attenuation_db_m": 0.2},
    "p676_terrestrial": {
        "distance_m": 900.0, "frequency_mhz": 28_000.0, "pressure_hpa": 1000.0, "vapour_density_g_m3": 20.0,
        "temperature_k": 300.0,
    },
    "p676_slant": {
        "elevation_deg": 30.0, "frequency_mhz": 28_000.0, "low_altitude_m": 100.0, "high_altitude_m": 1e5,
        "vapour_density_g_m3": 20.0,
    },
    "p676_zenith": {
        "elevation_deg": 30.0, "frequency_mhz": 28_000.0, "pressure_hpa": 1000.0, "temperature_k": 300.0,
        "vapour_density_g_m3": 20.0,
    },
    "p838": {
        "distance_m": 900.0, "frequency_mhz": 28_000.0, "rain_rate_mm_h": 90.0, "polarization_tilt_deg": 90.0,
        "elevation_deg": 1.0,
    },
}  # fmt: skip


def test_every_loss_has_a_call_here() -> None:
    assert set(CALLS) == set(ADDED_LOSSES)


@pytest.mark.parametrize("name", ADDED_LOSSES)
def test_entry(name: str) -> None:
    entry = find_added_loss(name)
    assert entry.name == name
    assert set(entry.validity) <= set(entry.limits)
    for field, valid in entry.validity.items():
        assert entry.limits[field].low <= valid.low <= valid.high <= entry.limits[field].high
    assert entry.by_distance == ("distance_m" in CALLS[name])
    assert set(entry.limits) == {field for field, value in CALLS[name].items() if not isinstance(value, str)}


@pytest.mark.parametrize("name", ADDED_LOSSES)
def test_every_limit_has_two_sides(name: str) -> None:
    call = CALLS[name]
    for field, allowed in find_added_loss(name).limits.items():
        for edge in (allowed.low, allowed.high):
            if (name, field, edge) != ("p676_slant", "high_altitude_m", 1.0):  # it lies below the other end
                assert np.isfinite(added_loss(name, **{**call, field: edge}))
        for wrong in (math.nextafter(allowed.low, -math.inf), math.nextafter(allowed.high, math.inf), math.nan):
            with pytest.raises(InputError, match=field):
                added_loss(name, **{**call, field: wrong})


@pytest.mark.parametrize("name", ADDED_LOSSES)
def test_many_paths_are_each_alone(name: str) -> None:
    call = CALLS[name]
    field = next(iter(find_added_loss(name).limits))
    values = call[field] * np.array([1.0, 1.01, 0.99])
    together = np.asarray(added_loss(name, **{**call, field: values}))
    assert together.shape == (3,)
    alone = [added_loss(name, **{**call, field: value}) for value in values]
    assert all(isinstance(value, float) for value in alone)
    assert np.array_equal(together, np.asarray(alone))


def test_all_problems_at_once() -> None:
    with pytest.raises(InputError) as caught:
        added_loss("p2109", frequency_mhz=10.0, building="tent", probability_percent=0.0, elevation_deg=91.0)
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"frequency_mhz", "building", "probability_percent", "elevation_deg"}


def test_an_unknown_name() -> None:
    with pytest.raises(InputError, match="p2108_terrestrial"):
        added_loss("p2108")
