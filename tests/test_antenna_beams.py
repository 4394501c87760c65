"""Antennas from files in a scenario: beam sets, gain and tilt settled, digests, the run's own copy, what is said."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.antennas import fill_antennas
from phusong.coverage.engine import simulate
from phusong.coverage.sectors import SECTOR_FIELDS, TABLE
from phusong.errors import InputError
from phusong.kernels.antennas.cuts import cuts_attenuation
from phusong.kernels.antennas.table import COLUMNS, ROWS, Table
from phusong.scenarios.antenna_tables import Tabulated, lay_tabulated, read_tabulated, tabulated_note, tabulated_text
from phusong.scenarios.digests import input_digests
from phusong.scenarios.inputs import read_inputs
from phusong.scenarios.load import freeze, load
from phusong.scenarios.schema import BeamsAntenna, Scenario, TableAntenna, TabulatedAntenna
from phusong.scenarios.store import Run, open_run
from tests.antenna_samples import BEAMS, HEADER, ant_text, atoll_text, planet_text, write_splat
from tests.shared_data import SHARED, needs_shared
from tests.small_scenario import HEADER as REGISTER_HEADER
from tests.small_scenario import SCENARIO, write_small_scenario

ANTENNAS = """\
[antennas.panel]
kind = "table"
path = "panel.msi"

[antennas.dbd]
kind = "table"
path = "dbd.pln"
electrical_tilt_deg = 2

[antennas.one]
kind = "table"
path = "beams.txt"
pattern = "beam_1"

[antennas.pair]
kind = "table"
path = "pair"
gain_dbi = 12

[antennas.yagi]
kind = "table"
path = "yagi.ant"
gain_dbi = 9

[antennas.mimo]
kind = "beams"
path = "beams.txt"
patterns = ["beam_*"]

