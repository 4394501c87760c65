"""The classes that maps are coloured by, and their colours: told apart in print and by the colour-blind."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from phusong.scenarios.written import Language, short

NOT_KNOWN = 255  # mark of the covered layer
SERVICE_COLOURS = ("#2f6db5", "#74c0c0", "#f5c84c")
NO_SERVICE_COLOUR = "#f6f1e7"
SHARE_COLOURS = ("#2a5fa8", "#4a9fc0", "#8fc9b0", "#f5d46e", "#fdf3cf")
COVERED_COLOUR = "#9dbbd8"
PROPOSED_COLOUR = "#c2410c"
GAINED_COLOUR, LOST_COLOUR = "#00609c", "#d55e00"  # blue and vermilion: told apart with any colour vision, and in grey
STILL_COVERED_COLOUR = "#d3dde3"

_SERVICE_LIMITS_DBM = (-95.0, -105.0)  # good and moderate; the third class ends at the threshold of the definition
_SHARE_LIMITS = (99.0, 95.0, 80.0, 50.0)


def service_limits_dbm(threshold_dbm: float) -> tuple[float, ...]:
    """Return the lower limits of the service classes, best first; the last is the threshold itself [dBm]."""
    return (*(limit for limit in _SERVICE_LIMITS_DBM if limit > threshold_dbm), threshold_dbm)


def service_classes(
    rsrp_dbm: npt.NDArray[np.float32],
    covered: npt.NDArray[np.uint8],
    limits_dbm: Sequence[float],
    margin_db: npt.NDArray[np.float64] | float,
) -> npt.NDArray[np.int8]:
    """Return the class of each pixel: 0 the best, len(limits) not covered, -1 no terrain data.

    The last limit is not compared again: a pixel is in a served class exactly where the run says it is covered.
    """
    classes = np.full(covered.shape, len(limits_dbm), dtype=np.int8)
    served = covered == 1
    classes[served] = len(limits_dbm) - 1
    for index in range(len(limits_dbm) - 2, -1, -1):
        classes[served & (rsrp_dbm >= limits_dbm[index] + margin_db)] = index
    classes[covered == NOT_KNOWN] = -1
    return classes


def share_classes(shares_percent: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the class of each share: 0 from 99 %, 4 below 50 %, -1 unknown."""
    limits = np.array(_SHARE_LIMITS)
    classes = (np.nan_to_num(shares_percent)[:, None] < limits).sum(axis=1)
    return np.where(np.isnan(shares_percent), -1, classes)


def share_labels(language: Language) -> list[str]:
    """Return the words of the classes of shares, the highest first."""
    edges = [short(limit, language) for limit in _SHARE_LIMITS]
    return [f"≥ {edges[0]}%", *(f"{low} – {high}%" for high, low in pairwise(edges)), f"< {edges[-1]}%"]
