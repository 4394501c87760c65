"""The page for everybody: keyboard alone, screen readers, contrast, large targets, both languages complete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from phusong.scenarios.store import Run
from phusong.web.assets import SCRIPTS, TEMPLATE, asset
from phusong.web.map_file import write_map
from phusong.web.page import single_page
from tests.browser import PHONE, Watched, chromium

# Vietnamese letters that no English text has.
MARKED = re.compile("[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
CONTROLS = {
    "button", "textbox", "searchbox", "combobox", "slider", "radio", "checkbox", "link", "spinbutton", "listbox",
    "option", "DisclosureTriangle", "dialog", "region", "table",
}  # fmt: skip
CONTRASTS = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] >= 0.9) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    const isShown = element.checkVisibility() && !element.closest("#names, script");
    if (!walk.currentNode.textContent.trim() || !isShown) continue;
    const style = getComputedStyle(element);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    const [one, other] = [light(parse(style.color)), light(ground(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < (large ? 3 : 4.5)) poor.push([walk.currentNode.textContent.trim().slice(0, 40), ratio]);
  }
  return poor;
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll("button, select, input, summary, [role=option]")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one, (one.closest("label.choice, label.switch") || one).getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
  .map(([one, box]) => [one.id || one.className || one.textContent, box.width, box.height])"""
VISIBLE_TEXTS = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    const isOurs = element.checkVisibility() && !element.closest("script, style, [lang]:not(html)");
    if (isOurs) found.push(walk.currentNode.textContent.trim());
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [title]"))
    if (!one.closest("[lang]:not(html)"))
      found.push(...["aria-label", "placeholder", "title"].map((name) => one.getAttribute(name)).filter(Boolean));
  return found.filter(Boolean);
}"""


@pytest.fixture(scope="module")
def address(network_run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("map") / "map.html"
    write_map(network_run, path, others=[network_run])
    return path.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    opened = Watched(browser, address)
    yield opened.drawn()
    assert not opened.faults
    opened.close()


def open_everything(page: Any) -> None:
    """Open all that the page can show at once."""
    page.fill("#search-text", "21.32, 105.22")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer h2")
    page.click("#compare-toggle")
    page.click("summary")
    page.check("#switch-sites", force=True)
    page.fill("#search-text", "a")
    page.wait_for_timeout(300)


def test_both_languages_have_every_word_and_none_too_many() -> None:
    scripts = {name: asset(name).decode() for name in SCRIPTS if not name.startswith("maplibre")}
    texts = scripts.pop("texts.js")
    vietnamese, english = (set(re.findall(r"^      (\w+):", part, re.MULTILINE)) for part in texts.split("    en: {"))
    english -= {"t", "fill"}
    assert vietnamese == english
    program = "\n".join(scripts.values()) + asset(TEMPLATE).decode()
    named = set(re.findall(r'"(\w+)"', program))
    assert not {word for word in vietnamese if word not in named}
    asked = set(re.findall(r'\bt\("(\w+)"', program)) | set(re.findall(r'data-(?:text|label|hint)="(\w+)"', program))
    assert asked <= vietnamese


def test_english_leaves_no_vietnamese_word(page: Any, network_run: Run) -> None:
    page.click("[data-language=en]")
    open_everything(page)
    names = {text for layer in network_run.manifest["zones"] for text in network_run.zone_layer(layer).name}
    names |= {
        network_run.scenario.scenario.title,
        *network_run.targets()["name"],
        *network_run.cells()["operator"],
        "Phủ Sóng",
    }
    names |= {"Xã", "Phường"}
    left = []
    for text in page.evaluate(VISIBLE_TEXTS):
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, "")
        if MARKED.search(text):
            left.append(text)
    assert not left


def test_vietnamese_leaves_no_english_word(page: Any) -> None:
    open_everything(page)
    shown = page.evaluate(VISIBLE_TEXTS)
    english = re.findall(r'^      \w+: "([^"{]{6,})"', asset("texts.js").decode().split("    en: {")[1], re.MULTILINE)
    assert len(english) > 50
    assert not {text for text in shown if text in english}


def test_everything_has_a_name_for_screen_readers(page: Any) -> None:
    open_everything(page)
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    roles = {node["role"]["value"] for node in nodes if not node.get("ignored") and "role" in node}
    assert {"button", "radio", "checkbox", "combobox", "table"} <= roles
    nameless = [
        (node["role"]["value"], node.get("properties", [])[:2])
        for node in nodes
        if not node.get("ignored")
        and node.get("role", {}).get("value") in CONTROLS
        and not node.get("name", {}).get("value")
    ]
    assert not nameless


@pytest.mark.parametrize("size", [None, PHONE])
def test_text_stands_out_from_its_ground(browser: Any, address: str, size: dict[str, int] | None) -> None:
    opened = Watched(browser, address, size=size)
    page = opened.drawn()
    open_everything(page)
    assert not page.evaluate(CONTRASTS)
    opened.close()


@pytest.mark.parametrize("size", [None, PHONE])
def test_targets_are_large_enough_for_a_finger(browser: Any, address: str, size: dict[str, int] | None) -> None:
    opened = Watched(browser, address, size=size)
    page = opened.drawn()
    open_everything(page)
    assert not page.evaluate(SMALL_TARGETS)
    opened.close()


def test_keyboard_alone_reaches_everything_and_shows_where_it_is(page: Any) -> None:
    wanted = {"search-text", "locate", "operator", "compare-toggle", "measure", "share", "print", "report-error",
              "table-toggle", "table-layer", "table-filter", "download-csv"}  # fmt: skip
    reached, hidden = set(), []
    for _ in range(90):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(() => { const one = document.activeElement; const style = getComputedStyle(one.matches('.choice input')"
            " ? one.nextElementSibling : one); return [one.id, one.className, style.outlineStyle]; })()"
        )
        reached.add(found[0])
        if found[2] == "none" and found[:2] != ["", ""]:  # but for the page itself, between its end and its start
            hidden.append(found)
    assert wanted <= reached
    assert not hidden


def test_keyboard_alone_answers_and_reads_the_map(page: Any) -> None:
    page.keyboard.press("Tab")  # the link that skips to the search
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.focus("#search-text")
    page.keyboard.type("viet tri")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#hit-0", "aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer .answer-block")
    assert page.evaluate("document.activeElement.id") == "answer-title"
    page.focus("input[name=technology]")
    page.keyboard.press("ArrowRight")
    assert page.is_checked("input[name=technology][value='5G']")
    page.focus("#map canvas")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer dl")


def test_the_template_stands_without_scripts(browser: Any, address: str) -> None:
    opened = browser.new_context(java_script_enabled=False)
    page = opened.new_page()
    page.goto(address)
    assert "cần JavaScript" in page.inner_text("noscript")
    opened.close()


def test_no_script_of_ours_writes_markup() -> None:
    """Text is set as text: a name in a register cannot become part of the page."""
    for name in SCRIPTS:
        if not name.startswith("maplibre"):
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", asset(name).decode()
            )


def test_a_name_that_is_markup_stays_text() -> None:
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    page = single_page([{"title": {"vi": evil}}], [{"name": evil}])
    assert evil not in page
    assert "alert(2)</script>" not in page
