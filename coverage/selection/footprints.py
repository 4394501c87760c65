"""What every candidate covers, as compressed lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
LevelArray = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Footprints:
    """For each candidate the pixels that it covers, and by how much.

    Attributes
    ----------
    start : (candidates + 1,) where each candidate's list begins in the two below.
    pixels : (pairs,) numbers of pixels, rising within a list.
    levels : (pairs,) by how much the candidate raises the level of that pixel, at least 1. Levels of chosen
        candidates add up; what a level is worth, the curve of the problem says. All are 1 where a pixel is covered or
        not.
    pixel_count : how many pixels there are.
    """

    start: Int64Array
    pixels: Int32Array
    levels: LevelArray
    pixel_count: int

    @classmethod
    def from_lists(
        cls, lists: Sequence[npt.NDArray[np.integer]], pixel_count: int, levels: Sequence[LevelArray] | None = None
    ) -> Footprints:
        """Return the footprints of candidates that each list their pixels, rising."""
        start = np.zeros(len(lists) + 1, dtype=np.int64)
        np.cumsum([len(one) for one in lists], out=start[1:])
        pixels = np.concatenate([np.empty(0, dtype=np.int32), *lists]).astype(np.int32)
        together = np.ones(pixels.size, dtype=np.uint8)
        if levels is not None:
            together = np.concatenate([np.empty(0, dtype=np.uint8), *levels])
        return cls(start, pixels, together, pixel_count)

    def __len__(self) -> int:
        return self.start.size - 1

    def of(self, candidate: int) -> Int32Array:
        """Return the pixels of a candidate."""
        return self.pixels[self.start[candidate] : self.start[candidate + 1]]

    def levels_of(self, candidate: int) -> LevelArray:
        """Return by how much a candidate raises the level of each of its pixels."""
        return self.levels[self.start[candidate] : self.start[candidate + 1]]

    def select(self, candidates: npt.NDArray[np.integer]) -> Footprints:
        """Return the footprints of some candidates, in the order given."""
        sizes = np.diff(self.start)[candidates]
        start = np.zeros(sizes.size + 1, dtype=np.int64)
        np.cumsum(sizes, out=start[1:])
        pick = np.repeat(self.start[candidates] - start[:-1], sizes) + np.arange(start[-1])
        return Footprints(start, self.pixels[pick], self.levels[pick], self.pixel_count)
