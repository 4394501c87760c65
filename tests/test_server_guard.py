"""The server within its limits: both sides of every one of them."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from phusong.errors import InputError, Problem
from phusong.web.server.app import make_app
from phusong.web.server.failures import RefusedError, problems_of, without_paths
from phusong.web.server.guard import HEADERS, MOST_BODY_BYTES, MOST_HEADER_BYTES, MOST_URL_BYTES
from phusong.web.server.limits import RATES, Buckets, Rate
from phusong.web.server.login import COOKIE, SESSION_SECONDS, Login
from phusong.web.server.settings import TOKEN_VARIABLE, Settings, is_loopback, read_token
from tests.fake_run import write_fake_run
from tests.served import LOCAL, NAME, TestClient, problem, served

TOKEN = "a-token-of-some-24-chars"
EVERY = {name: Rate(1e9, 1e9) for name in RATES}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_fake_run(tmp_path / NAME)
    return tmp_path


def change(client: TestClient, **options: Any) -> Any:
    """Ask for a change that cannot be done: 422 where the request is looked at."""
    content = json.dumps({"edits": ["nonsense"]}).encode()
    options.setdefault("headers", {}).setdefault("Content-Type", "application/json")
    return client.post(f"/api/runs/{NAME}/change", content=options.pop("content", content), **options)


def test_headers_stand_on_every_answer(folder: Path) -> None:
    with served(folder) as client:
        answers = [
            client.get("/"), client.get("/api/runs"), client.get("/nowhere"), client.get("/api/runs/x"),
            client.get(f"/api/runs/{NAME}/tiles/1/1/0.png?technology=4G"), client.get("/static/docs.js"),
            client.post("/api/runs", json={}), change(client),
            client.get("/api/runs", headers={"Host": "evil.example"}), client.get("/" + "x" * MOST_URL_BYTES),
        ]  # fmt: skip
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert "server" not in answer.headers
        assert "cache-control" in answer.headers
        assert answer.headers.get("access-control-allow-origin") is None
    assert [answer.status_code for answer in answers][2:] == [404, 404, 200, 200, 405, 422, 421, 414]
    policy = HEADERS["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("host", "is_own"),
    [("127.0.0.1:8765", True), ("localhost:8765", True), ("LOCALHOST", True), ("[::1]:1", True),
     ("evil.example", False), ("127.0.0.1.evil.example", False), ("localhost.evil.example", False), ("", False),
     ("127.0.0.1@evil.example", False), ("10.0.0.1", False), ("[::1", False)],
)  # fmt: skip
def test_only_own_names_are_answered(folder: Path, host: str, is_own: bool) -> None:
    with served(folder) as client:
        answer = client.get("/api/runs", headers={"Host": host})
        assert answer.status_code == (200 if is_own else 421)


def test_a_server_for_others_goes_by_its_addresses(folder: Path) -> None:
    with served(folder, host="0.0.0.0", token=TOKEN) as client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        for host, status in (("192.168.1.20:8765", 200), ("evil.example", 421), ("localhost", 200)):
            assert client.get("/api/runs", headers={**headers, "Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"Origin": LOCAL}, 422),
        ({"Origin": LOCAL, "Sec-Fetch-Site": "same-origin"}, 422),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8766"}, 403),
        ({"Origin": "https://127.0.0.1:8765"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 422),
    ],
)
def test_only_the_own_page_writes(folder: Path, headers: dict[str, str], status: int) -> None:
    with served(folder, edit=True) as client:
        assert change(client, headers=dict(headers)).status_code == status
        assert client.get("/api/runs", headers=headers).status_code == 200


def test_bodies_are_bounded(folder: Path) -> None:
    with served(folder) as client:
        whole = json.dumps({"edits": ["nonsense"]}).encode()
        padded = whole + b" " * (MOST_BODY_BYTES - len(whole))
        assert change(client, content=padded).status_code == 422
        assert change(client, content=padded + b" ").status_code == 413
        pieces = [padded[:1000], padded[1000:]]
        assert change(client, content=iter(pieces)).status_code == 422
        answer = change(client, content=iter([*pieces, b" "]))
        assert answer.status_code == 413
        assert answer.headers["connection"] == "close"
        for length in ("-1", "x", "9" * 30):
            headers = {"Content-Length": length, "Content-Type": "application/json"}
            assert change(client, content=b"", headers=headers).status_code == 413


def test_addresses_are_bounded(folder: Path) -> None:
    with served(folder) as client:
        base = "/api/runs?x="
        at_limit = base + "y" * (MOST_URL_BYTES - len(base) + 1)
        assert client.get(at_limit).status_code == 200
        assert client.get(at_limit + "y").status_code == 414


def test_headers_are_bounded(folder: Path) -> None:
    with served(folder) as client:
        spare = MOST_HEADER_BYTES - 1000
        assert client.get("/api/runs", headers={"X": "y" * spare}).status_code == 200
        assert client.get("/api/runs", headers={"X": "y" * (spare + 1000)}).status_code == 431


def test_broken_bodies_are_no_crash(folder: Path) -> None:
    with served(folder) as client:
        for content in (b"", b"{", b"\xff\xfe", b"[" * 60_000, b"null", b'{"edits": [NaN]}', b'"\\ud800"'):
            answer = change(client, content=content)
            assert 400 <= answer.status_code < 500, content[:20]
            assert answer.json()["problems"]


def test_rates_are_bounded_by_client_and_kind() -> None:
    now = 0.0
    buckets = Buckets({"read": Rate(2.0, 0.5), "write": Rate(1.0, 1.0)}, lambda: now)
    buckets.take("a", "read")
    buckets.take("a", "read")
    with pytest.raises(RefusedError) as refused:
        buckets.take("a", "read")
    assert (refused.value.status, refused.value.seconds) == (429, 2)
    buckets.take("a", "write")
    buckets.take("b", "read")
    now = 1.9
    with pytest.raises(RefusedError):
        buckets.take("a", "read")
    now = 2.1
    buckets.take("a", "read")


def test_a_client_that_asks_too_often_is_told_when_to_ask_again(folder: Path) -> None:
    buckets = Buckets({**EVERY, "read": Rate(2.0, 0.01)})
    with served(folder, buckets=buckets) as client:
        assert [client.get("/api/runs").status_code for _ in range(3)] == [200, 200, 429]
        answer = client.get("/api/runs")
        assert int(answer.headers["retry-after"]) > 50
        problem(answer)
        assert client.get(f"/api/runs/{NAME}/tiles/1/1/0.png?technology=4G").status_code == 200


def test_others_are_served_with_a_token_alone(folder: Path) -> None:
    with pytest.raises(InputError, match="token"):
        make_app(Settings(folder, host="0.0.0.0"))
    with pytest.raises(InputError, match="token"):
        make_app(Settings(folder, host="192.168.1.20"))
    make_app(Settings(folder, host="0.0.0.0", token=TOKEN))
    assert [is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "example.vn", "")] == [False] * 5


def test_the_token_opens_the_server(folder: Path) -> None:
    with served(folder, token=TOKEN) as client:
        for path in ("/", "/api/runs", "/openapi.json", "/api/docs", "/static/docs.js", f"/runs/{NAME}"):
            assert client.get(path).status_code == 401
            assert client.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code in (200, 307)
        refused = client.get("/api/runs")
        assert refused.headers["www-authenticate"] == "Bearer"
        assert client.get("/api/runs", headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 401
        assert client.get("/api/runs", headers={"Authorization": f"Basic {TOKEN}"}).status_code == 401
        assert client.get(f"/api/runs?token={TOKEN}").status_code == 401
        page = client.get("/", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login")


def test_a_session_is_opened_on_a_page(folder: Path) -> None:
    with served(folder, token=TOKEN) as client:
        assert "Mã truy cập" in client.get("/login").text
        assert client.get("/static/login.css").status_code == 200
        wrong = client.post("/login", data={"token": "no"}, headers={"Origin": LOCAL})
        assert wrong.status_code == 401
        assert "set-cookie" not in wrong.headers
        elsewhere = client.post("/login", data={"token": TOKEN}, headers={"Origin": "http://evil.example"})
        assert elsewhere.status_code == 403
        null = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
        assert client.post("/login", data={"token": TOKEN}, headers=null).status_code == 403
        done = client.post("/login", data={"token": TOKEN}, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"})
        assert (done.status_code, done.headers["location"]) == (303, "/")
        cookie = done.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert TOKEN not in cookie
        assert client.get("/api/runs").status_code == 200
        client.cookies.clear()
        assert client.get("/api/runs", headers={"Cookie": f"{COOKIE}=guess"}).status_code == 401


def test_failures_of_the_token_are_counted(folder: Path) -> None:
    with served(folder, token=TOKEN) as client:
        wrong = [client.post("/login", data={"token": f"no{i}"}).status_code for i in range(6)]
        assert wrong == [401] * 5 + [429]
        answer = client.get("/api/runs", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


def test_a_session_ends() -> None:
    now = 0.0
    login = Login(TOKEN, Buckets(), lambda: now)
    name = login.open()
    headers = {"cookie": f"other=1; {COOKIE}={name}"}
    now = SESSION_SECONDS - 1.0
    login.check("a", headers)
    now = SESSION_SECONDS + 1.0
    with pytest.raises(RefusedError):
        login.check("a", headers)


def test_the_token_is_no_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    assert read_token(None) is None
    file = tmp_path / "token.txt"
    for text, is_good in (("x" * 15, False), ("x" * 16, True), ("ế" * 20, False), ("x" * 8 + " " + "x" * 8, False)):
        file.write_text(text + "\n", encoding="utf-8")
        if is_good:
            assert read_token(file) == text
        else:
            with pytest.raises(InputError, match="too short"):
                read_token(file)
    with pytest.raises(InputError, match="cannot be read"):
        read_token(tmp_path / "nothing")
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    assert read_token(None) == TOKEN


def test_the_log_has_neither_queries_nor_tokens(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="phusong.access")
    with served(folder, token=TOKEN) as client:
        client.get("/api/runs?secret=query", headers={"Authorization": f"Bearer {TOKEN}"})
        client.get("/a%0d%0ab")
        client.post("/login", data={"token": TOKEN})
    lines = [record.getMessage() for record in caplog.records if record.name == "phusong.access"]
    assert "GET /api/runs 200" in lines[0]
    assert all("secret" not in line and TOKEN not in line and "\n" not in line for line in lines)


def test_a_failure_is_told_without_its_inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError(f"at {folder}/secret")

    monkeypatch.setattr("phusong.web.server.answers.target_rows", fail)
    with served(folder) as client:
        answer = client.get(f"/api/runs/{NAME}/targets")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    problem(answer)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_paths_are_told_by_their_last_name() -> None:
    told = {
        "its grid is another than that of /srv/runs/a: 3 x 4": "its grid is another than that of a: 3 x 4",
        "C:\\Users\\x\\run.json is broken": "run.json is broken",
        "12 Mbit/s and 3 km/h": "12 Mbit/s and 3 km/h",
        "'/srv/runs'": "'runs'",
        "see https://example.vn/a/b": "see https://example.vn/a/b",
    }
    for text, expected in told.items():
        assert without_paths(text) == expected
    error = InputError([Problem("/srv/runs/a/run.json", 3, None, "bad /srv/x", "mend /srv/y")])
    assert problems_of(error) == [{"place": "run.json, row 3", "field": "", "message": "bad x", "remedy": "mend y"}]
