"""The arrays of a scenario as kernels take them, and what the patterns of its antennas radiate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from phusong.kernels.antennas.array import Array, envelope_gains, peak_gain
from phusong.kernels.antennas.element import Element
from phusong.kernels.antennas.sphere import middles, radiated_db
from phusong.kernels.antennas.table import COLUMNS, ROWS
from phusong.scenarios.antenna_tables import lay_antenna_table
from phusong.scenarios.schema import Antenna, ArrayAntenna, SectorAntenna, TableAntenna

_STEP_DEG = 1.0  # of the integral over the sphere: finer than the lobes of any panel


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


def antenna_notes(antennas: Mapping[str, Antenna]) -> Iterator[str]:
    """Yield a sentence for each array and table: what its map shows, and how its gain and its pattern agree."""
    for name, antenna in antennas.items():
        match antenna:
            case SectorAntenna():
                pass
            case ArrayAntenna():
                beams = len(antenna.beam_azimuths_deg) * len(antenna.beam_tilts_deg)
                shown = "one beam" if beams == 1 else f"the strongest of {beams} beams in each direction"
                least_db, most_db = beams_radiate_db(antenna)
                peak_dbi = peak_gain(element_of(antenna), array_of(antenna))
                yield (
                    f"Antenna '{name}' is an array of up to {peak_dbi:.1f} dBi, mapped by {shown}; integrated over the "
                    f"sphere a beam radiates {_span(least_db, most_db)} dB of what it is fed (M.2101 does not "
                    "normalise it)."
                )
            case TableAntenna():
                yield (
                    f"Antenna '{name}' follows its table; integrated over the sphere, gain and table radiate "
                    f"{table_radiates_db(antenna):+.1f} dB of what is fed (0 dB: they agree)."
                )


def beams_radiate_db(antenna: ArrayAntenna) -> tuple[float, float]:
    """Return the least and the most that a beam radiates over what it is fed [dB], at no tilt of the register."""
    horizontal_deg, vertical_deg = middles(_STEP_DEG)
    element, array = element_of(antenna), array_of(antenna)
    radiated = [
        radiated_db(
            envelope_gains(element, array, np.array([tilt]), np.array([azimuth]), horizontal_deg, vertical_deg),
            vertical_deg,
        )
        for tilt in antenna.beam_tilts_deg
        for azimuth in antenna.beam_azimuths_deg
    ]
    return min(radiated), max(radiated)


def table_radiates_db(antenna: TableAntenna) -> float:
    """Return what a table antenna radiates over what it is fed [dB]; 0 where its gain fits its table."""
    attenuation_db = lay_antenna_table(antenna.path).reshape(ROWS, COLUMNS)[:, :-1]  # the last column is the first
    return radiated_db(antenna.gain_dbi - attenuation_db, np.linspace(-90.0, 90.0, ROWS))


def _span(least_db: float, most_db: float) -> str:
    least, most = f"{least_db:+.1f}", f"{most_db:+.1f}"
    return least if least == most else f"{least} to {most}"
