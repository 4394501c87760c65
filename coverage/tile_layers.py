"""From the signals of a tile to its layers: quality and rates of every channel, then the layers of each technology."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.coverage.channel_layers import NO_QUALITY_CDB, NO_RATE_KBPS, ChannelLayers, channel_layers
from phusong.coverage.evaluation import evaluate
from phusong.coverage.propagate import program_digest
from phusong.coverage.signals import NO_SERVER, NO_SIGNAL_CDBM, Channel, Signals
from phusong.coverage.technology_layers import combine
from phusong.coverage.tile import TileJob, compute_signals
from phusong.kernels._jit import sources_digest
from phusong.scenarios.coverage_definition import CoverageDefinition
from phusong.scenarios.layers import BY_QUANTITY
from phusong.scenarios.link_resolution import CellBudgets, ChannelBudget
from phusong.scenarios.packed import Packed, pack
from phusong.terrain.window import Window

BoolArray = npt.NDArray[np.bool_]
TileArrays = dict[str, npt.NDArray[Any]]
"""Arrays of a tile by name: TECHNOLOGY/OPERATOR/BAND/quantity of a channel, TECHNOLOGY/quantity of a technology."""


@dataclass(frozen=True, eq=False)
class Derivation:
    """What the layers of a window follow from, besides its signals.

    Attributes
    ----------
    budgets : link budget of every channel; cells : the station's side of every cell.
    definitions : when a pixel counts as covered, by technology.
    wanted, is_known : (rows, columns) the pixels asked for, and those with all ground data.
    near_stranded : (rows, columns) by technology, the pixels within reach of a mast that stands on missing terrain.
    location_sigma_db : float32 (rows, columns), by land cover; None: that of the definition everywhere.
    """

    budgets: Mapping[Channel, ChannelBudget]
    cells: CellBudgets
    definitions: Mapping[str, CoverageDefinition]
    wanted: BoolArray
    is_known: BoolArray
    near_stranded: Mapping[str, BoolArray]
    location_sigma_db: npt.NDArray[np.float32] | None

    def window(self, window: Window) -> Derivation:
        """Return the same for a window of the grid; the arrays are views."""
        part = window.slices
        return replace(
            self,
            wanted=self.wanted[part],
            is_known=self.is_known[part],
            near_stranded={name: near[part] for name, near in self.near_stranded.items()},
            location_sigma_db=None if self.location_sigma_db is None else self.location_sigma_db[part],
        )


def name_of(channel: Channel) -> str:
    """Return what the arrays of a channel begin with."""
    return "/".join(channel)


def write_signals(channel: Channel, signals: Signals) -> TileArrays:
    """Return the arrays of signals; loads that all cells share are none."""
    return {
        f"{name_of(channel)}/{part.name}": array
        for part in fields(Signals)
        if (array := getattr(signals, part.name)) is not None
    }


def read_signals(
    arrays: Mapping[str, npt.NDArray[Any]] | Packed, channel: Channel, part: Any, *, with_power: bool = True
) -> Signals:
    """Return the signals of a channel over a part of a window's arrays.

    Parameters
    ----------
    with_power : whether the sums of power are asked for; else they are empty.
    """
    names = [one.name for one in fields(Signals) if with_power or one.name not in ("power", "loaded")]
    named = _read(arrays, channel, names, part)
    if not with_power:
        named["power"] = np.empty((0, 0), dtype=np.int64)
    return Signals(**{one.name: named.get(one.name) for one in fields(Signals)})  # type: ignore[arg-type]


def read_layers(arrays: Mapping[str, npt.NDArray[Any]] | Packed, channel: Channel, part: Any) -> ChannelLayers:
    """Return the quality and rates of a channel over a part of a window's arrays."""
    return ChannelLayers(**_read(arrays, channel, [one.name for one in fields(ChannelLayers)], part))


def _read(
    arrays: Mapping[str, npt.NDArray[Any]] | Packed, channel: Channel, names: Sequence[str], part: Any
) -> dict[str, npt.NDArray[Any]]:
    """Return arrays of a channel over a part, by their own names; those that are not there are left out."""
    whole = {f"{name_of(channel)}/{name}": name for name in names}
    found = arrays.arrays(whole) if isinstance(arrays, Packed) else {key: arrays[key] for key in whole if key in arrays}
    return {whole[key]: array[part] for key, array in found.items()}


def channel_arrays(channel: Channel, signals: Signals, derivation: Derivation) -> TileArrays:
    """Return the arrays of a channel over a window: its signals, quality and rates."""
    layers = channel_layers(signals, derivation.budgets[channel], derivation.cells)
    return write_signals(channel, signals) | {
        f"{name_of(channel)}/{part.name}": getattr(layers, part.name) for part in fields(ChannelLayers)
    }


