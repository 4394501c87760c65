"""The map of an answer: what is covered today, what the proposed sites add, and the sites, numbered in their order."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.classes import COVERED_COLOUR, GAINED_COLOUR, NO_SERVICE_COLOUR, NOT_KNOWN, PROPOSED_COLOUR
from phusong.figures.ground import on_grid
from phusong.figures.layout import NO_DATA_BOX, Drawing
from phusong.figures.sheet import GREY, ROW_HEIGHT, STYLE, Column, Sheet, fitting_size, line_height
from phusong.scenarios.answer_words import certificate_words, place_words, question_words, reached_percent
from phusong.scenarios.proposal_tables import PROPOSALS, AnswerRecord, answer_of, coverage_with, rows_of
from phusong.scenarios.question import GoalTarget
from phusong.scenarios.question_check import zones_asked
from phusong.scenarios.question_text import target_text
from phusong.scenarios.reasons import target_words
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, layer_name, number, other, percent, short
from phusong.terrain.zones import Zones
from phusong.texts import WORDS

_DASHES = (0, (3, 1.5))
_LEAST_LISTED, _MOST_PHASES, _MOST_TARGETS = 5, 6, 4


def proposal_map(run: Run, question: str, path: Path, language: Language = "vi") -> None:
    """Write the map of the answer to a question as PNG."""
    proposal_sheet(run, question, language).save(path)


def proposal_sheet(run: Run, question: str, language: Language = "vi") -> Sheet:
    """Return the drawn page of ``proposal_map``."""
    answer = answer_of(run, question)
    title, second = WORDS[language].proposal_title, WORDS[other(language)].proposal_title
    with matplotlib.rc_context(STYLE):
        drawing = Drawing.start(run, answer["technology"], language, title, second)
        _draw(drawing, answer)
    return drawing.sheet


def _draw(drawing: Drawing, answer: AnswerRecord) -> None:
    words, side = WORDS[drawing.language], drawing.side
    before, after = drawing.run.layer("covered", drawing.technology), coverage_with(drawing.run, answer["name"])
    states = _states(before, after)
    inside = drawing.area.rasterize(drawing.run.grid) >= 0
    drawing.frame.paint(states, (COVERED_COLOUR, GAINED_COLOUR, NO_SERVICE_COLOUR), drawing.run.elevation(), inside)
    drawing.draw_borders()

    headline(side, answer, drawing.language)
    pixel_km2 = drawing.run.grid.pixel_area_km2()
    names = ((words.covered, COVERED_COLOUR), (words.gained, GAINED_COLOUR), (words.not_covered, NO_SERVICE_COLOUR))
    for state, (name, colour) in enumerate(names):
        area_km2 = float(pixel_km2[inside & (states == state)].sum(dtype=np.float64))
        decimals = 0 if area_km2 >= 1000.0 else 1
        side.swatch(name, right=f"{number(area_km2, decimals, drawing.language)} km²", box={"facecolor": colour})
    if (inside & (states < 0)).any():
        side.swatch(words.no_terrain, box=NO_DATA_BOX)
    side.mark(words.proposed, color=PROPOSED_COLOUR, marker="o", markersize=6, linestyle="none")
    for name, zones in _zones_asked(drawing, answer):
        shapes = on_grid(zones, drawing.run.grid)
        drawing.frame.outlines(shapes, colors=PROPOSED_COLOUR, linewidths=0.9, linestyles=_DASHES, zorder=4)
        side.mark(name, color=PROPOSED_COLOUR, linewidth=0.9, linestyle=_DASHES)
        if zones.approximate:
            drawing.approximate_note()
    drawing.border_legend()
    side.fine_print(words.resimulated)
    _targets(drawing, answer)
    side.heading(words.certificate)
    side.fine_print(certificate_words(answer, drawing.language) + ".")
    for phase in answer["phases"][:_MOST_PHASES]:
        shown = percent(phase["covered_percent"], drawing.language)
        side.paragraph(words.phase.format(name=phase["name"], count=phase["sites"], percent=shown), 7.0)
    _sites(drawing, rows_of(drawing.run, PROPOSALS, answer["name"]))


def headline(side: Column, answer: AnswerRecord, language: Language) -> None:
    """The figure people look for, the share covered today and with the proposed sites; and what was asked."""
    words, built = WORDS[language], answer["sites"] > 0
    place = place_words(answer["question"], language)
    shares = [answer["before_percent"], answer["after_percent"]] if built else [answer["before_percent"]]
    value = " → ".join(percent(share, language, 2) for share in shares)
    size = fitting_size(value, side.width, 19, "bold")
    side.sheet.text(side.left, side.y + 0.04, value, size, weight="bold")
    side.y -= 0.34
    of_what = (words.proposal_shares if built else words.proposal_share).format(
        measure=words.measures[answer["measure"]] + (f" ({place})" if place else ""), technology=answer["technology"],
        count=number(answer["sites"], 0, language),
    )  # fmt: skip
    side.paragraph(of_what, 8.5, gap=0.03)
    asked = words.asked.format(question=question_words(answer["question"], language))
    side.paragraph(asked, 7.0, gap=0.1, color=GREY)


def _targets(drawing: Drawing, answer: AnswerRecord) -> None:
    """The targets of the question, those that are missed first, and how far they are reached."""
    words, language = WORDS[drawing.language], drawing.language
    if answer["targets"]:
        drawing.side.heading(words.targets)
    asked = {target_text(one): one for one in (GoalTarget(**table) for table in answer["question"]["targets"])}
    for target in sorted(answer["targets"], key=lambda one: one["met"])[:_MOST_TARGETS]:
        drawing.side.paragraph(target_words(asked[target["target"]], language), 7.5)
        value, verdict = percent(reached_percent(target), language, 2), "met" if target["met"] else "missed"
        required = short(target["asked_percent"], language)
        line = words.target.format(value=value, required=required, verdict=words.verdicts[verdict])
        drawing.side.paragraph(line, 8.0, gap=0.04, weight="bold")


def _states(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """Return 0 covered today, 1 covered by the proposed sites, 2 not covered, -1 not known."""
    states = np.full(before.shape, 2, dtype=np.int8)
    states[after == 1] = 1
    states[before == 1] = 0
    states[before == NOT_KNOWN] = -1
    return states


def _sites(drawing: Drawing, sites: pd.DataFrame) -> None:
    """The sites on the map, and as many as there is room for in a list with their gain."""
    words, side, language = WORDS[drawing.language], drawing.side, drawing.language
    side.heading(words.proposed_list)
    if not len(sites):
        side.fine_print(words.nothing_proposed)
        return
    listed = min(len(sites), max(int((drawing.side_room - line_height(6.5)) / ROW_HEIGHT), _LEAST_LISTED))
    labels = [str(rank) for rank in sites["rank"].head(listed)]
    x_m, y_m = drawing.run.grid.project(sites["longitude"].to_numpy(float), sites["latitude"].to_numpy(float))
    drawing.frame.number_points(x_m, y_m, colour=PROPOSED_COLOUR, labels=labels)
    for label, row in zip(labels, sites.to_dict("records"), strict=False):
        gain = f"+{number(float(row['gain_km2']), 1, language)} km²"
        side.numbered(label, str(row["site"]), gain, PROPOSED_COLOUR)
    if len(sites) > listed:
        side.y -= 0.04
        side.fine_print(words.more_sites.format(count=len(sites) - listed))


def _zones_asked(drawing: Drawing, answer: AnswerRecord) -> list[tuple[str, Zones]]:
    """Return (name, zones) of the question's own zones and of its targets, where they are not the whole area."""
    asked = answer["question"]
    found: dict[str, Zones] = {}
    for part in ({"zone": None, **asked}, *asked["targets"]):
        layer, kind, zone = part["zones"], part["zone_type"], part["zone"]
        if layer is None or (layer == drawing.area.layer and kind is None and zone is None):
            continue
        found[zone or kind or layer_name(layer, drawing.language)] = zones_asked(drawing.run, layer, kind, zone)
    return list(found.items())
