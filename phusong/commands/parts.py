"""What several commands do: show progress, draw a run's maps, find a technology."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from phusong.errors import input_error

if TYPE_CHECKING:
    import pandas as pd

    from phusong.scenarios.store import Run


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    from phusong.console import Progress

    with Progress() as shown:
        yield shown


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
    from phusong.errors import MachineError
    from phusong.scenarios.tables import table_text
    from phusong.terrain.files import write_atomically

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{path.parent}: cannot be made: {error.strerror or error}") from error
    write_atomically(path, table_text(table).encode())


def draw_maps(run: Run) -> None:
    from phusong.figures import commune_map, coverage_map

    with progress() as tell:
        for done, technology in enumerate(run.technologies):
            tell("maps", done, len(run.technologies))
            coverage_map(run, technology, map_path(run, "coverage", technology))
            commune_map(run, technology, map_path(run, "communes", technology))
        tell("maps", len(run.technologies), len(run.technologies))


def draw_proposals(run: Run, technology: str) -> None:
    from phusong.figures import proposal_map

    proposal_map(run, technology, map_path(run, "proposals", technology))


def map_path(run: Run, kind: str, technology: str) -> Path:
    return run.folder / "maps" / f"{kind}_{technology.lower()}.png"
