"""What the report tells of a run: shares of area and people by place and operator, classes, and what is close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.classes import near_limit, service_classes, service_limits_dbm
from phusong.coverage.service import NO_LEVEL_CDB, Service, ServiceMaps, View
from phusong.scenarios.deltas import WHOLE_AREA
from phusong.scenarios.run import Run
from phusong.scenarios.toml_table import Place


@dataclass(frozen=True, eq=False)
class Served:
    """What a technology offers where the run's own definition has the phone; (rows, columns) each.

    Attributes
    ----------
    limits_dbm : of the served classes, best first, as of ``service_limits_dbm``.
    classes : as of ``service_classes``.
    is_close : a prediction that errs by NEAR_LIMIT_DB would turn the verdict.
    """

    limits_dbm: tuple[float, ...]
    classes: npt.NDArray[np.int8]
    is_close: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Views:
    """The views of a run, counted.

    Attributes
    ----------
    places : where the phone may be; the first is that of the run's own definition.
    operators : by name; none where there is but one.
    served : of each technology, all operators together.
    carriers : (technology, operator) of every operator that has cells of a technology.
    """

    run: Run
    places: tuple[Place, ...]
    operators: tuple[str, ...]
    served: dict[str, Served]
    carriers: frozenset[tuple[str, str]]
    _shares: dict[tuple[str, str, View], tuple[float, float]]

    @classmethod
    def of(cls, run: Run, *, operators_everywhere: bool) -> Views:
        """Return the views of a run.

        Parameters
        ----------
        operators_everywhere : count each operator at every place, not at the first alone.
        """
        maps = ServiceMaps(run)
        places = maps.places
        operators = maps.operators if len(maps.operators) > 1 else ()
        served: dict[str, Served] = {}
        shares: dict[tuple[str, str, View], tuple[float, float]] = {}
        for technology in run.technologies:
            for operator in (None, *operators):
                asked = places if operator is None or operators_everywhere else places[:1]
                found = maps.services([View(technology, place, operator) for place in asked])
                shares.update(_shares_of(maps.zones(found.items())))
                if operator is None:
                    own = View(technology, places[0])
                    served[technology] = _served(found[own], maps.definition(own).threshold_dbm, places[0])
        carriers = frozenset((channel.technology, channel.operator) for channel in run.channels())
        return cls(run, places, operators, served, carriers, shares)

    def shares(self, view: View, layer: str = WHOLE_AREA, code: str = "") -> tuple[float, float]:
        """Return (share of the area, share of the people) that a view covers in a zone [%]; NaN unknown."""
        return self._shares.get((layer, code, view), (np.nan, np.nan))

    def close_percent(self, technology: str, inside: npt.NDArray[np.bool_]) -> float:
        """Return the share of the known pixels where the verdict could turn [%]; NaN where nothing is known."""
        of = self.served[technology]
        known = int((inside & (of.classes >= 0)).sum())
        return 100.0 * int((inside & of.is_close).sum()) / known if known else float("nan")


def _shares_of(table: pd.DataFrame) -> dict[tuple[str, str, View], tuple[float, float]]:
    names = ("layer", "code", "technology", "place", "operator", "covered_percent", "covered_population_percent")
    return {
        (layer, code, View(technology, place, operator or None)): (float(area), float(people))
        for layer, code, technology, place, operator, area, people in zip(*(table[one] for one in names), strict=True)
    }


def _served(service: Service, threshold_dbm: float, place: Place) -> Served:
    limits_dbm = service_limits_dbm(threshold_dbm, place)
    level_dbm = np.where(service.level_cdbm == NO_LEVEL_CDB, np.nan, 0.01 * service.level_cdbm)
    classes = service_classes(level_dbm, service.covered, limits_dbm)
    return Served(limits_dbm, classes, (classes >= 0) & near_limit(service.reserve_cdb))
