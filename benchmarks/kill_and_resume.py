"""Runs killed at random moments and taken up again: `python -m benchmarks.kill_and_resume [--moments 20]`.

Each run is a process of its own with an empty path-loss store, killed without warning (SIGKILL). Whatever then lies on
the disk as finished must be sound, nothing half-written may open as a run, and the same run with `resume=True` must
come out equal, to the last byte, to one that was never disturbed.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phusong.coverage.engine import simulate
from phusong.errors import InputError
from phusong.laboratory import report
from phusong.scenarios.load import load
from phusong.scenarios.packed import Packed, PackedError
from phusong.scenarios.schema import Scenario
from phusong.scenarios.store import Run, open_run

PROGRAM = """
import sys
from pathlib import Path
from phusong.coverage.engine import simulate
from phusong.scenarios.load import load
source, resolution_m, tile_pixels, out, store = sys.argv[1:]
scenario = load(source, resolution_m=float(resolution_m))
print("ready", flush=True)
simulate(scenario, out, workers=2, store=Path(store), resume=True, tile_pixels=int(tile_pixels))
"""


@dataclass(frozen=True)
class Job:
    """What is simulated: the source of a scenario, its resolution [m], and the side of a tile."""

    source: str
    resolution_m: float
    tile_pixels: int

    @property
    def scenario(self) -> Scenario:
        return load(self.source, resolution_m=self.resolution_m)

    def simulate(self, folder: Path) -> Run:
        """Simulate in this process, going on from what lies in the folder."""
        return simulate(
            self.scenario, folder / "run", workers=2, store=folder / "losses", resume=True, tile_pixels=self.tile_pixels
        )


@dataclass(frozen=True)
class Attempt:
    """A run that was killed and taken up again.

    Attributes
    ----------
    moment_s : from the start of its work to the kill [s]; was_killed : it had not ended before.
    losses, tiles : path losses and tiles that lay finished on the disk.
    is_sound : all of them were whole, and no folder opened as a run that was not a finished one.
    resume_s : what the rest took [s]; is_identical : whether the outcome is that of an undisturbed run.
    """

    moment_s: float
    was_killed: bool
    losses: int
    tiles: int
    is_sound: bool
    resume_s: float
    is_identical: bool


def kill_and_resume(job: Job, folder: Path, moment_s: float, undisturbed: Run) -> Attempt:
    """Kill a run at a moment and take it up again."""
    out, store = folder / "run", folder / "losses"
    arguments = [job.source, f"{job.resolution_m}", f"{job.tile_pixels}", str(out), str(store)]
    command = [sys.executable, "-c", PROGRAM, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(moment_s)
        was_killed = child.poll() is None
        child.kill()
    losses, tiles = list(store.rglob("*.losses")), list((folder / ".run.tiles").glob("*.tile"))
    is_sound = all(map(_is_whole, [*losses, *tiles])) and not _opens_unfinished(folder, undisturbed)
    started = time.perf_counter()
    run = open_run(out) if out.exists() else job.simulate(folder)
    resume_s = time.perf_counter() - started
    is_identical = run.manifest["files"] == undisturbed.manifest["files"]
    return Attempt(moment_s, was_killed, len(losses), len(tiles), is_sound, resume_s, is_identical)


def _is_whole(path: Path) -> bool:
    try:
        Packed(path).check()
    except PackedError:
        return False
    return True


def _opens_unfinished(folder: Path, undisturbed: Run) -> bool:
    """Say whether any folder opens as a run without being the whole of it."""
    for path in folder.iterdir():
        try:
            run = open_run(path)
        except InputError:
            continue
        if run.manifest["files"] != undisturbed.manifest["files"]:
            return True
    return False


def attempts(job: Job, folder: Path, moments: int, seed: int) -> Iterator[Attempt]:
    """Yield attempts at moments spread at random, evenly over the time that an undisturbed run takes."""
    (folder / "warm").mkdir(parents=True)
    job.simulate(folder / "warm")  # compiles
    started = time.perf_counter()
    (folder / "undisturbed").mkdir()
    undisturbed = job.simulate(folder / "undisturbed")
    whole_s = time.perf_counter() - started
    draw = random.Random(seed)
    for number in range(moments):
        place = folder / str(number)
        place.mkdir()
        yield kill_and_resume(job, place, whole_s * (number + draw.random()) / moments, undisturbed)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = report.parser(__doc__)
    parser.add_argument("--scenario", default="phu-tho", metavar="SOURCE", help="packaged name, folder or TOML file")
    parser.add_argument("--resolution", type=float, default=300.0, metavar="M")
    parser.add_argument("--tile", type=int, default=64, metavar="PIXELS", help="side of a tile (default: 64)")
    parser.add_argument("--moments", type=int, default=20, metavar="N", help="how many runs are killed (default: 20)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the moments")
    given = parser.parse_args(arguments)
    job = Job(given.scenario, given.resolution, given.tile)
    with tempfile.TemporaryDirectory() as name:
        done = list(attempts(job, Path(name), given.moments, given.seed))
    rows: list[report.Row] = [
        {
            "killed at [s]": one.moment_s if one.was_killed else None,
            "path losses kept": one.losses,
            "tiles kept": one.tiles,
            "all sound": "yes" if one.is_sound else "NO",
            "rest [s]": one.resume_s,
            "same bytes": "yes" if one.is_identical else "NO",
        }
        for one in done
    ]
    limits = [
        report.Must("attempts that left something unsound", sum(not one.is_sound for one in done), 0),
        report.Must("attempts with other bytes", sum(not one.is_identical for one in done), 0),
    ]
    report.show(f"{given.scenario} at {given.resolution:g} m, killed and resumed", rows, limits, as_json=given.json)


if __name__ == "__main__":
    main()
