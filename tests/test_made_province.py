"""The made province that the choice of sites is timed in."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import made_province
from benchmarks.made_province import MadeProvince, make_province
from benchmarks.plain_greedy import PlainGreedy
from benchmarks.selection_cases import CASES

PIXELS, CANDIDATES = 40_000, 60


@pytest.fixture(scope="module")
def province() -> MadeProvince:
    return make_province(PIXELS, CANDIDATES, seed=3)


def test_people_zones_and_costs(province: MadeProvince) -> None:
    people, area = province.demand.weights["people"], province.demand.weights["area"]
    assert people.size == area.size == PIXELS
    assert np.mean(people == 0) == pytest.approx(made_province.EMPTY_SHARE, abs=1e-3)
    assert people.sum() == pytest.approx(1000 * made_province.PEOPLE, rel=1e-4)
    assert area.sum() == pytest.approx(made_province.SIDE_M**2, rel=1e-3)
    assert set(province.demand.labels["communes"]) == set(range(made_province.COMMUNES))
    hilltops, villages = province.cost[: CANDIDATES // 2], province.cost[CANDIDATES // 2 :]
    assert 2.5 < np.median(hilltops) / np.median(villages) < 3.5


def test_every_footprint_is_round_its_candidate_and_of_its_size(province: MadeProvince) -> None:
    side = round(PIXELS**0.5)
    pixel_km2 = (province.resolution_m / 1000.0) ** 2
    for candidate, (east_m, north_m) in enumerate(province.position_m):
        pixels = province.footprints.of(candidate)
        assert np.all(np.diff(pixels) > 0)
        row, column = side - 1 - int(north_m // province.resolution_m), int(east_m // province.resolution_m)
        assert row * side + column in pixels
        assert 0.99 * made_province.LEAST_AREA_KM2 <= pixels.size * pixel_km2 <= 1.01 * made_province.MOST_AREA_KM2


def test_a_seed_is_one_province(province: MadeProvince) -> None:
    again, other = make_province(PIXELS, CANDIDATES, seed=3), make_province(PIXELS, CANDIDATES, seed=4)
    for one, two in ((province.footprints.pixels, again.footprints.pixels), (province.cost, again.cost)):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(province.demand.weights["people"], other.demand.weights["people"])


def test_speckle_tears_footprints_and_leaves_their_size(province: MadeProvince) -> None:
    torn = make_province(PIXELS, CANDIDATES, seed=3, speckle_db=6.0)
    np.testing.assert_array_equal(torn.footprints.start, province.footprints.start)
    assert edges(torn) > 1.25 * edges(province)


def edges(province: MadeProvince) -> int:
    """Return how many runs of pixels the footprints consist of."""
    return int(np.sum(np.diff(province.footprints.pixels) != 1))


def test_a_shadow_lies_behind_a_ridge() -> None:
    height_m = np.zeros((1, 101), dtype=np.float32)
    flat_db = made_province._loss_round(height_m, 0, 0, 100.0)
    np.testing.assert_allclose(flat_db[0, 10:50:10], 35.0 * np.log10([1000.0, 2000.0, 3000.0, 4000.0]), atol=6.0)
    height_m[0, 20] = 100.0
    ridge_db = made_province._loss_round(height_m, 0, 0, 100.0)
    np.testing.assert_array_equal(ridge_db[0, :20], flat_db[0, :20])
    nu = (100.0 - 30.0 + 28.5 * 2.0 / 4.0) * np.sqrt(2.0 / made_province._WAVELENGTH_M * (1.0 / 2000.0 + 1.0 / 2000.0))
    behind_db = 6.9 + 20.0 * np.log10(np.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)
    assert ridge_db[0, 40] == pytest.approx(35.0 * np.log10(4000.0) + behind_db, abs=0.1)


@pytest.mark.parametrize("name", CASES)
def test_every_case_has_a_small_problem_of_its_kind(name: str) -> None:
    problem = CASES[name].small_problem()
    everything = [site for site in range(len(problem)) if site not in problem.forbidden]
    gains = problem.gains_of_targets(everything)
    assert all(gain >= target.at_least for gain, target in zip(gains, problem.targets, strict=True))


@pytest.mark.parametrize("name", ["98-percent", "floors-cost-60"])
def test_plain_greedy_meets_the_targets_with_nothing_to_spare(name: str) -> None:
    problem = CASES[name].small_problem()
    sites = PlainGreedy(problem).choose()
    assert not problem.faults(sites)
    assert all(problem.faults([one for one in sites if one != site]) for site in sites)
