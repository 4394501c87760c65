"""Speed and accuracy of the exact raster sweep: `python -m benchmarks.exact_sweep [--terrain TILE.hgt ...]`.

CPU time a pixel of one mast, one core, without and with clutter, and the difference to the scalar definition of P.1812
on a random sample of pixels. Terrain: the tiles given, else those beside the checkout, else made fractal terrain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from phusong.kernels.itu import p1812
from phusong.kernels.raster.p1812_lanes import make_carrier
from phusong.kernels.raster.profile import Mast, sample_profile
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import sweep
from phusong.kernels.raster.wedges import NO_TERRAIN_DB, Region
from phusong.laboratory import report, terrain
from phusong.laboratory.shared import found_tiles
from phusong.laboratory.timing import measure_cpu

FREQUENCY_MHZ = 1800.0
MAST_HEIGHT_M = 30.0
MOBILE_HEIGHT_M = 1.5
MOST_NS, MOST_RMS_DB, MOST_DB = 500.0, 0.005, 0.1


@dataclass(frozen=True, eq=False)
class Job:
    """One mast over one surface."""

    surface: Surface
    mast: Mast
    resolution_m: float
    radius_m: float
    time_percent: float = 50.0

    @classmethod
    def of(
        cls,
        window: terrain.Window,
        radius_m: float,
        clutter_m: npt.NDArray[np.float32] | None = None,
        time_percent: float = 50.0,
    ) -> Job:
        """Lay out a window for a mast of 30 m."""
        return cls(*window.lay_out(MAST_HEIGHT_M, clutter_m), window.resolution_m, radius_m, time_percent)

    def run(self) -> npt.NDArray[np.float32]:
        """Return the loss of every pixel (rows, columns) [dB]."""
        rows, columns = self.surface.shape
        carrier = make_carrier(
            frequency_mhz=FREQUENCY_MHZ,
            mast_height_m=MAST_HEIGHT_M,
            mobile_height_m=MOBILE_HEIGHT_M,
            time_percent=self.time_percent,
        )
        loss_db: npt.NDArray[np.float32] = sweep(
            self.surface,
            self.mast,
            [carrier],
            region=Region(0, rows, 0, columns),
            resolution_m=self.resolution_m,
            radius_m=self.radius_m,
        )[0]
        return loss_db

    def definition_db(self, row: int, column: int) -> float:
        """Return the loss of one pixel by the scalar definition [dB]."""
        ground, top = self.surface.ground_by_row, self.surface.top_by_row
        path = sample_profile(ground, ground if top is None else top, self.mast, row, column, self.resolution_m)
        inland = np.full(path.distance_km.size, p1812.INLAND, dtype=np.int8)
        return p1812.predict(
            path.distance_km, path.ground_m, path.top_m, inland,
            FREQUENCY_MHZ / 1000.0, MAST_HEIGHT_M, MOBILE_HEIGHT_M, True,
            self.time_percent, 50.0, 0.0, 21.0, 45.0, 325.0, 500.0, 500.0,
        ).loss_db  # fmt: skip


def measure(job: Job, *, runs: int, samples: int, seed: int = 0) -> report.Row:
    """Return speed and accuracy of a job."""
    loss_db = job.run()
    rows, columns = np.nonzero(loss_db < NO_TERRAIN_DB)
    sample = np.random.default_rng(seed).choice(rows.size, min(samples, rows.size), replace=False)
    error_db = np.array(
        [loss_db[r, c] - job.definition_db(r, c) for r, c in zip(rows[sample], columns[sample], strict=True)]
    )
    cpu = measure_cpu(job.run, runs)
    return {
        "pixels": rows.size,
        "CPU [ns/pixel]": cpu.median_s / rows.size * 1e9,
        "spread [%]": 100.0 * cpu.spread,
        "RMS [dB]": float(np.sqrt(np.mean(error_db**2))),
        "max [dB]": float(np.abs(error_db).max()),
    }


def table(
    tiles: Sequence[Path], *, resolution_m: float, radius_m: float, time_percent: float, runs: int, samples: int
) -> list[report.Row]:
    """Return a row for every window without, and with clutter."""
    rows: list[report.Row] = []
    for window in terrain.windows(tiles, resolution_m=resolution_m, radius_m=radius_m):
        for clutter, clutter_m in (("none", None), ("patches", terrain.clutter_patches(window.height_m.shape))):
            job = Job.of(window, radius_m, clutter_m, time_percent)
            about: report.Row = {"terrain": window.name, "relief [m]": window.relief_m, "clutter": clutter}
            rows.append(about | measure(job, runs=runs, samples=samples))
    return rows


def musts(rows: Sequence[report.Row]) -> list[report.Must]:
    """Return the limits that the worst rows have to keep."""
    bare = [float(row["CPU [ns/pixel]"] or 0.0) for row in rows if row["clutter"] == "none"]
    return [
        report.Must("CPU without clutter, slowest terrain [ns/pixel]", max(bare), MOST_NS),
        report.Must(
            "RMS to the scalar definition [dB]", max(float(row["RMS [dB]"] or 0.0) for row in rows), MOST_RMS_DB
        ),
        report.Must("greatest difference [dB]", max(float(row["max [dB]"] or 0.0) for row in rows), MOST_DB),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--terrain", type=Path, nargs="+", metavar="TILE", help="HGT or GeoTIFF tiles in degrees")
    parser.add_argument("--made", action="store_true", help="made terrain even where real tiles are found")
    parser.add_argument("--resolution", type=float, default=30.0, metavar="M")
    parser.add_argument("--radius", type=float, default=10.0, metavar="KM")
    parser.add_argument("--time", type=float, default=50.0, metavar="PERCENT", help="share of the time, 1 to 50")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--samples", type=int, default=20_000, metavar="PIXELS")
    given = parser.parse_args(arguments)
    tiles = given.terrain or ([] if given.made else found_tiles())
    rows = table(
        tiles,
        resolution_m=given.resolution,
        radius_m=1000.0 * given.radius,
        time_percent=given.time,
        runs=given.runs,
        samples=given.samples,
    )
    title = (
        f"Exact sweep, {given.radius:g} km, {given.resolution:g} m, {FREQUENCY_MHZ:g} MHz, "
        f"mast {MAST_HEIGHT_M:g} m, {given.time:g} % of time, one core, median of {given.runs}"
    )
    report.show(title, rows, musts(rows), as_json=given.json)


if __name__ == "__main__":
    main()
