"""Raster files, in and out: the only caller of rasterio."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.features
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile

from phusong.errors import InputError, Problem, input_error
from phusong.terrain import mosaic
from phusong.terrain.files import write_atomically
from phusong.terrain.grid import Grid
from phusong.terrain.mosaic import HeightArray, IntArray, Patch

COG_DTYPES = ("float64", "float32", "int32", "int16", "uint16", "uint8")

_HGT_NAME = re.compile(r"[NS]\d{2}[EW]\d{3}(\..*)?\.hgt", re.IGNORECASE)
_HGT_SIDES = (1201, 3601)
_METRES = {"", "m", "metre", "metres", "meter", "meters"}
_STRIP_SAMPLES = 4_000_000
_GREATEST_COUNT = 1e8  # more than live in any city
_RESERVED_TAGS = ("AREA_OR_POINT", "description", "nodata", "units")


@dataclass(frozen=True, eq=False)
class RasterFile:
    """An opened raster of one quantity; use it in one thread only.

    Attributes
    ----------
    path : the file.
    crs : horizontal CRS.
    vertical_crs : name of the vertical CRS, None where the file states none.
    transform : from (column, row) of a sample's outer corner to x, y in the CRS.
    shape : (rows, columns).
    voids : number of samples without data in the whole file.
    void_value : what a void is read as; NaN leaves it without data.
    patch : values that stand in for voids, None for none.
    """

    path: Path
    dataset: Any
    crs: CRS
    vertical_crs: str | None
    transform: Affine
    shape: tuple[int, int]
    voids: int = 0
    void_value: float = math.nan
    patch: Patch | None = None

    def read(self, row_start: int, row_stop: int, column_start: int, column_stop: int) -> HeightArray:
        """Return the samples of that window as float32; nodata, masked and NaN samples become void_value."""
        window = (row_start, row_stop), (column_start, column_stop)
        stored = self.dataset.read(1, window=window, masked=True)
        values: HeightArray = stored.filled(0).astype(np.float32)
        scale, offset = self.dataset.scales[0], self.dataset.offsets[0]
        if (scale, offset) != (1.0, 0.0):
            values = (values * scale + offset).astype(np.float32)
        values[np.ma.getmaskarray(stored) | np.isnan(values)] = self.void_value
        return values


@contextmanager
def open_rasters(
    paths: Sequence[Path], *, lowest_m: float = -math.inf, highest_m: float = math.inf, void_value: float = math.nan
) -> Iterator[list[RasterFile]]:
    """Open raster files and look through every sample of them.

    Raises one InputError with the problems of all files: missing, broken, misnamed, without CRS or position, not in
    metres, more than one band, values outside lowest_m to highest_m.
    """
    if not paths:
        raise ValueError("at least one raster file is needed")
    files: list[RasterFile] = []
    problems: list[Problem] = []
    with ExitStack() as stack:
        for path in paths:
            try:
                files.append(_open(Path(path), stack, lowest_m, highest_m, void_value))
            except InputError as error:
                problems.extend(error.problems)
        if problems:
            raise InputError(problems)
        yield files


def read_onto(paths: Sequence[Path], grid: Grid) -> HeightArray:
    """Return the rasters as one surface, bilinear at the pixel centres of the grid; float32, NaN for no data.

    The first file with data counts where files overlap. Raises InputError as open_rasters does.
    """
    with open_rasters(paths) as files:
        return mosaic.sample(files, grid).value


def read_classes(path: Path, grid: Grid) -> HeightArray:
    """Return the codes of a raster of classes at the pixel centres of the grid, those of the samples they fall into.

    float32 as stored, NaN for no data. Raises InputError as open_rasters does, but for units.
    """
    with ExitStack() as stack:
        file = _open_file(path, stack, in_metres=False)
        try:
            return mosaic.nearest(file, grid)
        except RasterioError as error:
            raise _broken(path, error) from error


@contextmanager
def open_counts(path: Path) -> Iterator[RasterFile]:
    """Open a raster of counts and look through every sample of it.

    Raises an InputError as open_rasters does, but for units; counts are finite and not negative.
    """
    with ExitStack() as stack:
        file = _open_file(path, stack, in_metres=False)
        _count_voids(file, 0.0, _GREATEST_COUNT, unit="")
        yield file


def _open(path: Path, stack: ExitStack, lowest_m: float, highest_m: float, void_value: float) -> RasterFile:
    opened = _open_file(path, stack, in_metres=True)
    return replace(opened, voids=_count_voids(opened, lowest_m, highest_m), void_value=void_value)


def _open_file(path: Path, stack: ExitStack, *, in_metres: bool) -> RasterFile:
    _check_file(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = stack.enter_context(rasterio.open(path))
    except RasterioError as error:
        raise _broken(path, error) from error
    _check_dataset(path, dataset, in_metres)
    crs = CRS.from_wkt(dataset.crs.to_wkt())
    horizontal, vertical = (crs.sub_crs_list[0], crs.sub_crs_list[1].name) if crs.is_compound else (crs, None)
    try:
        Transformer.from_crs(horizontal, "EPSG:4326")
    except ProjError as error:
        raise input_error(
            path,
            f"positions in the CRS {horizontal.name} cannot be converted to WGS 84",
            "Reproject the file with gdalwarp.",
        ) from error
    return RasterFile(path, dataset, horizontal, vertical, dataset.transform, dataset.shape)


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise input_error(
            path, "there is no such file", "Name an existing raster file; relative paths start at the scenario."
        )
    if path.suffix.lower() != ".hgt":
        return
    if not _HGT_NAME.fullmatch(path.name):
        raise input_error(
            path,
            f"the name {path.name!r} does not say where the tile lies",
            "An SRTM tile is named after its south-west corner, such as N21E105.hgt.",
        )
    size = path.stat().st_size
    if size not in {2 * side * side for side in _HGT_SIDES}:
        sizes = " or ".join(f"{2 * side * side} bytes ({side} x {side})" for side in _HGT_SIDES)
        raise input_error(
            path, f"the file has {size} bytes", f"An SRTM tile has {sizes}: get the file again, unpacked."
        )


def _check_dataset(path: Path, dataset: Any, in_metres: bool) -> None:
    """Raise an InputError with everything about the raster that keeps its values from being used."""
    problems: list[Problem] = []

    def problem(field: str, message: str, remedy: str) -> None:
        problems.append(Problem(str(path), None, field, message, remedy))

    bands = [kind for kind in dataset.colorinterp if kind is not ColorInterp.alpha]
    if len(bands) != 1 or "complex" in dataset.dtypes[0]:
        problem(
            "band",
            f"{len(bands)} bands of {dataset.dtypes[0]}",
            "One band of numbers is needed: extract it with gdal_translate -b.",
        )
    if dataset.crs is None:
        problem(
            "CRS", "the raster states no coordinate reference system", "Add it, as with gdal_edit.py -a_srs EPSG:4326."
        )
    if dataset.transform.is_identity or dataset.transform.is_degenerate:
        problem(
            "position",
            "the raster does not say where it lies",
            "Georeference it: a corner and a pixel size are needed.",
        )
    unit = (dataset.units[0] or "").strip()
    if in_metres and unit.lower() not in _METRES:
        problem(
            "units", f"values are in {unit!r}", "Only metres are read: convert the values, or correct the band's unit."
        )
    if problems:
        raise InputError(problems)


def _count_voids(file: RasterFile, lowest: float, highest: float, *, unit: str = " m") -> int:
    """Read the whole file in strips and return its number of voids; raise InputError for values out of range."""
    rows, columns = file.shape
    strip = max(_STRIP_SAMPLES // columns, 1)
    voids = wrong = 0
    example = math.nan
    for row in range(0, rows, strip):
        try:
            values = file.read(row, min(row + strip, rows), 0, columns)
        except RasterioError as error:
            raise _broken(file.path, error) from error
        voids += int(np.count_nonzero(np.isnan(values)))
        outside = values[(values < lowest) | (values > highest)]
        if outside.size and not wrong:
            example = float(outside[0])
        wrong += outside.size
    if wrong:
        raise input_error(
            file.path,
            f"{wrong} sample{'' if wrong == 1 else 's'} outside {lowest:g} to {highest:g}{unit}, such as {example:g}",
            "Correct them; where the value marks missing data, declare it with gdal_edit.py -a_nodata.",
            field="value",
        )
    return voids


def _broken(path: Path, error: Exception) -> InputError:
    reason = str(error.__cause__ or error).strip().rstrip(".")
    return input_error(path, f"the raster cannot be read ({reason})", "Get the file again, or convert it to GeoTIFF.")


def write_cog(
    path: Path,
    values: npt.NDArray[Any],
    grid: Grid,
    *,
    nodata: float | int | None,
    units: str,
    description: str,
    tags: Mapping[str, str],
    colours: Mapping[int, tuple[int, int, int]] | None = None,
) -> None:
    """Write a layer as Cloud Optimized GeoTIFF, whole or not at all, the same bytes for the same content.

    Parameters
    ----------
    values : (rows, columns) of the grid; float64, float32, int32, int16, uint16 or uint8.
    nodata : value that marks missing data, None where nothing is missing.
    units, description : of the band.
    tags : further metadata; "units", "description" and "nodata" are taken.
    colours : red, green and blue (0 to 255) of the values of a uint8 layer of classes; nodata is transparent.

    Overviews average floating-point layers and take the nearest value of integer ones, which may be categories.
    Raises MachineError where the file cannot be written.
    """
    if values.shape != grid.shape:
        raise ValueError(f"a layer of shape {values.shape} does not fit a grid of shape {grid.shape}")
    if values.dtype.name not in COG_DTYPES:
        raise ValueError(f"layers are {', '.join(COG_DTYPES)}, not {values.dtype.name}")
    if taken := [key for key in tags if key in _RESERVED_TAGS]:
        raise ValueError(f"tags {taken} have a meaning of their own")
    options = {
        "driver": "COG",
        "height": grid.rows,
        "width": grid.columns,
        "count": 1,
        "dtype": values.dtype.name,
        "crs": grid.crs,
        "transform": grid.transform,
        "nodata": nodata,
        "compress": "DEFLATE",
        "predictor": "YES",
        "level": 1,  # the size hardly differs from that of the slowest
        "overview_resampling": "AVERAGE" if values.dtype.kind == "f" else "NEAREST",
    }
    # In memory first: GDAL does not always report a full disk, Python does.
    with MemoryFile() as memory:
        with memory.open(**options) as dataset:
            dataset.write(values, 1)
            dataset.set_band_description(1, description)
            dataset.units = (units,)
            dataset.update_tags(**tags)
            if colours is not None:
                dataset.write_colormap(1, {value: (*colour, 255) for value, colour in colours.items()} | _clear(nodata))
        # A run holds the digest of each layer, by which one that a power cut has spoilt is known.
        write_atomically(path, memory.getbuffer(), durable=False)


def _clear(nodata: float | int | None) -> dict[int, tuple[int, int, int, int]]:
    return {} if nodata is None else {int(nodata): (0, 0, 0, 0)}


def read_cog(path: Path) -> tuple[npt.NDArray[Any], Grid, dict[str, str]]:
    """Return the values of a layer as stored, its grid, and its tags with "units", "description" and "nodata".

    "nodata" is absent where the layer has none. Raises InputError where the file is missing, broken or not a layer on a
    metric grid.
    """
    _check_file(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as dataset:
                grid = _grid_of(path, dataset)
                values = dataset.read(1)
                tags = {key: value for key, value in dataset.tags().items() if key not in _RESERVED_TAGS}
                tags |= {"units": dataset.units[0] or "", "description": dataset.descriptions[0] or ""}
                if dataset.nodata is not None:
                    tags["nodata"] = str(values.dtype.type(dataset.nodata))
    except RasterioError as error:
        raise _broken(path, error) from error
    return values, grid, tags


def _grid_of(path: Path, dataset: Any) -> Grid:
    step = dataset.transform
    if dataset.crs is None or (step.b, step.d) != (0.0, 0.0) or step.a != -step.e:
        raise input_error(path, "the raster is not north-up with square pixels and a CRS", "Name a layer of a run.")
    try:
        return Grid(dataset.crs.to_string(), step.c, step.f, step.a, dataset.height, dataset.width)
    except ValueError as error:
        raise input_error(path, str(error), "Name a layer of a run.") from error


def burn(geometries: npt.NDArray[np.object_], grid: Grid) -> IntArray:
    """Return for each pixel the lowest index of the geometries (in the grid's CRS) that hold its centre, -1: none."""
    # The last shape burnt wins, so they are burnt backwards; a shape that the CRS cannot reach lies outside.
    reachable = np.isfinite(shapely.bounds(geometries)).all(axis=1)
    shapes = [(geometries[index], int(index)) for index in np.flatnonzero(reachable)[::-1]]
    if not shapes:
        return np.full(grid.shape, -1, dtype=np.int32)
    burnt: IntArray = rasterio.features.rasterize(
        shapes, out_shape=grid.shape, fill=-1, transform=grid.transform, all_touched=False, dtype="int32"
    )
    return burnt


def outlines(mask: npt.NDArray[np.bool_], grid: Grid) -> npt.NDArray[np.object_]:
    """Return a polygon in grid coordinates [m] for each group of true pixels that share sides."""
    found = rasterio.features.shapes(mask.astype(np.uint8), mask=mask, connectivity=4, transform=grid.transform)
    return np.array([shapely.geometry.shape(shape) for shape, _ in found], dtype=np.object_)
