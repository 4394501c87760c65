"""The master: a linear programme over the candidates, with what each block gains held under the lines known so far."""

from __future__ import annotations

from typing import NamedTuple

import highspy
import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.answer import Certificate, CoverPrice
from phusong.coverage.selection.covers import Cover
from phusong.coverage.selection.cuts import Cuts, targets_of
from phusong.coverage.selection.footprints import Int32Array, Int64Array, LevelArray
from phusong.coverage.selection.highs import Highs, Model
from phusong.coverage.selection.prices import SCALE, box, cost_step, solvers_bound
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import Float64Array, Rows

MOST_STEPS = 1e7  # of cost that the master tells apart
VIOLATED = 1e-6  # of a line, in units of the master
COVER = -1  # in place of the gain that a line limits
SLACK_FOR = 6  # solutions in a row, after which a line is dropped


class MasterPoint(NamedTuple):
    """A solution of the master.

    Attributes
    ----------
    part : (candidates,) how far each is chosen.
    gain : (gains,) of each measure in each block.
    objective : as the problem counts it: not yet a bound.
    price : (rows,) of the master's rows, or a ray of them where it has no solution.
    feasible : whether it has one.
    line_point, line_gain : (lines,) the point that each of the master's lines was made at, and the gain that it limits;
        of a cover its number, and ``COVER``.
    """

    part: Float64Array
    gain: Float64Array
    objective: float
    price: Float64Array
    feasible: bool
    line_point: Int64Array
    line_gain: Int64Array


class NewLines(NamedTuple):
    """Lines over gains: each gain stays under constant + sums @ candidates.

    Attributes
    ----------
    reached : (pixels,) levels at the point where they are made.
    gain, constant, excess : (lines,) which gain each limits, its height without candidates, and by how much it is
        violated.
    start : (lines + 1,) where each begins in the two below.
    candidates, sums : (entries,)
    """

    reached: LevelArray
    gain: Int64Array
    constant: Float64Array
    start: Int64Array
    candidates: Int32Array
    sums: Float64Array
    excess: Float64Array


def _joined(reached: LevelArray, parts: list[NewLines]) -> NewLines:
    lengths = np.concatenate([np.empty(0, dtype=np.int64), *(np.diff(part.start) for part in parts)])
    start = np.zeros(lengths.size + 1, dtype=np.int64)
    np.cumsum(lengths, out=start[1:])
    none, no_candidates = np.empty(0), np.empty(0, dtype=np.int32)
    return NewLines(
        reached,
        np.concatenate([np.empty(0, dtype=np.int64), *(part.gain for part in parts)]),
        np.concatenate([none, *(part.constant for part in parts)]),
        start,
        np.concatenate([no_candidates, *(part.candidates for part in parts)]),
        np.concatenate([none, *(part.sums for part in parts)]),
        np.concatenate([none, *(part.excess for part in parts)]),
    )


