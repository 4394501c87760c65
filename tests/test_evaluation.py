"""A definition asked of signals: margins, location probability, places, and the rules for what is not known."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from phusong.coverage.channel_layers import ChannelLayers, channel_layers
from phusong.coverage.evaluation import (
    NEVER_CDB,
    Answer,
    evaluate,
    least_rsrp_cdbm,
    margins_cdb,
    needs_power,
    shadow_margins_cdb,
    spread_db,
)
from phusong.coverage.places import Entry, combined_sigma_db, entry
from phusong.coverage.signals import Channel, Signals
from phusong.coverage.statistics import COVERED, NO_DATA, NO_SHARE, NOT_COVERED
from phusong.scenarios.coverage_definition import CoverageDefinition
from phusong.scenarios.link_budget import LteBudget, NrBudget
from phusong.scenarios.link_resolution import ChannelBudget
from tests.random_signals import cell_budgets, channel_budget, random_levels, signals_of

LTE, NR = channel_budget(), channel_budget(NrBudget())
CELLS = 5
LOADS = np.linspace(0.1, 0.9, CELLS)
BY_CELL = cell_budgets(CELLS, downlink_load=LOADS, uplink_load=LOADS)
ONE = Channel("4G", "A", "L1800")
SHAPE = (9, 11)
NOWHERE = np.zeros(SHAPE, dtype=np.bool_)


def asked(**figures: Any) -> CoverageDefinition:
    return CoverageDefinition(**figures)


def answer(definition: CoverageDefinition, signals: Signals, **known: Any) -> Answer:
    known = {"unknown": NOWHERE, "in_doubt": NOWHERE} | known
    return evaluate(definition, {ONE: signals}, {ONE: LTE}, BY_CELL, **known)


def lone(*levels_cdbm: int) -> Signals:
    """Return the signals of one cell, one pixel for each level."""
    return signals_of(np.array([[levels_cdbm]], dtype=np.int16))


def level_and_threshold(
    definition: CoverageDefinition, layers: ChannelLayers, signals: Signals, budget: ChannelBudget, margin: Any
) -> npt.NDArray[np.bool_]:
    """Say where a condition holds in the layers of a wanted signal that is lowered."""
    match definition.quantity:
        case "rsrp":
            entry_db = entry(budget, definition.place).loss_db
            return np.asarray(signals.rsrp_cdbm - 100.0 * entry_db - margin >= 100.0 * definition.threshold_dbm - 1e-6)
        case "sinr":
            return layers.sinr_cdb >= 100.0 * (definition.threshold_db or 0.0)
        case "downlink":
            return layers.downlink_kbps >= 1000.0 * (definition.threshold_mbps or 0.0)
        case "uplink":
            return layers.uplink_kbps >= 1000.0 * (definition.threshold_mbps or 0.0)
    raise AssertionError(definition.quantity)


@pytest.mark.parametrize("place", ["outdoors", "in a car", "indoors"])
@pytest.mark.parametrize("load", ["run", "full", 30.0])
@pytest.mark.parametrize(
    "figures",
    [
        {"quantity": "rsrp", "threshold_dbm": -71.3},
        {"quantity": "sinr", "threshold_db": 3.17},
        {"quantity": "downlink", "threshold_mbps": 12.5},
        {"quantity": "uplink", "threshold_mbps": 20.0},
    ],
    ids=lambda figures: figures["quantity"],
)
def test_a_margin_is_by_how_much_the_wanted_signal_may_fall(figures: dict[str, Any], load: Any, place: Any) -> None:
    """Lowered by the margin the condition just holds; by a hundredth more it fails. Strong signals: no rounding."""
    levels = random_levels(7, CELLS, low_dbm=-85.0, high_dbm=-60.0)
    signals = signals_of(levels, loads=LOADS)
    definition = asked(**figures, load=load, place=place)
    way_in = entry(LTE, definition.place)
    margins = margins_cdb(definition, signals, LTE, BY_CELL, way_in=way_in)
    share = {"run": None, "full": 1.0}[load] if isinstance(load, str) else 0.01 * load
    reached = (signals.server >= 0) & (margins > -2_000) & (margins < 4_000)
    assert reached.sum() > 50

    def holds(more_cdb: int) -> npt.NDArray[np.bool_]:
        lowered = np.where(reached, margins + more_cdb, 0)
        layers = channel_layers(
            signals, LTE, BY_CELL, entry_loss_db=way_in.loss_db, load=share, wanted_margin_db=np.float32(0.01) * lowered
        )  # fmt: skip
        return level_and_threshold(definition, layers, signals, LTE, lowered)[reached]

    assert holds(0).all()
    assert not holds(1).any()
    assert (margins[signals.server < 0] == NEVER_CDB).all()


@pytest.mark.parametrize("load", ["run", "full", 0.0])
def test_a_margin_of_rsrq(load: Any) -> None:
    """In plain float64: RSRQ with the wanted signal lowered; near its ceiling a hundredth of RSRQ is dBs of margin."""
    levels = random_levels(8, CELLS, low_dbm=-95.0, high_dbm=-60.0)
    levels[1:, 5:] = -32768
    signals = signals_of(levels, loads=LOADS)
    loads = {"run": LOADS, "full": np.ones(CELLS)}[load] if isinstance(load, str) else np.full(CELLS, 0.01 * load)
    power = np.where(levels == -32768, 0.0, 10.0 ** (levels / 1000.0))
    radiated = LTE.reference_share + (1.0 - LTE.reference_share) * loads
    noise = 10.0 ** (0.1 * (-174.0 + 10.0 * np.log10(15e3) + 9.0 + LTE.body_loss_db))
    for threshold_db in (-14.0, -10.9, -7.0):
        definition = asked(quantity="rsrq", threshold_db=threshold_db, load=load)
        margins = margins_cdb(definition, signals, LTE, BY_CELL, way_in=Entry(0.0, 0.0))
        counted = 0
        for place in np.ndindex(*SHAPE):
            server, margin = int(signals.server[place]), int(margins[place])
            if server < 0:
                assert margin == NEVER_CDB
                continue
            others = sum(power[(cell, *place)] * radiated[cell] for cell in range(CELLS) if cell != server) + noise

            def rsrq_db(lowered_cdb: float, of: int = server, at: Any = place, besides: float = others) -> float:
                wanted = power[(of, *at)] * 10.0 ** (-lowered_cdb / 1000.0)
                return float(10.0 * np.log10(wanted / (12.0 * (wanted * radiated[of] + besides))))

            if margin == NEVER_CDB:
                assert rsrq_db(-100_000.0) <= threshold_db + 1e-6
            else:
                counted += 1
                assert rsrq_db(margin - 0.01) >= threshold_db
                assert rsrq_db(margin + 1.01) < threshold_db
        assert counted > 10 or threshold_db > -8.0


def test_conditions_hold_together() -> None:
    signals = signals_of(random_levels(9, CELLS), loads=LOADS)
    one = {"quantity": "downlink", "threshold_mbps": 5.0}
    other = {"quantity": "uplink", "threshold_mbps": 1.0}
    both = asked(**one, also=[other])
    way_in = Entry(0.0, 0.0)
    each = [margins_cdb(asked(**figures), signals, LTE, BY_CELL, way_in=way_in) for figures in (one, other)]
    np.testing.assert_array_equal(margins_cdb(both, signals, LTE, BY_CELL, way_in=way_in), np.minimum(*each))
    assert (each[0] < each[1])[signals.server >= 0].any()
    assert (each[0] > each[1])[signals.server >= 0].any()


def test_a_rate_beyond_the_peak_is_never_reached() -> None:
    signals = lone(-5_000)
    definition = asked(quantity="downlink", threshold_mbps=1_000.0, location_percent=50.0)
    said = answer(definition, signals, unknown=np.zeros((1, 1), bool), in_doubt=np.zeros((1, 1), bool))
    assert said.covered.tolist() == [[NOT_COVERED]]
    assert said.probability.tolist() == [[0]]


@pytest.mark.parametrize("sigma_db", [3.0, 8.0, 10.0])
def test_location_probability_is_the_normal_law(sigma_db: float) -> None:
    levels = [-11_500 + margin for margin in (-2_000, -800, -1, 0, 1, 300, 800, 1_025, 1_026, 3_000)]
    nowhere = np.zeros((1, len(levels)), dtype=np.bool_)
    definition = asked(threshold_dbm=-115.0, shadow_sigma_db=sigma_db)
    said = answer(definition, lone(*levels), unknown=nowhere, in_doubt=nowhere)
    for level, probability, covered in zip(levels, said.probability[0], said.covered[0], strict=True):
        share = NormalDist(0.0, sigma_db).cdf((level + 11_500) / 100.0)
        assert probability == pytest.approx(10_000.0 * share, abs=0.51)
        assert (covered == COVERED) == (share >= 0.9 - 1e-9)
    assert said.probability[0, 3] == 5_000
    assert (np.diff(said.probability[0].astype(int)) >= 0).all()


def test_both_sides_of_the_threshold() -> None:
    """8 dB x 1.2816 = 10.25 dB, rounded up to the next hundredth."""
    nowhere = np.zeros((1, 2), dtype=np.bool_)
    said = answer(asked(threshold_dbm=-115.0), lone(-10_475, -10_474), unknown=nowhere, in_doubt=nowhere)
    assert said.covered.tolist() == [[NOT_COVERED, COVERED]]
    assert shadow_margins_cdb(NormalDist().inv_cdf(0.9), np.asarray(8.0)) == 1026
    assert shadow_margins_cdb(0.0, np.asarray(8.0)) == 0


def test_where_nothing_varies_all_places_are_alike() -> None:
    nowhere = np.zeros((1, 3), dtype=np.bool_)
    definition = asked(threshold_dbm=-100.0, shadow_sigma_db=0.0)
    said = answer(definition, lone(-10_001, -10_000, -9_999), unknown=nowhere, in_doubt=nowhere)
    assert said.covered.tolist() == [[NOT_COVERED, COVERED, COVERED]]
    assert said.probability.tolist() == [[0, 10_000, 10_000]]


def test_probability_falls_with_the_threshold() -> None:
    signals = signals_of(random_levels(10, CELLS), loads=LOADS)
    last = np.full(SHAPE, 10_000)
    for threshold_mbps in (0.5, 2.0, 8.0, 30.0, 59.0):
        said = answer(asked(quantity="downlink", threshold_mbps=threshold_mbps), signals)
        assert (said.probability <= last).all()
        last = said.probability.astype(np.int64)
    assert last.max() > 0


def test_sigma_by_land_cover_or_by_the_definition() -> None:
    by_land_cover = np.array([[6.0, 10.0, np.nan]], dtype=np.float32)
    nowhere = np.zeros((1, 3), dtype=np.bool_)
    signals = lone(-10_600, -10_600, -10_600)
    free, fixed = asked(threshold_dbm=-115.0), asked(threshold_dbm=-115.0, shadow_sigma_db=8.0)
    assert free.sigma_by_land_cover
    assert not fixed.sigma_by_land_cover
    known = {"unknown": nowhere, "in_doubt": nowhere, "location_sigma_db": by_land_cover}
    shares = [10_000.0 * NormalDist(0.0, sigma_db).cdf(9.0) for sigma_db in (6.0, 10.0, 8.0)]
    said = answer(free, signals, **known)
    np.testing.assert_allclose(said.probability[0], shares, atol=0.51)
    assert said.covered.tolist() == [[COVERED, NOT_COVERED, NOT_COVERED]]
    np.testing.assert_allclose(answer(fixed, signals, **known).probability[0], shares[2], atol=0.51)
    np.testing.assert_allclose(spread_db(free, Entry(9.0, 5.0), by_land_cover)[0], np.hypot([6.0, 10.0, 8.0], 5.0))
    assert spread_db(fixed, Entry(9.0, 6.0), by_land_cover) == 10.0 == combined_sigma_db(8.0, 6.0)


def test_any_channel_covers() -> None:
    channels = [ONE, Channel("4G", "B", "L1800"), Channel("4G", "A", "L900")]
    signals = {channel: signals_of(random_levels(20 + n, CELLS)) for n, channel in enumerate(channels)}
    budgets = {channel: LTE._replace(frequency_mhz=900.0 if channel.band == "L900" else 1800.0) for channel in channels}
    definition = asked(quantity="downlink", threshold_mbps=8.0, place="indoors")
    known: dict[str, Any] = {"unknown": NOWHERE, "in_doubt": NOWHERE}
    whole = evaluate(definition, signals, budgets, BY_CELL, **known)
    each = [evaluate(definition, {one: signals[one]}, budgets, BY_CELL, **known) for one in channels]
    np.testing.assert_array_equal(whole.covered, np.max([one.covered for one in each], axis=0))
    np.testing.assert_array_equal(whole.probability, np.max([one.probability for one in each], axis=0))
    turned = evaluate(definition, dict(reversed(signals.items())), budgets, BY_CELL, **known)
    np.testing.assert_array_equal(whole.probability, turned.probability)
    assert COVERED in whole.covered
    assert NOT_COVERED in whole.covered
    assert all((one.covered != whole.covered).any() for one in each)


def test_what_is_not_known() -> None:
    """Unknown ground is no data whatever the signals; a path in doubt is, unless the known cells cover already."""
    signals = lone(-9_000, -9_000, -9_000, -12_000, -12_000, -12_000)
    unknown = np.array([[0, 1, 0, 0, 1, 0]], dtype=np.bool_)
    in_doubt = np.array([[0, 0, 1, 0, 0, 1]], dtype=np.bool_)
    said = answer(asked(threshold_dbm=-115.0), signals, unknown=unknown, in_doubt=in_doubt)
    assert said.covered.tolist() == [[COVERED, NO_DATA, COVERED, NOT_COVERED, NO_DATA, NO_DATA]]
    assert (said.probability[0] == NO_SHARE).tolist() == [False, True, False, False, True, True]
    nobody = evaluate(asked(), {}, {}, BY_CELL, unknown=unknown, in_doubt=in_doubt)
    assert nobody.covered.tolist() == [[NOT_COVERED, NO_DATA, NO_DATA, NOT_COVERED, NO_DATA, NO_DATA]]
    assert nobody.probability[0, 0] == 0


@pytest.mark.parametrize("place", ["outdoors", "in a car", "indoors"])
@pytest.mark.parametrize("sigma_db", [None, 7.3])
def test_the_least_rsrp_is_that_of_the_answer(place: Any, sigma_db: float | None) -> None:
    definition = asked(threshold_dbm=-101.7, place=place, location_percent=83.0)
    by_land_cover = None if sigma_db is None else np.full((1, 3), sigma_db, dtype=np.float32)
    least = int(np.ravel(least_rsrp_cdbm(definition, LTE, by_land_cover))[0])
    nowhere = np.zeros((1, 3), dtype=np.bool_)
    said = answer(
        definition, lone(least - 1, least, least + 1), unknown=nowhere, in_doubt=nowhere,
        location_sigma_db=by_land_cover,
    )  # fmt: skip
    assert said.covered.tolist() == [[NOT_COVERED, COVERED, COVERED]]


def test_layers_at_hand_give_the_same_answer() -> None:
    signals = signals_of(random_levels(30, CELLS), loads=LOADS)
    layers = channel_layers(signals, LTE, BY_CELL)
    for definition in (
        asked(quantity="sinr", threshold_db=2.0), asked(quantity="downlink", threshold_mbps=5.0, place="indoors"),
        asked(quantity="downlink", threshold_mbps=5.0, load=80.0), asked(quantity="rsrq", threshold_db=-14.0),
    ):  # fmt: skip
        one, other = answer(definition, signals, layers={ONE: layers}), answer(definition, signals)
        np.testing.assert_array_equal(one.probability, other.probability)
        assert COVERED in one.covered


def test_which_definitions_need_the_sums_of_power() -> None:
    assert not needs_power(asked())
    assert not needs_power(asked(place="indoors", load="full"))
    assert not needs_power(asked(quantity="uplink", threshold_mbps=1.0, place="indoors"))
    assert not needs_power(asked(quantity="downlink", threshold_mbps=1.0))
    assert needs_power(asked(quantity="downlink", threshold_mbps=1.0, load=50.0))
    assert needs_power(asked(quantity="sinr", threshold_db=1.0, place="in a car"))
    assert needs_power(asked(quantity="rsrq", threshold_db=-12.0))
    assert needs_power(asked(also=[{"quantity": "rsrq", "threshold_db": -12.0}]))


def test_ways_inside() -> None:
    assert entry(LTE, "outdoors") == Entry(0.0, 0.0)
    assert entry(LTE, "in a car") == Entry(9.0, 5.0)
    fixed = channel_budget(LteBudget(building_entry="fixed", building_loss_db=14.0, building_sigma_db=3.0))
    assert entry(fixed, "indoors") == Entry(14.0, 3.0)


def test_buildings_by_the_recommendation() -> None:
    """The median, and the loss at one deviation above it (84.134 % of the places), mixed by the kind of buildings."""
    assert 10.0 < entry(LTE, "indoors").loss_db < 20.0
    assert entry(NR, "indoors").loss_db > entry(LTE, "indoors").loss_db
