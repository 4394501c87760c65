"""How the benchmarks measure: CPU time of repeated runs, cost of a child process, a loop to compare machines by."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from phusong.kernels._jit import fmax, simd

MIB = 2.0**20
_SAMPLE_S = 0.1
_CALIBRATION_POINTS = 4096  # two float32 arrays of these fit into the first-level cache
_CALIBRATION_REPEATS = 2000


@dataclass(frozen=True)
class Cpu:
    """Process CPU time of several runs of the same work [s]."""

    runs_s: tuple[float, ...]

    @property
    def median_s(self) -> float:
        """Median of the runs [s]."""
        return statistics.median(self.runs_s)

    @property
    def spread(self) -> float:
        """Slowest less fastest run, relative to the median."""
        return (max(self.runs_s) - min(self.runs_s)) / self.median_s


def measure_cpu(work: Callable[[], object], runs: int) -> Cpu:
    """Run work once to warm up (compilation, caches), then time its CPU `runs` times."""
    work()
    return Cpu(tuple(cpu_s(work) for _ in range(runs)))


def cpu_s(work: Callable[[], object]) -> float:
    """Return the CPU time of this process for one run of work [s], all threads together."""
    start = time.process_time()
    work()
    return time.process_time() - start


@simd
def _steepest(height_m: npt.NDArray[np.float32], per_distance: npt.NDArray[np.float32], repeats: int) -> float:
    steepest = np.float32(-1e30)
    for repeat in range(repeats):
        origin_m = np.float32(repeat)
        for k in range(height_m.size):
            steepest = fmax(steepest, (height_m[k] - origin_m) * per_distance[k])
    return float(steepest)


def calibration_ns() -> float:
    """Return the CPU time that this machine takes for 16 points of a greatest-slope scan [ns], median of 7 runs.

    The scan is the core of every diffraction model and lies in the first-level cache. Divide a figure by it to compare
    figures of two machines.
    """
    points = np.arange(1, _CALIBRATION_POINTS + 1, dtype=np.float32)
    cpu = measure_cpu(lambda: _steepest(np.sin(points), np.float32(1.0) / points, _CALIBRATION_REPEATS), 7)
    return cpu.median_s / (_CALIBRATION_POINTS * _CALIBRATION_REPEATS) * 16e9


@dataclass(frozen=True)
class Child:
    """What a finished child process has cost, its own children included.

    Attributes
    ----------
    wall_s, cpu_s : time on the clock, and on all cores together [s].
    peak_mib : peak memory [MiB]: of all its processes together, sampled ten times a second, shared pages divided among
        their users; or of its largest process where that is more (or the system has no /proc to sample).
    output : what it wrote.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    output: str


def run_child(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Child:
    """Run a command to its end and return its cost; RuntimeError with its output if it fails."""
    start = time.perf_counter()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**os.environ, **(environment or {})},
    ) as process:
        peak = _PeakMemory(process.pid)
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - start
        together_mib = peak.stop()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with code {process.returncode}:\n{output}")
    return Child(
        wall_s=wall_s,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mib=max(together_mib, usage.ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0) / MIB),
        output=output,
    )


class _PeakMemory:
    """Watches the memory of a process and its descendants until told to stop."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak_mib = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._stopped.set()
        self._thread.join()
        return self._peak_mib

    def _watch(self) -> None:
        while not self._stopped.wait(_SAMPLE_S):
            self._peak_mib = max(self._peak_mib, sum(map(_proportional_mib, _with_descendants(self._pid))))


def _with_descendants(pid: int) -> list[int]:
    """Return the process and all under it, from /proc."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found.extend(map(int, children.read_text().split()))
            except OSError:  # it ended meanwhile
                continue
    return found


def _proportional_mib(pid: int) -> float:
    """Return the memory of a process, each shared page divided among its users [MiB]; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024.0
    except (OSError, StopIteration):
        return 0.0
