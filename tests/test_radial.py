"""The radial sweep: against the exact one, and on its rays' own profiles; what must not change its values."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.kernels.itu import p1812
from phusong.kernels.itu.p1812_path import INLAND
from phusong.kernels.raster.mode_error import ModeError, mode_error
from phusong.kernels.raster.p1812_lanes import Carrier
from phusong.kernels.raster.profile import Mast, sample_profile
from phusong.kernels.raster.radial import sweep_radial
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import sweep
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, OUT_OF_RANGE_DB, Region
from tests.processors import printed_by_a_plain_processor
from tests.real_terrain import PLACES, RESOLUTION_M, Place, window
from tests.shared_data import needs_shared
from tests.test_sweep import carrier, mast_at, small_terrain, whole

FloatArray = npt.NDArray[np.float32]
HILLS, MOUNTAINS = (PLACES[0], PLACES[1]), (PLACES[2], PLACES[4], PLACES[6])
RADIUS_M = 10_000.0


def radial_of(
    height_m: FloatArray,
    column: float,
    row: float,
    *,
    clutter_m: FloatArray | None = None,
    radius_m: float = 3000.0,
    region: Region | None = None,
    rays_per_pixel: int = 4,
    most_loss_db: float | None = None,
    refine_db: float | None = None,
) -> FloatArray:
    surface = Surface.lay_out(height_m, clutter_m)
    loss_db: FloatArray = sweep_radial(
        surface, mast_at(surface, column, row), [carrier(1840.0, 30.0)],
        region=region or whole(surface), resolution_m=100.0, radius_m=radius_m,
        rays_per_pixel=rays_per_pixel, most_loss_db=most_loss_db, refine_db=refine_db,
    )[0]  # fmt: skip
    return loss_db


def exact_of(height_m: FloatArray, column: float, row: float, clutter_m: FloatArray | None = None) -> FloatArray:
    surface = Surface.lay_out(height_m, clutter_m)
    place = {"region": whole(surface), "resolution_m": 100.0, "radius_m": 3000.0}
    loss_db: FloatArray = sweep(surface, mast_at(surface, column, row), [carrier(1840.0, 30.0)], **place)[0]  # type: ignore[arg-type]
    return loss_db


def made_clutter(seed: int, shape: tuple[int, int] = (61, 61)) -> FloatArray:
    return np.where(small_terrain(seed, shape) > 220.0, np.float32(12.0), np.float32(0.0))


def rms_db(error_db: npt.NDArray[np.floating]) -> float:
    return float(np.sqrt(np.mean(error_db.astype(np.float64) ** 2)))


# Against the exact sweep


@needs_shared
@pytest.mark.parametrize("place", HILLS + MOUNTAINS, ids=lambda place: place.name)
def test_it_comes_close_to_exact_on_real_terrain(place: Place) -> None:
    surface, mast = window(place, RADIUS_M, with_clutter=False)
    carriers = [carrier(1800.0, place.height_m)]
    where = {"region": whole(surface), "resolution_m": RESOLUTION_M, "radius_m": RADIUS_M}
    exact_db = sweep(surface, mast, carriers, **where)  # type: ignore[arg-type]
    known = exact_db < NO_TERRAIN_DB
    in_hills = place in HILLS
    for rays, refine_db, most_db in (
        (4, None, 0.2 if in_hills else 0.5),
        (2, None, 0.4 if in_hills else 1.0),
        (4, 0.2, 0.1 if in_hills else 0.2),
    ):
        loss_db = sweep_radial(surface, mast, carriers, rays_per_pixel=rays, refine_db=refine_db, **where)  # type: ignore[arg-type]
        np.testing.assert_array_equal(loss_db < NO_TERRAIN_DB, known)
        error_db = (loss_db - exact_db)[known]
        assert rms_db(error_db) <= most_db
        assert abs(np.mean(error_db)) < 0.05  # no bias
        said = mode_error(loss_db, surface, mast, carriers, pixels=4000, **where)  # type: ignore[arg-type]
        assert said.compared == 4000
        assert 0.3 * rms_db(error_db) < said.rms_db < 3.0 * rms_db(error_db)
        assert said.worst_db <= np.max(np.abs(error_db))


@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 1000), column=st.floats(5, 55), row=st.floats(5, 55), with_clutter=st.booleans())
def test_more_rays_come_closer_on_made_terrain(seed: int, column: float, row: float, with_clutter: bool) -> None:
    height_m = small_terrain(seed)
    clutter_m = made_clutter(seed + 1) if with_clutter else None
    exact_db = exact_of(height_m, column, row, clutter_m)
    known = exact_db < NO_TERRAIN_DB
    errors_db = [
        rms_db((radial_of(height_m, column, row, clutter_m=clutter_m, rays_per_pixel=rays) - exact_db)[known])
        for rays in (2, 16)
    ]
    assert errors_db[1] < 0.4 * errors_db[0] + 0.001
    assert errors_db[0] < 3.0


def test_flat_land_needs_no_rays() -> None:
    height_m = np.full((61, 61), 200.0, dtype=np.float32)
    np.testing.assert_allclose(radial_of(height_m, 30.3, 29.8), exact_of(height_m, 30.3, 29.8), rtol=0, atol=0.002)


# Against the Recommendation on the rays' own profiles


def ray_definition_db(surface: Surface, mast: Mast, one: Carrier, row: int, column: int, resolution_m: float) -> float:
    top = surface.ground_by_row if surface.top_by_row is None else surface.top_by_row
    path = sample_profile(surface.ground_by_row, top, mast, row, column, resolution_m, 4)
    return p1812.transmission_loss(
        path.distance_km, path.ground_m, path.top_m, np.full(path.distance_km.size, INLAND, dtype=np.int8),
        one.frequency_ghz, one.mast_height_m, one.mobile_height_m, one.is_vertical,
        50.0, 50.0, 0.0, one.latitude_deg, one.delta_n, one.surface_refractivity, 500.0, 500.0,
    )  # fmt: skip


@needs_shared
@pytest.mark.parametrize("with_clutter", [False, True], ids=["bare", "clutter"])
@pytest.mark.parametrize("place", [PLACES[0], PLACES[5]], ids=lambda place: place.name)
def test_it_is_the_recommendation_on_the_rays(place: Place, with_clutter: bool) -> None:
    surface, mast = window(place, RADIUS_M, with_clutter=with_clutter)
    one = carrier(768.0, place.height_m)
    loss_db = sweep_radial(surface, mast, [one], region=whole(surface), resolution_m=RESOLUTION_M, radius_m=RADIUS_M)[0]
    away = np.hypot(*(np.indices(loss_db.shape) - np.array([mast.row, mast.column])[:, None, None]))
    known = np.argwhere(loss_db < NO_TERRAIN_DB)
    places = np.concatenate([np.random.default_rng(1).permutation(known)[:1500], np.argwhere(away < 6.0)])
    error_db = np.array(
        [loss_db[i, j] - ray_definition_db(surface, mast, one, int(i), int(j), RESOLUTION_M) for i, j in places]
    )
    # A pixel between two rays may go to either, by rounding; the others differ by the Earth's curvature along the ray.
    assert np.quantile(np.abs(error_db), 0.998) < 0.03
    assert rms_db(np.sort(np.abs(error_db))[:-3]) < 0.003


# Pruning


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 1000), relief_m=st.floats(20, 500), limit_db=st.floats(100, 170), with_clutter=st.booleans()
)  # fmt: skip
def test_pruning_loses_no_pixel_under_the_limit(
    seed: int, relief_m: float, limit_db: float, with_clutter: bool
) -> None:
    height_m = small_terrain(seed, relief_m=relief_m)
    clutter_m = made_clutter(seed + 1) if with_clutter else None
    loss_db = radial_of(height_m, 30.4, 29.7, clutter_m=clutter_m)
    pruned_db = radial_of(height_m, 30.4, 29.7, clutter_m=clutter_m, most_loss_db=limit_db)
    changed = pruned_db != loss_db
    assert (loss_db[changed] > limit_db).all()
    assert (pruned_db[changed] > limit_db).all()
    assert (pruned_db[changed] <= loss_db[changed] + 0.01).all()  # the value of a pruned pixel is a bound


def test_pruning_does_prune() -> None:
    height_m = small_terrain(8, relief_m=400.0)
    assert (radial_of(height_m, 30.4, 29.7, most_loss_db=140.0) != radial_of(height_m, 30.4, 29.7)).mean() > 0.05


def test_a_pixel_that_matters_to_one_carrier_is_computed_for_all() -> None:
    surface = Surface.lay_out(small_terrain(8, relief_m=400.0))
    mast = mast_at(surface, 30.4, 29.7)
    carriers = [carrier(700.0, 30.0), carrier(3500.0, 30.0)]
    where = {"region": whole(surface), "resolution_m": 100.0, "radius_m": 3000.0}
    loss_db = sweep_radial(surface, mast, carriers, **where)  # type: ignore[arg-type]
    pruned_db = sweep_radial(surface, mast, carriers, most_loss_db=[140.0, 150.0], **where)  # type: ignore[arg-type]
    changed = (pruned_db != loss_db).any(axis=0)
    assert changed.any()
    assert (loss_db[0][changed] > 140.0).all()
    assert (loss_db[1][changed] > 150.0).all()


# Refinement


@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 1000), tau_db=st.sampled_from([0.0, 0.1, 0.5]), with_clutter=st.booleans())
def test_a_refined_pixel_has_the_bits_of_exact(seed: int, tau_db: float, with_clutter: bool) -> None:
    height_m = small_terrain(seed)
    clutter_m = made_clutter(seed + 1) if with_clutter else None
    exact_db = exact_of(height_m, 30.4, 29.7, clutter_m)
    plain_db = radial_of(height_m, 30.4, 29.7, clutter_m=clutter_m)
    refined_db = radial_of(height_m, 30.4, 29.7, clutter_m=clutter_m, refine_db=tau_db)
    assert ((refined_db == exact_db) | (refined_db == plain_db)).all()
    known = exact_db < NO_TERRAIN_DB
    if tau_db == 0.0:
        assert (refined_db == exact_db)[known].mean() > 0.99  # all but pixels on their ray and level neighbours
    assert rms_db((refined_db - exact_db)[known]) <= rms_db((plain_db - exact_db)[known])
    assert (refined_db != plain_db).any() or tau_db == 0.5


# What must not change a value


@settings(deadline=None, max_examples=15)
@given(
    seed=st.integers(0, 1000), column=st.floats(0, 60), row=st.floats(0, 60), refine_db=st.sampled_from([None, 0.1]),
    cut=st.tuples(st.integers(2, 30), st.integers(31, 59), st.integers(2, 30), st.integers(31, 59)),
    shift=st.tuples(st.integers(0, 9), st.integers(0, 9)),
)  # fmt: skip
def test_the_same_bits_for_any_region_window_and_radius(
    seed: int,
    column: float,
    row: float,
    refine_db: float | None,
    cut: tuple[int, int, int, int],
    shift: tuple[int, int],
) -> None:
    height_m = small_terrain(seed)
    clutter_m = made_clutter(seed + 1)
    everything_db = radial_of(height_m, column, row, clutter_m=clutter_m, refine_db=refine_db)
    part = np.s_[cut[0] : cut[1], cut[2] : cut[3]]
    part_db = radial_of(height_m, column, row, clutter_m=clutter_m, refine_db=refine_db, region=Region(*cut))
    np.testing.assert_array_equal(part_db, everything_db[part])
    nearer_db = radial_of(height_m, column, row, clutter_m=clutter_m, refine_db=refine_db, radius_m=1700.0)
    near = nearer_db != OUT_OF_RANGE_DB
    np.testing.assert_array_equal(nearer_db[near], everything_db[near])
    # the same land in a larger window: whole rows and columns are added in front
    wider = [np.pad(layer, ((shift[0], 3), (shift[1], 5)), mode="edge") for layer in (height_m, clutter_m)]
    surface, at = Surface.lay_out(*wider), mast_at(Surface.lay_out(height_m), column, row)
    moved_db = sweep_radial(
        surface, at._replace(row=at.row + shift[0], column=at.column + shift[1]), [carrier(1840.0, 30.0)],
        region=Region(cut[0] + shift[0], cut[1] + shift[0], cut[2] + shift[1], cut[3] + shift[1]),
        resolution_m=100.0, radius_m=3000.0, refine_db=refine_db,
    )[0]  # fmt: skip
    np.testing.assert_array_equal(moved_db, everything_db[part])


def test_carriers_together_equal_each_alone() -> None:
    surface = Surface.lay_out(small_terrain(5))
    mast = mast_at(surface, 22.4, 31.7)
    carriers = [carrier(frequency_mhz, 30.0) for frequency_mhz in (700.0, 1840.0, 3750.0)]
    where = {"region": whole(surface), "resolution_m": 100.0, "radius_m": 3000.0}
    together_db = sweep_radial(surface, mast, carriers, **where)  # type: ignore[arg-type]
    for one, loss_db in zip(carriers, together_db, strict=True):
        np.testing.assert_array_equal(loss_db, sweep_radial(surface, mast, [one], **where)[0])  # type: ignore[arg-type]


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 10_000), column=st.floats(10, 50), row=st.floats(10, 50))
def test_turned_land_turns_the_raster(seed: int, column: float, row: float) -> None:
    """But for the diagonals, as for the exact sweep, and pixels half-way between two rays."""
    height_m = small_terrain(seed)
    last = height_m.shape[0] - 1
    loss_db = radial_of(height_m, column, row)
    turned_db = radial_of(np.ascontiguousarray(np.rot90(height_m)), row, last - column)
    off_diagonal = np.abs(np.abs(np.arange(61) - column)[None, :] - np.abs(np.arange(61) - row)[:, None]) > 1e-6
    back_db = np.rot90(turned_db, -1)
    known = (loss_db < NO_TERRAIN_DB) & off_diagonal
    both = known & (back_db < NO_TERRAIN_DB)
    assert both.sum() >= known.sum() - 8  # the radius, to the last digit
    assert np.quantile(np.abs(loss_db - back_db)[both], 0.99) < 2e-3


def test_a_mast_on_a_post_turns_with_its_land() -> None:
    """Pixels half-way between two rays then abound: both sides must agree about which half is whose on average."""
    height_m = small_terrain(12)
    loss_db = radial_of(height_m, 30.0, 30.0)
    back_db = np.rot90(radial_of(np.ascontiguousarray(np.rot90(height_m)), 30.0, 30.0), -1)
    known = (loss_db < NO_TERRAIN_DB) & (back_db < NO_TERRAIN_DB)
    assert rms_db((loss_db - back_db)[known]) < 0.5


# Limits


@pytest.mark.parametrize(
    ("column", "row"),
    [(30.25, 30.5), (30.0, 30.0), (30.999, 30.005), *((30.0 + r / 25, 30.0 + r / 25) for r in range(25))],
)
@pytest.mark.parametrize("refine_db", [None, 0.2])
def test_the_radius_is_kept_on_both_sides_and_there_is_no_hole(
    column: float, row: float, refine_db: float | None
) -> None:
    loss_db = radial_of(small_terrain(4), column, row, radius_m=2000.0, refine_db=refine_db)
    rows, columns = np.indices(loss_db.shape)
    away_m = 100.0 * np.hypot(columns - column, rows - row)
    assert (loss_db[away_m > 2000.0 + 1e-6] == OUT_OF_RANGE_DB).all()
    assert (loss_db[away_m < 2000.0 - 1e-6] < 300.0).all()


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 1000), holes=st.integers(1, 6), in_clutter=st.booleans())
def test_missing_terrain_makes_the_same_pixels_unknown_as_in_exact(seed: int, holes: int, in_clutter: bool) -> None:
    height_m, clutter_m = small_terrain(seed), made_clutter(seed + 1)
    whole_db = radial_of(height_m, 20.3, 17.6, clutter_m=clutter_m)
    rng = np.random.default_rng(seed)
    missing = np.zeros(height_m.shape, dtype=np.bool_)
    missing[rng.integers(0, 61, holes), rng.integers(0, 61, holes)] = True
    missing[16:20, 19:23] = False  # not under the mast
    holed = [np.where(missing, np.float32("nan"), layer) for layer in (height_m, clutter_m)]
    layers = (height_m, holed[1]) if in_clutter else (holed[0], clutter_m)
    holed_db = radial_of(layers[0], 20.3, 17.6, clutter_m=layers[1])
    exact_db = exact_of(layers[0], 20.3, 17.6, layers[1])
    unknown = exact_db == NO_TERRAIN_DB
    np.testing.assert_array_equal(holed_db == NO_TERRAIN_DB, unknown)
    assert ((holed_db == whole_db) | (holed_db == exact_db)).all()


@pytest.mark.parametrize("rays_per_pixel", [1, 17])
def test_too_few_or_too_many_rays_are_an_error(rays_per_pixel: int) -> None:
    with pytest.raises(InputError, match="rays_per_pixel"):
        radial_of(small_terrain(1), 30.0, 30.0, rays_per_pixel=rays_per_pixel)


@pytest.mark.parametrize("rays_per_pixel", [2, 3, 16])
def test_the_fewest_and_the_most_rays_leave_no_hole(rays_per_pixel: int) -> None:
    loss_db = radial_of(small_terrain(1), 30.5, 30.2, rays_per_pixel=rays_per_pixel)
    exact_db = exact_of(small_terrain(1), 30.5, 30.2)
    np.testing.assert_array_equal(loss_db < NO_TERRAIN_DB, exact_db < NO_TERRAIN_DB)


def test_errors_add_up() -> None:
    together = ModeError(3, 12.0, 2.5).together(ModeError(1, 4.0, 1.0))
    assert together == ModeError(4, 16.0, 2.5)
    assert together.rms_db == 2.0
    assert ModeError(0, 0.0, 0.0).rms_db == 0.0


def test_processors_without_avx_512_agree(tmp_path: Path) -> None:
    program = (
        "import json, numpy as np; from tests.test_radial import radial_of; from tests.test_sweep import small_terrain;"
        "print(json.dumps(radial_of(small_terrain(6), 30.2, 28.9, most_loss_db=150.0)[::4, ::4].tolist()))"
    )
    plain_db = np.array(printed_by_a_plain_processor(program, tmp_path))
    here_db = radial_of(small_terrain(6), 30.2, 28.9, most_loss_db=150.0)[::4, ::4]
    assert math.isclose(np.mean(np.abs(plain_db - here_db) < 0.002), 1.0, abs_tol=0.02)
