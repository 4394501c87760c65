"""Maps: colours that mean what the run says, words that fit the page, bytes that repeat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

from phusong.classes import NO_SERVICE, service_classes, service_limits_dbm, share_classes, share_labels
from phusong.figures import change_map, commune_map, coverage_map, curve_figure, proposal_map
from phusong.figures.change import COLOURS as CHANGE_COLOURS
from phusong.figures.ground import hillshade
from phusong.figures.labels import Box, place
from phusong.figures.notes import cautions, comparison_cautions, comparison_footer
from phusong.figures.sheet import DPI, HEIGHT_IN, WIDTH_IN, Sheet, text_width, wrapped
from phusong.scenarios.comparison import compare_runs
from phusong.scenarios.questions import ask
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, date, number, percent, signed
from phusong.shares import covered_share
from tests import fake_run
from tests.fake_answer import write_answer
from tests.fake_run import write_changed_run, write_fake_run

MAPS = {"coverage": coverage_map, "commune": commune_map}
OF_ANSWERS = {"proposal": proposal_map, "curve": curve_figure}
QUESTIONS = {
    "targets": ask("5G", targets=["area >= 98%", "communes[Phường]: each area >= 100% of reachable"]),
    "phases": ask("5G", maximize="people", phases=["2026=30", "2027=30"]),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = write_fake_run(tmp_path_factory.mktemp("runs") / "a")
    write_answer(made, QUESTIONS["targets"], 60)
    write_answer(made, QUESTIONS["phases"], 12, measure="people", unit="people", status="optimal")
    return made


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same place with one cell switched off, one added, and 5G nearly gone, by another definition."""
    return write_changed_run(tmp_path_factory.mktemp("runs") / "b")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", [*MAPS, "change", *[f"{kind} {name}" for kind in OF_ANSWERS for name in QUESTIONS]])
def test_every_word_is_on_the_page_and_covers_no_other(
    run: Run, changed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, language: Language
) -> None:
    sheets: list[Sheet] = []
    save = Sheet.save

    def save_and_keep(sheet: Sheet, path: Path) -> None:
        sheets.append(sheet)
        save(sheet, path)

    monkeypatch.setattr(Sheet, "save", save_and_keep)
    if kind == "change":
        change_map(compare_runs(run, changed), "5G", tmp_path / "map.png", language)
    elif kind in MAPS:
        MAPS[kind](run, "5G", tmp_path / "map.png", language)
    else:
        figure, _, question = kind.partition(" ")
        OF_ANSWERS[figure](run, QUESTIONS[question].name, tmp_path / "map.png", language)
    with Image.open(tmp_path / "map.png") as image:
        assert image.size == (int(WIDTH_IN * DPI), int(HEIGHT_IN * DPI))
    page = Box(WIDTH_IN / 2, HEIGHT_IN / 2, WIDTH_IN - 0.5, HEIGHT_IN - 0.5)
    boxes = [(text.get_text(), _box(text)) for text in sheets[0].page.texts]
    assert len(boxes) > 12
    for name, box in boxes:
        assert box.inside(page), name
    for index, (name, box) in enumerate(boxes):
        assert not [other for other, other_box in boxes[:index] if box.overlaps(other_box)], name


def _box(text: Text) -> Box:
    extent: Any = text.get_window_extent()
    shrink = 2.0  # lines stand close: letters without descenders leave their box's edge free
    return Box(
        (extent.x0 + extent.x1) / 2 / DPI,
        (extent.y0 + extent.y1) / 2 / DPI,
        (extent.width - shrink) / DPI,
        0.7 * extent.height / DPI,
    )


def test_same_run_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    coverage_map(run, "4G", tmp_path / "a.png")
    coverage_map(run, "4G", tmp_path / "b.png")
    data = (tmp_path / "a.png").read_bytes()
    assert data == (tmp_path / "b.png").read_bytes()
    assert b"tEXt" not in data
    assert b"tIME" not in data


def test_a_map_of_two_runs_says_what_else_differs(run: Run, changed: Run) -> None:
    comparison = compare_runs(run, changed)
    assert comparison_cautions(comparison, "5G", "vi")[0] == "Trước và sau dùng định nghĩa vùng phủ khác nhau"
    assert comparison_cautions(comparison, "4G", "vi") == cautions(run, "vi")
    footer = comparison_footer(comparison, "en")
    assert run.digest()[:12] in footer
    assert changed.digest()[:12] in footer


def test_colours_of_gain_and_loss_differ_in_lightness() -> None:
    """Told apart in grey, too: by eyes without colour, and by a printer."""
    gained, lost, still, never = (0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(to_rgb, CHANGE_COLOURS))
    assert lost - gained > 0.08
    assert still - lost > 0.3
    assert never - still > 0.05


def test_a_map_shows_what_is_made(run: Run) -> None:
    assert cautions(run, "vi") == [
        "Địa hình minh họa, không phải số liệu khảo sát",
        "Trạm tổng hợp, không phải vị trí thật",
        "Khu công nghiệp: vị trí gần đúng",
    ]
    assert cautions(run, "en")[0] == "Demonstration relief, not survey data"


