"""A run as KMZ for Google Earth: coverage of each technology with its legend, zones, sites, proposals."""

from __future__ import annotations

import unicodedata
import zipfile
from io import BytesIO
from pathlib import Path

import pandas as pd

from phusong.classes import PROPOSED_COLOUR
from phusong.exports import kml
from phusong.exports.about import metadata, summary
from phusong.exports.legend import dot_png, legend_png
from phusong.exports.overlay import overlays
from phusong.exports.sites import site_rows
from phusong.exports.words import WORDS
from phusong.exports.zone_table import column_of, zone_rows
from phusong.figures.service import run_classes
from phusong.figures.sheet import INK
from phusong.scenarios.answer_words import certificate_words, question_words
from phusong.scenarios.proposal_tables import PROPOSALS, answers, rows_of
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, layer_name, number, percent
from phusong.terrain.files import write_file

_SITE, _PROPOSED = "files/site.png", "files/proposed.png"
_EARLIEST_YEAR = 1980  # of a zip file


def write_kmz(run: Run, path: Path, language: Language = "vi") -> None:
    """Write a run as KMZ, whole or not at all; the same run gives the same bytes.

    It holds a folder for each technology, of which one is shown at a time: the classes of service by the run's own
    definition as pictures on the ground, their legend, the zones with their shares, the proposed sites with rank, gain
    and reason, and the sites by operator, which are off until asked for.

    Raises MachineError where the file cannot be written.
    """
    files = {_SITE: dot_png(INK, 16), _PROPOSED: dot_png(PROPOSED_COLOUR, 32)}
    document = _document(run, language)
    technologies = kml.folder(document, WORDS[language].technologies, one_of=True)
    for order, technology in enumerate(run.technologies):
        name = WORDS[language].coverage.format(technology=technology)
        lines = summary(metadata(run, technology, language), language).split("\n")
        folder = kml.folder(technologies, name, lines=lines, shown=order == 0)
        _add_coverage(folder, run, technology, language, files)
        _add_zones(folder, run, technology, language)
        _add_proposals(folder, run, technology, language)
        _add_sites(folder, run, technology, language)
    text = unicodedata.normalize("NFC", kml.text_of(document))
    content = {"doc.kml": f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode(), **files}
    write_file(path, _zipped(content, str(run.manifest["created"])))


def _document(run: Run, language: Language) -> kml.Element:
    about = metadata(run, None, language)
    document = kml.Element("Document")
    kml.element(document, "name", about["title"])
    kml.element(document, "open", "1")
    kml.described(document, summary(about, language).split("\n"))
    _styles(document)
    return document


def _styles(document: kml.Element) -> None:
    for name, icon, scale, label in (("site", _SITE, "0.5", "0"), ("proposed", _PROPOSED, "0.8", "0.9")):
        style = kml.element(document, "Style", id=name)
        symbol = kml.element(style, "IconStyle")
        kml.element(symbol, "scale", scale)
        kml.element(kml.element(symbol, "Icon"), "href", icon)
        kml.element(kml.element(style, "LabelStyle"), "scale", label)
    style = kml.element(document, "Style", id="zone")
    line = kml.element(style, "LineStyle")
    kml.element(line, "color", kml.colour(INK, 200))
    kml.element(line, "width", "1.2")
    # Nearly clear, so that a click anywhere inside a zone finds it.
    kml.element(kml.element(style, "PolyStyle"), "color", kml.colour("#ffffff", 1))


def _add_coverage(folder: kml.Element, run: Run, technology: str, language: Language, files: dict[str, bytes]) -> None:
    name = WORDS[language].coverage.format(technology=technology)
    legend = f"files/legend_{technology.lower()}.png"
    files[legend] = legend_png(run, technology, language)
    kml.on_screen(folder, name, legend)
    area = run.zone_layer(run.scenario.area.zones)
    inside = area.rasterize(run.grid) >= 0
    service = run_classes(run, technology)
    found = overlays(service.classes, service.near, inside, run.grid, area.bounds_deg())
    pictures = folder if len(found) == 1 else kml.folder(folder, name)
    for index, overlay in enumerate(found):
        file = f"files/coverage_{technology.lower()}_{index}.png"
        files[file] = overlay.png
        kml.ground(pictures, name, file, overlay, order=min(index, 1))


def _add_zones(folder: kml.Element, run: Run, technology: str, language: Language) -> None:
    table = zone_rows(run)
    for layer in run.manifest["zones"]:
        zones = run.zone_layer(layer)
        rows = table[table["layer"] == layer].set_index("code")
        inner = kml.folder(folder, layer_name(layer, language))
        for index, code in enumerate(zones.code):
            lines = _zone_lines(rows.loc[code], technology, language)
            kml.area(inner, zones.name[index], "zone", lines, zones.geometry[index])


def _zone_lines(zone: pd.Series[float], technology: str, language: Language) -> list[str]:
    """Return what is known about the coverage of a zone."""
    words = WORDS[language]

    def value(name: str) -> float:
        return float(zone[column_of(name, technology)])

    share, people, gap = (value(name) for name in ("covered_percent", "covered_population_percent", "no_data_percent"))
    lines = [words.zone_unknown.format(technology=technology)]
    if share == share:
        covered, area = (number(one, 1, language) for one in (value("covered_km2"), value("known_area_km2")))
        shown = percent(share, language)
        lines = [words.zone_area.format(percent=shown, technology=technology, covered=covered, area=area)]
    if people == people:
        count = number(float(zone["population"]), 0, language)
        lines.append(words.zone_people.format(percent=percent(people, language), people=count))
    if gap > 0.0:
        lines.append(words.zone_gap.format(percent=percent(gap, language)))
    return lines


def _add_proposals(folder: kml.Element, run: Run, technology: str, language: Language) -> None:
    words = WORDS[language]
    for answer in answers(run):
        rows = rows_of(run, PROPOSALS, answer["name"])
        if answer["technology"] != technology or not len(rows):
            continue
        asked = question_words(answer["question"], language)
        name = words.proposals_of.format(technology=technology, question=asked)
        inner = kml.folder(folder, name, lines=[certificate_words(answer, language) + "."])
        for row in rows.to_dict("records"):
            text = words.proposal_text.format(
                site=row["site"],
                rank=row["rank"],
                operator=row["operator"],
                band=row["band"],
                reason=row[f"reason_{language}"],
            )
            kml.point(inner, str(row["rank"]), "proposed", text, row["longitude"], row["latitude"])


def _add_sites(folder: kml.Element, run: Run, technology: str, language: Language) -> None:
    words, cells = WORDS[language], run.cells()
    own = cells[cells["technology"] == technology]
    outer = kml.folder(folder, words.sites_of.format(technology=technology), shown=False)
    for operator in sorted(set(own["operator"])):
        inner = kml.folder(outer, f"{operator} {technology}")
        for row in site_rows(own[own["operator"] == operator]).to_dict("records"):
            status = words.statuses.get(row["status"], row["status"])
            text = words.site_text.format(cells=row["cells"], bands=row["bands"], status=status)
            kml.point(inner, row["site"], "site", text, row["longitude"], row["latitude"])


def _zipped(content: dict[str, bytes], created: str) -> bytes:
    """Return files in a zip, all of the time that the run is of."""
    stamp = pd.Timestamp(created)
    time = (max(stamp.year, _EARLIEST_YEAR), stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name, time)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            is_picture = name.endswith(".png")
            archive.writestr(entry, data, zipfile.ZIP_STORED if is_picture else zipfile.ZIP_DEFLATED)
    return packed.getvalue()
