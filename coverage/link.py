"""From path loss to received power: the cells of one transmitter laid over a tile, the strongest kept.

RSRP is the power of one resource element at an isotropic receiver [dBm]: EIRP per resource element towards the pixel
minus path loss. The strongest cell of a pixel is found by comparing, and equal powers go to the lower cell number, so
that the result does not depend on the order in which cells come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import simd
from phusong.kernels.antennas.array import Factors, array_gain_lanes
from phusong.kernels.antennas.frame import turn_lanes
from phusong.kernels.antennas.sector import Sector, element_of, sector_gain_lanes
from phusong.kernels.antennas.table import table_gain_lanes
from phusong.kernels.lanes import LANES, Lanes, Number, lane_numbers, load, maximum, minimum, store, to_float, whole
from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.surface import PAD, Surface
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, Region
from phusong.scenarios.schema import Band

FARTHEST_M = 1e6
NO_SERVER = -1
NO_SIGNAL_DBM = np.float32(-1000.0)
"""Stands where no cell reaches; never leaves the engine."""

SECTOR, ARRAY, TABLE = 0, 1, 2
"""Kinds of antennas."""
SECTOR_FIELDS = np.dtype(
    [
        *((name, np.float64) for name in Sector._fields),
        ("eirp_dbm", np.float64),
        ("cell", np.int64),
        ("kind", np.int64),
        ("pattern_start", np.int64),
        ("pattern_stop", np.int64),
    ]
)
"""A cell as the compiled code sees it: its antenna, the power of a resource element fed to it [dBm], its number.

