"""The metric grid that everything is computed on: a projected CRS, a corner, a pixel size and a shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import CRS, Proj, Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError
from scipy.interpolate import RectBivariateSpline

from phusong.terrain.window import Window

FloatArray = npt.NDArray[np.float64]

_GEOGRAPHIC = "EPSG:4326"
_SCALE_LATTICE_STEPS = 16


@dataclass(frozen=True)
class Grid:
    """A north-up raster grid with square pixels.

    A value of a layer stands at the centre of its pixel. Fractional (column, row) coordinates have their origin at the
    centre of the north-west pixel, so whole numbers are pixel centres.

    Attributes
    ----------
    crs : projected CRS with metres as unit, such as "EPSG:32648".
    west_m, north_m : outer corner of the north-west pixel [m].
    resolution_m : side of a pixel [m].
    rows, columns : shape; rows run southwards.
    """

    crs: str
    west_m: float
    north_m: float
    resolution_m: float
    rows: int
    columns: int

    def __post_init__(self) -> None:
        if not 0 < self.resolution_m < math.inf or self.rows <= 0 or self.columns <= 0:
            raise ValueError("a grid needs a positive resolution, rows and columns")
        if not (math.isfinite(self.west_m) and math.isfinite(self.north_m)):
            raise ValueError("the corner of a grid needs finite coordinates")
        _check_crs(self.crs)

    @classmethod
    def covering(
        cls,
        longitude_deg: Sequence[float],
        latitude_deg: Sequence[float],
        *,
        crs: str,
        resolution_m: float,
        margin_m: float = 0.0,
    ) -> Grid:
        """Return the smallest grid that holds all the points, its corner on a multiple of the resolution.

        Raises ValueError for positions the CRS does not reach.
        """
        _check_crs(crs)
        x_m, y_m = _transformer(crs).transform(np.asarray(longitude_deg), np.asarray(latitude_deg))
        if not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
            raise ValueError(f"some positions have no place in {crs}")
        west = math.floor((float(np.min(x_m)) - margin_m) / resolution_m)
        east = math.ceil((float(np.max(x_m)) + margin_m) / resolution_m)
        south = math.floor((float(np.min(y_m)) - margin_m) / resolution_m)
        north = math.ceil((float(np.max(y_m)) + margin_m) / resolution_m)
        return cls(
            crs=crs,
            west_m=west * resolution_m,
            north_m=north * resolution_m,
            resolution_m=resolution_m,
            rows=max(north - south, 1),
            columns=max(east - west, 1),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.rows, self.columns

    @property
    def transform(self) -> Affine:
        """Affine transform from (column, row) of a pixel's outer corner to (x, y) [m], as rasterio uses it."""
        return Affine(self.resolution_m, 0.0, self.west_m, 0.0, -self.resolution_m, self.north_m)

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) [m]."""
        return (
            self.west_m,
            self.north_m - self.rows * self.resolution_m,
            self.west_m + self.columns * self.resolution_m,
            self.north_m,
        )

    def window(self, row_start: int, row_stop: int, column_start: int, column_stop: int) -> Grid:
        """Return the part of the grid between those rows and columns."""
        return Grid(
            crs=self.crs,
            west_m=self.west_m + column_start * self.resolution_m,
            north_m=self.north_m - row_start * self.resolution_m,
            resolution_m=self.resolution_m,
            rows=row_stop - row_start,
            columns=column_stop - column_start,
        )

    @property
    def whole(self) -> Window:
        """All of the grid."""
        return Window(0, self.rows, 0, self.columns)

    def column_row(self, x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return fractional (column, row) of map positions; whole numbers are pixel centres."""
        column = (np.asarray(x_m, dtype=np.float64) - self.west_m) / self.resolution_m - 0.5
        row = (self.north_m - np.asarray(y_m, dtype=np.float64)) / self.resolution_m - 0.5
        return column, row

    def centres_m(self) -> tuple[FloatArray, FloatArray]:
        """Return x of the columns' centres, shape (columns,), and y of the rows' centres, shape (rows,) [m]."""
        x_m = self.west_m + (np.arange(self.columns, dtype=np.float64) + 0.5) * self.resolution_m
        y_m = self.north_m - (np.arange(self.rows, dtype=np.float64) + 0.5) * self.resolution_m
        return x_m, y_m

    def project(self, longitude_deg: npt.ArrayLike, latitude_deg: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return (x, y) [m] in the grid's CRS of WGS 84 positions."""
        x_m, y_m = _transformer(self.crs).transform(
            np.asarray(longitude_deg, dtype=np.float64), np.asarray(latitude_deg, dtype=np.float64)
        )
        return np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)

    def unproject(self, x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return WGS 84 (longitude, latitude) [deg] of positions in the grid's CRS."""
        longitude_deg, latitude_deg = _transformer(self.crs).transform(
            np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64), direction=TransformDirection.INVERSE
        )
        return np.asarray(longitude_deg, dtype=np.float64), np.asarray(latitude_deg, dtype=np.float64)

    def pixel_area_km2(self) -> npt.NDArray[np.float32]:
        """Return the true area of every pixel on the ellipsoid, shape (rows, columns) [km2].

        A projection stretches areas (UTM by up to 0.1 %); its areal scale is computed on a coarse lattice and
        interpolated by cubic splines between, since it varies smoothly.
        """
        west, south, east, north = self.bounds_m
        lattice_x = np.linspace(west, east, _SCALE_LATTICE_STEPS)
        lattice_y = np.linspace(south, north, _SCALE_LATTICE_STEPS)
        longitude, latitude = self.unproject(*np.meshgrid(lattice_x, lattice_y))
        scale = np.asarray(Proj(self.crs).get_factors(longitude, latitude).areal_scale)
        spline = RectBivariateSpline(lattice_y, lattice_x, (self.resolution_m / 1000.0) ** 2 / scale)
        x_m, y_m = self.centres_m()
        # Splines want rising coordinates; rows run southwards.
        area_km2: npt.NDArray[np.float32] = spline(y_m[::-1], x_m)[::-1].astype(np.float32)
        return area_km2


@lru_cache(maxsize=32)
def _check_crs(crs: str) -> None:
    """Raise ValueError unless it is a projected CRS in metres."""
    try:
        parsed = CRS.from_user_input(crs)
    except CRSError as error:
        raise ValueError(f"{crs} is not a CRS that PROJ knows") from error
    if not parsed.is_projected or any(axis.unit_name != "metre" for axis in parsed.axis_info):
        raise ValueError(f"{crs} is not a projected CRS in metres")


@lru_cache(maxsize=32)
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(_GEOGRAPHIC, crs, always_xy=True)


def utm_crs(longitude_deg: float, latitude_deg: float) -> str:
    """Return the WGS 84 / UTM zone of a position, such as "EPSG:32648"."""
    zone = int((longitude_deg + 180.0) // 6.0) % 60 + 1
    return f"EPSG:{32600 + zone if latitude_deg >= 0 else 32700 + zone}"
