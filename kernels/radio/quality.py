"""SINR and RSRQ of a pixel from sums of power: 3GPP TS 36.214 clause 5.1.3, TS 38.215 clause 5.1.3."""

from __future__ import annotations

import math

from phusong.kernels._jit import scalar

SUBCARRIERS_OF_BLOCK = 12.0


@scalar
def sinr_db(wanted: float, interference: float, noise: float) -> float:
    """Return the ratio [dB] of a resource element's wanted power to interference and noise, all in one linear unit.

    -inf where nothing is wanted.
    """
    return 10.0 * math.log10(wanted / (interference + noise))


@scalar
def radiated_share(reference_share: float, load: float) -> float:
    """Return the share of its resource elements that a cell fills: reference signals always, the others by its load."""
    return reference_share + load * (1.0 - reference_share)


@scalar
def rsrq_db(wanted: float, received: float, noise: float) -> float:
    """Return RSRQ [dB], all in one linear unit: N RSRP / RSSI over N resource blocks, so RSRP / RSSI of one block.

    Parameters
    ----------
    wanted : power of a reference-signal resource element of the serving cell, RSRP.
    received : mean power of a resource element from all cells, the serving one among them: the sum of each one's power
        times its `radiated_share`.
    noise : thermal noise of a resource element.

    RSSI is taken as if every resource element of the block were measured; a phone measures it in some symbols only
    (those with reference signals in LTE), which the share of reference signals stands for. -10.8 dB is the greatest
    value at full load, -3 dB that of an empty LTE cell of one port (2 of 12 subcarriers filled).
    """
    return 10.0 * math.log10(wanted / (SUBCARRIERS_OF_BLOCK * (received + noise)))
