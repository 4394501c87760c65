"""Footprints of candidates: what a full simulation with the candidate covers, from whatever store, and as levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from phusong.coverage.engine import simulate
from phusong.coverage.loss_store import LossStore
from phusong.coverage.prepare import Prepared, reopen
from phusong.coverage.proposals.candidate_losses import CandidateLosses
from phusong.coverage.proposals.candidates import CandidateRules, Candidates, find_candidates
from phusong.coverage.proposals.footprints import Levels, compute_footprints
from phusong.coverage.proposals.service import Service, is_alone, plan_candidates
from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.probability import ProbabilityLevels
from phusong.coverage.statistics import COVERED
from phusong.coverage.workers import Workers, open_workers
from phusong.scenarios.coverage_definition import CoverageDefinition
from phusong.scenarios.load import load
from phusong.scenarios.store import Run
from tests.small_scenario import HEADER, SCENARIO, write_small_scenario

ROWS = [f"A,105.205,21.305,Viettel,4G,L1800,{azimuth},0,4,20,30,panel,on" for azimuth in (0, 120, 240)]
RULES = CandidateRules(grid_km=1.5)


def scenario_text(definition: str = "threshold_dbm = -95.0\nlocation_percent = 90.0") -> str:
    return SCENARIO.replace("threshold_dbm = -110.0", definition)


def run_of(folder: Path, rows: list[str], text: str) -> Run:
    folder.mkdir()
    path = write_small_scenario(folder, scenario=text, register="\n".join([HEADER, *rows, ""]))
    return simulate(load(path), folder / "run", workers=2)


@dataclass(frozen=True)
class Question:
    """A run, what it misses, and the candidates for it."""

    run: Run
    prepared: Prepared
    needed: npt.NDArray[np.bool_]
    candidates: Candidates


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Question:
    run = run_of(tmp_path_factory.mktemp("footprints") / "one", ROWS, scenario_text())
    prepared = reopen(run)
    needed = run.layer("covered", "4G") == 0
    candidates = find_candidates(run.cells(), "4G", prepared.ground, needed, RULES)
    assert 3 <= len(candidates) <= 30
    return Question(run, prepared, needed, candidates)


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    with open_workers(workers=2) as workers:
        yield workers


def footprints(
    question: Question, pool: Workers, store: LossStore | None = None, levels: Levels | None = None
) -> Footprints:
    groups, service = plan_candidates(question.candidates.cells, question.prepared, "4G")
    assert [group[0].site for group in groups] == question.candidates.sites["site"].tolist()
    losses = CandidateLosses(question.prepared, question.needed, store)
    return compute_footprints(groups, losses, service, levels=levels, workers=pool, progress=lambda *_: None)


def whole_percent(probability: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    percent: npt.NDArray[np.uint8] = np.floor(100.0 * probability + 1e-3).astype(np.uint8)
    return percent


def test_a_footprint_is_what_a_run_of_the_candidate_alone_covers(
    question: Question, pool: Workers, tmp_path: Path
) -> None:
    found = footprints(question, pool)
    assert found.pixel_count == question.needed.sum()
    assert (found.levels == 1).all()
    by_probability = footprints(question, pool, levels=whole_percent)
    for number, site in enumerate(question.candidates.sites["site"][:2]):
        cells = question.candidates.cells.query("site == @site")
        rows = cells[HEADER.split(",")].astype(str).agg(",".join, axis=1).tolist()
        alone = run_of(tmp_path / site, rows, scenario_text())
        covered = (alone.layer("covered", "4G") == COVERED)[question.needed]
        assert found.of(number).tolist() == np.flatnonzero(covered).tolist()
        assert 0 < covered.sum() < covered.size
        percent = whole_percent(0.01 * alone.layer("probability", "4G")[question.needed])
        assert by_probability.of(number).tolist() == np.flatnonzero(percent > 0).tolist()
        np.testing.assert_array_equal(by_probability.levels_of(number), percent[percent > 0])


def test_the_store_changes_nothing_and_serves_again(
    question: Question, pool: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = footprints(question, pool)
    store = LossStore(tmp_path / "store")
    kept = footprints(question, pool, store)
    assert store.size_bytes() > 0
    monkeypatch.setattr("phusong.coverage.proposals.candidate_losses.propagate", lambda _job: pytest.fail("computed"))
    again = footprints(question, pool, LossStore(tmp_path / "store"))
    for other in (kept, again):
        for name in ("start", "pixels", "levels"):
            np.testing.assert_array_equal(getattr(other, name), getattr(without, name))


def test_probable_pixels_have_levels_and_improbable_ones_are_left_out(question: Question, pool: Workers) -> None:
    rule = ProbabilityLevels()
    found, plain = footprints(question, pool, levels=rule.levels_of), footprints(question, pool)
    assert found.levels.min() == 1
    assert found.levels.max() > 3
    for candidate in range(len(found)):
        # Covered at 90 % of the places: 1 - 2 ** -3 = 87.5 % is the nearest level.
        covered = np.isin(found.of(candidate), plain.of(candidate))
        assert covered.sum() == plain.of(candidate).size
        assert (found.levels_of(candidate)[covered] >= 3).all()
        assert (found.levels_of(candidate)[~covered] <= 3).all()


def test_a_mast_with_nothing_needed_in_its_square_is_skipped(
    question: Question, pool: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phusong.coverage.proposals.candidate_losses.propagate", lambda _job: pytest.fail("computed"))
    nowhere = Question(question.run, question.prepared, np.zeros_like(question.needed), question.candidates)
    found = footprints(nowhere, pool)
    assert len(found) == len(question.candidates)
    assert found.pixels.size == found.pixel_count == 0


def test_pixels_rise_and_stay_in_range(question: Question, pool: Workers) -> None:
    found = footprints(question, pool)
    assert all((np.diff(found.of(candidate)) > 0).all() for candidate in range(len(found)))
    assert found.pixels.min() >= 0
    assert found.pixels.max() < found.pixel_count


def test_coverage_by_interference_is_refused(question: Question) -> None:
    by_sinr = CoverageDefinition(quantity="sinr", threshold_db=0.0)
    assert not is_alone(by_sinr)
    _, service = plan_candidates(question.candidates.cells, question.prepared, "4G")
    with pytest.raises(ValueError, match="interference"):
        Service(by_sinr, service.budgets, service.cells)


def test_no_candidates_have_no_footprints(question: Question, pool: Workers) -> None:
    none = Candidates(question.candidates.cells.iloc[:0], question.candidates.sites.iloc[:0], ())
    found = footprints(Question(question.run, question.prepared, question.needed, none), pool)
    assert len(found) == 0
    assert found.pixel_count == question.needed.sum()
