"""Lines over what blocks are worth: the cuts of the master, and the certificate that their prices add up to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.answer import Certificate, CoverPrice
from phusong.coverage.selection.blocks import Blocks, cut_into_blocks
from phusong.coverage.selection.footprints import Int32Array, Int64Array, LevelArray
from phusong.coverage.selection.prices import SCALE
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import Float64Array
from phusong.kernels.selection.cuts import add_slopes, levels_reached, priced_slopes, sums_of_segments


class Lines(NamedTuple):
    """Lines over the gain of each block in one measure, linear in the candidates; scaled.

    Attributes
    ----------
    constant : (blocks,) height where no candidate is chosen.
    sums : (segments,) what each candidate adds to each block within its reach.
    """

    constant: Float64Array
    sums: Float64Array


class Cuts:
    """Makes lines at any point of the candidates' unit cube, and a certificate of the prices put on them.

    Attributes
    ----------
    blocks : of pixels.
    measures : those that are maximised or have targets.
    scale : (measures,) gain that one unit in the master stands for.
    most : (measures, blocks) greatest gain, scaled.
    """

    def __init__(self, problem: Problem, target_count: int) -> None:
        self.problem = problem
        self.blocks: Blocks = cut_into_blocks(problem, target_count)
        asked = {target.measure for target in problem.targets}
        self.measures = sorted(asked | ({problem.maximize} if problem.maximize is not None else set()))
        top = problem.curve.size - 1
        room = (problem.curve[-1] - problem.curve[np.minimum(self.blocks.base, top)]).astype(np.float64)
        weights = [problem.demand.weights[measure][self.blocks.order].astype(np.float64) for measure in self.measures]
        most = np.array([np.bincount(self.blocks.block, weight * room, self.blocks.count) for weight in weights])
        totals = most.sum(axis=1) if weights else np.empty(0)
        self.scale = np.where(totals > 0, totals, SCALE) / SCALE
        self.most = most.reshape(len(weights), self.blocks.count) / self.scale[:, np.newaxis]
        self._by_block = np.argsort(self.blocks.block_of, kind="stable")
        self._weights = [weight / scale for weight, scale in zip(weights, self.scale.tolist(), strict=True)]

    def reached(self, part: Float64Array) -> LevelArray:
        """Return the (pixels,) whole levels where candidates are chosen in part; they fix the lines of a point."""
        blocks = self.blocks
        top = self.problem.curve.size - 1
        return levels_reached(blocks.start, blocks.pixels, blocks.levels, part, blocks.base, top)

    def lines(self, measure: int, reached: LevelArray) -> Lines:
        """Return the lines of a point in one measure."""
        blocks = self.blocks
        constant = np.zeros(blocks.count)
        weight = self._weights[measure]
        slopes = priced_slopes(reached, blocks.base, self.problem.curve, weight, blocks.block, constant)
        return Lines(constant, sums_of_segments(blocks.begin, blocks.pixels, blocks.levels, slopes))

    def heights(self, lines: Lines, part: Float64Array) -> Float64Array:
        """Return the (blocks,) height of lines over a point."""
        blocks = self.blocks
        raised = np.bincount(blocks.block_of, lines.sums * part[blocks.candidate], blocks.count)
        return lines.constant + raised

    def rows(self, lines: Lines, wanted: npt.NDArray[np.bool_]) -> tuple[Int64Array, Int32Array, Float64Array]:
        """Return the lines of the (blocks,) wanted as compressed rows: start, candidates and their sums."""
        segment = self._by_block[wanted[self.blocks.block_of[self._by_block]]]
        segment = segment[lines.sums[segment] > 0]
        length = np.bincount(self.blocks.block_of[segment], minlength=self.blocks.count)[wanted]
        start = np.zeros(length.size + 1, dtype=np.int64)
        np.cumsum(length, out=start[1:])
        return start, self.blocks.candidate[segment], lines.sums[segment]

    def certificate(
        self,
        points: list[tuple[LevelArray, Float64Array]],
        total: Float64Array,
        target_price: Float64Array,
        row_price: Float64Array,
        covers: tuple[CoverPrice, ...],
    ) -> Certificate:
        """Return the certificate of priced lines: over each pixel the mean of its lines by price.

        Parameters
        ----------
        points : levels reached, with the (measures, blocks) prices of the lines there.
        total : (measures, blocks) price of a unit of gain; what the lines' prices lack of it is that of a level line.
        target_price, row_price, covers : as of the certificate.
        """
        blocks = self.blocks
        dearest = np.maximum(total, sum((price for _, price in points), np.zeros_like(total)))
        priced = np.zeros(blocks.block.size)
        weight = np.zeros(blocks.block.size)
        for measure, own in enumerate(self._weights):
            slopes = np.zeros(blocks.block.size)
            for reached, price in points:
                add_slopes(slopes, reached, self.problem.curve, price[measure], blocks.block)
            priced += own * slopes
            weight += own * dearest[measure][blocks.block]
        steepest = float(self.problem.curve[1]) if self.problem.curve.size > 1 else 0.0
        slope = np.full(blocks.block.size, steepest, dtype=np.float32)
        slope[blocks.order] = np.divide(priced, weight, out=np.full(weight.size, steepest), where=weight > 0)
        return Certificate(slope, target_price, row_price, covers)


def targets_of(problem: Problem, blocks: Blocks) -> list[Int64Array]:
    """Return for each target the blocks that it counts."""
    first = blocks.order[np.searchsorted(blocks.block, np.arange(blocks.count))]
    return [
        np.flatnonzero(
            np.ones(blocks.count, dtype=np.bool_)
            if target.layer is None
            else problem.demand.labels[target.layer][first] == target.zone
        )
        for target in problem.targets
    ]
