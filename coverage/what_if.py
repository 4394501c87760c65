"""What if: a run held open, cells changed, and the layers and tables that follow, bit for bit those of a full run.

Only the windows that a changed cell reaches are computed, from the signals that the run has kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.assemble import ZoneMap, read_verdicts, sum_zones, zone_table
from phusong.coverage.change import changed_signals
from phusong.coverage.engine import Clock, layer_job, write_run
from phusong.coverage.evaluation import needs_power
from phusong.coverage.loss_store import LossStore, open_store
from phusong.coverage.moves import Moves, bounds
from phusong.coverage.network import Network, Progress
from phusong.coverage.plan import Transmitter
from phusong.coverage.prepare import Groups, Prepared, changed_cells, prepare_again, reopen, with_register
from phusong.coverage.propagate import reach
from phusong.coverage.signals import Channel, Signals
from phusong.coverage.statistics import Verdicts, zone_sums
from phusong.coverage.targets import target_table
from phusong.coverage.tile import channel_signals
from phusong.coverage.tile_layers import (
    TileArrays,
    blank_of,
    channel_arrays,
    channels_of,
    compute_tile,
    name_of,
    pack_tile,
    read_layers,
    read_signals,
    technology_arrays,
)
from phusong.coverage.tile_store import TileStore
from phusong.coverage.traffic import settle_loads
from phusong.coverage.workers import Workers
from phusong.scenarios.cell_load import TrafficLoad
from phusong.scenarios.deltas import target_deltas, zone_deltas
from phusong.scenarios.edits import Edit, edit_register, parse_edits
from phusong.scenarios.layers import BY_QUANTITY
from phusong.scenarios.packed import Packed
from phusong.scenarios.registers import Register, register_text
from phusong.scenarios.run_folder import REGISTER
from phusong.scenarios.schema import SitesFile
from phusong.scenarios.store import Run, RunWriter, open_run
from phusong.scenarios.tiled import TiledArrays
from phusong.terrain.window import Window

SumTables = dict[str, dict[str, npt.NDArray[np.int64]]]


@dataclass(frozen=True, eq=False)
class Patch:
    """A window of a tile with its arrays after a change.

    Attributes
    ----------
    tile : the tile's own window; window : the part of it that changed.
    arrays : by the tile's names, over the part; signals that have gone are absent.
    gone : channels that no longer reach the tile.
    """

    tile: Window
    window: Window
    arrays: TileArrays | Packed
    gone: tuple[Channel, ...]


class Change:
    """A network after edits, beside the run that it came from.

    Attributes
    ----------
    live : the run held open.
    network : after the change; register : its cells.
    cells : numbers of the cells that changed.
    moved : names of the path losses of the transmitters that went and came.
    patches : what changed, by tile.
    """

    def __init__(
        self,
        live: LiveRun,
        prepared: Prepared,
        cells: npt.NDArray[np.intp],
        moved: Iterable[str],
        patches: Mapping[Window, Patch],
    ) -> None:
        self.live = live
        self.moved = frozenset(moved)
        self.prepared = prepared
        self.cells = cells
        self.patches = dict(patches)

    @property
    def register(self) -> Register:
        return self.prepared.register

    def layer(self, quantity: str, technology: str, window: Window | None = None) -> npt.NDArray[Any]:
        """Return a layer after the change over a window of the grid, or the whole: as ``Run.layer`` returns it."""
        part = window or self.live.prepared.ground.grid.whole
        values = self._tile_values(quantity, technology, part)
        layer = BY_QUANTITY[quantity]
        unknown = np.empty(0, dtype=np.bool_)
        if not layer.scale and layer.nodata != layer.blank:
            covered = self._tile_values("covered", technology, part)
            unknown = covered == BY_QUANTITY["covered"].nodata
        return layer.from_tiles(values, unknown)

    def _tile_values(self, quantity: str, technology: str, window: Window) -> npt.NDArray[Any]:
        layer, name = BY_QUANTITY[quantity], f"{technology}/{quantity}"
        values = self.live.tiles.read(name, window, layer.blank, layer.dtype)
        for patch in self.patches.values():
            shared = patch.window.shared(window)
            if not shared.is_empty and name in patch.arrays:
                values[shared.within(window)] = patch.arrays[name][shared.within(patch.window)]
        return values

    @property
    def window(self) -> Window:
        """The smallest window that holds all that changed."""
        return bounds(patch.window for patch in self.patches.values()) or Window(0, 0, 0, 0)

    @cached_property
    def sums(self) -> SumTables:
        """The sums of every zone after the change."""
        live = self.live
        sums = {layer: {name: of.copy() for name, of in by.items()} for layer, by in live.sums.items()}
        for patch in self.patches.values():
            part = patch.window.slices
            weights = live.weights.window(part)
            for technology in live.prepared.scenario.coverage:
                if f"{technology}/covered" not in patch.arrays:
                    continue
                before = read_verdicts(live.tiles, technology, patch.window)
                after = Verdicts(
                    *(patch.arrays[f"{technology}/{name}"] for name in ("covered", "probability", "downlink", "uplink"))
                )
                for layer, zone_map in live.zone_maps.items():
                    of_pixel, count = zone_map.of_pixel[part], len(zone_map.zones)
                    sums[layer][technology] += zone_sums(of_pixel, count, weights, after)
                    sums[layer][technology] -= zone_sums(of_pixel, count, weights, before)
        return sums

    def save(self, out: Path | str, *, force: bool = False, progress: Progress | None = None) -> Run:
        """Write the changed network as a run, equal to the last bit to a simulation of its own scenario.

        Its cells stand in tables/register.csv of the new run.
        """
        live, tell = self.live, progress or _silent
        clock = Clock()
        with RunWriter(Path(out), force=force) as writer, TileStore(writer.out, resume=False) as tiles:
            register = writer.write_register(self.register)
            sites = SitesFile(kind="file", path=register, synthetic=self.register.synthetic)
            scenario = self.prepared.scenario.model_copy(update={"sites": sites})
            prepared = replace(self.prepared, scenario=scenario)
            for tile in live.tiles.places:
                patch = self.patches.get(tile)
                packed = live.tiles[tile]
                # The name of a tile changes with all whose path losses meet it, though no pixel of it may hear them.
                if any(live.store.pieces(key).meet(tile) for key in self.moved):
                    job = layer_job(self.prepared, tile, live.store)
                    tiles.put(tile, pack_tile(tile, _patched(packed, patch), job.key))
                else:
                    tiles.take(packed, tile)
            clock.lap("tiles")
            before = live.run.manifest
            about = {
                "input_digests": {**before["input_digests"], REGISTER: _digest_of(self.register)},
                "made_inputs": before["made_inputs"],
                "assumptions": [
                    *before["assumptions"],
                    f"What if: {len(self.cells)} cells differ from the run '{before['title']}' of {before['created']}.",
                ],
            }
            return write_run(prepared, about, writer, tiles, clock, tell)

    @cached_property
    def _zones(self) -> pd.DataFrame:
        return self.live.zone_table(self.sums)

    def zones(self) -> pd.DataFrame:
        """Return a row for each zone and technology after the change."""
        return self._zones.copy()

    def targets(self) -> pd.DataFrame:
        """Return a row for each target after the change."""
        return target_table(self.live.prepared.scenario.targets, self._zones)

    def deltas(self) -> pd.DataFrame:
        """Return the zones whose figures changed: before, after and the difference, greatest loss of area first."""
        return zone_deltas(self.live.zones, self._zones)

    def target_deltas(self) -> pd.DataFrame:
        """Return every target before and after the change."""
        before = target_table(self.live.prepared.scenario.targets, self.live.zones)
        return target_deltas(before, self.targets())


def _digest_of(register: Register) -> str:
    return hashlib.sha256(register_text(register).encode()).hexdigest()


def _patched(packed: Packed, patch: Patch | None) -> TileArrays:
    """Return the arrays of a tile after a change; those of a channel that now reaches it are blank elsewhere."""
    if patch is None:
        return {name: packed[name] for name in packed.members}
    gone = tuple(f"{name_of(channel)}/" for channel in patch.gone)
    arrays = {name: packed[name] for name in packed.members if not name.startswith(gone or ("//",))}
    part = patch.window.within(patch.tile)
    for name in patch.arrays.members if isinstance(patch.arrays, Packed) else patch.arrays:
        values = patch.arrays[name]
        if name not in arrays:
            arrays[name] = np.full(patch.tile.shape, blank_of(name), dtype=values.dtype)
        arrays[name][part] = values
    return arrays


class LiveRun:
    """A run held open for questions: what it was simulated from, its signals, its sums.

    Parameters
    ----------
    run : the finished run.
    store : the path-loss store, or its folder; none: that of the user. What it lacks is computed.
    """

    def __init__(self, run: Run, *, store: LossStore | Path | None = None, progress: Progress | None = None) -> None:
        self.run = run
        self.store = store if isinstance(store, LossStore) else open_store(store)
        self.prepared = reopen(run)
        self.tiles = TiledArrays(run.signals_folder)
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1)
        tell = progress or (lambda _stage, _done, _total: None)
        self.workers = Workers(lambda: ThreadPoolExecutor(os.cpu_count() or 1), os.cpu_count() or 1)
        self.prepared.network.fill(self.store, self.workers, tell)
        grid = self.prepared.ground.grid
        self.weights = self.prepared.weights()
        self.zone_maps = {name: ZoneMap.of(zones, grid) for name, zones in self.prepared.zones.items()}
        verdicts: dict[str, Verdicts] = {
            name: read_verdicts(self.tiles, name, grid.whole) for name in self.prepared.scenario.coverage
        }
        self.sums = sum_zones(self.zone_maps, self.weights, verdicts)
        self.zones = self.zone_table(self.sums)
        self._groups = Groups.of(self.prepared.network)

    def __enter__(self) -> LiveRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let threads and files go."""
        self._threads.shutdown()
        self.workers.close()

    def zone_table(self, sums: SumTables) -> pd.DataFrame:
        """Return the rows of the whole area and of every zone from sums."""
        prepared = self.prepared
        return zone_table(prepared.scenario, prepared.zones, sums, people_by_pixel=prepared.people is not None)

    def change(self, edits: Sequence[Edit | str] = (), *, added: Path | Register | None = None) -> Change:
        """Return the network after edits.

        Parameters
        ----------
        edits : or texts that say them, such as "PT-0001.power_dbm=43"; see ``scenarios.edits``.
        added : further cells, or the CSV file of their register.

        Raises
        ------
        InputError : an edit or a further cell is wrong.
        """
        before = self.prepared
        register = edit_register(before.register, parse_edits(edits), before.scenario, added=added)
        if isinstance(before.scenario.load, TrafficLoad):
            return self._change_everywhere(register)
        after, gone, anew = prepare_again(before, register, self._groups)
        after.network.fill(self.store, self.workers, _silent)
        old, new = before.network, after.network
        is_changed = np.zeros(len(register), dtype=np.bool_)
        is_changed[changed_cells(before.register, register)] = True
        kept = len(old.transmitters) - len(gone)
        moves = Moves(
            lost=[(old.transmitters[number], old.keys[number]) for number in gone],
            gained=list(zip(anew, new.keys[kept:], strict=True)),
            is_changed=is_changed,
        )
        patches = list(self._threads.map(lambda tile: self._patch(tile, after, moves), self.tiles.places))
        changed = {patch.tile: patch for patch in patches if patch is not None}
        moved = (key for _, key in (*moves.lost, *moves.gained))
        return Change(self, after, np.flatnonzero(is_changed), moved, changed)

    def _change_everywhere(self, register: Register) -> Change:
        """Return the network of a register, every tile computed: where loads follow from traffic, all may move."""
        before = self.prepared
        after = with_register(before, register)
        after.network.fill(self.store, self.workers, _silent)
        places = self.tiles.places
        after = settle_loads(after, self.store, self.workers, _silent, places)
        jobs = (layer_job(after, tile, self.store) for tile in places)
        patches = {}
        for job, data in self.workers.run(compute_tile, jobs):
            tile, packed = job.tile.window, Packed(data)
            gone = set(channels_of(self.tiles[tile])) - set(channels_of(packed))
            if packed.about["key"] != self.tiles[tile].about["key"]:
                patches[tile] = Patch(tile, tile, packed, tuple(sorted(gone)))
        return Change(self, after, changed_cells(before.register, register), after.network.keys, patches)

    def _patch(self, tile: Window, after: Prepared, moves: Moves) -> Patch | None:
        """Return what changes in a tile; None where nothing does."""
        part = bounds(
            [reach(one, after.scenario.propagation, after.ground, (0, 0)).shared(tile) for one in moves.transmitters]
        )
        if part is None:
            return None
        packed = self.tiles[tile]
        derivation = after.derivation.window(part)
        arrays: TileArrays = {}
        gone = []
        for channel in sorted({one.channel for one in moves.transmitters}):
            signals = self._signals(packed, channel, tile, part, after.network, moves)
            if signals is None:
                gone.append(channel)
            else:
                arrays |= channel_arrays(channel, signals, derivation)
        of_all = sorted({*channels_of(packed), *(Channel(*name.split("/")[:3]) for name in arrays)} - {*gone})
        for technology in sorted({one.channel.technology for one in moves.transmitters}):
            with_power = needs_power(after.scenario.coverage[technology])  # type: ignore[index]
            signals_of, layers_of = {}, {}
            for channel in of_all:
                if channel.technology != technology:
                    continue
                is_new = f"{name_of(channel)}/server" in arrays
                source: TileArrays | Packed = arrays if is_new else packed
                where = ... if is_new else part.within(tile)
                signals_of[channel] = read_signals(source, channel, where, with_power=with_power)
                layers_of[channel] = read_layers(source, channel, where)
            arrays |= technology_arrays(technology, signals_of, layers_of, derivation)
        return Patch(tile, part, arrays, tuple(gone))

    def _signals(
        self, packed: Packed, channel: Channel, tile: Window, part: Window, network: Network, moves: Moves
    ) -> Signals | None:
        """Return the signals of a channel over a part of a tile after the change; None where it reaches no pixel."""
        if not network.reaches(channel, tile, self.store):
            return None
        shape = part.shape
        nothing = Signals.empty(shape, is_loaded=network.is_loaded)
        before = nothing
        if f"{name_of(channel)}/server" in packed:
            before = read_signals(packed, channel, part.within(tile))

        def of(some: list[tuple[Transmitter, str]]) -> Signals:
            job = network.some_cells(some, part, self.store) if some else None
            return nothing if job is None else channel_signals(network.tile_of(part, {}), job)

        def recompute(asked: npt.NDArray[np.bool_]) -> Signals:
            jobs = network.channel_jobs(part, self.store, only=channel)
            return channel_signals(network.tile_of(part, {}), jobs[channel], asked) if jobs else nothing

        lost, gained = (
            [(one, key) for one, key in some if one.channel == channel] for some in (moves.lost, moves.gained)
        )
        doubt = np.zeros(shape, dtype=np.int32)
        if sorted(key for _, key in lost) != sorted(key for _, key in gained):
            doubt = of(gained).in_doubt.astype(np.int32) - of(lost).in_doubt
        return changed_signals(
            before, of(moves.only_changed(lost)), of(moves.only_changed(gained)), doubt, moves.is_changed, recompute
        )


def open_live(
    run: Run | Path | str, *, store: LossStore | Path | None = None, progress: Progress | None = None
) -> LiveRun:
    """Open a run, or the one in a folder, for questions: see ``LiveRun``."""
    return LiveRun(run if isinstance(run, Run) else open_run(run), store=store, progress=progress)


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""
