"""What only the served page can do, in a real browser: changes, proposals, profiles, files, simulations."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from phusong import propose
from phusong.scenarios.run import Run, open_run
from tests.browser import PHONE, Watched, chromium, until
from tests.served import copy_run
from tests.test_page_access import CONTRASTS, MARKED, SMALL_TARGETS
from tests.tree import ROOT

NAME = "mang"
SITE_A = "105.20510,21.30520"
PICTURE = "document.querySelector('#map canvas').toDataURL()"
SHAPES = """() => Object.fromEntries(['vi', 'en'].map((language) => {
  PhuSong.texts.language = language;
  const shape = (text) => typeof text === 'string' ? (text.match(/\\{\\w+\\}/g) || []).sort().join()
    : Array.isArray(text) ? text.map(shape) : Object.entries(text).sort().map(([key, of]) => [key, shape(of)]);
  return [language, PhuSong.texts.keys()[language].sort().map((key) => [key, shape(PhuSong.texts.t(key))])];
}))"""
ENGLISH = """() => {
  PhuSong.texts.language = 'en';
  return JSON.stringify(PhuSong.texts.keys().en.map((key) => PhuSong.texts.t(key)));
}"""
NAMELESS = """() => [...document.querySelectorAll(
    '#extras :is(button, input, select, a, summary, progress), #answer :is(button, summary, svg), #trial button'
  )].filter((one) => !(one.getAttribute('aria-label') || [...(one.labels || [])].map((of) => of.textContent).join('')
    || one.textContent).trim()).map((one) => one.outerHTML)"""


@pytest.fixture(scope="module")
def folder(network_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs: one with a proposal."""
    folder = tmp_path_factory.mktemp("runs")
    propose(open_run(copy_run(network_run, folder, NAME)), technology="5G", sites=1)
    return folder


