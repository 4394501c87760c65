"""Time and memory of the packaged scenario in fresh processes: `python -m benchmarks.province [--resolution 90]`.

The first run starts with an empty folder for compiled code, the second finds it filled. `--demo` measures
`phusong demo` from end to end instead of `phusong run phu-tho`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from phusong.laboratory import report
from phusong.laboratory.timing import MIB, Child, run_child

PHUSONG = (sys.executable, "-c", "from phusong.cli import main; main()")
STATES = ("cold", "warm")
MOST_DEMO_MIN = 3.0
MOST_DEMO_MIB = 2e9 / MIB


def commands(arguments: Sequence[str], states: Sequence[str], folder: Path) -> dict[str, list[str]]:
    """Return the command of each state; each run writes into a folder of its own."""
    return {state: [*PHUSONG, *arguments, "--out", str(folder / state)] for state in states}


def measure(arguments: Sequence[str], states: Sequence[str]) -> dict[str, Child]:
    """Run phusong with these arguments in each state of the compiled code, and return what it cost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # A warm run alone finds what the user's own folder holds.
        environment = {"NUMBA_CACHE_DIR": str(folder / "compiled")} if "cold" in states else {}
        return {
            state: run_child(command, environment=environment)
            for state, command in commands(arguments, states, folder).items()
        }


def row(state: str, child: Child) -> report.Row:
    """Return the row of a run."""
    return {
        "compiled code": state,
        "wall [min]": child.wall_s / 60.0,
        "CPU [min]": child.cpu_s / 60.0,
        "peak memory [MiB]": child.peak_mib,
    }


def musts(child: Child) -> list[report.Must]:
    """Return the limits of the demonstration."""
    return [
        report.Must("demonstration, wall time [min]", child.wall_s / 60.0, MOST_DEMO_MIN),
        report.Must("demonstration, peak memory [MiB]", child.peak_mib, MOST_DEMO_MIB),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--demo", action="store_true", help="measure `phusong demo`")
    parser.add_argument("--resolution", type=float, default=90.0, metavar="M")
    parser.add_argument("--radius", type=float, default=10.0, metavar="KM")
    parser.add_argument("--workers", type=int, metavar="N", help="processes (default: one a core)")
    parser.add_argument("--only", choices=STATES, help="one run instead of two")
    parser.add_argument("--verbose", action="store_true", help="print what phusong printed, too")
    given = parser.parse_args(arguments)
    workers = [] if given.workers is None else ["--workers", str(given.workers)]
    settings = ["--resolution", f"{given.resolution:g}", "--radius", f"{given.radius:g}"]
    command = ["demo", *workers] if given.demo else ["run", "phu-tho", *settings, *workers]
    children = measure(command, STATES if given.only is None else (given.only,))
    if given.verbose:
        print(next(iter(children.values())).output, file=sys.stderr)
    rows = [row(state, child) for state, child in children.items()]
    limits = musts(next(iter(children.values()))) if given.demo else []
    report.show(f"phusong {' '.join(command)}", rows, limits, as_json=given.json)


if __name__ == "__main__":
    main()
