"""Tabulated patterns: cuts and tables over the sphere, real patterns, and the CSV file of a scenario."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.kernels._jit import simd
from phusong.kernels.antennas.cuts import Cut, cut_attenuation, cuts_attenuation, lay_cuts, make_cut
from phusong.kernels.antennas.frame import angles, turn, turn_lanes
from phusong.kernels.antennas.sphere import radiated_db
from phusong.kernels.antennas.table import (
    COLUMNS,
    ROWS,
    Table,
    lay_table,
    make_table,
    table_attenuation,
    table_gain_lanes,
)
from phusong.kernels.lanes import load, store
from phusong.scenarios.antenna_files.pattern import lay_shape
from phusong.scenarios.antenna_files.read import read_antenna_file
from tests.shared_data import SHARED, needs_shared

FloatArray = npt.NDArray[np.float64]

CIRCLE_DEG = np.arange(0.0, 360.0, 1.0)


def parabola(beamwidth_deg: float, floor_db: float = 30.0, *, middle_deg: float = 0.0) -> FloatArray:
    """Attenuation of a cut of TR 38.901 at the angles of CIRCLE_DEG."""
    off = (CIRCLE_DEG - middle_deg + 180.0) % 360.0 - 180.0
    return np.minimum(12.0 * (off / beamwidth_deg) ** 2, floor_db)


HORIZONTAL = make_cut(CIRCLE_DEG, parabola(65.0, 25.0))
VERTICAL = make_cut(CIRCLE_DEG, parabola(7.0, 28.0, middle_deg=4.0))


def sphere() -> Table:
    horizontal_deg, vertical_deg = np.arange(-180.0, 180.0, 5.0), np.arange(-90.0, 91.0, 2.0)
    attenuation_db = 0.1 * np.abs(horizontal_deg) + 0.05 * (vertical_deg[:, None] - 4.0) ** 2 / 40.0
    return make_table(horizontal_deg, vertical_deg, attenuation_db)


def test_points_of_a_cut_are_met_and_between_them_it_is_linear() -> None:
    cut = make_cut([0, 90, 135, 180, 225, 270, 300, 330, 45], [0, 10, 15, 20, 22, 12, 8, 3, 5])
    for angle_deg, value in ((0, 0), (45, 5), (90, 10), (180, 20), (-180, 20), (-90, 12), (-30, 3)):
        assert cut_attenuation(cut, angle_deg) == pytest.approx(value)
    assert cut_attenuation(cut, 22.5) == pytest.approx(2.5)
    assert cut_attenuation(cut, -15.0) == pytest.approx(1.5)  # across 0: from 330 to 360
    across = make_cut(np.arange(-175.0, 180.0, 10.0), np.arange(36.0))
    assert cut_attenuation(across, 180.0) == cut_attenuation(across, -180.0) == pytest.approx(17.5)  # across the back


def test_angles_may_be_written_either_way_and_in_any_order() -> None:
    turned = make_cut((CIRCLE_DEG[::-1] + 180.0) % 360.0 - 180.0, parabola(65.0, 25.0)[::-1])
    for one, other in zip(turned, HORIZONTAL, strict=True):
        np.testing.assert_array_equal(one, other)


@settings(deadline=None, max_examples=60)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_both_cuts_are_met_where_they_lie(horizontal_deg: float, vertical_deg: float) -> None:
    """On the horizon of cuts that agree, ahead and behind; and the gain is never exceeded."""
    level = make_cut(CIRCLE_DEG, parabola(7.0, 25.0))
    assert cuts_attenuation(HORIZONTAL, level, horizontal_deg, 0.0) == pytest.approx(
        cut_attenuation(HORIZONTAL, horizontal_deg), abs=1e-9
    )
    assert cuts_attenuation(HORIZONTAL, VERTICAL, 0.0, vertical_deg) == pytest.approx(
        cut_attenuation(VERTICAL, vertical_deg), abs=1e-9
    )
    behind_deg = 180.0 - vertical_deg if vertical_deg > 0 else -180.0 - vertical_deg
    for back_deg in (180.0, -180.0):
        assert cuts_attenuation(HORIZONTAL, VERTICAL, back_deg, vertical_deg) == pytest.approx(
            cut_attenuation(VERTICAL, behind_deg), abs=1e-9
        )
    assert cuts_attenuation(HORIZONTAL, VERTICAL, horizontal_deg, vertical_deg) >= 0.0


def test_between_front_and_back_both_count_by_the_angle() -> None:
    """By hand: at 60 degrees a third of the back: H - 2/3 (H(0) - V(10)) - 1/3 (H(180) - V(170))."""
    flat = make_cut([0, 45, 90, 135, 180, 225, 270, 315], [0, 5, 10, 15, 20, 15, 10, 5])
    upright = make_cut([0, 10, 45, 90, 135, 170, 180, 225, 270, 315], [1, 3, 20, 30, 30, 26, 24, 30, 30, 20])
    by_hand = 60 / 9 - 2 / 3 * (0 - 3) - 1 / 3 * (20 - 26)
    assert cuts_attenuation(flat, upright, 60.0, 10.0) == pytest.approx(by_hand)
    assert cuts_attenuation(flat, upright, -60.0, 10.0) == pytest.approx(by_hand)


def test_cuts_that_disagree_ahead_never_exceed_the_gain() -> None:
    lifted = make_cut(CIRCLE_DEG, np.maximum(parabola(65.0), 2.0))  # 2 dB ahead, where the other says 0
    assert cuts_attenuation(lifted, VERTICAL, 6.0, 4.0) == 0.0


def test_a_table_meets_its_posts_and_wraps_round() -> None:
    table = sphere()
    assert table_attenuation(table, 0.0, 4.0) == pytest.approx(0.0)
    assert table_attenuation(table, 2.5, 4.0) == pytest.approx(0.25)
    assert table_attenuation(table, 177.5, 4.0) == pytest.approx(17.75)
    assert table_attenuation(table, 180.0, 4.0) == table_attenuation(table, -180.0, 4.0) == pytest.approx(18.0)
    assert table_attenuation(table, 0.0, 5.0) == pytest.approx(0.05 * 4.0 / 40.0 / 2.0)
    assert table_attenuation(table, 0.0, 90.0) == pytest.approx(0.05 * 86.0**2 / 40.0)
    assert table_attenuation(table, 0.0, -90.0) == pytest.approx(0.05 * 94.0**2 / 40.0)


@pytest.mark.parametrize(
    ("angle_deg", "attenuation_db", "words"),
    [
        (CIRCLE_DEG, parabola(65.0) - 0.01, ["-0.01 dB is out of range"]),
        (CIRCLE_DEG, parabola(65.0) * 4, ["100.385 dB is out of range"]),
        (CIRCLE_DEG, np.where(CIRCLE_DEG == 7, np.nan, 0.0), ["nan dB is out of range"]),
        (CIRCLE_DEG + 2, parabola(65.0), ["361 is out of range"]),
        (CIRCLE_DEG - 181, parabola(65.0), ["-181 is out of range"]),
        ([0, 90, 180, 270], [0, 1, 2, 101], ["101 dB", "no point between -180 and -90 degrees"]),
        (np.append(CIRCLE_DEG, 360), np.append(parabola(65.0), 0), ["the angle 0 stands twice"]),
        ([*CIRCLE_DEG, 7], [*parabola(65.0), 0], ["the angle 7 stands twice"]),
        (np.arange(-90, 91), np.zeros(181), ["no point between 90 and 270 degrees"]),
        ([], [], ["Give one attenuation for each angle"]),
        ([0, 1], [0], ["the shapes are (2,) and (1,)"]),
    ],
)
def test_what_is_wrong_with_a_cut(angle_deg: npt.ArrayLike, attenuation_db: npt.ArrayLike, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        make_cut(angle_deg, attenuation_db)
    assert len(caught.value.problems) == len(words)
    for problem, word in zip(caught.value.problems, words, strict=True):
        assert word in str(problem)


def test_the_widest_gap_and_the_highest_attenuation_are_allowed() -> None:
    make_cut(np.arange(0.0, 360.0, 45.0), [0, 10, 20, 50, 100, 50, 20, 10])
    with pytest.raises(InputError, match=r"no point between 0 and 45\.1 degrees"):
        make_cut([0, 45.1, 90, 135, 180, 225, 270, 315], np.zeros(8))


@pytest.mark.parametrize(
    ("horizontal_deg", "vertical_deg", "words"),
    [
        (np.arange(0, 360, 30), np.arange(-80, 81, 20), ["the rows go from -80 to 80"]),
        (np.arange(0, 270, 30), np.arange(-90, 91, 20), ["between -120 and 0"]),
        (np.arange(0, 360, 30), [-90, -30, 30, 91], ["91 is out of range"]),
        (
            [*range(0, 360, 30), -30],
            [-90, -45, 0, 0, 45, 90],
            ["the angle -30 stands twice", "the angle 0 stands twice"],
        ),
    ],
)
def test_what_is_wrong_with_a_table(
    horizontal_deg: npt.ArrayLike, vertical_deg: npt.ArrayLike, words: list[str]
) -> None:
    shape = np.size(vertical_deg), np.size(horizontal_deg)
    with pytest.raises(InputError) as caught:
        make_table(horizontal_deg, vertical_deg, np.zeros(shape))
    assert len(caught.value.problems) == len(words)
    for problem, word in zip(caught.value.problems, words, strict=True):
        assert word in str(problem)
    with pytest.raises(InputError, match="Give a row for each vertical"):
        make_table(horizontal_deg, vertical_deg, np.zeros(shape[::-1]))


@simd
def _gains(
    tilt_deg: float, laid_db: npt.NDArray[np.float32], east_m: npt.NDArray[np.float32],
    north_m: npt.NDArray[np.float32], down_m: npt.NDArray[np.float32], out: npt.NDArray[np.float32],
) -> None:  # fmt: skip
    for row in range(north_m.size):
        for start in range(0, east_m.size, 16):
            along_m, right_m, below_m = turn_lanes(250.0, 3.0, load(east_m, start), north_m[row], load(down_m, start))
            store(out[row], start, table_gain_lanes(17.0, tilt_deg, laid_db, along_m, right_m, below_m))


def worst_error_db(
    laid_db: npt.NDArray[np.float32], attenuation: Callable[[float, float], float], *, within_db: float = math.inf
) -> float:
    """Return the greatest difference of the vector form to the definition, at a tilt of 4 degrees [dB]."""
    rng = np.random.default_rng(9)
    north_m = rng.uniform(-2000, 2000, 96).astype(np.float32)
    east_m = rng.uniform(-2000, 2000, 96).astype(np.float32)
    down_m = rng.uniform(-600, 600, 96).astype(np.float32)
    east_m[0], north_m[0] = 0.0, 0.0  # straight below
    out = np.empty((96, 96), dtype=np.float32)
    _gains(4.0, laid_db, east_m, north_m, down_m, out)
    exact = np.empty(out.shape)
    for row, north in enumerate(north_m.tolist()):
        for place, (east, down) in enumerate(zip(east_m.tolist(), down_m.tolist(), strict=True)):
            horizontal_deg, vertical_deg = angles(*turn(250.0, 3.0, east, north, down))
            exact[row, place] = 17.0 - attenuation(horizontal_deg, min(max(vertical_deg - 4.0, -90.0), 90.0))
    assert np.isfinite(out).all()
    main = exact > exact.max() - within_db
    assert main.sum() > 100
    return float(np.abs(out - exact)[main].max())


def test_the_vector_form_equals_the_definition() -> None:
    """Points at whole degrees are met exactly; others to 0.05 dB where the pattern is not more than 20 dB down."""
    laid_db = lay_cuts(HORIZONTAL, VERTICAL)
    assert laid_db.shape == (ROWS * COLUMNS,)
    assert worst_error_db(laid_db, lambda h, v: cuts_attenuation(HORIZONTAL, VERTICAL, h, v)) < 2e-4
    table = sphere()
    assert worst_error_db(lay_table(table), lambda h, v: table_attenuation(table, h, v)) < 2e-4
    odd_deg = np.arange(0.0, 360.0, 0.37)
    off = (odd_deg + 180.0) % 360.0 - 180.0
    flat, upright = (make_cut(odd_deg, np.minimum(12.0 * (off / width) ** 2, 30.0)) for width in (65.0, 6.0))
    error_db = worst_error_db(
        lay_cuts(flat, upright), lambda h, v: cuts_attenuation(flat, upright, h, v), within_db=20.0
    )
    assert 1e-4 < error_db < 0.05


def shared_pattern(name: str) -> tuple[float, Cut, Cut]:
    """Return gain [dBi] and cuts of a real file."""
    pattern = read_antenna_file(SHARED / "data" / "antenna" / name).patterns[0]
    assert pattern.gain_dbi is not None
    assert not isinstance(pattern.shape, Table)
    return pattern.gain_dbi, *pattern.shape


def table_radiates_db(gain_dbi: float, horizontal: Cut, vertical: Cut) -> float:
    laid_db = lay_cuts(horizontal, vertical).reshape(ROWS, COLUMNS)[:, :-1]
    return radiated_db(gain_dbi - laid_db, np.linspace(-90.0, 90.0, ROWS))


@needs_shared
@pytest.mark.parametrize(("name", "tilt_deg"), [("B800A065-18-0E.pln", 0), ("B800A065-18-4E.pln", 4)])
def test_a_real_panel(name: str, tilt_deg: int) -> None:
    """65 degrees by 11.2, the beam at its electrical tilt, -33 dB behind; gain and pattern agree over the sphere.

    Behind, the two cuts of this panel differ by up to 5 dB, which moves the side of the horizon by a share of that.
    """
    gain_dbi, horizontal, vertical = shared_pattern(name)
    assert gain_dbi == pytest.approx(15.75)
    attenuation = [cuts_attenuation(horizontal, vertical, 0.0, float(v)) for v in range(-90, 91)]
    assert int(np.argmin(attenuation)) - 90 == pytest.approx(tilt_deg, abs=1)
    assert cut_attenuation(horizontal, 32.5) == pytest.approx(3.0, abs=0.05)
    assert cuts_attenuation(horizontal, vertical, 32.5, tilt_deg) == pytest.approx(3.0, abs=1.0)
    assert cuts_attenuation(horizontal, vertical, 180.0, 0.0) > 24.0
    assert table_radiates_db(gain_dbi, horizontal, vertical) == pytest.approx(0.0, abs=0.2)
    assert (
        worst_error_db(lay_cuts(horizontal, vertical), lambda h, v: cuts_attenuation(horizontal, vertical, h, v))
        < 0.02  # at the edge of the 0 dB
    )


CUTS_CSV = "cut,angle_deg,attenuation_db\n" + "".join(
    f"{name},{angle},{value:g}\n"
    for name, beamwidth in (("horizontal", 65.0), ("vertical", 7.0))
    for angle, value in zip(range(360), parabola(beamwidth), strict=True)
)
SPHERE_CSV = "horizontal_deg,vertical_deg,attenuation_db\n" + "".join(
    f"{h},{v},{min(abs(h) / 9 + abs(v) / 3, 40):g}\n" for h in range(-180, 180, 30) for v in range(-90, 91, 15)
)


def written(folder: Path, text: str) -> Path:
    path = folder / "pattern.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_files_of_both_sorts_are_read(tmp_path: Path) -> None:
    pattern = read_antenna_file(written(tmp_path, CUTS_CSV)).patterns[0].shape
    assert not isinstance(pattern, Table)
    assert cuts_attenuation(*pattern, 32.5, 0.0) == pytest.approx(3.0, abs=0.01)
    assert lay_shape(pattern).reshape(ROWS, COLUMNS)[360, 720] == 0.0
    table = read_antenna_file(written(tmp_path, SPHERE_CSV)).patterns[0].shape
    assert isinstance(table, Table)
    assert table_attenuation(table, 45.0, 15.0) == pytest.approx(10.0, abs=1e-4)
    assert lay_shape(table).reshape(ROWS, COLUMNS)[360, 0] == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["it is empty"]),
        ("angle,loss\n0,1\n", ["no format of antennas begins with 'angle,loss'. Give a CSV file with"]),
        ("cut,angle,attenuation_db\n", ["row 1: the columns are 'cut', 'angle', 'attenuation_db'. Give cut,"]),
        (
            CUTS_CSV.replace("horizontal,5,", "Horizontal,5,").replace("vertical,9,19.8367", 'vertical,9,"19,8"')
            .replace("vertical,10,", "vertical,-190,").replace("vertical,11,29.6327", "vertical,11,"),
            [
                "row 7, cut: there is no cut 'Horizontal'. Use horizontal or vertical",
                "row 371, attenuation_db: '19,8' is not a number. Give a number from 0 to 100, with a decimal point",
                "row 372, angle_deg: '-190' is out of range. Give a number from -180 to 360",
                "row 373, attenuation_db: '' is not a number",
            ],
        ),
        (
            CUTS_CSV.replace("vertical,", "horizontal,7."),
            ["(horizontal cut), angle_deg: the angle 7", "there is no vertical cut"],
        ),
        (
            "".join(line for line in CUTS_CSV.splitlines(True) if not line.startswith(("vertical,1", "vertical,2"))),
            ["pattern.csv (vertical cut), angle_deg: there is no point between 99 and 300 degrees"],
        ),
        (
            SPHERE_CSV.replace("\n30,15,", "\n30,30,"),
            ["horizontal 30, vertical 15 is missing", "horizontal 30, vertical 30 stands twice"],
        ),
        (SPHERE_CSV.replace(",90,", ",80,"), ["the rows go from -90 to 80 degrees"]),
        (
            SPHERE_CSV.replace(",90,", ",91,"),
            ["row 14, vertical_deg: '91' is out of range. Give a number from -90 to 90"],
        ),
    ],
)  # fmt: skip
def test_every_problem_of_a_file_with_its_row(tmp_path: Path, text: str, words: list[str]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_antenna_file(path)
    said = [str(problem) for problem in caught.value.problems]
    for word in words:
        assert any(word in line for line in said), (word, said[:5])
    assert all(str(path) in line for line in said)
