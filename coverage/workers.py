"""Who computes the jobs: threads of this process, processes of this machine, or a Dask cluster.

Jobs are pure and can be pickled, so that any of them may compute any job, again if need be: the result is the same to
the last bit. A worker that dies takes its jobs with it; they are given out again.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from typing import Any, Literal, TypeVar

from phusong.errors import InputError, MachineError, Problem, input_error

Job = TypeVar("Job")
Result = TypeVar("Result")

Kind = Literal["threads", "processes"]
MOST_DEATHS = 5
"""How often a job may lose its worker before the run gives up."""


class Workers:
    """A pool of workers that is made anew when it breaks.

    Parameters
    ----------
    make : returns a new executor.
    count : how many workers it has; two jobs for each are given out at a time.
    """

    def __init__(self, make: Callable[[], Executor], count: int) -> None:
        self._make = make
        self.count = count
        self._pool: Executor | None = None

    @cached_property
    def readers(self) -> ThreadPoolExecutor:
        """Threads of this process, for what must be done here."""
        return ThreadPoolExecutor(os.cpu_count() or 1)

    @property
    def pool(self) -> Executor:
        if self._pool is None:
            self._pool = self._make()
        return self._pool

    def run(self, function: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[tuple[Job, Result]]:
        """Yield each job with its result as they are done; only a few jobs exist at a time.

        Raises
        ------
        MachineError : a job has lost its worker too often.
        """
        source = iter(jobs)
        deaths: dict[int, int] = {}
        waiting: dict[Future[Result], tuple[tuple[int, Job], Executor]] = {}
        again: list[tuple[int, Job]] = []
        number, exhausted = 0, False
        try:
            while waiting or again or not exhausted:
                while again and len(waiting) < 2 * self.count:
                    self._submit(function, again.pop(), waiting)
                while not exhausted and len(waiting) < 2 * self.count:
                    try:
                        job = next(source)
                    except StopIteration:
                        exhausted = True
                    else:
                        self._submit(function, (number, job), waiting)
                        number += 1
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    place, pool = waiting.pop(future)
                    try:
                        result = future.result()
                    except Exception as error:
                        if not _is_death(error):
                            raise
                        deaths[place[0]] = deaths.get(place[0], 0) + 1
                        if deaths[place[0]] > MOST_DEATHS:
                            raise MachineError(
                                f"a job lost its worker {MOST_DEATHS} times: too little memory on it, perhaps"
                            ) from error
                        again.append(place)
                        if isinstance(error, BrokenExecutor):
                            self._drop(pool)
                    else:
                        yield place[1], result
        finally:
            for future in waiting:
                future.cancel()

    def _submit(
        self,
        function: Callable[[Job], Result],
        place: tuple[int, Job],
        waiting: dict[Future[Result], tuple[tuple[int, Job], Executor]],
    ) -> None:
        pool = self.pool
        try:
            future = pool.submit(function, place[1])
        except BrokenExecutor:  # it broke since the last result
            self._drop(pool)
            pool = self.pool
            future = pool.submit(function, place[1])
        waiting[future] = place, pool

    def _drop(self, broken: Executor) -> None:
        """Let a broken pool go; one that has taken its place meanwhile stays."""
        broken.shutdown(wait=False, cancel_futures=True)
        if self._pool is broken:
            self._pool = None

    def close(self) -> None:
        """Stop the workers; what they compute is lost."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        if "readers" in self.__dict__:
            self.readers.shutdown()


def ahead(
    threads: Executor, function: Callable[[Job], Result], items: Iterable[Job], *, count: int = 2
) -> Iterator[Result]:
    """Yield the results of a function in the order of the items, ``count`` of them being worked on ahead."""
    source = iter(items)
    waiting = deque(threads.submit(function, item) for item in islice(source, count))
    try:
        while waiting:
            result = waiting.popleft().result()
            waiting.extend(threads.submit(function, item) for item in islice(source, 1))
            yield result
    finally:
        for future in waiting:
            future.cancel()


def _is_death(error: Exception) -> bool:
    return isinstance(error, BrokenExecutor) or type(error).__name__ in ("KilledWorker", "CommClosedError")


@contextmanager
def open_workers(
    *, workers: int | None = None, kind: Kind = "threads", cluster: str | None = None
) -> Iterator[Workers]:
    """Open the workers of a run.

    Parameters
    ----------
    workers : how many; none: one a processor. A cluster has those that it has.
    kind : threads of this process, or processes of this machine.
    cluster : address of a Dask scheduler, such as "tcp://10.0.0.1:8786", instead.

    Raises
    ------
    InputError : the cluster does not answer, or the extra ``cluster`` is not installed.
    """
    count = workers or os.cpu_count() or 1
    if cluster is not None:
        with _cluster(cluster) as client:
            found = len(client.scheduler_info(n_workers=-1)["workers"])
            if not found:
                raise input_error(cluster, "the cluster has no worker", "Start one: dask worker ADDRESS")
            opened = Workers(lambda: client.get_executor(pure=False, retries=MOST_DEATHS), found)
            yield opened
        return
    if kind == "threads":
        opened = Workers(lambda: ThreadPoolExecutor(count), count)
    else:
        # Forking after threads have run would hang; a fresh interpreter does not.
        context: Any = multiprocessing.get_context("spawn")
        opened = Workers(lambda: ProcessPoolExecutor(count, mp_context=context), count)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    try:
        from dask import config
        from distributed import Client
    except ImportError:
        remedy = "Install it: pip install 'phusong[cluster]'"
        problem = Problem(address, None, "--cluster", "Dask is not installed", remedy)
        raise InputError([problem]) from None
    try:
        client: Any = Client(address, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise input_error(
            address, f"no Dask scheduler answers ({error})", "Give the address that 'dask scheduler' printed",
            field="--cluster",
        ) from error  # fmt: skip
    try:
        # A job carries its terrain or its path losses on purpose: a worker may have neither.
        with config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}):
            yield client
    finally:
        client.close()
