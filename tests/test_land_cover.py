"""Land cover: classes on the grid, their table, what they give to the models, and what a run says of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import rasterio
from affine import Affine
from pyproj import Transformer

from phusong.coverage.engine import simulate
from phusong.coverage.ground import Ground
from phusong.coverage.proposals.propose import propose
from phusong.errors import InputError, Problem
from phusong.scenarios.inputs import read_inputs
from phusong.scenarios.land_cover import (
    TERMINAL_CLASSES,
    WORLDCOVER,
    LandCoverClass,
    classify,
)
from phusong.scenarios.land_cover_classes import read_classes
from phusong.scenarios.load import load
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import open_run
from phusong.terrain.grid import Grid
from phusong.terrain.land_cover import NO_CODE, load_land_cover
from tests.shared_data import SHARED, needs_shared
from tests.small_scenario import EAST, HEADER, NORTH, SCENARIO, SOUTH, WEST, write_small_scenario

SPM = '[propagation]\nmodel = "spm"\nradius_km = 5\n'
LAND_COVER = '[land_cover]\npath = "cover.tif"\n'
STEP_DEG = 0.0005  # about 50 m, two samples a pixel
NODATA = 0


def write_cover(path: Path, codes: npt.NDArray[Any], *, nodata: float | None = NODATA) -> None:
    """Write codes in longitude and latitude, from the north-western corner of the zones and a little beyond."""
    with rasterio.open(
        path, "w", driver="GTiff", height=codes.shape[0], width=codes.shape[1], count=1, dtype=codes.dtype.name,
        crs="EPSG:4326", transform=Affine(STEP_DEG, 0.0, WEST - 0.01, 0.0, -STEP_DEG, NORTH + 0.01), nodata=nodata,
    ) as file:  # fmt: skip
        file.write(codes, 1)


def halves(west: int, east: int, *, dtype: str = "uint8") -> npt.NDArray[Any]:
    """Return codes for the zones and a margin: one class west of the middle, another east of it."""
    rows, columns = round((NORTH - SOUTH + 0.02) / STEP_DEG), round((EAST - WEST + 0.02) / STEP_DEG)
    codes = np.full((rows, columns), east, dtype=dtype)
    codes[:, : columns // 2] = west
    return codes


def with_cover(folder: Path, codes: npt.NDArray[Any], extra: str = "") -> Scenario:
    folder.mkdir(exist_ok=True)
    write_cover(folder / "cover.tif", codes)
    return load(write_small_scenario(folder, scenario=SCENARIO + LAND_COVER + extra))


def problems_of(scenario: Scenario) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_inputs(scenario)
    return list(caught.value.problems)


# The raster


def test_a_pixel_has_the_code_of_the_sample_that_its_centre_falls_into(tmp_path: Path) -> None:
    """On a grid in another projection, against each centre transformed by hand."""
    random = np.random.default_rng(5)
    codes = random.choice(np.array([0, 10, 40, 50, 95], dtype=np.uint8), size=(60, 60))
    write_cover(tmp_path / "cover.tif", codes)
    grid = Grid.covering([WEST, WEST + 0.015], [NORTH - 0.015, NORTH], crs="EPSG:32648", resolution_m=90.0)
    found = load_land_cover(tmp_path / "cover.tif", grid)
    x_m, y_m = np.meshgrid(*grid.centres_m())
    longitude, latitude = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(x_m, y_m)
    column = np.floor((longitude - (WEST - 0.01)) / STEP_DEG).astype(int)
    row = np.floor(((NORTH + 0.01) - latitude) / STEP_DEG).astype(int)
    expected = codes[row, column].astype(np.int32)
    expected[expected == NODATA] = NO_CODE
    assert np.array_equal(found, expected)
    assert set(np.unique(found)) == {NO_CODE, 10, 40, 50, 95}


def test_outside_the_raster_there_is_no_data(tmp_path: Path) -> None:
    write_cover(tmp_path / "cover.tif", halves(10, 50)[:60])
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=100.0)
    found = load_land_cover(tmp_path / "cover.tif", grid)
    assert set(np.unique(found[0])) == {10, 50}
    assert set(np.unique(found[-1])) == {NO_CODE}


def test_values_that_are_no_codes_are_told(tmp_path: Path) -> None:
    codes = halves(10, 50, dtype="float32")
    codes[40:60, 40:60] = 3.5
    path = tmp_path / "cover.tif"
    write_cover(path, codes)
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=100.0)
    with pytest.raises(InputError, match=r"with a value that is no class code, such as 3\.5"):
        load_land_cover(path, grid)
    path.write_bytes(b"no raster")
    with pytest.raises(InputError, match="cannot be read"):
        load_land_cover(path, grid)


@needs_shared
def test_a_real_map_of_land_cover(tmp_path: Path) -> None:
    """The map of 2019 on its own lattice: every sample is itself, and its ten classes need a table of their own."""
    path = SHARED / "data" / "landcover" / "landcover_rf_483m_2019.tif"
    with rasterio.open(path) as file:
        stored, step = file.read(1).astype(np.int32), file.transform
        grid = Grid("EPSG:32648", step.c, step.f, step.a, file.height, file.width)
    codes = load_land_cover(path, grid)
    assert np.array_equal(codes, np.where(stored == 255, NO_CODE, stored))
    table = tmp_path / "vietnam.csv"
    table.write_text(
        "code,name,clutter_height_m,spm_class,spm_offset_db\n1,residential,10,suburban,\n2,rice,0,open,\n"
        "3,other crop,0,open,\n4,grass,0,open,\n5,barren,0,open,\n6,scrub,4,,-5\n7,forest,15,woodland,\n"
        "8,wetland,0,open,\n9,open water,0,water,\n10,aquaculture,0,water,\n",
        encoding="utf-8",
    )
    cover = classify(codes, read_classes(table))
    assert np.array_equal(cover.is_known, stored != 255)
    assert (cover.clutter_m()[stored == 7] == 15.0).all()
    assert (cover.spm_offset_db()[stored == 6] == -5.0).all()
    assert np.isnan(cover.clutter_m()[stored == 255]).all()
    assert (cover.location_sigma_db()[stored == 9] == 6.0).all()
    assert (cover.terminal_class_index()[stored == 1] == TERMINAL_CLASSES.index("suburban")).all()


# The scenario


def test_heights_of_the_classes_are_clutter_along_the_path(tmp_path: Path) -> None:
    codes = halves(10, 40)
    codes[:30] = NODATA
    inputs = read_inputs(with_cover(tmp_path, codes))
    assert inputs.clutter_m is not None
    assert inputs.land_cover is not None
    assert set(np.unique(inputs.clutter_m[np.isfinite(inputs.clutter_m)])) == {0.0, 15.0}
    said = "\n".join(inputs.assumptions)
    assert "Clutter heights are those of the land cover classes" in said
    assert "tree cover 15 m, cropland 0 m." in said
    assert f"{np.isnan(inputs.clutter_m).sum():,} pixels of the grid without land cover: no data there." in said
    assert "No clutter is modelled" not in said
    for path in (tmp_path / "cover.tif", WORLDCOVER):
        assert inputs.digests[path.name] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_raster_of_clutter_heights_goes_first(tmp_path: Path) -> None:
    write_small_scenario(tmp_path)
    scenario = with_cover(tmp_path, halves(10, 40), '[clutter]\npath = "slope.tif"\n')
    inputs = read_inputs(scenario)
    assert inputs.clutter_m is not None
    assert not set(np.unique(inputs.clutter_m)) <= {0.0, 15.0}
    assert any(
        "The land cover does not change the path loss: clutter heights are given" in one for one in inputs.assumptions
    )


def test_a_model_that_knows_neither_says_so(tmp_path: Path) -> None:
    inputs = read_inputs(with_cover(tmp_path, halves(10, 40), '[propagation]\nmodel = "cost231_hata"\nradius_km = 5\n'))
    assert inputs.clutter_m is None
    assert any(
        "The land cover does not change the path loss" in one and "knows no surroundings" in one
        for one in inputs.assumptions
    )


def test_heights_can_be_kept_out_of_the_path(tmp_path: Path) -> None:
    """The classes are there all the same, and the run says that the path is over bare ground."""
    inputs = read_inputs(with_cover(tmp_path, halves(10, 40), "heights_in_path = false\n"))
    assert inputs.clutter_m is None
    assert inputs.land_cover is not None
    assert set(np.unique(inputs.land_cover.location_sigma_db())) == {7.0, 8.0}
    said = "\n".join(inputs.assumptions)
    assert "The land cover does not change the path loss: heights_in_path = false." in said
    assert "No clutter is modelled" in said


def test_assumed_terminal_classes_are_told(tmp_path: Path) -> None:
    (tmp_path / "classes.csv").write_text(
        "code,name,clutter_height_m,spm_class,location_sigma_db\n10,trees,15,woodland,\n40,rice,0,open,5\n"
        "50,houses,10,suburban,\n",
        encoding="utf-8",
    )
    said = read_inputs(with_cover(tmp_path, halves(10, 40), 'classes = "classes.csv"\n')).assumptions
    (terminal,) = [one for one in said if one.startswith("terminal_class is assumed where classes.csv gives none")]
    assert terminal.endswith("trees forest, rice open.")
    (sigma,) = [one for one in said if one.startswith("location_sigma_db is assumed where classes.csv gives none")]
    assert sigma.endswith("trees 8 dB.")


def test_codes_that_the_table_lacks_are_told_with_their_pixels(tmp_path: Path) -> None:
    """And so are the table's own problems, and a setting that says the same again."""
    scenario = with_cover(tmp_path, halves(11, 50), SPM + 'settings = { clutter_class = "open" }\n')
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=100.0)
    codes = load_land_cover(tmp_path / "cover.tif", grid)
    found = {problem.field: problem for problem in problems_of(scenario)}
    assert found.keys() == {"value", "propagation.settings.clutter_class"}
    assert Path(found["value"].file).name == "cover.tif"
    assert f"{(codes == 11).sum():,} pixels of the class 11, which worldcover.csv lacks" in found["value"].message
    assert "It has: 10, 20, 30" in found["value"].remedy
    (tmp_path / "classes.csv").write_text("code,name,clutter_height_m,spm_class\n50,built,x,urban\n", encoding="utf-8")
    (tmp_path / "cover.tif").write_bytes(b"no raster")
    own = LAND_COVER + 'classes = "classes.csv"\n'
    both = load(write_small_scenario(tmp_path, scenario=SCENARIO + own))
    assert {Path(problem.file).name for problem in problems_of(both)} == {"cover.tif", "classes.csv"}


