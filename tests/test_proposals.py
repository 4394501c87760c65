"""Proposals end to end on a small network: candidates, gains, confirmation, and what is stored in the run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from phusong.coverage.engine import simulate
from phusong.coverage.proposals.propose import propose
from phusong.errors import InputError
from phusong.scenarios.load import load
from phusong.scenarios.proposal_tables import coverage_with
from phusong.scenarios.questions import ask
from phusong.scenarios.store import Run, open_run
from tests.small_scenario import HEADER, SCENARIO, write_small_scenario

FIVE = """
[antennas.unit]
gain_dbi = 21.5

[bands.N3700]
technology = "5G"
frequency_mhz = 3750
bandwidth_mhz = 100
subcarriers = 3276

[coverage.5G]
threshold_dbm = -80
"""
REGISTER = "\n".join(
    [
        HEADER,
        *(f"A,105.205,21.305,Viettel,4G,L1800,{azimuth},0,4,35,46,panel,on" for azimuth in (0, 120, 240)),
        *(f"A,105.205,21.305,Viettel,5G,N3700,{azimuth},0,4,35,53,unit,on" for azimuth in (0, 120, 240)),
        *(f"B,105.235,21.320,Viettel,4G,L1800,{azimuth},0,4,40,46,panel,on" for azimuth in (30, 150, 270)),
        *(f"C,105.245,21.335,MobiFone,4G,L1800,{azimuth},0,4,30,46,panel,on" for azimuth in (0, 120, 240)),
        "",
    ]
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    text = SCENARIO.replace("threshold_dbm = -110.0", "threshold_dbm = -90.0") + FIVE
    path = write_small_scenario(tmp_path, scenario=text, register=REGISTER)
    return simulate(load(path), tmp_path / "run", workers=2)


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A list of five places, each of which covers something for itself."""
    path = tmp_path / "places.csv"
    lines = [
        "P1,105.205,21.335,15",
        "P2,105.245,21.305,15",
        "P3,105.228,21.330,15",
        "P4,105.250,21.330,15",
        "P5,105.225,21.300,15",
    ]
    path.write_text("\n".join(["site,longitude,latitude,antenna_height_m", *lines, ""]), encoding="utf-8")
    return path


def gain_percent(before: Run, after: Run) -> float:
    """Return by how much more of the area 5G covers in another run [% of it]."""
    rows = [run.zones().query("technology == '5G' and layer == 'area'").iloc[0] for run in (before, after)]
    return float(rows[1]["covered_percent"] - rows[0]["covered_percent"])


def test_masts_without_5g_are_proposed_and_the_gain_is_confirmed(run: Run) -> None:
    sites, certificate = propose(run, technology="5G", sites=2)
    assert set(sites["site"]) == {"B", "C"}
    assert (sites["kind"] == "mast to upgrade").all()
    assert (sites["band"] == "N3700").all()
    assert sites.loc[sites["site"] == "B", "azimuths_deg"].item() == "30 150 270"
    assert (np.diff(sites["gain_km2"]) <= 0).all()
    assert certificate["claimed_gain_km2"] == pytest.approx(sites["gain_km2"].sum(), rel=1e-9)
    assert certificate["confirmed_gain_km2"] == pytest.approx(certificate["claimed_gain_km2"], abs=1e-9)
    assert certificate["claimed_gain_km2"] > 0.0
    assert certificate["status"] == "optimal"
    assert certificate["verified"]["holds"]
    assert sites["reason_vi"].str.contains("km²").all()


def test_a_full_run_with_the_proposed_cells_covers_what_was_promised(run: Run, tmp_path: Path) -> None:
    sites, certificate = propose(run, technology="5G", sites=1)
    columns = HEADER.split(",")
    register = pd.concat([run.cells()[columns], run.table("proposed_cells")[columns]])
    register.to_csv(tmp_path / "register.csv", index=False)
    again = simulate(load(tmp_path / "scenario.toml"), tmp_path / "again")
    promised = certificate["after_percent"] - certificate["before_percent"]
    assert gain_percent(run, again) == pytest.approx(promised, abs=2e-5)  # tables keep six decimals
    assert sites["covered_percent_after"].iloc[-1] == pytest.approx(certificate["after_percent"])


