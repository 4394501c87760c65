"""The engine: from a scenario to a run on disk. It reads like the data flow.

scenario -> inputs -> network -> path losses -> tiles -> layers -> zones and targets -> run
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from phusong.coverage.assemble import ZoneMap, read_verdicts, sum_zones, write_layers, zone_table
from phusong.coverage.loss_store import LossStore, open_store
from phusong.coverage.manifest import make_manifest
from phusong.coverage.mode_check import measure_mode_error
from phusong.coverage.network import Progress
from phusong.coverage.plan import plan_tiles
from phusong.coverage.prepare import Prepared, from_inputs
from phusong.coverage.statistics import Verdicts
from phusong.coverage.targets import target_table
from phusong.coverage.tile_layers import LayerJob, compute_tile
from phusong.coverage.tile_store import TileStore
from phusong.coverage.traffic import settle_loads
from phusong.coverage.workers import Kind, Workers, ahead, open_workers
from phusong.scenarios.freeze import freeze
from phusong.scenarios.inputs import read_inputs
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import Run, RunWriter
from phusong.scenarios.tiled import TiledArrays
from phusong.terrain.window import Window

TILE_PIXELS = 256


def simulate(
    scenario: Scenario,
    out: Path | str,
    *,
    workers: int | None = None,
    kind: Kind = "threads",
    cluster: str | None = None,
    store: LossStore | Path | None = None,
    store_gb: float | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    tile_pixels: int = TILE_PIXELS,
) -> Run:
    """Simulate a scenario and write the run.

    Parameters
    ----------
    out : the run folder to be; it appears when everything is done.
    workers : how many compute; none: one a processor.
    kind : threads of this process, or processes of this machine.
    cluster : address of a Dask scheduler, whose workers compute instead.
    store : the path-loss store, or its folder; none: that of the user.
    store_gb : cap of a store named by its folder, or of the user's [GiB]; none: 20.
    resume : go on from the tiles that an earlier attempt at the same run has finished.
    force : replace a finished run.
    progress : told how far it is.
    tile_pixels : side of a tile. The result is the same to the last bit for any tile, worker and order.

    Raises
    ------
    InputError : the scenario's inputs are wrong, or ``out`` is not free.
    """
    tell = progress or _silent
    clock = Clock()
    losses = store if isinstance(store, LossStore) else open_store(store, store_gb)
    with (
        RunWriter(Path(out), force=force) as writer,
        open_workers(workers=workers, kind=kind, cluster=cluster) as pool,
        TileStore(writer.out, resume=resume) as tiles,
    ):
        tell("read the inputs", 0, 1)
        inputs = read_inputs(scenario)
        prepared = from_inputs(inputs)
        tell("read the inputs", 1, 1)
        clock.lap("inputs")
        prepared.network.fill(losses, pool, tell)
        clock.lap("path losses")
        windows = list(plan_tiles(prepared.network.wanted, tile_pixels))
        prepared = settle_loads(prepared, losses, pool, tell, windows)
        clock.lap("loads")
        compute_tiles(prepared, losses, pool, tiles, tell, windows)
        clock.lap("tiles")
        losses.trim(prepared.network.keys)
        about = {"input_digests": inputs.digests, "assumptions": inputs.assumptions, "made_inputs": inputs.made}
        return write_run(prepared, about, writer, tiles, clock, tell)


def compute_tiles(
    prepared: Prepared,
    losses: LossStore,
    pool: Workers,
    tiles: TileStore,
    tell: Progress,
    windows: Sequence[Window],
) -> None:
    """Compute the tiles that are not finished yet."""
    tiles.keep_only(windows)
    done = 0

    def jobs() -> Iterator[LayerJob]:
        nonlocal done
        for job in ahead(pool.readers, lambda window: layer_job(prepared, window, losses), windows):
            if tiles.has(job.tile.window, job.key):
                done += 1
            else:
                yield job

    tell("compute tiles", 0, len(windows))
    for job, data in pool.run(compute_tile, jobs()):
        tiles.put(job.tile.window, data)
        done += 1
        tell("compute tiles", done, len(windows))
    tell("compute tiles", len(windows), len(windows))


def layer_job(prepared: Prepared, window: Window, losses: LossStore) -> LayerJob:
    """Return the job of a tile."""
    return LayerJob(prepared.network.tile(window, losses), prepared.derivation.window(window))


def write_run(
    prepared: Prepared, about: Mapping[str, Any], writer: RunWriter, tiles: TileStore, clock: Clock, tell: Progress
) -> Run:
    """Write the run that finished tiles make up.

    Parameters
    ----------
    about : the digests of the inputs and what they assume, for the manifest.
    """
    scenario, grid = prepared.scenario, prepared.ground.grid
    tell("write the run", 0, 4)
    arrays = TiledArrays(writer.take_tiles(tiles.folder))
    mode_error = measure_mode_error(scenario, prepared.ground, prepared.network.transmitters)
    maps = {name: ZoneMap.of(zones, grid) for name, zones in prepared.zones.items()}
    verdicts: dict[str, Verdicts] = {name: read_verdicts(arrays, name, grid.whole) for name in scenario.coverage}
    sums = sum_zones(maps, prepared.weights(), verdicts)
    zones = zone_table(scenario, prepared.zones, sums, people_by_pixel=prepared.people is not None)
    tell("write the run", 1, 4)
    ground = [lambda: writer.write_elevation(prepared.elevation)]
    if (clutter_m := prepared.ground.clutter_m) is not None:
        ground.append(lambda: writer.write_clutter(clutter_m, grid))
    if (land_cover := prepared.land_cover) is not None:
        ground.append(lambda: writer.write_land_cover(land_cover, grid))
    if (people := prepared.people) is not None:
        ground.append(lambda: writer.write_population(people.people, grid, source=people.source, made=people.made))
    write_layers(writer, arrays, scenario, grid, prepared.elevation.source, besides=ground)
    tell("write the run", 2, 4)
    writer.write_zones(prepared.zones)
    writer.write_antennas(scenario.antennas)
    tell("write the run", 3, 4)
    writer.write_table("zones", zones)
    writer.write_table("targets", target_table(scenario.targets, zones))
    writer.write_table("cells", cell_table(prepared))
    writer.write_scenario(freeze(scenario))
    clock.lap("run")
    writer.write_manifest(make_manifest(prepared, about, arrays, verdicts, clock.seconds, mode_error))
    run = writer.finish()
    tell("write the run", 4, 4)
    return run


def cell_table(prepared: Prepared) -> pd.DataFrame:
    """Return all cells, with whether each was simulated, and the names of its values that are defaults."""
    cells = prepared.register
    table = cells.to_frame()
    table["downlink_load_percent"] = np.round(100.0 * prepared.budgets.downlink_load, 2)
    table["simulated"] = np.where(prepared.is_simulated, "yes", "no")
    assumed = [np.where(where, name, "") for name, where in cells.assumed.items()]
    table["assumed"] = [" ".join(filter(None, names)) for names in zip(*assumed, strict=True)] if assumed else ""
    return table


class Clock:
    """Seconds by stage, and in total."""

    def __init__(self) -> None:
        self._started = self._last = time.monotonic()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Count the time since the last stage, or the start, to this one."""
        now = time.monotonic()
        self.seconds[stage], self._last = now - self._last, now
        self.seconds["total"] = now - self._started


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""
