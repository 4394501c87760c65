"""The irregular terrain model over a raster, against SPLAT! HD: `python -m benchmarks.itm_sweep --terrain TILE.hgt`.

Both programs compute the same model with the same settings from one mast to every pixel within 10 km, over the same
heights, on about 30 m pixels. CPU time is that of ``against_splat``: the job at 0.5 km is subtracted. The error of both
is that to the exact profile: the bilinear terrain at equal intervals of about a pixel on the straight line, and NTIA's
model on it, at a random sample of SPLAT!'s pixels and at ours that are nearest to them. Needs the package `splat`.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from benchmarks import against_splat, report, terrain
from benchmarks.exact_sweep import FREQUENCY_MHZ, MAST_HEIGHT_M, MOBILE_HEIGHT_M
from phusong.kernels.models import path_loss
from phusong.kernels.raster.itm_sweep import sweep_itm
from phusong.kernels.raster.sweep import Region
from phusong.terrain.grid import Grid, utm_crs

FloatArray = npt.NDArray[np.float64]

MOST_RMS_DB = 0.7
LEAST_RATIO = 1.0
AIMED_RATIO = 2.0
SETTINGS: dict[str, Any] = {
    "frequency_mhz": FREQUENCY_MHZ,
    "rx_height_m": MOBILE_HEIGHT_M,
    "climate": 5,
    "surface_refractivity": 325.0,
    "polarization": "vertical",
    "ground_permittivity": 22.0,
    "ground_conductivity": 0.003,
    "variability_mode": 12,
    "confidence_percent": 50.0,
    "reliability_percent": 50.0,
}
"""As ``against_splat.Splat.set_up`` gives them to SPLAT!."""


def itm(window: terrain.Window, radius_m: float) -> against_splat.LossArray:
    """Return the loss of every pixel of a window by the irregular terrain model [dB]."""
    surface, mast = window.lay_out(MAST_HEIGHT_M)
    rows, columns = surface.shape
    return sweep_itm(
        surface,
        mast,
        region=Region(0, rows, 0, columns),
        resolution_m=window.resolution_m,
        radius_m=radius_m,
        **SETTINGS,
    )


def exact_loss_db(window: terrain.Window, column: float, row: float) -> float:
    """Return the loss at a place of the window on the terrain at equal intervals of the straight line to it [dB]."""
    across, down = column - window.mast_column, row - window.mast_row
    points = 1 + max(math.ceil(max(abs(across), abs(down))), 1)
    share = np.linspace(0.0, 1.0, points)
    places = [window.mast_row + down * share, window.mast_column + across * share]
    ground_m = map_coordinates(window.height_m, places, output=np.float64, order=1, mode="nearest")
    distance_m = share * max(math.hypot(across, down) * window.resolution_m, 1.0)
    return float(path_loss("itm", distance_m=distance_m, terrain_m=ground_m, tx_height_m=MAST_HEIGHT_M, **SETTINGS))


def errors_db(
    splat: against_splat.Splat, window: terrain.Window, position: tuple[float, float], *, radius_m: float, samples: int
) -> tuple[FloatArray, FloatArray]:
    """Return the errors of a sample of our pixels, and of SPLAT!'s at the same places [dB]."""
    loss_db = itm(window, radius_m)
    pixels = np.array(splat.losses(radius_m))
    grid = Grid.covering(
        [position[0]],
        [position[1]],
        crs=utm_crs(*position),
        resolution_m=window.resolution_m,
        margin_m=radius_m + terrain.MARGIN_PIXELS * window.resolution_m,
    )
    columns, rows = grid.column_row(*grid.project(pixels[:, 0], pixels[:, 1]))
    apart_m = np.hypot(columns - window.mast_column, rows - window.mast_row) * window.resolution_m
    far = np.flatnonzero((apart_m > against_splat.SMALL_RADIUS_M) & (apart_m < radius_m - 2.0 * window.resolution_m))
    ours, theirs = [], []
    for i in np.random.default_rng(0).choice(far, min(samples, far.size), replace=False):
        column, row = float(columns[i]), float(rows[i])
        theirs.append(pixels[i, 2] - exact_loss_db(window, column, row))
        nearest = round(row), round(column)
        ours.append(loss_db[nearest] - exact_loss_db(window, nearest[1], nearest[0]))
    return np.array(ours), np.array(theirs)


def row(program: str, marginal: against_splat.Marginal, error_db: FloatArray) -> report.Row:
    """Return the row of a program."""
    return against_splat.row(program, marginal) | {
        "RMS error [dB]": math.sqrt(np.mean(error_db**2)),
        "mean error [dB]": float(np.mean(error_db)),
        "greatest [dB]": float(np.abs(error_db).max()),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; exit code 2 where SPLAT! HD is missing."""
    given = against_splat.read_arguments(__doc__, arguments)
    radius_m = 1000.0 * given.radius
    position = given.mast or terrain.positions(given.terrain, radius_m)[0]
    with tempfile.TemporaryDirectory() as folder:
        splat, window = against_splat.set_up(given.terrain, position, radius_m=radius_m, folder=Path(folder))
        ours, theirs = against_splat.compare(splat, window, itm, radius_m=radius_m, runs=given.runs)
        our_error_db, their_error_db = errors_db(splat, window, position, radius_m=radius_m, samples=4000)
    rows = [
        row("this project, exact profiles", ours, our_error_db),
        row("SPLAT! HD, along rays", theirs, their_error_db),
    ]
    ratio = theirs.ns / ours.ns
    musts = [
        report.Must("RMS error to the exact profile, ours [dB]", float(rows[0]["RMS error [dB]"] or 0.0), MOST_RMS_DB),
        report.Must("CPU time of a pixel, SPLAT! HD over ours", ratio, LEAST_RATIO, at_least=True),
    ]
    title = (
        f"Irregular terrain model on {given.terrain.name}, {given.radius:g} km less "
        f"{against_splat.SMALL_RADIUS_M / 1000:g} km, one core, median of {given.runs}"
    )
    notes = [
        against_splat.pixel_note(radius_m, ours, theirs),
        f"aimed at: a ratio of {AIMED_RATIO:g}; errors at {our_error_db.size:,} pixels",
    ]
    report.show(title, rows, musts, notes, as_json=given.json)


if __name__ == "__main__":
    main()
