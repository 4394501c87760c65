"""What users write: reports of errors, files to take away, simulations."""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from phusong.errors import InputError, Problem
from phusong.scenarios.run import Run, open_run
from phusong.web.server.downloads import KINDS
from phusong.web.server.limits import RATES, Buckets, Rate
from phusong.web.server.reports import harmless
from phusong.web.server.simulations import MOST_WAITING, Simulations
from tests.fake_run import write_fake_run
from tests.sample_network import write_network
from tests.served import NAME, TestClient, served

REPORT = {"longitude": 105.06, "latitude": 21.27, "accuracy_m": 12.5, "technology": "4G", "what": "no_signal"}
PATH = f"/api/runs/{NAME}/reports"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_fake_run(tmp_path / NAME)
    return tmp_path


def test_reports_are_taken_where_that_is_asked_for(folder: Path) -> None:
    file = folder / "mine.csv"
    with served(folder) as client:
        assert client.post(PATH, json=REPORT).status_code == 403
    with served(folder, reports=file) as client:
        answer = client.post(PATH, json={**REPORT, "note": "Không gọi được, sau đồi\n2 ngày", "language": "vi"})
        assert answer.status_code == 201
        assert client.get(PATH).status_code == 403
    with served(folder, edit=True, reports=file) as client:
        assert client.post(PATH, json={**REPORT, "accuracy_m": None, "note": "=1+1"}).status_code == 201
        first, second = client.get(PATH).json()
    assert first["note"] == "Không gọi được, sau đồi 2 ngày"
    assert (first["longitude"], first["accuracy_m"], first["run"]) == (105.06, 12.5, NAME)
    assert (second["note"], second["accuracy_m"]) == ("'=1+1", None)
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) == 2
    assert rows[0]["digest"] == open_run(folder / NAME).digest()
    with served(folder, edit=True) as client:
        assert client.get(PATH).json() == []
        assert client.post(PATH, json=REPORT).status_code == 201
    assert (folder / "error_reports.csv").is_file()


@pytest.mark.parametrize(
    "wrong",
    [{"note": "x" * 501}, {"what": "bad"}, {"technology": "3G"}, {"longitude": 181}, {"latitude": None}, {"more": 1},
     {"accuracy_m": -1}, {"accuracy_m": "NaN"}, {"language": "fr"}],
)  # fmt: skip
def test_limits_of_a_report(folder: Path, wrong: dict[str, Any]) -> None:
    with served(folder, reports=folder / "mine.csv") as client:
        answer = client.post(PATH, json={**REPORT, **wrong})
        assert answer.status_code == 422
        assert answer.json()["problems"]
        assert client.post(PATH, json={**REPORT, "note": "x" * 500}).status_code == 201


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "|", "%"])
def test_no_note_is_a_formula(begin: str) -> None:
    told = harmless(f"{begin}cmd|' /C calc'!A0")
    assert told[0] == "'" or told[0].isalpha()
    assert "\n" not in told


def test_reports_are_limited_in_rate_and_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "mine.csv"
    with served(folder, reports=file, buckets=Buckets({**RATES, "report": Rate(2.0, 0.01)})) as client:
        assert [client.post(PATH, json=REPORT).status_code for _ in range(3)] == [201, 201, 429]
    monkeypatch.setattr("phusong.web.server.reports._MOST_BYTES", file.stat().st_size - 1)
    size = file.stat().st_size
    with served(folder, reports=file) as client:
        assert client.post(PATH, json=REPORT).status_code == 503
    assert file.stat().st_size == size


@pytest.fixture
def writers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path, dict[str, Any]]]:
    """Stand in for whoever writes the files, and note what they were asked."""
    asked: list[tuple[str, Path, dict[str, Any]]] = []
    for module in {kind.module for kind in KINDS.values()}:
        made = ModuleType(module)
        for kind in KINDS.values():
            if kind.module == module:
                setattr(made, kind.function, _writer(kind.function, asked))
        monkeypatch.setitem(sys.modules, module, made)
    return asked


def _writer(name: str, asked: list[tuple[str, Path, dict[str, Any]]]) -> Any:
    def write(_run: Run, path: Path, **arguments: Any) -> None:
        asked.append((name, path, arguments))
        if arguments.get("quantity") == "nonsense":
            raise InputError([Problem(str(path), None, "quantity", f"no such quantity in {path}", "Name another")])
        path.write_bytes(name.encode() * 100_000)

    return write


