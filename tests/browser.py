"""A real browser for tests: Debian's Chromium, driven by Playwright; skipped with a reason where either is missing."""

from __future__ import annotations

import atexit
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
NO_WEBGL = ("--disable-3d-apis", "--disable-gpu")
QUIET = (
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
OFFICE, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
_LONGEST_MS = 30_000


@contextmanager
def chromium(*arguments: str) -> Iterator[Any]:
    """Give a running browser."""
    driver = _driver()
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    browser = driver.chromium.launch(executable_path=path, args=[*QUIET, *(arguments or WEBGL)])
    try:
        yield browser
    finally:
        browser.close()


@cache
def _driver() -> Any:
    """Return Playwright, started once: it does not run twice in one process."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    started = playwright.sync_playwright().start()
    atexit.register(started.stop)
    return started


class Watched:
    """A page that notes what it asks of the network, and what goes wrong in it."""

    def __init__(self, browser: Any, address: str, *, size: dict[str, int] | None = None, **options: Any) -> None:
        self.context = browser.new_context(viewport=size or OFFICE, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(_LONGEST_MS)
        self.requests: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._note)
        self.page.goto(address)

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning") and "GPU stall" not in message.text:
            self.faults.append(message.text)

    def drawn(self) -> Any:
        """Return the page as soon as its map is drawn."""
        self.page.wait_for_selector("body[data-state=ready]", state="attached")
        self.page.wait_for_selector("body[data-map=drawn]", state="attached")
        return self.page

    def ready(self) -> Any:
        """Return the page as soon as its figures stand, map or not."""
        self.page.wait_for_selector("body[data-state=ready]", state="attached")
        return self.page

    def outside(self, *own: str) -> list[str]:
        """Return the requests to anywhere but own addresses and what the page itself holds."""
        return [url for url in self.requests if not url.startswith((*own, "data:", "blob:"))]

    def close(self) -> None:
        self.context.close()


def until(page: Any, expression: str, seconds: float = 20.0) -> None:
    """Wait until an expression is true in a page, whose policy forbids Playwright's own way: it evaluates text there."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)
