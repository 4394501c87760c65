"""Speed and accuracy of the modes exact, fast and draft: `python -m benchmarks.raster_modes [--terrain TILE.hgt ...]`.

CPU time a pixel of one mast on one core, the cost of a further band, the modes' difference to exact with and without
refinement, what pruning loses, a doubled radius, and two threads over masts. Terrain as in ``exact_sweep``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from phusong.coverage.losses import RAYS_PER_PIXEL
from phusong.kernels.raster.p1812_lanes import Carrier, make_carrier
from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.radial import sweep_radial
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import sweep
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, Region
from phusong.laboratory import report, terrain
from phusong.laboratory.shared import found_tiles
from phusong.laboratory.timing import measure_cpu

FREQUENCIES_MHZ = (1800.0, 900.0, 2600.0)  # the first alone, then all three for the cost of a further band
MAST_HEIGHT_M = 30.0
MOBILE_HEIGHT_M = 1.5
REFINE_DB = 0.2
MOST_LOSS_DB = 150.0
MOST_RELIEF_OF_HILLS_M = 500.0
MASTS_OF_A_THREAD = 8

FloatArray = npt.NDArray[np.float32]
Mode = Literal["exact", "fast", "draft"]


@dataclass(frozen=True, eq=False)
class Job:
    """One mast over one surface, in any mode."""

    surface: Surface
    mast: Mast
    resolution_m: float
    radius_m: float

    @classmethod
    def of(cls, window: terrain.Window, radius_m: float, clutter_m: FloatArray | None = None) -> Job:
        """Lay out a window for a mast of 30 m."""
        return cls(*window.lay_out(MAST_HEIGHT_M, clutter_m), window.resolution_m, radius_m)

    def run(self, mode: Mode, *, bands: int = 1, **options: Any) -> FloatArray:
        """Return the loss of every pixel, (bands, rows, columns) [dB]."""
        carriers = [_carrier(frequency_mhz) for frequency_mhz in FREQUENCIES_MHZ[:bands]]
        rows, columns = self.surface.shape
        where: dict[str, Any] = {
            "region": Region(0, rows, 0, columns), "resolution_m": self.resolution_m, "radius_m": self.radius_m,
        }  # fmt: skip
        if mode == "exact":
            return sweep(self.surface, self.mast, carriers, **where)
        return sweep_radial(self.surface, self.mast, carriers, rays_per_pixel=RAYS_PER_PIXEL[mode], **where, **options)


def _carrier(frequency_mhz: float) -> Carrier:
    return make_carrier(frequency_mhz=frequency_mhz, mast_height_m=MAST_HEIGHT_M, mobile_height_m=MOBILE_HEIGHT_M)


def measure(job: Job, *, runs: int) -> report.Row:
    """Return speed and accuracy of the modes on a job."""
    exact_db = job.run("exact")[0]
    known = exact_db < NO_TERRAIN_DB
    pixels = int(known.sum())

    def ns(work: Callable[[], object]) -> float:
        return measure_cpu(work, runs).median_s / pixels * 1e9

    def further_band_ns(mode: Mode) -> float:
        """From the fastest runs: a difference of two medians would show the machine's noise."""
        one, all_of_them = (
            min(measure_cpu(lambda bands=bands: job.run(mode, bands=bands), runs).runs_s)  # type: ignore[misc]
            for bands in (1, len(FREQUENCIES_MHZ))
        )
        return (all_of_them - one) / (len(FREQUENCIES_MHZ) - 1) / pixels * 1e9

    def rms_db(loss_db: FloatArray) -> float:
        return float(np.sqrt(np.mean((loss_db[0] - exact_db)[known].astype(np.float64) ** 2)))

    fast_db = job.run("fast")
    refined_db = job.run("fast", refine_db=REFINE_DB)
    pruned_db = job.run("fast", most_loss_db=MOST_LOSS_DB)
    return {
        "pixels": pixels,
        "exact [ns]": ns(lambda: job.run("exact")),
        "fast [ns]": ns(lambda: job.run("fast")),
        "draft [ns]": ns(lambda: job.run("draft")),
        "refined [ns]": ns(lambda: job.run("fast", refine_db=REFINE_DB)),
        "pruned [ns]": ns(lambda: job.run("fast", most_loss_db=MOST_LOSS_DB)),
        "band, exact [ns]": further_band_ns("exact"),
        "band, fast [ns]": further_band_ns("fast"),
        "fast [dB]": rms_db(fast_db),
        "draft [dB]": rms_db(job.run("draft")),
        "refined [dB]": rms_db(refined_db),
        "refined [%]": 100.0 * float(np.mean((refined_db != fast_db)[0][known])),
        "pruned [%]": 100.0 * float(np.mean((pruned_db != fast_db)[0][known])),
        "lost": int(np.sum((fast_db <= MOST_LOSS_DB) & (pruned_db != fast_db))),
    }


