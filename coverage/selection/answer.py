"""What a solver returns: a choice, a bound, and the prices that prove the bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Effort = Literal["fast", "certified", "exact"]
Proof = Literal["prices", "tree", ""]
Status = Literal["optimal", "gap", "no certificate", "infeasible", "nothing found"]


class CoverPrice(NamedTuple):
    """A price on what a target still needs beyond a set of candidates, which only whole others can add (``covers``).

    Attributes
    ----------
    target : its number.
    inside : the set.
    multiple : of the row, at which it is rounded; 1: not rounded.
    price : not negative.
    """

    target: int
    inside: tuple[int, ...]
    multiple: float
    price: float


@dataclass(frozen=True, eq=False)
class Certificate:
    """Prices that prove a bound: with any of them the bound holds, with good ones it is tight.

    Every pixel's worth lies under each line with a slope in 0 to curve[1]: worth(level) <= conjugate(slope) + slope *
    level, where the conjugate is the greatest difference of the two. Weighted and summed, the worth of a choice lies
    under a linear function of its candidates, whose greatest value over the candidates one by one is the bound.

    Attributes
    ----------
    slope : (pixels,) of the line over each pixel.
    target_price : (targets,) not negative.
    row_price : (rows,) of ``rows.structural_rows``: positive where the upper limit binds, negative for the lower.
    covers : prices on rows that hold for candidates chosen whole.
    """

    slope: npt.NDArray[np.float32]
    target_price: npt.NDArray[np.float64]
    row_price: npt.NDArray[np.float64]
    covers: tuple[CoverPrice, ...] = ()


class Step(NamedTuple):
    """How far the solver was at a time."""

    seconds: float
    stage: str
    value: int | None
    bound: float | None


@dataclass(frozen=True, eq=False)
class Answer:
    """The best choice found and what is known of the best possible.

    Attributes
    ----------
    sites : the chosen candidates, rising; empty where none was found.
    value : as ``Problem.value``; None where nothing feasible was found.
    bound : no choice is better: not above it where a measure is maximised, not below it where cost is minimised; None
        without a certificate.
    status : "optimal", or "gap" with a bound, "no certificate" without one, "infeasible" where no choice meets the
        problem, "nothing found" where the time was too short to tell.
    proof : "prices" where the certificate proves the bound, "tree" where a search tree does, "" without a bound.
    certificate : of the best bound by prices.
    missing : by number of target, the most that all candidates together can add where that is too little.
    trace : how value and bound went.
    """

    sites: tuple[int, ...]
    value: int | None
    bound: float | None
    status: Status
    proof: Proof
    certificate: Certificate | None
    missing: dict[int, int]
    trace: tuple[Step, ...]

    @property
    def gap(self) -> float | None:
        """How much better the best possible may be at most, as a share of the value; None where that is not known."""
        if self.value is None or self.bound is None:
            return None
        if self.value == self.bound:
            return 0.0
        return abs(self.bound - self.value) / min(abs(self.value), abs(self.bound)) if self.value else float("inf")