An array has the figures of its element, and ``pattern_start`` to ``pattern_stop`` are its factors; a table has its
gain, the tilt that lowers it, and ``pattern_start`` is its table.
"""


class Patterns(NamedTuple):
    """What the arrays and tables of a plan look up.

    Attributes
    ----------
    factors : (beam tilts, 2, POINTS) of ``kernels.antennas.array``, those of all arrays one after the other.
    tables : (tables, ROWS * COLUMNS) of ``kernels.antennas.table``.
    """

    factors: Factors
    tables: npt.NDArray[np.float32]


def resource_element_power_dbm(power_dbm: float, band: Band) -> float:
    """Return the power of one reference-signal resource element at the antenna's input [dBm].

    The carrier's power is shared evenly by its subcarriers (3GPP TS 36.214 defines RSRP a resource element), less the
    feeder.
    """
    return power_dbm - 10.0 * math.log10(band.subcarriers) + band.reference_signal_boost_db - band.feeder_loss_db


@dataclass(frozen=True)
class Layers:
    """The layers of one technology over a region of pixels.

    Attributes
    ----------
    rsrp_dbm : (rows, columns) float32, strongest cell; NO_SIGNAL_DBM where none reaches.
    server : (rows, columns) int32, number of that cell; NO_SERVER where none reaches.
    overlap : (rows, columns) uint16, cells at or above the threshold.
    in_doubt : (rows, columns) bool, at least one path meets missing terrain.
    """

    rsrp_dbm: npt.NDArray[np.float32]
    server: npt.NDArray[np.int32]
    overlap: npt.NDArray[np.uint16]
    in_doubt: npt.NDArray[np.bool_]

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> Layers:
        """Return layers that no cell reaches."""
        return cls(
            np.full(shape, NO_SIGNAL_DBM, dtype=np.float32),
            np.full(shape, NO_SERVER, dtype=np.int32),
            np.zeros(shape, dtype=np.uint16),
            np.zeros(shape, dtype=np.bool_),
        )


@simd
def _gain_lanes(sector: Any, patterns: Patterns | None, east_m: Lanes, north_m: Number, down_m: Lanes) -> Lanes:
    """Return the gain of a cell's antenna towards sixteen points of one row of pixels [dBi].

    ``patterns`` is None where all cells are sectors: then code for these alone is compiled.
    """
    if patterns is None:
        return sector_gain_lanes(sector, east_m, north_m, down_m)
    if sector.kind == SECTOR:
        return sector_gain_lanes(sector, east_m, north_m, down_m)
    # Missing terrain is so far away that its distance would be no number, and what is looked up anywhere.
    bounded_m = maximum(minimum(down_m, FARTHEST_M), -FARTHEST_M)
    along_m, right_m, below_m = turn_lanes(sector.azimuth_deg, sector.mechanical_tilt_deg, east_m, north_m, bounded_m)
    if sector.kind == ARRAY:
        factors = patterns.factors[sector.pattern_start : sector.pattern_stop]
        return array_gain_lanes(element_of(sector), factors, along_m, right_m, below_m)
    laid_db = patterns.tables[sector.pattern_start]
    return table_gain_lanes(sector.gain_dbi, sector.electrical_tilt_deg, laid_db, along_m, right_m, below_m)


@simd
def _serve(
    loss_db: npt.NDArray[np.float32],
    ground: npt.NDArray[np.float32],
    mast: Mast,
    region: Region,
    row_offset: int,
    column_offset: int,
    resolution_m: float,
    mobile_height_m: float,
    threshold_dbm: float,
    sectors: npt.NDArray[np.void],
    patterns: Patterns | None,
    rsrp_dbm: npt.NDArray[np.float32],
    server: npt.NDArray[np.int32],
    overlap: npt.NDArray[np.uint16],
    in_doubt: npt.NDArray[np.bool_],
) -> None:
    columns = region.column_stop - region.column_start
    blocks = (columns + LANES - 1) // LANES
    loss_row = np.full(blocks * LANES, NO_TERRAIN_DB, dtype=np.float32)
    power = np.empty(LANES, dtype=np.float32)
    antenna_m = mast.ground_m + mast.height_m
    threshold = np.float32(threshold_dbm)
    for row in range(loss_db.shape[0]):
        north_m = np.float32(((mast.row - region.row_start - row) + mast.row_rest) * resolution_m)
        loss_row[:columns] = loss_db[row]
        ground_row = ground[region.row_start + row]
        for block in range(blocks):
            start = block * LANES
            reached = False
            for lane in range(LANES):
                reached |= loss_row[start + lane] < NO_TERRAIN_DB
            if not reached:
                continue
            # Counted in whole numbers, exactly: the bearing does not depend on where the region begins.
            from_mast = whole(lane_numbers()) + (region.column_start + start - mast.column)
            east_m = (to_float(from_mast) - mast.column_rest) * resolution_m
            down_m = antenna_m - (load(ground_row, PAD + region.column_start + start) + mobile_height_m)
            path_loss_db = load(loss_row, start)
            for sector in sectors:
                gain_dbi = _gain_lanes(sector, patterns, east_m, north_m, down_m)
                store(power, 0, sector.eirp_dbm + gain_dbi - path_loss_db)
                for lane in range(min(LANES, columns - start)):
                    if loss_row[start + lane] >= NO_TERRAIN_DB:
                        continue
                    i, j = row_offset + row, column_offset + start + lane
                    value = power[lane]
                    if value >= threshold:
                        overlap[i, j] += np.uint16(1)
                    if value > rsrp_dbm[i, j] or (value == rsrp_dbm[i, j] and sector.cell < server[i, j]):
                        rsrp_dbm[i, j] = value
                        server[i, j] = sector.cell
        for column in range(columns):
            if loss_row[column] == NO_TERRAIN_DB:
                in_doubt[row_offset + row, column_offset + column] = True


def serve(
    layers: Layers,
    loss_db: npt.NDArray[np.float32],
    *,
    surface: Surface,
    mast: Mast,
    region: Region,
    offset: tuple[int, int],
    resolution_m: float,
    mobile_height_m: float,
    threshold_dbm: float,
    sectors: npt.NDArray[np.void],
    patterns: Patterns,
) -> None:
    """Lay the sectors of one mast over the layers, in place.

    Parameters
    ----------
    loss_db : (rows, columns) path loss over ``region`` of the window, as ``sweep`` returns it.
    offset : row and column of the layers where the region begins.
    threshold_dbm : cells at or above it count as overlapping [dBm].
    sectors : (cells,) of SECTOR_FIELDS.
    patterns : what their antennas look up.
    """
    looked_up = patterns if (sectors["kind"] != SECTOR).any() else None
    _serve(
        loss_db, surface.ground_by_row, mast, region, *offset, resolution_m, mobile_height_m, threshold_dbm, sectors,
        looked_up, layers.rsrp_dbm, layers.server, layers.overlap, layers.in_doubt,
    )  # fmt: skip
