"""A point is what the layers of the run say there; what is not known has no number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from phusong.coverage.service import ServiceMaps, View
from phusong.scenarios.run import Run
from phusong.shares import inside_area
from tests.served import NAME, TestClient, copy_run, problem, served


@pytest.fixture(scope="module")
def client(network_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("runs")
    copy_run(network_run, folder)
    with served(folder) as client:
        yield client


def hole_of(run: Run) -> tuple[int, int]:
    """Return row and column of a pixel without terrain."""
    row, column = np.argwhere(np.isnan(run.elevation()))[0].tolist()
    return row, column


def at(client: TestClient, run: Run, row: int, column: int, **query: str) -> dict[str, Any]:
    x_m, y_m = run.grid.centres_m()
    longitude, latitude = (float(value) for value in run.grid.unproject(x_m[column], y_m[row]))
    where = {"longitude": longitude, "latitude": latitude, "technology": "4G", **query}
    answer = client.get(f"/api/runs/{NAME}/at", params=where)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_points_are_the_layers(client: TestClient, network_run: Run) -> None:
    names = ("rsrp", "server", "second_server", "second_rsrp", "sinr", "downlink", "probability", "covered")
    layers = {name: network_run.layer(name, "4G") for name in names}
    service, table = ServiceMaps(network_run).service(View("4G")), network_run.cells()
    inside, seen = inside_area(network_run), set()
    for row in range(0, network_run.grid.rows, 4):
        for column in range(1, network_run.grid.columns, 4):
            found = at(client, network_run, row, column)
            here = {name: layer[row, column] for name, layer in layers.items()}
            state = "outside" if not inside[row, column] else "no_data" if here["covered"] == 255 else "known"
            assert found["state"] == state
            seen.add((state, found["service"]))
            if state != "known":
                assert found["message_vi"]
                assert found["message_en"]
                figures = ("level_dbm", "rsrp_dbm", "probability_percent", "sinr_db", "downlink_mbps", "serving",
                           "second", "service", "near_limit")  # fmt: skip
                assert all(found[name] is None for name in figures)
                continue
            assert found["probability_percent"] == pytest.approx(float(here["probability"]), abs=0.01)
            assert found["near_limit"] == (abs(int(service.reserve_cdb[row, column])) < 300)
            if here["server"] < 0:
                assert found["serving"] is None
                continue
            assert found["level_dbm"] == pytest.approx(0.01 * service.level_cdbm[row, column])
            for name, field in (("rsrp", "rsrp_dbm"), ("sinr", "sinr_db"), ("downlink", "downlink_mbps")):
                assert found[field] == pytest.approx(float(here[name]), abs=0.006)
            for name, level, field in (("server", "rsrp", "serving"), ("second_server", "second_rsrp", "second")):
                if here[name] < 0:
                    assert found[field] is None
                else:
                    assert found[field]["cell"] == table["cell"][int(here[name])]
                    assert found[field]["rsrp_dbm"] == pytest.approx(float(here[level]), abs=0.006)
            assert (found["service"] == "no_service") == (here["covered"] == 0)
    assert {state for state, _ in seen} == {"outside", "no_data", "known"}
    assert {service for _, service in seen} == {None, "video", "no_service"}


def test_an_operator_is_served_by_its_own_cells(client: TestClient, network_run: Run) -> None:
    maps = ServiceMaps(network_run)
    view = View("4G", "indoors", "VNPT")
    service = maps.service(view)
    for row, column in ((20, 12), (30, 30), (24, 8)):
        found = at(client, network_run, row, column, place="indoors", operator="VNPT")
        assert found["serving"]["operator"] == "VNPT"
        assert found["level_dbm"] == pytest.approx(0.01 * service.level_cdbm[row, column])
        assert "trong nhà" in found["definition_vi"]
        assert "indoors" in found["definition_en"]


def test_what_every_point_goes_with(client: TestClient, network_run: Run) -> None:
    found = at(client, network_run, 20, 20)
    assert found["digest"] == network_run.digest()
    assert found["created"] == network_run.manifest["created"]
    assert set(found["zones"]) == {"communes"}
    assert found["elevation_m"] == pytest.approx(float(network_run.elevation()[20, 20]), abs=0.05)
    hole = at(client, network_run, *hole_of(network_run))
    assert hole["elevation_m"] is None


@pytest.mark.parametrize(
    "query",
    ["longitude=105.2", "longitude=nan&latitude=21", "longitude=105&latitude=inf", "longitude=181&latitude=21",
     "longitude=105&latitude=-91", "longitude=1e999&latitude=1", "longitude=&latitude=21"],
)  # fmt: skip
def test_positions_that_are_none(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/runs/{NAME}/at?technology=4G&{query}")
    assert answer.status_code == 422
    assert not re.search(r"Traceback|File \"", answer.text)
    problem(answer)


@pytest.mark.parametrize(("longitude", "latitude"), [(180.0, 90.0), (-180.0, -90.0), (0.0, 0.0), (105.0, 21.0)])
def test_all_the_rest_of_the_world_is_outside(client: TestClient, longitude: float, latitude: float) -> None:
    query = {"technology": "4G", "longitude": longitude, "latitude": latitude}
    found = client.get(f"/api/runs/{NAME}/at", params=query).json()
    assert (found["state"], found["elevation_m"], found["zones"]) == ("outside", None, {})


def test_a_profile_runs_from_the_point_to_the_mast(client: TestClient, network_run: Run) -> None:
    cell = network_run.cells().iloc[0]
    grid, height_m = network_run.grid, network_run.elevation()
    x_m, y_m = grid.centres_m()
    longitude, latitude = (float(value) for value in grid.unproject(x_m[25], y_m[30]))
    query = {"longitude": longitude, "latitude": latitude, "cell": cell["cell"]}
    found = client.get(f"/api/runs/{NAME}/profile", params=query).json()
    mast_x, mast_y = grid.project(float(cell["longitude"]), float(cell["latitude"]))
    length_m = float(np.hypot(mast_x - x_m[25], mast_y - y_m[30]))
    assert found["distance_m"][0] == 0.0
    assert found["distance_m"][-1] == pytest.approx(length_m, abs=0.02)
    assert found["ground_m"][0] == pytest.approx(float(height_m[30, 25]), abs=0.02)
    assert found["ray_m"][0] == pytest.approx(found["ground_m"][0] + 1.5, abs=0.02)
    assert found["ray_m"][-1] == pytest.approx(found["ground_m"][-1] + float(cell["antenna_height_m"]), abs=0.02)
    assert found["frequency_mhz"] == 1842.5
    assert found["fresnel_m"][0] == found["fresnel_m"][-1] == 0.0
    names = ("ground_m", "bulge_m", "ray_m", "fresnel_m")
    ground, bulge, ray, fresnel = (np.array(found[name][1:-1], dtype=float) for name in names)
    ratio = (ray - ground - bulge) / fresnel
    assert found["least_clearance_ratio"] == pytest.approx(float(np.nanmin(ratio)), abs=0.02)
    assert found["blocked"] is (True if np.nanmin(ratio) < 0 else None if found["missing"] else False)


def test_profiles_that_cannot_be_drawn(client: TestClient, network_run: Run) -> None:
    cell = network_run.cells().iloc[0]
    x_m, y_m = network_run.grid.centres_m()
    row, column = hole_of(network_run)
    hole = network_run.grid.unproject(x_m[column], y_m[row])
    places = [(105.0, 21.0), tuple(map(float, hole)), (float(cell["longitude"]), float(cell["latitude"]))]
    for longitude, latitude in places:
        query = {"longitude": longitude, "latitude": latitude, "cell": cell["cell"]}
        answer = client.get(f"/api/runs/{NAME}/profile", params=query)
        assert answer.status_code == 422
        problem(answer)
    query = {"longitude": 105.2, "latitude": 21.3, "cell": "nobody"}
    assert client.get(f"/api/runs/{NAME}/profile", params=query).status_code == 404
