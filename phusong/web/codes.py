"""What a pixel of the map is painted from: a code of its class, and of where that is near its limit or not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.classes import UNKNOWN, near_limit, service_classes, service_limits_dbm
from phusong.coverage.service import NO_LEVEL_CDB, Service, ServiceMaps, View

Codes = npt.NDArray[np.uint8]

OUTSIDE, FIRST_CLASS, NEAR, NO_DATA = 0, 1, 4, 9
"""Codes: nothing there; FIRST_CLASS + class, and NEAR more where that class is near its limit; no data."""


def codes_of(
    classes: npt.NDArray[np.int8], reserve_cdb: npt.NDArray[np.signedinteger[Any]], inside: npt.NDArray[np.bool_]
) -> Codes:
    """Return the codes of classes.

    Parameters
    ----------
    reserve_cdb : by how much the signal may fall before the verdict turns [0.01 dB].
    inside : the pixels of the area; all arrays (rows, columns).
    """
    codes = (classes + FIRST_CLASS).astype(np.uint8)
    codes[near_limit(reserve_cdb)] += NEAR
    codes[classes == UNKNOWN] = NO_DATA
    codes[~inside] = OUTSIDE
    return codes


def outdoors_beside(maps: ServiceMaps, view: View) -> list[View]:
    """Return the view whose coverage says what is served outdoors only; none where the view is that itself."""
    if view.place == "outdoors" or "outdoors" not in maps.places:
        return []
    return [view._replace(place="outdoors")]


def classes_of(maps: ServiceMaps, view: View, services: Mapping[View, Service]) -> npt.NDArray[np.int8]:
    """Return the classes of a view, from it and the one outdoors beside it."""
    service = services[view]
    outdoors = [services[one].covered for one in outdoors_beside(maps, view)]
    limits_dbm = service_limits_dbm(maps.definition(view).threshold_dbm, view.place)
    level_dbm = np.where(service.level_cdbm == NO_LEVEL_CDB, np.nan, 0.01 * service.level_cdbm)
    return service_classes(level_dbm, service.covered, limits_dbm, *outdoors)
