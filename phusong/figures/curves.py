"""The curves of an answer: coverage against the number of sites, with what no choice exceeds, and the targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from phusong.classes import GAINED_COLOUR, LOST_COLOUR, PROPOSED_COLOUR
from phusong.figures.layout import MARGIN, TOP, headed_sheet
from phusong.figures.proposals import headline
from phusong.figures.sheet import GREY, INK, RULE, STYLE, WIDTH_IN, Column, Sheet
from phusong.scenarios.answer_words import certificate_words, place_words
from phusong.scenarios.proposal_tables import CURVE, PARETO, AnswerRecord, answer_of, rows_of
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, number, other, percent, short
from phusong.texts import WORDS, Words

_AXES_LEFT = 0.62
_TOP_GAP, _FOOT = 0.35, 0.62


def curve_figure(run: Run, question: str, path: Path, language: Language = "vi") -> None:
    """Write the curve of the roll-out, and below it that of the best choice of each size where there is one, as PNG."""
    curve_sheet(run, question, language).save(path)


def curve_sheet(run: Run, question: str, language: Language = "vi") -> Sheet:
    """Return the drawn page of ``curve_figure``."""
    answer = answer_of(run, question)
    title, second = WORDS[language].curve_title, WORDS[other(language)].curve_title
    with matplotlib.rc_context(STYLE):
        sheet, bottom = headed_sheet(run, answer["technology"], language, title, second)
        _draw(sheet, bottom, run, answer, language)
    return sheet


def _draw(sheet: Sheet, bottom: float, run: Run, answer: AnswerRecord, language: Language) -> None:
    words, column = WORDS[language], Column(sheet, MARGIN, WIDTH_IN - 2 * MARGIN, TOP)
    headline(column, answer, language)
    column.paragraph(certificate_words(answer, language) + ".", 8.0, gap=0.1, color=GREY)

    curves = [(words.roll_out, words.this_plan, rows_of(run, CURVE, answer["name"]), PROPOSED_COLOUR)]
    pareto = rows_of(run, PARETO, answer["name"])
    if len(pareto) > 1:
        curves.append((words.best_of_size, words.best_found, pareto, GAINED_COLOUR))
    height = (column.y - bottom) / len(curves)
    for place, (heading, name, rows, colour) in enumerate(curves):
        top = column.y - place * height
        Column(sheet, MARGIN, column.width, top).heading(heading)
        foot = top - height + _FOOT
        axes = sheet.map_axes(MARGIN + _AXES_LEFT, foot, column.width - _AXES_LEFT, top - _TOP_GAP - foot)
        _plot(axes, rows, answer, (name, colour), words, language)


def _plot(
    axes: Axes, rows: pd.DataFrame, answer: AnswerRecord, line: tuple[str, str], words: Words, language: Language
) -> None:
    name, colour = line
    sites, covered, bound = (rows[one].to_numpy(float) for one in ("sites", "covered_percent", "bound_percent"))
    if np.isfinite(bound).any():
        axes.fill_between(sites, covered, bound, color=LOST_COLOUR, alpha=0.12, linewidth=0)
        axes.plot(sites, bound, color=LOST_COLOUR, linewidth=1.2, linestyle=(0, (4, 2)), label=words.no_choice_above)
    mark: dict[str, Any] = {"marker": "o", "markersize": 3.5} if len(rows) <= 40 else {}
    axes.plot(sites, covered, color=colour, linewidth=1.8, label=name, **mark)
    reachable = answer["reachable_percent"]
    text = words.reachable_line.format(percent=percent(reachable, language))
    axes.axhline(reachable, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), label=text)
    for asked in sorted(_targets(answer)):
        text = words.target_line.format(percent=short(asked, language))
        axes.axhline(asked, color=INK, linewidth=1.0, label=text)
    everything = [*covered, *bound[np.isfinite(bound)], reachable, *_targets(answer)]
    low, high = min(everything), max(everything)
    margin = max(0.06 * (high - low), 0.05)
    axes.set_ylim(max(low - margin, 0.0), min(high + margin, 100.0 + margin))
    axes.set_xlim(0.0, max(float(sites.max()), 1.0) * 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 0, language)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(round(value, 1), language)))
    axes.grid(color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=7.5, color=RULE, labelcolor=INK)
    axes.set_xlabel(words.number_of_sites, fontsize=8.0, color=INK)
    place = place_words(answer["question"], language)
    measure = words.measures[answer["measure"]] + (f" ({place})" if place else "")
    axes.set_ylabel(words.share_axis.format(measure=measure), fontsize=8.0, color=INK)
    axes.legend(loc="lower right", fontsize=7.5, frameon=True, framealpha=0.9, edgecolor=RULE)


def _targets(answer: AnswerRecord) -> set[float]:
    """Return the shares asked for of the same measure over the same whole as the curve."""
    place = place_words(answer["question"], "en")
    return {
        float(target["at_least_percent"])
        for target in answer["question"]["targets"]
        if not target["each"]
        and target["of"] == "total"
        and target["measure"] == answer["measure"]
        and place_words({**answer["question"], "targets": [target]}, "en") == place
    }
