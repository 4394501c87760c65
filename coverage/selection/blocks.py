"""Footprints cut into blocks of pixels: a line over each block tells the master more than one over all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phusong.coverage.selection.footprints import Int32Array, Int64Array, LevelArray
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import Float64Array
from phusong.kernels.selection.cuts import first_candidates, in_order_of_blocks, segments


@dataclass(frozen=True, eq=False)
class Blocks:
    """The footprints of a problem with its pixels in order of their blocks.

    Attributes
    ----------
    order : (pixels,) number of each pixel in the problem.
    block : (pixels,) of each pixel, rising.
    count : of blocks.
    start, pixels, levels : the footprints, as there, by the new numbers.
    base : (pixels,) level without candidates.
    begin, candidate, block_of : (segments,) where each candidate's run of pixels in one block begins, and whose it is.
    """

    order: Int64Array
    block: Int32Array
    count: int
    start: Int64Array
    pixels: Int32Array
    levels: LevelArray
    base: LevelArray
    begin: Int64Array
    candidate: Int32Array
    block_of: Int32Array


def cut_into_blocks(problem: Problem, target_count: int) -> Blocks:
    """Cut at the borders of all zones that targets name and, where these are few, between clusters of candidates too.

    A pixel belongs with its first candidate, so that a block stays within the reach of few of them.
    """
    footprints = problem.footprints
    zones = _zones(problem)
    clusters = max(1, target_count // (int(zones.max(initial=0)) + 1))
    code = zones.astype(np.int64) * clusters
    if clusters > 1 and len(problem):
        first = first_candidates(footprints.start, footprints.pixels, footprints.pixel_count)
        code += _clusters(problem, clusters)[first]
    names, numbers = np.unique(code, return_inverse=True)
    block = numbers.astype(np.int32)
    order = np.argsort(block, kind="stable")
    place = np.empty(order.size, dtype=np.int32)
    place[order] = np.arange(order.size, dtype=np.int32)
    pixels, levels = in_order_of_blocks(footprints.start, footprints.pixels, footprints.levels, place)
    block = block[order]
    begin = segments(footprints.start, pixels, block)
    owner = np.searchsorted(footprints.start, begin, side="right") - 1
    return Blocks(
        order=order,
        block=block,
        count=names.size,
        start=footprints.start,
        pixels=pixels,
        levels=levels,
        base=np.ascontiguousarray(problem.demand.base[order]),
        begin=begin,
        candidate=owner.astype(np.int32),
        block_of=block[pixels[begin]],
    )


def _zones(problem: Problem) -> Int32Array:
    """Return the (pixels,) number of the combination of zones that a pixel is in."""
    numbers = np.zeros(problem.footprints.pixel_count, dtype=np.int64)
    for layer in sorted({target.layer for target in problem.targets if target.layer is not None}):
        labels = problem.demand.labels[layer].astype(np.int64) + 1
        _, numbers = np.unique(numbers * (labels.max(initial=0) + 1) + labels, return_inverse=True)
    return numbers.astype(np.int32)


def _clusters(problem: Problem, count: int) -> Int32Array:
    """Return the (candidates,) cluster of each: halves of halves across the longer side, or runs of numbers."""
    size = len(problem)
    if problem.positions is None:
        return (np.arange(size) * min(count, size) // size).astype(np.int32)
    parts = [np.arange(size)]
    while len(parts) < count and max(map(len, parts)) > 1:
        largest = max(range(len(parts)), key=lambda number: len(parts[number]))
        part = parts.pop(largest)
        spread: Float64Array = np.ptp(problem.positions[part], axis=0)
        part = part[np.argsort(problem.positions[part, int(np.argmax(spread))], kind="stable")]
        parts += [part[: part.size // 2], part[part.size // 2 :]]
    clusters = np.empty(size, dtype=np.int32)
    for number, part in enumerate(parts):
        clusters[part] = number
    return clusters
