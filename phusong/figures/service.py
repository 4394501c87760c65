"""The classes of service of a run, by its own definition: what maps and files show, without the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.classes import NO_SERVICE, service_classes, service_limits_dbm
from phusong.figures import notes
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, short
from phusong.texts import WORDS


@dataclass(frozen=True, eq=False)
class RunClasses:
    """What people can do where they are, by the run's own definition of coverage.

    Attributes
    ----------
    classes : int8 (rows, columns), VIDEO to NO_SERVICE, UNKNOWN where there is no data.
    limits_dbm : lower limits of the served classes, the best first.
    margin_db : that the level lies below the median [dB], () or (rows, columns).
    """

    classes: npt.NDArray[np.int8]
    limits_dbm: tuple[float, ...]
    margin_db: npt.NDArray[np.floating[Any]]

    def labels(self, language: Language) -> list[tuple[int, str, str]]:
        """Return index, words and level of each class that can be, the best first and no service last."""
        words = WORDS[language]
        served = [
            (index, words.service[index], f"≥ {short(limit, language)} dBm")
            for index, limit in enumerate(self.limits_dbm)
        ]
        return [*served, (NO_SERVICE, words.no_service, f"< {short(self.limits_dbm[-1], language)} dBm")]


def run_classes(run: Run, technology: str) -> RunClasses:
    """Return the classes of service of a technology.

    The level is that which the definition's share of a pixel's places reaches: the median less the shadow margin. So a
    pixel is in a served class exactly where it counts as covered.
    """
    rule = notes.definition(run, technology)
    limits_dbm = service_limits_dbm(rule.threshold_dbm, run.scenario.propagation.place)
    rsrp_dbm, covered = run.layer("rsrp", technology), run.layer("covered", technology)
    margin_db = notes.shadow_margin_db(run, technology)
    return RunClasses(service_classes(rsrp_dbm - margin_db, covered, limits_dbm), limits_dbm, margin_db)
