"""The table of land cover classes: the shipped one, what a table may leave out, and everything that can be wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from phusong.errors import InputError
from phusong.kernels.empirical import spm
from phusong.scenarios.land_cover import DEFAULT_SIGMA_DB, NO_CLASS, TERMINAL_CLASSES, WORLDCOVER, classify
from phusong.scenarios.land_cover_classes import read_classes
from phusong.terrain.land_cover import NO_CODE


def test_the_shipped_table_is_that_of_worldcover() -> None:
    classes = {one.code: one for one in read_classes(WORLDCOVER)}
    assert list(classes) == [10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100]
    assert classes[10][1:] == ("tree cover", 15.0, spm.CLUTTER_OFFSETS_DB["woodland"], 8.0, "forest", "")
    assert classes[40][1:] == ("cropland", 0.0, spm.CLUTTER_OFFSETS_DB["open"], 7.0, "rural", "")
    assert classes[50][1:] == ("built-up", 10.0, spm.CLUTTER_OFFSETS_DB["suburban"], 8.0, "suburban", "")
    assert classes[80][1:] == ("permanent water", 0.0, spm.CLUTTER_OFFSETS_DB["water"], 6.0, "water", "")
    assert all(one.location_sigma_db == DEFAULT_SIGMA_DB[one.terminal_class] for one in classes.values())
    with WORLDCOVER.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all("Recommendation ITU-R P." in row["source"] for row in rows)
    for column in ("location_sigma_source", "terminal_class_source"):
        assert all("general engineering practice" in row[column] for row in rows)


def test_what_a_table_does_not_give_is_assumed_and_marked(tmp_path: Path) -> None:
    """The terminal class follows from the class of the SPM, the sigma from the terminal class."""
    path = tmp_path / "classes.csv"
    header = "code,name,clutter_height_m,spm_class,spm_offset_db"
    rows = ["1,houses,10,suburban,", "2,trees,15,woodland,", "3,scrub,4,,-5"]
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    bare = read_classes(path)
    assert [one[4:] for one in bare] == [
        (8.0, "suburban", "terminal_class location_sigma_db"),
        (8.0, "forest", "terminal_class location_sigma_db"),
        (7.0, "rural", "terminal_class location_sigma_db"),
    ]
    given = [f"{row},{ends}" for row, ends in zip(rows, ("urban,", ",0", "dense_urban,20"), strict=True)]
    path.write_text("\n".join([f"{header},terminal_class,location_sigma_db", *given]), encoding="utf-8")
    assert [one[4:] for one in read_classes(path)] == [
        (9.0, "urban", "location_sigma_db"),
        (0.0, "forest", "terminal_class"),
        (20.0, "dense_urban", ""),
    ]


def test_terminal_classes_and_sigmas_have_limits(tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    path.write_text(
        "code,name,clutter_height_m,spm_class,terminal_class,location_sigma_db\n1,a,0,open,village,-0.1\n"
        "2,b,0,open,Urban,20.1\n3,c,0,open,water,wide\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        read_classes(path)
    found = {(one.row, one.field): one for one in caught.value.problems}
    assert found.keys() == {
        (2, "terminal_class"), (2, "location_sigma_db"), (3, "terminal_class"), (3, "location_sigma_db"),
        (4, "location_sigma_db"),
    }  # fmt: skip
    assert "'village'" in found[2, "terminal_class"].message
    assert "Did you mean 'urban'?" in found[3, "terminal_class"].remedy
    assert all(name in found[2, "terminal_class"].remedy for name in TERMINAL_CLASSES)
    assert "from 0 to 20" in found[3, "location_sigma_db"].message


def test_the_classes_look_up_sigma_and_terminal_class() -> None:
    codes = np.array([[10, 80], [50, NO_CODE]], dtype=np.int32)
    cover = classify(codes, read_classes(WORLDCOVER), source="here", made=True)
    assert cover.location_sigma_db().dtype == np.float32
    assert np.array_equal(cover.location_sigma_db(), np.array([[8.0, 6.0], [8.0, np.nan]]), equal_nan=True)
    index = cover.terminal_class_index()
    assert index.dtype == np.uint8
    assert [TERMINAL_CLASSES[place] for place in index.ravel()[:3]] == ["forest", "water", "suburban"]
    assert index[1, 1] == NO_CLASS
    part = cover.window(0, 1, 0, 2)
    assert (part.of_pixel.shape, part.source, part.made) == ((1, 2), "here", True)


def test_all_that_is_wrong_with_a_table_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    path.write_text(
        "code,name,clutter_height_m,spm_class,spm_offset_db\n10,trees,tall,woodland,\n10,houses,10,suburb,\n"
        "2.5,,1,open,\n30,grass,151,open,-3\n40,crops,0,,\nx,rice,0,,-9999\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        read_classes(path)
    found = {(one.row, one.field): one for one in caught.value.problems}
    assert found.keys() == {
        (2, "clutter_height_m"), (3, "code"), (3, "spm_class"), (4, "code"), (4, "name"), (5, "clutter_height_m"),
        (5, "spm_class"), (6, "spm_class"), (7, "code"), (7, "spm_offset_db"),
    }  # fmt: skip
    assert "10 stands already in row 2" in found[3, "code"].message
    assert "Did you mean 'suburban'?" in found[3, "spm_class"].remedy
    assert "both an spm_class and" in found[5, "spm_class"].message
    assert "neither an spm_class nor" in found[6, "spm_class"].message
    assert {one.file for one in caught.value.problems} == {str(path)}


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("code,name,height,spm_class", {"clutter_height_m"}),
        ("code,name,clutter_height_m,class", {"spm_class"}),
        ("id,label,clutter_height_m,spm_class", {"code", "name"}),
    ],
)
def test_wrong_columns_are_told(tmp_path: Path, header: str, fields: set[str]) -> None:
    path = tmp_path / "classes.csv"
    path.write_text(f"{header}\n10,trees,15,woodland\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_classes(path)
    assert {(one.row, one.field) for one in caught.value.problems} == {(1, field) for field in fields}


def test_no_more_classes_than_a_byte_counts(tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    rows = [f"{code},class {code},0,open\n" for code in range(256)]
    path.write_text("code,name,clutter_height_m,spm_class\n" + "".join(rows[:255]), encoding="utf-8")
    classes = read_classes(path)
    cover = classify(np.array([[254, NO_CODE, 0]], dtype=np.int32), classes)
    assert cover.of_pixel.tolist() == [[254, NO_CLASS, 0]]
    assert cover.is_known.tolist() == [[True, False, True]]
    path.write_text("code,name,clutter_height_m,spm_class\n" + "".join(rows), encoding="utf-8")
    with pytest.raises(InputError, match="256 classes"):
        read_classes(path)