def test_files_are_made_sent_and_removed(folder: Path, writers: list[tuple[str, Path, dict[str, Any]]]) -> None:
    run = open_run(folder / NAME)
    with served(folder) as client:
        for kind, about in KINDS.items():
            answer = client.get(f"/api/runs/{NAME}/download/{kind}", params={"zone": "00001", "language": "en"})
            assert answer.status_code == 200
            name, path, _ = writers[-1]
            assert answer.content == name.encode() * 100_000
            assert answer.headers["content-type"] == about.media_type
            file = answer.headers["content-disposition"]
            assert file.startswith(f'attachment; filename="{NAME}_{kind}')
            assert f"{run.manifest['created'][:10]}_{run.digest()[:12]}{about.suffix}" in file
            assert not path.parent.exists()
        refused = client.get(f"/api/runs/{NAME}/download/geotiff?quantity=nonsense")
        assert refused.status_code == 422
        assert str(writers[-1][1].parent) not in refused.text
        assert not writers[-1][1].parent.exists()
        assert client.get(f"/api/runs/{NAME}/download/sheet").status_code == 422
        assert client.get(f"/api/runs/{NAME}/download/exe").status_code == 422
        injected = client.get(f"/api/runs/{NAME}/download/sheet", params={"zone": 'a"\r\nX: y/../ế'})
        assert "\r" not in injected.headers["content-disposition"]
        assert "x" not in injected.headers
    assert {name for name, _, _ in writers} == {kind.function for kind in KINDS.values()}


def wait(client: TestClient, name: str, *states: str) -> dict[str, Any]:
    """Wait until a simulation is in one of the states."""
    found: dict[str, Any] = {}
    for _ in range(600):
        found = client.get(f"/api/simulations/{name}").json()
        if found["state"] in states:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_simulations_run_one_after_the_other(tmp_path: Path, loss_store: Path) -> None:
    write_network(tmp_path / "mang-nho")
    with served(tmp_path, edit=True, store=loss_store) as client:

        def start(**options: Any) -> Any:
            return client.post("/api/simulations", json={"scenario": "mang-nho", **options})

        first = start(name="mot")
        assert first.status_code == 202
        assert start(name="mot").status_code == 409
        second = start(name="hai", resolution_m=200.0).json()
        assert second["state"] == "waiting"
        assert client.delete(f"/api/simulations/{second['id']}").json()["state"] == "cancelled"
        done = wait(client, first.json()["id"], "finished", "failed")
        assert done["state"] == "finished", done
        assert done["total"] > 0
        assert [run["name"] for run in client.get("/api/runs").json()] == ["mot"]
        assert client.get("/api/runs/mot/targets").status_code == 200
        assert [one["name"] for one in client.get("/api/simulations").json()] == ["mot", "hai"]
        assert start(name="mot").status_code == 409


def test_a_simulation_that_is_called_off_leaves_nothing(tmp_path: Path) -> None:
    with served(tmp_path, edit=True, store=tmp_path / ".losses") as client:
        answer = client.post("/api/simulations", json={"scenario": "phu-tho", "name": "tinh", "resolution_m": 500.0})
        name = answer.json()["id"]
        wait(client, name, "running")
        while not client.get(f"/api/simulations/{name}").json()["stage"]:
            time.sleep(0.1)
        client.delete(f"/api/simulations/{name}")
        assert wait(client, name, "cancelled", "finished", "failed")["state"] == "cancelled"
        left = sorted(path.name for path in tmp_path.iterdir() if path.name != ".losses")
        assert left == []


def test_what_cannot_be_simulated_is_told(tmp_path: Path) -> None:
    outside = write_network(tmp_path / "outside").parent
    runs = tmp_path / "runs"
    write_network(runs / "broken")
    (runs / "broken" / "register.csv").write_text("site\nA\n", encoding="utf-8")
    (runs / "linked").symlink_to(outside)
    with served(runs, edit=True) as client:

        def start(**content: Any) -> Any:
            return client.post("/api/simulations", json={"name": "x", **content})

        for scenario in ("nothing", "../outside", "linked", str(outside), ""):
            assert start(scenario=scenario).status_code == 422
        for wrong in ({"resolution_m": 9.9}, {"resolution_m": 2000.1}, {"mode": "best"}, {"radius_km": 0}):
            assert start(scenario="broken", **wrong).status_code == 422
        found = wait(client, start(scenario="broken").json()["id"], "failed", "finished")
        assert found["state"] == "failed"
        assert found["problems"][0]["place"].startswith("register.csv")
        assert str(runs) not in str(found)
        assert client.get("/api/simulations/nothing").status_code == 404
        assert sorted(path.name for path in runs.iterdir()) == ["broken", "linked"]
    with served(runs) as client:
        assert client.post("/api/simulations", json={"scenario": "broken", "name": "x"}).status_code == 403
        assert client.delete("/api/simulations/x").status_code == 403
        assert client.get("/api/simulations").json() == []


def test_few_simulations_may_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wait_for_the_end(one: Any) -> str:
        one.stop.wait(20.0)
        return "cancelled"

    monkeypatch.setattr("phusong.web.server.simulations._run", wait_for_the_end)
    simulations = Simulations()
    names = [simulations.start("s", "s", tmp_path / str(i), {}, None)["id"] for i in range(MOST_WAITING + 1)]
    with pytest.raises(Exception, match="too many"):
        simulations.start("s", "s", tmp_path / "more", {}, None)
    simulations.close()
    assert {simulations.find(name).state for name in names} == {"cancelled"}
