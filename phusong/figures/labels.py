"""Labels on a map that never cover one another: each takes the nearest free place round its point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_DIRECTIONS = 16
_RING_STEP_IN = 0.07


@dataclass(frozen=True)
class Box:
    """A rectangle on the page by its middle and size [in]."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        return (
            abs(self.x - other.x) * 2 < self.width + other.width
            and abs(self.y - other.y) * 2 < self.height + other.height
        )

    def inside(self, frame: Box) -> bool:
        return (
            abs(self.x - frame.x) * 2 <= frame.width - self.width
            and abs(self.y - frame.y) * 2 <= frame.height - self.height
        )


def place(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    frame: Box,
    *,
    taken: Sequence[Box] = (),
    start_in: float = 0.0,
    reach_in: float = 0.8,
) -> list[Box | None]:
    """Return a place for each label, None where none is free within reach.

    Parameters
    ----------
    points : where the labels belong [in], the most important first.
    sizes : (width, height) of each label [in].
    frame : what they must stay inside.
    taken : places that are not free.
    start_in : least distance of a label's middle from its point [in]; 0 tries the point itself first.
    reach_in : greatest such distance [in].
    """
    occupied = list(taken)
    placed: list[Box | None] = []
    for (x, y), (width, height) in zip(points, sizes, strict=True):
        found = None
        for dx, dy in _offsets(start_in, reach_in):
            box = Box(x + dx, y + dy, width, height)
            if box.inside(frame) and not any(box.overlaps(other) for other in occupied):
                found = box
                occupied.append(box)
                break
        placed.append(found)
    return placed


def _offsets(start_in: float, reach_in: float) -> list[tuple[float, float]]:
    """Offsets in rings of growing radius, each ring starting at the upper right."""
    offsets = [(0.0, 0.0)] if start_in == 0.0 else []
    radius = start_in or _RING_STEP_IN
    while radius <= reach_in:
        for step in range(_DIRECTIONS):
            angle = math.radians(45.0 + step * 360.0 / _DIRECTIONS)
            offsets.append((radius * math.cos(angle), radius * math.sin(angle)))
        radius += _RING_STEP_IN
    return offsets
