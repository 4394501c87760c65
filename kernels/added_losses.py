"""Losses that add to a model's basic transmission loss, by name: what each needs, its ranges, and its checked call.

Clutter at a terminal, a building's wall, a wood, gases, rain: each is worked out path by path and added in decibels to
the loss of a model that does not hold it already. Losses that are spread over places or time take a percentage; to add
several at one percentage overstates them together, for they do not come at once.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from phusong.errors import input_error
from phusong.kernels.arguments import FloatArray, Range


@dataclass(frozen=True)
class AddedLoss:
    """A loss that adds.

    Attributes
    ----------
    name : as `added_loss` and a scenario call it.
    title : the document, edition and section that it follows.
    loss : the loss [dB] of one path or many, by keywords; checks its arguments. Of a raster it may take
        ``frequency_mhz``, ``distance_m`` (an array), ``tx_height_m`` and ``rx_height_m``.
    limits : what can be computed, by argument; anything outside is refused.
    validity : what the source vouches for, by argument, within the limits. Outside it the formulas are used as they
        stand or a limit value is kept, as the function says, and whoever computes a map counts those pixels.
    """

    name: str
    title: str
    loss: Callable[..., float | FloatArray]
    limits: Mapping[str, Range]
    validity: Mapping[str, Range]

    @property
    def by_distance(self) -> bool:
        """Return whether it depends on the length of the path, so that a raster gives it one for each pixel."""
        return "distance_m" in self.limits


ADDED_LOSSES: Mapping[str, str] = {
    "tr38901_building": "phusong.kernels.empirical.tr38901_penetration:BUILDING",
    "tr38901_car": "phusong.kernels.empirical.tr38901_penetration:CAR",
    "p2108_terminal": "phusong.kernels.itu.p2108:TERMINAL",
    "p2108_terrestrial": "phusong.kernels.itu.p2108:TERRESTRIAL",
    "p2108_slant": "phusong.kernels.itu.p2108:SLANT",
    "p2109": "phusong.kernels.itu.p2109:ADDED_LOSS",
    "p833": "phusong.kernels.itu.p833:ADDED_LOSS",
    "p676_terrestrial": "phusong.kernels.itu.p676_terrestrial:ADDED_LOSS",
    "p676_slant": "phusong.kernels.itu.p676_slant:ADDED_LOSS",
    "p676_zenith": "phusong.kernels.itu.p676_heights:ADDED_LOSS",
    "p838": "phusong.kernels.itu.p838:ADDED_LOSS",
}
"""The losses there are, by name: the module that holds each and its name there; imported when it is first used."""


def find_added_loss(name: str) -> AddedLoss:
    """Return the added loss of that name; raises InputError naming the losses there are."""
    if name not in ADDED_LOSSES:
        raise input_error(
            "added_loss", f"there is no added loss {name!r}", f"Use one of: {', '.join(ADDED_LOSSES)}", field="loss"
        )
    module, attribute = ADDED_LOSSES[name].split(":")
    found: AddedLoss = getattr(importlib.import_module(module), attribute)
    return found


def added_loss(name: str, **arguments: object) -> float | FloatArray:
    """Return the loss [dB] of this name to add along a path, or along many.

    The arguments are those of the loss's own function, by keyword. Raises InputError with every problem of the
    arguments at once, or naming the losses there are.
    """
    return find_added_loss(name).loss(**arguments)
