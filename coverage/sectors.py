"""The cells of a channel as compiled code sees them, and what their antennas look up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.kernels.antennas.array import Factors
from phusong.kernels.antennas.sector import Sector

SECTOR, ARRAY, TABLE = 0, 1, 2
"""Kinds of antennas."""
SECTOR_FIELDS = np.dtype(
    [
        *((name, np.float64) for name in Sector._fields),
        ("eirp_dbm", np.float64),
        ("load", np.float64),
        ("cell", np.int64),
        ("rank", np.int64),
        ("kind", np.int64),
        ("pattern_start", np.int64),
        ("pattern_stop", np.int64),
    ]
)
"""A cell as the compiled code sees it: its antenna, the power of a resource element fed to it [dBm], the share of its
downlink resources in use, its number, and the rank of that number among the cells of a tile's channel.

An array has the figures of its element, and ``pattern_start`` to ``pattern_stop`` are its factors; a table has its
gain, the tilt that lowers it, and ``pattern_start`` is its table.
"""


class Patterns(NamedTuple):
    """What the arrays and tables of a plan look up.

    Attributes
    ----------
    factors : (beam tilts, 2, POINTS) of ``kernels.antennas.array``, those of all arrays one after the other.
    tables : (tables, ROWS * COLUMNS) of ``kernels.antennas.table``.
    """

    factors: Factors
    tables: npt.NDArray[np.float32]


def joined(
    sectors: Sequence[npt.NDArray[np.void]], patterns: Sequence[Patterns]
) -> tuple[npt.NDArray[np.void], Patterns]:
    """Return sectors one after the other, with one table of patterns for all of them.

    Parameters
    ----------
    patterns : what each of the arrays of sectors looks up.
    """
    # Of records, numpy's own concatenation compares every field of every pair.
    together = np.frombuffer(bytearray(b"".join(one.tobytes() for one in sectors)), dtype=SECTOR_FIELDS)
    different = {id(one): one for one in patterns}
    if len(different) == 1:
        return together, patterns[0]
    factors, tables, start = {}, {}, [0, 0]
    for name, one in different.items():
        factors[name], tables[name] = start[0], start[1]
        start = [start[0] + len(one.factors), start[1] + len(one.tables)]
    at = 0
    for some, one in zip(sectors, patterns, strict=True):
        part = together[at : at + some.size]
        is_array = part["kind"] == ARRAY
        part["pattern_start"] += np.where(is_array, factors[id(one)], tables[id(one)])
        part["pattern_stop"] += np.where(is_array, factors[id(one)], 0)
        at += some.size
    return together, Patterns(
        np.concatenate([one.factors for one in different.values()]),
        np.concatenate([one.tables for one in different.values()]),
    )


def digest(sectors: npt.NDArray[np.void], patterns: Patterns) -> bytes:
    """Return a digest of cells and of the patterns that they look up, wherever these lie."""
    named = sectors.copy()
    for field in ("rank", "pattern_start", "pattern_stop"):
        named[field] = 0
    content = hashlib.sha256(named.tobytes())
    for sector in sectors[sectors["kind"] == ARRAY]:
        content.update(patterns.factors[sector["pattern_start"] : sector["pattern_stop"]].tobytes())
    for sector in sectors[sectors["kind"] == TABLE]:
        content.update(patterns.tables[sector["pattern_start"]].tobytes())
    return content.digest()
