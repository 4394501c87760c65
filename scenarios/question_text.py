"""Targets and phases as people write them on a command line, and names made from a question."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, get_args

from phusong.errors import InputError, input_error
from phusong.scenarios.question import GoalTarget, Measure

EXAMPLES = "'area >= 98%', 'people >= 99.5%', 'communes: each area >= 90%', 'parks: each area >= 100% of reachable'"
_TARGET = re.compile(
    r"(?:(?P<zones>[^:\[\]/]+?)\s*(?:\[(?P<zone_type>[^\]]+)\]\s*)?(?:/(?P<zone>[^:]+?)\s*)?:)?"
    r"\s*(?P<each>each\s+)?(?P<measure>\w+)\s*(?P<sign>[<>=≥]+)\s*(?P<number>[^\s%]+)\s*(?P<unit>%?)"
    r"(?:\s+of\s+(?P<of>\w+))?",
    re.IGNORECASE,
)
_PHASE = re.compile(r"(?P<name>[^=]+)=\s*(?P<sites>\d+)")


def parse_target(text: str) -> dict[str, Any]:
    """Return a target such as "communes[Phường]: each area >= 100% of reachable" as a table of a question.

    Before the colon stands a zone layer, then in brackets a type of zone, or after a slash one zone by name or code.

    Raises
    ------
    InputError : the text is not a target; it says what is allowed.
    """
    match = _TARGET.fullmatch(unicodedata.normalize("NFC", text).strip())
    if match is None:
        raise _refused(text, "is not a target", f"Write a target such as {EXAMPLES}")
    measures = get_args(Measure)
    measure = match["measure"].lower()
    if measure not in measures:
        known = f"Known measures: {', '.join(measures)}"
        raise _refused(text, f"counts '{match['measure']}', which is not known", known)
    if match["sign"] not in (">=", "≥"):
        raise _refused(text, f"has '{match['sign']}' where '>=' belongs", f"Write '{measure} >= 98%'")
    percent = _percent(match["number"])
    if not match["unit"] or percent is None or not 0.0 < percent <= 100.0:
        share = match["number"] + match["unit"]
        raise _refused(text, f"has '{share}' where a share belongs", "Give a share above 0 and up to 100 %: '98.5%'")
    of = (match["of"] or "total").lower()
    if of not in ("total", "reachable"):
        raise _refused(text, f"is of '{match['of']}', which is not known", "Write 'of total' or 'of reachable'")
    named = {name: match[name].strip() for name in ("zones", "zone_type", "zone") if match[name]}
    if match["each"] and "zones" not in named:
        raise _refused(text, "says 'each' without a zone layer", f"Name the layer: 'communes: {text.strip()}'")
    return {"measure": measure, "at_least_percent": percent, "of": of, "each": bool(match["each"]), **named}


def target_text(target: GoalTarget) -> str:
    """Return a target as ``parse_target`` reads it."""
    where = target.zones or ""
    where += f"[{target.zone_type}]" if target.zone_type else ""
    where += f"/{target.zone}" if target.zone else ""
    each = "each " if target.each else ""
    of = " of reachable" if target.of == "reachable" else ""
    return f"{where}{': ' if where else ''}{each}{target.measure} >= {target.at_least_percent:.12g}%{of}"


def parse_phase(text: str) -> dict[str, Any]:
    """Return a phase such as "2026=30" as a table of a question.

    Raises
    ------
    InputError : the text is not a phase.
    """
    match = _PHASE.fullmatch(text.strip())
    if match is None or not match["name"].strip():
        raise input_error(
            "propose",
            f"'{text}' is not a phase",
            "Write a name and its number of sites, such as '2026=30'; phases by cost are for --question FILE",
            field="--phase",
        )
    return {"name": unicodedata.normalize("NFC", match["name"].strip()), "sites": int(match["sites"])}


def slug(text: str) -> str:
    """Return text in small letters, digits and '-', without accents: "Phường" gives "phuong"."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D").replace("%", ""))
    ascii_only = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


def _percent(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) else None


def _refused(text: str, fault: str, remedy: str) -> InputError:
    return input_error("propose", f"'{text}' {fault}", remedy, field="--target")
