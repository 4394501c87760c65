"""A definition in words says every condition that it has, and where the phone is."""

from __future__ import annotations

import pytest

from phusong.classes import CALLS, NO_SERVICE, VIDEO
from phusong.coverage.engine import simulate
from phusong.coverage.service import ServiceMaps, View
from phusong.figures import notes
from phusong.figures.service import run_classes
from phusong.scenarios.coverage_definition import CoverageDefinition
from phusong.scenarios.load import load
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language
from tests.sample_network import TEXT, write_network


@pytest.mark.parametrize(
    ("rule", "technology", "language", "words"),
    [
        (CoverageDefinition(), "4G", "vi", "RSRP ≥ −115 dBm"),
        (CoverageDefinition(threshold_dbm=-100.5), "5G", "en", "SS-RSRP ≥ −100.5 dBm"),
        (CoverageDefinition(quantity="sinr", threshold_db=-6.0), "4G", "vi", "SINR ≥ −6 dB"),
        (CoverageDefinition(quantity="downlink", threshold_mbps=2.5), "4G", "vi", "tốc độ tải xuống ≥ 2,5 Mbit/s"),
        (
            CoverageDefinition.model_validate({"also": [{"quantity": "uplink", "threshold_mbps": 1.0}]}),
            "5G", "en", "SS-RSRP ≥ −115 dBm and upload rate ≥ 1 Mbit/s",
        ),
    ],
)  # fmt: skip
def test_every_condition_is_said(rule: CoverageDefinition, technology: str, language: Language, words: str) -> None:
    assert notes.conditions_text(rule, technology, language) == words


@pytest.fixture(scope="module")
def indoors(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose 4G is defined indoors, and whose 5G by a rate."""
    text = TEXT.replace("threshold_dbm = -84.0", 'threshold_dbm = -100.0\nplace = "indoors"')
    text = text.replace(
        "[coverage.5G]\nthreshold_dbm = -100.0", '[coverage.5G]\nquantity = "downlink"\nthreshold_mbps = 5.0'
    )
    folder = tmp_path_factory.mktemp("indoors")
    return simulate(load(write_network(folder, text=text)), folder / "run", workers=1)


def test_a_definition_indoors_says_so_and_shows_no_level_that_is_not_known(indoors: Run) -> None:
    assert notes.own_place(indoors, "4G") == "indoors"
    assert "trong nhà" in notes.definition_text(indoors, "4G", "vi")
    assert "less the loss of walls" in notes.definition_text(indoors, "4G", "en")
    assert "outdoors" in notes.definition_text(indoors, "4G", "en", place="outdoors")
    service = run_classes(indoors, "4G")
    assert [index for index, _, _ in service.labels("vi")] == [CALLS, NO_SERVICE]
    assert not (service.classes == VIDEO).any()
    assert ((service.classes == CALLS) == (indoors.layer("covered", "4G") == 1)).all()
    assert not service.near.any()


def test_a_definition_by_rate_has_its_condition_in_the_legend(indoors: Run) -> None:
    service = run_classes(indoors, "5G")
    labels = service.labels("en")
    assert labels[-2][2] == "download rate ≥ 5 Mbit/s"
    assert labels[-1][2] == ""
    assert "interference at its median" in notes.definition_text(indoors, "5G", "en")


def test_near_its_limit_is_what_the_engine_says(network_run: Run) -> None:
    reserve_cdb = ServiceMaps(network_run).service(View("4G")).reserve_cdb
    service = run_classes(network_run, "4G")
    known = service.classes >= 0
    clear = abs(abs(reserve_cdb.astype(int)) - 300) > 1  # the engine counts in hundredths, the figures do not
    assert (service.near == (abs(reserve_cdb.astype(int)) < 300))[known & clear].all()
    assert service.near.any()
