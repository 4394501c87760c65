"""From path losses to signals: the cells of one channel laid over a tile, in whole numbers.

RSRP is the power of one resource element at an isotropic receiver: EIRP per resource element towards the pixel minus
path loss, in hundredths of a dB. The two strongest cells of a pixel are kept as *keys*, whole numbers that hold power
and cell at once, so that the greatest key is the strongest cell, of equal powers the one with the lower number: the
order in which cells come plays no part. Powers are summed as whole multiples of a tiny power, which has no order
either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.coverage.sectors import ARRAY, SECTOR, Patterns
from phusong.coverage.signals import NO_SERVER, NO_SIGNAL_CDBM, Signals
from phusong.kernels._jit import simd
from phusong.kernels.antennas.array import array_gain_lanes
from phusong.kernels.antennas.frame import turn_lanes
from phusong.kernels.antennas.sector import (
    directions_lanes,
    element_of,
    sector_gain_lanes,
    upright_gain_lanes,
)
from phusong.kernels.antennas.table import table_gain_lanes
from phusong.kernels.lanes import (
    LANES,
    Lanes,
    Number,
    add_from,
    any_lane,
    floor,
    lane_numbers,
    load,
    load_whole,
    maximum,
    minimum,
    shift_left,
    splat,
    store,
    to_float,
    where,
    whole,
)
from phusong.kernels.radio.power import LOWEST_CDBM, POWER_UNITS
from phusong.terrain.window import Window

PIECE_FIELDS = np.dtype(
    [
        ("start", np.int64),
        ("row_start", np.int64),
        ("row_stop", np.int64),
        ("column_start", np.int64),
        ("column_stop", np.int64),
        ("mast_row", np.int64),
        ("mast_column", np.int64),
        ("row_rest", np.float32),
        ("column_rest", np.float32),
        ("antenna_m", np.float32),
        ("sector_start", np.int64),
        ("sector_stop", np.int64),
        ("site", np.int64),
    ]
)
"""A piece of a mast's path losses: where its numbers begin, its place on the grid (columns in whole groups of lanes),
the mast, its antenna's height above sea level, its cells and its site."""

BEYOND_CDB = np.int16(32767)
"""Path loss of a pixel that the mast does not reach: too far away, or too great a loss."""
UNKNOWN_CDB = np.int16(32766)
"""Path loss of a pixel whose profile meets missing terrain."""
LEAST_CDBM = -20_000
"""Weaker cells are not heard: -200 dBm."""
_CELL_BITS = 16
MOST_CELLS = 1 << _CELL_BITS
"""Cells of one channel that may reach one tile."""
_FARTHEST_M = 1e6

KeyArray = npt.NDArray[np.int32]

_UNITS = np.concatenate([[0], POWER_UNITS[LEAST_CDBM + 1 - LOWEST_CDBM : LEAST_CDBM + 32_768 - LOWEST_CDBM]])
"""Units of power by level, levels counting from the weakest cell heard, which itself counts as nothing."""


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
    bounded_m = maximum(minimum(down_m, _FARTHEST_M), -_FARTHEST_M)
    along_m, right_m, below_m = turn_lanes(sector.azimuth_deg, sector.mechanical_tilt_deg, east_m, north_m, bounded_m)
    if sector.kind == ARRAY:
        factors = patterns.factors[sector.pattern_start : sector.pattern_stop]
        return array_gain_lanes(element_of(sector), factors, along_m, right_m, below_m)
    laid_db = patterns.tables[sector.pattern_start]
    return table_gain_lanes(sector.gain_dbi, sector.electrical_tilt_deg, laid_db, along_m, right_m, below_m)


@simd
def _rank_site(key: int, site: int, best: KeyArray, sites: KeyArray, others: KeyArray, row: int, column: int) -> None:
    """Keep the strongest cell of all, its site, and the strongest cell of any other site."""
    if key > best[row, column]:
        if sites[row, column] != site:
            others[row, column] = best[row, column]
            sites[row, column] = site
        best[row, column] = key
    elif sites[row, column] != site and key > others[row, column]:
        others[row, column] = key


