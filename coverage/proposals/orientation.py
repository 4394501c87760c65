"""After the choice: every chosen sector is turned and tilted so that together they cover more.

Coordinate ascent: one cell at a time takes the direction that adds most to what all the others cover, until none can
gain. Each step adds weight, so that the result is never worse than the directions at the start; it need not be the best
of all. The path losses of a mast do not depend on directions and are read once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.network import Progress
from phusong.coverage.plan import Transmitter
from phusong.coverage.prepare import Prepared
from phusong.coverage.proposals.candidate_losses import CandidateLosses
from phusong.coverage.proposals.footprints import numbered, served
from phusong.coverage.proposals.service import Service, plan_candidates
from phusong.coverage.selection.footprints import Int32Array, Int64Array
from phusong.coverage.workers import Workers, ahead

TURNS_DEG = (0.0, -20.0, 20.0, -40.0, 40.0)
TILTS_DEG = (0.0, 2.0, 4.0, 6.0, 8.0)


@dataclass(frozen=True, eq=False)
class Oriented:
    """Chosen cells with their directions.

    Attributes
    ----------
    cells : all of them, in their order.
    changed : (cells,) whether a cell was turned or tilted.
    before, after : weight covered with the directions at the start and now.
    """

    cells: pd.DataFrame
    changed: npt.NDArray[np.bool_]
    before: int
    after: int


def orient(
    cells: pd.DataFrame,
    prepared: Prepared,
    technology: str,
    losses: CandidateLosses,
    weights: Int64Array,
    *,
    turns_deg: Sequence[float] = TURNS_DEG,
    tilts_deg: Sequence[float] = TILTS_DEG,
    workers: Workers,
    progress: Progress,
) -> Oriented:
    """Turn and tilt the cells of the chosen sites for the greatest weight of the needed pixels that they cover.

    Of directions that add the same the cell's own stays, or else the one named first counts.

    Parameters
    ----------
    cells : of the chosen sites, with the columns of a register.
    prepared : the network that they join.
    losses : of their masts, and the needed pixels.
    weights : (needed pixels,) row by row, not negative.
    turns_deg : of the azimuth, from the cell's own; tilts_deg : electrical, beside the cell's own.
    """
    start = cells.reset_index(drop=True)
    options = _options(start, turns_deg, tilts_deg)
    groups, service = plan_candidates(options, prepared, technology)
    footprints = _footprints(groups, losses, service, workers, progress)
    of_cell: list[list[int]] = [[] for _ in range(len(start))]
    for row, cell in enumerate(options["of_cell"].tolist()):
        of_cell[cell].append(row)
    taken, before, after = ascend(of_cell, footprints, weights)
    found = options.iloc[taken].drop(columns="of_cell").reset_index(drop=True)
    changed = np.array([row != rows[0] for row, rows in zip(taken, of_cell, strict=True)], dtype=np.bool_)
    return Oriented(found.set_axis(cells.index), changed, before, after)


def _options(cells: pd.DataFrame, turns_deg: Sequence[float], tilts_deg: Sequence[float]) -> pd.DataFrame:
    """Return a row for each direction that each cell may take, its own first; ``of_cell`` is its number."""
    parts = []
    for turn_deg, tilt_deg in dict.fromkeys([(0.0, None), *product((0.0, *turns_deg), (None, *tilts_deg))]):
        azimuth_deg = (cells["azimuth_deg"] + turn_deg) % 360.0 if turn_deg else cells["azimuth_deg"]
        one = cells.assign(of_cell=np.arange(len(cells)), azimuth_deg=azimuth_deg)
        parts.append(one if tilt_deg is None else one.assign(electrical_tilt_deg=tilt_deg))
    together = pd.concat(parts).sort_values("of_cell", kind="stable", ignore_index=True)
    return together.drop_duplicates(["of_cell", "azimuth_deg", "electrical_tilt_deg"], ignore_index=True)


def _footprints(
    groups: Sequence[Sequence[Transmitter]],
    losses: CandidateLosses,
    service: Service,
    workers: Workers,
    progress: Progress,
) -> dict[int, Int32Array]:
    """Return the needed pixels that each cell covers, by its number; those of cells that cover none are absent."""
    number, _ = numbered(losses.needed)
    footprints: dict[int, Int32Array] = {}
    results = ahead(workers.pool, lambda group: _of_mast(group, losses, service, number), groups, count=workers.count)
    for done, some in enumerate(results, start=1):
        footprints |= some
        progress("turn and tilt", done, len(groups))
    return footprints


def _of_mast(
    group: Sequence[Transmitter], losses: CandidateLosses, service: Service, number: Int32Array
) -> dict[int, Int32Array]:
    window = losses.needed_around(group)
    if window.is_empty:
        return {}
    footprints = {}
    for transmitter, (key, pieces) in zip(group, losses.of(group), strict=True):
        within = pieces.within(window)
        for place, cell in enumerate(transmitter.sectors["cell"].tolist()):
            alone = replace(transmitter, sectors=transmitter.sectors[place : place + 1])
            footprints[cell] = served([(alone, key, within)], window, losses, service, number, None).pixels
    return footprints


def ascend(
    of_cell: Sequence[Sequence[int]], footprints: Mapping[int, Int32Array], weights: Int64Array
) -> tuple[list[int], int, int]:
    """Return the option that each cell takes, and the weight covered with the first options and with these."""
    nothing = np.empty(0, dtype=np.int32)
    taken = [options[0] for options in of_cell]
    covering = np.zeros(weights.size, dtype=np.int32)
    for option in taken:
        covering[footprints.get(option, nothing)] += 1
    before = int(weights[covering > 0].sum())
    improved = True
    while improved:
        improved = False
        for cell, options in enumerate(of_cell):
            covering[footprints.get(taken[cell], nothing)] -= 1
            gains = {
                option: int(weights[pixels[covering[pixels] == 0]].sum())
                for option in (taken[cell], *options)
                for pixels in (footprints.get(option, nothing),)
            }
            best = max(gains, key=gains.__getitem__)  # the first of equals: what the cell has already
            improved |= best != taken[cell]
            taken[cell] = best
            covering[footprints.get(best, nothing)] += 1
    return taken, before, int(weights[covering > 0].sum())
