"""What-if changes of one cell, with the run held open: `python -m benchmarks.what_if RUN [--changes 50]`.

Each change (power, tilt, azimuth, off) of a random cell gives new layers, zones and targets. With `--full` some of them
are saved and held against a full simulation of their own scenario, file by file.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from phusong.coverage.engine import simulate
from phusong.coverage.what_if import Change, LiveRun
from phusong.laboratory import report
from phusong.scenarios.edits import Edit
from phusong.scenarios.load import load
from phusong.scenarios.store import Run, open_run

MOST_P95_S, AIM_P95_S = 0.300, 0.100
KINDS: dict[str, tuple[str, float | str, bool]] = {
    "power -3 dB": ("power_dbm", -3.0, True),
    "tilt +2 deg": ("electrical_tilt_deg", 2.0, True),
    "azimuth +30 deg": ("azimuth_deg", 30.0, True),
    "off": ("status", "off", False),
}


def edits_of(live: LiveRun, count: int, seed: int) -> list[tuple[str, Edit]]:
    """Return changes of random cells that are on, by kind in turn."""
    cells = live.prepared.register.cell[live.prepared.is_simulated]
    chosen = np.random.default_rng(seed).choice(cells, count, replace=False).tolist()
    kinds = list(KINDS.items())
    return [
        (name, Edit(cell, field, value, by=by))
        for number, cell in enumerate(chosen)
        for name, (field, value, by) in [kinds[number % len(kinds)]]
    ]


def time_change(live: LiveRun, edit: Edit) -> float:
    """Return how long a change takes until its layers, zones and targets are there [s]."""
    started = time.perf_counter()
    change = live.change([edit])
    change.zones()
    change.targets()
    return time.perf_counter() - started


def differing(changed: Run, full: Run) -> list[str]:
    """Return the files of a full run that the changed run does not have to the last byte."""
    return [
        part
        for part in full.manifest["files"]
        if (changed.folder / part).read_bytes() != (full.folder / part).read_bytes()
    ]


def check_full(live: LiveRun, change: Change) -> list[str]:
    """Save a change, simulate its scenario from the start, and return the files that differ."""
    with tempfile.TemporaryDirectory() as name:
        changed = change.save(Path(name) / "changed")
        full = simulate(load(changed.folder / "scenario.toml"), Path(name) / "full", store=live.store)
        return differing(changed, full)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--changes", type=int, default=50, metavar="N")
    parser.add_argument("--full", type=int, default=0, metavar="N", help="hold so many changes against a full run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", type=Path, metavar="DIR", help="path-loss store (default: the user's)")
    given = parser.parse_args(arguments)
    started = time.perf_counter()
    live = LiveRun(open_run(given.run), store=given.store)
    opening_s = time.perf_counter() - started
    edits = edits_of(live, given.changes + 2, given.seed)
    for _, edit in edits[:2]:
        time_change(live, edit)  # compilation
    seconds = {name: [time_change(live, edit) for kind, edit in edits[2:] if kind == name] for name in KINDS}
    rows: list[report.Row] = [
        {
            "change": name,
            "changes": len(some),
            "median [ms]": 1e3 * float(np.median(some)),
            "p95 [ms]": 1e3 * float(np.percentile(some, 95)),
            "worst [ms]": 1e3 * max(some),
        }
        for name, some in seconds.items()
        if some
    ]
    everything = [one for some in seconds.values() for one in some]
    p95_s = float(np.percentile(everything, 95))
    limits = [report.Must("p95 of all changes [ms]", 1e3 * p95_s, 1e3 * MOST_P95_S)]
    wrong = [part for _, edit in edits[: given.full] for part in check_full(live, live.change([edit]))]
    if given.full:
        limits.append(report.Must(f"files that differ from {given.full} full runs", len(wrong), 0))
    notes = [f"opening the run took {opening_s:.1f} s; the aim of the p95 is {1e3 * AIM_P95_S:g} ms", *wrong]
    report.show(f"what if, {given.run}", rows, limits, notes, as_json=given.json)


if __name__ == "__main__":
    main()
