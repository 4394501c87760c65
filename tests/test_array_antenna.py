"""Elements, arrays and beams: hand-made values, an independent program, the sphere, and the vector form."""

from __future__ import annotations

import math
import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.kernels._jit import simd
from phusong.kernels.antennas.array import (
    POINTS,
    Array,
    Beam,
    array_gain_lanes,
    beam_gain,
    beam_gains,
    envelope_factors,
    envelope_gain,
    line_gain,
)
from phusong.kernels.antennas.element import Element, element_gain
from phusong.kernels.antennas.frame import angles, turn, turn_lanes
from phusong.kernels.antennas.sphere import middles, radiated_db
from phusong.kernels.lanes import load, store

FloatArray = npt.NDArray[np.float64]

ELEMENT = Element(8.0, 65.0, 65.0, 30.0, 30.0)
ISOTROPIC = Element(0.0, 1e9, 1e9, 0.0, 0.0)
SINGLE = Array(1, 1, 0.5, 0.5, 1, 0.7, 0.0)
PANEL = Array(8, 8, 0.7, 0.5, 1, 0.7, 0.0)
SUBARRAYS = Array(4, 8, 2.1, 0.5, 3, 0.7, 3.0)
AHEAD = Beam(0.0, 0.0)
SSB_DEG = np.arange(-52.5, 60.0, 15.0)
DIRECTIONS = np.random.default_rng(3)
HORIZONTAL_DEG = np.concatenate([DIRECTIONS.uniform(-180, 180, 600), DIRECTIONS.uniform(-60, 60, 600)])
VERTICAL_DEG = np.concatenate([DIRECTIONS.uniform(-90, 90, 600), DIRECTIONS.uniform(-15, 15, 600)])

horizontals = st.floats(-180, 180)
verticals = st.floats(-90, 90)


@pytest.mark.parametrize(
    ("horizontal_deg", "vertical_deg", "gain_dbi"),
    [
        (0.0, 0.0, 8.0),
        (32.5, 0.0, 5.0),  # half the beamwidth: 3 dB
        (-32.5, 0.0, 5.0),
        (0.0, -65.0, -4.0),
        (65.0, 65.0, -16.0),  # 12 dB and 12 dB
        (102.0, 0.0, 8.0 - 12 * (102 / 65) ** 2),  # just above the floor
        (103.0, 0.0, -22.0),
        (180.0, 90.0, -22.0),  # the sum ends at the front-to-back ratio
    ],
)
def test_element_by_hand(horizontal_deg: float, vertical_deg: float, gain_dbi: float) -> None:
    assert element_gain(ELEMENT, horizontal_deg, vertical_deg) == pytest.approx(gain_dbi, abs=1e-12)


def test_beams_by_hand() -> None:
    """Where a beam points all elements are in phase; at the first null of a line half of them undo the others."""
    in_phase_db = 10 * math.log10(64)
    assert beam_gain(ELEMENT, PANEL, AHEAD, 0.0, 0.0) == pytest.approx(8.0 + in_phase_db)
    steered = Beam(7.0, 30.0)
    assert beam_gain(ELEMENT, PANEL, steered, 30.0, 7.0) == pytest.approx(
        element_gain(ELEMENT, 30.0, 7.0) + in_phase_db
    )
    null_deg = math.degrees(math.asin(1 / (8 * 0.5)))
    assert beam_gain(ELEMENT, PANEL, AHEAD, null_deg, 0.0) < -60.0
    assert line_gain(8, 0.5, 1 / (8 * 0.5)) == -100.0  # M.2101 gives no floor; ours
    assert line_gain(2, 0.5, 0.5) == pytest.approx(0.0, abs=1e-12)  # 90 degrees apart: 2 powers, 2 elements


