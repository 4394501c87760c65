"""Losses that add to a model's, by name: clutter round a terminal, buildings, vegetation, gases, rain."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from phusong.errors import input_error
from phusong.kernels.arguments import FloatArray, Range


@dataclass(frozen=True)
class AddedLoss:
    """A loss on top of the basic transmission loss.

    Attributes
    ----------
    name : as a scenario calls it.
    title : the document and edition that it follows.
    loss : the loss [dB] by keywords; checks its arguments. Of a raster it may take ``frequency_mhz``, ``distance_m``
        (an array), ``tx_height_m`` and ``rx_height_m``.
    limits : what can be computed, by argument; anything outside is refused.
    validity : what the source vouches for, by argument, within the limits.
    """

    name: str
    title: str
    loss: Callable[..., float | FloatArray]
    limits: Mapping[str, Range]
    validity: Mapping[str, Range]


ADDED_LOSSES: Mapping[str, str] = {}
"""The added losses there are, by name, and the modules that hold them; each is imported when it is first used."""


def find_added_loss(name: str) -> AddedLoss:
    """Return the added loss of that name; raises InputError naming those that there are."""
    if name not in ADDED_LOSSES:
        raise input_error("added loss", f"there is no added loss {name!r}", f"Use one of: {', '.join(ADDED_LOSSES)}")
    loss: AddedLoss = importlib.import_module(ADDED_LOSSES[name]).ADDED_LOSS
    return loss
