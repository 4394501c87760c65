"""Tiles: every pixel is the class of the run's pixel under it, wherever the tile lies."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phusong.classes import (
    GAINED_COLOUR,
    LOST_COLOUR,
    NEAR_LIMIT_DB,
    NO_SERVICE,
    NO_SERVICE_COLOUR,
    SERVICE_COLOURS,
    STILL_COVERED_COLOUR,
    UNKNOWN,
)
from phusong.coverage.engine import simulate
from phusong.coverage.service import ServiceMaps, View
from phusong.figures.ground import NO_DATA_COLOUR, NO_DATA_STRIPE
from phusong.scenarios.comparison import GAINED, KEPT, LACKING, LOST, compare_runs
from phusong.scenarios.load import load
from phusong.scenarios.run import Run
from phusong.shares import inside_area
from phusong.terrain.grid import Grid
from phusong.web.codes import NEAR, classes_of, codes_of, outdoors_beside
from phusong.web.mercator import GREATEST_ZOOM, degrees_to_mercator, mercator_to_degrees, tile_part
from phusong.web.server.rasters import has_reserve, margins_cdb, view_codes
from tests.fake_run import write_changed_run, write_fake_run
from tests.sample_network import TEXT, write_network
from tests.served import NAME, TestClient, copy_run, problem, served

PROVINCE = Grid("EPSG:32648", 480_510.0, 2_402_010.0, 30.0, rows=5226, columns=3636)
COLOURS = [tuple(bytes.fromhex(colour[1:])) for colour in (*SERVICE_COLOURS, NO_SERVICE_COLOUR)]


@pytest.fixture(scope="module")
def client(network_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("runs")
    copy_run(network_run, folder)
    with served(folder) as client:
        yield client


def tiles_over(grid: Grid, zoom: int) -> list[tuple[int, int]]:
    """Return x and y of the tiles that a grid may meet."""
    west, south, east, north = grid.bounds_m
    longitude, latitude = grid.unproject([west, east, west, east], [south, south, north, north])
    across, down = degrees_to_mercator(longitude, latitude)
    ranges = [range(int(one.min() * 2**zoom), int(one.max() * 2**zoom) + 1) for one in (across, down)]
    return [(x, y) for x in ranges[0] for y in ranges[1]]


def pixels(answer: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with Image.open(io.BytesIO(answer)) as image:
        assert image.size == (256, 256)
        return np.asarray(image.convert("RGBA"))


def exact(grid: Grid, zoom: int, x: int, y: int) -> tuple[np.ndarray, np.ndarray]:
    """Return fractional row and column of the grid under every pixel of a tile, each projected by itself."""
    side = 256 * 2**zoom
    across, down = np.meshgrid((256 * x + np.arange(256) + 0.5) / side, (256 * y + np.arange(256) + 0.5) / side)
    longitude, latitude = mercator_to_degrees(across, down)
    column, row = grid.column_row(*grid.project(longitude, latitude))
    return row, column


@pytest.mark.parametrize("zoom", [6, 8, 10, 13, 17])
def test_positions_between_the_lattice_are_right(zoom: int) -> None:
    """Within a fifth of a pixel of the tile, and of the grid where that is the larger."""
    x, y = tiles_over(PROVINCE, zoom)[len(tiles_over(PROVINCE, zoom)) // 2]
    part = tile_part(PROVINCE, zoom, x, y)
    assert part is not None
    row, column = (values[part.slices] for values in exact(PROVINCE, zoom, x, y))
    pixel_m = 40_075_017.0 / (256 * 2**zoom) * np.cos(np.radians(21.3))
    allowed = 0.2 * min(pixel_m, 30.0) / 30.0 if zoom >= 10 else 0.2 * pixel_m / 30.0
    assert max(np.abs(part.row - row).max(), np.abs(part.column - column).max()) < allowed


@pytest.mark.parametrize("zoom", range(GREATEST_ZOOM + 1))
def test_the_part_of_a_tile_holds_all_of_the_grid(zoom: int) -> None:
    x, y = tiles_over(PROVINCE, zoom)[0]
    row, column = exact(PROVINCE, zoom, x, y)
    on_grid = (row >= -0.5) & (row < PROVINCE.rows - 0.5) & (column >= -0.5) & (column < PROVINCE.columns - 0.5)
    part = tile_part(PROVINCE, zoom, x, y)
    held = np.zeros((256, 256), dtype=np.bool_)
    if part is not None:
        held[part.slices] = True
    assert not (on_grid & ~held & np.isfinite(row)).any()


def expected(
    classes: np.ndarray,
    near: np.ndarray,
    inside: np.ndarray,
    grid: Grid,
    zoom: int,
    x: int,
    y: int,
) -> np.ndarray:
    """Return the picture of a tile, pixel by pixel as the words say."""
    row, column = (np.rint(values).astype(int) for values in exact(grid, zoom, x, y))
    picture = np.zeros((256, 256, 4), dtype=np.uint8)
    rgb = [tuple(bytes.fromhex(colour[1:])) for colour in (NO_DATA_COLOUR, NO_DATA_STRIPE)]
    for i, j in np.ndindex(256, 256):
        place = row[i, j], column[i, j]
        if not (0 <= place[0] < grid.rows and 0 <= place[1] < grid.columns and inside[place]):
            continue
        over, down = 256 * x + j, 256 * y + i
        if classes[place] == UNKNOWN:
            colour = rgb[1] if (over - down) % 8 < 3 else rgb[0]
        else:
            colour = COLOURS[classes[place]]
            if near[place] and (over + down) % 6 == 0:
                colour = tuple(round(0.62 * part) for part in colour)
        picture[i, j] = (*colour, 255)
    return picture


@pytest.mark.parametrize("view", [View("4G"), View("5G", "indoors"), View("4G", "in a car", "VNPT")])
def test_every_pixel_is_that_of_the_run(client: TestClient, network_run: Run, view: View) -> None:
    maps, grid, zoom = ServiceMaps(network_run), network_run.grid, 13
    services = maps.services([view, *outdoors_beside(maps, view)])
    classes = classes_of(maps, view, services)
    near = np.abs(services[view].reserve_cdb.astype(int)) < 100 * NEAR_LIMIT_DB
    inside = inside_area(network_run)
    assert {UNKNOWN, NO_SERVICE} <= set(np.unique(classes[inside]).tolist())
    seen = 0
    for x, y in tiles_over(grid, zoom):
        query = {"technology": view.technology, "place": view.place}
        query |= {"operator": view.operator} if view.operator else {}
        answer = client.get(f"/api/runs/{NAME}/tiles/{zoom}/{x}/{y}.png", params=query)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/png"
        wanted = expected(classes, near, inside, grid, zoom, x, y)
        shown = wanted[..., 3] > 0
        drawn = pixels(answer.content)
        differs = (drawn[..., 3] > 0) != shown
        differs |= shown & (drawn[..., :3] != wanted[..., :3]).any(axis=-1)
        row, column = exact(grid, zoom, x, y)
        on_edge = np.abs(np.abs(row - np.rint(row)) - 0.5) < 1e-3
        on_edge |= np.abs(np.abs(column - np.rint(column)) - 0.5) < 1e-3
        assert not (differs & ~on_edge).any()
        seen += int(shown.sum())
    assert seen > 10_000


def test_the_layers_give_the_classes_of_the_signals(network_run: Run) -> None:
    """The view that the run was simulated in is read off its layers: to the last pixel what the signals say."""
    maps, inside = ServiceMaps(network_run), inside_area(network_run)
    for technology in network_run.technologies:
        view = View(technology)
        assert has_reserve(network_run, technology)
        services = maps.services([view])
        slow = codes_of(classes_of(maps, view, services), services[view].reserve_cdb, inside)
        np.testing.assert_array_equal(view_codes(maps, view, inside, partial(margins_cdb, network_run)), slow)
        assert ((slow > NEAR) & (slow < 9)).any()


def test_tiles_are_kept_by_their_tag(client: TestClient) -> None:
    path = f"/api/runs/{NAME}/tiles/10/811/450.png"
    first = client.get(path, params={"technology": "4G"})
    tag = first.headers["etag"]
    assert first.headers["cache-control"].startswith("private")
    again = client.get(path, params={"technology": "4G"}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(path, params={"technology": "5G"}, headers={"If-None-Match": tag})
    assert other.status_code == 200
    assert other.headers["etag"] != tag


@pytest.mark.parametrize(
    ("tile", "status"),
    [("0/0/0", 200), ("17/0/0", 200), ("18/0/0", 422), ("-1/0/0", 422), ("1/2/0", 404), ("1/0/2", 404), ("1/1/1", 200),
     ("3/x/1", 422), ("3/1e9/1", 422), ("17/99999999999999999999/1", 422)],
)  # fmt: skip
def test_limits_of_the_pyramid(client: TestClient, tile: str, status: int) -> None:
    for path in (f"tiles/{tile}.png?technology=4G", f"terrain/{tile}.png"):
        answer = client.get(f"/api/runs/{NAME}/{path}")
        assert answer.status_code == status
        if status != 200:
            problem(answer)


def test_views_that_the_run_does_not_have(client: TestClient) -> None:
    for query in ("technology=3G", "technology=4G&operator=Nobody", "technology=4G&place=on+the+moon", ""):
        answer = client.get(f"/api/runs/{NAME}/tiles/3/1/1.png?{query}")
        assert answer.status_code == 422
        problem(answer)


def test_terrain_is_the_ground_of_the_run(client: TestClient, network_run: Run) -> None:
    grid, height_m, zoom = network_run.grid, network_run.elevation(), 13
    for x, y in tiles_over(grid, zoom):
        answer = client.get(f"/api/runs/{NAME}/terrain/{zoom}/{x}/{y}.png")
        rgb = pixels(answer.content)[..., :3].astype(np.int64)
        decoded_m = rgb @ np.array([65536, 256, 1]) / 256.0 - 32768.0
        row, column = exact(grid, zoom, x, y)
        near_centre = np.hypot(row - np.rint(row), column - np.rint(column)) < 0.05
        on_grid = (row >= 0) & (row <= grid.rows - 1) & (column >= 0) & (column <= grid.columns - 1)
        down, across = (np.clip(np.rint(values).astype(int), 0, None) for values in (row, column))
        take = near_centre & on_grid
        ground_m = height_m[down[take], across[take]]
        known = ~np.isnan(ground_m)
        np.testing.assert_allclose(decoded_m[take][known], ground_m[known], atol=2.0)
        missing = int(answer.headers["x-missing-pixels"])
        assert missing >= int((~on_grid).sum()) * 0.9
        assert (decoded_m[take][~known] < 250.0).all()


def test_what_two_runs_gain_and_lose(tmp_path: Path) -> None:
    before, after = write_fake_run(tmp_path / "before"), write_changed_run(tmp_path / "after")
    states = compare_runs(before, after).covered("5G")
    inside = inside_area(after)
    colours = {LACKING: NO_SERVICE_COLOUR, KEPT: STILL_COVERED_COLOUR, GAINED: GAINED_COLOUR, LOST: LOST_COLOUR}
    with served(tmp_path) as client:
        found: dict[tuple[int, ...], int] = {}
        for x, y in tiles_over(after.grid, 12):
            query = {"before": "before", "after": "after", "technology": "5G"}
            answer = client.get(f"/api/compare/tiles/12/{x}/{y}.png", params=query)
            drawn = pixels(answer.content)
            row, column = (np.rint(values).astype(int) for values in exact(after.grid, 12, x, y))
            for state, colour in colours.items():
                rgb = tuple(bytes.fromhex(colour[1:]))
                where = (drawn[..., :3] == rgb).all(axis=-1) & (drawn[..., 3] > 0)
                found[rgb] = found.get(rgb, 0) + int(where.sum())
                assert (states[row[where], column[where]] == state).mean() > 0.999 if where.any() else True
        assert all(found.values())
        lacking = client.get("/api/compare/tiles/5/1/1.png?before=before&after=after&technology=3G")
        assert lacking.status_code == 422
        figures = client.get("/api/compare?before=before&after=after").json()
        assert figures["zones"]
        assert any("another definition" in warning for warning in figures["warnings"])
        assert client.get("/api/compare?before=before&after=nowhere").status_code == 404
    assert inside.any()


def test_a_definition_indoors_is_not_taken_for_outdoors(tmp_path: Path) -> None:
    """The layers of such a run say what is covered indoors; tiles of the open air come from the signals."""
    text = TEXT.replace("threshold_dbm = -84.0", 'threshold_dbm = -100.0\nplace = "indoors"')
    run = simulate(load(write_network(tmp_path / "scenario", text=text)), tmp_path / "run", workers=1)
    maps, inside = ServiceMaps(run), inside_area(run)
    for place in maps.places:
        view = View("4G", place)
        services = maps.services([view, *outdoors_beside(maps, view)])
        expected = codes_of(classes_of(maps, view, services), services[view].reserve_cdb, inside)
        shown = view_codes(maps, view, inside, partial(margins_cdb, run))
        np.testing.assert_array_equal(shown, expected)
    outdoors, indoors = (
        view_codes(maps, View("4G", place), inside, partial(margins_cdb, run)) for place in ("outdoors", "indoors")
    )
    assert (outdoors != indoors).any()
    (tmp_path / "runs").mkdir()
    copy_run(run, tmp_path / "runs")
    with served(tmp_path / "runs") as client:
        at = {"longitude": 105.225, "latitude": 21.32, "technology": "4G"}
        said = client.get(f"/api/runs/{NAME}/at", params=at).json()
    assert said["place"] == "indoors"
    assert "trong nhà" in said["definition_vi"]
