"""CPU time against SPLAT! HD: `python -m benchmarks.against_splat --terrain TILE.hgt`.

Both programs compute the path loss from one mast to every pixel within 10 km, over the same heights, on about 30 m
pixels. The same job at 0.5 km is subtracted, which leaves the cost of a pixel without start-up, tile and picture. Ours
is P.1812 on the exact profile of every pixel; theirs is the irregular terrain model (`-olditm`) along rays. Their
pixels are counted from their own list. Needs the Debian package `splat`.
"""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt, map_coordinates

from benchmarks.exact_sweep import FREQUENCY_MHZ, MAST_HEIGHT_M, MOBILE_HEIGHT_M, Job
from phusong.kernels.raster.sweep import NO_TERRAIN_DB
from phusong.laboratory import report, terrain
from phusong.laboratory.timing import cpu_s, run_child
from phusong.terrain.elevation import fill_enclosed
from phusong.terrain.raster import open_rasters

LossArray = npt.NDArray[np.float32]

PROGRAMS = ("splat-hd", "srtm2sdf-hd")
HOW_TO_INSTALL = "SPLAT! HD is not here. On Debian or Ubuntu: apt-get install splat"
SAMPLES_A_SIDE = 3601  # of a tile of one degree at one arc second
SMALL_RADIUS_M = 500.0
RESOLUTION_M = 30.0
LEAST_RATIO = 8.0


@dataclass(frozen=True)
class Splat:
    """SPLAT! HD set up in a folder: a tile, a mast and the parameters of the irregular terrain model."""

    folder: Path

    @classmethod
    def set_up(cls, folder: Path, hgt: Path, longitude_deg: float, latitude_deg: float) -> Splat:
        """Convert a one-arc-second tile in the folder and write the files SPLAT! reads."""
        run_child(["srtm2sdf-hd", "-d", "/dev/null", hgt.name], folder=folder)
        # SPLAT! counts longitude westwards.
        (folder / "mast.qth").write_text(f"mast\n{latitude_deg:.8f}\n{-longitude_deg:.8f}\n{MAST_HEIGHT_M} meters\n")
        ground = "22.0\n0.003\n325.0\n"  # permittivity, conductivity, refractivity, as in P.1812
        (folder / "mast.lrp").write_text(f"{ground}{FREQUENCY_MHZ}\n5\n1\n0.50\n0.50\n")
        return cls(folder)

    def run(self, radius_m: float, *options: str) -> float:
        """Return the CPU time of one job [s]; the picture is written, but nothing is drawn into it."""
        command = [
            "splat-hd", "-t", "mast.qth", "-L", str(MOBILE_HEIGHT_M), "-R", str(radius_m / 1000.0),
            "-metric", "-olditm", "-N", "-d", ".", "-db", "1", "-ngs", "-o", "picture.ppm", *options,
        ]  # fmt: skip
        return run_child(command, folder=self.folder).cpu_s

    def pixels(self, radius_m: float) -> int:
        """Return how many pixels a job computes, from SPLAT!'s list of them."""
        return len(self.losses(radius_m))

    def losses(self, radius_m: float) -> list[tuple[float, float, float]]:
        """Return (longitude, latitude, loss) of every pixel of a job [deg, deg, dB], from SPLAT!'s list of them."""
        self.run(radius_m, "-ano", "pixels.txt")
        pixels = []
        with (self.folder / "pixels.txt").open(encoding="ascii") as file:
            for line in file:
                if ";" not in line:  # the two lines on the bounds are commented
                    latitude, west, _azimuth, _elevation, loss = line.replace("*", "").split(",")
                    pixels.append((-float(west), float(latitude), float(loss)))
        return pixels


def one_second_tile(tile: Path, folder: Path) -> Path:
    """Write the tile at one arc second as HGT into the folder, bilinear between its samples.

    Voids are filled, at the edge of the tile by the nearest sample: both programs get the same heights.
    """
    with open_rasters([tile]) as files:
        height_m = files[0].read(0, files[0].shape[0], 0, files[0].shape[1])
    patch = fill_enclosed(height_m)
    height_m[patch.rows, patch.columns] = patch.values
    nearest: Any = distance_transform_edt(np.isnan(height_m), return_distances=False, return_indices=True)
    height_m = height_m[tuple(nearest)]
    at = [np.linspace(0, side - 1, SAMPLES_A_SIDE) for side in height_m.shape]
    fine_m = map_coordinates(height_m, np.meshgrid(*at, indexing="ij"), order=1, mode="nearest")
    path = folder / f"{tile.stem[:7]}.hgt"
    np.round(fine_m).astype(">i2").tofile(path)
    return path


def our_pixels(loss_db: LossArray) -> int:
    """Return how many pixels have a loss."""
    return int(np.count_nonzero(loss_db < NO_TERRAIN_DB))


@dataclass(frozen=True)
class Marginal:
    """CPU time of the large and of the small job in each run [s], and what the large one has more of in pixels."""

    large_s: tuple[float, ...]
    small_s: tuple[float, ...]
    pixels: int

    @property
    def each_ns(self) -> list[float]:
        """CPU time of a pixel in each run [ns]."""
        return [(large - small) / self.pixels * 1e9 for large, small in zip(self.large_s, self.small_s, strict=True)]

    @property
    def ns(self) -> float:
        """CPU time of a pixel, median of the runs [ns]."""
        return statistics.median(self.each_ns)


