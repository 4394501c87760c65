"""Set-cover and maximal-covering files of the literature as problems, and the best values known for them.

Both are read from ``shared/reference/orlib``, whose README says where they come from.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.coverage.selection.footprints import Footprints
from phusong.coverage.selection.problem import Demand, Problem, Target
from tests.shared_data import SHARED

FOLDER = SHARED / "reference" / "orlib"

FloatArray = npt.NDArray[np.float64]


class Cover(NamedTuple):
    """A set-cover file: the least cost known, and the best published bound (None: none that is worth the name)."""

    file: str
    rows: int
    columns: int
    best: int
    bound: int | None

    def problem(self) -> Problem:
        """Read it: every row is a pixel of weight 1, all are to be covered."""
        numbers = _numbers(FOLDER / "scp" / f"{self.file}.txt.gz").astype(np.int64)
        return (_by_column if self.file.startswith("rail") else _by_row)(numbers)


class Maximal(NamedTuple):
    """A maximal-covering file with a radius and a number of sites: its best value and what it is bounded by.

    The two are equal where the optimum is proven.
    """

    file: str
    radius: float
    most_sites: int
    total: int
    best: int
    bound: int

    def problem(self) -> Problem:
        """Read it: every point is a pixel that weighs its demand, covered within the radius."""
        sites, points, weights = _places(FOLDER / "mclp" / f"{self.file}.txt.gz")
        lists = [np.flatnonzero(np.hypot(*(points - site).T) <= self.radius) for site in sites]
        cost = np.ones(len(sites), dtype=np.int64)
        prints = Footprints.from_lists(lists, len(points))
        demand = Demand.of({"demand": weights})
        return Problem(prints, demand, cost, "demand", most_sites=self.most_sites, positions=sites)


def covers() -> list[Cover]:
    """Return the set-cover files, in the order of the table of the README."""
    found = []
    for file, size, _, best, bound, _ in _table("Set covering"):
        rows, columns = map(int, size.split(" x "))
        found.append(Cover(file, rows, columns, int(best), int(bound) if bound.isdigit() else None))
    return found


def maximal() -> list[Maximal]:
    """Return the maximal-covering files with radius and number of sites, in the order of the table of the README."""
    found = []
    for file, radius, most_sites, total, best, _ in _table("MCLP"):
        values = re.findall(r"\d+(?= |,|$)", best)  # the optimum, or best found and upper bound
        found.append(
            Maximal(
                file, float(radius), int(most_sites), int(total), int(values[0]), int(values[min(1, len(values) - 1)])
            )
        )
    return found


def _table(heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the table below a heading of the README."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    for line in [line for line in section.splitlines() if line.startswith("|")][2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def _numbers(path: Path) -> FloatArray:
    with gzip.open(path, "rt") as file:
        return np.array(file.read().split(), dtype=np.float64)


def _by_row(numbers: npt.NDArray[np.int64]) -> Problem:
    """Rows, columns, the costs, then for every row its columns, counted first."""
    rows, columns = numbers[:2].tolist()
    lists: list[list[int]] = [[] for _ in range(columns)]
    at = 2 + columns
    for row in range(rows):
        count = int(numbers[at])
        for column in numbers[at + 1 : at + 1 + count].tolist():
            lists[column - 1].append(row)
        at += 1 + count
    return _cover_all(lists, numbers[2 : 2 + columns], rows)


def _by_column(numbers: npt.NDArray[np.int64]) -> Problem:
    """Rows, columns, then for every column its cost and its rows, counted first."""
    rows, columns = numbers[:2].tolist()
    lists, cost = [], []
    at = 2
    for _ in range(columns):
        count = int(numbers[at + 1])
        cost.append(int(numbers[at]))
        lists.append(sorted((numbers[at + 2 : at + 2 + count] - 1).tolist()))
        at += 2 + count
    return _cover_all(lists, np.array(cost, dtype=np.int64), rows)


def _cover_all(lists: list[list[int]], cost: npt.NDArray[np.int64], rows: int) -> Problem:
    prints = Footprints.from_lists([np.array(one, dtype=np.int32) for one in lists], rows)
    demand = Demand.of({"rows": np.ones(rows, dtype=np.int64)})
    return Problem(prints, demand, cost, None, targets=(Target("every row", "rows", None, -1, rows),))


def _places(path: Path) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int64]]:
    """Return the (sites, 2) and (points, 2) positions and the demand of the points."""
    with gzip.open(path, "rt") as file:
        lines = [line.split() for line in file][1:]
    if lines[0][0] == "F":
        sites = np.array([line[2:4] for line in lines if line and line[0] == "F"], dtype=np.float64)
        clients = np.array([line[2:5] for line in lines if line and line[0] == "C"], dtype=np.float64)
        return sites, clients[:, :2], clients[:, 2].astype(np.int64)
    nodes = np.array([line for line in lines if line], dtype=np.float64)
    return nodes[:, :2], nodes[:, :2], nodes[:, 2].astype(np.int64)