@simd
def _receive(
    losses_cdb: npt.NDArray[np.int16],
    pieces: npt.NDArray[np.void],
    sectors: npt.NDArray[np.void],
    patterns: Patterns | None,
    ground_m: npt.NDArray[np.float32],
    row_origin: int,
    column_origin: int,
    resolution_m: float,
    mobile_height_m: float,
    threshold_cdbm: int,
    units: npt.NDArray[np.int64],
    asked: npt.NDArray[np.bool_],
    best: KeyArray,
    second: KeyArray,
    power: npt.NDArray[np.int64],
    loaded: npt.NDArray[np.int64] | None,
    overlap: KeyArray,
    in_doubt: npt.NDArray[np.uint16],
    sites: KeyArray | None,
    others: KeyArray | None,
) -> None:
    rows, columns = best.shape
    levels = np.empty(LANES, dtype=np.int32)
    enough = threshold_cdbm - LEAST_CDBM - 1
    one = whole(splat(1.0))
    for piece in pieces:
        width = piece.column_stop - piece.column_start
        for row in range(max(piece.row_start, row_origin), min(piece.row_stop, row_origin + rows)):
            i = row - row_origin
            line = piece.start + (row - piece.row_start) * width
            north_m = np.float32(((piece.mast_row - row) + piece.row_rest) * resolution_m)
            for column in range(
                max(piece.column_start, column_origin), min(piece.column_stop, column_origin + columns), LANES
            ):
                j = column - column_origin
                if asked.size > 0 and not asked[i, j // LANES]:
                    continue
                loss_cdb = load_whole(losses_cdb, line + column - piece.column_start)
                is_reached = loss_cdb < 32766
                if any_lane(loss_cdb > 32765):
                    for lane in range(LANES):
                        if losses_cdb[line + column - piece.column_start + lane] == 32766:
                            in_doubt[i, j + lane] += 1
                    if not any_lane(is_reached):
                        continue
                # Counted in whole numbers, exactly: the bearing does not depend on where the tile begins.
                from_mast = whole(lane_numbers()) + (column - piece.mast_column)
                east_m = (to_float(from_mast) - piece.column_rest) * resolution_m
                down_m = piece.antenna_m - (load(ground_m[i], j) + mobile_height_m)
                first, next_best = load_whole(best[i], j), load_whole(second[i], j)
                count = load_whole(overlap[i], j)
                bearing_deg, below_deg = directions_lanes(east_m, north_m, down_m)
                if sites is not None:
                    first, next_best = whole(splat(0.0)), whole(splat(0.0))
                for n in range(piece.sector_start, piece.sector_stop):
                    sector = sectors[n]
                    if sector.kind == 0 and sector.mechanical_tilt_deg == 0.0:
                        gain_dbi = upright_gain_lanes(sector, bearing_deg, below_deg)
                    else:
                        gain_dbi = _gain_lanes(sector, patterns, east_m, north_m, down_m)
                    eirp_cdbm = whole(floor((sector.eirp_dbm + gain_dbi) * 100.0 + (0.5 - LEAST_CDBM))) - loss_cdb
                    level = where(is_reached, maximum(minimum(eirp_cdbm, 32767), 0), 0)
                    key = where(level > 0, shift_left(level, _CELL_BITS) + (MOST_CELLS - 1 - sector.rank), 0)
                    next_best = maximum(next_best, minimum(first, key))
                    first = maximum(first, key)
                    count = count + where(level > enough, one, 0)
                    add_from(power[i], j, units, level)
                    if loaded is not None:
                        store(levels, 0, level)
                        for lane in range(LANES):
                            loaded[i, j + lane] += np.int64(np.rint(sector.load * units[levels[lane]]))
                if sites is not None and others is not None:
                    store(levels, 0, first)
                    for lane in range(LANES):
                        _rank_site(levels[lane], piece.site, best, sites, others, i, j + lane)
                    first = load_whole(best[i], j)
                store(best[i], j, first)
                store(second[i], j, next_best)
                store(overlap[i], j, count)


def cells_of(keys: KeyArray, cells: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int32]]:
    """Return power [0.01 dBm] and cell number of keys, any shape.

    Parameters
    ----------
    cells : numbers of the channel's cells, by rank.
    """
    heard = keys > 0
    rsrp_cdbm = np.where(heard, (keys >> _CELL_BITS) + LEAST_CDBM, NO_SIGNAL_CDBM).astype(np.int16)
    if not cells.size:
        return rsrp_cdbm, np.full(keys.shape, NO_SERVER)
    place = np.where(heard, MOST_CELLS - 1 - (keys & (MOST_CELLS - 1)), 0)
    return rsrp_cdbm, np.where(heard, cells[place], NO_SERVER)


