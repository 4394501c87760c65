"""Path loss from one mast to every pixel around it, modes ``fast`` and ``draft``: pixels share the profiles of rays.

Ray law. The profile of a pixel is that of ``sweep``, with its own length and its own ground at the mobile, but the
heights of its crossings are those of the nearest *ray*, a straight line from the mast. At a distance of D crossings,
2^(n-1) < D <= 2^n, the rays of a side lie at the slopes k / (q 2^n), where q is ``rays_per_pixel``: a pixel's own line
is passed by at most 1/(2q) of a pixel, and neither the radius nor the region changes a pixel's ray.

Sixteen rays are followed at a time, which makes the greatest slope from the mast and the sums for the smooth Earth
running quantities. What depends on the mobile too, the greatest slope from there or the clearance ratio, is one scan of
the ray's heights, sixteen crossings at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from phusong.errors import InputError, Problem
from phusong.kernels._jit import scalar
from phusong.kernels.lanes import LANES
from phusong.kernels.raster.p1812_lanes import Carrier
from phusong.kernels.raster.profile import Mast, rays_reach
from phusong.kernels.raster.rays import follow_side
from phusong.kernels.raster.settle import settle
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import carrier_records, sweep_pixels, variability_table
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, OUT_OF_RANGE_DB, Region, sides

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]


@scalar
def _is_doubtful(
    loss_db: FloatArray, row: int, column: int, down: float, across: float, rays_per_pixel: int, refine_db: float
) -> bool:
    """Say whether the loss beside a pixel, across its ray, leads one to expect an error of more than ``refine_db``."""
    by_columns = abs(across) >= abs(down)
    length = max(abs(across) if by_columns else abs(down), 1e-3)
    rays = rays_per_pixel * rays_reach(length)
    place = (down if by_columns else across) / length * rays
    offset = abs(place - math.floor(place + 0.5)) / rays * length  # between the pixel and its ray [pixels]
    bands, rows, columns = loss_db.shape
    for side in (-1, 1):
        i, j = (row + side, column) if by_columns else (row, column + side)
        if not (0 <= i < rows and 0 <= j < columns) or loss_db[0, i, j] == OUT_OF_RANGE_DB:
            continue
        for band in range(bands):
            if abs(loss_db[band, i, j] - loss_db[band, row, column]) * offset > refine_db:
                return True
    return False


@scalar
def _choose(
    loss_db: FloatArray,
    pruned: BoolArray,
    mast: Mast,
    region: Region,
    radius_pixels: float,
    rays_per_pixel: int,
    refine_db: float,
) -> BoolArray:
    """Choose the pixels for the exact sweep: those whose ray meets missing terrain, and the doubtful ones."""
    _, rows, columns = loss_db.shape
    chosen = np.zeros((rows, columns), dtype=np.bool_)
    for row in range(rows):
        down = (region.row_start + row - mast.row) - mast.row_rest
        for column in range(columns):
            across = (region.column_start + column - mast.column) - mast.column_rest
            if loss_db[0, row, column] == NO_TERRAIN_DB:
                chosen[row, column] = True
            elif down * down + across * across <= radius_pixels * radius_pixels and not pruned[row, column]:
                chosen[row, column] = _is_doubtful(loss_db, row, column, down, across, rays_per_pixel, refine_db)
    return chosen


def sweep_radial(
    surface: Surface,
    mast: Mast,
    carriers: Sequence[Carrier],
    *,
    region: Region,
    resolution_m: float,
    radius_m: float,
    rays_per_pixel: int = 4,
    most_loss_db: float | Sequence[float] | None = None,
    refine_db: float | None = None,
) -> FloatArray:
    """Compute the basic transmission loss of P.1812-8 from a mast to every pixel of a region, along shared rays.

    Every pixel's value depends on the mast, the terrain and the pixel alone, to the last bit: not on the region, the
    radius or the window.

    Parameters
    ----------
    surface : terrain round the mast; it must hold every straight line from the mast to the region and, unless the
        terrain ends there, two posts beyond.
    mast, carriers, region, resolution_m, radius_m : as in ``sweep``.
    rays_per_pixel : 2 .. 16 rays pass between two neighbouring pixels wherever rays are farthest apart, and up to twice
        as many elsewhere. 4 is mode ``fast``, 2 is mode ``draft``.
    most_loss_db : loss, of all carriers or of each, beyond which a pixel does not matter [dB]. Where a pixel is proved
        to lose more on every carrier, its value is the bound of that proof: above this, and not above the loss.
    refine_db : where the difference to the pixel beside, times the part of a pixel by which the ray passes, is more
        than this on any carrier, the pixel is computed by the exact sweep, to the same bits [dB].

    Returns
    -------
    loss_db : (carriers, rows, columns) float32 [dB]; ``OUT_OF_RANGE_DB`` beyond the radius. Where a ray passes missing
        terrain its pixels are computed by the exact sweep: the same pixels are ``NO_TERRAIN_DB``.

    Raises
    ------
    InputError : ``rays_per_pixel`` is out of range.
    """
    if not 2 <= rays_per_pixel <= LANES:
        raise InputError(
            [Problem("sweep_radial", None, "rays_per_pixel", f"{rays_per_pixel} is out of range", f"Give 2 .. {LANES}")]
        )
    margin = 0 if refine_db is None else 1  # the pixels beside tell how doubtful one is
    wider = Region(
        max(region.row_start - margin, 0),
        min(region.row_stop + margin, surface.shape[0]),
        max(region.column_start - margin, 0),
        min(region.column_stop + margin, surface.shape[1]),
    )
    records = carrier_records(carriers)
    shape = (len(carriers), wider.row_stop - wider.row_start, wider.column_stop - wider.column_start)
    loss_db = np.full(shape, OUT_OF_RANGE_DB, dtype=np.float32)
    disputed_db = np.zeros(shape, dtype=np.float32)
    pruned = np.zeros(shape[1:], dtype=np.bool_)
    radius_pixels = radius_m / resolution_m
    reached = radius_pixels + 2.0 * margin
    limits_db = np.array([] if most_loss_db is None else np.broadcast_to(most_loss_db, shape[:1]), dtype=np.float32)
    variability_db = variability_table(reached, resolution_m, carriers[0].latitude_deg, 50.0)
    for posts, tops, wedge, towards_higher in sides(surface.wary, mast, wider):
        follow_side(
            posts, tops, wedge, towards_higher, np.float32(mast.ground_m), np.float32(resolution_m),
            reached, rays_per_pixel, records, variability_db, limits_db, loss_db.reshape(-1), disputed_db.reshape(-1),
            pruned.reshape(-1),
        )  # fmt: skip
    if refine_db is None:
        chosen = loss_db[0] == NO_TERRAIN_DB
    else:
        chosen = _choose(loss_db, pruned, mast, wider, radius_pixels, rays_per_pixel, refine_db)
    if margin:
        part = np.s_[
            region.row_start - wider.row_start : region.row_stop - wider.row_start,
            region.column_start - wider.column_start : region.column_stop - wider.column_start,
        ]
        chosen = np.ascontiguousarray(chosen[part])
        loss_db, disputed_db = (np.ascontiguousarray(values[:, *part]) for values in (loss_db, disputed_db))
        _blank_beyond(loss_db, disputed_db, mast, region, radius_pixels)
    if chosen.any():
        disputed_db[:, chosen] = 0.0
        sweep_pixels(
            surface, mast, carriers,
            region=region, resolution_m=resolution_m, radius_m=radius_m, wanted=chosen, loss_db=loss_db,
        )  # fmt: skip
    if disputed_db.any():
        ground, top = surface.ground_by_row, surface.top_by_row
        settle(
            ground, ground if top is None else top, mast, region, resolution_m, records, rays_per_pixel, disputed_db,
            loss_db,
        )  # fmt: skip
    return loss_db


@scalar
def _blank_beyond(
    loss_db: FloatArray, disputed_db: FloatArray, mast: Mast, region: Region, radius_pixels: float
) -> None:
    """Mark the pixels beyond the radius."""
    bands, rows, columns = loss_db.shape
    for row in range(rows):
        down = (region.row_start + row - mast.row) - mast.row_rest
        for column in range(columns):
            across = (region.column_start + column - mast.column) - mast.column_rest
            if down * down + across * across > radius_pixels * radius_pixels:
                for band in range(bands):
                    loss_db[band, row, column] = OUT_OF_RANGE_DB
                    disputed_db[band, row, column] = 0.0
