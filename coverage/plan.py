"""The plan of a simulation: which cells share a path loss, and which tiles there are.

A *transmitter* is all cells of one channel on one mast with one antenna height: one path loss serves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Proj

from phusong.coverage.antennas import fill_antennas
from phusong.coverage.ground import Ground
from phusong.coverage.sectors import SECTOR_FIELDS, Patterns
from phusong.coverage.signals import Channel
from phusong.scenarios.link_resolution import CellBudgets
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import Antenna, Band
from phusong.terrain.window import Window


@dataclass(frozen=True, eq=False)
class Transmitter:
    """Cells that share a site, a channel, a mast and an antenna height.

    Attributes
    ----------
    site : its name.
    channel : technology, operator and band.
    frequency_mhz : carrier frequency [MHz].
    column, row : fractional position on the grid, whole numbers are pixel centres.
    ground_m : terrain at the mast [m]; height_m : antenna above it [m].
    latitude_deg : of the mast.
    sectors : (cells,) of SECTOR_FIELDS, in the order of their numbers.
    patterns : what their antennas look up, shared by all transmitters of a plan.
    """

    site: str
    channel: Channel
    frequency_mhz: float
    column: float
    row: float
    ground_m: float
    height_m: float
    latitude_deg: float
    sectors: npt.NDArray[np.void]
    patterns: Patterns

    @classmethod
    def without_cells(
        cls, *, frequency_mhz: float, column: float, row: float, ground_m: float, height_m: float, latitude_deg: float
    ) -> Transmitter:
        """Return a mast that radiates alike in all directions, where the path loss alone is asked for."""
        no_sectors = np.zeros(0, dtype=SECTOR_FIELDS)
        patterns = fill_antennas(no_sectors, np.zeros(0, dtype=np.str_), {})
        nobody = Channel("", "", "")
        return cls("", nobody, frequency_mhz, column, row, ground_m, height_m, latitude_deg, no_sectors, patterns)


def plan_transmitters(
    register: Register,
    ground: Ground,
    *,
    bands: Mapping[str, Band],
    antennas: Mapping[str, Antenna],
    budgets: CellBudgets,
    which: npt.NDArray[np.intp],
) -> tuple[Transmitter, ...]:
    """Group the cells of a register; a cell's number is its place in the register.

    Azimuths of the register count from true north; the sectors' count from grid north, which differs by the meridian
    convergence of the projection.

    Parameters
    ----------
    budgets : of all cells of the register.
    which : numbers of the cells that transmit, rising. They must stand on the grid and on known terrain.

    Raises
    ------
    InputError : the file of an antenna table is wrong.
    """
    if not which.size:
        return ()
    number, cells = which, register.select(which)
    grid = ground.grid
    column, row = grid.column_row(*grid.project(cells.longitude_deg, cells.latitude_deg))
    column = np.clip(column, 0.0, grid.columns - 1.0)  # a mast in the outer half of a border pixel moves to its centre
    row = np.clip(row, 0.0, grid.rows - 1.0)
    convergence_deg = Proj(grid.crs).get_factors(cells.longitude_deg, cells.latitude_deg).meridian_convergence
    sectors = np.zeros(len(cells), dtype=SECTOR_FIELDS)
    sectors["cell"] = number
    sectors["azimuth_deg"] = cells.azimuth_deg - convergence_deg
    sectors["mechanical_tilt_deg"] = cells.mechanical_tilt_deg
    sectors["electrical_tilt_deg"] = cells.electrical_tilt_deg
    sectors["eirp_dbm"] = budgets.rs_power_dbm[number]
    sectors["load"] = budgets.downlink_load[number]
    patterns = fill_antennas(sectors, cells.antenna, antennas)

    groups: dict[tuple[object, ...], list[int]] = {}
    keys = zip(
        cells.site.tolist(), cells.technology.tolist(), cells.operator.tolist(), cells.band.tolist(),
        row.tolist(), column.tolist(), cells.antenna_height_m.tolist(), strict=True,
    )  # fmt: skip
    for cell, key in enumerate(keys):
        groups.setdefault(key, []).append(cell)
    return tuple(
        Transmitter(
            site=str(cells.site[first]),
            channel=Channel(str(cells.technology[first]), str(cells.operator[first]), str(cells.band[first])),
            frequency_mhz=bands[str(cells.band[first])].frequency_mhz,
            column=float(column[first]),
            row=float(row[first]),
            ground_m=ground.height_at(float(column[first]), float(row[first])),
            height_m=float(cells.antenna_height_m[first]),
            latitude_deg=float(cells.latitude_deg[first]),
            sectors=sectors[group],
            patterns=patterns,
        )
        for group in groups.values()
        for first in group[:1]
    )


def group_key(transmitter: Transmitter) -> tuple[object, ...]:
    """Return what all cells of a transmitter share, and no other cells have."""
    return transmitter.site, *transmitter.channel, transmitter.row, transmitter.column, transmitter.height_m


def on_masts(transmitters: Iterable[Transmitter]) -> list[list[Transmitter]]:
    """Group transmitters by mast and antenna height, in the order in which these first come: one terrain profile
    serves all carriers of a group.
    """
    groups: dict[tuple[float, float, float], list[Transmitter]] = {}
    for transmitter in transmitters:
        groups.setdefault((transmitter.row, transmitter.column, transmitter.height_m), []).append(transmitter)
    return list(groups.values())


def plan_tiles(wanted: npt.NDArray[np.bool_], tile_pixels: int) -> Iterator[Window]:
    """Yield every tile that holds a wanted pixel, cut down to these.

    Parameters
    ----------
    wanted : (rows, columns) the pixels whose layers are asked for.
    tile_pixels : greatest side of a tile.
    """
    rows, columns = wanted.shape
    for row in range(0, rows, tile_pixels):
        for column in range(0, columns, tile_pixels):
            asked = wanted[row : row + tile_pixels, column : column + tile_pixels]
            if asked.any():
                in_rows, in_columns = np.flatnonzero(asked.any(axis=1)), np.flatnonzero(asked.any(axis=0))
                yield Window(
                    row + int(in_rows[0]), row + int(in_rows[-1]) + 1,
                    column + int(in_columns[0]), column + int(in_columns[-1]) + 1,
                )  # fmt: skip
