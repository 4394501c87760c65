"""Scenario files: every problem at its line, paths, overrides, and the frozen scenario that loads to the same."""

from __future__ import annotations

import os
import tempfile
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError, Problem
from phusong.scenarios.ground_tables import ClutterFiles, LandCoverFile, LandCoverMade, PopulationFile, PopulationMade
from phusong.scenarios.load import PACKAGED, freeze, load, packaged
from phusong.scenarios.schema import (
    Area,
    ArrayAntenna,
    Band,
    BeamsAntenna,
    Budget,
    CoverageDefinition,
    GridSettings,
    Header,
    Propagation,
    Scenario,
    SectorAntenna,
    SitesFile,
    SitesMade,
    TableAntenna,
    Target,
    TerrainFiles,
    TerrainMade,
    ZonesDiscs,
    ZonesFile,
    ZonesMade,
)
from phusong.scenarios.toml_lines import key_lines, line_of
from tests.small_scenario import SCENARIO, write_small_scenario


def problems_of(folder: Path, scenario: str, **overrides: Any) -> tuple[Problem, ...]:
    path = write_small_scenario(folder, scenario=scenario)
    with pytest.raises(InputError) as caught:
        load(path, **overrides)
    assert caught.value.exit_code == 2
    assert {problem.file for problem in caught.value.problems} == {str(path)}
    return caught.value.problems


def line(scenario: str, start: str) -> int:
    [row] = [number for number, text in enumerate(scenario.splitlines(), start=1) if text.startswith(start)]
    return row


def test_loads_with_paths_resolved_and_defaults_filled(tmp_path: Path) -> None:
    path = write_small_scenario(tmp_path)
    scenario = load(path)
    assert scenario == load(tmp_path) == load(str(tmp_path))
    assert isinstance(scenario.sites, SitesFile)
    assert scenario.sites.path == tmp_path / "register.csv"
    assert scenario.propagation.radius_km == 10.0
    assert scenario.coverage["4G"].threshold_dbm == -110.0


def test_overrides_replace_what_the_file_says(tmp_path: Path) -> None:
    write_small_scenario(tmp_path)
    scenario = load(tmp_path, resolution_m=30, radius_km=5, mode="exact")
    assert (scenario.grid.resolution_m, scenario.propagation.radius_km) == (30.0, 5.0)
    assert "given" in next(text for text in freeze(scenario).splitlines() if text.startswith("radius_km"))


def test_a_wrong_override_has_no_line(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path, SCENARIO, resolution_m=0.5)
    assert (problem.row, problem.field) == (None, "grid.resolution_m")
    assert problem.message == "0.5 is out of range"