def test_new_4g_sites_stand_on_hilltops_and_the_search_grid(run: Run) -> None:
    sites, certificate = propose(run, technology="4G", sites=3)
    assert set(sites["kind"]) <= {"hilltop", "search grid"}
    assert certificate["confirmed_gain_km2"] == pytest.approx(certificate["claimed_gain_km2"], abs=1e-9)
    assert certificate["before_percent"] < certificate["after_percent"] <= certificate["reachable_percent"]
    curve = run.table("proposal_curve")
    assert curve["sites"].tolist() == list(range(len(sites) + 1))
    assert (curve["covered_percent"] <= curve["bound_percent"] + 1e-9).all()
    pareto = run.table("proposal_pareto")
    assert (pareto["covered_percent"] <= pareto["bound_percent"] + 1e-9).all()
    assert (np.diff(pareto["covered_percent"]) >= 0).all()


@pytest.mark.parametrize("minimize", ["cost", "sites"])
def test_a_target_is_reached_at_the_least(run: Run, minimize: Literal["cost", "sites"]) -> None:
    question = ask("4G", targets=["area >= 97% of reachable"]).model_copy(update={"minimize": minimize})
    sites, certificate = propose(run, question)
    (target,) = certificate["targets"]
    assert target["met"]
    assert certificate["unit"] == minimize
    assert certificate["value"] == pytest.approx(len(sites) if minimize == "sites" else sites["cost"].sum())
    assert certificate["bound"] is not None
    assert certificate["bound"] <= certificate["value"]  # type: ignore[operator]
    before_last = [certificate["before_percent"], *sites["covered_percent_after"]][-2]
    assert before_last < 0.97 * certificate["reachable_percent"] <= certificate["after_percent"] + 1e-9


def test_what_no_candidate_reaches_is_told_and_the_rest_is_reached(run: Run) -> None:
    sites, certificate = propose(run, technology="5G", targets=["area >= 100%"])
    (target,) = certificate["targets"]
    assert not target["met"]
    assert target["after_percent"] == pytest.approx(target["reachable_percent"])
    assert len(sites) == 2
    missing = run.table("proposal_unreachable")
    whole = missing[(missing["layer"].fillna("") == "") & (missing["measure"] == "area")]
    assert whole["asked_percent"].item() == 100.0
    assert whole["reachable_percent"].item() == pytest.approx(target["reachable_percent"], abs=1e-5)


def test_people_are_counted_where_population_is_asked_for(run: Run) -> None:
    sites, certificate = propose(run, technology="5G", sites=1, maximize="people")
    assert certificate["unit"] == "people"
    assert certificate["value"] == pytest.approx(sites["gain_people"].sum(), rel=1e-5)


def test_answers_to_different_questions_stand_side_by_side(run: Run) -> None:
    propose(run, technology="5G", sites=1)
    propose(run, technology="5G", targets=["communes[Phường]: area >= 50%"])
    propose(run, technology="5G", sites=1, effort="fast")
    opened = open_run(run.folder)
    answers = opened.json("proposals")["answers"]
    assert [one["name"] for one in answers] == ["5g-communes-phuong-area-50", "5g-most-area-1-sites"]
    assert [one["status"] for one in answers] == ["optimal", "no certificate"]
    assert len(opened.proposals()) == sum(one["sites"] for one in answers)


def test_phases_are_nested_and_lead_to_the_best_end(run: Run, places: Path) -> None:
    sites, certificate = propose(run, technology="5G", phases=["2026=1", "2027=2"], candidates=places)
    assert sites["phase"].tolist() == ["2026", "2027", "2027"]
    assert [phase["sites"] for phase in certificate["phases"]] == [1, 3]
    assert certificate["phases"][-1]["covered_percent"] == pytest.approx(certificate["after_percent"])
    _, alone = propose(run, technology="5G", sites=3, candidates=places)
    assert certificate["value"] == alone["value"]


