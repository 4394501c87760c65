"""An answer as a GeoPackage: proposed sites and cells, candidates, and what stays uncovered, with styles for QGIS."""

from __future__ import annotations

from pathlib import Path

from phusong.classes import LOST_COLOUR, PROPOSED_COLOUR
from phusong.exports.holes import holes
from phusong.exports.package import Package
from phusong.exports.styles import Rule, fill, marker
from phusong.exports.words import WORDS
from phusong.figures.sheet import INK
from phusong.scenarios.answer_words import certificate_words, question_words
from phusong.scenarios.proposal_tables import CANDIDATES, CELLS, PROPOSALS, answer_of, coverage_with, rows_of
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language

HOLE_OPACITY = 90
_POINTS = {"proposals": PROPOSALS, "cells": CELLS, "candidates": CANDIDATES}
_MARKERS = {
    "proposals": marker(PROPOSED_COLOUR, 4.0),
    "cells": marker(INK, 1.6),
    "candidates": marker("#939ba6", 1.6),
}
_TITLES = {"proposals": "proposals", "cells": "proposed_cells", "candidates": "candidates"}


def write_geopackage(run: Run, question: str, path: Path, language: Language = "vi") -> None:
    """Write the layers proposals, cells, candidates and holes of the answer to a question, whole or not at all.

    Holes are the areas that stay uncovered with the proposed sites: each with its area and, where the run knows people
    by pixel, its people. Points are in WGS 84, holes in the grid's coordinates. The table about tells what was asked,
    and how good the answer is.

    Raises
    ------
    InputError : the run has no such answer.
    """
    answer = answer_of(run, question)
    titles = WORDS[language].layers
    more = {
        "question": question_words(answer["question"], language),
        "certificate": certificate_words(answer, language),
    }
    with Package(run, path, language, technology=answer["technology"], more=more) as package:
        for layer, table in _POINTS.items():
            rows = rows_of(run, table, question)
            if not len(rows):
                continue
            title = titles[_TITLES[layer]]
            package.add_points(layer, title, rows)
            rules = [Rule(_MARKERS[layer], title)]
            package.add_style(layer, title, rules, label="rank" if layer == "proposals" else "")
        rows, polygons = holes(run, coverage_with(run, question))
        rows.insert(0, "question", question)
        package.add_areas("holes", titles["holes"], rows, polygons, run.grid.crs)
        rules = [Rule(fill(LOST_COLOUR, LOST_COLOUR, opacity=HOLE_OPACITY), titles["holes"])]
        package.add_style("holes", titles["holes"], rules)
