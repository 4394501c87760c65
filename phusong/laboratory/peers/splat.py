"""SPLAT! HD: the irregular terrain model along rays, to every pixel of one arc second round a mast.

Ours are P.1812 and the irregular terrain model, on the exact profile of every pixel, from the same mast over the same
heights on pixels of 30 m. The same job at 0.5 km is subtracted, which leaves the cost of a pixel without start-up, tile
and picture; the programs take turns. SPLAT!'s pixels are counted from its own list.

The error of both irregular terrain models is that to NTIA's model on the bilinear terrain at equal intervals of about a
pixel along the straight line, at a random sample of SPLAT!'s pixels and at ours that are nearest to them.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from phusong.kernels.models import path_loss
from phusong.kernels.raster.wedges import NO_TERRAIN_DB
from phusong.laboratory.peers.splat_jobs import Marginal, Splat, one_second_tile
from phusong.laboratory.rasters import rasters
from phusong.laboratory.report import Must, Row
from phusong.laboratory.subjects import RX_HEIGHT_M, TX_HEIGHT_M, Subject, find
from phusong.laboratory.terrain import Window, cut, grid_round, positions
from phusong.laboratory.timing import cpu_s

FloatArray = npt.NDArray[np.float64]

NAME = "SPLAT! HD"
HOW_TO_INSTALL = "apt-get install splat"
PROGRAMS = ("splat-hd", "srtm2sdf-hd")
SMALL_RADIUS_M = 500.0
RESOLUTION_M = 30.0
SAMPLES = 4000
LEAST_RATIO_P1812, LEAST_RATIO_ITM = 8.0, 1.0
MOST_RMS_DB = 0.7


def is_here() -> bool:
    """Say whether the program is on this machine."""
    return all(map(shutil.which, PROGRAMS))


def compare(tile: Path, radius_m: float, runs: int) -> tuple[list[Row], list[Must]]:
    """Return what a pixel costs SPLAT! and our two models on the same mast, and how exact the common model is."""
    p1812, itm = find("p1812"), find("itm")
    position = positions(tile, radius_m)[0]
    with tempfile.TemporaryDirectory() as folder:
        hgt = one_second_tile(tile, Path(folder))
        splat = Splat.set_up(Path(folder), hgt, *position, itm)
        window = cut([hgt], *position, resolution_m=RESOLUTION_M, radius_m=radius_m)
        pixels = np.array(splat.losses(radius_m))
        by_p1812, by_itm, by_splat = _costs([p1812, itm], splat, len(pixels), window, radius_m, runs)
    our_error_db, their_error_db = _errors_db(pixels, window, position, itm, radius_m)
    rows = [
        _row("this project, exact P.1812", by_p1812, by_splat, None),
        _row("this project, exact irregular terrain model", by_itm, by_splat, our_error_db),
        _row("SPLAT! HD, irregular terrain model along rays", by_splat, by_splat, their_error_db),
    ]
    musts = [
        Must("CPU time of a pixel, SPLAT! HD over our P.1812", by_splat.ns / by_p1812.ns, LEAST_RATIO_P1812, True),
        Must("CPU time of a pixel, SPLAT! HD over our same model", by_splat.ns / by_itm.ns, LEAST_RATIO_ITM, True),
        Must("irregular terrain model, our RMS error to the exact profile [dB]", _rms_db(our_error_db), MOST_RMS_DB),
    ]
    return rows, musts


def _costs(
    subjects: list[Subject], splat: Splat, splat_pixels: int, window: Window, radius_m: float, runs: int
) -> list[Marginal]:
    """Return what a pixel costs each of our models, and SPLAT! HD, in runs that take turns.

    Our window is that of the large job in both jobs, as SPLAT! loads the whole tile in both.
    """
    radii_m = (radius_m, SMALL_RADIUS_M)
    ours = [[rasters(subject, window, radius)[0].fill for radius in radii_m] for subject in subjects]
    counts = [
        [int(np.count_nonzero(fill() < NO_TERRAIN_DB)) for fill in jobs] for jobs in ours
    ]  # fmt: skip
    counts.append([splat_pixels, len(splat.losses(SMALL_RADIUS_M))])
    turns = [
        [*(tuple(cpu_s(fill) for fill in jobs) for jobs in ours), tuple(splat.run(radius) for radius in radii_m)]
        for _ in range(runs)
    ]
    return [
        Marginal(tuple(large for large, _ in spent), tuple(small for _, small in spent), count[0] - count[1])
        for spent, count in zip(zip(*turns, strict=True), counts, strict=True)
    ]


def _errors_db(
    pixels: FloatArray, window: Window, position: tuple[float, float], itm: Subject, radius_m: float
) -> tuple[FloatArray, FloatArray]:
    """Return the errors [dB] of our pixels at a sample of SPLAT!'s (longitude, latitude, loss), and of its own."""
    loss_db = rasters(itm, window, radius_m)[0].fill()
    grid = grid_round(*position, resolution_m=window.resolution_m, radius_m=radius_m)
    columns, rows = grid.column_row(*grid.project(pixels[:, 0], pixels[:, 1]))
    apart_m = np.hypot(columns - window.mast_column, rows - window.mast_row) * window.resolution_m
    far = np.flatnonzero((apart_m > SMALL_RADIUS_M) & (apart_m < radius_m - 2.0 * window.resolution_m))
    ours, theirs = [], []
    for i in np.random.default_rng(0).choice(far, min(SAMPLES, far.size), replace=False):
        column, row = float(columns[i]), float(rows[i])
        nearest = round(row), round(column)
        ours.append(loss_db[nearest] - _exact_loss_db(itm, window, nearest[1], nearest[0]))
        theirs.append(pixels[i, 2] - _exact_loss_db(itm, window, column, row))
    return np.array(ours), np.array(theirs)


def _exact_loss_db(itm: Subject, window: Window, column: float, row: float) -> float:
    """Return the loss at a place of the window on the terrain at equal intervals of the straight line to it [dB]."""
    across, down = column - window.mast_column, row - window.mast_row
    points = 1 + max(math.ceil(max(abs(across), abs(down))), 1)
    share = np.linspace(0.0, 1.0, points)
    places = [window.mast_row + down * share, window.mast_column + across * share]
    loss_db = path_loss(
        "itm",
        distance_m=share * max(math.hypot(across, down) * window.resolution_m, 1.0),
        terrain_m=map_coordinates(window.height_m, places, output=np.float64, order=1, mode="nearest"),
        frequency_mhz=itm.frequency_mhz,
        tx_height_m=TX_HEIGHT_M,
        rx_height_m=RX_HEIGHT_M,
    )
    return float(loss_db)


def _row(program: str, marginal: Marginal, splat: Marginal, error_db: FloatArray | None) -> Row:
    return {
        "program": program,
        "pixels": marginal.pixels,
        "pixel [ns]": marginal.ns,
        "least [ns]": min(marginal.each_ns),
        "most [ns]": max(marginal.each_ns),
        "SPLAT! over it": splat.ns / marginal.ns,
        "RMS error [dB]": None if error_db is None else _rms_db(error_db),
        "mean error [dB]": None if error_db is None else float(np.mean(error_db)),
        "largest error [dB]": None if error_db is None else float(np.abs(error_db).max()),
    }


def _rms_db(error_db: FloatArray) -> float:
    return math.sqrt(np.mean(error_db**2))
