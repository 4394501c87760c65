"""Where the real data and reference vectors lie; tests that need them skip, with the reason, where they are absent."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"

needs_shared = pytest.mark.skipif(
    not (SHARED / "data" / "README.md").is_file(),
    reason="the real data and reference vectors (a folder 'shared' beside the checkout) are not here",
)
