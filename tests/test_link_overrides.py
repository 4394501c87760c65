"""Link budgets and loads of a scenario: defaults with their sources, overrides, what is wrong, and what is said."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from phusong.errors import InputError, Problem
from phusong.scenarios.freeze import freeze
from phusong.scenarios.inputs import Inputs, read_inputs
from phusong.scenarios.link_budget import CELL_FIELDS, LinkBudget, LteBudget, NrBudget
from phusong.scenarios.link_resolution import LOADS, ChannelBudget, resolve_cells, resolve_channel
from phusong.scenarios.load import load
from phusong.scenarios.schema import Scenario
from tests.sample_network import register_text, row
from tests.small_scenario import REGISTER, SCENARIO, write_small_scenario

NR = """\
[bands.N3700]
technology = "5G"
frequency_mhz = 3750.0
bandwidth_mhz = 100.0
subcarriers = 3276

[coverage.5G]
threshold_dbm = -100.0
"""
CELLS = register_text(
    [
        row("A", "Viettel", "4G", "L1800", 0, power=46, cell="A-1"),
        row("A", "Viettel", "4G", "L1800", 120, power=43, cell="A-2"),
        row("B", "VNPT", "4G", "L1800", 0, power=46, cell="B-1"),
        row("B", "VNPT", "5G", "N3700", 0, power=53, cell="B-5"),
    ]
)


def override(**figures: object) -> str:
    lines = [f"{name} = {value!r}".replace("'", '"') for name, value in figures.items()]
    return "\n".join(["", "[[link_overrides]]", *lines, ""])


def scenario_of(folder: Path, *tables: str, kind: str = "") -> Scenario:
    text = SCENARIO + NR + (f'[load]\nkind = "{kind}"\n' if kind else "") + "".join(tables)
    return load(write_small_scenario(folder, scenario=text, register=CELLS))


def inputs_of(folder: Path, *tables: str, kind: str = "") -> Inputs:
    return read_inputs(scenario_of(folder, *tables, kind=kind))


def problems_of(folder: Path, *tables: str, kind: str = "") -> list[Problem]:
    with pytest.raises(InputError) as caught:
        inputs_of(folder, *tables, kind=kind)
    return list(caught.value.problems)


def test_defaults_stand_in_the_frozen_scenario_with_their_sources(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path, "[link.5G]\nue_power_dbm = 26.0\n")
    text = freeze(scenario)
    assert "ue_power_dbm = 23.0  # default: power class 3, 23 dBm [LB1][LB2]" in text
    assert "ue_power_dbm = 26.0  # given" in text
    for name in LinkBudget.model_fields:
        assert text.count(f"\n{name} = ") == 2, name
    for header in ("[link.4G]", "[link.5G]", "[load]"):
        assert f"\n{header}\n" in text
    (tmp_path / "frozen.toml").write_text(text, encoding="utf-8")
    assert load(tmp_path / "frozen.toml") == scenario


def test_overrides_freeze_and_load_back(tmp_path: Path) -> None:
    tables = override(band="L1800", feeder_loss_db=2.5) + override(cell="A-1", downlink_load_percent=80.0)
    scenario = scenario_of(tmp_path, tables, override(technology="5G", layers_from_sinr_db=[12.0, 20.0]), kind="cell")
    (tmp_path / "frozen.toml").write_text(freeze(scenario), encoding="utf-8")
    assert load(tmp_path / "frozen.toml") == scenario
    assert [one.values for one in scenario.link_overrides] == [
        {"feeder_loss_db": 2.5}, {"downlink_load_percent": 80.0}, {"layers_from_sinr_db": (12.0, 20.0)},
    ]  # fmt: skip


def test_power_of_a_resource_element(tmp_path: Path) -> None:
    """46 dBm over 1200 elements is 15.2 dBm, 53 dBm over 3276 is 17.8 dBm, less the feeder."""
    tables = override(band="L1800", feeder_loss_db=0.0) + override(band="N3700", feeder_loss_db=0.0)
    inputs = inputs_of(tmp_path, tables)
    power_dbm = resolve_cells(inputs.scenario, inputs.register).rs_power_dbm
    np.testing.assert_allclose(power_dbm, [15.2, 12.2, 15.2, 17.8], atol=0.05)
    assert power_dbm[0] == pytest.approx(46.0 - 10.0 * math.log10(1200.0), abs=1e-12)


def test_feeder_and_boost(tmp_path: Path) -> None:
    plain = inputs_of(tmp_path)
    changed = inputs_of(
        tmp_path, override(operator="VNPT", feeder_loss_db=3.0) + override(cell="A-2", reference_signal_boost_db=3.0)
    )
    before, after = (resolve_cells(one.scenario, one.register) for one in (plain, changed))
    np.testing.assert_allclose(after.rs_power_dbm - before.rs_power_dbm, [0.0, 3.0, -2.5, -2.5], atol=1e-12)
    assert after.feeder_loss_db.tolist() == [0.5, 0.5, 3.0, 3.0]
    assert after.reference_signal_boost_db.tolist() == [0.0, 3.0, 0.0, 0.0]


def test_overrides_apply_in_the_order_of_the_file(tmp_path: Path) -> None:
    tables = [
        override(technology="4G", station_noise_figure_db=4.0, ue_noise_figure_db=8.0),
        override(operator="VNPT", station_noise_figure_db=6.0, ue_noise_figure_db=7.0),
        override(cell="B-1", station_noise_figure_db=2.0),
        override(operator="VNPT", technology="5G", station_noise_figure_db=2.5),
    ]
    scenario = scenario_of(tmp_path, *tables)
    register = read_inputs(scenario).register
    assert resolve_cells(scenario, register).station_noise_figure_db.tolist() == [4.0, 4.0, 2.0, 2.5]
    turned = scenario_of(tmp_path, tables[2], *tables[:2])
    assert resolve_cells(turned, register).station_noise_figure_db.tolist() == [4.0, 4.0, 6.0, 6.0]
    figures = {
        channel: resolve_channel(scenario, channel).ue_noise_figure_db
        for channel in (("4G", "Viettel", "L1800"), ("4G", "VNPT", "L1800"), ("5G", "VNPT", "N3700"))
    }
    assert list(figures.values()) == [8.0, 7.0, 7.0]


def test_what_a_channel_resolves_to(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path)
    lte, nr = (resolve_channel(scenario, one) for one in (("4G", "Viettel", "L1800"), ("5G", "VNPT", "N3700")))
    assert (lte.resource_blocks, lte.downlink_share, lte.uplink_share) == (100, 1.0, 1.0)
    assert (nr.resource_blocks, nr.downlink_share) == (273, 0.74)
    assert nr.uplink_share == pytest.approx(0.23)
    assert (lte.downlink_load, lte.uplink_load) == (0.5, 0.5)
    for budget, table in ((lte, LteBudget()), (nr, NrBudget())):
        for name in ChannelBudget._fields:
            if name in type(table).model_fields:
                assert getattr(budget, name) == getattr(table, name)


@pytest.mark.parametrize(
    ("kind", "expected"), [("", [0.5, 0.5, 0.5, 0.2]), ("full", [1.0] * 4), ("cell", [0.9, 0.5, 0.5, 0.2])]
)
def test_loads_by_kind(tmp_path: Path, kind: str, expected: list[float]) -> None:
    tables = override(technology="5G", downlink_load_percent=20.0, uplink_load_percent=30.0)
    tables += override(cell="A-1", downlink_load_percent=90.0) if kind == "cell" else ""
    inputs = inputs_of(tmp_path, tables, kind=kind)
    budgets = resolve_cells(inputs.scenario, inputs.register)
    np.testing.assert_allclose(budgets.downlink_load, expected)
    np.testing.assert_allclose(budgets.uplink_load, [0.5, 0.5, 0.5, 0.3])
    of_channel = resolve_channel(inputs.scenario, ("5G", "VNPT", "N3700")).downlink_load
    assert of_channel == (1.0 if kind == "full" else 0.2)


@pytest.mark.parametrize(
    ("table", "field", "message", "remedy"),
    [
        (override(cell="A-9", feeder_loss_db=1.0), "cell", "there is no cell 'A-9'", "A-1"),
        (override(operator="Vietel", feeder_loss_db=1.0), "operator", "there is no operator 'Vietel'", "Viettel"),
        (
            override(operator="Viettel", technology="5G", feeder_loss_db=1.0), None,
            "no cell of the register matches all its selectors", "Take a selector out",
        ),
        (
            override(cell="A-1", downlink_load_percent=80.0), "downlink_load_percent",
            "the load of a single cell does not count with [load] kind = 'uniform'", 'kind = "cell"',
        ),
    ],
)  # fmt: skip
def test_what_only_the_register_knows(tmp_path: Path, table: str, field: str | None, message: str, remedy: str) -> None:
    (problem,) = problems_of(tmp_path, table)
    assert problem.field == ".".join(filter(None, ["link_overrides.0", field]))
    assert problem.message == message
    assert remedy in problem.remedy
    assert problem.file == "scenario small"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (override(cell="A-1", ue_power_dbm=26.0), "ue_power_dbm cannot be given for a single cell"),
        (override(feeder_loss_db=1.0), "no selector is given"),
        (override(band="L1800"), "nothing is overridden"),
        (override(band="L2600", feeder_loss_db=1.0), "there is no band 'L2600'"),
        (override(band="L1800", technology="5G", feeder_loss_db=1.0), "the band 'L1800' carries 4G, not 5G"),
        (override(band="L1800", feeder_loss_db=21.0), "21.0 is out of range"),
        (override(band="L1800", feeder=1.0), "'feeder' is not a known key"),
        ("[link.4G]\ntdd_downlink_share = 0.99\n", "are more than the whole time"),
        ("[link.5G]\nlayers_from_sinr_db = [10.0, 10.0]\n", "layers_from_sinr_db does not rise"),
        ("[link.6G]\n", "'6G' is not a known key"),
    ],
)
def test_what_the_file_itself_gets_wrong(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        scenario_of(tmp_path, table)
    found = [problem for problem in caught.value.problems if message in problem.message]
    assert found, caught.value
    assert found[0].row is not None
    assert found[0].remedy


def test_of_many_cells_the_nearest_are_named(tmp_path: Path) -> None:
    rows = [row("A", "Viettel", "4G", "L1800", number, cell=f"A-{number:03d}") for number in range(60)]
    text = SCENARIO + override(cell="A-0345", feeder_loss_db=1.0) + override(cell="zzz", feeder_loss_db=1.0)
    write_small_scenario(tmp_path, scenario=text, register=register_text(rows))
    with pytest.raises(InputError) as caught:
        read_inputs(load(tmp_path))
    near, far = caught.value.problems
    assert near.remedy.startswith("Nearest: A-0")
    assert far.remedy == "Name one of the 60 cells of the register."


def test_overrides_that_only_together_are_wrong(tmp_path: Path) -> None:
    tables = override(technology="5G", tdd_downlink_share=0.85) + override(operator="VNPT", tdd_guard_share=0.2)
    (problem, *others) = problems_of(tmp_path, tables)
    assert "together they make no link budget of 5G VNPT N3700" in problem.message
    assert all("together they make no link budget" in other.message for other in others)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "loads from traffic need to know where people are, and there is no [population]"),
        ("[load.operator_percent]\nViettel = 60.0\nVNPT = 30.0\n", "come to 90 %"),
        ("least_load_percent = 30.0\ngreatest_load_percent = 20.0\n", "is above greatest_load_percent"),
    ],
)  # fmt: skip
def test_loads_that_cannot_be(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        scenario_of(tmp_path, table, kind="traffic")
    assert any(message in one.message and str(one.field).startswith("load") for one in caught.value.problems)


def test_a_default_is_never_silent(tmp_path: Path) -> None:
    said = "\n".join(inputs_of(tmp_path).assumptions)
    count = len(LinkBudget.model_fields) - len(LOADS)
    for technology in ("4G", "5G"):
        assert f"Link budget of {technology}: {count} of {count} figures are defaults" in said
    assert "Downlink load: 4G 50 % (default), 5G 50 % (default); every cell alike." in said
    assert "Uplink load, from which the station's noise rises: 4G 50 % (default), 5G 50 % (default)." in said
    assert "feeder_loss_db of bands is a default: 0.5 dB for L1800, N3700." in said
    assert "duplex of bands is a default: fdd for L1800; tdd for N3700." in said


def test_what_is_given_is_said_to_be(tmp_path: Path) -> None:
    tables = "[link.4G]\nue_power_dbm = 20.0\ndownlink_load_percent = 70.0\n" + override(cell="A-1", feeder_loss_db=1.0)
    said = "\n".join(inputs_of(tmp_path, tables, kind="cell").assumptions)
    assert "figures are defaults, each with its source in the run's scenario.toml; given: ue_power_dbm." in said
    assert "Downlink load: 4G 70 %, 5G 50 % (default); but for the cells that link_overrides name." in said
    assert "1 link override in place of these" in said
    full = "\n".join(inputs_of(tmp_path, kind="full").assumptions)
    assert "Downlink load: every cell sends all the time, the worst case." in full
    only_4g = write_small_scenario(tmp_path, scenario=SCENARIO, register=REGISTER)
    assert "Link budget of 5G" not in "\n".join(read_inputs(load(only_4g)).assumptions)


def test_the_station_side_is_what_a_cell_may_have() -> None:
    """Whatever may stand for a cell is a figure of the cells, and nothing else is."""
    assert set(CELL_FIELDS) == {
        "feeder_loss_db", "reference_signal_boost_db", "station_noise_figure_db", "downlink_load_percent",
        "uplink_load_percent",
    }  # fmt: skip
