"""Where real data and reference vectors may lie: a folder beside the checkout."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"
REFERENCE = SHARED / "reference"
REAL_TILES = tuple(SHARED / "data" / "dem" / name for name in ("N21E105.hgt", "N44W072.hgt"))


def found_tiles() -> list[Path]:
    """Return the real tiles that lie there."""
    return [tile for tile in REAL_TILES if tile.is_file()]
