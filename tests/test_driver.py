"""Any model over a raster: each pixel is the model's own call on the sampled profile, and the sweep's value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from phusong.kernels.models import find_model, path_loss
from phusong.kernels.raster.driver import sweep_by_model
from phusong.kernels.raster.p1812_lanes import make_carrier
from phusong.kernels.raster.profile import Mast, interpolate, sample_profile
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import sweep
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, OUT_OF_RANGE_DB, Region

RESOLUTION_M = 100.0
RADIUS_M = 2500.0
LINK: dict[str, Any] = {"frequency_mhz": 1840.0, "rx_height_m": 1.5}
WHOLE = Region(0, 61, 0, 61)


def scene(*, with_clutter: bool, seed: int = 3) -> tuple[Surface, Mast]:
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:61, 0:61]
    height_m = (100.0 + 60.0 * np.sin(rows / 7.0) * np.cos(columns / 5.0) + random.normal(size=(61, 61))).astype(
        np.float32
    )
    clutter_m = np.where(random.random((61, 61)) < 0.3, 12.0, 0.0) if with_clutter else None
    surface = Surface.lay_out(height_m, clutter_m)
    return surface, Mast(28, 31, 0.25, 0.6, interpolate(surface.ground_by_row, 31, 28, 0.6, 0.25), 30.0)


@pytest.mark.parametrize("with_clutter", [False, True])
def test_every_pixel_is_the_call_on_its_profile(with_clutter: bool) -> None:
    surface, mast = scene(with_clutter=with_clutter)
    loss_db = sweep_by_model(
        find_model("p1812"), surface, mast, region=WHOLE, resolution_m=RESOLUTION_M, radius_m=RADIUS_M, **LINK
    )
    top = surface.ground_by_row if surface.top_by_row is None else surface.top_by_row
    for row, column in [(31, 28), (31, 29), (10, 20), (50, 40), (31, 50), (8, 28), (40, 37)]:
        path = sample_profile(surface.ground_by_row, top, mast, row, column, RESOLUTION_M)
        alone = path_loss(
            "p1812", distance_m=1000.0 * path.distance_km, terrain_m=path.ground_m, tx_height_m=30.0,
            clutter_m=path.top_m - path.ground_m, **LINK,
        )  # fmt: skip
        assert loss_db[row, column] == np.float32(alone)


def test_it_agrees_with_the_sweep_of_the_model() -> None:
    surface, mast = scene(with_clutter=True)
    carrier = make_carrier(frequency_mhz=1840.0, mast_height_m=30.0, mobile_height_m=1.5)
    place: dict[str, Any] = {"region": WHOLE, "resolution_m": RESOLUTION_M, "radius_m": RADIUS_M}
    swept_db = sweep(surface, mast, [carrier], **place)[0]
    loss_db = sweep_by_model(find_model("p1812"), surface, mast, **place, **LINK)
    known = swept_db < NO_TERRAIN_DB
    assert np.array_equal(known, loss_db < NO_TERRAIN_DB)
    assert np.array_equal(swept_db == OUT_OF_RANGE_DB, loss_db == OUT_OF_RANGE_DB)
    assert np.abs(swept_db - loss_db)[known].max() < 0.03


def test_missing_terrain_stays_missing() -> None:
    surface, mast = scene(with_clutter=False)
    height_m = surface.ground_by_row[:, 48:-48].copy()
    height_m[20, 28:30] = np.nan
    pierced = Surface.lay_out(height_m)
    place: dict[str, Any] = {"region": WHOLE, "resolution_m": RESOLUTION_M, "radius_m": RADIUS_M}
    carrier = make_carrier(frequency_mhz=1840.0, mast_height_m=30.0, mobile_height_m=1.5)
    swept_db = sweep(pierced, mast, [carrier], **place)[0]
    loss_db = sweep_by_model(find_model("p1812"), pierced, mast, **place, **LINK)
    assert (loss_db == NO_TERRAIN_DB).any()
    assert np.array_equal(swept_db == NO_TERRAIN_DB, loss_db == NO_TERRAIN_DB)


def test_a_part_of_the_window_has_the_same_bits() -> None:
    surface, mast = scene(with_clutter=True)
    place: dict[str, Any] = {"resolution_m": RESOLUTION_M, "radius_m": RADIUS_M}
    whole_db = sweep_by_model(find_model("p1812"), surface, mast, region=WHOLE, **place, **LINK)
    part_db = sweep_by_model(find_model("p1812"), surface, mast, region=Region(12, 40, 25, 57), **place, **LINK)
    assert np.array_equal(part_db, whole_db[12:40, 25:57])
