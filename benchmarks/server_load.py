"""The server under load, over loopback: tiles for eight at once, what-ifs, then minutes of everything and nonsense.

    python -m benchmarks.server_load RUN --minutes 10

It copies the run into a folder of its own, with files round it that must never be read, and serves that folder in a
child process. It prints figures as JSON and ends with code 1 where a promise does not hold: no answer 5xx (but 503,
"busy"), nothing read outside, memory within 20 % of what it was once warm.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import multiprocessing
import os
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from phusong.scenarios.run_folder import read_manifest
from phusong.terrain.grid import Grid
from phusong.web.mercator import degrees_to_mercator

CLIENTS = 8
TILES_EACH = 150
CHANGES = 30
CANARY = "canary-8f1c2a77"
GROWTH_PERCENT = 20.0
_START_SECONDS = 120.0
_WARM_SECONDS = 60.0
_NAME = "run"
_NONSENSE = (
    "..", "../../canary.txt", "%2e%2e%2f%2e%2e%2fcanary.txt", "....//canary.txt", "/etc/passwd", "run%2f..%2f..",
    "%00", "run%00.png", "\\..\\canary.txt", "linked", "ế" * 50, "x" * 3000, "NaN", "-1", "1e999", "9" * 40, "",
    "' OR 1=1", "<script>", "{{7*7}}", "${x}", "file:///etc/passwd",
)  # fmt: skip


def serve(folder: str, port: int, store: str | None, opened: str) -> None:
    """Serve a folder in this process, and note every file outside that is opened."""
    noted = open(opened, "a", encoding="utf-8", buffering=1)  # noqa: SIM115

    forbidden = [os.path.join(os.path.dirname(folder), name) for name in ("canary.txt", "secret")]
    forbidden += [os.path.join(folder, "canary.txt"), "/etc/passwd"]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if path.startswith(tuple(forbidden)):
                noted.write(path + "\n")

    sys.addaudithook(hook)
    from phusong.web.server.limits import RATES, Rate
    from phusong.web.server.listen import listen
    from phusong.web.server.settings import Settings

    RATES.update({name: Rate(1e9, 1e9) for name in RATES})
    settings = Settings(
        Path(folder), port=port, reports=Path(folder) / "reports.csv", store=None if store is None else Path(store)
    )
    listen(settings, lambda _address: None)


class Load:
    """Clients of a server.

    Parameters
    ----------
    base : its address.
    run : the folder of the run that it serves.
    """

    def __init__(self, base: str, run: Path) -> None:
        self.base = base
        self.answers: Counter[int] = Counter()
        self.wrong: list[str] = []
        manifest = read_manifest(run)
        self.grid = Grid(**manifest["grid"])
        self.technologies = list(manifest["definitions"])
        with (run / "tables" / "cells.csv").open(encoding="utf-8", newline="") as table:
            self.sites = list(dict.fromkeys(row["site"] for row in csv.DictReader(table)))
        west, south, east, north = self.grid.bounds_m
        longitude, latitude = self.grid.unproject([west, east], [south, north])
        self.bounds = float(longitude[0]), float(latitude[0]), float(longitude[1]), float(latitude[1])
        self._lock = threading.Lock()

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.base, trust_env=False, timeout=120.0)

    def ask(self, client: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response | None:
        """Ask, and note an answer that should not be."""
        told, answer = "", None
        try:
            answer = client.request(method, path, **options)
        except (httpx.InvalidURL, httpx.LocalProtocolError):  # no client can send it
            return None
        except httpx.TransportError as error:
            told = f"{method} {path[:80]}: {type(error).__name__}"
        with self._lock:
            if answer is None:
                self.answers[0] += 1
                if "WriteError" not in told and "RemoteProtocolError" not in told:  # a body that is cut off
                    self.wrong.append(told)
                return None
            self.answers[answer.status_code] += 1
            if answer.status_code >= 500 and answer.status_code != 503:
                self.wrong.append(f"{method} {path[:80]}: {answer.status_code}")
            if CANARY in answer.text or "Traceback" in answer.text:
                self.wrong.append(f"{method} {path[:80]}: told what it must not")
        return answer

    def tile(self, chance: random.Random, kind: str = "tiles") -> str:
        """Return the address of a tile over the run."""
        zoom = chance.randint(7, 14)
        west, south, east, north = self.bounds
        place = chance.uniform(west, east), chance.uniform(south, north)
        x, y = (int(float(value) * 2**zoom) for value in degrees_to_mercator(*place))
        query = f"?technology={chance.choice(self.technologies)}" if kind == "tiles" else ""
        return f"/api/runs/{_NAME}/{kind}/{zoom}/{x}/{y}.png{query}"

    def edit(self, chance: random.Random) -> str:
        field = chance.choice(("power_dbm-=", "electrical_tilt_deg+=", "azimuth_deg+="))
        return f"{chance.choice(self.sites)}.{field}{chance.randint(1, 3)}"


def timed(ask: Callable[[], Any], times: list[float]) -> Any:
    started = time.perf_counter()
    answer = ask()
    times.append(1000.0 * (time.perf_counter() - started))
    return answer


def warm_tiles(load: Load) -> dict[str, float]:
    """Return how long tiles of open views take, for eight clients at once [ms]."""
    addresses = [load.tile(random.Random(number)) for number in range(60)]

    def one(number: int) -> list[float]:
        chance, times = random.Random(number), list[float]()
        host, port = load.base.removeprefix("http://").split(":")
        client = http.client.HTTPConnection(host, int(port))  # the lightest: the cores are the server's

        def ask(path: str) -> None:
            client.request("GET", path)
            answer = client.getresponse()
            answer.read()
            if answer.status != 200:
                load.wrong.append(f"{path}: {answer.status}")

        for _ in range(TILES_EACH):
            # mostly a new tile: painted, not taken from those that are kept
            path = chance.choice(addresses) if chance.random() < 0.3 else load.tile(chance)
            timed(partial(ask, path), times)
        client.close()
        return times

    with load.client() as client:
        for technology in load.technologies:
            load.ask(client, "GET", f"/api/runs/{_NAME}/tiles/8/203/112.png?technology={technology}")
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        times = [time_ms for times in pool.map(one, range(CLIENTS)) for time_ms in times]
    return {**quantiles(times), "a_second": round(len(times) / (time.perf_counter() - started), 1)}


def changes(load: Load) -> dict[str, float]:
    """Return how long the answer to a what-if takes, the first one left aside [ms]."""
    chance, times, first_ms = random.Random(1), list[float](), 0.0
    with load.client() as client:
        for number in range(CHANGES + 1):
            content = {"edits": [load.edit(chance)]}
            took: list[float] = []
            timed(partial(load.ask, client, "POST", f"/api/runs/{_NAME}/change", json=content), took)
            if number:
                times += took
            else:
                first_ms = took[0]
    return {**quantiles(times), "first": round(first_ms, 1)}


def quantiles(times: list[float]) -> dict[str, float]:
    return {name: round(float(np.percentile(times, at)), 1) for name, at in (("p50", 50), ("p95", 95), ("worst", 100))}


def mixed(load: Load, seed: int, end: float) -> None:
    """Ask for everything, right and wrong, until a time."""
    chance = random.Random(seed)
    with load.client() as client:
        while time.monotonic() < end:
            one_request(load, client, chance)


def one_request(load: Load, client: httpx.Client, chance: random.Random) -> None:
    """Send one request, of any kind."""
    run, nonsense = f"/api/runs/{_NAME}", chance.choice(_NONSENSE)
    west, south, east, north = load.bounds
    where = f"longitude={chance.uniform(west, east)}&latitude={chance.uniform(south, north)}"
    technology = f"technology={chance.choice(load.technologies)}"
    place = chance.choice(("outdoors", "indoors", "in a car"))
    match chance.randrange(14):
        case 0 | 1 | 2 | 3:
            load.ask(client, "GET", load.tile(chance))
        case 4:
            load.ask(client, "GET", load.tile(chance, "terrain"))
        case 5:
            load.ask(client, "GET", f"{run}/at?{where}&{technology}&place={place}")
        case 6:
            load.ask(
                client, "GET", f"{run}/{chance.choice(('targets', 'proposals', f'zones?{technology}&place={place}'))}"
            )
        case 7:
            answer = load.ask(client, "POST", f"{run}/change", json={"edits": [load.edit(chance)]})
            if answer is not None and answer.status_code == 200:
                name = answer.json()["change"]
                load.ask(client, "GET", f"{load.tile(chance)}&change={name}")
                load.ask(client, "GET", f"{run}/at?{where}&{technology}&change={name}")
        case 8:
            paths = ("/api/runs/{}", "/static/{}", "/runs/{}", "/{}", run + "/download/{}", run + "/tiles/{}/1/1.png")
            path = chance.choice((*paths, run + "/{}")).format(nonsense)
            load.ask(client, "GET", path)
        case 9:
            load.ask(
                client, "GET", f"{run}/at", params={"longitude": nonsense, "latitude": nonsense, "technology": "4G"}
            )
            load.ask(client, "GET", "/api/compare", params={"before": _NAME, "after": nonsense})
            load.ask(client, "GET", f"{run}/cells", params={"site": nonsense})
        case 10:
            body = chance.choice((b"{", b"[" * 30_000, b"\xff", b'{"edits":' + b"9" * 1000 + b"}", b"x" * 200_000))
            headers = {"Content-Type": chance.choice(("application/json", "text/plain"))}
            load.ask(client, "POST", f"{run}/change", content=body, headers=headers)
        case 11:
            pieces = (b" " * 9000 for _ in range(chance.randint(1, 12)))
            load.ask(client, "POST", f"{run}/change", content=pieces, headers={"Content-Type": "application/json"})
        case 12:
            method = chance.choice(("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "POST"))
            load.ask(client, method, chance.choice((run, "/", "/api/simulations", f"/{nonsense}")))
        case _:
            names = {"edits": [nonsense[:150]], "accept": {nonsense[:150]: [nonsense[:90]]}, "remove": [nonsense[:90]]}
            load.ask(client, "POST", f"{run}/change", json=names)
            load.ask(client, "POST", f"{run}/change/{nonsense[:60]}/save", json={"name": nonsense})


def rss_mb(process: int) -> float:
    """Return the memory that a process has in use [MB]."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def wait_for(base: str) -> None:
    """Wait until the server answers."""
    started = time.monotonic()
    with httpx.Client(base_url=base, trust_env=False, timeout=5.0) as client:
        while time.monotonic() - started < _START_SECONDS:
            try:
                client.get("/api/runs")
                return
            except httpx.TransportError:
                time.sleep(0.1)
    raise SystemExit("the server does not start")


