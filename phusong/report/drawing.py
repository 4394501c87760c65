"""Sheets drawn in this process or in several; how many makes no difference to the bytes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import matplotlib

from phusong.coverage.workers import Workers
from phusong.figures.sheet import STYLE, Sheet
from phusong.report.document import Progress, write_number
from phusong.report.pdf import pdf_of
from phusong.report.sheet_page import SheetMaker


class Job(NamedTuple):
    """Pages to be drawn into a PDF of their own.

    Attributes
    ----------
    title, subject : what the PDF says about itself.
    pages : (index of the zone, number of its page), in order.
    last : number of the last page of all numbered together.
    """

    title: str
    subject: str
    pages: tuple[tuple[int, int], ...]
    last: int


def draw(maker: SheetMaker, jobs: Sequence[Job], workers: int, tell: Progress) -> Iterator[tuple[Job, bytes]]:
    """Yield each job with its PDF as they are done.

    Parameters
    ----------
    workers : processes to draw in; one: this one.
    tell : called with ("sheets", pages done, pages in all).

    Raises
    ------
    MachineError : a process has died too often.
    """
    done, total = 0, sum(len(job.pages) for job in jobs)
    if workers == 1 or len(jobs) == 1:
        for job in jobs:

            def pages(job: Job = job) -> Iterator[Sheet]:
                nonlocal done
                for index, number in job.pages:
                    yield _page(maker, job, index, number)
                    done += 1
                    tell("sheets", done, total)

            yield job, pdf_of(pages(), maker.run, job.title, job.subject)
        return
    context: Any = multiprocessing.get_context("spawn")
    count = min(workers, len(jobs))
    pool = Workers(lambda: ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(maker,)), count)
    try:
        for job, pdf in pool.run(_drawn, jobs):
            done += len(job.pages)
            tell("sheets", done, total)
            yield job, pdf
    finally:
        pool.close()


def _page(maker: SheetMaker, job: Job, index: int, number: int) -> Sheet:
    with matplotlib.rc_context(STYLE):
        sheet = maker.page(index)
        write_number(sheet, maker.words, number, job.last)
    return sheet


_of_process: list[SheetMaker] = []


def _begin(maker: SheetMaker) -> None:
    """Keep what all jobs of a process share, so that it is sent once."""
    _of_process[:] = [maker]


def _drawn(job: Job) -> bytes:
    (maker,) = _of_process
    pages = (_page(maker, job, index, number) for index, number in job.pages)
    return pdf_of(pages, maker.run, job.title, job.subject)
