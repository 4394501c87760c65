"""What a network costs, against its masts, its area and its workers: `python -m benchmarks.scale [--only masts]`.

Masts: sites of the packaged register, drawn at random. Area: communes, the nearest to the middle first, with the sites
in them. Workers: processes of this machine, and Dask workers on loopback, two against one. Each starts with an empty
path-loss store and takes inputs that are read already; what is timed is path losses and tiles.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from phusong.coverage.engine import TILE_PIXELS, compute_tiles
from phusong.coverage.loss_store import LossStore
from phusong.coverage.plan import plan_tiles
from phusong.coverage.prepare import Prepared, from_inputs
from phusong.coverage.tile_store import TileStore
from phusong.coverage.workers import Kind, Workers, open_workers
from phusong.laboratory import report
from phusong.scenarios.inputs import Inputs, read_inputs
from phusong.scenarios.load import load
from phusong.scenarios.registers import Register

MOST_OFF_LINE_PERCENT = 10.0
LEAST_EFFICIENCY = 0.85
MASTS = (100, 300, 1000, 3000, 9283)
COMMUNES = (10, 37, 74, 148)


class Cost(NamedTuple):
    """What path losses and tiles took, and the bytes that went to and fro if all workers were elsewhere."""

    wall_s: float
    losses_cpu_s: float
    cpu_s: float
    kept_bytes: int
    tile_bytes: int


@lru_cache(maxsize=2)
def inputs_of(resolution_m: float, mode: str) -> Inputs:
    """Read the packaged scenario once."""
    return read_inputs(load("phu-tho", resolution_m=resolution_m, mode=mode))


def some_sites(register: Register, count: int, seed: int = 1) -> Register:
    """Return the cells of so many sites, drawn at random."""
    sites = np.unique(register.site)
    chosen = np.random.default_rng(seed).choice(sites, min(count, sites.size), replace=False)
    return register.select(np.isin(register.site, chosen))


def some_communes(inputs: Inputs, count: int) -> tuple[Inputs, float]:
    """Return the inputs of the communes nearest to the middle, with the sites in them, and their area [km2]."""
    communes = inputs.zones[inputs.scenario.area.zones]
    west, south, east, north = communes.bounds_deg()
    middles = np.array([(shape.centroid.x, shape.centroid.y) for shape in communes.geometry])
    away = np.hypot(middles[:, 0] - (west + east) / 2, middles[:, 1] - (south + north) / 2)
    chosen = np.zeros(len(communes), dtype=np.bool_)
    chosen[np.argsort(away)[:count]] = True
    some = communes.select(chosen)
    zone = some.rasterize(inputs.grid)
    column, row = inputs.grid.column_row(
        *inputs.grid.project(inputs.register.longitude_deg, inputs.register.latitude_deg)
    )
    rows = np.clip(np.rint(row).astype(np.int64), 0, inputs.grid.rows - 1)
    columns = np.clip(np.rint(column).astype(np.int64), 0, inputs.grid.columns - 1)
    inside: npt.NDArray[np.bool_] = zone[rows, columns] >= 0
    area_km2 = float(inputs.grid.pixel_area_km2()[zone >= 0].sum())
    return replace(inputs, zones={inputs.scenario.area.zones: some}, register=inputs.register.select(inside)), area_km2


def cost_of(prepared: Prepared, pool: Workers) -> Cost:
    """Compute path losses and tiles from nothing, and return what that took."""
    with tempfile.TemporaryDirectory() as name:
        losses = LossStore(Path(name) / "losses")
        wall, cpu = time.perf_counter(), time.process_time()
        prepared.network.fill(losses, pool, _silent)
        losses_cpu_s = time.process_time() - cpu
        with TileStore(Path(name) / "run", resume=False) as tiles:
            windows = list(plan_tiles(prepared.network.wanted, TILE_PIXELS))
            compute_tiles(prepared, losses, pool, tiles, _silent, windows)
            tile_bytes = sum(path.stat().st_size for path in tiles.folder.iterdir())
        return Cost(
            time.perf_counter() - wall, losses_cpu_s, time.process_time() - cpu, losses.size_bytes(), tile_bytes
        )


def against_masts(inputs: Inputs, masts: Sequence[int]) -> list[report.Row]:
    """Return a row for each number of sites."""
    rows: list[report.Row] = []
    with open_workers() as pool:
        cost_of(from_inputs(replace(inputs, register=some_sites(inputs.register, 20))), pool)  # compilation
        for count in masts:
            prepared = from_inputs(replace(inputs, register=some_sites(inputs.register, count)))
            cost = cost_of(prepared, pool)
            rows.append(
                {
                    "sites": count,
                    "path losses, CPU [s]": cost.losses_cpu_s,
                    "of a site [ms]": 1e3 * cost.losses_cpu_s / count,
                    "with tiles, CPU [s]": cost.cpu_s,
                    "wall [s]": cost.wall_s,
                    "path losses [MB]": cost.kept_bytes / 1e6,
                    "tiles [MB]": cost.tile_bytes / 1e6,
                }
            )
    return rows


def off_line_percent(rows: Sequence[report.Row], column: str) -> float:
    """Return the greatest deviation of a time from the straight line through all points, in percent of it.

    The points weigh as their own size does: a line of fixed and variable cost is asked for, not of absolute errors.
    """
    sites = np.array([float(str(row["sites"])) for row in rows])
    cpu_s = np.array([float(str(row[column])) for row in rows])
    slope, fixed = np.polyfit(sites, cpu_s, 1, w=1.0 / cpu_s)
    return float(100.0 * np.abs(cpu_s / (fixed + slope * sites) - 1.0).max())


def against_area(inputs: Inputs, communes: Sequence[int]) -> list[report.Row]:
    """Return a row for each number of communes."""
    rows: list[report.Row] = []
    with open_workers() as pool:
        for count in communes:
            some, area_km2 = some_communes(inputs, count)
            cost = cost_of(from_inputs(some), pool)
            rows.append(
                {
                    "communes": count,
                    "area [km2]": area_km2,
                    "sites": len(np.unique(some.register.site)),
                    "CPU [s]": cost.cpu_s,
                    "CPU a km2 [ms]": 1e3 * cost.cpu_s / area_km2,
                    "path losses [MB]": cost.kept_bytes / 1e6,
                    "tiles [MB]": cost.tile_bytes / 1e6,
                }
            )
    return rows


def against_workers(inputs: Inputs, sites: int) -> list[report.Row]:
    """Return a row for each kind of worker: two of them against one."""
    prepared = from_inputs(replace(inputs, register=some_sites(inputs.register, sites)))
    warm_up = from_inputs(replace(inputs, register=some_sites(inputs.register, 20)))
    rows: list[report.Row] = []
    for kind in ("threads", "processes", "dask"):
        walls = {}
        for count in (1, 2):
            with _workers(kind, count) as pool:
                cost_of(warm_up, pool)  # interpreters start, compiled code is read
                walls[count] = cost_of(prepared, pool).wall_s
        rows.append(
            {
                "workers": kind,
                "one [s]": walls[1],
                "two [s]": walls[2],
                "efficiency": walls[1] / (2.0 * walls[2]),
            }
        )
    return rows


@contextmanager
def _workers(kind: str, count: int) -> Iterator[Workers]:
    if kind != "dask":
        local: Kind = "threads" if kind == "threads" else "processes"
        with open_workers(workers=count, kind=local) as pool:
            yield pool
        return
    from distributed import LocalCluster

    cluster: Any = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=count, threads_per_worker=1, processes=True, dashboard_address=":0", host="127.0.0.1"
    )
    try:
        with open_workers(cluster=cluster.scheduler_address) as pool:
            yield pool
    finally:
        cluster.close()


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--resolution", type=float, default=90.0, metavar="M")
    parser.add_argument("--mode", default="exact", choices=("exact", "fast", "draft"))
    parser.add_argument("--masts", nargs="*", type=int, metavar="N", help=f"numbers of sites (default: {MASTS})")
    parser.add_argument("--communes", nargs="*", type=int, metavar="N", help=f"communes (default: {COMMUNES})")
    parser.add_argument("--sites", type=int, default=3000, metavar="N", help="of the comparison of workers")
    parser.add_argument("--only", choices=("masts", "area", "workers"))
    given = parser.parse_args(arguments)
    inputs = inputs_of(given.resolution, given.mode)
    title = f"phu-tho, {given.resolution:g} m, mode {given.mode}"
    if given.only in (None, "masts"):
        rows = against_masts(inputs, given.masts or MASTS)
        musts = [
            report.Must(f"off a straight line, {column} [%]", off_line_percent(rows, column), MOST_OFF_LINE_PERCENT)
            for column in ("path losses, CPU [s]", "with tiles, CPU [s]")
        ]
        notes = ["tiles have a part that goes by area and carriers in reach, which few masts have and many share"]
        report.show(f"against masts, {title}", rows, musts, notes, as_json=given.json)
    if given.only in (None, "area"):
        report.show(f"against area, {title}", against_area(inputs, given.communes or COMMUNES), as_json=given.json)
    if given.only in (None, "workers"):
        rows = against_workers(inputs, given.sites)
        musts = [
            report.Must(
                f"efficiency of two {row['workers']}", float(str(row["efficiency"])), LEAST_EFFICIENCY, at_least=True
            )
            for row in rows
        ]
        report.show(f"against workers, {given.sites} sites, {title}", rows, musts, as_json=given.json)


if __name__ == "__main__":
    main()
