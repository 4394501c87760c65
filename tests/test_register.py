"""The site register: planted errors at their row and field, formats accepted, and what is written reads back equal."""

from __future__ import annotations

import tempfile
import time
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError, Problem
from phusong.scenarios.register_checks import LIMITS, STATUSES
from phusong.scenarios.register_table import COLUMNS
from phusong.scenarios.registers import Register, read_register, write_register
from phusong.scenarios.schema import Band, SectorAntenna
from tests.small_scenario import HEADER, REGISTER

BANDS = {
    "L1800": Band(technology="4G", frequency_mhz=1842.5, bandwidth_mhz=20, subcarriers=1200),
    "N3500": Band(technology="5G", frequency_mhz=3500, bandwidth_mhz=100, subcarriers=3276),
}
ANTENNAS = {"panel": SectorAntenna()}
GOOD = "A,105.21,21.31,Viettel,4G,L1800,0,0,4,35,46,panel,on"


def read(folder: Path, text: str | bytes) -> Register:
    path = folder / "register.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_register(path, bands=BANDS, antennas=ANTENNAS)


def problems_of(folder: Path, text: str | bytes) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    assert {problem.file for problem in caught.value.problems} == {str(folder / "register.csv")}
    return list(caught.value.problems)


def with_field(column: str, value: str) -> str:
    """Return a register of one row, in which that column holds that value."""
    fields = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {column: value}
    return f"{HEADER}\n{','.join(fields.values())}\n"


def test_reads_cells_and_marks_what_was_assumed(tmp_path: Path) -> None:
    register = read(tmp_path, REGISTER)
    assert len(register) == 3
    assert register.cell.tolist() == ["A-L1800-1", "A-L1800-2", "B-L1800-1"]
    assert register.mechanical_tilt_deg.tolist() == [0.0, 0.0, 2.0]
    assert {name: where.tolist() for name, where in register.assumed.items()} == {
        "mechanical_tilt_deg": [True, False, False],
        "electrical_tilt_deg": [False, False, True],
        "status": [False, False, False],
    }
    assert (register.source, register.synthetic) == ("register.csv", False)


def test_optional_columns_may_be_absent(tmp_path: Path) -> None:
    header = "site,longitude,latitude,operator,technology,band,azimuth_deg,antenna_height_m,power_dbm,antenna"
    register = read(tmp_path, f"{header}\nA,105.2,21.3,Viettel,4G,L1800,0,35,46,panel\n")
    assert register.status.tolist() == ["on"]
    assert all(where.all() for where in register.assumed.values())


def test_every_planted_error_has_its_row_and_field(tmp_path: Path) -> None:
    rows = [
        HEADER,
        "A,105.21,21.31,Viettel,4G,L1800,0,0,4,35,46,panel,on",
        "A,105.31,21.31,Viettel,4G,L1800,120,0,4,35,46,panel,on",  # 3: site moved 10 km
        "B,21.31,105.21,Viettel,4G,L1800,0,0,4,35,46,panel,on",  # 4: swapped
        'C,"105,21",21.31,Viettel,4G,L1800,0,0,4,35,46,panel,on',  # 5: decimal comma
        "D,105.21,21.31,Viettel,4G,L1800,0,0,4,35,80,panel,on",  # 6: watts
        "E,105.21,21.31,Viettel,5G,L1800,0,0,4,35,46,panel,on",  # 7: wrong technology
        "F,105.21,21.31,Viettel,4G,L1801,400,0,4,35,46,panle,offf",  # 8: four at once
        "",
        "G,105.21,21.31,Viettel,4G,L1800,0,40,30,0.5,46,panel,on",  # 10: three at once
        "H,105.21,21.31,Viettel,4G,L1800,0,0,4,35,46,panel",  # 11: a field short
        "I,105.21,21.31,,4G,L1800,north,0,4,,46,panel,on",  # 12: two empty, one no number
        "J,105.21,21.31,Viettel,4G,L1800,0,0,4,35,46,panel,on",
        "J,105.21,21.31,Viettel,4G,L1800,0,0,4,35,46,panel,on",  # 14: repeats row 13
        "K,105.21,21.31,Viettel,3G,L1800,0,0,4,35,46,panel,on,extra,more",  # 15: too many fields
        "L,105.21,21.31,Viettel,4G,L1800,0,0,4,35,40 W,panel,on",  # 16: a unit
    ]
    found = problems_of(tmp_path, "\n".join(rows))
    assert [(problem.row, problem.field) for problem in found] == sorted(
        [
            (3, "site"), (4, "latitude"), (5, "longitude"), (6, "power_dbm"), (7, "technology"),
            (8, "azimuth_deg"), (8, "band"), (8, "antenna"), (8, "status"),
            (10, "mechanical_tilt_deg"), (10, "electrical_tilt_deg"), (10, "antenna_height_m"),
            (11, None), (12, "operator"), (12, "antenna_height_m"), (12, "azimuth_deg"),
            (14, None), (15, None), (16, "power_dbm"),
        ],
        key=lambda place: place[0],
    )  # fmt: skip
    said = {(problem.row, problem.field): f"{problem.message}. {problem.remedy}" for problem in found}
    assert "stands 10,3" in said[3, "site"]
    assert "from its position in row 2" in said[3, "site"]
    assert "look swapped" in said[4, "latitude"]
    assert "Write decimals with a point: 105.21" in said[5, "longitude"]
    assert "80 W is 49.0 dBm" in said[6, "power_dbm"]
    assert "4G" in said[7, "technology"]
    assert "Did you mean 'L1800'?" in said[8, "band"]
    assert "Did you mean 'panel'?" in said[8, "antenna"]
    assert "Did you mean 'off'?" in said[8, "status"]
    assert "12 fields, the header 13" in said[11, None]
    assert "repeats row 13" in said[14, None]
    assert "40 W is 46.0 dBm" in said[16, "power_dbm"]


