"""One run under many definitions: its own gives its own layer, and what a run cannot answer is refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from phusong.coverage.audit import Audit
from phusong.coverage.engine import simulate
from phusong.coverage.statistics import COVERED, NO_DATA
from phusong.coverage.what_if import LiveRun
from phusong.errors import InputError
from phusong.scenarios.coverage_definition import CoverageDefinition, Definition
from phusong.scenarios.definition_files import list_definitions, load_definition
from phusong.scenarios.edits import Edit
from phusong.scenarios.load import load
from phusong.scenarios.store import Run
from phusong.scenarios.tables import read_table, table_text
from tests.sample_network import TEXT, differing_parts, write_network
from tests.small_scenario import SCENARIO, write_small_scenario

RATES: dict[str, Any] = {"quantity": "downlink", "threshold_mbps": 8.0}
BLACK = {"quantity": "sinr", "threshold_db": 5.0}


def definition(**figures: Any) -> Definition:
    given = {"name": "asked", "title": "Thử", "technologies": ["4G", "5G"], "source": "a test", **figures}
    return Definition.model_validate(given)


@pytest.fixture(scope="module")
def audit(network_run: Run) -> Audit:
    return Audit(network_run)


@pytest.fixture(scope="module")
def in_cars(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of 4G alone whose every pixel is in a car."""
    folder = tmp_path_factory.mktemp("cars")
    added = '[propagation]\nradius_km = 2.0\n\n[[propagation.added_losses]]\nname = "tr38901_car"\n'
    return simulate(load(write_small_scenario(folder, scenario=SCENARIO + added)), folder / "run", workers=1)