def test_the_share_of_the_area_leaves_out_what_is_not_known(run: Run) -> None:
    where, state = fake_run.communes().rasterize(fake_run.GRID) >= 0, fake_run.covered("4G")
    share = covered_share(run, "4G")
    assert share.area_percent == pytest.approx(
        100.0 * (where & (state == 1)).sum() / (where & (state != 255)).sum(), abs=1e-3
    )
    assert share.no_data_percent == pytest.approx(100.0 * (where & (state == 255)).sum() / where.sum(), abs=1e-3)


@pytest.mark.parametrize(
    ("threshold", "limits"),
    [
        (-115.0, (-95.0, -105.0, -115.0)),
        (-105.0, (-95.0, -105.0)),
        (-95.0, (-95.0,)),
        (-90.0, (-90.0,)),
        (-122.0, (-95.0, -105.0, -122.0)),
    ],
)
def test_service_classes_end_at_the_threshold(threshold: float, limits: tuple[float, ...]) -> None:
    assert service_limits_dbm(threshold) == limits


def test_service_classes_at_their_limits() -> None:
    rsrp_dbm = np.array([[-84.0, -85.01, -84.99, -94.99, -95.01, -104.9, -105.1, np.nan]], dtype=np.float32)
    covered = np.array([[1, 1, 1, 1, 1, 1, 0, 255]], dtype=np.uint8)
    classes = service_classes(rsrp_dbm - 10.0, covered, (-95.0, -105.0, -115.0))
    assert classes.tolist() == [[0, 1, 0, 1, 2, 2, 3, -1]]


@given(st.floats(-130, -80), st.floats(0, 15))
@settings(deadline=None, max_examples=50)
def test_what_is_coloured_is_what_is_covered(threshold_dbm: float, margin_db: float) -> None:
    rsrp_dbm = fake_run.rsrp_dbm("4G")
    covered = np.where(np.isnan(rsrp_dbm), 255, rsrp_dbm >= np.float32(threshold_dbm + margin_db)).astype(np.uint8)
    limits_dbm = service_limits_dbm(threshold_dbm)
    classes = service_classes(rsrp_dbm - margin_db, covered, limits_dbm)
    np.testing.assert_array_equal((classes >= 0) & (classes < NO_SERVICE), covered == 1)
    np.testing.assert_array_equal(classes == -1, covered == 255)


def test_share_classes_at_their_limits() -> None:
    shares = np.array([100.0, 99.0, 98.99, 95.0, 80.0, 50.0, 49.99, 0.0, np.nan])
    assert share_classes(shares).tolist() == [0, 0, 1, 1, 2, 3, 4, 4, -1]
    assert share_labels("vi") == ["≥ 99%", "95 – 99%", "80 – 95%", "50 – 80%", "< 50%"]


def test_relief_is_lit_from_the_north_west_and_flat_land_keeps_its_colour() -> None:
    row, column = np.indices((30, 30)).astype(np.float32)
    assert hillshade(np.full((5, 5), 7.0, np.float32), 90.0) == pytest.approx(np.ones((5, 5)))
    assert hillshade(20 * (row + column), 90.0).min() > 1.0  # rises to the south-east: faces the light
    assert hillshade(-20 * (row + column), 90.0).max() < 1.0
    assert hillshade(np.full((5, 5), np.nan, np.float32), 90.0) == pytest.approx(np.ones((5, 5)))


@given(st.lists(st.tuples(st.floats(0, 4), st.floats(0, 4)), max_size=25))
@settings(deadline=None, max_examples=50)
def test_placed_labels_stay_inside_and_apart(points: list[tuple[float, float]]) -> None:
    frame = Box(2.0, 2.0, 4.0, 4.0)
    placed = [box for box in place(points, [(0.5, 0.2)] * len(points), frame) if box is not None]
    assert all(box.inside(frame) for box in placed)
    assert not any(box.overlaps(other) for index, box in enumerate(placed) for other in placed[:index])


def test_wrapped_lines_fit_and_keep_figure_and_unit_together() -> None:
    text = "máy thu cao 1,5 m và dự trữ 10,3 dB ở 90% vị trí trong ô, bán kính 10 km quanh mỗi cột"
    for width in (0.8, 1.2, 2.0):
        lines = wrapped(text, width, 8.0)
        assert " ".join(lines).replace("\u00a0", " ") == text
        assert all(text_width(line, 8.0) <= width for line in lines)
        assert not any(line.endswith(("1,5", "10,3", "10")) for line in lines)


def test_numbers_as_each_language_writes_them() -> None:
    assert number(9361.42, 2, "vi") == "9.361,42"
    assert number(-104.75, 1, "en") == "−104.8"
    assert signed(1.5, "vi") == "+1,50"
    assert signed(-0.0004, "en") == "−0.0004"
    assert signed(0.0, "en") == "0.00"
    assert percent(99.97, "vi") == "99,9%"
    assert percent(0.01, "vi") == "0,1%"
    assert percent(0.0, "vi") == "0,0%"
    assert percent(100.0, "en") == "100.0%"
    assert percent(97.25, "en", 2) == "97.25%"
    assert (date("2025-11-23T09:30:00Z", "vi"), date("2025-11-23T09:30:00Z", "en")) == ("23/11/2025", "2025-11-23")