def test_a_subarray_is_a_column_of_its_elements() -> None:
    """Tilted alike, 4 sub-arrays of 3 are 12 elements; the steering of sub-arrays by themselves is not."""
    long = Array(12, 8, 0.7, 0.5, 1, 0.7, 0.0)
    for horizontal_deg, vertical_deg in zip(HORIZONTAL_DEG[::40], VERTICAL_DEG[::40], strict=True):
        alike = beam_gain(ELEMENT, SUBARRAYS, Beam(3.0, 20.0), horizontal_deg, vertical_deg)
        assert alike == pytest.approx(beam_gain(ELEMENT, long, Beam(3.0, 20.0), horizontal_deg, vertical_deg), abs=1e-6)
    loss_db = beam_gain(ELEMENT, long, Beam(9.0, 0.0), 0.0, 9.0) - beam_gain(
        ELEMENT, SUBARRAYS, Beam(9.0, 0.0), 0.0, 9.0
    )
    assert loss_db == pytest.approx(
        -line_gain(3, 0.7, math.sin(math.radians(9)) - math.sin(math.radians(3))) + 10 * math.log10(3)
    )


@pytest.fixture(scope="module")
def pycraf() -> Any:
    """The antenna patterns of pycraf, an independent program, with plain numbers in and out."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The TestRunner")  # of astropy, met while it is imported
        from astropy import units
        from pycraf import conversions
        from pycraf.antenna import imt as untyped_imt
    imt: Any = untyped_imt
    dbi, db, deg, ratio = conversions.dBi, conversions.dB, units.deg, conversions.dimless

    def element(one: Element) -> tuple[Any, ...]:
        return (
            one.gain_dbi * dbi, one.front_to_back_db * db, one.side_lobe_db * db,
            one.horizontal_beamwidth_deg * deg, one.vertical_beamwidth_deg * deg,
        )  # fmt: skip

    def single(one: Element) -> FloatArray:
        gain = imt.imt2020_single_element_pattern(HORIZONTAL_DEG * deg, -VERTICAL_DEG * deg, *element(one))
        return np.asarray(gain.to_value(dbi))

    def composite(one: Element, array: Array, beam: Beam) -> FloatArray:
        where = (HORIZONTAL_DEG * deg, -VERTICAL_DEG * deg, beam.azimuth_deg * deg, -beam.tilt_deg * deg)
        spacings = (array.horizontal_spacing * ratio, array.vertical_spacing * ratio)
        if array.subarray_rows == 1:
            gain = imt.imt2020_composite_pattern(*where, *element(one), *spacings, array.columns, array.rows)
        else:
            gain = imt.imt2020_composite_pattern_extended(
                *where, *element(one), *spacings, array.subarray_spacing * ratio, array.columns, array.rows,
                array.subarray_rows, array.subarray_tilt_deg * deg,
            )  # fmt: skip
        return np.asarray(gain.to_value(dbi))

    return SimpleNamespace(single=single, composite=composite)


@pytest.mark.parametrize(
    "element", [ELEMENT, Element(6.4, 90.0, 65.0, 30.0, 30.0), Element(5.0, 80.0, 30.0, 25.0, 18.0)]
)
def test_elements_equal_pycraf(pycraf: Any, element: Element) -> None:
    ours = [element_gain(element, h, v) for h, v in zip(HORIZONTAL_DEG, VERTICAL_DEG, strict=True)]
    np.testing.assert_allclose(ours, pycraf.single(element), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("array", "beam"),
    [
        (Array(8, 8, 0.5, 0.5, 1, 0.7, 0.0), AHEAD),
        (PANEL, Beam(6.0, -40.0)),
        (Array(4, 16, 0.9, 0.6, 1, 0.7, 0.0), Beam(-5.0, 25.0)),
        (Array(1, 8, 0.5, 0.5, 1, 0.7, 0.0), Beam(10.0, 50.0)),
        (Array(16, 1, 0.8, 0.5, 1, 0.7, 0.0), Beam(3.0, 0.0)),
        (SUBARRAYS, Beam(6.0, 20.0)),
        (Array(8, 4, 1.4, 0.5, 2, 0.7, -2.0), Beam(-1.0, -15.0)),
    ],
)
def test_beams_equal_pycraf(pycraf: Any, array: Array, beam: Beam) -> None:
    """To 1e-6 dB down to -40 dBi; below, near the nulls, both are what rounding leaves of a difference."""
    ours = np.array([beam_gain(ELEMENT, array, beam, h, v) for h, v in zip(HORIZONTAL_DEG, VERTICAL_DEG, strict=True)])
    theirs = pycraf.composite(ELEMENT, array, beam)
    clear = theirs > -40.0
    assert clear.sum() > 800
    np.testing.assert_allclose(ours[clear], theirs[clear], rtol=0, atol=1e-6)
    assert (ours[~clear] < -39.0).all()


def radiated(element: Element, array: Array, beam: Beam, step_deg: float = 1.0) -> float:
    horizontal_deg, vertical_deg = middles(step_deg)
    return radiated_db(beam_gains(element, array, beam, horizontal_deg, vertical_deg), vertical_deg)


def test_what_is_radiated_in_all() -> None:
    assert radiated(ISOTROPIC, SINGLE, AHEAD, 2.0) == pytest.approx(0.0, abs=1e-9)
    # The figures of TR 38.901 hold losses: 8 dBi with 65 degrees by 65 would be 9.8 dBi without.
    assert radiated(ELEMENT, SINGLE, AHEAD) == pytest.approx(-1.826, abs=0.002)
    # M.2101 multiplies gains: half a wavelength apart the elements are too close for 8 dBi each.
    assert radiated(ELEMENT, Array(8, 8, 0.5, 0.5, 1, 0.7, 0.0), AHEAD) == pytest.approx(2.616, abs=0.005)


@settings(deadline=None, max_examples=10)
@given(st.integers(1, 12), st.floats(0.2, 1.5), st.floats(-30, 30))
def test_a_line_of_isotropic_elements_radiates_what_theory_says(count: int, spacing: float, tilt_deg: float) -> None:
    """Mean of |sum|^2 over the sphere: 1 + 2 sum (1 - k/N) sinc(2 k d) cos(2 pi k d sin(tilt)); 0 dB at d = 1/2."""
    k = np.arange(1, count)
    steered = math.sin(math.radians(tilt_deg))
    terms = (1 - k / count) * np.sinc(2 * k * spacing) * np.cos(2 * np.pi * k * spacing * steered)
    line = Array(count, 1, spacing, 0.5, 1, 0.7, 0.0)
    assert radiated(ISOTROPIC, line, Beam(tilt_deg, 0.0)) == pytest.approx(
        10 * math.log10(1 + 2 * terms.sum()), abs=0.01
    )


@settings(deadline=None, max_examples=60)
@given(horizontals, verticals, st.integers(1, 12), st.integers(1, 12), st.floats(-10, 10), st.floats(-60, 60))
def test_no_beam_exceeds_all_elements_in_phase(
    horizontal_deg: float, vertical_deg: float, rows: int, columns: int, tilt_deg: float, azimuth_deg: float
) -> None:
    array = SUBARRAYS._replace(rows=rows, columns=columns)
    gain_dbi = beam_gain(ELEMENT, array, Beam(tilt_deg, azimuth_deg), horizontal_deg, vertical_deg)
    assert gain_dbi <= element_gain(ELEMENT, horizontal_deg, vertical_deg) + 10 * math.log10(rows * columns * 3) + 1e-9
    mirrored_dbi = beam_gain(ELEMENT, array, Beam(tilt_deg, -azimuth_deg), -horizontal_deg, vertical_deg)
    if gain_dbi > -40.0:
        assert mirrored_dbi == pytest.approx(gain_dbi, abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(horizontals, verticals)
def test_the_envelope_is_the_strongest_beam(horizontal_deg: float, vertical_deg: float) -> None:
    tilts_deg = np.array([2.0, 9.0])
    excess_db = np.linspace(-2.0, 3.0, 16).reshape(2, 8)
    each = [
        beam_gain(ELEMENT, PANEL, Beam(tilt, azimuth), horizontal_deg, vertical_deg) - excess_db[i, j]
        for i, tilt in enumerate(tilts_deg)
        for j, azimuth in enumerate(SSB_DEG)
    ]
    envelope_dbi = envelope_gain(ELEMENT, PANEL, tilts_deg, SSB_DEG, excess_db, horizontal_deg, vertical_deg)
    assert envelope_dbi == max(each)


@simd
def _gains(
    element: Element, factors: npt.NDArray[np.float32], azimuth_deg: float, tilt_deg: float,
    east_m: npt.NDArray[np.float32], north_m: npt.NDArray[np.float32], down_m: npt.NDArray[np.float32],
    out: npt.NDArray[np.float32],
) -> None:  # fmt: skip
    for row in range(north_m.size):
        for start in range(0, east_m.size, 16):
            along_m, right_m, below_m = turn_lanes(
                azimuth_deg, tilt_deg, load(east_m, start), north_m[row], load(down_m, start)
            )
            store(out[row], start, array_gain_lanes(element, factors, along_m, right_m, below_m))


@pytest.mark.parametrize(
    ("array", "tilts_deg", "tolerance_db"),
    [
        (PANEL, [6.0], 0.01),
        (PANEL, [2.0, 9.0], 0.01),
        (SUBARRAYS, [3.0], 0.01),
        (Array(16, 16, 0.7, 0.5, 1, 0.7, 0.0), [4.0], 0.015),
        (Array(32, 32, 0.7, 0.5, 1, 0.7, 0.0), [4.0], 0.03),
    ],
)
def test_the_vector_form_equals_the_definition(array: Array, tilts_deg: list[float], tolerance_db: float) -> None:
    """All round and near the beams, down to 20 dB below the peak; below that, nulls are filled a little."""
    tilts, excess_db = np.array(tilts_deg), np.zeros((len(tilts_deg), SSB_DEG.size))
    factors = envelope_factors(array, tilts, SSB_DEG, excess_db)
    assert factors.shape == (len(tilts_deg), 2, POINTS)
    assert np.isfinite(factors).all()
    rng = np.random.default_rng(7)
    east_m = rng.uniform(-2000, 2000, 64).astype(np.float32)
    north_m = rng.uniform(-2000, 2000, 64).astype(np.float32)
    down_m = rng.uniform(-500, 500, 64).astype(np.float32)
    east_m[0] = north_m[0] = down_m[0] = 0.0  # the antenna itself: as on the boresight
    out = np.empty((64, 64), dtype=np.float32)
    _gains(ELEMENT, factors, 30.0, 2.0, east_m, north_m, down_m, out)
    exact = np.empty_like(out)
    for row, north in enumerate(north_m.tolist()):
        for place, (east, down) in enumerate(zip(east_m.tolist(), down_m.tolist(), strict=True)):
            seen = angles(*turn(30.0, 2.0, east, north, down))
            exact[row, place] = envelope_gain(ELEMENT, array, tilts, SSB_DEG, excess_db, *seen)
    main = exact > exact.max() - 20.0
    assert main.sum() > 100
    np.testing.assert_allclose(out[main], exact[main], rtol=0, atol=tolerance_db)
    assert (out[~main] < exact.max() - 20.0 + tolerance_db).all()
    assert np.isfinite(out).all()


@settings(deadline=None, max_examples=40)
@given(st.floats(0, 360), st.floats(-180, 180), st.floats(-15, 15), st.floats(-60, 60))
def test_turning_the_antenna_turns_the_pattern(
    azimuth_deg: float, bearing_deg: float, tilt_deg: float, depression_deg: float
) -> None:
    """Seen from an antenna that is turned by an azimuth, a bearing is less by that azimuth, whatever the tilt."""

    def seen(azimuth: float, bearing: float) -> tuple[float, float]:
        flat = math.cos(math.radians(depression_deg))
        east, north = flat * math.sin(math.radians(bearing)), flat * math.cos(math.radians(bearing))
        return angles(*turn(azimuth, tilt_deg, east, north, math.sin(math.radians(depression_deg))))

    turned, plain = seen(azimuth_deg, azimuth_deg + bearing_deg), seen(0.0, bearing_deg)
    assert (turned[0] - plain[0] + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=1e-6)
    assert turned[1] == pytest.approx(plain[1], abs=1e-6)


def test_mechanical_tilt_in_the_frame() -> None:
    def seen(bearing_deg: float) -> tuple[float, float]:
        bearing = math.radians(bearing_deg)
        return angles(*turn(0.0, 6.0, math.sin(bearing), math.cos(bearing), 0.0))

    assert seen(0.0) == pytest.approx((0.0, -6.0))  # the horizon ahead lies above the boresight
    assert seen(180.0)[1] == pytest.approx(6.0)
    assert seen(90.0) == pytest.approx((90.0, 0.0))
