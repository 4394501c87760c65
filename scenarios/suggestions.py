"""What to suggest for a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], what: str) -> str:
    """Return a remedy for an unknown name: the nearest known one, and all of them."""
    known = list(known)
    folded = {one.casefold(): one for one in reversed(known)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    guess = f"Did you mean '{folded[close[0]]}'? " if close else ""
    return f"{guess}Known {what}: {', '.join(known) or 'none'}."
