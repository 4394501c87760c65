"""What a change of a network moves: the transmitters that go and come, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from phusong.coverage.plan import Transmitter
from phusong.terrain.window import Window


@dataclass(frozen=True, eq=False)
class Moves:
    """The transmitters that go and that come in their place, with the names of their path losses."""

    lost: list[tuple[Transmitter, str]]
    gained: list[tuple[Transmitter, str]]
    is_changed: npt.NDArray[np.bool_]

    @property
    def transmitters(self) -> list[Transmitter]:
        return [one for one, _ in (*self.lost, *self.gained)]

    def only_changed(self, some: list[tuple[Transmitter, str]]) -> list[tuple[Transmitter, str]]:
        """Return the transmitters with no more than their changed cells."""
        restricted = (
            (replace(one, sectors=one.sectors[self.is_changed[one.sectors["cell"]]]), key) for one, key in some
        )
        return [(one, key) for one, key in restricted if one.sectors.size]


def bounds(windows: Iterable[Window]) -> Window | None:
    """Return the smallest window that holds all those that are not empty; None where all are."""
    some = [window for window in windows if not window.is_empty]
    if not some:
        return None
    return Window(
        min(one.row_start for one in some), max(one.row_stop for one in some),
        min(one.column_start for one in some), max(one.column_stop for one in some),
    )  # fmt: skip
