"""Views of a run: each is what an audit of the same definition says, and its classes follow from the level alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phusong.classes import CALLS, NO_SERVICE, OUTDOORS_ONLY, UNKNOWN, VIDEO, service_classes, service_limits_dbm
from phusong.coverage.audit import Audit
from phusong.coverage.engine import simulate
from phusong.coverage.service import NO_LEVEL_CDB, ServiceMaps, View
from phusong.errors import InputError
from phusong.scenarios.load import load
from phusong.scenarios.store import Run
from tests.sample_network import TEXT, write_network
from tests.small_scenario import SCENARIO, write_small_scenario


@pytest.fixture(scope="module")
def maps(network_run: Run) -> ServiceMaps:
    return ServiceMaps(network_run)


def test_views_are_technologies_places_and_operators(maps: ServiceMaps) -> None:
    views = maps.views()
    assert len(views) == 2 * 3 * 3
    assert views[0] == View("4G", "outdoors", None)
    assert View("5G", "indoors", "VNPT") in views
    assert all(view.operator is None for view in maps.views(operators=False))


def test_an_operator_without_cells_serves_nobody(maps: ServiceMaps) -> None:
    assert maps.has_cells(View("4G", "indoors", "VNPT"))
    assert maps.has_cells(View("5G"))
    assert not maps.has_cells(View("5G", "outdoors", "VNPT"))


def test_every_view_is_what_an_audit_says(maps: ServiceMaps, network_run: Run) -> None:
    for view, service in maps.services(maps.views()).items():
        audit = Audit(network_run, operator=view.operator)
        said = audit.verdicts(maps.definition(view), view.technology)
        np.testing.assert_array_equal(service.covered, said.covered)
        np.testing.assert_array_equal(service.probability, said.probability)


def test_the_first_view_is_the_run_itself(maps: ServiceMaps, network_run: Run) -> None:
    service = maps.service(View("4G"))
    np.testing.assert_array_equal(service.covered, network_run.layer("covered", "4G"))
    sigma_db = network_run.shadow_sigma_db("4G")
    margin_db = np.ceil(100.0 * 1.2815515655446004 * sigma_db) / 100.0
    known = (service.covered != 255) & (service.level_cdbm > NO_LEVEL_CDB)
    expected = network_run.layer("rsrp", "4G") - margin_db
    np.testing.assert_allclose(0.01 * service.level_cdbm[known], expected[known], atol=2e-4)


def test_reserve_turns_with_the_verdict(maps: ServiceMaps) -> None:
    for service in maps.services(maps.views()).values():
        known = service.covered != 255
        np.testing.assert_array_equal((service.covered == 1)[known], (service.reserve_cdb >= 0)[known])


def test_indoors_is_never_better_than_in_a_car_or_outdoors(maps: ServiceMaps) -> None:
    for operator in (None, "Viettel"):
        found = [maps.service(View("4G", place, operator)).level_cdbm for place in ("outdoors", "in a car", "indoors")]
        assert (found[0] >= found[1]).all()
        assert (found[0] >= found[2]).all()


def test_zones_of_the_first_view_are_those_of_the_run(maps: ServiceMaps, network_run: Run) -> None:
    table = maps.zones(maps.services([View("4G"), View("5G", "indoors", "Viettel")]).items())
    own = network_run.zones()
    mine = table[(table["place"] == "outdoors") & (table["operator"] == "")]
    shared = [name for name in own.columns if name not in ("downlink_mbps", "uplink_mbps", "technology")]
    rows = own[own["technology"] == "4G"].reset_index(drop=True)
    for name in ("covered_km2", "covered_percent", "expected_percent", "population"):
        np.testing.assert_allclose(mine[name].to_numpy(float), rows[name].to_numpy(float), rtol=1e-6)
    assert set(shared) <= set(table.columns)
    assert set(table["operator"]) == {"", "Viettel"}


def test_an_unknown_view_is_refused_with_what_there_is(maps: ServiceMaps) -> None:
    for view, words in ((View("6G"), "5G"), (View("4G", operator="Vietel"), "Viettel")):
        with pytest.raises(InputError) as caught:
            maps.service(view)
        assert words in str(caught.value)


def test_definitions_by_rate_have_a_level_too(tmp_path: Path) -> None:
    text = TEXT.replace(
        "[coverage.5G]\nthreshold_dbm = -100.0", '[coverage.5G]\nquantity = "downlink"\nthreshold_mbps = 50.0'
    )
    run = simulate(load(write_network(tmp_path, text=text)), tmp_path / "run", workers=1)
    service = ServiceMaps(run).service(View("5G"))
    reached = service.level_cdbm > NO_LEVEL_CDB
    assert reached.any()
    assert (service.level_cdbm != service.reserve_cdb - 11500)[reached].any()


def test_a_run_in_cars_knows_cars_alone(tmp_path: Path) -> None:
    added = '[propagation]\nradius_km = 2.0\n\n[[propagation.added_losses]]\nname = "tr38901_car"\n'
    run = simulate(load(write_small_scenario(tmp_path, scenario=SCENARIO + added)), tmp_path / "run", workers=1)
    maps = ServiceMaps(run)
    assert maps.places == ("in a car",)
    np.testing.assert_array_equal(maps.service(View("4G", "in a car")).covered, run.layer("covered", "4G"))


def test_classes_behind_a_wall_say_outdoors_only() -> None:
    limits_dbm = service_limits_dbm(-115.0, "indoors")
    assert limits_dbm == (-95.0, -115.0)
    level_dbm = np.array([-80.0, -100.0, -120.0, -125.0, np.nan])
    covered, outdoors = np.array([1, 1, 0, 0, 255], np.uint8), np.array([1, 1, 1, 0, 255], np.uint8)
    classes = service_classes(level_dbm, covered, limits_dbm, outdoors)
    assert classes.tolist() == [VIDEO, CALLS, OUTDOORS_ONLY, NO_SERVICE, UNKNOWN]
