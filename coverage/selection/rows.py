"""The rows of a problem that hold for its candidates alone: budget, counts, quotas, conflicts and requirements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.footprints import Int32Array, Int64Array
from phusong.coverage.selection.problem import Problem

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rows:
    """Linear rows over the candidates: least <= coefficients @ chosen <= most.

    Attributes
    ----------
    start : (rows + 1,) where each row begins in the two below.
    columns, coefficients : (entries,) candidates, rising within a row, and how much each counts.
    least, most : (rows,) limits; infinite where there is none.
    names : what each row is.
    """

    start: Int64Array
    columns: Int32Array
    coefficients: Int64Array
    least: Float64Array
    most: Float64Array
    names: tuple[str, ...]

    def __len__(self) -> int:
        return self.start.size - 1

    def binding(self, price: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return prices without those of limits that do not exist, and the (rows,) limit that each price is of."""
        limit = np.where(price > 0, self.most, np.where(price < 0, self.least, 0.0))
        kept = np.isfinite(limit)
        return np.where(kept, price, 0.0), np.where(kept, limit, 0.0)

    def charge(self, price: Float64Array, candidates: int, *, absolute: bool = False) -> Float64Array:
        """Return the (candidates,) sum of the rows' prices that each candidate pays, or of their absolute values."""
        paid = np.repeat(price, np.diff(self.start)) * self.coefficients
        if absolute:
            paid = np.abs(paid)
        return np.bincount(self.columns, weights=paid, minlength=candidates).astype(np.float64)


class _Row(NamedTuple):
    name: str
    entries: dict[int, int]
    least: float
    most: float


def structural_rows(problem: Problem) -> Rows:
    """Return all rows of a problem that need no footprints, always in the same order.

    Conflicts are rows of cliques, of which one candidate at most is chosen: tighter than their pairs.
    """
    found = list(_rows(problem))
    entries = [sorted(row.entries.items()) for row in found]
    start = np.zeros(len(found) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in entries], out=start[1:])
    return Rows(
        start,
        np.array([column for row in entries for column, _ in row], dtype=np.int32),
        np.array([coefficient for row in entries for _, coefficient in row], dtype=np.int64),
        np.array([row.least for row in found], dtype=np.float64),
        np.array([row.most for row in found], dtype=np.float64),
        tuple(row.name for row in found),
    )


def _rows(problem: Problem) -> Iterator[_Row]:
    if problem.budget is not None:
        costs = {candidate: cost for candidate, cost in enumerate(problem.cost.tolist()) if cost}
        yield _Row("budget", costs, -np.inf, problem.budget)
    if problem.most_sites is not None:
        yield _Row("most sites", dict.fromkeys(range(len(problem)), 1), -np.inf, problem.most_sites)
    for quota in problem.quotas:
        yield _Row(f"quota {quota.name}", dict.fromkeys(quota.members, 1), quota.least, quota.most)
    for number in sorted({one for one, other in problem.conflicts.tolist() if one == other}):
        yield _Row(f"conflict of {number} with itself", {number: 1}, -np.inf, 0)
    for clique in cliques(problem.conflicts):
        yield _Row(f"conflict of {clique[0]} and {clique[1]}", dict.fromkeys(clique, 1), -np.inf, 1)
    for need in problem.requirements:
        if need.candidate not in need.any_of:
            entries = {need.candidate: 1} | dict.fromkeys(need.any_of, -1)
            yield _Row(f"requirement of {need.candidate}", entries, -np.inf, 0)


def cliques(pairs: Int32Array) -> list[tuple[int, ...]]:
    """Return sets of candidates that all exclude each other and together hold every pair; the choice is greedy."""
    neighbours: dict[int, set[int]] = {}
    edges = sorted({(min(pair), max(pair)) for pair in pairs.tolist() if pair[0] != pair[1]})
    for one, other in edges:
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)
    held: set[tuple[int, int]] = set()
    found = []
    for edge in edges:
        if edge in held:
            continue
        clique = list(edge)
        common = neighbours[edge[0]] & neighbours[edge[1]]
        while common:
            added = min(common)
            clique.append(added)
            common &= neighbours[added]
        clique.sort()
        held.update((one, other) for place, one in enumerate(clique) for other in clique[place + 1 :])
        found.append(tuple(clique))
    return found
