"""Link budgets: defaults with their sources, overrides in order, and everything that can be wrong with them."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import InputError
from phusong.scenarios.inputs import read_inputs
from phusong.scenarios.link_budget import LinkBudget, LteBudget, NrBudget
from phusong.scenarios.link_resolution import override_problems, resolve_cells, resolve_channel
from phusong.scenarios.load import freeze, load
from phusong.scenarios.registers import Register, read_register
from phusong.scenarios.schema import Band, Scenario
from tests.small_scenario import SCENARIO, write_small_scenario

CHANNEL = ("4G", "Viettel", "L1800")


def check_overrides(place: str, scenario: Scenario, register: Register) -> None:
    """Raise all problems of the overrides, as reading the inputs does."""
    if problems := list(override_problems(place, scenario, register)):
        raise InputError(problems)


def made(folder: Path, more: str = "") -> tuple[Scenario, Register]:
    write_small_scenario(folder, scenario=SCENARIO + more)
    scenario = load(folder)
    return scenario, read_register(folder / "register.csv", bands=scenario.bands, antennas=scenario.antennas)


def problems(folder: Path, more: str) -> list[tuple[str | None, str, str]]:
    with pytest.raises(InputError) as caught:
        check_overrides("scenario.toml", *made(folder, more))
    return [(problem.field, problem.message, problem.remedy) for problem in caught.value.problems]


@pytest.mark.parametrize("budget", [LteBudget, NrBudget])
def test_every_default_has_a_unit_or_is_a_share_and_a_source(budget: type[LinkBudget]) -> None:
    for name, field in budget.model_fields.items():
        assert isinstance(extra := field.json_schema_extra, dict), name
        assert extra["source"], name
        assert field.description, name


def test_defaults_by_technology() -> None:
    lte, nr = LteBudget(), NrBudget()
    assert (lte.subcarrier_spacing_khz, nr.subcarrier_spacing_khz) == (15, 30)
    assert (lte.station_noise_figure_db, nr.station_noise_figure_db) == (5.0, 3.0)
    assert (lte.ue_power_dbm, nr.ue_power_dbm) == (23.0, 23.0)
    assert (nr.downlink_overhead, nr.uplink_overhead) == (0.14, 0.08)
    assert (nr.layers_from_sinr_db, lte.layers_from_sinr_db) == ((10.0, 16.0, 22.0), ())


def test_a_scenario_that_says_nothing_has_both_budgets(tmp_path: Path) -> None:
    scenario, register = made(tmp_path)
    assert scenario.link == {"4G": LteBudget(), "5G": NrBudget()}
    cells = resolve_cells(scenario, register)
    assert cells.rs_power_dbm == pytest.approx([46 - 30.7918 - 0.5] * 2 + [43 - 30.7918 - 0.5], abs=1e-4)
    assert cells.downlink_load.tolist() == cells.uplink_load.tolist() == [0.5, 0.5, 0.5]
    budget = resolve_channel(scenario, CHANNEL)
    assert (budget.resource_blocks, budget.subcarrier_spacing_khz, budget.downlink_load) == (100, 15, 0.5)
    assert (budget.downlink_share, budget.uplink_share) == (1.0, 1.0)


def test_reference_power_of_the_field() -> None:
    """46 dBm over 1,200 resource elements, no feeder: 15.2 dBm each."""
    scenario = load("phu-tho")
    assert 46 - 10 * math.log10(scenario.bands["lte1800"].subcarriers) == pytest.approx(15.2, abs=0.01)


def test_what_nobody_published_is_told(tmp_path: Path) -> None:
    more = "[link.4G]\nuplink_alpha = 0.45\n"
    write_small_scenario(tmp_path, scenario=SCENARIO + more)
    told = [sentence for sentence in read_inputs(load(tmp_path)).assumptions if "Link budget of 4G, by" in sentence]
    [budget] = told
    assert "station_noise_figure_db 5.0" in budget
    assert "uplink_cap_bps_hz 2.0" in budget
    assert "uplink_alpha" not in budget  # given
    assert "ue_power_dbm" not in budget  # published


def test_duplex_goes_by_technology_unless_the_band_says() -> None:
    def band(technology: str, **more: str) -> Band:
        figures = {"frequency_mhz": 2600.0, "bandwidth_mhz": 100.0, "subcarriers": 3276}
        return Band.model_validate({"technology": technology, **figures, **more})

    assert [band("4G").is_tdd, band("5G").is_tdd] == [False, True]
    assert [band("4G", duplex="tdd").is_tdd, band("5G", duplex="fdd").is_tdd] == [True, False]


def test_tdd_shares_the_time() -> None:
    budget = resolve_channel(load("phu-tho"), ("5G", "Viettel", "nr2600"))
    assert budget.downlink_share == 0.74
    assert budget.uplink_share == pytest.approx(0.23)


def test_overrides_apply_in_order_and_the_later_wins(tmp_path: Path) -> None:
    scenario, register = made(
        tmp_path,
        """