def test_every_problem_at_once_each_at_its_line(tmp_path: Path) -> None:
    scenario = (
        SCENARIO.replace("resolution_m = 100.0", "resolutoin_m = 100.0\nresolution_m = 0")
        .replace('zones = "communes"\nat_least', 'zones = "comunes"\nat_least')
        .replace("gain_dbi = 17.5", 'gain_dbi = "17.5"')
        .replace('path = "register.csv"', 'path = "sites.csv"')
        .replace("frequency_mhz = 1842.5", "frequency_mhz = 280000")
        .replace("subcarriers = 1200\n", "")
        .replace("[coverage.4G]", "[coverage.6G]\n\n[coverage.4G]")
        .replace('title = "Vùng thử nghiệm"', "title = 7")
    )
    found = problems_of(tmp_path, scenario)
    assert [(problem.row, problem.field) for problem in found] == [
        (line(scenario, "title"), "scenario.title"),
        (line(scenario, "resolutoin_m"), "grid.resolutoin_m"),
        (line(scenario, "resolution_m"), "grid.resolution_m"),
        (line(scenario, 'path = "sites.csv"'), "sites.path"),
        (line(scenario, "gain_dbi"), "antennas.panel.gain_dbi"),
        (line(scenario, "[bands.L1800]"), "bands.L1800.subcarriers"),
        (line(scenario, "frequency_mhz"), "bands.L1800.frequency_mhz"),
        (line(scenario, "[coverage.6G]"), "coverage.6G"),
        (line(scenario, 'zones = "comunes"'), "targets.0.zones"),
    ]
    said = {problem.field: f"{problem.message}. {problem.remedy}" for problem in found}
    assert "Did you mean 'resolution_m'?" in said["grid.resolutoin_m"]
    assert "0 is out of range. Give a number from 1 to 1000" in said["grid.resolution_m"]
    assert '"17.5" is not a number. Give a number from 0 to 40' in said["antennas.panel.gain_dbi"]
    assert "there is no file" in said["sites.path"]
    assert "280000 is out of range. Give a number from 30 to 100000" in said["bands.L1800.frequency_mhz"]
    assert "'subcarriers' is missing. Add it: a whole number" in said["bands.L1800.subcarriers"]
    assert 'Allowed: "4G" or "5G"' in said["coverage.6G"]
    assert "Did you mean 'communes'?" in said["targets.0.zones"]


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        (
            'kind = "files"',
            'kind = "file"',
            "terrain.kind",
            '"file" is not a known kind. Give kind = "files" or "made"',
        ),
        ('kind = "files"\n', "", "terrain.kind", "'kind' is missing"),
        ('zones = "communes"\n\n', 'zones = "wards"\n\n', "area.zones", "there is no zone layer 'wards'"),
        ('zones = "communes"\n\n', 'zones = "communes"\ncrs = "EPSG:4326"\n\n', "area.crs", "not a projected CRS"),
        (
            'zones = "communes"\n\n',
            'zones = "communes"\ncrs = "EPSG:2263"\n\n',
            "area.crs",
            "not a projected CRS in metres",
        ),
        ('zones = "communes"\n\n', 'zones = "communes"\ncrs = "UTM"\n\n', "area.crs", "not a known CRS"),
        ('technology = "4G"\nfreq', 'technology = "5G"\nfreq', "bands.L1800.technology", "nothing says when 5G"),
        ('technology = "4G"\nfreq', 'technology = "5G"\nfreq', "coverage.4G", "no band carries 4G"),
        ('technology = "4G"\nzones', 'technology = "5G"\nzones', "targets.0.technology", "neither a band nor"),
        ('paths = ["slope.tif"]', "paths = []", "terrain.paths", "nothing is given"),
        ('paths = ["slope.tif"]', 'paths = ["."]', "terrain.paths.0", "is a folder"),
        ('name = "small"', 'name = "Nhỏ"', "scenario.name", '"Nhỏ" is not allowed'),
        ("resolution_m = 100.0", "resolution_m = true", "grid.resolution_m", "true is not a number"),
        ("resolution_m = 100.0", "resolution_m = inf", "grid.resolution_m", "inf is not a finite number"),
        ("[grid]", "[gird]", "gird", "Did you mean 'grid'?"),
    ],
)
def test_says_what_is_wrong_and_what_is_allowed(tmp_path: Path, old: str, new: str, field: str, words: str) -> None:
    assert old in SCENARIO
    found = {problem.field: problem for problem in problems_of(tmp_path, SCENARIO.replace(old, new, 1))}
    assert words in f"{found[field].message}. {found[field].remedy}"
    assert found[field].row is not None


@pytest.mark.parametrize(("value", "sound"), [(1, True), (1000, True), (0.999, False), (1000.001, False)])
def test_both_sides_of_a_limit(tmp_path: Path, value: float, sound: bool) -> None:
    write_small_scenario(tmp_path)
    if sound:
        assert load(tmp_path, resolution_m=value).grid.resolution_m == value
    else:
        with pytest.raises(InputError):
            load(tmp_path, resolution_m=value)


def test_two_targets_of_one_name(tmp_path: Path) -> None:
    again = SCENARIO + SCENARIO[SCENARIO.index("\n[[targets]]") :]
    [problem] = problems_of(tmp_path, again)
    assert (problem.row, problem.field) == (len(SCENARIO.splitlines()) + 3, "targets.1.name")


def test_syntax_error_has_its_row(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path, SCENARIO.replace("resolution_m = 100.0", "resolution_m = 100,0"))
    assert problem.row == line(SCENARIO, "resolution_m")