@dataclass(frozen=True, eq=False)
class Received:
    """What a region has received so far, its columns in whole groups of lanes.

    Attributes
    ----------
    row_start, column_start : where the region begins on the grid; the column is a multiple of the lanes.
    ground_m : (rows, columns) terrain, 0 where missing.
    asked : (rows, groups) which groups of pixels are computed; empty: all.
    best, second : (rows, columns) keys of the two strongest cells.
    power, loaded, overlap, in_doubt : (rows, columns) as in ``Signals``.
    sites, others : (rows, columns) site of the strongest cell, and key of the strongest cell of any other site, which
        then is not ``second``; None: not asked for.
    """

    row_start: int
    column_start: int
    ground_m: npt.NDArray[np.float32]
    asked: npt.NDArray[np.bool_]
    best: KeyArray
    second: KeyArray
    power: npt.NDArray[np.int64]
    loaded: npt.NDArray[np.int64] | None
    overlap: KeyArray
    in_doubt: npt.NDArray[np.uint16]
    sites: KeyArray | None
    others: KeyArray | None

    @classmethod
    def nothing(
        cls,
        ground_m: npt.NDArray[np.float32],
        row_start: int,
        column_start: int,
        *,
        is_loaded: bool = False,
        asked: npt.NDArray[np.bool_] | None = None,
        by_site: bool = False,
    ) -> Received:
        """Return a region that has received nothing yet.

        Parameters
        ----------
        ground_m : (rows, columns) terrain of the region [m], nan where missing.
        row_start, column_start : its first pixel on the grid.
        asked : (rows, columns) the pixels that must be right; the others may hold anything. None: all.
        by_site : whether the strongest cell of any other site is kept.
        """
        rows, columns = ground_m.shape
        left = column_start % LANES
        shape = rows, (left + columns + LANES - 1) // LANES * LANES
        ground = np.zeros(shape, dtype=np.float32)
        ground[:, left : left + columns] = np.where(np.isnan(ground_m), np.float32(0.0), ground_m)
        groups = np.empty((0, 0), dtype=np.bool_)
        if asked is not None:
            padded = np.zeros(shape, dtype=np.bool_)
            padded[:, left : left + columns] = asked
            groups = np.asarray(padded.reshape(rows, -1, LANES).any(axis=2))
        return cls(
            row_start,
            column_start - left,
            ground,
            groups,
            np.zeros(shape, dtype=np.int32),
            np.zeros(shape, dtype=np.int32),
            np.zeros(shape, dtype=np.int64),
            np.zeros(shape, dtype=np.int64) if is_loaded else None,
            np.zeros(shape, dtype=np.int32),
            np.zeros(shape, dtype=np.uint16),
            np.full(shape, -1, dtype=np.int32) if by_site else None,
            np.zeros(shape, dtype=np.int32) if by_site else None,
        )

    @property
    def window(self) -> Window:
        """The region on the grid, whole groups of lanes."""
        rows, columns = self.best.shape
        return Window(self.row_start, self.row_start + rows, self.column_start, self.column_start + columns)

    def signals(self, cells: npt.NDArray[np.int32], window: Window) -> Signals:
        """Return the signals of a window of the grid within the region.

        Parameters
        ----------
        cells : numbers of the channel's cells, by rank.
        """
        part = window.within(self.window)
        return Signals(
            *cells_of(self.best[part], cells),
            *cells_of(self.second[part], cells),
            self.power[part].copy(),
            None if self.loaded is None else self.loaded[part].copy(),
            self.overlap[part].astype(np.uint16),
            self.in_doubt[part].copy(),
        )


def receive(
    received: Received,
    losses_cdb: npt.NDArray[np.int16],
    pieces: npt.NDArray[np.void],
    sectors: npt.NDArray[np.void],
    patterns: Patterns,
    *,
    resolution_m: float,
    mobile_height_m: float,
    threshold_cdbm: int,
) -> None:
    """Lay the sectors of some masts over a region, in place.

    Parameters
    ----------
    losses_cdb : the path losses of all pieces [0.01 dB], BEYOND_CDB and UNKNOWN_CDB among them.
    pieces : (pieces,) of PIECE_FIELDS.
    sectors : (cells,) of SECTOR_FIELDS; patterns : what their antennas look up.
    threshold_cdbm : cells at or above it count as overlapping [0.01 dBm].
    """
    looked_up = patterns if (sectors["kind"] != SECTOR).any() else None
    _receive(
        losses_cdb, pieces, sectors, looked_up, received.ground_m, received.row_start, received.column_start,
        resolution_m, mobile_height_m, threshold_cdbm, _UNITS, received.asked, received.best, received.second,
        received.power, received.loaded, received.overlap, received.in_doubt, received.sites, received.others,
    )  # fmt: skip
