"""Arrays and tables in a scenario: messages, the same bits for any tiling, the definition, and the run's own copy."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from phusong import cli
from phusong.coverage.antennas import fill_antennas
from phusong.coverage.engine import layer_job, simulate
from phusong.coverage.loss_store import LossStore
from phusong.coverage.losses import carrier_of
from phusong.coverage.prepare import from_inputs
from phusong.coverage.propagate import mast_in_window
from phusong.coverage.proposals.propose import propose
from phusong.coverage.sectors import ARRAY, SECTOR, SECTOR_FIELDS, TABLE
from phusong.coverage.tile_layers import compute_tile
from phusong.coverage.workers import open_workers
from phusong.errors import InputError
from phusong.kernels.antennas.array import envelope_gain
from phusong.kernels.antennas.cuts import cuts_attenuation
from phusong.kernels.antennas.frame import angles, turn
from phusong.kernels.antennas.sector import Sector, sector_gain
from phusong.kernels.antennas.table import Table
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import sweep
from phusong.kernels.raster.wedges import Region
from phusong.scenarios.antenna_files.read import read_antenna_file
from phusong.scenarios.antenna_patterns import array_of, beams_radiate_db, element_of, lay_array
from phusong.scenarios.antenna_tables import lay_tabulated, read_tabulated
from phusong.scenarios.inputs import read_inputs
from phusong.scenarios.load import freeze, load
from phusong.scenarios.schema import ArrayAntenna, Scenario, SectorAntenna, TableAntenna, TabulatedAntenna
from phusong.scenarios.store import Run
from phusong.terrain.window import Window
from tests.antenna_samples import atoll_text, planet_text
from tests.sample_network import differing_parts
from tests.small_scenario import HEADER, SCENARIO, write_small_scenario
from tests.test_antenna_tables import CUTS_CSV

ANTENNAS = """\
[antennas.panel]
gain_dbi = 17.5

[antennas.aas]
kind = "array"
rows = 4
columns = 8
vertical_spacing = 2.1
subarray_rows = 3
element_gain_dbi = 6.4
horizontal_beamwidth_deg = 90
beam_azimuths_deg = [-45, -15, 15, 45]
beam_tilts_deg = [0, 6.0]