def measure(run: Path, minutes: float, store: Path | None) -> dict[str, Any]:
    """Return the figures of a server of one run."""
    with tempfile.TemporaryDirectory() as made:
        root, runs = Path(made), Path(made) / "runs"
        shutil.copytree(run, runs / _NAME, ignore=shutil.ignore_patterns("maps"))
        (root / "canary.txt").write_text(CANARY, encoding="utf-8")
        (runs / "canary.txt").write_text(CANARY, encoding="utf-8")
        (root / "secret").mkdir()
        shutil.copy(run / "run.json", root / "secret" / "run.json")
        (runs / "linked").symlink_to(root / "secret")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        opened = root / "opened.txt"
        process = multiprocessing.get_context("spawn").Process(
            target=serve, args=(str(runs), port, None if store is None else str(store), str(opened))
        )
        process.start()
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(base)
            load = Load(base, runs / _NAME)
            figures: dict[str, Any] = {"tiles_ms": warm_tiles(load), "changes_ms": changes(load)}
            figures |= soak(load, int(process.pid or 0), minutes)
        finally:
            process.terminate()
            process.join()
        read = opened.read_text(encoding="utf-8").split("\n") if opened.exists() else []
        figures["read_outside"] = sorted({Path(path).name for path in read if path})
        return figures