@pytest.fixture(scope="module")
def on_land_cover(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("land")
    text = SCENARIO.replace("threshold_dbm = -110.0", "threshold_dbm = -85.0")
    text += '[propagation]\nradius_km = 3.0\n\n[land_cover]\nkind = "made"\n'
    return simulate(load(write_small_scenario(folder, scenario=text)), folder / "run", workers=1)


def own_definition(run: Run, technology: str, folder: Path) -> Definition:
    """Return a run's own definition, written to a file and read back."""
    own = run.scenario.coverage[technology]  # type: ignore[index]
    lines = [
        f'name = "own"\ntitle = "Của chính nó"\ntechnologies = ["{technology}"]\nsource = "the run itself"',
        f"threshold_dbm = {own.threshold_dbm}\nlocation_percent = {own.location_percent}",
    ]
    if not own.sigma_by_land_cover:
        lines.append(f"shadow_sigma_db = {own.shadow_sigma_db}")
    folder.mkdir(exist_ok=True)
    (folder / "own.toml").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return load_definition(folder / "own.toml")


def covered(audit: Audit, technology: str = "4G", **figures: Any) -> npt.NDArray[np.bool_]:
    verdicts = audit.verdicts(CoverageDefinition(**figures), technology)
    assert (verdicts.covered == NO_DATA).any()
    return np.asarray(verdicts.covered == COVERED)


def assert_own_is_own(run: Run, technology: str, folder: Path) -> None:
    audit, own = Audit(run), own_definition(run, technology, folder)
    verdicts = audit.verdicts(own, technology)
    assert verdicts.probability is not None
    np.testing.assert_array_equal(verdicts.covered, run.layer("covered", technology))
    stored = run.layer("probability", technology)
    unknown = np.isnan(stored)
    np.testing.assert_array_equal(unknown, verdicts.probability == 65535)
    np.testing.assert_array_equal(np.rint(100.0 * stored[~unknown]), verdicts.probability[~unknown])
    table, refused = audit.ask([own])
    assert not refused
    assert (table["definition"] == "own").all()
    zones = run.zones()
    zones = zones[zones["technology"] == technology].reset_index(drop=True)
    (folder / "zones.csv").write_text(table_text(table.drop(columns=["definition", "title"])), encoding="utf-8")
    pd.testing.assert_frame_equal(
        read_table(folder / "zones.csv"), zones.drop(columns=["downlink_mbps", "uplink_mbps"]), check_exact=True
    )


@pytest.mark.parametrize("technology", ["4G", "5G"])
def test_the_runs_own_definition_gives_the_runs_own_layer(network_run: Run, technology: str, tmp_path: Path) -> None:
    assert_own_is_own(network_run, technology, tmp_path)


def test_so_it_does_where_shadowing_follows_land_cover(on_land_cover: Run, tmp_path: Path) -> None:
    assert_own_is_own(on_land_cover, "4G", tmp_path)
    free, fixed = (
        Audit(on_land_cover).verdicts(rule, "4G").probability
        for rule in (
            CoverageDefinition(threshold_dbm=-85.0),
            CoverageDefinition(threshold_dbm=-85.0, shadow_sigma_db=8.0),
        )
    )
    assert free is not None
    assert (free != fixed).any()


def test_every_shipped_definition_is_answered_or_refused(audit: Audit, network_run: Run) -> None:
    shipped = [load_definition(name) for name in list_definitions()]
    table, refused = audit.ask(shipped)
    assert {one.name for one in refused} == {"ofcom-4g", "ofcom-5g-high", "ofcom-5g-very-high"}
    assert all(one.reason.endswith("needs a run at 50 m or finer; this one is at 100 m.") for one in refused)
    assert set(table["definition"]) == {one.name for one in shipped} - {one.name for one in refused}
    assert list(table.columns[:2]) == ["definition", "title"]
    rows = network_run.zones().groupby("technology").size()
    for one in shipped:
        of = table[table["definition"] == one.name]
        assert (of["title"] == one.title).all()
        is_refused = one.name in {refusal.name for refusal in refused}
        assert len(of) == (0 if is_refused else sum(rows[technology] for technology in one.technologies))
    assert table["covered_percent"].between(0.0, 100.0).all()


def test_what_a_run_cannot_answer(audit: Audit, in_cars: Run) -> None:
    def reason(asked: Audit, **figures: Any) -> str | None:
        refusal = asked.refusal(definition(threshold_dbm=-100.0, **figures))
        return None if refusal is None else refusal.reason

    assert reason(audit) is None
    assert reason(audit, receiver_height_m=1.5, greatest_resolution_m=100.0) is None
    assert reason(audit, receiver_height_m=10.0) == "'asked' needs a run at 10 m above ground; this one is at 1.5 m."
    assert reason(audit, greatest_resolution_m=99.0) == "'asked' needs a run at 99 m or finer; this one is at 100 m."
    cars = Audit(in_cars)
    assert reason(cars) == "'asked' needs a run outdoors; the added losses of this one take the receiver in a car."
    table, refused = cars.ask([definition(threshold_dbm=-100.0)])
    assert table.empty
    assert [one.name for one in refused] == ["asked"]


def test_a_technology_that_the_run_has_not(on_land_cover: Run) -> None:
    audit = Audit(on_land_cover)
    refusal = audit.refusal(definition(threshold_dbm=-100.0, technologies=["5G"]))
    assert refusal is not None
    assert refusal.reason == "'asked' is for 5G, which the run has not."
    table, refused = audit.ask([definition(threshold_dbm=-100.0)])
    assert not refused
    assert set(table["technology"]) == {"4G"}


def test_one_operator_alone(audit: Audit, network_run: Run) -> None:
    cells = network_run.cells()
    both = covered(audit, **RATES)
    each = {name: covered(Audit(network_run, operator=name), **RATES) for name in ("Viettel", "VNPT")}
    assert (each["Viettel"] | each["VNPT"] == both).all()
    assert all((0 < one.sum() < both.sum()) for one in each.values())
    server = network_run.layer("server", "4G")
    by_rsrp = covered(Audit(network_run, operator="VNPT"), threshold_dbm=-84.0)
    strongest = (server >= 0) & (cells["operator"].to_numpy()[np.maximum(server, 0)] == "VNPT")
    assert (by_rsrp >= (covered(audit, threshold_dbm=-84.0) & strongest)).all()
    with pytest.raises(InputError, match="there is no operator 'Vietel'") as caught:
        Audit(network_run, operator="Vietel")
    assert "VNPT, Viettel" in caught.value.problems[0].remedy


@pytest.mark.parametrize("figures", [RATES, BLACK, {"quantity": "rsrp", "threshold_dbm": -100.0}], ids=str)
def test_inside_is_never_easier(audit: Audit, figures: dict[str, Any]) -> None:
    outdoors, in_a_car, indoors = (
        covered(audit, **figures, place=place) for place in ("outdoors", "in a car", "indoors")
    )
    assert (indoors <= in_a_car).all()
    assert (in_a_car <= outdoors).all()
    assert indoors.sum() < in_a_car.sum() < outdoors.sum()


@pytest.mark.parametrize("figures", [RATES, BLACK, {"quantity": "rsrq", "threshold_db": -13.0}], ids=str)
def test_more_load_is_never_easier(audit: Audit, figures: dict[str, Any]) -> None:
    full, half, empty = (covered(audit, **figures, load=load) for load in ("full", 50.0, 0.0))
    assert (full <= half).all()
    assert (half <= empty).all()
    assert full.sum() < half.sum() < empty.sum()


@pytest.mark.parametrize(
    ("quantity", "key", "values"),
    [
        ("rsrp", "threshold_dbm", (-110.0, -90.0, -75.0)), ("sinr", "threshold_db", (-5.0, 0.0, 10.0)),
        ("downlink", "threshold_mbps", (1.0, 8.0, 40.0)), ("uplink", "threshold_mbps", (1.0, 8.0, 30.0)),
        ("rsrq", "threshold_db", (-18.0, -14.0, -11.0)),
    ],
)  # fmt: skip
def test_more_asked_is_never_easier(audit: Audit, quantity: str, key: str, values: tuple[float, ...]) -> None:
    asked: list[dict[str, Any]] = [{"quantity": quantity, key: value} for value in values]
    shares = [covered(audit, **figures) for figures in asked]
    assert (shares[1] <= shares[0]).all()
    assert (shares[2] <= shares[1]).all()
    assert shares[2].sum() < shares[0].sum()
    some, most = (covered(audit, **asked[1], location_percent=p) for p in (50.0, 95.0))
    assert (most <= some).all()
    assert most.sum() < some.sum()


def test_further_conditions_only_take_away(audit: Audit) -> None:
    alone = covered(audit, **RATES)
    both = covered(audit, **RATES, also=[{"quantity": "uplink", "threshold_mbps": 12.0}])
    assert (both <= alone).all()
    assert both.sum() < alone.sum()


def test_a_run_whose_own_definition_is_of_rsrq(tmp_path: Path) -> None:
    """RSRQ needs the sums of power: from the engine, from the stored signals and after a change it is the same."""
    text = TEXT.replace("threshold_dbm = -84.0", 'quantity = "rsrq"\nthreshold_db = -14.0')
    scenario = load(write_network(tmp_path / "inputs", text=text))
    run = simulate(scenario, tmp_path / "run", workers=1, tile_pixels=24)
    verdicts = Audit(run).verdicts(scenario.coverage["4G"], "4G")
    np.testing.assert_array_equal(verdicts.covered, run.layer("covered", "4G"))
    live = LiveRun(run)
    saved = live.change([Edit("D", "power_dbm", 38.0)]).save(tmp_path / "saved")
    live.close()
    again = simulate(saved.scenario, tmp_path / "again", workers=1, tile_pixels=24)
    assert differing_parts(saved, again, "layers", "tables", "zones") == ["tables/register.csv"]
    assert (saved.layer("covered", "4G") != run.layer("covered", "4G")).any()
