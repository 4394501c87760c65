"""Styles of QGIS (QML): markers, fills and rules with filters, names of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

VERSION = "3.28.0-Firenze"
_WHITE = "#ffffff"


@dataclass(frozen=True)
class Rule:
    """A class of features: those that a filter of QGIS (and of SQLite) holds for, how they look, what they are called.

    An empty filter holds for all.
    """

    symbol: str
    label: str
    filter: str = ""


def marker(colour: str, size_mm: float, *, name: str = "circle", line: str = _WHITE) -> str:
    """Return a point symbol."""
    layer = _layer(
        "SimpleMarker",
        {
            "name": name,
            "color": rgba(colour),
            "outline_color": rgba(line),
            "outline_width": "0.2",
            "outline_width_unit": "MM",
            "size": f"{size_mm:g}",
            "size_unit": "MM",
        },
    )
    return _symbol("marker", layer)


def fill(colour: str, line: str, *, opacity: int = 255) -> str:
    """Return a polygon symbol of one colour, opacity 0 to 255."""
    return _symbol("fill", _area(rgba(colour, opacity), line, "solid"))


def hatch(stripe: str, line: str, ground: str | None = None) -> str:
    """Return a polygon symbol of diagonal stripes, over a ground colour if there is one."""
    solid = "" if ground is None else _area(rgba(ground), line, "solid")
    return _symbol("fill", solid + _area(rgba(stripe), line, "b_diagonal"))


def rgba(colour: str, opacity: int = 255) -> str:
    """Return "#rrggbb" as QGIS writes it: "red,green,blue,opacity"."""
    return ",".join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5)) + f",{opacity}"


def qml(rules: Sequence[Rule], *, aliases: Mapping[str, str], fields: Sequence[str], label: str = "") -> str:
    """Return the style of a layer.

    Parameters
    ----------
    rules : the classes; a feature is drawn by every rule that holds, the last on top.
    aliases : names for people of columns; fields : columns of the layer in their order.
    label : column written beside each feature; "" none.
    """
    symbols = "".join(rule.symbol.replace('name=""', f'name="{number}"', 1) for number, rule in enumerate(rules))
    keys = "".join(
        f'<rule key="{{{number}}}" symbol="{number}" label={quoteattr(rule.label)}'
        + (f" filter={quoteattr(rule.filter)}" if rule.filter else "")
        + "/>"
        for number, rule in enumerate(rules)
    )
    renderer = (
        '<renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0">'
        f'<rules key="{{all}}">{keys}</rules><symbols>{symbols}</symbols></renderer-v2>'
    )
    names = "".join(
        f'<alias index="{index}" field={quoteattr(field)} name={quoteattr(aliases[field])}/>'
        for index, field in enumerate(fields)
        if field in aliases
    )
    return (
        "<!DOCTYPE qgis>"
        f'<qgis version="{VERSION}" styleCategories="Symbology|Labeling|Fields" labelsEnabled="{int(bool(label))}">'
        f"{renderer}{_labelling(label) if label else ''}<aliases>{names}</aliases></qgis>"
    )


def _labelling(field: str) -> str:
    buffer = f'<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="{rgba(_WHITE)}"/>'
    text = (
        f'<text-style fieldName={quoteattr(field)} isExpression="0" fontSize="8" fontSizeUnit="Point" '
        f'textColor="{rgba("#1c2430")}">{buffer}</text-style>'
    )
    return f'<labeling type="simple"><settings calloutType="simple">{text}<placement/></settings></labeling>'


def _area(colour: str, line: str, style: str) -> str:
    return _layer(
        "SimpleFill",
        {
            "color": colour,
            "style": style,
            "outline_color": rgba(line),
            "outline_style": "solid",
            "outline_width": "0.2",
            "outline_width_unit": "MM",
        },
    )


def _layer(kind: str, options: Mapping[str, str]) -> str:
    inner = "".join(f'<Option name="{name}" value="{value}" type="QString"/>' for name, value in options.items())
    return f'<layer class="{kind}" enabled="1" pass="0" locked="0"><Option type="Map">{inner}</Option></layer>'


def _symbol(kind: str, layers: str) -> str:
    return f'<symbol name="" type="{kind}" alpha="1" clip_to_extent="1" force_rhr="0">{layers}</symbol>'