[antennas.louder]
kind = "beams"
path = "beams.txt"
patterns = ["beam_3", "beam_1"]
gain_dbi = 24.3
"""
NAMES = ["panel", "dbd", "one", "pair", "yagi", "mimo", "louder"]
GAINS_DBI = [17.5, 17.45, 22.0, 12.0, 9.0, 22.0, 24.3]
Envelope = tuple[Tabulated, npt.NDArray[np.float32]]
TILTS_DEG = [4.0, 2.0, 4.0, 0.0, 0.0, 4.0, 4.0]


def write(folder: Path, *, antennas: str = ANTENNAS) -> Path:
    folder.mkdir(exist_ok=True)
    write_splat(folder)
    for name, text in {
        "panel.msi": planet_text(),
        "dbd.pln": planet_text(header=HEADER.replace("17.5 dBi", "15.3")),
        "beams.txt": atoll_text(),
        "yagi.ant": ant_text(),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    rows = [
        f"{name},105.2{number}51,21.3052,Viettel,4G,L1800,{40 * number},1,5,35,46,{name},on"
        for number, name in enumerate(NAMES)
        if f"[antennas.{name}]" in antennas
    ]
    text = SCENARIO.replace("[antennas.panel]\ngain_dbi = 17.5\n", antennas)
    return write_small_scenario(folder, scenario=text, register="\n".join([REGISTER_HEADER, *rows, ""]))


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load(write(tmp_path_factory.mktemp("files")))


@pytest.fixture(scope="module")
def run(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return simulate(scenario, tmp_path_factory.mktemp("runs") / "run", workers=1)


@pytest.fixture(scope="module")
def envelope(scenario: Scenario) -> Envelope:
    read = read_tabulated(tabulated(scenario, "mimo"))
    return read, lay_tabulated(read)


def tabulated(scenario: Scenario, name: str) -> TabulatedAntenna:
    antenna = scenario.antennas[name]
    assert isinstance(antenna, TabulatedAntenna)
    return antenna


def test_gain_and_tilt_are_the_scenarios_or_the_files(scenario: Scenario) -> None:
    sectors = np.zeros(len(NAMES), dtype=SECTOR_FIELDS)
    sectors["electrical_tilt_deg"] = 5.0
    patterns = fill_antennas(sectors, np.array(NAMES), scenario.antennas)
    assert (sectors["kind"] == TABLE).all()
    np.testing.assert_allclose(sectors["gain_dbi"], GAINS_DBI, rtol=1e-6)
    np.testing.assert_allclose(sectors["electrical_tilt_deg"], 5.0 - np.array(TILTS_DEG))
    for name, place in zip(NAMES, sectors["pattern_start"].tolist(), strict=True):
        np.testing.assert_array_equal(patterns.tables[place], lay_tabulated(read_tabulated(tabulated(scenario, name))))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1))
def test_the_envelope_is_the_strongest_beam(envelope: Envelope, row: int, column: int) -> None:
    """By gain less attenuation, at any post; the gain of the weaker beams counts."""
    read, laid_db = envelope
    horizontal_deg, vertical_deg = -180.0 + 0.25 * column, -90.0 + 0.25 * row
    gains_dbi = []
    for pattern in read.patterns:
        assert not isinstance(pattern.shape, Table)
        attenuation_db = cuts_attenuation(*pattern.shape, horizontal_deg, vertical_deg)
        gains_dbi.append(BEAMS[pattern.name][0] - attenuation_db)
    assert 22.0 - laid_db[row * COLUMNS + column] == pytest.approx(max(gains_dbi), abs=1e-5)


def test_a_gain_shifts_all_beams_alike(scenario: Scenario) -> None:
    louder = read_tabulated(tabulated(scenario, "louder"))
    assert [pattern.name for pattern in louder.patterns] == ["beam_1", "beam_3"]
    assert louder.gain_dbi == 24.3
    np.testing.assert_allclose(louder.gains_dbi, [24.3, 22.8])


def test_digests_name_every_file(scenario: Scenario) -> None:
    digests = input_digests(scenario)
    folder = tabulated(scenario, "panel").path.parent
    for name in ("panel.msi", "dbd.pln", "beams.txt", "pair.az", "pair.el", "yagi.ant"):
        assert digests[name] == hashlib.sha256((folder / name).read_bytes()).hexdigest()


def test_a_run_keeps_its_own_copy(scenario: Scenario, run: Run) -> None:
    """The very posts, gains and tilts, from tables of our own format in the run."""
    copies = open_run(run.folder).antennas()
    for number, name in enumerate(NAMES):
        copy = copies[name]
        assert isinstance(copy, TabulatedAntenna)
        assert copy.path == run.folder / "antennas" / f"{number}.csv"
        one, other = read_tabulated(tabulated(scenario, name)), read_tabulated(copy)
        assert other.file.layout == "CSV"
        assert (one.gains_dbi, one.electrical_tilt_deg) == (other.gains_dbi, other.electrical_tilt_deg)
        np.testing.assert_array_equal(lay_tabulated(one), lay_tabulated(other))


def test_a_frozen_scenario_loads_equal(scenario: Scenario, run: Run, tmp_path: Path) -> None:
    text = freeze(scenario)
    assert "# gain_dbi is not set  # default: as the file states it" in text
    assert 'patterns = ["beam_3", "beam_1"]  # given' in text
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    assert load(tmp_path) == scenario
    assert run.scenario == scenario


def test_a_run_says_what_was_read(run: Run) -> None:
    said = [sentence for sentence in run.manifest["assumptions"] if sentence.startswith("Antenna '")]
    assert len(said) == 2 * len(NAMES)
    text = "\n".join(said)
    for words in (
        "'panel': the pattern 'panel' of panel.msi (MSI/Planet), taken at 1800 MHz; gain 17.5 dBi (in the file: 17",
        "gain 17.45 dBi (in the file: 15.3 without a unit, taken as dBd as is the rule of the format); electric",
        "electrical tilt 2 degrees, as the scenario gives it",
        "'pair': the pattern 'pair' of pair.az and pair.el (SPLAT!); gain 12 dBi, as the scenario gives it (in the",
        "electrical tilt 0 degrees, assumed, for the file states none",
        "'mimo': 4 beams, 'beam_0' to 'beam_3', of beams.txt (Atoll table), taken at 3500 MHz; gains 20 to 22 dBi",
        "'mimo': the strongest of 4 beams in each direction; over the whole sphere a beam radiates",
        "'one': over the whole sphere its gain and table radiate",
    ):
        assert words in text, words


def test_beams_of_different_tilts_are_said_to_differ(tmp_path: Path) -> None:
    path = tmp_path / "beams.csv"
    rows = atoll_text(delimiter=",").splitlines()
    path.write_text("\n".join([*rows[:4], rows[4].replace(",4,3400", ",5,3400")]), encoding="utf-8")
    antenna = BeamsAntenna(kind="beams", path=path, patterns=("*",))
    read = read_tabulated(antenna)
    assert read.electrical_tilt_deg == 0.0
    assert "electrical tilt 0 degrees, for the tilts of the beams differ" in tabulated_note(antenna, read)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('path = "yagi.ant"\ngain_dbi = 9', 'path = "yagi.ant"', ["gain_dbi: the file states no gain of 'yagi'",
            "the scenario gives none. Give gain_dbi in the antenna's table"]),
        ('"beam_1"\n', '"beam1"\n', ["beams.txt, pattern: there is no pattern 'beam1'. The nearest: beam_"]),
        ('pattern = "beam_1"\n', "", ['the file holds 4 patterns. Choose one with pattern = "NAME"']),
        ('["beam_*"]', '["ray_*"]', ["beams.txt, patterns: there is no pattern 'ray_*'"]),
        ('path = "pair"', 'path = "pairs"', ["antennas.pair.path: there is no file"]),
        ('["beam_*"]', "[]", ["antennas.mimo.patterns: nothing is given. Give a list (names, or such as beam_*)"]),
        ('patterns = ["beam_*"]\n', "", ["antennas.mimo.patterns: 'patterns' is missing. Add it: a list"]),
    ],
)  # fmt: skip
def test_check_says_what_is_wrong(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    assert old in ANTENNAS
    write(tmp_path, antennas=ANTENNAS.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_inputs(load(tmp_path))
    for word in words:
        assert word in str(caught.value)


def test_every_wrong_antenna_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, antennas=ANTENNAS.replace('"beam_1"\n', '"beam_9"\n'))
    (tmp_path / "pair.el").unlink()
    (tmp_path / "panel.msi").write_text(planet_text().replace("\n7 ", "\n8 "), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_inputs(load(tmp_path))
    for word in ("pair.el is not beside it", "there is no pattern 'beam_9'", "the angle 8 stands twice"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("gain", "words"),
    [("41", "gain_dbi: 41 is out of range. Give a number from -10 to 40"), ("", "the file states no gain of 'beam_1'")],
)
def test_gains_of_a_file_that_cannot_be(tmp_path: Path, gain: str, words: str) -> None:
    path = tmp_path / "beams.txt"
    path.write_text(atoll_text().replace("\t22.0\t", f"\t{gain}\t", 1), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_tabulated(BeamsAntenna(kind="beams", path=path, patterns=("beam_*",)))


@needs_shared
@pytest.mark.parametrize(
    "name",
    [path.name for path in sorted((SHARED / "data" / "antenna").glob("*"))] or ["none"],
)
def test_real_files_survive_the_copy(tmp_path: Path, name: str) -> None:
    """Read as an antenna of a scenario, with its copy in a run the same to the last bit."""
    path = SHARED / "data" / "antenna" / name
    antenna: TabulatedAntenna = TableAntenna(kind="table", path=path)
    if name.endswith((".az", ".el", ".ant")):
        antenna = TableAntenna(kind="table", path=path, gain_dbi=16.0)
    elif name.startswith("atoll"):
        antenna = TableAntenna(kind="table", path=path, pattern="JZ003_-45_617_04DT_Lr1")
    elif name.startswith("AntPattern"):
        antenna = BeamsAntenna(kind="beams", path=path, patterns=("H45V17(3)", "H65V8(3)", "H25*"))
    copy = tmp_path / "0.csv"
    copy.write_text(tabulated_text(antenna), encoding="utf-8")
    one, other = read_tabulated(antenna), read_tabulated(antenna.model_copy(update={"path": copy}))
    assert (one.gains_dbi, one.electrical_tilt_deg) == (other.gains_dbi, other.electrical_tilt_deg)
    np.testing.assert_array_equal(lay_tabulated(one), lay_tabulated(other))