def soak(load: Load, process: int, minutes: float) -> dict[str, Any]:
    """Return how the server bears minutes of mixed load: answers, what went wrong, memory."""
    memory: list[tuple[float, float]] = []
    started = time.monotonic()
    end = started + 60.0 * minutes
    with ThreadPoolExecutor(CLIENTS) as pool:
        asking = [pool.submit(mixed, load, seed, end) for seed in range(CLIENTS)]
        while time.monotonic() < end:
            memory.append((time.monotonic() - started, rss_mb(process)))
            time.sleep(1.0)
        for one in asking:
            one.result()
    warm_after_s = min(_WARM_SECONDS, 0.5 * 60.0 * minutes)
    warm = [value for at_s, value in memory if at_s >= warm_after_s]
    warm_mb, last_mb = (
        float(np.median(part)) for part in (warm[: max(1, len(warm) // 5)], warm[-max(1, len(warm) // 5) :])
    )
    return {
        "minutes": minutes,
        "answers": {str(status): count for status, count in sorted(load.answers.items())},
        "wrong": load.wrong[:20],
        "memory_warm_mb": round(warm_mb, 1),
        "memory_last_mb": round(last_mb, 1),
        "memory_growth_percent": round(100.0 * (last_mb / warm_mb - 1.0), 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("run", type=Path, help="folder of a run")
    parser.add_argument("--minutes", type=float, default=10.0, help="of mixed load")
    parser.add_argument("--store", type=Path, default=None, help="folder of the path losses; none: the user's")
    asked = parser.parse_args()
    figures = measure(asked.run, asked.minutes, asked.store)
    print(json.dumps(figures, indent=2))
    broken = figures["wrong"] or figures["read_outside"] or figures["memory_growth_percent"] > GROWTH_PERCENT
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