def test_expected_coverage_counts_shares_of_places(run: Run) -> None:
    sites, certificate = propose(run, technology="5G", sites=2, probability=True)
    assert len(sites) == 2
    assert certificate["gap_percent"] is not None
    assert certificate["gap_percent"] <= 0.5
    assert certificate["verified"]["holds"]
    assert any("independent" in note for note in certificate["assumptions"])
    expected = run.zones().query("technology == '5G' and layer == 'area'")["expected_percent"].item()
    assert certificate["before_percent"] == pytest.approx(expected, abs=5.0)  # probabilities stand in steps


def test_antennas_are_turned_only_where_that_serves_more(run: Run, places: Path) -> None:
    _, plain = propose(run, technology="5G", sites=2, candidates=places)
    sites, turned = propose(run, technology="5G", sites=2, candidates=places, orientation=True)
    assert turned["claimed_gain_km2"] == plain["claimed_gain_km2"]
    assert turned["cells_turned"] > 0
    assert turned["confirmed_sinr_gain_km2"] >= plain["confirmed_sinr_gain_km2"]
    cells = run.table("proposed_cells").query("question == @turned['name']")
    assert sites["azimuths_deg"].str.split().explode().astype(float).tolist() == cells["azimuth_deg"].tolist()
    covered = coverage_with(open_run(run.folder), turned["name"])
    assert covered is not None
    gained = ((covered == 1) & (run.layer("covered", "5G") == 0)) * run.grid.pixel_area_km2()
    assert float(gained.sum()) == pytest.approx(turned["confirmed_gain_km2"], rel=1e-4)


def test_a_list_of_candidates_is_the_only_choice_and_is_checked_whole(run: Run, tmp_path: Path) -> None:
    listed = tmp_path / "candidates.csv"
    listed.write_text(
        "site,longitude,latitude,antenna_height_m\nH1,105.24,21.31,30\nH2,105.21,21.33,45\n", encoding="utf-8"
    )
    sites, certificate = propose(run, technology="5G", sites=5, candidates=listed)
    assert set(sites["site"]) <= {"H1", "H2"}
    assert certificate["candidates"] == 2
    listed.write_text("site,longitude,latitude\nH1,105.24,far\nH1,105.2,21.33\nH3,105.9,21.3\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        propose(run, technology="5G", sites=5, candidates=listed)
    assert {(problem.row, problem.field) for problem in caught.value.problems} == {(2, "latitude"), (3, "site")}


def test_rules_hold(run: Run, places: Path) -> None:
    free, _ = propose(run, technology="5G", sites=2, candidates=places)
    best = free["site"].tolist()
    spread, _ = propose(run, technology="5G", sites=2, spacing_km=2.5, forbid=[best[0]], candidates=places)
    assert best[0] not in set(spread["site"])
    where_m = np.array(run.grid.project(spread["longitude"].to_numpy(), spread["latitude"].to_numpy()))
    assert len(spread) == 2
    assert np.hypot(*np.diff(where_m, axis=1))[0] >= 2500.0
    forced, _ = propose(run, technology="5G", sites=1, force=[best[1]], candidates=places)
    assert forced["site"].tolist() == [best[1]]
    with pytest.raises(InputError, match="there is no candidate 'NOWHERE'"):
        propose(run, technology="5G", sites=1, force=["NOWHERE"], candidates=places)


def test_an_unknown_type_of_zone_is_refused(run: Run) -> None:
    with pytest.raises(InputError, match="no zone of type 'Thị trấn'"):
        propose(run, technology="5G", targets=["communes[Thị trấn]: area >= 90%"])


def test_stopping_keeps_the_best(run: Run, places: Path) -> None:
    sites, certificate = propose(run, technology="5G", sites=3, candidates=places, should_stop=lambda: True)
    assert len(sites) == 3
    assert certificate["status"] == "no certificate"


def test_the_same_question_gets_the_same_answer(run: Run) -> None:
    first, _ = propose(run, technology="4G", sites=3, workers=1)
    second, _ = propose(run, technology="4G", sites=3, workers=2)
    pd.testing.assert_frame_equal(first, second)
