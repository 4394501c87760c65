"""What several commands do: show progress, stop early, draw a run's maps, write tables."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from phusong.errors import input_error

if TYPE_CHECKING:
    import pandas as pd

    from phusong.console import Progress
    from phusong.scenarios.store import Run


@contextmanager
def progress() -> Iterator[Progress]:
    from phusong.console import Progress

    with Progress() as shown:
        yield shown


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Give what tells whether Ctrl-C was pressed; pressed again it stops at once, as elsewhere."""
    from phusong import console

    pressed = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        pressed.set()
        console.note("Stopping: the best so far is kept. Ctrl-C again gives up at once.")

    if threading.current_thread() is not threading.main_thread():  # only the main thread is told of signals
        yield pressed.is_set
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def technology_of(run: Run, asked: str) -> str:
    """Return a technology of the run as it writes it.

    Raises
    ------
    InputError : the run has none of that name.
    """
    if asked.upper() not in run.technologies:
        known = ", ".join(run.technologies)
        raise input_error(run.folder, f"the run has no technology '{asked}'", f"It has: {known}", field="--technology")
    return asked.upper()


def check_csv(path: Path) -> None:
    """Raise InputError where a folder stands in the place of a table to be written."""
    if path.is_dir():
        raise input_error(path, "this is a folder, not a file", "Name a file, such as outage.csv", field="-o")


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV, whole or not at all, into a folder that is made if need be."""
    from phusong.scenarios.tables import table_text
    from phusong.terrain.files import write_file

    write_file(path, table_text(table).encode())


def draw_maps(run: Run) -> None:
    from phusong.figures import commune_map, coverage_map

    with progress() as tell:
        for done, technology in enumerate(run.technologies):
            tell("maps", done, len(run.technologies))
            coverage_map(run, technology, map_path(run, "coverage", technology))
            commune_map(run, technology, map_path(run, "communes", technology))
        tell("maps", len(run.technologies), len(run.technologies))


def draw_answer(run: Run, question: str) -> None:
    """Draw the map and the curves of an answer, and write its GeoPackage beside them."""
    from phusong.exports import write_geopackage
    from phusong.figures import curve_figure, proposal_map
    from phusong.scenarios.proposal_tables import CURVE, rows_of

    folder = run.folder / "maps"
    proposal_map(run, question, folder / f"proposals_{question}.png")
    if len(rows_of(run, CURVE, question)) > 1:
        curve_figure(run, question, folder / f"curve_{question}.png")
    write_geopackage(run, question, folder / f"proposals_{question}.gpkg")


def map_path(run: Run, kind: str, technology: str) -> Path:
    return run.folder / "maps" / f"{kind}_{technology.lower()}.png"