@pytest.fixture(scope="module")
def base(folder: Path) -> Iterator[str]:
    """A server of that folder that lets runs be written."""
    command = [sys.executable, "-c", "from phusong.cli import main; main()", "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--edit"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+/", process.stdout.readline())
        assert found
        yield found[0]
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def refused() -> list[str]:
    """What a test asks for although it is refused, as the browser tells it."""
    return []


@pytest.fixture
def opened(browser: Any, base: str, refused: list[str]) -> Iterator[Callable[..., Any]]:
    """A function that opens the page; in the end nothing has failed in it, and it has asked nobody but its server."""
    pages: list[Watched] = []

    def open_page(part: str = f"sites=1&c={SITE_A},13,0,0", **options: Any) -> Any:
        pages.append(Watched(browser, f"{base}runs/{NAME}#{part}", **options))
        return pages[-1].drawn()

    yield open_page
    for one in pages:
        one.close()
        assert [fault for fault in one.faults if not any(words in fault for words in refused)] == []
        assert one.outside(base) == []


def choose(page: Any, site: str) -> None:
    page.click("#whatif > summary")
    page.fill("#whatif-name-of-site", site)
    page.press("#whatif-name-of-site", "Enter")
    page.wait_for_selector("#whatif-site h3")


def wait_trial(page: Any, *, is_on: bool = True) -> None:
    page.wait_for_selector(f"body[data-trial='{'after' if is_on else ''}']")


def entries(page: Any) -> list[str]:
    return [str(one) for one in page.locator("#whatif-edits li > span").all_inner_texts()]


def test_a_change_of_power_is_seen_and_undone(opened: Callable[..., Any]) -> None:
    page = opened("sites=1&c=105.21040,21.33210,13,0,0")
    choose(page, "D")
    shares = page.inner_text("#summary .whole")
    page.click(".cell >> nth=0 >> summary")
    tiles: list[str] = []
    page.on("requestfinished", lambda request: tiles.append(request.url) if "/tiles/" in request.url else None)
    page.fill("input[data-field=power_dbm] >> nth=0", "5")
    page.press("input[data-field=power_dbm] >> nth=0", "Tab")
    wait_trial(page)
    assert entries(page) == ["D-L1800-0: công suất 44 → 5 dBm"]
    assert "chưa lưu" in page.inner_text("#trial")
    until(page, f"document.querySelector('#summary .whole').innerText !== {json.dumps(shares)}")
    assert "−" in page.inner_text("#whatif-deltas [data-whole='4G']")
    losses = [
        float(one.replace("−", "-").replace(",", "."))
        for one in page.locator("#whatif-deltas td:last-child").all_inner_texts()
    ]
    assert losses == sorted(losses)
    assert losses[0] < 0
    page.wait_for_load_state("networkidle")
    with httpx.Client(trust_env=False) as client:
        pairs = [[client.get(re.sub(part, "", one)).content for part in ("$", "&change=.*")] for one in tiles]
    assert any(after != before for after, before in pairs)
    after = page.evaluate(PICTURE)
    page.click("#trial-toggle")
    page.wait_for_selector("body[data-trial=before]")
    until(page, f"{PICTURE} !== {json.dumps(after)}")
    page.click("#trial-toggle")
    wait_trial(page)
    page.check("input[name=place][value=indoors]", force=True)
    page.wait_for_selector("#trial.before")
    assert "chỉ xem được" in page.inner_text("#trial")
    page.click("#trial button")
    page.wait_for_selector("#trial:not(.before)")
    with page.expect_response(lambda answer: "/tiles/" in answer.url and "change=" not in answer.url):
        page.click("#whatif-edits button")
    wait_trial(page, is_on=False)
    assert entries(page) == []
    assert page.input_value("input[data-field=power_dbm] >> nth=0") == "44"
    assert page.is_hidden("#trial")
    until(page, f"document.querySelector('#summary .whole').innerText === {json.dumps(shares)}")


def test_a_site_is_picked_on_the_map_moved_and_limited(opened: Callable[..., Any], refused: list[str]) -> None:
    page = opened()
    page.click("#whatif > summary")
    box = page.locator("#map canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x + 7, y)
    page.wait_for_selector("#whatif-site h3")
    assert page.input_value("#whatif-name-of-site") == "A"
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 30, steps=4)
    page.mouse.up()
    wait_trial(page)
    assert float(page.input_value("input[data-field=longitude]")) > 105.2056
    assert float(page.input_value("input[data-field=latitude]")) > 21.3055
    assert entries(page)[0].startswith("Trạm A: dời ")
    page.fill("input[data-field=latitude]", "91")
    page.press("input[data-field=latitude]", "Tab")
    assert "từ −90 đến 90" in page.inner_text("#whatif-site .range >> nth=1")
    assert len(entries(page)) == 1
    refused.append("status of 404")
    page.fill("#whatif-name-of-site", "nobody")
    page.press("#whatif-name-of-site", "Enter")
    until(page, "document.getElementById('whatif-note').textContent.includes('no such site')")
    page.click("#whatif-undo-all")
    wait_trial(page, is_on=False)


def test_a_proposal_is_built_beside_other_changes_and_saved(
    opened: Callable[..., Any], base: str, folder: Path
) -> None:
    page = opened()
    page.click("#planner > summary")
    page.wait_for_selector(".proposed")
    assert "tối ưu" in page.inner_text(".certificate") or "chứng minh" in page.inner_text(".certificate")
    page.check(".proposed input")
    wait_trial(page)
    assert page.inner_text("#planner-cost").startswith("Đã chọn 1 trạm, chi phí ")
    with httpx.Client(base_url=base, trust_env=False) as client:
        (answer,) = client.get(f"api/runs/{NAME}/proposals").json()
        told = re.search(r"\+([\d,]+) km²", page.inner_text("#planner-totals [data-whole='5G']"))
        assert told
        assert float(told[1].replace(",", ".")) == pytest.approx(
            answer["sites"][0]["gain_km2"], abs=0.02
        )  # a pixel more or less
        choose(page, "E")
        page.click("#site-toggle")
        until(page, "document.querySelectorAll('#whatif-edits li').length === 2")
        until(page, "/−/.test(document.querySelector('#planner-totals [data-whole=\"4G\"]').textContent)")
        page.fill("#whatif-run-name", "a b")
        page.click("#whatif-saver button")
        assert page.evaluate("() => !document.getElementById('whatif-run-name').validity.valid")
        page.fill("#whatif-run-name", "thu-1")
        page.click("#whatif-saver button")
        page.wait_for_selector("#whatif-saved a[href='/runs/thu-1']")
        assert client.get("runs/thu-1").status_code == 200
    before, after = open_run(folder / NAME), open_run(folder / "thu-1").cells()
    assert set(after.loc[after["site"] == "E", "status"]) == {"off"}
    assert len(after) == len(before.cells()) + len(before.table("proposed_cells"))
    page.click("#whatif-undo-all")
    wait_trial(page, is_on=False)
    assert not page.is_checked(".proposed input")


def test_the_profile_of_a_point_says_whether_it_is_blocked(opened: Callable[..., Any], base: str) -> None:
    page = opened("at=105.22400,21.31500")
    page.click("#profile > summary")
    page.wait_for_selector("#profile svg[role=img]")
    label = page.get_attribute("#profile svg", "aria-label")
    with httpx.Client(base_url=base, trust_env=False) as client:
        where = {"longitude": 105.224, "latitude": 21.315}
        cell = client.get(f"api/runs/{NAME}/at", params={**where, "technology": "4G"}).json()["serving"]
        told = client.get(f"api/runs/{NAME}/profile", params={**where, "cell": cell["cell"]}).json()
    assert f"trạm {cell['site']}" in label
    assert ("bị che" in label) == bool(told["blocked"])
    ratio = f"{told['least_clearance_ratio']:.2f}".replace(".", ",").replace("-", "−")
    assert f"({ratio} bán kính" in label
    page.click("#profile details > summary")
    assert page.locator("#profile tbody tr").count() > 10
    assert page.locator("#profile thead th").count() == 5
    page.click("#answer .try")
    page.wait_for_selector("#whatif-site h3")
    assert page.input_value("#whatif-name-of-site") == cell["site"]
    page.click("[data-language=en]")
    page.click("#profile > summary")
    assert page.get_attribute("#profile svg", "aria-label").startswith("Profile of ")


def test_files_are_handed_out_and_every_word_is_in_both_languages(opened: Callable[..., Any], base: str) -> None:
    page = opened()
    page.click("#table-body button")
    page.click("#downloads > summary")
    page.wait_for_selector("#download-sheet")
    links = {one.get_attribute("id"): one.get_attribute("href") for one in page.query_selector_all("#downloads a")}
    kinds = ["geotiff", "geopackage", "csv", "kmz", "report", "sheet"]
    assert list(links) == [f"download-{kind}" for kind in kinds]
    quantities = (
        page.locator("#downloads select >> nth=0").locator("option").evaluate_all("all => all.map(one => one.value)")
    )
    with httpx.Client(base_url=base, trust_env=False, timeout=120) as client:
        for kind in set(kinds) - {"report"}:  # which takes long, and has tests of its own
            answer = client.get(links[f"download-{kind}"])
            assert answer.status_code == 200, answer.text
            assert kind != "csv" or answer.content.startswith(b"\xef\xbb\xbf")
        for quantity in quantities:
            address = re.sub("quantity=[a-z]+", f"quantity={quantity}", links["download-geotiff"])
            assert client.get(address).status_code == 200
    shapes = page.evaluate(SHAPES)
    assert shapes["vi"] == shapes["en"]
    assert not MARKED.search(page.evaluate(ENGLISH).replace("Phủ Sóng", ""))


def test_runs_are_listed_compared_and_simulated(opened: Callable[..., Any], base: str, refused: list[str]) -> None:
    page = opened()
    with httpx.Client(base_url=base, trust_env=False) as client:
        body = {"edits": ["B.status=off"]}
        change = client.post(f"api/runs/{NAME}/change", json=body).json()["change"]
        client.post(f"api/runs/{NAME}/change/{change}/save", json={"name": "khong-b"}).raise_for_status()
    page.click("#runs > summary")
    page.click("[data-run=khong-b] button")
    page.wait_for_selector("#runs-deltas td.loss")
    assert page.is_visible("#map-right canvas")
    refused.append("status of 409")
    page.fill("#jobs-name", "khong-b")
    page.click("#jobs-form button")
    until(page, "/khong-b/.test(document.querySelector('#jobs-form [role=status]').textContent)")
    assert page.evaluate(NAMELESS) == []
    page.click("#runs-compared button")
    page.wait_for_selector("#map-right", state="hidden")


def test_a_server_that_only_shows_offers_no_writing_and_fits_a_phone(opened: Callable[..., Any]) -> None:
    def only_show(route: Any) -> None:
        told = route.fetch().json()
        assert told["editable"]
        route.fulfill(json={**told, "editable": False, "scenarios": []})

    page = opened(size=PHONE)
    page.route("**/api/server", only_show)
    page.reload()
    page.wait_for_selector("body[data-map=drawn][data-state=ready]", state="attached")
    choose(page, "A")
    page.click("#site-toggle")
    wait_trial(page)
    assert page.locator("#whatif-saver").count() == 0
    page.click("#runs > summary")
    page.wait_for_selector("[data-run]")
    assert page.locator("#jobs-form").count() == 0
    assert page.evaluate("() => document.documentElement.scrollWidth") == 360
    for block in ("planner", "downloads", "profile"):
        if block == "profile":
            page.fill("#search-text", "A")
            page.click("#search button")
            page.wait_for_selector("#profile")
        page.click(f"#{block} > summary")
    page.wait_for_selector(".proposed")
    assert page.evaluate(CONTRASTS) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(NAMELESS) == []
