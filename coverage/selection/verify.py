"""An answer checked against the problem as it was put, pixel by pixel; nothing else that a solver made is used."""

from __future__ import annotations

from typing import NamedTuple

from phusong.coverage.selection.answer import Answer, Certificate
from phusong.coverage.selection.prices import bound_by_prices, is_beyond_all
from phusong.coverage.selection.problem import Problem
from phusong.coverage.selection.rows import structural_rows

ROUNDING = 1e-9
"""Share by which a bound may differ from the one recomputed: sums of other parts round otherwise."""


class Verification(NamedTuple):
    """What an answer is worth, computed anew.

    Attributes
    ----------
    value : of its sites; None where it has none to show.
    faults : why its sites do not meet the problem.
    bound : what its certificate proves; None without one.
    wrong : claims of the answer that do not hold. A bound by a search tree better than that of the certificate is not
        among them: only the tree itself could show it.
    """

    value: int | None
    faults: tuple[str, ...]
    bound: float | None
    wrong: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the answer is feasible and says nothing false."""
        return not self.faults and not self.wrong


def verify(problem: Problem, answer: Answer) -> Verification:
    """Recompute value, feasibility and bound of an answer from the footprints."""
    value: int | None = None
    faults: list[str] = []
    wrong: list[str] = []
    strangers = [site for site in answer.sites if not 0 <= site < len(problem)]
    if strangers:
        faults.append(f"there are no candidates {strangers}")
    elif answer.value is not None:
        value = problem.value(answer.sites)
        faults += problem.faults(answer.sites)
        if answer.value != value:
            wrong.append(f"the value is {value}, not {answer.value}")
    elif answer.sites:
        wrong.append("sites are given, but no value")

    bound = None
    if answer.certificate is not None:
        misfits = _misfits(problem, answer.certificate)
        wrong += misfits
        bound = None if misfits else bound_by_prices(problem, answer.certificate).bound
    if (
        answer.status == "infeasible"
        and answer.proof == "prices"
        and (bound is None or not is_beyond_all(problem, bound))
    ):
        wrong.append("the prices do not prove that no choice meets the problem")
    wrong += _false_claims(answer, value, bound, maximize=problem.maximize is not None)
    return Verification(value, tuple(faults), bound, tuple(wrong))


def _misfits(problem: Problem, certificate: Certificate) -> list[str]:
    expected = {
        "slopes": (certificate.slope.shape, problem.footprints.pixel_count),
        "prices of targets": (certificate.target_price.shape, len(problem.targets)),
        "prices of rows": (certificate.row_price.shape, len(structural_rows(problem))),
    }
    return [
        f"the certificate has {shape} {name}, not {count}"
        for name, (shape, count) in expected.items()
        if shape != (count,)
    ]


def _false_claims(answer: Answer, value: int | None, bound: float | None, *, maximize: bool) -> list[str]:
    wrong = []
    towards = 1.0 if maximize else -1.0  # bounds lie on this side of values

    def is_beyond(one: float, other: float) -> bool:
        return towards * (one - other) > ROUNDING * abs(other)

    if answer.bound is not None and answer.proof == "":
        wrong.append(f"nothing proves the bound of {answer.bound}")
    if answer.bound is not None and answer.proof == "prices":
        if bound is None:
            wrong.append(f"the prices that prove the bound of {answer.bound} are missing")
        elif is_beyond(bound, answer.bound):
            wrong.append(f"the prices prove a bound of {bound}, not {answer.bound}")
    if value is not None:
        wrong += [
            f"the value of {value} is beyond the bound of {limit}"
            for limit in dict.fromkeys((answer.bound, bound))
            if limit is not None and is_beyond(value, limit)
        ]
    if answer.status == "optimal" and (value is None or value != answer.bound):
        wrong.append(f"a value of {value} with a bound of {answer.bound} is not proven optimal")
    return wrong
