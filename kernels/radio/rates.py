"""From SINR to bits a second: the truncated Shannon bound of 3GPP TR 36.942 annex A, layers, the peak of TS 38.306."""

from __future__ import annotations

import math

from phusong.kernels._jit import scalar
from phusong.kernels.arguments import FloatArray

SYMBOLS_OF_SLOT = 14.0
LARGEST_CODE_RATE = 948.0 / 1024.0
"""R_max of TS 38.306 clause 4.1.2."""


@scalar
def efficiency_bps_hz(sinr_db: float, alpha: float, cap_bps_hz: float, floor_db: float) -> float:
    """Return the spectral efficiency [bit/s/Hz] of one layer: alpha log2(1 + SINR), TR 36.942 annex A.1.

    Nothing below the floor [dB], never more than the cap.
    """
    if sinr_db < floor_db:
        return 0.0
    return min(cap_bps_hz, alpha * math.log2(1.0 + math.pow(10.0, 0.1 * sinr_db)))


@scalar
def layer_count(sinr_db: float, layers_from_sinr_db: FloatArray) -> int:
    """Return how many layers a SINR carries: one, and one more from each of the rising thresholds [dB] on."""
    layers = 1
    for threshold_db in layers_from_sinr_db:
        if sinr_db >= threshold_db:
            layers += 1
    return layers


@scalar
def layered_efficiency_bps_hz(
    sinr_db: float, alpha: float, cap_bps_hz: float, floor_db: float, layers_from_sinr_db: FloatArray
) -> float:
    """Return the spectral efficiency [bit/s/Hz] of all layers, which share the power: n times that of SINR / n.

    The floor holds for the whole SINR, the cap for each layer.
    """
    if sinr_db < floor_db:
        return 0.0
    layers = layer_count(sinr_db, layers_from_sinr_db)
    each_db = sinr_db - 10.0 * math.log10(layers)
    return layers * efficiency_bps_hz(each_db, alpha, cap_bps_hz, -math.inf)


@scalar
def peak_rate_bps(
    layers: int, modulation_bits: float, resource_blocks: float, subcarrier_spacing_khz: float, overhead: float
) -> float:
    """Return the greatest rate [bit/s] that a carrier has: TS 38.306 clause 4.1.2, one carrier, scaling factor 1.

    v Q_m R_max 12 N_PRB / T_s (1 - OH), with T_s = 1 ms / (14 2^mu), the mean length of a symbol.
    """
    symbols_per_s = 1000.0 * SYMBOLS_OF_SLOT * subcarrier_spacing_khz / 15.0
    elements_per_s = 12.0 * resource_blocks * symbols_per_s
    return layers * modulation_bits * LARGEST_CODE_RATE * elements_per_s * (1.0 - overhead)


@scalar
def uplink_blocks(block_snr_db: float, resource_blocks: int, floor_db: float) -> int:
    """Return over how many resource blocks a phone spreads its power: as many as stay at the floor [dB] or above it.

    With the power shared by n blocks each has the SNR of all power in one block, less 10 log10(n). Since
    n log2(1 + x/n) grows with n, the most blocks that are still decoded carry the most bits. 0 where not even one is.
    """
    if block_snr_db < floor_db:
        return 0
    # A tiny rest more: a ratio that is a whole number must not be cut to the one below.
    most = math.pow(10.0, 0.1 * (block_snr_db - floor_db)) * (1.0 + 1e-12)
    return resource_blocks if most >= resource_blocks else max(1, int(most))


@scalar
def uplink_efficiency(
    block_snr_db: float, resource_blocks: int, alpha: float, cap_bps_hz: float, floor_db: float
) -> float:
    """Return the greatest uplink rate in bandwidths of a resource block [bit/s/Hz times blocks].

    ``block_snr_db`` [dB] is the SNR with the phone's whole power in one block.
    """
    blocks = uplink_blocks(block_snr_db, resource_blocks, floor_db)
    if blocks == 0:
        return 0.0
    return blocks * efficiency_bps_hz(block_snr_db - 10.0 * math.log10(blocks), alpha, cap_bps_hz, -math.inf)
