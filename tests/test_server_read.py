"""What the server says of runs is what the runs say."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from phusong.coverage.service import ServiceMaps, View
from phusong.scenarios.question import Question
from phusong.scenarios.run import Run
from phusong.web.content import page_content
from phusong.web.server.cache import BoundedCache
from phusong.web.server.rows import rows_of_table
from tests.fake_answer import write_answer
from tests.fake_run import write_fake_run
from tests.served import NAME, TestClient, copy_run, problem, served

TRICKS = (
    "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "....//", "%2fetc%2fpasswd", "mang%2f..%2fmang", "mang%00", "MANG",
    "mang/", "mang%5c..", ".hidden", "%c0%ae%c0%ae", "linked", "file",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(network_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run, a run that is hidden, a link to one outside, and things that are no runs."""
    outside = tmp_path_factory.mktemp("outside")
    copy_run(network_run, outside, "secret")
    folder = tmp_path_factory.mktemp("runs")
    copy_run(network_run, folder)
    copy_run(network_run, folder, ".hidden")
    (folder / "linked").symlink_to(outside / "secret")
    (folder / "file").write_text("no run", encoding="utf-8")
    (folder / "empty").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "run.json").write_text("{", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with served(folder) as client:
        yield client


def test_the_list_holds_runs_alone(client: TestClient, network_run: Run) -> None:
    (item,) = client.get("/api/runs").json()
    assert item == {
        "name": NAME,
        "title": "Vùng thử nghiệm",
        "title_en": "Vùng thử nghiệm",
        "created": network_run.manifest["created"],
        "digest": network_run.digest(),
        "technologies": ["4G", "5G"],
        "resolution_m": 100.0,
        "demonstration": False,
    }


@pytest.mark.parametrize("name", TRICKS)
def test_no_name_leads_out_of_the_folder(client: TestClient, name: str) -> None:
    for path in (f"/api/runs/{name}", f"/api/runs/{name}/targets", f"/runs/{name}", f"/static/{name}"):
        answer = client.get(path)
        assert answer.status_code in (307, 404, 405)
        assert "secret" not in answer.text
        if answer.status_code == 404:
            problem(answer)


def test_a_part_that_leads_outside_is_refused(network_run: Run, tmp_path: Path) -> None:
    (tmp_path / "canary.txt").write_text("canary", encoding="utf-8")
    runs = tmp_path / "runs"
    runs.mkdir()
    linked, climbing = (copy_run(network_run, runs, name) for name in ("linked", "climbing"))
    (linked / "tables" / "targets.csv").unlink()
    (linked / "tables" / "targets.csv").symlink_to(tmp_path / "canary.txt")
    manifest = json.loads((climbing / "run.json").read_text(encoding="utf-8"))
    manifest["files"]["../../canary.txt"] = "0" * 64
    (climbing / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    with served(runs) as client:
        for name in ("linked", "climbing"):
            answer = client.get(f"/api/runs/{name}/targets")
            assert answer.status_code == 404
            assert "outside" in problem(answer)["message"]
            assert "canary" not in answer.text


def test_a_damaged_run_is_said_without_paths(network_run: Run, tmp_path: Path) -> None:
    folder = copy_run(network_run, tmp_path)
    (folder / "tables" / "zones.csv").write_text("x", encoding="utf-8")
    with served(tmp_path) as client:
        answer = client.get(f"/api/runs/{NAME}/targets")
        assert answer.status_code == 422
        assert problem(answer)["place"] == "zones.csv"
        assert str(tmp_path) not in answer.text


def test_a_run_that_is_written_anew_is_read_anew(network_run: Run, tmp_path: Path) -> None:
    copy_run(network_run, tmp_path)
    with served(tmp_path) as client:
        assert client.get(f"/api/runs/{NAME}/targets").status_code == 200
        shutil.rmtree(tmp_path / NAME)
        assert client.get(f"/api/runs/{NAME}/targets").status_code == 404
        write_fake_run(tmp_path / NAME)
        os.utime(tmp_path / NAME / "run.json")
        names = [row["name"] for row in client.get(f"/api/runs/{NAME}/targets").json()]
        assert "5G khu công nghiệp" in names


def test_one_run_is_served_by_itself(network_run: Run) -> None:
    with served(network_run.folder) as client:
        answer = client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (307, "/runs/network")
        assert client.get("/runs/network").status_code == 200
        assert [one["name"] for one in client.get("/api/runs").json()] == ["network"]


def test_the_start_page_lists_many(tmp_path: Path) -> None:
    for name in ("một", "a<b>"):
        write_fake_run(tmp_path / name)
    with served(tmp_path) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert '<a href="/runs/m%E1%BB%99t">Vùng thử nghiệm</a>' in page.text
        assert "<b>" not in page.text
        assert client.get("/runs/m%E1%BB%99t").status_code == 200


def test_zones_are_those_of_the_view(client: TestClient, network_run: Run) -> None:
    maps = ServiceMaps(network_run)
    view = View("4G", "indoors", "VNPT")
    expected = maps.zones([(view, maps.service(view))])
    query = {"technology": "4G", "place": "indoors", "operator": "VNPT"}
    rows = client.get(f"/api/runs/{NAME}/zones", params=query).json()
    pd.testing.assert_frame_equal(pd.DataFrame(rows)[expected.columns], expected, check_dtype=False, check_exact=True)


def test_the_content_of_the_page_is_that_of_the_run(client: TestClient, network_run: Run) -> None:
    expected = json.loads(json.dumps(page_content(network_run, ServiceMaps(network_run))))
    for encoding in ("gzip", "identity"):
        answer = client.get(f"/api/runs/{NAME}", headers={"Accept-Encoding": encoding})
        assert answer.headers.get("content-encoding", "identity") == encoding
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.json() == expected


def test_targets_and_cells_are_those_of_the_run(client: TestClient, network_run: Run) -> None:
    targets = client.get(f"/api/runs/{NAME}/targets").json()
    assert [(row["name"], row["verdict"]) for row in targets] == list(
        network_run.targets()[["name", "verdict"]].itertuples(index=False, name=None)
    )
    cells = client.get(f"/api/runs/{NAME}/cells", params={"site": "C"}).json()
    table = network_run.cells()
    assert [row["cell"] for row in cells] == table.loc[table["site"] == "C", "cell"].tolist()
    assert {row["status"] for row in cells} == {"on", "off"}
    assert client.get(f"/api/runs/{NAME}/cells", params={"site": "Z"}).status_code == 404


def test_proposals_say_what_is_proved(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / NAME)
    question = Question(name="12-tram", technology="4G", maximize="area", sites=12)
    record = write_answer(run, question)
    with served(tmp_path) as client:
        (answer,) = client.get(f"/api/runs/{NAME}/proposals").json()
    assert answer["question"] == record["name"]
    assert answer["certificate_vi"] != answer["certificate_en"]
    assert [site["rank"] for site in answer["sites"]] == list(range(1, 13))
    assert all(site["reason_vi"] and site["reason_en"] for site in answer["sites"])


def test_openapi_describes_every_address(client: TestClient) -> None:
    api = client.get("/openapi.json").json()
    for path in (
        "/api/runs", "/api/runs/{run}", "/api/runs/{run}/zones", "/api/runs/{run}/targets", "/api/runs/{run}/cells",
        "/api/runs/{run}/proposals", "/api/runs/{run}/tiles/{z}/{x}/{y}.png", "/api/runs/{run}/terrain/{z}/{x}/{y}.png",
        "/api/runs/{run}/at", "/api/runs/{run}/profile", "/api/runs/{run}/change", "/api/runs/{run}/change/{id}/save",
        "/api/compare", "/api/compare/tiles/{z}/{x}/{y}.png", "/api/runs/{run}/download/{kind}",
        "/api/runs/{run}/reports", "/api/simulations", "/api/simulations/{id}",
    ):  # fmt: skip
        assert path in api["paths"]
    for path, methods in api["paths"].items():
        for about in methods.values():
            assert about["description"], path
            done = next(body for status, body in about["responses"].items() if status.startswith("2"))
            kinds = done["content"]
            assert kinds, path
            if "application/json" in kinds and path != "/api/runs/{run}":
                schema = kinds["application/json"]["schema"]
                assert re.search(r'"\$ref"', json.dumps(schema)), path
            assert about["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].endswith("/Problems")
            for one in about.get("parameters", []):
                assert one["schema"], path


def test_the_description_needs_nobody_else(client: TestClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert address.startswith("/")
        found = client.get(address)
        assert found.status_code == 200
        assert "http" not in re.sub(r"openapi|http-equiv", "", found.text) or address == "/openapi.json"


def test_rows_hold_nothing_that_json_does_not() -> None:
    table = pd.DataFrame({"a": [1.5, np.nan, np.inf], "b": ["x", None, "z"], "c": np.array([1, 2, 3], dtype=np.int64)})
    rows = rows_of_table(table)
    assert json.loads(json.dumps(rows, allow_nan=False))[0] == {"a": 1.5, "b": "x", "c": 1}
    assert [row["a"] for row in rows] == [1.5, None, None]


def test_a_cache_is_bounded_and_makes_each_value_once() -> None:
    left: list[str] = []
    cache = BoundedCache[str](6, len, left.append)
    made: list[str] = []

    def make(text: str) -> Callable[[], str]:
        def note() -> str:
            made.append(text)
            return text

        return note

    for text in ("aaa", "bbb", "aaa", "ccc"):
        assert cache.get_or_make(text, make(text)) == text
    assert made == ["aaa", "bbb", "ccc"]
    assert left == ["bbb"]
    assert cache.weight == 6
    cache.get_or_make("greater than all", make("greater than all"))
    assert cache.get("greater than all") is not None
    assert cache.weight == 16

    def fail() -> str:
        raise ValueError("not this time")

    with pytest.raises(ValueError, match="not this time"):
        cache.get_or_make("d", fail)
    assert cache.get_or_make("d", make("d")) == "d"
