"""Propagation: the path losses of masts, computed once and kept, whatever the cells on them radiate.

A *job* is some masts of one block with the terrain round them; it can be pickled and computed anywhere.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numba
import numpy as np
import numpy.typing as npt

from phusong.coverage.ground import Ground
from phusong.coverage.loss_pieces import BLOCK, pack_losses
from phusong.coverage.losses import mast_losses
from phusong.coverage.plan import Transmitter, on_masts
from phusong.kernels import _jit
from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.wedges import Region
from phusong.scenarios.schema import Propagation
from phusong.terrain.window import Window

MASTS_OF_JOB = 16
"""Path losses of one job at most: some half a second of work at 30 m, so that no worker waits long for the last one."""
BEYOND = 3
"""Posts of ground beyond the reach of a mast: shared rays pass beside the pixels that they serve."""

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PropagationJob:
    """Masts and the terrain round them.

    Attributes
    ----------
    ground, wanted : a window of the terrain, and which of its pixels matter.
    row, column : where the window begins on the grid.
    transmitters : one for each path loss asked for, without regard to its cells.
    keys : of these path losses.
    propagation : settings of the path-loss model.
    """

    ground: Ground
    wanted: BoolArray
    row: int
    column: int
    transmitters: tuple[Transmitter, ...]
    keys: tuple[str, ...]
    propagation: Propagation


def propagate(job: PropagationJob) -> list[tuple[str, bytes]]:
    """Compute the path losses of a job: key and losses as they are kept, in the order in which masts first come."""
    surface = Surface.lay_out(job.ground.height_m, job.ground.clutter_m)
    resolution_m = job.ground.grid.resolution_m
    key_of = dict(zip(map(id, job.transmitters), job.keys, strict=True))
    results = []
    for group in on_masts(job.transmitters):
        place = reach(group[0], job.propagation, job.ground, (job.row, job.column))
        wanted = np.ascontiguousarray(job.wanted[place.slices])
        losses_db = mast_losses(
            group,
            job.propagation,
            surface,
            mast_in_window(group[0], job.row, job.column),
            region=Region(*place),
            resolution_m=resolution_m,
            land_cover=job.ground.land_cover,
            wanted=wanted,
        )
        for transmitter, loss_db in zip(group, losses_db, strict=True):
            packed = pack_losses(
                loss_db, wanted,
                row=job.row + place.row_start, column=job.column + place.column_start,
                greatest_loss_db=job.propagation.greatest_loss_db,
            )  # fmt: skip
            results.append((key_of[id(transmitter)], packed))
    return results


def reach(transmitter: Transmitter, propagation: Propagation, ground: Ground, origin: tuple[int, int]) -> Window:
    """Return the square round a mast within which a window has its pixels, as rows and columns of the window."""
    radius = propagation.radius_km * 1000.0 / ground.grid.resolution_m
    row, column = transmitter.row - origin[0], transmitter.column - origin[1]
    square = Window(
        math.ceil(row - radius), math.floor(row + radius) + 1,
        math.ceil(column - radius), math.floor(column + radius) + 1,
    )  # fmt: skip
    return square.shared(ground.grid.whole)


def mast_in_window(transmitter: Transmitter, row: int, column: int) -> Mast:
    """Return the mast's place in a window that begins at that row and column of the grid."""
    whole_column, whole_row = math.floor(transmitter.column), math.floor(transmitter.row)
    return Mast(
        column=whole_column - column,
        row=whole_row - row,
        column_rest=transmitter.column - whole_column,
        row_rest=transmitter.row - whole_row,
        ground_m=transmitter.ground_m,
        height_m=transmitter.height_m,
    )