class Master:
    """The master in HiGHS: minimise (cost, or gain with a minus) over candidates and gains of blocks.

    Its columns are the candidates and, for each measure and block that counts, a gain. Its rows are those of the
    candidates, the targets, then lines.
    """

    def __init__(self, problem: Problem, rows: Rows, cuts: Cuts) -> None:
        self.problem, self.rows, self.cuts = problem, rows, cuts
        blocks = cuts.blocks
        self._targets = targets_of(problem, blocks)
        counts = np.zeros((len(cuts.measures), blocks.count), dtype=np.bool_)
        if problem.maximize is not None:
            counts[cuts.measures.index(problem.maximize)] = True
        for target, within in zip(problem.targets, self._targets, strict=True):
            counts[cuts.measures.index(target.measure), within] = True
        counts &= cuts.most > 0
        self.measure_of, self.block_of = (numbers.astype(np.int32) for numbers in np.nonzero(counts))
        self.gain_of = np.full(counts.shape, -1, dtype=np.int64)
        self.gain_of[counts] = np.arange(self.block_of.size)
        self._points: dict[int, LevelArray] = {}
        self._point_count = 0
        self._covers: list[Cover] = []
        self._line_point = np.empty(0, dtype=np.int64)  # of each line, and so on
        self._line_gain = np.empty(0, dtype=np.int64)
        self._line_age = np.empty(0, dtype=np.int64)

        cost = problem.cost.astype(np.float64)
        least, most = box(problem)
        gain_cost = np.zeros(self.block_of.size)
        if problem.maximize is not None:
            maximized = cuts.measures.index(problem.maximize)
            gain_cost[self.measure_of == maximized] = -1.0
            self.unit, self.cost = float(cuts.scale[maximized]), np.zeros(len(problem))
        else:
            step, total = cost_step(problem), float(cost.sum())
            self.unit = float(step) if total <= MOST_STEPS * step else total / SCALE  # whole costs help search trees
            self.cost = cost / self.unit
        self.gain_cost = gain_cost
        self.highs = Highs()
        self.highs.setOptionValue("presolve", "off")
        self.highs.setOptionValue("solver", "simplex")
        none = np.empty(0, dtype=np.int32)
        none_of = np.empty(0)
        columns = len(problem) + self.block_of.size
        self.highs.addCols(
            columns,
            np.concatenate([self.cost, gain_cost]),
            np.concatenate([least, np.zeros(self.block_of.size)]),
            np.concatenate([most, cuts.most[self.measure_of, self.block_of]]),
            0,
            none,
            none,
            none_of,
        )
        coefficients = rows.coefficients.astype(np.float64)
        largest = np.ones(len(rows))
        np.maximum.at(largest, np.repeat(np.arange(len(rows)), np.diff(rows.start)), np.abs(coefficients))
        self._row_scale = largest
        self._add(
            rows.least / largest,
            rows.most / largest,
            rows.start[:-1],
            rows.columns,
            coefficients / np.repeat(largest, np.diff(rows.start)),
        )
        self._target_scale = np.ones(len(self._targets))
        for number, (target, within) in enumerate(zip(problem.targets, self._targets, strict=True)):
            measure = cuts.measures.index(target.measure)
            self._target_scale[number] = cuts.scale[measure]
            held = self.gain_of[measure, within]
            held = len(problem) + held[held >= 0]
            asked = np.array([target.at_least / cuts.scale[measure]])
            self._add(asked, np.array([np.inf]), np.zeros(1, dtype=np.int64), held, np.ones(held.size))

    def _add(
        self,
        least: Float64Array,
        most: Float64Array,
        start: Int64Array,
        columns: npt.NDArray[np.integer],
        values: Float64Array,
    ) -> None:
        if least.size:
            self.highs.addRows(
                least.size, least, most, values.size, start.astype(np.int32), columns.astype(np.int32), values
            )

    @property
    def line_count(self) -> int:
        """How many lines it holds."""
        return self._line_point.size

    def solve(self, seconds: float) -> MasterPoint | None:
        """Solve it; None where the time was too short."""
        highs = self.highs
        status = highs.run_for(seconds)
        size = len(self.problem)
        lines = self._line_point, self._line_gain
        if status == highspy.HighsModelStatus.kOptimal:
            solution = highs.getSolution()  # copied at once: rows added later make it worthless
            columns = np.array(solution.col_value)
            price = np.array(solution.row_dual)
            self._count_age(np.abs(price[price.size - self.line_count :]) <= 0.0)
            objective = float(highs.getObjectiveValue()) * self.unit
            if self.problem.maximize is not None:
                objective = -objective
            return MasterPoint(np.clip(columns[:size], 0.0, 1.0), columns[size:], objective, price, True, *lines)
        if status == highspy.HighsModelStatus.kInfeasible:
            return MasterPoint(np.zeros(size), np.zeros(self.block_of.size), 0.0, highs.dual_ray(), False, *lines)
        return None

    def _count_age(self, is_slack: npt.NDArray[np.bool_]) -> None:
        self._line_age = np.where(is_slack, self._line_age + 1, 0)

    def lines_violated(self, part: Float64Array, at: Float64Array, gain: Float64Array) -> NewLines:
        """Return the lines made at one choice in part that another with gains of its own violates.

        Parameters
        ----------
        part : (candidates,) where lines are made.
        at, gain : (candidates,) and (gains,) what is tested.
        """
        reached = self.cuts.reached(part)
        gain = np.append(gain, 0.0)  # the last: of blocks that do not count
        found = []
        for measure in range(len(self.cuts.measures)):
            lines = self.cuts.lines(measure, reached)
            excess = gain[self.gain_of[measure]] - self.cuts.heights(lines, at)
            wanted = excess > VIOLATED
            start, candidates, sums = self.cuts.rows(lines, wanted)
            limited = self.gain_of[measure][wanted]
            found.append(NewLines(reached, limited, lines.constant[wanted], start, candidates, sums, excess[wanted]))
        return found[0] if len(found) == 1 else _joined(reached, found)

    def add(self, lines: NewLines) -> None:
        """Add lines."""
        count = lines.gain.size
        if not count:
            return
        size = len(self.problem)
        columns = np.insert(lines.candidates.astype(np.int64), lines.start[:-1], size + lines.gain)
        values = np.insert(-lines.sums, lines.start[:-1], 1.0)
        self._add(np.full(count, -np.inf), lines.constant, lines.start[:-1] + np.arange(count), columns, values)
        self._line_point = np.append(self._line_point, np.full(count, self._point_count))
        self._line_gain = np.append(self._line_gain, lines.gain)
        self._line_age = np.append(self._line_age, np.zeros(count, dtype=np.int64))
        self._points[self._point_count] = lines.reached
        self._point_count += 1

    def add_covers(self, covers: list[Cover]) -> None:
        """Add rows that hold for candidates chosen whole."""
        count = len(covers)
        if not count:
            return
        lengths = np.array([cover.candidates.size for cover in covers], dtype=np.int64)
        self._add(
            np.ones(count),
            np.full(count, np.inf),
            np.cumsum(lengths) - lengths,
            np.concatenate([cover.candidates for cover in covers]),
            np.concatenate([cover.coefficients for cover in covers]),
        )
        self._line_point = np.append(self._line_point, len(self._covers) + np.arange(count))
        self._line_gain = np.append(self._line_gain, np.full(count, COVER))
        self._line_age = np.append(self._line_age, np.zeros(count, dtype=np.int64))
        self._covers += covers

    def gains(self, chosen: Float64Array) -> Float64Array:
        """Return the (gains,) that whole candidates have; ``chosen`` holds 0 and 1."""
        reached = self.cuts.reached(chosen)
        heights = np.array(
            [self.cuts.heights(self.cuts.lines(measure, reached), chosen) for measure in range(len(self.cuts.measures))]
        )
        return heights[self.measure_of, self.block_of]

    def objective(self, chosen: Float64Array, gains: Float64Array) -> float:
        """Return the objective of the master at a choice with its gains."""
        return float(self.cost @ chosen + self.gain_cost @ gains)

    def columns(self, sites: tuple[int, ...]) -> Float64Array:
        """Return the (columns,) of a choice."""
        chosen = np.zeros(len(self.problem))
        chosen[list(sites)] = 1.0
        return np.concatenate([chosen, self.gains(chosen)])

    def is_reached(self, gains: Float64Array) -> bool:
        """Return whether gains meet all targets, but for rounding."""
        for target, within, scale in zip(self.problem.targets, self._targets, self._target_scale, strict=True):
            held = self.gain_of[self.cuts.measures.index(target.measure), within]
            if gains[held[held >= 0]].sum() < target.at_least / scale * (1 - 1e-9) - 1e-9:
                return False
        return True

    def bound(self, objective: float) -> float:
        """Return what a solver's bound on the master's objective says of the problem."""
        return solvers_bound(self.problem, objective, self.unit)

    def model(self) -> Model:
        """Return the master with its candidates whole, as it is now."""
        return self.highs.model(len(self.problem))

    def purge(self) -> None:
        """Drop the lines that have been slack for long."""
        old = self._line_age >= SLACK_FOR
        if old.any():
            fixed = self.highs.getNumRow() - self.line_count
            numbers = (np.flatnonzero(old) + fixed).astype(np.int32)
            self.highs.deleteRows(numbers.size, numbers)
            self._line_point, self._line_gain = self._line_point[~old], self._line_gain[~old]
            self._line_age = self._line_age[~old]
            used = set(self._line_point[self._line_gain != COVER].tolist())
            self._points = {number: reached for number, reached in self._points.items() if number in used}

    def certificate(self, point: MasterPoint, stretch: float = 1.0) -> Certificate:
        """Return the certificate of a solution's prices.

        Parameters
        ----------
        stretch : what the prices of a ray are multiplied by.
        """
        objective = 1.0 if point.feasible else 1.0 / stretch
        rows = -point.price[: len(self.rows)] * self.unit / self._row_scale
        targets = np.maximum(point.price[len(self.rows) : len(self.rows) + len(self.problem.targets)], 0.0)
        line = point.price[len(self.rows) + len(self.problem.targets) :]
        is_cover = point.line_gain == COVER
        covers = [
            CoverPrice(cover.target, cover.inside, cover.multiple, price * self.unit * stretch)
            for number, price in zip(point.line_point[is_cover].tolist(), line[is_cover].tolist(), strict=True)
            if price > 0 and (cover := self._covers[number])
        ]
        line = np.where(is_cover, 0.0, np.maximum(-line, 0.0))
        total = np.zeros(self.gain_of.shape)
        total[self.measure_of, self.block_of] = -self.gain_cost * objective
        for number, within in enumerate(self._targets):
            total[self.cuts.measures.index(self.problem.targets[number].measure), within] += targets[number]
        points = []
        used = line > 0
        for number in np.unique(point.line_point[used]).tolist():
            share = np.zeros(total.shape)
            here = used & (point.line_point == number)
            own = point.line_gain[here]
            share[self.measure_of[own], self.block_of[own]] = line[here]
            points.append((self._points[number], share))
        target_price = targets * self.unit / self._target_scale
        return self.cuts.certificate(points, total, target_price * stretch, rows * stretch, tuple(covers))
