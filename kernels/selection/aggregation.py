"""Compiled loops that find pixels which no choice of candidates can tell apart, and put them together.

Each pixel is signed with two sums modulo 2**64, of random words times levels. Pixels in the same lists at the same
levels have the same signature; two others share one with a probability of about 2**-120.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar

Flags = npt.NDArray[np.bool_]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
LevelArray = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]


@scalar
def sign_candidates(
    start: Int64Array,
    pixels: Int32Array,
    levels: LevelArray,
    is_open: Flags,
    room: Int32Array,
    words: Words,
    signature: Words,
) -> Flags:
    """Sign each pixel with the open candidates that reach it, and return which pixels with room are reached.

    Parameters
    ----------
    start, pixels, levels : lists of the candidates, see ``Footprints``.
    is_open : (candidates,) whether a candidate counts.
    room : (pixels,) by how much the level of a pixel can rise; 0: it does not count. More has no effect.
    words : (candidates, 2) random.
    signature : (pixels, 2) added to.
    """
    is_reached = np.zeros(room.size, dtype=np.bool_)
    for candidate in range(start.size - 1):
        if not is_open[candidate]:
            continue
        for at in range(start[candidate], start[candidate + 1]):
            pixel = pixels[at]
            if room[pixel] > 0:
                level = np.uint64(min(np.int32(levels[at]), room[pixel]))
                signature[pixel, 0] += level * words[candidate, 0]
                signature[pixel, 1] += level * words[candidate, 1]
                is_reached[pixel] = True
    return is_reached


@scalar
def sign_kinds(kind: Int32Array, words: Words, signature: Words) -> None:
    """Sign each pixel with its kind: (pixels,), from 0; a kind below 0 leaves no sign. Words: (kinds, 2) random."""
    for pixel in range(kind.size):
        if kind[pixel] >= 0:
            signature[pixel, 0] += words[kind[pixel], 0]
            signature[pixel, 1] += words[kind[pixel], 1]


@scalar
def number_groups(signature: Words, is_kept: Flags) -> tuple[Int32Array, Int32Array]:
    """Return the group of every pixel, -1 where it is not kept, and the first pixel of every group, rising.

    A hash table with open addressing holds the groups. Most pixels lie beside one of their own group, which is tried
    before the table.
    """
    kept = 0
    for pixel in range(is_kept.size):
        kept += is_kept[pixel]
    slots = 2
    while slots < 2 * kept:
        slots *= 2
    table = np.full(slots, -1, dtype=np.int32)
    group_of_pixel = np.full(is_kept.size, -1, dtype=np.int32)
    first_pixel = np.empty(kept, dtype=np.int32)
    groups = 0
    before = -1  # the last pixel kept
    for pixel in range(is_kept.size):
        if not is_kept[pixel]:
            continue
        one, other = signature[pixel, 0], signature[pixel, 1]
        if before >= 0 and signature[before, 0] == one and signature[before, 1] == other:
            group_of_pixel[pixel] = group_of_pixel[before]
        else:
            slot = np.int64(one & np.uint64(slots - 1))
            while True:
                group = table[slot]
                if group < 0:
                    table[slot] = group_of_pixel[pixel] = groups
                    first_pixel[groups] = pixel
                    groups += 1
                    break
                first = first_pixel[group]
                if signature[first, 0] == one and signature[first, 1] == other:
                    group_of_pixel[pixel] = group
                    break
                slot = (slot + 1) & (slots - 1)
        before = pixel
    return group_of_pixel, first_pixel[:groups].copy()


@scalar
def list_groups(
    start: Int64Array,
    pixels: Int32Array,
    levels: LevelArray,
    is_open: Flags,
    room: Int32Array,
    group_of_pixel: Int32Array,
    first_pixel: Int32Array,
) -> tuple[Int64Array, Int32Array, LevelArray]:
    """Return start, groups and levels: the lists of the candidates over groups instead of pixels.

    The first pixel of a group stands for it. Groups are numbered by their first pixels, so lists rise as before. Those
    of candidates that are not open are empty.
    """
    is_first = np.zeros(group_of_pixel.size, dtype=np.bool_)
    for group in range(first_pixel.size):
        is_first[first_pixel[group]] = True
    new_start = np.zeros(start.size, dtype=np.int64)
    for candidate in range(start.size - 1):
        count = 0
        if is_open[candidate]:
            for at in range(start[candidate], start[candidate + 1]):
                count += is_first[pixels[at]]
        new_start[candidate + 1] = new_start[candidate] + count
    groups = np.empty(new_start[-1], dtype=np.int32)
    new_levels = np.empty(new_start[-1], dtype=np.uint8)
    for candidate in range(start.size - 1):
        if not is_open[candidate]:
            continue
        write = new_start[candidate]
        for at in range(start[candidate], start[candidate + 1]):
            pixel = pixels[at]
            if is_first[pixel]:
                groups[write] = group_of_pixel[pixel]
                new_levels[write] = min(np.int32(levels[at]), room[pixel])
                write += 1
    return new_start, groups, new_levels


@scalar
def sum_by_group(group_of_pixel: Int32Array, values: Int64Array, groups: int) -> Int64Array:
    """Return the exact (groups,) sums of the (pixels,) values; a pixel whose group is below 0 belongs to none."""
    sums = np.zeros(groups, dtype=np.int64)
    for pixel in range(group_of_pixel.size):
        if group_of_pixel[pixel] >= 0:
            sums[group_of_pixel[pixel]] += values[pixel]
    return sums


@scalar
def raise_levels(start: Int64Array, pixels: Int32Array, levels: LevelArray, is_open: Flags, level: Int64Array) -> None:
    """Add the levels of all open candidates to the (pixels,) level."""
    for candidate in range(start.size - 1):
        if is_open[candidate]:
            for at in range(start[candidate], start[candidate + 1]):
                level[pixels[at]] += levels[at]