def technology_arrays(
    technology: str,
    signals: Mapping[Channel, Signals],
    layers: Mapping[Channel, ChannelLayers],
    derivation: Derivation,
) -> TileArrays:
    """Return the arrays of a technology over a window, from those of the channels that reach it."""
    combined = combine(signals, layers, derivation.wanted.shape)
    answer = evaluate(
        derivation.definitions[technology], signals, derivation.budgets, derivation.cells,
        unknown=~(derivation.wanted & derivation.is_known),
        in_doubt=combined.in_doubt | derivation.near_stranded[technology],
        location_sigma_db=derivation.location_sigma_db,
        layers=layers,
    )  # fmt: skip
    arrays: TileArrays = {
        "rsrp": combined.rsrp_cdbm,
        "server": combined.server,
        "second_rsrp": combined.second_cdbm,
        "second_server": combined.second,
        "overlap": combined.overlap,
        "rsrq": combined.rsrq_cdb,
        "sinr": combined.sinr_cdb,
        "downlink": combined.downlink_kbps,
        "uplink": combined.uplink_kbps,
        "downlink_aggregated": combined.downlink_aggregated_kbps,
        "probability": answer.probability,
        "covered": answer.covered,
    }
    for name, array in arrays.items():
        array[~derivation.wanted] = BY_QUANTITY[name].blank
    return {f"{technology}/{name}": array for name, array in arrays.items()}


@cache
def _engine_digest() -> str:
    """Return a digest of the engine's code, which path losses do not follow from, but layers do."""
    return sources_digest(Path(__file__).parent)


@dataclass(frozen=True, eq=False)
class LayerJob:
    """A tile with all that its layers follow from; it can be pickled and computed anywhere."""

    tile: TileJob
    derivation: Derivation

    @cached_property
    def key(self) -> str:
        """The name of all that the tile follows from, 64 hexadecimal digits."""
        tile, derivation = self.tile, self.derivation
        settings: list[Any] = [
            list(tile.window),
            tile.resolution_m,
            tile.mobile_height_m,
            {name: one.model_dump(mode="json") for name, one in derivation.definitions.items()},
            [[*channel, derivation.budgets[channel]] for channel in tile.channels],
            [program_digest(), _engine_digest()],
        ]
        name = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
        for channel in tile.channels.values():
            name.update(channel.digest)
            for figures in derivation.cells:
                name.update(figures[channel.cells].tobytes())
        for array in (tile.ground_m, derivation.wanted, derivation.is_known, *derivation.near_stranded.values()):
            name.update(array.tobytes())
        if derivation.location_sigma_db is not None:
            name.update(derivation.location_sigma_db.tobytes())
        return name.hexdigest()


def compute_tile(job: LayerJob) -> bytes:
    """Compute a tile: its arrays, packed."""
    signals = compute_signals(job.tile)
    derivation = job.derivation
    arrays: TileArrays = {}
    for channel, received in signals.items():
        arrays |= channel_arrays(channel, received, derivation)
    for technology in derivation.definitions:
        here = {channel: received for channel, received in signals.items() if channel.technology == technology}
        layers = {channel: read_layers(arrays, channel, ...) for channel in here}
        arrays |= technology_arrays(technology, here, layers, derivation)
    return pack_tile(job.tile.window, arrays, job.key)


def pack_tile(window: Window, arrays: TileArrays, key: str) -> bytes:
    """Return the bytes of a tile.

    Parameters
    ----------
    key : names all that the tile follows from.
    """
    return pack({name: arrays[name] for name in sorted(arrays)}, {"place": list(window), "key": key})


_BLANKS: Mapping[str, np.integer[Any]] = {
    "rsrp_cdbm": NO_SIGNAL_CDBM,
    "second_cdbm": NO_SIGNAL_CDBM,
    "server": NO_SERVER,
    "second": NO_SERVER,
    "sinr_cdb": NO_QUALITY_CDB,
    "rsrq_cdb": NO_QUALITY_CDB,
    "downlink_kbps": NO_RATE_KBPS,
    "uplink_kbps": NO_RATE_KBPS,
}


def blank_of(name: str) -> int:
    """Return what stands in an array of a channel where no cell of it reaches."""
    return int(_BLANKS.get(name.rsplit("/", 1)[1], np.int64(0)))


def channels_of(packed: Packed) -> list[Channel]:
    """Return the channels that reach a tile."""
    return sorted(
        Channel(*name.split("/")[:3]) for name in packed.members if name.endswith("/server") and name.count("/") == 3
    )
