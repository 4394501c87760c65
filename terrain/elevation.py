"""Terrain elevation on the metric grid, with a word on everything that is missing or assumed in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.interpolate import griddata

from phusong.terrain.grid import Grid
from phusong.terrain.mosaic import HeightArray, Patch, Sampled, sample, spacing_m
from phusong.terrain.raster import RasterFile, open_rasters

LOWEST_M = -500.0  # the shore of the Dead Sea lies at -430 m
HIGHEST_M = 9000.0  # Everest: 8849 m

# SRTM3 (93 m by 86 m in Phú Thọ) on a 90 m grid is no finer source; 30 m samples on it are.
_FINER = 0.8
_TOUCHING = np.ones((3, 3), dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class Elevation:
    """Heights on a grid.

    Attributes
    ----------
    grid : where the heights stand.
    height_m : float32 (rows, columns) above mean sea level, NaN where there is no terrain data.
    source : file names, or how the heights were made.
    is_survey : False for made relief.
    voids_filled : source samples that were interpolated because the scenario asked for it.
    missing_pixels : pixels of the grid without terrain data.
    notes : sentences for the manifest.
    """

    grid: Grid
    height_m: HeightArray
    source: str
    is_survey: bool
    voids_filled: int
    missing_pixels: int
    notes: tuple[str, ...]


def load_elevation(paths: Sequence[Path], grid: Grid, *, fill_voids: bool = False) -> Elevation:
    """Read elevation files (HGT, GeoTIFF, anything GDAL reads) as one surface on the grid.

    Heights are interpolated bilinearly between samples; where files overlap, the first with data counts. With
    fill_voids, voids enclosed by samples of the same file are interpolated linearly; measured samples of another file
    go before them. Raises InputError with the problems of all files, see raster.open_rasters; heights must lie between
    -500 and 9000 m.
    """
    with open_rasters(paths, lowest_m=LOWEST_M, highest_m=HIGHEST_M) as files:
        if fill_voids:
            files = [
                replace(file, patch=fill_enclosed(file.read(0, file.shape[0], 0, file.shape[1]))) for file in files
            ]
        sampled = sample(files, grid)
        missing_pixels = int(np.count_nonzero(np.isnan(sampled.value)))
        return Elevation(
            grid=grid,
            height_m=sampled.value,
            source=", ".join(file.path.name for file in files),
            is_survey=True,
            voids_filled=sum(_filled(file) for file in files),
            missing_pixels=missing_pixels,
            notes=(
                *_void_notes(files, sampled),
                *_missing_notes(missing_pixels, grid),
                *_sampling_notes(files, grid),
                *_datum_notes(files),
            ),
        )


def fill_enclosed(height_m: HeightArray) -> Patch:
    """Interpolate the voids (NaN) that samples enclose on all sides, linearly from the ring of samples round each.

    A void that reaches the edge of the raster is left. The rest of a plane fills its voids exactly, and no filled
    height lies outside the range of its ring.
    """
    is_void = np.isnan(height_m)
    labels = np.empty(height_m.shape, dtype=np.int32)
    ndimage.label(is_void, structure=_TOUCHING, output=labels)
    rows: list[npt.NDArray[np.intp]] = []
    columns: list[npt.NDArray[np.intp]] = []
    values: list[npt.NDArray[np.float64]] = []
    for label, (row, column) in enumerate(ndimage.find_objects(labels), start=1):
        if row.start == 0 or column.start == 0 or row.stop == height_m.shape[0] or column.stop == height_m.shape[1]:
            continue
        window = slice(row.start - 1, row.stop + 1), slice(column.start - 1, column.stop + 1)
        inside = labels[window] == label
        ring = ndimage.binary_dilation(inside, structure=_TOUCHING) & ~inside
        here = np.nonzero(inside)
        rows.append(here[0] + window[0].start)
        columns.append(here[1] + window[1].start)
        values.append(griddata(np.argwhere(ring), height_m[window][ring].astype(np.float64), np.argwhere(inside)))
    return Patch(
        rows=np.concatenate([*rows, np.empty(0, np.intp)]).astype(np.int32),
        columns=np.concatenate([*columns, np.empty(0, np.intp)]).astype(np.int32),
        values=np.concatenate([*values, np.empty(0)]).astype(np.float32),
    )


def _filled(file: RasterFile) -> int:
    return 0 if file.patch is None else file.patch.values.size


def _void_notes(files: Sequence[RasterFile], sampled: Sampled) -> list[str]:
    notes = []
    unless = ", unless another file has data there" if len(files) > 1 else ""
    for file in files:
        filled, left = _filled(file), file.voids - _filled(file)
        if filled:
            notes.append(
                f"{_count(filled, 'void sample')} in {file.path.name}, interpolated from the samples round them{unless}"
            )
        if left:
            reaches = "" if file.patch is None else " (not enclosed by samples of the file)"
            notes.append(f"{_count(left, 'void sample')} in {file.path.name}, left without data{reaches}{unless}")
    if sampled.filled_pixels:
        notes.append(f"{_count(sampled.filled_pixels, 'pixel')} of the grid rest on interpolated voids")
    if sampled.void_pixels:
        notes.append(f"{_count(sampled.void_pixels, 'pixel')} of the grid have no terrain because of voids")
    return notes


def _missing_notes(missing_pixels: int, grid: Grid) -> list[str]:
    if not missing_pixels:
        return []
    percent = 100.0 * missing_pixels / (grid.rows * grid.columns)
    share = f"{percent:.3g} %" if percent >= 0.01 else "less than 0.01 %"
    return [f"{share} of the grid has no terrain ({_count(missing_pixels, 'pixel')})"]


def _sampling_notes(files: Sequence[RasterFile], grid: Grid) -> list[str]:
    finer = [file for file in files if spacing_m(file, grid) < _FINER * grid.resolution_m]
    return [
        f"{file.path.name} has a sample every {spacing_m(file, grid):.3g} m, finer than the grid of "
        f"{grid.resolution_m:g} m: heights are sampled at the pixel centres, not averaged over the pixels"
        for file in finer
    ]


def _datum_notes(files: Sequence[RasterFile]) -> list[str]:
    """One sentence a vertical datum, with the files that have it."""
    names: dict[str | None, list[str]] = {}
    for file in files:
        names.setdefault(file.vertical_crs, []).append(file.path.name)
    return [
        f"heights of {', '.join(found)} are taken as stated, in {datum}, not converted"
        if datum
        else f"no vertical datum is stated in {', '.join(found)}: heights are taken as above mean sea level (EGM96), "
        "not converted"
        for datum, found in names.items()
    ]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
