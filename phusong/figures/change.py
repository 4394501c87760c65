"""The map of two runs: what coverage was gained and lost from the one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import shapely

from phusong.classes import GAINED_COLOUR, LOST_COLOUR, NO_SERVICE_COLOUR, STILL_COVERED_COLOUR
from phusong.figures.layout import NO_DATA_BOX, Drawing
from phusong.figures.sheet import INK, STYLE
from phusong.scenarios.comparison import GAINED, KEPT, LACKING, LOST, UNKNOWN, Comparison
from phusong.scenarios.written import Language, number, other, percent, signed
from phusong.shares import covered_share
from phusong.texts import WORDS

_MOST_ZONES = 12
_CLASSES = (GAINED, LOST, KEPT, LACKING)
COLOURS = (GAINED_COLOUR, LOST_COLOUR, STILL_COVERED_COLOUR, NO_SERVICE_COLOUR)


def change_map(comparison: Comparison, technology: str, path: Path, language: Language = "vi") -> None:
    """Write the map of coverage gained and lost, with the sites and zones that changed, as PNG."""
    title, second = WORDS[language].change_title, WORDS[other(language)].change_title
    with matplotlib.rc_context(STYLE):
        drawing = Drawing.start(comparison.after, technology, language, title, second, comparison)
        _draw(drawing, comparison)
        drawing.sheet.save(path)


def _draw(drawing: Drawing, comparison: Comparison) -> None:
    words, side, language, technology = WORDS[drawing.language], drawing.side, drawing.language, drawing.technology
    run, covered = drawing.run, comparison.covered(drawing.technology)
    classes = np.full(covered.shape, -1, dtype=np.int8)
    for index, state in enumerate(_CLASSES):
        classes[covered == state] = index
    inside = drawing.area.rasterize(run.grid) >= 0
    drawing.frame.paint(classes, COLOURS, run.elevation(), inside)
    drawing.draw_borders()

    _headline(drawing, comparison)
    side.heading(words.change_legend)
    pixel_km2 = run.grid.pixel_area_km2()
    names = (words.gained, words.lost, words.still_covered, words.never_covered)
    for state, name, colour in zip(_CLASSES, names, COLOURS, strict=True):
        area_km2 = float(pixel_km2[inside & (covered == state)].sum(dtype=np.float64))
        side.swatch(
            name, right=f"{number(area_km2, 0 if area_km2 >= 1000.0 else 1, language)} km²", box={"facecolor": colour}
        )
    if (inside & (covered == UNKNOWN)).any():
        side.swatch(words.no_data, box=NO_DATA_BOX)
    side.fine_print(words.change_note)
    sites = comparison.cells[comparison.cells["technology"] == technology].drop_duplicates("site")
    if len(sites):
        _draw_sites(drawing, sites)
    drawing.border_legend()
    _zones(drawing, comparison)


def _headline(drawing: Drawing, comparison: Comparison) -> None:
    """The figure people look for: by how much the share of the area that is covered changes."""
    words, side, language, technology = WORDS[drawing.language], drawing.side, drawing.language, drawing.technology
    before, after = (covered_share(run, technology) for run in (comparison.before, comparison.after))
    change = after.area_percent - before.area_percent
    value = "–" if np.isnan(change) else words.change_unit.format(change=signed(change, language))
    drawing.sheet.text(side.left, side.y + 0.04, value, 19, weight="bold")
    side.y -= 0.34
    shares = [
        (words.change_shares.format, before.area_percent, after.area_percent),
        (words.change_people.format, before.population_percent, after.population_percent),
    ]
    for line, one, two in shares:
        if not np.isnan(one) and not np.isnan(two):
            was, now = (percent(share, language, 2) for share in (one, two))
            side.paragraph(line(technology=technology, before=was, after=now), 8.5, gap=0.03)
    side.y -= 0.08


def _draw_sites(drawing: Drawing, sites: pd.DataFrame) -> None:
    style: dict[str, Any] = {
        "linestyle": "none",
        "marker": "^",
        "color": INK,
        "markeredgecolor": "white",
        "markeredgewidth": 0.4,
    }
    x_m, y_m = drawing.run.grid.project(sites["longitude"].to_numpy(float), sites["latitude"].to_numpy(float))
    drawing.frame.axes.plot(x_m, y_m, markersize=4.5, zorder=5, **style)
    label = WORDS[drawing.language].changed_sites.format(count=number(len(sites), 0, drawing.language))
    drawing.side.mark(label, markersize=5.5, **style)


def _zones(drawing: Drawing, comparison: Comparison) -> None:
    """The zones that gain or lose most, numbered on the map."""
    words, side, language = WORDS[drawing.language], drawing.side, drawing.language
    table = comparison.zones
    rows = table[(table["layer"] == drawing.area.layer) & (table["technology"] == drawing.technology)]
    by_code = dict(zip(rows["code"], rows["covered_km2_change"].to_numpy(float), strict=True))
    change_km2 = np.array([by_code.get(code, 0.0) for code in drawing.area.code])
    most = np.argsort(-np.abs(change_km2), kind="stable")[:_MOST_ZONES]
    most = most[change_km2[most] != 0.0]
    side.heading(words.changed_zones)
    if not most.size:
        side.fine_print(words.nothing_changed)
        return
    for rank, index in enumerate(most, start=1):
        colour = GAINED_COLOUR if change_km2[index] > 0.0 else LOST_COLOUR
        value = f"{signed(float(change_km2[index]), language)} km²"
        side.numbered(str(rank), drawing.area.name[index], value, colour)
    points = shapely.point_on_surface(drawing.borders[most])
    labels = [str(rank + 1) for rank in range(len(most))]
    drawing.frame.number_points(shapely.get_x(points), shapely.get_y(points), colour=INK, labels=labels)
