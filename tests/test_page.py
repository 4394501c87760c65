"""The page in a real browser: it asks nobody, answers in three clicks, and shows what the run says."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from phusong.classes import SERVICE_COLOURS
from phusong.coverage.service import ServiceMaps, View
from phusong.scenarios.store import Run
from phusong.web.map_file import Written, write_map
from tests.browser import NO_WEBGL, PHONE, Watched, chromium, until

LARGEST_MB = 3.0


@pytest.fixture(scope="module")
def made(network_run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Written]:
    """The address of a page over the small network with itself to compare with, and what was written."""
    path = tmp_path_factory.mktemp("map") / "map.html"
    written = write_map(network_run, path, others=[network_run], largest_mb=LARGEST_MB)
    return path.as_uri(), written


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def watched(browser: Any, made: tuple[str, Written]) -> Iterator[Watched]:
    opened = Watched(browser, made[0])
    opened.drawn()
    yield opened
    assert not opened.faults
    assert not opened.outside(made[0])
    opened.close()


def centre_of(run: Run) -> tuple[float, float]:
    """Return a position inside the area with coverage, and not at the border of a pixel."""
    covered = run.layer("covered", "4G")
    row, column = (int(values[values.size // 2]) for values in np.nonzero(covered == 1))
    x_m, y_m = run.grid.centres_m()
    longitude, latitude = run.grid.unproject(x_m[column], y_m[row])
    return float(longitude), float(latitude)


def test_the_file_keeps_to_its_size(made: tuple[str, Written]) -> None:
    path = Path(made[0].removeprefix("file://"))
    assert path.stat().st_size == pytest.approx(made[1].size_mb * 1e6)
    assert made[1].size_mb <= LARGEST_MB
    assert made[1].detail.classes == 100.0


def test_it_asks_nobody(watched: Watched) -> None:
    page = watched.page
    page.click("#switch-sites", force=True)
    page.click("input[name=technology][value='5G']", force=True)
    page.click("#compare-toggle")
    page.wait_for_timeout(300)
    assert [url for url in watched.requests if not url.startswith(("data:", "blob:"))] == [page.url.split("#")[0]]


def test_does_a_commune_have_5g_in_three_clicks(watched: Watched, network_run: Run) -> None:
    page, clicks = watched.page, 0
    page.click("#search-text")
    clicks += 1
    page.keyboard.type("hy cuong")
    page.click("#search-results li")
    clicks += 1
    page.wait_for_selector("#answer .answer-block[data-technology='5G']")
    assert clicks <= 3
    answer = page.inner_text("#answer")
    assert "Xã Hy Cương" in answer
    assert "Hy Cương có sóng 5G không?" in answer
    zones = network_run.zones()
    row = zones[(zones["name"] == "Xã Hy Cương") & (zones["technology"] == "5G")].iloc[0]
    shown = re.search(r"5G phủ ([\d,]+)%", answer)
    assert shown is not None
    assert float(shown[1].replace(",", ".")) == pytest.approx(row["covered_percent"], abs=0.051)


def test_a_click_tells_what_the_run_says(watched: Watched, network_run: Run) -> None:
    page = watched.page
    longitude, latitude = centre_of(network_run)
    page.fill("#search-text", f"{latitude:.6f}, {longitude:.6f}")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer dl")
    text = page.inner_text("#answer")
    column, row = network_run.grid.column_row(*network_run.grid.project(longitude, latitude))
    where = round(float(row)), round(float(column))
    rsrp_dbm = float(network_run.layer("rsrp", "4G")[where])
    cells = network_run.cells()
    server = cells.iloc[int(network_run.layer("server", "4G")[where])]
    assert f"−{abs(round(rsrp_dbm))} dBm" in text
    assert f"{server['site']} ({server['operator']})" in text
    assert server["cell"] in text
    assert "%" in text
    assert "Định nghĩa" in text


def test_the_map_has_the_colours_of_its_legend(watched: Watched, network_run: Run) -> None:
    """The pixel under the middle of the map has the colour of the class that the run gives it."""
    page = watched.page
    longitude, latitude = centre_of(network_run)
    for name in ("relief", "names", "proposals"):
        if page.locator(f"#switch-{name}").count():
            page.uncheck(f"#switch-{name}", force=True)
    page.evaluate("PhuSong.state.set({camera: null})")
    page.fill("#search-text", f"{latitude:.6f}, {longitude:.6f}")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer dl")
    page.wait_for_timeout(1500)
    page.click("#answer .close")
    page.wait_for_timeout(500)
    box = page.locator("#map canvas").bounding_box()
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shown = picture.getpixel((round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)))
    maps = ServiceMaps(network_run)
    service = maps.service(View("4G"))
    column, row = network_run.grid.column_row(*network_run.grid.project(longitude, latitude))
    where = round(float(row)), round(float(column))
    assert service.covered[where] == 1
    assert "#{:02x}{:02x}{:02x}".format(*shown) in SERVICE_COLOURS  # type: ignore[misc]


def test_the_table_sorts_and_leads_to_the_map(watched: Watched) -> None:
    page = watched.page
    names = page.locator("#table-body th").all_inner_texts()
    page.click("#table-head th:first-child button")
    assert page.locator("#table-body th").all_inner_texts() == names[::-1]
    assert page.get_attribute("#table-head th:first-child", "aria-sort") == "descending"
    page.click("#table-body button.name >> nth=0")
    page.wait_for_selector("#answer h2")
    assert names[-1].split(" ", 1)[-1] in page.inner_text("#answer h2")
    page.fill("#table-filter", "hy")
    assert page.locator("#table-body tr").count() == 1


def test_the_table_is_saved_with_all_its_marks(watched: Watched) -> None:
    page = watched.page
    with page.expect_download() as waiting:
        page.click("#download-csv")
    content = Path(waiting.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert "Xã Hy Cương" in text
    assert "Định nghĩa" in text
    assert "mã kiểm chứng" in text


def test_a_link_brings_back_the_view(watched: Watched, browser: Any) -> None:
    page = watched.page
    page.click("input[name=technology][value='5G']", force=True)
    page.click("input[name=place][value='indoors']", force=True)
    page.select_option("#operator", "Viettel")
    page.click("[data-language=en]")
    page.click("#table-body button.name >> nth=0")
    page.wait_for_timeout(1200)
    again = Watched(browser, page.url)
    other = again.drawn()
    assert other.is_checked("input[name=technology][value='5G']")
    assert other.is_checked("input[name=place][value='indoors']")
    assert other.input_value("#operator") == "Viettel"
    assert other.get_attribute("html", "lang") == "en"
    assert other.inner_text("#answer h2") == page.inner_text("#answer h2")
    assert not again.faults
    again.close()


def test_a_link_that_says_nonsense_opens_the_start(browser: Any, made: tuple[str, Written]) -> None:
    opened = Watched(browser, f"{made[0]}#t=6G&p=moon&o=x&z=a/b&at=1&c=a,b&vs=[[&lang=xx&split=900")
    page = opened.drawn()
    assert page.is_checked("input[name=technology][value='4G']")
    assert page.get_attribute("html", "lang") == "vi"
    assert not opened.faults
    opened.close()


def test_two_maps_are_swiped(watched: Watched) -> None:
    page = watched.page
    page.click("#compare-toggle")
    page.wait_for_selector("#map-right canvas")
    assert "Phải" in page.inner_text("#compare-names")
    page.fill("#split", "20")
    assert "20%" in page.evaluate("document.getElementById('map-right').style.clipPath")
    assert page.locator("#compare-box select").count() == 4  # run, technology, place, operator
    page.click("#compare-toggle")
    assert page.locator("#map-right canvas").count() == 0


def test_terrain_in_three_dimensions_is_a_switch(watched: Watched) -> None:
    page = watched.page
    page.check("#switch-three", force=True)
    until(page, "PhuSong.state.values.camera && PhuSong.state.values.camera[4] > 30")
    page.uncheck("#switch-three", force=True)
    until(page, "PhuSong.state.values.camera[4] < 1")


def test_an_error_report_is_a_file_that_says_where(watched: Watched) -> None:
    page = watched.page
    page.click("#report-error")
    assert "bấm lên bản đồ" in page.inner_text("#message")
    page.fill("#search-text", "21.32, 105.22")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer h2")
    page.click("#report-error")
    page.select_option("#error-what", "no_signal")
    with page.expect_download() as waiting:
        page.click("#error-form button[type=submit]")
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert '"what": "no_signal"' in text
    assert '"latitude": 21.32' in text
    assert '"digest"' in text


def test_distances_are_measured(watched: Watched) -> None:
    page = watched.page
    page.click("#measure")
    box = page.locator("#map canvas").bounding_box()
    for share in (0.4, 0.6):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
    until(page, "document.getElementById('message').textContent.includes('km')")
    assert not page.locator("#answer").is_visible()


def test_print_has_title_legend_and_definition(watched: Watched) -> None:
    page = watched.page
    page.emulate_media(media="print")
    page.wait_for_timeout(300)
    text = page.inner_text("body")
    for words in ("Bản đồ vùng phủ sóng 4G", "Xem video tốt", "Định nghĩa", "mã kiểm chứng", "không phải kết quả đo"):
        assert words in text
    assert not page.locator("#search").is_visible()
    assert not page.locator("#tools").is_visible()
    page.emulate_media(media="screen")


def test_paper_shows_the_map_on_one_page(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    before = page.evaluate("PhuSong.state.values.camera")
    page.pdf(path=tmp_path / "a.pdf", prefer_css_page_size=True)
    painted = page.evaluate(
        "(() => { const one = document.getElementById('print-map'); const { data } = one.getContext('2d')"
        ".getImageData(0, 0, one.width, one.height); const found = new Set();"
        " for (let at = 0; at < data.length; at += 4) found.add(data[at] * 65536 + data[at + 1] * 256 + data[at + 2]);"
        " return [...found]; })()"
    )
    assert {int(colour[1:], 16) for colour in SERVICE_COLOURS} & set(painted)
    assert page.evaluate("document.body.classList.contains('printing')") is False
    after = page.evaluate("PhuSong.state.values.camera")
    assert before is None or after == pytest.approx(before, abs=1e-6)
    if shutil.which("pdfinfo"):
        said = subprocess.run(["pdfinfo", tmp_path / "a.pdf"], capture_output=True, text=True, check=True)
        assert re.search(r"Pages: +1\n", said.stdout)
        assert "A4" in said.stdout


def test_without_webgl_there_is_a_picture_and_all_the_rest(made: tuple[str, Written]) -> None:
    with chromium(*NO_WEBGL) as browser:
        opened = Watched(browser, made[0])
        page = opened.ready()
        assert page.locator("#no-webgl").is_visible()
        page.wait_for_selector("#map canvas")
        page.wait_for_timeout(500)
        picture = Image.open(io.BytesIO(page.locator("#map canvas").screenshot())).convert("RGB")
        colours = {"#{:02x}{:02x}{:02x}".format(*colour) for _, colour in picture.getcolors(1 << 20)}  # type: ignore[misc, union-attr]
        assert colours & set(SERVICE_COLOURS)
        page.fill("#search-text", "hy cuong")
        page.keyboard.press("Enter")
        page.wait_for_selector("#answer .answer-block")
        assert not opened.outside(made[0])
        opened.close()


def test_my_position_is_a_point_with_its_error(browser: Any, made: tuple[str, Written]) -> None:
    here = {"latitude": 21.32, "longitude": 105.22, "accuracy": 35}
    opened = Watched(browser, made[0], geolocation=here, permissions=["geolocation"])
    page = opened.drawn()
    page.click("#locate")
    page.wait_for_selector("#answer h2")
    assert "21.32, 105.22" in page.inner_text("#answer h2")
    assert "35 m" in page.inner_text("#message")
    page.click("#report-error")
    assert page.input_value("#error-accuracy") == "35"
    assert not opened.faults
    opened.close()


def test_a_position_that_is_refused_is_said(browser: Any, made: tuple[str, Written]) -> None:
    opened = Watched(browser, made[0], permissions=[])
    page = opened.drawn()
    page.click("#locate")
    until(page, "document.getElementById('message').textContent.includes('Không lấy được vị trí')")
    opened.close()


def test_phone(browser: Any, made: tuple[str, Written]) -> None:
    opened = Watched(browser, made[0], size=PHONE, has_touch=True, is_mobile=True)
    page = opened.drawn()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    order = [page.locator(name).bounding_box()["y"] for name in ("#search", "#map-panel", "#legend", "#table-panel")]
    assert order == sorted(order)
    page.tap("#search-text")
    page.keyboard.type("viet tri")
    page.tap("#search-results li")
    page.wait_for_selector("#answer .answer-block")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not opened.faults
    opened.close()
