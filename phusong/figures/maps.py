"""The two maps of a run: coverage, and coverage by commune. A4 portrait, 200 dpi."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import shapely

from phusong.classes import (
    NEAR_LIMIT_DB,
    NEGLIGIBLE_GAP_PERCENT,
    NO_SERVICE_COLOUR,
    SERVICE_COLOURS,
    SHARE_COLOURS,
    share_classes,
    share_labels,
)
from phusong.figures import notes
from phusong.figures.ground import NO_DATA_COLOUR, NO_DATA_STRIPE
from phusong.figures.layout import NO_DATA_BOX, Drawing
from phusong.figures.service import run_classes
from phusong.figures.sheet import INK, STYLE, Sheet
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, other, percent, short
from phusong.shares import zone_column
from phusong.texts import WORDS, Words

_DASHES = (0, (3, 1.5))
_LOWEST = 12
_NAMED = 16


def coverage_map(run: Run, technology: str, path: Path, language: Language = "vi", *, sites: bool = False) -> None:
    """Write the map of service classes as PNG.

    A pixel is coloured by the level that the definition's share of its places reaches (the median less the shadow
    margin), so what is coloured is exactly what counts as covered. `sites` adds the existing sites.
    """
    coverage_sheet(run, technology, language, sites=sites).save(path)


def commune_map(run: Run, technology: str, path: Path, language: Language = "vi") -> None:
    """Write the map of zones coloured by the share of their area that is covered, the lowest ones numbered, as PNG."""
    commune_sheet(run, technology, language).save(path)


def coverage_sheet(run: Run, technology: str, language: Language = "vi", *, sites: bool = False) -> Sheet:
    """Return the drawn page of ``coverage_map``."""
    return _drawn(run, technology, language, lambda words: words.coverage_title, lambda one: _coverage(one, sites))


def commune_sheet(run: Run, technology: str, language: Language = "vi") -> Sheet:
    """Return the drawn page of ``commune_map``."""
    return _drawn(run, technology, language, lambda words: words.commune_title, _communes)


def _drawn(
    run: Run,
    technology: str,
    language: Language,
    title: Callable[[Words], str],
    content: Callable[[Drawing], None],
) -> Sheet:
    with matplotlib.rc_context(STYLE):
        drawing = Drawing.start(run, technology, language, title(WORDS[language]), title(WORDS[other(language)]))
        content(drawing)
    return drawing.sheet


def _coverage(drawing: Drawing, sites: bool) -> None:
    run, words, side, language = drawing.run, WORDS[drawing.language], drawing.side, drawing.language
    rule = notes.definition(run, drawing.technology)
    service = run_classes(run, drawing.technology)
    classes = service.classes
    inside = drawing.area.rasterize(run.grid) >= 0
    colours = (*SERVICE_COLOURS, NO_SERVICE_COLOUR)
    drawing.frame.paint(classes, colours, run.elevation(), inside, service.near)
    drawing.draw_borders()
    if sites:
        _draw_sites(drawing)
    _place_names(drawing)

    drawing.headline()
    side.heading(words.legend.format(quantity=notes.quantity_name(drawing.technology)))
    counts = np.bincount(classes[inside & (classes >= 0)], minlength=len(colours))
    for index, name, level in service.labels(language):
        share = percent(100.0 * counts[index] / max(1, counts.sum()), language)
        side.swatch(name, second=level, right=share, box={"facecolor": colours[index]})
    if service.near.any():
        near = words.near_limit.format(limit=short(NEAR_LIMIT_DB, language))
        side.swatch(near, box={"facecolor": SERVICE_COLOURS[-1], "edgecolor": INK, "hatch": "////"})
    side.swatch(words.no_terrain, box=NO_DATA_BOX)
    location, margin = short(rule.location_percent, language), notes.span(service.margin_db, 1, language)
    side.fine_print(words.class_note.format(location=f"{location}%", margin=margin))
    if sites:
        label = words.sites.format(technology=drawing.technology)
        side.mark(label, color=INK, marker=".", markersize=3, linestyle="none")
    drawing.border_legend()
    drawing.targets()


def _communes(drawing: Drawing) -> None:
    words, side, language = WORDS[drawing.language], drawing.side, drawing.language
    shares = zone_column(drawing.run, drawing.area, drawing.technology, "covered_percent")
    classes = share_classes(shares)
    palette = np.array((*SHARE_COLOURS, NO_DATA_COLOUR))
    drawing.frame.fill(drawing.borders, facecolors=palette[classes].tolist(), edgecolors="none", zorder=2)
    gaps = zone_column(drawing.run, drawing.area, drawing.technology, "no_data_percent") > NEGLIGIBLE_GAP_PERCENT
    stripes = {"facecolors": "none", "edgecolors": NO_DATA_STRIPE, "linewidths": 0}
    drawing.frame.fill(drawing.borders[classes < 0], zorder=2, hatch="/////", **stripes)
    drawing.frame.fill(drawing.borders[gaps & (classes >= 0)], zorder=2, hatch="//", **stripes)
    drawing.draw_borders()

    drawing.headline()
    side.heading(words.commune_legend)
    for index, (label, colour) in enumerate(zip(share_labels(language), SHARE_COLOURS, strict=True)):
        side.swatch(label, right=str((classes == index).sum()), box={"facecolor": colour})
    side.swatch(words.no_terrain, right=str((classes < 0).sum()), box=NO_DATA_BOX)
    if (gaps & (classes >= 0)).any():
        box = {"facecolor": "white", "edgecolor": NO_DATA_STRIPE, "hatch": "//"}
        side.swatch(words.part_terrain, right=str((gaps & (classes >= 0)).sum()), box=box)
    side.fine_print(words.count_note)
    drawing.border_legend()

    lowest = [index for index in np.argsort(shares, kind="stable") if shares[index] < 100.0][:_LOWEST]
    if not lowest:
        return
    side.heading(words.lowest)
    for rank, index in enumerate(lowest, start=1):
        side.numbered(str(rank), drawing.area.name[index], percent(float(shares[index]), language), INK)
    points = shapely.point_on_surface(drawing.borders[lowest])
    labels = [str(rank + 1) for rank in range(len(lowest))]
    drawing.frame.number_points(shapely.get_x(points), shapely.get_y(points), colour=INK, labels=labels)


def _draw_sites(drawing: Drawing) -> None:
    cells = drawing.run.cells()
    sites = cells[cells["technology"] == drawing.technology].drop_duplicates("site")
    x_m, y_m = drawing.run.grid.project(sites["longitude"].to_numpy(float), sites["latitude"].to_numpy(float))
    drawing.frame.axes.plot(x_m, y_m, linestyle="none", marker=".", markersize=1.6, color=INK, alpha=0.7, zorder=4)


def _place_names(drawing: Drawing) -> None:
    """Name the most populous zones, so that a reader finds the way."""
    population = np.nan_to_num(drawing.area.population)
    order = np.argsort(-population, kind="stable")[:_NAMED]
    points = shapely.point_on_surface(drawing.borders[order])
    drawing.frame.label_places(
        [drawing.area.name[index] for index in order], shapely.get_x(points), shapely.get_y(points)
    )
