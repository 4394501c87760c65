"""The error of the demonstration relief against real terrain: `python -m benchmarks.relief_error --tile N21E105.hgt`.

Made and real heights are compared on one 90 m grid over the tile, on the whole of it and inside the scenario's outline.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from phusong.terrain.elevation import load_elevation
from phusong.terrain.grid import Grid, utm_crs
from phusong.terrain.raster import open_rasters
from phusong.terrain.relief import make_relief

FloatArray = npt.NDArray[np.float64]

FACTS = Path(__file__).resolve().parents[1] / "scenarios" / "phu_tho" / "relief.csv"
RESOLUTION_M = 90.0
PERCENTILES = (10, 50, 90, 99)


@dataclass(frozen=True)
class ReliefError:
    """Made against real heights over some pixels.

    Attributes
    ----------
    pixels : how many pixels have both heights.
    rmse_m, bias_m : root mean square and mean of made less real height [m].
    correlation : between made and real heights.
    made_slope_deg, real_slope_deg : slopes at PERCENTILES [deg].
    """

    pixels: int
    rmse_m: float
    bias_m: float
    correlation: float
    made_slope_deg: tuple[float, ...]
    real_slope_deg: tuple[float, ...]


def tile_grid(tile: Path) -> Grid:
    """Return the 90 m UTM grid that covers a raster in WGS 84 longitude and latitude."""
    with open_rasters([tile]) as files:
        rows, columns = files[0].shape
        west, north = files[0].transform @ (0, 0)
        east, south = files[0].transform @ (columns, rows)
    crs = utm_crs((west + east) / 2, (south + north) / 2)
    return Grid.covering([west, east, west, east], [south, south, north, north], crs=crs, resolution_m=RESOLUTION_M)


def inside_outline(outline: Path, grid: Grid) -> npt.NDArray[np.bool_]:
    """Return which pixels (rows, columns) have their centre in the outline, a CSV of longitude and latitude."""
    vertices = pd.read_csv(outline)
    x_m, y_m = grid.project(vertices["longitude"], vertices["latitude"])
    polygon = shapely.Polygon(np.column_stack([x_m, y_m]))
    return np.asarray(shapely.contains_xy(polygon, *np.meshgrid(*grid.centres_m())), dtype=np.bool_)


def slope_deg(height_m: npt.NDArray[np.float32], resolution_m: float) -> FloatArray:
    """Return the slope of every pixel, by central differences [deg]."""
    along_rows, along_columns = np.gradient(height_m.astype(np.float64), resolution_m)
    return np.asarray(np.degrees(np.arctan(np.hypot(along_rows, along_columns))))


def compare(
    made_m: npt.NDArray[np.float32], real_m: npt.NDArray[np.float32], where: npt.NDArray[np.bool_], resolution_m: float
) -> ReliefError:
    """Return the error over the pixels `where` that have both heights; arrays (rows, columns)."""
    both = where & np.isfinite(made_m) & np.isfinite(real_m)
    made, real = made_m[both].astype(np.float64), real_m[both].astype(np.float64)
    made_slope, real_slope = slope_deg(made_m, resolution_m), slope_deg(real_m, resolution_m)
    sloped = both & np.isfinite(made_slope) & np.isfinite(real_slope)
    return ReliefError(
        pixels=int(both.sum()),
        rmse_m=float(np.sqrt(np.mean((made - real) ** 2))),
        bias_m=float(np.mean(made - real)),
        correlation=float(np.corrcoef(made, real)[0, 1]),
        made_slope_deg=tuple(np.percentile(made_slope[sloped], PERCENTILES).tolist()),
        real_slope_deg=tuple(np.percentile(real_slope[sloped], PERCENTILES).tolist()),
    )


def measure(tile: Path, facts: Path, outline: Path, seed: int) -> dict[str, ReliefError]:
    """Return the error inside the outline and on the whole tile."""
    grid = tile_grid(tile)
    real_m = load_elevation([tile], grid).height_m
    made_m = make_relief(facts, grid, seed).height_m
    areas = {"inside the outline": inside_outline(outline, grid), "whole tile": np.ones(grid.shape, dtype=np.bool_)}
    return {name: compare(made_m, real_m, where, RESOLUTION_M) for name, where in areas.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tile", type=Path, required=True, help="real terrain: HGT or GeoTIFF in WGS 84 degrees")
    parser.add_argument("--facts", type=Path, default=FACTS, help="table of facts (default: Phú Thọ)")
    parser.add_argument(
        "--outline", type=Path, default=FACTS.with_name("outline.csv"), help="CSV of longitude, latitude"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for name, error in measure(arguments.tile, arguments.facts, arguments.outline, arguments.seed).items():
        print(
            f"{name}: {error.pixels:,} pixels of {RESOLUTION_M:g} m, RMSE {error.rmse_m:.1f} m, "
            f"bias {error.bias_m:+.1f} m, correlation {error.correlation:.3f}"
        )
        print("  slope at percentile  " + "".join(f"{percentile:>8} %" for percentile in PERCENTILES))
        for label, slopes in (("made", error.made_slope_deg), ("real", error.real_slope_deg)):
            print(f"  {label} [deg]          " + "".join(f"{slope:>10.1f}" for slope in slopes))


if __name__ == "__main__":
    main()
