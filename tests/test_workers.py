"""Workers that die: their jobs are given out again, unless they die of the job; errors of jobs are no deaths."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from phusong.coverage.workers import MOST_DEATHS, Workers, open_workers
from phusong.errors import MachineError


class Job(NamedTuple):
    """A number to square, and the file whose absence makes the worker end itself first."""

    number: int
    survived: Path | None = None
    signal: int | None = None


def square(job: Job) -> int:
    if job.survived is not None and not job.survived.exists():
        job.survived.touch()
        if job.signal is None:
            os._exit(3)
        os.kill(os.getpid(), job.signal)
    return job.number**2


def die(job: Job) -> int:
    os._exit(job.number)


def divide(job: Job) -> float:
    return 1.0 / job.number


def numbers(pairs: Iterator[tuple[Job, int]]) -> dict[int, int]:
    return {job.number: result for job, result in pairs}


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_every_job_comes_back_with_its_result(kind: Any) -> None:
    with open_workers(workers=2, kind=kind) as pool:
        assert pool.count == 2
        assert numbers(pool.run(square, map(Job, range(20)))) == {n: n * n for n in range(20)}
        assert not list(pool.run(square, []))


def test_only_a_few_jobs_exist_at_a_time() -> None:
    made: list[int] = []

    def jobs() -> Iterator[Job]:
        for number in range(40):
            made.append(number)
            yield Job(number)

    with open_workers(workers=2) as pool:
        for done, _ in enumerate(pool.run(square, jobs())):
            assert len(made) <= done + 1 + 4


@pytest.mark.parametrize("how", [None, signal.SIGKILL])
def test_the_job_of_a_worker_that_died_is_given_out_again(tmp_path: Path, how: int | None) -> None:
    jobs = [Job(n, tmp_path / str(n) if n in (3, 11) else None, how) for n in range(16)]
    with open_workers(workers=2, kind="processes") as pool:
        assert numbers(pool.run(square, jobs)) == {n: n * n for n in range(16)}
        assert numbers(pool.run(square, [Job(5)])) == {5: 25}
    assert {path.name for path in tmp_path.iterdir()} == {"3", "11"}


def test_a_job_that_kills_every_worker_ends_the_run() -> None:
    with (
        open_workers(workers=1, kind="processes") as pool,
        pytest.raises(MachineError, match=f"lost its worker {MOST_DEATHS} times"),
    ):
        list(pool.run(die, [Job(1)]))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_an_error_of_a_job_is_told_as_it_is(kind: Any) -> None:
    with open_workers(workers=2, kind=kind) as pool:
        with pytest.raises(ZeroDivisionError):
            list(pool.run(divide, map(Job, range(9))))
        assert dict(pool.run(divide, [Job(2)])) == {Job(2): 0.5}  # the pool goes on


class Brittle(Executor):
    """An executor that breaks after some jobs, and whose futures say so one at a time, as a real one's do."""

    def __init__(self, lasts: int) -> None:
        self.left, self.is_shut = lasts, False
        self.broken: list[Future[Any]] = []

    def submit(self, fn: Any, /, *arguments: Any, **_options: Any) -> Future[Any]:
        assert not self.is_shut
        future: Future[Any] = Future()
        if self.left > 0:
            self.left -= 1
            future.set_result(fn(*arguments))
        else:
            self.broken.append(future)
            threading.Timer(0.01 * len(self.broken), future.set_exception, [BrokenProcessPool("died")]).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        self.is_shut = True


def test_what_an_old_pool_says_late_does_not_end_the_new_one() -> None:
    """The futures of a pool that broke say so one after the other: the pool that replaced it must stay."""
    pools: list[Any] = [Brittle(5), Brittle(100), Brittle(100), Brittle(100)]
    given = iter(pools)
    workers = Workers(lambda: next(given), 4)
    assert numbers(workers.run(square, map(Job, range(20)))) == {n: n * n for n in range(20)}
    assert [pool.is_shut for pool in pools] == [True, False, False, False]
    assert pools[2].left == 100


def test_jobs_that_wait_are_let_go_when_the_reader_stops() -> None:
    release = threading.Event()
    started: list[int] = []

    def slow(job: Job) -> int:
        started.append(job.number)
        if job.number:
            release.wait(5.0)
        return job.number

    pool = Workers(lambda: ThreadPoolExecutor(1), 2)
    results = pool.run(slow, map(Job, range(9)))
    assert next(results) == (Job(0), 0)
    results.close()  # type: ignore[attr-defined]
    release.set()
    assert list(pool.readers.map(abs, [-1])) == [1]
    pool.close()
    with pytest.raises(RuntimeError):
        pool.readers.submit(abs, -1)
    assert started in ([0], [0, 1])
