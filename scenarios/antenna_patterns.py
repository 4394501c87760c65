"""The arrays of a scenario as kernels take them, and what the patterns of its antennas radiate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from phusong.kernels.antennas.array import Array, Beam, Factors, beam_gains, envelope_factors
from phusong.kernels.antennas.element import Element
from phusong.kernels.antennas.sphere import middles, radiated_db
from phusong.scenarios.antenna_tables import beams_radiated_db, read_tabulated, tabulated_note
from phusong.scenarios.schema import Antenna, ArrayAntenna, BeamsAntenna, SectorAntenna, TableAntenna

FloatArray = npt.NDArray[np.float64]

_STEP_DEG = 1.0  # of the integral over the sphere: two to a lobe of the longest array


def element_of(antenna: ArrayAntenna) -> Element:
    """Return the element of an array."""
    return Element(
        antenna.element_gain_dbi,
        antenna.horizontal_beamwidth_deg,
        antenna.vertical_beamwidth_deg,
        antenna.front_to_back_db,
        antenna.side_lobe_db,
    )


def array_of(antenna: ArrayAntenna) -> Array:
    """Return the arrangement of the elements."""
    return Array(
        antenna.rows,
        antenna.columns,
        antenna.vertical_spacing,
        antenna.horizontal_spacing,
        antenna.subarray_rows,
        antenna.subarray_spacing,
        antenna.subarray_tilt_deg,
    )


def beam_tilts(antenna: ArrayAntenna, electrical_tilt_deg: float) -> FloatArray:
    """Return the tilts of the beams, all lowered by the register's electrical tilt [deg], shape (tilts,)."""
    return np.array(antenna.beam_tilts_deg) + electrical_tilt_deg


def beams_radiate_db(antenna: ArrayAntenna, tilts_deg: FloatArray) -> FloatArray:
    """Return what each beam of M.2101 radiates over what it is fed [dB], shape (tilts, azimuths)."""
    horizontal_deg, vertical_deg = middles(_STEP_DEG)
    element, array = element_of(antenna), array_of(antenna)
    return np.array(
        [
            [
                radiated_db(beam_gains(element, array, Beam(tilt, azimuth), horizontal_deg, vertical_deg), vertical_deg)
                for azimuth in antenna.beam_azimuths_deg
            ]
            for tilt in tilts_deg.tolist()
        ]
    )


def lay_array(antenna: ArrayAntenna, electrical_tilt_deg: float) -> Factors:
    """Return the factors of an array that a raster looks up, shape (tilts, 2, POINTS) [dB]."""
    tilts_deg, azimuths_deg = beam_tilts(antenna, electrical_tilt_deg), np.array(antenna.beam_azimuths_deg)
    excess_db = np.zeros((tilts_deg.size, azimuths_deg.size))
    if antenna.normalized:
        excess_db = beams_radiate_db(antenna, tilts_deg)
    return envelope_factors(array_of(antenna), tilts_deg, azimuths_deg, excess_db)


def antenna_notes(antennas: Mapping[str, Antenna]) -> Iterator[str]:
    """Yield sentences on arrays, tables and beams: what was read, what maps show, how gain and pattern agree."""
    for name, antenna in antennas.items():
        match antenna:
            case SectorAntenna():
                pass
            case ArrayAntenna():
                yield f"Antenna '{name}': {_array_note(antenna)}."
            case TableAntenna() | BeamsAntenna():
                tabulated = read_tabulated(antenna)
                yield f"Antenna '{name}': {tabulated_note(antenna, tabulated)}."
                yield f"Antenna '{name}': {_radiates_note(beams_radiated_db(tabulated))}."


def _array_note(antenna: ArrayAntenna) -> str:
    excess_db = beams_radiate_db(antenna, beam_tilts(antenna, 0.0))
    parts = "elements" if antenna.subarray_rows == 1 else f"sub-arrays of {antenna.subarray_rows} elements"
    beams = "one beam" if excess_db.size == 1 else f"the strongest of {excess_db.size} beams in each direction"
    law = (
        f"normalised over the sphere (M.2101 alone radiates {_span(excess_db)} dB over what is fed)"
        if antenna.normalized
        else f"by M.2101 as it stands: over the whole sphere a beam radiates {_span(excess_db)} dB over what is fed"
    )
    return f"{antenna.rows} x {antenna.columns} {parts}, {beams}, {law}"


def _radiates_note(excess_db: FloatArray) -> str:
    if excess_db.size == 1:
        radiated = f"its gain and table radiate {_span(excess_db)} dB over what is fed"
        return f"over the whole sphere {radiated} (0 dB: they agree)"
    return (
        f"the strongest of {excess_db.size} beams in each direction; over the whole sphere a beam radiates "
        f"{_span(excess_db)} dB over what is fed (0 dB: gain and pattern agree)"
    )


def _span(values_db: FloatArray) -> str:
    least, most = f"{values_db.min():+.1f}", f"{values_db.max():+.1f}"
    return least if least == most else f"{least} to {most}"
