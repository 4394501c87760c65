"""Coverage definitions: those that ship, their files and errors, and both sides of every threshold."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from phusong.coverage.audit import refusal
from phusong.coverage.channel_layers import channel_layers
from phusong.coverage.evaluation import evaluate
from phusong.coverage.places import entry
from phusong.coverage.signals import Channel, Signals
from phusong.coverage.statistics import COVERED, NO_DATA, NOT_COVERED
from phusong.errors import InputError
from phusong.scenarios.coverage_definition import CoverageDefinition, Definition, Limit
from phusong.scenarios.definition_files import SHIPPED, list_definitions, load_definition
from phusong.scenarios.load import load
from tests.made_signals import LTE, cell_budgets, made_signals
from tests.small_scenario import SCENARIO, write_small_scenario

VIETTEL, VNPT = Channel("4G", "Viettel", "a"), Channel("4G", "VNPT", "a")
MEDIAN = {"location_percent": 50.0}
GOOD = 'name = "mine"\ntitle = "Của tôi"\ntechnologies = ["4G"]\nthreshold_dbm = -100\nsource = "me"\n'


def judge(definition: CoverageDefinition, signals: dict[Channel, Signals], **options: Any) -> list[int]:
    shape = next(iter(signals.values())).server.shape
    in_doubt = np.logical_or.reduce([one.in_doubt > 0 for one in signals.values()])
    options = {"unknown": np.zeros(shape, dtype=np.bool_), "in_doubt": in_doubt} | options
    covered = evaluate(definition, signals, dict.fromkeys(signals, LTE), cell_budgets(8), **options).covered
    assert covered.dtype == np.uint8
    return [int(state) for state in covered[0]]


def definition(**given: Any) -> Definition:
    usual = {"name": "mine", "title": "mine", "technologies": ["4G"], "source": "me"}
    return Definition.model_validate(usual | given)


@pytest.mark.parametrize("name", list_definitions())
def test_every_shipped_definition_loads(name: str) -> None:
    shipped = load_definition(name)
    assert shipped.name == name
    assert shipped.title_en
    assert shipped.note


def test_shipped_figures() -> None:
    assert {path.stem for path in SHIPPED.glob("*.toml")} == set(list_definitions())
    levels = {name: load_definition(name).limits for name in list_definitions()}
    assert levels["acma-good"] == (Limit("rsrp", -95.0),)
    assert levels["ofcom-5g-high"] == (Limit("rsrp", -110.0),)
    assert levels["qcvn-4g-availability"] == (Limit("rsrp", -121.0),)
    assert levels["fcc-5g-35-3"] == (Limit("downlink", 35.0), Limit("uplink", 3.0))
    fcc = load_definition("fcc-5g-7-1-vehicle")
    assert (fcc.place, fcc.load, fcc.location_percent, fcc.greatest_resolution_m) == ("in a car", 50.0, 90.0, 100.0)
    ours, default = load_definition("default"), CoverageDefinition()
    assert (ours.limits, ours.location_percent) == (default.limits, default.location_percent)


def test_a_users_folder_and_file(tmp_path: Path) -> None:
    folder = tmp_path / "definitions"
    folder.mkdir()
    (folder / "mine.toml").write_text(GOOD, encoding="utf-8")
    assert load_definition("mine", scenario_folder=tmp_path) == load_definition(folder / "mine.toml")
    with pytest.raises(InputError, match="no such definition"):
        load_definition("mine")
    (folder / "acma-good.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(InputError, match="'acma-good' ships already"):
        list_definitions(tmp_path)


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        (GOOD.replace("-100", "-151"), 4, "out of range"),
        (GOOD + "reach = 3\n", 6, "not a known key"),
        (GOOD.replace('["4G"]', '["6G"]'), 3, "not allowed"),
        (GOOD.replace("threshold_dbm = -100\n", ""), None, "'threshold_dbm' is missing"),
        (GOOD + 'quantity = "downlink"\n', None, "'threshold_mbps' is missing"),
        (GOOD + "threshold_db = 3\n", None, "rsrp has no threshold_db"),
        (GOOD + '[[also]]\nquantity = "sinr"\n', 6, "'threshold_db' is missing"),
        (GOOD + '[[also]]\nquantity = "sinr"\nthreshold_db = 0\nthreshold_mbps = 1\n', 6, "sinr has no threshold_mbps"),
        (GOOD + "load = 101\n", 6, "not allowed"),
        (GOOD.replace("mine", "yours"), None, "not that of the file"),
        (GOOD + "=\n", 6, "not valid TOML"),
    ],
)
def test_what_a_definition_may_not_say(tmp_path: Path, text: str, row: int | None, words: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_definition(path)
    found = [(problem.row, problem.message) for problem in caught.value.problems]
    assert any(words in message and line == row for line, message in found), found


def test_a_scenario_may_judge_by_anything(tmp_path: Path) -> None:
    more = 'threshold_dbm = -110.0\nquantity = "downlink"\nthreshold_mbps = 10\nplace = "in a car"\nload = "full"'
    write_small_scenario(tmp_path, scenario=SCENARIO.replace("threshold_dbm = -110.0", more))
    rule = load(tmp_path).coverage["4G"]
    assert (rule.limits, rule.place, rule.load) == ((Limit("downlink", 10.0),), "in a car", "full")
    assert rule.median_threshold_dbm == pytest.approx(-110.0 + rule.shadow_margin_db)


def test_entry_loss_counts_once(tmp_path: Path) -> None:
    more = SCENARIO.replace("threshold_dbm = -110.0", 'place = "indoors"')
    more += '[[propagation.added_losses]]\nname = "p2109"\nsettings = {building = "traditional"}\n'
    write_small_scenario(tmp_path, scenario=more)
    with pytest.raises(InputError, match="already takes the receiver inside"):
        load(tmp_path)


def test_refusals() -> None:
    rule = definition(threshold_dbm=-100.0, receiver_height_m=1.5, greatest_resolution_m=100.0)
    assert refusal(rule, receiver_height_m=1.5, resolution_m=100.0) is None
    assert refusal(rule, receiver_height_m=2.0, resolution_m=100.0) == (
        "'mine' needs a run at 1.5 m above ground; this one is at 2 m."
    )
    assert refusal(rule, receiver_height_m=1.5, resolution_m=100.5) == (
        "'mine' needs a run at 100 m or finer; this one is at 100.5 m."
    )
    assert "needs a run outdoors" in str(refusal(rule, receiver_height_m=1.5, resolution_m=100.0, place="indoors"))
    assert refusal(definition(threshold_dbm=-100.0), receiver_height_m=30.0, resolution_m=1000.0) is None


def test_rsrp_from_the_threshold_on() -> None:
    rule = definition(threshold_dbm=-104.7, **MEDIAN)
    signals = {VIETTEL: made_signals([{0: -10470}, {0: -10471}, {}])}
    assert judge(rule, signals) == [COVERED, NOT_COVERED, NOT_COVERED]
    rule = definition(threshold_dbm=-115.0)
    need = round(100 * (-115 + 8 * NormalDist().inv_cdf(0.9)) + 0.5)
    assert judge(rule, {VIETTEL: made_signals([{0: need}, {0: need - 1}])}) == [COVERED, NOT_COVERED]
    sigma_db = np.array([[8.0, 6.0]], dtype=np.float32)
    assert judge(rule, {VIETTEL: made_signals([{0: need - 1}] * 2)}, location_sigma_db=sigma_db) == [
        NOT_COVERED,
        COVERED,
    ]


@pytest.mark.parametrize(
    ("quantity", "field", "key", "scale"),
    [
        ("sinr", "sinr_cdb", "threshold_db", 100),
        ("rsrq", "rsrq_cdb", "threshold_db", 100),
        ("downlink", "downlink_kbps", "threshold_mbps", 1000),
        ("uplink", "uplink_kbps", "threshold_mbps", 1000),
    ],
)
def test_every_other_quantity_from_its_threshold_on(quantity: str, field: str, key: str, scale: int) -> None:
    signals = made_signals([{0: -9500, 1: -9900}, {}])
    value = int(getattr(channel_layers(signals, LTE, cell_budgets(8)), field)[0, 0])
    # RSRQ is judged by what is received, not by the layer's hundredths.
    reached = value - 1 if quantity == "rsrq" else value
    for threshold, state in ((reached / scale, COVERED), ((value + 1) / scale, NOT_COVERED)):
        rule = definition(quantity=quantity, **{key: threshold}, **MEDIAN)
        assert judge(rule, {VIETTEL: signals}) == [state, NOT_COVERED]


def test_the_margin_lowers_the_wanted_signal_alone() -> None:
    signals = made_signals([{0: -7000, 1: -7400}])
    margin = 8 * NormalDist().inv_cdf(0.9)
    layers = channel_layers(signals, LTE, cell_budgets(8), wanted_margin_db=margin)
    value = int(layers.sinr_cdb[0, 0]) / 100
    # The margin is rounded up to hundredths of a dB, the SINR to the nearest.
    assert judge(definition(quantity="sinr", threshold_db=value - 0.01), {VIETTEL: signals}) == [COVERED]
    assert judge(definition(quantity="sinr", threshold_db=value + 0.02), {VIETTEL: signals}) == [NOT_COVERED]


def test_place_and_load_of_the_definition() -> None:
    way_in = entry(LTE, "indoors")
    need = -100.0 + way_in.loss_db + way_in.sigma_db * NormalDist().inv_cdf(0.9)
    rule = definition(threshold_dbm=-100.0, place="indoors", shadow_sigma_db=0.0)
    above, below = int(np.ceil(100 * need)), int(np.ceil(100 * need)) - 1
    assert judge(rule, {VIETTEL: made_signals([{0: above}, {0: below}])}) == [COVERED, NOT_COVERED]
    pixel = {VIETTEL: made_signals([{0: -7000, 1: -7001}])}  # SINR 3 dB at half load, 0 dB at full load
    for busy, state in (("run", COVERED), ("full", NOT_COVERED), (50.0, COVERED), (100.0, NOT_COVERED), (0.0, COVERED)):
        rule = definition(quantity="sinr", threshold_db=2.0, load=busy, **MEDIAN)
        assert judge(rule, pixel) == [state], busy


def test_all_conditions_must_hold_in_one_channel() -> None:
    rule = definition(threshold_dbm=-100.0, also=[{"quantity": "sinr", "threshold_db": 4.0}], **MEDIAN)
    strong_but_disturbed = made_signals([{0: -8000, 1: -8000}])
    weak_but_clean = made_signals([{2: -10500}])
    assert judge(rule, {VIETTEL: strong_but_disturbed, VNPT: weak_but_clean}) == [NOT_COVERED]
    assert judge(rule, {VIETTEL: strong_but_disturbed, VNPT: made_signals([{2: -9900}])}) == [COVERED]


def test_any_operator_serves() -> None:
    rule = definition(threshold_dbm=-100.0, **MEDIAN)
    assert judge(rule, {VIETTEL: made_signals([{0: -9000}]), VNPT: made_signals([{}])}) == [COVERED]
    assert judge(rule, {VNPT: made_signals([{}])}) == [NOT_COVERED]


def test_doubt_and_no_data() -> None:
    signals = made_signals([{0: -9000}, {0: -11000}, {}, {0: -9000}])
    signals.in_doubt[0, :3] = True
    unknown = np.array([[False, False, False, True]])
    level = definition(threshold_dbm=-100.0, **MEDIAN)
    assert judge(level, {VIETTEL: signals}, unknown=unknown) == [COVERED, NO_DATA, NO_DATA, NO_DATA]
    ratio = definition(quantity="sinr", threshold_db=0.0, **MEDIAN)
    assert judge(ratio, {VIETTEL: signals}, unknown=unknown) == [NO_DATA] * 4
    sure = {VIETTEL: signals, VNPT: made_signals([{1: -9000}] * 4)}
    assert judge(ratio, sure, unknown=unknown) == [COVERED, COVERED, COVERED, NO_DATA]


@settings(deadline=None)
@given(st.integers(-13000, -6000), st.floats(-120, -70), st.floats(0, 30), st.floats(50, 99.9), st.floats(0, 40))
def test_asking_for_more_never_covers_more(rsrp: int, threshold: float, more: float, share: float, step: float) -> None:
    signals = {VIETTEL: made_signals([{0: rsrp}])}
    [easy] = judge(definition(threshold_dbm=threshold, location_percent=share), signals)
    [high] = judge(definition(threshold_dbm=threshold + more, location_percent=share), signals)
    [sure] = judge(definition(threshold_dbm=threshold, location_percent=min(share + step, 99.9)), signals)
    assert high <= easy
    assert sure <= easy


def test_a_condition_of_a_scenario_is_checked_too() -> None:
    with pytest.raises(ValidationError, match="threshold_db"):
        CoverageDefinition(quantity="sinr")