[antennas.cuts]
kind = "table"
path = "cuts.csv"
gain_dbi = 16
electrical_tilt_deg = 2
"""
TEXT = SCENARIO.replace("[antennas.panel]\ngain_dbi = 17.5\n", ANTENNAS)
ROWS = [
    f"{site},{longitude},{latitude},Viettel,4G,L1800,{azimuth},{mechanical},{electrical},{height},46,{antenna},on"
    for site, longitude, latitude, height in (("A", 105.2051, 21.3052, 35), ("B", 105.2353, 21.3204, 42))
    for azimuth, mechanical, electrical, antenna in (
        (10, 0, 4, "panel"), (100, 2, 3, "aas"), (190, 0, 0, "aas"), (280, 1, 5, "cuts"),
    )
]  # fmt: skip


def write(folder: Path, *, text: str = TEXT, cuts: str = CUTS_CSV) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "cuts.csv").write_text(cuts, encoding="utf-8")
    return write_small_scenario(folder, scenario=text, register="\n".join([HEADER, *ROWS, ""]))


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load(write(tmp_path_factory.mktemp("mixed")))


@pytest.fixture(scope="module")
def run(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return simulate(scenario, tmp_path_factory.mktemp("runs") / "whole", workers=1)


@pytest.mark.parametrize(("tile_pixels", "workers"), [(16, 1), (37, 2)])
def test_the_same_bits_for_any_tile_and_thread(
    scenario: Scenario, run: Run, tmp_path: Path, tile_pixels: int, workers: int
) -> None:
    other = simulate(scenario, tmp_path / "run", tile_pixels=tile_pixels, workers=workers)
    assert not differing_parts(run, other, "layers", "tables")


def test_layers_are_what_the_definitions_say(scenario: Scenario, run: Run) -> None:
    """RSRP of every cell at some pixels, by the scalar antennas and the raster's own path loss."""
    prepared = from_inputs(read_inputs(scenario))
    ground, register, transmitters = prepared.ground, prepared.register, prepared.network.transmitters
    array, cuts = scenario.antennas["aas"], scenario.antennas["cuts"]
    assert isinstance(array, ArrayAntenna)
    assert isinstance(cuts, TableAntenna)
    pattern = read_antenna_file(cuts.path).patterns[0].shape
    assert not isinstance(pattern, Table)
    azimuths_deg, no_excess_db = np.array(array.beam_azimuths_deg), np.zeros((2, 4))
    shape = ground.grid.shape
    pixels = np.argwhere(np.isfinite(run.layer("rsrp", "4G")))[::23]
    power_dbm = np.full((len(ROWS), len(pixels)), -np.inf)
    for transmitter in transmitters:
        loss_db = sweep(
            Surface.lay_out(ground.height_m), mast_in_window(transmitter, 0, 0),
            [carrier_of(transmitter, scenario.propagation)],
            region=Region(0, shape[0], 0, shape[1]), resolution_m=100.0, radius_m=10_000.0,
        )[0]  # fmt: skip
        for record in transmitter.sectors:
            cell = int(record["cell"])
            electrical_deg = float(register.electrical_tilt_deg[cell])
            for place, (row, column) in enumerate(pixels.tolist()):
                east_m, north_m = 100.0 * (column - transmitter.column), 100.0 * (transmitter.row - row)
                down_m = transmitter.ground_m + transmitter.height_m - float(ground.height_m[row, column]) - 1.5
                seen = angles(
                    *turn(float(record["azimuth_deg"]), float(record["mechanical_tilt_deg"]), east_m, north_m, down_m)
                )
                match register.antenna[cell]:
                    case "panel":
                        sector = Sector(*(float(record[name]) for name in Sector._fields))
                        gain_dbi = sector_gain(sector, east_m, north_m, down_m)
                    case "aas":
                        tilts_deg = np.array(array.beam_tilts_deg) + electrical_deg
                        gain_dbi = envelope_gain(
                            element_of(array), array_of(array), tilts_deg, azimuths_deg, no_excess_db, *seen
                        )
                    case _:
                        shifted_deg = min(max(seen[1] - (electrical_deg - 2.0), -90.0), 90.0)
                        gain_dbi = 16.0 - cuts_attenuation(*pattern, seen[0], shifted_deg)
                power_dbm[cell, place] = record["eirp_dbm"] + gain_dbi - loss_db[row, column]
    strongest = power_dbm.max(axis=0)
    rsrp_dbm = run.layer("rsrp", "4G")[tuple(pixels.T)]
    server = run.layer("server", "4G")[tuple(pixels.T)]
    assert len(pixels) > 50
    np.testing.assert_allclose(rsrp_dbm, strongest, rtol=0, atol=0.02)
    np.testing.assert_allclose(power_dbm[server, np.arange(len(pixels))], strongest, rtol=0, atol=0.02)
    assert {str(register.antenna[cell]) for cell in server.tolist()} == {"panel", "aas", "cuts"}


def test_a_tile_is_computed_alike_elsewhere(scenario: Scenario, tmp_path: Path) -> None:
    """A job that was sent somewhere, with all that its antennas look up, gives the same bytes."""
    prepared, store = from_inputs(read_inputs(scenario)), LossStore(tmp_path)
    with open_workers(workers=1) as pool:
        prepared.network.fill(store, pool, lambda _stage, _done, _total: None)
    job = layer_job(prepared, Window(5, 25, 5, 40), store)
    assert job.tile.channels
    assert compute_tile(job) == compute_tile(pickle.loads(pickle.dumps(job)))


def test_cells_of_one_array_and_tilt_share_its_factors(scenario: Scenario) -> None:
    names = np.array(["aas", "panel", "cuts", "aas", "aas", "cuts"])
    sectors = np.zeros(6, dtype=SECTOR_FIELDS)
    sectors["electrical_tilt_deg"] = [3.0, 4.0, 5.0, 0.0, 3.0, 2.0]
    patterns = fill_antennas(sectors, names, scenario.antennas)
    assert sectors["kind"].tolist() == [ARRAY, SECTOR, TABLE, ARRAY, ARRAY, TABLE]
    assert patterns.factors.shape[0] == 4  # two tilts of beams for each of two tilts of cells
    assert len(patterns.tables) == 1
    assert sectors["pattern_start"][0] == sectors["pattern_start"][4] != sectors["pattern_start"][3]
    assert sectors["electrical_tilt_deg"][[2, 5]].tolist() == [3.0, 0.0]  # over the tilt that the table holds
    assert sectors["electrical_tilt_deg"][1] == 4.0


