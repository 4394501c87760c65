"""The printed report and the sheets: every page there, in both languages, with fonts, and the same bytes each time."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from typer.testing import CliRunner

from phusong.cli import app
from phusong.coverage.engine import simulate
from phusong.coverage.service import ServiceMaps, View
from phusong.errors import InputError
from phusong.figures.sheet import HEIGHT_IN, STYLE, WIDTH_IN, Sheet
from phusong.report import write_report, write_sheets
from phusong.report.alphabet import plain_ascii, vietnamese_order
from phusong.report.assumption_words import in_vietnamese
from phusong.report.document import Document
from phusong.report.tables import Heading, write_table
from phusong.report.views import Views
from phusong.report.words import REPORT_WORDS, ReportWords
from phusong.report.zones import full_name
from phusong.scenarios.answer_words import certificate_words
from phusong.scenarios.load import load
from phusong.scenarios.proposal_tables import PROPOSALS, replace_rows, rows_of
from phusong.scenarios.questions import ask
from phusong.scenarios.store import Run, open_run
from phusong.scenarios.written import Language, percent
from phusong.texts import WORDS
from tests import fake_run
from tests.fake_answer import write_answer
from tests.sample_network import SITES
from tests.small_scenario import write_small_scenario

LANGUAGES: tuple[Language, ...] = ("vi", "en")
needs_poppler = pytest.mark.skipif(
    any(shutil.which(program) is None for program in ("pdftotext", "pdffonts", "pdftoppm", "pdfinfo")),
    reason="poppler's programs, which read the PDF independently, are not installed",
)


@pytest.fixture(scope="module")
def reports(network_run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Path]:
    folder = tmp_path_factory.mktemp("reports")
    for language in LANGUAGES:
        write_report(network_run, folder / f"{language}.pdf", language)
    return {language: folder / f"{language}.pdf" for language in LANGUAGES}


@pytest.fixture(scope="module")
def sheets(network_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sheets") / "sheets.pdf"
    write_sheets(network_run, path)
    return path


def shown(program: str, *arguments: str | Path) -> str:
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=True, timeout=120)
    assert done.stderr == "", done.stderr
    return done.stdout


def text_of(path: Path, *options: str) -> str:
    return " ".join(shown("pdftotext", *options, path, "-").split())


def page_count(path: Path) -> int:
    return int(shown("pdfinfo", path).split("Pages:")[1].split()[0])


@needs_poppler
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_holds_its_parts_in_order(
    reports: dict[Language, Path], network_run: Run, language: Language
) -> None:
    words, text = REPORT_WORDS[language], text_of(reports[language], "-raw")
    parts = [words.report, words.verdicts, words.targets, words.method, words.definition, words.comparison]
    parts += [words.commune_tables, words.assumptions, words.limits]
    assert [part for part in parts if part not in text] == []
    zones = network_run.zones()
    for technology in network_run.technologies:
        row = zones[(zones["layer"] == "area") & (zones["technology"] == technology)].iloc[0]
        assert percent(float(row["covered_percent"]), language) in text
    for name in network_run.zone_layer(network_run.scenario.area.zones).name:
        assert name in text
    assert text.count(network_run.digest()[:12]) >= page_count(reports[language])
    pages = page_count(reports[language])
    for number in range(1, pages + 1):
        assert words.page.format(number=number, count=pages) in text


@needs_poppler
def test_targets_have_verdicts_in_words(reports: dict[Language, Path], network_run: Run) -> None:
    verdicts = network_run.targets()["verdict"].tolist()
    assert verdicts
    for language, path in reports.items():
        first = text_of(path, "-l", "1")
        for verdict in verdicts:
            assert REPORT_WORDS[language].verdict_words[verdict] in first


@needs_poppler
def test_sheets_tell_each_zone(sheets: Path, network_run: Run) -> None:
    area = network_run.zone_layer(network_run.scenario.area.zones)
    assert page_count(sheets) == len(area)
    maps = ServiceMaps(network_run)
    table = maps.zones(maps.services([View("4G", "indoors")]).items())
    for index, name in enumerate(area.name):
        text = text_of(sheets, "-f", str(index + 1), "-l", str(index + 1))
        assert name in text
        assert f"Trang {index + 1}/{len(area)}" in text
        for words in ("Trong nhà", "Xếp hạng", "Viettel", "VNPT", network_run.digest()[:12], "Định nghĩa"):
            assert words in text
        row = table[(table["layer"] == area.layer) & (table["code"] == area.code[index])].iloc[0]
        assert percent(float(row["covered_percent"]), "vi") in text


@needs_poppler
def test_independent_programs_read_the_pages_without_a_warning(
    reports: dict[Language, Path], sheets: Path, tmp_path: Path
) -> None:
    for path in (*reports.values(), sheets):
        shown("pdftoppm", "-r", "30", "-png", path, tmp_path / path.stem)
        assert len(list(tmp_path.glob(f"{path.stem}-*.png"))) == page_count(path)
        rows = shown("pdffonts", path).splitlines()[2:]
        assert rows
        assert all("TrueType" in row and row.split()[-5] == "yes" for row in rows)


@needs_poppler
def test_metadata_say_what_it_is_and_when_the_run_was_made(reports: dict[Language, Path], network_run: Run) -> None:
    about = shown("pdfinfo", "-isodates", reports["vi"])
    assert "Báo cáo vùng phủ sóng di động" in about
    assert network_run.digest() in about
    assert f"CreationDate:    {network_run.manifest['created'][:19]}" in about
    assert "595.44 x 841.68 pts (A4)" in about


def test_the_same_run_gives_the_same_bytes(
    reports: dict[Language, Path], sheets: Path, network_run: Run, tmp_path: Path
) -> None:
    """In a process of its own, too, where sets and hashes have another order."""
    code = (
        "import sys\nfrom phusong.scenarios.store import open_run\n"
        "from phusong.report import write_report, write_sheets\n"
        "run = open_run(sys.argv[1])\nwrite_report(run, sys.argv[2])\nwrite_sheets(run, sys.argv[3])"
    )
    again, again_sheets = tmp_path / "again.pdf", tmp_path / "sheets.pdf"
    arguments = [str(network_run.folder), str(again), str(again_sheets)]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, timeout=300)
    assert again.read_bytes() == reports["vi"].read_bytes()
    assert again_sheets.read_bytes() == sheets.read_bytes()


@needs_poppler
def test_one_process_and_several_give_the_same_bytes(
    network_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phusong.report.sheets._PAGES_A_JOB", 1)
    for workers in (1, 2):
        write_sheets(network_run, tmp_path / f"{workers}.pdf", workers=workers)
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "2.pdf").read_bytes()
    shown("pdftoppm", "-r", "20", "-png", tmp_path / "1.pdf", tmp_path / "page")
    names = network_run.zone_layer(network_run.scenario.area.zones).name
    assert page_count(tmp_path / "1.pdf") == len(names) > 1
    for number, name in enumerate(names, start=1):
        text = text_of(tmp_path / "1.pdf", "-f", str(number), "-l", str(number))
        assert name in text
        assert f"Trang {number}/{len(names)}" in text


def test_a_folder_gets_a_file_for_each_zone(network_run: Run, tmp_path: Path) -> None:
    area = network_run.zone_layer(network_run.scenario.area.zones)
    wanted = [area.code[1], area.name[0].upper()]
    write_sheets(network_run, f"{tmp_path}/new/", "en", wanted)
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert len(names) == 2
    assert all(name.isascii() and name.endswith(".pdf") for name in names)
    assert any(name.startswith(f"{area.code[1]}-") for name in names)


def test_an_unknown_zone_is_refused_with_the_nearest(network_run: Run, tmp_path: Path) -> None:
    name = network_run.zone_layer(network_run.scenario.area.zones).name[0]
    with pytest.raises(InputError) as caught:
        write_sheets(network_run, tmp_path / "a.pdf", zones=[f"{name}x"])
    assert name in str(caught.value)
    assert not (tmp_path / "a.pdf").exists()
    done = CliRunner().invoke(app, ["report", str(network_run.folder), "--sheets", str(tmp_path / "b.pdf"),
                                    "--zone", f"{name}x"])  # fmt: skip
    assert done.exit_code == 2
    assert name in done.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "nothing says what to write"),
        (["--zone", "A", "-o", "a.pdf"], "zones are for sheets"),
        (["-o", "a.pdf", "--language", "fr"], "no language 'fr'"),
        (["-o", "."], "this is a folder"),
    ],
)
def test_bad_options_are_refused(network_run: Run, options: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["report", str(network_run.folder), *options])
    assert done.exit_code == 2
    assert said in done.output


@needs_poppler
def test_the_command_writes_both(network_run: Run, tmp_path: Path) -> None:
    area = network_run.zone_layer(network_run.scenario.area.zones)
    out, sheet = tmp_path / "deep" / "r.pdf", tmp_path / "s.pdf"
    options = ["-o", str(out), "--sheets", str(sheet), "--zone", area.name[0], "--language", "en"]
    done = CliRunner().invoke(app, ["report", str(network_run.folder), *options])
    assert done.exit_code == 0, done.output
    assert "Mobile coverage report" in text_of(out, "-l", "1")
    assert page_count(sheet) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "s.pdf"]


@needs_poppler
def test_proposals_stand_with_certificate_gain_and_reason(
    network_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(network_run.folder, tmp_path / "run")
    run = open_run(tmp_path / "run")
    monkeypatch.setattr(fake_run, "covered", lambda technology: run.layer("covered", technology))
    answer = write_answer(run, ask("5G", sites=12), 3)
    longitude, latitude, _ = SITES["E"]
    sites = rows_of(run, PROPOSALS, answer["name"]).assign(longitude=longitude, latitude=latitude)
    replace_rows(run, PROPOSALS, sites, answer["name"])
    for language in LANGUAGES:
        words = REPORT_WORDS[language]
        write_report(run, tmp_path / "r.pdf", language)
        text = text_of(tmp_path / "r.pdf", "-raw")
        for part in (f"{words.proposal_table} 5G", words.certificate, certificate_words(answer, language)):
            assert part in text
        for site in sites.to_dict("records"):
            assert str(site["site"]) in text
            assert str(site[f"reason_{language}"]) in text
    write_sheets(run, tmp_path / "s.pdf")
    assert text_of(tmp_path / "s.pdf").count(f"1. 5G: {sites['site'].iloc[0]}") == 1


@needs_poppler
def test_a_run_of_one_technology_and_one_operator(tmp_path: Path) -> None:
    run = simulate(load(write_small_scenario(tmp_path)), tmp_path / "run", workers=1)
    assert run.technologies == ("4G",)
    write_report(run, tmp_path / "r.pdf")
    write_sheets(run, tmp_path / "s.pdf")
    text = text_of(tmp_path / "r.pdf")
    assert "5G" not in text
    assert REPORT_WORDS["vi"].proposals not in text
    assert page_count(tmp_path / "s.pdf") == len(run.zone_layer(run.scenario.area.zones))


def test_missing_terrain_is_said(network_run: Run) -> None:
    views = Views.of(network_run, operators_everywhere=False)
    assert any((of.classes < 0).any() for of in views.served.values())
    assert all(not of.is_close[of.classes < 0].any() for of in views.served.values())


def test_what_is_close_is_within_three_decibels(network_run: Run) -> None:
    served = Views.of(network_run, operators_everywhere=False).served["4G"]
    service = ServiceMaps(network_run).service(View("4G"))
    known = service.covered != 255
    reserve_db = 0.01 * service.reserve_cdb.astype(float)
    np.testing.assert_array_equal(served.is_close[known], np.abs(reserve_db[known]) < 3.0)
    assert served.is_close.any()


def test_both_languages_say_everything_and_differ() -> None:
    vietnamese, english = (REPORT_WORDS[language] for language in LANGUAGES)
    same = [one.name for one in fields(ReportWords) if getattr(vietnamese, one.name) == getattr(english, one.name)]
    assert same == []
    for name in ("verdict_words", "class_meaning"):
        assert getattr(vietnamese, name).keys() == getattr(english, name).keys()
    assert len(vietnamese.limits_text) == len(english.limits_text)
    assert set(vietnamese.verdict_words) == set(WORDS["vi"].verdicts)


def test_assumptions_are_told_in_vietnamese(network_run: Run) -> None:
    for sentence in network_run.manifest["assumptions"]:
        assert in_vietnamese(sentence) is not None, sentence
    assert in_vietnamese("12,345 pixels of the grid without clutter data: no data there.") == (
        "12.345 ô của lưới thiếu dữ liệu vật cản: không có kết quả."
    )
    assert in_vietnamese("1 cell outside the grid: not simulated.") == "1 cell nằm ngoài lưới: không mô phỏng."
    assert in_vietnamese("Something that nobody has said before.") is None


def test_names_sort_as_in_vietnamese() -> None:
    names = [
        "Đà Bắc",
        "An Nghĩa",
        "Dân Chủ",
        "Âu Cơ",
        "Bao La",
        "An Bình",
        "Ân Thi",
        "Ba Vì",
        "Bá Thiện",
        "Bả Lý",
        "Đại Đình",
    ]
    assert sorted(names, key=vietnamese_order) == [
        "An Bình", "An Nghĩa", "Ân Thi", "Âu Cơ", "Ba Vì", "Bả Lý", "Bá Thiện", "Bao La", "Dân Chủ", "Đà Bắc",
        "Đại Đình",
    ]  # fmt: skip
    assert plain_ascii("Phường Việt Trì") == "phuong-viet-tri"
    assert plain_ascii("Xã Đạo Trù (mới)/2") == "xa-dao-tru-moi-2"


def test_a_zone_is_called_by_its_type_once(network_run: Run) -> None:
    zones = network_run.zone_layer(network_run.scenario.area.zones)
    assert zones.name[0].startswith(zones.kind[0])
    assert full_name(zones, 0) == zones.name[0]
    assert full_name(replace(zones, name=("Việt Trì",) * len(zones)), 0) == f"{zones.kind[0]} Việt Trì"


def test_a_table_goes_on_under_its_heading(network_run: Run) -> None:
    document = Document(network_run, "vi")
    rows = [(str(number), "chữ " * 12) for number in range(150)]
    column = document.page("A", "B")
    headings = (Heading("STT", 0.5, right=True), Heading("Nội dung", 1.5))
    write_table(column, headings, rows, lambda: document.page("A", "B"), bottom=document.bottom)
    assert len(document.sheets) > 1
    for sheet in document.sheets:
        texts = [text.get_text() for text in sheet.page.texts]
        assert texts.count("Nội dung") == 1
    numbers = [text.get_text() for sheet in document.sheets for text in sheet.page.texts if text.get_text().isdigit()]
    assert numbers == [str(number) for number in range(150)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_lies_on_the_page(
    network_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    drawn: list[Sheet] = []

    def keep(sheets: Iterable[Sheet], *_: object) -> bytes:
        drawn.extend(sheets)
        return b""

    for module in ("whole", "drawing"):
        monkeypatch.setattr(f"phusong.report.{module}.pdf_of", keep)
    write_report(network_run, tmp_path / "r.pdf", language)
    write_sheets(network_run, tmp_path / "s.pdf", language)
    assert len(drawn) > 10
    with matplotlib.rc_context(STYLE):
        boxes = [(text.get_text(), text.get_window_extent(), sheet) for sheet in drawn for text in sheet.page.texts]
    for words, extent, sheet in boxes:
        box = extent.transformed(sheet.page.transData.inverted())
        assert 0.4 < box.x0 <= box.x1 < WIDTH_IN - 0.4, words
        assert 0.25 < box.y0 <= box.y1 < HEIGHT_IN - 0.2, words
