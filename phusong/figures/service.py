"""The classes of service of a run, by its own definition: what maps and files show, without the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.classes import NEAR_LIMIT_DB, NO_SERVICE, service_classes, service_limits_dbm
from phusong.figures import notes
from phusong.scenarios.coverage_definition import CoverageDefinition
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, short
from phusong.texts import WORDS


@dataclass(frozen=True, eq=False)
class RunClasses:
    """What people can do where they are, by the run's own definition of coverage.

    Attributes
    ----------
    technology, rule : whose coverage, and when a pixel has it.
    classes : int8 (rows, columns), VIDEO to NO_SERVICE, UNKNOWN where there is no data.
    near : (rows, columns) where the verdict is near its limit; nowhere if that cannot be told without the engine.
    limits_dbm : lower limits of the served classes, the best first.
    margin_db : that the level lies below the median [dB], () or (rows, columns).
    has_level : whether the level at the phone is known; else all that is covered is one class.
    """

    technology: str
    rule: CoverageDefinition
    classes: npt.NDArray[np.int8]
    near: npt.NDArray[np.bool_]
    limits_dbm: tuple[float, ...]
    margin_db: npt.NDArray[np.floating[Any]]
    has_level: bool

    def labels(self, language: Language) -> list[tuple[int, str, str]]:
        """Return index, words and level of each class that can be, the best first and no service last."""
        words, last = WORDS[language], len(self.limits_dbm) - 1
        levels = [f"≥ {short(limit, language)} dBm" for limit in self.limits_dbm]
        least = f"< {short(self.limits_dbm[-1], language)} dBm"
        if not self.rule.is_by_level:
            levels[-1], least = notes.conditions_text(self.rule, self.technology, language), ""
        served = [
            (index, words.service[index], level)
            for index, level in enumerate(levels)
            if self.has_level or index == last
        ]
        return [*served, (NO_SERVICE, words.no_service, least)]


def run_classes(run: Run, technology: str) -> RunClasses:
    """Return the classes of service of a technology.

    The level is that which the definition's share of a pixel's places reaches: the median less the shadow margin. So a
    pixel is in a served class exactly where it counts as covered. Behind a wall that the definition puts there the
    level follows from the engine alone.
    """
    rule, place = notes.definition(run, technology), notes.own_place(run, technology)
    limits_dbm = service_limits_dbm(rule.threshold_dbm, place)
    has_level = place == run.scenario.propagation.place
    covered, margin_db = run.layer("covered", technology), notes.shadow_margin_db(run, technology)
    level_dbm = run.layer("rsrp", technology) - margin_db if has_level else np.full(covered.shape, np.nan)
    classes = service_classes(level_dbm, covered, limits_dbm)
    near = np.abs(level_dbm - rule.threshold_dbm) < NEAR_LIMIT_DB if rule.is_by_level else np.zeros(covered.shape, bool)
    return RunClasses(technology, rule, classes, near & (classes >= 0), limits_dbm, margin_db, has_level)
