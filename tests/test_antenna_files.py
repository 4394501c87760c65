"""Antenna files of every format: recognised by content, read to the printed digit, mended with a note; real files."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phusong.kernels.antennas.cuts import Cut, cut_attenuation, make_cut
from phusong.kernels.antennas.table import COLUMNS, ROWS, Table, make_table, table_attenuation
from phusong.scenarios.antenna_files.own_csv import own_text
from phusong.scenarios.antenna_files.pattern import AntennaFile, Pattern, lay_shape
from phusong.scenarios.antenna_files.read import read_antenna_file
from tests.antenna_samples import (
    BEAMS,
    HEADER,
    HORIZONTAL,
    VERTICAL,
    ant_text,
    atoll_pattern,
    atoll_text,
    planet_text,
    write_splat,
)
from tests.shared_data import SHARED, needs_shared

REAL = SHARED / "data" / "antenna"


def read(folder: Path, content: str | bytes, name: str = "antenna.txt") -> AntennaFile:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_antenna_file(path)


def cuts_of(pattern: Pattern) -> tuple[Cut, Cut]:
    assert not isinstance(pattern.shape, Table)
    return pattern.shape


def holds(pattern: Pattern, horizontal: list[float] = HORIZONTAL, vertical: list[float] = VERTICAL) -> bool:
    """Tell whether a pattern holds these cuts, at whole degrees, exactly."""
    wanted = (make_cut(np.arange(360.0), values) for values in (horizontal, vertical))
    pairs = zip(cuts_of(pattern), wanted, strict=True)
    return all(np.array_equal(one.angle_deg, other.angle_deg) for one, other in pairs) and all(
        cut_attenuation(cut, (angle + 180) % 360 - 180) == values[angle]
        for cut, values in zip(cuts_of(pattern), (horizontal, vertical), strict=True)
        for angle in range(360)
    )


@pytest.mark.parametrize("name", ["panel.msi", "panel.pln", "panel.txt", "panel.csv", "panel"])
def test_a_planet_file_by_any_name(tmp_path: Path, name: str) -> None:
    file = read(tmp_path, planet_text(), name)
    [pattern] = file.patterns
    assert file.layout == "MSI/Planet"
    assert file.sources == (tmp_path / name,)
    assert (pattern.name, pattern.gain_dbi, pattern.gain_text) == ("panel", 17.5, "17.5 dBi")
    assert (pattern.electrical_tilt_deg, pattern.frequency_mhz) == (4.0, 1800.0)
    assert (pattern.horizontal_beamwidth_deg, pattern.vertical_beamwidth_deg) == (65.0, 8.0)
    assert holds(pattern)
    assert not file.notes
    assert not pattern.notes


@pytest.mark.parametrize(
    ("written", "gain_dbi", "words"),
    [
        ("17.5 dBi", 17.5, "17.5 dBi"),
        ("15.3 dBd", 17.45, "15.3 dBd"),
        ("15.3dbd", 17.45, "15.3 dBd"),
        ("  3,43 dBi", 3.43, "3.43 dBi"),
        ("15.3", 17.45, "15.3 without a unit, taken as dBd as is the rule of the format"),
        ("", None, ""),
    ],
)
def test_the_gain_is_in_dbi_whatever_its_unit(tmp_path: Path, written: str, gain_dbi: float | None, words: str) -> None:
    [pattern] = read(tmp_path, planet_text(header=HEADER.replace("17.5 dBi", written))).patterns
    assert pattern.gain_dbi == gain_dbi
    assert pattern.gain_text == words


@pytest.mark.parametrize(
    ("line", "tilt_deg", "note"),
    [
        ("TILT ELECTRICAL 4", 4.0, ""),
        ("TILT 4", 4.0, ""),
        ("TILT FIXED\nELECTRICAL_TILT 4.0", 4.0, ""),
        ("TILT ELECTRICAL", 4.0, "the file says that its tilt is electrical, not how much: 4 degrees"),
        (
            "TILT ELECTRICAL\nELECTRICAL_TILT 0",
            0.0,
            "a tilt of 0 degrees is stated, the vertical cut is strongest at 4",
        ),
        ("TILT fixed", None, ""),
        ("COMMENT none", None, ""),
    ],
)
def test_the_tilt_is_as_stated_or_where_the_beam_points(
    tmp_path: Path, line: str, tilt_deg: float | None, note: str
) -> None:
    [pattern] = read(tmp_path, planet_text(header=HEADER.replace("TILT ELECTRICAL 4", line))).patterns
    assert pattern.electrical_tilt_deg == tilt_deg
    assert len(pattern.notes) == bool(note)
    assert note in " ".join(pattern.notes).replace("an electrical tilt", "a tilt")


@pytest.mark.parametrize(
    ("written", "frequency_mhz"),
    [("851", 851.0), ("2437 MHz", 2437.0), ("2.4 GHz", 2400.0), ("1710-1880 MHz", 1795.0), ("wide", None)],
)
def test_the_frequency_is_in_mhz(tmp_path: Path, written: str, frequency_mhz: float | None) -> None:
    file = read(tmp_path, planet_text(header=HEADER.replace("1800", written)))
    assert file.patterns[0].frequency_mhz == frequency_mhz
    assert ("its frequency 'wide' is not read" in file.notes) == (written == "wide")


COMMA = planet_text([str(value).replace(".", ",") for value in HORIZONTAL])


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        (planet_text().replace("\n", "\r\n"), []),
        (planet_text().replace("\n", "\n\n").replace(" ", "\t"), []),
        (b"\xef\xbb\xbf" + planet_text().encode(), []),
        (planet_text().encode("utf-16"), ["the file is not UTF-8: read as UTF-16"]),
        (planet_text().encode("utf-16-le"), ["the file is not UTF-8: read as UTF-16-LE"]),
        (planet_text().encode("utf-16-be"), ["the file is not UTF-8: read as UTF-16-BE"]),
        (planet_text().replace("none", "Kühn").encode("latin-1"), ["the file is not UTF-8: read as Latin-1"]),
        (gzip.compress(planet_text().encode()), []),
        (COMMA, ["decimal commas are read as points"]),
        (planet_text().replace("NAME panel", "panel"), ["the first line lacks its keyword: read as NAME"]),
        (planet_text().replace("VERTICAL 360", "VERTICAL"), ["VERTICAL does not say how many points follow"]),
        (
            planet_text([*HORIZONTAL, HORIZONTAL[0]]),
            ["a point that repeats the first after 360 degrees is left out"],
        ),
        (planet_text().lower().replace("gain 17.5 dbi", "gain 17.5 dbi"), []),
    ],
)
def test_what_is_mended_is_told(tmp_path: Path, content: str | bytes, notes: list[str]) -> None:
    file = read(tmp_path, content)
    assert list(file.notes) == notes
    [pattern] = file.patterns
    assert holds(pattern)
    assert (pattern.name, pattern.gain_dbi) == ("panel", 17.5)


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_a_table_of_atoll(tmp_path: Path, delimiter: str) -> None:
    file = read(tmp_path, atoll_text(delimiter=delimiter))
    assert file.layout == "Atoll table"
    assert [pattern.name for pattern in file.patterns] == list(BEAMS)
    for pattern, (gain_dbi, *cuts) in zip(file.patterns, BEAMS.values(), strict=True):
        assert holds(pattern, *cuts)
        assert pattern.gain_dbi == gain_dbi
        assert (pattern.electrical_tilt_deg, pattern.frequency_mhz) == (4.0, 3500.0)
        assert not pattern.notes
    assert not file.notes


def test_a_table_of_atoll_with_a_broken_header_and_repeated_names(tmp_path: Path) -> None:
    """A degree sign of Shift-JIS, names that say nothing, another column that tells the beams apart."""
    rows = [line.split("\t") for line in atoll_text().splitlines()]
    lines = ["\t".join([*rows[0], "ANTENNA_ELEMENT"])]
    lines += ["\t".join(["AAU", *row[1:], row[0]]) for row in rows[1:]]
    file = read(tmp_path, "\n".join(lines).encode("latin-1").replace(b"\xb0", b"\x81\x8b"))
    assert [pattern.name for pattern in file.patterns] == list(BEAMS)
    assert file.patterns[0].electrical_tilt_deg == 4.0
    assert set(file.notes) == {
        "the file is not UTF-8: read as Latin-1",
        "the degree sign of the column 'pattern electrical tilt' is broken: read as degrees",
        "names repeat: patterns go by the column ANTENNA_ELEMENT",
    }
    alike = read(tmp_path, "\n".join([lines[0], *(line.replace("beam", "").strip("_0123") for line in lines[1:])]))
    assert [pattern.name for pattern in alike.patterns] == ["row 2", "row 3", "row 4", "row 5"]


def test_a_dbd_column_quotes_and_cross_polar_cuts_of_atoll(tmp_path: Path) -> None:
    crossed = atoll_pattern()[:-1] + atoll_pattern()[:-1].strip()
    text = f'"Name","Gain (dBd)","Pattern"\n"a, b",15.3,"{crossed}"\n'
    file = read(tmp_path, text)
    [pattern] = file.patterns
    assert (pattern.name, pattern.gain_dbi) == ("a, b", 17.45)
    assert holds(pattern)
    assert file.notes == ("the cuts of the other polarisation are left out",)


def test_an_ant_file(tmp_path: Path) -> None:
    file = read(tmp_path, ant_text())
    [pattern] = file.patterns
    assert file.layout == "Radio Mobile .ant"
    assert (pattern.gain_dbi, pattern.electrical_tilt_deg) == (None, None)
    assert holds(pattern)
    lifted = "\n".join(f"{16 + float(line):g}" for line in ant_text().split())
    again = read(tmp_path, lifted)
    assert "the vertical cut is counted from its greatest value, 16 dB" in again.notes
    np.testing.assert_allclose(cuts_of(again.patterns[0])[1].attenuation_db, cuts_of(pattern)[1].attenuation_db)


def test_a_splat_pair_is_the_product_of_both(tmp_path: Path) -> None:
    path = write_splat(tmp_path)
    file, other = read_antenna_file(path), read_antenna_file(path.with_suffix(".el"))
    assert file.sources == other.sources == (path, path.with_suffix(".el"))
    table = file.patterns[0].shape
    assert isinstance(table, Table)
    for azimuth, below in ((0, 4), (30, 4), (30, 9), (-60, 0), (180, 30), (7, -3)):
        wanted = HORIZONTAL[azimuth % 360] + VERTICAL[below % 360]
        assert table_attenuation(table, float(azimuth), float(below)) == pytest.approx(wanted, abs=0.02)
    assert table_attenuation(table, 0.0, -80.0) == pytest.approx(VERTICAL[350], abs=0.02)
    assert "beyond its elevations of -10 to 90 degrees the nearest is taken" in file.patterns[0].notes


def test_rotation_and_tilt_of_a_splat_pair(tmp_path: Path) -> None:
    """Turned clockwise by 90; tilted by 6 towards 90: lowered by 6 there, by 0 at 0 and 180, lifted by 6 at 270."""
    pattern = read_antenna_file(write_splat(tmp_path, rotation=90, tilt="6 90")).patterns[0]
    table = pattern.shape
    assert isinstance(table, Table)
    for azimuth, lowered in ((90, 6), (120, 4), (0, 0), (180, 0), (-90, -6), (-120, -4)):
        for below in (4, 7):
            wanted = HORIZONTAL[(azimuth - 90) % 360] + VERTICAL[below % 360]
            assert table_attenuation(table, float(azimuth), float(below + lowered)) == pytest.approx(wanted, abs=0.02)
    assert "its mechanical tilt of 6 degrees towards 90 is in the pattern" in pattern.notes
    assert "its azimuths are turned by 90 degrees, as it says" in pattern.notes


TENTHS = st.lists(st.integers(0, 999).map(lambda tenth: tenth / 10), min_size=360, max_size=360)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TENTHS, TENTHS, st.integers(-99, 399).map(lambda tenth: tenth / 10))
def test_what_is_written_is_read_to_the_digit(
    tmp_path: Path, horizontal: list[float], vertical: list[float], gain_dbi: float
) -> None:
    header = HEADER.replace("17.5", str(gain_dbi))
    [pattern] = read(tmp_path, planet_text(horizontal, vertical, header=header)).patterns
    assert holds(pattern, horizontal, vertical)
    assert pattern.gain_dbi == gain_dbi
    beams = {"one": (gain_dbi, horizontal, vertical), "two": (gain_dbi, vertical, horizontal)}
    patterns = read(tmp_path, atoll_text(beams, delimiter=",")).patterns
    assert holds(patterns[0], horizontal, vertical)
    assert holds(patterns[1], vertical, horizontal)
    assert patterns[1].gain_dbi == gain_dbi
    zeroed = [[0.0, *values[1:]] for values in (horizontal, vertical)]
    assert holds(read(tmp_path, ant_text(*zeroed)).patterns[0], *zeroed)


ANGLES = st.lists(st.floats(-180, 360), max_size=6)
ANY_DB = st.floats(0, 100)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.none() | st.floats(-10, 40), st.none() | st.floats(-90, 90), st.text("a, \"ộ'b", min_size=1))
def test_our_own_csv_reads_back_to_the_last_bit(
    tmp_path: Path, data: st.DataObject, gain_dbi: float | None, tilt_deg: float | None, name: str
) -> None:
    def angles() -> list[float]:
        wild = {(angle + 180.0) % 360.0 - 180.0: angle for angle in [*range(0, 360, 40), *data.draw(ANGLES)]}
        return list(wild.values())

    cuts = []
    for _ in range(2):
        of_cut = angles()
        values = data.draw(st.lists(ANY_DB, min_size=len(of_cut), max_size=len(of_cut)))
        cuts.append(make_cut(of_cut, values))
    columns, rows = angles(), list(range(-90, 91, 30))
    values = data.draw(st.lists(ANY_DB, min_size=len(columns), max_size=len(columns)))
    table = make_table(columns, rows, np.outer(np.linspace(0.1, 1.0, len(rows)), values))
    for shape in ((cuts[0], cuts[1]), table):
        pattern = Pattern(f"-{name}-", shape, gain_dbi, "", tilt_deg)
        file = read(tmp_path, own_text([pattern, pattern.__class__("other", shape)]))
        again = file.patterns[0]
        assert [one.name for one in file.patterns] == [f"-{name}-", "other"]
        assert (again.gain_dbi, again.electrical_tilt_deg) == (gain_dbi, tilt_deg)
        assert file.patterns[1].gain_dbi is None
        if isinstance(shape, Table):
            assert isinstance(again.shape, Table)
            pairs = zip(again.shape, shape, strict=True)
        else:
            pairs = zip(sum(map(tuple, cuts_of(again)), ()), sum(map(tuple, shape), ()), strict=True)
        for one, other in pairs:
            np.testing.assert_array_equal(one, other)


REAL_FILES = [
    ("B800A065-18-0E.pln", "MSI/Planet", 1, "B800A065-18-0E", 15.75, 0.0, 851.0),
    ("B800A065-18-4E.pln", "MSI/Planet", 1, "B800A065-18-4E", 15.75, 4.0, 851.0),
    ("LTE-L_1960MHz_P1.txt", "MSI/Planet", 1, "Galtronics_Left_LTE-L_1960.0MHz_P1.txt", 3.43, None, 1960.0),
    ("LTE-R_1960MHz_P1.txt", "MSI/Planet", 1, "Galtronics_Right_LTE-L_1960.0MHz_P1.txt", 3.31, None, 1960.0),
    ("sample_65deg_1800_generic.msi", "MSI/Planet", 1, "65deg_Sector_1800MHz", 19.65, 2.0, 1800.0),
    ("atoll_export_oran_617.txt", "Atoll table", 5, "JZ003_-45_617_02DT_Lr1", 14.11, 2.0, 617.0),
    ("AntPatternDB_atoll_2545_2575.csv.gz", "Atoll table", 158, "H25V35(0)", 13.76, 0.0, 2560.0),
    ("generic_antenna.ant", "Radio Mobile .ant", 1, "generic_antenna", None, None, None),
    ("wnju-dt.az", "SPLAT!", 1, "wnju-dt", None, None, None),
    ("wnju-dt.el", "SPLAT!", 1, "wnju-dt", None, None, None),
]


@needs_shared
@pytest.mark.parametrize(("name", "layout", "count", "first", "gain_dbi", "tilt_deg", "frequency_mhz"), REAL_FILES)
def test_real_files(
    name: str, layout: str, count: int, first: str, gain_dbi: float | None, tilt_deg: float | None,
    frequency_mhz: float | None,
) -> None:  # fmt: skip
    file = read_antenna_file(REAL / name)
    pattern = file.patterns[0]
    assert (file.layout, len(file.patterns)) == (layout, count)
    assert (pattern.name, pattern.gain_dbi) == (first, gain_dbi)
    assert (pattern.electrical_tilt_deg, pattern.frequency_mhz) == (tilt_deg, frequency_mhz)
    laid_db = lay_shape(pattern.shape)
    assert laid_db.shape == (ROWS * COLUMNS,)
    assert 0.0 <= laid_db.min() < 1.1
    assert laid_db.max() > 15.0


@needs_shared
def test_every_real_file_is_named_above() -> None:
    assert {file[0] for file in REAL_FILES} == {path.name for path in REAL.iterdir()}


@needs_shared
def test_real_beams_point_where_their_tilt_says() -> None:
    """Which settles that vertical angles of Atoll count downwards."""
    file = read_antenna_file(REAL / "AntPatternDB_atoll_2545_2575.csv.gz")
    for pattern in (*file.patterns, *read_antenna_file(REAL / "atoll_export_oran_617.txt").patterns):
        vertical = cuts_of(pattern)[1]
        ahead = np.abs(vertical.angle_deg) < 30
        strongest_deg = vertical.angle_deg[ahead][vertical.attenuation_db[ahead].argmin()]
        assert pattern.electrical_tilt_deg is not None
        assert abs(strongest_deg - pattern.electrical_tilt_deg) <= 3.0
    assert len({pattern.name for pattern in file.patterns}) == 158