def test_sectors_beside_other_antennas_keep_their_power(scenario: Scenario, run: Run, tmp_path: Path) -> None:
    """Where a sector serves it serves as it did in a network of its own, to the rounding of a hundredth of a dB."""
    plain = TEXT.replace('kind = "array"', 'kind = "sector"')
    assert plain != TEXT
    only = "\n".join([HEADER, *(row for row in ROWS if ",panel," in row), ""])
    folder = tmp_path / "only"
    folder.mkdir()
    alone = simulate(load(write_small_scenario(folder, register=only)), tmp_path / "run")
    register = read_inputs(scenario).register
    served = run.layer("server", "4G")
    by_sector = (served >= 0) & (register.antenna[served] == "panel")
    assert by_sector.sum() > 50
    difference_db = np.abs(run.layer("rsrp", "4G") - alone.layer("rsrp", "4G"))[by_sector]
    assert difference_db.max() < 0.0101  # sectors alone have code of their own: a gain may round the other way


def test_normalised_beams_radiate_what_they_are_fed() -> None:
    antenna = ArrayAntenna(kind="array", rows=8, columns=8, beam_azimuths_deg=(0.0, 50.0))
    excess_db = beams_radiate_db(antenna, np.array([3.0]))
    assert excess_db.shape == (1, 2)
    assert excess_db[0, 0] > 2.0 > -1.0 > excess_db[0, 1]
    ahead = 4096  # the cosine 0
    loud, fair = lay_array(antenna, 3.0), lay_array(antenna.model_copy(update={"normalized": True}), 3.0)
    np.testing.assert_array_equal(fair[0, 0], loud[0, 0])
    assert loud[0, 1, ahead] - fair[0, 1, ahead] == pytest.approx(excess_db[0, 0], abs=1e-5)


def test_what_is_assumed_of_antennas(run: Run) -> None:
    said = [sentence for sentence in run.manifest["assumptions"] if sentence.startswith("Antenna '")]
    assert len(said) == 3
    assert "'aas': 4 x 8 sub-arrays of 3 elements, the strongest of 8 beams in each direction" in said[0]
    assert "dB over what is fed" in said[0]
    assert said[1] == (
        "Antenna 'cuts': the pattern 'cuts' of cuts.csv (CSV); gain 16 dBi, as the scenario gives it "
        "(in the file: none); electrical tilt 2 degrees, as the scenario gives it."
    )
    assert "'cuts': over the whole sphere its gain and table radiate" in said[2]
    assert "cuts.csv" in " ".join(run.manifest["input_digests"])


def test_a_run_keeps_its_tables(tmp_path: Path) -> None:
    """What comes after, such as a proposal, reads the run's copy: the file may be gone."""
    path = write(tmp_path / "mixed")
    finished = simulate(load(path), tmp_path / "run")
    original = finished.scenario.antennas["cuts"]
    assert isinstance(original, TableAntenna)
    laid_db = lay_tabulated(read_tabulated(original))
    (tmp_path / "mixed" / "cuts.csv").unlink()
    copies = finished.antennas()
    copy = copies["cuts"]
    assert isinstance(copy, TableAntenna)
    assert copy.path == tmp_path / "run" / "antennas" / "2.csv"
    np.testing.assert_array_equal(lay_tabulated(read_tabulated(copy)), laid_db)
    assert copies["aas"] == finished.scenario.antennas["aas"]
    listed = tmp_path / "places.csv"
    listed.write_text("site,longitude,latitude\nN1,105.22,21.335\n", encoding="utf-8")
    assert len(propose(finished, technology="4G", sites=1, candidates=listed).sites) <= 1


