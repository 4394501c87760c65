"""The layers of a technology from those of its channels, whatever their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phusong.coverage.channel_layers import NO_QUALITY_CDB, NO_RATE_KBPS, ChannelLayers, flat
from phusong.coverage.signals import Channel, Signals
from phusong.errors import input_error
from phusong.kernels._jit import scalar
from phusong.scenarios.suggestions import nearest


@dataclass(frozen=True, eq=False)
class TechnologyLayers:
    """What the pixels of a region get from several channels; all arrays (rows, columns).

    Attributes
    ----------
    rsrp_cdbm, server, second_cdbm, second : as in `Signals`, over the cells of all channels. Of equal powers the lower
        number serves.
    overlap : uint16, cells at or above the threshold, of all channels.
    in_doubt : bool, the path of at least one cell of any channel meets missing terrain.
    sinr_cdb, rsrq_cdb : those of the serving cell in its own channel.
    downlink_kbps, uplink_kbps : of the channel that gives the most, which need not be the server's nor the same.
    downlink_aggregated_kbps : sum over the channels of an operator, of the operator that gives the most: carrier
        aggregation of all its carriers, which not every phone can do.
    """

    rsrp_cdbm: npt.NDArray[np.int16]
    server: npt.NDArray[np.int32]
    second_cdbm: npt.NDArray[np.int16]
    second: npt.NDArray[np.int32]
    overlap: npt.NDArray[np.uint16]
    in_doubt: npt.NDArray[np.bool_]
    sinr_cdb: npt.NDArray[np.int16]
    rsrq_cdb: npt.NDArray[np.int16]
    downlink_kbps: npt.NDArray[np.int32]
    uplink_kbps: npt.NDArray[np.int32]
    downlink_aggregated_kbps: npt.NDArray[np.int32]


@scalar
def _is_stronger(cdbm: int, cell: int, other_cdbm: int, other: int) -> bool:
    if cell < 0 or other < 0:
        return cell >= 0
    return cdbm > other_cdbm or (cdbm == other_cdbm and cell < other)


@scalar
def _merge(
    rsrp_cdbm: npt.NDArray[np.int16],
    server: npt.NDArray[np.int32],
    second_cdbm: npt.NDArray[np.int16],
    second: npt.NDArray[np.int32],
    sinr_cdb: npt.NDArray[np.int16],
    rsrq_cdb: npt.NDArray[np.int16],
    new_cdbm: npt.NDArray[np.int16],
    new_server: npt.NDArray[np.int32],
    new_second_cdbm: npt.NDArray[np.int16],
    new_second: npt.NDArray[np.int32],
    new_sinr_cdb: npt.NDArray[np.int16],
    new_rsrq_cdb: npt.NDArray[np.int16],
) -> None:
    """Take in a channel, all arrays (pixels,): the two strongest of four, two of which come in order from each side."""
    for i in range(server.size):
        if new_server[i] < 0:
            continue
        if _is_stronger(new_cdbm[i], new_server[i], rsrp_cdbm[i], server[i]):
            if _is_stronger(new_second_cdbm[i], new_second[i], rsrp_cdbm[i], server[i]):
                second_cdbm[i], second[i] = new_second_cdbm[i], new_second[i]
            else:
                second_cdbm[i], second[i] = rsrp_cdbm[i], server[i]
            rsrp_cdbm[i], server[i] = new_cdbm[i], new_server[i]
            sinr_cdb[i], rsrq_cdb[i] = new_sinr_cdb[i], new_rsrq_cdb[i]
        elif _is_stronger(new_cdbm[i], new_server[i], second_cdbm[i], second[i]):
            second_cdbm[i], second[i] = new_cdbm[i], new_server[i]


def combine(
    channels: Mapping[Channel, Signals],
    layers: Mapping[Channel, ChannelLayers],
    *,
    technology: str,
    operator: str | None = None,
    band: str | None = None,
) -> TechnologyLayers:
    """Return the layers of a technology over its channels, or over those of one operator or band.

    Parameters
    ----------
    channels, layers : signals and layers of each channel, over one region.
    operator, band : only channels of this one; None: of all.

    Raises
    ------
    InputError : no channel is of that technology, operator and band.
    """
    chosen = choose_channels(channels, technology=technology, operator=operator, band=band)
    shape = channels[chosen[0]].server.shape
    base = Signals.empty(shape, is_loaded=False)
    result = TechnologyLayers(
        base.rsrp_cdbm, base.server, base.second_cdbm, base.second, base.overlap, base.in_doubt,
        np.full(shape, NO_QUALITY_CDB), np.full(shape, NO_QUALITY_CDB),
        np.full(shape, NO_RATE_KBPS), np.full(shape, NO_RATE_KBPS), np.full(shape, NO_RATE_KBPS),
    )  # fmt: skip
    for name in dict.fromkeys(channel.operator for channel in chosen):
        of_operator = np.full(shape, NO_RATE_KBPS)
        for channel in (one for one in chosen if one.operator == name):
            new, derived = channels[channel], layers[channel]
            _merge(
                flat(result.rsrp_cdbm), flat(result.server), flat(result.second_cdbm), flat(result.second),
                flat(result.sinr_cdb), flat(result.rsrq_cdb), flat(new.rsrp_cdbm), flat(new.server),
                flat(new.second_cdbm), flat(new.second), flat(derived.sinr_cdb), flat(derived.rsrq_cdb),
            )  # fmt: skip
            np.add(result.overlap, new.overlap, out=result.overlap)
            np.logical_or(result.in_doubt, new.in_doubt, out=result.in_doubt)
            np.maximum(result.downlink_kbps, derived.downlink_kbps, out=result.downlink_kbps)
            np.maximum(result.uplink_kbps, derived.uplink_kbps, out=result.uplink_kbps)
            reached = derived.downlink_kbps != NO_RATE_KBPS
            np.maximum(of_operator, 0, out=of_operator, where=reached)
            np.add(of_operator, derived.downlink_kbps, out=of_operator, where=reached)
        np.maximum(result.downlink_aggregated_kbps, of_operator, out=result.downlink_aggregated_kbps)
    return result


def choose_channels(
    channels: Mapping[Channel, Signals], *, technology: str | None, operator: str | None, band: str | None
) -> list[Channel]:
    """Return the channels of a technology, operator and band, each None for any, in the order of their names.

    Raises
    ------
    InputError : there is none, with the names that there are.
    """
    wanted = {"technology": technology, "operator": operator, "band": band}
    chosen = sorted(channels)
    for field, name in wanted.items():
        known = sorted({getattr(channel, field) for channel in chosen})
        chosen = [channel for channel in chosen if name in (None, getattr(channel, field))]
        if not chosen:
            raise input_error(
                "channels", f"no cell of the {field} '{name}'", nearest(f"{name}", known, f"{field}s here")
            )
    return chosen
