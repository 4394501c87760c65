"""Every palette is told apart with any colour vision, and its legend can be read."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from phusong import classes
from phusong.figures.ground import NO_DATA_COLOUR, NO_DATA_STRIPE
from phusong.figures.sheet import GREY, INK
from tests.colour_vision import SIGHTS, contrast, delta_e, lab

PALETTES = {
    "service": (*classes.SERVICE_COLOURS, classes.NO_SERVICE_COLOUR),
    "shares": classes.SHARE_COLOURS,
    "change": (
        classes.GAINED_COLOUR, classes.LOST_COLOUR, classes.STILL_COVERED_COLOUR, classes.NO_SERVICE_COLOUR,
    ),
    "proposals": (classes.COVERED_COLOUR, classes.GAINED_COLOUR, classes.NO_SERVICE_COLOUR, classes.PROPOSED_COLOUR),
}  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
        ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
    ],
)
def test_delta_e_is_that_of_the_published_pairs(
    one: tuple[float, ...], other: tuple[float, ...], expected: float
) -> None:
    """Sharma, Wu and Dalal (2005), table 1."""
    assert delta_e(np.array(one), np.array(other)) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("name", PALETTES)
def test_neighbouring_classes_differ_with_any_colour_vision(name: str, sight: str) -> None:
    apart = {pair: delta_e(*(lab(colour, sight) for colour in pair)) for pair in pairwise(PALETTES[name])}
    assert min(apart.values()) >= 10.0, apart


@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_classes_of_service_differ(sight: str) -> None:
    apart = [delta_e(*(lab(colour, sight) for colour in pair)) for pair in combinations(PALETTES["service"], 2)]
    assert min(apart) >= 10.0


def test_no_data_is_told_by_stripes_that_are_seen() -> None:
    for sight in SIGHTS:
        assert delta_e(lab(NO_DATA_COLOUR, sight), lab(NO_DATA_STRIPE, sight)) >= 10.0


@pytest.mark.parametrize("colour", [INK, GREY])
def test_print_can_be_read(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
