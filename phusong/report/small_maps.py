"""Maps of service beside one another on a page: relief, classes, borders, sites, their legend, scale and north."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.classes import NEAR_LIMIT_DB, NO_SERVICE, NO_SERVICE_COLOUR, SERVICE_COLOURS
from phusong.figures.ground import Geometries, MapFrame, north_tilt_deg
from phusong.figures.layout import NO_DATA_BOX
from phusong.figures.sheet import INK, Column, Sheet, north_arrow, scale_bar
from phusong.report.words import REPORT_WORDS
from phusong.scenarios.written import Language, number, percent, short
from phusong.terrain.grid import Grid
from phusong.texts import WORDS

_NEIGHBOUR_COLOUR = "#6b7480"
_COLOURS = (*SERVICE_COLOURS, NO_SERVICE_COLOUR)


@dataclass(frozen=True, eq=False)
class Scene:
    """What the maps of a page show; the arrays are (rows, columns) of the grid, which may be a part of the run's.

    Attributes
    ----------
    bounds_m : (west, south, east, north) of what the frame must hold.
    inside : the pixels of the zone or of the whole area.
    borders, outline : polygons drawn thin and heavy.
    """

    grid: Grid
    bounds_m: tuple[float, float, float, float]
    height_m: npt.NDArray[np.float32]
    inside: npt.NDArray[np.bool_]
    borders: Geometries
    outline: Geometries


def draw_map(
    sheet: Sheet,
    scene: Scene,
    classes: npt.NDArray[np.int8],
    is_close: npt.NDArray[np.bool_] | None,
    place: tuple[float, float, float, float],
) -> MapFrame:
    """Draw a map at (left, bottom, width, height) [in] of the sheet."""
    frame = MapFrame.fitted(sheet, scene.grid, scene.bounds_m, *place)
    frame.paint(classes, _COLOURS, scene.height_m, scene.inside, is_close)
    frame.outlines(scene.borders, colors=_NEIGHBOUR_COLOUR, linewidths=0.35, zorder=3)
    frame.outlines(scene.outline, colors=INK, linewidths=1.1, zorder=4)
    return frame


def draw_scale(sheet: Sheet, frame: MapFrame, language: Language, left: float, top: float, right: float) -> None:
    """Draw the scale of a map from `left`, its top at `top`, and the north arrow at `right` [in]."""
    column = Column(sheet, left, 1.6, top)
    scale_bar(column, frame.metres_per_inch, lambda value, decimals: number(value, decimals, language))
    north_arrow(sheet, right - 0.12, top - 0.57, north_tilt_deg(frame.grid), WORDS[language].north)


def write_legend(
    column: Column,
    classes: npt.NDArray[np.int8],
    inside: npt.NDArray[np.bool_],
    limits_dbm: Sequence[float],
    language: Language,
    *,
    hatched: bool,
) -> None:
    """Write a row for each class: its words, its level and its share of the known pixels inside.

    Parameters
    ----------
    hatched : whether the map hatches what is near the limit.
    """
    words = WORDS[language]
    counts = np.bincount(classes[inside & (classes >= 0)], minlength=NO_SERVICE + 1)
    limits = [f"≥ {short(limit, language)} dBm" for limit in limits_dbm]
    limits.append(f"< {short(limits_dbm[-1], language)} dBm")
    for index, limit in zip((*range(len(limits_dbm)), NO_SERVICE), limits, strict=True):
        name = (*words.service, words.no_service)[index]
        share = percent(100.0 * counts[index] / counts.sum(), language) if counts.sum() else "–"
        column.swatch(f"{name} ({limit})", right=share, size=7.5, box={"facecolor": _COLOURS[index]})
    if hatched:
        text = REPORT_WORDS[language].close_legend.format(limit=short(NEAR_LIMIT_DB, language))
        column.swatch(text, size=6.5, box={"facecolor": "white", "edgecolor": INK, "hatch": "\\\\\\\\"})
    if (classes[inside] < 0).any():
        column.swatch(words.no_terrain, size=7.5, box=NO_DATA_BOX)
