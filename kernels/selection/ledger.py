"""What every candidate would add or take away, kept up to date as candidates enter and leave.

A segment is a candidate's run of pixels in one block, which is the finest zone that any target counts. One candidate
changes only the segments that share pixels with it, and those are few, so that nothing is ever evaluated afresh.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar

Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
LevelArray = npt.NDArray[np.uint8]
BoolArray = npt.NDArray[np.bool_]


class Reach(NamedTuple):
    """Who covers what, both ways. It stays as it is.

    Attributes
    ----------
    start : (candidates + 1,) where each candidate's pixels begin in the two below.
    pixels, levels : (pairs,) pixels, and by how much the candidate raises them.
    first : (candidates + 1,) where each candidate's segments begin.
    begin : (segments + 1,) where each segment begins among the pairs.
    block, owner : (segments,) of each.
    cover_start : (pixels + 1,) where those who cover each pixel begin in the two below.
    covers, cover_levels : (pairs,) segments, and by how much their owners raise the pixel.
    weights : (pixels, measures).
    curve : (levels + 1,) worth by level.
    most_level : greatest of the levels.
    """

    start: Int64Array
    pixels: Int32Array
    levels: LevelArray
    first: Int64Array
    begin: Int64Array
    block: Int32Array
    owner: Int32Array
    cover_start: Int64Array
    covers: Int32Array
    cover_levels: LevelArray
    weights: Int64Array
    curve: Int64Array
    most_level: int


@scalar
def transpose(
    begin: Int64Array, pixels: Int32Array, levels: LevelArray, pixel_count: int
) -> tuple[Int64Array, Int32Array, LevelArray]:
    """Return the segments that cover each pixel, rising: where they begin, their numbers, and by how much."""
    start = np.zeros(pixel_count + 1, dtype=np.int64)
    for pair in range(pixels.size):
        start[pixels[pair] + 1] += 1
    for pixel in range(pixel_count):
        start[pixel + 1] += start[pixel]
    end = start[:-1].copy()
    covers = np.empty(pixels.size, dtype=np.int32)
    cover_levels = np.empty(pixels.size, dtype=np.uint8)
    for segment in range(begin.size - 1):
        for pair in range(begin[segment], begin[segment + 1]):
            place = end[pixels[pair]]
            covers[place] = segment
            cover_levels[place] = levels[pair]
            end[pixels[pair]] += 1
    return start, covers, cover_levels


@scalar
def first_changes(reach: Reach, level: Int32Array) -> Int64Array:
    """Return what the weight of each segment (segments, measures) would change by if its owner entered."""
    top = reach.curve.size - 1
    change = np.zeros((reach.block.size, reach.weights.shape[1]), dtype=np.int64)
    for segment in range(reach.block.size):
        for pair in range(reach.begin[segment], reach.begin[segment + 1]):
            pixel = reach.pixels[pair]
            before = reach.curve[min(level[pixel], top)]
            rise = reach.curve[min(level[pixel] + np.int32(reach.levels[pair]), top)] - before
            if rise > 0:
                for measure in range(change.shape[1]):
                    change[segment, measure] += reach.weights[pixel, measure] * rise
    return change


@scalar
def turn_levels(reach: Reach, candidate: int, is_chosen: BoolArray, level: Int32Array, change: Int64Array) -> None:
    """Let a candidate enter, or leave if it is chosen, and bring up to date what all others change.

    Parameters
    ----------
    is_chosen : (candidates,) before; it is not altered here.
    level : (pixels,) base and the levels of the chosen.
    change : (segments, measures) what the owner would add, or if it is chosen what would be lost without it. Its own
        stays the same.
    """
    curve, top = reach.curve, reach.curve.size - 1
    saturated = top + reach.most_level  # from this level on no single candidate matters
    sign = -1 if is_chosen[candidate] else 1
    for pair in range(reach.start[candidate], reach.start[candidate + 1]):
        pixel = reach.pixels[pair]
        old = int(level[pixel])
        new = old + sign * int(reach.levels[pair])
        level[pixel] = new
        if old >= saturated and new >= saturated:
            continue
        rise = curve[min(new, top)] - curve[min(old, top)]
        for place in range(reach.cover_start[pixel], reach.cover_start[pixel + 1]):
            segment = reach.covers[place]
            owner = reach.owner[segment]
            if owner == candidate:
                continue
            by = int(reach.cover_levels[place])
            if is_chosen[owner]:
                more = rise - (curve[min(new - by, top)] - curve[min(old - by, top)])
            else:
                more = curve[min(new + by, top)] - curve[min(old + by, top)] - rise
            if more != 0:
                for measure in range(change.shape[1]):
                    change[segment, measure] += more * reach.weights[pixel, measure]
