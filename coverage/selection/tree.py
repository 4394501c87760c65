"""A search tree over the master in SCIP, which asks for lines as it goes: branch and Benders' cut.

Source: Cordeau, Furini and Ljubic, European Journal of Operational Research 275 (2019), 882-896.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyscipopt

from phusong.coverage.selection.best import Best
from phusong.coverage.selection.covers import Cover, Covers
from phusong.coverage.selection.master import Master, NewLines
from phusong.coverage.selection.rows import Float64Array

_scip: Any = pyscipopt  # its types leave out its constants and misname the methods that it calls
RESULT, HEURISTIC_TIMING, PARAMETER_SETTING = _scip.SCIP_RESULT, _scip.SCIP_HEURTIMING, _scip.SCIP_PARAMSETTING

WHOLE = 1e-4  # within which a part is that of a whole candidate
SETTINGS = {
    "misc/allowstrongdualreds": False,  # reductions that hold only where all rows are known from the start
    "misc/allowweakdualreds": False,
    "misc/usesymmetry": 0,
    "branching/relpscost/sbiterofs": 10_000,
    "separating/maxroundsroot": -1,
    "timing/clocktype": 2,
}


def search_tree(
    master: Master,
    best: Best,
    *,
    time_limit_s: float,
    gap: float,
    should_stop: Callable[[], bool],
    seed: int,
) -> float:
    """Search for the best choice; return the bound as the problem counts it.

    Parameters
    ----------
    master : with the rows found so far.
    best : the best choice known; better ones are offered to it.
    time_limit_s : [s]
    gap : share at which to stop.
    should_stop : asked now and then.
    seed : of the solver's choices between equals.
    """
    model = pyscipopt.Model()
    model.hideOutput()
    given = master.model()
    variables = [
        model.addVar(vtype="B" if whole else "C", lb=least, ub=most, obj=cost)
        for cost, least, most, whole in zip(
            given.cost.tolist(), given.least.tolist(), given.most.tolist(), given.is_whole.tolist(), strict=True
        )
    ]
    numbers, values = given.numbers.tolist(), given.values.tolist()
    for row, (least, most) in enumerate(zip(given.row_least.tolist(), given.row_most.tolist(), strict=True)):
        entries = range(given.start[row], given.start[row + 1])
        total = pyscipopt.quicksum(values[entry] * variables[numbers[entry]] for entry in entries)
        if np.isfinite(least):
            model.addCons(total >= least)
        if np.isfinite(most):
            model.addCons(total <= most)
    model.setHeuristics(PARAMETER_SETTING.FAST)
    handler = _Lines(master, best, variables, should_stop)
    model.includeConshdlr(
        handler, "lines", "lines over gains", sepapriority=100, enfopriority=-10, chckpriority=-10, sepafreq=1,
        propfreq=-1, eagerfreq=-1, maxprerounds=0, delaysepa=False, needscons=False,
    )  # fmt: skip
    model.includeHeur(_Known(handler), "known", "choices met", "k", timingmask=HEURISTIC_TIMING.AFTERLPNODE, freq=1)
    model.setParams(SETTINGS | {"limits/time": max(time_limit_s, 0.0), "limits/gap": gap})
    model.setParam("randomization/randomseedshift", seed % 2**31)
    if best.sites is not None:
        handler.give_known()
    model.optimize()
    if model.getStatus() == "infeasible":
        return master.bound(np.inf)
    return master.bound(float(model.getDualbound()))


class _Lines(_scip.Conshdlr):  # type: ignore[misc]
    """Holds gains under the lines that are not in the model."""

    def __init__(self, master: Master, best: Best, variables: list[Any], should_stop: Callable[[], bool]) -> None:
        self._master = master
        self._covers = Covers(master.problem) if master.problem.targets else None
        self._variables = variables
        self._should_stop = should_stop
        self._last_node = -1
        self.best = best
        self.is_new = False

    def _solution(self, solution: Any) -> tuple[Float64Array, Float64Array]:
        values = np.array([self.model.getSolVal(solution, variable) for variable in self._variables])
        size = len(self._master.problem)
        return np.clip(values[:size], 0.0, 1.0), values[size:]

    def _violated_by_whole(self, solution: Any) -> NewLines:
        """Return the lines that a solution of whole candidates violates; its candidates are a choice to know of."""
        part, gain = self._solution(solution)
        chosen = np.rint(part)
        if np.abs(chosen - part).max(initial=0.0) < WHOLE:
            gains = self._master.gains(chosen)
            value = self._master.objective(chosen, gains) * self._master.unit
            value = -value if self._master.problem.maximize is not None else value
            if self.best.is_better(value) and self._master.is_reached(gains):
                self.is_new |= self.best.offer(np.flatnonzero(chosen).tolist())
        return self._master.lines_violated(chosen, part, gain)

    def _add(self, lines: NewLines, covers: list[Cover]) -> dict[str, Any]:
        size = len(self._master.problem)
        is_infeasible = False
        for number, (gain, most) in enumerate(zip(lines.gain.tolist(), lines.constant.tolist(), strict=True)):
            own = slice(lines.start[number], lines.start[number + 1])
            entries = [
                (size + gain, 1.0),
                *zip(lines.candidates[own].tolist(), (-lines.sums[own]).tolist(), strict=True),
            ]
            is_infeasible |= self._add_row(entries, None, most)
        for cover in covers:
            entries = list(zip(cover.candidates.tolist(), cover.coefficients.tolist(), strict=True))
            is_infeasible |= self._add_row(entries, 1.0, None)
        return {"result": RESULT.CUTOFF if is_infeasible else RESULT.SEPARATED}

    def _add_row(self, entries: list[tuple[int, float]], least: float | None, most: float | None) -> bool:
        row = self.model.createEmptyRowUnspec("line", least, most, local=False, removable=True)
        self.model.cacheRowExtensions(row)
        for number, value in entries:
            self.model.addVarToRow(row, self._variables[number], value)
        self.model.flushRowExtensions(row)
        is_infeasible = bool(self.model.addCut(row, forcecut=True))
        self.model.addPoolCut(row)
        self.model.releaseRow(row)
        return is_infeasible

    def conssepalp(self, *_: Any) -> dict[str, Any]:
        """Add lines and covers at the solution of a node: at the root in every round, below once."""
        if self._should_stop():
            self.model.interruptSolve()
        node = self.model.getCurrentNode()
        is_root = node.getDepth() == 0
        if not is_root and node.getNumber() == self._last_node:
            return {"result": RESULT.DIDNOTRUN}
        self._last_node = node.getNumber()
        part, gain = self._solution(None)
        lines = self._master.lines_violated(part, part, gain)
        covers = self._covers.violated(part) if self._covers is not None and is_root else []
        if not lines.gain.size and not covers:
            return {"result": RESULT.DIDNOTFIND}
        return self._add(lines, covers)

    def consenfolp(self, *_: Any) -> dict[str, Any]:
        """Add the lines that a whole solution of a node violates."""
        lines = self._violated_by_whole(None)
        return self._add(lines, []) if lines.gain.size else {"result": RESULT.FEASIBLE}

    def consenfops(self, *_: Any) -> dict[str, Any]:
        """Say whether a solution that is not of a linear programme violates lines; if so, its programme is solved."""
        return {"result": RESULT.SOLVELP if self._violated_by_whole(None).gain.size else RESULT.FEASIBLE}

    def conscheck(self, _constraints: Any, solution: Any, *_: Any) -> dict[str, Any]:
        """Say whether a solution violates lines."""
        violated = self._violated_by_whole(solution).gain.size
        return {"result": RESULT.INFEASIBLE if violated else RESULT.FEASIBLE}

    def conslock(self, _constraint: Any, locktype: Any, nlockspos: int, nlocksneg: int) -> None:
        """Say that gains may not rise freely, nor candidates fall."""
        size = len(self._master.problem)
        for variable in self._variables[:size]:
            self.model.addVarLocksType(variable, locktype, nlockspos, nlocksneg)
        for variable in self._variables[size:]:
            self.model.addVarLocksType(variable, locktype, nlocksneg, nlockspos)

    def give_known(self, heuristic: Any = None) -> bool:
        """Give the solver the best choice known, with the gains that it has."""
        if self.best.sites is None:
            return False
        solution = self.model.createSol(heuristic)
        for variable, value in zip(self._variables, self._master.columns(self.best.sites).tolist(), strict=True):
            self.model.setSolVal(solution, variable, value)
        return bool(self.model.addSol(solution))


class _Known(_scip.Heur):  # type: ignore[misc]
    """Hands over choices that the lines were asked about and that were better than all before."""

    def __init__(self, handler: _Lines) -> None:
        self._handler = handler

    def heurexec(self, *_: Any) -> dict[str, Any]:
        """Hand over the newest."""
        if not self._handler.is_new:
            return {"result": RESULT.DIDNOTRUN}
        self._handler.is_new = False
        return {"result": RESULT.FOUNDSOL if self._handler.give_known() else RESULT.DIDNOTFIND}