def test_bytes_that_are_not_utf8_have_their_row(tmp_path: Path) -> None:
    path = write_small_scenario(tmp_path)
    path.write_bytes(SCENARIO.encode().replace("Vùng".encode(), "Vùng".encode("latin-1")))
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.problems[0].row == 3
    assert "0xF9" in caught.value.problems[0].message


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    path = write_small_scenario(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(path).scenario.name == "small"


def test_unknown_names_list_the_packaged_ones(tmp_path: Path) -> None:
    for name in ("phu-to", str(tmp_path / "nowhere.toml")):
        with pytest.raises(InputError, match="phu-tho"):
            load(name)
    with pytest.raises(InputError, match="Did you mean 'phu-tho'"):
        packaged("phu_tho")
    with pytest.raises(InputError, match=r"holds no scenario\.toml"):
        load(tmp_path)
    assert packaged("phu-tho") == PACKAGED["phu-tho"]


def test_decomposed_vietnamese_is_composed(tmp_path: Path) -> None:
    write_small_scenario(tmp_path, scenario=unicodedata.normalize("NFD", SCENARIO))
    scenario = load(tmp_path)
    assert scenario.scenario.title == "Vùng thử nghiệm"
    assert scenario.targets[0].name == "4G, cả vùng"


def test_lines_of_quoted_dotted_and_repeated_keys() -> None:
    lines = key_lines('a.b = 1\n["x.y"]\n"k k" = 2 # c = 3\n[[t]]\n[[t]]\nn = 1\n[t.u]\nv = 2\n')
    assert lines["a", "b"] == 1
    assert lines["x.y", "k k"] == 3
    assert lines["t", 1, "n"] == 6
    assert line_of(lines, ("t", 0, "missing")) == 4
    assert line_of(lines, ("nowhere",)) is None


def test_freeze_marks_what_was_given_and_where_defaults_come_from(tmp_path: Path) -> None:
    write_small_scenario(tmp_path)
    frozen = freeze(load(tmp_path))
    assert "resolution_m = 100.0  # given" in frozen
    assert 'title = "Vùng thử nghiệm"  # given' in frozen
    assert "shadow_sigma_db = 8.0  # default: 3GPP TR 38.901" in frozen
    assert "# crs is not set  # default: UTM, WGS 84" in frozen
    assert "# clutter: none" in frozen
    for text in frozen.splitlines():
        assert " = " not in text or "  # given" in text or "  # default: " in text


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text)
)
NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).map(
    lambda text: unicodedata.normalize("NFC", text)
)
PATH = st.from_regex(r"[a-zđ\"\\ ]{1,8}\.tif", fullmatch=True).map(
    lambda name: Path(os.path.abspath("/nowhere") + f"/{name}")
)


def number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