@pytest.mark.parametrize("column", LIMITS)
def test_both_sides_of_every_limit(tmp_path: Path, column: str) -> None:
    low, high = LIMITS[column].low, LIMITS[column].high
    for value in (low, high):
        assert getattr(read(tmp_path, with_field(column, repr(value))), COLUMNS[column]).tolist() == [value]
    for value in (np.nextafter(low, -np.inf), np.nextafter(high, np.inf), np.inf):
        [problem] = problems_of(tmp_path, with_field(column, repr(float(value))))
        assert (problem.row, problem.field) == (2, column)
        assert repr(float(value)) in problem.message


@pytest.mark.parametrize("text", ["nan", "1e", "21°19'", "--1"])
def test_what_is_no_number(tmp_path: Path, text: str) -> None:
    [problem] = problems_of(tmp_path, with_field("latitude", text))
    assert (problem.field, problem.message) == ("latitude", f"'{text}' is not a number")


def test_a_site_may_spread_over_100_m_and_not_more(tmp_path: Path) -> None:
    # One thousandth of a degree of latitude is 110.7 m here.
    second = GOOD.replace("21.31", "21.3109").replace("L1800,0", "L1800,120")
    assert len(read(tmp_path, f"{HEADER}\n{GOOD}\n{second}\n")) == 2
    [problem] = problems_of(tmp_path, f"{HEADER}\n{GOOD}\n{second.replace('21.3109', '21.3110')}\n")
    assert (problem.row, problem.field) == (3, "site")
    assert "111 m" in problem.message


def test_header_problems_do_not_hide_row_problems(tmp_path: Path) -> None:
    header = HEADER.replace("azimuth_deg", "azimut").replace("operator", "site")
    found = problems_of(tmp_path, f"{header}\n{GOOD.replace('46', '146')}\n")
    assert {(problem.row, problem.field) for problem in found} == {
        (1, "operator"), (1, "azimuth_deg"), (1, "azimut"), (1, "site"), (2, "power_dbm"),
    }  # fmt: skip
    said = {problem.field: problem.remedy for problem in found}
    assert "Did you mean 'azimut'?" in said["azimuth_deg"]
    assert "Did you mean 'azimuth_deg'?" in said["azimut"]


def test_cell_names_must_differ_even_from_those_we_give(tmp_path: Path) -> None:
    rows = [f"{HEADER},cell", f"{GOOD},", f"{GOOD.replace('L1800,0', 'L1800,120')},A-L1800-1", f"{GOOD},x", f"{GOOD},x"]
    found = problems_of(tmp_path, "\n".join(rows))
    assert [(problem.row, problem.field) for problem in found] == [(3, "cell"), (5, "cell")]
    assert "row 2" in found[0].message


@pytest.mark.parametrize("text", ["", "\n", ",,,\n", f"{HEADER}\n", f"{HEADER}\n,,,,,,,,,,,,\n\n"])
def test_an_empty_register_is_a_problem(tmp_path: Path, text: str) -> None:
    [problem] = problems_of(tmp_path, text)
    assert "empty" in problem.message or "no cell" in problem.message


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_formats_that_spreadsheets_write(tmp_path: Path, delimiter: str, start: bytes, end: str) -> None:
    text = REGISTER.replace(",", delimiter).replace("\n", end)
    assert read(tmp_path, start + text.encode()).to_frame().equals(read(tmp_path, REGISTER).to_frame())


