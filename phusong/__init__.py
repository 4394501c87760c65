"""Phủ Sóng: mobile-network coverage over real terrain, computed from the physics up."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

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