def table(model: Any, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return a model with some of its fields given and the others left to their defaults."""
    optional = {name: field for name, field in fields.items() if not model.model_fields[name].is_required()}
    required = {name: field for name, field in fields.items() if name not in optional}
    return st.fixed_dictionaries(required, optional=optional).map(lambda values: model(**values))


TARGET = table(
    Target,
    name=TEXT,
    technology=st.sampled_from(["4G", "5G"]),
    zones=TEXT,
    zone_type=st.none() | TEXT,
    measure=st.sampled_from(["area", "population"]),
    at_least_percent=number(0.001, 100),
)
SCENARIOS = table(
    Scenario,
    scenario=table(Header, name=st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True), title=TEXT, note=TEXT),
    area=table(Area, zones=TEXT, crs=st.none() | st.just("EPSG:32648"), margin_km=number(0, 200)),
    grid=table(GridSettings, resolution_m=number(1, 1000)),
    terrain=table(
        TerrainFiles, kind=st.just("files"), paths=st.lists(PATH, min_size=1).map(tuple), fill_voids=st.booleans()
    )
    | table(TerrainMade, kind=st.just("made"), facts=PATH, seed=st.integers(0, 2**62)),
    clutter=st.none() | table(ClutterFiles, paths=st.lists(PATH, min_size=1).map(tuple), nodata_is_bare=st.booleans()),
    land_cover=st.none()
    | table(LandCoverFile, kind=st.just("file"), path=PATH, classes=st.none() | PATH, heights_in_path=st.booleans())
    | table(LandCoverMade, kind=st.just("made"), seed=st.integers(0, 2**62), waters=st.none() | PATH),
    population=st.none()
    | table(PopulationFile, kind=st.just("file"), path=PATH, nodata_is_zero=st.booleans())
    | table(PopulationMade, kind=st.just("made")),
    zones=st.dictionaries(
        NAME,
        table(ZonesFile, kind=st.just("file"), path=PATH, layer=st.none() | TEXT, code_field=TEXT)
        | table(ZonesMade, kind=st.just("made"), facts=PATH, outline=PATH)
        | table(ZonesDiscs, kind=st.just("discs"), path=PATH),
        min_size=1,
        max_size=3,
    ),
    sites=table(SitesFile, kind=st.just("file"), path=PATH) | table(SitesMade, kind=st.just("made"), facts=PATH),
    antennas=st.dictionaries(
        NAME,
        table(SectorAntenna, kind=st.just("sector"), gain_dbi=number(0, 40))
        | table(
            ArrayAntenna,
            kind=st.just("array"),
            rows=st.integers(1, 64),
            columns=st.integers(1, 64),
            beam_azimuths_deg=st.lists(number(-90, 90), min_size=1, max_size=3).map(tuple),
        )
        | table(
            TableAntenna,
            kind=st.just("table"),
            path=PATH,
            pattern=st.none() | TEXT,
            gain_dbi=st.none() | number(-10, 40),
            electrical_tilt_deg=st.none() | number(-10, 20),
        )
        | table(
            BeamsAntenna,
            kind=st.just("beams"),
            path=PATH,
            patterns=st.lists(TEXT, min_size=1, max_size=3).map(tuple),
            gain_dbi=st.none() | number(-10, 40),
        ),
        min_size=1,
        max_size=2,
    ),
    bands=st.dictionaries(
        NAME,
        table(
            Band,
            technology=st.sampled_from(["4G", "5G"]),
            frequency_mhz=number(30, 6000),
            bandwidth_mhz=number(1e-9, 400),
            subcarriers=st.integers(1, 4000),
        ),
        min_size=1,
        max_size=2,
    ),
    propagation=table(
        Propagation, radius_km=number(1e-6, 100), polarization=st.sampled_from(["vertical", "horizontal"])
    ),
    coverage=st.dictionaries(
        st.sampled_from(["4G", "5G"]), table(CoverageDefinition, threshold_dbm=number(-150, -40)), min_size=1
    ),
    targets=st.lists(TARGET, max_size=3).map(tuple),
    budget=table(Budget, sites=st.integers(0, 100_000)),
)


@settings(deadline=None, max_examples=60)
@given(SCENARIOS)
def test_a_frozen_scenario_reads_back_equal(scenario: Scenario) -> None:
    frozen = freeze(scenario)
    assert unicodedata.is_normalized("NFC", frozen)
    again = Scenario.model_validate(tomllib.loads(frozen))
    assert again == scenario
    for part in (again.propagation, again.budget, again.grid):
        # nothing is left to a default but what TOML cannot say
        assert part.model_fields_set == set(type(part).model_fields)


def test_a_frozen_file_loads_equal_from_anywhere(tmp_path: Path) -> None:
    write_small_scenario(tmp_path)
    scenario = load(tmp_path, radius_km=3)
    with tempfile.TemporaryDirectory() as elsewhere:
        frozen = Path(elsewhere) / "scenario.toml"
        frozen.write_text(freeze(scenario), encoding="utf-8")
        assert load(frozen) == scenario


def test_a_wrong_entry_does_not_make_its_list_empty_too(tmp_path: Path) -> None:
    path = write_small_scenario(tmp_path, scenario=SCENARIO.replace("slope.tif", "slop.tif"))
    with pytest.raises(InputError) as caught:
        load(path)
    assert [problem.field for problem in caught.value.problems] == ["terrain.paths.0"]