class LossKeys:
    """Names path losses by all they depend on: the mast, the terrain in its reach, the model and the program.

    Parameters
    ----------
    ground : the whole ground, whose blocks are digested once.
    wanted : (rows, columns) the pixels that matter.
    """

    def __init__(self, ground: Ground, wanted: BoolArray, propagation: Propagation) -> None:
        self._ground, self._propagation = ground, propagation
        grid = ground.grid
        parts: list[npt.NDArray[Any] | None] = [ground.height_m, ground.clutter_m, wanted]
        if ground.land_cover is not None:
            parts.append(ground.land_cover.of_pixel)
        classes = ground.land_cover.classes if ground.land_cover is not None else None
        self._blocks = {
            (row, column): _digest(parts, row * BLOCK, column * BLOCK)
            for row in range((grid.rows - 1) // BLOCK + 1)
            for column in range((grid.columns - 1) // BLOCK + 1)
        }
        settings = [propagation.model_dump(mode="json"), grid.resolution_m, classes, program_digest()]
        self._settings = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).digest()

    def key(self, transmitter: Transmitter) -> str:
        """Return the name of a transmitter's path losses, 64 hexadecimal digits."""
        # The place on the grid counts: pieces begin where the grid's blocks do.
        figures = np.array(
            [
                transmitter.frequency_mhz, transmitter.row, transmitter.column,
                transmitter.ground_m, transmitter.height_m, transmitter.latitude_deg,
            ]
        )  # fmt: skip
        name = hashlib.sha256(self._settings + figures.tobytes())
        window = window_of([transmitter], self._propagation, self._ground)
        for row in range(window.row_start // BLOCK, (window.row_stop - 1) // BLOCK + 1):
            for column in range(window.column_start // BLOCK, (window.column_stop - 1) // BLOCK + 1):
                name.update(self._blocks[row, column])
        return name.hexdigest()


def _digest(parts: Sequence[npt.NDArray[np.generic] | None], row: int, column: int) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        if part is None:
            digest.update(b"none")
        else:
            digest.update(part[row : row + BLOCK, column : column + BLOCK].tobytes())
    return digest.digest()


@cache
def program_digest() -> str:
    """Return a digest of all code that path losses follow from, and of the compiler and processor that run it."""
    here = Path(__file__).parent
    digest = hashlib.sha256(_jit.sources_digest(Path(_jit.__file__).parent).encode())
    for name in ("losses.py", "loss_pieces.py", "propagate.py"):
        digest.update((here / name).read_bytes())
    digest.update(f"{numba.__version__} {llvmlite.__version__} {llvm.get_host_cpu_name()}".encode())
    return digest.hexdigest()


def window_of(transmitters: Sequence[Transmitter], propagation: Propagation, ground: Ground) -> Window:
    """Return the ground that the paths of some masts may touch."""
    squares = [reach(one, propagation, ground, (0, 0)) for one in transmitters]
    touched = Window(
        min([place.row_start for place in squares] + [math.floor(one.row) for one in transmitters]),
        max([place.row_stop for place in squares] + [math.ceil(one.row) + 1 for one in transmitters]),
        min([place.column_start for place in squares] + [math.floor(one.column) for one in transmitters]),
        max([place.column_stop for place in squares] + [math.ceil(one.column) + 1 for one in transmitters]),
    )
    return touched.wider(BEYOND).shared(ground.grid.whole)


def plan_propagation(
    asked: Mapping[str, Transmitter], ground: Ground, wanted: BoolArray, propagation: Propagation
) -> Iterator[PropagationJob]:
    """Yield jobs that compute the path losses asked for, by key: each some masts of one block."""
    by_block: dict[tuple[int, int], list[str]] = {}
    for key, transmitter in asked.items():
        block = int(transmitter.row) // BLOCK, int(transmitter.column) // BLOCK
        by_block.setdefault(block, []).append(key)
    parts = [
        keys[start : start + MASTS_OF_JOB]
        for _, keys in sorted(by_block.items())
        for start in range(0, len(keys), MASTS_OF_JOB)
    ]
    for keys in parts:
        transmitters = [replace(asked[key], sectors=asked[key].sectors[:0]) for key in keys]
        window = window_of(transmitters, propagation, ground)
        yield PropagationJob(
            ground=ground.window(*window),
            wanted=wanted[window.slices],
            row=window.row_start,
            column=window.column_start,
            transmitters=tuple(transmitters),
            keys=tuple(keys),
            propagation=propagation,
        )
