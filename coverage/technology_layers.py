"""From the channels of a technology to its layers: the strongest cell of all, the best rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.coverage.channel_layers import NO_QUALITY_CDB, NO_RATE_KBPS, ChannelLayers
from phusong.coverage.signals import NO_SERVER, NO_SIGNAL_CDBM, Channel, Signals


@dataclass(frozen=True, eq=False)
class TechnologyLayers:
    rsrp_cdbm: npt.NDArray[np.int16]
    server: npt.NDArray[np.int32]
    second_cdbm: npt.NDArray[np.int16]
    second: npt.NDArray[np.int32]
    overlap: npt.NDArray[np.uint16]
    in_doubt: npt.NDArray[np.bool_]
    rsrq_cdb: npt.NDArray[np.int16]
    sinr_cdb: npt.NDArray[np.int16]
    downlink_kbps: npt.NDArray[np.int32]
    uplink_kbps: npt.NDArray[np.int32]
    downlink_aggregated_kbps: npt.NDArray[np.int32]


def combine(signals: Mapping[Channel, Signals], layers: Mapping[Channel, ChannelLayers], shape: tuple[int, int]) -> TechnologyLayers:
    rsrp = np.full(shape, NO_SIGNAL_CDBM); server = np.full(shape, NO_SERVER)
    second = np.full(shape, NO_SIGNAL_CDBM); second_server = np.full(shape, NO_SERVER)
    overlap = np.zeros(shape, np.uint16); doubt = np.zeros(shape, np.bool_)
    rsrq = np.full(shape, NO_QUALITY_CDB); sinr = np.full(shape, NO_QUALITY_CDB)
    dl = np.full(shape, NO_RATE_KBPS); ul = np.full(shape, NO_RATE_KBPS); agg = np.full(shape, NO_RATE_KBPS)
    by_operator: dict[str, npt.NDArray[np.int32]] = {}
    for channel in sorted(signals):
        s, l = signals[channel], layers[channel]
        def stronger(a, ca, b, cb):
            return (ca >= 0) & ((cb < 0) | (a > b) | ((a == b) & (ca < cb)))
        first = stronger(s.rsrp_cdbm, s.server, rsrp, server)
        # second of both
        cand_r = np.where(first, rsrp, s.rsrp_cdbm); cand_c = np.where(first, server, s.server)
        other_r = np.where(first, s.second_cdbm, second); other_c = np.where(first, s.second, second_server)
        up = stronger(cand_r, cand_c, other_r, other_c)
        second = np.where(up, cand_r, other_r); second_server = np.where(up, cand_c, other_c)
        rsrp = np.where(first, s.rsrp_cdbm, rsrp); server = np.where(first, s.server, server)
        rsrq = np.where(first, l.rsrq_cdb, rsrq); sinr = np.where(first, l.sinr_cdb, sinr)
        overlap += s.overlap; doubt |= s.in_doubt > 0
        dl = np.maximum(dl, l.downlink_kbps); ul = np.maximum(ul, l.uplink_kbps)
        have = by_operator.get(channel.operator)
        by_operator[channel.operator] = l.downlink_kbps.copy() if have is None else np.where(have < 0, l.downlink_kbps, have + np.maximum(l.downlink_kbps, 0))
    for one in by_operator.values():
        agg = np.maximum(agg, one)
    return TechnologyLayers(rsrp, server, second, second_server, overlap, doubt, rsrq, sinr, dl, ul, agg)
