"""The files of the literature as they are read, against what their README tells of them."""

from __future__ import annotations

import heapq

import numpy as np
import pytest

from phusong.coverage.selection.problem import Problem
from tests.orlib import FOLDER, Cover, Maximal, covers, maximal
from tests.shared_data import needs_shared

COVERS = covers() if FOLDER.exists() else []
MAXIMAL = maximal() if FOLDER.exists() else []

pytestmark = needs_shared


def greedy(problem: Problem) -> int:
    """Return the value of plain greedy, lowest number first."""
    weight = problem.demand.weights["demand"].copy()
    queue = [(-int(weight[problem.footprints.of(site)].sum()), site) for site in range(len(problem))]
    heapq.heapify(queue)
    value = 0
    for _ in range(problem.most_sites or 0):
        while True:
            _, site = heapq.heappop(queue)
            gain = int(weight[problem.footprints.of(site)].sum())
            if not queue or (-gain, site) <= queue[0]:
                break
            heapq.heappush(queue, (-gain, site))
        weight[problem.footprints.of(site)] = 0
        value += gain
    return value


def test_all_files_have_a_row() -> None:
    assert {one.file for one in COVERS} == {path.name.split(".")[0] for path in (FOLDER / "scp").iterdir()}
    assert {one.file for one in MAXIMAL} == {path.name.split(".")[0] for path in (FOLDER / "mclp").iterdir()}
    assert [one.bound for one in COVERS if one.file in ("scp41", "scpnrg1", "scpcyc08")] == [429, 165, None]
    assert [(one.best, one.bound) for one in MAXIMAL][-2:] == [(2216408, 2216408), (459882, 465844)]


@pytest.mark.parametrize("cover", COVERS, ids=lambda cover: cover.file)
def test_sizes_and_nonzeros_of_set_cover(cover: Cover) -> None:
    problem = cover.problem()
    assert (problem.footprints.pixel_count, len(problem)) == (cover.rows, cover.columns)
    assert problem.footprints.pixels.size == nonzeros()[cover.file]
    assert set(problem.footprints.pixels.tolist()) == set(range(cover.rows))
    assert not problem.faults(range(len(problem)))
    assert all(np.all(np.diff(problem.footprints.of(site)) > 0) for site in range(len(problem)))


def nonzeros() -> dict[str, int]:
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith(("| scp", "| rail"))
    ]
    return {row[0]: int(row[2]) for row in cells}


@pytest.mark.parametrize("one", MAXIMAL, ids=lambda one: f"{one.file}-{one.radius:g}-{one.most_sites}")
def test_demand_and_greedy_of_maximal_covering(one: Maximal) -> None:
    """The README tells the value of plain greedy, which needs radius and positions to be read right."""
    problem = one.problem()
    assert int(problem.demand.weights["demand"].sum()) == one.total
    assert greedy(problem) == greedy_in_readme()[one.file, one.radius, one.most_sites]


def greedy_in_readme() -> dict[tuple[str, float, int], int]:
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").split("## MCLP", 1)[1].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]
    return {(row[0], float(row[1]), int(row[2])): int(row[5]) for row in rows}