def test_where_nothing_is_missing_from_the_ground() -> None:
    grid = Grid("EPSG:32648", 500_000.0, 2_360_000.0, 100.0, rows=2, columns=4)
    height_m = np.zeros(grid.shape, dtype=np.float32)
    clutter_m = np.zeros(grid.shape, dtype=np.float32)
    codes = np.full(grid.shape, 10, dtype=np.int32)
    height_m[1, 1], clutter_m[1, 2], codes[1, 3] = np.nan, np.nan, NO_CODE
    ground = Ground(grid, height_m, clutter_m, classify(codes, read_classes(WORLDCOVER)))
    assert ground.window(1, 2, 0, 4).is_known().tolist() == [[True, False, False, False]]
    assert ground.window(0, 2, 1, 4).is_known().tolist() == [[True] * 3, [False] * 3]


# The run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where two runs by the SPM lie: plain, and over land cover with a strip of no data."""
    folder = tmp_path_factory.mktemp("spm")
    codes = halves(10, 80)
    codes[60:70] = NODATA
    plain = folder / "plain"
    plain.mkdir()
    simulate(load(write_small_scenario(plain, scenario=SCENARIO + SPM)), folder / "median")
    simulate(with_cover(folder / "covered", codes, SPM), folder / "run", workers=1)
    return folder


