"""The engine: from a scenario to a run on disk. It reads like the data flow.

scenario -> inputs -> transmitters -> tiles -> layers -> zones and targets -> run
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from phusong.coverage.combine import Network, covered_pixels, erase_unwanted, near, paste, run_jobs
from phusong.coverage.ground import Ground
from phusong.coverage.link import NO_SIGNAL_DBM, Layers
from phusong.coverage.manifest import make_manifest
from phusong.coverage.mode_check import measure_mode_error
from phusong.coverage.plan import Transmitter, count_jobs, plan_jobs, plan_transmitters
from phusong.coverage.statistics import NO_DATA, CoveredArray, whole_area, zone_statistics
from phusong.coverage.targets import target_table
from phusong.coverage.tile import compute_tile
from phusong.scenarios.freeze import freeze
from phusong.scenarios.inputs import Inputs, read_inputs
from phusong.scenarios.model_arguments import takes_land_cover
from phusong.scenarios.placement import inside_grid, simulated
from phusong.scenarios.registers import Register
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import Run, RunWriter
from phusong.terrain.grid import Grid
from phusong.terrain.zones import Zones

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how many of its parts are done, and how many there are."""

TILE_PIXELS = 256
_LIBRARIES = ("numpy", "numba", "scipy", "rasterio", "pyproj", "shapely", "pydantic", "matplotlib")
_OVERLAP_NODATA = 65535


def simulate(
    scenario: Scenario,
    out: Path | str,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    force: bool = False,
    progress: Progress | None = None,
    tile_pixels: int = TILE_PIXELS,
) -> Run:
    """Simulate a scenario and write the run.

    Parameters
    ----------
    out : the run folder to be; it appears when everything is done.
    workers : threads that compute tiles; none: one a processor.
    executor : computes the tiles instead, such as a process pool; jobs and results can be pickled.
    force : replace a finished run.
    progress : told how far it is.
    tile_pixels : side of a tile. The result is the same to the last bit for any tile, worker and order.

    Raises
    ------
    InputError : the scenario's inputs are wrong, or ``out`` is not free.
    """
    tell = progress or _silent
    started = time.monotonic()
    timings: dict[str, float] = {}
    with RunWriter(Path(out), force=force) as writer:
        tell("read the inputs", 0, 1)
        inputs = read_inputs(scenario)
        tell("read the inputs", 1, 1)
        timings["inputs"] = time.monotonic() - started

        computed = simulated(inputs.register, inputs.elevation)
        cells = inputs.register.select(computed)
        stranded = inputs.register.select(
            (inputs.register.status == "on") & inside_grid(inputs.register, inputs.grid) & ~computed
        )
        land_cover = inputs.land_cover if takes_land_cover(scenario.propagation) else None
        ground = Ground(inputs.grid, inputs.elevation.height_m, inputs.clutter_m, land_cover)
        wanted = inputs.zones[scenario.area.zones].rasterize(inputs.grid) >= 0
        for name, zones in inputs.zones.items():
            if name != scenario.area.zones:
                wanted |= zones.rasterize(inputs.grid) >= 0
        transmitters = plan_transmitters(cells, ground, bands=scenario.bands, antennas=scenario.antennas)
        network = compute_network(
            scenario, ground, transmitters, wanted,
            stranded=stranded, workers=workers, executor=executor, progress=tell, tile_pixels=tile_pixels,
        )  # fmt: skip
        timings["simulation"] = time.monotonic() - started - timings["inputs"]

        mode_error = measure_mode_error(scenario, ground, transmitters)

        tell("write the run", 0, 1)
        zone_table = all_zone_statistics(scenario, inputs.zones, network.covered, inputs.grid)
        _write_layers(writer, scenario, inputs, network)
        if land_cover is not None:
            writer.write_land_cover(land_cover, inputs.grid)
        writer.write_table("zones", zone_table)
        writer.write_table("targets", target_table(scenario.targets, zone_table))
        writer.write_table("cells", _cell_table(cells))
        writer.write_scenario(freeze(scenario))
        timings["total"] = time.monotonic() - started
        writer.write_manifest(
            make_manifest(scenario, inputs, network, cells, transmitters, wanted, timings, mode_error)
        )
        run = writer.finish()
        tell("write the run", 1, 1)
    return run


