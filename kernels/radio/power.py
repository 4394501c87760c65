"""Powers as whole numbers: hundredths of a dBm, and multiples of a tiny power whose sums depend on no order.

Whoever adds a cell and whoever takes it out again must turn its power into the same whole number, to the last unit. So
there is one table, made once in float64 and rounded half to even, and everybody looks it up.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import scalar

POWER_UNIT_DBM = -160.0
"""A unit of the sums of power: 1e-16 mW, some 35 dB below the thermal noise of a subcarrier of 15 kHz. What falls short
of half a unit counts as nothing; the sums have room to +29 dBm."""
LARGEST_DBM = 29.0
"""Powers above it count as this much: a received power never is, and a sum must not overflow."""
LOWEST_CDBM = -32768
"""The first entry of the table: no signal."""


def _table() -> npt.NDArray[np.int64]:
    dbm = np.arange(LOWEST_CDBM, 32768, dtype=np.float64) / 100.0
    units = np.rint(np.power(10.0, (np.minimum(dbm, LARGEST_DBM) - POWER_UNIT_DBM) / 10.0)).astype(np.int64)
    units[0] = 0
    return units


POWER_UNITS = _table()
"""(65536,) int64: the power in units of POWER_UNIT_DBM of each int16 of hundredths of a dBm, from LOWEST_CDBM on."""


@scalar
def power_units(cdbm: int) -> int:
    """Return a power [units of POWER_UNIT_DBM] given in hundredths of a dBm, an int16; 0 of the mark for no signal."""
    return POWER_UNITS[cdbm - LOWEST_CDBM]  # type: ignore[no-any-return]


@scalar
def loaded_units(cdbm: int, load: float) -> int:
    """Return a power times a load of 0 to 1, in whole units: what a cell adds to a sum of loaded powers."""
    return np.int64(np.rint(load * power_units(cdbm)))  # type: ignore[return-value]


@scalar
def units_dbm(units: float) -> float:
    """Return the power in dBm of so many units, which need not be whole; -inf of none."""
    return POWER_UNIT_DBM + 10.0 * math.log10(units)