def row(program: str, marginal: Marginal) -> report.Row:
    """Return the row of a program."""
    return {
        "program": program,
        "pixels": marginal.pixels,
        "large job [s]": statistics.median(marginal.large_s),
        "small job [s]": statistics.median(marginal.small_s),
        "CPU [ns/pixel]": marginal.ns,
        "least [ns/pixel]": min(marginal.each_ns),
        "most [ns/pixel]": max(marginal.each_ns),
    }


def set_up(
    tile: Path, position: tuple[float, float] | None, *, radius_m: float, folder: Path
) -> tuple[Splat, terrain.Window]:
    """Return SPLAT! HD with a mast in the tile, and the window round the same mast on our pixels."""
    longitude_deg, latitude_deg = position or terrain.positions(tile, radius_m)[0]
    hgt = one_second_tile(tile, folder)
    splat = Splat.set_up(folder, hgt, longitude_deg, latitude_deg)
    return splat, terrain.cut([hgt], longitude_deg, latitude_deg, resolution_m=RESOLUTION_M, radius_m=radius_m)


def exact_p1812(window: terrain.Window, radius_m: float) -> LossArray:
    """Return the loss of every pixel of a window by the exact sweep of P.1812 [dB]."""
    return Job(*window.lay_out(MAST_HEIGHT_M), RESOLUTION_M, radius_m).run()


def compare(
    splat: Splat,
    window: terrain.Window,
    ours: Callable[[terrain.Window, float], LossArray],
    *,
    radius_m: float,
    runs: int,
) -> tuple[Marginal, Marginal]:
    """Return what a pixel costs us, and what it costs SPLAT! HD, in runs that take turns.

    ours : computes the loss of a window within a radius. The window is that of the large job in both jobs, as SPLAT!
        loads the whole tile in both.
    """
    our_count = our_pixels(ours(window, radius_m)) - our_pixels(ours(window, SMALL_RADIUS_M))
    their_count = splat.pixels(radius_m) - splat.pixels(SMALL_RADIUS_M)
    turns = [
        (
            cpu_s(lambda: ours(window, radius_m)),
            cpu_s(lambda: ours(window, SMALL_RADIUS_M)),
            splat.run(radius_m),
            splat.run(SMALL_RADIUS_M),
        )
        for _ in range(runs)
    ]
    our_large_s, our_small_s, their_large_s, their_small_s = zip(*turns, strict=True)
    return Marginal(our_large_s, our_small_s, our_count), Marginal(their_large_s, their_small_s, their_count)


def pixel_note(radius_m: float, ours: Marginal, theirs: Marginal) -> str:
    """Return what the pixels of both measure."""
    disc = math.pi * (radius_m**2 - SMALL_RADIUS_M**2)
    return (
        f"side of a pixel: ours {math.sqrt(disc / ours.pixels):.1f} m, theirs {math.sqrt(disc / theirs.pixels):.1f} m "
        "(one arc second); the ratio is per pixel"
    )


def read_arguments(description: str | None, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what a comparison was asked for, the tile that lies beside the checkout if none is named.

    Ends with exit code 2 where SPLAT! HD is missing.
    """
    parser = report.parser(description)
    parser.add_argument("--terrain", type=Path, metavar="TILE", help="HGT tile (default: one beside the checkout)")
    parser.add_argument("--mast", type=float, nargs=2, metavar=("LON", "LAT"), help="mast position [deg]")
    parser.add_argument("--radius", type=float, default=10.0, metavar="KM")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args(arguments)
    if not all(map(shutil.which, PROGRAMS)):
        print(HOW_TO_INSTALL, file=sys.stderr)
        raise SystemExit(2)
    given.terrain = given.terrain or next(iter(terrain.found_tiles()), None)
    if given.terrain is None:
        parser.error("no tile is beside the checkout: name one with --terrain")
    return given


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; exit code 2 where SPLAT! HD is missing."""
    given = read_arguments(__doc__, arguments)
    radius_m = 1000.0 * given.radius
    with tempfile.TemporaryDirectory() as folder:
        splat, window = set_up(given.terrain, given.mast, radius_m=radius_m, folder=Path(folder))
        ours, theirs = compare(splat, window, exact_p1812, radius_m=radius_m, runs=given.runs)
    ratio = theirs.ns / ours.ns
    must = report.Must("CPU time of a pixel, SPLAT! HD over ours", ratio, LEAST_RATIO, at_least=True)
    title = (
        f"Against SPLAT! HD on {given.terrain.name}, {given.radius:g} km less {SMALL_RADIUS_M / 1000:g} km, "
        f"one core, median of {given.runs}"
    )
    rows = [row("this project, exact P.1812", ours), row("SPLAT! HD, irregular terrain model", theirs)]
    report.show(title, rows, [must], [pixel_note(radius_m, ours, theirs)], as_json=given.json)


if __name__ == "__main__":
    main()
