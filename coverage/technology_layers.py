"""From the channels of a technology, or of one operator, to its layers: the strongest cell of all, the best rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.coverage.channel_layers import NO_QUALITY_CDB, NO_RATE_KBPS, ChannelLayers
from phusong.coverage.signals import NO_SERVER, NO_SIGNAL_CDBM, Channel, Signals
from phusong.kernels._jit import scalar

LevelArray = npt.NDArray[np.int16]
CellArray = npt.NDArray[np.int32]
RateArray = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class TechnologyLayers:
    """What the pixels of a region get from several channels; all arrays (rows, columns).

    Attributes
    ----------
    rsrp_cdbm, server, second_cdbm, second : the two strongest cells of all channels, as in ``Signals``.
    overlap : uint16, cells at or above the threshold of coverage, in all channels.
    in_doubt : bool, the path of at least one cell meets missing terrain.
    rsrq_cdb, sinr_cdb : of the strongest cell, on its own channel, as in ``ChannelLayers``.
    downlink_kbps, uplink_kbps : of the best channel.
    downlink_aggregated_kbps : of all channels of one operator together, by carrier aggregation; of the best operator.
    """

    rsrp_cdbm: LevelArray
    server: CellArray
    second_cdbm: LevelArray
    second: CellArray
    overlap: npt.NDArray[np.uint16]
    in_doubt: npt.NDArray[np.bool_]
    rsrq_cdb: LevelArray
    sinr_cdb: LevelArray
    downlink_kbps: RateArray
    uplink_kbps: RateArray
    downlink_aggregated_kbps: RateArray

    @classmethod
    def nothing(cls, shape: tuple[int, int]) -> TechnologyLayers:
        """Return the layers that no channel reaches."""
        return cls(
            np.full(shape, NO_SIGNAL_CDBM), np.full(shape, NO_SERVER),
            np.full(shape, NO_SIGNAL_CDBM), np.full(shape, NO_SERVER),
            np.zeros(shape, dtype=np.uint16), np.zeros(shape, dtype=np.bool_),
            np.full(shape, NO_QUALITY_CDB), np.full(shape, NO_QUALITY_CDB),
            np.full(shape, NO_RATE_KBPS), np.full(shape, NO_RATE_KBPS), np.full(shape, NO_RATE_KBPS),
        )  # fmt: skip


def combine(
    signals: Mapping[Channel, Signals], layers: Mapping[Channel, ChannelLayers], shape: tuple[int, int]
) -> TechnologyLayers:
    """Put the channels of a region together; in which order they come plays no part.

    Parameters
    ----------
    signals, layers : of the same channels: those of a technology, or of one operator or band of it.
    shape : (rows, columns) of the region.
    """
    whole = TechnologyLayers.nothing(shape)
    of_operator: dict[str, RateArray] = {}
    for channel, received in signals.items():
        one = layers[channel]
        sum_kbps = of_operator.setdefault(channel.operator, np.full(shape, NO_RATE_KBPS))
        _add_channel(
            received.rsrp_cdbm, received.server, received.second_cdbm, received.second, received.overlap,
            received.in_doubt, one.rsrq_cdb, one.sinr_cdb, one.downlink_kbps, one.uplink_kbps,
            whole.rsrp_cdbm, whole.server, whole.second_cdbm, whole.second, whole.overlap, whole.in_doubt,
            whole.rsrq_cdb, whole.sinr_cdb, whole.downlink_kbps, whole.uplink_kbps, sum_kbps,
        )  # fmt: skip
    for sum_kbps in of_operator.values():
        np.maximum(whole.downlink_aggregated_kbps, sum_kbps, out=whole.downlink_aggregated_kbps)
    return whole


@scalar
def is_stronger(rsrp_cdbm: int, cell: int, than_cdbm: int, than_cell: int) -> bool:
    """Say whether a cell goes before another: the stronger, of equal ones the lower number; -1 is no cell."""
    if cell < 0:
        return False
    return than_cell < 0 or rsrp_cdbm > than_cdbm or (rsrp_cdbm == than_cdbm and cell < than_cell)


@scalar
def _add_channel(
    rsrp_cdbm: LevelArray,
    server: CellArray,
    second_cdbm: LevelArray,
    second: CellArray,
    overlap: npt.NDArray[np.uint16],
    in_doubt: npt.NDArray[np.uint16],
    rsrq_cdb: LevelArray,
    sinr_cdb: LevelArray,
    downlink_kbps: RateArray,
    uplink_kbps: RateArray,
    best_cdbm: LevelArray,
    best: CellArray,
    next_cdbm: LevelArray,
    next_best: CellArray,
    all_overlap: npt.NDArray[np.uint16],
    any_doubt: npt.NDArray[np.bool_],
    best_rsrq_cdb: LevelArray,
    best_sinr_cdb: LevelArray,
    best_downlink_kbps: RateArray,
    best_uplink_kbps: RateArray,
    sum_kbps: RateArray,
) -> None:
    """Put a channel among those so far, in place."""
    for i in range(server.shape[0]):
        for j in range(server.shape[1]):
            any_doubt[i, j] |= in_doubt[i, j] > 0
            if server[i, j] < 0:
                continue
            all_overlap[i, j] += overlap[i, j]
            for level, cell in ((rsrp_cdbm[i, j], server[i, j]), (second_cdbm[i, j], second[i, j])):
                if is_stronger(level, cell, best_cdbm[i, j], best[i, j]):
                    next_cdbm[i, j], next_best[i, j] = best_cdbm[i, j], best[i, j]
                    best_cdbm[i, j], best[i, j] = level, cell
                    best_rsrq_cdb[i, j], best_sinr_cdb[i, j] = rsrq_cdb[i, j], sinr_cdb[i, j]
                elif is_stronger(level, cell, next_cdbm[i, j], next_best[i, j]):
                    next_cdbm[i, j], next_best[i, j] = level, cell
            best_downlink_kbps[i, j] = max(best_downlink_kbps[i, j], downlink_kbps[i, j])
            best_uplink_kbps[i, j] = max(best_uplink_kbps[i, j], uplink_kbps[i, j])
            sum_kbps[i, j] = max(sum_kbps[i, j], 0) + max(downlink_kbps[i, j], 0)
