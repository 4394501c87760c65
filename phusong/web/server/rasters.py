"""What tiles are painted from: a code for each pixel of a view, of a change, of two runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from phusong.classes import NOT_KNOWN, service_classes, service_limits_dbm
from phusong.coverage.evaluation import shadow_margins_cdb
from phusong.coverage.service import NO_LEVEL_CDB, ServiceMaps, View
from phusong.coverage.what_if import Change
from phusong.figures import notes
from phusong.scenarios.comparison import Comparison
from phusong.scenarios.store import Run
from phusong.terrain.window import Window
from phusong.web.codes import FIRST_CLASS, NO_DATA, OUTSIDE, Codes, classes_of, codes_of, outdoors_beside

MarginArray = npt.NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Raster:
    """Codes over the grid, with a window of it that differs.

    Attributes
    ----------
    codes : (rows, columns).
    window, patch : the codes that stand there instead; None: all stand as they are.
    """

    codes: Codes
    window: Window | None = None
    patch: Codes | None = None

    @property
    def nbytes(self) -> int:
        return self.codes.nbytes + (0 if self.patch is None else self.patch.nbytes)

    def at(self, row: npt.NDArray[np.float64], column: npt.NDArray[np.float64]) -> Codes:
        """Return the codes of the pixels that fractional positions fall into; OUTSIDE off the grid."""
        rows, columns = self.codes.shape
        down, across = np.rint(row).astype(np.int32), np.rint(column).astype(np.int32)
        on_grid = (down >= 0) & (down < rows) & (across >= 0) & (across < columns)
        found = np.zeros(row.shape, dtype=np.uint8)
        found[on_grid] = self.codes[down[on_grid], across[on_grid]]
        if self.window is not None and self.patch is not None:
            top, bottom, left, right = self.window
            changed = (down >= top) & (down < bottom) & (across >= left) & (across < right)
            found[changed] = self.patch[down[changed] - top, across[changed] - left]
        return found


def view_codes(
    maps: ServiceMaps, view: View, inside: npt.NDArray[np.bool_], margins: Callable[[str], MarginArray]
) -> Codes:
    """Return the codes of a view over the whole grid; ``margins`` gives ``margins_cdb`` of a technology."""
    if is_as_simulated(maps.run, view) and has_reserve(maps.run, view.technology):
        rsrp, covered = (maps.run.layer(name, view.technology) for name in ("rsrp", "covered"))
        return layer_codes(maps.run, view.technology, rsrp, covered, margins(view.technology), inside)
    views = dict.fromkeys((view, *outdoors_beside(maps, view)))
    services = maps.services(list(views))
    return codes_of(classes_of(maps, view, services), services[view].reserve_cdb, inside)


def is_as_simulated(run: Run, view: View) -> bool:
    """Say whether the layers of the run show that view: its own definition's place, of all operators."""
    return view.operator is None and view.place == notes.own_place(run, view.technology)


def has_level(run: Run, technology: str) -> bool:
    """Say whether layers tell the level at the phone: behind the wall of a definition only the engine knows it."""
    return notes.own_place(run, technology) == run.scenario.propagation.place


def has_reserve(run: Run, technology: str) -> bool:
    """Say whether layers tell how near a verdict is to its limit: it goes by level alone, and they have that."""
    return has_level(run, technology) and notes.definition(run, technology).is_by_level


def layer_codes(
    run: Run,
    technology: str,
    rsrp_dbm: npt.NDArray[np.float32],
    covered: npt.NDArray[np.uint8],
    margin_cdb: MarginArray,
    inside: npt.NDArray[np.bool_],
) -> Codes:
    """Return the codes that layers of a run, or of a change of it, give; all arrays over one window of the grid."""
    classes, _, reserve_cdb = layer_classes(run, technology, rsrp_dbm, covered, margin_cdb)
    if not has_reserve(run, technology):  # how near the limit is not known: nothing is hatched
        reserve_cdb = np.full_like(reserve_cdb, NO_LEVEL_CDB)
    return codes_of(classes, reserve_cdb, inside)


def layer_classes(
    run: Run,
    technology: str,
    rsrp_dbm: npt.NDArray[np.float32],
    covered: npt.NDArray[np.uint8],
    margin_cdb: MarginArray,
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return the classes that layers give, the levels [0.01 dBm] and the reserves [0.01 dB] by RSRP alone.

    Levels are whole hundredths of a dBm, as the engine compares them: the classes are the same to the last pixel.
    """
    definition = notes.definition(run, technology)
    heard = ~np.isnan(rsrp_dbm)
    level_cdbm = np.rint(np.float32(100.0) * np.where(heard, rsrp_dbm, np.float32(0.0))).astype(np.int32) - margin_cdb
    level_dbm = np.where(heard & has_level(run, technology), 0.01 * level_cdbm, np.nan)
    limits_dbm = service_limits_dbm(definition.threshold_dbm, notes.own_place(run, technology))
    classes = service_classes(level_dbm, covered, limits_dbm)
    reserve_cdb = level_cdbm - np.int32(round(100.0 * definition.threshold_dbm))
    reserve_cdb[~heard | (covered == NOT_KNOWN)] = NO_LEVEL_CDB
    return classes, level_cdbm, reserve_cdb


def margins_cdb(run: Run, technology: str) -> MarginArray:
    """Return the shadow margin that the run counted with, (rows, columns) [0.01 dB]."""
    definition = notes.definition(run, technology)
    sigma_db = np.asarray(run.shadow_sigma_db(technology), dtype=np.float64)
    margin_cdb = shadow_margins_cdb(NormalDist().inv_cdf(0.01 * definition.location_percent), sigma_db)
    return np.broadcast_to(margin_cdb.astype(np.int16), run.grid.shape)


def changed_raster(
    change: Change, technology: str, before: Codes, margin_cdb: MarginArray, inside: npt.NDArray[np.bool_]
) -> Raster:
    """Return the codes of a network after a change, outdoors and of all operators."""
    window = change.window
    if window.is_empty:
        return Raster(before)
    part = window.slices
    rsrp, covered = (change.layer(name, technology, window) for name in ("rsrp", "covered"))
    patch = layer_codes(change.live.run, technology, rsrp, covered, margin_cdb[part], inside[part])
    return Raster(before, window, patch)


def compared_codes(comparison: Comparison, technology: str, inside: npt.NDArray[np.bool_]) -> Codes:
    """Return what became of the coverage: FIRST_CLASS + LACKING, KEPT, GAINED, LOST; NO_DATA."""
    states = comparison.covered(technology)
    codes = np.where(states == np.uint8(255), np.uint8(NO_DATA), states + np.uint8(FIRST_CLASS))
    codes[~inside] = OUTSIDE
    return codes
