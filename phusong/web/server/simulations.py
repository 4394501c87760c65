"""Simulations that users start: in a process of their own, one at a time; one that is stopped leaves nothing."""

from __future__ import annotations

import contextlib
import multiprocessing
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from phusong.errors import InputError, PhusongError
from phusong.web.server.failures import RefusedError, problems_of, without_paths

MOST_WAITING = 4
_MOST_KEPT = 50
_STOP_SECONDS = 10.0
_CANCEL = "cancel"
_TELL_SECONDS = 0.2


class _CancelledError(PhusongError):
    """The user has called the simulation off."""


@dataclass(eq=False)
class Simulation:
    """A simulation: waiting, running or over.

    Attributes
    ----------
    source : name of a packaged scenario, or its folder; scenario : as the user named it.
    out : the run to be.
    options : resolution_m, radius_km and mode, where they are not the scenario's own.
    """

    id: str
    scenario: str
    source: str
    name: str
    out: Path
    options: dict[str, Any]
    store: Path | None
    state: str = "waiting"
    stage: str = ""
    done: int = 0
    total: int = 0
    started: float = 0.0
    seconds: float = 0.0
    problems: list[dict[str, Any]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def told(self) -> dict[str, Any]:
        """Return what the API says of it."""
        spent = time.monotonic() - self.started if self.state == "running" else self.seconds
        kept = ("id", "scenario", "name", "state", "stage", "done", "total", "problems")
        return {**{name: getattr(self, name) for name in kept}, "seconds": round(spent, 1)}


class Simulations:
    """The simulations of a server, the latest ones kept after their end."""

    def __init__(self) -> None:
        self._all: OrderedDict[str, Simulation] = OrderedDict()
        self._lock = threading.Lock()
        self._work: threading.Thread | None = None

    def listed(self) -> list[dict[str, Any]]:
        """Return all of them, the newest last."""
        with self._lock:
            return [one.told() for one in self._all.values()]

    def find(self, name: str) -> Simulation:
        """Return one; RefusedError where there is none."""
        with self._lock:
            if name not in self._all:
                raise RefusedError(404, "there is no such simulation", "GET /api/simulations lists them", field="id")
            return self._all[name]

    def start(
        self, scenario: str, source: str, out: Path, options: dict[str, Any], store: Path | None
    ) -> dict[str, Any]:
        """Enter a simulation, which runs when its turn comes; RefusedError where too many wait."""
        with self._lock:
            waiting = [one for one in self._all.values() if one.state in ("waiting", "running")]
            if len(waiting) > MOST_WAITING:
                raise RefusedError(503, "too many simulations wait already", "Ask again when one is over", seconds=60)
            if any(one.out == out for one in waiting):
                raise RefusedError(409, f"a simulation of '{out.name}' is under way", "Choose another name")
            one = Simulation(secrets.token_hex(8), scenario, source, out.name, out, options, store)
            self._all[one.id] = one
            over = [name for name, old in self._all.items() if old.state not in ("waiting", "running")]
            for name in over[: max(0, len(self._all) - _MOST_KEPT)]:
                del self._all[name]
            if self._work is None or not self._work.is_alive():
                self._work = threading.Thread(target=self._run_all, name="simulations", daemon=True)
                self._work.start()
            return one.told()

    def cancel(self, name: str) -> dict[str, Any]:
        """Call a simulation off; one that is over stays as it is."""
        one = self.find(name)
        one.stop.set()
        with self._lock:
            if one.state == "waiting":
                one.state = "cancelled"
        return one.told()

    def close(self) -> None:
        """Call all of them off, and wait for the end of the one that runs."""
        with self._lock:
            work, names = self._work, list(self._all)
        for name in names:
            self.cancel(name)
        if work is not None:
            work.join(_STOP_SECONDS + 5.0)

    def _run_all(self) -> None:
        """Run those that wait, one after the other."""
        while True:
            with self._lock:
                one = next((one for one in self._all.values() if one.state == "waiting"), None)
                if one is None:
                    self._work = None
                    return
                one.state, one.started = "running", time.monotonic()
            try:
                state = _run(one)
            except Exception as error:  # the thread goes on with the next
                state = "failed"
                one.problems = [_problem(f"the simulation could not be run ({type(error).__name__})")]
            with self._lock:
                one.state, one.seconds = state, time.monotonic() - one.started


def _run(one: Simulation) -> str:
    """Run a simulation in a process of its own and return how it ended."""
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    ours, theirs = context.Pipe()
    store = None if one.store is None else str(one.store)
    process = context.Process(
        target=simulate_in_child, args=(theirs, one.source, str(one.out), one.options, store), daemon=True
    )
    process.start()
    theirs.close()
    asked_at: float | None = None
    ended: tuple[str, Any] | None = None
    try:
        while ended is None:
            if one.stop.is_set() and asked_at is None:
                asked_at = time.monotonic()
                with contextlib.suppress(OSError):
                    ours.send(_CANCEL)
            if asked_at is not None and time.monotonic() - asked_at > _STOP_SECONDS:
                break
            try:
                if not ours.poll(0.1):
                    continue
                kind, what = ours.recv()
            except (EOFError, OSError):
                break
            if kind == "progress":
                one.stage, one.done, one.total = what
            else:
                ended = kind, what
    finally:
        process.join(1.0 if ended is not None else 0.0)
        if process.is_alive():
            process.terminate()
            process.join()
        ours.close()
        process.close()
    if ended is None:
        if asked_at is None:
            one.problems = [_problem("the simulation ended before its time, perhaps for lack of memory")]
        return "cancelled" if asked_at is not None else "failed"
    if ended[0] == "failed":
        one.problems = ended[1]
    return ended[0]


def simulate_in_child(pipe: Connection, source: str, out: str, options: dict[str, Any], store: str | None) -> None:
    """Simulate, tell how far it is, and stop when told to; what was written so far is removed then."""
    told_at = 0.0

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal told_at
        if pipe.poll() and pipe.recv() == _CANCEL:
            raise _CancelledError
        now = time.monotonic()
        if done in (0, total) or now - told_at >= _TELL_SECONDS:
            told_at = now
            pipe.send(("progress", (stage, done, total)))

    try:
        from phusong.coverage.engine import simulate
        from phusong.scenarios.load import load

        simulate(load(source, **options), Path(out), store=None if store is None else Path(store), progress=tell)
        pipe.send(("finished", None))
    except _CancelledError:
        pipe.send(("cancelled", None))
    except InputError as error:
        pipe.send(("failed", problems_of(error)))
    except PhusongError as error:
        pipe.send(("failed", [_problem(without_paths(str(error)))]))
    except MemoryError:
        pipe.send(("failed", [_problem("the machine has too little memory for this")]))
    except (EOFError, OSError):  # the server is gone
        return


def _problem(message: str) -> dict[str, Any]:
    return {"place": "simulation", "field": "", "message": message, "remedy": "Try a coarser resolution"}
