"""Propagation models by name: what each needs, the range it is valid in, and the checked way to call it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from phusong.errors import input_error
from phusong.kernels.arguments import FloatArray, Range


@dataclass(frozen=True)
class Model:
    """A propagation model.

    Attributes
    ----------
    name : as `path_loss` and a scenario call it.
    title : the document and edition that it follows.
    path_loss : the basic transmission loss [dB] of one path or many, by keywords; checks its arguments. All models know
        ``distance_m``, ``frequency_mhz``, ``tx_height_m``, ``rx_height_m``; those that follow the terrain take
        ``distance_m`` and ``terrain_m`` point by point, and ``clutter_m`` if they know clutter along the path.
    limits : what can be computed, by argument; anything outside is refused.
    validity : what the source vouches for, by argument, within the limits. Outside it the formulas are used as they
        stand, and whoever computes a map counts those pixels.
    follows_terrain : whether it takes a profile, or the length of the path alone.
    knows_clutter : whether it takes clutter heights along the profile.
    """

    name: str
    title: str
    path_loss: Callable[..., float | FloatArray]
    limits: Mapping[str, Range]
    validity: Mapping[str, Range]
    follows_terrain: bool
    knows_clutter: bool = False


MODELS: Mapping[str, str] = {
    "p452": "phusong.kernels.itu.p452",
    "p526": "phusong.kernels.itu.p526",
    "p1546": "phusong.kernels.itu.p1546_model",
    "itm": "phusong.kernels.itm.model",
    "p1812": "phusong.kernels.itu.p1812_model",
    "hata": "phusong.kernels.empirical.hata",
    "cost231_hata": "phusong.kernels.empirical.cost231_hata",
    "extended_hata": "phusong.kernels.empirical.extended_hata",
    "ecc33": "phusong.kernels.empirical.ecc33",
    "sui": "phusong.kernels.empirical.sui",
    "ericsson9999": "phusong.kernels.empirical.ericsson9999",
    "spm": "phusong.kernels.empirical.spm_model",
    "tr38901_rma": "phusong.kernels.empirical.tr38901_rma",
    "tr38901_rma_terrain": "phusong.kernels.empirical.tr38901_rma_terrain",
    "tr38901_uma": "phusong.kernels.empirical.tr38901_uma",
    "tr38901_uma_terrain": "phusong.kernels.empirical.tr38901_uma_terrain",
    "tr38901_umi": "phusong.kernels.empirical.tr38901_umi",
    "tr38901_inh": "phusong.kernels.empirical.tr38901_inh",
}
"""The models there are, by name, and the modules that hold them; each is imported when it is first used."""


def find_model(name: str) -> Model:
    """Return the model of that name; raises InputError naming the models there are."""
    if name not in MODELS:
        raise input_error("path_loss", f"there is no model {name!r}", f"Use one of: {', '.join(MODELS)}", field="model")
    model: Model = importlib.import_module(MODELS[name]).MODEL
    return model


def path_loss(model: str, **arguments: object) -> float | FloatArray:
    """Return the basic transmission loss [dB] along a path, or along many, by a model of this name.

    The arguments are those of the model's own `path_loss`, by keyword. Raises InputError with every problem of the
    arguments at once, or naming the models there are.
    """
    return find_model(model).path_loss(**arguments)
