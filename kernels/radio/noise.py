"""Thermal noise of a receiver, and the noise rise of a loaded uplink."""

from __future__ import annotations

import math

import numpy as np

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import FloatArray


@scalar
def noise_dbm(bandwidth_hz: float, noise_figure_db: float, thermal_noise_dbm_hz: float) -> float:
    """Return the noise [dBm] in a bandwidth [Hz]: the thermal density, k 290 K = -174 dBm/Hz, and the noise figure."""
    return thermal_noise_dbm_hz + 10.0 * math.log10(bandwidth_hz) + noise_figure_db


@scalar
def noise_rise_db(load: float) -> float:
    """Return by how much [dB] the users of a loaded uplink lift its noise: -10 log10(1 - load), load 0 to below 1.

    The pole equation of an interference-limited uplink (Holma and Toskala, WCDMA for UMTS, section 8.2), in common use
    for LTE and NR: 3 dB at half load.
    """
    return -10.0 * math.log10(1.0 - load)


@scalar
def noise_rises_db(loads: FloatArray) -> FloatArray:
    """Return the noise rise of many loads, (cells,) [dB]."""
    rises_db = np.empty(loads.size)
    for cell in range(loads.size):
        rises_db[cell] = noise_rise_db(loads[cell])
    return rises_db