[link.4G]
ue_noise_figure_db = 8
[load]
kind = "cell"
[[link_overrides]]
cell = "A-L1800-2"
feeder_loss_db = 1
downlink_load_percent = 80
[[link_overrides]]
technology = "4G"
feeder_loss_db = 3
ue_noise_figure_db = 7
[[link_overrides]]
operator = "VNPT"
band = "L1800"
station_noise_figure_db = 2
uplink_load_percent = 0
ue_noise_figure_db = 6
""",
    )
    check_overrides("scenario.toml", scenario, register)
    cells = resolve_cells(scenario, register)
    assert cells.feeder_loss_db.tolist() == [3.0, 3.0, 3.0]
    assert cells.station_noise_figure_db.tolist() == [5.0, 5.0, 2.0]
    assert cells.downlink_load.tolist() == [0.5, 0.8, 0.5]
    assert cells.uplink_load.tolist() == [0.5, 0.5, 0.0]
    assert cells.rs_power_dbm == pytest.approx([12.2082, 12.2082, 9.2082], abs=1e-4)
    assert resolve_channel(scenario, CHANNEL).ue_noise_figure_db == 7.0
    vnpt = resolve_channel(scenario, ("4G", "VNPT", "L1800"))
    assert (vnpt.ue_noise_figure_db, vnpt.downlink_load, vnpt.uplink_load) == (6.0, 0.5, 0.0)


def test_full_load_is_full(tmp_path: Path) -> None:
    scenario, register = made(tmp_path, '[load]\nkind = "full"\n')
    assert resolve_cells(scenario, register).downlink_load.tolist() == [1.0, 1.0, 1.0]
    assert resolve_cells(scenario, register).uplink_load.tolist() == [0.5, 0.5, 0.5]
    assert resolve_channel(scenario, CHANNEL).downlink_load == 1.0


def test_names_that_only_the_register_knows(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
[[link_overrides]]
operator = "Vietel"
ue_gain_dbi = 1
[[link_overrides]]
cell = "A-L1800-3"
feeder_loss_db = 1
""",
    )
    assert [(field, message) for field, message, _ in found] == [
        ("link_overrides.0.operator", "there is no operator 'Vietel'"),
        ("link_overrides.1.cell", "there is no cell 'A-L1800-3'"),
    ]
    assert "Did you mean 'Viettel'?" in found[0][2]
    assert "Did you mean 'A-L1800-" in found[1][2]


def test_an_override_that_nobody_matches(tmp_path: Path) -> None:
    [(field, message, _)] = problems(
        tmp_path, '[[link_overrides]]\noperator = "VNPT"\ncell = "A-L1800-1"\nfeeder_loss_db = 1\n'
    )
    assert (field, message) == ("link_overrides.0", "no cell of the register matches all its selectors")


def test_the_load_of_a_cell_needs_its_kind(tmp_path: Path) -> None:
    more = '[[link_overrides]]\ncell = "A-L1800-1"\ndownlink_load_percent = 10\n'
    [(field, _, remedy)] = problems(tmp_path, more)
    assert (field, remedy) == ("link_overrides.0.downlink_load_percent", 'Give [load] kind = "cell".')
    check_overrides("scenario.toml", *made(tmp_path, more + '[load]\nkind = "cell"\n'))


