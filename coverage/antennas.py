"""From the antennas of a scenario to what compiled code looks up: figures for every cell, factors and tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from phusong.coverage.sectors import ARRAY, SECTOR, TABLE, Patterns
from phusong.kernels.antennas import array, table
from phusong.scenarios.antenna_patterns import lay_array
from phusong.scenarios.antenna_tables import lay_tabulated, read_tabulated
from phusong.scenarios.schema import Antenna, ArrayAntenna, BeamsAntenna, SectorAntenna, TableAntenna


def antenna_figures(antenna: SectorAntenna | ArrayAntenna) -> dict[str, float]:
    """Return the figures of an antenna by the names of ``Sector``; of an array those of its element."""
    return {
        "gain_dbi": antenna.gain_dbi if isinstance(antenna, SectorAntenna) else antenna.element_gain_dbi,
        "horizontal_beamwidth_deg": antenna.horizontal_beamwidth_deg,
        "vertical_beamwidth_deg": antenna.vertical_beamwidth_deg,
        "front_to_back_db": antenna.front_to_back_db,
        "side_lobe_db": antenna.side_lobe_db,
    }


def fill_antennas(
    sectors: npt.NDArray[np.void], names: npt.NDArray[np.str_], antennas: Mapping[str, Antenna]
) -> Patterns:
    """Fill in the antenna of every cell, in place, and return what the antennas look up.

    Cells with one array and one electrical tilt share its factors, cells with one table share that.

    Parameters
    ----------
    sectors : (cells,) of SECTOR_FIELDS, with the electrical tilt of the register.
    names : (cells,) of their antennas.

    Raises
    ------
    InputError : the file of a table or of beams is wrong.
    """
    factors: list[npt.NDArray[np.float32]] = [np.empty((0, 2, array.POINTS), dtype=np.float32)]
    tables: list[npt.NDArray[np.float32]] = []
    laid = 0
    for name in np.unique(names).tolist():
        antenna = antennas[name]
        cells = np.flatnonzero(names == name)
        if isinstance(antenna, SectorAntenna | ArrayAntenna):
            for field, value in antenna_figures(antenna).items():
                sectors[field][cells] = value
        match antenna:
            case SectorAntenna():
                sectors["kind"][cells] = SECTOR
            case ArrayAntenna():
                sectors["kind"][cells] = ARRAY
                tilts_deg = sectors["electrical_tilt_deg"][cells]
                for tilt_deg in np.unique(tilts_deg).tolist():
                    factors.append(lay_array(antenna, tilt_deg))
                    alike = cells[tilts_deg == tilt_deg]
                    sectors["pattern_start"][alike] = laid
                    laid += len(factors[-1])
                    sectors["pattern_stop"][alike] = laid
            case TableAntenna() | BeamsAntenna():
                tabulated = read_tabulated(antenna)
                sectors["kind"][cells] = TABLE
                sectors["gain_dbi"][cells] = tabulated.gain_dbi
                sectors["pattern_start"][cells] = len(tables)
                sectors["electrical_tilt_deg"][cells] -= tabulated.electrical_tilt_deg
                tables.append(lay_tabulated(tabulated))
    no_table = np.empty((0, table.ROWS * table.COLUMNS), dtype=np.float32)
    return Patterns(np.concatenate(factors), np.stack(tables) if tables else no_table)
