"""How far the losses of a mode are from those of the exact sweep, on a sample of a run's own pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels.raster.p1812_lanes import Carrier
from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import sweep_pixels
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, OUT_OF_RANGE_DB, Region

FloatArray = npt.NDArray[np.float32]


class ModeError(NamedTuple):
    """How far losses are from those of the exact sweep: number compared, sum of squares, greatest difference [dB]."""

    compared: int
    square_sum_db2: float
    worst_db: float

    @property
    def rms_db(self) -> float:
        """Root of the mean square [dB]; 0 where nothing was compared."""
        return math.sqrt(self.square_sum_db2 / self.compared) if self.compared else 0.0

    def together(self, other: ModeError) -> ModeError:
        """Return the error of both samples."""
        return ModeError(
            self.compared + other.compared,
            self.square_sum_db2 + other.square_sum_db2,
            max(self.worst_db, other.worst_db),
        )


def mode_error(
    loss_db: FloatArray,
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
    most_loss_db: float | Sequence[float] | None = None,
    pixels: int = 1000,
    seed: int = 0,
) -> ModeError:
    """Compare losses with those of the exact sweep on a random sample of their pixels.

    Parameters
    ----------
    loss_db : (carriers, rows, columns) what a mode has computed for the region [dB].
    surface, mast, carriers, region, resolution_m, radius_m : as in ``sweep``.
    most_loss_db : if given, a loss counts only where one of the two is not above this [dB].
    pixels : how many are drawn of those within the radius that are known; all if there are no more.
    seed : of the draw.
    """
    places = np.argwhere(loss_db[0] < NO_TERRAIN_DB)
    drawn = np.random.default_rng(seed).permutation(places)[:pixels]
    wanted = np.zeros(loss_db.shape[1:], dtype=np.bool_)
    wanted[drawn[:, 0], drawn[:, 1]] = True
    exact_db = np.full(loss_db.shape, OUT_OF_RANGE_DB, dtype=np.float32)
    if wanted.any():
        sweep_pixels(
            surface, mast, carriers,
            region=region, resolution_m=resolution_m, radius_m=radius_m, wanted=wanted, loss_db=exact_db,
        )  # fmt: skip
    limits_db = np.broadcast_to(np.inf if most_loss_db is None else most_loss_db, loss_db.shape[:1])
    matters = np.minimum(loss_db, exact_db) <= limits_db[:, None, None]
    error_db = (loss_db - exact_db)[matters & wanted & (exact_db < NO_TERRAIN_DB)].astype(np.float64)
    return ModeError(error_db.size, float(np.sum(error_db**2)), float(np.max(np.abs(error_db), initial=0.0)))
