"""Elements of KML 2.2."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

import shapely

from phusong.exports.overlay import Box, Overlay

Element = ElementTree.Element
NAMESPACE = "http://www.opengis.net/kml/2.2"


def element(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """Add an element, with text in it if given."""
    made = ElementTree.SubElement(parent, tag, attributes)
    made.text = text
    return made


def folder(
    parent: Element, name: str, *, lines: Iterable[str] = (), shown: bool = True, one_of: bool = False
) -> Element:
    """Add a folder; `one_of`: of what lies in it only one is shown at a time."""
    made = element(parent, "Folder")
    element(made, "name", name)
    if not shown:
        element(made, "visibility", "0")
    described(made, lines)
    if one_of:
        element(element(element(made, "Style"), "ListStyle"), "listItemType", "radioFolder")
    return made


def described(parent: Element, lines: Iterable[str]) -> None:
    """Add the text of a balloon, which programs read as HTML, a line each; nothing where there are none."""
    if text := "<br>".join(html.escape(line, quote=False) for line in lines):
        element(parent, "description", text)


def point(parent: Element, name: str, style: str, text: str, longitude: float, latitude: float) -> None:
    """Add a place [deg] with a balloon."""
    made = element(parent, "Placemark")
    element(made, "name", name)
    described(made, [text])
    element(made, "styleUrl", f"#{style}")
    element(element(made, "Point"), "coordinates", f"{longitude:.6f},{latitude:.6f}")


def area(parent: Element, name: str, style: str, lines: Iterable[str], shape: Any) -> None:
    """Add a polygon, or several as one, in longitude and latitude [deg], with a balloon."""
    made = element(parent, "Placemark")
    element(made, "name", name)
    described(made, lines)
    element(made, "styleUrl", f"#{style}")
    polygons = shapely.get_parts(shape)
    inner = made if len(polygons) == 1 else element(made, "MultiGeometry")
    for polygon in polygons:
        drawn = element(inner, "Polygon")
        element(drawn, "tessellate", "1")
        _ring(drawn, "outerBoundaryIs", polygon.exterior)
        for ring in polygon.interiors:
            _ring(drawn, "innerBoundaryIs", ring)


def _ring(polygon: Element, side: str, ring: Any) -> None:
    places = " ".join(f"{x:.5f},{y:.5f}" for x, y in shapely.get_coordinates(ring))
    element(element(element(polygon, side), "LinearRing"), "coordinates", places)


def ground(parent: Element, name: str, file: str, overlay: Overlay, order: int) -> None:
    """Add a picture that lies on the ground."""
    made = element(parent, "GroundOverlay")
    element(made, "name", name)
    if (overlay.least_pixels, overlay.most_pixels) != (0, -1):
        region = element(made, "Region")
        _bounds(element(region, "LatLonAltBox"), overlay.box)
        levels = element(region, "Lod")
        element(levels, "minLodPixels", str(overlay.least_pixels))
        element(levels, "maxLodPixels", str(overlay.most_pixels))
    element(made, "drawOrder", str(order))
    element(element(made, "Icon"), "href", file)
    _bounds(element(made, "LatLonBox"), overlay.box)


def _bounds(parent: Element, box: Box) -> None:
    for side in ("north", "south", "east", "west"):
        element(parent, side, f"{getattr(box, side):.8f}")


def on_screen(parent: Element, name: str, file: str) -> None:
    """Add a picture at the lower left of the screen, a little above what programs write there."""
    made = element(parent, "ScreenOverlay")
    element(made, "name", name)
    element(element(made, "Icon"), "href", file)
    for tag, x, y in (("overlayXY", "0", "0"), ("screenXY", "0.01", "0.06"), ("size", "-1", "-1")):
        element(made, tag, None, x=x, y=y, xunits="fraction", yunits="fraction")


def colour(rgb: str, opacity: int = 255) -> str:
    """Return "#rrggbb" as KML writes it: opacity, blue, green, red."""
    return f"{opacity:02x}{rgb[5:7]}{rgb[3:5]}{rgb[1:3]}"


def text_of(document: Element) -> str:
    """Return a whole file."""
    root = Element("kml", {"xmlns": NAMESPACE})
    root.append(document)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False)
