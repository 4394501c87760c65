"""Broken antenna files: one error with every problem, its row and field, and what to do."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from phusong.errors import InputError
from phusong.scenarios.antenna_files.read import choose_pattern, choose_patterns, read_antenna_file
from tests.antenna_samples import (
    HEADER,
    HORIZONTAL,
    VERTICAL,
    ant_text,
    atoll_pattern,
    atoll_text,
    planet_text,
    splat_texts,
    write_splat,
)

PLANET = planet_text()
ATOLL = atoll_text()
LINES = PLANET.splitlines(True)  # the horizontal cut stands in line 8, its points from line 9
PACKED = gzip.compress(PLANET.encode())


def problems_of(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_antenna_file(path)
    assert all(str(path.with_suffix("")) in problem.file for problem in caught.value.problems)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["it is empty. Give an antenna file"]),
        (b" \r\n\r\n", ["it is empty"]),
        (b"\x00\x01\x02 not text", ["it is not a text file"]),
        (b"hello\nworld\n", ["no format of antennas begins with 'hello'. Give a CSV file"]),
        (PACKED[:-20], ["it cannot be read: Compressed file ended before the end-of-stream marker was reached"]),
        (PACKED[:10] + b"xxxx" + PACKED[14:], ["it cannot be read: Error -3 while decompressing"]),
        # wrong counts: 359 lines where 360 are stated, at the end and in the middle
        ("".join(LINES[:-1]), ["row 369, VERTICAL: the vertical cut states 360 points, 359 follow. Mend the count"]),
        ("".join([*LINES[:20], *LINES[21:]]), ["row 8, HORIZONTAL: the horizontal cut states 360 points, 359 follow"]),
        (PLANET.replace("HORIZONTAL 360", "HORIZONTAL all"), ["the horizontal cut states 'all', 360 follow"]),
        ("".join(LINES[:368]), ["VERTICAL: there is no vertical cut. Give a line VERTICAL 360 and its points"]),
        (HEADER, ["there is no horizontal cut", "there is no vertical cut"]),
        (PLANET + "HORIZONTAL 0\n", ["row 730, HORIZONTAL: there is a second HORIZONTAL cut"]),
        (
            planet_text(["0.0", "x", -0.1, 100.1, *HORIZONTAL[4:]], [*VERTICAL[:9], "nan", *VERTICAL[10:]]),
            [
                "row 10, HORIZONTAL: attenuation 'x' of the horizontal cut is not a number. Give dB below the gain",
                "row 11, HORIZONTAL: attenuation '-0.1' of the horizontal cut is out of range",
                "row 12, HORIZONTAL: attenuation '100.1' of the horizontal cut is out of range",
                "row 379, VERTICAL: attenuation 'nan' of the vertical cut is not a number",
            ],
        ),
        (PLANET.replace("\n7 ", "\n361 "), ["row 16, HORIZONTAL: angle '361' of the horizontal cut is out of range"]),
        (PLANET.replace("\n8\t", "\n7\t"), ["row 370, VERTICAL: vertical cut: the angle 7 stands twice"]),
        (PLANET.replace("\n7 ", "\n7 1 "), ["row 16: '7 1 0.1' is not a point. Give an angle and an attenuation"]),
        (PLANET.replace("17.5 dBi", "17.5 dBx"), ["row 6, GAIN: '17.5 dBx' is not a gain. Give the gain as a number"]),
        (PLANET.replace("17.5 dBi", "high"), ["row 6, GAIN: 'high' is not a gain"]),
        (PLANET.replace("17.5 dBi", "101 dBi"), ["row 6, GAIN: '101 dBi' is not a gain"]),
        (PLANET.replace("TRICAL 4", "TRICAL 91"), ["row 7, TILT: a tilt of 91 is out of range. Give degrees"]),
        # Atoll
        (ATOLL.splitlines()[0], ["row 1: the table has no rows"]),
        (ATOLL.replace("\t22.0\t", "\thigh\t", 1), ["row 3, Gain: 'high' is not a gain"]),
        (atoll_text(tilt="flat"), ["row 2, Pattern Electrical Tilt: 'flat' is not a number"] * 4),
        (atoll_text(tilt=-91), ["row 2, Pattern Electrical Tilt: a tilt of -91 is out of range"] * 4),
        (ATOLL.replace("\t3400\t", "\t", 1), ["row 2: there are 6 fields under 7 columns"]),
        (
            f"Name,Pattern\na,{atoll_pattern(['x', *HORIZONTAL[1:]])}\nb,{atoll_pattern([-1, *HORIZONTAL[1:]])}\n",
            ["row 2, Pattern: 'x' in the pattern is not a number", "row 3, Pattern: horizontal cut: -1 dB is out of"],
        ),
        (
            f"Name,Pattern\na,{atoll_pattern().replace('0 0 360', '0 0 361')}\nb,{atoll_pattern()[:-9]}\nc,\n",
            ["row 2, Pattern: the pattern", "row 3, Pattern: the pattern ends", "row 4, Pattern: the pattern"],
        ),
        (
            f"Name,Pattern\na,{atoll_pattern().replace(' 1 0 360', ' 0 0 360')}\n"
            f"b,{'1' + atoll_pattern().split(' 1 0 360')[0][1:]}\n",
            ["row 2, Pattern: the pattern has two horizontal cuts", "row 3, Pattern: the pattern has no vertical cut"],
        ),
        (f"Name,Pattern\na,{atoll_pattern()} 7\n", ["row 2, Pattern: 2 numbers follow the last point"]),
        # .ant
        ("".join(ant_text().splitlines(True)[:719]), ["there are 719 lines, not 720. Give 360 gains"]),
        (ant_text().replace("-0.1\n", "low\n", 1), ["row 6: 'low' is not a number"]),
        (ant_text().replace("-0.1\n", "-101\n", 1), ["row 1: horizontal cut: 101 dB is out of range"]),
    ],
)  # fmt: skip
def test_every_problem_of_a_file(tmp_path: Path, content: str | bytes, words: list[str]) -> None:
    path = tmp_path / "antenna.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    said = problems_of(path)
    for word in words:
        assert any(word in line for line in said), (word, said[:5])
    if word := next((word for word in words if word.startswith("row 2, Pattern Electrical")), ""):
        assert len(said) == len(words)


OWN = "pattern,gain_dbi,cut,angle_deg,attenuation_db\n" + "".join(
    f"{name},{gain},{cut},{angle},0\n"
    for name, gain in (("a", 20), ("b", 21))
    for cut in ("horizontal", "vertical")
    for angle in range(0, 360, 40)
)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("a,20,vertical,", ",20,vertical,", ["row 11, pattern: the row names no pattern"]),
        ("a,20,vertical,80", "a,19,vertical,80", ["row 13, gain_dbi: the pattern 'a' has more than one gain_dbi"]),
        ("a,20,vertical,80", "a,,vertical,80", ["row 13, gain_dbi: the pattern 'a' has more than one gain_dbi"]),
        ("a,20,vertical,80", "a,x,vertical,80", ["row 13, gain_dbi: 'x' is not a number. Give a number from -100"]),
        (
            "b,21,vertical",
            "b,21,horizontal",
            ["(horizontal cut of 'b'), angle_deg: the angle", "no vertical cut of"],
        ),
    ],
)
def test_our_own_csv_with_several_patterns(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    path = tmp_path / "antenna.csv"
    path.write_text(OWN, encoding="utf-8")
    assert [pattern.gain_dbi for pattern in read_antenna_file(path).patterns] == [20.0, 21.0]
    path.write_text(OWN.replace(old, new), encoding="utf-8")
    said = problems_of(path)
    for word in words:
        assert any(word in line for line in said), (word, said[:5])


AZ, EL = splat_texts()


@pytest.mark.parametrize(
    ("az", "el", "words"),
    [
        (AZ, None, ["pair.az: a SPLAT! pattern is two files, and pair.el is not beside it. Put pair.el into"]),
        (AZ, "", ["pair.el: it is empty"]),
        (AZ, "; nothing\n", ["pair.el: it holds nothing. Give tilt and its azimuth"]),
        (AZ, EL.replace("0 0 ;", "0 ;"), ["pair.el, row 1: '0' is not tilt and its azimuth in degrees"]),
        (AZ.replace("0\n", "0 1\n", 1), EL, ["pair.az, row 1: '0 1' is not the rotation in degrees"]),
        (
            AZ.replace("\n7 ", "\n7 -"),
            EL.replace("\n7\t", "\n7\t1").replace("\n9\t", "\n91\t"),
            [
                "pair.az, row 9: '7 -0.",
                "pair.el, row 19: '7 1",
                "row 21: '91 0.",
                "Give an angle from -90 to 90 and a ratio",
            ],
        ),
        (AZ.replace("\n7 ", "\n8 "), EL, ["pair.az: the angle 8 stands twice. Give each angle once"]),
        ("".join(AZ.splitlines(True)[:200]), EL, ["pair.az, azimuth: there is no point between"]),
        (AZ, "0 0\n-10 0\n90 0.0\n", ["pair.el: no ratio is over 0"]),
    ],
)
def test_what_is_wrong_with_a_splat_pair(tmp_path: Path, az: str, el: str | None, words: list[str]) -> None:
    path = tmp_path / "pair.az"
    path.write_text(az, encoding="utf-8")
    if el is not None:
        path.with_suffix(".el").write_text(el, encoding="utf-8")
    said = problems_of(path)
    for word in words:
        assert any(word in line for line in said), (word, said[:5])


def test_a_splat_file_of_another_name_has_no_mate(tmp_path: Path) -> None:
    path = write_splat(tmp_path).rename(tmp_path / "azimuths.txt")
    assert "Name them alike, NAME.az and NAME.el" in problems_of(path)[0]


def test_patterns_are_chosen_by_name(tmp_path: Path) -> None:
    path = tmp_path / "beams.txt"
    path.write_text(ATOLL, encoding="utf-8")
    file = read_antenna_file(path)
    assert choose_pattern(file, "beam_2") is file.patterns[2]
    assert choose_patterns(file, ["beam_3", "*_0", "beam_?"]) == file.patterns
    assert choose_patterns(file, ["beam_3", "beam_1"]) == (file.patterns[1], file.patterns[3])
    with pytest.raises(InputError, match=r'file holds 4 patterns. Choose one with pattern = "NAME": beam_0, beam_1'):
        choose_pattern(file, None)
    with pytest.raises(InputError, match=r"pattern: there is no pattern 'Beam-3'. The nearest: beam_3, "):
        choose_pattern(file, "Beam-3")
    with pytest.raises(InputError) as caught:
        choose_patterns(file, ["beam_1", "ray_*", "Beam_1"])
    assert [problem.message for problem in caught.value.problems] == [
        "there is no pattern 'ray_*'",
        "there is no pattern 'Beam_1'",
    ]
