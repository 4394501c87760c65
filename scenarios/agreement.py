"""Do the tables of a scenario agree with each other? Every name used must be defined somewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from phusong.scenarios.schema import ENTERED, ArrayAntenna, Place, Technology
from phusong.scenarios.suggestions import nearest
from phusong.scenarios.toml_lines import Key
from phusong.scenarios.wording import Finding

LONGEST_ARRAY = 24.0  # [wavelengths]: its lobes are as fine as tables and integrals of arrays resolve
_PERCENT_SLACK = 0.01
_ROUNDING = 1e-9  # 3 x 0.7 is a little more than 2.1


def disagreements(tables: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what does not fit together in the tables of a scenario, as read from TOML or dumped from a model.

    Works on tables that are wrong in themselves too, so that both sorts of problem are told at once: whatever is
    missing or malformed is passed over here.
    """
    yield from _zone_layers(tables)
    yield from _technologies(tables)
    yield from _target_names(tables)
    yield from _arrays(tables)
    yield from _people(tables)
    yield from _link_overrides(tables)
    yield from _operator_shares(tables)
    yield from _places(tables)


def _zone_layers(tables: Mapping[str, Any]) -> Iterator[Finding]:
    layers = _table(tables, "zones")
    if not layers:
        return
    uses: list[tuple[Key, object]] = [(("area", "zones"), _table(tables, "area").get("zones"))]
    uses += [(("targets", index, "zones"), target.get("zones")) for index, target in _targets(tables)]
    for key, layer in uses:
        if isinstance(layer, str) and layer not in layers:
            yield Finding(key, f"there is no zone layer '{layer}'", nearest(layer, layers, "layers of [zones]"))


def _technologies(tables: Mapping[str, Any]) -> Iterator[Finding]:
    """A technology needs both a band that carries it and a definition of when it covers."""
    carried = {_table(_table(tables, "bands"), band).get("technology") for band in _table(tables, "bands")}
    defined = set(_table(tables, "coverage"))
    add_band = "Add a band of this technology under [bands], or take this out."
    for name, band in _table(tables, "bands").items():
        technology = band.get("technology") if isinstance(band, Mapping) else None
        if technology in get_args(Technology) and technology not in defined:
            yield Finding(
                ("bands", name, "technology"),
                f"nothing says when {technology} counts as covered",
                f"Add a table [coverage.{technology}], or take the band out.",
            )
    for technology in get_args(Technology):
        if technology in defined and technology not in carried:
            yield Finding(("coverage", technology), f"no band carries {technology}", add_band)
    for index, target in _targets(tables):
        technology = target.get("technology")
        if technology in get_args(Technology) and technology not in carried | defined:
            yield Finding(
                ("targets", index, "technology"),
                f"{technology} has neither a band nor a coverage definition",
                f"Add a band of {technology} and a table [coverage.{technology}], or take the target out.",
            )


def _target_names(tables: Mapping[str, Any]) -> Iterator[Finding]:
    seen: set[object] = set()
    for index, target in _targets(tables):
        name = target.get("name")
        if isinstance(name, str) and name in seen:
            yield Finding(
                ("targets", index, "name"), f"a second target named '{name}'", "Give each target its own name."
            )
        seen.add(name)


def _arrays(tables: Mapping[str, Any]) -> Iterator[Finding]:
    """Sub-arrays above each other must not overlap, and an array must not be longer than its patterns are fine."""
    for name, antenna in _table(tables, "antennas").items():
        if not isinstance(antenna, Mapping) or antenna.get("kind") != "array":
            continue
        figures = {
            key: value
            for key, field in ArrayAntenna.model_fields.items()
            if isinstance(value := antenna.get(key, field.default), int | float)
        }
        element_rows, element_spacing = figures.get("subarray_rows", 1), figures.get("subarray_spacing", 0.0)
        spacing = figures.get("vertical_spacing", math.inf)
        if element_rows > 1 and spacing < (least := element_rows * element_spacing) - _ROUNDING:
            yield Finding(
                ("antennas", name, "vertical_spacing"),
                f"at {spacing:g} wavelengths sub-arrays of {element_rows} elements, {element_spacing:g} apart, overlap",
                f"Give a vertical_spacing of at least {least:g}, the length of a sub-array.",
            )
        for count, apart in (("rows", "vertical_spacing"), ("columns", "horizontal_spacing")):
            length = figures.get(count, 0) * figures.get(apart, 0.0)
            if length > LONGEST_ARRAY + _ROUNDING:
                yield Finding(
                    ("antennas", name, count),
                    f"{figures[count]} {count}, {figures[apart]:g} wavelengths apart, are {length:g} wavelengths long",
                    f"Give an array of at most {LONGEST_ARRAY:g} wavelengths.",
                )


def _people(tables: Mapping[str, Any]) -> Iterator[Finding]:
    """People are made by what covers the land; loads follow from people."""
    if _table(tables, "load").get("kind") == "traffic" and not _table(tables, "population"):
        yield Finding(
            ("load", "kind"),
            "loads from traffic need to know where people are, and there is no [population]",
            "Add [population], or give [load] another kind.",
        )
    if _table(tables, "population").get("kind") == "made" and not _table(tables, "land_cover"):
        yield Finding(
            ("population", "kind"),
            "people are to be made by land cover, and the scenario names none",
            'Add [land_cover] with a path or kind = "made", give a raster of people (kind = "file"), or leave '
            "[population] out.",
        )


def _link_overrides(tables: Mapping[str, Any]) -> Iterator[Finding]:
    """An override names a band of the scenario, and of the technology that it names; cells only a register knows."""
    bands = _table(tables, "bands")
    for index, override in _entries(tables, "link_overrides"):
        name, key = override.get("band"), ("link_overrides", index, "band")
        if not isinstance(name, str):
            continue
        if name not in bands:
            yield Finding(key, f"there is no band '{name}'", nearest(name, bands, "bands"))
        elif (technology := override.get("technology")) not in (None, carried := _table(bands, name).get("technology")):
            yield Finding(key, f"the band '{name}' carries {carried}, not {technology}", "Take one of the two out.")


def _operator_shares(tables: Mapping[str, Any]) -> Iterator[Finding]:
    shares = _table(_table(tables, "load"), "operator_percent")
    percents = [percent for percent in shares.values() if isinstance(percent, int | float)]
    if percents and len(percents) == len(shares) and abs(sum(percents) - 100.0) > _PERCENT_SLACK:
        message = f"the shares of the operators come to {sum(percents):g} %"
        yield Finding(("load", "operator_percent"), message, "Give shares that come to 100, or none at all.")


def _places(tables: Mapping[str, Any]) -> Iterator[Finding]:
    """The loss into a building or a car counts once: added to every pixel, or by a definition of coverage."""
    losses = [loss.get("name") for _, loss in _entries(_table(tables, "propagation"), "added_losses")]
    entered = [name for name in losses if name in ENTERED]
    for technology, definition in _table(tables, "coverage").items():
        place = definition.get("place", "outdoors") if isinstance(definition, Mapping) else "outdoors"
        if entered and place in get_args(Place) and place != "outdoors":
            yield Finding(
                ("coverage", technology, "place"),
                f"the added loss '{entered[0]}' already takes the receiver inside",
                "Take it out of propagation.added_losses, or leave the place out here.",
            )


def _table(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = tables.get(name)
    return table if isinstance(table, Mapping) else {}


def _targets(tables: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    return _entries(tables, "targets")


def _entries(tables: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    entries = tables.get(name)
    if not isinstance(entries, list | tuple):
        return []
    return [(index, entry) for index, entry in enumerate(entries) if isinstance(entry, Mapping)]
