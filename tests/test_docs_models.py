"""docs/models.md names every model and every added loss."""

from __future__ import annotations

import re

import pytest

from phusong.kernels.added_losses import ADDED_LOSSES
from phusong.kernels.models import MODELS
from tests.tree import ROOT

PAGE = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")


def documented() -> set[str]:
    """Return the names in the first column of the tables; `_uma` after `tr38901_rma` stands for `tr38901_uma`."""
    names = set()
    for line in PAGE.splitlines():
        if line.startswith("| `"):
            first, *others = re.findall(r"`(\w+)`", line.split("|")[1])
            names |= {first, *(other if other[0] != "_" else first.split("_")[0] + other for other in others)}
    return names


@pytest.mark.parametrize("name", [*MODELS, *ADDED_LOSSES])
def test_the_page_names_it(name: str) -> None:
    assert name in documented()
