"""The name of a channel."""

from __future__ import annotations

from typing import NamedTuple


class Channel(NamedTuple):
    """A band of one operator: its cells share the spectrum."""

    technology: str
    operator: str
    band: str
