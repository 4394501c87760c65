"""Proposals end to end on a small network: candidates, gains, confirmation, and what is stored in the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from phusong.coverage.engine import simulate
from phusong.coverage.proposals.propose import propose
from phusong.errors import InputError
from phusong.scenarios.load import load
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


def test_masts_without_5g_are_proposed_and_the_gain_is_confirmed(run: Run) -> None:
    sites, certificate = propose(run, technology="5G", sites=2)
    assert set(sites["site"]) <= {"B", "C"}
    assert len(sites) == 2
    assert (sites["kind"] == "mast to upgrade").all()
    assert (sites["band"] == "N3700").all()
    assert sites.loc[sites["site"] == "B", "azimuths_deg"].item() == "30 150 270"
    assert (np.diff(sites["gain_km2"]) <= 0).all()
    assert certificate["claimed_gain_km2"] == pytest.approx(sites["gain_km2"].sum(), rel=1e-9)
    assert certificate["confirmed_gain_km2"] == pytest.approx(certificate["claimed_gain_km2"], abs=1e-9)
    assert certificate["claimed_gain_km2"] > 0.0
    assert certificate["value"] <= certificate["upper_bound"]


def test_a_full_run_with_the_proposed_cells_covers_what_was_promised(run: Run, tmp_path: Path) -> None:
    _, certificate = propose(run, technology="5G", sites=1)
    columns = HEADER.split(",")
    register = pd.concat([run.cells()[columns], run.table("proposed_cells")[columns]])
    register.to_csv(tmp_path / "register.csv", index=False)
    again = simulate(load(tmp_path / "scenario.toml"), tmp_path / "again")
    before, after = (
        float(one.zones().query("technology == '5G' and layer == 'area'")["covered_km2"].sum()) for one in (run, again)
    )
    assert after - before == pytest.approx(certificate["confirmed_gain_km2"], abs=2e-5)  # tables keep six decimals


def test_new_4g_sites_stand_on_the_search_grid(run: Run) -> None:
    sites, certificate = propose(run, technology="4G", sites=3)
    assert set(sites["kind"]) <= {"hilltop", "search grid"}
    assert certificate["confirmed_gain_km2"] == pytest.approx(certificate["claimed_gain_km2"], abs=1e-9)
    assert certificate["before_percent"] < certificate["after_percent"] <= certificate["reachable_percent"]


def test_a_target_takes_as_few_sites_as_it_needs(run: Run) -> None:
    sites, certificate = propose(run, technology="4G", target_percent=99.0)
    before_last = sites["covered_percent_after"].iloc[-2] if len(sites) > 1 else certificate["before_percent"]
    if certificate["reachable_percent"] >= 99.0:
        assert before_last < 99.0 <= certificate["after_percent"]
        assert certificate["least_sites"] <= len(sites)
    else:
        assert certificate["after_percent"] == pytest.approx(certificate["reachable_percent"])


def test_people_are_counted_where_population_is_asked_for(run: Run) -> None:
    _, certificate = propose(run, technology="5G", sites=1, measure="population")
    assert certificate["unit"] == "people"
    assert certificate["value"] == pytest.approx(
        run.proposals().query("measure == 'population'")["gain_people"].sum(), rel=1e-5
    )


def test_answers_to_different_questions_stand_side_by_side(run: Run) -> None:
    propose(run, technology="5G", sites=1)
    propose(run, technology="5G", sites=1, zones="communes", zone_type="Phường")
    propose(run, technology="5G", sites=2)
    opened = open_run(run.folder)
    asked = opened.json("proposals")["answers"]
    assert [(one["zone_type"], one["asked_sites"]) for one in asked] == [("Phường", 1), ("", 2)]
    assert len(opened.proposals()) == sum(one["sites"] for one in asked)


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
    listed.write_text("site,longitude,latitude\nH3,105.9,21.3\n", encoding="utf-8")
    with pytest.raises(InputError, match="outside the grid"):
        propose(run, technology="5G", sites=5, candidates=listed)


def test_an_unknown_type_of_zone_is_refused(run: Run) -> None:
    with pytest.raises(InputError, match="no zone of type 'Thị trấn'"):
        propose(run, technology="5G", sites=1, zone_type="Thị trấn")


def test_the_same_question_gets_the_same_answer(run: Run) -> None:
    first, _ = propose(run, technology="4G", sites=3, workers=1)
    second, _ = propose(run, technology="4G", sites=3, workers=2)
    pd.testing.assert_frame_equal(first, second)
