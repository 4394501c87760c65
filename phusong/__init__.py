"""Phủ Sóng: mobile-network coverage over real terrain, computed from the physics up."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if Path(__file__).with_name("coverage").is_file():
    raise ImportError(
        "phusong/coverage is a text file where a link should be: this checkout was made without symbolic links "
        "(Windows without developer mode, or an unpacked zip). Run a plain 'pip install .' from it, or turn links on "
        "('git config core.symlinks true') and check it out again."
    )

# numba imports coverage.py when it finds it; a bare folder named 'coverage' on sys.path (ours) is not that package.
_coverage = importlib.util.find_spec("coverage")
if _coverage is not None and _coverage.origin is None:
    sys.modules["coverage"] = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from phusong.comparison import compare as compare
    from phusong.coverage.engine import simulate as simulate
    from phusong.coverage.one_call import coverage_from as coverage_from
    from phusong.coverage.outage import n_minus_1 as n_minus_1
    from phusong.coverage.proposals.propose import propose as propose
    from phusong.coverage.what_if import open_live as open_live
    from phusong.errors import InputError as InputError
    from phusong.errors import PhusongError as PhusongError
    from phusong.kernels.added_losses import added_loss as added_loss
    from phusong.kernels.models import path_loss as path_loss
    from phusong.scenarios.load import load as load
    from phusong.scenarios.questions import ask as ask
    from phusong.scenarios.schema import Scenario as Scenario
    from phusong.scenarios.store import Run as Run
    from phusong.scenarios.store import open_run as open_run
    from phusong.terrain.grid import Grid as Grid

# Public names and where they live; each is imported when it is first used, so that 'import phusong' is quick.
_PUBLIC = {
    "Grid": "phusong.terrain.grid",
    "InputError": "phusong.errors",
    "PhusongError": "phusong.errors",
    "Run": "phusong.scenarios.store",
    "Scenario": "phusong.scenarios.schema",
    "added_loss": "phusong.kernels.added_losses",
    "ask": "phusong.scenarios.questions",
    "compare": "phusong.comparison",
    "coverage_from": "phusong.coverage.one_call",
    "load": "phusong.scenarios.load",
    "n_minus_1": "phusong.coverage.outage",
    "open_live": "phusong.coverage.what_if",
    "open_run": "phusong.scenarios.store",
    "path_loss": "phusong.kernels.models",
    "propose": "phusong.coverage.proposals.propose",
    "simulate": "phusong.coverage.engine",
}
__version__ = version("phusong")
__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'phusong' has no attribute '{name}'")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
