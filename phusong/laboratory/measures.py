"""What is measured of a model besides conformance: speed, memory, continuity, reciprocity."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from phusong.errors import InputError
from phusong.laboratory.paths import SPACING_M, Rays
from phusong.laboratory.subjects import Subject
from phusong.laboratory.timing import measure_cpu

_LEAST_WORK_S = 0.05  # of one timed run: clocks are coarse
_CHANGES_HALVED = 12  # the largest ones
_CLEAR_REFS, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


class Speed(NamedTuple):
    """CPU time of one path among many in a call, and of one point of its profile [ns]."""

    path_ns: float
    point_ns: float


class Jump(NamedTuple):
    """The largest change of loss for a move of the mobile by one metre.

    Attributes
    ----------
    jump_db : the change [dB].
    distance_m : from the mast [m].
    step_db : how much of such a change happens within a millimetre: a step of the model, and no steep slope [dB].
    """

    jump_db: float
    distance_m: float
    step_db: float


def speed(subject: Subject, rays: Rays, length_m: float, runs: int) -> Speed:
    """Measure the speed of a model over paths of one length."""
    paths = rays.paths(length_m)
    subject.losses_db(paths)
    once_s = max(measure_cpu(lambda: subject.losses_db(paths), 1).median_s, 1e-6)
    repeats = max(round(_LEAST_WORK_S / once_s), 1)

    def work() -> None:
        for _ in range(repeats):
            subject.losses_db(paths)

    path_ns = measure_cpu(work, runs).median_s / (repeats * len(paths.distance_m)) * 1e9
    return Speed(path_ns, path_ns / paths.points)


def peak_memory_mib(work: Callable[[], object]) -> float | None:
    """Return how much more memory the process holds at the height of some work than before [MiB]; None: not told.

    The work is done once before, so that compiled code does not count.
    """
    work()
    try:
        ctypes.CDLL(None).malloc_trim(0)  # what was freed before must not serve this work unseen
        _CLEAR_REFS.write_text("5")  # the peak begins anew
        before_mib = _resident_mib("VmRSS")
        work()
        return max(_resident_mib("VmHWM") - before_mib, 0.0)
    except (OSError, AttributeError, StopIteration):
        return None


def _resident_mib(name: str) -> float:
    lines = _STATUS.read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024.0


def largest_jump(subject: Subject, rays: Rays, distances_m: Sequence[float]) -> Jump:
    """Move the mobile from each distance one metre outwards along every ray; return the largest change of loss.

    Both profiles have as many points, so that what changes is the path and not the sampling. The largest changes are
    halved ten times, each time keeping the half with the larger one: what is left is a step.
    """
    moves = []
    for distance_m in distances_m:
        points = max(round(distance_m / SPACING_M), 2) + 1
        near_db, far_db = (subject.losses_db(rays.paths(length_m, points)) for length_m in (distance_m, distance_m + 1))
        changes_db = np.abs(far_db - near_db)
        ray = int(changes_db.argmax())
        moves.append((float(changes_db[ray]), distance_m, ray, points))
    moves.sort(reverse=True)
    steps_db = [
        _step_db(subject, rays, distance_m, ray, points) for _, distance_m, ray, points in moves[:_CHANGES_HALVED]
    ]
    return Jump(moves[0][0], moves[0][1], max(steps_db))


def _step_db(subject: Subject, rays: Rays, near_m: float, ray: int, points: int) -> float:
    """Return the change of loss within the last thousandth of a metre of a move of one metre [dB]."""

    def loss_db(length_m: float) -> float:
        return float(subject.losses_db(rays.paths(length_m, points, only=ray))[0])

    far_m = near_m + 1.0
    near_db, far_db = loss_db(near_m), loss_db(far_m)
    for _ in range(10):
        middle_m = 0.5 * (near_m + far_m)
        middle_db = loss_db(middle_m)
        if abs(middle_db - near_db) > abs(far_db - middle_db):
            far_m, far_db = middle_m, middle_db
        else:
            near_m, near_db = middle_m, middle_db
    return abs(far_db - near_db)


def reciprocity_db(subject: Subject, rays: Rays, length_m: float) -> float | None:
    """Return the largest change of loss when both ends swap their places and heights [dB]; None: it cannot be asked."""
    paths = rays.paths(length_m)
    try:
        swapped_db = subject.losses_db(paths.reversed(), swapped=True)
    except InputError:  # an antenna as low as a phone's is no base station to it
        return None
    return float(np.abs(subject.losses_db(paths) - swapped_db).max())
