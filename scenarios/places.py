"""The cells of a place: inside a zone, or inside polygons that a file holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely

from phusong.errors import input_error
from phusong.scenarios.registers import Register
from phusong.scenarios.suggestions import nearest
from phusong.terrain.zones import Zones, read_outline


def zone_outline(zones: Mapping[str, Zones], name: str) -> Any:
    """Return the polygon of the zone with a name or code: a shapely geometry, WGS 84 [deg].

    Raises
    ------
    InputError : no zone, or more than one, is called so.
    """
    layer, index = find_zone(zones, name)
    return zones[layer].geometry[index]


def find_zone(zones: Mapping[str, Zones], name: str) -> tuple[str, int]:
    """Return layer and index of the zone with a name or code, small or capital letters alike.

    Raises
    ------
    InputError : no zone, or more than one, is called so.
    """
    asked = _folded(name)
    found = {
        (layer, index)
        for layer, of_layer in zones.items()
        for index in range(len(of_layer))
        if asked in (_folded(of_layer.code[index]), _folded(of_layer.name[index]))
    }
    if not found:
        known = dict.fromkeys(one for of_layer in zones.values() for one in of_layer.name)
        close = nearest(name, known, "zones").split("Known zones")[0]
        raise input_error("zones", f"no zone is called '{name}'", f"{close}Give the name or code of a zone of the run.")
    if len(found) > 1:
        codes = ", ".join(f"{zones[layer].code[index]} ({layer})" for layer, index in sorted(found))
        raise input_error("zones", f"{len(found)} zones are called '{name}'", f"Give the code of one: {codes}.")
    return found.pop()


def cells_inside(register: Register, outline: Any, *, place: str) -> list[str]:
    """Return the names of the cells that are on and whose mast stands inside a polygon, or on its border.

    Parameters
    ----------
    outline : a shapely geometry, WGS 84 [deg].
    place : what it is called, for the message.

    Raises
    ------
    InputError : there is no such cell.
    """
    inside = shapely.intersects_xy(outline, register.longitude_deg, register.latitude_deg)
    names: list[str] = register.cell[inside & (register.status == "on")].tolist()
    if not names:
        raise input_error(place, "no cell that is on stands inside it", "Nothing would change: name another place.")
    return names


def cells_of_zone(register: Register, zones: Mapping[str, Zones], name: str) -> list[str]:
    """Return the names of the cells that are on inside the zone with a name or code."""
    return cells_inside(register, zone_outline(zones, name), place=name)


def cells_of_polygons(register: Register, path: Path) -> list[str]:
    """Return the names of the cells that are on inside the polygons of a vector file."""
    if not path.is_file():
        raise input_error(path, "there is no such file", "Name a GeoJSON file, or another vector file with polygons")
    return cells_inside(register, read_outline(path), place=str(path))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()
