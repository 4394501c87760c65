"""What a whole process costs for its first call: `python -m benchmarks.first_call [--runs 5]`.

Each in fresh processes: the path loss of one profile, and the sweep of one small raster at p = 50 % and at p = 10 %.
Cold: nothing is compiled. Warm: the compiled code lies on disk. Imports are part of it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Sequence

from phusong.laboratory import report
from phusong.laboratory.timing import Child, run_child

STATES = ("cold", "warm")
MOST_WALL_S = 1.5

_SWEEP = """
import numpy as np
from phusong.kernels.raster.p1812_lanes import make_carrier
from phusong.kernels.raster.profile import Mast
from phusong.kernels.raster.surface import Surface
from phusong.kernels.raster.sweep import sweep
from phusong.kernels.raster.wedges import Region
surface = Surface.lay_out(np.random.default_rng(0).normal(200.0, 20.0, (61, 61)))
carrier = make_carrier(frequency_mhz=1800.0, mast_height_m=30.0, mobile_height_m=1.5, time_percent={time_percent})
mast = Mast(30, 30, 0.25, 0.5, 200.0, 30.0)
sweep(surface, mast, [carrier], region=Region(0, 61, 0, 61), resolution_m=100.0, radius_m=2500.0)
"""
PROGRAMS = {
    "path_loss": "import phusong; loss_db = phusong.path_loss('p1812', distance_m=[0.0, 2500.0, 5000.0], "
    "terrain_m=[20.0, 10.0, 20.0], frequency_mhz=1800.0, tx_height_m=30.0, rx_height_m=1.5)",
    "sweep, p = 50 %": _SWEEP.format(time_percent=50.0),
    "sweep, p = 10 %": _SWEEP.format(time_percent=10.0),
}


def measure(program: str, runs: int) -> dict[str, list[Child]]:
    """Run a program once with nothing compiled, then several times with everything compiled."""
    with tempfile.TemporaryDirectory() as folder:
        children = [
            run_child([sys.executable, "-c", program], environment={"NUMBA_CACHE_DIR": folder}) for _ in range(1 + runs)
        ]
    return {"cold": children[:1], "warm": children[1:]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--runs", type=int, default=5, help="warm processes of each kind")
    given = parser.parse_args(arguments)
    rows: list[report.Row] = []
    musts: list[report.Must] = []
    for name, program in PROGRAMS.items():
        measured = measure(program, given.runs)
        for state in STATES:
            children = measured[state]
            wall_s = statistics.median(child.wall_s for child in children)
            rows.append(
                {
                    "call": name,
                    "compiled code": state,
                    "wall [s]": wall_s,
                    "least wall [s]": min(child.wall_s for child in children),
                    "CPU [s]": statistics.median(child.cpu_s for child in children),
                    "peak memory [MiB]": max(child.peak_mib for child in children),
                }
            )
            if state == "warm":
                musts.append(report.Must(f"first {name}, compiled code on disk, wall time [s]", wall_s, MOST_WALL_S))
    report.show(f"First call of a process, median of {given.runs}", rows, musts, as_json=given.json)


if __name__ == "__main__":
    main()