def test_the_class_of_the_receiver_shifts_the_loss_at_its_pixel(folder: Path) -> None:
    """Less the signal of the median city: -2.5 dB among trees, +13 dB over water, but for the floor of free space."""
    run, median = open_run(folder / "run"), open_run(folder / "median")
    cover = run.land_cover()
    assert cover is not None
    reached = np.isfinite(median.layer("rsrp", "4G"))
    gain_db = run.layer("rsrp", "4G") - median.layer("rsrp", "4G")
    trees, water = (reached & (cover.of_pixel == place) for place in (0, 7))
    assert cover.classes[0].name == "tree cover"
    assert cover.classes[7].name == "permanent water"
    assert trees.sum() > 300
    assert np.median(gain_db[trees]) == pytest.approx(-2.5, abs=1e-4)
    assert (gain_db[trees] < 1e-4).all()
    assert np.median(gain_db[water]) == pytest.approx(13.0, abs=1e-4)
    assert np.isnan(gain_db[reached & ~cover.is_known]).all()
    assert (run.layer("covered", "4G")[reached & ~cover.is_known] == 255).all()


def test_the_run_says_what_it_did(folder: Path) -> None:
    run = open_run(folder / "run")
    said = "\n".join(run.manifest["assumptions"])
    assert "tree cover +2.5 dB, permanent water -13 dB." in said
    assert "without land cover: no data there." in said
    assert "No clutter is modelled" not in said
    assert "clutter_class" not in run.manifest["model"]["arguments"]
    assert run.manifest["model"]["arguments"]["k_clutter"] == 1.0
    assert run.scenario.land_cover is not None
    assert {"cover.tif", "worldcover.csv"} <= run.manifest["input_digests"].keys()
    plain = open_run(folder / "median")
    assert plain.land_cover() is None
    assert plain.manifest["model"]["arguments"]["clutter_class"] == "urban"
    assert not any("land_cover" in name for name in plain.manifest["files"])


