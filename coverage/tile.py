"""One tile: from a job to its layers. A pure function, the unit of distribution."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from phusong.coverage.link import SECTOR, Layers, serve
from phusong.coverage.losses import mast_losses
from phusong.coverage.plan import TileJob, Transmitter
from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.wedges import Region

DEAD_DBM = -130.0
"""A median power that is in no service class of a map, whose lowest ends at -115 dBm less a margin of some 10 dB."""
BELOW_THRESHOLD_DB = 15.0
"""How far below the threshold of coverage a pixel is dead at least: modes with shared rays prune no other."""


def compute_tile(job: TileJob) -> dict[str, Layers]:
    """Compute the layers of a tile, by technology.

    A pixel's values depend on the transmitters, the terrain and the pixel alone: any cutting into tiles gives the
    same bits.
    """
    surface = Surface.lay_out(job.ground.height_m, job.ground.clutter_m)
    layers = {technology: Layers.empty(job.shape) for technology in job.thresholds_dbm}
    resolution_m = job.ground.grid.resolution_m
    radius_m = job.propagation.radius_km * 1000.0
    for group in on_masts(job.transmitters):
        region = reach(group[0], job, radius_m / resolution_m)
        if region is None:
            continue
        mast = mast_in_window(group[0], job.row, job.column)
        losses_db = mast_losses(
            group,
            job.propagation,
            surface,
            mast,
            region=region,
            resolution_m=resolution_m,
            land_cover=job.ground.land_cover,
            most_loss_db=most_losses_db(group, job.thresholds_dbm),
        )
        for transmitter, loss_db in zip(group, losses_db, strict=True):
            serve(
                layers[transmitter.technology],
                loss_db,
                surface=surface,
                mast=mast,
                region=region,
                offset=(
                    job.row + region.row_start - job.row_start,
                    job.column + region.column_start - job.column_start,
                ),
                resolution_m=resolution_m,
                mobile_height_m=job.propagation.receiver_height_m,
                threshold_dbm=job.thresholds_dbm[transmitter.technology],
                sectors=transmitter.sectors,
                patterns=transmitter.patterns,
            )
    return layers


def most_losses_db(transmitters: Iterable[Transmitter], thresholds_dbm: Mapping[str, float]) -> list[float] | None:
    """Return for each transmitter the loss beyond which no layer can tell a pixel from a dead one [dB].

    None where an antenna is not a sector: the peak of its pattern is not at hand.
    """
    limits_db = []
    for transmitter in transmitters:
        sectors = transmitter.sectors
        if np.any(sectors["kind"] != SECTOR):
            return None
        strongest_dbm = float((sectors["eirp_dbm"] + sectors["gain_dbi"]).max())
        limits_db.append(strongest_dbm - min(thresholds_dbm[transmitter.technology] - BELOW_THRESHOLD_DB, DEAD_DBM))
    return limits_db


def on_masts(transmitters: Iterable[Transmitter]) -> list[list[Transmitter]]:
    """Group transmitters by mast and antenna height, in the order in which these first come: one terrain profile
    serves all carriers of a group.
    """
    groups: dict[tuple[float, float, float], list[Transmitter]] = {}
    for transmitter in transmitters:
        groups.setdefault((transmitter.row, transmitter.column, transmitter.height_m), []).append(transmitter)
    return list(groups.values())


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


def reach(transmitter: Transmitter, job: TileJob, radius_pixels: float) -> Region | None:
    """Return the tile's part within the radius's square, as rows and columns of the window; None where it is empty."""
    row_start = max(job.row_start, math.ceil(transmitter.row - radius_pixels))
    row_stop = min(job.row_stop, math.floor(transmitter.row + radius_pixels) + 1)
    column_start = max(job.column_start, math.ceil(transmitter.column - radius_pixels))
    column_stop = min(job.column_stop, math.floor(transmitter.column + radius_pixels) + 1)
    if row_start >= row_stop or column_start >= column_stop:
        return None
    return Region(row_start - job.row, row_stop - job.row, column_start - job.column, column_stop - job.column)
