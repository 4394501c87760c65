"""The master solved whole by HiGHS, again and again, with the lines that its solution violates added in between.

For machines without SCIP: HiGHS cannot be asked for lines on its way.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from phusong.coverage.selection.best import Best
from phusong.coverage.selection.highs import search
from phusong.coverage.selection.master import Master


def search_in_rounds(
    master: Master,
    best: Best,
    *,
    time_limit_s: float,
    gap: float,
    should_stop: Callable[[], bool],
    seed: int,
) -> float:
    """Search for the best choice; return the bound as the problem counts it. Parameters: as ``search_tree``."""
    deadline = time.monotonic() + time_limit_s
    size = len(master.problem)
    bound = -np.inf
    while True:
        known = None if best.sites is None else master.columns(best.sites)
        found = search(
            master.model(),
            known,
            time_limit_s=deadline - time.monotonic(),
            gap=gap,
            should_stop=should_stop,
            seed=seed,
        )
        bound = max(bound, found.bound)
        if found.columns is None:
            return master.bound(bound)
        chosen = np.rint(found.columns[:size])
        best.offer(np.flatnonzero(chosen).tolist())
        lines = master.lines_violated(chosen, found.columns[:size], found.columns[size:])
        if not lines.gain.size or not found.is_complete or should_stop() or time.monotonic() >= deadline:
            return master.bound(bound)
        master.add(lines)