def test_old_scenarios_hold_sectors_and_a_frozen_one_says_so(tmp_path: Path) -> None:
    write_small_scenario(tmp_path)
    old = load(tmp_path)
    assert isinstance(old.antennas["panel"], SectorAntenna)
    assert 'kind = "sector"  # default: main figures of the panel' in freeze(old)
    write(tmp_path / "mixed")
    frozen = freeze(load(tmp_path / "mixed"))
    assert "beam_azimuths_deg = [-45.0, -15.0, 15.0, 45.0]  # given" in frozen
    assert "subarray_tilt_deg = 3.0  # default: ITU-R document 5D/716" in frozen


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ('kind = "array"', 'kind = "dish"', "aas.kind", 'Give kind = "array" or "beams" or "sector" or "table"'),
        ('kind = "array"', "kind = 3", "aas.kind", "is not a known kind"),
        ("rows = 4\n", "", "aas.rows", "'rows' is missing. Add it: a whole number from 1 to 64"),
        ("rows = 4\n", "rows = 65\n", "aas.rows", "65 is out of range. Give a whole number from 1 to 64"),
        ("rows = 4\n", "rows = 0\n", "aas.rows", "0 is out of range"),
        ("columns = 8", "coluns = 8", "aas.coluns", "Did you mean 'columns'?"),
        ("gain_dbi = 17.5", "rows = 8", "panel.rows", "'rows' is not a known key"),
        ("[-45, -15,", "[-91, -15,", "aas.beam_azimuths_deg.0", "-91 is out of range"),
        ("[0, 6.0]", "[]", "aas.beam_tilts_deg", "nothing is given"),
        ("[0, 6.0]", '[0, "6"]', "aas.beam_tilts_deg.1", '"6" is not a number'),
        ("vertical_spacing = 2.1", "vertical_spacing = 2.0", "aas.vertical_spacing", "at least 2.1"),
        ("vertical_spacing = 2.1\n", "", "aas.vertical_spacing", "at 0.5 wavelengths sub-arrays of 3 elements"),
        ("vertical_spacing = 2.1", "vertical_spacing = 6.1", "aas.rows", "4 rows, 6.1 wavelengths apart, are 24.4"),
        ("columns = 8", "columns = 49", "aas.columns", "at most 24 wavelengths"),
        ('"cuts.csv"', '"none.csv"', "cuts.path", "there is no file"),
        ("gain_dbi = 16\n", "gain_dbi = 41\n", "cuts.gain_dbi", "41 is out of range. Give a number from -10 to 40"),
    ],
)
def test_says_what_is_wrong_and_what_is_allowed(tmp_path: Path, old: str, new: str, field: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        load(write(tmp_path, text=TEXT.replace(old, new, 1)))
    found = {problem.field: problem for problem in caught.value.problems}
    problem = found[f"antennas.{field}"]
    assert words in f"{problem.message}. {problem.remedy}"
    assert problem.row is not None


def test_arrays_of_the_greatest_length_and_subarrays_that_touch_are_allowed(tmp_path: Path) -> None:
    longest = TEXT.replace("columns = 8", "columns = 48").replace("vertical_spacing = 2.1", "vertical_spacing = 6.0")
    assert isinstance(load(write(tmp_path, text=longest)).antennas["aas"], ArrayAntenna)
    assert isinstance(load(write(tmp_path)).antennas["aas"], ArrayAntenna)  # 3 x 0.7 is 2.1


def test_antennas_in_the_manual_load(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "antennas.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "panel.msi").write_text(planet_text(), encoding="utf-8")
    (tmp_path / "beams.txt").write_text(atoll_text(), encoding="utf-8")
    path = write(tmp_path, text=SCENARIO.replace("[antennas.panel]\ngain_dbi = 17.5\n", "".join(blocks)))
    kinds = {name: antenna.kind for name, antenna in load(path).antennas.items()}
    assert kinds == {"panel": "sector", "aas": "array", "measured": "table", "mimo": "beams"}
    antennas = load(path).antennas
    for name in ("measured", "mimo"):
        antenna = antennas[name]
        assert isinstance(antenna, TabulatedAntenna)
        assert read_tabulated(antenna).electrical_tilt_deg == 4.0


def test_a_table_of_antennas_may_be_no_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"antennas\.x: 5 is not allowed"):
        load(write(tmp_path, text=TEXT + "\n[antennas]\nx = 5\n"))


def test_check_tells_what_is_wrong_with_antenna_tables(tmp_path: Path) -> None:
    wrong = CUTS_CSV.replace("vertical,9,", "vertical,nine,").replace("horizontal,5,", "horizontal,5,-")
    write(tmp_path, cuts=wrong)
    runner = CliRunner()
    result = runner.invoke(cli.app, ["check", str(tmp_path)], env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert "cuts.csv" in said
    assert "'nine' is not a number" in said
    assert "Give a number from -180 to 360, with a decimal point" in said
    assert "is out of range" in said
    write(tmp_path)
    sound = runner.invoke(cli.app, ["check", str(tmp_path)], env={"COLUMNS": "200", "TERM": "dumb"})
    assert sound.exit_code == 0
    assert "Antenna 'aas'" in " ".join(sound.stdout.split())
