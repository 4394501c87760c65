"""Tiles put together: the layers of the whole grid, and what of it counts as covered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from phusong.coverage.link import NO_SERVER, NO_SIGNAL_DBM, Layers
from phusong.coverage.plan import TileJob
from phusong.coverage.statistics import COVERED, NO_DATA, NOT_COVERED, CoveredArray
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import CoverageDefinition
from phusong.terrain.grid import Grid

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Network:
    """The layers of a network over the whole grid, by technology."""

    layers: dict[str, Layers]
    covered: dict[str, CoveredArray]


def run_jobs(
    function: Callable[[Job], Result], jobs: Iterable[Job], executor: Executor, *, at_once: int
) -> Iterator[tuple[Job, Result]]:
    """Yield each job with its result as they are done; no more than ``at_once`` jobs exist at a time."""
    waiting: dict[Future[Result], Job] = {}
    source = iter(jobs)
    exhausted = False
    try:
        while waiting or not exhausted:
            while not exhausted and len(waiting) < at_once:
                try:
                    job = next(source)
                except StopIteration:
                    exhausted = True
                else:
                    waiting[executor.submit(function, job)] = job
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()
    finally:
        for future in waiting:
            future.cancel()


def paste(layers: Mapping[str, Layers], job: TileJob, parts: Mapping[str, Layers]) -> None:
    """Lay the finished tile of a job into the layers of the whole grid."""
    place = slice(job.row_start, job.row_stop), slice(job.column_start, job.column_stop)
    for technology, part in parts.items():
        whole = layers[technology]
        whole.rsrp_dbm[place] = part.rsrp_dbm
        whole.server[place] = part.server
        whole.overlap[place] = part.overlap
        whole.in_doubt[place] = part.in_doubt


def erase_unwanted(layers: Layers, wanted: npt.NDArray[np.bool_]) -> None:
    """Leave nothing where no layers were asked for: tiles reach over the edge, each cutting differently."""
    layers.rsrp_dbm[~wanted] = NO_SIGNAL_DBM
    layers.server[~wanted] = NO_SERVER
    layers.overlap[~wanted] = 0
    layers.in_doubt[~wanted] = False


def within(marked: npt.NDArray[np.bool_], pixels: float) -> npt.NDArray[np.bool_]:
    """Return the pixels no farther than that from a marked one; shape (rows, columns)."""
    if not marked.any():
        return marked
    distance: Any = ndimage.distance_transform_edt(~marked)
    reached: npt.NDArray[np.bool_] = distance <= pixels
    return reached


def near(register: Register, grid: Grid, radius_m: float) -> npt.NDArray[np.bool_]:
    """Return the pixels within a distance of any of the cells, which stand on the grid; shape (rows, columns)."""
    far = np.ones(grid.shape, dtype=np.bool_)
    column, row = grid.column_row(*grid.project(register.longitude_deg, register.latitude_deg))
    far[
        np.clip(np.rint(row).astype(np.int64), 0, grid.rows - 1),
        np.clip(np.rint(column).astype(np.int64), 0, grid.columns - 1),
    ] = False
    return within(~far, radius_m / grid.resolution_m)


def covered_pixels(
    layers: Layers, definition: CoverageDefinition, has_terrain: npt.NDArray[np.bool_], wanted: npt.NDArray[np.bool_]
) -> CoveredArray:
    """Return which pixels are covered: COVERED, NOT_COVERED or NO_DATA.

    A pixel without terrain has no data. So has one that is not covered by the cells whose paths are known while
    another cell's path meets missing terrain or its mast stands on it. A pixel that no cell reaches within the radius
    is not covered.
    """
    covered = layers.rsrp_dbm >= np.float32(definition.median_threshold_dbm)
    unknown = ~wanted | ~has_terrain | (layers.in_doubt & ~covered)
    return np.where(unknown, NO_DATA, np.where(covered, COVERED, NOT_COVERED)).astype(np.uint8)
