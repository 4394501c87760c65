"""Answers to the files of the literature: all maximal-covering files, and a set-cover file of each small series."""

from __future__ import annotations

import pytest

from phusong.coverage.selection.solve import solve
from phusong.coverage.selection.verify import verify
from tests.orlib import FOLDER, Cover, Maximal, covers, maximal
from tests.shared_data import needs_shared

SMALL = ("scp41", "scp51", "scpe1")
COVERS = [cover for cover in covers() if cover.file in SMALL] if FOLDER.exists() else []
MAXIMAL = maximal() if FOLDER.exists() else []

pytestmark = needs_shared


@pytest.mark.parametrize("one", MAXIMAL, ids=lambda one: f"{one.file}-{one.radius:g}-{one.most_sites}")
def test_maximal_covering(one: Maximal) -> None:
    answer = solve(one.problem(), gap=0.0, time_limit_s=10.0)
    assert verify(one.problem(), answer).holds
    assert answer.value is not None
    assert answer.value >= one.best
    assert answer.bound is not None
    assert answer.bound >= one.best


@pytest.mark.parametrize("cover", COVERS, ids=lambda cover: cover.file)
def test_set_cover(cover: Cover) -> None:
    answer = solve(cover.problem(), effort="exact", time_limit_s=60.0)
    assert verify(cover.problem(), answer).holds
    assert (answer.status, answer.value) == ("optimal", cover.best)
