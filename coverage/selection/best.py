"""The best choice found so far."""

from __future__ import annotations

from collections.abc import Sequence

from phusong.coverage.selection.problem import Problem


class Best:
    """Keeps the better of the feasible choices that it is offered.

    Attributes
    ----------
    problem : that they are held to.
    sites, value : of the best; None before there is one.
    """

    def __init__(self, problem: Problem, sites: Sequence[int] | None) -> None:
        self.problem = problem
        self.sites: tuple[int, ...] | None = None
        self.value: int | None = None
        if sites is not None:
            self.offer(sites)

    def is_better(self, value: float) -> bool:
        """Return whether a value would be the best."""
        if self.value is None:
            return True
        return value > self.value if self.problem.maximize is not None else value < self.value

    def offer(self, sites: Sequence[int]) -> bool:
        """Take a choice if it is better and feasible; return whether it was taken."""
        value = self.problem.value(sites)
        if not self.is_better(value) or self.problem.faults(sites):
            return False
        self.sites, self.value = tuple(sorted(sites)), value
        return True