def test_wrong_encodings_name_the_row(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path, REGISTER.encode().replace(b"VNPT", "Đ".encode("cp1258") + b"\xe2"))
    assert problem.row == 4
    assert "0xD0" in problem.message
    assert "UTF-16" in problems_of(tmp_path, REGISTER.encode("utf-16"))[0].message
    assert "spreadsheet" in problems_of(tmp_path, b"PK\x03\x04")[0].message


def test_rows_keep_their_line_behind_quoted_line_breaks(tmp_path: Path) -> None:
    first = GOOD.replace("Viettel", '"Viettel\nPhú Thọ"')
    [problem] = problems_of(tmp_path, f"{HEADER}\n{first}\n\n{GOOD.replace('L1800,0', 'L1800,-1')}\n")
    assert (problem.row, problem.field) == (5, "azimuth_deg")


def test_a_quote_left_open_is_told(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path, f"{HEADER}\n{GOOD}\n{GOOD.replace('Viettel', chr(34) + 'Viettel')}\n")
    assert problem.row == 3
    assert "Close the double quotes" in problem.remedy


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_register(tmp_path / "nowhere.csv", bands=BANDS, antennas=ANTENNAS)


def test_decomposed_names_are_composed(tmp_path: Path) -> None:
    text = with_field("operator", unicodedata.normalize("NFD", "Viễn thông Phú Thọ"))
    assert read(tmp_path, text).operator.tolist() == ["Viễn thông Phú Thọ"]


def test_select_keeps_what_was_assumed(tmp_path: Path) -> None:
    register = read(tmp_path, REGISTER)
    chosen = register.select(register.technology == "4G").select(np.array([2, 0]))
    assert chosen.cell.tolist() == ["B-L1800-1", "A-L1800-1"]
    assert chosen.assumed["electrical_tilt_deg"].tolist() == [True, False]
    assert list(register.to_frame().columns) == list(COLUMNS)


NAME = (
    st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=8)
    .map(lambda text: unicodedata.normalize("NFC", text).strip())
    .filter(bool)
)


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """Draw a sound register: cells of a site stand together, and each has its own name."""
    count = draw(st.integers(1, 6))

    def numbers(column: str, **given: float) -> np.ndarray:
        low, high = given.get("low", LIMITS[column].low), given.get("high", LIMITS[column].high)
        return np.array(draw(st.lists(st.floats(low, high, allow_subnormal=False), min_size=count, max_size=count)))

    def texts(values: st.SearchStrategy[str], *, unique: bool = False) -> np.ndarray:
        return np.array(draw(st.lists(values, min_size=count, max_size=count, unique=unique)), dtype=np.str_)

    band = texts(st.sampled_from(sorted(BANDS)))
    mechanical, status = numbers("mechanical_tilt_deg"), texts(st.sampled_from(STATUSES))
    assumed_tilt, assumed_status = (
        np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count))) for _ in "ab"
    )
    mechanical[assumed_tilt] = 0.0
    status = np.where(assumed_status, "on", status)
    return Register(
        cell=texts(NAME, unique=True),
        site=texts(NAME, unique=True),
        operator=texts(NAME),
        technology=np.array([BANDS[name].technology for name in band], dtype=np.str_),
        band=band,
        antenna=texts(st.just("panel")),
        status=status,
        longitude_deg=numbers("longitude"),
        latitude_deg=numbers("latitude"),
        azimuth_deg=numbers("azimuth_deg"),
        mechanical_tilt_deg=mechanical,
        electrical_tilt_deg=numbers("electrical_tilt_deg"),
        antenna_height_m=numbers("antenna_height_m"),
        power_dbm=numbers("power_dbm"),
        assumed={"mechanical_tilt_deg": assumed_tilt, "status": assumed_status},
    )


@settings(deadline=None, max_examples=80)
@given(registers())
def test_a_written_register_reads_back_equal_to_the_last_bit(register: Register) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        write_register(register, path)
        again = read_register(path, bands=BANDS, antennas=ANTENNAS)
    for name in COLUMNS.values():
        np.testing.assert_array_equal(getattr(again, name), getattr(register, name))
    for name, where in register.assumed.items():
        np.testing.assert_array_equal(again.assumed[name], where)


def test_a_hundred_thousand_rows_are_read_in_seconds(tmp_path: Path) -> None:
    rows = [
        f"PT-{site:05d},{105 + site * 1e-5:.6f},{21 + site * 1e-5:.6f},Viettel,4G,L1800,{azimuth},,4,35,46,panel,on"
        for site in range(33_334)
        for azimuth in (0, 120, 240)
    ]
    rows[70_000] = rows[70_000].replace(",46,", ",400,")
    start = time.process_time()
    [problem] = problems_of(tmp_path, "\n".join([HEADER, *rows]))
    assert time.process_time() - start < 5.0  # about 0.4 s; room for a busy machine
    assert (problem.row, problem.field) == (70_002, "power_dbm")