def test_overrides_that_together_make_no_budget(tmp_path: Path) -> None:
    more = """
[[link_overrides]]
technology = "4G"
tdd_guard_share = 0.2
[[link_overrides]]
operator = "Viettel"
tdd_downlink_share = 0.9
"""
    [(field, message, _)] = problems(tmp_path, more)
    assert field == "link_overrides"
    assert "4G Viettel L1800" in message
    assert "more than the whole time" in message


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ("[[link_overrides]]\nue_gain_dbi = 1\n", "link_overrides.0", "no selector"),
        ('[[link_overrides]]\nband = "L1800"\n', "link_overrides.0", "nothing is overridden"),
        ('[[link_overrides]]\nband = "L18"\nue_gain_dbi = 1\n', "link_overrides.0.band", "there is no band 'L18'"),
        (
            '[[link_overrides]]\nband = "L1800"\ntechnology = "5G"\nue_gain_dbi = 1\n',
            "link_overrides.0.band",
            "carries",
        ),
        ('[[link_overrides]]\ncell = "x"\nue_gain_dbi = 1\n', "link_overrides.0", "cannot be given for a single cell"),
        ('[[link_overrides]]\nband = "L1800"\nue_gain_dbi = 21\n', "link_overrides.0.ue_gain_dbi", "out of range"),
        ('[[link_overrides]]\nband = "L1800"\nue_gain = 2\n', "link_overrides.0.ue_gain", "not a known key"),
        ("[link.4G]\ntdd_downlink_share = 0.9\ntdd_guard_share = 0.2\n", "link.4G", "more than the whole time"),
        ("[link.5G]\nlayers_from_sinr_db = [10, 10]\n", "link.5G", "does not rise"),
        ("[link.4G]\nuplink_load_percent = 95.1\n", "link.4G.uplink_load_percent", "out of range"),
        ("[link.6G]\nue_gain_dbi = 1\n", "link.6G", "not a known key"),
        ('[load]\nkind = "busy"\n', "load.kind", "not a known kind"),
        ('[load]\nkind = "traffic"\noperator_percent = {Viettel = 60}\n', "load.operator_percent", "come to 60 %"),
    ],
)
def test_what_a_file_may_not_say(tmp_path: Path, more: str, field: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        made(tmp_path, more)
    [problem] = [one for one in caught.value.problems if one.field == field]
    assert words in problem.message
    assert problem.row is not None


OVERRIDES = st.lists(
    st.fixed_dictionaries(
        {"band": st.just("L1800")},
        optional={
            "operator": st.text(min_size=1, max_size=4).filter(lambda text: text.isprintable() and text.isascii()),
            "ue_gain_dbi": st.floats(-20, 20),
            "building_entry": st.sampled_from(["p2109", "fixed"]),
            "layers_from_sinr_db": st.lists(st.floats(-10, 60), max_size=3),
        },
    ).map(lambda values: values | {"ue_power_dbm": 20.0}),
    max_size=3,
)
LOADS = st.sampled_from(
    [{"kind": "full"}, {"kind": "uniform"}, {"kind": "cell"}, {"kind": "traffic", "operator_percent": {"VNPT": 100.0}}]
)
ALSO = st.lists(
    st.sampled_from([{"quantity": "uplink", "threshold_mbps": 1.5}, {"quantity": "sinr", "threshold_db": -3.0}]),
    max_size=2,
)


@settings(deadline=None, max_examples=40)
@given(OVERRIDES, LOADS, ALSO, st.sampled_from(["run", "full", 37.5]))
def test_all_of_it_freezes_and_reads_back(
    overrides: list[dict[str, object]], load: dict[str, object], also: list[dict[str, object]], busy: object
) -> None:
    tables = tomllib.loads(freeze(PHU_THO))
    tables |= {"link_overrides": overrides, "load": load}
    tables["coverage"]["4G"] |= {"also": also, "load": busy, "place": "indoors"}
    scenario = Scenario.model_validate(tables)
    frozen = freeze(scenario)
    assert Scenario.model_validate(tomllib.loads(frozen)) == scenario
    for text in frozen.splitlines():
        assert " = " not in text or "  # given" in text or "  # default: " in text


PHU_THO = load("phu-tho")
