"""The plan of a simulation: which cells share a path loss, and which of them reach which tile.

A *transmitter* is all cells of one technology on one mast with one antenna height and one frequency: the path loss is
computed once for them. A *job* is one tile with everything it needs; it can be pickled and sent anywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Proj

from phusong.coverage.antennas import fill_antennas
from phusong.coverage.ground import Ground
from phusong.coverage.link import SECTOR_FIELDS, Patterns, resource_element_power_dbm
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import Antenna, Band, Propagation, Scenario
from phusong.terrain.grid import Grid

BEYOND = 3
"""Posts of ground beyond a tile and its masts: shared rays pass beside the pixels that they serve."""


@dataclass(frozen=True, eq=False)
class Transmitter:
    """Cells that share a mast, an antenna height and a frequency.

    Attributes
    ----------
    technology : "4G" or "5G".
    frequency_mhz : carrier frequency [MHz].
    column, row : fractional position on the grid, whole numbers are pixel centres.
    ground_m : terrain at the mast [m]; height_m : antenna above it [m].
    latitude_deg : of the mast.
    sectors : (cells,) of SECTOR_FIELDS, in the order of their numbers.
    patterns : what their antennas look up, shared by all transmitters of a plan.
    """

    technology: str
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
        return cls("", frequency_mhz, column, row, ground_m, height_m, latitude_deg, no_sectors, patterns)


@dataclass(frozen=True, eq=False)
class TileJob:
    """One tile, to be computed anywhere.

    Attributes
    ----------
    ground : the terrain of the tile and of all paths into it.
    row, column : where the ground begins on the grid.
    row_start, row_stop, column_start, column_stop : the tile on the grid.
    transmitters : those that reach the tile, in the order of the plan.
    propagation : settings of the path-loss model.
    thresholds_dbm : median RSRP from which a pixel is covered, by technology [dBm].
    """

    ground: Ground
    row: int
    column: int
    row_start: int
    row_stop: int
    column_start: int
    column_stop: int
    transmitters: tuple[Transmitter, ...]
    propagation: Propagation
    thresholds_dbm: Mapping[str, float]

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the tile."""
        return self.row_stop - self.row_start, self.column_stop - self.column_start


def plan_transmitters(
    register: Register,
    ground: Ground,
    *,
    bands: Mapping[str, Band],
    antennas: Mapping[str, Antenna],
    first_cell: int = 0,
) -> tuple[Transmitter, ...]:
    """Group the cells of a register; a cell's number is ``first_cell`` plus its place in the register.

    All cells must stand on the grid and on known terrain. Azimuths of the register count from true north; the sectors'
    count from grid north, which differs by the meridian convergence of the projection.

    Raises
    ------
    InputError : the file of an antenna table is wrong.
    """
    grid = ground.grid
    column, row = grid.column_row(*grid.project(register.longitude_deg, register.latitude_deg))
    column = np.clip(column, 0.0, grid.columns - 1.0)  # a mast in the outer half of a border pixel moves to its centre
    row = np.clip(row, 0.0, grid.rows - 1.0)
    convergence_deg = Proj(grid.crs).get_factors(register.longitude_deg, register.latitude_deg).meridian_convergence
    sectors = np.zeros(len(register), dtype=SECTOR_FIELDS)
    sectors["cell"] = first_cell + np.arange(len(register))
    sectors["azimuth_deg"] = register.azimuth_deg - convergence_deg
    sectors["mechanical_tilt_deg"] = register.mechanical_tilt_deg
    sectors["electrical_tilt_deg"] = register.electrical_tilt_deg
    patterns = fill_antennas(sectors, register.antenna, antennas)
    for name, band in bands.items():
        of_band = register.band == name
        sectors["eirp_dbm"][of_band] = register.power_dbm[of_band] + resource_element_power_dbm(0.0, band)

    frequency_mhz = np.array([bands[str(name)].frequency_mhz for name in register.band])
    groups: dict[tuple[object, ...], list[int]] = {}
    keys = zip(
        register.technology.tolist(), row.tolist(), column.tolist(), register.antenna_height_m.tolist(),
        frequency_mhz.tolist(), strict=True,
    )  # fmt: skip
    for cell, key in enumerate(keys):
        groups.setdefault(key, []).append(cell)
    return tuple(
        Transmitter(
            technology=str(register.technology[cells[0]]),
            frequency_mhz=float(frequency_mhz[cells[0]]),
            column=float(column[cells[0]]),
            row=float(row[cells[0]]),
            ground_m=ground.height_at(float(column[cells[0]]), float(row[cells[0]])),
            height_m=float(register.antenna_height_m[cells[0]]),
            latitude_deg=float(register.latitude_deg[cells[0]]),
            sectors=sectors[cells],
            patterns=patterns,
        )
        for cells in groups.values()
    )