def table(tiles: Sequence[Path], *, resolution_m: float, radius_m: float, runs: int) -> list[report.Row]:
    """Return a row for every window without, and with clutter."""
    rows: list[report.Row] = []
    for window in terrain.windows(tiles, resolution_m=resolution_m, radius_m=radius_m):
        kind = "hills" if window.relief_m < MOST_RELIEF_OF_HILLS_M else "mountains"
        for clutter, clutter_m in (("none", None), ("patches", terrain.clutter_patches(window.height_m.shape))):
            about: report.Row = {"terrain": window.name, "kind": kind, "clutter": clutter}
            rows.append(about | measure(Job.of(window, radius_m, clutter_m), runs=runs))
    return rows


def doubled_radius(tiles: Sequence[Path], *, resolution_m: float, radius_m: float, runs: int) -> float:
    """Return how many times the CPU time of a pixel grows in mode fast with twice the radius, mean over windows."""
    ratios = []
    for window in terrain.windows(tiles, resolution_m=resolution_m, radius_m=2 * radius_m):
        costs = []
        for reach_m in (radius_m, 2 * radius_m):
            job = Job.of(window, reach_m)
            pixels = int(np.sum(job.run("fast")[0] < NO_TERRAIN_DB))
            costs.append(measure_cpu(lambda job=job: job.run("fast"), runs).median_s / pixels)  # type: ignore[misc]
        ratios.append(costs[1] / costs[0])
    return float(np.mean(ratios))


def two_threads(tiles: Sequence[Path], *, resolution_m: float, radius_m: float, runs: int) -> float:
    """Return how many times the masts of a second are those of one thread, in mode fast; the best of the runs.

    Each run times the two in turn. On a busy machine the figure says how busy it is.
    """
    window = terrain.windows(tiles, resolution_m=resolution_m, radius_m=radius_m)[0]
    job = Job.of(window, radius_m)
    job.run("fast")

    def masts(_: object = None) -> None:
        for _mast in range(MASTS_OF_A_THREAD):
            job.run("fast")

    ratios = []
    with ThreadPoolExecutor(2) as pool:
        for _ in range(runs):
            start = time.perf_counter()
            masts()
            between = time.perf_counter()
            list(pool.map(masts, range(2)))
            ratios.append(2.0 * (between - start) / (time.perf_counter() - between))
    return max(ratios)


def musts(rows: Sequence[report.Row], *, radius_ratio: float, thread_ratio: float) -> list[report.Must]:
    """Return the limits that the worst rows have to keep."""
    bare = [row for row in rows if row["clutter"] == "none"]

    def worst(name: str, kind: str | None = None) -> float:
        return max((float(row[name] or 0.0) for row in bare if kind in (None, row["kind"])), default=0.0)

    return [
        report.Must("fast, slowest terrain without clutter [ns/pixel]", worst("fast [ns]"), 110.0),
        report.Must("draft, slowest terrain without clutter [ns/pixel]", worst("draft [ns]"), 90.0),
        report.Must("a further band, exact [ns/pixel]", worst("band, exact [ns]"), 15.0),
        report.Must("a further band, fast [ns/pixel]", worst("band, fast [ns]"), 15.0),
        report.Must("fast against exact, hills, RMS [dB]", worst("fast [dB]", "hills"), 0.2),
        report.Must("fast against exact, mountains, RMS [dB]", worst("fast [dB]", "mountains"), 0.5),
        report.Must("pixels under the limit lost by pruning", sum(int(row["lost"] or 0) for row in rows), 0),
        report.Must("fast, twice the radius, times the CPU of a pixel", radius_ratio, 1.4),
        report.Must("two threads over masts, times one", thread_ratio, 1.9, at_least=True),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--terrain", type=Path, nargs="+", metavar="TILE", help="HGT or GeoTIFF tiles in degrees")
    parser.add_argument("--made", action="store_true", help="made terrain even where real tiles are found")
    parser.add_argument("--resolution", type=float, default=30.0, metavar="M")
    parser.add_argument("--radius", type=float, default=10.0, metavar="KM")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args(arguments)
    tiles = given.terrain or ([] if given.made else found_tiles())
    size = {"resolution_m": given.resolution, "radius_m": 1000.0 * given.radius, "runs": given.runs}
    rows = table(tiles, **size)
    title = (
        f"Raster modes, {given.radius:g} km, {given.resolution:g} m, {FREQUENCIES_MHZ[0]:g} MHz, one core, "
        f"median of {given.runs}; ns of CPU a pixel, dB RMS to exact; refined where {REFINE_DB:g} dB are expected, "
        f"pruned beyond {MOST_LOSS_DB:g} dB"
    )
    ratios = musts(rows, radius_ratio=doubled_radius(tiles, **size), thread_ratio=two_threads(tiles, **size))
    report.show(title, rows, ratios, as_json=given.json)


if __name__ == "__main__":
    main()
