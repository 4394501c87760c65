"""The map, the report and the sheets of a run: `python -m benchmarks.publishing RUN`.

How long each takes to make and how large it is; and how soon the map stands in a headless browser, from the start of
the navigation to its last tile, several times (it needs Chromium and Playwright, and draws without a graphics card).
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from phusong.laboratory import report
from phusong.report import write_report, write_sheets
from phusong.scenarios.store import open_run
from phusong.web.map_file import write_map

MOST_MAP_MB, MOST_FIRST_VIEW_S, MOST_SHEETS_S = 12.0, 3.0, 120.0
_BROWSER = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox")
_WATCH = """addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  if (document.body.dataset.state === "ready" && !window.readyAt) window.readyAt = performance.now();
  if (document.body.dataset.map === "drawn" && !window.drawnAt) window.drawnAt = performance.now();
}).observe(document.body, { attributes: true }))"""


def first_views(page: Path, views: int) -> list[tuple[float, float]]:
    """Return how long a fresh page takes until its figures stand, and until its map is complete [s]."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(_BROWSER))
        for _ in range(views):
            opened = browser.new_page(viewport={"width": 1366, "height": 768})
            opened.add_init_script(_WATCH)
            opened.goto(page.as_uri())
            opened.wait_for_selector("body[data-map=drawn]", state="attached")
            ready_ms, drawn_ms = opened.evaluate("[window.readyAt, window.drawnAt]")
            found.append((ready_ms / 1000.0, drawn_ms / 1000.0))
            opened.close()
        browser.close()
    return found


def timed(act: Callable[[], object]) -> float:
    """Return how long something takes [s]."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--views", type=int, default=5, metavar="N", help="how often the map is opened; 0: no browser")
    given = parser.parse_args(arguments)
    run = open_run(given.run)
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / name for name in ("map.html", "report.pdf", "sheets.pdf")}
        makers: dict[str, Callable[[], object]] = {
            "map.html": lambda: write_map(run, files["map.html"]),
            "report.pdf": lambda: write_report(run, files["report.pdf"]),
            "sheets.pdf": lambda: write_sheets(run, files["sheets.pdf"], workers=os.cpu_count() or 1),
        }
        seconds = {name: timed(make) for name, make in makers.items()}
        sizes_mb = {name: path.stat().st_size / 1e6 for name, path in files.items()}
        views = first_views(files["map.html"], given.views) if given.views else []
    rows: list[report.Row] = [
        {"file": name, "made in [s]": seconds[name], "size [MB]": sizes_mb[name]} for name in files
    ]
    musts = [
        report.Must("map.html [MB]", sizes_mb["map.html"], MOST_MAP_MB),
        report.Must("sheets of all zones [s]", seconds["sheets.pdf"], MOST_SHEETS_S),
    ]
    if views:
        ready_s, drawn_s = (statistics.median(times) for times in zip(*views, strict=True))
        musts.append(report.Must("first view: figures and legend [s]", ready_s, MOST_FIRST_VIEW_S))
        musts.append(report.Must("first view: map complete [s]", drawn_s, MOST_FIRST_VIEW_S))
    report.show(f"map and report, {given.run}", rows, musts, as_json=given.json)


if __name__ == "__main__":
    main()