def plan_jobs(
    scenario: Scenario,
    ground: Ground,
    transmitters: Sequence[Transmitter],
    wanted: npt.NDArray[np.bool_],
    *,
    tile_pixels: int,
) -> Iterator[TileJob]:
    """Yield a job for every tile that holds a wanted pixel, cut down to these.

    Parameters
    ----------
    wanted : (rows, columns) the pixels whose layers are asked for.
    tile_pixels : greatest side of a tile.
    """
    grid = ground.grid
    radius = scenario.propagation.radius_km * 1000.0 / grid.resolution_m
    columns = np.array([transmitter.column for transmitter in transmitters])
    rows = np.array([transmitter.row for transmitter in transmitters])
    thresholds_dbm: dict[str, float] = {
        name: definition.median_threshold_dbm for name, definition in scenario.coverage.items()
    }
    for tile_row in range(0, grid.rows, tile_pixels):
        for tile_column in range(0, grid.columns, tile_pixels):
            asked = wanted[tile_row : tile_row + tile_pixels, tile_column : tile_column + tile_pixels]
            if not asked.any():
                continue
            asked_rows, asked_columns = np.flatnonzero(asked.any(axis=1)), np.flatnonzero(asked.any(axis=0))
            row_start, row_stop = tile_row + int(asked_rows[0]), tile_row + int(asked_rows[-1]) + 1
            column_start, column_stop = tile_column + int(asked_columns[0]), tile_column + int(asked_columns[-1]) + 1
            away = np.hypot(
                np.maximum(np.maximum(row_start - rows, rows - (row_stop - 1)), 0.0),
                np.maximum(np.maximum(column_start - columns, columns - (column_stop - 1)), 0.0),
            )
            reaching = [transmitters[i] for i in np.flatnonzero(away <= radius).tolist()]
            place = (row_start, row_stop, column_start, column_stop)
            yield make_job(ground, place, reaching, scenario.propagation, thresholds_dbm)


def make_job(
    ground: Ground,
    place: tuple[int, int, int, int],
    transmitters: Sequence[Transmitter],
    propagation: Propagation,
    thresholds_dbm: Mapping[str, float],
) -> TileJob:
    """Return the job of a tile, its ground cut out so that it holds the tile, the masts and all straight lines between.

    Parameters
    ----------
    place : first row, row after the last, first column, column after the last, on the grid.
    """
    row_start, row_stop, column_start, column_stop = place
    rows = [transmitter.row for transmitter in transmitters]
    columns = [transmitter.column for transmitter in transmitters]
    window = (
        max(math.floor(min([row_start, *rows])) - BEYOND, 0),
        min(math.ceil(max([row_stop - 1, *rows])) + 1 + BEYOND, ground.grid.rows),
        max(math.floor(min([column_start, *columns])) - BEYOND, 0),
        min(math.ceil(max([column_stop - 1, *columns])) + 1 + BEYOND, ground.grid.columns),
    )
    return TileJob(
        ground=ground.window(*window),
        row=window[0],
        column=window[2],
        row_start=row_start,
        row_stop=row_stop,
        column_start=column_start,
        column_stop=column_stop,
        transmitters=tuple(transmitters),
        propagation=propagation,
        thresholds_dbm=thresholds_dbm,
    )


def count_jobs(grid: Grid, wanted: npt.NDArray[np.bool_], tile_pixels: int) -> int:
    """Return how many jobs ``plan_jobs`` yields."""
    return sum(
        bool(wanted[row : row + tile_pixels, column : column + tile_pixels].any())
        for row in range(0, grid.rows, tile_pixels)
        for column in range(0, grid.columns, tile_pixels)
    )
