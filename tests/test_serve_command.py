"""`phusong serve` over a real socket: it prints its address, answers, bounds what it takes, and ends with Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from phusong.web.server.listen import address
from tests.browser import chromium
from tests.fake_run import write_fake_run
from tests.tree import ROOT

COMMAND = [sys.executable, "-c", "from phusong.cli import main; main()", "serve"]


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command and give its process and address."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+/", line)
        assert found, line + (process.stderr.read() if process.stderr else "")
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def test_it_answers_and_ends_cleanly(tmp_path: Path) -> None:
    write_fake_run(tmp_path / "mang")
    with serving(str(tmp_path), "--port", "0") as (process, base):
        assert base.startswith("http://127.0.0.1:")
        with httpx.Client(base_url=base, trust_env=False) as client:
            answer = client.get("api/runs?secret=query")
            assert [run["name"] for run in answer.json()] == ["mang"]
            assert "server" not in answer.headers
            assert client.get("nowhere").status_code == 404
            assert client.get("/../../etc/passwd").status_code == 404
            chunks = client.post(
                "api/runs/mang/change", content=(b"x" * 10_000 for _ in range(8)),
                headers={"Content-Type": "application/json"},
            )  # fmt: skip
            assert chunks.status_code == 413
        host, port = base.removeprefix("http://").strip("/").split(":")
        for head, said in ((b"X: " + b"y" * 20_000 + b"\r\n\r\n", b"431"), (b"X: " + b"y" * 400_000, b"400")):
            with socket.create_connection((host, int(port)), timeout=10) as raw:
                raw.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head)
                assert said in raw.recv(20)
        taken = subprocess.run(
            [*COMMAND, str(tmp_path), "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        assert taken.returncode == 3
        assert "--port" in taken.stderr
        assert "Traceback" not in taken.stderr
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in error
        assert "GET /api/runs 200" in error
        assert "secret" not in error


def test_a_browser_logs_in(tmp_path: Path) -> None:
    """A form says less of where it stands than a program does: only a browser tells whether it gets through."""
    for name in ("mot", "hai"):
        write_fake_run(tmp_path / "runs" / name)
    token = tmp_path / "token.txt"
    token.write_text("x" * 24, encoding="utf-8")
    with (
        serving(str(tmp_path / "runs"), "--port", "0", "--token-file", str(token)) as (_, base),
        chromium() as browser,
    ):
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(base)
        assert page.url == f"{base}login"
        page.fill("#token", "wrong")
        page.click("button")
        page.wait_for_selector(".failure")
        page.fill("#token", "x" * 24)
        page.click("button")
        page.wait_for_selector("li a")
        assert page.locator("li a").count() == 2
        page.goto(f"{base}api/docs")
        page.wait_for_selector("details")
        assert page.locator("details").count() > 15
    assert not errors


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--host", "0.0.0.0"], 2, "without a token"),
        (["--token-file", "nothing.txt"], 2, "cannot be read"),
        (["--host", "192.0.2.1", "--token-file", "token.txt"], 3, "192.0.2.1"),
    ],
)
def test_what_cannot_be_served_is_told(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    (tmp_path / "token.txt").write_text("x" * 24, encoding="utf-8")
    arguments = [str(tmp_path / one) if one.endswith(".txt") else one for one in arguments]
    done = subprocess.run([*COMMAND, str(tmp_path), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, str(tmp_path / "no")], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "there is no such folder" in done.stderr


def test_addresses_are_written_as_browsers_read_them() -> None:
    assert address("127.0.0.1", 1) == "http://127.0.0.1:1/"
    assert address("::1", 1) == "http://[::1]:1/"
    assert address("0.0.0.0", 1) == f"http://{socket.gethostname()}:1/"
