"""Zones as the report names and orders them."""

from __future__ import annotations

from phusong.report.alphabet import vietnamese_order
from phusong.terrain.zones import Zones


def full_name(zones: Zones, index: int) -> str:
    """Return a zone's name with its type, as documents write it: "Phường Việt Trì"."""
    kind, name = zones.kind[index], zones.name[index]
    return name if name.casefold().startswith(kind.casefold()) else f"{kind} {name}"


def by_name(zones: Zones) -> list[int]:
    """Return the zones in Vietnamese alphabetical order of their names; those of one name by code."""
    return sorted(range(len(zones)), key=lambda index: (vietnamese_order(zones.name[index]), zones.code[index]))
