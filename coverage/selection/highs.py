"""HiGHS as everything here uses it: silent, on one thread, for a given time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import highspy
import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.footprints import Int32Array, Int64Array
from phusong.coverage.selection.rows import Float64Array


class Model(NamedTuple):
    """A mixed-integer programme: minimise cost @ columns.

    Attributes
    ----------
    cost, least, most, is_whole : (columns,)
    row_least, row_most : (rows,)
    start, numbers, values : (rows + 1,) and (entries,) twice: the columns of each row, and their values.
    """

    cost: Float64Array
    least: Float64Array
    most: Float64Array
    is_whole: npt.NDArray[np.bool_]
    row_least: Float64Array
    row_most: Float64Array
    start: Int64Array
    numbers: Int32Array
    values: Float64Array


class Found(NamedTuple):
    """How a search ended.

    Attributes
    ----------
    bound : on the objective; infinite where nothing is feasible.
    columns : (columns,) of the best solution; None without one.
    is_complete : whether the search came to its end.
    """

    bound: float
    columns: Float64Array | None
    is_complete: bool


class Highs(highspy.Highs):
    """A solver that prints nothing, not even who it is, which it otherwise says before it can be told to be silent."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.setOptionValue("threads", 1)

    def enableCallbacks(self) -> None:  # noqa: N802 (the library's name; the first thing that its constructor calls)
        """Be silent, then as there."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]

    def run_for(self, seconds: float) -> highspy.HighsModelStatus:
        """Run for a time at most [s], and return how it ended; the solver's own limit counts from its making."""
        self.setOptionValue("time_limit", self.getRunTime() + max(seconds, 0.0))
        self.run()
        return self.getModelStatus()

    def dual_ray(self) -> Float64Array:
        """Return the (rows,) prices that show that nothing is feasible; all 0 where it knows none."""
        untyped: Any = self
        _, exists, ray = untyped.getDualRay()
        return np.array(ray) if exists else np.zeros(self.getNumRow())

    def model(self, whole_count: int) -> Model:
        """Return the programme that it holds, with its first columns whole."""
        untyped: Any = self
        untyped.ensureRowwise()
        lp = untyped.getLp()
        return Model(
            cost=np.array(lp.col_cost_),
            least=np.array(lp.col_lower_),
            most=np.array(lp.col_upper_),
            is_whole=np.arange(lp.num_col_) < whole_count,
            row_least=np.array(lp.row_lower_),
            row_most=np.array(lp.row_upper_),
            start=np.array(lp.a_matrix_.start_, dtype=np.int64),
            numbers=np.array(lp.a_matrix_.index_, dtype=np.int32),
            values=np.array(lp.a_matrix_.value_, dtype=np.float64),
        )

    def load(self, model: Model) -> None:
        """Take a model, in place of none."""
        none = np.empty(0, dtype=np.int32)
        self.addCols(model.cost.size, model.cost, model.least, model.most, 0, none, none, np.empty(0))
        if model.row_least.size:
            start = model.start[:-1].astype(np.int32)
            size = model.values.size
            rows = model.row_least.size
            self.addRows(rows, model.row_least, model.row_most, size, start, model.numbers, model.values)
        whole = np.flatnonzero(model.is_whole).astype(np.int32)
        self.changeColsIntegrality(whole.size, whole, np.full(whole.size, highspy.HighsVarType.kInteger))


def search(
    model: Model,
    known: Float64Array | None,
    *,
    time_limit_s: float,
    gap: float,
    should_stop: Callable[[], bool],
    seed: int,
) -> Found:
    """Search a mixed-integer programme by HiGHS' own tree.

    Parameters
    ----------
    known : (columns,) a solution to begin with.
    time_limit_s : [s]
    gap : share at which to stop.
    should_stop : asked now and then.
    seed : of the solver's choices between equals.
    """
    if not model.cost.size:  # HiGHS finds no solution of no columns
        is_feasible = bool(np.all((model.row_least <= 0) & (model.row_most >= 0)))
        return Found(0.0 if is_feasible else np.inf, np.empty(0) if is_feasible else None, is_complete=True)
    highs = Highs()
    highs.load(model)
    highs.setOptionValue("random_seed", seed % 2**31)
    highs.setOptionValue("mip_rel_gap", gap)

    def ask(event: Any) -> None:
        if should_stop():
            event.interrupt()

    highs.cbMipInterrupt.subscribe(ask)
    if known is not None:
        highs.setSolution(known.size, np.arange(known.size, dtype=np.int32), known)
    status = highs.run_for(time_limit_s)
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Found(np.inf, None, is_complete=True)
    info = highs.getInfo()
    has_solution = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    columns = np.array(highs.getSolution().col_value) if has_solution else None
    found = Found(float(info.mip_dual_bound), columns, status == highspy.HighsModelStatus.kOptimal)
    if known is not None and columns is not None and found.is_complete:
        told = float(info.objective_function_value)
        if model.cost @ columns > told + 1e-6 * max(1.0, abs(told)):
            # HiGHS 1.16 may better the known solution as it presolves, tell that objective, and return the known one
            left_s = time_limit_s - highs.getRunTime()
            return search(model, None, time_limit_s=left_s, gap=gap, should_stop=should_stop, seed=seed)
    return found
