"""SPLAT! HD at work: a tile, a mast, jobs to a radius, and what a pixel of them costs."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt, map_coordinates

from phusong.laboratory.subjects import RX_HEIGHT_M, TX_HEIGHT_M, Subject
from phusong.laboratory.timing import run_child
from phusong.terrain.elevation import fill_enclosed
from phusong.terrain.raster import open_rasters

SAMPLES_A_SIDE = 3601  # of a tile of one degree at one arc second


@dataclass(frozen=True)
class Splat:
    """SPLAT! HD set up in a folder: a tile, a mast and the parameters of the irregular terrain model."""

    folder: Path

    @classmethod
    def set_up(cls, folder: Path, hgt: Path, longitude_deg: float, latitude_deg: float, itm: Subject) -> Splat:
        """Convert a one-arc-second tile in the folder and write the files SPLAT! reads, with our model's settings."""
        run_child(["srtm2sdf-hd", "-d", "/dev/null", hgt.name], folder=folder)
        # SPLAT! counts longitude westwards.
        (folder / "mast.qth").write_text(f"mast\n{latitude_deg:.8f}\n{-longitude_deg:.8f}\n{TX_HEIGHT_M} meters\n")
        known = itm.defaults
        ground = [known[name] for name in ("ground_permittivity", "ground_conductivity", "surface_refractivity")]
        vertical, half = int(known["polarization"] == "vertical"), "0.50"  # of the situations, and of the time
        lines = [*ground, itm.frequency_mhz, known["climate"], vertical, half, half]
        (folder / "mast.lrp").write_text("".join(f"{line}\n" for line in lines))
        return cls(folder)

    def run(self, radius_m: float, *options: str) -> float:
        """Return the CPU time of one job [s]; the picture is written, but nothing is drawn into it."""
        command = [
            "splat-hd", "-t", "mast.qth", "-L", str(RX_HEIGHT_M), "-R", str(radius_m / 1000.0),
            "-metric", "-olditm", "-N", "-d", ".", "-db", "1", "-ngs", "-o", "picture.ppm", *options,
        ]  # fmt: skip
        return run_child(command, folder=self.folder).cpu_s

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
