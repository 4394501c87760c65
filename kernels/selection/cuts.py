"""Lines over the worth of groups of pixels, at a choice in part of candidates, summed by block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
LevelArray = npt.NDArray[np.uint8]

ROUNDING = np.float32(1e-5)  # parts that sum up to a whole level but for this have reached it


@scalar
def in_order_of_blocks(
    start: Int64Array, pixels: Int32Array, levels: LevelArray, place: Int32Array
) -> tuple[Int32Array, LevelArray]:
    """Return lists of pixels renumbered by their (pixels,) place, rising again; each list keeps its length.

    It is a counting sort: handed out pixel by pixel, the candidates' lists fill in rising order.
    """
    count = np.zeros(place.size + 1, dtype=np.int64)
    for pair in range(pixels.size):
        count[place[pixels[pair]] + 1] += 1
    for pixel in range(place.size):
        count[pixel + 1] += count[pixel]
    candidates = np.empty(pixels.size, dtype=np.int32)
    raises = np.empty(pixels.size, dtype=np.uint8)
    ends = count[:-1].copy()
    for candidate in range(start.size - 1):
        for pair in range(start[candidate], start[candidate + 1]):
            pixel = place[pixels[pair]]
            candidates[ends[pixel]] = candidate
            raises[ends[pixel]] = levels[pair]
            ends[pixel] += 1
    new_pixels = np.empty_like(pixels)
    new_levels = np.empty_like(levels)
    filled = start[:-1].copy()
    for pixel in range(place.size):
        for pair in range(count[pixel], count[pixel + 1]):
            candidate = candidates[pair]
            new_pixels[filled[candidate]] = pixel
            new_levels[filled[candidate]] = raises[pair]
            filled[candidate] += 1
    return new_pixels, new_levels


@scalar
def segments(start: Int64Array, pixels: Int32Array, block: Int32Array) -> Int64Array:
    """Return where each run of pixels of one block begins within the candidates' lists."""
    count = 0
    for candidate in range(start.size - 1):
        for pair in range(start[candidate], start[candidate + 1]):
            if pair == start[candidate] or block[pixels[pair]] != block[pixels[pair - 1]]:
                count += 1
    begin = np.empty(count, dtype=np.int64)
    count = 0
    for candidate in range(start.size - 1):
        for pair in range(start[candidate], start[candidate + 1]):
            if pair == start[candidate] or block[pixels[pair]] != block[pixels[pair - 1]]:
                begin[count] = pair
                count += 1
    return begin


@scalar
def levels_reached(
    start: Int64Array, pixels: Int32Array, levels: LevelArray, part: Float64Array, base: LevelArray, top: int
) -> LevelArray:
    """Return the whole level of each pixel where candidates are chosen in part; the greatest is the top one."""
    level = base.astype(np.float32)
    for candidate in range(part.size):
        if part[candidate] > 0.0:
            chosen = np.float32(part[candidate])
            for pair in range(start[candidate], start[candidate + 1]):
                level[pixels[pair]] += chosen * np.float32(levels[pair])
    reached = np.empty(level.size, dtype=np.uint8)
    for pixel in range(level.size):
        reached[pixel] = min(int(level[pixel] + ROUNDING), top)
    return reached


@scalar
def priced_slopes(
    reached: LevelArray,
    base: LevelArray,
    curve: Int64Array,
    weight: Float64Array,
    block: Int32Array,
    constant: Float64Array,
) -> Float64Array:
    """Return the (pixels,) weight times slope of the line at the level reached; the lines' heights at base sum up.

    Parameters
    ----------
    reached, base, weight, block : (pixels,); reached nowhere below base.
    constant : (blocks,) what the sums are added to.
    """
    top = curve.size - 1
    slopes = np.empty(reached.size, dtype=np.float64)
    for pixel in range(reached.size):
        level, bottom = int(reached[pixel]), min(int(base[pixel]), top)
        slope = curve[level + 1] - curve[level] if level < top else 0
        slopes[pixel] = weight[pixel] * slope
        constant[block[pixel]] += weight[pixel] * (curve[level] - curve[bottom] - slope * (level - bottom))
    return slopes


@scalar
def sums_of_segments(begin: Int64Array, pixels: Int32Array, levels: LevelArray, slopes: Float64Array) -> Float64Array:
    """Return for each segment the sum over its pixels of weighted slope times level."""
    sums = np.empty(begin.size, dtype=np.float64)
    for segment in range(begin.size):
        end = begin[segment + 1] if segment + 1 < begin.size else pixels.size
        total = 0.0
        for pair in range(begin[segment], end):
            total += slopes[pixels[pair]] * levels[pair]
        sums[segment] = total
    return sums


@scalar
def add_slopes(
    total: Float64Array, reached: LevelArray, curve: Int64Array, share: Float64Array, block: Int32Array
) -> None:
    """Add to the (pixels,) total the slope at the level reached, times the (blocks,) share of the pixel's block."""
    top = curve.size - 1
    for pixel in range(total.size):
        level = int(reached[pixel])
        if level < top and share[block[pixel]] > 0.0:
            total[pixel] += share[block[pixel]] * (curve[level + 1] - curve[level])


@scalar
def first_candidates(start: Int64Array, pixels: Int32Array, pixel_count: int) -> Int32Array:
    """Return the (pixels,) lowest candidate that covers each; 0 where none does."""
    first = np.zeros(pixel_count, dtype=np.int32)
    for candidate in range(start.size - 2, -1, -1):
        for pair in range(start[candidate], start[candidate + 1]):
            first[pixels[pair]] = candidate
    return first
