"""A run as a GeoPackage: sites, cells, zones with results, holes and proposals, with styles for QGIS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.classes import (
    LOST_COLOUR,
    NEGLIGIBLE_GAP_PERCENT,
    PROPOSED_COLOUR,
    SHARE_COLOURS,
    SHARE_LIMITS_PERCENT,
    share_labels,
)
from phusong.exports.answer import HOLE_OPACITY
from phusong.exports.holes import holes
from phusong.exports.package import WGS84, Package
from phusong.exports.sites import site_rows
from phusong.exports.styles import Rule, fill, hatch, marker
from phusong.exports.words import WORDS
from phusong.exports.zone_table import column_of, zone_headings, zone_rows
from phusong.figures.ground import NO_DATA_COLOUR, NO_DATA_STRIPE
from phusong.figures.sheet import GREY, INK
from phusong.scenarios.proposal_tables import CELLS
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, layer_name

_ON = "\"status\" = 'on'"


def write_run_geopackage(run: Run, path: Path, language: Language = "vi") -> None:
    """Write a run as a GeoPackage, whole or not at all; the same run gives the same bytes.

    Layers: sites, cells, zones_LAYER for each zone layer (results of every technology as columns), holes (0.1 km2 and
    more without coverage, of each technology), proposals and proposed_cells where the run has any, about, layer_styles.
    Styles, titles and names of columns are in the language given; the columns themselves keep their names.

    Raises MachineError where the file cannot be written.
    """
    with Package(run, path, language) as package:
        _add_network(package)
        _add_zones(package)
        _add_holes(package)
        _add_proposals(package)


def _add_network(package: Package) -> None:
    cells, titles = package.run.cells(), WORDS[package.language].layers
    statuses = WORDS[package.language].statuses
    for layer, rows, size_mm in (("sites", site_rows(cells), 2.0), ("cells", cells, 1.2)):
        title = titles[layer]
        package.add_points(layer, title, rows)
        rules = [Rule(marker(INK, size_mm), title, _ON)]
        others = sorted(set(rows["status"]) - {"on"})
        rules += [
            Rule(marker("#ffffff", size_mm, line=GREY), f"{title}: {statuses.get(one, one)}", f"\"status\" = '{one}'")
            for one in others
        ]
        package.add_style(layer, title, rules)


def _add_zones(package: Package) -> None:
    run, words = package.run, WORDS[package.language]
    table, headings = zone_rows(run), zone_headings(run, package.language)
    for name in run.manifest["zones"]:
        zones, layer = run.zone_layer(name), f"zones_{name}"
        of_layer = table[table["layer"] == name].set_index("code", drop=False)
        rows = of_layer.loc[list(zones.code)].reset_index(drop=True)
        title = words.zones.format(layer=layer_name(name, package.language))
        package.add_areas(layer, title, rows, zones.geometry, WGS84)
        for technology in run.technologies:
            rules = _share_rules(technology, package.language)
            style = f"{title} {technology}"
            package.add_style(layer, style, rules, headings=headings, label="name")


def _share_rules(technology: str, language: Language) -> list[Rule]:
    """Return the classes of the shares that are covered, and hatches where data are missing."""
    words = WORDS[language]
    share, gap = f'"{column_of("covered_percent", technology)}"', f'"{column_of("no_data_percent", technology)}"'
    low = [f"{share} >= {limit:g}" for limit in SHARE_LIMITS_PERCENT]
    high = [f"{share} < {limit:g}" for limit in SHARE_LIMITS_PERCENT]
    filters = [low[0], *(f"{least} AND {most}" for least, most in zip(low[1:], high, strict=False)), high[-1]]
    rules = [
        Rule(fill(colour, GREY), words.share_rule.format(technology=technology, share=label), condition)
        for colour, label, condition in zip(SHARE_COLOURS, share_labels(language), filters, strict=True)
    ]
    missing = words.no_data_rule.format(technology=technology)
    partly = f"{gap} > {NEGLIGIBLE_GAP_PERCENT:g} AND {share} IS NOT NULL"
    return [
        *rules,
        Rule(hatch(NO_DATA_STRIPE, GREY, NO_DATA_COLOUR), missing, f"{share} IS NULL"),
        Rule(hatch(NO_DATA_STRIPE, GREY), words.part_rule, partly),
    ]


def _add_holes(package: Package) -> None:
    run, title = package.run, WORDS[package.language].layers["holes"]
    tables: list[pd.DataFrame] = []
    shapes: list[npt.NDArray[np.object_]] = []
    for technology in run.technologies:
        rows, polygons = holes(run, run.layer("covered", technology))
        rows.insert(0, "technology", technology)
        tables.append(rows)
        shapes.append(polygons)
    table = pd.concat(tables, ignore_index=True)
    package.add_areas("holes", title, table, np.concatenate(shapes), run.grid.crs)
    symbol = fill(LOST_COLOUR, LOST_COLOUR, opacity=HOLE_OPACITY)
    rules = [Rule(symbol, f"{title} {one}", f"\"technology\" = '{one}'") for one in run.technologies]
    package.add_style("holes", title, rules)


def _add_proposals(package: Package) -> None:
    run, titles = package.run, WORDS[package.language].layers
    proposals = run.proposals()
    if not len(proposals):
        return
    tables = {"proposals": proposals, "proposed_cells": run.table(CELLS)}
    symbols = {"proposals": marker(PROPOSED_COLOUR, 4.0), "proposed_cells": marker(PROPOSED_COLOUR, 1.6)}
    for layer, rows in tables.items():
        package.add_points(layer, titles[layer], rows)
        rules = [
            Rule(symbols[layer], f"{titles[layer]}: {question}", f"\"question\" = '{question}'")
            for question in dict.fromkeys(rows["question"])
        ]
        package.add_style(layer, titles[layer], rules, label="rank" if layer == "proposals" else "")
