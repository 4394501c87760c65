"""What-ifs over HTTP are those of an open run; nothing is written unless asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from phusong.coverage.service import ServiceMaps, View
from phusong.coverage.what_if import open_live
from phusong.scenarios.proposal_tables import CELLS, add_answer
from phusong.scenarios.register_table import COLUMNS
from phusong.scenarios.run import Run, open_run
from phusong.shares import inside_area
from phusong.web.server.opened import MOST_CHANGES
from phusong.web.server.rasters import margins_cdb, view_codes
from phusong.web.server.rows import rows_of_table
from tests.served import NAME, TestClient, copy_run, problem, served

EDITS = ["A.power_dbm=30", "D.electrical_tilt_deg+=3"]


@pytest.fixture(scope="module")
def folder(network_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    copy_run(network_run, folder)
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with served(folder, edit=True) as client:
        yield client


def post(client: TestClient, content: Any, run: str = NAME) -> Any:
    return client.post(f"/api/runs/{run}/change", json=content)


def listing(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*"))


def test_a_change_is_that_of_an_open_run(client: TestClient, folder: Path, network_run: Run) -> None:
    before = listing(folder)
    answer = post(client, {"edits": EDITS, "remove": ["C"]})
    assert answer.status_code == 200
    found = answer.json()
    with open_live(network_run) as live:
        change = live.change([*EDITS, "C.status=off"])
        assert found["zones"] == rows_of_table(change.deltas())
        targets = change.target_deltas()
        assert found["targets"] == rows_of_table(targets.assign(zone_type=targets["zone_type"].fillna("")))
        assert found["cells"] == change.register.cell[change.cells].tolist()
        west, south, east, north = found["bounds"]
        x_m, y_m = network_run.grid.centres_m()
        window = change.window
        corner = network_run.grid.unproject(x_m[window.column_start], y_m[window.row_start])
        assert west < float(corner[0]) < east
        assert south < float(corner[1]) < north
    assert listing(folder) == before


def test_tiles_and_points_of_a_change_are_those_of_the_run_it_becomes(client: TestClient, folder: Path) -> None:
    name = post(client, {"edits": EDITS}).json()["change"]
    saved = client.post(f"/api/runs/{NAME}/change/{name}/save", json={"name": "sau"})
    assert saved.status_code == 201
    run = open_run(folder / "sau")
    assert saved.json() == {"name": "sau", "digest": run.digest()}
    raster = client.app._app.state.runs[NAME].raster(View("4G"), name)  # type: ignore[attr-defined]
    inside, maps = inside_area(run), ServiceMaps(run)
    codes = raster.codes.copy()
    codes[raster.window.slices] = raster.patch
    np.testing.assert_array_equal(codes, view_codes(maps, View("4G"), inside, partial(margins_cdb, run)))
    assert (codes != raster.codes).any()
    side = 2**12
    x, y = int((105.225 + 180.0) / 360.0 * side), 1801
    for tile in (f"12/{x}/{y}", f"12/{x}/{y - 1}"):
        of_change = client.get(f"/api/runs/{NAME}/tiles/{tile}.png?technology=4G&change={name}")
        of_run = client.get(f"/api/runs/sau/tiles/{tile}.png?technology=4G")
        assert of_change.status_code == of_run.status_code == 200
        assert of_change.content == of_run.content
    for longitude, latitude in ((105.2101, 21.3101), (105.2251, 21.3201), (105.2051, 21.3052)):
        query = {"technology": "4G", "longitude": longitude, "latitude": latitude}
        one = client.get(f"/api/runs/{NAME}/at", params={**query, "change": name}).json()
        other = client.get("/api/runs/sau/at", params=query).json()
        same = set(one) - {"created", "digest"}
        assert {key: one[key] for key in same} == {key: other[key] for key in same}
    taken = client.post(f"/api/runs/{NAME}/change/{name}/save", json={"name": "SAU"})
    assert taken.status_code == 409
    problem(taken)


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", ".x", "x" * 65, "a\\b", "-x", "x y", "ế", "con.", "a\n", "/etc/x", "\u0000"]
)
def test_names_that_are_none(client: TestClient, folder: Path, name: str) -> None:
    change = post(client, {"edits": EDITS}).json()["change"]
    before = sorted(path.name for path in folder.iterdir())
    answer = client.post(f"/api/runs/{NAME}/change/{change}/save", json={"name": name})
    assert answer.status_code == 422
    assert sorted(path.name for path in folder.iterdir()) == before


def test_other_views_of_a_change_are_refused_in_words(client: TestClient) -> None:
    name = post(client, {"edits": EDITS}).json()["change"]
    for query in ("place=indoors", "operator=VNPT"):
        tile = client.get(f"/api/runs/{NAME}/tiles/12/3245/1801.png?technology=4G&change={name}&{query}")
        assert tile.status_code == 422
        assert "as the run was simulated" in problem(tile)["message"]
        where = "longitude=105.2101&latitude=21.3101"
        assert client.get(f"/api/runs/{NAME}/at?technology=4G&{where}&change={name}&{query}").status_code == 422
    same = client.get(f"/api/runs/{NAME}/tiles/12/3245/1801.png?technology=4G&change={name}&place=outdoors")
    assert same.status_code == 200


def test_the_latest_changes_are_kept(client: TestClient) -> None:
    names = [post(client, {"edits": [f"A.power_dbm={30 + i}"]}).json()["change"] for i in range(MOST_CHANGES + 1)]
    status = [
        client.get(f"/api/runs/{NAME}/tiles/12/3245/1801.png?technology=4G&change={name}").status_code
        for name in (names[0], names[1], names[-1], "nothing")
    ]
    assert status == [404, 200, 200, 404]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({}, 422), ({"edits": []}, 422), ({"edits": ["A.power_dbm=30"] * 200}, 200),
        ({"edits": ["A.power_dbm=30"] * 201}, 422), ({"edits": ["A.power_dbm=30"] * 100, "remove": ["A"] * 101}, 422),
        ({"edits": ["A.power_dbm=nan"]}, 422), ({"edits": ["A.power_dbm=1e999"]}, 422), ({"edits": ["nonsense"]}, 422),
        ({"edits": ["Z.power_dbm=30"]}, 422), ({"edits": ["A.power_dbm=" + "1" * 200]}, 422), ({"edits": "A"}, 422),
        ({"edits": [1]}, 422), ({"edits": ["A.power_dbm=30"], "more": 1}, 422), ({"remove": ["Z"]}, 422),
        ({"accept": {"nobody": ["X"]}}, 422), ([], 422),
    ],
)  # fmt: skip
def test_limits_of_a_change(client: TestClient, content: Any, status: int) -> None:
    answer = post(client, content)
    assert answer.status_code == status, answer.text
    if status != 200:
        for one in answer.json()["problems"]:
            assert one["message"]
            assert "Traceback" not in one["message"]


def test_a_change_without_effect_has_no_bounds(client: TestClient) -> None:
    found = post(client, {"edits": ["A.power_dbm=44"]}).json()
    assert (found["bounds"], found["zones"], found["cells"]) == (None, [], [])
    assert (
        client.get(f"/api/runs/{NAME}/tiles/12/3245/1801.png?technology=4G&change={found['change']}").status_code == 200
    )


def test_accepted_proposals_are_built(network_run: Run, tmp_path: Path) -> None:
    run = open_run(copy_run(network_run, tmp_path))
    table = run.cells()
    rows = table[table["cell"] == "A-L1800-0"].assign(
        question="q", site="NEW-1", cell="NEW-1-L1800-1", kind="new", longitude=105.229, latitude=21.326
    )
    run.add_table(CELLS, rows[["question", *COLUMNS, "kind"]])
    record: Any = {"name": "q"}
    add_answer(run, record)
    with served(tmp_path) as client:
        found = post(client, {"accept": {"q": ["NEW-1"]}}).json()
        assert found["cells"] == ["NEW-1-L1800-1"]
        missing = post(client, {"accept": {"q": ["NEW-2"]}})
        assert missing.status_code == 422
        assert "NEW-2" in problem(missing)["message"]
    file = tmp_path / "added.csv"
    rows[list(COLUMNS)].to_csv(file, index=False)
    with open_live(run) as live:
        expected = live.change([], added=file).deltas()
    pd.testing.assert_frame_equal(pd.DataFrame(found["zones"]), expected, check_dtype=False)


def test_writing_needs_edit(network_run: Run, tmp_path: Path) -> None:
    copy_run(network_run, tmp_path)
    with served(tmp_path) as client:
        name = post(client, {"edits": EDITS}).json()["change"]
        answer = client.post(f"/api/runs/{NAME}/change/{name}/save", json={"name": "sau"})
        assert answer.status_code == 403
        assert "--edit" in problem(answer)["remedy"]
        assert [path.name for path in tmp_path.iterdir()] == [NAME]
    with served(tmp_path / NAME, edit=True) as client:
        name = post(client, {"edits": EDITS}).json()["change"]
        answer = client.post(f"/api/runs/{NAME}/change/{name}/save", json={"name": "sau"})
        assert answer.status_code == 409
