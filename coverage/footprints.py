"""Which needed pixels each candidate would cover, computed by the same kernels as the coverage itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.coverage.combine import run_jobs
from phusong.coverage.engine import Progress
from phusong.coverage.ground import Ground
from phusong.coverage.plan import TileJob, Transmitter, make_job
from phusong.coverage.tile import compute_tile
from phusong.scenarios.schema import Propagation

IndexArray = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class _Search:
    """A candidate and the part of the grid where it may cover something needed."""

    candidate: int
    job: TileJob


def compute_footprints(
    groups: Sequence[Sequence[Transmitter]],
    ground: Ground,
    needed: npt.NDArray[np.bool_],
    *,
    propagation: Propagation,
    technology: str,
    threshold_dbm: float,
    workers: int,
    progress: Progress,
) -> list[IndexArray]:
    """Return for each candidate the numbers of the needed pixels that it covers, rising.

    Parameters
    ----------
    groups : the transmitters of each candidate.
    needed : (rows, columns); its pixels are numbered row by row.
    threshold_dbm : median RSRP from which a pixel is covered [dBm].
    """
    number = np.full(needed.shape, -1, dtype=np.int32)
    number[needed] = np.arange(int(needed.sum()), dtype=np.int32)
    footprints = [np.empty(0, dtype=np.int32) for _ in groups]
    searches = [
        _Search(candidate, job)
        for candidate, group in enumerate(groups)
        if (job := _job(group, ground, needed, propagation, {technology: threshold_dbm})) is not None
    ]

    def cover(search: _Search) -> IndexArray:
        job = search.job
        part = number[job.row_start : job.row_stop, job.column_start : job.column_stop]
        rsrp_dbm = compute_tile(job)[technology].rsrp_dbm
        return part[(rsrp_dbm >= np.float32(threshold_dbm)) & (part >= 0)]

    with ThreadPoolExecutor(workers) as pool:
        for done, (search, pixels) in enumerate(run_jobs(cover, searches, pool, at_once=2 * workers), start=1):
            footprints[search.candidate] = np.sort(pixels)
            progress("compute footprints", done, len(searches))
    return footprints


def _job(
    group: Sequence[Transmitter],
    ground: Ground,
    needed: npt.NDArray[np.bool_],
    propagation: Propagation,
    thresholds_dbm: dict[str, float],
) -> TileJob | None:
    """Return the job that computes a candidate over the needed pixels within its radius; None where there are none."""
    grid = ground.grid
    radius = propagation.radius_km * 1000.0 / grid.resolution_m
    row, column = group[0].row, group[0].column
    top, bottom = max(math.ceil(row - radius), 0), min(math.floor(row + radius) + 1, grid.rows)
    left, right = max(math.ceil(column - radius), 0), min(math.floor(column + radius) + 1, grid.columns)
    part = needed[top:bottom, left:right]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not rows.size:
        return None
    place = (top + int(rows[0]), top + int(rows[-1]) + 1, left + int(columns[0]), left + int(columns[-1]) + 1)
    return make_job(ground, place, group, propagation, thresholds_dbm)
