"""Exports: other programs open them without a word against them, and they say what they are."""

from __future__ import annotations

import sqlite3
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from rio_cogeo.cogeo import cog_validate
from typer.testing import CliRunner, Result

from phusong import cli
from phusong.classes import NO_SERVICE_COLOUR, SERVICE_COLOURS, SHARE_COLOURS, share_classes
from phusong.errors import InputError
from phusong.exports import metadata, write_geopackage, write_geotiff, write_run_geopackage, write_zone_csv
from phusong.exports.holes import LEAST_HOLE_KM2
from phusong.exports.sites import site_rows
from phusong.exports.words import WORDS, Words
from phusong.exports.zone_table import zone_headings, zone_rows
from phusong.figures.service import run_classes
from phusong.scenarios.questions import ask
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language
from phusong.terrain.raster import read_cog
from tests.fake_answer import write_answer
from tests.fake_run import cell_table, covered, write_fake_run
from tests.gdal_programs import said

QUESTION = ask("5G", targets=["area >= 75%"])
LANGUAGES: tuple[Language, ...] = ("vi", "en")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = write_fake_run(tmp_path_factory.mktemp("runs") / "a")
    write_answer(made, QUESTION, 12)
    return made


@pytest.fixture(scope="module")
def package(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packages") / "run.gpkg"
    write_run_geopackage(run, path)
    return path


def values(words: Words) -> list[str]:
    texts = []
    for value in vars(words).values():
        texts += [value] if isinstance(value, str) else list(value.values())
    return texts


# ---- what a file says about itself ----


@pytest.mark.parametrize("language", LANGUAGES)
def test_metadata_are_whole_and_composed(run: Run, language: Language) -> None:
    found = metadata(run, None, language)
    assert list(found) == [key for key in WORDS[language].about if key not in ("question", "certificate")]
    assert all(found.values())
    assert all(text == unicodedata.normalize("NFC", text) for text in found.values())
    assert found["digest"] == run.digest()
    assert found["date"] == {"vi": "23/11/2025", "en": "2025-11-23"}[language]
    assert found["definition"].count("\n") == 1
    assert "\n" not in metadata(run, "5G", language)["definition"]
    assert {"vi": "Địa hình minh họa", "en": "Demonstration relief"}[language] in found["cautions"]


def test_both_languages_have_the_same_words() -> None:
    vi, en = WORDS["vi"], WORDS["en"]
    for name in vars(vi):
        one, other = getattr(vi, name), getattr(en, name)
        assert isinstance(one, str) or list(one) == list(other)
    for text in values(vi) + values(en):
        assert text == unicodedata.normalize("NFC", text)
    braces = [
        sorted(part.split("}")[0] for part in text.split("{")[1:]) for words in (vi, en) for text in values(words)
    ]
    assert braces[: len(braces) // 2] == braces[len(braces) // 2 :]


# ---- GeoPackage ----


def test_other_programs_open_the_package_without_a_word(run: Run, package: Path) -> None:
    listed = said("ogrinfo", package)
    layers = [line.split(": ")[1].split(" (")[0] for line in listed.splitlines() if line[:1].isdigit()]
    assert layers == [
        "sites", "cells", "zones_communes", "zones_parks", "holes", "proposals", "proposed_cells", "about",
        "layer_styles",
    ]  # fmt: skip
    whole = said("ogrinfo", "-al", "-so", package)
    for text in ("Địa hình minh họa", run.digest(), "Định nghĩa", "Xã, phường: kết quả phủ sóng"):
        assert text in whole
    assert "Feature Count: 6" in said("ogrinfo", "-so", package, "zones_communes")


def test_a_package_says_what_it_is_in_a_table(run: Run, package: Path) -> None:
    with sqlite3.connect(package) as base:
        found = dict(base.execute("SELECT key, text FROM about").fetchall())
    assert found == metadata(run)


def test_zones_hold_the_results_of_every_technology(run: Run, package: Path) -> None:
    with sqlite3.connect(package) as base:
        rows = pd.read_sql_query("SELECT * FROM zones_communes", base)
    table = run.zones()
    for technology in run.technologies:
        asked = table[(table["layer"] == "communes") & (table["technology"] == technology)].set_index("code")
        for name in ("covered_percent", "covered_km2", "no_data_percent", "population"):
            column = name if name == "population" else f"{name}_{technology.lower()}"
            expected = asked.loc[rows["code"], name].to_numpy(float)
            np.testing.assert_array_equal(rows[column].to_numpy(float), expected)


@pytest.mark.parametrize("technology", ["4G", "5G"])
@pytest.mark.parametrize("layer", ["communes", "parks"])
def test_styles_of_zones_are_the_classes_of_shares(package: Path, layer: str, technology: str) -> None:
    """Each rule's filter is asked of SQLite, whose words for it are the same as those of QGIS."""
    with sqlite3.connect(package) as base:
        styles = base.execute(
            "SELECT styleName, styleQML FROM layer_styles WHERE f_table_name = ? ORDER BY id", [f"zones_{layer}"]
        ).fetchall()
        (style,) = [text for name, text in styles if name.endswith(technology)]
        root = ElementTree.fromstring(style)
        rules = root.findall("./renderer-v2/rules/rule")
        fills = [
            symbol.find("./layer/Option/Option[@name='color']")
            for symbol in root.findall("./renderer-v2/symbols/symbol")
        ]
        found = [
            {code for (code,) in base.execute(f"SELECT code FROM zones_{layer} WHERE {rule.get('filter')}")}
            for rule in rules
        ]
        column, gap = f"covered_percent_{technology.lower()}", f"no_data_percent_{technology.lower()}"
        rows = base.execute(f"SELECT code, {column}, {gap} FROM zones_{layer}").fetchall()
    classes = share_classes(np.array([row[1] for row in rows], dtype=float))
    for index in range(len(SHARE_COLOURS)):
        assert found[index] == {row[0] for row, one in zip(rows, classes, strict=True) if one == index}
        fill = fills[index]
        assert fill is not None
        assert fill.get("value") == ",".join(map(str, bytes.fromhex(SHARE_COLOURS[index][1:]))) + ",255"
    assert found[5] == {code for code, share, _ in rows if share is None}
    assert found[6] == {code for code, share, lacking in rows if share is not None and lacking > 0.05}
    hatched = [symbol.findall("./layer/Option/Option[@name='style']") for symbol in root.iter("symbol")]
    assert [options[-1].get("value") for options in hatched] == ["solid"] * 5 + ["b_diagonal"] * 2


def test_every_layer_has_one_style_to_open_with(package: Path) -> None:
    with sqlite3.connect(package) as base:
        rows = base.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
        layers = [name for (name,) in base.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")]
        for layer, geometry, text, _ in rows:
            columns = {row[1] for row in base.execute(f"PRAGMA table_info({layer})")}
            root = ElementTree.fromstring(text)
            names = {alias.get("field") for alias in root.iter("alias")}
            assert names <= columns
            assert geometry in columns
            symbols = {symbol.get("name") for symbol in root.findall("./renderer-v2/symbols/symbol")}
            assert {rule.get("symbol") for rule in root.iter("rule")} == symbols
    defaults = [layer for layer, _, _, default in rows if default]
    assert sorted(defaults) == sorted(layers)


def test_holes_of_a_run_are_those_of_each_technology(run: Run, package: Path) -> None:
    with sqlite3.connect(package) as base:
        rows = pd.read_sql_query("SELECT technology, area_km2 FROM holes", base)
    assert (rows["area_km2"] >= LEAST_HOLE_KM2).all()
    for technology in run.technologies:
        missing = (run.layer("covered", technology) == 0).sum() * 0.25
        assert rows.loc[rows["technology"] == technology, "area_km2"].sum() == pytest.approx(missing, rel=2e-3)


def test_sites_gather_their_cells() -> None:
    cells = pd.concat([cell_table(), cell_table().assign(site="PT-0002", operator="B").iloc[:2]], ignore_index=True)
    cells.loc[4, "status"] = "off"
    rows = site_rows(cells)
    assert rows["site"].tolist() == ["PT-0001", "PT-0002"]
    assert rows["technologies"].tolist() == ["4G, 5G", "4G"]
    assert rows["bands"].tolist() == ["B3, n41", "B3"]
    assert rows["cells"].tolist() == [3, 2]
    assert rows["status"].tolist() == ["on", "mixed"]
    assert list(site_rows(cells.iloc[:0])) == list(rows)


def test_a_run_without_proposals_makes_a_package_too(network_run: Run, tmp_path: Path) -> None:
    write_run_geopackage(network_run, tmp_path / "deep" / "run.gpkg", "en")
    listed = said("ogrinfo", "-al", "-so", tmp_path / "deep" / "run.gpkg")
    assert "Layer name: proposals" not in listed
    assert "Sites" in listed


def test_a_run_without_holes_makes_one_as_well(tmp_path: Path) -> None:
    full = write_fake_run(tmp_path / "run", state_of=lambda technology: np.ones_like(covered(technology)))
    write_run_geopackage(full, tmp_path / "run.gpkg")
    assert "Feature Count: 0" in said("ogrinfo", "-so", tmp_path / "run.gpkg", "holes")


def test_the_package_of_an_answer_tells_what_was_asked(run: Run, tmp_path: Path) -> None:
    write_geopackage(run, QUESTION.name, tmp_path / "a.gpkg", "en")
    with sqlite3.connect(tmp_path / "a.gpkg") as base:
        found = dict(base.execute("SELECT key, text FROM about").fetchall())
    assert metadata(run, "5G", "en").items() <= found.items()
    assert found["question"].startswith("reach ")
    assert "best possible" in found["certificate"]


# ---- bytes ----


def test_bytes_repeat(run: Run, package: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.gpkg"
    write_run_geopackage(run, again)
    assert again.read_bytes() == package.read_bytes()
    one, two = tmp_path / "1.gpkg", tmp_path / "2.gpkg"
    for path in (one, two):
        write_geopackage(run, QUESTION.name, path)
    assert one.read_bytes() == two.read_bytes()
    with sqlite3.connect(again) as base:
        times = {text for (text,) in base.execute("SELECT last_change FROM gpkg_contents")}
    assert times == {"2025-11-23T09:30:00.000Z"}
    said("ogrinfo", "-al", "-so", one)


# ---- CSV ----


def test_zones_as_csv(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "zones.csv"
    write_zone_csv(run, path)
    assert path.read_bytes()[:5] == b"layer"
    rows = pd.read_csv(path, dtype={"code": str})
    assert len(rows) == 8
    assert rows["code"].tolist()[:2] == ["00001", "00002"]
    assert rows["name"].tolist()[0] == "Việt Trì"
    np.testing.assert_allclose(rows["covered_percent_5g"], zone_rows(run)["covered_percent_5g"], atol=1e-6)
    assert set(rows["digest"]) == {run.digest()}
    assert set(rows["cautions"]) == {metadata(run)["cautions"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_with_the_mark_and_a_heading_for_people(run: Run, tmp_path: Path, language: Language) -> None:
    path = tmp_path / "zones.csv"
    write_zone_csv(run, path, bom=True, language=language)
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    rows = pd.read_csv(path, encoding="utf-8-sig")
    headings = zone_headings(run, language)
    assert list(headings) == list(zone_rows(run))
    assert list(rows)[: len(headings)] == list(headings.values())
    assert rows.columns.is_unique
    assert not any("_" in name for name in rows.columns)


def test_csv_for_a_vietnamese_excel(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "zones.csv"
    write_zone_csv(run, path, excel=True)
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    rows = pd.read_csv(path, encoding="utf-8-sig", sep=";", decimal=",")
    np.testing.assert_allclose(rows["covered_percent_5g"], zone_rows(run)["covered_percent_5g"], atol=1e-6)
    assert rows["code"].tolist()[-3:] == ['="00006"', "K1", "K2"]
    assert set(rows["digest"]) == {run.digest()}


# ---- GeoTIFF ----


def test_a_layer_as_geotiff(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rsrp.tif"
    write_geotiff(run, path, "rsrp", "4G")
    stored, grid, tags = read_cog(path)
    np.testing.assert_array_equal(stored, run.layer("rsrp", "4G"))
    assert grid == run.grid
    assert metadata(run, "4G").items() <= tags.items()
    assert (tags["units"], tags["quantity"]) == ("dBm", "rsrp")
    valid, errors, _ = cog_validate(path)
    assert valid, errors
    text = said("gdalinfo", path)
    assert run.digest() in text
    assert "Địa hình minh họa" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_classes_of_service_have_colours_and_names(run: Run, tmp_path: Path, language: Language) -> None:
    path, again = tmp_path / "service.tif", tmp_path / "again.tif"
    write_geotiff(run, path, "service", "5G", language)
    write_geotiff(run, again, "service", "5G", language)
    assert path.read_bytes() == again.read_bytes()
    stored, _, tags = read_cog(path)
    classes = run_classes(run, "5G").classes
    np.testing.assert_array_equal(stored == 255, classes == -1)
    np.testing.assert_array_equal(stored[classes >= 0], classes[classes >= 0])
    assert (stored == 255).any()
    assert tags["class_3"] == {"vi": "Không có sóng (< −115 dBm)", "en": "No signal (< −115 dBm)"}[language]
    text = said("gdalinfo", path)
    for index, colour in enumerate((*SERVICE_COLOURS, NO_SERVICE_COLOUR)):
        assert f"{index}: {','.join(map(str, bytes.fromhex(colour[1:])))},255" in text
    assert "NoData Value=255" in text
    assert f"0: {tags['class_0']}" in text
    assert "Categories:" in text
    write_geotiff(run, path, "covered", "5G", language)
    assert "Categories:" not in said("gdalinfo", path)
    assert [one.name for one in sorted(tmp_path.iterdir())] == ["again.tif", "again.tif.aux.xml", "service.tif"]


@pytest.mark.parametrize(("quantity", "technology"), [("height", "4G"), ("rsrp", "6G"), ("uplink", "4G")])
def test_what_a_run_does_not_have(run: Run, tmp_path: Path, quantity: str, technology: str) -> None:
    with pytest.raises(InputError, match=r"the run has no (quantity|technology)"):
        write_geotiff(run, tmp_path / "a.tif", quantity, technology)
    assert not list(tmp_path.iterdir())


def test_an_answer_that_is_not_there(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no answer to a question 'other'"):
        write_geopackage(run, "other", tmp_path / "a.gpkg")
    assert not list(tmp_path.iterdir())


# ---- the command ----


def invoke(run: Run, *arguments: str | Path) -> Result:
    return CliRunner().invoke(
        cli.app, ["export", str(run.folder), *map(str, arguments)], env={"COLUMNS": "200", "TERM": "dumb"}
    )


@pytest.mark.parametrize(
    ("name", "options", "start"),
    [
        ("a.gpkg", (), b"SQLite format 3"),
        ("b.gpkg", ("--question", QUESTION.name, "--language", "en"), b"SQLite format 3"),
        ("a.kmz", ("--language", "en"), b"PK\x03\x04"),
        ("a.csv", ("--bom", "--language", "vi"), b"\xef\xbb\xbfL\xe1\xbb\x9bp,"),
        ("b.csv", ("--excel",), b"\xef\xbb\xbflayer;"),
        ("a.TIF", ("--technology", "5g"), b"II*\x00"),
        ("b.tif", ("--technology", "4G", "--quantity", "sinr"), b"II*\x00"),
    ],
)
def test_the_ending_decides(run: Run, tmp_path: Path, name: str, options: tuple[str, ...], start: bytes) -> None:
    done = invoke(run, "-o", tmp_path / name, *options)
    assert done.exit_code == 0, done.output
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("a.shp", (), "A name ends in one of: .gpkg, .kmz, .csv, .tif"),
        ("a", (), "A name ends in one of"),
        ("a.kmz", ("--bom", "--quantity", "rsrp"), "A .kmz file takes: --language"),
        ("a.csv", ("--question", "x"), "A .csv file takes: --language, --bom, --excel"),
        ("a.tif", (), "Give one of: 4G, 5G"),
        ("a.tif", ("--technology", "3G"), "It has: 4G, 5G"),
        ("a.tif", ("--technology", "4G", "--quantity", "rsrq"), "Known quantities: service, rsrp"),
        ("a.gpkg", ("--question", "x"), QUESTION.name),
        ("a.csv", ("--language", "fr"), "Give vi or en"),
    ],
)
def test_wrong_combinations_say_what_is_allowed(
    run: Run, tmp_path: Path, name: str, options: tuple[str, ...], words: str
) -> None:
    done = invoke(run, "-o", tmp_path / name, *options)
    assert done.exit_code == 2
    assert words in done.output
    assert not list(tmp_path.iterdir())


def test_a_folder_is_no_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.kmz").mkdir()
    done = invoke(run, "-o", tmp_path / "a.kmz")
    assert done.exit_code == 2
    assert "this is a folder" in done.output


@pytest.mark.parametrize("name", ["a.gpkg", "a.kmz", "a.csv"])
def test_where_nothing_can_be_written(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = invoke(run, "-o", tmp_path / "file" / name)
    assert done.exit_code == 3
    assert "cannot be made" in done.output