def compute_network(
    scenario: Scenario,
    ground: Ground,
    transmitters: Sequence[Transmitter],
    wanted: npt.NDArray[np.bool_],
    *,
    stranded: Register | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    tile_pixels: int = TILE_PIXELS,
) -> Network:
    """Compute the layers of a network over the wanted pixels of the grid.

    ``stranded`` are cells whose masts stand on missing terrain: what they cover is not known.
    Memory holds the layers and a few tiles, however many transmitters there are.
    """
    tell = progress or _silent
    workers = workers or os.cpu_count() or 1
    layers: dict[str, Layers] = {technology: Layers.empty(ground.grid.shape) for technology in scenario.coverage}
    jobs = plan_jobs(scenario, ground, transmitters, wanted, tile_pixels=tile_pixels)
    total = count_jobs(ground.grid, wanted, tile_pixels)
    pool = executor or ThreadPoolExecutor(workers)
    try:
        tell("simulate", 0, total)
        for done, (job, parts) in enumerate(run_jobs(compute_tile, jobs, pool, at_once=2 * workers), start=1):
            paste(layers, job, parts)
            tell("simulate", done, total)
    finally:
        if executor is None:
            pool.shutdown(cancel_futures=True)
    is_known = ground.is_known()
    covered: dict[str, CoveredArray] = {}
    for technology, definition in scenario.coverage.items():
        if stranded is not None:
            alike = stranded.select(stranded.technology == technology)
            layers[technology].in_doubt[near(alike, ground.grid, scenario.propagation.radius_km * 1000.0)] = True
        erase_unwanted(layers[technology], wanted)
        covered[technology] = covered_pixels(layers[technology], definition, is_known, wanted)
    return Network(layers, covered)


def all_zone_statistics(
    scenario: Scenario, zones: Mapping[str, Zones], covered: Mapping[str, CoveredArray], grid: Grid
) -> pd.DataFrame:
    """Return the statistics of the whole area and of every zone layer, one table."""
    tables = {name: zone_statistics(name, layer, covered, grid) for name, layer in zones.items()}
    area = whole_area(tables[scenario.area.zones], scenario.scenario.title)
    return pd.concat([area, *tables.values()], ignore_index=True)


def _write_layers(writer: RunWriter, scenario: Scenario, inputs: Inputs, network: Network) -> None:
    grid = inputs.grid
    terrain = {"terrain": inputs.elevation.source, "scenario": scenario.scenario.name}
    for technology, layers in network.layers.items():
        definition = scenario.coverage[technology]  # type: ignore[index]
        rsrp_dbm = np.where(layers.rsrp_dbm == NO_SIGNAL_DBM, np.float32("nan"), layers.rsrp_dbm)
        unknown = network.covered[technology] == NO_DATA
        overlap = np.where(unknown, np.uint16(_OVERLAP_NODATA), layers.overlap)
        meaning = (
            f"1: median RSRP of at least {definition.median_threshold_dbm:.2f} dBm "
            f"({definition.threshold_dbm:g} dBm at {definition.location_percent:g} % of places), 0: less, 255: no data"
        )
        for quantity, values, nodata, units, description in (
            ("rsrp", rsrp_dbm, float("nan"), "dBm", f"median RSRP of the strongest cell, {scenario.propagation.place}"),
            ("server", layers.server, -1, "index", "row of the strongest cell in tables/cells.csv, counted from 0"),
            ("overlap", overlap, _OVERLAP_NODATA, "count", "cells at or above the threshold of coverage"),
            ("covered", network.covered[technology], int(NO_DATA), "1", meaning),
        ):
            writer.write_layer(
                quantity, technology, values, grid, nodata=nodata, units=units, description=description, tags=terrain
            )
    writer.write_elevation(inputs.elevation)
    if inputs.clutter_m is not None:
        writer.write_clutter(inputs.clutter_m, grid)
    writer.write_zones(inputs.zones)
    writer.write_antennas(scenario.antennas)


def _cell_table(cells: Register) -> pd.DataFrame:
    """Return the cells as simulated, each with the names of its values that are defaults."""
    table = cells.to_frame()
    assumed = [np.where(where, name, "") for name, where in cells.assumed.items()]
    table["assumed"] = [" ".join(filter(None, names)) for names in zip(*assumed, strict=True)] if assumed else ""
    return table


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""
