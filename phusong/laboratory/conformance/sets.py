"""What a set of reference vectors is, and which there are."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Case(NamedTuple):
    """One reference value and ours; ours is infinite where an error or a warning is not the reference's."""

    name: str
    expected: float
    computed: float


@dataclass(frozen=True)
class ReferenceSet:
    """A set of reference vectors.

    Attributes
    ----------
    folder : where it lies below the reference folder.
    model : the model or added loss that it checks, by its name in the registry.
    title : whose figures they are.
    tolerance : greatest difference allowed, in the unit of the figures, or relative where ``is_relative``.
    cases : reads the folder and computes.
    """

    folder: str
    model: str
    title: str
    tolerance: float
    cases: Callable[[Path], Iterator[Case]]
    is_relative: bool = False
    unit: str = "dB"

    def difference(self, case: Case) -> float:
        """Return how far ours is from the reference, in the unit of the tolerance."""
        apart = abs(case.computed - case.expected)
        return apart / abs(case.expected) if self.is_relative else apart


MODULES: Sequence[str] = ("p452", "p526", "p1546", "p1812", "itm", "tr38901", "p2108", "p676", "p838")
"""The modules beside this one that hold sets; each has ``SETS``."""


def reference_sets() -> list[ReferenceSet]:
    """Return every set that can be checked."""
    found: list[ReferenceSet] = []
    for name in MODULES:
        found += importlib.import_module(f"phusong.laboratory.conformance.{name}").SETS
    return found
