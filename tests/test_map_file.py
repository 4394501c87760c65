"""The one file: what it holds is the run's own, it keeps to its size, its bytes repeat, and bad orders are told."""

from __future__ import annotations

import base64
import gzip
import io
import itertools
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from typer.testing import CliRunner

from phusong.cli import app
from phusong.coverage.engine import simulate
from phusong.coverage.service import ServiceMaps, View
from phusong.errors import InputError
from phusong.scenarios.load import load
from phusong.scenarios.store import Run
from phusong.web.codes import FIRST_CLASS, NEAR, NO_DATA, OUTSIDE
from phusong.web.content import FIGURES, page_content
from phusong.web.layers import LOWEST_DBM, NO_PROBABILITY, SEA_M
from phusong.web.map_file import details, write_map
from phusong.web.mercator import MercatorGrid
from phusong.web.raster_pack import packed_raster
from tests.small_scenario import SCENARIO, write_small_scenario


@pytest.fixture(scope="module")
def page(network_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "new folder" / "map.html"
    write_map(network_run, path)
    return path


@pytest.fixture(scope="module")
def content(page: Path) -> dict[str, Any]:
    packed = re.search(r'id="content">(.*?)</script>', page.read_text(encoding="utf-8"))
    assert packed is not None
    (held,) = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    return dict(held)


@pytest.fixture(scope="module")
def rasters(page: Path) -> dict[str, Any]:
    held = re.search(r'id="rasters">(.*?)</script>', page.read_text(encoding="utf-8"))
    assert held is not None
    (first,) = json.loads(held[1])
    return dict(first)


def unpacked(raster: dict[str, Any]) -> npt.NDArray[np.int64]:
    """Return the numbers of a raster of a page."""
    strips = [np.asarray(Image.open(io.BytesIO(base64.b64decode(strip))).convert("RGB")) for strip in raster["strips"]]
    pixels = np.concatenate(strips).astype(np.int64)
    return pixels[..., 0] + (256 * pixels[..., 1] if raster["bytes"] == 2 else 0)


def nearest(raster: dict[str, Any], run: Run) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    return MercatorGrid(**raster["grid"]).nearest(run.grid)


@pytest.mark.parametrize("key", ["4G/", "5G/", "4G/VNPT"])
def test_every_pixel_has_the_code_of_the_run(rasters: dict[str, Any], network_run: Run, key: str) -> None:
    raster = rasters["classes"][key]
    technology, operator = key.split("/")
    maps = ServiceMaps(network_run)
    rows, columns = nearest(raster, network_run)
    inside = network_run.zone_layer("communes").rasterize(network_run.grid) >= 0
    within = (rows >= 0) & inside[np.maximum(rows, 0), np.maximum(columns, 0)]
    for number, place in enumerate(maps.places):
        codes = np.array(raster["table"])[unpacked(raster), number]
        assert (codes[~within] == OUTSIDE).all()
        service = maps.service(View(technology, place, operator or None))
        covered = service.covered[rows[within], columns[within]]
        reserve_cdb = service.reserve_cdb[rows[within], columns[within]].astype(int)
        shown = codes[within]
        np.testing.assert_array_equal(shown == NO_DATA, covered == 255)
        known = shown != NO_DATA
        served = (shown - FIRST_CLASS) % NEAR <= (2 if place == "outdoors" else 1)
        np.testing.assert_array_equal(served[known], covered[known] == 1)
        np.testing.assert_array_equal((shown >= FIRST_CLASS + NEAR)[known], (np.abs(reserve_cdb) < 300)[known])


def test_a_click_finds_level_cell_and_probability(
    rasters: dict[str, Any], content: dict[str, Any], network_run: Run
) -> None:
    click, cells = rasters["click"]["4G"], network_run.cells()
    rows, columns = nearest(click["level"], network_run)
    level, server = unpacked(click["level"]), unpacked(click["server"])
    there = (level > 0) & (rows >= 0)
    rsrp_dbm = network_run.layer("rsrp", "4G")[rows[there], columns[there]]
    np.testing.assert_array_equal(level[there] - LOWEST_DBM, np.rint(rsrp_dbm))
    named = [content["cells"]["4G"][number - 1][0] for number in server[there].tolist()]
    expected = cells["cell"].to_numpy()[network_run.layer("server", "4G")[rows[there], columns[there]]]
    assert named == expected.tolist()
    share = unpacked(click["probability"]["indoors"])
    service = ServiceMaps(network_run).service(View("4G", "indoors"))
    known = (share != NO_PROBABILITY) & (rows >= 0)
    np.testing.assert_allclose(share[known], 0.01 * service.probability[rows[known], columns[known]], atol=0.51)


def test_the_ground_is_that_of_the_run(rasters: dict[str, Any], network_run: Run) -> None:
    raster = rasters["terrain"]
    rows, columns = nearest(raster, network_run)
    height_m = network_run.elevation()[np.maximum(rows, 0), np.maximum(columns, 0)]
    shown = unpacked(raster)
    missing = (rows < 0) | np.isnan(height_m)
    assert (shown[missing] == 0).all()
    np.testing.assert_array_equal(shown[~missing] - SEA_M, np.rint(height_m[~missing]))


def test_the_figures_are_those_of_the_run(content: dict[str, Any], network_run: Run) -> None:
    zones = network_run.zones()
    rows = zones[(zones["technology"] == "5G") & (zones["layer"] == "communes")]
    told = content["figures"]["5G/outdoors/"]["communes"]
    for shown, (_, row) in zip(told, rows.iterrows(), strict=True):
        for name, value in zip(FIGURES, shown, strict=True):
            assert value is None if np.isnan(row[name]) else value == pytest.approx(row[name], abs=0.0051)
    assert len(content["figures"]) == len([view for view in content["views"] if view["has_cells"]])


def test_it_says_what_it_is(content: dict[str, Any], network_run: Run) -> None:
    assert content["digest"] == network_run.digest()
    assert content["created"] == network_run.manifest["created"]
    assert "P.1812" in content["model"]["vi"]
    assert content["sources"]["en"].startswith("Data: ")
    for view in content["views"]:
        assert view["definition"]["vi"].startswith("Định nghĩa: ")
        assert view["definition"]["en"].startswith("Definition: ")
    assert content["detail"]["classes"] == network_run.grid.resolution_m


def test_bytes_repeat(page: Path, network_run: Run, tmp_path: Path) -> None:
    write_map(network_run, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_rivers_are_those_of_the_land_cover(tmp_path: Path) -> None:
    """A lake of the facts, well inside the area, is a polygon of the page."""
    (tmp_path / "facts.csv").write_text(
        "name,kind,longitude,latitude,height_m,roughness_m,width_m,source\n"
        "Hồ,lake,105.215,21.32,20,1,900,a test\nHồ,lake,105.235,21.32,20,1,900,a test\n"
        "a,plain,105.1,21.2,60,1,,a test\nb,plain,105.4,21.2,60,1,,a test\nc,plain,105.1,21.5,60,1,,a test\n",
        encoding="utf-8",
    )
    text = SCENARIO + '[propagation]\nradius_km = 1.0\n\n[land_cover]\nkind = "made"\nwaters = "facts.csv"\n'
    run = simulate(load(write_small_scenario(tmp_path, scenario=text)), tmp_path / "run", workers=1)
    water = page_content(run, ServiceMaps(run))["water"]
    assert water
    points = np.concatenate([np.array(polygon[0]) for shape in water for polygon in shape["coordinates"]])
    assert 105.2 < points[:, 0].min() < 105.22
    assert 105.23 < points[:, 0].max() < 105.25


def test_what_does_not_fit_becomes_coarser_and_says_so(network_run: Run, tmp_path: Path) -> None:
    whole = write_map(network_run, tmp_path / "a.html")
    less = write_map(network_run, tmp_path / "b.html", largest_mb=whole.size_mb - 0.005)
    assert less.size_mb < whole.size_mb
    assert less.detail != whole.detail
    assert less.detail.classes == whole.detail.classes
    with pytest.raises(InputError) as caught:
        write_map(network_run, tmp_path / "c.html", largest_mb=0.5)
    assert "--largest-mb" in str(caught.value)
    assert not (tmp_path / "c.html").exists()


@pytest.mark.parametrize("resolution_m", [10.0, 30.0, 90.0, 500.0])
def test_details_only_become_coarser(resolution_m: float) -> None:
    steps = details(resolution_m)
    assert steps[0].classes == resolution_m
    for one, other in itertools.pairwise(steps):
        assert other.classes >= one.classes
        assert other.terrain >= one.terrain
        assert (other.click or 0.0) >= (one.click or 0.0)
        assert one.operators is not None or other.operators is None


def test_numbers_that_do_not_fit_a_raster_are_refused() -> None:
    onto = MercatorGrid(0.0, 0.0, 1.0, 2, 3)
    assert unpacked(packed_raster(np.array([[0, 255, 256], [65535, 7, 3]]), onto)).tolist() == [
        [0, 255, 256],
        [65535, 7, 3],
    ]
    assert unpacked(packed_raster(np.array([[0, 255, 9], [1, 7, 3]]), onto)).tolist() == [[0, 255, 9], [1, 7, 3]]
    for wrong in (np.full((2, 3), 65536), np.full((2, 3), -1), np.zeros((3, 2), dtype=int)):
        with pytest.raises(ValueError, match="raster"):
            packed_raster(wrong, onto)


def test_command(network_run: Run, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["map", str(network_run.folder), "-o", str(tmp_path / "a.html")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "a.html").is_file()


@pytest.mark.parametrize(
    ("name", "words"), [("map.pdf", "ends in .html"), ("folder.html", "this is a folder"), ("map", "ends in .html")]
)
def test_bad_orders_are_told(network_run: Run, tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder.html").mkdir()
    done = CliRunner().invoke(app, ["map", str(network_run.folder), "-o", str(tmp_path / name)])
    assert done.exit_code == 2
    assert words in done.output


def test_runs_of_other_technologies_are_not_compared(network_run: Run, tmp_path: Path) -> None:
    other = simulate(
        load(write_small_scenario(tmp_path, scenario=SCENARIO + "[propagation]\nradius_km = 1.0\n")),
        tmp_path / "run", workers=1,
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        write_map(network_run, tmp_path / "a.html", others=[other])
    assert "the first run 4G, 5G" in str(caught.value)
