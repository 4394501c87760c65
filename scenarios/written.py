"""Numbers, dates and the names of zone layers as Vietnamese and English write them."""

from __future__ import annotations

from typing import Literal

Language = Literal["vi", "en"]
_LAYER_NAMES: dict[str, dict[Language, str]] = {
    "communes": {"vi": "Xã, phường", "en": "Communes"},
    "parks": {"vi": "Khu công nghiệp", "en": "Industrial parks"},
    "industrial_parks": {"vi": "Khu công nghiệp", "en": "Industrial parks"},
}


def layer_name(layer: str, language: Language) -> str:
    """Return a zone layer's name for people."""
    return _LAYER_NAMES.get(layer, {}).get(language, layer)


def other(language: Language) -> Language:
    """Return the language of the second line."""
    return "en" if language == "vi" else "vi"


def number(value: float, decimals: int, language: Language) -> str:
    """Return a number as the language writes it: 9.361,4 in Vietnamese, 9,361.4 in English, with a true minus sign."""
    text = f"{value:,.{decimals}f}".replace("-", "−")
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def short(value: float, language: Language) -> str:
    """Return a number with one decimal where it has one."""
    return number(value, 0 if float(value).is_integer() else 1, language)


def percent(value: float, language: Language, decimals: int = 1) -> str:
    """Return a share [%], never rounded to a 0 or 100 that it is not."""
    rounded = round(value, decimals)
    if rounded <= 0.0 < value:
        rounded = 10.0**-decimals
    if rounded >= 100.0 > value:
        rounded = 100.0 - 10.0**-decimals
    return f"{number(rounded, decimals, language)}%"


def signed(value: float, language: Language) -> str:
    """Return a change with its sign and two decimals, or as many more as it takes to show that it is not nothing."""
    decimals = 2
    while decimals < 6 and round(value, decimals) == 0.0 != value:
        decimals += 1
    return ("+" if value > 0.0 else "") + number(value, decimals, language)


def date(iso: str, language: Language) -> str:
    """Return the day of an ISO date-time: 23/11/2025 in Vietnamese, 2025-11-23 in English."""
    year, month, day = iso[:10].split("-")
    return f"{day}/{month}/{year}" if language == "vi" else f"{year}-{month}-{day}"
