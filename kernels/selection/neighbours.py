"""Which candidates cover the same pixels."""

from __future__ import annotations

import numpy as np

from phusong.kernels._jit import scalar
from phusong.kernels.selection.ledger import Int32Array, Reach


@scalar
def most_shared(reach: Reach, candidates: int, most: int) -> Int32Array:
    """Return for each candidate the others that share pixels with it, those that share most first; -1 at the end."""
    near = np.full((candidates, most), -1, dtype=np.int32)
    shared = np.zeros(candidates, dtype=np.int64)
    others = np.empty(candidates, dtype=np.int32)
    for candidate in range(candidates):
        count = 0
        for pair in range(reach.start[candidate], reach.start[candidate + 1]):
            pixel = reach.pixels[pair]
            for place in range(reach.cover_start[pixel], reach.cover_start[pixel + 1]):
                other = reach.owner[reach.covers[place]]
                if other != candidate:
                    if shared[other] == 0:
                        others[count] = other
                        count += 1
                    shared[other] += 1
        order = np.argsort(-shared[others[:count]])
        for rank in range(min(count, most)):
            near[candidate, rank] = others[order[rank]]
        shared[others[:count]] = 0
    return near
