"""Terrain to measure on: a window cut out of a real tile, or made fractal terrain, with a mast in its middle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from phusong.kernels.raster.profile import Mast, interpolate
from phusong.kernels.raster.surface import Surface
from phusong.terrain.elevation import load_elevation
from phusong.terrain.fractal import Fractal
from phusong.terrain.grid import Grid, utm_crs
from phusong.terrain.raster import open_rasters

FloatArray = npt.NDArray[np.float32]

INNER_SHARES = ((0.4, 0.3), (0.3, 0.75), (0.7, 0.35), (0.75, 0.8))
"""Mast positions in a tile: shares of the way from west to east and from south to north."""
MADE = {"plain": (15.0, 40_000.0), "hills": (90.0, 12_000.0), "mountains": (400.0, 15_000.0)}
"""Made terrain: standard deviation of its height [m] and its longest wavelength [m]."""

_MARGIN_PIXELS = 4
_PATCH_SCALE_PIXELS = 3.0


@dataclass(frozen=True, eq=False)
class Window:
    """Ground (rows, columns) [m] round a mast that stands at fractional (column, row) coordinates."""

    name: str
    height_m: FloatArray
    resolution_m: float
    mast_column: float
    mast_row: float

    @property
    def relief_m(self) -> float:
        """Highest less lowest ground [m]."""
        return float(np.nanmax(self.height_m) - np.nanmin(self.height_m))

    def lay_out(self, mast_height_m: float, clutter_m: FloatArray | None = None) -> tuple[Surface, Mast]:
        """Return the window as the sweep takes it, and the mast in it."""
        surface = Surface.lay_out(self.height_m, clutter_m)
        column, row = math.floor(self.mast_column), math.floor(self.mast_row)
        column_rest, row_rest = self.mast_column - column, self.mast_row - row
        ground_m = interpolate(surface.ground_by_row, row, column, row_rest, column_rest)
        return surface, Mast(column, row, column_rest, row_rest, ground_m, mast_height_m)


def cut(
    tiles: Sequence[Path], longitude_deg: float, latitude_deg: float, *, resolution_m: float, radius_m: float
) -> Window:
    """Cut the window round a mast out of real tiles; voids are filled from the samples round them."""
    grid = grid_round(longitude_deg, latitude_deg, resolution_m=resolution_m, radius_m=radius_m)
    column, row = grid.column_row(*grid.project(longitude_deg, latitude_deg))
    return Window(
        name=f"{tiles[0].stem} {longitude_deg:.2f} {latitude_deg:.2f}",
        height_m=load_elevation(tiles, grid, fill_voids=True).height_m,
        resolution_m=resolution_m,
        mast_column=float(column),
        mast_row=float(row),
    )


def grid_round(longitude_deg: float, latitude_deg: float, *, resolution_m: float, radius_m: float) -> Grid:
    """Return the grid of the window round a mast."""
    return Grid.covering(
        [longitude_deg],
        [latitude_deg],
        crs=utm_crs(longitude_deg, latitude_deg),
        resolution_m=resolution_m,
        margin_m=radius_m + _MARGIN_PIXELS * resolution_m,
    )


def positions(tile: Path, radius_m: float) -> list[tuple[float, float]]:
    """Return (longitude, latitude) [deg] of masts in a tile, each at least the radius from its edge."""
    with open_rasters([tile]) as files:
        (rows, columns), transform = files[0].shape, files[0].transform
    west, north = transform.c, transform.f
    east, south = west + columns * transform.a, north + rows * transform.e
    margin_y = 1.05 * radius_m / 111_000.0
    margin_x = margin_y / math.cos(math.radians((south + north) / 2))
    return [
        (
            west + margin_x + across * (east - west - 2 * margin_x),
            south + margin_y + up * (north - south - 2 * margin_y),
        )
        for across, up in INNER_SHARES
    ]


def make(name: str, *, resolution_m: float, radius_m: float, seed: int = 1) -> Window:
    """Make the fractal window of that name in MADE."""
    deviation_m, longest_m = MADE[name]
    half = math.ceil(radius_m / resolution_m) + _MARGIN_PIXELS
    at_m = resolution_m * np.arange(-half, half + 1, dtype=np.float64)
    reach_m = float(at_m[-1])
    detail = Fractal(
        (-reach_m, -reach_m, reach_m, reach_m),
        seed,
        longest_m=longest_m,
        shortest_m=2 * resolution_m,
        persistence=0.5,
        folded=3,
    )
    return Window(
        name=f"made {name}",
        height_m=(500.0 + deviation_m * detail(*np.meshgrid(at_m, at_m))).astype(np.float32),
        resolution_m=resolution_m,
        mast_column=half + 0.37,
        mast_row=half + 0.81,
    )


def windows(tiles: Sequence[Path], *, resolution_m: float, radius_m: float) -> list[Window]:
    """Return four windows of each tile; of made terrain where there is none."""
    if tiles:
        return [
            cut([tile], *position, resolution_m=resolution_m, radius_m=radius_m)
            for tile in tiles
            for position in positions(tile, radius_m)
        ]
    return [make(name, resolution_m=resolution_m, radius_m=radius_m) for name in MADE]


def clutter_patches(shape: tuple[int, int], *, height_m: float = 12.0, seed: int = 3) -> FloatArray:
    """Return clutter that covers about half the ground in patches some 200 m wide (30 m pixels) [m]."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=shape), _PATCH_SCALE_PIXELS)
    return np.where(noise > 0.0, np.float32(height_m), np.float32(0.0))
