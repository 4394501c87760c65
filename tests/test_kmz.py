"""KMZ: other programs open it, what lies on the ground has the colour of its class, and it stays small."""

from __future__ import annotations

import unicodedata
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from phusong.classes import NO_SERVICE_COLOUR, SERVICE_COLOURS
from phusong.exports import overlay, write_kmz
from phusong.exports.kml import NAMESPACE
from phusong.exports.legend import dot_png, legend_png
from phusong.figures.ground import NO_DATA_COLOUR, NO_DATA_STRIPE
from phusong.figures.service import run_classes
from phusong.figures.sheet import INK
from phusong.scenarios.questions import ask
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language
from tests import fake_run
from tests.fake_answer import write_answer
from tests.fake_run import write_fake_run
from tests.gdal_programs import said

QUESTION = ask("5G", targets=["area >= 75%"])
MARKED = "Xã <b>A & B</b>"
KML = {"kml": NAMESPACE}
Pictures = list[tuple[overlay.Box, np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    cells = fake_run.cell_table()
    cells = pd.concat([cells, cells.assign(site="PT-0002", operator=MARKED)], ignore_index=True)
    made = write_fake_run(tmp_path_factory.mktemp("runs") / "a", cells=cells)
    write_answer(made, QUESTION, 12)
    return made


@pytest.fixture(scope="module")
def path(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kmz") / "run.kmz"
    write_kmz(run, path)
    return path


def document(path: Path) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read("doc.kml"))


def text(element: ElementTree.Element, tag: str) -> str:
    found = element.find(f"kml:{tag}", KML)
    assert found is not None, tag
    return found.text or ""


def folder(parent: ElementTree.Element, name: str) -> ElementTree.Element:
    (found,) = [one for one in parent.iter(f"{{{NAMESPACE}}}Folder") if text(one, "name") == name]
    return found


def pictures(path: Path, technology: str) -> Pictures:
    """Return bounds and colours of what a file lays on the ground."""
    found: Pictures = []
    with zipfile.ZipFile(path) as archive:
        for one in document(path).iter(f"{{{NAMESPACE}}}GroundOverlay"):
            href = one.find("kml:Icon/kml:href", KML)
            assert href is not None
            assert href.text
            if technology.lower() in href.text:
                image = np.asarray(Image.open(BytesIO(archive.read(href.text))).convert("RGBA"))
                sides = one.find("kml:LatLonBox", KML)
                assert sides is not None
                west, south, east, north = (float(text(sides, side)) for side in ("west", "south", "east", "north"))
                found.append((overlay.Box(west, south, east, north, *image.shape[:2]), image))
    return found


def test_other_programs_open_it_without_a_word(path: Path) -> None:
    listed = said("ogrinfo", path)
    for name in ("Vùng phủ sóng 4G", "Xã, phường", "A 4G", f"{MARKED} 5G", "Vị trí đề xuất 5G"):
        assert name in listed
    whole = said("ogrinfo", "-al", path)
    assert "PT-0002" in whole
    assert "POINT (105.060247 21.271979)" in whole


def test_the_document_is_composed_and_asks_nothing_of_the_network(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        content = archive.read("doc.kml").decode()
    assert content == unicodedata.normalize("NFC", content)
    assert content.count("http") == 1  # the namespace
    root = document(path)
    hrefs = {href.text for href in root.iter(f"{{{NAMESPACE}}}href")}
    assert hrefs == names - {"doc.kml"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_says_what_it_is(run: Run, tmp_path: Path, language: Language) -> None:
    write_kmz(run, tmp_path / "a.kmz", language)
    root = document(tmp_path / "a.kmz")
    whole = root.find("kml:Document", KML)
    assert whole is not None
    about = text(whole, "description")
    expected = {
        "vi": ("Địa hình minh họa", "Định nghĩa", "Mô hình", "Dữ liệu", "23/11/2025"),
        "en": ("Demonstration relief", "Definition", "Model", "Data", "2025-11-23"),
    }
    for words in (*expected[language], run.digest()):
        assert words in about
    coverage = {"vi": "Vùng phủ sóng 5G", "en": "5G coverage"}[language]
    assert "SS-RSRP" in text(folder(root, coverage), "description")
    reason = {"vi": "Phủ sóng thêm", "en": "Covers 12.5 km² more"}[language]
    assert reason in ElementTree.tostring(root, encoding="unicode")


def test_one_technology_is_shown_at_a_time(path: Path) -> None:
    root = document(path)
    outer = folder(root, "Chọn công nghệ")
    kind = outer.find("kml:Style/kml:ListStyle/kml:listItemType", KML)
    assert kind is not None
    assert kind.text == "radioFolder"
    assert folder(root, "Vùng phủ sóng 4G").find("kml:visibility", KML) is None
    assert text(folder(root, "Vùng phủ sóng 5G"), "visibility") == "0"
    assert text(folder(root, "Trạm 4G"), "visibility") == "0"


def test_balloons_show_names_as_they_are(path: Path) -> None:
    sites = folder(document(path), f"{MARKED} 4G")
    (place,) = sites.findall("kml:Placemark", KML)
    assert text(place, "description") == "2 cell · B3 · đang phát"
    assert text(place, "name") == "PT-0002"


def test_zones_tell_their_share_and_what_is_missing(path: Path) -> None:
    zones = {
        text(place, "name"): text(place, "description")
        for place in folder(folder(document(path), "Vùng phủ sóng 4G"), "Xã, phường").findall("kml:Placemark", KML)
    }
    assert list(zones) == list(fake_run.NAMES)
    assert zones["Việt Trì"].startswith("100,0% diện tích được phủ sóng 4G (100,0 trong 100,0 km²)<br>")
    assert "không có dữ liệu địa hình" not in zones["Việt Trì"]
    assert "50,0% diện tích không có dữ liệu địa hình, không tính vào tỷ lệ" in zones["Vân Sơn"]
    assert "dân" not in zones["Vân Sơn"].replace("diện", "")


@pytest.mark.parametrize("most_pixels", [2048, 25])
def test_what_lies_on_the_ground_has_the_colour_of_its_class(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_pixels: int
) -> None:
    """Under the middle of every pixel of the run there is its class; the pieces together hold all of them once."""
    monkeypatch.setattr(overlay, "MOST_PIXELS", most_pixels)
    write_kmz(run, tmp_path / "a.kmz")
    service = run_classes(run, "5G")
    classes = service.classes
    assert set(np.unique(classes)) == {-1, 0, 1, 2, 3}
    x_m, y_m = run.grid.centres_m()
    longitude, latitude = run.grid.unproject(*np.meshgrid(x_m, y_m))
    inside = run.zone_layer("communes").rasterize(run.grid) >= 0
    found = pictures(tmp_path / "a.kmz", "5G")
    seen = np.zeros(classes.shape, dtype=int)
    colours = [np.array(list(bytes.fromhex(one[1:]))) for one in (*SERVICE_COLOURS, NO_SERVICE_COLOUR)]
    stripes = {tuple(bytes.fromhex(one[1:])) for one in (NO_DATA_COLOUR, NO_DATA_STRIPE)}
    unknown, near = set(), set()
    for box, image in found if most_pixels == 2048 else found[1:]:
        row = np.floor((box.north - latitude) / (box.north - box.south) * box.rows).astype(int)
        column = np.floor((longitude - box.west) / (box.east - box.west) * box.columns).astype(int)
        within = inside & (row >= 0) & (row < box.rows) & (column >= 0) & (column < box.columns)
        seen += within
        shown = image[row[within], column[within]]
        assert (shown[:, 3] > 0).mean() > 0.99
        for index, colour in enumerate(colours):
            ours = shown[(classes[within] == index) & ~service.near[within]]
            assert not len(ours) or (ours[:, :3] == colour).all(axis=1).mean() > 0.95  # the rest lies on an edge
        near |= {tuple(map(int, one[:3])) for one in shown[service.near[within]]}
        unknown |= {tuple(map(int, one[:3])) for one in shown[classes[within] == -1]}
    assert (seen[inside] == 1).all()
    assert stripes <= unknown
    assert tuple(bytes.fromhex(INK[1:])) in near


def test_large_pictures_come_in_pieces_with_an_overview(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlay, "MOST_PIXELS", 25)
    write_kmz(run, tmp_path / "a.kmz")
    said("ogrinfo", tmp_path / "a.kmz")
    for _, image in pictures(tmp_path / "a.kmz", "4G"):
        assert max(image.shape[:2]) <= 25
    grounds = list(document(tmp_path / "a.kmz").iter(f"{{{NAMESPACE}}}GroundOverlay"))
    levels = [one.find("kml:Region/kml:Lod", KML) for one in grounds[: len(grounds) // 2]]
    limits = [(int(text(one, "minLodPixels")), int(text(one, "maxLodPixels"))) for one in levels if one is not None]
    assert limits[0] == (0, 1600)
    assert set(limits[1:]) == {(round(1600 / np.sqrt(len(limits) - 1)), -1)}


def test_outside_is_clear(path: Path) -> None:
    ((_, image),) = pictures(path, "4G")
    assert image[0, 0, 3] == 0
    middle = image[image.shape[0] // 2, image.shape[1] // 2, 3]
    assert 100 < middle < 255


def test_bytes_repeat(run: Run, path: Path, tmp_path: Path) -> None:
    write_kmz(run, tmp_path / "again.kmz")
    assert (tmp_path / "again.kmz").read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2025, 11, 23, 9, 30, 0)}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_legend_shows_every_class(run: Run, language: Language) -> None:
    image = np.asarray(Image.open(BytesIO(legend_png(run, "4G", language))).convert("RGB"))
    for colour in (*SERVICE_COLOURS, NO_SERVICE_COLOUR, NO_DATA_COLOUR, NO_DATA_STRIPE):
        assert (image == list(bytes.fromhex(colour[1:]))).all(axis=2).sum() > 20
    assert image.shape[1] <= 480
    assert image.shape[0] <= 600
    dot = np.asarray(Image.open(BytesIO(dot_png("#112233", 16))))
    assert dot[0, 0, 3] == 0
    assert dot[8, 8].tolist() == [0x11, 0x22, 0x33, 255]


def test_ten_thousand_sites_stay_light(tmp_path: Path) -> None:
    count = 10_000
    cells = fake_run.cell_table().iloc[np.zeros(count, dtype=int)].reset_index(drop=True)
    cells["site"] = [f"PT-{number:05d}" for number in range(count)]
    run = write_fake_run(tmp_path / "run", cells=cells.assign(cell=cells["site"] + "-1"))
    write_kmz(run, tmp_path / "a.kmz")
    with zipfile.ZipFile(tmp_path / "a.kmz") as archive:
        assert archive.getinfo("doc.kml").file_size < 3_000_000
    assert (tmp_path / "a.kmz").stat().st_size < 1_000_000


def test_a_real_network_makes_one(network_run: Run, tmp_path: Path) -> None:
    write_kmz(network_run, tmp_path / "a.kmz")
    listed = said("ogrinfo", tmp_path / "a.kmz")
    assert "VNPT 4G" in listed
    assert "VNPT 5G" not in listed