def test_any_tile_and_number_of_workers_give_the_same_bits(folder: Path, tmp_path: Path) -> None:
    run = open_run(folder / "run")
    again = simulate(load(folder / "covered"), tmp_path / "run", workers=3, tile_pixels=17)
    for quantity in ("rsrp", "server", "overlap", "covered"):
        assert run.layer(quantity, "4G").tobytes() == again.layer(quantity, "4G").tobytes()


def test_proposals_stand_on_the_same_land_cover(folder: Path, tmp_path: Path) -> None:
    """What a proposal claims is what a run of the register with the proposed cells gains."""
    threshold = SCENARIO.replace("threshold_dbm = -110.0", "threshold_dbm = -90.0")
    (tmp_path / "cover.tif").write_bytes((folder / "covered" / "cover.tif").read_bytes())
    scenario = load(write_small_scenario(tmp_path, scenario=threshold + LAND_COVER + SPM))
    run = simulate(scenario, tmp_path / "run")
    cover = run.land_cover()
    assert cover is not None
    assert cover.classes == tuple(LandCoverClass(*one) for one in read_classes(WORLDCOVER))
    _, certificate = propose(run, technology="4G", sites=2)
    columns = HEADER.split(",")
    cells = pd.concat([run.cells()[columns], run.table("proposed_cells")[columns]])
    cells.to_csv(tmp_path / "register.csv", index=False)
    built = simulate(load(tmp_path), tmp_path / "built")
    gained = (built.layer("covered", "4G") == 1) & (run.layer("covered", "4G") == 0)
    gain_km2 = float(run.grid.pixel_area_km2()[gained].sum())
    assert gain_km2 > 0.1
    assert certificate["claimed_gain_km2"] == pytest.approx(gain_km2, rel=1e-5)
