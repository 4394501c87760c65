"""Changes of a network in words: what they mean, what they leave alone, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.scenarios.edits import Edit, edit_register, parse_edit, switched_off
from phusong.scenarios.load import load
from phusong.scenarios.register_checks import LIMITS
from phusong.scenarios.register_table import COLUMNS
from phusong.scenarios.registers import Register, read_register
from phusong.scenarios.schema import Scenario
from tests.sample_network import TEXT, register_text, row, rows, write_network

NUMBERS = [field for field in LIMITS if field not in ("longitude", "latitude")]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load(write_network(tmp_path_factory.mktemp("edits")))


@pytest.fixture(scope="module")
def register(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Register:
    """The network's register with a tilt left out, which is assumed."""
    path = tmp_path_factory.mktemp("register") / "register.csv"
    path.write_text(register_text([rows()[0].replace(",10,0,4,", ",10,,4,"), *rows()[1:]]), encoding="utf-8")
    return read_register(path, bands=scenario.bands, antennas=scenario.antennas)


def refusal(register: Register, scenario: Scenario, *edits: Edit, added: Path | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        edit_register(register, edits, scenario, added=added)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("PT-0001.power_dbm=43", Edit("PT-0001", "power_dbm", 43.0)),
        (" PT-0001.power_dbm = 43.5 ", Edit("PT-0001", "power_dbm", 43.5)),
        ("PT-0001.electrical_tilt_deg+=2", Edit("PT-0001", "electrical_tilt_deg", 2.0, by=True)),
        ("PT-0001.electrical_tilt_deg -= 2", Edit("PT-0001", "electrical_tilt_deg", -2.0, by=True)),
        ("A.mechanical_tilt_deg=-3", Edit("A", "mechanical_tilt_deg", -3.0)),
        ("A.B.1.azimuth_deg=90", Edit("A.B.1", "azimuth_deg", 90.0)),
        ("Trạm số 1.status=off", Edit("Trạm số 1", "status", "off")),
        ("A.antenna=panel", Edit("A", "antenna", "panel")),
        ("A.longitude=105.2", Edit("A", "longitude", 105.2)),
    ],
)
def test_edits_are_understood(text: str, edit: Edit) -> None:
    assert parse_edit(text) == edit


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A.power_dbm", "'A.power_dbm' is not a change. Write SITE.FIELD=VALUE"),
        ("power_dbm=3", "is not a change"),
        (".power_dbm=3", "is not a change"),
        ("A.power_dbm*=3", "is not a change"),
        ("", "'' is not a change"),
        ("A.pwer_dbm=43", "there is no field 'pwer_dbm'. Did you mean 'power_dbm'?"),
        ("A.band=L900", "there is no field 'band'. Known fields:"),
        ("A.power_dbm=46 W", "'46 W' is not a number. Give a number from 0 to 70 (dBm"),
        ("A.power_dbm=", "'' is not a number"),
        ("A.power_dbm=nan", "'nan' is not a number"),
        ("A.azimuth_deg+=inf", "'inf' is not a number"),
        ("A.status+=off", "'status' is a word. Write it with =."),
    ],
)
def test_other_words_are_refused(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_edit(text)
    assert words in str(caught.value)
    assert "what-if, --set" in str(caught.value)


@given(st.sampled_from(NUMBERS), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_numbers_are_read_as_they_are_written(field: str, value: float, by: bool) -> None:
    edit = parse_edit(f"A-1.{field}{'+' if by else ''}={value!r}")
    assert edit == Edit("A-1", field, value, by=by)


def changes(before: Register, after: Register) -> dict[str, list[str]]:
    """Return the cells whose value differs, by field."""
    found = {
        field: after.cell[: len(before)][getattr(before, name) != getattr(after, name)[: len(before)]].tolist()
        for field, name in COLUMNS.items()
    }
    return {field: cells for field, cells in found.items() if cells}


def test_a_site_is_all_its_cells_and_a_cell_is_one(register: Register, scenario: Scenario) -> None:
    edits = [parse_edit("C.power_dbm=40"), parse_edit("A-L900-1.azimuth_deg=5"), parse_edit("A-L900-1.azimuth_deg-=15")]
    after = edit_register(register, edits, scenario)
    assert changes(register, after) == {
        "power_dbm": ["C-L900-0", "C-L900-1", "C-L1800-0"],
        "azimuth_deg": ["A-L900-1"],
    }
    assert after.azimuth_deg[after.cell == "A-L900-1"] == 350.0  # round the circle
    assert after.power_dbm[after.site == "C"].tolist() == [40.0, 40.0, 40.0]


def test_edits_are_done_in_their_order(register: Register, scenario: Scenario) -> None:
    edits = [parse_edit(text) for text in ("A.power_dbm=40", "A.power_dbm+=2", "A-L1800-0.power_dbm-=1")]
    after = edit_register(register, edits, scenario)
    assert after.power_dbm[after.site == "A"].tolist() == [41.0, 42.0, 42.0, 42.0, 42.0]


def test_cells_are_switched_off_and_keep_their_place(register: Register, scenario: Scenario) -> None:
    after = edit_register(register, switched_off(["B", "A-L900-0"]), scenario)
    assert after.cell.tolist() == register.cell.tolist()
    off = after.cell[after.status == "off"].tolist()
    assert off == ["A-L900-0", "B-L1800-0", "B-L1800-1", "B-L1800-2", "B-N3700-0", "B-N3700-1", "C-L1800-0"]
    planned = edit_register(register, [parse_edit("B.status=planned")], scenario)
    assert set(planned.status[planned.site == "B"]) == {"planned"}  # longer than any word before


def test_what_is_set_is_no_longer_assumed(register: Register, scenario: Scenario) -> None:
    before = register.assumed["mechanical_tilt_deg"].copy()
    assert before.tolist() == [True, *[False] * (len(register) - 1)]
    after = edit_register(register, [parse_edit("A.mechanical_tilt_deg=0")], scenario)
    assert not after.assumed["mechanical_tilt_deg"].any()
    np.testing.assert_array_equal(register.assumed["mechanical_tilt_deg"], before)
    elsewhere = edit_register(register, [parse_edit("B.mechanical_tilt_deg=0")], scenario)
    np.testing.assert_array_equal(elsewhere.assumed["mechanical_tilt_deg"], before)


@pytest.mark.parametrize("field", NUMBERS)
def test_both_sides_of_every_limit(register: Register, scenario: Scenario, field: str) -> None:
    limits = LIMITS[field]
    for value, beyond in ((limits.low, np.nextafter(limits.low, -1e9)), (limits.high, np.nextafter(limits.high, 1e9))):
        after = edit_register(register, [Edit("B", field, value)], scenario)
        assert (getattr(after, COLUMNS[field])[after.site == "B"] == value).all()
        said = refusal(register, scenario, Edit("B", field, float(beyond)))
        assert said == [f"what-if, B: {field} of {beyond:g} is out of range. Give {limits}."]
    if field != "azimuth_deg":  # which goes round
        said = refusal(register, scenario, Edit("B", field, 600.0, by=True))
        assert "is out of range" in said[0]


@pytest.mark.parametrize(("field", "low", "high"), [("longitude", -180.0, 180.0), ("latitude", -90.0, 90.0)])
def test_both_sides_of_the_map(register: Register, scenario: Scenario, field: str, low: float, high: float) -> None:
    for value in (low, high):
        assert (getattr(edit_register(register, [Edit("B", field, value)], scenario), f"{field}_deg") == value).any()
    for value in (low - 0.001, high + 0.001):
        assert "is out of range" in refusal(register, scenario, Edit("B", field, value))[0]


def test_every_wrong_edit_is_told_at_once(register: Register, scenario: Scenario, tmp_path: Path) -> None:
    added = tmp_path / "added.csv"
    added.write_text(register_text([row("N", "V", "4G", "L700", 400, place=(105.22, 21.32, 30))]), encoding="utf-8")
    said = refusal(
        register, scenario, Edit("A-L1800", "power_dbm", 40.0), Edit("A", "antenna", "pannel"),
        Edit("A", "status", "gone"), Edit("A", "power_dbm", 71.0), added=added,
    )  # fmt: skip
    assert len(said) == 6
    assert "what-if, A-L1800: there is no such site or cell. Did you mean 'A-L1800-" in said[0]
    assert "there is no antenna 'pannel'. Did you mean 'panel'?" in said[1]
    assert "there is no status 'gone'" in said[2]
    assert "power_dbm of 71 is out of range" in said[3]
    assert "added.csv, row 2, azimuth_deg: 400 is out of range" in "".join(said[4:])
    assert "there is no band 'L700'" in "".join(said[4:])


def test_no_two_cells_of_one_name(register: Register, scenario: Scenario, tmp_path: Path) -> None:
    added = tmp_path / "added.csv"
    added.write_text(register_text([row("D", "VNPT", "4G", "L1800", 7, cell="D-L1800-2")]), encoding="utf-8")
    assert refusal(register, scenario, added=added) == [
        "added.csv, cell: the network has a cell 'D-L1800-2' already. Give the further cell another name."
    ]
    added.write_text(register_text([row("D", "VNPT", "4G", "L1800", 7, cell="D-9")]), encoding="utf-8")
    after = edit_register(register, [], scenario, added=added)
    assert after.cell.tolist() == [*register.cell.tolist(), "D-9"]
    assert after.assumed["mechanical_tilt_deg"].tolist()[-2:] == [False, False]


def test_a_site_stands_in_one_place(register: Register, scenario: Scenario, tmp_path: Path) -> None:
    """Within 100 m, as a register says it: else the saved network could not be read again."""
    near = edit_register(register, [Edit("A-L900-0", "latitude", 21.3052 + 0.0008)], scenario)  # 89 m
    assert (near.latitude_deg[near.site == "A"] != 21.3052).sum() == 1
    (said,) = refusal(register, scenario, Edit("A-L900-0", "latitude", 21.3052 + 0.001))  # 111 m
    assert said == (
        "what-if, A-L900-0: it would stand 111 m from 'A-L1800-0' of the same site. Move the whole site 'A', or give "
        "the second place a name of its own."
    )
    edit_register(register, [Edit("A", "latitude", 21.3082)], scenario)
    added = tmp_path / "added.csv"
    added.write_text(register_text([row("A", "VNPT", "4G", "L1800", 7, place=(105.24, 21.33, 30), cell="x")]))
    assert "what-if, x: it would stand" in refusal(register, scenario, added=added)[0]


def test_what_the_model_cannot_is_refused(register: Register, tmp_path: Path) -> None:
    """TR 38.901 knows masts from 1.5 m on."""
    scenario = load(write_network(tmp_path, text=TEXT.replace("[propagation]", '[propagation]\nmodel = "tr38901_uma"')))
    edit_register(register, [Edit("B", "antenna_height_m", 1.5)], scenario)
    (said,) = refusal(register, scenario, Edit("B", "antenna_height_m", 1.4))
    assert said.startswith("what-if, sites.antenna_height_m: 1.4 (5 cells) is out of range of the model 'tr38901_uma'")
