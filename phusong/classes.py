"""The classes that maps are coloured by, and their colours: told apart in print and by the colour-blind."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.scenarios.toml_table import Place
from phusong.scenarios.written import Language, short

NOT_KNOWN = 255  # mark of the covered layer
SERVICE_COLOURS = ("#2f6db5", "#74c0c0", "#f5c84c")
NO_SERVICE_COLOUR = "#f6f1e7"
SHARE_COLOURS = ("#2a5fa8", "#4a9fc0", "#8fc9b0", "#f5d46e", "#fdf3cf")
COVERED_COLOUR = "#9dbbd8"
PROPOSED_COLOUR = "#c2410c"
GAINED_COLOUR, LOST_COLOUR = "#00609c", "#d55e00"  # blue and vermilion: told apart with any colour vision, and in grey
STILL_COVERED_COLOUR = "#b9cad6"

VIDEO, CALLS, OUTDOORS_ONLY, NO_SERVICE, UNKNOWN = 0, 1, 2, 3, -1
"""The classes of service, the best first, and the mark of a pixel without data."""

NEAR_LIMIT_DB = 3.0
"""A verdict that a smaller error of the prediction would turn is near its limit, and hatched."""

_SERVICE_LIMITS_DBM = (-95.0, -105.0)  # good video; calls with 10 dB to spare, which a wall may take
SHARE_LIMITS_PERCENT = (99.0, 95.0, 80.0, 50.0)
"""Lower limits of the classes of shares, the highest first; the last class has none."""
NEGLIGIBLE_GAP_PERCENT = 0.05
"""A zone that lacks data on no more of its area is not hatched."""


def service_limits_dbm(threshold_dbm: float, place: Place = "outdoors") -> tuple[float, ...]:
    """Return the lower limits of the served classes, best first; the last is the threshold itself [dBm].

    Outdoors the weakest level that counts as covered is of no use behind a wall, so that its class says "outdoors
    only". In a car and indoors whatever is covered there carries a call.
    """
    limits = _SERVICE_LIMITS_DBM if place == "outdoors" else _SERVICE_LIMITS_DBM[:1]
    return (*(limit for limit in limits if limit > threshold_dbm), threshold_dbm)


def service_classes(
    level_dbm: npt.NDArray[np.floating[Any]],
    covered: npt.NDArray[np.uint8],
    limits_dbm: Sequence[float],
    outdoors: npt.NDArray[np.uint8] | None = None,
) -> npt.NDArray[np.int8]:
    """Return the class of each pixel, (rows, columns): VIDEO to NO_SERVICE, UNKNOWN where there is no data.

    Parameters
    ----------
    level_dbm : that a phone receives at the definition's share of the places, nan where no cell reaches [dBm].
    covered : 1 yes, 0 no, NOT_KNOWN no data, at the place that is asked for.
    limits_dbm : of ``service_limits_dbm``; the last is not compared again: a pixel is in a served class exactly where
        it is covered.
    outdoors : covered outdoors, where another place is asked for: what is covered there alone is OUTDOORS_ONLY.
    """
    classes = np.full(covered.shape, NO_SERVICE, dtype=np.int8)
    if outdoors is not None:
        classes[outdoors == 1] = OUTDOORS_ONLY
    served = covered == 1
    classes[served] = len(limits_dbm) - 1
    for index in range(len(limits_dbm) - 2, -1, -1):
        classes[served & (level_dbm >= limits_dbm[index])] = index
    classes[covered == NOT_KNOWN] = UNKNOWN
    return classes


def near_limit(reserve_cdb: npt.NDArray[np.int16]) -> npt.NDArray[np.bool_]:
    """Return where the verdict hangs on less than NEAR_LIMIT_DB, from how much the signal may fall [0.01 dB]."""
    limit_cdb = round(100.0 * NEAR_LIMIT_DB)
    return (reserve_cdb > -limit_cdb) & (reserve_cdb < limit_cdb)


def share_classes(shares_percent: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the class of each share: 0 from 99 %, 4 below 50 %, -1 unknown."""
    limits = np.array(SHARE_LIMITS_PERCENT)
    classes = (np.nan_to_num(shares_percent)[:, None] < limits).sum(axis=1)
    return np.where(np.isnan(shares_percent), -1, classes)


def share_labels(language: Language) -> list[str]:
    """Return the words of the classes of shares, the highest first."""
    edges = [short(limit, language) for limit in SHARE_LIMITS_PERCENT]
    return [f"≥ {edges[0]}%", *(f"{low} – {high}%" for high, low in pairwise(edges)), f"< {edges[-1]}%"]
