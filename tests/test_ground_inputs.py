"""What the ground of a scenario carries: several clutter rasters, made land cover, people, and what is said of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
from affine import Affine

from phusong.errors import InputError, Problem
from phusong.scenarios.freeze import freeze
from phusong.scenarios.ground_tables import ClutterFiles, LandCoverFile
from phusong.scenarios.inputs import Inputs, read_inputs
from phusong.scenarios.land_cover import NO_CLASS
from phusong.scenarios.load import load
from phusong.scenarios.made_land_cover import BUILT_UP, CROPS, TREES, WATER, make_land_cover
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import RunWriter
from phusong.terrain.elevation import Elevation
from phusong.terrain.grid import Grid
from phusong.terrain.population import people_fixed
from phusong.terrain.raster import read_cog, write_cog
from phusong.terrain.zones import Zones, read_zones
from tests.small_scenario import EAST, NORTH, SCENARIO, SOUTH, WEST, write_small_scenario, write_zones

MADE = '[land_cover]\nkind = "made"\n'
PEOPLE_MADE = '[population]\nkind = "made"\n'
PEOPLE_FILE = '[population]\nkind = "file"\npath = "people.tif"\n'
STEP_DEG = 1.0 / 1200.0
WATERS = """\
name,kind,longitude,latitude,height_m,roughness_m,width_m,source
Sông Thao,river,105.205,21.29,10,1,600,made for a test
Sông Thao,river,105.205,21.35,10,1,600,made for a test
Đồi,hill,105.25,21.30,50,1,,made for a test
Đồi Hai,hill,105.24,21.33,50,1,,made for a test
Đồi Ba,hill,105.22,21.31,40,1,,made for a test
"""


def scenario(folder: Path, extra: str, base: str = SCENARIO) -> Scenario:
    return load(write_small_scenario(folder, scenario=base + extra))


def problems_of(one: Scenario) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_inputs(one)
    return list(caught.value.problems)


def load_problems(folder: Path, extra: str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        scenario(folder, extra)
    return list(caught.value.problems)


def write_people(
    path: Path, values: npt.NDArray[Any], *, west: float = WEST - 0.01, north: float = NORTH + 0.01
) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(STEP_DEG, 0.0, west, 0.0, -STEP_DEG, north), nodata=-200.0,
    ) as file:  # fmt: skip
        file.write(values.astype(np.float32), 1)


def everybody() -> npt.NDArray[Any]:
    """Return people for the zones and a margin, two in each cell."""
    return np.full((round((NORTH - SOUTH + 0.02) / STEP_DEG), round((EAST - WEST + 0.02) / STEP_DEG)), 2.0)


def write_heights(path: Path, grid: Grid, height_m: npt.NDArray[Any]) -> None:
    values = height_m.astype(np.float32)
    write_cog(path, values, grid, nodata=float("nan"), units="m", description="heights", tags={})


# Clutter


def test_the_greatest_of_several_rasters_counts(tmp_path: Path) -> None:
    """Canopies and buildings; where one knows nothing the other counts, and the run says so."""
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=100.0, margin_m=500.0)
    canopy_m, houses_m = np.full(grid.shape, 12.0), np.full(grid.shape, 8.0)
    houses_m[:, 20:30], canopy_m[:, 25:35], houses_m[:10] = 20.0, np.nan, np.nan
    write_heights(tmp_path / "canopy.tif", grid, canopy_m)
    write_heights(tmp_path / "houses.tif", grid, houses_m)
    one = scenario(tmp_path, '[clutter]\npaths = ["canopy.tif", "houses.tif"]\n')
    inputs = read_inputs(one)
    assert inputs.clutter_m is not None
    found = set(np.unique(inputs.clutter_m[np.isfinite(inputs.clutter_m)]).tolist())
    assert {12.0, 20.0, 8.0} <= found
    assert np.isnan(inputs.clutter_m).any()
    said = "\n".join(inputs.assumptions)
    assert (
        "Clutter heights are the greatest of canopy.tif, houses.tif; where one has no data, the others count." in said
    )
    for name in ("canopy.tif", "houses.tif"):
        assert inputs.digests[name] == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()


def test_a_single_path_is_a_list_of_one(tmp_path: Path) -> None:
    (tmp_path / "canopy.tif").touch()
    single = scenario(tmp_path, '[clutter]\npath = "canopy.tif"\n')
    assert single == scenario(tmp_path, '[clutter]\npaths = ["canopy.tif"]\n')
    assert isinstance(single.clutter, ClutterFiles)
    assert 'canopy.tif"]  # given' in freeze(single)
    both = load_problems(tmp_path, '[clutter]\npath = "canopy.tif"\npaths = ["canopy.tif"]\n')
    assert [(one.field, "Did you mean 'paths'?" in one.remedy) for one in both] == [("clutter.path", True)]
    assert [one.field for one in load_problems(tmp_path, "[clutter]\npaths = []\n")] == ["clutter.paths"]
    (absent,) = load_problems(tmp_path, '[clutter]\npath = "absent.tif"\n')
    assert absent.field == "clutter.paths.0"
    assert "absent.tif" in absent.message


def test_all_clutter_rasters_are_told_at_once(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        (tmp_path / name).write_bytes(b"no raster")
    found = problems_of(scenario(tmp_path, '[clutter]\npaths = ["a.tif", "b.tif"]\n'))
    assert [Path(one.file).name for one in found] == ["a.tif", "b.tif"]


# Made land cover


def flat(grid: Grid, height_m: npt.NDArray[Any] | None = None) -> Elevation:
    values = np.full(grid.shape, 10.0) if height_m is None else height_m
    return Elevation(grid, values.astype(np.float32), "test", False, 0, int(np.isnan(values).sum()), ())


@pytest.fixture
def zones(tmp_path: Path) -> Zones:
    write_zones(tmp_path / "communes.geojson")
    return read_zones(tmp_path / "communes.geojson", "communes", type_field="type", population_field="population")


def codes_of(cover: Any) -> npt.NDArray[np.int64]:
    """Return the code of every pixel, -1 without data."""
    table = np.full(NO_CLASS + 1, -1)
    table[: len(cover.classes)] = [one.code for one in cover.classes]
    return np.asarray(table[cover.of_pixel])


def test_the_rules_of_made_land_cover(tmp_path: Path, zones: Zones) -> None:
    """Mountains are wooded, people get their built-up land, waters are water, missing terrain has no class."""
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=30.0)
    height_m = np.full(grid.shape, 10.0)
    height_m[:40] = 900.0
    height_m[-5:] = np.nan
    (tmp_path / "waters.csv").write_text(WATERS, encoding="utf-8")
    cover = make_land_cover(flat(grid, height_m), zones, None, tmp_path / "waters.csv", 1)
    codes = codes_of(cover)
    assert cover.made
    assert "waters.csv" in cover.source
    assert (codes[-5:] == -1).all()
    assert (codes[:35] != CROPS).all()
    assert (codes[60:-5][codes[60:-5] != WATER] != TREES).mean() > 0.95
    column = int(grid.column_row(*grid.project(105.205, 21.32))[0])
    assert (codes[60:-10, column] == WATER).all()
    # 24,000 people at 6,000 per km2, on dry land that is level.
    zone = zones.rasterize(grid)
    for index in range(2):
        built_km2 = float(((codes == BUILT_UP) & (zone == index)).sum()) * 0.03**2
        assert built_km2 == pytest.approx(2.0, abs=0.01)
    assert not ((codes == BUILT_UP) & (zone < 0)).any()


def test_more_people_need_more_built_up_land_and_none_need_none(zones: Zones) -> None:
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=50.0)

    def built(*population: float) -> list[int]:
        peopled = Zones(**{**zones.__dict__, "population": np.array(population)})
        codes = codes_of(make_land_cover(flat(grid), peopled, None, None, 1))
        zone = zones.rasterize(grid)
        return [int(((codes == BUILT_UP) & (zone == index)).sum()) for index in range(2)]

    few, many = built(3000.0, 12_000.0)
    assert many == pytest.approx(4 * few, abs=2)
    assert built(0.0, np.nan) == [0, 0]
    pixels = np.bincount(zones.rasterize(grid).ravel() + 1)[1:]
    crowded, _ = built(10_000_000.0, 1.0)
    assert crowded == pytest.approx(0.7 * pixels[0], abs=2)  # never the whole zone


def test_the_same_seed_makes_the_same_land_cover(zones: Zones) -> None:
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=50.0)
    first, again, other = (make_land_cover(flat(grid), zones, None, None, seed) for seed in (1, 1, 2))
    assert first.of_pixel.tobytes() == again.of_pixel.tobytes()
    assert first.of_pixel.tobytes() != other.of_pixel.tobytes()
    assert "without waters" in first.source
    assert not (codes_of(first) == WATER).any()


def test_parks_are_built_up(zones: Zones) -> None:
    grid = Grid.covering([WEST, EAST], [SOUTH, NORTH], crs="EPSG:32648", resolution_m=50.0)
    parks = zones.select(np.array([True, False]))
    codes = codes_of(make_land_cover(flat(grid), zones, parks, None, 1))
    assert (codes[zones.rasterize(grid) == 0] == BUILT_UP).all()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    folder = tmp_path_factory.mktemp("made")
    (folder / "waters.csv").write_text(WATERS, encoding="utf-8")
    return read_inputs(scenario(folder, MADE + 'waters = "waters.csv"\nheights_in_path = false\n' + PEOPLE_MADE))


def test_made_inputs_say_that_they_are(made: Inputs) -> None:
    assert made.land_cover is not None
    assert made.land_cover.made
    assert made.clutter_m is None
    assert {"land_cover", "population"} <= set(made.made)
    assert "terrain" not in made.made
    said = "\n".join(made.assumptions)
    assert "The land cover is made by rule from the zones 'communes'" in said
    assert "waters in waters.csv, seed 1; no survey" in said
    assert "heights_in_path = false" in said
    assert "People are made: those of each zone of 'communes'" in said
    assert {"waters.csv", "worldcover.csv"} <= made.digests.keys()


def test_made_people_add_up_and_live_where_the_houses_are(made: Inputs) -> None:
    assert made.people is not None
    assert made.land_cover is not None
    zone = made.zones["communes"].rasterize(made.grid)
    fixed = people_fixed(made.people)
    assert [int(fixed[zone == index].sum()) for index in range(2)] == [12_000 * 1_000_000] * 2
    assert np.array_equal(np.isnan(made.people), zone < 0)
    codes = codes_of(made.land_cover)
    assert np.nansum(made.people[codes == BUILT_UP]) > 0.9 * 24_000
    assert np.nansum(made.people[codes == WATER]) == 0.0


def test_waters_are_those_of_made_terrain_unless_named(tmp_path: Path) -> None:
    (tmp_path / "relief.csv").write_text(WATERS, encoding="utf-8")
    base = SCENARIO.replace('kind = "files"\npaths = ["slope.tif"]', 'kind = "made"\nfacts = "relief.csv"')
    inputs = read_inputs(scenario(tmp_path, MADE, base))
    assert inputs.land_cover is not None
    assert (codes_of(inputs.land_cover) == WATER).any()
    assert inputs.clutter_m is not None  # heights_in_path is on unless said otherwise
    assert inputs.people is None
    dry = read_inputs(scenario(tmp_path, MADE)).land_cover
    assert dry is not None
    assert "without waters" in dry.source


# People from a file


def test_a_raster_of_people_is_compared_with_the_zones(tmp_path: Path) -> None:
    write_people(tmp_path / "people.tif", everybody())
    inputs = read_inputs(scenario(tmp_path, PEOPLE_FILE))
    assert inputs.people is not None
    assert inputs.people.dtype == np.float64
    assert inputs.people.shape == inputs.grid.shape
    inside = inputs.zones["communes"].rasterize(inputs.grid) >= 0
    held = float(inputs.people[inside].sum())
    assert held == pytest.approx(2.0 * 60 * 48, rel=0.02)
    said = "\n".join(inputs.assumptions)
    assert f"People: people.tif holds {held:,.0f} people in the area, the zones 'communes' state 24,000 (-" in said
    assert "population data" not in said
    assert "people.tif" in inputs.digests
    assert "population" not in inputs.made


def test_missing_people_are_told(tmp_path: Path) -> None:
    values = everybody()
    values[:30] = -200.0
    write_people(tmp_path / "people.tif", values)
    inputs = read_inputs(scenario(tmp_path, PEOPLE_FILE))
    assert inputs.people is not None
    inside = inputs.zones["communes"].rasterize(inputs.grid) >= 0
    missing = int(np.isnan(inputs.people[inside]).sum())
    assert missing > 100
    assert f"{missing:,} pixels of the area without population data: people there are not known." in inputs.assumptions
    zero = read_inputs(scenario(tmp_path, PEOPLE_FILE + "nodata_is_zero = true\n"))
    assert zero.people is not None
    assert not np.isnan(zero.people[inside]).any()
    assert "Cells of people.tif without data are read as nobody living there." in zero.assumptions


@pytest.mark.parametrize(("states", "expected"), [(None, "state no population to compare"), (0, "state 0.")])
def test_zones_that_state_nobody(tmp_path: Path, states: int | None, expected: str) -> None:
    write_people(tmp_path / "people.tif", everybody())
    one = scenario(tmp_path, PEOPLE_FILE)
    write_zones(tmp_path / "communes.geojson", population=states)
    assert expected in "\n".join(read_inputs(one).assumptions)


# What is wrong


def test_people_elsewhere_and_a_broken_raster_are_told(tmp_path: Path) -> None:
    write_people(tmp_path / "people.tif", everybody(), west=107.0)
    (found,) = problems_of(scenario(tmp_path, PEOPLE_FILE))
    assert (Path(found.file).name, found.field) == ("people.tif", "position")
    assert "105.20 to 105.25 E" in found.remedy
    (tmp_path / "people.tif").write_bytes(b"no raster")
    (tmp_path / "cover.tif").write_bytes(b"no raster")
    both = problems_of(scenario(tmp_path, PEOPLE_FILE + '[land_cover]\npath = "cover.tif"\n'))
    assert {Path(one.file).name for one in both} == {"people.tif", "cover.tif"}


def test_nobody_can_be_made_of_zones_without_people(tmp_path: Path) -> None:
    one = scenario(tmp_path, MADE + PEOPLE_MADE)
    write_zones(tmp_path / "communes.geojson", population=None)
    (found,) = problems_of(one)
    assert found.field == "population.kind"
    assert "population_field under [zones.communes]" in found.remedy


def test_what_cannot_be_made_hides_no_problem(tmp_path: Path) -> None:
    """Without zones or terrain nothing is made; their own problems are told, and those of the table of waters."""
    one = scenario(tmp_path, MADE + PEOPLE_MADE)
    (tmp_path / "communes.geojson").write_text("no zones", encoding="utf-8")
    assert {Path(problem.file).name for problem in problems_of(one)} == {"communes.geojson"}
    (tmp_path / "waters.csv").write_text(WATERS.replace("river", "rivulet"), encoding="utf-8")
    found = problems_of(scenario(tmp_path, MADE + 'waters = "waters.csv"\n'))
    assert {(Path(problem.file).name, problem.field) for problem in found} == {
        ("waters.csv", "kind"),
        ("waters.csv", "width_m"),
    }


@pytest.mark.parametrize(
    ("extra", "field", "words"),
    [
        (PEOPLE_MADE, "population.kind", "people are to be made by land cover"),
        ('[population]\nkind = "guessed"\n', "population.kind", 'Give kind = "file" or "made".'),
        ('[population]\npath = "people.tif"\n', "population.kind", "'kind' is missing"),
        ('[population]\nkind = "file"\n', "population.path", "'path' is missing"),
        ('[land_cover]\nkind = "guessed"\n', "land_cover.kind", 'Give kind = "file" or "made".'),
        ("[land_cover]\n", "land_cover.path", "'path' is missing"),
        (MADE + "seed = -1\n", "land_cover.seed", "at least 0"),
        (MADE + 'heights_in_path = "no"\n', "land_cover.heights_in_path", "true or false"),
        (MADE + 'path = "cover.tif"\n', "land_cover.path", "is not a known key"),
    ],
)  # fmt: skip
def test_wrong_tables_are_told(tmp_path: Path, extra: str, field: str, words: str) -> None:
    (found,) = load_problems(tmp_path, extra)
    assert found.field == field
    assert words in f"{found.message} {found.remedy}"
    assert found.row is not None


def test_a_land_cover_without_a_kind_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "cover.tif").touch()
    plain = scenario(tmp_path, '[land_cover]\npath = "cover.tif"\n').land_cover
    said = scenario(tmp_path, '[land_cover]\nkind = "file"\npath = "cover.tif"\n').land_cover
    assert plain == said
    assert isinstance(plain, LandCoverFile)
    assert plain.heights_in_path


# The run


def test_a_run_keeps_land_cover_and_people(made: Inputs, tmp_path: Path) -> None:
    assert made.people is not None
    assert made.land_cover is not None
    needed = ("name", "title", "created", "versions", "scenario_digest", "input_digests", "definitions")
    with RunWriter(tmp_path / "run") as writer:
        writer.write_land_cover(made.land_cover, made.grid)
        writer.write_population(made.people, made.grid, source="by rule", made=True)
        writer.write_scenario(freeze(made.scenario))
        writer.write_manifest({**{key: {} for key in needed}, "grid": made.grid})
        run = writer.finish()
    people, cover = run.population(), run.land_cover()
    assert people is not None
    assert cover is not None
    assert people.dtype == np.float64
    assert np.array_equal(people, made.people, equal_nan=True)
    assert np.array_equal(people_fixed(people), people_fixed(made.people))
    assert cover.classes == made.land_cover.classes
    assert (cover.source, cover.made) == (made.land_cover.source, True)
    assert np.array_equal(cover.of_pixel, made.land_cover.of_pixel)
    assert run.manifest["ground"] == {
        "land_cover": {"made": True, "source": made.land_cover.source},
        "population": {"made": True, "source": "by rule"},
    }
    for layer in ("land_cover", "population"):
        assert read_cog(tmp_path / "run" / "layers" / f"{layer}.tif")[2]["made"] == "yes"
    assert list(run.table("land_cover").columns) == [
        "code", "name", "clutter_height_m", "spm_offset_db", "location_sigma_db", "terminal_class", "assumed",
    ]  # fmt: skip


def test_a_run_without_people_says_so(tmp_path: Path) -> None:
    needed = ("name", "title", "created", "versions", "scenario_digest", "input_digests", "grid", "definitions")
    with RunWriter(tmp_path / "run") as writer:
        writer.write_manifest({key: {} for key in needed})
        run = writer.finish()
    assert run.population() is None
    assert run.land_cover() is None
    assert run.manifest["ground"] == {}
