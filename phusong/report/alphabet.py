"""The order of words in Vietnamese: by letters, ă after a and đ after d, then by tones."""

from __future__ import annotations

import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: place for place, letter in enumerate(_LETTERS, start=1)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng; none first
SortKey = tuple[tuple[tuple[tuple[int, str], ...], tuple[int, ...]], ...]


def vietnamese_order(text: str) -> SortKey:
    """Return a key that sorts names as a Vietnamese dictionary does: syllable by syllable, letters before tones."""
    return tuple(_syllable(syllable) for syllable in text.casefold().split())


def plain_ascii(text: str) -> str:
    """Return a name for files: "Phường Việt Trì" gives "phuong-viet-tri"."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    kept = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in plain if _is_base(letter))
    return "-".join(kept.split())


def _syllable(syllable: str) -> tuple[tuple[tuple[int, str], ...], tuple[int, ...]]:
    letters, tones = [], []
    for letter in unicodedata.normalize("NFC", syllable):
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
        letters.append((_ORDER.get(base, 0), base))
        tones.append(next((_TONES[part] for part in parts if part in _TONES), 0))
    return tuple(letters), tuple(tones)


def _is_base(letter: str) -> bool:
    return unicodedata.category(letter) != "Mn"
